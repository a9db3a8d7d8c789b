# SPDX-License-Identifier: Apache-2.0
"""NTFS: a generator from the published layout, small and with what mkntfs and libntfs-3g do not write; 7-Zip and The Sleuth Kit read it as told
(tests/writers/test_ntfs.py, which also has volumes that mkntfs and libntfs-3g wrote)."""
import ctypes
import struct

from trees import T, golden, lie, line, put, read

CLUSTER, RECORD, BOOT, MFT = 512, 1024, 16, 32
STANDARD, LIST, NAME, LABEL, VERSION, DATA, INDEX, BITMAP, REPARSE, EA = 0x10, 0x20, 0x30, 0x60, 0x70, 0x80, 0x90, 0xB0, 0xC0, 0xE0
USER = 16  # the first record of files
WIN32, DOS, BOTH = 1, 2, 3
UNIT = 16  # clusters that are packed together
SYSTEM = "$MFT $MFTMirr $LogFile $Volume $AttrDef . $Bitmap $Boot $BadClus $Secure $UpCase $Extend".split()


def filetime(seconds, hundreds=0):
	return (seconds + 11644473600) * 10000000 + hundreds


def lznt1(data):
	"""Packs as the description of the format asks; greedy."""
	out = b""
	for start in range(0, len(data), 4096):
		chunk, at, body = data[start:start + 4096], 0, b""
		while at < len(chunk):
			flags, group = 0, b""
			for bit in range(8):
				if at >= len(chunk):
					break
				far = 4
				while at > 1 << far:
					far += 1
				best, back = 0, 0
				for b in range(1, min(at, 1 << far, 300) + 1):
					n = 0
					while at + n < len(chunk) and n < (0xFFFF >> far) + 3 and chunk[at + n - b] == chunk[at + n]:
						n += 1
					if n > best:
						best, back = n, b
				if best >= 3:
					flags |= 1 << bit
					group += struct.pack("<H", back - 1 << 16 - far | best - 3)
					at += best
				else:
					group += chunk[at:at + 1]
					at += 1
			body += bytes([flags]) + group
		out += struct.pack("<H", 0xB000 | len(body) - 1) + body if len(body) < len(chunk) else struct.pack("<H", 0x3000 | len(chunk) - 1) + chunk
	return out


def pairs(runs):
	"""The map of runs: (cluster or None for a hole, clusters)."""
	def number(v):
		n = 1
		while not -(1 << 8 * n - 1) <= v < 1 << 8 * n - 1:
			n += 1
		return v.to_bytes(n, "little", signed=True)
	out, last = b"", 0
	for at, n in runs:
		length, far = number(n), b"" if at is None else number(at - last)
		out += bytes([len(far) << 4 | len(length)]) + length + far
		last = last if at is None else at
	return out + b"\0"


def padded(data, n=8):
	return data + bytes(-len(data) % n)


def attribute(type, value, name="", flags=0):
	raw = name.encode("utf-16le")
	at = 24 + len(padded(raw))
	return struct.pack("<IIBBHHHIHH", type, at + len(padded(value)), 0, len(name), 24, flags, 0, len(value), at, 0) + padded(raw) + padded(value)


def elsewhere(type, runs, size, name="", flags=0, valid=None, unit=0, first=0, allocated=None):
	raw, map_ = name.encode("utf-16le"), pairs(runs)
	head = 72 if unit else 64
	at, n = head + len(padded(raw)), sum(n for _, n in runs)
	out = struct.pack("<IIBBHHHQQHHIQQQ", type, at + len(padded(map_)), 1, len(name), head, flags, 0, first, first + n - 1, at, unit, 0,
		(allocated or n) * CLUSTER, size, size if valid is None else valid)
	if unit:
		out += struct.pack("<Q", sum(n for at, n in runs if at is not None) * CLUSTER)
	return out + padded(raw) + padded(map_)


def times(at=None):
	t = filetime(T.EPOCH) if at is None else at
	return struct.pack("<QQQQ", t, t, t, t)


