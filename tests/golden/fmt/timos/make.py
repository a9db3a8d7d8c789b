# SPDX-License-Identifier: Apache-2.0
"""TiMOS as its published layout has it."""
import lzma
import struct
import zlib

from make import TEXT, Golden, case, part, prop
from trees import lie

CODE, DATA = TEXT * 2, bytes(range(256)) * 4
RELEASE, BUILT = b"B-7.0.R7", b"Tue Jun 30 14:16:14 IST 2015 by builder in /home/builder/7.0B1/R7/panos/main"


def jamcrc(data):
	return zlib.crc32(data) ^ 0xFFFFFFFF


def timos(kind=b"11", wrong=0, offset=None, segments=2, head=0, plain=0):
	pack = {b"1": lambda d: b"\x08" + zlib.compress(d), b"11": lambda d: lzma.compress(d, lzma.FORMAT_ALONE),
		b"9": bytes}[kind]
	rows, body = b"", b""
	for name, data, load, entry in ((b"text", CODE, 0x100000, 0x100000), (b"data", DATA, 0x6643000, 0)):
		packed = pack(data)
		rows += struct.pack(">12s6I", name, 1024 + len(body) if offset is None else offset, len(packed), len(data) + plain,
			jamcrc(data) ^ wrong, load, entry)
		body += packed + bytes(-len(packed) % 16 + 16 * (name == b"text"))
	header = bytearray(struct.pack(">8s40s80s16s24xII", b"TiMOS", RELEASE, BUILT, kind, 7, 6) + struct.pack(">I", segments) + rows)
	header += bytes(1024 - len(header))
	struct.pack_into(">I", header, 468, 12)
	struct.pack_into(">I", header, 472, jamcrc(bytes(header)) ^ head)
	return bytes(header) + body


@case("timos")
def images():
	told = [prop("release", RELEASE.decode()), prop("built", BUILT.decode()), prop("segment text", "load=0x00100000 entry=0x00100000")]
	right = [prop("header-crc", "ok"), prop("segment-crc", "ok")]
	parts = [part("text", CODE), part("data", DATA)]
	yield Golden("timos", "lzma", timos(), *parts, *told, *right, prop("segment data", "load=0x06643000 entry=0x00000000"))
	yield Golden("timos", "zlib", timos(b"1"), *parts, *told, *right)
	yield Golden("timos", "wrong", timos(wrong=1, head=1), *parts, *told, prop("header-crc", "wrong"), prop("segment-crc", "wrong"),
		*[("lost", "checksum of a segment is wrong")] * 2, ("lost", "checksum of the header is wrong"))


@lie("timos", "a segment is cut off", "packed bytes of a segment are damaged")
def timos_segment_behind_the_end():
	return timos(offset=0xFFFFFF00)


@lie("", "!type timos")
def timos_many_segments():
	return timos(segments=0x10000)


@lie("timos", "packing is not known", "part .* /text")
def timos_packing_not_known():
	return timos(b"9")


@lie("timos", "a segment has another size than its row says", "part .* /text")
def timos_other_size():
	return timos(plain=5)


@lie("timos", "packed bytes of a segment are damaged", "part .* /data")
def timos_damaged_bytes():
	image = bytearray(timos())
	image[1060:1080] = b"\xff" * 20
	return image
