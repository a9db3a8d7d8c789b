# SPDX-License-Identifier: Apache-2.0
"""EROFS: by mkfs.erofs; what Debian's does not write (LZMA, DEFLATE, Zstandard, fragments, holes, devices) from the
published layout."""
import lzma
import struct
import zlib
from decimal import Decimal

from lib import pack, stage
from trees import T, golden, lie, lines, read, tree

UUID = "8f3b1c60-5d2e-4a77-9c10-0000000000e5"


def source():
	t = tree()
	t.file("text", b"the quick brown fox\n" * 900, 0o640, 70000, 70000, mtime=Decimal("1709294399.123456789"))
	for n, name in enumerate(("user.one", "security.two", "user.empty")):
		t["text"].xattrs[name] = b"value" * n
	t["text"].xattrs["security.capability"] = t["dir/empty"].xattrs["security.capability"] = bytes(20)
	return t


def erofs(t, *options):
	t["dir/link"].mtime = T.EPOCH
	return stage.tool(t, "mkfs.erofs", "--quiet", "-U", UUID, *options, "OUT", "TOP"), lines(t)


for name, options in {"plain": (), "lz4": ("-zlz4",), "legacy": ("-zlz4", "-Elegacy-compress"), "shared": ("-x1",), "big": ("-zlz4hc", "-C65536"),
		"tails": ("-zlz4", "-Eztailpacking")}.items():
	def make(options=options):
		return erofs(source(), *options)
	golden("erofs", name)(make)


# ---- from the layout

SLOT = 512  # room for each inode


def crc32c(data):
	crc = 0xffffffff
	for byte in data:
		crc ^= byte
		for _ in range(8):
			crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
	return crc


def super_block(incompat, blocks, packed=0, configs=b"", algorithms=0, devices=0):
	s = struct.pack("<IIIBBHQQIIII16s16sIHHHBBI", 0xe0f5e1e2, 0, 1, 12, 0, SLOT // 32, 4, T.EPOCH, 0, blocks, 1, 0, b"", b"generated",
		incompat, algorithms, devices, 0, 0, 0, 0) + struct.pack("<Q", packed)
	s = s.ljust(128, b"\0") + configs
	s = s.ljust(3072, b"\0")
	return bytes(1024) + s[:4] + struct.pack("<I", crc32c(s)) + s[8:]


def inode(layout, mode, size, info, more=b"", links=1):
	head = struct.pack("<HHHHQIIIIQII16x", 1 | layout << 1, 0, mode, 0, size, info, 1, 1000, 10, T.EPOCH, 5, links)
	return (head + more).ljust(SLOT, b"\0")


