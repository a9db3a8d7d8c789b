#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what the elf inspector says with readelf and checksec, on real binaries of seven architectures.

usage: crosscheck.py INSPECT_ONE [--per-arch N] [--checksec-every N] [--arch ARCH...]

The host's own programs and libraries are one architecture; the packages below give the others, fetched by
the package client with a configuration of its own (tests/images/lib/apt.py). Where we and a tool may differ,
the difference is one of RULES below, each with its reason; every other difference fails the test.
"""
import argparse
import collections
import concurrent.futures
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "images"))
from lib import apt, cache  # noqa: E402

SUITE = "bookworm"
FOREIGN = ("armhf", "arm64", "mipsel", "ppc64el", "i386", "s390x")
PACKAGES = ("busybox", "busybox-static", "coreutils", "dash", "dropbear-bin", "gawk", "iproute2", "libc-bin",
	"libc6", "libc6-dev", "libglib2.0-0", "libssl3", "libstdc++6", "perl-base", "sudo")
HOST = ("/usr/bin", "/usr/sbin", "/usr/lib/x86_64-linux-gnu")

RULES = {
	"now-by-flag": "DF_1_NOW alone binds at once, as the loader does; checksec looks for the word BIND_NOW",
	"stack-default": "without a stack header we state what is known of the machine (i386: executable, "
		"powerpc64: not) and else nothing; checksec says 'NX disabled' for every such file",
	"static-unknown": "a static program without symbol table does not tell about its stack protector: "
		"we state nothing, checksec says no",
	"static-pie": "a static position-independent program is a program, by DF_1_PIE; checksec calls it a "
		"shared object when it has no DT_DEBUG",
	"exports-fortify": "we count what a file imports; checksec also counts what it exports, takes leading "
		"underscores off every name, and has a figure for files without imports",
	"other-column": "on powerpc64 readelf prints one more column; checksec takes the eighth as the name "
		"and counts no calls at all",
	"not-linked": "objects that are not linked yet have no hardening to state; checksec reports absence",
}

MACHINES = {"Advanced Micro Devices X86-64": "x86_64", "Intel 80386": "i386", "ARM": "arm",
	"AArch64": "aarch64", "MIPS R3000": "mips", "PowerPC64": "powerpc64", "IBM S/390": "s390",
	"RISC-V": "riscv"}
TYPES = {"REL": "rel", "EXEC": "exec", "DYN": "dyn", "CORE": "core"}


def run(*argv):
	return subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
		check=False).stdout.decode("utf-8", "replace")


# Which binaries.

def unpack(arch):
	"""The ELF files of the packages of one architecture, in the cache."""
	folder = cache.cache() / "packages" / "crosscheck" / arch
	if not (folder / "done").exists():
		for deb in apt.Apt(SUITE, arch).alone(list(PACKAGES)):
			stream = subprocess.run(["dpkg-deb", "--fsys-tarfile", str(deb)], stdout=subprocess.PIPE,
				check=True).stdout
			with tarfile.open(fileobj=io.BytesIO(stream)) as tar:
				for member in tar:
					data = tar.extractfile(member).read() if member.isreg() else b""
					if data[:4] == b"\x7fELF":
						to = folder / deb.name.split("_")[0] / member.name.lstrip("./")
						to.parent.mkdir(parents=True, exist_ok=True)
						to.write_bytes(data)
		(folder / "done").write_text("")
	return sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "done")


def host():
	found = []
	for folder in HOST:
		for path in sorted(pathlib.Path(folder).iterdir()):
			if path.is_file() and not path.is_symlink() and path.open("rb").read(4) == b"\x7fELF":
				found.append(path)
	return found


STATIC = ("busybox-static/bin/busybox", "sbin/ldconfig")


def spread(paths, n):
	"""n of them, evenly spread, and the static programs: the same every time."""
	step = max(1, len(paths) / n)
	chosen = {paths[int(i * step)] for i in range(min(n, len(paths)))}
	return sorted(chosen | {p for p in paths if str(p).endswith(STATIC)})


# What we say.

def said_of(inspect_one, paths):
	"""The lines of each path, by one process."""
	listed = "".join("%s\n" % p for p in paths)
	done = subprocess.run([str(inspect_one), "--only", "elf", "-"], input=listed.encode(), stdout=subprocess.PIPE, check=True)
	said = {}
	for line in done.stdout.decode("utf-8", "replace").splitlines():
		if line.startswith("# "):
			lines = said.setdefault(pathlib.Path(line[2:]), [])
		else:
			lines.append(line)
	return said


def ours(lines):
	elf, imports, exports = None, set(), set()
	for line in lines:
		table, *rest = line.split("\t")
		if table not in ("elf", "elf_import", "elf_export"):
			continue
		row = dict(field.partition("=")[::2] for field in rest[2:])
		if table == "elf":
			elf = row
		else:
			(imports if table == "elf_import" else exports).add((row["name"], row.get("version", "")))
	return elf, imports, exports


# What readelf says.

SEGMENT = re.compile(r"^  (\S+)\s+0x\w+ 0x\w+ 0x\w+ 0x\w+ 0x\w+ (.{3}) (?:0x\w+|0)$")
SYMBOL = re.compile(r"^\s*\d+: [0-9a-f]+\s+\S+ (\S+)\s+(\S+)\s+(\S+)\s+(?:\[.*?\]\s+)?(\S+)(?: (.*))?$")


class Readelf:
	def __init__(self, path):
		text = run("readelf", "-hldnVsW", path)
		self.header = dict(re.findall(r"^  ([A-Z][^:\n]*):\s+(.*)$", text.split("\nProgram Headers")[0], re.M))
		self.segments = [m.groups() for m in map(SEGMENT.match, text.splitlines()) if m]
		self.dynamic = re.findall(r"^ 0x\w+ \((\w+)\)\s+(.*)$", text, re.M)
		self.tables = {}
		self.eighth = []  # what checksec takes for the names of dynamic symbols
		table = None
		for line in text.splitlines():
			start = re.match(r"Symbol table '([^']*)'", line)
			m = SYMBOL.match(line)
			if start:
				table = self.tables.setdefault(start.group(1), [])
			elif m and table is not None:
				table.append(m.groups())
				if table is self.tables.get(".dynsym") and len(line.split()) > 7:
					self.eighth.append(line.split()[7])
			elif not line.strip():
				table = None
		self.interp = re.findall(r"\[Requesting program interpreter: (.*)\]", text)
		self.build_id = re.findall(r"Build ID: (\w+)", text)
		self.system = re.findall(r"NT_GNU_ABI_TAG.*OS: (\w+),", text)
		self.features = re.findall(r"(?:x86|AArch64) feature: ([A-Z, ]*)", text)
		self.comment = re.findall(r"^  \[\s*\w+\]  (.*)$", run("readelf", "-p", ".comment", path), re.M)
		self.versions = set(re.findall(r"^  0x\w+: Rev: .* Name: (\S+)$", text, re.M))
		sections = run("readelf", "-SW", path)
		self.modinfo = " .modinfo " in sections

	def tags(self, tag):
		return [value for name, value in self.dynamic if name == tag]

	def bracketed(self, tag):
		return [re.search(r"\[(.*)\]", v).group(1) for v in self.tags(tag)]

	def symbols(self):
		"""(imports, exports): from the dynamic symbols of a linked file, from all of an object."""
		type = self.header["Type"].split()[0]
		imports, exports = set(), set()
		for kind, bind, visibility, section, name in self.tables.get(
				".symtab" if type == "REL" else ".dynsym", []):
			name, _, version = re.sub(r" \(\d+\)$", "", name or "").partition("@")
			key = (name, version.lstrip("@"))
			if not name or bind not in ("GLOBAL", "WEAK", "UNIQUE"):
				continue
			if section == "UND":
				imports.add(key)
			elif section == "ABS" and name in self.versions:
				continue  # marks the definition of a version: nothing can link to it
			elif visibility in ("DEFAULT", "PROTECTED"):
				exports.add(key)
		return imports, exports


def abi(r, machine):
	flags = r.header["Flags"]
	if machine == "arm":
		version = re.search(r"Version(\d) EABI", flags)
		hard = "-hard" if "hard-float" in flags else "-soft" if "soft-float" in flags else ""
		return "eabi%s%s" % (version.group(1), hard) if version else "arm-old"
	if machine == "mips":
		name = next((a for a in ("o32", "o64", "eabi32", "eabi64") if a in flags.split(", ")), None)
		name = name or ("n32" if "abi2" in flags else "n64")
		return name + "-" + re.search(r"mips\d+(?:r\d)?", flags).group(0)
	if machine == "powerpc64":
		return "elfv2" if "abiv2" in flags or "little" in r.header["Data"] else "elfv1"
	return {"UNIX - System V": "sysv", "UNIX - GNU": "gnu"}[r.header["OS/ABI"]]


def linked(r, out):
	"""Role, linkage and hardening of a program or library."""
	kinds = [kind for kind, _ in r.segments]
	flags1 = " ".join(r.tags("FLAGS_1"))
	is_exec = out["type"] == "exec"
	started = bool(r.tags("DEBUG") or r.tags("MIPS_RLD_MAP") or r.tags("MIPS_RLD_MAP_REL"))
	program = is_exec or not r.dynamic or "PIE" in flags1 or \
		(bool(r.interp) and (started or not r.tags("SONAME")))
	out["role"] = "program" if program else "library"
	out["linkage"] = "dynamic" if r.interp or r.tags("NEEDED") or not program else \
		"static" if is_exec or not r.dynamic else "static-pie"
	out["pie"] = "" if not program else str(int(not is_exec))
	now = r.tags("BIND_NOW") or "BIND_NOW" in " ".join(r.tags("FLAGS")) or "NOW" in flags1.split()
	out["relro"] = "none" if "GNU_RELRO" not in kinds else "full" if now else "partial"
	stack = [flags for kind, flags in r.segments if kind == "GNU_STACK"]
	default = {"i386": "0", "powerpc64": "1"}.get(out["machine"], "") if r.dynamic else ""
	out["nx"] = str(int("E" not in stack[0])) if stack else default
	out["wx"] = str(sum(kind == "LOAD" and flags == "RWE" for kind, flags in r.segments))
	out["textrel"] = str(int(bool(r.tags("TEXTREL") or "TEXTREL" in " ".join(r.tags("FLAGS")))))


def canary(r, imports):
	names = {(row[4] or "").split("@")[0] for table in r.tables.values() for row in table}
	found = names & {"__stack_chk_fail", "__stack_chk_guard", "__intel_security_cookie",
		"__stack_chk_fail_local"}
	known = ".symtab" in r.tables or r.tags("NEEDED") or r.tags("SONAME") and len(r.tables.get(".dynsym", [])) > 1
	return "1" if found else "0" if known else ""


def expected(r, fortify):
	machine = next(name for text, name in MACHINES.items() if r.header["Machine"].startswith(text))
	imports, exports = r.symbols()
	out = {"type": TYPES[r.header["Type"].split()[0]], "machine": machine,
		"bits": r.header["Class"][3:], "endian": "big" if "big" in r.header["Data"] else "little",
		"abi": abi(r, machine), "interp": "".join(r.interp[:1]), "soname": "".join(r.bracketed("SONAME")),
		"needed": " ".join(r.bracketed("NEEDED")), "build_id": "".join(r.build_id[:1]),
		"compiler": "".join(r.comment[:1]), "stripped": str(int(".symtab" not in r.tables)),
		"rpath": "".join(r.bracketed("RPATH")), "runpath": "".join(r.bracketed("RUNPATH")),
		"cfi": "".join(r.features[:1]).strip().lower().replace(",", ""),
		"entry": str(int(r.header["Entry point address"], 16)),
		"sections": r.header["Number of section headers"].split()[0], "wx": "0", "textrel": "0",
		"canary": canary(r, imports), "fortified": "", "fortifiable": ""}
	gnu = r.header["OS/ABI"] == "UNIX - GNU"
	out["os"] = "".join(r.system[:1]).lower() or ("linux" if gnu or r.interp else "")
	if out["type"] == "rel":
		out.update(role="module" if r.modinfo else "object", linkage="relocatable", pie="", relro="", nx="")
	else:
		linked(r, out)
	if r.tags("NEEDED"):
		names = [name for name, _ in imports_list(r)]
		out["fortified"] = str(sum(n in fortify["done"] for n in names))
		out["fortifiable"] = str(sum(n in fortify["able"] for n in names))
	return out, imports, exports


def imports_list(r):
	"""Imports with repetitions: a name may be imported in two versions."""
	for kind, bind, visibility, section, name in r.tables.get(".dynsym", []):
		if name and section == "UND" and bind in ("GLOBAL", "WEAK", "UNIQUE"):
			yield name.split("@")[0], None


def fortify_names():
	"""The checked functions of the C library of this machine."""
	libc = next(p for p in pathlib.Path("/usr/lib").glob("*-linux-gnu*/libc.so.6"))
	names = set(re.findall(r" __(\w+)_chk@@", run("readelf", "--dyn-syms", "-W", libc))) - {"stack"}
	return {"done": {"__%s_chk" % n for n in names}, "able": names}


# What checksec says, in our words, and which rule explains a difference.

def checksec(path):
	out = json.loads(run("checksec", "--file=" + str(path), "--output=json"))
	return out[str(path)]


def against_checksec(path, elf, r, c, say):
	if elf["type"] == "rel":
		say.explained["not-linked"] += 1
		return
	static = elf["linkage"] in ("static", "static-pie")
	relro = {"full": "full", "partial": "partial", "none": "no"}[elf["relro"]]
	if c["relro"] != relro:
		by_flag = relro == "full" and c["relro"] == "partial" and not r.tags("BIND_NOW")
		say.differs(path, "relro", relro, c["relro"], "now-by-flag" if by_flag else None)
	mine = {"1": "yes", "0": "no", "": "unknown"}[elf["canary"]]
	if c["canary"] != mine:
		say.differs(path, "canary", mine, c["canary"], "static-unknown" if static and mine == "unknown" else None)
	mine = {"1": "yes", "0": "no", "": "unknown"}[elf["nx"]]
	if c["nx"] != mine:
		absent = "GNU_STACK" not in [kind for kind, _ in r.segments]
		say.differs(path, "nx", mine, c["nx"], "stack-default" if absent else None)
	mine = {"1": "yes", "0": "no", "": "dso"}[elf["pie"]]
	if c["pie"] != mine:
		say.differs(path, "pie", mine, c["pie"], "static-pie" if elf["linkage"] == "static-pie" else None)
	for ours_, theirs in (("rpath", "rpath"), ("runpath", "runpath")):
		if (c[theirs] == "yes") != bool(elf[ours_]):
			say.differs(path, ours_, elf[ours_], c[theirs], None)
	if (c["symbols"] == "yes") != (elf["stripped"] == "0"):
		say.differs(path, "stripped", elf["stripped"], c["symbols"], None)
	against_fortify(path, elf, r, c, say)


def against_fortify(path, elf, r, c, say):
	done = int(elf["fortified"] or 0)
	mine = (done, done + int(elf["fortifiable"] or 0))
	theirs = (int(c["fortified"]), int(c["fortify-able"]))
	if mine == theirs:
		return
	fortify = say.fortify
	bare = [name.lstrip("_").split("@")[0] for name in r.eighth]
	again = sum("__" + n in fortify["done"] for n in bare)
	again = (again, again + sum(n in fortify["able"] for n in bare))
	rule = "other-column" if elf["machine"] == "powerpc64" else "exports-fortify"
	say.differs(path, "fortify", mine, theirs, rule if again == theirs else None)


class Say:
	def __init__(self, fortify):
		self.fortify = fortify
		self.failures = []
		self.explained = collections.Counter()

	def differs(self, path, what, mine, theirs, rule):
		if rule:
			self.explained[rule] += 1
		else:
			self.failures.append("%s: %s: ours %r, theirs %r" % (path, what, mine, theirs))


def compare(lines, path, r, c, say):
	elf, imports, exports = ours(lines)
	if elf is None:
		say.failures.append("%s: no elf row" % path)
		return
	columns, want_imports, want_exports = expected(r, say.fortify)
	for name, value in columns.items():
		if elf[name] != value:
			say.differs(path, name, elf[name], value, None)
	for what, mine, theirs in (("imports", imports, want_imports), ("exports", exports, want_exports)):
		if mine != theirs:
			say.differs(path, what, sorted(mine - theirs)[:5], sorted(theirs - mine)[:5], None)
	if c:
		against_checksec(path, elf, r, c, say)


def main():
	p = argparse.ArgumentParser()
	p.add_argument("inspect_one")
	p.add_argument("--per-arch", type=int, default=60)
	p.add_argument("--checksec-every", type=int, default=1, help="checksec takes most of the time")
	p.add_argument("--arch", nargs="*", default=["amd64", *FOREIGN])
	args = p.parse_args()
	say = Say(fortify_names())
	total = checked = 0
	tools = concurrent.futures.ThreadPoolExecutor(os.cpu_count())  # they are processes of their own
	for arch in args.arch:
		paths = spread(host() if arch == "amd64" else unpack(arch), args.per_arch)
		theirs = tools.map(Readelf, paths)
		tested = tools.map(lambda at: None if at[0] % args.checksec_every else checksec(at[1]), enumerate(paths))
		said = said_of(args.inspect_one, paths)
		for path, r, c in zip(paths, theirs, tested):
			compare(said[path], path, r, c, say)
			checked += c is not None
		total += len(paths)
		print("%-8s %d files" % (arch, len(paths)), flush=True)
	for rule, n in sorted(say.explained.items()):
		print("explained, %d times: %s: %s" % (n, rule, RULES[rule]))
	for line in say.failures[:50]:
		print("DIFFERS", line)
	print("%d files against readelf, %d of them against checksec, %d differences without a rule" %
		(total, checked, len(say.failures)))
	return 1 if say.failures else 0


if __name__ == "__main__":
	sys.exit(main())
