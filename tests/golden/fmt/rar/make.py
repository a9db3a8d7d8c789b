# SPDX-License-Identifier: Apache-2.0
"""RAR 4 and 5 with stored entries, from the published layout: there is no free writer."""
import struct
import zlib

from trees import T, golden, lie, lines, read

DOS = (2024 - 1980) << 25 | 3 << 21 | 1 << 16 | 12 << 11  # 2024-03-01 12:00:00, as T.EPOCH


def files():
	t = T.Tree()
	t.dir("sub", 0o750)
	t.file("hello", "hello, world\n", 0o600)
	t.file("sub/bytes", bytes(range(256)) * 4, 0o755)
	return t


def old_block(type, flags, body, data=b""):
	head = struct.pack("<BHH", type, flags, 7 + len(body)) + body
	return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head + data


def old(t, main=0):
	out = b"Rar!\x1a\x07\x00" + old_block(0x73, main, bytes(6))
	for e in t:
		if e.path:
			is_dir = e.type == T.DIR
			name = e.path.replace("/", "\\").encode()
			mode = T.TYPE_BITS[e.type] | e.mode
			body = struct.pack("<IIBIIBBHI", len(e.data), len(e.data), 3, zlib.crc32(e.data), DOS, 29, 0x30, len(name),
				mode) + name
			out += old_block(0x74, 0x8000 | (0xE0 if is_dir else 0), body, e.data)
	return out + old_block(0x7B, 0x4000, b"")


def number(v):
	out = b""
	while v >= 128:
		out += bytes([v & 127 | 128])
		v >>= 7
	return out + bytes([v])


def new_block(type, flags, body, data=b""):
	head = number(type) + number(flags) + (number(len(data)) if flags & 2 else b"") + body
	head = number(len(head)) + head
	return struct.pack("<I", zlib.crc32(head)) + head + data


def new(t):
	out = b"Rar!\x1a\x07\x01\x00" + new_block(1, 0, number(0))
	for e in t:
		if e.path:
			flags = 1 if e.type == T.DIR else 4
			body = number(flags | 2) + number(len(e.data)) + number(T.TYPE_BITS[e.type] | e.mode)
			body += struct.pack("<I", e.mtime) + (struct.pack("<I", zlib.crc32(e.data)) if flags == 4 else b"")
			body += number(0) + number(1) + number(len(e.path)) + e.path.encode()
			out += new_block(2, 2, body, e.data)
	return out + new_block(5, 0, number(0))


golden("rar", "old")(lambda: (old(files()), lines(files(), ids=False)))
golden("rar", "new")(lambda: (new(files()), lines(files(), ids=False)))


@lie("rar", "names and contents are encrypted")
def rar_encrypted():
	return bytearray(old(files(), main=0x80))


@lie("rar", "/hello", "the archive is cut off")
def rar_cut():
	return read("rar", "new")[:-300]


@lie("rar", "no further entries can be read", "/hello")
def rar_header():
	image = read("rar", "old")
	image[image.index(b"sub\\bytes")] ^= 1
	return image