def directory(entries):
	"""entries: name, slot. Inline."""
	names, at = b"", 12 * len(entries)
	records = b""
	for name, slot in entries:
		records += struct.pack("<QHBB", slot * SLOT // 32, at + len(names), 1, 0)
		names += name
	return inode(2, 0o40755, len(records + names), 0, records + names, 2)


def image(files, incompat, packed=None, **more):
	"""files: name, function of the block where its contents stand -> inode, contents (whole blocks)."""
	block, data, slots = 2, b"", []
	for _, make, contents in files:
		slots.append(make(block))
		data += contents
		block += len(contents) // 4096
	names = sorted([(b".", 1), (b"..", 1)] + [(f[0], n + 2) for n, f in enumerate(files) if f[0]])
	meta = (bytes(SLOT) + directory(names) + b"".join(slots)).ljust(4096, b"\0")
	nid = 0 if packed is None else (packed + 2) * SLOT // 32
	return super_block(incompat, block, nid, **more) + meta + data


def padded(data):
	return data.rjust(-(-len(data) // 4096) * 4096, b"\0")


def micro_lzma(data):
	raw = lzma.compress(data, lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA1, "dict_size": 65536, "lc": 3, "lp": 0, "pb": 2}])
	return bytes([~0x5d & 0xff]) + raw[1:]


def raw_deflate(data):
	z = zlib.compressobj(9, zlib.DEFLATED, -15)
	return z.compress(data) + z.flush()


def full_index(size, block, blocks, advice, algorithm, fragment=0, head=1):
	n = -(-size // 4096)
	entries = struct.pack("<HHI", head, 0, block)
	for k in range(1, n):
		first = 0x800 | blocks if k == 1 and blocks > 1 else k
		entries += struct.pack("<HHHH", 2, 4096, first, n - k)
	return struct.pack("<IHBB8x", fragment, advice, algorithm, 0) + entries


def packed_file(name, data, packed, algorithm):
	big = 2 if len(packed) > 4096 else 0
	return (name, lambda block: inode(1, 0o100644, len(data), len(packed) // 4096,
		full_index(len(data), block, len(packed) // 4096, big, algorithm)), packed)


def told(files):
	t = T.Tree()
	for name, data in files:
		t.file(name, data, 0o644, 1000, 10)
		t[name].mtime = Decimal("%d.000000005" % T.EPOCH)
	return lines(t)


def noise(n):
	out = b"seed"
	while len(out) < n:
		out += zlib.crc32(out).to_bytes(4, "little")
	return out[:n]


@golden("erofs", "algorithms")
def algorithms():
	text = b"".join(b"%d bottles of beer\n" % (n * n) for n in range(900))
	long = noise(6000) + text
	kinds = ((b"lzma", 1, micro_lzma), (b"deflate", 2, raw_deflate), (b"zstd", 3, lambda d: pack.through(["zstd", "-19", "-c"], d)))
	files, truth = [], []
	for name, number, squeeze in kinds:
		for end, data in ((b"-small", text[:9000]), (b"-big", long)):
			files.append(packed_file(name + end, data, padded(squeeze(data)), number))
			truth.append(((name + end).decode(), data))
	config = struct.pack("<HIH8x", 14, 65536, 0) + struct.pack("<HB5x", 6, 15) + struct.pack("<HBB4x", 6, 0, 7)
	return image(sorted(files), 3, configs=config, algorithms=14), told(truth)


def fragments_parts():
	ends = b"".join(b"line %d of the packed file\n" % n for n in range(250))
	head = b"begins in a cluster of its own " * 132 + b"...."
	assert len(head) == 4096
	stored = lambda block: inode(1, 0o100644, 4096 + 500, 1, struct.pack("<IHBB8x", 1000, 0x20, 0, 0)
		+ struct.pack("<HHI", 0, 0, block) + struct.pack("<HHI", 1, 0, 0))
	files = [(b"all", lambda _: inode(3, 0o100644, 700, 0, struct.pack("<Q", 3000 | 1 << 63)), b""),
		(b"tail", stored, head),
		(b"", lambda block: inode(0, 0o100000, len(ends), block), ends.ljust(8192, b"\0"))]
	return files, [("all", ends[3000:3700]), ("tail", head + ends[1000:1500])]


@golden("erofs", "fragments")
def fragments():
	"""The ends of two files stand in a third one, which no directory names."""
	files, truth = fragments_parts()
	return image(files, 0x21, packed=2), told(truth)


@golden("erofs", "fragments-packed")
def fragments_packed():
	"""The same, in a packed file that is compressed itself."""
	files, truth = fragments_parts()
	ends = files[2][2].rstrip(b"\0")
	files[2] = packed_file(b"", ends, padded(raw_deflate(ends)), 2)
	return image(files, 0x21, packed=2), told(truth)


def chunk_parts(table, wide):
	data = b"".join(bytes([65 + n]) * 4096 for n in range(3))
	return [(b"chunks", lambda block: inode(4, 0o100644, 5 * 4096 - 100, wide << 5,
		b"".join(struct.pack("<HHI", 0, device, block + k if k >= 0 else 0xffffffff) if wide else struct.pack("<I", block + k if k >= 0 else 0xffffffff)
			for device, k in table)), data)]


def chunked(wide):
	order = [(0, 2), (0, -1), (0, 0), (0, -1), (0, 1)]
	data = b"".join(bytes([65 + k]) * 4096 if k >= 0 else bytes(4096) for _, k in order)[:5 * 4096 - 100]
	return image(chunk_parts(order, wide), 4), told([("chunks", data)])


golden("erofs", "chunks")(lambda: chunked(1))
golden("erofs", "chunk-map")(lambda: chunked(0))


@lie("erofs", "contents stand on another device", "chunks damaged")
def erofs_other_device():
	return image(chunk_parts([(0, 2), (1, 0), (0, 0), (0, -1), (0, 1)], 1), 12, devices=1)


@lie("erofs", "the packed file does not hold the end of a file", "/tail$")
def erofs_fragment_outside():
	files, _ = fragments_parts()
	files[0] = (b"all", lambda _: inode(3, 0o100644, 700, 0, struct.pack("<Q", 10 ** 9 | 1 << 63)), b"")
	return image(files, 0x21, packed=2)


@lie("erofs", "the packed file cannot be read", "/tail damaged")
def erofs_no_packed_file():
	return image(fragments_parts()[0], 0x21, packed=10 ** 9)


@lie("erofs", "the packed file does not hold the end of a file", "/all damaged")
def erofs_fragment_of_itself():
	"""The packed file's own end stands in the packed file."""
	files, _ = fragments_parts()
	files[2] = (b"", lambda _: inode(3, 0o100644, 7000, 0, struct.pack("<Q", 0 | 1 << 63)), b"")
	return image(files, 0x21, packed=2)


@lie("erofs", "a structure refers back to itself", "!/dir/dir/dir", "/text")
def erofs_directory_loop():
	made = read("erofs", "plain")
	root = struct.unpack_from("<H", made, 1024 + 14)[0]
	at = made.index(b"..a name with spaces")
	first = max(k for k in range(0, at, 4) if made[k:k + 8] == struct.pack("<Q", root) and struct.unpack_from("<H", made, k + 8)[0] % 12 == 0 and k < at)
	count = struct.unpack_from("<H", made, first + 8)[0] // 12
	for k in range(count):
		kind = made[first + 12 * k + 10]
		if kind == 2:
			struct.pack_into("<Q", made, first + 12 * k, root)
	return made


@lie("erofs", "checksum of the superblock is wrong", "/dir/hello")
def erofs_checksum():
	made = read("erofs", "lz4")
	made[1024 + 5] ^= 1
	return made


@lie("erofs", "image is cut off", "data cluster is damaged|contents of a file run past")
def erofs_cut():
	return read("erofs", "plain")[:-4000]


@lie("erofs", "index of a compressed file makes no sense|data cluster is damaged", "damaged$")
def erofs_huge_file():
	made = image([packed_file(b"huge", b"x" * 9000, padded(raw_deflate(b"x" * 9000)), 2)], 3)
	at = 4096 + 2 * SLOT
	return made[:at + 8] + struct.pack("<Q", 1 << 60) + made[at + 16:]


@lie("erofs", "cluster packed by an unknown algorithm", "damaged$")
def erofs_unknown_algorithm():
	return image([packed_file(b"odd", b"x" * 9000, padded(raw_deflate(b"x" * 9000)), 9)], 3)


@lie("erofs", "features of a newer EROFS", "/odd")
def erofs_newer():
	return image([packed_file(b"odd", b"x" * 9000, padded(raw_deflate(b"x" * 9000)), 2)], 0x83)
