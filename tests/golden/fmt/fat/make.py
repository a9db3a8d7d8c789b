# SPDX-License-Identifier: Apache-2.0
"""FAT with files that were deleted, by mkfs.fat and mtools. Used by tests/writers/test_fat.py too; another image: trees.py."""
import pathlib
import struct

from trees import T, golden, lie, lines, pack, put, read

LONG, SHORT = b"a long one " * 300, b"password=hunter2\n" * 40


def volume(tree, bits, kib, gone, after=None):
	"""A volume with the files of tree, of which those of gone were deleted, and after that those of another tree written."""
	with pack.scratch() as tmp:
		path, file = pathlib.Path(tmp, "fat"), pathlib.Path(tmp, "file")
		path.write_bytes(bytes(kib << 10))
		pack.run(["mkfs.fat", "-F", str(bits), "-s", "1", "-i", "12345678", "-n", "BOOT", "--invariant", path])
		for step in (tree, after):
			for e in step or []:
				if e.type == T.DIR and e.path:
					pack.run(["mmd", "-i", path, "::/" + e.path])
				elif e.type == T.FILE:
					file.write_bytes(e.data)
					pathlib.os.utime(file, (T.EPOCH, T.EPOCH))
					pack.run(["mcopy", "-m", "-Q", "-i", path, file, "::/" + e.path])
			if step is tree and gone:
				pack.run(["mdel", "-i", path, *["::/" + g for g in gone]])
		return path.read_bytes()


def source():
	t = T.Tree()
	t.file("A long name with many parts, of a file.txt", LONG)
	t.file("SHORT.CFG", SHORT)
	t.file("keep.txt", b"kept\n" * 200)
	t.dir("sub")
	t.file("sub/gr\u00fc\u00dfe.json", b"{}" * 700)
	return t


GONE = ("A long name with many parts, of a file.txt", "SHORT.CFG", "sub/gr\u00fc\u00dfe.json")


@golden("fat", "deleted")
def deleted():
	t = T.Tree()
	t.file("keep.txt", source()["keep.txt"].data)
	return volume(source(), 12, 64, GONE), lines(t, owners=False) + ["dir - - %d 0 - /sub" % T.EPOCH]


def record_of(image, mark):
	"""Where the record of a deleted short name stands."""
	return image.index(b"\xe5" + mark)


@lie("fat", "deleted-file .* /_HORT.CFG ", "deleted-file .* /A long name with many parts, of a file.txt ", "deleted-file .* /sub/gr\u00fc\u00dfe.json ")
def fat_deleted():
	return read("fat", "deleted")


@lie("fat", "!deleted-file .* /_HORT.CFG", "deleted-file .* /A long name", " /keep.txt")
def fat_deleted_too_long():
	"""A file that was deleted cannot have been longer than what is free behind its first cluster."""
	image = read("fat", "deleted")
	return put(image, record_of(image, b"HORT   CFG") + 28, "I", 0xFFFFFFFF)


@lie("fat", "!deleted-file .* /_HORT.CFG", " /keep.txt")
def fat_deleted_elsewhere():
	"""Its first cluster belongs to another file."""
	image = read("fat", "deleted")
	keep = struct.unpack_from("<H", image, image.index(b"KEEP    TXT") + 26)[0]
	return put(image, record_of(image, b"HORT   CFG") + 26, "H", keep)


@lie("fat", "!/A long name", "deleted-file .* /_LONGN~1.TXT ", " /keep.txt")
def fat_deleted_other_name():
	"""The parts before it are another's: the sum in them gives a byte that does not fit."""
	image = read("fat", "deleted")
	at = record_of(image, b"LONGN~1TXT")
	for i in range(1, 5):
		image[at - 32 * i + 13] ^= 0x55
	return image


@lie("fat", " /keep.txt", "!deleted-file .* /_HORT.CFG")
def fat_deleted_no_name():
	image = read("fat", "deleted")
	return put(image, record_of(image, b"HORT   CFG") + 3, "B", 7)
