# SPDX-License-Identifier: Apache-2.0
"""WRG's and WRGG's headers as their published layouts have them."""
import hashlib
import struct

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

IMAGE = noise(500) + TEXT[:300]


def wrgg(image, order=">", old=False, size=None, flip=0):
	signature, device = b"wrgac26_qihoo360_360rg".ljust(32, b"\0"), b"/dev/mtdblock/1".ljust(32, b"\0")
	end = struct.pack(order + "II", len(image) if size is None else size, 0x70000)
	digest = bytearray(hashlib.md5(end[4:] + device + image).digest())
	digest[0] ^= flip
	if old:
		return signature + struct.pack(order + "II", 0x20040220, 0x20040220) + end + device + bytes(digest) + image
	head = struct.pack("<II16s16s16x16s", 0x20080321, 0x20080321, b"1.0.1", b"360R2", b"12")
	return signature + head + end + device + bytes(digest) + image


@case("wrgg")
def headers():
	told = [part("image", IMAGE), prop("signature", "wrgac26_qihoo360_360rg"), prop("device", "/dev/mtdblock/1"), prop("md5", "ok")]
	more = [prop("version", "1.0.1"), prop("model", "360R2"), prop("build", "12")]
	yield Golden("wrgg", "big", wrgg(IMAGE) + b"\xff" * 100, *told, *more)
	yield Golden("wrgg", "little", wrgg(IMAGE, "<"), *told, *more)
	yield Golden("wrgg", "old-big", wrgg(IMAGE, old=True), *told)
	yield Golden("wrgg", "old-little", wrgg(IMAGE, "<", old=True), *told)
	yield Golden("wrgg", "wrong", wrgg(IMAGE, flip=1), *told[:3], prop("md5", "wrong"), ("lost", "MD5 is wrong"))
	yield Golden("wrgg", "cut", wrgg(IMAGE)[:-9], part("image", IMAGE[:-9]), *told[1:3], ("lost", "a part is cut off"))


@lie("wrgg", "a part is cut off", "part .* /image")
def wrgg_size_behind_the_end():
	return wrgg(IMAGE, old=True, size=0xFFFFFFF0)


@lie("", "!type wrgg")
def wrgg_empty():
	return wrgg(IMAGE, size=0)
