# SPDX-License-Identifier: Apache-2.0
"""DNI's header as its published layout has it."""
from make import TEXT, Golden, case, noise, part, prop
from trees import lie

IMAGE = noise(500) + TEXT[:300]


def dni(image, head=b"device:R7800\nversion:V1.0.2.68\nregion:\nhd_id:29764958+0+128+512+4x4+4x4+cascade\n", flip=0):
	data = head.ljust(128, b"\0") + image
	return data + bytes([(0xFF - sum(data)) & 0xFF ^ flip])


@case("dni")
def headers():
	told = [part("image", IMAGE), prop("device", "R7800"), prop("version", "V1.0.2.68")]
	yield Golden("dni", "hd-id", dni(IMAGE), *told, prop("sum", "ok"), prop("hd_id", "29764958+0+128+512+4x4+4x4+cascade"))
	short = dni(IMAGE, b"device:WNDR3700\nversion:V1.0.7.98\nregion:NA\n")
	yield Golden("dni", "region", short, part("image", IMAGE), prop("region", "NA"), prop("sum", "ok"))
	yield Golden("dni", "wrong", dni(IMAGE, flip=1), *told, prop("sum", "wrong"),
		("lost", "sum is wrong, or something follows the image"))


@lie("", "!type dni")
def dni_text():
	return b"device:a\nversion:b\n" * 20


@lie("", "!type dni")
def dni_something_behind_the_lines():
	image = bytearray(dni(IMAGE))
	image[127] = 65
	return image
