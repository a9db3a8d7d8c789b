# SPDX-License-Identifier: Apache-2.0
"""ext4 with fast commits: mke2fs and debugfs write the files, fast.py what only a kernel writes. Its journal has 24 blocks, which
is enough for a reader (e2fsck wants 1024: tests/writers/test_ext.py lets it replay the same records). Other images: trees.py."""
import pathlib
import struct
import sys

from trees import NOT_SHOWN, T, golden, lie, lines, put, read, tree, with_lost_found

sys.path.append(str(pathlib.Path(__file__).parent))  # behind the folder above, which has a make.py as well
import fast  # noqa: E402
from lib import pack  # noqa: E402

BLOCKS, FAST_BLOCKS, SEQUENCE = 24, 8, 5
SECRET, NEW = b"password=hunter2\n" * 100, b"new contents\n" * 300


def with_journal(image):
	"""The image with a journal that has one transaction, which changes nothing; where its blocks stand."""
	image = fast.debugfs(image, "write {tmp}/journal /j", write=True)
	number = fast.Ext(image).number("/j")
	places = [b * 1024 for b in fast.Ext(image).blocks(number)]
	image = bytearray(fast.debugfs(image, "copy_inode /j <8>", "unlink /j", "clri <%d>" % number, write=True))
	for at, bit in ((92, 4), (96, 4)):
		put(image, 1024 + at, "I", struct.unpack_from("<I", image, 1024 + at)[0] | bit)
	put(image, 1024 + 224, "I", 8)
	head = struct.pack(">4s11I", fast.MAGIC, 4, 0, 1024, BLOCKS, 1, SEQUENCE, 1, 0, 0, fast.FAST, 0)
	own = [head.ljust(84, b"\0") + struct.pack(">I", FAST_BLOCKS),
		struct.pack(">4s2IIHH", fast.MAGIC, 1, SEQUENCE, 2, 0, 2 | 8), image[2048:3072], struct.pack(">4s2I", fast.MAGIC, 2, SEQUENCE)]
	for place in places:
		image[place:place + 1024] = bytes(1024)
	for place, data in zip(places, own):
		image[place:place + 1024] = data.ljust(1024, b"\0")
	return image, places


def source():
	t = with_lost_found(tree())
	t.file("secret", SECRET, 0o600, 5, 6)
	t.file("holes", bytes(range(1, 256)) * 20, 0o644)
	return t


NOT_SHOWN.add(("ext", "fast-commits"))  # debugfs does not replay them when it shows a file


@golden("ext", "fast-commits")
def fast_commits():
	t = source()
	before = pack.ext(t, "ext4", 256 << 10, ("-b", "1024", "-N", "32", "-O", "^has_journal,^metadata_csum,^resize_inode"))
	before, places = with_journal(before)
	after = fast.debugfs(before, "write {tmp}/new /dir/new", "sif /dir/new mode 0100640", "sif /dir/new uid 7", "mkdir /more", write=True)
	x = fast.Ext(after)
	new, more, folder, secret, holes = (x.number(p) for p in ("/dir/new", "/more", "/dir", "/secret", "/holes"))
	image = fast.copied(before, after, x.blocks(new))
	first = [fast.whole_inode(after, more), fast.record(fast.CREATED, 2, more, data=b"more"), *fast.ranges(after, new),
		fast.whole_inode(after, new), fast.record(fast.CREATED, folder, new, data=b"new"), fast.record(fast.TAKEN, holes, 1, 2)]
	second = [fast.record(fast.UNLINKED, 2, secret, data=b"secret"), fast.record(fast.LINKED, more, new, data=b"again"),
		fast.record(fast.UNLINKED, folder, new, data=b"new")]
	stale = fast.commit([fast.record(fast.UNLINKED, 2, folder, data=b"dir")], SEQUENCE)  # of a transaction before
	data = fast.commit(first, SEQUENCE + 1) + fast.commit(second, SEQUENCE + 1, head=False) + stale
	image = bytearray(image)
	for i, place in enumerate(places[BLOCKS - FAST_BLOCKS + 1:][:len(data) // 1024]):
		image[place:place + 1024] = data[i * 1024:i * 1024 + 1024]
	del t.entries["secret"]
	t["holes"].data = t["holes"].data[:1024] + bytes(2048) + t["holes"].data[3072:]
	t.dir("more", 0o755)
	t.file("more/again", NEW, 0o640, 7, 0)
	return bytes(image), lines(t)


def record_at(image, tag, n=0):
	"""Where the n-th record of that kind stands."""
	head = image.find(struct.pack("<HHII", fast.HEAD, 8, 0, SEQUENCE + 1))
	end = image.find(struct.pack("<HHII", fast.HEAD, 8, 0, SEQUENCE))
	at, met = head, []
	while at < end:
		kind, length = struct.unpack_from("<HH", image, at)
		met += [at] if kind == tag else []
		at += 4 + length
	return met[n]


def sealed(image):
	"""With the sums of its commits made right."""
	at, crc = record_at(image, fast.HEAD), 0
	last = record_at(image, fast.TAIL, 1)
	while at <= last:
		kind, length = struct.unpack_from("<HH", image, at)
		if kind == fast.TAIL:
			put(image, at + 8, "I", fast.crc32c(image[at:at + 8], crc))
			crc = 0
		else:
			crc = fast.crc32c(image[at:at + 4 + length], crc)
		at += 4 + length
	return image


@lie("ext", "checksum of a fast commit is wrong", "1 fast commits were replayed", " /dir/new", "! /more/again", "!deleted-file")
def ext_fast_sum():
	image = read("ext", "fast-commits")
	image[record_at(image, fast.TAIL, 1) + 9] ^= 1
	return image


@lie("ext", "checksum of a fast commit is wrong", "!fast commits were replayed", " /secret", "! /more")
def ext_fast_first_sum():
	image = read("ext", "fast-commits")
	image[record_at(image, fast.CREATED) + 13] ^= 1
	return image


@lie("ext", "a fast commit has features that are not known", "!fast commits were replayed", " /secret")
def ext_fast_features():
	image = read("ext", "fast-commits")
	return put(image, record_at(image, fast.HEAD) + 4, "I", 1)


@lie("ext", "record of a fast commit makes no sense", "inode of an unknown type", " /holes")
def ext_fast_inode_outside():
	image = read("ext", "fast-commits")
	return sealed(put(image, record_at(image, fast.INODE) + 4, "I", 0xFFFFFF))


@lie("ext", "blocks of a file are damaged or missing", "/more/again damaged", " /dir/hello")
def ext_fast_range_outside():
	image = read("ext", "fast-commits")
	return sealed(put(image, record_at(image, fast.ADDED) + 16, "I", 0x7FFFFFFF))


@lie("ext", "a fast commit names entries of a directory that is not there", " /dir/hello", "! /more/again")
def ext_fast_no_directory():
	image = read("ext", "fast-commits")
	return sealed(put(image, record_at(image, fast.LINKED) + 4, "I", 9))


@lie("ext", "a structure refers back to itself", " /dir/hello", "deleted-file .* /secret ")
def ext_fast_loop():
	"""A directory becomes an entry of itself."""
	image = read("ext", "fast-commits")
	at = record_at(image, fast.LINKED)
	return sealed(put(image, at + 8, "I", struct.unpack_from("<I", image, at + 4)[0]))


@lie("ext", "!fast commits were replayed", " /secret")
def ext_fast_no_end():
	"""A record that runs past its block ends the reading."""
	image = read("ext", "fast-commits")
	return put(image, record_at(image, fast.INODE) + 2, "H", 0xFFF0)
