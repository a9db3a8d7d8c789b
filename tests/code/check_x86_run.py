#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the lifter of x86 says instructions do, against the processor: functions.c is compiled for 64 and 32 bits at every
level, each function is run through the operations (run-one), and must return what it returns when it is run.

One test is one level. With AVX2 and BMI a result may be unknown (vectors are followed in part), never another."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TOP = pathlib.Path(os.environ.get("ASSAY_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
SOURCE = TOP / "tests/code/functions.c"
LEVELS = ("-O0", "-O1", "-O2", "-O3", "-Os", "-O2 -march=haswell", "-O3 -march=skylake-avx512")
VALUES = ("0", "3", "10", "65537", "0x7fffffff", "0x80000000", "0xdeadbeef", "0xfffffff0")
FLAGS = ("-w -ffreestanding -fno-pic -fno-stack-protector -nostdlib -static -no-pie "
	"-Wl,-Ttext=0x400000,--build-id=none,-e,f_hash").split()
UNKNOWN = 50  # of a hundred results, where vectors are used
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


def check(folder, bits, level, wanted):
	elf, flat = folder / "functions.elf", folder / "functions.bin"
	call("gcc", "-m%d" % bits, *level.split(), *FLAGS, "-o", elf, SOURCE)
	call("objcopy", "-O", "binary", elf, flat)
	symbols = {name: at for at, _, name in re.findall(r"^(\S+) (\S) (\S+)$", call("nm", elf), re.M)}
	loaded = re.findall(r"\] \S+ +(?:PROGBITS|NOTE) +(\S+) \S+ \S+ \S+ +\S*A", call("readelf", "-SW", elf))
	base = min(int(at, 16) for at in loaded)
	wrong, unknown = [], 0
	for name, x, result in wanted:
		said = call(tool("run-one"), "x86_64" if bits == 64 else "i386", flat, base, "-", "0x" + symbols[name],
			"0x" + x).strip()
		if said.startswith("result unknown") or said.startswith("unknown"):
			unknown += 1
			if "march" in level:
				continue
		if said != result:
			wrong.append("%d %s: %s(%s) is %s, not %s" % (bits, level, name, x, result, said))
	print("%d %s: %d results, %d unknown, %d wrong" % (bits, level, len(wanted), unknown, len(wrong)))
	for line in wrong[:SHOWN]:
		print(line)
	return not wrong and unknown * 100 <= UNKNOWN * len(wanted)


def main():
	passed = failed = 0
	with tempfile.TemporaryDirectory() as name:
		folder = pathlib.Path(name)
		wanted = truth(folder)
		for bits in (64, 32):
			for level in LEVELS:
				fine = check(folder, bits, level, wanted)
				passed, failed = passed + fine, failed + (not fine)
	print("%d passed, %d failed" % (passed, failed))
	return 1 if failed else 0


if __name__ == "__main__":
	sys.exit(main())
