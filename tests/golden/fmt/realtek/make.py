# SPDX-License-Identifier: Apache-2.0
"""Realtek's images as their published layout has them."""
import struct

from make import TEXT, Golden, case, noise, part, prop


def realtek(mark, data):
	data += bytes(len(data) % 2)
	total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
	return mark + struct.pack(">III", 0x80500000, 0x30000, len(data) + 2) + data + struct.pack(">H", -total & 0xFFFF)


@case("realtek")
def realteks():
	k, r = TEXT[:300], noise(500)
	kernel, root = realtek(b"cs6c", k), realtek(b"r6cr", r)
	told = [prop("kernel", "load=0x80500000 flash=0x00030000"), prop("sum", "ok")]
	yield Golden("realtek", "kernel", kernel + b"\xff" * 64, part("kernel", k), *told)
	yield Golden("realtek", "both", kernel + root, part("kernel", k), part("rootfs", r), *told)
	yield Golden("realtek", "firmware", realtek(b"cr6c", r), part("firmware", r), prop("sum", "ok"))
	bad = bytearray(kernel)
	bad[60] ^= 1
	yield Golden("realtek", "wrong", bytes(bad), part("kernel", bytes(bad[16:-2])), prop("sum", "wrong"),
		("lost", "checksum is wrong"))
	yield Golden("realtek", "cut", kernel[:-50], part("kernel", k[:-48]), ("lost", "a part is cut off"))
