# SPDX-License-Identifier: Apache-2.0
"""How the golden F2FS images come to be: see tests/images/lib/f2fs.py. Used by tests/writers/test_f2fs.py too."""
import struct

from trees import T, golden, lie, lines, pack, put, read, tree
from lib import f2fs
from lib.f2fs import BLOCK

MODERN = f2fs.EXTRA | f2fs.SUMS | f2fs.FLEXIBLE | f2fs.SUPER_SUM
WORDS = b"some words, and the same words again; "


def lz4(data):
	"""The block in a frame of one."""
	frame = pack.through(["lz4", "-9", "-c", "-B7", "--no-frame-crc"], data)
	size = struct.unpack_from("<I", frame, 7)[0]
	return frame[11:11 + size]


def lzo(data, *options):
	"""The first block of lzop's, behind its name and checksums."""
	made = pack.lzop(data, *options)
	flags, name = struct.unpack_from(">I", made, 17)[0], made[33]
	at = 34 + name + 4
	return made[at + 8 + 4 * sum(bool(flags & bit) for bit in (1, 2, 0x100, 0x200)):][:struct.unpack_from(">I", made, at + 4)[0]]


def zstd(data):
	return pack.through(["zstd", "-19", "-c"], data)


def more(n):
	"""What follows a length that does not fit."""
	zeros = (n - 1) // 255
	return bytes(zeros) + bytes([n - 255 * zeros])


def literals(data):
	return (bytes([len(data) - 3]) if len(data) < 19 else b"\0" + more(len(data) - 18)) + data


def lzorle(data):
	"""Literals and runs of zeros only, by the description in Linux; the first bytes are always literals."""
	out, at = b"\x11\x01", 0
	while at < len(data):
		zero = data.find(bytes(8), max(at, 4 * (at == 0)))
		zero = len(data) if zero < 0 else zero
		part = data[at:zero]
		if 0 < len(part) < 4: # the two lowest bits of the instruction before tell how many
			out = out[:-3] + bytes([out[-3] | len(part)]) + out[-2:] + part
		elif part:
			out += literals(part)
		at = zero
		while at + 4 <= len(data) and not any(data[at:at + 4]):
			n = min(2051, len(data) - at - len(data[at:].lstrip(b"\0")))
			out += bytes([0x18 | (n - 4) & 7]) + struct.pack("<H", 0xFFFC) + bytes([(n - 4) >> 3])
			at += n
	return out + b"\x11\0\0"


PACKERS = {"lzo": (0, lzo), "lz4": (1, lz4), "zstd": (2, zstd), "lzorle": (3, lzorle)}


@golden("f2fs", "inline")
def inline():
	v = f2fs.Volume(MODERN, extra=36, words=50)
	v.tree(tree())
	return v.image(journal=True, sits=True), lines(tree())


@golden("f2fs", "blocks")
def blocks():
	"""Nothing is inline; the second copy of NAT counts."""
	v = f2fs.Volume(version=8)
	v.tree(tree(), inline=False)
	return v.image(second=True), lines(tree())


@golden("f2fs", "summaries")
def summaries():
	"""Normal summaries of a clean end, in segments of eight blocks."""
	v = f2fs.Volume(log=3)
	t = T.Tree()
	t.file("start", WORDS * 20, 0o755, 1, 2)
	v.tree(t)
	return v.image(f2fs.UMOUNT, journal=True, sits=True), lines(t)


def contents():
	return (WORDS * 300)[:3 * BLOCK] + bytes(4 * BLOCK) + WORDS * 200


@golden("f2fs", "packed")
def packed():
	v = f2fs.Volume(f2fs.EXTRA | f2fs.COMPRESSION, extra=36)
	t = T.Tree()
	rows = [(".", 3, 2), ("..", 3, 2)]
	for name, (algorithm, how) in PACKERS.items():
		data = contents() if name != "lzorle" else (b"abc" + bytes(600) + WORDS + bytes(4500)) * 5
		t.file(name, data, 0o644)
		rows.append((name, v.number(), 1))
		v.packed_file(v.numbers, name, 3, data, how, algorithm)
	v.inode(3, "", 3, 0o40755, BLOCK, struct.pack("<I", v.data(f2fs.names(rows))), links=2)
	return v.image(), lines(t)


