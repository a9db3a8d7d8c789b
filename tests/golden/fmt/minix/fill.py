# SPDX-License-Identifier: Apache-2.0
"""Fills an empty MINIX file system, as mkfs.minix makes it, with a tree: from the published layout."""
import pathlib
import struct

from lib import pack
from trees import T

KINDS = {T.FILE: 8, T.DIR: 4, T.LINK: 10, T.CHAR: 2, T.BLOCK: 6, T.FIFO: 1, T.SOCKET: 12}


class Minix:
	def __init__(self, image, order="<"):
		self.b, self.order = bytearray(image), order
		s = self.b[1024:1056]
		three = struct.unpack_from(order + "H", s, 24)[0] == 0x4d5a
		magic = struct.unpack_from(order + "H", s, 16)[0]
		self.version = 3 if three else 1 if magic >> 8 == 0x13 else 2
		self.name = 60 if three else 14 if magic & 0xff in (0x7f, 0x68) else 30
		at = 6 if three else 4
		self.imap, self.zmap, self.first = struct.unpack_from(order + "3H", s, at)
		self.block = struct.unpack_from(order + "H", s, 28)[0] if three else 1024
		self.wide = self.version > 1
		self.table = (2 + self.imap + self.zmap) * self.block
		self.next_inode, self.next_zone = 2, self.first  # the root has both first ones
		self.gap = 0

	def bit(self, map_block, n):
		unit = 2  # so it is on both kinds of machines, as fsck and the kernel have it
		at = map_block * self.block + n // 8
		if self.order == ">":
			at ^= unit - 1
		self.b[at] |= 1 << n % 8

	def zone(self):
		z = self.next_zone
		self.next_zone += 1 + self.gap
		self.bit(2 + self.imap, z - self.first + 1)
		return z

	def store(self, data):
		"""Zones of contents; a block of zeros is a hole."""
		zones = []
		for at in range(0, len(data), self.block):
			block = data[at:at + self.block]
			if not block.strip(b"\0"):
				zones.append(0)
				continue
			z = self.zone()
			self.b[z * self.block:z * self.block + len(block)] = block
			zones.append(z)
		width = 4 if self.wide else 2
		per = self.block // width
		out = zones[:7] + [0] * (7 - len(zones[:7]))
		rest = zones[7:]
		for level in (1, 2, 3)[:3 if self.wide else 2]:
			room = per ** level
			out.append(self.tree(rest[:room], level, per) if any(rest[:room]) else 0)
			rest = rest[room:]
		assert not rest
		return out

	def tree(self, zones, level, per):
		if level > 1:
			step = per ** (level - 1)
			zones = [self.tree(zones[k:k + step], level - 1, per) if any(zones[k:k + step]) else 0 for k in range(0, len(zones), step)]
		z = self.zone()
		raw = struct.pack("%s%d%s" % (self.order, len(zones), "I" if self.wide else "H"), *zones)
		self.b[z * self.block:z * self.block + len(raw)] = raw
		return z

	def inode(self, n, e, size, zones, links):
		mode = KINDS[e.type] << 12 | e.mode
		if n > 1:
			self.bit(2, n)
		if self.wide:
			raw = struct.pack(self.order + "4H4I10I", mode, links, e.uid, e.gid, size, 0, e.mtime, 0, *zones)
		else:
			raw = struct.pack(self.order + "2H2I2B9H", mode, e.uid, size, e.mtime, e.gid, links, *zones)
		at = self.table + (n - 1) * len(raw)
		self.b[at:at + len(raw)] = raw

	def fill(self, t):
		number, links = {"": 1}, {}
		for e in t:
			first = e.same_as if e.same_as is not None else e.path
			links[first] = links.get(first, 0) + 1
			if e.path and e.same_as is None:
				number[e.path] = self.next_inode
				self.next_inode += 1
		for e in t:
			if e.same_as is None:
				self.one(t, e, number, links)
		return bytes(self.b)

	def one(self, t, e, number, links):
		data, zones = e.data, None
		n_links = links[e.path]
		if e.type == T.DIR:
			up = e.path.rpartition("/")[0]
			children = [c for c in t if c.path and c.path.rpartition("/")[0] == e.path]
			names = [(number[e.path], b"."), (number[up], b"..")]
			names += [(number[c.same_as or c.path], T.bytes_of(c.path.rpartition("/")[2])) for c in children]
			form = self.order + ("I60s" if self.version == 3 else "H%ds" % self.name)
			data = b"".join(struct.pack(form, *row) for row in names)
			n_links = 2 + sum(c.type == T.DIR for c in children)
			assert len(data) <= self.block * 7
		elif e.type == T.LINK:
			data = T.bytes_of(e.target)
		elif e.dev:
			zones = [e.dev[0] << 8 | e.dev[1]] + [0] * (9 if self.wide else 8)
		self.inode(number[e.path], e, len(data), zones or self.store(data), n_links)


def made(version, name, kilobytes, tmp, inodes=64):
	path = pathlib.Path(tmp, "minix")
	path.write_bytes(bytes(kilobytes << 10))
	options = ["-n", name] if version < 3 else []
	pack.run(["mkfs.minix", "-%d" % version, *options, "-i", inodes, path])
	return path.read_bytes()


def image(t, version, name, kilobytes=96, gap=0, inodes=64):
	with pack.scratch() as tmp:
		m = Minix(made(version, name, kilobytes, tmp, inodes))
		m.gap = gap
		out = m.fill(t)
		path = pathlib.Path(tmp, "minix")
		path.write_bytes(out)
		pack.run(["fsck.minix", "-f", path])
		return out


def big_endian(image):
	"""An empty image turned to the other byte order: the superblock, the maps, the root."""
	s = bytearray(image)
	magic = struct.unpack_from("<H", s, 1024 + 16)[0]
	two = magic >> 8 == 0x24
	head = struct.unpack_from("<6HI2HI", s, 1024)
	struct.pack_into(">6HI2HI", s, 1024, *head)
	maps = 2048, 2048 + (head[2] + head[3]) * 1024
	s[maps[0]:maps[1]] = b"".join(s[k:k + 2][::-1] for k in range(*maps, 2))
	return bytes(s), two
