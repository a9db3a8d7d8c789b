#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Programs that are damaged or built to mislead the reader of machine code: it must end well, in bounded time.

usage: check_damaged.py

Takes the programs of tests/golden/ins/code (ARM, MIPS, x86-64). From each, by a fixed seed: bytes changed in the headers,
the dynamic segment and the code; the end cut off; addresses and sizes of segments made absurd; code that is all one
byte; a page of jumps into the middle of each other. From the kernel modules there: bytes changed in the table of sections, the
relocations and the symbols; sections that overlap, are all the same, are huge without bytes; relocations without end; many
sections. Then programs made for it: of linkage stubs alone, with sections that overlap or are without number, of calls
alone. One test is one file; nothing of it is run."""
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

TOP = pathlib.Path(os.environ.get("ASSAY_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
PROGRAMS = ("gate-armhf", "gate-mipsel", "gate-x86_64")
MODULES = ("gate-mipsel.ko", "gate-x86_64.ko")
FLATS = ("flat-arm", "flat-thumb")
BLOBS = ("blob-aarch64",)
SECONDS = 60  # far more than any should take, sanitizers and a busy machine included
EACH = 12
PT_LOAD, PT_DYNAMIC, PF_X = 1, 2, 1
SYMTAB, RELA, NOBITS, REL = 2, 4, 8, 9
ABSURD = (0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffff000)
CODE = 0x1000 # where it stands in programs that are made here


def tool():
	for folder in ("build/test", "build/quick"):
		path = TOP / folder / "tests/inspect-one"
		if path.exists():
			return path
	raise SystemExit("no inspect-one: ./run test builds it")


def segments(data):
	"""(place of the header, type, flags, offset, size in the file) of each."""
	wide = data[4] == 2
	at, = struct.unpack_from("<Q" if wide else "<I", data, 32 if wide else 28)
	size, n = struct.unpack_from("<HH", data, 54 if wide else 42)
	for i in range(n):
		p = at + i * size
		kind, = struct.unpack_from("<I", data, p)
		flags, = struct.unpack_from("<I", data, p + (4 if wide else 24))
		offset, = struct.unpack_from("<Q" if wide else "<I", data, p + (8 if wide else 4))
		length, = struct.unpack_from("<Q" if wide else "<I", data, p + (32 if wide else 16))
		yield p, kind, flags, offset, length


def flip(data, rng, start, length, n):
	out = bytearray(data)
	for _ in range(n):
		out[start + rng.randrange(max(1, min(length, len(data) - start)))] = rng.randrange(256)
	return bytes(out)


def absurd(data, rng):
	out = bytearray(data)
	p, *_ = rng.choice(list(segments(data)))
	for i in range(4, 32, 4):
		if rng.random() < 0.4:
			struct.pack_into("<I", out, p + i, rng.choice((0, 1, 0x7fffffff, 0xffffffff, 0xfffff000, len(data) - 1)))
	return bytes(out)


def fill(data, start, length, piece):
	return data[:start] + (piece * (length // len(piece) + 1))[:length] + data[start + length:]


def damaged(name, data):
	rng = random.Random(name)
	code = next((o, n) for _, kind, flags, o, n in segments(data) if kind == PT_LOAD and flags & PF_X)
	dynamic = next((o, n) for _, kind, _, o, n in segments(data) if kind == PT_DYNAMIC)
	for i in range(EACH):
		yield "headers", flip(data, rng, 16, 400, 4)
		yield "dynamic", flip(data, rng, *dynamic, 6)
		yield "code", flip(data, rng, *code, 40)
		yield "cut", data[:rng.randrange(52, len(data))]
		yield "absurd", absurd(data, rng)
	text = code[0] + code[1] // 4, code[1] // 2
	for piece in (b"\0", b"\xff", b"\xeb\xff", b"\xe8\xfb\xff\xff\xff", b"\xfe\xe7", b"\xff\xf7\xfe\xff", b"\xff\xff\x00\x10",
			b"\x74\x01\xeb\xfd", bytes(range(256))):
		yield "filled with " + piece[:5].hex(), fill(data, *text, piece)
	yield "dynamic segment that is its own string table", fill(data, *dynamic, struct.pack("<QQ", 5, dynamic[0]))


class Sections:
	"""The table of sections of a module, to be changed."""
	def __init__(self, data):
		self.data, self.wide = bytearray(data), data[4] == 2
		self.at, = struct.unpack_from("<Q" if self.wide else "<I", data, 40 if self.wide else 32)
		self.size, self.n = struct.unpack_from("<HH", data, 58 if self.wide else 46)
		self.word = "<Q" if self.wide else "<I"
		self.places = (4, 8, 24, 32, 44, 48) if self.wide else (4, 8, 16, 20, 28, 32)  # type, flags, offset, size, info, alignment

	def get(self, i, field):
		return struct.unpack_from("<I" if field in (0, 4) else self.word, self.data, self.at + i * self.size + self.places[field])[0]

	def put(self, i, field, value):
		struct.pack_into("<I" if field in (0, 4) else self.word, self.data, self.at + i * self.size + self.places[field],
			value & (0xffffffff if field in (0, 4) or not self.wide else 0xffffffffffffffff))

	def typed(self, *types):
		return [i for i in range(self.n) if self.get(i, 0) in types]

	def range(self, i):
		return self.get(i, 2), self.get(i, 3)


def many_sections(data):
	"""Every section a program of 65,000 may have, all of them the same code."""
	s = Sections(data)
	one = next(i for i in range(s.n) if s.get(i, 1) & 4 and s.get(i, 3) > 0)
	entry = bytes(s.data[s.at + one * s.size:s.at + (one + 1) * s.size])
	out = bytearray(s.data) + bytes(s.data[s.at:s.at + s.n * s.size]) + entry * (65000 - s.n)
	struct.pack_into(s.word, out, 40 if s.wide else 32, len(s.data))
	struct.pack_into("<H", out, 60 if s.wide else 48, 65000)
	return bytes(out)


def endless_relocations(data):
	"""Tables of relocations that all are the whole file, for the same code."""
	s = Sections(data)
	code = next(i for i in range(s.n) if s.get(i, 1) & 4 and s.get(i, 3) > 0)
	for i in range(1, s.n):
		if i != code and s.get(i, 0) not in (SYMTAB, 3):
			for field, value in ((0, RELA if s.wide else REL), (1, 0), (2, 0), (3, len(s.data)), (4, code)):
				s.put(i, field, value)
	return bytes(s.data)


def damaged_module(name, data):
	rng = random.Random(name)
	plain = Sections(data)
	tables, symbols = plain.typed(REL, RELA), plain.typed(SYMTAB)
	for _ in range(EACH):
		yield "headers", flip(data, rng, 16, 48, 4)
		yield "sections", flip(data, rng, plain.at, plain.n * plain.size, 8)
		yield "relocations", flip(data, rng, *plain.range(rng.choice(tables)), 30)
		yield "symbols", flip(data, rng, *plain.range(symbols[0]), 20)
		yield "cut", data[:rng.randrange(52, len(data))]
		s = Sections(data)
		for i in range(1, s.n):
			if rng.random() < 0.3:
				s.put(i, rng.randrange(6), rng.choice((*ABSURD, s.at, len(data) - 1)))
		yield "absurd sections", bytes(s.data)
		s = Sections(data)
		first = s.range(1)
		for i in range(2, s.n):
			if s.get(i, 0) not in (SYMTAB, 3, REL, RELA):
				s.put(i, 2, first[0] + rng.randrange(-8, 8))
				s.put(i, 3, max(1, first[1] + rng.randrange(-8, 8)))
		yield "sections that overlap", bytes(s.data)
		s = Sections(data)
		for i in range(1, s.n):
			if s.get(i, 0) not in (SYMTAB, 3, REL, RELA) and rng.random() < 0.5:
				s.put(i, 0, NOBITS)
				s.put(i, 3, rng.choice((1 << 20, 33 << 20, *ABSURD)))
				s.put(i, 5, rng.choice((1, 4096, 3, *ABSURD)))
		yield "sections without bytes", bytes(s.data)
		s = Sections(data)
		for at in range(*(lambda o, n: (o, o + n - 24, 24 if s.wide else 8))(*s.range(tables[0]))):
			struct.pack_into(s.word, s.data, at, rng.choice((0, 1, 3, first[1] - 1, first[1] - 2, first[1], *ABSURD)))
		yield "relocations outside", bytes(s.data)
	yield "many sections", many_sections(data)
	yield "relocations without end", endless_relocations(data)


def damaged_flat(name, data):
	rng = random.Random(name)
	relocations, = struct.unpack_from(">I", data, 28)
	for _ in range(EACH):
		yield "header", flip(data, rng, 4, 60, 3)
		yield "code", flip(data, rng, 64, relocations - 64, 20)
		yield "relocations", flip(data, rng, relocations, len(data) - relocations, 4)
		yield "cut", data[:rng.randrange(8, len(data))]
	for field in range(8, 40, 4): # entry, ends of the parts, stack, relocations and their number, flags
		for value in (0, 1, 63, len(data), 0x7fffffff, 0xffffffff):
			yield "field at %d is %#x" % (field, value), fill(data, field, 4, struct.pack(">I", value))


def damaged_blob(name, data):
	rng = random.Random(name)
	for _ in range(EACH):
		yield "bytes", flip(data, rng, 0, len(data), 40)
		yield "cut", data[:rng.randrange(8, len(data))]
		yield "moved", data[rng.randrange(1, 64):]
	yield "backwards", data[::-1]


def without_code(data):
	"""Section headers that call no code code, though it is there, and run."""
	s = Sections(data)
	for i in range(s.n):
		if s.get(i, 1) & 4 and s.get(i, 3) > 300:
			s.put(i, 1, s.get(i, 1) & ~4)
	return bytes(s.data)


def cases():
	folder = TOP / "tests/golden/ins/code"
	for names, damage in ((PROGRAMS, damaged), (MODULES, damaged_module), (FLATS, damaged_flat), (BLOBS, damaged_blob)):
		for name in names:
			for i, (what, data) in enumerate(damage(name, (folder / name).read_bytes())):
				yield "%s %d, %s" % (name, i, what), data, b"status ok"
	for name in PROGRAMS: # what is hidden there is found all the same
		yield name + ", sections deny the code", without_code((folder / name).read_bytes()), b"xmlset_roodkcableoj28840ybtide"
	for what, data, wanted in built():
		yield what, data, wanted


def elf(code, segments=(), sections=(), entry=0):
	"""A library for x86-64: code at CODE, other segments (type, address, data), sections of code (address, bytes)."""
	loads = [(PT_LOAD, CODE, code), *segments]
	body, table, at = bytearray(), b"", 64 + 56 * len(loads)
	for kind, addr, data in loads:
		body += bytes((addr - at - len(body)) % 4096)
		flags = 5 if addr == CODE else 6
		table += struct.pack("<IIQQQQQQ", kind, flags, at + len(body), addr, addr, len(data), len(data), 4096)
		body += data
	start = at + (CODE - at) % 4096 # of the code in the file
	listed = bytes(64) + b"".join(struct.pack("<IIQQQQIIQQ", 0, 1, 6, addr, start + addr - CODE, n, 0, 0, 1, 0)
		for addr, n in sections)
	head = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, entry or CODE, 64, at + len(body) if sections else 0,
		0, 64, 56, len(loads), 64, len(sections) + 1 if sections else 0, 0)
	return head + table + body + (listed if sections else b"")


def stubs(n):
	"""n functions that are linkage stubs: none of them is the program's own."""
	slots, tables = 0x300000, 0x200000
	code = b"".join(b"\xff\x25" + struct.pack("<i", slots + 8 * i - (CODE + 16 * i + 6)) + b"\x90" * 10 for i in range(n))
	symbols = bytes(24) + struct.pack("<IBBHQQ", 1, 0x12, 0, 0, 0, 0)
	symbols += b"".join(struct.pack("<IBBHQQ", 8, 0x12, 0, 1, CODE + 16 * i, 6) for i in range(n))
	parts = [symbols, b"\0system\0f\0".ljust(16, b"\0"), b"", struct.pack("<II", 1, n + 2) + bytes(8)]
	parts[2] = b"".join(struct.pack("<QQq", slots + 8 * i, 1 << 32 | 7, 0) for i in range(n)) + bytes(8 * (n & 1))
	at = [tables + sum(map(len, parts[:i])) for i in range(5)]
	dynamic = b"".join(struct.pack("<QQ", *pair) for pair in
		((4, at[3]), (6, at[0]), (5, at[1]), (10, 16), (23, at[2]), (2, 24 * n), (20, 7), (0, 0)))
	data = b"".join(parts) + dynamic
	return elf(code, [(PT_LOAD, tables, data), (PT_LOAD, slots, bytes(8 * n)), (PT_DYNAMIC, at[4], dynamic)])


