#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What operations mean: run_risc.c, compiled for MIPS, PowerPC and RISC-V at several levels of optimisation, is run by
qemu and, from the lifters' operations, by the machine. Each result must be the same.

usage: check_risc_run.py [SET...]

One test is one result of one program."""
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

TOP = pathlib.Path(os.environ.get("ASSAY_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
SOURCE = TOP / "tests/code/run_risc.c"
COUNT = 32
LEVELS = ("-O0", "-O1", "-O2", "-Os", "-O3")

MIPS = ["-fno-pic", "-mno-abicalls", "-G0"]

# Operations on single bits of PowerPC's condition register are not followed: the compiler is told to do without.
# Set: lifter, mode, target, options, emulator, its options, numbers of write and exit.
SETS = {
	"mips": ("mips", "b", "mips-linux-gnu", ["-march=mips32r2", *MIPS], "mips", [], (4004, 4001)),
	"mipsel": ("mips", "-", "mipsel-linux-gnu", ["-march=mips32", *MIPS], "mipsel", [], (4004, 4001)),
	"mips2": ("mips", "b", "mips-linux-gnu", ["-march=mips2", *MIPS], "mips", [], (4004, 4001)),
	"mipsr6": ("mips", "6", "mipsel-linux-gnu", ["-march=mips32r6", *MIPS], "mipsel",
		["-cpu", "mips32r6-generic"], (4004, 4001)),
	"mips64": ("mips64", "wb", "mips64-linux-gnuabi64", ["-march=mips64r2", *MIPS], "mips64", [], (5001, 5058)),
	"mips64el": ("mips64", "w", "mips64el-linux-gnuabi64", ["-march=mips3", *MIPS], "mips64el", [], (5001, 5058)),
	"mips64r6el": ("mips64", "w6", "mips64el-linux-gnuabi64", ["-march=mips64r6", *MIPS], "mips64el",
		["-cpu", "I6400"], (5001, 5058)),
	"powerpc": ("powerpc", "b", "powerpc-linux-gnu", ["-fno-pic", "-mno-crbits"], "ppc", [], (4, 1)),
	"ppc64": ("powerpc64", "wb", "powerpc64-linux-musl", ["-mcpu=970", "-mno-crbits"], "ppc64", [], (4, 1)),
	"ppc64el": ("powerpc64", "w", "powerpc64le-linux-gnu", ["-mcpu=pwr8", "-mno-crbits"], "ppc64le", [], (4, 1)),
	"ppc64el-9": ("powerpc64", "w", "powerpc64le-linux-gnu", ["-mcpu=pwr9", "-mno-crbits"], "ppc64le", ["-cpu", "power9"], (4, 1)),
	"riscv32": ("riscv32", "-", "riscv32-linux-gnu", ["-march=rv32imac", "-mabi=ilp32"], "riscv32", [], (64, 93)),
	"riscv32i": ("riscv32", "-", "riscv32-linux-gnu", ["-march=rv32im", "-mabi=ilp32"], "riscv32", [], (64, 93)),
	"riscv64": ("riscv64", "w", "riscv64-linux-gnu", ["-march=rv64gc", "-mabi=lp64d"], "riscv64", [], (64, 93)),
	"riscv64-b": ("riscv64", "w", "riscv64-linux-gnu",
		["-march=rv64gc_zba_zbb_zbs", "-menable-experimental-extensions", "-mabi=lp64d"], "riscv64",
		["-cpu", "rv64,zba=true,zbb=true,zbs=true"], (64, 93)),
}


def tool(name):
	for folder in ("build/test", "build/quick", "build"):
		path = TOP / folder / "tests" / name
		if path.exists():
			return str(path)
	raise SystemExit("no %s: ./run test builds it" % name)


def flat(data):
	"""The memory image of a program, and its lowest address."""
	wide, order = data[4] == 2, "><"[data[5] == 1]
	table = struct.unpack_from(order + ("Q" if wide else "I"), data, 32 if wide else 28)[0]
	count = struct.unpack_from(order + "H", data, 56 if wide else 44)[0]
	parts = []
	for i in range(count):
		if wide:
			kind, _, at, where, _, size, full = struct.unpack_from(order + "IIQQQQQ", data, table + 56 * i)
		else:
			kind, at, where, _, size, full = struct.unpack_from(order + "IIIIII", data, table + 32 * i)
		if kind == 1:
			parts.append((where, data[at:at + size] + bytes(full - size)))
	base = min(where for where, _ in parts)
	image = bytearray(max(where + len(p) for where, p in parts) - base)
	for where, part in parts:
		image[where - base:where - base + len(part)] = part
	return base, image


def symbols(path):
	listed = subprocess.run(["nm", path], stdout=subprocess.PIPE, text=True, check=True).stdout
	return {line.split()[-1]: int(line.split()[0], 16) for line in listed.splitlines() if line[0] != " "}


def build(of, level, out):
	_, _, target, options, _, _, (write, leave) = of
	subprocess.run(["clang", "--target=" + target, *options, level, "-ffreestanding", "-fno-stack-protector",
		"-fno-vectorize", "-fno-slp-vectorize", "-DWRITE=%d" % write, "-DEXIT=%d" % leave, "-c", "-o", out + ".o", SOURCE],
		check=True)
	subprocess.run(["ld.lld", "-static", "-e", "_start", "-z", "separate-code", "-o", out, out + ".o"], check=True)


def both(of, path):
	"""What the emulator and the machine say."""
	lift, mode, _, _, emulator, how, _ = of
	real = subprocess.run(["qemu-%s-static" % emulator, *how, path], stdout=subprocess.PIPE, text=True, timeout=120)
	base, image = flat(pathlib.Path(path).read_bytes())
	pathlib.Path(path + ".flat").write_bytes(image)
	at = symbols(path)
	more = []
	if lift == "powerpc64":  # the table of contents, as code that is called from elsewhere finds it
		more = ["12=%d" % at["check"]]
	mine = subprocess.run([tool("run-lifted"), lift, mode, path + ".flat", str(base), str(at["check"]), str(COUNT), *more],
		stdout=subprocess.PIPE, text=True, timeout=300)
	return real.stdout.split("\n")[:-1], mine.stdout.split("\n")[:-1]


def main():
	passed = failed = 0
	for name in sys.argv[1:] or SETS:
		good = 0
		with tempfile.TemporaryDirectory() as folder:
			for level in LEVELS:
				path = os.path.join(folder, "program" + level)
				build(SETS[name], level, path)
				real, mine = both(SETS[name], path)
				if len(real) != COUNT:
					print("%s %s: the emulator said %d lines" % (name, level, len(real)))
				wrong = [i for i in range(COUNT) if i >= len(real) or i >= len(mine) or real[i] != mine[i]]
				for i in wrong[:2]:
					print("%s %s: check(%d) is %s, not %s" % (name, level, i, (real + ["?"] * COUNT)[i],
						(mine + ["?"] * COUNT)[i]))
				good += COUNT - len(wrong)
				failed += len(wrong)
		passed += good
		print("%s: %d results are the same" % (name, good), flush=True)
	print("%d passed, %d failed" % (passed, failed))
	return 1 if failed or not passed else 0


if __name__ == "__main__":
	sys.exit(main())
