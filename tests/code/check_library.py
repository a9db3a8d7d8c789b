#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Library functions recognised in static, stripped programs (src/code/library.h): a program that calls all of them is linked
statically for each architecture and C library that there is a compiler for; the truth is its symbol table before it
was stripped. Prints what was recognised, of what is asked for, and every name that is wrong; how much of the library is taken for
it, and whether something of the program's own is; the last line sums up.
Static programs named on the command line (with their symbols, FILE) are looked at too."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

here = os.path.dirname(os.path.abspath(__file__))
top = os.path.dirname(os.path.dirname(here))
TOOL = next((p for p in (os.path.join(top, "build", b, "tests", "code-one") for b in ("test", "quick")) if os.path.exists(p)), None)

COMPILERS = {
	"x86_64": ("gcc", "strip"), "musl": ("musl-gcc", "strip"),
	"armhf": ("arm-linux-gnueabihf-gcc", "arm-linux-gnueabihf-strip"),
	"arm64": ("aarch64-linux-gnu-gcc", "aarch64-linux-gnu-strip"),
	"mipsel": ("mipsel-linux-gnu-gcc", "mipsel-linux-gnu-strip"),
	"ppc64el": ("powerpc64le-linux-gnu-gcc", "powerpc64le-linux-gnu-strip"),
}
# What the signals ask for.
ASKED = """read write open close socket bind listen accept connect recv send recvfrom sendto setsockopt execve dup2 setuid setgid ptrace
unlink chmod mprotect mmap fork kill chroot mount rename getuid geteuid getpid setsid symlink system popen fopen strcmp strncmp
strcasecmp memcmp strcpy strncpy strcat strncat memcpy memset strstr strchr strrchr strlen atoi""".split()
SAME = [{"memcpy", "memmove"}, {"memcmp", "bcmp"}, {"fork", "vfork"}, {"_exit", "_Exit"}, {"atoi", "atol"}, {"strtol", "strtoul"}, {"strtoll", "strtoull"},
	{"__fortify_fail", "__libc_fatal"}]
# At least so many of them; what is above is a gain, what is below a loss.
EXTENT = 0.9  # of the library's functions are known to be it
LEAST = {"x86_64": 48, "musl": 50, "armhf": 46, "arm64": 46, "mipsel": 47, "ppc64el": 48}


def symbols(path):
	found = {}
	for line in subprocess.run(["nm", "-a", path], capture_output=True, text=True).stdout.split("\n"):
		part = line.split()
		if len(part) == 3 and part[1] in "tTwWiI":
			address = int(part[0], 16)
			found.setdefault(address, set()).add(part[2].split("@")[0])
			found.setdefault(address & ~1, set()).add(part[2].split("@")[0])
	return found


def fits(name, names):
	"""Whether a function of those names is the one stated: aliases and variants (__strcmp_sse2, _IO_new_fopen) are."""
	alike = next((s for s in SAME if name in s), {name})
	return any(a.lstrip("_").lower() in n.lower() for a in alike for n in names)


def look(path):
	out = subprocess.run([TOOL, path, "library"], capture_output=True, text=True, timeout=300).stdout
	return [(int(m[1], 16), m[2], bool(m[3])) for m in re.finditer(r"^([0-9a-f]+) (\S+) \d+( inside)?$", out, re.M)]


def check_extent(label, found, truth, own):
	"""Shares of the library's functions and of the program's own that are taken for the library's."""
	inside = [[i for a, _, i in found if truth.get(a) and bool(truth[a] & own) == mine] for mine in (False, True)]
	library, mine = (sum(i) / max(len(i), 1) for i in inside)
	print(f"{label}: {100 * library:.1f} % of the library's functions are known as such, {100 * mine:.1f} % of the {len(inside[1])} others")
	return library >= EXTENT and mine == 0 and len(inside[1]) > 0


def check(label, full, stripped):
	truth, right, wrong = symbols(full), set(), []
	for address, name, _ in look(stripped):
		if name == "-":
			continue
		if fits(name, truth.get(address, set())):
			right.add(name)
		else:
			wrong.append((name, hex(address), sorted(truth.get(address, set()))[:3]))
	got = [n for n in ASKED if n in right or any(n in s and s & right for s in SAME)]
	missed = " ".join(n for n in ASKED if n not in got)
	print(f"{label}: {len(right)} functions, {len(got)} of {len(ASKED)} asked for; missed: {missed or 'none'}")
	for one in wrong:
		print(f"{label}: wrong name {one}")
	return len(got), len(wrong)


def main():
	if not TOOL:
		print("0 passed, 1 failed")
		return 1
	passed = failed = 0
	with tempfile.TemporaryDirectory() as folder:
		for label, (compiler, strip) in COMPILERS.items():
			if not shutil.which(compiler):
				print(f"{label}: no {compiler}, left out")
				continue
			full, stripped = os.path.join(folder, label + ".full"), os.path.join(folder, label)
			subprocess.run([compiler, "-w", "-O2", "-static", "-o", full, os.path.join(here, "library.c")],
				check=True, stderr=subprocess.DEVNULL)
			subprocess.run([strip, "-o", stripped, full], check=True)
			subprocess.run([compiler, "-w", "-O2", "-c", "-o", full + ".o", os.path.join(here, "library.c")], check=True,
				stderr=subprocess.DEVNULL)
			own = {n for names in symbols(full + ".o").values() for n in names if n[0] not in "$."}
			got, wrong = check(label, full, stripped)
			extent = check_extent(label, look(stripped), symbols(full), own)
			passed += (got >= LEAST[label]) + (wrong == 0) + extent
			failed += (got < LEAST[label]) + (wrong != 0) + (not extent)
		for path in sys.argv[1:]:
			stripped = os.path.join(folder, "named")
			shutil.copy(path, stripped)
			subprocess.run(["objcopy", "-S", path, stripped], check=False, stderr=subprocess.DEVNULL)
			check(os.path.basename(path), path, stripped)
	print(f"{passed} passed, {failed} failed")
	return 1 if failed or not passed else 0


if __name__ == "__main__":
	sys.exit(main())
