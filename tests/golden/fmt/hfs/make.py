# SPDX-License-Identifier: Apache-2.0
"""HFS from the published layout, small: hformat makes volumes of 800 KiB and more. tests/writers/test_hfs.py reads what hfsutils
writes, and has hfsutils read what this writes."""
import importlib.util
import pathlib
import struct

from trees import T, golden, lie, lines, read

spec = importlib.util.spec_from_file_location("hfs_btree", pathlib.Path(__file__).resolve().parents[1] / "hfsplus/btree.py")
tree_writer = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tree_writer)
EPOCH = 2082844800
BLOCK = 512
TIME = T.EPOCH + EPOCH


def joined(key, data, index):
	"""A key with its length, padded to even; in index nodes all keys are as long as the longest."""
	most = 7 if len(key) == 7 and not index else 37
	key = key.ljust(most, b"\0") if index and len(key) != 7 else key
	return bytes([len(key)]) + key + b"\0" * (len(key) % 2 == 0) + data


def name_of(text):
	raw = text.replace(":", "/").encode("mac_roman")
	return bytes([len(raw)]) + raw


def three(runs):
	return b"".join(struct.pack(">HH", *r) for r in runs[:3]).ljust(12, b"\0")


class Volume:
	"""files: path -> {"resource", "finder", "pieces"}."""

	def __init__(self, t, files=None, nodes=(4, 24), inner=b"", leaves_of=99, lost=(), spare=2):
		self.t, self.files, self.nodes, self.lost, self.leaves_of = t, files or {}, nodes, lost, leaves_of
		self.spare = spare
		self.at, self.data, self.catalog, self.extents, self.inner = sum(nodes), {}, [], [], (0, 0)
		if inner:
			self.inner = self.put(inner)[0]
		self.build()

	def put(self, data, pieces=False):
		n = -(-len(data) // BLOCK)
		runs = [(self.at + 2 * i, 1) for i in range(n)] if pieces else [(self.at, n)] if n else []
		blocks = [at for start, count in runs for at in range(start, start + count)]
		for i, at in enumerate(blocks):
			self.data[at] = data[i * BLOCK:(i + 1) * BLOCK]
		self.at = blocks[-1] + 1 if blocks else self.at
		return runs

	def fork(self, data, number, kind, pieces):
		runs = self.put(data, pieces)
		for i in range(3, len(runs), 3):
			self.extents.append((struct.pack(">BIH", kind, number, i), three(runs[i:i + 3])))
		return runs

	def record(self, parent, name, data):
		self.catalog.append((struct.pack(">BI", 0, parent) + name, data))

	def file(self, e, number):
		more = self.files.get(e.path, {})
		resource, pieces = more.get("resource", b""), more.get("pieces", False)
		finder = more.get("finder", b"????????").ljust(32, b"\0")
		time = e.mtime + EPOCH
		one, two = self.fork(e.data, number, 0, pieces), self.fork(resource, number, 0xFF, pieces)
		size = (sum(n for _, n in runs) * BLOCK for runs in (one, two))
		return struct.pack(">BBBB16sIHIIHIIIII16sH", 2, 0, 0x82, 0, finder[:16], number, 0, len(e.data), next(size), 0, len(resource), next(size),
			time, time, 0, finder[16:], 0) + three(one) + three(two) + bytes(4)

	def build(self):
		numbers, following = {"": 2}, 16
		for e in self.t:
			parent, name = (numbers[e.path.rpartition("/")[0]], e.path.rpartition("/")[2]) if e.path else (1, "GOLDEN")
			number = following
			following += bool(e.path)
			if e.type == T.DIR:
				number = numbers[e.path] = number if e.path else 2
				inside = sum(1 for o in self.t if o.path and o.path.rpartition("/")[0] == e.path)
				time = e.mtime + EPOCH
				self.record(parent, name_of(name), struct.pack(">BBHHIIII", 1, 0, 0, inside, number, time, time, 0) + bytes(48))
				self.record(number, b"\0", struct.pack(">BB8xI", 3, 0, parent) + name_of(name).ljust(32, b"\0"))
			else:
				self.record(parent, name_of(name), self.file(e, number))
		self.following = following

	def image(self):
		rows = sorted(self.catalog, key=lambda r: (r[0][1:5], r[0][6:].lower()))
		rows = [r for r in rows if not any(name_of(n) == r[0][5:] and r[1][0] == k for n, k in self.lost)]
		trees = [tree_writer.btree(sorted(self.extents, key=lambda r: (r[0][1:5], r[0][0], r[0][5:])), 512, self.nodes[0], 0, 7, join=joined),
			tree_writer.btree(rows, 512, self.nodes[1], 0, 37, self.leaves_of, join=joined)]
		total, used, first = self.at + self.spare, bytearray(BLOCK), 4
		assert total <= BLOCK * 8
		out = bytearray((first + total + 2) * BLOCK)
		for at, data in [*self.data.items(), (0, trees[0]), (self.nodes[0], trees[1])]:
			out[(first + at) * BLOCK:(first + at) * BLOCK + len(data)] = data
		for at in range(self.at):
			used[at // 8] |= 0x80 >> at % 8
		folders = sum(1 for e in self.t if e.path and e.type == T.DIR)
		top = [e for e in self.t if e.path and "/" not in e.path]
		head = struct.pack(">2sIIHHHHHIIHIH28s", b"BD", TIME, TIME, 0x100, sum(e.type != T.DIR for e in top), 3, 0, total, BLOCK, BLOCK, first,
			self.following, 2, name_of("GOLDEN"))
		head += struct.pack(">IHIIIHII32s2sHH", 0, 0, 1, BLOCK, BLOCK, sum(e.type == T.DIR for e in top),
			len(self.t.entries) - 1 - folders, folders, b"", b"H+" if self.inner[1] else b"", *self.inner)
		head += struct.pack(">I", self.nodes[0] * 512) + three([(0, self.nodes[0])])
		head += struct.pack(">I", self.nodes[1] * 512) + three([(self.nodes[0], self.nodes[1])])
		out[1024:1024 + len(head)] = head
		out[1536:2048] = used
		out[-1024:-1024 + len(head)] = head
		return bytes(out)


def contents():
	t = T.Tree()
	t.file("Read Me", "hello\n", mtime=1000000000)
	t.file("caf\u00e9 a:b", "odd name\n")
	t.file("Folder/pieces", b"".join(b"%04d" % i * 128 for i in range(12)))
	t.file("Folder/Inner/empty", b"")
	return t, {"Read Me": {"finder": b"TEXTttxt", "resource": b"fork " * 300}, "Folder/pieces": {"pieces": True}}


def told(t, files=None):
	out = lines(t, owners=False)
	for path, more in (files or {}).items():
		if more.get("finder"):
			out.append("xattr /%s com.apple.FinderInfo=%s" % (path, more["finder"].ljust(32, b"\0").hex()))
		if more.get("resource"):
			out += lines([T.Entry(path + " (resource fork)", T.FILE, 0, mtime=t[path].mtime, data=more["resource"])], owners=False)
	return out


@golden("hfs", "all")
def everything():
	t, files = contents()
	return Volume(t, files).image(), told(t, files)


@golden("hfs", "wrapper")
def wrapper():
	t = T.Tree()
	t.file("ReadMe", "this disk is an HFS+ disk\n")
	inner = bytes(read("hfsplus", "orphans"))
	return Volume(t, inner=inner).image(), told(t) + ["part - - - %d %s /hfsplus hint hfsplus" % (len(inner), T.sha256(inner))]


def number(image, name, at, format, *values, kind=2):
	"""Changes a field of the record of that name."""
	out, key, i = bytearray(image), name_of(name), 0
	while True:
		i = out.index(key, i + 1)
		start = i + len(key) + (i + len(key)) % 2
		if out[start] == kind and i > 2048:
			struct.pack_into(">" + format, out, start + at, *values)
			return out


@lie("hfs", "a folder's number occurs twice", "/Read Me", "!/Folder/Inner/Folder")
def hfs_folder_loop():
	return number(read("hfs", "all"), "Inner", 6, "I", 2, kind=1)


@lie("hfs", "blocks of a file are damaged or missing", "/Read Me damaged", "/Folder/pieces")
def hfs_huge_file():
	return number(read("hfs", "all"), "Read Me", 26, "I", 0xFFFFFFFF)


@lie("hfs", "a tree is damaged: its leaves were found one by one", "/Read Me", "/Folder/pieces")
def hfs_no_tree_header():
	image = read("hfs", "all")
	at = 2048 + 4 * 512
	image[at:at + 100] = b"\xff" * 100
	return image


@lie("hfs", "a tree is damaged", "/Read Me")
def hfs_leaf_loop():
	image = read("hfs", "all")
	struct.pack_into(">I", image, 2048 + 5 * 512, 1)
	return image


@lie("hfs", "image is cut off", "/Read Me")
def hfs_cut():
	return read("hfs", "all")[:-4000]


@lie("hfs", "image is cut off", "/ReadMe")
def hfs_inner_beyond():
	image = read("hfs", "wrapper")
	struct.pack_into(">H", image, 1024 + 128, 0xFFFF)
	return image


@lie("", "part - - - [0-9]+ [0-9a-f]+ /hfs-0xbb8 hint hfs$")
def hfs_in_a_disk():
	return b"\x55" * 3000 + read("hfs", "all") + b"\x66" * 999
