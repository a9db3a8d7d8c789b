# SPDX-License-Identifier: Apache-2.0
"""Dumps of NAND flash: pages with their out-of-band bytes behind each, from the published layouts and codes. The code is
computed bit by bit as its definition says, for a reader that does it otherwise."""
import random


def hamming(data, smart=False):
	"""Three bytes for 256 or 512 bytes of data."""
	ones = [(i, bit) for i, b in enumerate(data) for bit in range(8) if b >> bit & 1]
	line = [sum(1 for i, _ in ones if (i >> k // 2 & 1) == (k & 1)) & 1 ^ 1 for k in range(18)]
	column = [sum(1 for _, bit in ones if (bit >> k // 2 & 1) == (k & 1)) & 1 ^ 1 for k in range(6)]
	number = lambda bits: sum(b << i for i, b in enumerate(bits))
	low, high = number(line[:8]), number(line[8:16])
	last = number(column) << 2 | (number(line[16:]) if len(data) > 256 else 3)
	return bytes((low, high, last) if smart else (high, low, last))


LINUX = {16: (0, 1, 2, 3, 6, 7), 64: range(40, 64), 128: range(80, 128)}
SMART = {16: (13, 14, 15, 8, 9, 10)}


def linux(spare=64, step=256, base=b"", places=None, smart=False):
	"""How Linux fills out-of-band bytes for its own codes; base: what else stands in them."""
	places = list(places or LINUX[spare])

	def fill(page, _):
		out = bytearray(base.ljust(spare, b"\xff"))
		codes = b"".join(hamming(page[at:at + step], smart) for at in range(0, len(page), step))
		for at, b in zip(places, codes):
			out[at] = b
		return bytes(out)
	return fill


def smartmedia():
	"""Byte 4 and 5: state of the page and the block; 6 and 7, 11 and 12: the logical block, here left out."""
	return linux(16, places=SMART[16], smart=True)


def bch(spare=64, at=2, n=52, seed=1):
	"""A code that only its length and its looks are right of: as good as random."""
	def fill(page, _):
		dice = random.Random(page + bytes([seed]))
		return b"\xff" * at + dice.randbytes(n) + b"\xff" * (spare - at - n)
	return fill


def dump(image, page=2048, fill=None, spare=64, erased=b"\xff"):
	"""image in pages, each with its out-of-band bytes; erased pages have erased ones."""
	fill = fill or linux(spare)
	image += erased * (-len(image) % page)
	out = []
	for n, at in enumerate(range(0, len(image), page)):
		data = image[at:at + page]
		out.append(data + (b"\xff" * spare if data.count(0xff) == page else fill(data, n)))
	return b"".join(out)
