#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The lifters of A64, A32 and T32 against llvm-objdump, over the code of real libraries: validity and length of every
instruction, its kind and target where it is a branch, and which general registers it writes.

usage: check_arm.py [KEY=ARCHIVE...]    KEY: arm64, armel, armhf; default: archives of these packages

Static libraries say what is A64, A32, T32 or data (the symbols $x, $a, $t, $d of the ABI). Each archive is linked into one
relocatable file. What may differ stands in REASONS; any other difference fails. A test is one archive read as one
instruction set. Needs llvm-objdump, llvm-ar and ld.lld.
"""
import collections
import io
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "images"))
from lib import apt, cache  # noqa: E402

PACKAGES = ("libc6-dev", "libssl-dev", "libglib2.0-dev", "libsqlite3-dev", "zlib1g-dev")
ARCHIVES = ("libc.a", "libcrypto.a", "libssl.a", "libglib-2.0.a", "libsqlite3.a", "libz.a")
FEATURES = {
	"arm64": ["--mattr=+v8.7a,+crypto,+sve2,+mte,+sm4,+sha3"],
	"armel": ["--triple=armv8a", "--mattr=+neon,+vfp4,+crypto,+crc"],
	"armhf": ["--triple=armv8a", "--mattr=+neon,+vfp4,+crypto,+crc"],
}
# By the letter of the mapping symbol: lifter, its mode, what fills everything else.
SETS = {
	"x": ("aarch64", "-", b"\x1f\x20\x03\xd5"),
	"a": ("arm", "-", b"\x00\xf0\x20\xe3"),
	"t": ("arm", "t", b"\x00\xbf\x00\xbf"),
}
LEAST = {"x": 3000000, "a": 3000000, "t": 3000000} # bytes of code that are compared

LINE = re.compile(r"^\s*([0-9a-f]+):((?: [0-9a-f]{2})+)\s*\t(.*)$")
CONDITIONS = "eq|ne|cs|hs|cc|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le"

ODD = "symbols of functions that are chosen at run time, from whose odd addresses llvm reads T32"
# What both may say differently, each with the test for it: (their text or None, our line, bits) -> it is this.
REASONS = {
	"SVE: predicates and scalable vectors have no number of their own, so more is forgotten than is written": lambda text, us, raw:
		text and re.search(r"\b[zp]\d+(\.[bhsd]|/[mz]|\b)", text) and us[1] == "-" and "96" in us[4],
	"registers of the coprocessors 1 and 2, which old C libraries save for setjmp and llvm does not know": lambda text, us, raw:
		text is None and us[0] == 4 and raw & 0x0e000000 == 0x0c000000 and raw >> 8 & 15 in (1, 2),
	"swp, which llvm does not take for ARMv8": lambda text, us, raw:
		text is None and us[0] == 4 and raw & 0x0fb00ff0 == 0x01000090,
}


def lift_one():
	tested = os.environ.get("ASSAY_TESTED") or os.environ.get("ASSAY") or str(HERE.parents[1] / "build/assay")
	return str(pathlib.Path(tested).parent / "tests/lift-one")


def archives(key):
	"""The static libraries of the packages, kept in the cache."""
	folder = cache.cache() / "packages" / "lifters" / key
	if not (folder / "ready").exists():
		folder.mkdir(parents=True, exist_ok=True)
		for deb in apt.Apt("bookworm", key).alone(PACKAGES):
			data = subprocess.run(["dpkg-deb", "--fsys-tarfile", str(deb)], check=True, stdout=subprocess.PIPE).stdout
			with tarfile.open(fileobj=io.BytesIO(data)) as tar:
				for member in tar:
					if member.isreg() and os.path.basename(member.name) in ARCHIVES:
						(folder / os.path.basename(member.name)).write_bytes(tar.extractfile(member).read())
		(folder / "ready").write_text("")
	return sorted(folder.glob("*.a"))


def link(archive, folder):
	out = folder / (archive.stem + ".o")
	subprocess.run(["ld.lld", "-r", "--whole-archive", str(archive), "-o", str(out)], check=True)
	return out


def layout(path):
	"""Where .text is (offset, size), and its stretches: (from, to, letter)."""
	said = subprocess.run(["readelf", "-SsW", str(path)], check=True, stdout=subprocess.PIPE, text=True).stdout
	m = re.search(r"\[ *(\d+)\] \.text +PROGBITS +[0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+)", said)
	number, at, n = m[1], int(m[2], 16), int(m[3], 16)
	marks = re.findall(r"^ *\d+: ([0-9a-f]+) +0 NOTYPE +LOCAL +DEFAULT +%s \$([xatd])(?:\.\S*)?$" % number, said, re.M)
	starts = sorted({int(a, 16): letter for a, letter in marks}.items())
	ends = [a for a, _ in starts[1:]] + [n]
	return at, n, [(a, end, letter) for (a, letter), end in zip(starts, ends)]


def only(path, at, n, stretches, letter, out):
	"""A file with .text alone, everything of another kind filled with an instruction that does nothing."""
	data = path.read_bytes()[at:at + n]
	fill = SETS[letter][2]
	body = bytearray((fill * (n // len(fill) + 1))[:n])
	for a, end, kind in stretches:
		if kind == letter:
			body[a:end] = data[a:end]
	out.write_bytes(bytes(body))
	return out


def flow_a64(op, args):
	if op == "b":
		return "jump", args
	if re.fullmatch(r"b\.(%s)|cbn?z|tbn?z" % CONDITIONS, op):
		return "branch?", args
	if op in ("b.al", "b.nv"):
		return "jump", args
	if op == "bl":
		return "call", args
	if re.fullmatch(r"br(aa|ab)?z?", op):
		return "jump_to", None
	if re.fullmatch(r"blr(aa|ab)?z?", op):
		return "call_to", None
	if re.fullmatch(r"e?ret(aa|ab)?|drps", op):
		return "return", None
	if op == "svc":
		return "syscall", None
	if re.fullmatch(r"brk|hlt|udf|dcps[123]", op):
		return "trap", None
	return "-", None


def flow_arm(op, args):
	base = re.sub(r"\.[wn]$", "", op)
	m = re.fullmatch(r"(b|bl|blx|bx|bxj|cbz|cbnz|tbb|tbh|svc|udf|bkpt|hlt|trap|eret|rfe(?:ia|ib|da|db)|dcps[123])(%s)?" %
		CONDITIONS, base)
	named = "#" in args or "<" in args or re.search(r"\b0x", args)
	if m:
		op, cond = m[1], "?" if m[2] else ""
		if op == "b":
			return ("branch?" if cond else "jump"), args
		if op in ("bl", "blx") and named:
			return "call" + cond, args
		if op in ("cbz", "cbnz"):
			return "branch?", args
		if op in ("svc", "blx", "tbb", "tbh"):
			return {"svc": "syscall", "blx": "call_to"}.get(op, "jump_to") + cond, None
		if op in ("bx", "bxj"):
			return ("return" if args == "lr" else "jump" if args == "pc" and op == "bx" else "jump_to") + cond, None
		return ("return" if op == "eret" or op.startswith("rfe") else "trap") + cond, None
	first = re.match(r"\{?([^{}]*)", args)[1].split(",")[0].strip()
	cond = "?" if re.search(r"[a-z](%s)$" % CONDITIONS, base) and not re.match(
		r"(movs|mls|muls|teq|mvns|bics|lsls|subs|adcs|sbcs|rscs|adds|smlals|umlals|vcls?|vmls|asrs?|rors?|orrs?)$", base) else ""
	if re.match(r"(ldm|pop)", base) and re.search(r"\bpc\}", args):
		back = base.startswith("pop") or first in ("sp", "sp!") or re.search(r"\bsp,", args.split("{")[1])
		return ("return" if back or "^" in args else "jump_to") + cond, None
	if re.fullmatch(r"ldr(%s)?" % CONDITIONS, base) and first == "pc":
		return ("return" if re.search(r"\[sp\], ", args) else "jump_to") + cond, None
	if re.match(r"(add|sub|mov|and|orr|eor|mvn|bic|rsb|adc|sbc|rsc|lsl|lsr|asr|ror|rrx)(?!t|w)", base) and first == "pc":
		back = re.match(r"[a-z]{3}s(?!$)|[a-z]{3}s$", base) or (base.startswith("mov") and args == "pc, lr")
		return ("return" if back else "jump_to") + cond, None
	return "-", None


def theirs(path, key):
	"""address -> (bytes, text or None if there is no such instruction)"""
	argv = ["llvm-objdump", "-d", "-z", "--no-print-imm-hex", "-j", ".text", *FEATURES[key], str(path)]
	out = {}
	with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as p:
		for line in p.stdout:
			m = LINE.match(line)
			if m:
				text = m[3].split("@")[0].split("//")[0].strip()
				out[int(m[1], 16)] = (len(m[2]) // 3, None if "<unknown>" in text else text)
	return out


def ours(path, letter, n):
	lifter, mode, _ = SETS[letter]
	said = subprocess.run([lift_one(), lifter, str(path), "0", str(n), "0", mode], check=True, stdout=subprocess.PIPE,
		text=True).stdout
	out = {}
	for line in said.splitlines():
		address, length, flow, target, reads, writes = line.split(" ")
		out[int(address, 16)] = (int(length), flow, target, reads, writes)
	return out


def registers_named(key, text):
	"""General registers in the text, ranges of lists filled in."""
	text = text.replace("sp", "r13").replace("lr", "r14").replace("pc", "r15") if key != "arm64" else text
	if key == "arm64":
		return {int(g or 31) for g in re.findall(r"\b[xw](\d+)\b|\bw?sp\b", text)}
	names = {"sb": 9, "sl": 10, "fp": 11, "ip": 12, "r12": 12}
	found = {int(g) for g in re.findall(r"\br(\d+)\b", text)}
	return found | {v for k, v in names.items() if re.search(r"\b%s\b" % k, text)}


def difference(key, address, them, us):
	"""What is different, or None."""
	length, text = them
	if (text is None) != (us[0] == 0):
		return "valid"
	if text is None:
		return None
	if length != us[0]:
		return "length"
	op, _, args = text.partition("\t")
	op, args = op.strip(), args.strip()
	flow, target = (flow_a64 if key == "arm64" else flow_arm)(op, args)
	said = us[1]
	if key == "armhf" and said.endswith("?") and not flow.endswith("?"):
		return None if said[:-1] == flow else "flow" # in an IT block
	if flow != said and not (key == "armhf" and said == "branch?" and flow == "jump"):
		return "flow"
	if target is not None:
		goal = re.findall(r"0x([0-9a-f]+)", target.split("<")[0])
		if goal and int(goal[-1], 16) != int(us[2], 16) & ~1:
			return "target"
	return written(key, op, args, flow, us)


STORES = re.compile(r"(st|ldm|vldm|cmp|cmn|tst|teq|ccm|fcmp|fccmp|prf|b|c?bn?z|tbn?z|svc|pld|pli|msr|sys|dc|ic|tlbi|at|mcr|push|vst|vcmp|"
	r"vpush|hint|nop|dmb|dsb|isb|it|rfe|srs|cps|setend|ldc|cdp|clrex|svc|udf|brk|hlt|tbb|tbh|blx|bx|at|cfp|cpp|dvp|wf|yield|sev|"
	r"ctermne|ctermeq|setf|rmif|xpac|aut|pac)")


def written(key, op, args, flow, us):
	"""Registers written must be named; the first operand of what is no store is written."""
	said = {int(r) for r in us[4][2:].split(",") if r}
	general = {r for r in said if r < 32}
	named = registers_named(key, args)
	implied = {30} if op.startswith(("bl", "xpac", "pac", "aut")) else set()
	if op.startswith(("push", "pop", "vpush", "vpop")):
		implied = {13}
	if flow == "syscall" or op.startswith(("hvc", "smc")):
		return None
	if key == "arm64" and re.match(r"casp", op):
		return None
	extra = {r for r in general if r not in named | implied}
	if "{" in args: # lists and ranges
		extra = set()
	pairs = re.match(r"(ldrd|ldrexd|ldaexd)", op)
	if extra and not pairs:
		return "writes"
	first = re.match(r"(?:[xw](\d+)|r(\d+)|(w?sp|lr))\b", args)
	if not first or STORES.match(op) or flow != "-":
		return None
	if re.fullmatch(r"mov(%s)?(\.w)?" % CONDITIONS, op) and len(set(args.split(", "))) == 1:
		return None # onto itself
	number = int(first[1] or first[2] or {"lr": 14}.get(first[3], 31 if key == "arm64" else 13))
	return None if number in general else "not written"


def word(data, at, letter):
	"""The bits of four bytes, the first half above for T32."""
	first, second = data[at:at + 2], data[at + 2:at + 4]
	return int.from_bytes(second + first if letter == "t" else first + second, "little")


def compare(key, path, letter, data, at, stretches, them, us):
	"""Differences by what and mnemonic; how many instructions were compared; how many differ for a reason."""
	bad, reasons, count = collections.Counter(), collections.Counter(), 0
	for a, end, kind in stretches:
		address, lost = a, False # lost: llvm took fewer bytes for what it does not know, and is out of step
		while kind == letter and address < end:
			if lost and address in us and address not in them:
				address += us[address][0]
				continue
			if address not in them or address not in us:
				if address + 1 in them or address - 1 in them:
					reasons[ODD] += 1
					break
				print(f"{key} {path.name} {address:x} out of step")
				bad["step"] += 1
				break
			count += 1
			what = difference("arm64" if letter == "x" else "armhf" if letter == "t" else "armel", address, them[address],
				us[address])
			raw = word(data, at + address, letter)
			why = what and next((r for r, test in REASONS.items() if test(them[address][1], us[address], raw)), None)
			lost = lost or (why and them[address][1] is None)
			if why:
				reasons[why] += 1
			elif what:
				name = what, str(them[address][1]).split("\t")[0]
				bad[name] += 1
				if bad[name] == 1:
					print(f"{key} {path.name} {address:x} {what}: {them[address]} {us[address]}")
			address += max(us[address][0], 2 if letter == "t" else 4)
	return bad, count, reasons

# The libraries are long: the first of each set, unless all are asked for.
THOROUGH = bool(os.environ.get("ASSAY_THOROUGH"))


def main():
	passed = failed = 0
	given = [a.split("=", 1) for a in sys.argv[1:]]
	work = [(key, pathlib.Path(path)) for key, path in given] or [(key, path) for key in FEATURES for path in (archives(key) if THOROUGH else list(archives(key))[:1])]
	size, reasons = collections.Counter(), collections.Counter()
	with tempfile.TemporaryDirectory() as folder:
		folder = pathlib.Path(folder)
		for key, archive in work:
			path = link(archive, folder)
			at, n, stretches = layout(path)
			them = theirs(path, key)
			for letter in sorted({kind for _, _, kind in stretches} - {"d"}):
				us = ours(only(path, at, n, stretches, letter, folder / "text"), letter, n)
				bad, count, why = compare(key, archive, letter, path.read_bytes(), at, stretches, them, us)
				size[letter] += sum(end - a for a, end, kind in stretches if kind == letter)
				reasons.update(why)
				print(f"{key} {archive.name} ${letter}: {count} instructions, {sum(bad.values())} differences")
				passed, failed = passed + (not bad), failed + bool(bad)
	for why, count in reasons.items():
		print(f"{count} differ because of {why}")
	print("bytes of code:", dict(size))
	for letter, least in LEAST.items() if THOROUGH and not given else ():
		passed, failed = passed + (size[letter] >= least), failed + (size[letter] < least)
	print(f"{passed} passed, {failed} failed")
	return 1 if failed or not passed else 0


if __name__ == "__main__":
	sys.exit(main())
