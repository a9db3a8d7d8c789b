# SPDX-License-Identifier: Apache-2.0
"""Broadcom's ProgramStore as its published layout has it."""
import struct

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

IMAGE = noise(500) + TEXT[:400]


def crc(data, width, poly):
	n = top = (1 << width) - 1
	for byte in data:
		n ^= byte << (width - 8)
		for _ in range(8):
			n = (n << 1 ^ poly if n >> (width - 1) else n << 1) & top
	return n ^ top


def store(image, packing=0, size=None, flip=0):
	head = struct.pack(">HHHHIII64s", 0xA825, packing, 1, 0, 1709294400, len(image) if size is None else size, 0x80004000,
		b"golden-modem-1.0.bin")
	return head + struct.pack(">HHI", crc(head, 16, 0x1021), 0, crc(image, 32, 0x04C11DB7) ^ flip) + image


@case("bcm_ps")
def images():
	told = [part("image", IMAGE), prop("signature", "0xa825"), prop("name", "golden-modem-1.0.bin"), prop("load", "0x80004000")]
	yield Golden("bcm_ps", "plain", store(IMAGE) + b"\xff" * 80, *told, prop("crc", "ok"), prop("compression", "none"))
	yield Golden("bcm_ps", "lzma", store(IMAGE, 5), *told, prop("crc", "ok"), prop("compression", "LZMA"))
	yield Golden("bcm_ps", "wrong", store(IMAGE, flip=1), *told, prop("crc", "wrong"), ("lost", "checksum is wrong"))


@lie("bcm_ps", "a part is cut off", "part .* /image")
def bcm_ps_size_behind_the_end():
	return store(IMAGE, size=0xFFFFFFF0)


@lie("", "!type bcm_ps")
def bcm_ps_header_flipped():
	image = bytearray(store(IMAGE))
	image[30] ^= 1
	return image
