# SPDX-License-Identifier: Apache-2.0
"""F2FS from its published layout, in segments of four blocks: mkfs.f2fs makes none below 64 MiB. What that and sload.f2fs
write is read in tests/writers. Also what they cannot write: devices, attributes, packed files, a log that goes on after
the checkpoint, deleted files."""
import struct
import zlib

from . import tree as T

BLOCK, ROOM, PER_NODE = 4096, 923 * 4, 1018
EXTRA, PROJECT, SUMS, FLEXIBLE, SUPER_SUM, COMPRESSION = 0x8, 0x10, 0x20, 0x40, 0x800, 0x2000
INLINE_XATTR, INLINE_DATA, INLINE_NAMES, HAS_DATA, HAS_EXTRA = 1, 2, 4, 8, 0x20
UMOUNT, COMPACT, CRC_COUNTS = 1, 4, 0x40
NEW, PACKED = 0xFFFFFFFF, 0xFFFFFFFE
MAGIC = 0xF2F52010
UUID = bytes(range(16))
KINDS = {T.FILE: 1, T.DIR: 2, T.CHAR: 3, T.BLOCK: 4, T.FIFO: 5, T.SOCKET: 6, T.LINK: 7}


def crc(seed, data):
	return ~zlib.crc32(data, ~seed & 0xFFFFFFFF) & 0xFFFFFFFF


def put(image, at, form, *values):
	struct.pack_into("<" + form, image, at, *values)


