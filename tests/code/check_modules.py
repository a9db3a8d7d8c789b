#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kernel modules (src/code/unlinked.h): modules of the distribution's kernels, for several architectures, are read, and what is said
of them is held against readelf: each function of the symbol table is found, and each call that a relocation names arrives at
what it names. Prints how many; the last line sums up. MODULE... on the command line: only these."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TOP = pathlib.Path(os.environ.get("ASSAY_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
sys.path.insert(0, str(TOP / "tests" / "images"))
from lib import apt  # noqa: E402

TOOL = next((p for p in (TOP / "build" / b / "tests" / "code-one" for b in ("test", "quick")) if p.exists()), None)
KERNELS = (("amd64", "linux-image-cloud-amd64", "-unsigned"), ("arm64", "linux-image-cloud-arm64", "-unsigned"),
	("armhf", "linux-image-armmp", ""), ("mipsel", "linux-image-4kc-malta", ""), ("ppc64el", "linux-image-powerpc64le", ""))
MODULES = 25  # of each kernel, evenly over their names
# Others stand in code that only the kernel leads to, where it patches a branch in (jump labels), most of them for the
# messages of dynamic debugging; those are not asked for.
LEAST_CALLS = 0.97
LEAST_FUNCTIONS = 0.995
BASE = 0x60000000
# Relocations of calls, and how far before the place the instruction begins.
CALLS = {"R_X86_64_PLT32": 1, "R_386_PLT32": 1, "R_ARM_CALL": 0, "R_ARM_THM_CALL": 0, "R_AARCH64_CALL26": 0, "R_MIPS_26": 0,
	"R_PPC_REL24": 0, "R_PPC64_REL24": 0, "R_RISCV_CALL": 0, "R_RISCV_CALL_PLT": 0}
# The kernel's own: nothing when nobody traces, or another way to write an instruction.
LEFT_OUT = re.compile(r"^(__fentry__|_?mcount|__gnu_mcount_nc|__x86_indirect_thunk_.*|__x86_return_thunk|__x86_indirect_.*|__dynamic_\w+|__acpi_handle_debug)$")
SECTION = re.compile(r"^ *\[ *(\d+)\] (\S*) +(\w+) +[0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+) [0-9a-f]{2} +(\S*) ", re.M)
SYMBOL = re.compile(r"^ *(\d+): ([0-9a-f]+) +(\d+|0x[0-9a-f]+) (\w+) +\w+ +\w+ +(?:\[.*?\] +)?(\w+) ?(\S*)", re.M)
RELOCATION = re.compile(r"^([0-9a-f]+) +([0-9a-f]+) (R_\S+) +([0-9a-f]+) +(\S+)(?: ([+-]) ([0-9a-f]+))?$")


def readelf(option, module):
	return subprocess.run(["readelf", option, str(module)], capture_output=True, text=True, check=True).stdout


class Truth:
	"""What readelf says of a module: sections, functions by address, the goals of calls by the address of the call."""
	def __init__(self, module):
		self.sections = {int(m[0]): (m[1], int(m[3], 16), "X" in m[5]) for m in SECTION.findall(readelf("-SW", module))}
		self.at = {name: offset for name, offset, _ in self.sections.values()}
		self.code = {name for name, _, code in self.sections.values() if code}
		self.functions, self.symbols = {}, {}
		self.even = -2 if "ARM" in readelf("-h", module) else -1  # bit 0 is the mode of ARM
		for number, value, size, kind, section, name in SYMBOL.findall(readelf("-sW", module)):
			if section.isdigit() and int(section) in self.sections:
				where = self.sections[int(section)]
				address = BASE + where[1] + (int(value, 16) & self.even if kind == "FUNC" else int(value, 16))
				self.symbols[int(number)] = address
				if kind == "FUNC" and where[2] and int(size, 0) > 0:
					self.functions[address] = name
		self.calls = dict(self.read_calls(module))
		if "MIPS" in readelf("-h", module):
			self.calls.update((at, name) for at, name in long_calls(module, self) if not name.startswith("."))

	def read_calls(self, module):
		code = None
		for line in readelf("-rW", module).splitlines():
			head = re.match(r"^Relocation section '\.rela?(\S+)'", line)
			if head:
				code = head[1] if head[1] in self.code else None
			m = RELOCATION.match(line)
			if not m or not code or m[3] not in CALLS or LEFT_OUT.match(m[5]):
				continue
			goal = self.symbols.get(int(m[2], 16) >> (32 if len(m[2]) > 8 else 8), m[5])
			if isinstance(goal, int) and m[5] in self.code and m[6] is None:
				continue  # the addend stands in the instruction
			if isinstance(goal, int):
				goal += int(m[7] or "0", 16) * (-1 if m[6] == "-" else 1) + 4 * (m[3] == "R_X86_64_PLT32")
			yield BASE + self.at[code] + int(m[1], 16) - CALLS[m[3]], goal


