# SPDX-License-Identifier: Apache-2.0
"""MINIX: mkfs.minix makes it empty, fill.py fills it from the published layout, fsck.minix passes it."""
import pathlib
import struct
import sys

from trees import T, golden, lie, lines, read, tree

sys.path.append(str(pathlib.Path(__file__).parent))  # behind the folder above, which has a make.py as well
from fill import Minix, big_endian, image, made  # noqa: E402
from lib import pack  # noqa: E402


def source(*without):
	t = tree("big", "xattr", *without)
	t["dir/hello"].gid = t["dir/other-name"].gid = 200
	t.node("socket", T.SOCKET, 0o600)
	for path in [e.path for e in t if len(e.path.rpartition("/")[2]) > 14]:
		e = t.entries.pop(path)
		e.path = "long name"
		t.entries[e.path] = e
	t["dir/link"].target = "../long name"
	t.file("indirect", b"".join(b"%07d\n" % n for n in range(2000)), 0o600)
	return t


for version, name in ((1, 14), (1, 30), (2, 14), (2, 30), (3, 60)):
	def make(version=version, name=name):
		t = source()
		return image(t, version, name, 60 if version < 3 else 62), lines(t)
	golden("minix", "v%d-%d" % (version, name))(make)


def turned(version):
	t = source()
	with pack.scratch() as tmp:
		empty, _ = big_endian(made(version, 14, 60, tmp))
		m = Minix(empty, ">")
		m.gap = 0
		return m.fill(t), lines(t)


golden("minix", "v1-big")(lambda: turned(1))
golden("minix", "v2-big")(lambda: turned(2))


def inode_of(made, size):
	"""Where a version 2 inode of that size stands."""
	table = (2 + sum(struct.unpack_from("<2H", made, 1024 + 4))) * 1024
	return next(at for at in range(table, len(made), 64) if struct.unpack_from("<I", made, at + 8)[0] == size)


@lie("minix", "zones of a file are damaged or missing", "/indirect damaged", "/dir/hello")
def minix_zone_outside():
	made = read("minix", "v2-30")
	struct.pack_into("<I", made, inode_of(made, 16000) + 24 + 8, 0xffffff)
	return made


@lie("minix", "zones of a file are damaged or missing", "/indirect damaged")
def minix_indirect_outside():
	made = read("minix", "v2-30")
	struct.pack_into("<I", made, inode_of(made, 16000) + 24 + 28, 0xfffffff0)
	return made


@lie("minix", "limit|damaged", "/dir/hello")
def minix_huge_file():
	made = read("minix", "v2-30")
	struct.pack_into("<I", made, inode_of(made, 16000) + 8, 0xffffffff)
	return made


@lie("minix", "a structure refers back to itself", "!/dir/dir/dir")
def minix_directory_loop():
	made = read("minix", "v2-30")
	at = made.index(b"dir\0") - 2
	struct.pack_into("<H", made, at, 1)
	return made


@lie("minix", "names an inode that does not exist", "/indirect")
def minix_no_inode():
	made = read("minix", "v2-30")
	struct.pack_into("<H", made, made.index(b"pipe\0") - 2, 60000)
	return made


@lie("minix", "image is cut off")
def minix_cut():
	return read("minix", "v2-30")[:-2000]


@lie("minix", "target of a symbolic link cannot be read", "/dir/hello")
def minix_link():
	made = read("minix", "v2-30")
	struct.pack_into("<I", made, inode_of(made, len("../long name")) + 24, 0)
	return made


@lie("", "!type minix")
def minix_no_root():
	made = read("minix", "v2-30")
	struct.pack_into("<H", made, (2 + sum(struct.unpack_from("<2H", made, 1024 + 4))) * 1024, 0o100644)
	return made
