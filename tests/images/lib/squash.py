# SPDX-License-Identifier: Apache-2.0
"""Writes SquashFS 1 to 4 of either byte order, which no tool of today does: mksquashfs writes version 4 in little-endian only.
unsquashfs reads versions 1 to 3 of both orders, so tests/writers holds what is written here against it."""
import zlib

from . import tree as T

META = 8192
STORED = 1 << 24
NONE = 0xFFFFFFFF
KINDS = {T.DIR: 1, T.FILE: 2, T.LINK: 3, T.BLOCK: 4, T.CHAR: 5, T.FIFO: 6, "socket": 7}


def packed(big, *fields):
	"""Fields (value, bits) behind each other, from the low end of each byte or from the high one."""
	number = at = 0
	for value, n in fields:
		value &= (1 << n) - 1
		number = number << n | value if big else number | value << at
		at += n
	return number.to_bytes(at // 8, "big" if big else "little")


class Stream:
	"""Metadata blocks."""

	def __init__(self, writer):
		self.w, self.out, self.raw = writer, b"", b""

	def place(self):
		return len(self.out), len(self.raw)

	def add(self, data):
		self.raw += data
		while len(self.raw) >= META:
			self.flush(META)

	def flush(self, n=META):
		self.out += self.w.meta(self.raw[:n])
		self.raw = self.raw[n:]

	def whole(self):
		if self.raw:
			self.flush()
		return self.out


class Writer:
	def __init__(self, version, big=False, pack=zlib.compress, block=4096, magic=None, marked=False, method=1):
		self.version, self.big, self.pack, self.block, self.marked, self.method = version, big, pack, block, marked, method
		self.magic = magic or (b"sqsh" if big else b"hsqs")
		self.head = {1: 51, 2: 63, 3: 119, 4: 96}[version]
		self.data, self.fragments, self.tail = b"", [], b""
		self.uids, self.gids, self.made, self.number = [], [], 1709294400, 0
		self.inodes, self.dirs, self.refs = Stream(self), Stream(self), {}

	def n(self, value, bits):
		return packed(self.big, (value, bits))

	def meta(self, raw):
		p = self.pack(raw)
		stored = len(p) >= len(raw)
		return self.n(len(raw) | 0x8000 if stored else len(p), 16) + (b"\xff" if self.marked else b"") + (raw if stored else p)

	def chunk(self, raw):
		"""A block of data and its length word; zeros are a hole from version 2 on."""
		if self.version > 1 and not any(raw):
			return b"", 0
		p = self.pack(raw)
		if len(p) >= len(raw):
			return raw, len(raw) | (0x8000 if self.version == 1 else STORED)
		return p, len(p)

	def flush_tail(self):
		if self.tail:
			p = self.pack(self.tail)
			stored = len(p) >= len(self.tail)
			self.fragments.append((self.head + len(self.data), len(self.tail) | STORED if stored else len(p)))
			self.data += self.tail if stored else p
			self.tail = b""

	def contents(self, data):
		start, words, fragment, offset = self.head + len(self.data), [], NONE, 0
		whole = len(data) if self.version == 1 else len(data) - len(data) % self.block
		for at in range(0, whole, self.block):
			p, word = self.chunk(data[at:at + self.block])
			self.data += p
			words.append(word)
		if whole < len(data):
			rest = data[whole:]
			if len(self.tail) + len(rest) > self.block:
				self.flush_tail()
			fragment, offset = len(self.fragments), len(self.tail)
			self.tail += rest
		return start, words, fragment, offset

	def index(self, table, value):
		if value not in table:
			table.append(value)
		return table.index(value)

	def base(self, kind, e, extra=()):
		uid, gid = self.index(self.uids, e.uid), self.index(self.uids if self.version == 4 else self.gids, e.gid)
		self.number += 1
		if self.version == 4:
			return [(kind, 16), (e.mode, 16), (uid, 16), (gid, 16), (e.mtime, 32), (self.number, 32), *extra]
		if self.version == 1:
			bank, uid = divmod(uid, 16)
			kind = kind + 5 * bank if kind < 6 else 0
			more = [(7 if extra == "socket" else 6, 4), (bank, 4)] if kind == 0 else list(extra)
			return [(kind, 4), (e.mode, 12), (uid, 4), (15 if e.gid == e.uid else gid, 4), *more]
		fields = [(kind, 4), (e.mode, 12), (uid, 8), (255 if e.gid == e.uid else gid, 8)]
		return fields + ([(e.mtime, 32), (self.number, 32)] if self.version == 3 else []) + list(extra)

	def inode(self, fields, rest=b""):
		ref = self.inodes.place()
		self.inodes.add(packed(self.big, *fields) + rest)
		return ref

	def file(self, e):
		start, words, fragment, offset = self.contents(e.data)
		size, nlink = (len(e.data), 32), [(1, 32)]
		fields = {1: [(e.mtime, 32), (start, 32), size], 2: [(e.mtime, 32), (start, 32), (fragment, 32), (offset, 32), size],
			3: [(start, 64), (fragment, 32), (offset, 32), size], 4: [(start, 32), (fragment, 32), (offset, 32), size]}[self.version]
		kind = 2
		if self.version > 2 and len(e.data) > 3 * self.block:  # the long form
			kind = 9
			fields = nlink + [(start, 64), (fragment, 32), (offset, 32), (len(e.data), 64)] if self.version == 3 else \
				[(start, 64), (len(e.data), 64), (0, 64), (1, 32), (fragment, 32), (offset, 32), (NONE, 32)]
		width = 16 if self.version == 1 else 32
		return self.inode(self.base(kind, e, fields), b"".join(self.n(w, width) for w in words))

	def other(self, e):
		kind, nlink = KINDS[e.type], [(1, 32)] if self.version > 2 else []
		if e.type == T.LINK:
			target = e.target.encode()
			return self.inode(self.base(kind, e, nlink + [(len(target), 32 if self.version == 4 else 16)]), target)
		if e.dev:
			return self.inode(self.base(kind, e, nlink + [(e.dev[0] << 8 | e.dev[1], 32 if self.version == 4 else 16)]))
		return self.inode(self.base(kind, e, "socket" if self.version == 1 and e.type == "socket" else nlink))

	def listing(self, entries):
		"""entries: (name, reference, kind, number), in order; runs share the block of the inodes."""
		out, start = b"", 0
		while start < len(entries):
			end = start
			while end < len(entries) and end - start < 256 and entries[end][1][0] == entries[start][1][0] and \
					abs(entries[end][3] - entries[start][3]) < 32768:
				end += 1
			block, number = entries[start][1][0], entries[start][3]
			count = end - start - 1
			out += packed(self.big, *{1: [(count, 8), (block, 24)], 2: [(count, 8), (block, 24)], 3: [(count, 8), (block, 32), (number, 32)],
				4: [(count, 32), (block, 32), (number, 32)]}[self.version])
			for name, (_, offset), kind, own in entries[start:end]:
				raw, kind = name.encode(), kind if self.version > 1 or kind < 6 else 0
				out += packed(self.big, *{1: [(offset, 13), (kind, 3), (len(raw) - 1, 8)], 2: [(offset, 13), (kind, 3), (len(raw) - 1, 8)],
					3: [(offset, 13), (kind, 3), (len(raw) - 1, 8), (own - number, 16)],
					4: [(offset, 16), (own - number, 16), (kind, 16), (len(raw) - 1, 16)]}[self.version]) + raw
			start = end
		return out

	def directory(self, e, children):
		entries = []
		for child, below in children:
			if child.same_as is not None:
				ref, number = self.refs[child.same_as]
			else:
				ref = self.directory(child, below) if child.type == T.DIR else self.file(child) if child.type == T.FILE else self.other(child)
				number = self.number
				self.refs[child.path] = ref, number
			entries.append((child.path.rpartition("/")[2], ref, KINDS[child.type], number))
		block, offset = self.dirs.place()
		raw = self.listing(sorted(entries))
		self.dirs.add(raw)
		size, mtime = len(raw) + (3 if self.version > 2 else 0), (e.mtime, 32)
		fields = {1: [(size, 19), (offset, 13), mtime, (block, 24)], 2: [(size, 19), (offset, 13), mtime, (block, 24)],
			3: [(2, 32), (size, 19), (offset, 13), (block, 32), (self.number + 2, 32)],
			4: [(block, 32), (2, 32), (size, 16), (offset, 16), (self.number + 2, 32)]}[self.version]
		return self.inode(self.base(1, e, fields))

	def indexed(self, raw, at):
		"""A table of metadata blocks and the index of where they stand; and where the index stands."""
		out, places = b"", []
		for i in range(0, len(raw), META):
			places.append(at + len(out))
			out += self.meta(raw[i:i + META])
		where = at + len(out)
		return out + b"".join(self.n(p, 32 if self.version < 3 else 64) for p in places), where

	def write(self, t):
		nodes = {"": (T.Entry("", T.DIR, 0o755), [])}
		for e in t:
			if not e.path:
				continue
			nodes[e.path] = (e, [])
			nodes[e.path.rpartition("/")[0]][1].append(nodes[e.path])
		root = self.directory(*nodes[""])
		self.flush_tail()
		inode_table = self.head + len(self.data)
		image = self.data + self.inodes.whole()
		dir_table = self.head + len(image)
		image += self.dirs.whole()
		fragment_table = 0xFFFFFFFFFFFFFFFF
		if self.fragments:
			wide = self.version > 2
			raw = b"".join(packed(self.big, (at, 64 if wide else 32), (word, 32), *([(0, 32)] if wide else [])) for at, word in self.fragments)
			more, fragment_table = self.indexed(raw, self.head + len(image))
			image += more
		if self.version == 4:
			more, ids = self.indexed(b"".join(self.n(u, 32) for u in self.uids), self.head + len(image))
			image += more
		else:
			ids = self.head + len(image)
			gids = ids + 4 * len(self.uids)
			image += b"".join(self.n(u, 32) for u in self.uids + self.gids)
		used = self.head + len(image)
		log = self.block.bit_length() - 1
		place = root[0] << 16 | root[1]
		none = 0xFFFFFFFFFFFFFFFF
		if self.version == 4:
			fields = [(self.number, 32), (self.made, 32), (self.block, 32), (len(self.fragments), 32), (self.method, 16), (log, 16), (0, 16),
				(len(self.uids), 16), (4, 16), (0, 16), (place, 64), (used, 64), (ids, 64), (none, 64), (inode_table, 64), (dir_table, 64),
				(fragment_table, 64), (none, 64)]
			return self.magic + packed(self.big, *fields) + image
		fields = [(self.number, 32), (used, 32), (ids, 32), (gids, 32), (inode_table, 32), (dir_table, 32), (self.version, 16),
			({1: 0, 2: 1, 3: 1}[self.version], 16), (self.block, 16), (log, 16), (4 if self.marked else 0, 8), (len(self.uids), 8), (len(self.gids), 8),
			(self.made, 32), (place, 64)]
		if self.version > 1:
			fields += [(self.block, 32), (len(self.fragments), 32), (fragment_table, 32)]
		if self.version > 2:
			fields += [(used, 64), (ids, 64), (gids, 64), (inode_table, 64), (dir_table, 64), (fragment_table, 64), (none, 64)]
		return self.magic + packed(self.big, *fields) + image
