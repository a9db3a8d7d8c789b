# SPDX-License-Identifier: Apache-2.0
"""DMG from the published layout; tests/writers/test_dmg.py has 7-Zip and dmg2img read the same images."""
import base64
import bz2
import lzma
import struct
import sys
import zlib

from make import HERE, TEXT, Golden, case, noise, part, prop
from trees import lie

sys.path.append(str(HERE.parents[1] / "writers"))
import pypi  # noqa: E402

ZERO, PLAIN, IGNORE, ADC, ZLIB, BZIP2, LZFSE, XZ = 0, 1, 2, 0x80000004, 0x80000005, 0x80000006, 0x80000007, 0x80000008
REMARK, END = 0x7FFFFFFE, 0xFFFFFFFF
SECTOR = 512


def adc(data):
	"""Literals, and what stood before once more: by two bytes and by three."""
	out, i, start = b"", 0, 0

	def literals(upto):
		return b"".join(bytes([0x80 | len(p) - 1]) + p for p in (data[a:min(a + 128, upto)] for a in range(start, upto, 128)))
	while i < len(data):
		back = data.rfind(data[i:i + 5], max(0, i - 60000), i + 4) if i else -1
		if back < 0 or len(data) - i < 5:
			i += 1
			continue
		n = 5
		while n < 67 and i + n < len(data) and data[back + n] == data[i + n]:
			n += 1
		out += literals(i)
		away = i - back - 1
		if away < 1024 and n <= 18:
			out += bytes([(n - 3) << 2 | away >> 8, away & 0xFF])
		else:
			out += bytes([0x40 | n - 4]) + struct.pack(">H", away)
		i += n
		start = i
	return out + literals(len(data))


PACK = {PLAIN: bytes, ADC: adc, ZLIB: zlib.compress, BZIP2: bz2.compress, 0x80000009: lambda d: d[:99], XZ: lambda d: lzma.compress(d, check=lzma.CHECK_CRC32),
	LZFSE: lambda d: pypi.lzfse().compress(d)}


def sums(value):
	return struct.pack(">III", 2, 32, value).ljust(136, b"\0")


