# SPDX-License-Identifier: Apache-2.0
"""HFS+: by xorriso, which writes no attributes, hard links or many extents; those by a writer of the published layout, which
tests/writers/test_hfsplus.py holds against 7-Zip and libfshfs."""
import importlib.util
import pathlib
import struct
import sys
import unicodedata
import zlib

from trees import HERE, T, golden, lie, lines, pack, read, tree

sys.path.append(str(HERE.parents[1] / "writers"))
import pypi  # noqa: E402

spec = importlib.util.spec_from_file_location("hfs_btree", pathlib.Path(__file__).resolve().parent / "btree.py")
tree_writer = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tree_writer)
btree = tree_writer.btree

EPOCH = 2082844800
HARD, FOLDERS = "\0\0\0\0HFS+ Private Data", ".HFS+ Private Directory Data\r"
BLOCK_OF = 65536


def xorriso(t, *options):
	"""The volume alone: it stands behind the directories of ISO 9660."""
	with pack.scratch() as tmp:
		pathlib.Path(tmp, "t.tar").write_bytes(t.tar())
		pack.run(["timeout", "60", "fakeroot", "sh", "-ec", "cd '%s' && mkdir in && tar -xpf t.tar -C in && xorriso -report_about FATAL"
			" -as mkisofs -hfsplus -no-pad -V GOLDEN %s -o out in" % (tmp, " ".join(options))])
		image = pathlib.Path(tmp, "out").read_bytes()
	at = image.index(b"H+\0\4") - 1024
	block, blocks = struct.unpack_from(">II", image, at + 1024 + 40)
	return image[at:at + block * blocks]


