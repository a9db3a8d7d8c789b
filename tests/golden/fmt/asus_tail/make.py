# SPDX-License-Identifier: Apache-2.0
"""ASUS's footer as its published layout has it."""
import struct

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

IMAGE = noise(500) + TEXT[:400]


def total(data):
	n = 0
	for word, in struct.iter_unpack("<H", data):
		n ^= word
	return ~n & 0xFFFF


def asus(image, contents=struct.pack(">IHHI", 51234, 388, 0, 0), n=None, flip=0):
	size = struct.pack(">I", len(contents) if n is None else n)[1:]
	def foot(crc):
		return b"\x10" + size + struct.pack("<HH", crc, total(contents) ^ flip) + struct.pack(">I", 0x2AFED414)
	return image + contents + foot(total(foot(0)))


@case("asus_tail")
def tails():
	yield Golden("asus_tail", "build", asus(IMAGE), part("image", IMAGE), prop("build", "388_51234"), prop("sum", "ok"))
	yield Golden("asus_tail", "wrong", asus(IMAGE, flip=1), part("image", IMAGE), prop("sum", "wrong"), ("lost", "checksum is wrong"))


@lie("", "!type asus_tail")
def asus_tail_longer_than_all():
	return asus(IMAGE, n=0xFFFFFF)


@lie("asus_tail", "part .* 900 .* /image", "!build")
def asus_tail_no_contents():
	return asus(IMAGE, b"")


@lie("", "!type asus_tail")
def asus_tail_wrong_sum():
	image = bytearray(asus(IMAGE))
	image[-8] ^= 1
	return image