def table(first, data, at, kinds, step, remark=True):
	"""A partition's table and its chunks, which are of the kinds in turn; step: bytes of a chunk."""
	rows, body, summed = [], b"", 0
	pieces = [data[i:i + step] for i in range(0, len(data), step)]
	for i, piece in enumerate(pieces):
		kind = kinds[i % len(kinds)]
		kind = (ZERO if i % 2 else IGNORE) if not any(piece) else kind
		packed = b"" if kind in (ZERO, IGNORE) else PACK[kind](piece)
		summed = summed if kind == IGNORE else zlib.crc32(piece, summed)
		rows.append((kind, 0, i * step // SECTOR, len(piece) // SECTOR, at + len(body), len(packed)))
		body += packed
		if remark and i == 0:
			rows.append((REMARK, 0x2B626567, len(piece) // SECTOR, 0, at + len(body), 0))
	rows.append((END, 0, len(data) // SECTOR, 0, at + len(body), 0))
	head = b"mish" + struct.pack(">IQQQII", 1, first, len(data) // SECTOR, 0, step // SECTOR + 8, len(rows)).ljust(60, b"\0")
	return head + sums(summed) + struct.pack(">I", len(rows)) + b"".join(struct.pack(">IIQQQQ", *r) for r in rows), body


def plist(tables):
	rows = "".join("""
			<dict>
				<key>Attributes</key>
				<string>0x0050</string>
				<key>CFName</key>
				<string>%s</string>
				<key>Data</key>
				<data>
				%s</data>
				<key>ID</key>
				<string>%d</string>
				<key>Name</key>
				<string>%s</string>
			</dict>""" % (name, base64.encodebytes(raw).decode().replace("\n", "\n\t\t\t\t"), i - 1, name) for i, (name, raw) in enumerate(tables))
	return ("""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>resource-fork</key>
	<dict>
		<key>blkx</key>
		<array>%s
		</array>
		<key>plst</key>
		<array>
			<dict>
				<key>Attributes</key>
				<string>0x0050</string>
				<key>Data</key>
				<data>
				AAAA
				</data>
				<key>ID</key>
				<string>0</string>
				<key>Name</key>
				<string></string>
			</dict>
		</array>
	</dict>
</dict>
</plist>
""" % rows).encode()


def fork(tables):
	data, names, refs = b"", b"", b""
	for i, (name, raw) in enumerate(tables):
		refs += struct.pack(">hHII", i - 1, len(names), 0x50000000 | len(data), 0)
		names += bytes([len(name)]) + name.encode()
		data += struct.pack(">I", len(raw)) + raw
	types = struct.pack(">H4sHH4sHH", 1, b"blkx", len(tables) - 1, 18, b"plst", 0, 18 + 12 * len(tables))
	names_at = 28 + len(types) + len(refs) + 12
	refs += struct.pack(">hHII", 0, 0xFFFF, len(data), 0)
	data += struct.pack(">I", 3) + b"one"
	body = struct.pack(">HH", 28, names_at) + types + refs + names
	head = struct.pack(">IIII", 256, 256 + len(data), len(data), 24 + len(body))
	return head.ljust(256, b"\0") + data + head + bytes(8) + body


def dmg(parts, kinds=(ZLIB,), step=4096, by_fork=False, change=None):
	"""parts: (name, contents, whole sectors). change: of a table, before it is listed."""
	tables, body, first = [], b"", 0
	for name, data in parts:
		raw, packed = table(first, data, len(body), kinds, step)
		tables.append((name, change(raw) if change else raw))
		body += packed
		first += len(data) // SECTOR
	listed = fork(tables) if by_fork else plist(tables)
	where = (len(body), len(listed))
	tail = b"koly" + struct.pack(">IIIQQQQQII16s", 4, 512, 1, 0, 0, len(body), *(where if by_fork else (0, 0)), 1, 1, b"golden segment 1")
	tail += sums(zlib.crc32(body)) + struct.pack(">QQ", *((0, 0) if by_fork else where)) + bytes(120)
	tail += sums(zlib.crc32(b"".join(raw[72:76] for _, raw in tables))) + struct.pack(">IQ", 1, first)
	return body + listed + tail.ljust(512, b"\0")


def content(n=16):
	"""Sectors of text, zeros and noise."""
	return ((TEXT * 9)[:4096 * 3] + bytes(8192) + noise(4096) + (b"abc" * 2000)[:4096] + noise(4096, b"more"))[:n * 4096]


def encrypted(n=3000):
	head = b"encrcdsa" + struct.pack(">IIIIIII16sIQQI", 2, 16, 5, 0x80000001, 128, 91, 160, noise(16, b"uuid"), 512, n, 4096, 1)
	return head.ljust(4096, b"\0") + noise(-(-n // 512) * 512, b"secret")


@case("dmg")
def images():
	a, b = content(), noise(1024, b"b") + bytes(1024)
	parts = [("Driver Descriptor Map (DDM : 0)", b), ("disk image (Unknown : 1)", a)]
	told = [part(n, d) for n, d in parts]
	for name, kinds in (("zlib", (ZLIB,)), ("all", (PLAIN, ADC, ZLIB, BZIP2, XZ, LZFSE)), ("adc", (ADC,))):
		yield Golden("dmg", name, dmg(parts, kinds), *told, prop("sectors", (len(a) + len(b)) // 512))
	yield Golden("dmg", "fork", dmg(parts, by_fork=True), *told)
	volume = (HERE / "hfsplus/orphans.bin").read_bytes()
	yield Golden("dmg", "volume", dmg([("disk image (Apple_HFS : 4)", volume)], (BZIP2,)), part("disk image (Apple_HFS : 4)", volume))
	yield Golden("dmg", "encrypted", encrypted(), prop("key bits", 128), ("lost", "the disk image is encrypted"))
	image = bytearray(dmg(parts, (PLAIN,)))
	image[5000] ^= 1
	at = image.index(a[:64])
	hurt = bytearray(a)
	hurt[5000 - at] ^= 1
	yield Golden("dmg", "flipped", bytes(image), part(parts[0][0], b), part(parts[1][0], bytes(hurt)),
		("lost", "checksum of the data fork is wrong"), ("lost", "checksum of a partition is wrong"))
	yield Golden("dmg", "lzfse", dmg(parts, (LZFSE,)), *told)
	yield Golden("dmg", "unknown", dmg([("p", content(3))], (0x80000009,)), part("p", bytes(4096 * 3)),
		("lost", "chunks of an unknown kind: they read as zeros"))


def lying(at, format, *values, kinds=(ZLIB,), n=3):
	"""A partition of which one field of the table is another."""
	def change(raw):
		out = bytearray(raw)
		struct.pack_into(">" + format, out, at, *values)
		return bytes(out)
	return dmg([("p", content(n))], kinds, change=change)


def field(chunk, which):
	return 204 + 40 * chunk + {"kind": 0, "sector": 8, "n": 16, "at": 24, "packed": 32}[which]


@lie("dmg", "a chunk lies over the one before: it was left out", "/p damaged")
def dmg_overlap():
	return lying(field(2, "sector"), "Q", 1)


@lie("dmg", "chunks leave a gap", "/p damaged")
def dmg_gap():
	return lying(field(2, "sector"), "Q", 10)


@lie("dmg", "a chunk is impossibly large")
def dmg_large_chunk():
	return lying(field(2, "n"), "Q", 1 << 60)


@lie("dmg", "chunks end before their partition does", "limit|/p damaged")
def dmg_large_partition():
	return lying(16, "Q", 1 << 53)


@lie("dmg", "a partition's table makes no sense")
def dmg_partition_overflows():
	return lying(16, "Q", 1 << 60)


@lie("dmg", "a table of chunks is cut off")
def dmg_many_chunks():
	return dmg([("p", content(3))], change=lambda raw: raw[:200] + struct.pack(">I", 1 << 30) + raw[204:-80])


@lie("dmg", "a packed piece of the disk cannot be unpacked", "/p damaged")
def dmg_far_chunk():
	return lying(field(2, "at"), "Q", 1 << 62)


@lie("dmg", "a chunk has fewer bytes than its sectors", "/p damaged")
def dmg_short_plain():
	return lying(field(2, "packed"), "Q", 100, kinds=(PLAIN,))


@lie("dmg", "a chunk of a partition cannot be unpacked", "/p damaged")
def dmg_adc_before_start():
	image = bytearray(dmg([("p", content(3))], (ADC,)))
	image[0:3] = b"\x40\xff\xff"
	return image


@lie("dmg", "the image goes on in other files")
def dmg_segments():
	image = bytearray(dmg([("p", content(3))]))
	struct.pack_into(">I", image, len(image) - 512 + 60, 3)
	return image


@lie("dmg", "no table of partitions was found")
def dmg_no_list():
	return dmg([("p", content(3))]).replace(b"<key>blkx</key>", b"<key>blky</key>")


@lie("dmg", "the checksum over the partitions' checksums is wrong", "!checksum of a partition")
def dmg_master():
	image = bytearray(dmg([("p", content(3))]))
	image[-512 + 352 + 8] ^= 1
	return image


@lie("dmg", "a partition's table makes no sense|no table of partitions")
def dmg_fork_map():
	image = bytearray(dmg([("p", content(3))], by_fork=True))
	at = struct.unpack_from(">Q", image, len(image) - 512 + 40)[0]
	struct.pack_into(">I", image, at, 1 << 31)
	return image
