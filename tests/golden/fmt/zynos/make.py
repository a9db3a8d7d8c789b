# SPDX-License-Identifier: Apache-2.0
"""ZyNOS's objects as their published layout has them."""
import struct

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

DATA = noise(901)


def total(data):
	n = 0
	for word, in struct.iter_unpack(">H", data + bytes(len(data) % 2)):
		n += word
		if n > 0xFFFF:
			n = (n + 1) & 0xFFFF
	return n


def zynos(data, kind=4, flags=0x40, size=None, flip=0, plain=0):
	packed = flags & 0x80
	n = len(data) if size is None else size
	sums = (0, total(data) ^ flip) if packed else (total(data) ^ flip, 0)
	return struct.pack(">IH3sBIIBBHH15sI5x", 0x80008000, 0, b"SIG", kind, plain if packed else n, n if packed else 0, flags, 0,
		*sums, b"V3.60(JJ.4)", 0xBFC10000) + data


@case("zynos")
def objects():
	told = [prop("sum", "ok"), prop("version", "V3.60(JJ.4)"), prop("load", "0x80008000")]
	yield Golden("zynos", "plain", zynos(DATA) + b"\xff" * 99, part("rombin", DATA), *told, prop("type", "rombin"))
	yield Golden("zynos", "packed", zynos(DATA, 0x81, 0xA0, plain=5000), part("ramcode", DATA), *told, prop("type", "ramcode"))
	yield Golden("zynos", "bootext", zynos(TEXT, 3), part("bootext", TEXT), *told)


@lie("", "!type zynos")
def zynos_wrong_sum():
	return zynos(DATA, flip=1)


@lie("", "!type zynos")
def zynos_no_sum():
	return zynos(DATA, flags=0)


@lie("", "!type zynos")
def zynos_size_behind_the_end():
	return zynos(DATA, size=0xFFFFFFF0)


@lie("", "!type zynos")
def zynos_unknown_type():
	return zynos(DATA, 0x54)
