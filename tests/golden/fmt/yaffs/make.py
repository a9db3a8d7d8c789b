# SPDX-License-Identifier: Apache-2.0
"""YAFFS: nothing in the distribution writes it, so log.py does, from the published layout."""
import pathlib
import struct
import sys

from trees import T, golden, lie, lines, read, tree

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from lib import nand  # noqa: E402
from log import Log  # noqa: E402


def source():
	t = tree("xattr")
	t.node("socket", T.SOCKET, 0o600)
	return t


for name, options in {"v2": {}, "v2-big": {"order": ">"}, "v2-plain-tags": {"at": 0, "pack": False}, "v2-4k": {"page": 4096, "spare": 224, "at": 4},
		"inband": {"inband": True}, "v1": {"version": 1, "page": 512, "spare": 16}, "v1-big": {"version": 1, "page": 512, "spare": 16, "order": ">"}, "codes": {"codes": nand.linux(64)},
		"v1-codes": {"version": 1, "page": 512, "spare": 16, "codes": nand.linux(16, places=(8, 9, 10, 13, 14, 15), smart=True)}}.items():
	def make(options=options):
		return Log(**options).fill(source()).image(), lines(source())
	golden("yaffs", name)(make)


def history():
	"""Written over, cut shorter and grown again, renamed, deleted; a checkpoint, erased pages."""
	t = T.Tree()
	t.dir("etc")
	old = t.file("etc/passwd", b"root:old secret\n" * 300, 0o600)
	t.file("cut", b"x" * 7000, 0o644)
	gone = t.file("etc/gone", b"the key is here\n" * 200, 0o640, 5, 6)
	log = Log().fill(t)
	new = t.file("etc/passwd", b"root:new\n" * 500, 0o644)
	log.data(log.ids["etc/passwd"], new.data)
	log.header(log.ids["etc/passwd"], new, log.ids["etc"])
	log.data(log.ids["cut"], b"x" * 100)  # the last chunk is written anew
	log.header(log.ids["cut"], t["cut"], 1, size=100, shrink=1)
	t["cut"].data = b"x" * 100 + bytes(4900)
	log.header(log.ids["cut"], t["cut"], 1)
	log.remove(gone)
	log.out.append(b"\xff" * 2112)
	log.out.append(b"checkpoint".ljust(2050, b"\0") + struct.pack("<4I", 0x21, 1, 1, 2048).ljust(62, b"\xff"))
	moved = t.entries.pop("cut")
	moved.path = "etc/moved"
	log.header(log.ids["cut"], moved, log.ids["etc"])
	t.entries["etc/moved"] = moved
	del t.entries["etc/gone"], old
	return log.image(), lines(t)


golden("yaffs", "history")(history)


def header(image, name):
	return image.index(T.bytes_of(name) + b"\0") - 10


@lie("yaffs", "the directory of an entry is missing", "/hello$")
def yaffs_no_parent():
	image = read("yaffs", "v2")
	for at in range(0, len(image), 2112):
		if image[at + 10:at + 16] == b"hello\0":
			struct.pack_into("<I", image, at + 4, 9999)
	return image


@lie("yaffs", "directory of an entry is missing", "/dir|/console", "!/dir/dir/dir")
def yaffs_own_parent():
	"""Two directories, each in the other."""
	t = T.Tree()
	t.file("first", b"1")
	t.dir("a")
	t.dir("b")
	log = Log().fill(t)
	log.header(log.ids["a"], t["a"], log.ids["b"])
	log.header(log.ids["b"], t["b"], log.ids["a"])
	t.file("console", b"2")
	log.add(t["console"])
	return log.image()


@lie("yaffs", "a hard link leads to nothing", "/dir/hello")
def yaffs_link():
	image = read("yaffs", "v2")
	struct.pack_into("<I", image, header(image, "other-name") + 296, 77777)
	return image


@lie("yaffs", "contents of an object whose header is missing", "/object-")
def yaffs_no_header():
	image = read("yaffs", "v2")
	for at in range(2112, len(image), 2112):
		if image[at + 10:at + 14] == b"with":
			image[at:at + 2112] = b"\xff" * 2112
	return image


@lie("yaffs", "limit", "/dir/hello")
def yaffs_huge_file():
	image = read("yaffs", "v2")
	for at in range(0, len(image), 2112):
		if image[at + 10:at + 14] == b"with":
			struct.pack_into("<I", image, at + 292, 0xffffffff)
			struct.pack_into("<I", image, at + 496, 0xffff)
	return image


@lie("yaffs", "page makes no sense", "/dir/hello")
def yaffs_page():
	image = read("yaffs", "v2")
	at = len(image) // 2112 // 2 * 2112
	image[at:at + 2112] = bytes(2112)
	return image


@lie("", "!type yaffs")
def yaffs_tags():
	image = read("yaffs", "v2")
	for at in range(0, len(image), 2112):
		image[at + 2048:at + 2112] = bytes(64)
	return image


@lie("yaffs", r"deleted-file 0640 5:6 1709294400 3200 71a0926421c1.* /etc/gone .deleted 0x")
def yaffs_deleted():
	"""What was deleted is told, under the name it had."""
	return read("yaffs", "history")


def data_page(image, stride, name, skip=1):
	"""Where the first page of contents stands behind the header of that name."""
	at = next(at for at in range(0, len(image), stride) if image[at + 10:].startswith(name + b"\0"))
	return at + skip * stride


@lie("yaffs", "!^lost", "name=corrected-bits.value=4$", "name=error-correction.value=Hamming, 1 bit in 256 bytes, in the order of Linux$",
	r"file 0600 .* 5120 \w+ /a name with spaces$")
def yaffs_single_bits():
	"""Of contents, of a header, of tags, of a code of tags."""
	image = read("yaffs", "codes")
	at = data_page(image, 2112, b"a name with spaces")
	image[at + 77] ^= 4
	image[at - 2112 + 12] ^= 1  # the name
	image[at + 2048 + 2 + 5] ^= 0x10
	image[at + 2112 + 2048 + 2 + 21] ^= 0x80
	return image


@lie("yaffs", "lost yaffs damaged .* a page is damaged: its code does not fit", "/a name with spaces damaged$")
def yaffs_two_bits():
	image = read("yaffs", "codes")
	image[data_page(image, 2112, b"a name with spaces") + 77] ^= 5
	return image


@lie("yaffs", "the tags of a page are damaged: their code does not fit", "/dir/hello")
def yaffs_tags_two_bits():
	image = read("yaffs", "codes")
	image[data_page(image, 2112, b"a name with spaces") + 2048 + 7] ^= 0x11
	return image


@lie("yaffs", "!^lost", "name=corrected-bits.value=2$", "in the order of SmartMedia$", r"file 0600 .* 5120 \w+ /a name with spaces$")
def yaffs_old_single_bits():
	image = read("yaffs", "v1-codes")
	at = data_page(image, 528, b"a name with spaces")
	image[at + 77] ^= 4
	image[at + 528 + 400] ^= 0x80
	return image
