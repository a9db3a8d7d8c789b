# SPDX-License-Identifier: Apache-2.0
"""DrayTek's LZ4 as its published layout has it, with blocks of the lz4 tool."""
import struct

from make import TEXT, Golden, case, noise, part, run
from trees import lie

LONG = (TEXT * 60)[:(1 << 16) + 5000]


def blocks(data):
	"""The packed blocks of a frame with blocks of 64 KiB that do not lean on each other."""
	frame = run("lz4", "-B4", "-BI", "--no-frame-crc", "-9", "-c", "-", input=data)
	at = 7
	while True:
		n, = struct.unpack_from("<I", frame, at)
		if n == 0:
			return
		assert n < 1 << 31, "block that is not packed"
		yield frame[at + 4:at + 4 + n]
		at += 4 + n


def packed(data):
	return b"\xaa\x1d\x7f\x50" + b"".join(struct.pack("<I", len(b)) + b for b in blocks(data))


@case("draytek_lz4")
def streams():
	yield Golden("draytek_lz4", "short", packed(TEXT), part("unpacked", TEXT))
	yield Golden("draytek_lz4", "blocks", packed(LONG), part("unpacked", LONG))
	yield Golden("draytek_lz4", "padded", packed(TEXT) + b"\xff" * 90, part("unpacked", TEXT))


@lie("draytek_lz4", "part .* 65536 .* /")
def draytek_lz4_second_block_is_cut():
	return packed(LONG)[:-100]


@lie("", "!type draytek_lz4")
def draytek_lz4_size_behind_the_end():
	return b"\xaa\x1d\x7f\x50" + struct.pack("<I", 0xFFFFFFF0) + noise(300)


@lie("", "!type draytek_lz4")
def draytek_lz4_no_blocks():
	return b"\xaa\x1d\x7f\x50" + bytes(400)
