# SPDX-License-Identifier: Apache-2.0
"""Kernels in little that keep their symbols, in each order and form of the tables; the whole ones are Debian's
(tests/writers/test_kallsyms.py)."""
import struct

from make import Golden, case, part, prop
from trees import lie, read

NAMES = ["T_text", "tlocal"] + ["%s%s_%d" % ("tTdDbB"[i % 6], ("init", "probe", "read", "exit")[i % 4], i) for i in range(900)]
NAMES[500] = "T" + "long_name_" * 20


def image(order, word, form, late):
	u16, u32, uword = order + "H", order + "I", order + ("Q" if word == 8 else "I")
	def align(data):
		return data + b"\0" * (-len(data) % word)
	tokens = [bytes([i]) for i in range(256)]
	for i, text in enumerate((b"init_", b"probe_", b"read_", b"exit_")):
		tokens[i] = text
	tokens = [b"" if t < b"!" and len(t) == 1 else t for t in tokens]
	table = b"".join(t + b"\0" for t in tokens)
	index, at = b"", 0
	for t in tokens:
		index += struct.pack(u16, at)
		at += len(t) + 1
	names, marks = b"", b""
	for i, name in enumerate(NAMES):
		if i % 256 == 0:
			marks += struct.pack(u32 if late else uword, len(names))
		packed = name.encode()
		for code in range(4):
			packed = packed.replace(tokens[code], bytes([code]))
		n = len(packed)
		names += (bytes([n]) if n < 128 else bytes([n & 127 | 128, n >> 7])) + packed
	base = 0xFFFFFFFF81000000 if word == 8 else 0x80100000
	places = [base + i * 24 for i in range(len(NAMES))]
	if form == "absolute":
		addresses = b"".join(struct.pack(uword, p) for p in places)
	elif form == "relative":
		addresses = align(b"".join(struct.pack(u32, p - base) for p in places)) + struct.pack(uword, base)
	else:
		places = [i * 8 for i in range(100)] + places[100:]
		addresses = align(b"".join(struct.pack(u32, p if i < 100 else 0xFFFFFFFF - (p - base))
			for i, p in enumerate(places))) + struct.pack(uword, base)
	count = align(struct.pack(u32, len(NAMES)))
	head = struct.pack("<II", 0x91005A4D, 0x14000000) + struct.pack("<QQQ", 0, 1 << 20, 10) + b"\0" * 24 + b"ARM\x64" + b"\0" * 4
	body = align(head + b"Linux version 6.6.0-golden (nobody@nowhere) (gcc 12) #1 SMP\0")
	pieces = (count, names, marks, table, index, addresses) if late else (addresses, count, names, marks, table, index)
	body += b"".join(align(p) for p in pieces) + b"\xee" * 64
	text = "".join("%0*x %s %s\n" % (word * 2, p, n[0], n[1:]) for p, n in zip(places, NAMES)).encode()
	return body, text


@case("linux_image")
def symbols():
	for name, order, word, form, late in (("kallsyms", "<", 8, "relative", False), ("kallsyms-late", "<", 8, "relative", True),
		("kallsyms-old", ">", 8, "absolute", False), ("kallsyms-32", ">", 4, "relative", True),
		("kallsyms-32-old", "<", 4, "absolute", False), ("kallsyms-signed", "<", 8, "relative, with a sign", True)):
		body, text = image(order, word, form, late)
		base = 0 if form == "absolute" else 0xFFFFFFFF81000000 if word == 8 else 0x80100000
		yield Golden("linux_image", name, body, part("kallsyms.txt", text), prop("kallsyms", "%d symbols, %d-bit, %s-endian, "
			"addresses %s, base 0x%x" % (len(NAMES), word * 8, "big" if order == ">" else "little", form, base)))


@lie("", "!type linux_image", "part .* /ikconfig")
def linux_image_larger_than_all():
	image = read("linux_image", "arm64")
	image[16:24] = b"\xff" * 8
	return image