@golden("f2fs", "synced")
def synced():
	"""After the checkpoint a file was made and one was changed, both synced, and one that was not; another was deleted before it."""
	v = f2fs.Volume(f2fs.EXTRA | f2fs.SUMS, extra=36)
	t = T.Tree()
	t.file("kept", b"old\n")
	t.dir("sub")
	numbers = v.tree(t)
	v.inode(v.number(), "deleted", numbers["sub"], 0o100600, 6000, struct.pack("<II", v.data(WORDS * 99, False), v.data(WORDS * 70, False)), live=False)
	v.inode(v.number(), "overwritten", 3, 0o100600, 600, struct.pack("<I", v.data(b"of another")), live=False)
	new, unsynced = v.number(), v.number()

	def raw(number, name, text, parent):
		w = f2fs.Volume(v.features, extra=36)
		at = w.inode(number, name, parent, 0o100644, len(text), bytes(4) + text, kept=f2fs.INLINE_DATA | f2fs.HAS_DATA)
		return w.blocks[at][:-24]
	v.chain = [(numbers["kept"], numbers["kept"], raw(numbers["kept"], "kept", b"new\n", 3), 2),
		(new, new, raw(new, "made", b"made\n", numbers["sub"]), 6),
		(unsynced, unsynced, raw(unsynced, "not-synced", b"not\n", 3), 4)]
	image = v.image(f2fs.COMPACT | f2fs.CRC_COUNTS)
	t.file("kept", b"new\n")
	t.file("sub/made", b"made\n")
	return image, lines(t)


@golden("f2fs", "far")
def far():
	"""Names behind both kinds of indirect nodes; their directory has holes before them."""
	v = f2fs.Volume()
	t = T.Tree()
	rows = []
	for k in range(4):
		t.file("name-%d" % k, b"%d\n" % k)
		rows.append(("name-%d" % k, v.number(), 1))
		v.inode(v.numbers, rows[-1][0], 3, 0o100644, 2, bytes(4) + b"%d\n" % k, kept=f2fs.INLINE_DATA | f2fs.HAS_DATA)
	place = [v.data(f2fs.names([r])) for r in rows]

	def node(*at):
		n = v.number()
		body = bytearray(4072)
		for k, value in at:
			put(body, 4 * k, "I", value)
		v.node(n, 3, body, 1)
		return n
	nodes = [0, node((1017, place[1])), 0, node((1017, node((0, place[2])))), node((5, node((7, node((9, place[3]))))))]
	size = (923 + 2 * 1018 + 2 * 1018 ** 2 + (5 * 1018 + 7) * 1018 + 10) * BLOCK
	v.inode(3, "", 3, 0o40755, size, struct.pack("<I", place[0]), nodes, links=2)
	return v.image(), lines(t)


# ---- images that lie

def row(data, name, deleted=False):
	return "^%sfile .* %d %s /%s" % ("deleted-" if deleted else "", len(data), T.sha256(data), name)


@lie("f2fs", row((WORDS * 99).ljust(BLOCK, b"\0")[:BLOCK] + (WORDS * 70)[:6000 - BLOCK], r"sub/deleted \(deleted 0x\w+\)$", True), "!overwritten",
	row(b"not\n", r"not-synced \(deleted 0x\w+\)$", True), "!^lost", "rolled forward.*2 nodes", "value=größe")
def f2fs_deleted():
	return read("f2fs", "synced")


def place(image, name):
	"""Where the inode of a name stands."""
	name = name.encode()
	return image.index(struct.pack("<I", len(name)) + name + b"\0") - 88


