#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The lifter of x86 against objdump, over libraries of Debian for amd64 and i386: where instructions begin, which there
are, where control goes.

usage: check_x86.py [x86_64|i386]...

One test is one file. A difference is explained by a line of EXPLAINED, or the file fails."""
import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TOP = pathlib.Path(os.environ.get("ASSAY_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
sys.path.insert(0, str(TOP / "tests/images"))
from lib.apt import Apt  # noqa: E402

SETS = {"x86_64": "amd64", "i386": "i386"}
# Compiled C and C++, and assembly with every vector extension; none has tables between its functions.
PACKAGES = ("libc6", "libstdc++6", "libsqlite3-0", "libx264-164", "libgmp10")
SMALL = 64 << 10 # bytes of a file that is not looked at
LEAST = 3 << 20  # bytes of code of a set
SHOWN = 12
LINE = re.compile(r"^ *([0-9a-f]+):\t(\S.*?)\s*$")
TARGET = re.compile(r"^(?:0x)?([0-9a-f]+)(?: <.*>)?$")
PREFIXES = re.compile(r"^(?:(?:bnd|notrack|lock|repz|repnz|rep|data16|addr32|cs|ds|es|ss|fs|gs|rex\S*|\{vex\d?\}|"
	r"xacquire|xrelease)(?:,p[nt])?\s+)+(?=\S)")

ALONE = re.compile(r"^(?:rex\S*|data16|addr32|[c-gs]s|repz|repnz|lock)$")

# Why objdump says something else: a regular expression over "what objdump prints | what the
# lifter says".
EXPLAINED = [
	(r"^f.*\| 1 - -$", "objdump takes the wait before it for a part of it"),
]


def lifter():
	for folder in ("build/test", "build/quick", "build"):
		path = TOP / folder / "tests/lift-one"
		if path.exists():
			return path
	raise SystemExit("no lift-one: ./run test builds it")


def flow_of(text):
	"""What objdump says about where control goes: a word and a target as lift-one prints them."""
	name, _, args = PREFIXES.sub("", text).partition(" ")
	name, args = name.split(",")[0], args.strip()
	found = TARGET.match(args)
	to = "%x" % int(found[1], 16) if found else "-"
	if re.match(r"(?:j|loop)", name) and not name.startswith("jmp"):
		return "branch?", to
	if name == "xbegin":
		return "branch?", to
	if re.match(r"l?jmp", name):
		return ("jump", to) if found else ("jump_to", "-")
	if re.match(r"l?call", name):
		return ("call", to) if found else ("call_to", "-")
	if re.match(r"(?:l?ret|iret|sysret|sysexit)", name):
		return "return", "-"
	if name in ("syscall", "sysenter") or (name == "int" and args == "$0x80"):
		return "syscall", "-"
	if name in ("hlt", "int3", "int1", "ud0", "ud1", "ud2"):
		return "trap", "-"
	return "-", "-"


def sections(path):
	out = subprocess.run(["readelf", "-SW", path], stdout=subprocess.PIPE, text=True, check=True).stdout
	for name, at, offset, size in re.findall(r"\] (\.text\S*) +PROGBITS +(\S+) (\S+) (\S+)", out):
		yield name, int(at, 16), int(offset, 16), int(size, 16)


def lifted(path, arch, at, offset, size):
	argv = [lifter(), arch, path, str(offset), str(size), str(at)]
	out = subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, text=True, check=True).stdout
	found = {}
	for line in out.splitlines():
		where, length, flow, to = line.split()[:4]
		found[int(where, 16)] = (int(length), flow, to)
	return found


def listed(path, name):
	argv = ["objdump", "-dwz", "--no-show-raw-insn", "-j", name, path]
	out = subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, text=True, check=True).stdout
	lines = [m.groups() for m in map(LINE.match, out.splitlines()) if m]
	found, begun = [], None
	for at, text in lines: # a prefix that is shown by itself belongs to what follows
		where = int(at, 16) if begun is None else begun
		begun = where if ALONE.match(text) else None
		if begun is None:
			found.append((where, text))
	return found


def differences(path, arch, section):
	name, at, offset, size = section
	ours, theirs = lifted(path, arch, at, offset, size), listed(path, name)
	ends = [a for a, _ in theirs[1:]] + [at + size]
	for (where, text), end in zip(theirs, ends):
		length, flow, to = ours.get(where, (-1, "?", "?"))
		bad = "(bad)" in text
		if bad and length == 0:
			continue
		expected = flow_of(text)
		asks = expected[0] == "call" and expected[1] == "%x" % end # call of the next: where am I
		if length != end - where or ((flow, to) != expected and not (asks and flow == "-")):
			yield where, text, "%d %s %s" % (length, flow, to)


def check(path, arch):
	"""Bytes of code, and whether nothing is left unexplained."""
	explained, left, size = collections.Counter(), [], 0
	for section in sections(path):
		size += section[3]
		for where, text, ours in differences(path, arch, section):
			said = "%s | %s" % (PREFIXES.sub("", text), ours)
			why = next((w for pattern, w in EXPLAINED if re.match(pattern, said)), None)
			if why:
				explained[why] += 1
			else:
				left.append("%s %x: %s | %s" % (path.name, where, text, ours))
	for why, n in explained.items():
		print("%s: %d: %s" % (path.name, n, why))
	for line in left[:SHOWN]:
		print(line)
	if left:
		print("%s: %d differences" % (path.name, len(left)))
	return size, not left


def libraries(debs, folder):
	for deb in debs:
		subprocess.run(["dpkg-deb", "-x", str(deb), str(folder)], check=True)
	for path in sorted(pathlib.Path(folder).rglob("*.so*")):
		if path.is_file() and not path.is_symlink() and path.stat().st_size >= SMALL:
			yield path

# A first part of the packages, unless all of them are asked for.
BRIEF = 1 << 19 # bytes of code
THOROUGH = bool(os.environ.get("ASSAY_THOROUGH"))


def main():
	passed = failed = 0
	for arch in sys.argv[1:] or SETS:
		total = 0
		with tempfile.TemporaryDirectory() as folder:
			for path in libraries(Apt("bookworm", SETS[arch]).alone(PACKAGES), folder):
				if total > BRIEF and not THOROUGH:
					break
				size, fine = check(path, arch)
				total += size
				passed, failed = passed + fine, failed + (not fine)
		print("%s: %d bytes of code" % (arch, total))
		least = LEAST if THOROUGH else BRIEF
		passed, failed = passed + (total >= least), failed + (total < least)
	print("%d passed, %d failed" % (passed, failed))
	return 1 if failed else 0


if __name__ == "__main__":
	sys.exit(main())
