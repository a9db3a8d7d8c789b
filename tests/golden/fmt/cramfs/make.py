# SPDX-License-Identifier: Apache-2.0
"""CramFS: by mkfs.cramfs; extended block pointers and version 1 from the published layout, on what it writes."""
import struct
import zlib

from lib import stage
from trees import T, golden, lie, lines, read, tree


def source(*without):
	"""No times; groups of 8 bits; devices as before 2.6; identical files share their blocks and are no hard links."""
	t = tree("big", "hard", "xattr", *without)
	t.node("socket", T.SOCKET, 0o600)
	t["dir/hello"].gid = 200
	return t


def cramfs(t, *options):
	return stage.tool(t, "mkfs.cramfs", *options, "TOP", "OUT"), lines(t, times=False)


for name, options in {"little": ("-N", "little", "-n", "golden"), "big": ("-N", "big"), "holes": ("-N", "little", "-z"),
		"boot": ("-N", "big", "-p"), "block-8k": ("-N", "little", "-b", "8192")}.items():
	def make(options=options):
		return cramfs(source(), *options)
	golden("cramfs", name)(make)


def inode(mode, uid, size, gid, words, at):
	return struct.pack("<3I", mode | uid << 16, size | gid << 24, words | at // 4 << 6)


def sum_of(image):
	struct.pack_into("<I", image, 32, 0)
	struct.pack_into("<I", image, 32, zlib.crc32(image))
	return image


def small(flags, blocks, data):
	"""One file "data" whose table of blocks stands right behind its entry."""
	head = struct.pack("<4I16s4I16s", 0x28cd3d45, 92 + len(blocks), flags, 0, b"Compressed ROMFS", 0, 0, 0, 2, b"small")
	image = head + inode(0o40755, 0, 16, 0, 0, 76) + inode(0o100644, 1000, len(data), 10, 1, 92) + b"data"
	image = bytearray(image + blocks)
	return bytes(sum_of(image) if flags & 1 else image)


def contents():
	return b"0123456789abcdef" * 256 + bytes(4096) + b"stored!!" * 512 + b"tail" * 30


def pointers(data):
	"""All kinds: relative packed, hole, direct stored, direct packed."""
	first, last = zlib.compress(data[:4096]), zlib.compress(data[12288:])
	start = 92 + 16
	end = start + len(first)
	stored_at = -(-end // 4) * 4
	last_at = stored_at + 4096
	table = struct.pack("<4I", end, end, 3 << 30 | stored_at // 4, 1 << 30 | last_at // 4)
	body = first.ljust(stored_at - start, b"\0") + data[8192:12288] + struct.pack("<H", len(last)) + last
	return (table + body).ljust(-(-len(table + body) // 4) * 4, b"\0")


def told(data):
	t = T.Tree()
	t.file("data", data, 0o644, 1000, 10)
	return lines(t, times=False)


@golden("cramfs", "pointers")
def extended():
	data = contents()
	return small(0x903, pointers(data), data), told(data)


@golden("cramfs", "version-1")
def version_1():
	data = b"old\n" * 1500
	packed = [zlib.compress(data[at:at + 4096]) for at in (0, 4096)]
	start = 92 + 8
	table = struct.pack("<2I", start + len(packed[0]), start + len(packed[0]) + len(packed[1]))
	return small(0, table + b"".join(packed), data), told(data)


def entry(image, name):
	at = image.index(name.encode().ljust(-(-len(name) // 4) * 4, b"\0"))
	return at - 12


@lie("cramfs", "a structure refers back to itself", "!/dir/dir/dir")
def cramfs_directory_loop():
	image = read("cramfs", "little")
	at, root = entry(image, "dir"), struct.unpack_from("<3I", image, 64)
	size, offset = struct.unpack_from("<2I", image, at + 4)
	struct.pack_into("<2I", image, at + 4, size & 0xff000000 | root[1] & 0xffffff, offset & 63 | root[2] & ~63)
	return sum_of(image)


@lie("cramfs", "data block is damaged", "with-holes", "/dir/hello$")
def cramfs_block_outside():
	image = read("cramfs", "little")
	at = struct.unpack_from("<I", image, entry(image, "with-holes") + 8)[0] // 64 * 4
	struct.pack_into("<I", image, at + 4, 0xfffffff0)
	return image


@lie("cramfs", "directory record makes no sense|directory runs past the image", "/console")
def cramfs_no_name():
	image = read("cramfs", "little")
	at = entry(image, "pipe")
	struct.pack_into("<I", image, at + 8, struct.unpack_from("<I", image, at + 8)[0] & ~63)
	return image


@lie("cramfs", "data block is damaged", "/dir/hello$")
def cramfs_huge_file():
	image = read("cramfs", "little")
	at = entry(image, "with-holes")
	struct.pack_into("<I", image, at + 4, 0xffffff)
	return image


@lie("cramfs", "image is cut off", "/console")
def cramfs_cut():
	return read("cramfs", "little")[:-3000]


@lie("cramfs", "checksum is wrong", "/dir/hello")
def cramfs_sum():
	image = read("cramfs", "little")
	image[33] ^= 1
	return image


@lie("cramfs", "target of a symbolic link cannot be read", "/dir/hello")
def cramfs_link_without_target():
	image = read("cramfs", "little")
	at = entry(image, "link")
	struct.pack_into("<I", image, at + 4, 0)
	return image
