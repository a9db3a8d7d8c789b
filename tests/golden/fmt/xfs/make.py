# SPDX-License-Identifier: Apache-2.0
"""XFS, written by mkfs.xfs with a proto file; what that cannot say is added by xfs_db. Used by tests/writers/test_xfs.py too.

mkfs.xfs wants 300 MB, and 16 MB if it thinks that it is tested. Golden images are cut to the blocks in use: their log is on
another device (or what is kept of it stands at their end), and the superblock and the group's headers say the new size."""
import pathlib
import re
import struct

from trees import T, golden, lie, line, lines, pack, put, read

TESTED = ["env", "TEST_DIR=/nowhere", "TEST_DEV=/nowhere", "QA_CHECK_FS=1"]
TABLE = []
for n in range(256):
	for _ in range(8):
		n = n >> 1 ^ (0x82F63B78 if n & 1 else 0)
	TABLE.append(n)


def crc32c(data):
	crc = 0xFFFFFFFF
	for byte in data:
		crc = crc >> 8 ^ TABLE[(crc ^ byte) & 0xFF]
	return crc ^ 0xFFFFFFFF


def seal(image, at, n, place):
	"""Makes the checksum of n bytes at at right, which stands at place of them."""
	put(image, at + place, "I", 0)
	return put(image, at + place, "I", crc32c(image[at:at + n]))


def word(image, at, format):
	return struct.unpack_from(">" + format, image, at)[0]


def change(image, at, format, *values):
	struct.pack_into(">" + format, image, at, *values)
	return image


class Super:
	def __init__(self, image):
		self.block, self.root = word(image, 4, "I"), word(image, 56, "Q")
		self.group, self.groups = word(image, 84, "I"), word(image, 88, "I")
		self.version, self.sector, self.inode, per = struct.unpack_from(">HHHH", image, 100)
		self.version &= 15
		self.per, self.log = image[123], image[124]

	def block_at(self, number):
		return ((number >> self.log) * self.group + (number & ((1 << self.log) - 1))) * self.block

	def inode_at(self, number):
		return self.block_at(number >> self.per) + (number & ((1 << self.per) - 1)) * self.inode


def seal_inode(image, s, at):
	return seal(image, at, s.inode, 100) if s.version == 5 else image


def proto(t, tmp):
	"""The lines of a proto file, and the contents beside it."""
	out, kinds = ["/", "0 0"], {T.FILE: "-", T.DIR: "d", T.LINK: "l", T.CHAR: "c", T.BLOCK: "b", T.FIFO: "p"}
	open_dirs = []
	for k, e in enumerate(t):
		while open_dirs and not (e.path + "/").startswith(open_dirs[-1]):
			out.append("$")
			open_dirs.pop()
		mode = "%s%s%s%03o" % (kinds[e.type], "u" if e.mode & 0o4000 else "-", "g" if e.mode & 0o2000 else "-", e.mode & 0o777)
		words = [e.path.split("/")[-1]] * bool(e.path) + [mode, str(e.uid), str(e.gid)]
		if e.type == T.FILE:
			path = pathlib.Path(tmp, "c%d" % k)
			path.write_bytes(e.data)
			words.append(str(path))
		words += [e.target] * (e.type == T.LINK) + list(map(str, e.dev or ()))
		out.append(" ".join(words))
		if e.type == T.DIR:
			open_dirs.append(e.path + "/" if e.path else "")
	return "\n".join(out + ["$"] * len(open_dirs)) + "\n"


def db(path, *commands, log=()):
	"""What xfs_db, which may write, says to commands."""
	argv = ["xfs_db", "-x", *log]
	for c in commands:
		argv += ["-c", c]
	return pack.run([*argv, path], both=True).decode("utf-8", "surrogateescape")


def numbers(path, t, log=()):
	"""The inode of each path of a tree."""
	paths = [e.path for e in t]
	said = db(path, *[c for p in paths for c in ("path /" + p, "inode")], log=log)
	found = [int(n) for n in re.findall(r"current inode number is (\d+)", said)]
	assert len(found) == len(paths), said
	return dict(zip(paths, found))


def stamp(image, number, seconds, ns=0):
	"""Gives an inode a time of change."""
	s = Super(image)
	at = s.inode_at(number)
	big = s.version == 5 and word(image, at + 120, "Q") & 8
	change(image, at + 40, "Q", (seconds + (1 << 31)) * 10**9 + ns if big else (seconds & 0xFFFFFFFF) << 32 | ns)
	return seal_inode(image, s, at)


