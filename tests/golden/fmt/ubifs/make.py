# SPDX-License-Identifier: Apache-2.0
"""How the golden UBIFS images come to be: node by node, as mkfs.ubifs makes none below 200 KiB; what that writes is
read in tests/writers. Also what it cannot write: journals, removed files, damaged indexes."""
import hashlib
import struct
import zlib

from trees import golden, lie, read
from lib import mtd

DIR, FILE, LINK, CHAR = 0o040755, 0o100644, 0o120777, 0o020600
TEXT = b"some words, and the same words again; " * 150
OLD, NEW = b"password=old\n", b"password=new\n"


def sha(data):
	return hashlib.sha256(data).hexdigest()


def raw_deflate(data):
	z = zlib.compressobj(9, zlib.DEFLATED, -11)
	return z.compress(data) + z.flush()


def begun(**how):
	u = mtd.Ubifs(**how)
	u.inode(1, DIR, links=2)
	return u


def small():
	u = begun()
	u.name(1, b"dir", 2, kind=1)
	u.inode(2, 0o042750, links=2, owner=(0, 50))
	u.name(2, b"text", 3)
	u.inode(3, 0o104755, len(TEXT), owner=(1000, 70000), mtime=(1234567890, 123456789))
	u.data(3, 0, TEXT[:4096], method=2, packed=raw_deflate(TEXT[:4096]))
	u.data(3, 1, TEXT[4096:])
	u.name(1, b"again", 3)
	u.name(1, b"link", 4, kind=2)
	u.inode(4, LINK, 8, b"dir/text")
	u.name(1, b"console", 5, kind=4)
	u.inode(5, CHAR, 0, struct.pack("<I", 5 << 8 | 1 | 0x300 << 12))
	u.name(1, b"holes", 6)
	u.inode(6, FILE, 20000)
	u.data(6, 2, NEW)
	u.name(3, b"user.note", 7, node=3)
	u.inode(7, 0, 4, b"text", flags=0x20)
	return u


HOLES = bytes(8192) + NEW + bytes(20000 - 8192 - len(NEW))


@golden("ubifs", "small")
def one():
	first = "file 4755 1000:70000 1234567890.123456789 "
	return small().image(), ["dir 2750 0:50 1000000000 0 - /dir", first + "%d %s /again" % (len(TEXT), sha(TEXT)),
		first + "0 - /dir/text = /again", "symlink 0777 0:0 1000000000 0 - /link -> dir/text",
		"char 0600 0:0 1000000000 0 - /console 5,769", "xattr /again user.note=" + b"text".hex(),
		"xattr /dir/text user.note=" + b"text".hex(), "file 0644 0:0 1000000000 20000 %s /holes" % sha(HOLES)]


def journaled():
	u = small()
	u.name(1, b"kept", 8)
	u.inode(8, FILE, len(OLD))
	u.data(8, 0, OLD)
	u.name(1, b"gone", 9)
	u.inode(9, FILE, len(OLD))
	u.data(9, 0, OLD)
	u.name(1, b"shorter", 10)
	u.inode(10, FILE, 8192)
	u.data(10, 0, bytes([1]) * 4096, method=2, packed=raw_deflate(bytes([1]) * 4096))
	u.data(10, 1, bytes([2]) * 4096, method=2, packed=raw_deflate(bytes([2]) * 4096))
	# Long ago: neither the index nor the journal has these.
	u.name(1, b"former", 11, counts=False)
	u.inode(11, FILE, len(OLD) + 1, counts=False)
	u.data(11, 0, OLD + b"!", counts=False)
	u.journal()
	u.data(8, 0, NEW, counts=False)
	u.name(1, b"gone", 0, counts=False)
	u.inode(9, FILE, len(OLD), links=0, counts=False)
	u.cut(10, 8192, 100, counts=False)
	u.inode(10, FILE, 100, counts=False)
	u.data(10, 0, bytes([1]) * 100, counts=False)
	u.inode(10, FILE, 5000, counts=False)
	u.name(1, b"fresh", 12, counts=False)
	u.inode(12, FILE, len(NEW), counts=False)
	u.data(12, 0, NEW, counts=False)
	u.lebs.append(b"")
	return u


def row(data, name, deleted=False):
	return r"^%sfile .* %d %s /%s$" % ("deleted-" if deleted else "", len(data), sha(data), name)


@lie("ubifs", "!^lost", row(NEW, "kept"), row(NEW, "fresh"), row(bytes([1]) * 100 + bytes(4900), "shorter"), "!file .* /gone$",
	row(OLD, r"gone .deleted 0x\w+.", True), row(OLD + b"!", r"former .deleted 0x\w+.", True), "!file .* /former$")
def ubifs_journal():
	return journaled().image()


@lie("ubifs", "index is damaged", row(NEW, "kept"), row(NEW, "fresh"), "!file .* /gone$", row(TEXT, "again"))
def ubifs_index_damaged():
	image = bytearray(journaled().image())
	image[-4000] ^= 1
	return image


@lie("ubifs", "no master node", row(NEW, "kept"), row(TEXT, "again"))
def ubifs_no_master():
	image = bytearray(journaled().image())
	image[4096 + 40] ^= 1
	image[8192 + 40] ^= 1
	return image


