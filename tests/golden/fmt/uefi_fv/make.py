# SPDX-License-Identifier: Apache-2.0
"""Firmware volumes in little, from the specification; EDK II's are in tests/writers/test_boot.py. Sections are packed, and
variables written, by packages from PyPI that tests/writers/pypi.py installs."""
import calendar
import datetime
import json
import lzma
import pathlib
import struct
import subprocess
import sys
import tempfile
import uuid
import zlib

from trees import HERE, T, golden, lie, read

sys.path.append(str(HERE.parents[1] / "writers"))
import pypi  # noqa: E402

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


TIANO = uuid.UUID("a31280ad-481e-41b6-95e8-127f4c984779").bytes_le
LZMA_X86 = uuid.UUID("d42ae6bd-1352-4bfb-909a-ca72a6eae889").bytes_le
AUTHENTICATED = uuid.UUID("aaf32c78-947b-439a-a180-2e144ec37792").bytes_le
PLAIN = uuid.UUID("ddcf3616-3275-4164-98b6-fe85707ffe7d").bytes_le
GLOBAL = "8be4df61-93ca-11d2-aa0d-00e098032b8c"


def standard(size, data):
	return section(1, struct.pack("<IB", size, 1) + data)


def code(n):
	"""Jumps as x86 has them, to one place."""
	return b"".join(b"\x55\x89\xe5\xe8" + struct.pack("<i", 0x1000 - 9 * i) + b"\xc3" for i in range(n))


