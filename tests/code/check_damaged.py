#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Programs that are damaged or built to mislead the reader of machine code: it must end well, in bounded time.

usage: check_damaged.py

Takes the programs of tests/golden/ins/code (ARM, MIPS, x86-64). From each, by a fixed seed: bytes changed in the headers,
the dynamic segment and the code; the end cut off; addresses and sizes of segments made absurd; code that is all one
byte; a page of jumps into the middle of each other. One test is one file; nothing of it is run."""
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

TOP = pathlib.Path(os.environ.get("ASSAY_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
PROGRAMS = ("gate-armhf", "gate-mipsel", "gate-x86_64")
SECONDS = 60  # far more than any should take, sanitizers and a busy machine included
EACH = 12
PT_LOAD, PT_DYNAMIC, PF_X = 1, 2, 1


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


def main():
	passed = failed = 0
	with tempfile.TemporaryDirectory() as folder:
		path = pathlib.Path(folder) / "program"
		for name in PROGRAMS:
			for i, (what, data) in enumerate(damaged(name, (TOP / "tests/golden/ins/code" / name).read_bytes())):
				path.write_bytes(data)
				try:
					done = subprocess.run([tool(), path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=SECONDS, check=False)
					fine = done.returncode == 0 and b"status ok" in done.stdout
					said = done.stderr[-400:].decode("latin-1")
				except subprocess.TimeoutExpired:
					fine, said = False, "more than %d s" % SECONDS
				passed += fine
				failed += not fine
				if not fine:
					print("%s %d, %s: %s" % (name, i, what, said))
	print("%d passed, %d failed" % (passed, failed))
	return 1 if failed else 0


if __name__ == "__main__":
	sys.exit(main())
