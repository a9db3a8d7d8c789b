# SPDX-License-Identifier: Apache-2.0
"""Realtek's images as their published layout has them."""
import struct

from make import TEXT, Golden, case, noise, part, prop
from trees import lie


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


def changed(at, value, image=None):
	image = bytearray(image or realtek(b"cs6c", TEXT[:300]) + realtek(b"r6cr", noise(500)))
	struct.pack_into(">I", image, at, value)
	return image


@lie("realtek", "a part is cut off", "part .* /kernel")
def realtek_first_behind_the_end():
	return changed(12, 0x3000000)


@lie("realtek", "part .* 300 .* /kernel", "a part is cut off", "part .* 502 .* /rootfs")
def realtek_second_behind_the_end():
	return changed(318 + 12, 0x3000000)


@lie("", "!type realtek")
def realtek_larger_than_flash():
	return changed(12, 0xFFFFFFF0)


@lie("", "!type realtek")
def realtek_of_two_bytes():
	return changed(12, 2, realtek(b"cs6c", TEXT[:300]))


@lie("", "!type realtek")
def realtek_wrong_sum_and_address():
	return changed(4, 0, changed(20, 0, realtek(b"cs6c", TEXT[:300])))


@lie("", "type realtek", "part .* 300 .* /kernel", "part .* 2000 .* /trailing-0x13e")
def realtek_something_behind():
	"""It begins at an object's start only, and what follows it is kept."""
	return realtek(b"cs6c", TEXT[:300]) + noise(2000, b"behind")


@lie("realtek", "part .* 2 .* /kernel", "part .* /trailing-0x294")
def realtek_very_many():
	return b"".join(realtek(b"cs6c", b"%02d" % (i % 100)) for i in range(300))
