# SPDX-License-Identifier: Apache-2.0
"""Ubiquiti's firmware as its published layout has it."""
import struct
import zlib

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

VERSION = b"XM.ar7240.v6.3.24.golden"


def piece(name, number, data):
	made = struct.pack(">4s16s12x6I", b"PART", name, 0x80002000, number, 0x9F050000, 0x80002000, len(data), len(data)) + data
	return made + struct.pack(">II", zlib.crc32(made), 0)


def ubnt(*pieces, magic=b"UBNT", signature=None):
	head = struct.pack("4s256s", magic, VERSION)
	body = head + struct.pack(">II", zlib.crc32(head), 0) + b"".join(pieces)
	if signature:
		return body + b"ENDS" + signature + bytes(4)
	return body + b"END." + struct.pack(">II", zlib.crc32(body), 0)


@case("ubnt")
def ubnts():
	k, r = TEXT[:300], noise(600)
	one, two = piece(b"kernel", 1, k), piece(b"rootfs", 2, r)
	told = [prop("header-crc", "ok"), prop("version", VERSION.decode()),
		prop("part kernel", "flash=0x9f050000 memory=0x80002000 crc=ok")]
	yield Golden("ubnt", "plain", ubnt(one, two), part("kernel", k), part("rootfs", r), *told, prop("crc", "ok"),
		prop("signed", "no"))
	yield Golden("ubnt", "signed", ubnt(one, two, magic=b"GEOS", signature=noise(256, b"rsa")) + b"\xff" * 64,
		part("kernel", k), part("rootfs", r), *told, prop("signed", "yes, not verified"))
	yield Golden("ubnt", "open", ubnt(one, magic=b"OPEN", signature=bytes(256)), part("kernel", k), *told,
		prop("signed", "no"))
	bad = bytearray(ubnt(one, two))
	bad[268 + 56 + 10] ^= 1
	yield Golden("ubnt", "wrong", bytes(bad), part("kernel", bytes(bad[324:624])), part("rootfs", r),
		prop("part kernel", "flash=0x9f050000 memory=0x80002000 crc=wrong"), prop("crc", "wrong"),
		("lost", "checksum of a part is wrong"), ("lost", "checksum is wrong"))
	yield Golden("ubnt", "cut", ubnt(one, two)[:-60], part("kernel", k), part("rootfs", r[:-40]), *told,
		("lost", "a part is cut off"), ("lost", "image ends without its end mark"))


def changed(at, value):
	image = bytearray(ubnt(piece(b"kernel", 1, TEXT[:300]), piece(b"rootfs", 2, noise(600))))
	struct.pack_into(">I", image, at, value)
	return image


@lie("ubnt", "a part is cut off", "image ends without its end mark", "part .* /kernel", "!part .* /rootfs")
def ubnt_first_behind_the_end():
	return changed(268 + 48, 0xFFFFFFF0)


@lie("ubnt", "part .* 300 .* /kernel", "a part is cut off", "part .* /rootfs")
def ubnt_second_behind_the_end():
	return changed(268 + 56 + 300 + 8 + 48, 0xFFFFFFF0)


@lie("ubnt", "image ends without its end mark", "checksum of a part is wrong", "part .* 200 .* /kernel")
def ubnt_short_part():
	return changed(268 + 48, 200)


@lie("ubnt", "checksum of the header is wrong", "part .* /kernel", "part .* /rootfs")
def ubnt_wrong_header():
	return changed(100, 0x41414141)


@lie("ubnt", "part .* /p63", "image ends without its end mark", "!part .* /p64")
def ubnt_very_many():
	return ubnt(*[piece(b"p%d" % i, i, b"x") for i in range(300)])


@lie("", "!type ubnt")
def ubnt_no_header_sum_and_no_part():
	image = changed(100, 0x41414141)
	image[268:272] = b"TRAP"
	return image