@lie("ubifs", "!^lost", row(TEXT, "again"))
def ubifs_one_master():
	image = read("ubifs", "small")
	image[8192:8192 + 512] = b"\xff" * 512
	return image


@lie("ubifs", "a structure refers back to itself|index is damaged", row(TEXT, "again"))
def ubifs_index_loop():
	"""The root's children are the root."""
	u = small()
	make = u.index
	u.index = lambda level, children: make(level, [(level and 6 + len(u.lebs), 0, 20)] * 3 if level else children)
	return u.image()


@lie("ubifs", "a directory is met twice", "!/dir/dir/dir")
def ubifs_directory_loop():
	u = small()
	u.name(2, b"dir", 2, kind=1)
	return u.image()


@lie("ubifs", "a name leads to an inode that is not there", "/nothing damaged")
def ubifs_name_to_nothing():
	u = small()
	u.name(1, b"nothing", 99)
	return u.image()


@lie("ubifs", "inode that no directory names", " 13 .* /inode-77$")
def ubifs_nameless():
	u = small()
	u.inode(77, FILE, len(OLD))
	u.data(77, 0, OLD)
	return u.image()


@lie("ubifs", "the data of a block are damaged", "/odd damaged", row(TEXT, "again"))
def ubifs_packed_damaged():
	u = small()
	u.name(1, b"odd", 20)
	u.inode(20, FILE, 4096)
	u.data(20, 0, bytes(4096), method=1, packed=b"no lzo at all")
	return u.image()


@lie("ubifs", "packed in an unknown way", "/odd damaged")
def ubifs_method():
	u = small()
	u.name(1, b"odd", 20)
	u.inode(20, FILE, 9)
	u.data(20, 0, b"something", method=9)
	return u.image()


@lie("ubifs", "lost ubifs encrypted .*a file is encrypted", "/encrypted-00ff damaged", "property.*encryption.*fscrypt")
def ubifs_encrypted():
	u = mtd.Ubifs(flags=0x10)
	u.inode(1, DIR, links=2, flags=0x100)
	u.name(1, b"\0\xff", 20)
	u.inode(20, FILE, 9, flags=0x100)
	u.data(20, 0, b"something")
	return u.image()


@lie("ubifs", "property.*authentication", row(TEXT, "again"))
def ubifs_signed():
	u = small()
	u.flags |= 0x20
	return u.image()


@lie("ubifs", "the image ends before", "index is damaged", row(TEXT, "again"))
def ubifs_cut():
	return read("ubifs", "small")[:-6000]


@lie("ubifs", "/huge")
def ubifs_huge_file():
	u = small()
	u.name(1, b"huge", 20)
	u.inode(20, FILE, 1 << 62)
	return u.image()


@lie("ubifs", "!^lost", row(NEW, "kept"), row(OLD, r"kept .deleted 0x\w+.", True),
	row(bytes([1]) * 4096 + bytes([2]) * 4096, r"shorter .deleted 0x\w+.", True), "!deleted-file .* /fresh", "!deleted-file .* /again")
def ubifs_earlier():
	"""What a file held before it was written over, and before it was cut."""
	return journaled().image()


@lie("ubifs", "!^lost", row(OLD * 3, "log"), "!deleted")
def ubifs_appended():
	"""What only grew has no earlier contents, though its block was written three times; nor what was copied on flash."""
	u = small()
	u.name(1, b"log", 20)
	for n in 1, 2, 3:
		u.inode(20, FILE, n * len(OLD), counts=n == 3)
		u.data(20, 0, OLD * n, counts=n == 3)
	u.number -= 1
	u.data(20, 0, OLD * 3, counts=False)
	return u.image()


@lie("ubifs", "only its newest states are told", row(b"39", "often"), row(b"38", r"often .deleted 0x\w+.", True), "!deleted-file .* /often.*0x0.$")
def ubifs_often():
	u = small()
	u.name(1, b"often", 20)
	u.inode(20, FILE, 2)
	for n in range(10, 40):
		u.data(20, 0, b"%d" % n, counts=n == 39)
	return u.image()


@lie("ubifs", "the superblock is gone", row(NEW, "kept"), row(NEW, "fresh"), row(TEXT, "again"), "!index is damaged", "!no master")
def ubifs_no_super():
	return journaled().image()[4096:]


@lie("ubifs", "the superblock is gone", row(NEW, "kept"), row(TEXT, "again"), "!index is damaged")
def ubifs_second_master():
	return journaled().image()[8192:]


@lie("", "/ubifs-0x1000 hint ubifs")
def ubifs_blank_super():
	"""The block is missing in UBI: erased flash stands for it."""
	return b"\xff" * 4096 + journaled().image()[4096:]


@lie("", "!type ubifs", "!/ubifs-")
def ubifs_master_alone():
	"""A master node whose root stands nowhere tells nothing."""
	image = bytearray(journaled().image()[4096:])
	for at in 0, 4096:
		struct.pack_into("<I", image, at + 48, 0xfffffff0)
		struct.pack_into("<I", image, at + 4, zlib.crc32(bytes(image[at + 8:at + 512])) ^ 0xFFFFFFFF)
	return image
