# SPDX-License-Identifier: Apache-2.0
"""Netgear's CHK as its published layout has it."""
import struct

from make import TEXT, Golden, case, noise, part, prop


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
