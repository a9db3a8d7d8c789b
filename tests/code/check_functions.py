#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Functions of stripped programs (src/code/function.h) against the symbol tables they had: a source package of the distribution is
built for several architectures without unwind tables, and its functions are looked for in the stripped program. Prints the share
that is found, the share that is whole (read as far as it goes, switches and all), and how many are none. Nothing of it is run.
Last line: N passed, N failed."""
import pathlib
import re
import subprocess
import sys
import tempfile

import check_quality as check

TOOL = check.tool().with_name("code-one")
PACKAGE = "dnsmasq"
COMPILERS = {"x86_64": "gcc", "armhf": "arm-linux-gnueabihf-gcc", "arm64": "aarch64-linux-gnu-gcc", "mipsel": "mipsel-linux-gnu-gcc",
	"ppc64el": "powerpc64le-linux-gnu-gcc", "riscv64": "riscv64-linux-gnu-gcc"}
# At -Os a branch of the ARM program stands across two pages: the linker puts it elsewhere.
BUILDS = [(arch, "O2") for arch in COMPILERS] + [("armhf", "Os")]
LEAST_FOUND = 0.99
LEAST_WHOLE = 0.97
MOST_EXTRA = 0.03
WHOLE = 0.9  # of the symbol's size; or all but 64 bytes: constants (ARM) and tables (PowerPC) stand at the end
FUNCTION = re.compile(r"^([0-9a-f]+) ([0-9a-f]+) [tTwW] (\S+)$", re.M)
FOUND = re.compile(r"^([0-9a-f]+) ([0-9a-f]+) by", re.M)  # parts of functions begin with a word
# Entries into the compiler's functions that save and restore registers; pieces that it split off.
NO_FUNCTION = re.compile(r"^_(save|rest)|\.cold$|\.part\.\d+\.cold$")


def built(arch, level, folder):
	"""The program with its symbol table."""
	files, flags, libraries = check.files_of(PACKAGE)
	program, objects = folder / "program", []
	(folder / "stubs.c").write_text(check.STUBS)
	for number, file in enumerate([*files, folder / "stubs.c"]):
		objects.append(str(folder / ("%d.o" % number)))
		subprocess.run([COMPILERS[arch], "-" + level, "-fno-asynchronous-unwind-tables", "-fno-unwind-tables", "-w", *flags,
			"-I", str(file.parent), "-c", str(file), "-o", objects[-1]], check=True, timeout=300)
	subprocess.run([COMPILERS[arch], "-Wl,--unresolved-symbols=ignore-in-object-files", "-o", str(program), *objects, *libraries],
		check=True, timeout=300)
	return program


def truth(program, arch):
	"""{address: size} of the functions that the package's own files define."""
	text = subprocess.run(["nm", "-S", str(program)], capture_output=True, text=True, check=True).stdout
	even = ~1 if arch == "armhf" else ~0
	return {int(at, 16) & even: int(size, 16) for at, size, name in FUNCTION.findall(text) if int(size, 16) and not NO_FUNCTION.search(name)}


def ours(program):
	stripped = program.with_name("stripped")
	subprocess.run(["objcopy", "--strip-all", str(program), str(stripped)], check=True)
	text = subprocess.run([TOOL, stripped, "functions"], capture_output=True, check=True).stdout.decode("latin1")
	return {int(at, 16): int(end, 16) for at, end in FOUND.findall(text)}


def measure(arch, level):
	with tempfile.TemporaryDirectory(prefix="assay-functions-") as folder:
		program = built(arch, level, pathlib.Path(folder))
		want, have = truth(program, arch), ours(program)
	last = max(want)
	found = [at for at in want if at in have]
	whole = sum(have[at] - at >= min(WHOLE * want[at], want[at] - 64) for at in found)
	extra = sum(min(want) <= at <= last and at not in want for at in have)
	return len(want), len(found), whole, extra


# A branch across two pages, back into the first, behind an instruction of four bytes: what the linker moves.
ACROSS = """	.syntax unified
	.thumb
	.text
	.balign 4096
	.type main, %function
	.global main
main:	push {r4, lr}
	cmp r0, #1
	b.n 2f
1:	movs r0, #7
	pop {r4, pc}
2:	.rept 2040
	nop
	.endr
	mov.w r4, #0
	beq.w 1b
	bl other
	pop {r4, pc}
	.size main, .-main
	.type other, %function
other:	bx lr
	.size other, .-other
"""


def branch_is_moved():
	"""Whether a function whose branch the linker has moved to the end of the section is read whole, and not cut in two."""
	with tempfile.TemporaryDirectory(prefix="assay-functions-") as folder:
		source, program = pathlib.Path(folder, "across.s"), pathlib.Path(folder, "program")
		source.write_text(ACROSS)
		subprocess.run([COMPILERS["armhf"], "-march=armv7-a", "-Wl,--fix-cortex-a8", "-o", str(program), str(source)], check=True)
		text = subprocess.run(["nm", "-S", str(program)], capture_output=True, text=True, check=True).stdout
		main, size = next((int(at, 16) & ~1, int(size, 16)) for at, size, name in FUNCTION.findall(text) if name == "main")
		branch = subprocess.run(["arm-linux-gnueabihf-objdump", "-d", "--start-address=%d" % (main + 4094), "--stop-address=%d" % (main + 4098),
			str(program)], capture_output=True, text=True, check=True).stdout
		have = ours(program)
	if "b.w" not in branch:
		return "the linker moved nothing: " + branch
	inside = [hex(at) for at in have if main < at < main + size]
	return "" if have.get(main) == main + size and not inside else "main ends at %x, not %x; inside: %s" % (have.get(main, 0), main + size, inside)


def main():
	fault = branch_is_moved()
	failed = bool(fault)
	print("a branch that the linker moved: " + (fault or "followed"))
	print("%-12s %9s %7s %7s %7s" % ("", "functions", "found", "whole", "no such"))
	for arch, level in BUILDS:
		n, found, whole, extra = measure(arch, level)
		print("%-12s %9d %6.1f%% %6.1f%% %7d" % (arch + " " + level, n, 100 * found / n, 100 * whole / n, extra), flush=True)
		failed += found < LEAST_FOUND * n or whole < LEAST_WHOLE * n or extra > MOST_EXTRA * n
	print("%d passed, %d failed" % (len(BUILDS) + 1 - failed, failed))
	return 1 if failed else 0


if __name__ == "__main__":
	sys.exit(main())
