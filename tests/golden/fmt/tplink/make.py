# SPDX-License-Identifier: Apache-2.0
"""TP-Link's headers as their published layout has them."""
import hashlib
import struct

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

SALTS = {1: "dcd73aa5c39598fbddf9e7f40eae4738", 2: "dcd73aa5c39598fbdcf9e7f40eae4737",
	"boot": "8cef335fd5c5cefaac9c28dab2e90f42"}


def tplink(version, kernel, rootfs, boot=b"", vendor=b"TP-LINK Technologies", text=b"ver. 1.0", combined=False):
	at = 512 + len(kernel)
	at += -at % 64
	body = kernel.ljust(at - 512, b"\xff") + rootfs + boot
	where = struct.pack(">10I", 0x80060000, 0x80060000, 0 if combined else 512 + len(body), 512, len(kernel),
		at if rootfs else 0, len(rootfs), at + len(rootfs) if boot else 0, len(boot), 0)[:36]
	salt = bytes(16) if combined else bytes.fromhex(SALTS["boot" if boot else min(version, 2)])
	if version == 1:
		head = struct.pack(">I24s36sIII", 0x01000000, vendor, text, 0x07030001, 1, 0)
		tail = bytes(24) + where
	else:
		head = struct.pack("<I48s", version, text) + struct.pack(">III", 0x07030001, 1, 0)
		tail = bytes(4) + b"\xff" * 20 + where + struct.pack(">HBBBBBB", 0x55AA, 1, 0, 0xA5, 3, 16, 9)
	image = head + salt + tail
	image = image.ljust(512, b"\xff" if version > 1 else b"\0") + body
	if not combined:
		image = head + hashlib.md5(image).digest() + image[len(head) + 16:]
	return image


@case("tplink")
def tplinks():
	k, r, b = TEXT[:288], noise(700), noise(90, b"boot")
	told = [prop("md5", "ok"), prop("hardware", "0x07030001"), prop("firmware", "ver. 1.0")]
	yield Golden("tplink", "v1", tplink(1, k, r), part("kernel", k), part("rootfs", r), *told, prop("version", 1),
		prop("vendor", "TP-LINK Technologies"), prop("load", "0x80060000"))
	yield Golden("tplink", "combined", tplink(1, k, b"", vendor=b"OpenWrt", combined=True), part("kernel", k),
		prop("vendor", "OpenWrt"))
	yield Golden("tplink", "v2", tplink(2, k, r), part("kernel", k), part("rootfs", r), *told, prop("version", 2))
	yield Golden("tplink", "v3", tplink(3, k, r, b) + b"\xff" * 80, part("kernel", k), part("rootfs", r),
		part("boot", b), *told[1:], prop("version", 3))
	yield Golden("tplink", "cut", tplink(1, k, r)[:-50], part("kernel", k), part("rootfs", r[:-50]),
		prop("md5", "wrong"), ("lost", "a part is cut off"),
		("lost", "MD5 is wrong, or of another salt than the known ones"))


def changed(at, value, version=1):
	image = bytearray(tplink(version, TEXT[:288], noise(700)))
	struct.pack_into(">I", image, at, value)
	return image


@lie("tplink", "a part is cut off", "part .* /kernel", "part .* 700 .* /rootfs")
def tplink_kernel_behind_the_end():
	return changed(132, 0xFFFFFF00, 1)


@lie("tplink", "a part lies behind the end", "part .* 288 .* /kernel")
def tplink_rootfs_behind_the_end():
	return changed(136, 0xFFFFFF00, 1)


@lie("", "!type tplink")
def tplink_rootfs_in_the_header():
	return changed(136, 16, 1)


@lie("", "!type tplink")
def tplink_no_kernel():
	return changed(132, 0, 1)


@lie("", "!type tplink")
def tplink_kernel_somewhere_else():
	return changed(116, 1024, 2)


@lie("tplink", "a part is cut off", "part .* 288 .* /kernel", "part .* /rootfs")
def tplink_second_rootfs_behind_the_end():
	return changed(128, 0xFFFFFF00, 2)
