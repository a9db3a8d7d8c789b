# SPDX-License-Identifier: Apache-2.0
"""SEAMA as its published layout has it."""
import hashlib
import struct

from make import TEXT, Golden, case, noise, part, prop
from trees import lie


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


def changed(at, format, value):
	image = bytearray(entity(b"", b"signature=golden") + entity(noise(400), b"dev=/dev/mtdblock/2", b"type=firmware"))
	struct.pack_into(format, image, at, value)
	return image


@lie("seama", "a part is cut off", "part .* 400 .* /0")
def seama_image_behind_the_end():
	return changed(32 + 8, ">I", 0xFFFFFFF0)


@lie("", "!type seama")
def seama_meta_behind_the_end():
	return changed(6, ">H", 0xFFFF)


@lie("seama", "part .* 400 .* /0", "MD5 is wrong")
def seama_wrong_md5():
	return changed(32 + 12, ">I", 0)


@lie("seama", "part .* /63", "!/64 ")
def seama_very_many_entities():
	"""More than are taken; what is behind them is a trailing part."""
	return b"".join(entity(b"%03d" % i, b"a=b") for i in range(200))


@lie("", "!type seama")
def seama_nothing_but_seals():
	return entity(b"", b"signature=golden") * 70