class Made:
	"""An image, the inode of each path, and the first kilobyte of a log that stands elsewhere."""

	def __init__(self, image, where, log):
		self.image, self.where, self.log = image, where, log

	def at(self, path):
		return Super(self.image).inode_at(self.where[path])

	def fork(self, path):
		return self.at(path) + (176 if Super(self.image).version == 5 else 100)

	def set(self, path, at, format, *values):
		"""Changes a field of an inode."""
		change(self.image, self.at(path) + at, format, *values)
		seal_inode(self.image, Super(self.image), self.at(path))


def mkfs(t, *options, size="16m", far_log=False):
	"""An image of a tree."""
	with pack.scratch() as tmp:
		path, script, log = pathlib.Path(tmp, "xfs"), pathlib.Path(tmp, "proto"), pathlib.Path(tmp, "log")
		script.write_text(proto(t, tmp), encoding="utf-8")
		log.write_bytes(bytes(16 << 20 if far_log else 0))
		more = ["-l", "logdev=%s" % log] * far_log
		pack.run([*TESTED, "mkfs.xfs", "-q", "-f", "-d", "file=1,name=%s,size=%s" % (path, size), *options, *more, "-p", script])
		far = ("-l", str(log)) * far_log
		where, todo = numbers(path, t, far), []
		for e in t:
			for name, value in sorted(e.xattrs.items()):
				space, short = name.split(".", 1)
				assert value == b"v" * len(value)  # xfs_db fills values with it
				flag = {"user": "-u", "trusted": "-r", "security": "-s"}[space]
				todo += ["inode %d" % where[e.path], "attr_set %s -v %d %s" % (flag, len(value), short)]
		said = db(path, *todo, log=far) if todo else ""
		assert "rror" not in said and "bad" not in said, said
		made = Made(bytearray(path.read_bytes()), where, log.read_bytes()[:1024])
	for e in t:
		stamp(made.image, where[e.path], e.mtime)
		if e.type == T.LINK and Super(made.image).version == 5 and made.image[made.at(e.path) + 5] == 2:
			mend_link(made, e)
	return made


