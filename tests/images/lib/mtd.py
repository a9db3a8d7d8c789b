# SPDX-License-Identifier: Apache-2.0
"""Flash file systems by mtd-utils: the tree is staged as files, with owners and devices that only fakeroot sees."""
import json
import lzma
import pathlib
import struct
import sys
import zlib

from . import pack

STAGE = r"""
import json, os, sys
tree, top, argv = json.load(open(sys.argv[1])), sys.argv[2], sys.argv[3:]
KINDS = {"char": 0o020000, "block": 0o060000, "fifo": 0o010000, "socket": 0o140000}
raw = lambda text: text.encode("utf-8", "surrogateescape")
for e in tree:
	path = os.path.join(raw(top), raw(e["path"]))
	if e["type"] == "dir":
		os.makedirs(path, exist_ok=True)
	elif e["same_as"] is not None:
		os.link(os.path.join(raw(top), raw(e["same_as"])), path)
		continue
	elif e["type"] == "file":
		data = bytes.fromhex(e["data"])
		with open(path, "wb") as f:
			for at in range(0, len(data), 4096):
				block = data[at:at + 4096]
				if block.count(0) != len(block):
					f.seek(at)
					f.write(block)
			f.truncate(len(data))
	elif e["type"] == "symlink":
		os.symlink(raw(e["target"]), path)
	else:
		os.mknod(path, KINDS[e["type"]] | 0o600, os.makedev(*(e["dev"] or (0, 0))))
	os.chown(path, e["uid"], e["gid"], follow_symlinks=False)
	if e["type"] != "symlink":
		os.chmod(path, e["mode"])
	for name, value in e["xattrs"].items():
		os.setxattr(path, name, bytes.fromhex(value), follow_symlinks=False)
for e in reversed(tree):
	if e["same_as"] is None:
		os.utime(os.path.join(raw(top), raw(e["path"])), ns=(e["mtime"] * 10 ** 9,) * 2, follow_symlinks=False)
os.execvp(argv[0], argv)
"""


def staged(tree, argv, tmp):
	"""Runs a tool of which one argument is TREE, with the tree there."""
	rows = [{"path": e.path, "type": e.type, "mode": e.mode, "uid": e.uid, "gid": e.gid, "dev": e.dev,
		"mtime": e.mtime, "data": e.data.hex(), "target": e.target, "same_as": e.same_as,
		"xattrs": {k: v.hex() for k, v in e.xattrs.items()}} for e in tree]
	pathlib.Path(tmp, "tree.json").write_text(json.dumps(rows))
	pathlib.Path(tmp, "stage.py").write_text(STAGE)
	top = pathlib.Path(tmp, "top")
	top.mkdir()
	return pack.run(["fakeroot", sys.executable, tmp + "/stage.py", tmp + "/tree.json", top,
		*[top if a == "TREE" else a for a in argv]])


def jffs2(tree, options=(), summary=None):
	"""summary: options of sumtool, or None to leave it out."""
	with pack.scratch() as tmp:
		out = pathlib.Path(tmp, "out")
		staged(tree, ["mkfs.jffs2", "-r", "TREE", "-o", out, *options], tmp)
		if summary is not None:
			pack.run(["sumtool", "-i", out, "-o", tmp + "/summed", *summary])
			out = pathlib.Path(tmp, "summed")
		return out.read_bytes()


class Nodes:
	"""JFFS2 nodes from the published layout: what mkfs.jffs2 cannot write (removed names, files written over)."""

	def __init__(self, order="<", image=b""):
		self.order, self.out = order, bytearray(image)

	@staticmethod
	def crc(data):
		return zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF

	def node(self, kind, body, obsolete=False):
		"""body: what follows the header, with {crc} where the node's sum goes (a callable of all before it)."""
		self.out += b"\xff" * (-len(self.out) % 4)
		head = struct.pack(self.order + "HHI", 0x1985, kind, 12 + sum(len(p) if isinstance(p, bytes) else 4 for p in body))
		node = head + struct.pack(self.order + "I", self.crc(head))
		for piece in body:
			if isinstance(piece, int):
				piece = struct.pack(self.order + "I", self.crc(node[:piece]))
			node += piece
		if obsolete:
			node = node[:2] + struct.pack(self.order + "H", kind & ~0x2000) + node[4:]
		at = len(self.out)
		self.out += node
		return at

	def name(self, parent, version, ino, name, kind=8, **more):
		head = struct.pack(self.order + "4IBBH", parent, version, ino, 1000000000, len(name), kind, 0)
		return self.node(0xE001, [head, 32, struct.pack(self.order + "I", self.crc(name)), name], **more)

	def inode(self, ino, version, data=b"", size=None, offset=0, mode=0o100644, method=0, packed=None, owner=(0, 0),
			mtime=1000000000, length=None, **more):
		packed = data if packed is None else packed
		length = len(data) if length is None else length
		head = struct.pack(self.order + "3I2H7I2BHI", ino, version, mode, *owner, offset + length if size is None else size,
			mtime, mtime, mtime, offset, len(packed), length, method, 0, 0, self.crc(packed))
		return self.node(0xE002, [head, 60, packed], **more)


