#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counted calls of unsafe and safe functions, against what the compiler says: the relocations of unlinked objects.

usage: check_quality.py [PROGRAM...]

Programs of the distribution are built from their source packages, and those in tests/backdoors/dev, for two architectures, with and without
FORTIFY. Truth: relocations of calls and jumps in the objects, by name of the function. Ours: what is said about the linked and
stripped program. Both are after inlining; nothing is linked with LTO. For each program and build the calls of all functions of a family
must agree within 2 %, or one call. Nothing of it is run. Last line: N passed, N failed."""
import collections
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TOP = pathlib.Path(os.environ.get("ASSAY_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
sys.path.insert(0, str(TOP / "tests/images"))
from lib import apt, cache  # noqa: E402

# Source package: folder and pattern of its files, what is left out, flags, libraries.
PACKAGES = {
	"bzip2": (".", "*.c", ("bzip2recover.c", "dlltest.c", "mk251.c", "spewG.c", "unzcrash.c"), [], []),
	"dnsmasq": ("src", "*.c", (), ['-DVERSION="1"'], []),
	"netcat-traditional": (".", "netcat.c", (), ["-DLINUX", '-DDEBIAN_VERSION="1"', "-DTELNET", "-DGAPING_SECURITY_HOLE"], []),
}
COMPILERS = {"x86_64": "gcc", "armhf": "arm-linux-gnueabihf-gcc"}
BUILDS = {"plain": ["-O2", "-U_FORTIFY_SOURCE"], "fortified": ["-O2", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2"]}
CALLS = re.compile(r"R_(X86_64_PLT32|X86_64_PC32|ARM_CALL|ARM_PC24|ARM_JUMP24|ARM_PLT32|ARM_THM_CALL|ARM_THM_JUMP24|ARM_THM_JUMP19"
	r"|AARCH64_CALL26|AARCH64_JUMP26|MIPS_JALR|PPC64_REL24|PPC_REL24|PPC_PLTREL24|RISCV_CALL|RISCV_CALL_PLT)$")
STUBS = "char *crypt(const char *a, const char *b) { (void)b; return (char *)a; }\n"


def families():
	table = (TOP / "src/code/api_table.def").read_text()
	return {name: tuple(family.split(":")) for name, family in re.findall(r'^API\("(\w+)",.*"(\w+:\w+)"\)$', table, re.M)}


def tool():
	for folder in ("build/test", "build/quick", "build"):
		path = TOP / folder / "tests/inspect-one"
		if path.exists():
			return path
	raise SystemExit("no inspect-one: ./run test builds it")


class Sources(apt.Apt):
	"""Source packages, by the client, as packages of a foreign architecture are."""

	def __init__(self):
		super().__init__("bookworm", "source")

	def prepare(self):
		ready = self.base / "ready"
		if ready.exists():
			return
		for folder in (self.base / "state/lists/partial", self.base / "cache", self.archives / "partial"):
			folder.mkdir(parents=True, exist_ok=True)
		(self.base / "status").write_text("")
		self.config.write_text(apt.CONFIG.format(base=self.base, archives=self.archives, arch="amd64"))
		signed = " [signed-by=%s]" % apt.KEYRING if apt.KEYRING.exists() else ""
		(self.base / "sources.list").write_text("deb-src%s %s %s main\n" % (signed, apt.mirror(), self.suite))
		self.apt("apt-get", "update")
		ready.write_text("")

	def unpacked(self, name):
		"""The folder of the sources, patched as the distribution does."""
		folder = self.base / "unpacked" / name
		with cache.one_at_a_time("packages"):
			if not folder.exists():
				self.fetch(name, folder)
		return folder

	def fetch(self, name, folder):
		self.prepare()
		work = self.base / "fetching" / name
		shutil.rmtree(work, ignore_errors=True)
		work.mkdir(parents=True)
		self.apt("apt-get", "source", name, cwd=work)
		folder.parent.mkdir(exist_ok=True)
		next(p for p in work.iterdir() if p.is_dir()).rename(folder)


def files_of(name):
	folder, pattern, left_out, flags, libraries = PACKAGES[name]
	root = Sources().unpacked(name) / folder
	return [p for p in sorted(root.glob(pattern)) if p.name not in left_out], flags, libraries


def planted():
	return {p.parent.name: p for p in sorted((TOP / "tests/backdoors/dev").glob("*/prog.c"))}


def compile_all(compiler, build, files, flags, libraries, folder):
	"""Objects, and the program linked of them and stripped."""
	objects = []
	(folder / "stubs.c").write_text(STUBS)
	for number, file in enumerate([*files, folder / "stubs.c"]):
		objects.append(folder / ("%d.o" % number))
		subprocess.run([compiler, *build, "-w", *flags, "-I", str(file.parent), "-c", str(file), "-o", str(objects[-1])], check=True,
			timeout=300)
	program = folder / "program"
	subprocess.run([compiler, "-s", "-Wl,--unresolved-symbols=ignore-in-object-files", "-o", str(program), *map(str, objects),
		*libraries], check=True, timeout=300)
	return objects, program


def truth(objects, known):
	"""Calls by function, in all objects; functions that an object defines itself are left out: their names are stripped."""
	said, own = collections.Counter(), set()
	for path in objects:
		symbols = subprocess.run(["readelf", "-sW", str(path)], stdout=subprocess.PIPE, text=True, check=True).stdout
		own |= {line.split()[7] for line in symbols.splitlines() if re.match(r"\s*\d+: \S+ +\S+ FUNC ", line)}
		text = subprocess.run(["readelf", "-rW", str(path)], stdout=subprocess.PIPE, text=True, check=True).stdout
		code = False
		for line in text.splitlines():
			words = line.split()
			if line.startswith("Relocation section"):
				code = ".rela.text" in line or ".rel.text" in line
			elif code and len(words) >= 5 and CALLS.match(words[2]) and words[4] in known:
				said[words[4]] += 1
	return collections.Counter({name: n for name, n in said.items() if name not in own})


def ours(program, inspect):
	rows = subprocess.run([str(inspect), str(program)], stdout=subprocess.PIPE, check=True, timeout=600).stdout.decode("latin-1")
	found = collections.Counter()
	for line in rows.splitlines():
		if line.startswith("family_call\t"):
			row = dict(field.split("=", 1) for field in line.split("\t")[3:])
			found[row["api"]] += int(row["calls"])
	return found


def by_family(counts, known):
	out = collections.Counter()
	for name, n in counts.items():
		if name in known:
			out[known[name]] += n
	return out


def main():
	known, inspect, passed, failed = families(), tool(), 0, 0
	cache.cache()
	mine = planted()
	total = collections.defaultdict(lambda: [0, 0, 0])
	for name in sys.argv[1:] or [*PACKAGES, *mine]:
		files, flags, libraries = files_of(name) if name in PACKAGES else ([mine[name]], ["-DBACKDOOR", "-D_GNU_SOURCE"], [])
		for arch, compiler in COMPILERS.items():
			for build, options in BUILDS.items():
				with tempfile.TemporaryDirectory() as folder:
					objects, program = compile_all(compiler, options, files, flags, libraries, pathlib.Path(folder))
					want, have = truth(objects, known), ours(program, inspect)
				want, have = by_family(want, known), by_family(have, known)
				good = True
				for key in sorted(set(want) | set(have)):
					off = abs(want[key] - have[key])
					kind = total[arch, *key]
					kind[0], kind[1], kind[2] = kind[0] + have[key], kind[1] + want[key], kind[2] + off
					if off > max(1, 0.02 * want[key]) or (off and want[key] < 50 and off > 1):
						good = False
						print("%s %s %s: %s %s: %d of %d" % (name, arch, build, *key, have[key], want[key]))
				passed, failed = passed + good, failed + (not good)
	for key in sorted(total):
		have, want, off = total[key]
		print("%-7s %-8s %-10s counted %5d of %5d, differences %d" % (*key, have, want, off))
	have, want, off = (sum(t[i] for t in total.values()) for i in range(3))
	print("all: counted %d of %d, differences %d (%.2f %%)" % (have, want, off, 100 * off / max(want, 1)))
	passed, failed = (passed + 1, failed) if off <= 0.02 * want else (passed, failed + 1)
	print("%d passed, %d failed" % (passed, failed))
	return 1 if failed else 0


if __name__ == "__main__":
	sys.exit(main())
