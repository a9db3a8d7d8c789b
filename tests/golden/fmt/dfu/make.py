# SPDX-License-Identifier: Apache-2.0
"""DFU files of dfu-suffix; DfuSe from its published layout, with the suffix that dfu-suffix adds."""
import struct

from make import TEXT, Golden, case, in_folder, noise, part, prop


def suffixed(data, *options):
	return in_folder({"out": data}, ["dfu-suffix", "-v", "0483", "-p", "df11", "-d", "0100", *options, "-a", "out"])


@case("dfu")
def dfus():
	told = [prop("device", "0483:df11 release 0100"), prop("crc", "ok")]
	yield Golden("dfu", "plain", suffixed(TEXT), part("firmware", TEXT), *told)
	a, b = noise(300, b"a"), noise(100, b"b")
	elements = struct.pack("<II", 0x08000000, len(a)) + a + struct.pack("<II", 0x08004000, len(b)) + b
	target = struct.pack("<6sBI255sII", b"Target", 0, 1, b"Internal Flash", len(elements), 2) + elements
	se = struct.pack("<5sBIB", b"DfuSe", 1, 11 + len(target), 1) + target
	parts = part("target0-0x08000000", a), part("target0-0x08004000", b)
	whole = suffixed(se, "-S", "0x11a")
	yield Golden("dfu", "se", whole, *parts, *told, prop("target0", "setting 0 Internal Flash"))
	bad = whole[:-50] + bytes([whole[-50] ^ 1]) + whole[-49:]
	yield Golden("dfu", "wrong-crc", bad, parts[0], part("target0-0x08004000", bad[-116:-16]), prop("crc", "wrong"),
		("lost", "checksum is wrong"))
