# SPDX-License-Identifier: Apache-2.0
"""EcoNet's tclinux.bin as its published layout has it."""
import struct
import zlib

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

KERNEL, ROOTFS = noise(600), TEXT[:900]


def jamcrc(data):
	return zlib.crc32(data) ^ 0xFFFFFFFF


def tclinux(big=True, long=False, flip=0, head=0, size=None, kernel=None, version=b"7.0.1.0\n"):
	order = ">" if big else "<"
	data = KERNEL + ROOTFS
	n = 372 if long else 256
	magic = b"HDR0" if long else b"HDR2"
	header = bytearray(struct.pack(order + "4sIII32s32sIII32sI128x", magic[::-1] if big else magic, n, n + len(data) if size is None else
		size, jamcrc(data) ^ flip, version, b"\n", len(KERNEL) if kernel is None else kernel, len(ROOTFS), 0, b"3 6035 122 74\n",
		0x80020000))
	if long:
		header += struct.pack(order + "8s16sII4x32s32s4xIIII", b"MT7621A", b"NR7101", 0x07010001, 0, b"1.00(ABUV.0)D0",
			b"1.00(ABUV.0)D0", 0x12345678, 0, 0, 0)
		header = header[:372].ljust(372, b"\0")
		header[364:368] = bytes(4)
		struct.pack_into(order + "I", header, 364, jamcrc(bytes(header)) ^ head)
	return bytes(header) + data


@case("econet")
def images():
	parts = [part("kernel", KERNEL), part("rootfs", ROOTFS)]
	told = [prop("version", "7.0.1.0"), prop("model", "3 6035 122 74"), prop("unpacks-at", "0x80020000")]
	yield Golden("econet", "big", tclinux(), *parts, *told, prop("crc", "ok"))
	yield Golden("econet", "little", tclinux(False), *parts, *told, prop("crc", "ok"))
	for name, big in (("zyxel", True), ("zyxel-little", False)):
		yield Golden("econet", name, tclinux(big, True), *parts, *told, prop("crc", "ok"), prop("header-crc", "ok"),
			prop("chip", "MT7621A"), prop("board", "NR7101"))
	yield Golden("econet", "wrong", tclinux(flip=1), *parts, *told, prop("crc", "wrong"), ("lost", "checksum is wrong"))


@lie("econet", "a part is cut off", "part .* /kernel")
def econet_cut_off():
	return tclinux()[:-300]


@lie("", "!type econet")
def econet_kernel_larger_than_all():
	return tclinux(kernel=0xFFFFFF00)


@lie("", "!type econet")
def econet_without_a_version_or_sum():
	return tclinux(flip=1, version=b"")


@lie("econet", "checksum of the header is wrong")
def econet_header_damaged():
	return tclinux(long=True, head=1)


@lie("econet", "a part is cut off", "part .* /kernel")
def econet_longer_than_it_is():
	return tclinux(size=0x7FFFFFFF)
