# SPDX-License-Identifier: Apache-2.0
"""Xiaomi's firmware as its published layout has it."""
import struct
import zlib

from make import TEXT, Golden, case, noise, part, prop
from trees import lie


def xiaomi(version, *parts, signature=bytes(256), flip=0):
	head, body, at = 48 if version == 1 else 80, b"", []
	for name, data in parts:
		at.append(head + len(body))
		body += struct.pack("<IIIHH32s", 0xBABE, 0x40000, len(data), 4, 0, name) + data
		body += bytes(-len(body) % 4)
	offsets = struct.pack("<8I", *(at + [0] * (8 - len(at))))
	middle = struct.pack("<HH", 0, 0x25) if version == 1 else struct.pack("<I8s8s16x", 0, b"RA70", b"EU")
	rest = middle + offsets + body + struct.pack("<I12x", len(signature)) + signature
	return b"HDR%d" % version + struct.pack("<II", head + len(body), zlib.crc32(rest) ^ 0xFFFFFFFF ^ flip) + rest


@case("xiaomi")
def xiaomis():
	a, b = TEXT[:300], noise(500)
	parts = [(b"firmware.bin", a), (b"uboot.bin", b)]
	whole = [part("firmware.bin", a), part("uboot.bin", b)]
	yield Golden("xiaomi", "hdr1", xiaomi(1, *parts), *whole, prop("crc", "ok"), prop("device", "0x0025"),
		prop("signed", "no"), prop("part uboot.bin", "flash=0x00040000 type=0x0004"))
	yield Golden("xiaomi", "hdr2", xiaomi(2, *parts, signature=noise(256, b"rsa")) + b"\xff" * 64, *whole,
		prop("crc", "ok"), prop("device", "RA70"), prop("region", "EU"), prop("signed", "yes, not verified"))
	yield Golden("xiaomi", "wrong", xiaomi(1, *parts, flip=1), *whole, prop("crc", "wrong"), ("lost", "checksum is wrong"))
	yield Golden("xiaomi", "cut", xiaomi(1, *parts)[:-400], whole[0], part("uboot.bin", b[:-128]),
		("lost", "image is cut off"), ("lost", "a part is cut off"))


def changed(at, value, version=1):
	image = bytearray(xiaomi(version, (b"firmware.bin", TEXT[:300]), (b"uboot.bin", noise(500))))
	struct.pack_into("<I", image, at, value)
	struct.pack_into("<I", image, 8, zlib.crc32(image[12:]) ^ 0xFFFFFFFF)
	return image


@lie("xiaomi", "part .* 300 .* /firmware.bin")
def xiaomi_part_behind_the_end():
	return changed(20, 0xFFFFFFF0)


@lie("xiaomi", "a part is cut off", "part .* 500 .* /uboot.bin")
def xiaomi_long_part():
	return changed(48 + 8, 0xFFFFFFF0)


@lie("xiaomi", "part .* /firmware.bin", "part .* /gap-0x18c")
def xiaomi_both_the_same():
	"""The second offset is the first one's."""
	return changed(20, 48)


@lie("xiaomi", "part .* /firmware.bin", "part .* /uboot.bin")
def xiaomi_signature_behind_the_end():
	return changed(4, 0xFFFFFFF0)
