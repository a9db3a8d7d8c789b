# SPDX-License-Identifier: Apache-2.0
"""Versions before 4, either byte order, and LZMA as makers of routers put it in; by tests/images/lib/squash.py."""
import lzma

from lib import squash
from trees import NOT_SHOWN, T, golden, lie, lines, put, read, tree


def alone(raw):
	return lzma.compress(raw, lzma.FORMAT_ALONE)


def bare(lc, lp, pb, head=b""):
	"""LZMA without a header of its own, behind the bytes that a maker's tool puts there."""
	filters = [{"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb, "dict_size": 1 << 16}]
	return lambda raw: head + lzma.compress(raw, lzma.FORMAT_RAW, filters=filters)


def truth(version, t):
	for e in t:
		if version < 3 and e.type not in (T.FILE, T.DIR):
			e.mtime = 1709294400  # these have no time of their own
	return lines(t)


def old(name, version, big, shown=True, **how):
	if not shown:
		NOT_SHOWN.add(("squashfs", name))

	@golden("squashfs", name)
	def make():
		t = tree("xattr", "big")
		return squash.Writer(version, big, **how).write(t), truth(version, t)


for version in (1, 2, 3, 4):
	old("v%d-be" % version, version, True, version < 4)
	if version < 4:
		old("v%d-le" % version, version, False)
old("v3-marked", 3, False, marked=True)
old("v3-lzma", 3, False, False, pack=alone, magic=b"shsq")
old("v2-lzma-be", 2, True, False, pack=bare(3, 0, 2, b"\x5d\0\0\1\0"), magic=b"qshs")
old("v3-lzma-bare", 3, True, False, pack=bare(0, 2, 2), magic=b"tqsh")
old("v4-lzma-as-gzip", 4, False, False, pack=bare(1, 2, 1, b"\0\0\0\0"))


@lie("squashfs", "lost squashfs", "!/dir/dir/dir")
def squashfs_3_directory_loop():
	image = read("squashfs", "v3-le")
	return put(image, 43, "Q", 0)  # another inode is the root


@lie("squashfs", "lost squashfs damaged .* owner is out of the range")
def squashfs_3_no_owners():
	return put(read("squashfs", "v3-le"), 37, "BB", 0, 0)


@lie("squashfs", "fragment index out of range", "/dir/hello")
def squashfs_2_no_fragments():
	return put(read("squashfs", "v2-le"), 55, "I", 0)


@lie("squashfs", "nothing known unpacks the root")
def squashfs_3_garbage():
	image = read("squashfs", "v3-le")
	at = int.from_bytes(image[87:95], "little")
	image[at + 2:at + 60] = bytes(range(1, 59))
	return image