def mend_link(made, e):
	"""mkfs.xfs 6.1 writes long targets as version 4 has them."""
	image, s, number = made.image, Super(made.image), made.where[e.path]
	(_, first, n, _), = runs_of(image, number)
	at, target = s.block_at(first), e.target.encode()
	head = b"XSLM" + struct.pack(">III", 0, len(target), 0) + bytes(image[32:48])
	head += struct.pack(">QQQ", number, at // 512, 0)
	assert len(head) + len(target) <= n * s.block
	image[at:at + n * s.block] = (head + target).ljust(n * s.block, b"\0")
	seal(image, at, n * s.block, 12)


def is_wide(image, at):
	return image[at + 4] == 3 and word(image, at + 120, "Q") & 16


def runs_of(image, number):
	"""The extents of an inode: logical, block, blocks, unwritten."""
	s = Super(image)
	at = s.inode_at(number)
	n = word(image, at + 24, "Q") if is_wide(image, at) else word(image, at + 76, "I")
	out = []
	for k in range(n):
		high, low = struct.unpack_from(">QQ", image, at + (176 if s.version == 5 else 100) + k * 16)
		bits = high << 64 | low
		out.append((bits >> 73 & (1 << 54) - 1, bits >> 21 & (1 << 52) - 1, bits & (1 << 21) - 1, bits >> 127))
	return out


def extent(logical, block, n, unwritten=0):
	bits = unwritten << 127 | logical << 73 | block << 21 | n
	return struct.pack(">QQ", bits >> 64, bits & (1 << 64) - 1)


def count_extents(made, path, n):
	at = made.at(path)
	made.set(path, 24 if is_wide(made.image, at) else 76, "Q" if is_wide(made.image, at) else "I", n)


def remap(made, path, size, *runs):
	"""Spreads the blocks of a file, which stand in one run, over (logical, blocks, unwritten); size: of the file."""
	(_, block, n, _), = runs_of(made.image, made.where[path])
	assert n == sum(r[1] for r in runs)
	at = made.fork(path)
	for logical, n, unwritten in runs:
		made.image[at:at + 16] = extent(logical, block, n, unwritten)
		at, block = at + 16, block + n
	made.set(path, 56, "Q", size)
	count_extents(made, path, len(runs))


def tree_block(made, path, level, entries):
	"""A block of the tree that maps a file."""
	s, number = Super(made.image), made.where[path]
	head = struct.pack(">4sHHqq", b"BMA3" if s.version == 5 else b"BMAP", level, len(entries), -1, -1)
	if s.version == 5:
		head += struct.pack(">QQ16sQII", 0, 0, made.image[32:48], number, 0, 0)
	room = (s.block - len(head)) // 16
	if level == 0:
		body = b"".join(entries)
	else:
		body = b"".join(struct.pack(">Q", key) for key, _ in entries).ljust(room * 8, b"\0")
		body += b"".join(struct.pack(">Q", at) for _, at in entries)
	block = bytearray((head + body).ljust(s.block, b"\0"))
	return seal(block, 0, s.block, 64) if s.version == 5 else block


def by_tree(made, path, leaf, top, levels=2):
	"""Moves the extents of a file into a tree: a leaf and a block above it, in blocks that are free."""
	s, number = Super(made.image), made.where[path]
	runs = runs_of(made.image, number)
	for at, level, entries in ((leaf, 0, [extent(*r) for r in runs]), (top, 1, [(0, leaf)])):
		assert not any(made.image[at * s.block:(at + 1) * s.block])
		made.image[at * s.block:(at + 1) * s.block] = tree_block(made, path, level, entries)
	begin = made.image[made.at(path) + 82] * 8 or s.inode - (176 if s.version == 5 else 100)
	room = (begin - 4) // 16
	fork = struct.pack(">HHQ", levels, 1, 0).ljust(4 + room * 8, b"\0") + struct.pack(">Q", top)
	made.image[made.fork(path):made.fork(path) + begin] = fork.ljust(begin, b"\0")
	made.set(path, 5, "B", 3)


def name_at(made, path):
	"""Where a name stands in its directory, and where the inode's number does; only of directories in the inode."""
	up, _, name = path.rpartition("/")
	at = made.image.index(name.encode(), made.fork(up))
	assert at < made.at(up) + Super(made.image).inode
	return at, at + len(name) + bool(ftype(made.image))


def hard(made, new, of):
	"""Makes a name of a short directory, whose own inode is given up, another name of a file."""
	up, image = new.rpartition("/")[0], made.image
	_, at = name_at(made, new)
	assert word(image, at, "I") == made.where[new]
	change(image, at, "I", made.where[of])
	made.set(up, 0, "H", 0x494e)
	made.set(of, 16, "I", word(image, made.at(of) + 16, "I") + 1)
	made.set(new, 2, "H", 0)
	free(image, made.where[new])
	made.where[new] = made.where[of]


def ftype(image):
	return word(image, 216, "I") & 1 if word(image, 100, "H") & 15 == 5 else word(image, 200, "I") >> 9 & 1


def chunk_record(image, number):
	"""Where the record of an inode's chunk stands in the first block of its group's tree, and where that does."""
	s = Super(image)
	low = number & ((1 << (s.log + s.per)) - 1)
	start = (number >> (s.log + s.per)) * s.group * s.block
	block = start + word(image, start + 2 * s.sector + 20, "I") * s.block
	head = 56 if s.version == 5 else 16
	for at in range(block + head, block + head + 16 * word(image, block + 6, "H"), 16):
		if low - word(image, at, "I") in range(64):
			return at, block, low - word(image, at, "I")
	raise KeyError(number)


def free(image, number):
	at, block, bit = chunk_record(image, number)
	change(image, at + 8, "Q", word(image, at + 8, "Q") | 1 << bit)
	if Super(image).version == 5:
		seal(image, block, Super(image).block, 52)


def delete(made, path):
	"""As Linux deletes: the inode is cleared but for its extents, its blocks become free, its name becomes free room."""
	image, s = made.image, Super(made.image)
	runs, number = runs_of(image, made.where[path]), made.where[path]
	for at, format, value in ((2, "H", 0), (16, "I", 0), (56, "Q", 0), (82, "B", 0)):
		made.set(path, at, format, value)
	count_extents(made, path, 0)
	free(image, number)
	head, root = 56 if s.version == 5 else 16, word(image, s.sector + 16, "I") * s.block
	n = word(image, root + 6, "H")
	space = [struct.unpack_from(">II", image, root + head + 8 * k) for k in range(n)] + [(block, n) for _, block, n, _ in runs]
	change(image, root + 6, "H", len(space))
	for k, record in enumerate(sorted(space)):
		change(image, root + head + 8 * k, "II", *record)
	if s.version == 5:
		seal(image, root, s.block, 52)


def remove_names(made, *paths):
	"""Of neighbours in a directory of one block."""
	image, s = made.image, Super(made.image)
	(_, block, n, _), = runs_of(image, made.where[paths[0].rpartition("/")[0]])
	base, size = s.block_at(block), n * s.block
	first = image.index(struct.pack(">QB", made.where[paths[0]], len(paths[0].rpartition("/")[2])), base)
	last = image.index(struct.pack(">QB", made.where[paths[-1]], len(paths[-1].rpartition("/")[2])), base)
	end = last + (8 + 1 + len(paths[-1].rpartition("/")[2]) + bool(ftype(image)) + 2 + 7) // 8 * 8
	change(image, first, "HH", 0xffff, end - first)
	change(image, end - 2, "H", first - base)
	if s.version == 5:
		seal(image, base, size, 4)


def shrink(made, blocks, log_at=0):
	"""Cuts an image of one group whose log is elsewhere to so many blocks; log_at: the block where its beginning shall stand."""
	image, s = made.image, Super(made.image)
	assert not any(image[blocks * s.block:])
	del image[blocks * s.block:]
	change(image, 8, "Q", blocks)
	change(image, 84, "I", blocks)
	image[124] = (blocks - 1).bit_length()
	if log_at:
		at = log_at * s.block
		assert not any(image[at:at + len(made.log)])
		image[at:at + len(made.log)] = made.log
		change(image, 48, "Q", log_at)
		change(image, 96, "I", len(made.log) // s.block)
	for sector in (1, 2):
		change(image, sector * s.sector + 12, "I", blocks)
	if s.version == 5:
		for sector, place in ((0, 224), (1, 216), (2, 312)):
			seal(image, sector * s.sector, s.sector, place)
	return image


# ---- what goes in

def contents(block, far=600):
	t = T.Tree()
	t.dir("dir", 0o2750, 0, 50)
	t.file("dir/hello", "hello, world\n", 0o4755, 1000, 1000, mtime=1000000000)
	t.file("dir/empty", b"")
	t.link("dir/link", "../more")
	t.link("far", "component/" * (far // 10) + "end")
	t.node("console", T.CHAR, 0o600, (5, 1))
	t.node("disk", T.BLOCK, 0o660, (259, 60000))
	t.node("pipe", T.FIFO, 0o600)
	t.file("more", bytes(range(256)) * 5, 0o600, 70000, 80000)
	t.file("with-holes", b"A" * block + b"B" * block + b"C" * block)
	t["dir/hello"].xattrs["user.note"] = b"vvvv"
	t["more"].xattrs["trusted.far"] = b"v" * 1100
	t["more"].xattrs["security.near"] = b"v" * 20
	return t


def with_holes(made, t, block):
	"""Its second block was never written, and there are holes before and behind the third."""
	remap(made, "with-holes", 6 * block + 5, (0, 1, 0), (1, 1, 1), (3, 1, 0))
	t["with-holes"].data = b"A" * block + bytes(2 * block) + b"C" * block + bytes(2 * block + 5)


def with_hard(made, t):
	hard(made, "dir/other-name", "dir/hello")
	t.drop("dir/other-name")
	t.hard("dir/other-name", "dir/hello")
	return t


def whole(block, *options, **more):
	t = contents(block)
	t.file("dir/other-name", b"")
	made = mkfs(t, "-b", "size=%d" % block, *options, **more)
	with_holes(made, t, block)
	return made, with_hard(made, t)


def v5():
	made, t = whole(1024, "-i", "nrext64=1", "-L", "label", far_log=True)
	return made, t


@golden("xfs", "v5")
def golden_v5():
	made, t = v5()
	return bytes(shrink(made, 64, 19)), lines(t)


@golden("xfs", "v4")
def golden_v4():
	made, t = whole(512, "-m", "crc=0", "-n", "ftype=0", "-i", "size=256", far_log=True)
	by_tree(made, "with-holes", 100, 101)
	return bytes(shrink(made, 104)), lines(t)


@golden("xfs", "names")
def golden_names():
	"""Directories of one block and of several; the name of what another names is lost with it."""
	t = T.Tree()
	t.dir("one")
	t.dir("lost")
	t.dir("lost/below")
	t.file("lost/below/deep", b"deep\n")
	for k in range(12):
		t.file("one/a-name-that-is-long-enough-%d" % k, b"")
		t.file("lost/a-name-that-is-long-enough-%d" % k, b"%d\n" % k if k == 3 else b"")
	made = mkfs(t, "-b", "size=1024", "-n", "size=4096", "-m", "reflink=0,bigtime=0", far_log=True)
	s = Super(made.image)
	(_, block, n, _), = runs_of(made.image, made.where["lost"])
	made.image[s.block_at(block):s.block_at(block + n)] = bytes(n * s.block)
	told = [l for l in lines(t) if " /lost/" not in l]
	for e in t:
		if e.path.startswith("lost/") and e.path != "lost/below/deep":
			name = "inode-%d" % made.where[e.path]
			told.append(line(e).replace("/" + e.path, "/" + name))
			told.append("lost xfs damaged %d inode has lost its name: no directory names it" % made.at(e.path))
	told.append(line(t["lost/below/deep"]).replace("/lost/below", "/inode-%d" % made.where["lost/below"]))
	at = s.block_at(block)
	told.append("lost xfs damaged %d block of a directory is damaged: names in it may be missing or wrong" % at)
	return bytes(shrink(made, max(k for k in range(len(made.image) // 1024) if any(made.image[k * 1024:(k + 1) * 1024])) + 1)), told


@golden("xfs", "deleted")
def golden_deleted():
	"""Two neighbours and one more were deleted; xfs_deleted below says what is told of them."""
	t = T.Tree()
	for k in range(12):
		t.file("d/a-name-%02d" % k, b"%d\n" % k * 300, 0o640, k, k)
	made = mkfs(t, "-b", "size=512", "-m", "crc=0", "-i", "size=256", far_log=True)
	for names in (("d/a-name-03", "d/a-name-04"), ("d/a-name-09",)):
		remove_names(made, *names)
		for name in names:
			delete(made, name)
			t.drop(name)
	return bytes(shrink(made, 120)), lines(t)


# ---- images that lie

def opened(name, *paths):
	"""A golden image whose directories stand in their inodes, and the inodes of paths in it."""
	image = read("xfs", name)
	made = Made(image, {"": Super(image).root}, b"")
	for path in paths:
		made.where[path] = word(image, name_at(made, path)[1], "I")
	return made


def names_inode(made, path, number):
	change(made.image, name_at(made, path)[1], "I", number)
	made.set(path.rpartition("/")[0], 0, "H", 0x494e)
	return made.image


def super_field(name, at, format, value):
	image = change(read("xfs", name), at, format, value)
	return seal(image, 0, 512, 224) if Super(image).version == 5 else image


@lie("xfs", "a structure refers back to itself", "/with-holes", "lost its name")
def xfs_directory_loop():
	made = opened("v5", "dir")
	return names_inode(made, "dir", made.where[""])


@lie("xfs", "inode that a directory names is damaged or missing", "/dir damaged|dir - - - 0 - /dir", "/with-holes", "/inode-[0-9]+$")
def xfs_no_inode():
	return names_inode(opened("v5"), "dir", 1 << 30)


@lie("xfs", "directory in an inode makes no sense", "/console")
def xfs_short_count():
	made = opened("v5")
	made.set("", 176, "B", 200)
	return made.image


@lie("xfs", "blocks of a file are damaged or missing", "/with-holes damaged", "/more")
def xfs_map_loop():
	"""The block above the leaf says that itself is the leaf."""
	made = opened("v4", "with-holes")
	at = made.image.index(b"BMAP\0\1")
	room = (512 - 24) // 16
	change(made.image, at + 24 + room * 8, "Q", at // 512)
	return made.image


@lie("xfs", "/with-holes damaged", "/dir/hello", "!lost xfs limit")
def xfs_map_over_and_over():
	"""Each level has many pointers to the same block of the next."""
	made = opened("v4", "with-holes")
	top, room = made.image.index(b"BMAP\0\1"), (512 - 24) // 16
	made.image += bytes(512 * 12)
	change(made.image, 8, "Q", len(made.image) // 512)
	change(made.image, 84, "I", len(made.image) // 512)
	base = len(made.image) // 512 - 12
	for level in range(1, 12):
		below = base + level - 1 if level > 1 else made.image.index(b"BMAP\0\0") // 512
		made.image[(base + level) * 512:(base + level + 1) * 512] = tree_block(made, "with-holes", level, [(0, below)] * room)
	fork = made.fork("with-holes")
	change(made.image, fork, "H", 12)
	at = made.image.index(struct.pack(">Q", top // 512), fork)
	return change(made.image, at, "Q", base + 11)


@lie("xfs", "lost xfs limit", "/dir/hello")
def xfs_huge_file():
	made = opened("v5", "with-holes")
	made.set("with-holes", 56, "Q", 1 << 60)
	return made.image


@lie("xfs", "blocks of a file are damaged or missing", "/with-holes damaged")
def xfs_extent_outside():
	made = opened("v5", "with-holes")
	at = made.fork("with-holes")
	made.image[at:at + 16] = extent(0, 1 << 40, 1)
	made.set("with-holes", 0, "H", 0x494e)
	return made.image


@lie("xfs", "blocks of a file are damaged or missing", "/with-holes damaged")
def xfs_extents_behind():
	"""The second extent begins before the first ends."""
	made = opened("v5", "with-holes")
	at = made.fork("with-holes") + 16
	(_, block, n, _) = runs_of(made.image, made.where["with-holes"])[1]
	made.image[at:at + 16] = extent(0, block, n)
	made.set("with-holes", 0, "H", 0x494e)
	return made.image


@lie("xfs", "checksum of an inode is wrong", "/more damaged", "file 0600 .* /with-holes|file .* /with-holes$")
def xfs_inode_sum():
	made = opened("v5", "more")
	return change(made.image, made.at("more") + 12, "I", 1234)


@lie("xfs", "inode that a directory names is damaged", "file - - - 0 .* /more damaged")
def xfs_inode_misplaced():
	made = opened("v5", "more")
	made.set("more", 152, "Q", 5)
	return made.image


@lie("xfs", "file stands on the realtime device", "/more damaged")
def xfs_realtime():
	made = opened("v5", "more")
	made.set("more", 90, "H", 1)
	return made.image


@lie("xfs", "checksum of the superblock is wrong", "/dir/hello")
def xfs_super_sum():
	return change(read("xfs", "v5"), 128, "Q", 99)


@lie("xfs", "type data", "!/dir/hello")
def xfs_group_size():
	return super_field("v5", 84, "I", 1 << 20)


@lie("xfs", "header of an allocation group is damaged", "tree of inodes is damaged", "/dir/hello", "!lost its name")
def xfs_inode_header():
	return change(read("xfs", "v5"), 1024, "I", 0)


@lie("xfs", "tree of inodes is damaged", "/dir/hello", "!lost its name")
def xfs_inode_tree_loop():
	"""The root of the tree of inodes says that it stands above itself."""
	image = read("xfs", "v4")
	root = word(image, 1024 + 20, "I")
	change(image, root * 512 + 4, "H", 1)
	change(image, root * 512 + 16 + (512 - 16) // 8 * 4, "I", root)
	return change(image, 1024 + 24, "I", 2)


@lie("xfs", "root is not a directory", "13 853ff93762a06ddbf722c4ebe9ddd66d8f63ddaea97f521c3ecc20da7c976020 /inode-[0-9]+/hello")
def xfs_root_gone():
	made = opened("v5")
	made.image[made.at(""):made.at("") + 512] = bytes(512)
	return made.image


@lie("xfs", "deleted-file 0600 70000:80000 1709294400 1280 .* /inode-[0-9]+ .deleted", "inode that a directory names|/dir/hello")
def xfs_unlinked():
	"""In use, but without a name: it was deleted while it was open."""
	made = opened("v5", "more", "console")
	number = made.where["console"]
	made.set("more", 16, "I", 0)
	return names_inode(made, "more", number)


@lie("xfs", "log holds changes that were not replayed", "log.*dirty", "/dir/hello")
def xfs_dirty_log():
	image = read("xfs", "v5")
	at = word(image, 48, "Q") * 1024
	return change(image, at + 512 + 9, "B", 0)


@lie("xfs", "log lies outside of the file system", "/dir/hello")
def xfs_log_outside():
	return super_field("v5", 96, "I", 1 << 30)


@lie("xfs", "target of a symbolic link cannot be read", "/dir/link")
def xfs_long_target():
	made = opened("v5", "far")
	made.set("far", 56, "Q", 1 << 40)
	return made.image


@lie("xfs", "checksum of the target of a symbolic link is wrong", "/far -> component/component/.*end")
def xfs_bare_target():
	"""As mkfs.xfs 6.1 writes it: as in version 4."""
	made = opened("v5", "far")
	(_, block, _, _), = runs_of(made.image, made.where["far"])
	at, size = block * 1024, word(made.image, made.at("far") + 56, "Q")
	made.image[at:at + 1024] = made.image[at + 56:at + 56 + size].ljust(1024, b"\0")
	return made.image


@lie("xfs", "extended attribute is damaged", "/more security.near=", "!trusted.far=")
def xfs_attribute_length():
	"""The value that stands elsewhere is longer than its blocks."""
	made = opened("v5", "more")
	at = made.image.index(b"\x3b\xee", 8) - 8
	value = made.image.index(struct.pack(">IB3s", 1100, 3, b"far"), at)
	change(made.image, value, "I", 60000)
	return seal(made.image, at, 1024, 12)


def values_over_and_over(made):
	"""The attributes of a file are many times the same, whose value is nearly all of the image."""
	leaf = made.image.index(b"\xfb\xee", 8) - 8
	at = leaf + 400
	change(made.image, leaf + 12, "H", 46)
	for k in range(46):
		change(made.image, leaf + 32 + k * 8, "IHBB", 0, at - leaf, 2, 0)
	made.image[at:at + 12] = struct.pack(">IIB3s", 1, 51200, 3, b"far")
	begin = made.fork("more") + made.image[made.at("more") + 82] * 8
	made.image[begin:begin + 32] = extent(0, leaf // 512, 1) + extent(1, 1, 100)
	made.set("more", 80, "H", 2)


@lie("xfs", "extended attribute is damaged", "/dir/hello", "/with-holes", "!lost xfs limit")
def xfs_attribute_values():
	made = opened("v4", "more")
	values_over_and_over(made)
	return made.image


@lie("xfs", "lost xfs limit .* metadata is referred to over and over")
def xfs_attributes_shared():
	"""And all files have those."""
	made = opened("v4", "more", "console", "dir", "disk", "pipe", "dir/hello", "dir/empty", "dir/link", "far")
	values_over_and_over(made)
	begin = made.image[made.at("more") + 82]
	room = bytes(made.image[made.fork("more") + begin * 8:made.at("more") + 256])
	for path in made.where:
		if path:
			made.image[made.fork(path) + begin * 8:made.at(path) + 256] = room
			made.set(path, 80, "HBB", 2, begin, 2)
	return made.image


@lie("xfs", "block of extended attributes is damaged", "/more$", "!trusted.far=")
def xfs_attribute_loop():
	"""The block of attributes says that it is a node above itself."""
	made = opened("v5", "more")
	at = made.image.index(b"\x3b\xee", 8) - 8
	change(made.image, at + 8, "H", 0x3ebe)
	change(made.image, at + 56, "HH", 3, 1)
	for k in range(3):
		change(made.image, at + 64 + k * 8, "II", k, 0)
	return seal(made.image, at, 1024, 12)


@lie("xfs", "/one/a-name-that-is-long-enough-11", "block of a directory is damaged", "lost its name")
def xfs_record():
	"""A length of a name that makes no sense: the names behind it are found again."""
	image = read("xfs", "names")
	at = image.index(b"a-name-that-is-long-enough-0\1")
	return change(image, at - 1, "B", 255)


@lie("xfs", "image is cut off", "/dir/hello", "/more damaged|/with-holes damaged|lost xfs damaged")
def xfs_cut():
	return read("xfs", "v4")[:-4096]


@lie("", "type xfs", "superblock is damaged: a copy of it was used", "/dir/hello")
def xfs_first_super_gone():
	"""Two groups: the second begins with a copy of the superblock, behind which is nothing."""
	image = read("xfs", "v5")
	change(image, 8, "Q", 128)
	change(image, 88, "I", 2)
	seal(image, 0, 512, 224)
	return bytes(512) + bytes(image[512:]) + bytes(image[:2048]) + bytes(62 * 1024)


@lie("xfs", r"deleted-file - 3:3 1709294400 1024 .* /d/a-name-03 .deleted", "deleted-file - 4:4 .* /d/a-name-04 .deleted", "deleted-file .* /inode-[0-9]+ .deleted")
def xfs_deleted():
	"""The name of one is gone, too."""
	image = read("xfs", "deleted")
	at = image.index(b"a-name-09", image.index(b"a-name-08") + 9)
	return put(image, at - 1, "B", 0)
