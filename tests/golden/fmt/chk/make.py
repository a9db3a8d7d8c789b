# SPDX-License-Identifier: Apache-2.0
"""Netgear's CHK as its published layout has it."""
import struct

from make import TEXT, Golden, case, noise, part, prop
from trees import lie


def total(data):
	a = b = 0
	for byte in data:
		a = (a + byte) & 0xFFFFFFFF
		b = (b + a) & 0xFFFFFFFF

	def fold(v):
		v = (v & 0xFFFF) + (v >> 16)
		return ((v >> 16) + v) & 0xFFFF
	return fold(b) << 16 | fold(a)


def chk(kernel, rootfs=b"", board=b"U12H072T00_NETGEAR"):
	def head(own):
		return b"*#$^" + struct.pack(">I8B6I", 40 + len(board), 1, 1, 0, 0, 58, 1, 0, 38, total(kernel), total(rootfs),
			len(kernel), len(rootfs), total(kernel + rootfs), own) + board
	return head(total(head(0))) + kernel + rootfs


@case("chk")
def chks():
	k, r = noise(500), TEXT[:600]
	told = [prop("header-sum", "ok"), prop("image-sum", "ok"), prop("kernel-sum", "ok"),
		prop("board", "U12H072T00_NETGEAR"), prop("region", 1), prop("version", "1.0.0.58_1.0.38")]
	yield Golden("chk", "two", chk(k, r), part("kernel", k), part("rootfs", r), *told, prop("rootfs-sum", "ok"))
	yield Golden("chk", "one", chk(k) + b"\xff" * 100, part("kernel", k), *told)
	bad = chk(k, r[:-1] + b"?")[:58] + chk(k, r)[58:]
	yield Golden("chk", "wrong", bad, part("kernel", k), part("rootfs", r), prop("kernel-sum", "ok"),
		prop("rootfs-sum", "wrong"), ("lost", "checksum of the image is wrong"), ("lost", "checksum of a part is wrong"))
	yield Golden("chk", "cut", chk(k, r)[:-9], part("kernel", k), part("rootfs", r[:-9]), ("lost", "a part is cut off"))


def changed(at, value, seal=True):
	"""With a header whose checksum is right."""
	image = bytearray(chk(noise(500), TEXT[:600]))
	n = 40 + len(b"U12H072T00_NETGEAR")
	struct.pack_into(">I", image, at, value)
	if seal:
		struct.pack_into(">I", image, 36, 0)
		struct.pack_into(">I", image, 36, total(bytes(image[:n])))
	return image


@lie("chk", "a part is cut off", "part .* /kernel", "header-sum	value=ok")
def chk_kernel_behind_the_end():
	return changed(24, 0xFFFFFFF0)


@lie("chk", "part .* 500 .* /kernel", "part .* 600 .* /rootfs", "a part is cut off")
def chk_rootfs_behind_the_end():
	return changed(28, 0xFFFFFFF0)


@lie("", "!type chk")
def chk_header_of_much():
	return changed(4, 0xFFFFFFF0, seal=False)


@lie("", "!type chk")
def chk_header_of_nothing():
	return changed(4, 8, seal=False)


@lie("", "!type chk")
def chk_no_kernel():
	return changed(24, 0)


@lie("chk", "checksum of the header is wrong", "part .* /kernel", "part .* /rootfs")
def chk_wrong_header_sum():
	return changed(8, 0x02010000, seal=False)