def names(entries, size=BLOCK):
	"""A block of names, or the inline room of a directory. entries: (name, inode, kind)."""
	slots = size * 8 // (19 * 8 + 1)
	out, k = bytearray(size), 0
	for name, number, kind in entries:
		name = T.bytes_of(name)
		for i in range(k, k + -(-len(name) // 8)):
			out[i // 8] |= 1 << i % 8
		put(out, size - slots * 19 + k * 11, "IIHB", zlib.crc32(name), number, len(name), kind)
		out[size - slots * 8 + k * 8:size - slots * 8 + k * 8 + len(name)] = name
		k += -(-len(name) // 8)
		assert k <= slots
	return bytes(out)


def attributes(pairs, size):
	out = struct.pack("<II16x", 0xF2F52011, 1)
	for name, value in sorted(pairs.items()):
		kind, short = {"user": 1, "trusted": 4, "security": 6}[name.split(".")[0]], name.split(".", 1)[1].encode()
		one = struct.pack("<BBH", kind, len(short), len(value)) + short + value
		out += one + bytes(-len(one) % 4)
	return out.ljust(size, b"\0")


def pack_cluster(data, pack):
	"""What stands in the blocks of a packed cluster."""
	packed = pack(data)
	out = struct.pack("<II16x", len(packed), crc(MAGIC, packed)) + packed
	return out + bytes(-len(out) % BLOCK)


class Volume:
	"""features; log: of blocks in a segment; extra: bytes of extra attributes of each inode; words: of its own attributes,
	where they are flexible."""

	def __init__(self, features=0, log=2, extra=0, words=0, version=7):
		self.features, self.per, self.log, self.extra, self.words, self.version = features, 1 << log, log, extra, words, version
		self.cp, self.sit = 2, 2 + 2 * self.per
		self.nat, self.main = self.sit + 2 * self.per, self.sit + 4 * self.per
		self.blocks, self.table, self.live, self.kinds = {}, {}, set(), []
		self.logs = {}  # kind of segment -> where it goes on
		self.numbers = 3
		self.chain = []

	def number(self):
		self.numbers += 1
		return self.numbers

	def place(self, kind):
		"""The next block of the log of a kind: 1 data, 4 nodes."""
		if kind not in self.logs or self.logs[kind] % self.per == self.main % self.per and self.logs[kind] > self.main + (len(self.kinds) - 1) * self.per:
			self.kinds.append(kind)
			self.logs[kind] = self.main + (len(self.kinds) - 1) * self.per
		elif (self.logs[kind] - self.main) % self.per == 0:
			self.kinds.append(kind)
			self.logs[kind] = self.main + (len(self.kinds) - 1) * self.per
		at = self.logs[kind]
		self.logs[kind] += 1
		return at

	def data(self, block, live=True):
		at = self.place(1)
		self.blocks[at] = bytes(block).ljust(BLOCK, b"\0")
		if live:
			self.live.add(at)
		return at

	def node(self, number, inode, body, place=0, live=True, at=None, flags=0, version=None, follows=None):
		at = at or self.place(4)
		raw = bytearray(bytes(body).ljust(BLOCK - 24, b"\0"))
		raw += struct.pack("<IIIQI", number, inode, place << 3 | flags, self.version if version is None else version, follows or at + 1)
		if number == inode and self.features & SUMS and self.extra >= 12:
			seed = crc(crc(crc(0xFFFFFFFF, UUID), struct.pack("<I", number)), raw[68:72])
			put(raw, 368, "I", 0)
			put(raw, 368, "I", crc(seed, bytes(raw)))
		self.blocks[at] = bytes(raw)
		if live:
			self.live.add(at)
			self.table[number] = (inode, at)
		return at

	def addresses(self, number, list_, cluster=0):
		"""The addresses that fit into an inode, and nodes for the others: (room, nodes)."""
		room = (ROOM - self.extra - self.own()) // 4
		per = PER_NODE
		if cluster:
			room, per = room // cluster * cluster, per // cluster * cluster
		nodes, rest, k = [0] * 5, list_[room:], 0
		place = [0]

		def direct(part):
			place[0] += 1
			if not any(part):
				return 0
			n = self.number()
			self.node(n, number, struct.pack("<%dI" % len(part), *part), place[0])
			return n

		def above(part):
			place[0] += 1
			own = place[0]
			inner = [direct(part[i:i + per]) for i in range(0, len(part), per)]
			if not any(inner):
				return 0
			n = self.number()
			self.node(n, number, struct.pack("<%dI" % len(inner), *inner), own)
			return n
		while rest and k < 4:
			take = per if k < 2 else per * PER_NODE
			nodes[k] = (direct if k < 2 else above)(rest[:take])
			rest, k = rest[take:], k + 1
		assert not rest
		return struct.pack("<%dI" % len(list_[:room]), *list_[:room]), nodes

	def own(self):
		return self.words * 4 if self.features & FLEXIBLE else 200 if self.xattr_inline else 0

	xattr_inline = False

	def inode(self, number, name, parent, mode, size=0, room=b"", nodes=(0,) * 5, kept=0, links=1, owner=(0, 0), mtime=(T.EPOCH, 0),
			flags=0, advice=0, xattr_node=0, own=b"", cluster=0, algorithm=0, summed=False, generation=0, **how):
		name = T.bytes_of(name)
		raw = bytearray(BLOCK - 24)
		kept |= HAS_EXTRA if self.extra else 0
		put(raw, 0, "HBBIIIQQqqqIIII", mode, advice, kept, *owner, links, size, 1, mtime[0], mtime[0], mtime[0], 0, 0, mtime[1], generation)
		put(raw, 76, "IIII", xattr_node, flags, parent, len(name))
		raw[92:92 + len(name)] = name
		if self.extra:
			put(raw, 360, "HHII", self.extra, self.words, 0, 0)
		if cluster:
			put(raw, 392, "BBH", algorithm, cluster.bit_length() - 1, summed)
		at = 360 + self.extra
		raw[at:at + len(room)] = room
		if own:
			raw[4052 - len(own):4052] = own
		put(raw, 4052, "5I", *nodes)
		return self.node(number, number, raw, **how)

	def file_blocks(self, data, cluster=0, pack=None):
		out = []
		step = (cluster or 1) * BLOCK
		for at in range(0, len(data), step):
			part = data[at:at + step]
			if not any(part):
				out += [0] * (step // BLOCK)
				continue
			packed = pack_cluster(part.ljust(step, b"\0"), pack) if cluster else None
			if packed and len(packed) < step:
				list_ = [PACKED] + [self.data(packed[i:i + BLOCK]) for i in range(0, len(packed), BLOCK)]
				out += list_ + [0] * (cluster - len(list_))
			else:
				out += [self.data(part[i:i + BLOCK]) for i in range(0, len(part), BLOCK)]
				out += [0] * (-len(out) % (cluster or 1))
		return out

	def tree(self, t, inline=True):
		"""All of a tree. inline: what is small stands in its inode."""
		numbers = {"": 3}
		for e in t:
			if e.path and e.same_as is None:
				numbers[e.path] = self.number()
		for e in t:
			if e.same_as is not None:
				numbers[e.path] = numbers[e.same_as]
		for e in t:
			if e.same_as is None:
				self.entry(t, e, numbers, inline)
		return numbers

	def entry(self, t, e, numbers, inline):
		number = numbers[e.path]
		up, _, name = e.path.rpartition("/")
		self.xattr_inline = bool(e.xattrs) and inline
		below = [c for c in t if c.path and c.path.rpartition("/")[0] == e.path] if e.type == T.DIR else []
		how = dict(mode=T.TYPE_BITS[e.type] | e.mode, owner=(e.uid, e.gid), mtime=(e.mtime, 0), size=len(e.data),
			links=1 + sum(x.same_as == e.path for x in t), kept=0)
		kept = INLINE_XATTR if self.xattr_inline else 0
		if e.type == T.DIR:
			self.xattr_inline = self.xattr_inline or inline
			size = ROOM - self.extra - self.own() - 4 if inline else BLOCK
			rows = [(".", number, 2), ("..", numbers[up], 2)] + [(c.path.rpartition("/")[2], numbers[c.path], KINDS[c.type]) for c in below]
			block = names(rows, size)
			how.update(size=BLOCK, links=2, room=bytes(4) + block if inline else struct.pack("<I", self.data(block)))
			kept |= INLINE_NAMES if inline else 0
		elif e.dev:
			major, minor = e.dev
			how["room"] = struct.pack("<II", 0, minor & 0xFF | major << 8 | (minor & ~0xFF) << 12)
		elif e.type in (T.FILE, T.LINK):
			data = T.bytes_of(e.target) if e.type == T.LINK else e.data
			how["size"] = len(data)
			if inline and len(data) <= ROOM - self.extra - self.own() - 4:
				how["room"], kept = bytes(4) + data, kept | INLINE_DATA | (HAS_DATA if data else 0)
			else:
				how["room"], how["nodes"] = self.addresses(number, self.file_blocks(data))
		how["kept"] = kept
		if e.xattrs and self.xattr_inline:
			how["own"] = attributes(e.xattrs, self.own())
		elif e.xattrs:
			how["xattr_node"] = self.number()
			self.node(how["xattr_node"], number, attributes(e.xattrs, 0), 0x1FFFFFFF)
		self.inode(number, name, numbers[up], **how)

	def packed_file(self, number, name, parent, data, pack, algorithm, cluster=4, summed=True):
		self.xattr_inline = False
		room, nodes = self.addresses(number, self.file_blocks(data, cluster, pack), cluster)
		self.inode(number, name, parent, 0o100644, len(data), room, nodes, flags=4, cluster=cluster, algorithm=algorithm, summed=summed)

	# ---- the frame around the main area

	def super(self, segments):
		raw = bytearray(3072)
		total = self.main + segments * self.per
		put(raw, 0, "IHHIIIIIIIQ", MAGIC, 1, 15, 9, 3, 12, self.log, 1, 1, 3068 if self.features & SUPER_SUM else 0, total)
		put(raw, 44, "15I", segments, (total - self.cp) // self.per, 2, 2, 2, 0, segments, self.cp, self.cp, self.sit, self.nat,
			self.main, self.main, 3, 1)
		put(raw, 104, "I", 2)
		raw[108:124] = UUID
		label = "größe".encode("utf-16le")
		raw[124:124 + len(label)] = label
		raw[1668:1668 + 13] = b"Linux version"
		put(raw, 2180, "I", self.features)
		if self.features & SUPER_SUM:
			put(raw, 3068, "I", crc(MAGIC, bytes(raw[:3068])))
		return bytes(1024) + raw

	def sit_rows(self):
		rows = []
		for k, kind in enumerate(self.kinds):
			bits, n = bytearray(64), 0
			for i in range(self.per):
				if self.main + k * self.per + i in self.live:
					bits[i // 8] |= 0x80 >> i % 8
					n += 1
			rows.append(struct.pack("<H64sQ", n | kind << 10, bytes(bits), 0))
		return rows

	def checkpoint(self, flags, version, second, journal, sits):
		"""A pack: its blocks. second: the second copy of the first block of NAT counts."""
		head = bytearray(BLOCK)
		put(head, 0, "Q", version)
		warm = self.logs.get(4, self.main)
		put(head, 36, "8I", *([(warm - self.main) // self.per] * 8))
		put(head, 68, "8H", *([(warm - self.main) % self.per] * 8))
		compact = flags & COMPACT
		put(head, 132, "III", flags, 3 if compact else 1 + 3 + 3 * bool(flags & UMOUNT) + 1, 1)
		put(head, 156, "III", 4, 4, BLOCK - 4)
		head[196] = 0x80 if second else 0
		put(head, BLOCK - 4, "I", crc(MAGIC, bytes(head[:-4])))
		nat = struct.pack("<H", len(journal)) + b"".join(struct.pack("<IBII", n, 0, i, a) for n, (i, a) in journal.items())
		sit = struct.pack("<H", len(sits)) + b"".join(struct.pack("<I", k) + row for k, row in sits.items())
		nat, sit = nat.ljust(507, b"\0"), sit.ljust(507, b"\0")
		if compact:
			middle = [(nat + sit).ljust(BLOCK, b"\0")]
		else:
			middle = [bytes(3584) + nat + bytes(5), bytes(BLOCK), bytes(3584) + sit + bytes(5)] + [bytes(BLOCK)] * 3 * bool(flags & UMOUNT)
		return [bytes(head), *middle, bytes(head)]

	def image(self, flags=COMPACT, second=False, journal=False, sits=False):
		"""second: NAT's second copy counts; journal, sits: what is newest stands in the journals only. The other pack is
		valid, too, and of the version before, to which another copy of NAT and no journal belong."""
		rows = self.sit_rows()
		late = {n: v for n, v in self.table.items() if journal and n % 2}
		moved = {k: rows[k] for k in range(0, min(len(rows), 6), 2)} if sits else {}
		nat, sit = bytearray(BLOCK), bytearray(BLOCK)
		for n, (inode, at) in self.table.items():
			put(nat, n * 9, "BII", 0, inode, 0 if n in late else at)
		for k, row in enumerate(rows):
			sit[k * 74:k * 74 + 74] = struct.pack("<H64sQ", self.per, b"\xff" * 64, 0) if k in moved else row
		pack = self.checkpoint(flags, self.version, second, late, moved)
		self.sync(struct.unpack_from("<I", pack[0], BLOCK - 4)[0] if flags & CRC_COUNTS else 0)
		segments = len(self.kinds) + 1
		out = bytearray((self.main + segments * self.per) * BLOCK)

		def at(block, data):
			out[block * BLOCK:block * BLOCK + len(data)] = data
		at(0, self.super(segments))
		at(1, self.super(segments))
		first = self.cp if self.version % 2 else self.cp + self.per
		for i, b in enumerate(pack):
			at(first + i, b)
		for i, b in enumerate(self.checkpoint(COMPACT, self.version - 1, not second, {}, {})):
			at(self.cp + self.cp + self.per - first + i, b)
		at(self.sit, sit)
		at(self.nat + (self.per if second else 0), nat)
		for block, data in self.blocks.items():
			at(block, data)
		return bytes(out)

	def sync(self, sum_):
		"""Nodes behind the checkpoint: what chain holds, each (number, inode, raw, flags)."""
		places = [self.place(4) for _ in range(len(self.chain) + 1)] if self.chain else []
		for (number, inode, raw, flags), at, follows in zip(self.chain, places, places[1:]):
			self.node(number, inode, raw, live=False, at=at, flags=flags, version=self.version | sum_ << 32, follows=follows)