def change(image, name, *values):
	"""Fields of an inode: (offset, form, value). Its checksum is made to fit again."""
	at = place(image, name)
	for offset, form, value in values:
		put(image, at + offset, form, value)
	put(image, at + 368, "I", 0)
	seed = f2fs.crc(f2fs.crc(f2fs.crc(0xFFFFFFFF, f2fs.UUID), image[at + 4072:at + 4076]), image[at + 68:at + 72])
	return put(image, at + 368, "I", f2fs.crc(seed, bytes(image[at:at + BLOCK])))


@lie("f2fs", "first superblock is damaged", "/dir/hello")
def f2fs_first_super():
	image = read("f2fs", "inline")
	image[1024 + 36] ^= 0xFF
	return image


@lie("f2fs", "first superblock is damaged", "/dir/hello")
def f2fs_super_sum():
	image = read("f2fs", "inline")
	image[1024 + 2500] ^= 0xFF
	return image


@lie("", "!^type f2fs")
def f2fs_no_super():
	image = read("f2fs", "inline")
	for at in (0, BLOCK):
		put(image, at + 1024 + 84, "I", 7)
	return image


@lie("f2fs", "checksum of the superblock is wrong", "/dir/hello")
def f2fs_both_super_sums():
	image = read("f2fs", "inline")
	for at in (0, BLOCK):
		image[at + 1024 + 2500] ^= 0xFF
	return image


@lie("f2fs", "blocks are not of 4 KiB")
def f2fs_large_blocks():
	return put(read("f2fs", "blocks"), 1024 + 16, "I", 14)


@lie("f2fs", "image is cut off", "/dir/hello")
def f2fs_cut():
	return read("f2fs", "inline")[:-5000]


@lie("f2fs", "goes on in other devices", "/dir/hello")
def f2fs_devices():
	image = read("f2fs", "blocks")
	image[1024 + 2201 + 68] = 0x2F
	return image


@lie("f2fs", "no checkpoint is valid", "/dir/hello", "/a name with spaces")
def f2fs_no_checkpoint():
	image = read("f2fs", "inline")
	for block in (2, 6):
		image[block * BLOCK + 100] ^= 0xFF
	return image


@lie("f2fs", "checkpoint is not closed", "/dir/hello")
def f2fs_open_checkpoint():
	image = read("f2fs", "inline")
	for block in (4, 8):
		image[block * BLOCK + 100] ^= 0xFF
	return image


@lie("f2fs", "journal of the table of nodes makes no sense", "/dir/hello")
def f2fs_journal():
	return put(read("f2fs", "inline"), 3 * BLOCK, "H", 39)


@lie("f2fs", "table of nodes is damaged: nodes were found by a search", "/dir/hello", "/with-holes")
def f2fs_no_table():
	image = read("f2fs", "inline")
	image[18 * BLOCK:26 * BLOCK] = bytes(8 * BLOCK)
	return image


@lie("f2fs", "a structure refers back to itself|directory names an inode", "!/dir/dir/dir", "/with-holes")
def f2fs_directory_loop():
	image = read("f2fs", "blocks")
	at = image.index(struct.pack("<HB", 5, 1) + b"") # a record of a name of five letters in dir
	return put(image, at - 4, "I", 3)


@lie("f2fs", "directory names an inode that is not there", "/with-holes")
def f2fs_no_inode():
	image = read("f2fs", "blocks")
	return put(image, image.index(struct.pack("<HB", 5, 1)) - 4, "I", 0x7FFFFFFF)


@lie("f2fs", "directory record makes no sense", "/with-holes")
def f2fs_record_length():
	image = read("f2fs", "blocks")
	return put(image, image.index(struct.pack("<HB", 5, 1)), "H", 5000)


@lie("f2fs", "files whose directory is lost were put where they say", "/dir/hello", "/dir/empty")
def f2fs_no_names():
	image = read("f2fs", "blocks")
	at = image.index(struct.pack("<HB", 5, 1)) // BLOCK * BLOCK
	image[at:at + 27] = bytes(27)
	return image


@lie("f2fs", "checksum of an inode is wrong", "/dir/hello")
def f2fs_inode_sum():
	image = read("f2fs", "inline")
	at = place(image, "hello")
	image[at + 40] ^= 1
	return image