def built():
	"""(what, program, what must be said of it)"""
	one = (b"\x55\x48\x89\xe5\xe8\0\0\0\0" + b"\x90" * 20 + b"\x5d\xc3").ljust(32, b"\xcc")
	code = one * 20000
	yield "nothing but linkage stubs", stubs(20000), b"functions=0"
	yield "sections that overlap", elf(code, sections=[(CODE, len(code))] * 20000), b"functions=20000"
	yield "sections in each other", elf(code, sections=[(CODE + 32 * i, len(code) - 32 * i) for i in range(20000)]), b"functions=20000"
	yield "sections without number", elf(code, sections=[(CODE + 32 * i, 31) for i in range(20000)]), b"functions=20000"
	away = (b"\xe8" + struct.pack("<i", 32 * 1000 - 5) + b"\xc3").ljust(32, b"\xcc") + one * 999 # which calls what follows
	yield "a call out of a thousand sections", elf(away + one, sections=[(CODE + 32 * i, 32) for i in range(1000)]), b"not believed"
	calls = b"".join(b"\xe8" + struct.pack("<i", -5 * i - 5) for i in range(200000)) + b"\xc3"
	yield "a function that calls itself 200,000 times", elf(calls), b"instructions=200001"
	yield "data that leads into the code everywhere", words_into_code(1 << 20, 1 << 21), b"a limit was reached"
	yield "a blob in which everything fits everywhere", blob_of_fits(), b"address could not be told"


