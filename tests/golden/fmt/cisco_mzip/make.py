# SPDX-License-Identifier: Apache-2.0
"""Cisco's MZIP as its published layout has it."""
import bz2
import io
import struct
import zipfile

from make import TEXT, Golden, case, noise, part, prop
from trees import lie


def crc16(data, crc=0xFFFF):
	for byte in data:
		crc ^= byte << 8
		for _ in range(8):
			crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
	return crc


def zipped(data):
	out = io.BytesIO()
	with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
		z.writestr(zipfile.ZipInfo("-"), data)
	return out.getvalue()


CODE, DATA = zipped(TEXT), bz2.compress(noise(300))
SEGMENTS = ((0x3000, 1, CODE, 3000), (0x1800000, 2, DATA, 300))


def mzip(segments=SEGMENTS, n=None, at=None, size=None, flip=0):
	start = 56 + 56 * len(segments)
	heads, body = b"", b""
	for load, packing, data, plain in segments:
		heads += struct.pack(">6I32x", start + len(body) if at is None else at, load, packing,
			len(data) if size is None else size, plain, plain)
		body += data
	head = b"MZIP" + struct.pack(">4I", 1, 0x3000, len(segments) if n is None else n, 0x1001) + bytes(32)
	head += struct.pack(">H", ~crc16(heads + body) & 0xFFFF ^ flip)
	return head + struct.pack(">H", ~crc16(head) & 0xFFFF) + heads + body


@case("cisco_mzip")
def images():
	told = [part("0", CODE), part("1", DATA), prop("segment", "0 load=0x00003000 unpacked=3000 zip"),
		prop("segment", "1 load=0x01800000 unpacked=300 bzip2")]
	yield Golden("cisco_mzip", "two", mzip() + bytes(60), *told, prop("segments-crc", "ok"))
	yield Golden("cisco_mzip", "one", mzip(SEGMENTS[:1]), *told[:1], prop("segments-crc", "ok"))
	yield Golden("cisco_mzip", "wrong", mzip(flip=1), *told, prop("segments-crc", "wrong"),
		("lost", "checksum of the segments is wrong"))


@lie("cisco_mzip", "part .* /0", "a part is cut off")
def cisco_mzip_segment_behind_the_end():
	return mzip(SEGMENTS[:1], size=0xFFFFFFF0)


@lie("", "!type cisco_mzip")
def cisco_mzip_segment_in_the_header():
	return mzip(at=4)


@lie("", "!type cisco_mzip")
def cisco_mzip_more_segments_than_there_are():
	return mzip(SEGMENTS[:1], n=16)[:200]


@lie("", "!type cisco_mzip")
def cisco_mzip_very_many_segments():
	return mzip(n=0x10000000)


@lie("cisco_mzip", "a part lies behind the end")
def cisco_mzip_offset_behind_the_end():
	return mzip(at=0xFFFFFF00)