@lie("f2fs", "lost f2fs", "/dir/hello")
def f2fs_huge_file():
	return change(read("f2fs", "inline"), "with-holes", (16, "Q", 1 << 60))


@lie("f2fs", "inline contents are cut off", "/dir/hello damaged")
def f2fs_long_inline():
	return change(read("f2fs", "inline"), "hello", (16, "Q", 5000))


@lie("f2fs", "blocks of a file are damaged or missing", "/a name with spaces damaged", "/dir/hello$")
def f2fs_block_outside():
	return change(read("f2fs", "inline"), "a name with spaces", (360 + 36, "I", 0x7FFFFFFF))


@lie("f2fs", "inode makes no sense|names an inode that is not there", "/with-holes")
def f2fs_inode_type():
	return change(read("f2fs", "inline"), "hello", (0, "H", 0x3000))


@lie("f2fs", "inode makes no sense|names an inode that is not there", "/with-holes")
def f2fs_extra_size():
	return change(read("f2fs", "inline"), "hello", (360, "H", 5000))


@lie("f2fs", "target of a symbolic link cannot be read", "/with-holes")
def f2fs_long_link():
	return change(read("f2fs", "inline"), "link", (16, "Q", 1 << 40))


@lie("f2fs", "extended attribute is damaged", "/dir/hello")
def f2fs_attribute():
	image = read("f2fs", "inline")
	at = image.index(struct.pack("<II16x", 0xF2F52011, 1)) + 24
	return put(image, at + 2, "H", 0xFFFF)


@lie("f2fs", "node of extended attributes is lost", "/dir/hello")
def f2fs_no_attributes():
	image = read("f2fs", "blocks")
	at = image.index(struct.pack("<II16x", 0xF2F52011, 1))
	return put(image, at + 4072, "I", 99)


@lie("f2fs", "file is encrypted: it was not examined", "/dir/hello damaged", "/with-holes$")
def f2fs_encrypted():
	return change(read("f2fs", "inline"), "hello", (2, "B", 4))


@lie("f2fs", "/lz4 damaged", "/zstd$", "blocks of a file are damaged")
def f2fs_cluster_sum():
	image = read("f2fs", "packed")
	image[image.index(lz4(contents()[:4 * BLOCK])) + 20] ^= 1
	return image


@lie("f2fs", "/lz4 damaged", "/zstd$", "blocks of a file are damaged")
def f2fs_cluster_length():
	image = read("f2fs", "packed")
	return put(image, image.index(lz4(contents()[:4 * BLOCK])) - 24, "I", 0xFFFFFFFF)


@lie("f2fs", "packing of a file is unknown", "/lz4 damaged", "/zstd$")
def f2fs_algorithm():
	image = read("f2fs", "packed")
	return put(image, place(image, "lz4") + 392, "B", 9)


@lie("f2fs", "!/name-3 .* /name-3", "/name-0", "blocks of a directory are damaged or missing")
def f2fs_nodes_in_a_circle():
	"""A node of nodes that leads to itself from each of its places."""
	image = read("f2fs", "far")
	at = place(image, "name-3") // BLOCK * BLOCK
	root = next(b for b in range(0, len(image), BLOCK) if image[b + 4072:b + 4080] == struct.pack("<II", 3, 3))
	node = struct.unpack_from("<5I", image, root + 4052)[4]
	where = next(b for b in range(0, len(image), BLOCK) if image[b + 4072:b + 4080] == struct.pack("<II", node, 3))
	assert at != where
	return put(image, where, "1018I", *[node] * 1018)


@lie("f2fs", "/made", "checksum of an inode is wrong")
def f2fs_log_in_a_circle():
	"""The log behind the checkpoint leads back to its beginning."""
	image = read("f2fs", "synced")
	first = place(image, "kept")
	first = image.index(struct.pack("<I", 4) + b"kept\0", first + BLOCK) - 88
	return put(image, place(image, "made") + 4092, "I", first // BLOCK)
