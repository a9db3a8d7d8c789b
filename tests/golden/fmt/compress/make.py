# SPDX-License-Identifier: Apache-2.0
"""compress, by ncompress."""
from make import TEXT, Golden, case, noise, part, prop, run
from trees import lie


@case("compress")
def compresses():
	def z(*options, data=TEXT):
		return run("compress", "-c", *options, input=data)
	yield Golden("compress", "plain", z(), part("*", TEXT), prop("longest code", 16))
	yield Golden("compress", "short-codes", z("-b", "10"), part("*", TEXT), prop("longest code", 10))
	yield Golden("compress", "nine", z("-b", "9", data=TEXT[:250]), part("*", TEXT[:250]), prop("longest code", 9))
	changing = TEXT * 4 + noise(3000) + TEXT * 2
	yield Golden("compress", "clearing", z("-b", "10", data=changing), part("*", changing))


@lie("compress", "lost .* the writer itself could not read what it wrote")
def compress_nine_bits():
	"""More codes of 9 bits than the table has room for: compress -d says "corrupt input" of what compress -b 9 writes then."""
	return b"\x1f\x9d\x89" + sum(b << 9 * i for i, b in enumerate(noise(600))).to_bytes(675, "little")
