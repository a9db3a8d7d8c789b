# SPDX-License-Identifier: Apache-2.0
"""Zyxel's header and footer as their published layouts have them."""
import struct
import zlib

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

IMAGE = noise(500) + TEXT[:400]


def jam(data):
	return zlib.crc32(data) ^ 0xFFFFFFFF


def header(image, flip=0, n=None, all=None):
	def head(crc):
		n_image = len(image) if n is None else n
		return b"0RDH" + struct.pack(">III32s32sI12x164s8s16sI8x32s32s4xI4xI4x", 380, 380 + n_image if all is None else all,
			jam(image) ^ flip, b"5.0.0.0\n", b"\n", n_image, b"3 6035 122 0\n", b"MT7621A", b"NR7101", 0x07010001,
			b"1.00(ABUV.0)D0", b"1.00(ABUV.0)D0", 0x12345678, crc)
	return head(jam(head(0))) + image


def footer(image, flip=0):
	return image + b"ZNBG" + struct.pack("<I48sI", 0x804410, b"V2.00(AAWB.7)", jam(image) ^ flip)


@case("zyxel")
def frames():
	told = [part("image", IMAGE), prop("board", "NR7101"), prop("version", "1.00(ABUV.0)D0"), prop("header-crc", "ok")]
	yield Golden("zyxel", "header", header(IMAGE) + b"\xff" * 80, *told, prop("crc", "ok"))
	yield Golden("zyxel", "footer", footer(IMAGE), part("image", IMAGE), prop("device", "0x00804410"),
		prop("version", "V2.00(AAWB.7)"), prop("crc", "ok"))
	yield Golden("zyxel", "wrong-header", header(IMAGE, 1), *told, prop("crc", "wrong"), ("lost", "checksum is wrong"))
	yield Golden("zyxel", "wrong-footer", footer(IMAGE, 1), part("image", IMAGE), prop("crc", "wrong"), ("lost", "checksum is wrong"))


@lie("zyxel", "a part is cut off", "part .* /image")
def zyxel_size_behind_the_end():
	return header(IMAGE, n=0x7FFFFF00)


@lie("", "!type zyxel")
def zyxel_sizes_differ():
	return header(IMAGE, all=0)


@lie("", "!type zyxel")
def zyxel_nothing_before():
	return footer(b"")
