# SPDX-License-Identifier: Apache-2.0
"""CyberTAN's header as its published layout has it."""
import struct
import zlib

from make import Golden, case, noise, part, prop
from trees import lie

PART = noise(400)


def trx(size=None):
	rest = struct.pack("<HHIII", 0, 1, 28, 0, 0) + PART
	return b"HDR0" + struct.pack("<II", 12 + len(rest) if size is None else size, zlib.crc32(rest) ^ 0xFFFFFFFF) + rest


def cybertan(firmware, month=2):
	return b"W54G" + bytes(4) + bytes([106, month, 28, 4, 71, 1]) + b"U2ND" + struct.pack("<BxH10x", 1, 7) + firmware


@case("cybertan")
def headers():
	told = [prop("model", "W54G"), prop("date", "2006-02-28"), prop("version", "4.71.1"), prop("flags", "0x0007")]
	yield Golden("cybertan", "trx", cybertan(trx()) + b"\xff" * 200, part("firmware", trx()), *told)
	yield Golden("cybertan", "cut", cybertan(trx())[:-50], part("firmware", trx()[:-50]), *told, ("lost", "a part is cut off"))


@lie("", "!type cybertan")
def cybertan_month_thirteen():
	return cybertan(trx(), 13)


@lie("cybertan", "a part is cut off", "part .* /firmware")
def cybertan_size_behind_the_end():
	return cybertan(trx(0xFFFFFFF0))


@lie("", "!type cybertan")
def cybertan_empty():
	return cybertan(trx(0))
