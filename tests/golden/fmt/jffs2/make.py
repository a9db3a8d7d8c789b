# SPDX-License-Identifier: Apache-2.0
"""How the golden JFFS2 images come to be: by mkfs.jffs2 and sumtool, and for what they cannot write, node by node."""
import struct

from trees import golden, lie, lines, read, tree
from lib import mtd

ERASE = ("-e", "8KiB")


def made(name, options=(), summary=None, without=("big",)):
	@golden("jffs2", name)
	def make():
		t = tree(*without)
		return mtd.jffs2(t, (*ERASE, "--with-xattr", *options), summary), lines(t)


made("little", ("-l",))
made("big", ("-b", "-n", "-p"))
made("lzo", ("-l", "-X", "lzo", "-m", "size", "-x", "zlib", "-s", "1024"))
made("rtime", ("-b", "-x", "zlib", "-m", "size"))
made("raw", ("-l", "-m", "none", "-p32KiB"))
made("summary", ("-l",), (*ERASE, "-l", "-p"))


PACKED = b"the same words, the same words, and the same words again\n" * 30


@golden("jffs2", "methods")
def methods():
	"""Each method of packing, and the parts of one file by different ones, in a wrong order."""
	n = mtd.Nodes(">")
	ways = {"rtime": (2, mtd.rtime), "mips": (3, mtd.rubin), "copy": (4, bytes), "lzma": (8, mtd.openwrt_lzma),
		"dynamic": (5, lambda d: mtd.rubin(d, [1 + 30 * i for i in range(8)]))}
	truth = []
	import hashlib
	sum_of = lambda data: hashlib.sha256(data).hexdigest()
	for i, (name, (method, way)) in enumerate(sorted(ways.items())):
		n.inode(10 + i, 1, PACKED, method=method, packed=way(PACKED))
		n.name(1, 1 + i, 10 + i, name.encode())
		truth.append("file 0644 0:0 1000000000 %d %s /%s" % (len(PACKED), sum_of(PACKED), name))
	whole = PACKED + bytes(5000) + b"end"
	n.name(1, 20, 30, b"pieces")
	n.inode(30, 4, b"end", offset=len(PACKED) + 5000)
	n.inode(30, 2, PACKED[1000:], offset=1000, method=5, packed=mtd.rubin(PACKED[1000:], [128] * 8))
	n.inode(30, 3, offset=len(PACKED), length=5000, method=1)
	n.inode(30, 1, PACKED[:1000])
	truth.append("file 0644 0:0 1000000000 %d %s /pieces" % (len(whole), sum_of(whole)))
	return bytes(n.out), truth


OLD, NEW = b"password=old\n", b"password=new\n"


def history():
	"""A removed file and directory, one written over in place, one cut and written anew, one renamed, one appended to."""
	n = mtd.Nodes("<")
	n.name(1, 1, 2, b"secret")
	n.inode(2, 1, OLD)
	n.name(1, 2, 0, b"secret", kind=0)
	n.name(1, 3, 3, b"config")
	n.inode(3, 1, OLD)
	n.inode(3, 2, NEW)
	n.name(1, 4, 4, b"log")
	n.inode(4, 1, b"one\n")
	n.inode(4, 2, b"two\n", offset=4)
	n.inode(4, 3, b"one\ntwo\nthree\n")
	n.name(1, 5, 5, b"cut")
	n.inode(5, 1, OLD + OLD)
	n.inode(5, 2, size=0)
	n.inode(5, 3, NEW)
	n.name(1, 6, 6, b"before")
	n.inode(6, 1, b"moved\n")
	n.name(1, 7, 6, b"after")
	n.name(1, 8, 0, b"before", kind=0)
	n.name(1, 9, 7, b"folder", kind=4)
	n.inode(7, 1, mode=0o040755)
	n.name(7, 1, 8, b"inner")
	n.inode(8, 1, b"inner\n")
	n.name(7, 2, 0, b"inner", kind=0)
	n.name(1, 10, 0, b"folder", kind=0)
	n.name(1, 11, 9, b"marked", obsolete=True)
	n.inode(9, 1, b"marked\n", obsolete=True)
	return n


def row(text, name):
	return r"^%s .* %d %s /%s$" % ("deleted-file" if "deleted" in name else "file", len(text), sha(text), name)


def sha(data):
	import hashlib
	return hashlib.sha256(data).hexdigest()


@lie("jffs2", row(OLD, r"secret \(deleted 0x[0-9a-f]+\)"), row(NEW, "config"), row(OLD, r"config \(deleted 0x[0-9a-f]+\)"),
	row(b"one\ntwo\nthree\n", "log"), "!log .deleted", row(NEW, "cut"), row(OLD + OLD, r"cut \(deleted 0x[0-9a-f]+\)"),
	row(b"moved\n", "after"), "!before", row(b"inner\n", r"folder \(deleted 0x[0-9a-f]+\)/inner \(deleted 0x[0-9a-f]+\)"),
	row(b"marked\n", r"marked \(deleted 0x[0-9a-f]+\)"), "!^lost", "!^file .*/secret")
