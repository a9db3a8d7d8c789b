# SPDX-License-Identifier: Apache-2.0
"""UF2 files from the published layout."""
import struct

from make import Golden, case, noise, part, prop


def blocks(data, base, family=None, size=256):
	pieces = [data[i:i + size] for i in range(0, len(data), size)]
	return [struct.pack("<8I476sI", 0x0A324655, 0x9E5D5157, 0x2000 if family else 0, base + i * size, len(p), i,
		len(pieces), family or 0, p, 0x0AB16F30) for i, p in enumerate(pieces)]


@case("uf2")
def files():
	a, b = noise(900, b"a"), noise(500, b"b")
	plain = blocks(a, 0x2000)
	yield Golden("uf2", "plain", b"".join(plain), part("0x00002000", a))
	two = blocks(a, 0x10000000, 0xE48BFF56) + blocks(b, 0x10000000, 0xE48BFF59, 476)
	yield Golden("uf2", "families", b"".join(two), part("family-0xe48bff56-0x10000000", a),
		part("family-0xe48bff59-0x10000000", b), prop("family", "0xe48bff56"))
	bad = plain[1][:508] + b"\0" * 4
	yield Golden("uf2", "damaged", plain[0] + bad + plain[2] + plain[3], part("0x00002000", a[:256]),
		part("0x00002200", a[512:]), ("lost", "a block is damaged"))
	yield Golden("uf2", "cut", b"".join(plain[:2]), part("0x00002000", a[:512]), ("lost", "blocks are missing at the end"))
