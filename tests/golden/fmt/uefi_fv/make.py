# SPDX-License-Identifier: Apache-2.0
"""Firmware volumes in little, from the specification; EDK II's are in tests/writers/test_boot.py."""
import lzma
import struct
import uuid
import zlib

from trees import T, golden, lie, read

FFS2 = uuid.UUID("8c8ce578-8a3d-4f1c-9935-896185c32dd3").bytes_le
NVRAM = uuid.UUID("fff12b8d-7696-4c8b-a985-2747075b4f50").bytes_le
LZMA = uuid.UUID("ee4e5898-3914-4259-9d6e-dc7bd79403cf").bytes_le
CRC = uuid.UUID("fc1bcdb0-7d31-49aa-936a-a4600d9dd083").bytes_le
ONE, TWO, THREE = (uuid.UUID("00112233-4455-6677-8899-0000000000%02x" % i) for i in (1, 2, 3))
PROGRAM, DEPENDS = b"MZ" + bytes(range(200)), b"\x02" * 16 + b"\x08"


def section(kind, data):
	return struct.pack("<I", (4 + len(data)) | kind << 24) + data


def sections(*all):
	out = b""
	for one in all:
		out += b"\0" * (-len(out) % 4) + one
	return out


def named(name):
	return section(0x15, name.encode("utf-16-le") + b"\0\0")


def guided(guid, data, extra=b"", attributes=1):
	return section(2, guid + struct.pack("<HH", 24 + len(extra), attributes) + extra + data)


def packed(data):
	out = lzma.compress(data, lzma.FORMAT_ALONE, filters=[{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16}])
	return guided(LZMA, out[:5] + struct.pack("<Q", len(data)) + out[13:])


def file(guid, kind, data, summed=True):
	size = 24 + len(data)
	head = bytearray(guid.bytes_le + bytes([0, 0, kind, 0x40 if summed else 0]) + struct.pack("<I", size))
	head[16] = -sum(head) & 255
	head[17] = -sum(data) & 255 if summed else 0xAA
	head[23] = 0xF8
	return bytes(head) + data + b"\xff" * (-len(data) % 8)


def volume(*files, system=FFS2, size=None):
	body = b"".join(files)
	size = size or 72 + len(body) + 64
	head = bytearray(b"\0" * 16 + system + struct.pack("<Q4sIHHHBBIIII", size, b"_FVH", 0x4FEFF, 72, 0, 0, 0, 2, 1, size, 0, 0))
	struct.pack_into("<H", head, 50, -sum(struct.unpack("<36H", head)) & 0xFFFF)
	return (bytes(head) + body).ljust(size, b"\xff")


def row(path, data=None):
	if data is None:
		return "dir - - - 0 - /" + path
	return "file - - - %d %s /%s" % (len(data), T.sha256(data), path)


@golden("uefi_fv", "files")
def files():
	image = volume(file(ONE, 7, sections(section(0x13, DEPENDS), section(0x10, PROGRAM), named("Golden"))),
		file(TWO, 1, b"raw contents", summed=False), file(uuid.UUID(int=(1 << 128) - 1), 0xF0, b"\xff" * 40),
		file(THREE, 6, sections(section(0x1B, DEPENDS), section(0x12, b"VZ" + PROGRAM))))
	return image, [row("Golden"), row("Golden/0-dxe-depends", DEPENDS), row("Golden/1-image.efi", PROGRAM),
		row(str(TWO), b"raw contents"), row(str(THREE)), row("%s/0-pei-depends" % THREE, DEPENDS),
		row("%s/1-image.te" % THREE, b"VZ" + PROGRAM)]


@golden("uefi_fv", "packed")
def packed_volume():
	inner = volume(file(ONE, 7, sections(section(0x10, PROGRAM), named("Golden"))))
	crc = sections(section(0x10, PROGRAM), named("Summed"))
	image = volume(file(TWO, 0x0B, packed(sections(section(0x19, b"\0" * 12), section(0x17, inner)))),
		file(THREE, 7, guided(CRC, crc, struct.pack("<I", zlib.crc32(crc)))))
	return image, [row(str(TWO)), row("%s/0-raw" % TWO, b"\0" * 12), row("%s/1-volume" % TWO, inner), row("Summed"),
		row("Summed/0-image.efi", PROGRAM)]


@golden("uefi_fv", "twins")
def twins():
	"""Two files of one name."""
	first = file(ONE, 7, sections(section(0x10, PROGRAM), named("Twin")))
	image = volume(first, file(TWO, 7, sections(section(0x10, PROGRAM[:99]), named("Twin"))))
	second = "Twin-0x%x" % (72 + len(first))
	return image, [row("Twin"), row("Twin/0-image.efi", PROGRAM), row(second), row(second + "/0-image.efi", PROGRAM[:99])]


@lie("uefi_fv", "checksum of a file is wrong", "Golden/1-image.efi")
def data_flipped():
	image = read("uefi_fv", "files")
	image[72 + 24 + 30] ^= 1
	return image


@lie("uefi_fv", "a file's header is damaged", "image.te", "!Golden")
def header_flipped():
	image = read("uefi_fv", "files")
	image[72 + 3] ^= 1
	return image


@lie("uefi_fv", "sections are damaged", "image.te")
def section_too_long():
	image = read("uefi_fv", "files")
	image[72 + 24 + 1] = 0x7F
	return image


@lie("uefi_fv", "a packed section is damaged", "Summed")
def packed_flipped():
	image = read("uefi_fv", "packed")
	image[72 + 24 + 24 + 30] ^= 0xFF
	return image


@lie("uefi_fv", "limit", "Summed")
def packed_huge():
	image = read("uefi_fv", "packed")
	image[72 + 24 + 24 + 5 + 7] = 0x7F
	return image
