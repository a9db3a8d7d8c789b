# SPDX-License-Identifier: Apache-2.0
"""Fast commits of ext4, which only a kernel writes: from the published layout. e2fsck replays what comes out."""
import pathlib
import struct

from lib import pack

ADDED, TAKEN, CREATED, LINKED, UNLINKED, INODE, PAD, TAIL, HEAD = range(1, 10)
FAST = 0x20  # incompatible feature of the journal
MAGIC = b"\xc0\x3b\x39\x98"


def crc32c(data, crc=0xFFFFFFFF):
	"""Without the last inversion."""
	table = []
	for i in range(256):
		for _ in range(8):
			i = i >> 1 ^ (0x82F63B78 if i & 1 else 0)
		table.append(i)
	for byte in data:
		crc = table[(crc ^ byte) & 255] ^ crc >> 8
	return crc


def debugfs(image, *commands, write=False):
	"""What debugfs prints, a list for each command; with write, the image after them."""
	with pack.scratch() as tmp:
		path, script = pathlib.Path(tmp, "ext"), pathlib.Path(tmp, "script")
		path.write_bytes(image)
		pathlib.Path(tmp, "new").write_bytes(b"new contents\n" * 300)
		pathlib.Path(tmp, "journal").write_bytes(b"j" * (24 << 10))
		pathlib.Path(tmp, "longer").write_bytes(b"grown contents\n" * 700)
		script.write_text("".join(c.replace("{tmp}", tmp) + "\n" for c in commands))
		out = pack.run(["debugfs", *(["-w"] if write else []), "-f", script, path]).decode().split("debugfs: ")[1:]
		return path.read_bytes() if write else [o.split("\n")[1:] for o in out]


class Ext:
	"""Where things stand in an image of 1 KiB blocks."""

	def __init__(self, image, block=1024):
		self.image, self.block = image, block
		self.inode_size, = struct.unpack_from("<H", image, 1024 + 88)

	def number(self, path):
		return int(" ".join(debugfs(self.image, "stat " + path)[0]).split("Inode:")[1].split()[0])

	def inode(self, n):
		words = debugfs(self.image, "imap <%d>" % n)[0][1].replace(",", "").split()
		at = int(words[3]) * self.block + int(words[5], 16)
		return self.image[at:at + self.inode_size]

	def extents(self, n):
		"""The twelve bytes of each, if they stand in the inode."""
		raw = self.inode(n)
		magic, count, _, depth = struct.unpack_from("<4H", raw, 40)
		assert magic == 0xF30A and depth == 0
		return [raw[52 + 12 * i:64 + 12 * i] for i in range(count)]

	def blocks(self, n):
		return [lo + i for _, k, _, lo in (struct.unpack("<IHHI", e) for e in self.extents(n)) for i in range(k)]

	def journal(self):
		"""(place of its superblock, number of the transaction that comes, where its last blocks stand: fast commits)"""
		first = int(debugfs(self.image, "bmap <8> 0")[0][0])
		_, _, _, _, length, _, sequence, _ = struct.unpack_from(">4s7I", self.image, first * self.block)
		fast, = struct.unpack_from(">I", self.image, first * self.block + 84)
		places = debugfs(self.image, *["bmap <8> %d" % i for i in range(length - fast + 1, length)])
		return first * self.block, sequence, [int(p[0]) * self.block for p in places]


def record(tag, *words, data=b""):
	value = struct.pack("<%dI" % len(words), *words) + data
	return struct.pack("<HH", tag, len(value)) + value


def commit(records, number, head=True, block=1024, wrong=0):
	"""One fast commit: whole blocks. wrong: what its sum is wrong by."""
	out, crc = b"", 0

	def put(raw):
		nonlocal out, crc
		out += raw
		crc = crc32c(raw, crc)
	for r in ([record(HEAD, 0, number)] if head else []) + list(records) + [record(TAIL, number, 0)]:
		left = -len(out) % block or block
		if len(r) + 4 > left:
			put(struct.pack("<HH", PAD, left - 4) + bytes(left - 4))
		if r[0] == TAIL:
			left = -len(out) % block or block
			start = struct.pack("<HHI", TAIL, left - 4, number)
			out += (start + struct.pack("<I", crc32c(start, crc) ^ wrong)).ljust(left, b"\0")
		else:
			put(r)
	return out


def whole_inode(image, n):
	"""As a kernel writes it: up to the fields it knows of."""
	raw = Ext(image).inode(n)
	extra, = struct.unpack_from("<H", raw, 128)
	return record(INODE, n, data=raw[:128 + extra])


def ranges(image, n):
	return [record(ADDED, n, data=e) for e in Ext(image).extents(n)]


def write(image, *commits):
	"""Puts fast commits (as commit gives them) into a journal that has to be replayed; the number of a transaction is
	the one of its superblock, one transaction on."""
	out = bytearray(image)
	at, _, places = Ext(image).journal()
	data = b"".join(commits)
	for i, place in enumerate(places[:(len(data) + 1023) // 1024]):
		out[place:place + 1024] = data[i * 1024:i * 1024 + 1024]
	flags, = struct.unpack_from(">I", out, at + 40)
	struct.pack_into(">I", out, at + 40, flags | FAST)
	if out[at + 80]:  # the kind of its sums
		struct.pack_into(">I", out, at + 252, 0)
		struct.pack_into(">I", out, at + 252, crc32c(out[at:at + 1024]))
	return bytes(out)


def copied(image, source, blocks):
	"""Blocks of contents, which are written before the commit that names them."""
	out = bytearray(image)
	for b in blocks:
		out[b * 1024:b * 1024 + 1024] = source[b * 1024:b * 1024 + 1024]
	return bytes(out)


def dirtied(image, sums=True):
	"""With one transaction in the journal, which changes nothing; and the number of the next."""
	with pack.scratch() as tmp:
		path, data, script = (pathlib.Path(tmp, n) for n in ("ext", "data", "script"))
		path.write_bytes(image)
		data.write_bytes(image[2048:3072])  # a block of the group descriptors
		script.write_text("jo%s\njw -b 2 %s\njc\n" % (" -c" if sums else "", data))
		pack.run(["debugfs", "-w", "-f", script, path])
		made = path.read_bytes()
	return made, Ext(made).journal()[1] + 1
