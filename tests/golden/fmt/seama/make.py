# SPDX-License-Identifier: Apache-2.0
"""SEAMA as its published layout has it."""
import hashlib
import struct

from make import TEXT, Golden, case, noise, part, prop


def entity(data, *meta):
	text = b"".join(m + b"\0" for m in meta)
	text += bytes(-len(text) % 4)
	digest = hashlib.md5(data).digest() if data else b""
	return struct.pack(">IHHI", 0x5EA3A417, 0, len(text), len(data)) + digest + text + data


@case("seama")
def seamas():
	a, b = noise(400), TEXT[:333]
	seal = entity(b"", b"signature=wrgn49_dlob_dir600b", b"noheader=1")
	one, two = entity(a, b"dev=/dev/mtdblock/2", b"type=firmware"), entity(b, b"type=web")
	told = [prop("meta", "signature=wrgn49_dlob_dir600b"), prop("meta", "type=firmware"), prop("md5", "ok")]
	yield Golden("seama", "sealed", seal + one + two, part("0", a), part("1", b), *told, prop("meta", "type=web"))
	yield Golden("seama", "entity", one + b"\xff" * 90, part("0", a), prop("meta", "type=firmware"), prop("md5", "ok"))
	bad = bytearray(seal + one + two)
	bad[-5] ^= 1
	yield Golden("seama", "wrong", bytes(bad), part("0", a), part("1", bytes(bad[-333:])), *told, prop("md5", "wrong"),
		("lost", "MD5 is wrong"))
	yield Golden("seama", "cut", (seal + one + two)[:-20], part("0", a), part("1", b[:-20]), *told,
		("lost", "a part is cut off"))
