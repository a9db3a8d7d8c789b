# SPDX-License-Identifier: Apache-2.0
"""Motorola's header and Linksys's CHDR as their published layouts have them."""
import struct
import zlib

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

IMAGE = noise(500) + TEXT[:400]


def jam(data):
	return zlib.crc32(data) ^ 0xFFFFFFFF


def trx(size=None):
	rest = struct.pack("<HHIII", 0, 1, 28, 0, 0) + IMAGE
	return b"HDR0" + struct.pack("<II", 12 + len(rest) if size is None else size, jam(rest)) + rest


def motorola(image, model=0x10577050, flip=0):
	rest = struct.pack(">I", model) + image
	return struct.pack(">I", jam(rest) ^ flip) + rest


def chdr(image, size=None, flip=0):
	rest = struct.pack("<I", 1) + image
	return b"CHDR" + struct.pack("<II", 12 + len(rest) if size is None else size, jam(rest) ^ flip) + rest


@case("motorola")
def images():
	yield Golden("motorola", "trx", motorola(trx()), part("image", trx()), prop("crc", "ok"), prop("model", "0x10577050"))
	yield Golden("motorola", "chdr", chdr(IMAGE) + b"\xff" * 90, part("image", IMAGE), prop("crc", "ok"))
	yield Golden("motorola", "wrong", motorola(trx(), flip=1), part("image", trx()), prop("crc", "wrong"), ("lost", "checksum is wrong"))
	yield Golden("motorola", "wrong-chdr", chdr(IMAGE, flip=1), part("image", IMAGE), prop("crc", "wrong"), ("lost", "checksum is wrong"))


@lie("motorola", "a part is cut off", "part .* /image")
def motorola_size_behind_the_end():
	return motorola(trx(0xFFFFFFF0))


@lie("motorola", "a part is cut off", "part .* /image")
def motorola_chdr_size_behind_the_end():
	return chdr(IMAGE, 0xFFFFFFF0)


@lie("", "!type motorola")
def motorola_chdr_shorter_than_its_header():
	return chdr(IMAGE, 8)


@lie("", "!type motorola")
def motorola_other_model():
	return motorola(trx(), 0x20577050)
