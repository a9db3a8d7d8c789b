# SPDX-License-Identifier: Apache-2.0
"""ZyXEL's RAS images as their published layout has them."""
import struct

from make import TEXT, Golden, case, noise, part, prop
from trees import lie


def total(data):
	s = sum(data)
	r = (s & 0xFFFF) + (s >> 16)
	return (r & 0xFFFF) + (r >> 16)


def text(s, n):
	return (s + b"\0").ljust(n, b"\xff")


def ras(rootfs, kernel=b"", head=4096):
	packed = struct.pack(">II", total(kernel), len(kernel)) if kernel else b"\xff" * 8

	def header(own):
		return (struct.pack(">II", total(rootfs), len(rootfs)) + text(b"V1.00(AAAA.0)", 32) + struct.pack(">I", own) +
			text(b"NBG6617", 64) + packed).ljust(head, b"\xff")
	return header(total(header(total(rootfs))[:2048])) + rootfs + kernel


@case("ras")
def rases():
	r, k = noise(900), TEXT[:400]
	told = [prop("version", "V1.00(AAAA.0)"), prop("board", "NBG6617"), prop("rootfs-sum", "ok")]
	yield Golden("ras", "both", ras(r, k), part("rootfs", r), part("kernel", k), *told, prop("kernel-sum", "ok"))
	yield Golden("ras", "rootfs", ras(r, head=8192), part("rootfs", r), *told)
	bad = bytearray(ras(r, k))
	bad[-7] ^= 1
	yield Golden("ras", "wrong", bytes(bad), part("rootfs", r), part("kernel", bytes(bad[-400:])), *told,
		prop("kernel-sum", "wrong"), ("lost", "checksum of the kernel is wrong"))
	yield Golden("ras", "cut", ras(r, k)[:-50], part("rootfs", r), part("kernel", k[:-50]), *told,
		("lost", "a part is cut off"))


def changed(at, value, sealed=True):
	"""Its sum over the first 2048 bytes is right."""
	image = bytearray(ras(noise(900), TEXT[:400]))
	struct.pack_into(">I", image, at, value)
	if sealed:
		struct.pack_into(">I", image, 40, total(image[:40] + image[:4] + image[44:2048]))
	return image


@lie("ras", "a part is cut off", "part .* /rootfs", "version")
def ras_rootfs_behind_the_end():
	return changed(4, 0xFFFFFFF0)


@lie("ras", "part .* 900 .* /rootfs", "a part is cut off", "part .* 400 .* /kernel")
def ras_kernel_behind_the_end():
	return changed(112, 0xFFFFFFF0)


@lie("", "!type ras")
def ras_no_rootfs():
	return changed(4, 0)


@lie("", "!type ras")
def ras_wrong_sum():
	return changed(8, 0x41414141, sealed=False)


@lie("ras", "part .* 900 .* /rootfs")
def ras_header_without_end():
	"""What follows is as blank as the header: it is one of 256 KiB at most."""
	return ras(b"\xff" * 900, head=1 << 19)[:(1 << 18) + 900]
