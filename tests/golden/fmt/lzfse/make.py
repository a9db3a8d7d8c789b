# SPDX-License-Identifier: Apache-2.0
"""LZFSE, by Apple's own program (a package of PyPI that tests/writers/pypi.py installs). It never writes blocks with plain
tables: these are made from its own, whose tables are unpacked; and LZVN it writes by few codes only: random ones are made."""
import struct
import sys

from make import HERE, TEXT, Golden, case, noise, part
from trees import lie

sys.path.append(str(HERE.parents[1] / "writers"))
import pypi  # noqa: E402

SYMBOLS = 20 + 20 + 64 + 256


def unpack_tables(packed):
	bits, out = int.from_bytes(packed, "little"), []
	for _ in range(SYMBOLS if packed else 0):
		for mask, value, n, base, shift, width in ((1, 0, 2, 0, 1, 1), (3, 1, 3, 2, 2, 1), (7, 3, 5, 4, 3, 2), (15, 7, 8, 8, 4, 4), (15, 15, 14, 24, 4, 10)):
			if bits & mask == value:
				out.append(base + (bits >> shift & (1 << width) - 1))
				bits >>= n
				break
	return out or [0] * SYMBOLS


def plain_tables(stream):
	"""The same stream, with bvx1 for each bvx2."""
	at, out = 0, b""
	while stream[at:at + 4] != b"bvx$":
		kind, size = stream[at:at + 4], struct.unpack_from("<I", stream, at + 4)[0]
		if kind != b"bvx2":
			n = 8 + size if kind == b"bvx-" else 12 + struct.unpack_from("<I", stream, at + 8)[0]
			out += stream[at:at + n]
			at += n
			continue
		one, two, three = struct.unpack_from("<QQQ", stream, at + 8)
		literals, packed, matches = (one >> s & 0xFFFFF for s in (0, 20, 40))
		states, packed_matches = [two >> 10 * i & 0x3FF for i in range(4)], two >> 40 & 0xFFFFF
		head, more = three & 0xFFFFFFFF, [three >> s & 0x3FF for s in (32, 42, 52)]
		out += struct.pack("<4s6Ii4Hi3H", b"bvx1", size, packed + packed_matches, literals, matches, packed, packed_matches, (one >> 60 & 7) - 7,
			*states, (two >> 60 & 7) - 7, *more)
		out += struct.pack("<%dH" % SYMBOLS, *unpack_tables(stream[at + 32:at + head])) + bytes(2)
		out += stream[at + head:at + head + packed + packed_matches]
		at += head + packed + packed_matches
	return out + stream[at:]


def random_lzvn(dice, n=400):
	"""A block of LZVN with every kind of code, and what it stands for."""
	data, packed, back = bytearray(), b"", 0

	def literals(n):
		some = dice.randbytes(n)
		data.extend(some)
		return some

	def again(far, n):
		for _ in range(n):
			data.append(data[-far])
	packed += b"\xe9" + literals(9)
	for _ in range(n):
		kind, few = dice.randrange(9), dice.randrange(4)
		m = dice.randrange(3, (11, 9, 7, 5)[few])  # of more of both, the code means something else
		far = dice.randrange(1, len(data) + 1)
		if kind == 0 and far < 6 << 8:  # short
			packed += bytes([few << 6 | m - 3 << 3 | far >> 8, far & 255]) + literals(few)
		elif kind == 1 and far < 1 << 14:
			m = dice.randrange(3, 35)
			packed += bytes([0xA0 | few << 3 | m - 3 >> 2]) + struct.pack("<H", far << 2 | m - 3 & 3) + literals(few)
		elif kind == 2 and far < 1 << 16:
			packed += bytes([few << 6 | m - 3 << 3 | 7]) + struct.pack("<H", far) + literals(few)
		elif kind == 3 and back:
			few, far = dice.randrange(1, 4), back
			m = dice.randrange(3, (9, 7, 5)[few - 1])
			packed += bytes([few << 6 | m - 3 << 3 | 6]) + literals(few)
		elif kind == 4 and back:
			m, far = dice.randrange(1, 16), back
			packed += bytes([0xF0 | m])
		elif kind == 5 and back:
			m, far = dice.randrange(16, 272), back
			packed += bytes([0xF0, m - 16])
		elif kind == 6:
			few = dice.randrange(1, 16)
			packed += bytes([0xE0 | few]) + literals(few)
			continue
		elif kind == 7:
			few = dice.randrange(16, 60)
			packed += bytes([0xE0, few - 16]) + literals(few)
			continue
		else:
			packed += dice.choice((b"\x0e", b"\x16"))
			continue
		again(far, m)
		back = far
	packed += b"\6" + bytes(7)
	return b"bvxn" + struct.pack("<II", len(data), len(packed)) + packed + b"bvx$", bytes(data)


@case("lzfse")
def streams():
	pack = pypi.lzfse().compress
	large = (TEXT + noise(3000)) * 3
	yield Golden("lzfse", "plain", pack(b"hello"), part("*", b"hello"))
	yield Golden("lzfse", "lzvn", pack(TEXT[:2000]), part("*", TEXT[:2000]))
	yield Golden("lzfse", "lzfse", pack(TEXT * 2), part("*", TEXT * 2))
	yield Golden("lzfse", "noise", pack(large), part("*", large))
	yield Golden("lzfse", "tables", plain_tables(pack(TEXT * 2)), part("*", TEXT * 2))


def image(name):
	return bytearray((HERE / "lzfse" / (name + ".bin")).read_bytes())


def changed(name, at, format, *values):
	out = image(name)
	struct.pack_into("<" + format, out, at, *values)
	return out


DAMAGED = "compressed data is damaged or cut off"


@lie("lzfse", DAMAGED)
def lzfse_more_than_it_says():
	return changed("lzfse", 4, "I", 100)


@lie("lzfse", DAMAGED)
def lzfse_less_than_it_says():
	return changed("lzfse", 4, "I", 1 << 31)


@lie("lzfse", DAMAGED)
def lzfse_lzvn_from_before():
	"""A match further back than there is anything."""
	return changed("lzvn", 12, "BBB", 0x07, 0xFF, 0xFF)


@lie("lzfse", DAMAGED)
def lzfse_lzvn_no_end():
	return changed("lzvn", 4, "I", 1 << 31)


@lie("lzfse", DAMAGED)
def lzfse_tables_too_full():
	return changed("tables", 50, "H", 0xFFFF)


@lie("lzfse", DAMAGED)
def lzfse_bad_state():
	return changed("tables", 32, "H", 0xFFFF)


@lie("", "!type lzfse")
def lzfse_packed_too_long():
	return changed("tables", 20, "I", 1 << 30)


@lie("", "type data|type raw", "!type lzfse")
def lzfse_long_plain():
	"""As it is, and longer than the file: no other bytes say that it is one."""
	return changed("plain", 4, "I", 1 << 30)


@lie("", "!type lzfse")
def lzfse_magics():
	"""The magics side by side, as a program holds them."""
	return b"bvx-bvx1bvx2bvxnbvx$" * 50