def words_into_code(n, words):
	"""A program for AArch64 at a fixed address: n instructions, all but the first of them none, and words of data that lead there."""
	code = struct.pack("<I", 0xd65f03c0) + bytes(4 * n - 4)
	data = b"".join(struct.pack("<Q", CODE + 4 * (1 + i % (n - 1))) for i in range(words))
	file = bytearray(elf(code, [(PT_LOAD, 0x1000000, data)]))
	file[16:20] = struct.pack("<HH", 2, 183) # executable, AArch64
	return bytes(file)


def blob_of_fits():
	"""Bare code of AArch64: a function at the begin of each page, each called from another, and addresses of pages that nobody has."""
	rng, pages = random.Random(1), 2048
	goals, code = rng.sample(range(pages), pages), b""
	for i, goal in enumerate(goals):
		idle = rng.randrange(1, 1000)
		call = 0x94000000 | ((goal - i) * 1024 - 1 - idle) & 0x3ffffff
		code += (struct.pack("<I", 0xa9bf7bfd) + b"\x1f\x20\x03\xd5" * idle + struct.pack("<3I", call, 0xa8c17bfd, 0xd65f03c0)).ljust(4096, b"\0")
	return code + b"".join(struct.pack("<Q", 0x80000000 + 4096 * 3 * i) for i in range(1 << 17))


def main():
	passed = failed = 0
	with tempfile.TemporaryDirectory() as folder:
		path = pathlib.Path(folder) / "program"
		for label, data, wanted in cases():
			path.write_bytes(data)
			try:
				done = subprocess.run([tool(), path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=SECONDS, check=False)
				fine = done.returncode == 0 and b"status ok" in done.stdout and wanted in done.stdout
				said = done.stderr[-400:].decode("latin-1")
			except subprocess.TimeoutExpired:
				fine, said = False, "more than %d s" % SECONDS
			passed += fine
			failed += not fine
			if not fine:
				print("%s: %s" % (label, said))
	print("%d passed, %d failed" % (passed, failed))
	return 1 if failed else 0


if __name__ == "__main__":
	sys.exit(main())
