#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bFLT programs (src/code/flat.h): a program is compiled for ARM and Thumb, linked at 0 and made a bFLT of, as a converter would; the
functions, the calls and a text that only a relocated pointer leads to must be found, and it must be said for which processor it
was taken. What is damaged, or code of another processor, must be left alone. The last line sums up."""
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

TOP = pathlib.Path(os.environ.get("ASSAY_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
FOLDER = next((TOP / "build" / b / "tests" for b in ("test", "quick") if (TOP / "build" / b / "tests/code-one").exists()), None)
HEADER, BASE = 64, 0x60000000
SOURCE = r"""
extern char data_word[];
__attribute__((noinline)) int put(const char *s) { int n = 0; while (*s) n += *s++; return n; }
__attribute__((noinline)) int mix(int a) { return a * 31 + put("mixed"); }
__attribute__((noinline)) int twice(int a) { return mix(a) + mix(a + 7); }
const char *const greeting = "a text behind a pointer";
__attribute__((noinline)) int greet(void) { return put(*(const char *const volatile *)&greeting); }
int _start(void) { return twice(3) + greet() + mix(1) + put("ready"); }
"""
CASES = (("ARM", "arm-linux-gnueabihf-gcc", ["-marm"]), ("Thumb", "arm-linux-gnueabihf-gcc", ["-mthumb"]))


def build(compiler, flags, folder):
	"""The linked file's bytes as they stand in memory, the addresses of words to be relocated, the functions."""
	(folder / "a.c").write_text(SOURCE)
	elf = folder / "a.elf"
	subprocess.run([compiler, "-O1", "-w", "-nostdlib", "-static", "-ffreestanding", "-fno-pic", "-mword-relocations", *flags, "-Wl,-Ttext=0", "-Wl,-q",
		"-Wl,--build-id=none", "-o", elf, folder / "a.c"], check=True)
	read = lambda option: subprocess.run(["readelf", option, elf], capture_output=True, text=True, check=True).stdout
	memory, code_end = bytearray(), 0
	for name, kind, at, offset, size, flag in re.findall(
			r"^ *\[ *\d+\] (\S+) +(\w+) +([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+) [0-9a-f]{2} +(\w*A\w*) ", read("-SW"), re.M):
		at, offset, size = int(at, 16), int(offset, 16), int(size, 16)
		if kind != "PROGBITS" or at > 1 << 20:
			continue
		memory.extend(bytes(max(0, at + size - len(memory))))
		memory[at:at + size] = elf.read_bytes()[offset:offset + size]
		code_end = max(code_end, at + size) if "W" not in flag else code_end
	words = [int(a, 16) for a in re.findall(r"^([0-9a-f]+) +[0-9a-f]+ R_ARM_ABS32 ", read("-rW"), re.M) if int(a, 16) < len(memory)]
	functions = {n: int(v, 16) for v, n in re.findall(r"^ *\d+: ([0-9a-f]+) +\S+ FUNC .* (\w+)$", read("-sW"), re.M)}
	return memory, code_end, words, functions


def flat(memory, code_end, words, entry):
	data = (code_end + 3) & ~3
	memory = bytearray(memory)
	for at in words: # stored big-endian, whatever the processor
		memory[at:at + 4] = memory[at:at + 4][::-1]
	end = HEADER + len(memory)
	head = struct.pack(">4s10I", b"bFLT", 4, HEADER + (entry & ~1), HEADER + data, end, end + 256, 4096, end, len(words), 1, 0)
	return head.ljust(HEADER, b"\0") + memory + b"".join(struct.pack(">I", w) for w in words)


def run(tool, path, *more):
	done = subprocess.run([str(FOLDER / tool), str(path), *more], capture_output=True, timeout=60, check=False)
	return done.returncode, done.stdout.decode("latin-1")


def check(label, program, functions, path):
	path.write_bytes(program)
	faults = []
	said = run("inspect-one", path)[1]
	if "bFLT does not tell its processor: read as %s," % label not in said:
		faults.append("the processor is not said: " + said[:200])
	calls = run("code-one", path, "calls")[1]
	found = {int(a, 16) for a in re.findall(r"^([0-9a-f]+) [0-9a-f]+ by\d+", calls, re.M)}
	faults += ["no function %s" % n for n, at in functions.items() if (at & ~1) + HEADER + BASE not in found]
	faults += ["no text " + t for t in ("mixed", "ready", "a text behind a pointer") if '"%s"' % t not in calls]
	return faults


def left_alone(program, path):
	"""Damage, and code that no processor fits: it ends well, and says that it is not read or what it was taken for."""
	for what in (program[:70], program[:8] + b"\xff" * 56 + program[64:], program[:64] + bytes(len(program) - 64),
			program[:36] + struct.pack(">I", 4) + program[40:], program[:28] + b"\x7f" * 8 + program[36:]):
		path.write_bytes(what)
		status, said = run("inspect-one", path)
		if status != 0 or "bFLT" not in said:
			return ["damaged: %d %s" % (status, said[:200])]
	return []


def main():
	passed = failed = 0
	with tempfile.TemporaryDirectory() as folder:
		folder = pathlib.Path(folder)
		for label, compiler, flags in CASES:
			memory, code_end, words, functions = build(compiler, flags, folder)
			program = flat(memory, code_end, words, functions["_start"])
			for faults in (check(label, program, functions, folder / "a"), left_alone(program, folder / "b")):
				for fault in faults:
					print("%s: %s" % (label, fault))
				passed += not faults
				failed += bool(faults)
	print("%d passed, %d failed" % (passed, failed))
	return 1 if failed or not passed else 0


if __name__ == "__main__":
	sys.exit(main())
