# SPDX-License-Identifier: Apache-2.0
"""A program with what UPX writes behind its program headers, from the published layout (UPX itself is not in Debian 12)."""
import struct

from make import Golden, case, noise, prop


@case("elf")
def packed():
	body = struct.pack("<I4sHBB", 0x12345678, b"UPX!", 1800, 13, 22) + struct.pack("<III", 0, 40000, 40000)
	body += struct.pack("<IIBBBB", 40000, 900, 8, 0, 0, 0) + noise(900)
	size = 64 + 56 + len(body)
	head = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0x400080, 64, 0, 0, 64, 56, 1, 0, 0, 0)
	head += struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, size, size, 0x1000)
	yield Golden("elf", "upx", head + body, prop("packer", "UPX, version 13 of its layout, format 22, method 8"),
		prop("unpacked size", 40000), ("lost", "the program is packed by UPX: what it unpacks to was not examined"))
