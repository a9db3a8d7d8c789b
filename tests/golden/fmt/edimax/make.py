# SPDX-License-Identifier: Apache-2.0
"""Edimax's header as its published layout has it."""
import struct

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

IMAGE = noise(500) + TEXT[:400]


def edimax(image, order="<", size=None, flip=0):
	total = sum(w for w, in struct.iter_unpack(order + "H", image))
	return b"CSYS" + struct.pack(order + "II4sI", 0x80500000, 0x20000, b"RN68", len(image) + 2 if size is None else size) + image + \
		struct.pack(order + "H", -total & 0xFFFF ^ flip)


@case("edimax")
def images():
	told = [part("image", IMAGE), prop("model", "RN68"), prop("places", "start=0x80500000 flash=0x00020000")]
	yield Golden("edimax", "little", edimax(IMAGE) + b"\xff" * 90, *told, prop("sum", "ok"))
	yield Golden("edimax", "big", edimax(IMAGE, ">"), *told, prop("sum", "ok"))
	yield Golden("edimax", "wrong", edimax(IMAGE, flip=1), *told, prop("sum", "wrong"), ("lost", "checksum is wrong"))
	yield Golden("edimax", "cut", edimax(IMAGE)[:-52], part("image", IMAGE[:-50]), ("lost", "a part is cut off"))


@lie("edimax", "a part is cut off", "part .* /image")
def edimax_size_behind_the_end():
	return edimax(IMAGE, size=0x0FFFFFF0)


@lie("", "!type edimax")
def edimax_size_of_too_much():
	return edimax(IMAGE, size=0xFFFFFFF0)


@lie("", "!type edimax")
def edimax_empty():
	return edimax(IMAGE, size=2)
