# SPDX-License-Identifier: Apache-2.0
"""exFAT: a generator from the published layout, over the tables that mkfs.exfat writes; fsck.exfat accepts its volumes."""
import datetime
import struct

from trees import T, golden, lie, line, put, read

SECTOR = 512
FAT, HEAP = 24, 32
END = 0xFFFFFFFF


def rotate(data, skip, bits):
	total, mask = 0, (1 << bits) - 1
	for i, b in enumerate(data):
		if i not in skip:
			total = ((total << bits - 1 | total >> 1) + b) & mask
	return total


def upper_case():
	"""The table, as it is compressed: the identity but for a to z."""
	table = [c for c in range(0x61)] + [c - 32 for c in range(0x61, 0x7B)] + [c for c in range(0x7B, 0x80)]
	return struct.pack("<%dH" % (len(table) + 2), *table, 0xFFFF, 0x10000 - 0x80)


class Volume:
	def __init__(self, clusters):
		self.clusters, self.next = clusters, 2
		self.fat = [0xFFFFFFF8, END] + [0] * clusters
		self.heap = bytearray(clusters * SECTOR)
		self.used = set()

	def place(self, data, pieces=False, free=False):
		"""Clusters for data; pieces: every other one, through the FAT. Answers the first."""
		need = max(1, -(-len(data) // SECTOR))
		step = 2 if pieces else 1
		chain = [self.next + i * step for i in range(need)]
		self.next = chain[-1] + 1
		for i, n in enumerate(chain):
			part = data[i * SECTOR:(i + 1) * SECTOR]
			self.heap[(n - 2) * SECTOR:(n - 2) * SECTOR + len(part)] = part
			self.fat[n] = chain[i + 1] if i + 1 < need else END
			if not free:
				self.used.add(n)
		return chain[0]

	def records(self, name, data, folder=False, pieces=False, deleted=False, mtime=T.EPOCH, hundredths=0, zone=0x80, valid=None):
		first = self.place(data, pieces, deleted) if data else 0
		units = name.encode("utf-16le")
		parts = [units[i:i + 30] for i in range(0, len(units), 30)]
		t = datetime.datetime.fromtimestamp(mtime, datetime.timezone.utc)
		stamp = (t.year - 1980 << 9 | t.month << 5 | t.day) << 16 | t.hour << 11 | t.minute << 5 | t.second // 2
		out = bytearray(struct.pack("<BBHHHIIIBBBBB7x", 0x85, 1 + len(parts), 0, 16 if folder else 32, 0, stamp, stamp, stamp,
			hundredths, hundredths, zone, zone, zone))
		folded = "".join(c.upper() if "a" <= c <= "z" else c for c in name).encode("utf-16le")
		out += struct.pack("<BBBBHHQIIQ", 0xC0, 1 | (0 if pieces or not data else 2), 0, len(units) // 2, rotate(folded, (), 16), 0,
			len(data) if valid is None else valid, 0, first, len(data))
		for p in parts:
			out += b"\xc1\0" + p.ljust(30, b"\0")
		struct.pack_into("<H", out, 2, rotate(out, (2, 3), 16))
		for at in range(0, len(out), 32):
			out[at] &= 0x7F if deleted else 0xFF
		return bytes(out)

	def image(self, root, sectors=None):
		"""root: records. Bitmap and upper-case table come last."""
		table = upper_case()
		bitmap_n = -(-self.clusters // 8)
		bitmap, upper = self.place(bytes(bitmap_n)), self.place(table)
		label = "GOLDEN".encode("utf-16le")
		root = b"\x83\x06" + label.ljust(30, b"\0") + struct.pack("<BB18xIQ", 0x81, 0, bitmap, bitmap_n) + \
			struct.pack("<BB2xI12xIQ", 0x82, 0, rotate(table, (), 32), upper, len(table)) + root
		first = self.place(root.ljust(-(-len(root) // SECTOR) * SECTOR, b"\0"))
		bits = bytearray(bitmap_n)
		for n in self.used:
			bits[(n - 2) // 8] |= 1 << (n - 2) % 8
		self.heap[(bitmap - 2) * SECTOR:(bitmap - 2) * SECTOR + bitmap_n] = bits
		fat = struct.pack("<%dI" % len(self.fat), *self.fat)
		fat_sectors = -(-len(fat) // SECTOR)
		heap = FAT + fat_sectors
		boot = bytearray(b"\xeb\x76\x90EXFAT   " + bytes(53))
		boot += struct.pack("<QQIIIIIIHHBBBBB", 0, heap + self.clusters, FAT, fat_sectors, heap, self.clusters, first, 0x1234, 0x100, 0, 9, 0, 1, 0x80,
			100 * len(self.used) // self.clusters)
		boot = boot.ljust(510, b"\0") + b"\x55\xaa"
		region = boot + (bytes(508) + b"\0\0\x55\xaa") * 8 + bytes(1024)
		region += struct.pack("<I", rotate(region, (106, 107, 112), 32)) * 128
		return bytes(region * 2 + fat.ljust(fat_sectors * SECTOR, b"\0") + self.heap)


def tree():
	"""The records of a tree, made from below, and the lines that tell it."""
	def fill(v):
		inner = v.records("f\u00fcr \U0001f600.txt", b"inner\n", hundredths=123, zone=0x80 | 4)
		root = v.records("hello.txt", b"hello\n") + v.records("empty", b"")
		root += v.records("in pieces, with a name that takes several records", bytes(range(256)) * 7, pieces=True)
		root += v.records("deleted.cfg", b"password=hunter2\n", deleted=True)
		root += v.records("never written", b"abc" + bytes(700), valid=3)
		root += v.records("sub", inner.ljust(SECTOR, b"\0"), folder=True)
		return root
	t = T.Tree()
	t.dir("sub")
	t.file("sub/f\u00fcr \U0001f600.txt", b"inner\n")
	t.file("hello.txt", b"hello\n")
	t.file("empty", b"")
	t.file("in pieces, with a name that takes several records", bytes(range(256)) * 7)
	t.file("never written", b"abc" + bytes(700))
	said = [line(e, owners=False) for e in t if e.path]
	late = "%d.230000000" % (T.EPOCH + 1 - 3600)
	said = [l.replace(" %d 6" % T.EPOCH, " %s 6" % late) if "/sub/f" in l else l for l in said]
	return fill, said


@golden("exfat", "small")
def small():
	fill, said = tree()
	v = Volume(60)
	return v.image(fill(v)), said


@lie("exfat", "blocks of a file are damaged or missing", "/hello.txt")
def exfat_chain_ends():
	image = read("exfat", "small")
	at = image.index("in pieces".encode("utf-16le")) - 2 - 32
	return put(image, at + 20, "I", 59)


@lie("exfat", "checksum of a directory record is wrong", "/hello.txt")
def exfat_record_sum():
	image = read("exfat", "small")
	at = image.index("hello".encode("utf-16le")) - 2 - 64
	return put(image, at + 2, "H", 1)


@lie("exfat", "a structure refers back to itself")
def exfat_directory_loop():
	image = read("exfat", "small")
	at = image.index("sub\0".encode("utf-16le")) - 2 - 32
	return put(image, at + 20, "I", int.from_bytes(image[96:100], "little"))


@lie("exfat", "checksum of the boot sectors is wrong", "/hello.txt")
def exfat_boot_sum():
	return put(read("exfat", "small"), 200, "B", 1)


@lie("exfat", "checksum of the boot sectors is wrong: their copy is used", "/hello.txt")
def exfat_boot_gone():
	image = read("exfat", "small")
	image[:6144] = b"\x5a" * 6144
	return image


@lie("", "type exfat", "checksum of the boot sectors is wrong: their copy is used", "/hello.txt")
def exfat_boot_gone_found():
	return exfat_boot_gone()


@lie("exfat", "checksum of the boot sectors is wrong$", "!copy is used", "/hello.txt")
def exfat_both_boots():
	image = read("exfat", "small")
	image[200] = image[6144 + 201] = 1
	return image


@lie("exfat", "image is cut off")
def exfat_cut():
	return read("exfat", "small")[:-3000]
