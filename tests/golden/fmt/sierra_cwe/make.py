# SPDX-License-Identifier: Apache-2.0
"""CWE as its published layout has it."""
import struct
import zlib

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

BOOT, APPS = noise(300), TEXT[:500]


def jamcrc(data):
	return zlib.crc32(data) ^ 0xFFFFFFFF


def cwe(kind, data, valid=b"GOOD", flip=0, loader=0, size=None):
	first = struct.pack(">BBHII4s240x", 1, 2, 0, 400, len(data), kind)
	return first + struct.pack(">II4s4s4sII84s8sI20x", jamcrc(first) ^ loader, 3, valid, kind, b"9X30",
		len(data) if size is None else size, jamcrc(data) ^ flip, b"SWI9X30C_02.05.03.00_00", b"12/08/15", 1) + data


@case("sierra_cwe")
def images():
	told = [prop("type", "SPKG"), prop("product", "9X30"), prop("version", "SWI9X30C_02.05.03.00_00"), prop("date", "12/08/15")]
	both = cwe(b"BOOT", BOOT) + cwe(b"APPS", APPS)
	yield Golden("sierra_cwe", "package", cwe(b"SPKG", both), part("SPKG", both), *told, prop("crc", "ok"), prop("valid", "yes"))
	yield Golden("sierra_cwe", "unmarked", cwe(b"SPKG", BOOT, b"\xff" * 4), part("SPKG", BOOT), *told, prop("crc", "ok"),
		prop("valid", "not marked"))
	yield Golden("sierra_cwe", "wrong", cwe(b"SPKG", BOOT, flip=1), part("SPKG", BOOT), *told, prop("crc", "wrong"),
		("lost", "checksum is wrong"))


@lie("sierra_cwe", "a part is cut off", "part .* /SPKG")
def sierra_cwe_longer_than_it_is():
	return cwe(b"SPKG", BOOT, size=0xFFFFFF00)


@lie("", "!type sierra_cwe")
def sierra_cwe_damaged_header():
	return cwe(b"SPKG", BOOT, loader=1)


@lie("", "!type sierra_cwe")
def sierra_cwe_of_nothing():
	return cwe(b"SPKG", BOOT, size=0)