def name(parent, text, space=WIN32, sequence=1, folder=False):
	raw = text.encode("utf-16le")
	return attribute(NAME, struct.pack("<Q32sQQIIBB", parent | sequence << 48, times(), 0, 0, 0x10000000 if folder else 0, 0, len(raw) // 2, space) + raw)


def standard(at=None, flags=0):
	return attribute(STANDARD, times(at) + struct.pack("<I12x", flags))


def record(number, attributes, flags=1, base=0, sequence=1, used=None):
	attributes = sorted(attributes, key=lambda a: struct.unpack_from("<I", a)[0])
	body = b"".join(a[:14] + struct.pack("<H", i) + a[16:] for i, a in enumerate(attributes)) + b"\xff\xff\xff\xff\0\0\0\0"
	head = struct.pack("<4sHHQHHHHIIQHHI", b"FILE", 48, 3, 0, sequence, 1, 56, flags, 56 + len(body), RECORD, base, 99, 0, number)
	out = bytearray(head.ljust(56, b"\0") + body)
	assert len(out) <= RECORD - 2, (number, len(out))
	out = out.ljust(RECORD, b"\0")
	return protect(out)


def protect(out):
	"""Puts the update sequence in."""
	for i in (1, 2):
		out[48 + 2 * i:50 + 2 * i] = out[512 * i - 2:512 * i]
		out[512 * i - 2:512 * i] = out[48:50] = b"\x07\0"
	return out


def changed(record, at, format, *values):
	"""A record with one field another, wherever its sectors end."""
	out = bytearray(record)
	for i in (1, 2):
		out[512 * i - 2:512 * i] = out[48 + 2 * i:50 + 2 * i]
	struct.pack_into("<" + format, out, at, *values)
	return protect(out)


def eas(*pairs, ends=False):
	"""Extended attributes; ends: the last tells of no next one, as programs get them."""
	out = b""
	for i, (key, value) in enumerate(pairs):
		one = padded(struct.pack("<IBBH", 0, 0, len(key), len(value)) + key + b"\0" + value, 4)
		out += struct.pack("<I", len(one) if i + 1 < len(pairs) or not ends else 0) + one[4:]
	return out


def link(target, shown, junction=False):
	a, b = target.encode("utf-16le"), shown.encode("utf-16le")
	data = struct.pack("<HHHH", 0, len(a), len(a), len(b)) + (b"" if junction else struct.pack("<I", 1)) + a + b
	return struct.pack("<IHH", 0xA0000003 if junction else 0xA000000C, len(data), 0) + data


class Volume:
	def __init__(self, records=34):
		self.records, self.n = {}, records
		self.clusters = {}
		self.next = MFT + 2 * records + 8  # behind the copy of the MFT
		self.freed = set()

	def place(self, data, at=None):
		"""Clusters for data; answers its run."""
		n = -(-len(data) // CLUSTER)
		at = self.next if at is None else at
		self.next = max(self.next, at + n)
		for i in range(n):
			self.clusters[at + i] = data[i * CLUSTER:(i + 1) * CLUSTER].ljust(CLUSTER, b"\0")
		return at, n

	def free(self, run):
		self.freed |= set(range(run[0], run[0] + run[1]))

	def put(self, number, *attributes, flags=1, **more):
		assert number not in self.records
		self.records[number] = record(number, attributes, flags, **more)

	def system(self):
		"""What a volume must have, but for the journal and the table of upper case."""
		at = MFT + 2 * self.n
		root = struct.pack("<IIIB3x", 0x30, 1, 4096, 1) + struct.pack("<IIII", 16, 32, 32, 0) + struct.pack("<QHHHHI", 0, 16, 0, 2, 0, 0)
		bits = -(-self.next // 8)
		bitmap = self.place(bytes(bits))
		definitions = self.place(bytes(2560))
		used = set(range(self.next)) - self.freed - set(range(BOOT, MFT))
		self.clusters[bitmap[0]] = bytes(sum(1 << b for b in range(8) if i * 8 + b in used) for i in range(bits)).ljust(CLUSTER, b"\0")
		mft_bits = bytes(sum(1 << b for b in range(8) if i * 8 + b < 12 or self.in_use(i * 8 + b)) for i in range(8))
		inside = {0: [elsewhere(DATA, [(MFT, 2 * self.n)], self.n * RECORD), attribute(BITMAP, mft_bits)],
			1: [elsewhere(DATA, [(at, 8)], 4096)],
			3: [attribute(LABEL, "GOLDEN".encode("utf-16le")), attribute(VERSION, struct.pack("<QBBH", 0, 3, 1, 0)), attribute(DATA, b"")],
			4: [elsewhere(DATA, [definitions], 2560)],
			5: [attribute(INDEX, root, "$I30")],
			6: [elsewhere(DATA, [bitmap], bits)],
			7: [elsewhere(DATA, [(0, BOOT)], BOOT * CLUSTER)],
			8: [attribute(DATA, b""), elsewhere(DATA, [(None, self.next)], self.next * CLUSTER, "$Bad", valid=0)],
			11: [attribute(INDEX, root, "$I30")]}
		for i, text in enumerate(SYSTEM):
			folder = text in (".", "$Extend")
			self.put(i, standard(flags=6), name(5, text, BOTH, 5, folder), *inside.get(i, [attribute(DATA, b"")]), flags=3 if folder else 1,
				sequence=max(1, i))

	def in_use(self, number):
		return number in self.records and self.records[number][22] & 1

	def image(self):
		self.system()
		boot = bytearray(CLUSTER)
		mirror = MFT + 2 * self.n
		struct.pack_into("<3s8sHB7xBHHHIII", boot, 0, b"\xeb\x52\x90", b"NTFS    ", CLUSTER, 1, 0xF8, 0, 63, 255, 0, 0, 0x800080)
		struct.pack_into("<QQQB3xB3xQ", boot, 40, self.next, MFT, mirror, 0xF6, 0x08, 0x123456789ABCDEF0)
		boot[510:] = b"\x55\xaa"
		out = bytearray(self.next * CLUSTER)
		out[:CLUSTER] = boot
		for i, r in self.records.items():
			out[MFT * CLUSTER + i * RECORD:MFT * CLUSTER + (i + 1) * RECORD] = r
		out[mirror * CLUSTER:mirror * CLUSTER + 4 * RECORD] = out[MFT * CLUSTER:MFT * CLUSTER + 4 * RECORD]
		for i, data in self.clusters.items():
			out[i * CLUSTER:(i + 1) * CLUSTER] = data
		return bytes(out) + bytes(boot)


TEXT = b"".join(b"a line of text that says %d\n" % i for i in range(300))
PIECES = bytes(range(256)) * 7
NOISE = bytes((i * i * 31 + i * 7 + (i >> 3) * 13) & 0xFF for i in range(UNIT * CLUSTER))
SECRET = b"password=hunter2\n" * 40


def packed(v, data):
	"""Units of data packed, or as they are where that is shorter, or holes; and the runs."""
	runs = []
	for at in range(0, len(data), UNIT * CLUSTER):
		unit = data[at:at + UNIT * CLUSTER]
		small = lznt1(unit)
		if not unit.strip(b"\0"):
			runs.append((None, UNIT))
		elif -(-len(small) // CLUSTER) < UNIT:
			run = v.place(small)
			runs += [run, (None, UNIT - run[1])]
		else:
			runs.append(v.place(unit.ljust(UNIT * CLUSTER, b"\0")))
	return runs


def entry(type, number, id=0, first=0):
	"""Of an attribute list; id: of the attribute in its record."""
	return struct.pack("<IHBBQQH", type, 32, 0, 26, first, number | 1 << 48, id).ljust(32, b"\0")


def fill(v):
	"""A tree, and the lines that tell it."""
	t = T.Tree()
	u = USER
	v.put(u, standard(), name(5, "sub", sequence=5, folder=True), attribute(INDEX, bytes(32), "$I30"), flags=3)
	t.dir("sub")
	v.put(u + 1, standard(filetime(T.EPOCH, 1234567)), name(5, "the long name.txt", sequence=5), name(5, "THELON~1.TXT", DOS, 5),
		name(u, "other.txt", BOTH), attribute(DATA, b"hello\n"), attribute(DATA, b"[ZoneTransfer]\nZoneId=3\n", "Zone.Identifier"))
	t.file("the long name.txt", b"hello\n")
	t.hard("sub/other.txt", "the long name.txt")
	t.file("sub/other.txt:Zone.Identifier", b"[ZoneTransfer]\nZoneId=3\n")
	v.put(u + 2, standard(), name(u, "empty", BOTH), attribute(DATA, b""))
	t.file("sub/empty", b"")
	high = v.next + 6
	runs = [v.place(PIECES[512:1024], high), v.place(PIECES[:512], high - 3), v.place(PIECES[1024:], high + 1)]
	v.put(u + 3, standard(), name(5, "in pieces", BOTH, 5), elsewhere(DATA, [runs[1], runs[0], runs[2]], len(PIECES)))
	t.file("in pieces", PIECES)
	holes = b"A" * 512 + bytes(3 * 512) + b"B" * 100
	v.put(u + 4, standard(), name(5, "with holes", BOTH, 5), elsewhere(DATA, [v.place(b"A" * 512), (None, 3), v.place(b"B" * 100), (None, 11)], len(holes),
		flags=0x8000, unit=4))
	t.file("with holes", holes)
	data = TEXT[:8192] + NOISE + bytes(UNIT * CLUSTER) + TEXT[100:400]
	v.put(u + 5, standard(), name(u, "packed", BOTH), elsewhere(DATA, packed(v, data), len(data), flags=1, unit=4))
	t.file("sub/packed", data)
	a, b = v.place(TEXT[:1024]), v.place(TEXT[1024:3000])
	v.put(u + 6, standard(), attribute(LIST, entry(STANDARD, u + 6) + entry(NAME, u + 7) + entry(DATA, u + 7, 1) + entry(DATA, u + 8, 0, 2)))
	v.put(u + 7, name(5, "in several records", BOTH, 5), elsewhere(DATA, [a], 3000, allocated=a[1] + b[1]), base=u + 6 | 1 << 48)
	v.put(u + 8, elsewhere(DATA, [b], 0, first=2), base=u + 6 | 1 << 48)
	t.file("in several records", TEXT[:3000])
	v.put(u + 9, standard(flags=0x400), name(5, "link", BOTH, 5), attribute(REPARSE, link("sub\\packed", "sub\\packed")), attribute(DATA, b""))
	t.link("link", "sub/packed")
	v.put(u + 10, standard(flags=0x400), name(5, "junction", BOTH, 5, True), attribute(REPARSE, link("\\??\\C:\\sub", "", True)),
		attribute(INDEX, bytes(32), "$I30"), flags=3)
	t.link("junction", "C:/sub")
	number = lambda n: struct.pack("<I", n)
	v.put(u + 11, standard(), name(u, "f\u00fcr \U0001f600", sequence=1), attribute(DATA, b"#!/bin/sh\n"), attribute(EA, eas((b"$LXUID", number(1000)),
		(b"$LXGID", number(100)), (b"$LXMOD", number(0o104755)), (b"USER.NOTE", b"text"))))
	t.file("sub/f\u00fcr \U0001f600", b"#!/bin/sh\n", 0o4755, 1000, 100)
	v.put(u + 12, standard(flags=0x400), name(5, "tty", BOTH, 5), attribute(REPARSE, struct.pack("<IHH", 0x80000025, 0, 0)), attribute(DATA, b""),
		attribute(EA, eas((b"$LXMOD", number(0o20600)), (b"$LXDEV", struct.pack("<II", 5, 1)), ends=True)))
	t.node("tty", T.CHAR, 0o600, (5, 1))
	v.put(u + 13, standard(flags=4), name(5, "old link", BOTH, 5), attribute(DATA, b"IntxLNK\1" + "sub/empty".encode("utf-16le")))
	t.link("old link", "sub/empty")
	v.put(u + 14, standard(), name(5, "never written", BOTH, 5), elsewhere(DATA, [v.place(b"abc")], 500, valid=3))
	t.file("never written", b"abc" + bytes(497))
	gone = v.place(SECRET)
	v.free(gone)
	v.put(u + 15, standard(), name(u, "deleted.cfg", BOTH), elsewhere(DATA, [gone], len(SECRET)), flags=0, sequence=2)
	return told(t)


def told(t):
	out = []
	for e in t:
		if not e.path:
			continue
		text = line(e, e.same_as, owners=False)
		if e.path.endswith("\U0001f600"):
			text = line(e)
			out.append("xattr /%s USER.NOTE=%s" % (e.path, b"text".hex()))
		if e.path == "tty":
			text = line(e, ids=True).replace(" 0:0 ", " - ", 1)
		if "long" in e.path or "other" in e.path:
			text = text.replace(" %d " % T.EPOCH, " %d.123456700 " % T.EPOCH)
		out.append(text)
	return out


@golden("ntfs", "small")
def small():
	v = Volume()
	said = fill(v)
	return v.image(), said


def overlay_stream(data, method):
	"""The stream of a file that the Overlay Filter packed, its chunks by wimlib (wimtools); method 1: LZX, others: XPRESS."""
	chunk = {0: 4096, 1: 32768, 2: 8192, 3: 16384}[method]
	wim = ctypes.CDLL("libwim.so.15")
	compressor = ctypes.c_void_p()
	assert wim.wimlib_create_compressor(2 if method == 1 else 1, ctypes.c_size_t(chunk), 50, ctypes.byref(compressor)) == 0
	wim.wimlib_compress.restype = ctypes.c_size_t
	parts = []
	for at in range(0, len(data), chunk):
		one, out = data[at:at + chunk], ctypes.create_string_buffer(chunk)
		n = wim.wimlib_compress(one, ctypes.c_size_t(len(one)), out, ctypes.c_size_t(len(one) - 1), compressor)
		parts.append(out.raw[:n] if n else one)
	wim.wimlib_free_compressor(compressor)
	begins = [sum(map(len, parts[:i])) for i in range(1, len(parts))]
	return struct.pack("<%dI" % len(begins), *begins) + b"".join(parts)


def overlaid(v, number, text, data, method=0, stream=None):
	"""Puts a file as the Overlay Filter leaves it."""
	stream = overlay_stream(data, method) if stream is None else stream
	v.put(number, standard(flags=0x600), name(5, text, BOTH, 5), elsewhere(DATA, [(None, -(-len(data) // CLUSTER))], len(data), flags=0x8000, valid=0),
		attribute(REPARSE, struct.pack("<IHHIIIII", 0x80000017, 20, 0, 1, 2, 1, method, 0)), elsewhere(DATA, [v.place(stream)], len(stream), "WofCompressedData"))


@golden("ntfs", "overlay")
def overlay():
	v, t = Volume(24), T.Tree()
	t.file("4k", TEXT + NOISE[:5000] + TEXT[100:400])
	t.file("8k", TEXT * 2)
	t.file("16k", TEXT * 3 + b"the end")
	for i, (text, method) in enumerate((("4k", 0), ("8k", 2), ("16k", 3))):
		overlaid(v, USER + i, text, t[text].data, method)
	return v.image(), told(t)


@golden("ntfs", "overlay-lzx")
def overlay_lzx():
	v, t = Volume(24), T.Tree()
	t.file("short", TEXT[:300])
	t.file("program", struct.pack("<BI", 0xE8, 1000) * 8000 + TEXT)  # whose calls LZX makes absolute
	t.file("stored", NOISE[:5000] + TEXT)
	for i, text in enumerate(("short", "program", "stored")):
		overlaid(v, USER + i, text, t[text].data, 1)
	return v.image(), told(t)


def restart(sequence, users, flags, log=2 << 20):
	"""A restart page of $LogFile, of 4 KiB. users: index of the first who uses it (0xffff: nobody)."""
	area = struct.pack("<QHHHHIHHQIHHII", sequence, 1, 0xFFFF, users, flags, 67 - log.bit_length(), 208, 48, log, 48, 48, 64, 0, 0)
	client = struct.pack("<QQHHH6xI128s", 0, 0, 0xFFFF, 0xFFFF, 0, 8, "NTFS".encode("utf-16le"))
	out = bytearray((struct.pack("<4sHHQIIHHH", b"RSTR", 30, 9, 0, 4096, 4096, 48, 1, 1).ljust(48, b"\0") + area + client).ljust(4096, b"\0"))
	out[30:32] = b"\1\0"
	for i in range(8):
		out[32 + 2 * i:34 + 2 * i], out[512 * i + 510:512 * i + 512] = out[512 * i + 510:512 * i + 512], b"\1\0"
	return bytes(out)


# ---- images that lie

def changed_at(number, find, at, format, *values):
	"""The golden image with one field of a record changed: at bytes behind where find first stands in it (None: from its start)."""
	image = read("ntfs", "small")
	start = MFT * CLUSTER + number * RECORD
	one = image[start:start + RECORD]
	where = (one.index(find) if find is not None else 0) + at
	image[start:start + RECORD] = changed(one, where, format, *values)
	return image


def data_of(number):
	"""Where the unnamed data attribute begins in a record."""
	one = read("ntfs", "small")[MFT * CLUSTER + number * RECORD:][:RECORD]
	at = struct.unpack_from("<H", one, 20)[0]
	while struct.unpack_from("<I", one, at)[0] != DATA:
		at += struct.unpack_from("<I", one, at + 4)[0]
	return at


@lie("ntfs", "blocks of a file are damaged or missing", "/in pieces damaged", "/sub/packed$")
def ntfs_run_outside():
	at = data_of(USER + 3)
	return changed_at(USER + 3, None, at + 64, "BBH", 0x21, 1, 0x7FFF)


@lie("ntfs", "blocks of a file are damaged or missing", "/in pieces damaged")
def ntfs_run_of_no_length():
	return changed_at(USER + 3, None, data_of(USER + 3) + 64, "BB", 0x11, 0)


@lie("ntfs", "lost ntfs limit", "/in pieces")
def ntfs_huge_file():
	at = data_of(USER + 4)
	image = changed_at(USER + 4, None, at + 24, "Q", (1 << 39) - 1)
	start = MFT * CLUSTER + (USER + 4) * RECORD
	one = changed(image[start:start + RECORD], at + 48, "QQ", 1 << 48, 1 << 48)
	one = changed(one, at + 72, "B6s", 0x06, (1 << 39).to_bytes(6, "little"))
	image[start:start + RECORD] = changed(one, at + 79, "B", 0)
	return image


@lie("ntfs", "packed contents are damaged", "/sub/packed damaged", "/in pieces$")
def ntfs_packed_garbage():
	image = read("ntfs", "small")
	at = image.index(lznt1(TEXT[:8192])[:64])
	return put(image, at + 20, "16s", b"\xff" * 16)


@lie("ntfs", "contents are packed in an unknown way", "/sub/packed damaged")
def ntfs_packed_unit():
	return changed_at(USER + 5, None, data_of(USER + 5) + 34, "B", 15)


@lie("ntfs", "lost ntfs encrypted .* contents are encrypted", "/in pieces damaged")
def ntfs_encrypted():
	return changed_at(USER + 3, None, data_of(USER + 3) + 12, "H", 0x4000)


@lie("ntfs", "a record of a file is damaged or missing", "/in several records damaged")
def ntfs_extension_gone():
	image = read("ntfs", "small")
	return put(image, MFT * CLUSTER + (USER + 8) * RECORD, "4s", b"BAAD")


@lie("ntfs", "a record of a file is damaged or missing", "/in several records")
def ntfs_list_names_another():
	return changed_at(USER + 6, entry(DATA, USER + 8, 0, 2)[:24], 16, "Q", 3 | 1 << 48)


@lie("ntfs", "a record of the MFT is damaged", "/in pieces$", "!long name")
def ntfs_record_gone():
	image = read("ntfs", "small")
	return put(image, MFT * CLUSTER + (USER + 1) * RECORD, "512s", b"\x5a" * 512)


@lie("ntfs", "a record of a file is damaged or missing", "/the long name.txt ?")
def ntfs_record_torn():
	image = read("ntfs", "small")
	return put(image, MFT * CLUSTER + (USER + 2) * RECORD - 2, "H", 0)


@lie("ntfs", "a record of a file is damaged or missing", "/in pieces$")
def ntfs_attribute_of_no_length():
	return changed_at(USER + 1, None, data_of(USER + 1) + 4, "I", 0)


@lie("ntfs", "a record of a file is damaged or missing", "/in pieces$")
def ntfs_attribute_too_long():
	return changed_at(USER + 1, None, data_of(USER + 1) + 4, "I", 0xFFFFFFF8)


@lie("ntfs", "directory of a file is damaged or missing", "dir .* /record-16", "/record-16/.*packed$", "/in pieces$")
def ntfs_directory_in_itself():
	return changed_at(USER, "sub".encode("utf-16le"), -66, "Q", USER | 1 << 48)


@lie("ntfs", "directory of a file is damaged or missing", "dir .* /record-16", "!/record-16/record")
def ntfs_directory_gone():
	image = read("ntfs", "small")
	return put(image, MFT * CLUSTER + USER * RECORD, "512s", b"\x5a" * 512)


@lie("ntfs", "another sequence number", "/sub/packed")
def ntfs_directory_replaced():
	return changed_at(USER, None, 16, "H", 7)


@lie("ntfs", "climbs out of its container", " /etc/passwd$", r"!\.\./")
def ntfs_name_climbs():
	v = Volume()
	v.put(USER, standard(), name(5, "../../etc/passwd", sequence=5), attribute(DATA, b"x"))
	return v.image()


@lie("ntfs", "its copy is used", "/in pieces$", "!a record of the MFT is damaged$")
def ntfs_no_record0():
	image = read("ntfs", "small")
	return put(image, MFT * CLUSTER, "512s", bytes(512))


@lie("ntfs", "neither the MFT nor its copy")
def ntfs_no_mft():
	image = read("ntfs", "small")
	return image[:MFT * CLUSTER] + bytes(len(image) - (MFT + 1) * CLUSTER) + image[-CLUSTER:]


@lie("", "type ntfs", "boot sector is damaged: its copy is used", "/in pieces$")
def ntfs_no_boot():
	return put(read("ntfs", "small"), 0, "512s", b"\x5a" * 512)


@lie("", "type ntfs", "boot sector and its copy are damaged", "/in pieces$")
def ntfs_no_boot_at_all():
	image = read("ntfs", "small")
	return put(put(image, 0, "512s", b"\x5a" * 512), len(image) - 512, "512s", b"\x5a" * 512)


@lie("ntfs", "image is cut off", "/the long name.txt", "/in pieces$")
def ntfs_cut():
	return read("ntfs", "small")[:-6000]


@lie("ntfs", "parts of the MFT are missing", "/the long name.txt", "/in pieces$")
def ntfs_mft_size():
	return changed_at(0, None, data_of(0) + 48, "Q", 1 << 50)


@lie("ntfs", "parts of the MFT are missing", "/the long name.txt", "/in pieces$")
def ntfs_mft_lists_itself():
	"""Its further runs are said to stand in a record beyond what is known of it."""
	v = Volume()
	fill(v)
	image = bytearray(v.image())
	attributes = [standard(), name(5, "$MFT", BOTH, 5), elsewhere(DATA, [(MFT, 2 * v.n)], v.n * RECORD),
		attribute(LIST, entry(DATA, 0) + entry(DATA, 4000, 0, 2 * v.n) + entry(DATA, 0, 0, 2 * v.n))]
	image[MFT * CLUSTER:MFT * CLUSTER + RECORD] = record(0, attributes)
	return image


@lie("ntfs", "target of a link cannot be read", "/in pieces$")
def ntfs_link_outside():
	return changed_at(USER + 9, link("sub\\packed", "sub\\packed")[8:20], 0, "HHHH", 0x7000, 20, 0x7000, 20)


@lie("ntfs", "/in pieces$", "file - .* \xa0?/sub/f")
def ntfs_ea_loop():
	return changed_at(USER + 11, eas((b"$LXUID", struct.pack("<I", 1000)), (b"x", b""))[:8], 0, "IBBH", 4, 0, 200, 60000)


@lie("ntfs", "name of a file is damaged or missing", " /record-17$")
def ntfs_names_gone():
	v = Volume()
	v.put(USER + 1, standard(), attribute(DATA, b"x"))
	return v.image()


@lie("ntfs", r"file .* /\$MFT:hidden", r"!/\$MFT$")
def ntfs_stream_of_the_system():
	"""Contents that stand as a stream of one of the system's files are no structure."""
	v = Volume()
	v.system = lambda system=v.system: (system(), v.records.update({4: record(4, [standard(), name(5, "$MFT", BOTH, 5),
		attribute(DATA, b"secret", "hidden")])}))
	return v.image()


FIRST = (MFT + 2 * 24 + 8) * CLUSTER  # where the first contents stand in a volume of 24 records


@lie("ntfs", "packed contents are damaged", "/4k damaged", "/8k$")
def ntfs_overlay_garbage():
	image = read("ntfs", "overlay")
	return put(image, FIRST + 100, "300s", b"\x11" * 300)


@lie("ntfs", "packed contents are damaged", "/4k damaged", "/8k$")
def ntfs_overlay_table():
	image = read("ntfs", "overlay")
	return put(image, FIRST, "I", 0xFFFFFFF0)


@lie("ntfs", "packed contents are damaged", "/one damaged", "/two$")
def ntfs_overlay_lzx():
	v = Volume(24)
	overlaid(v, USER, "one", TEXT, 1, b"packed with LZX")
	v.put(USER + 1, standard(), name(5, "two", BOTH, 5), attribute(DATA, b"two"))
	return v.image()


def journalled(log):
	"""A volume with that log."""
	v = Volume(24)
	run = v.place(log)
	v.put(USER, standard(), name(5, "two", BOTH, 5), attribute(DATA, b"two"))
	system = v.system

	def with_log():
		system()
		del v.records[2]
		v.put(2, standard(), name(5, "$LogFile", BOTH, 5), elsewhere(DATA, [run], len(log)))
	v.system = with_log
	return v.image()


@lie("ntfs", "the journal .* was not replayed", "/two$")
def ntfs_journal():
	return journalled(restart(4, 0xFFFF, 2) + restart(5, 0, 0))


@lie("ntfs", "!the journal .* was not replayed", "/two$")
def ntfs_journal_written_back():
	return journalled(restart(5, 0xFFFF, 0) + restart(4, 0, 0))


@lie("ntfs", "!the journal .* was not replayed", "/two$")
def ntfs_journal_area_outside():
	return journalled(put(bytearray(restart(5, 0, 0)), 24, "H", 0xFFF0) + restart(6, 0, 0))


@lie("ntfs", "packed contents are damaged", "/one damaged", "/two$")
def ntfs_overlay_size():
	"""Far more chunks than there is room for."""
	v = Volume(24)
	overlaid(v, USER, "one", TEXT, 0, b"x" * 600)
	v.put(USER + 1, standard(), name(5, "two", BOTH, 5), attribute(DATA, b"two"))
	one = v.records[USER]
	at = struct.unpack_from("<H", one, 20)[0]
	while struct.unpack_from("<I", one, at)[0] != DATA:
		at += struct.unpack_from("<I", one, at + 4)[0]
	v.records[USER] = bytes(changed(one, at + 48, "Q", 1 << 60))
	return v.image()
