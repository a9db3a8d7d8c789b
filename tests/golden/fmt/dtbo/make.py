# SPDX-License-Identifier: Apache-2.0
"""Tables of device trees, from the published layout; the trees are dtc's."""
import gzip
import struct

from make import BOARD, Golden, case, dtb, part, prop


@case("dtbo")
def tables():
	def table(version, *trees):
		at, entries = 32 + 32 * len(trees), b""
		for i, data in enumerate(trees):
			entries += struct.pack(">8I", len(data), at, 0x10 + i, i, 2 if data[:2] == b"\x1f\x8b" else 0, 0, 0, 0)
			at += len(data)
		return struct.pack(">8I", 0xD7B7AB1E, at, 32, 32, len(trees), 32, 2048, version) + entries + b"".join(trees)
	a, b = dtb(), dtb(BOARD.replace(b"Golden board", b"Other board"))
	yield Golden("dtbo", "v0", table(0, a, b), part("0", a), part("1", b),
		prop("1", "offset=0x%x size=%d id=0x11 revision=0x1" % (96 + len(a), len(b))))
	packed = gzip.compress(b, mtime=0)
	yield Golden("dtbo", "v1", table(1, a, packed), part("0", a), part("1", packed), prop("version", 1))
	yield Golden("dtbo", "cut", table(0, a, b)[:-50], part("0", a), part("1", b[:-50]), ("lost", "image is cut off"),
		("lost", "a device tree runs past the end"))