def long_calls(module, truth):
	"""MIPS puts the address of what it calls together in a register; objdump shows which, where that is just before."""
	section, register = None, {}
	for line in subprocess.run(["objdump", "-dr", str(module)], capture_output=True, text=True, check=True).stdout.splitlines():
		head = re.match(r"^Disassembly of section (\S+):", line)
		section = head[1] if head else section
		low = re.match(r"^\t+[0-9a-f]+: R_MIPS_LO16\t(\S+)$", line)
		code = re.match(r"^ *([0-9a-f]+):\t[0-9a-f]{8} \t(\S+)\t?(\S*)", line)
		if low:
			register[last[2].split(",")[0]] = low[1]
		if not code:
			continue
		if code[2] == "jalr" and code[3] in register and not LEFT_OUT.match(register[code[3]]):
			yield BASE + truth.at[section] + int(code[1], 16), register[code[3]]
		if re.match(r"^(b|j)", code[2]):
			register = {}
		else:
			register.pop(code[3].split(",")[0], None)
		last = code[0], code[2], code[3]


def said(module):
	"""Functions, and the goal (address, name) of each call, as the program tells them."""
	done = subprocess.run([str(TOOL), str(module), "calls"], capture_output=True, timeout=300, check=True)
	text = done.stdout.decode("latin-1")
	functions = {int(a, 16) for a in re.findall(r"^(?:part )?([0-9a-f]+) [0-9a-f]+ by\d+ ", text, re.M)}
	calls = {int(m[0], 16): (int(m[2], 16), m[1]) for m in re.findall(r"^  call ([0-9a-f]+) b\d+ (\S*?)\(([0-9a-f]+),", text, re.M)}
	return functions, calls


def check(module):
	"""Calls named by relocations, of them right, wrong ones; functions, of them found."""
	truth = Truth(module)
	functions, calls = said(module)
	right, wrong = 0, []
	for at, goal in truth.calls.items():
		if at not in calls or (not calls[at][1] and calls[at][0] == 0):
			continue  # not reached, or the goal is not known
		address, name = calls[at]
		if (address & truth.even) == goal if isinstance(goal, int) else name == goal.lstrip("."):
			right += 1
		else:
			wrong.append("%s: %#x goes to %#x %s, not to %s" % (module.name, at, address, name, goal))
	return len(truth.calls), right, wrong, len(truth.functions), len(functions & set(truth.functions))


def modules_of(arch, meta, suffix, folder):
	source = apt.Apt("bookworm", arch)
	source.prepare()
	for deb in source.alone([source.newest(meta, "linux-image-") + suffix]):
		subprocess.run("dpkg-deb --fsys-tarfile '%s' | tar -x -C '%s' --wildcards '*.ko'" % (deb, folder), shell=True, check=True)
	found = sorted(pathlib.Path(folder).rglob("*.ko"), key=lambda p: p.name)
	return found[::max(1, len(found) // MODULES)][:MODULES]


def check_all(label, modules):
	calls = right = functions = found = 0
	wrong = []
	for module in modules:
		one = check(module)
		calls, right, functions, found = calls + one[0], right + one[1], functions + one[3], found + one[4]
		wrong += one[2]
	print("%s: %d modules; %d of %d calls arrive at what their relocation names, %d elsewhere; %d of %d functions found"
		% (label, len(modules), right, calls, len(wrong), found, functions))
	for line in wrong[:5]:
		print("  " + line)
	return bool(modules) and not wrong and right >= LEAST_CALLS * calls and found >= LEAST_FUNCTIONS * functions


def main(args):
	if not TOOL:
		print("no code-one: ./run test builds it\n0 passed, 1 failed")
		return 1
	if args:
		results = [check_all("these", [pathlib.Path(a) for a in args])]
	else:
		results = []
		for arch, meta, suffix in KERNELS:
			with tempfile.TemporaryDirectory() as folder:
				results.append(check_all(arch, modules_of(arch, meta, suffix, folder)))
	print("%d passed, %d failed" % (sum(results), len(results) - sum(results)))
	return 0 if all(results) else 1


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
