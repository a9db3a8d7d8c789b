# SPDX-License-Identifier: Apache-2.0
"""LogFS: no tool of the distribution makes one, so only the superblock is made, from the published layout."""
import struct
import zlib

from trees import golden, lie, read

NOT_READ = "lost logfs unsupported 0 what stands in a LogFS is not read"


def crc(data):
	return zlib.crc32(data) ^ 0xFFFFFFFF


def image(size=4096 * 3, segment_bits=17, block_bits=12):
	rest = struct.pack(">6B6xQII", 3, 4, 1, segment_bits, block_bits, 9, size, 1 << segment_bits, 1)
	rest = (rest + bytes(8 * 6) + struct.pack(">16I", 1, 2, *[0] * 14) + struct.pack(">QQ", 0, size - 4096)).ljust(220, b"\0")
	head = struct.pack(">HBBIIQ", 0, 1, 0, 0, 0, 0)
	return struct.pack(">I", crc(head)) + head + struct.pack(">QI", 0x7A3A8E5CB9D5BF67, crc(rest)) + rest


@golden("logfs", "super")
def super():
	first = image()
	return (first.ljust(4096, b"\0") + b"a segment ".ljust(4096, b"\xff") + first).ljust(4096 * 3, b"\0"), [NOT_READ]


@lie("logfs", "image ends before", "property.*name=size.value=12288$")
def logfs_cut():
	return read("logfs", "super")[:4096]


@lie("", "!type logfs")
def logfs_sum():
	image = read("logfs", "super")
	image[60] ^= 1
	return image[:4096]


@lie("logfs", "checksum of the first segment's header is wrong")
def logfs_segment_sum():
	image = read("logfs", "super")
	image[12] ^= 1
	return image


@lie("logfs", r"part .* /squashfs-0x1000 ")
def logfs_hides():
	"""What is not read is searched all the same."""
	return bytes(read("logfs", "super")[:4096]) + bytes(read("squashfs", "gzip")) + bytes(4096)
