# SPDX-License-Identifier: Apache-2.0
"""Writes YAFFS1 and YAFFS2 images from the published layout: a log of headers and chunks."""
import struct

from trees import T
from lib import nand

TYPES = {T.FILE: 1, T.LINK: 2, T.DIR: 3}


class Log:
	def __init__(self, page=2048, spare=64, at=2, order="<", version=2, inband=False, pack=True, codes=None):
		"""codes: fills the out-of-band bytes with codes of the page (see lib/nand.py); the tags get theirs, too."""
		self.page, self.spare, self.at, self.order = page, 0 if inband else spare, at, order
		self.version, self.inband, self.pack, self.codes = version, inband, pack, codes
		self.room = page - 16 if inband else page
		self.out, self.sequence, self.next_id, self.ids = [], 0x1000, 256, {"": 1}

	def write(self, data, object, chunk, n, extra=None):
		page = data.ljust(self.room, b"\xff")
		if len(self.out) % 64 == 63:
			self.sequence += 1
		if self.version == 1:
			spare = self.old_tags(object, chunk, n)
			if self.codes:
				spare = bytes(c if o == 0xee else o for o, c in zip(spare, self.codes(page, 0)))
			return self.out.append(page + spare)
		if extra and self.pack:
			kind, parent = extra
			object, chunk = object | kind << 28, 0x80000000 | parent
		tags = struct.pack(self.order + "4I", self.sequence, object, chunk, n)
		if self.inband:
			return self.out.append(page + tags)
		spare = b"\xff" * self.at + tags + (self.tag_code(tags) if self.codes else b"\x5a" * 12)
		if self.codes:
			spare += self.codes(page, 0)[len(spare):]
		self.out.append(page + spare.ljust(self.spare, b"\xff")[:self.spare])

	def tag_code(self, tags):
		"""Column parities, and of the offsets of bytes with an odd number of ones, and of those inverted, what is odd."""
		ones = [(i, bit) for i, b in enumerate(tags) for bit in range(8) if b >> bit & 1]
		column = sum((sum(1 for _, bit in ones if (bit >> k // 2 & 1) == (k & 1)) & 1) << k for k in range(6))
		line = prime = 0
		for i, b in enumerate(tags):
			if bin(b).count("1") & 1:
				line, prime = line ^ i, prime ^ i ^ 0xffffffff
		return struct.pack(self.order + "B3xII", column, line, prime)

	def old_tags(self, object, chunk, n):
		if self.order == "<":
			raw = struct.pack("<II", chunk | (n & 0x3ff) << 22, object | (n >> 10) << 30)
		else:
			raw = struct.pack(">II", chunk << 12 | n & 0x3ff, object << 14 | n >> 10)
		return raw[:4] + b"\xff\xff" + raw[4:6] + b"\xee" * 3 + raw[6:] + b"\xee" * 3

	def header(self, id, e, parent, size=None, name=None, shrink=0, kind=None, equiv=0):
		kind = kind or TYPES.get(e.type, 5)
		name = T.bytes_of(e.path.rpartition("/")[2] if name is None else name)
		size = len(e.data) if size is None else size
		device = e.dev[0] << 8 | e.dev[1] & 0xff | (e.dev[1] >> 8) << 20 if e.dev else 0
		h = struct.pack(self.order + "IIH256s2xIIIIIIII160sI", kind, parent, 0xffff, name, T.TYPE_BITS[e.type] | e.mode, e.uid, e.gid,
			e.mtime, e.mtime, e.mtime, size if kind == 1 else 0xffffffff, equiv, T.bytes_of(e.target), device)
		h = h.ljust(496, b"\xff") + struct.pack(self.order + "IIII", 0, 0xffffffff, 0, shrink)
		self.write(h, id, 0, 0xffff if self.version == 2 else 512, (kind, parent))

	def data(self, id, data, first=0):
		for at in range(0, len(data), self.room):
			piece = data[at:at + self.room]
			if piece.strip(b"\0"):  # a chunk of zeros is left out, as a hole
				self.write(piece, id, first + at // self.room + 1, len(piece))

	def new(self):
		self.next_id += 1
		return self.next_id - 1

	def fill(self, t):
		for e in t:
			if e.path:
				self.add(e)
		return self

	def add(self, e):
		parent = self.ids[e.path.rpartition("/")[0]]
		id = self.ids[e.path] = self.new()
		if e.same_as is not None:
			return self.header(id, e, parent, kind=4, equiv=self.ids[e.same_as])
		self.header(id, e, parent, size=0)
		if e.type == T.FILE and e.data:
			self.data(id, e.data)
			self.header(id, e, parent)

	def remove(self, e):
		self.header(self.ids[e.path], e, 3, size=0, name="unlinked", shrink=1)
		self.header(self.ids[e.path], e, 4, size=0, name="deleted", shrink=1)

	def image(self):
		return b"".join(self.out)