def jffs2_history():
	return bytes(history().out)


@lie("jffs2", "!^lost", row(NEW, "config"), row(OLD, r"config \(deleted 0x[0-9a-f]+\)"))
def jffs2_written_image_goes_on():
	"""A file of an image by mkfs.jffs2 is written over."""
	n = mtd.Nodes("<", read("jffs2", "little"))
	n.name(1, 1000, 100, b"config")
	n.inode(100, 1, OLD)
	n.inode(100, 2, NEW)
	return bytes(n.out)


@lie("jffs2", "a directory is met twice", "!/a/b/a/b")
def jffs2_directory_loop():
	n = mtd.Nodes("<")
	for parent, ino, name in ((1, 2, b"a"), (2, 3, b"b"), (3, 2, b"a")):
		n.name(parent, 1, ino, name, kind=4)
		n.inode(ino, ino, mode=0o040755)
	return bytes(n.out)


@lie("jffs2", r"dir .* /inode-2( .deleted 0x\w+.)?$", "/inode-2.*/b", "!/b/.*/b/")
def jffs2_circle_apart():
	"""Two directories that lie in each other, and in nothing else."""
	n = mtd.Nodes("<")
	for parent, ino, name in ((3, 2, b"a"), (2, 3, b"b")):
		n.name(parent, 1, ino, name, kind=4)
		n.inode(ino, 1, mode=0o040755)
	return bytes(n.out)


@lie("jffs2", "a name leads to an inode that is not there", "/nothing damaged")
def jffs2_name_to_nothing():
	n = mtd.Nodes(">")
	n.name(1, 1, 77, b"nothing")
	n.inode(1, 1, mode=0o040755)
	return bytes(n.out)


@lie("jffs2", "/huge", "!^fail")
def jffs2_huge_holes():
	n = mtd.Nodes("<")
	n.name(1, 1, 2, b"huge")
	n.inode(2, 1, length=0xFFFFFFFF, method=1)
	n.inode(2, 2, b"x", offset=0xFFFFFFF0)
	return bytes(n.out)


@lie("jffs2", "the data of a node are damaged", "/longer damaged")
def jffs2_length_lies():
	n = mtd.Nodes("<")
	n.name(1, 1, 2, b"longer")
	n.inode(2, 1, b"", packed=b"abc", length=0x7FFFFFFF)
	return bytes(n.out)


@lie("jffs2", "only its newest states are told", r" /busy$")
def jffs2_written_over_often():
	n = mtd.Nodes("<")
	n.name(1, 1, 2, b"busy")
	for i in range(3000):
		n.inode(2, i + 1, b"%04d" % i)
	return bytes(n.out)


@lie("jffs2", "a node's checksum is wrong", "/dir/empty")
def jffs2_node_sum():
	image = read("jffs2", "raw")
	image[image.index(b"hello, world") - 20] ^= 1
	return image


@lie("jffs2", "the data of a node are damaged", "/dir/hello damaged")
def jffs2_data_sum():
	image = read("jffs2", "raw")
	image[image.index(b"hello, world")] ^= 1
	return image


@lie("jffs2", "packed in an unknown way", "/odd damaged")
def jffs2_method():
	n = mtd.Nodes("<")
	n.name(1, 1, 2, b"odd")
	n.inode(2, 1, b"odd", method=77)
	return bytes(n.out)


@lie("", " 2548 .* /jffs2-0x800 ", " 2536 .* /jffs2-0x11f4 ", " 2044 .* /unknown-0x4 ")
def jffs2_in_the_middle():
	image = read("jffs2", "little") + read("jffs2", "big")
	return struct.pack("<512I", *((i * 2654435761) & 0xFFFFFFFF for i in range(512))) + bytes(image)


@lie("", "!type jffs2", "!/jffs2-")
def jffs2_headers_alone():
	"""Paddings of which each leads to the same stretch without nodes: headers with right sums, and nothing else."""
	n = 2000
	heads = b""
	for i in range(n):
		head = struct.pack("<HHI", 0x1985, 0x2004, (n - i) * 12)
		heads += head + struct.pack("<I", mtd.Nodes.crc(head))
	return b"front" + bytes(3) + heads + b"\x55" * (128 << 10)


@lie("", "/jffs2-0x2000", "!type jffs2")
def jffs2_first_damaged():
	"""The first node's body is damaged, the next follows where it ends."""
	image = read("jffs2", "little")
	image[12:16] = b"\x55" * 4
	return bytes(range(1, 255)) * 32 + b"!" * 64 + image
