# SPDX-License-Identifier: Apache-2.0
"""UFS, written by makefs of NetBSD out of a tree that is staged by fakeroot. Used by tests/writers/test_ufs.py too."""
import pathlib
import re

from trees import golden, lie, lines, pack, put, read, tree


def makefs(t, version=2, order="le", block=4096, fragment=512, size="96k"):
	with pack.scratch() as tmp:
		pathlib.Path(tmp, "t.tar").write_bytes(t.tar())
		script = "cd '%s' && mkdir in && tar -xpf t.tar -C in && makefs -t ffs -B %s -s %s -f 20 -o version=%d,bsize=%d,fsize=%d out in" % (
			tmp, order, size, version, block, fragment)
		pack.run(["timeout", "60", "fakeroot", "sh", "-ec", script])
		return pathlib.Path(tmp, "out").read_bytes()


def truth(t, image):
	"""makefs takes names as the folder hands them out: whichever of two linked names comes first has the contents."""
	told = lines(t)
	if image.index(b"other-name\0") < image.index(b"hello\0"):
		swap = {"hello": "other-name", "other-name": "hello"}
		told = [re.sub("hello|other-name", lambda m: swap[m.group()], l) for l in told]
	return told


def contents():
	return tree("xattr", "node")


@golden("ufs", "ufs1-be")
def ufs1():
	image = makefs(contents(), 1, "be")
	return image, truth(contents(), image)


@golden("ufs", "ufs2-le")
def ufs2():
	image = makefs(contents(), 2, "le")
	return image, truth(contents(), image)


def record(image, name):
	return image.index(name.encode() + b"\0") - 8


@lie("ufs", "a structure refers back to itself", "/a name with spaces")
def ufs_directory_loop():
	image = read("ufs", "ufs2-le")
	return put(image, record(image, "dir"), "I", 2)


@lie("ufs", "names an inode that does not exist", "/with-holes")
def ufs_no_inode():
	image = read("ufs", "ufs2-le")
	return put(image, record(image, "dir"), "I", 1 << 30)


@lie("ufs", "directory record makes no sense")
def ufs_record_length():
	image = read("ufs", "ufs2-le")
	return put(image, record(image, "dir") + 4, "H", 3)


@lie("ufs", "image is cut off")
def ufs_cut():
	return read("ufs", "ufs2-le")[:-8192]