def utf16(name):
	raw = unicodedata.normalize("NFD", name).replace(":", "/").encode("utf-16-be", "surrogatepass")
	return struct.pack(">H", len(raw) // 2) + raw


class Volume:
	"""files: path -> {"resource", "packed", "finder", "pieces"}; folders: path of a directory -> further names of it."""

	def __init__(self, t, block=1024, node=4096, nodes=(2, 6, 3), x=False, files=None, folders=None, journal=0, leaves_of=99, spare=4,
			lost=(), bitmap=1):
		self.block, self.node, self.nodes, self.x, self.leaves_of = block, node, nodes, x, leaves_of
		self.files, self.folders, self.t, self.spare = files or {}, folders or {}, t, spare
		self.catalog, self.extents, self.attributes, self.lost = [], [], [], lost
		self.data, self.next_id = {}, 16
		self.bitmap_at = -(-1536 // block)
		self.at, self.bitmap = self.bitmap_at + bitmap, bitmap * block
		self.journal_at = self.at
		self.journal = journal // block
		self.at += self.journal + bool(journal)
		self.trees = []
		for n in nodes:
			self.trees.append(self.at)
			self.at += n * node // block
		self.build()

	def put(self, data, pieces=False):
		"""Blocks for data; in pieces: every second one. Answers [(start, n)]."""
		n = -(-len(data) // self.block)
		runs = [(self.at + 2 * i, 1) for i in range(n)] if pieces else [(self.at, n)] if n else []
		done = 0
		for start, count in runs:
			for i in range(count):
				self.data[start + i] = data[done:done + self.block]
				done += self.block
		if runs:
			self.at = sum(runs[-1])
		return runs

	def fork(self, data, number=0, kind=0, pieces=False):
		runs = self.put(data, pieces)
		head, done = runs[:8], 0
		for i in range(8, len(runs), 8):
			start = sum(n for _, n in runs[:i])
			self.extents.append((struct.pack(">BBII", kind, 0, number, start), self.eight(runs[i:i + 8])))
		return struct.pack(">QII", len(data), 0, sum(n for _, n in runs)) + self.eight(head)

	@staticmethod
	def eight(runs):
		return b"".join(struct.pack(">II", *r) for r in runs).ljust(64, b"\0")

	def attribute(self, number, name, value):
		key = struct.pack(">HII", 0, number, 0) + utf16(name)
		if len(value) <= 1000:
			self.attributes.append((key, struct.pack(">IIII", 0x10, 0, 0, len(value)) + value + b"\0" * (len(value) % 2)))
			return
		runs = self.put(value, True)
		self.attributes.append((key, struct.pack(">IIQII", 0x20, 0, len(value), 0, len(runs)) + self.eight(runs[:8])))
		for i in range(8, len(runs), 8):
			key = struct.pack(">HII", 0, number, i) + utf16(name)
			self.attributes.append((key, struct.pack(">II", 0x30, 0) + self.eight(runs[i:i + 8])))

	def packed(self, data, kind):
		"""decmpfs: what goes into the attribute, and into the resource fork."""
		plain = [data[i:i + BLOCK_OF] for i in range(0, len(data), BLOCK_OF)]
		how, mark = {7: (pypi.lzvn, b"\6"), 8: (pypi.lzvn, b"\6"), 11: (lambda d: pypi.lzfse().compress(d), b"\xff"),
			12: (lambda d: pypi.lzfse().compress(d), b"\xff")}.get(kind, (zlib.compress, b"\xff"))
		blocks = [mark + p if i % 2 else how(p) for i, p in enumerate(plain)]
		head = b"fpmc" + struct.pack("<IQ", kind, len(data))
		if kind in (3, 7, 11):
			return head + (blocks[0] if blocks else b""), b""
		if kind == 9:
			return head + b"\xcc" + data, b""
		if kind in (8, 12):
			ends = [4 * (len(blocks) + 1) + sum(map(len, blocks[:i])) for i in range(len(blocks) + 1)]
			return head, struct.pack("<%dI" % len(ends), *ends) + b"".join(blocks)
		table, at = b"", 4 + 8 * len(blocks)
		for b in blocks:
			table += struct.pack("<II", at, len(b))
			at += len(b)
		body = struct.pack("<I", len(blocks)) + table + b"".join(blocks)
		return head, struct.pack(">IIII", 256, 260 + len(body), 4 + len(body), 50).ljust(256, b"\0") + struct.pack(">I", len(body)) \
			+ body + bytes(50)

	def record(self, parent, name, data, number, thread=True):
		self.catalog.append((struct.pack(">I", parent) + utf16(name), data))
		if thread:
			self.catalog.append((struct.pack(">IH", number, 0), struct.pack(">HHI", 3 if data[1] == 1 else 4, 0, parent) + utf16(name)))

	def head(self, kind, number, e, special=0, flags=0, bsd=0, valence=0):
		time = (e.mtime + EPOCH) & 0xFFFFFFFF
		return struct.pack(">HHII5IIIBBHI", kind, flags, valence, number, time, time, time, time, 0, e.uid, e.gid, 0, bsd,
			T.TYPE_BITS[e.type] | e.mode, special)

	def number(self):
		self.next_id += 1
		return self.next_id - 1

	def file(self, e, number, special=0):
		more = self.files.get(e.path, {})
		data, resource = e.target.encode() if e.type == T.LINK else e.data, more.get("resource", b"")
		bsd = 0
		if e.type in (T.CHAR, T.BLOCK):
			special = e.dev[0] << 24 | e.dev[1]
		if "packed" in more:
			bsd = 0x20
			value, resource = self.packed(data, more["packed"])
			self.attribute(number, "com.apple.decmpfs", value)
			data = b""
		for name, value in sorted(e.xattrs.items()):
			self.attribute(number, name, value)
		finder = more.get("finder", b"slnkrhap" if e.type == T.LINK else b"????????").ljust(32, b"\0")
		pieces = more.get("pieces", False)
		return self.head(2, number, e, special, 2, bsd) + finder + bytes(8) + self.fork(data, number, 0, pieces) \
			+ self.fork(resource, number, 0xFF, pieces)

	def folder(self, e, number, special=0):
		inside = sum(1 for o in self.t if o.path and o.path.rpartition("/")[0] == e.path)
		for name, value in sorted(e.xattrs.items()):
			self.attribute(number, name, value)
		return self.head(1, number, e, special, valence=inside) + self.files.get(e.path, {}).get("finder", b"").ljust(32, b"\0") + bytes(8)

	def link(self, parent, name, e, special, kind):
		number = self.number()
		self.record(parent, name, self.head(2, number, e, special, 2) + kind.ljust(32, b"\0") + bytes(8 + 160), number)

	def build(self):
		numbers, hard = {"": 2}, {e.same_as for e in self.t if e.same_as is not None}
		hidden = T.Entry("", T.DIR, 0o755)
		files = self.number() if hard else 0
		folders = self.number() if self.folders else 0
		for number, name in ((files, HARD), (folders, FOLDERS)):
			if number:
				self.record(2, name, self.head(1, number, hidden) + bytes(40), number)
		inodes, later = {}, []
		for e in self.t:
			parent = numbers[e.path.rpartition("/")[0]] if e.path else 1
			name = e.path.rpartition("/")[2] or "GOLDEN"
			if e.type == T.DIR:
				number = numbers[e.path] = 2 if not e.path else self.number()
				if e.path in self.folders:
					self.record(folders, "dir_%d" % number, self.folder(e, number, 2), number)
					later += [(other, e, number) for other in [e.path, *self.folders[e.path]]]
				else:
					self.record(parent, name, self.folder(e, number), number)
			elif e.path in hard or e.same_as is not None:
				first = e.same_as if e.same_as is not None else e.path
				if first not in inodes:
					inodes[first] = number = self.number()
					count = 1 + sum(o.same_as == first for o in self.t)
					self.record(files, "iNode%d" % number, self.file(self.t[first], number, count), number)
				self.link(parent, name, e, inodes[first], b"hlnkhfs+")
			else:
				number = self.number()
				self.record(parent, name, self.file(e, number), number)
		for path, e, number in later:
			self.link(numbers[path.rpartition("/")[0]], path.rpartition("/")[2], e, number, b"fdrpMACS")

	def catalog_order(self, row):
		parent, = struct.unpack_from(">I", row[0])
		units = struct.unpack(">%dH" % (len(row[0][6:]) // 2), row[0][6:])
		return parent, units if self.x else [0xFFFF if u == 0 else ord(chr(u).lower()) if u < 0xD800 else u for u in units]

	def image(self):
		total = self.at + self.spare + -(-1024 // self.block)
		assert total <= self.bitmap * 8, total
		rows = [r for r in sorted(self.catalog, key=self.catalog_order) if not any(utf16(n) in r[0] and r[1][:2] == k for n, k in self.lost)]
		trees = [
			btree(sorted(self.extents, key=lambda r: (r[0][2:6], r[0][0], r[0][6:])), self.node, self.nodes[0], 0, 10),
			btree(rows, self.node, self.nodes[1], 0xBC if self.x else 0xCF, 516, self.leaves_of),
			btree(sorted(self.attributes, key=lambda r: (r[0][2:6], r[0][12:], r[0][6:10])), self.node, self.nodes[2], 0, 266)]
		out = bytearray(total * self.block)
		for at, data in self.data.items():
			out[at * self.block:at * self.block + len(data)] = data
		for at, data in zip(self.trees, trees):
			out[at * self.block:at * self.block + len(data)] = data
		for at in [*range(self.at), *range(total - -(-1024 // self.block), total)]:
			out[self.bitmap_at * self.block + at // 8] |= 0x80 >> at % 8

		def whole(at, size):
			return struct.pack(">QII", size, 0, -(-size // self.block)) + self.eight([(at, -(-size // self.block))])
		flags = 1 << 8 | (1 << 13 if self.journal else 0)
		count = sum(1 for e in self.t if e.path and e.type == T.DIR)
		head = struct.pack(">2sHI4sI4IIIIII5I Q", b"HX" if self.x else b"H+", 5 if self.x else 4, flags, b"10.0",
			self.journal_at if self.journal else 0, *[T.EPOCH + EPOCH] * 4, len(self.t.entries) - 1 - count, count, self.block, total,
			self.spare, 0, 0, 0, self.next_id, 1, 1)
		head += bytes(32) + whole(self.bitmap_at, self.bitmap)
		head += b"".join(whole(at, n * self.node) for at, n in zip(self.trees, self.nodes)) + bytes(80)
		out[1024:1536] = head
		out[-1024:-512] = head
		return bytes(out)


def sum_of(data):
	total = 0
	for b in data:
		total = (total << 8 ^ (total + b)) & 0xFFFFFFFF
	return ~total & 0xFFFFFFFF


def journaled(old, new, v, order="<", start=None, unit=512):
	"""new as its journal has it: what belongs to the volume itself stands as in old, and new in the journal."""
	size, at = v.journal * v.block, (v.journal_at + 1) * v.block
	meta = [(0, v.bitmap_at * v.block + v.bitmap), (v.trees[0] * v.block, v.trees[-1] * v.block + v.nodes[-1] * v.node),
		(len(new) - 1024, len(new))]
	out, changed = bytearray(new), []
	for a, b in meta:
		out[a:b] = old[a:b]
		changed += [i for i in range(a, b, unit) if old[i:i + unit] != new[i:i + unit]]
	lists, each = b"", 3
	for i in range(0, len(changed), each):
		part = changed[i:i + each]
		blocks = b"".join(struct.pack(order + "QII", p // unit, unit, 0) for p in part)
		used = unit + len(part) * unit
		head = bytearray(struct.pack(order + "HHIII", 100, len(part) + 1, used, 0, 0) + bytes(16) + blocks)
		struct.pack_into(order + "I", head, 8, sum_of(head[:32]))
		lists += bytes(head).ljust(unit, b"\0") + b"".join(new[p:p + unit] for p in part)
	assert len(lists) < size - 2 * unit, (len(lists), size)
	begin = unit if start is None else start
	end = begin + len(lists)
	ring = bytearray(size)
	for i, b in enumerate(lists):
		ring[unit + (begin - unit + i) % (size - unit)] = b
	end = unit + (end - unit) % (size - unit)
	head = bytearray(struct.pack(order + "IIQQQIII", 0x4A4E4C78, 0x12345678, begin, end, size, unit, 0, unit))
	struct.pack_into(order + "I", head, 36, sum_of(head))
	ring[:len(head)] = head
	info = struct.pack(">I32sQQ", 1, b"", at, size).ljust(180, b"\0")
	out[v.journal_at * v.block:v.journal_at * v.block + len(info)] = info
	out[at:at + size] = ring
	return bytes(out)


def contents(*without):
	"""Majors of devices have eight bits. Holes are not kept."""
	return tree("big", *without)


def told(t, files=None, **how):
	out = [unicodedata.normalize("NFD", l) for l in lines(t, **how)]
	for path, more in (files or {}).items():
		e = t[path]
		if more.get("finder"):
			out.append("xattr /%s com.apple.FinderInfo=%s" % (path, more["finder"].ljust(32, b"\0").hex()))
		if more.get("resource"):
			fork = T.Entry(path + " (resource fork)", T.FILE, e.mode, e.uid, e.gid, e.mtime, more["resource"])
			out += lines([fork])
	return out


def more():
	t = contents("hole")
	t.file("caf\u00e9 a:b", "odd name\n", 0o640, 501, 20)
	t.file("pieces", b"".join(b"%04d" % i * 128 for i in range(20)), 0o644)
	t["dir/empty"].xattrs["large"] = bytes(range(256)) * 9
	t["dir/empty"].xattrs["com.apple.quarantine"] = b"0081;00000000;x;"
	return t, {"pieces": {"pieces": True, "resource": b"fork " * 500, "finder": b"TEXTttxt"}}


@golden("hfsplus", "xorriso")
def by_xorriso():
	t = tree("xattr", "hard", "node")
	return xorriso(t), lines(t)


@golden("hfsplus", "all")
def everything():
	t, files = more()
	return Volume(t, files=files, block=512, node=1024, nodes=(2, 12, 5)).image(), told(t, files)


@golden("hfsplus", "hfsx")
def case_sensitive():
	t = contents("hard", "xattr", "hole")
	t.file("CASE", "upper\n")
	t.file("case", "lower\n")
	return Volume(t, x=True, node=1024, nodes=(1, 12, 1), block=512).image(), told(t)


def packed():
	t = T.Tree()
	t.file("inline", b"packed " * 100)
	t.file("as-is", b"short")
	t.file("blocks", b"".join(b"%06d\n" % i for i in range(10000)))
	return t, {"inline": {"packed": 3}, "as-is": {"packed": 9}, "blocks": {"packed": 4}}


@golden("hfsplus", "packed")
def packed_files():
	t, files = packed()
	return Volume(t, files=files, node=1024, nodes=(1, 6, 4)).image(), told(t)


@golden("hfsplus", "lzvn")
def lzvn_files():
	t, _ = packed()
	files = {"inline": {"packed": 7}, "as-is": {"packed": 11}, "blocks": {"packed": 8}}
	return Volume(t, files=files, node=1024, nodes=(1, 6, 4)).image(), told(t)


@golden("hfsplus", "lzfse")
def lzfse_files():
	t, _ = packed()
	files = {"inline": {"packed": 11}, "as-is": {"packed": 7}, "blocks": {"packed": 12}}
	return Volume(t, files=files, node=1024, nodes=(1, 6, 4)).image(), told(t)


@golden("hfsplus", "journal")
def journal():
	old, new = T.Tree(), T.Tree()
	old.file("old", "gone\n")
	old.file("older", "gone, too\n")
	new.file("new", "here\n")
	new.file("sub/newer", "too\n", 0o600)
	v, w = (Volume(t, node=1024, nodes=(1, 5, 1), journal=8192) for t in (old, new))
	return journaled(v.image().ljust(len(w.image()), b"\0")[:len(w.image())], w.image(), w, start=7168), told(new)


def folder_links():
	t = T.Tree()
	t.file("one/deep/file", "deep\n", 0o640, 3, 4)
	t.dir("two")
	return t, {"one/deep": ["two/again"]}


@golden("hfsplus", "orphans")
def without_folder():
	"""The folder's own record is lost, its thread is not."""
	t = T.Tree()
	t.file("a/b/file", "found\n", 0o600, 1, 2)
	t.file("top", "top\n")
	want = [l for l in told(t) if not l.endswith("/b")]
	image = Volume(t, node=1024, nodes=(1, 5, 1), lost=[("b", b"\0\1")]).image()
	want += ["dir - - - 0 - /a/b", "lost hfsplus damaged %d no folder leads to some of the files: they stand where their threads say"
		% (image.index(utf16("file")) - 6)]
	return image, want


def at_name(image, name, kind=b"\0\2"):
	"""Where the record of that name and kind begins in the catalog."""
	key, at = utf16(name), 0
	while True:
		at = image.index(key, at + 1)
		if image[at + len(key):at + len(key) + 2] == kind:
			return at + len(key)


def changed(name, at, format, *values):
	image = read("hfsplus", name)
	struct.pack_into(">" + format, image, at, *values)
	return image


@lie("hfsplus", "a folder's number occurs twice", "/a name with spaces", "!/dir/dir/dir")
def hfsplus_folder_loop():
	return changed("all", at_name(read("hfsplus", "all"), "dir", b"\0\1") + 8, "I", 2)


@lie("hfsplus", "a tree is damaged: its leaves were found one by one", "/console", "/dir/hello")
def hfsplus_leaf_loop():
	return changed("hfsx", leaf(read("hfsplus", "hfsx"), 1), "I", 1)


def leaf(image, n, which=2):
	"""Where a node of a tree stands."""
	block, = struct.unpack_from(">I", image, 1024 + 40)
	at = struct.unpack_from(">I", image, 1024 + 112 + 80 * which + 16)[0] * block
	return at + n * struct.unpack_from(">H", image, at + 32)[0]


@lie("hfsplus", "a tree is damaged: its leaves were found one by one", *["/" + e.path for e in contents("hard", "hole") if e.path])
def hfsplus_no_tree_header():
	image = read("hfsplus", "hfsx")
	at = leaf(image, 0)
	return image[:at] + b"\xff" * 512 + image[at + 512:]


@lie("hfsplus", "the volume header is damaged: its copy was used", "/dir/hello")
def hfsplus_copy():
	return bytes(1536) + read("hfsplus", "all")[1536:]


@lie("hfsplus", "blocks of a file are damaged or missing", "/dir/hello", "/case damaged")
def hfsplus_far_extent():
	return changed("hfsx", at_name(read("hfsplus", "hfsx"), "case") + 88 + 16, "I", 1 << 31)


@lie("hfsplus", "blocks of a file are damaged or missing", "/case damaged", "/dir/hello")
def hfsplus_huge_file():
	return changed("hfsx", at_name(read("hfsplus", "hfsx"), "case") + 88, "Q", 1 << 62)


@lie("hfsplus", "a hard link leads nowhere", "/dir/hello", "/dir/other-name")
def hfsplus_no_inode():
	return changed("all", at_name(read("hfsplus", "all"), "hello") + 44, "I", 99999)


@lie("hfsplus", "a record of a tree makes no sense", "/pieces")
def hfsplus_long_key():
	image = read("hfsplus", "all")
	at = at_name(image, "hello") - len(utf16("hello")) - 6
	return changed("all", at, "H", 4000)


@lie("hfsplus", "a tree is damaged: its leaves were found one by one", "/dir/hello", "/console")
def hfsplus_leaf_cut_off():
	"""A leaf whose next one is far away."""
	return changed("hfsx", leaf(read("hfsplus", "hfsx"), 1), "I", 1 << 30)


@lie("hfsplus", "a record of a tree makes no sense")
def hfsplus_offsets():
	image = read("hfsplus", "hfsx")
	return changed("hfsx", leaf(image, 2) - 6, "H", 0xFFF0)


@lie("hfsplus", "where a tree of the volume stands is not fully known", "/dir/hello")
def hfsplus_large_tree():
	return changed("all", 1024 + 112 + 160, "Q", 1 << 50)


@lie("hfsplus", "value of an attribute is too large, or not all there", "/dir/hello")
def hfsplus_long_value():
	image = read("hfsplus", "all")
	return changed("all", image.index(utf16("user.note")) + len(utf16("user.note")) + 12, "I", 1 << 31)


@lie("hfsplus", "packed in a way that is not known", "/inline damaged", "/as-is")
def hfsplus_unknown_packing():
	image = read("hfsplus", "packed")
	at = image.index(b"fpmc\3")
	return image[:at + 4] + b"\x0d" + image[at + 5:]


@lie("hfsplus", "packed contents of a file are damaged", "/inline damaged", "/as-is$")
def hfsplus_not_lzvn():
	"""zlib that is said to be LZVN."""
	image = read("hfsplus", "packed")
	at = image.index(b"fpmc\3")
	return image[:at + 4] + b"\7" + image[at + 5:]


@lie("hfsplus", "packed contents of a file are damaged", "/blocks damaged", "/inline$")
def hfsplus_lzvn_table():
	"""A table of more blocks than the fork has bytes."""
	image = read("hfsplus", "lzvn")
	at = next(k for k in range(0, len(image), 512) if image[k:k + 4] == b"\x0c\0\0\0" and image[k + 12] != 0)
	return image[:at] + b"\xff" * 4 + image[at + 4:]


@lie("hfsplus", "packed contents of a file are damaged", "/blocks damaged", "/inline")
def hfsplus_packed_table():
	image = read("hfsplus", "packed")
	at = image.index(zlib.compress(packed()[0]["blocks"].data[:BLOCK_OF])) - 8
	return image[:at] + b"\xff" * 4 + image[at + 4:]


@lie("hfsplus", "packed contents of a file are damaged", "/inline damaged")
def hfsplus_packed_size():
	image = read("hfsplus", "packed")
	at = image.index(b"fpmc\3")
	return image[:at + 8] + b"\xff" * 8 + image[at + 16:]


@lie("hfsplus", "the journal is damaged: what it has behind that was not replayed")
def hfsplus_journal_sum():
	image = read("hfsplus", "journal")
	at = image.index(struct.pack("<I", 0x4A4E4C78))
	start = at + struct.unpack_from("<Q", image, at + 8)[0]
	image[start + 20] ^= 1
	return image


@lie("hfsplus", "the journal's header makes no sense", "/old")
def hfsplus_journal_end():
	image = read("hfsplus", "journal")
	struct.pack_into("<Q", image, image.index(struct.pack("<I", 0x4A4E4C78)) + 16, 1 << 60)
	return image


@lie("hfsplus", "the journal is not on this volume", "/old")
def hfsplus_journal_elsewhere():
	image = read("hfsplus", "journal")
	block, = struct.unpack_from(">I", image, 1024 + 40)
	return changed("journal", struct.unpack_from(">I", image, 1024 + 12)[0] * block, "I", 2)


@lie("hfsplus", "image is cut off", "/dir")
def hfsplus_cut():
	return read("hfsplus", "all")[:-6000]


@lie("hfsplus", "a further link of a directory", "/one/deep/file", "hardlink .* /two/again")
def hfsplus_folder_links():
	t, folders = folder_links()
	return Volume(t, folders=folders, node=1024, nodes=(1, 6, 1)).image()


@lie("", "part - - - 60416 [0-9a-f]+ /hfsplus-0xbb8 hint hfsplus")
def hfsplus_in_a_disk():
	"""At no round offset, and with other bytes before and behind it."""
	return b"\x55" * 3000 + read("hfsplus", "all") + b"\x66" * 999


@lie("hfsplus", "value of an attribute is too large, or not all there", "xattr /f a=", "!too many")
def hfsplus_attribute_heads():
	"""Attributes of one name, each of which begins a value of 2^40 bytes: none goes on in the next."""
	t = T.Tree()
	t.file("f", b"x")
	v = Volume(t, block=512, nodes=(2, 6, 120))
	runs = v.eight([(10 + 2 * i, 1) for i in range(8)])
	v.attributes += [(struct.pack(">HII", 0, v.next_id - 1, i) + utf16("a"), struct.pack(">IIQII", 0x20, 0, 1 << 40, 0, 8) + runs) for i in range(3000)]
	return v.image()


def of_one_number(n, mode, nodes, fork):
	"""n files that have one number, and their volume."""
	v = Volume(T.Tree(), block=512, nodes=nodes)
	for i in range(n):
		v.record(2, "f%04d" % i, v.head(2, 99, T.Entry("x", mode, 0o644), 0, 2) + bytes(40) + fork(v) + v.fork(b""), 99, thread=False)
	return v


@lie("hfsplus", "symlink .* /f0499 -> ", "!too many")
def hfsplus_long_links():
	"""Links whose goals stand in thousands of pieces: no more than a goal can have are looked at."""
	runs = [(10 + 2 * i, 1) for i in range(8)]
	v = of_one_number(500, T.LINK, (80, 60, 2), lambda v: struct.pack(">QII", 8 * 512 * 2001, 0, 8 * 2001) + v.eight(runs))
	v.extents += [(struct.pack(">BBII", 0, 0, 99, 8 * i + 8), v.eight(runs)) for i in range(2000)]
	return v.image()
