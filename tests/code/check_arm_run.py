#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the lifters of A64, A32 and T32 say instructions do, against the processor: functions.c is compiled for each at every
level, each function is run through the operations (run-one), and must return what it returns when it is run here (its
results do not depend on the machine).

One test is one level. Where UNKNOWN says why, a result may be unknown; never another than the true one."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TOP = pathlib.Path(os.environ.get("ASSAY_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
SOURCE = TOP / "tests/code/functions.c"
LEVELS = ("-O0", "-O1", "-O2", "-O3", "-Os")
VALUES = ("0", "1", "3", "10", "31", "65537", "0x7fffffff", "0x80000000", "0xdeadbeef", "0xfffffff0")
# Lifter, mode, compiler options.
SETS = {
	"A64": ("aarch64", "-", ["--target=aarch64-linux-gnu"]),
	"A64 with atomics": ("aarch64", "-", ["--target=aarch64-linux-gnu", "-march=armv8.5-a"]),
	"A32": ("arm", "-", ["--target=arm-linux-gnueabihf", "-march=armv7ve", "-marm", "-mfpu=neon"]),
	"A32 of ARMv5TE": ("arm", "-", ["--target=arm-linux-gnueabi", "-march=armv5te", "-marm", "-mfloat-abi=soft"]),
	"T32": ("arm", "t", ["--target=arm-linux-gnueabihf", "-march=armv7ve", "-mthumb", "-mfpu=neon"]),
}
FLAGS = "-w -ffreestanding -fno-pic -fno-stack-protector -fno-vectorize -fno-slp-vectorize".split()
UNKNOWN = {
	("aarch64", "f_count"): "bits are counted in a vector register, which is not followed",
	("aarch64", "f_bitfield"): "a structure of 4 bytes is read as 8, of which 4 were never written",
}
SHOWN = 8


def call(*argv):
	return subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, text=True, check=True).stdout


def tool(name):
	for folder in ("build/test", "build/quick", "build"):
		path = TOP / folder / "tests" / name
		if path.exists():
			return path
	raise SystemExit("no %s: ./run test builds it" % name)


def truth(folder):
	call("gcc", "-O1", "-w", "-DWITH_MAIN", "-o", folder / "native", SOURCE)
	return [line.split() for line in call(folder / "native", *VALUES).splitlines()]


# What a compiler may call: memset and memcpy.
SUPPORT = """
void *memset(void *to, int c, __SIZE_TYPE__ n) { for (volatile char *p = to; n--;) *p++ = c; return to; }
void *memcpy(void *to, const void *from, __SIZE_TYPE__ n)
{ volatile char *p = to; const volatile char *q = from; while (n--) *p++ = *q++; return to; }
"""
ARM_SUPPORT = """
void *memset(void *, int, __SIZE_TYPE__); void *memcpy(void *, const void *, __SIZE_TYPE__);
void __aeabi_memset(void *to, __SIZE_TYPE__ n, int c) { memset(to, c, n); }
void __aeabi_memclr(void *to, __SIZE_TYPE__ n) { memset(to, 0, n); }
void __aeabi_memcpy(void *to, const void *from, __SIZE_TYPE__ n) { memcpy(to, from, n); }
void __aeabi_memset4(void *, __SIZE_TYPE__, int) __attribute__((alias("__aeabi_memset")));
void __aeabi_memset8(void *, __SIZE_TYPE__, int) __attribute__((alias("__aeabi_memset")));
void __aeabi_memclr4(void *, __SIZE_TYPE__) __attribute__((alias("__aeabi_memclr")));
void __aeabi_memclr8(void *, __SIZE_TYPE__) __attribute__((alias("__aeabi_memclr")));
void __aeabi_memcpy4(void *, const void *, __SIZE_TYPE__) __attribute__((alias("__aeabi_memcpy")));
void __aeabi_memcpy8(void *, const void *, __SIZE_TYPE__) __attribute__((alias("__aeabi_memcpy")));
unsigned long long __aeabi_uidivmod(unsigned a, unsigned b)
{
	unsigned q = 0, r = 0;
	for (int i = 31; i >= 0; i--) {
		r = r << 1 | (a >> i & 1);
		if (r >= b)
			r -= b, q |= 1u << i;
	}
	return (unsigned long long)r << 32 | q;
}
unsigned __aeabi_uidiv(unsigned a, unsigned b) { return __aeabi_uidivmod(a, b); }
unsigned long long __aeabi_idivmod(int a, int b)
{
	unsigned long long u = __aeabi_uidivmod(a < 0 ? -(unsigned)a : a, b < 0 ? -(unsigned)b : b);
	unsigned q = u, r = u >> 32;
	return (unsigned long long)(a < 0 ? -r : r) << 32 | ((a ^ b) < 0 ? -q : q);
}
int __aeabi_idiv(int a, int b) { return __aeabi_idivmod(a, b); }
"""


def build(folder, options, level):
	"""A flat image from 0x10000 on, and where its functions are."""
	elf, flat, support = folder / "functions.elf", folder / "functions.bin", folder / "support.c"
	support.write_text(SUPPORT + (ARM_SUPPORT if "arm-" in options[0] else ""))
	objects = []
	for source in (SOURCE, support):
		objects.append(folder / (source.stem + ".o"))
		call("clang", *options, level, *FLAGS, "-c", "-o", objects[-1], source)
	call("ld.lld", "-static", "--image-base=0x10000", "-N", "-Ttext=0x10000", "-e", "f_hash", "-o", elf, *objects)
	call("llvm-objcopy", "-O", "binary", elf, flat)
	return flat, dict(reversed(line.split()[::2]) for line in call("llvm-nm", elf).splitlines() if len(line.split()) == 3)


def check(folder, name, level, wanted):
	lifter, mode, options = SETS[name]
	flat, symbols = build(folder, options, level)
	wrong, unknown = [], 0
	for function, x, result in wanted:
		at = int(symbols[function], 16) & ~1
		said = call(tool("run-one"), lifter, flat, "0x10000", mode, hex(at), "0x" + x).strip()
		if "unknown" in said and (lifter, function) in UNKNOWN:
			unknown += 1
		elif not re.fullmatch("[0-9a-f]+", said) or int(said, 16) & 0xffffffff != int(result, 16):
			wrong.append("%s %s: %s(%s) is %s, not %s" % (name, level, function, x, result, said))
	print("%s %s: %d results, %d unknown, %d wrong" % (name, level, len(wanted), unknown, len(wrong)))
	for line in wrong[:SHOWN]:
		print(line)
	return not wrong and len(wanted) > 100


def main():
	passed = failed = 0
	with tempfile.TemporaryDirectory() as name:
		folder = pathlib.Path(name)
		wanted = truth(folder)
		for name in SETS:
			for level in LEVELS:
				fine = check(folder, name, level, wanted)
				passed, failed = passed + fine, failed + (not fine)
	print("%d passed, %d failed" % (passed, failed))
	return 1 if failed else 0


if __name__ == "__main__":
	sys.exit(main())
