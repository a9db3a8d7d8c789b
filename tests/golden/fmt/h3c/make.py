# SPDX-License-Identifier: Apache-2.0
"""H3C's images as their published layout has them."""
import struct

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

ONE, TWO = noise(503), TEXT[:400]


def crc16(data):
	crc = 0
	for byte in data:
		crc ^= byte << 8
		for _ in range(8):
			crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
	return crc


def file(data, packing=0xFFFFFFFF, flip=0):
	padded = data + bytes(-len(data) % 8)
	rest = struct.pack(">6IHBBxBBB64x224sIII", 0x04000000, 1, 0x0A0B0000, 1, len(data), 0xFFFFFFFF, 1970, 1, 1, 0, 0, 0, b"golden",
		len(padded), crc16(padded) ^ flip, packing)
	return bytes(4) + struct.pack(">I", crc16(rest)) + rest + padded


def h3c(*files, n=None, at=None, size=None):
	rows, body = b"", b""
	for data in files:
		rows += struct.pack(">6I", 0x04000000, 6180 + len(body) if at is None else at, len(data) if size is None else size,
			0, 1, 1)
		body += data
	head = struct.pack(">IIIIHBBxBBBHHI", 1, len(files) if n is None else n, 0x0A0B0000, 1, 1970, 1, 1, 0, 0, 0, crc16(body), 2,
		len(body)) + rows.ljust(3072, b"\0") + bytes(3072)
	return head + struct.pack(">I", crc16(head)) + body


@case("h3c")
def images():
	told = [prop("file-crc", "ok"), prop("description", "golden"), prop("product", "0x0a0b0000"), prop("signed", "no")]
	yield Golden("h3c", "one", h3c(file(ONE)) + b"\xff" * 90, part("0", ONE), *told, prop("packing", "none"))
	yield Golden("h3c", "two", h3c(file(ONE), file(TWO, 2)), part("0", ONE), part("1", TWO), *told, prop("packing", "7z"))
	yield Golden("h3c", "wrong", h3c(file(ONE, flip=1)), part("0", ONE), prop("file-crc", "wrong"),
		("lost", "checksum of a file is wrong"))


@lie("h3c", "a file lies outside of the image", "part .* /gap-0x1824")
def h3c_file_behind_the_end():
	return h3c(file(ONE), at=0xFFFFFF00)


@lie("h3c", "a file lies outside of the image", "!part .* /0")
def h3c_file_in_the_header():
	return h3c(file(ONE), at=0)


@lie("h3c", "part .* /0", "a file lies outside of the image")
def h3c_more_files_than_there_are():
	return h3c(file(ONE), n=128)


@lie("", "!type h3c")
def h3c_very_many_files():
	return h3c(file(ONE), n=0x10000000)


@lie("h3c", "part .* 503 .* /0")
def h3c_long_file():
	return h3c(file(ONE), size=0xFFFFFFF0)
