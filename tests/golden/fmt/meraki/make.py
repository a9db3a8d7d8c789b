# SPDX-License-Identifier: Apache-2.0
"""Meraki's header as its published layout has it."""
import hashlib
import struct

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

IMAGE = noise(500) + TEXT[:400]


def meraki(image, placed=False, size=None, flip=0):
	digest = bytearray(hashlib.sha1(image).digest())
	digest[0] ^= flip
	head = struct.pack(">III20sI", 0x8E73ED8A, 1024, len(image) if size is None else size, bytes(digest),
		0xA1F0BEEF if placed else 0x8E73ED8A)
	head += struct.pack(">5I", 0x00060001, 0x10000, 0x3FFC00, 0x400, 0x400) if placed else b"\xff" * 24
	return head.ljust(1024, b"\xff") + image


@case("meraki")
def images():
	yield Golden("meraki", "plain", meraki(IMAGE) + b"\xff" * 90, part("image", IMAGE), prop("sha1", "ok"))
	yield Golden("meraki", "placed", meraki(IMAGE, True), part("image", IMAGE), prop("sha1", "ok"),
		prop("places", "kernel=0x10000 ramdisk=0x3ffc00 fdt=0x400"))
	yield Golden("meraki", "wrong", meraki(IMAGE, flip=1), part("image", IMAGE), prop("sha1", "wrong"), ("lost", "SHA-1 is wrong"))


@lie("meraki", "a part is cut off", "part .* 900 .* /image")
def meraki_size_behind_the_end():
	return meraki(IMAGE, size=0xFFFFFFF0)


@lie("", "!type meraki")
def meraki_empty():
	return meraki(IMAGE, size=0)
