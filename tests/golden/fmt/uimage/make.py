# SPDX-License-Identifier: Apache-2.0
"""Images of mkimage with the magics that some makers put there, and the header's checksum made right again."""
import struct
import zlib

from make import TEXT, Golden, case, mkimage, part, prop


@case("uimage")
def magics():
	good = mkimage("kernel", [TEXT[:500]])
	for name, magic in (("okli", b"OKLI"), ("netgear", b"3700"), ("realtek", b"\x83\x80\0\0"),
		("allnet", b"\x83\0\0\x06"), ("netgear-3703", b"3703"), ("switch", b"\0\x70\x22\x02")):
		head = magic + b"\0" * 4 + good[8:64]
		image = head[:4] + struct.pack(">I", zlib.crc32(head)) + good[8:]
		yield Golden("uimage", name, image, part("*", TEXT[:500]), prop("name", "golden"), prop("data-crc", "ok"),
			prop("magic", "0x" + magic.hex()))
