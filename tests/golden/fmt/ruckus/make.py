# SPDX-License-Identifier: Apache-2.0
"""Ruckus's header as its published layout has it."""
import hashlib
import struct

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

IMAGE = noise(500) + TEXT[:400]


def ruckus(image, size=None, flip=0):
	digest = bytearray(hashlib.md5(image).digest())
	digest[0] ^= flip
	head = b"RCKS" + struct.pack(">III", 0x00130000, 0x00E06C37, 0x80060000) + struct.pack(">II", len(image) if size is None else size,
		0x609A43D2) + bytes(digest) + struct.pack(">I16s", 0x00046669, b"200.7.10.202.94")
	return head.ljust(160, b"\0") + image


@case("ruckus")
def images():
	told = [part("image", IMAGE), prop("version", "200.7.10.202.94"), prop("load", "0x80060000")]
	yield Golden("ruckus", "plain", ruckus(IMAGE) + b"\xff" * 90, *told, prop("md5", "ok"))
	yield Golden("ruckus", "wrong", ruckus(IMAGE, flip=1), *told, prop("md5", "wrong"), ("lost", "MD5 is wrong"))


@lie("ruckus", "a part is cut off", "part .* 900 .* /image")
def ruckus_size_behind_the_end():
	return ruckus(IMAGE, 0xFFFFFFF0)


@lie("", "!type ruckus")
def ruckus_empty():
	return ruckus(IMAGE, 0)