def packed_x86(data):
	filters = [{"id": lzma.FILTER_X86}, {"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16, "lc": 3, "lp": 0, "pb": 2}]
	return guided(LZMA_X86, b"\x5d\0\0\1\0" + struct.pack("<Q", len(data)) + lzma.compress(data, lzma.FORMAT_RAW, filters=filters))


BROTLI = uuid.UUID("3d532050-5cda-4fd0-879e-0f7f630d5afb").bytes_le


def packed_brotli(data, *options):
	out = subprocess.run(["brotli", "-c", *options], input=data, check=True, stdout=subprocess.PIPE).stdout
	return guided(BROTLI, struct.pack("<QQ", len(data), 1 << 16) + out)


@golden("uefi_fv", "brotli")
def brotli():
	inner = [sections(section(0x10, PROGRAM * 9 + code(30 * i)), named(n)) for i, n in enumerate(("Best", "Fast"))]
	image = volume(file(ONE, 7, packed_brotli(inner[0])), file(TWO, 7, packed_brotli(inner[1], "-q", "1")))
	rows = []
	for i, name in enumerate(("Best", "Fast")):
		rows += [row(name), row(name + "/0-image.efi", PROGRAM * 9 + code(30 * i))]
	return image, rows


@lie("uefi_fv", "a packed section is damaged", "Fast/0-image.efi", "!Best/0-image.efi")
def brotli_flipped():
	image = read("uefi_fv", "brotli")
	image[72 + 24 + 24 + 16 + 30] ^= 0xFF
	return image


@lie("uefi_fv", "a packed section is damaged", "Fast/0-image.efi")
def brotli_longer():
	"""It says that more comes out than does."""
	image = read("uefi_fv", "brotli")
	image[72 + 24 + 24 + 1] += 1
	return image


@lie("uefi_fv", "limit", "Fast/0-image.efi")
def brotli_huge():
	image = read("uefi_fv", "brotli")
	image[72 + 24 + 24 + 7] = 0x7F
	return image


@golden("uefi_fv", "compressed")
def compressed():
	"""Every packing, by the codes of others: and Tiano's where the specification says EFI's."""
	c = pypi.compressor()
	inner = [sections(section(0x10, PROGRAM * 9 + code(30 * i)), named(n)) for i, n in enumerate(("Efi", "Tiano", "Vendor", "Filtered"))]
	efi, tiano, vendor = c.EfiCompress(inner[0], len(inner[0])), c.TianoCompress(inner[1], len(inner[1])), \
		c.TianoCompress(inner[2], len(inner[2]))
	image = volume(file(ONE, 7, standard(len(inner[0]), efi)), file(TWO, 7, guided(TIANO, tiano)),
		file(THREE, 7, standard(len(inner[2]), vendor)), file(uuid.UUID(int=4), 7, packed_x86(inner[3])))
	rows = []
	for i, name in enumerate(("Efi", "Tiano", "Vendor", "Filtered")):
		rows += [row(name), row(name + "/0-image.efi", PROGRAM * 9 + code(30 * i))]
	return image, rows


def blank(size=0x2000, guid=AUTHENTICATED, used=b""):
	"""A volume for variables, with none in it or with these bytes."""
	store = guid + struct.pack("<IBBHI", size - 72 - 0x400, 0x5A, 0xFE, 0, 0)
	return volume(store + used, system=NVRAM, size=size)


def variable(name, data, state=0x3F, attributes=7, vendor=GLOBAL):
	"""One as the plain store holds it."""
	text = name.encode("utf-16-le") + b"\0\0"
	out = struct.pack("<HBBIII", 0x55AA, state, 0, attributes, len(text), len(data)) + uuid.UUID(vendor).bytes_le + text + data
	return out + b"\xff" * (-len(out) % 4)


def lists(data):
	"""The certificates of signature lists."""
	at, out = 0, []
	while at < len(data):
		kind, size, head, one = uuid.UUID(bytes_le=data[at:at + 16]), *struct.unpack_from("<III", data, at + 16)
		if str(kind).startswith("a5c059a1"):
			out += [data[i + 16:i + one] for i in range(at + 28 + head, at + size, one)]
		at += size
	return out


def told(variables):
	"""The rows of what virt-firmware says of a store."""
	out = []
	for v in variables:
		name, data = "%s-%s" % (v["name"], v["guid"]), bytes.fromhex(v["data"])
		when = "-"
		if "time" in v:
			t = bytes.fromhex(v["time"])
			year, month, day, hour, minute, second = struct.unpack_from("<HBBBBB", t)
			if year:
				when = str(calendar.timegm(datetime.datetime(year, month, day, hour, minute, second).timetuple()))
		out.append(row(name, data).replace("file - - -", "file - - " + when))
		if v["name"] in ("PK", "KEK", "db", "dbx"):
			out += [row("%s.%d.der" % (name, i + 1), c) for i, c in enumerate(lists(data))]
	return out


@golden("uefi_fv", "variables")
def variables():
	with tempfile.TemporaryDirectory() as tmp:
		pathlib.Path(tmp, "blank").write_bytes(blank())
		subprocess.run(["openssl", "req", "-batch", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-x509",
			"-subj", "/CN=golden", "-keyout", "key", "-out", "pem"], cwd=tmp, check=True, stderr=subprocess.DEVNULL)
		pypi.virt_fw_vars("-i", "blank", "--set-pk", GLOBAL, "pem", "--add-kek", GLOBAL, "pem", "--add-db", GLOBAL, "pem",
			"--add-db-hash", GLOBAL, "ab" * 32, "--sb", "-o", "vars", "--output-json", "json", cwd=tmp)
		said = json.loads(pathlib.Path(tmp, "json").read_text())["variables"]
		return pathlib.Path(tmp, "vars").read_bytes(), told(said)


@golden("uefi_fv", "plain-variables")
def plain_variables():
	image = blank(size=0x1000, guid=PLAIN, used=variable("Old", b"before", state=0x3C) + variable("Boot0000", b"x" * 37) +
		variable("Lang", b"eng\0", attributes=3) + variable("a/b", b"slash"))
	rows = [row("%s-%s" % (n, GLOBAL), d) for n, d in (("Boot0000", b"x" * 37), ("Lang", b"eng\0"), ("a_b", b"slash"))]
	return image, rows


@lie("uefi_fv", r"^deleted-file .* 6 %s /Old-%s \(deleted 0x" % (T.sha256(b"before"), GLOBAL), "!^file .*Old")
def variable_deleted():
	return read("uefi_fv", "plain-variables")


@lie("uefi_fv", "a variable is damaged", "Lang-", "a_b-", "!Boot0000-")
def variable_flipped():
	image = read("uefi_fv", "plain-variables")
	image[image.index("Boot0000".encode("utf-16-le")) - 32] ^= 0xFF
	return image


@lie("uefi_fv", "a variable is damaged", "Lang-", "!Boot0000-")
def variable_too_long():
	image = read("uefi_fv", "plain-variables")
	image[image.index("Boot0000".encode("utf-16-le")) - 17] = 0x7F
	return image


@lie("uefi_fv", "the store of variables is damaged")
def store_flipped():
	image = read("uefi_fv", "plain-variables")
	image[72] ^= 0xFF
	return image


@lie("uefi_fv", "variable db-", "!db-%s.1.der" % GLOBAL)
def list_too_long():
	"""A list of signatures that runs past its variable is no list: its bytes still come out."""
	image = read("uefi_fv", "variables")
	at = image.index("db\0".encode("utf-16-le")[:6] + uuid.UUID("a5c059a1-94e4-4aa7-87b5-ab155c2bf072").bytes_le)
	image[at + 6 + 19] = 0x7F
	return image


@lie("uefi_fv", "a packed section is damaged", "Vendor", "Filtered/0-image.efi")
def codes_flipped():
	image = read("uefi_fv", "compressed")
	image[72 + 24 + 9 + 8 + 20] ^= 0xFF
	return image


@lie("uefi_fv", "a packed section is damaged", "Vendor")
def codes_too_long():
	image = read("uefi_fv", "compressed")
	image[72 + 24 + 9 + 2] = 0x7F
	return image


@lie("uefi_fv", "limit", "Vendor")
def codes_huge():
	image = read("uefi_fv", "compressed")
	image[72 + 24 + 9 + 7] = 0x7F
	return image


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


@lie("uefi_fv", "limit .*packed sections of the volume are too large", "^dir .* /%s$" % TWO, "^file .* /%s/0-raw" % ONE, "!/%s/0-raw" % TWO)
def packed_together():
	"""Each section may unpack to 75 MiB; all of a volume to 128."""
	large = packed(section(0x19, bytes((15 << 20) - 4)) * 5)
	return volume(file(ONE, 7, large), file(TWO, 7, large))