def rtime(data):
	out, last, at = bytearray(), [0] * 256, 0
	while at < len(data):
		value, at = data[at], at + 1
		back, last[value], run = last[value], at, 0
		while back < at < len(data) and run < 255 and data[at] == data[back]:
			at, back, run = at + 1, back + 1, run + 1
		out += bytes((value, run))
	return bytes(out)


def rubin(data, ones=None):
	"""With the probabilities of ones (of 256, in front of the data), or those for MIPS code."""
	scale, table = (1043, (277, 249, 290, 267, 229, 341, 212, 241)) if ones is None else (256, ones)
	bits, low, width = [], 0, 0x10000
	for byte in data:
		for i in range(8):
			while low >= 0x8000 or low + width <= 0x8000:
				bits.append(low >> 15 & 1)
				low, width = (low & 0x7FFF) << 1, width << 1
			share = min(max((scale - table[i]) * width // scale, 1), width - 1)
			if byte >> i & 1:
				low, width = low + share, width - share
			else:
				width = share
	bits += [low >> (15 - i) & 1 for i in range(16)]
	bits += [0] * (-len(bits) % 8)
	packed = bytes(int("".join(map(str, bits[i:i + 8])), 2) for i in range(0, len(bits), 8))
	return packed if ones is None else bytes(ones) + packed


def openwrt_lzma(data):
	"""LZMA without a header, and with the parameters that OpenWrt has fixed."""
	how = {"id": lzma.FILTER_LZMA1, "lc": 0, "lp": 0, "pb": 0, "dict_size": 0x2000}
	return lzma.compress(data, lzma.FORMAT_RAW, filters=[how])


def nodes_of(image):
	"""(inode, start, end, name or None) of each little-endian node of an undamaged image."""
	at, out = 0, []
	while at + 12 <= len(image):
		magic, kind, size = struct.unpack_from("<HHI", image, at)
		if magic != 0x1985:
			at += 4
			continue
		if kind == 0xE001:
			length = image[at + 28]
			out.append((struct.unpack_from("<I", image, at + 20)[0], at, at + size, image[at + 40:at + 40 + length]))
		elif kind == 0xE002:
			out.append((struct.unpack_from("<I", image, at + 12)[0], at, at + size, None))
		at += size + -size % 4
	return out


def ubi(volumes, options=()):
	"""An image by ubinize of volumes, each {"name", "data", ...} with what its section says further."""
	with pack.scratch() as tmp:
		text = ""
		for i, v in enumerate(volumes):
			more = {"vol_id": i, "vol_type": "dynamic", "vol_name": v["name"], "mode": "ubi"}
			if v.get("data"):
				pathlib.Path(tmp, "v%d" % i).write_bytes(v["data"])
				more["image"] = "%s/v%d" % (tmp, i)
			more.update({k: x for k, x in v.items() if k not in ("name", "data")})
			text += "[v%d]\n" % i + "".join("%s=%s\n" % kv for kv in more.items())
		pathlib.Path(tmp, "ini").write_text(text)
		pack.run(["ubinize", "-o", tmp + "/out", *options, tmp + "/ini"])
		return pathlib.Path(tmp, "out").read_bytes()


def ubi_sum(header):
	"""The header with its last word made right."""
	return header[:-4] + struct.pack(">I", zlib.crc32(header[:-4]) ^ 0xFFFFFFFF)


def ubi_block(size, second, data_at, image, volume, number, sequence, data, kind=1, copy=0):
	"""One erase block from the published layout."""
	first = ubi_sum(struct.pack(">4sB3xQIII32x4x", b"UBI#", 1, 1, second, data_at, image))
	head = ubi_sum(struct.pack(">4sBBBBII4xIIII4xQ12x4x", b"UBI!", 1, kind, copy, 0, volume, number, len(data) if copy else 0,
		0, 0, zlib.crc32(data) ^ 0xFFFFFFFF if copy else 0, sequence))
	return (first.ljust(second, b"\xff") + head).ljust(data_at, b"\xff") + data.ljust(size - data_at, b"\xff")


def ubifs(tree, options=("-m", "512", "-e", "15872", "-c", "200")):
	with pack.scratch() as tmp:
		staged(tree, ["mkfs.ubifs", "-r", "TREE", "-o", tmp + "/out", *options], tmp)
		return pathlib.Path(tmp, "out").read_bytes()


class Ubifs:
	"""A UBIFS of small blocks, node by node from the published layout: what mkfs.ubifs does not write (a journal,
	truncations, extended attributes, nodes that no longer count)."""
	LEB = 4096
	INODE, DATA, NAME, XATTR, CUT = range(5)

	def __init__(self, flags=0):
		self.lebs, self.flags, self.number = [b""], flags, 100
		self.leaves, self.buds = [], []

	def node(self, kind, body, number=None):
		self.number += 1
		rest = struct.pack("<QIBB2x", self.number if number is None else number, 24 + len(body), kind, 0) + body
		return struct.pack("<II", 0x06101831, zlib.crc32(rest) ^ 0xFFFFFFFF) + rest

	def add(self, node, counts=True):
		"""In the main area; counts: the index has it."""
		if len(self.lebs[-1]) + len(node) > self.LEB:
			self.lebs.append(b"")
		at = len(self.lebs[-1])
		self.lebs[-1] += node + bytes(-len(node) % 8)
		if counts:
			self.leaves.append((len(self.lebs) - 1, at, len(node)))

	def journal(self):
		"""What is added from here on, without counting, stands in a block that the log names."""
		self.lebs.append(b"")
		self.buds.append(len(self.lebs) - 1)

	def inode(self, ino, mode, size=0, data=b"", links=1, owner=(0, 0), mtime=(1000000000, 0), flags=0, **how):
		body = struct.pack("<IIQ", ino, 0, 0) + struct.pack("<QQQQQ3I", 1, size, mtime[0], mtime[0], mtime[0], mtime[1], mtime[1],
			mtime[1]) + struct.pack("<10IH26x", links, *owner, mode, flags, len(data), 0, 0, 0, 0, 0)
		self.add(self.node(self.INODE, body + data), **how)

	def data(self, ino, block, data, method=0, packed=None, **how):
		body = struct.pack("<IIQIHH", ino, block | 1 << 29, 0, len(data), method, 0)
		self.add(self.node(self.DATA, body + (data if packed is None else packed)), **how)

	def name(self, parent, name, ino, kind=0, node=2, **how):
		key = struct.pack("<IIQ", parent, zlib.crc32(name) >> 3 | node << 29, 0)
		self.add(self.node(node, key + struct.pack("<QBBHI", ino, 0, kind, len(name), 0) + name + b"\0"), **how)

	def cut(self, ino, old, new, **how):
		self.add(self.node(self.CUT, struct.pack("<I12xQQ", ino, old, new)), **how)

	def index(self, level, children):
		return self.node(9, struct.pack("<HH", len(children), level) + b"".join(struct.pack("<3I8x", *c) for c in children))

	def image(self):
		first = 6
		place = lambda c: (c[0] + first, *c[1:])
		parts, level = [place(c) for c in self.leaves], 0
		while level == 0 or len(parts) > 1:
			above = []
			for i in range(0, len(parts), 8):
				node = self.index(level, parts[i:i + 8])
				self.lebs.append(node)
				above.append((len(self.lebs) - 1 + first, 0, len(node)))
			parts, level = above, level + 1
		root = parts[0]
		n_lebs = first + len(self.lebs)
		head = struct.pack("<2xBBIIIIIQ", 0, 0, self.flags, 8, self.LEB, n_lebs, n_lebs, 0)
		head += struct.pack("<7IH2x", 1, 1, 1, 3, 8, 0, 4, 0)
		master = self.node(7, struct.pack("<QQIIIII", 1000, 5, 0, 3, root[0], root[1], root[2]).ljust(488, b"\0"))
		log = self.node(10, struct.pack("<Q", 5), number=1000)
		self.number = 2000
		for leb in self.buds:
			log += self.node(8, struct.pack("<III", leb + first, 0, 1).ljust(40, b"\0"))
		lebs = [self.node(6, head.ljust(4072, b"\0")), master, master, log, b"", b""] + self.lebs
		return b"".join(leb.ljust(self.LEB, b"\xff") for leb in lebs)
