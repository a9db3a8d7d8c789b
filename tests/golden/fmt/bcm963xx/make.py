# SPDX-License-Identifier: Apache-2.0
"""Broadcom's image tag as its published layout has it."""
import struct
import zlib

from make import TEXT, Golden, case, noise, part, prop
from trees import lie


def jam(data):
	return zlib.crc32(data) ^ 0xFFFFFFFF


def tag(cfe, rootfs, kernel, company=b"Broadcom Corporatio", version=b"6", first="rootfs", hole=0, total=None, crc=0):
	base = 0xBFC10100
	a, b = (rootfs, kernel) if first == "rootfs" else (kernel, rootfs)
	body = cfe + a + bytes(hole) + b
	places = {id(a): base, id(b): base + len(a) + hole}
	def number(n, width):
		return str(n).encode().ljust(width, b"\0")
	head = struct.pack("4s20s14s6s16s2s", version, company, b"ver. 2.0", b"6348", b"96348GW-10", b"1")
	head += number(len(body) if total is None else total, 10)
	for data in (cfe, rootfs, kernel):
		head += number(0xBFC00000 if data is cfe else places[id(data)], 12) + number(len(data), 10)
	head = (head + b"0\0000\0").ljust(216, b"\0")
	head += struct.pack(">IIII", jam(body) ^ crc, jam(rootfs), jam(kernel), 0).ljust(20, b"\0")
	return bytearray(head + struct.pack(">I", jam(head)) + bytes(16) + body)


CFE, ROOT, KERNEL = noise(200, b"cfe"), TEXT[:700], noise(500)
TOLD = [prop("header-crc", "ok"), prop("image-crc", "ok"), prop("chip", "6348"), prop("board", "96348GW-10")]


@case("bcm963xx")
def tags():
	both = [part("rootfs", ROOT), part("kernel", KERNEL), prop("part-crc", "rootfs ok"), prop("part-crc", "kernel ok")]
	yield Golden("bcm963xx", "stock", tag(b"", ROOT, KERNEL) + b"\xff" * 90, *both, *TOLD)
	yield Golden("bcm963xx", "cfe", tag(CFE, ROOT, KERNEL), part("cfe", CFE), *both, *TOLD)
	yield Golden("bcm963xx", "openwrt", tag(b"", ROOT, KERNEL, first="kernel", hole=36), *both, *TOLD)
	yield Golden("bcm963xx", "other-company", tag(b"", ROOT, KERNEL, b"AAAAAAAA Corporatio"), *both, *TOLD)
	yield Golden("bcm963xx", "wrong", tag(b"", ROOT, KERNEL, crc=1), *both, prop("image-crc", "wrong"),
		("lost", "checksum of the image is wrong"))
	yield Golden("bcm963xx", "cut", tag(b"", ROOT, KERNEL)[:-30], part("rootfs", ROOT), part("kernel", KERNEL[:-30]),
		prop("header-crc", "ok"), ("lost", "image is cut off"), ("lost", "a part is cut off"))


def changed(at, text):
	image = tag(b"", ROOT, KERNEL)
	image[at:at + len(text)] = text
	return image


def sealed(at, text):
	"""The same with the tag's checksum right."""
	image = changed(at, text)
	struct.pack_into(">I", image, 236, jam(image[:236]))
	return image


@lie("bcm963xx", "a part is cut off", "part .* 1190 .* /rootfs", "part .* 10 .* /kernel", "image-crc	value=ok")
def bcm963xx_long_rootfs():
	return sealed(106, b"1190\0")


@lie("bcm963xx", "part .* 700 .* /rootfs", "part .* 500 .* /rest")
def bcm963xx_no_kernel():
	return sealed(128, b"0\0\0")


@lie("bcm963xx", "part .* 500 .* /kernel", "part .* 700 .* /rootfs")
def bcm963xx_no_rootfs():
	"""As images are whose root file system boot loaders shall not check."""
	image = tag(b"", ROOT, KERNEL, first="kernel")
	image[106:116] = b"0".ljust(10, b"\0")
	struct.pack_into(">I", image, 236, jam(image[:236]))
	return image


@lie("", "!type bcm963xx")
def bcm963xx_rootfs_longer_than_all():
	return changed(106, b"999999999\0")


@lie("bcm963xx", "image is cut off", "part .* /rootfs", "part .* /kernel")
def bcm963xx_total_behind_the_end():
	return tag(b"", ROOT, KERNEL, total=999999999)


@lie("", "!type bcm963xx")
def bcm963xx_no_digits():
	return changed(62, b"12x4")


@lie("bcm963xx", "part .* /rootfs", "part .* /kernel", "checksum of the tag is wrong")
def bcm963xx_addresses_wrap():
	return changed(94, b"4294967295\0\0")
