#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The lifters of MIPS, PowerPC and RISC-V against objdump (binutils-multiarch), over the libraries that the distribution's
cross compilers bring: where instructions begin, which words are valid, where control goes.

usage: check_risc.py [SET...]

One test is one file of one set. A difference is explained by a line of EXPLAINED, or the file fails."""
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

# Set: lifter, letters of its mode, words of the package names.
SETS = {
	"mips": ("mips", "b", "mips"),
	"mipsel": ("mips", "-", "mipsel"),
	"mips64": ("mips64", "wb", "mips64"),
	"mips64el": ("mips64", "w", "mips64el"),
	"mipsr6": ("mips", "b6", "mipsr6"),
	"mips64r6el": ("mips64", "w6", "mips64r6el"),
	"powerpc": ("powerpc", "b", "powerpc"),
	"ppc64": ("powerpc64", "wb", "ppc64"),
	"ppc64el": ("powerpc64", "w", "ppc64el"),
	"riscv64": ("riscv64", "w", "riscv64"),
}
PACKAGES = ("libc6", "libstdc++6", "libgfortran5")
SHOWN = 12  # differences printed for a file
LINE = re.compile(r"^ *([0-9a-f]+):\t([0-9a-f ]+)\t(\S+)(?:\s+(\S.*))?$")
TARGET = re.compile(r"(?:^|,)(?:0x)?([0-9a-f]+)(?: <.*>)?$")

# Why objdump says something else: words that are data between functions, and the like; a regular expression over
# "mnemonic operands | what objdump makes of it | what the lifter makes of it".
EXPLAINED = [
	(r"^\.long 0x4ca[0-7]0020 ", "bnslr with a hint that is reserved, in glibc's own assembly: processors ignore hints"),
	(r"^attn  \|", "a zero word whose lower bits are a table's: attn is an instruction of service processors"),
	(r"^\.long 0xffffffc4 ", "an entry of a jump table that is also a conversion of decimal floating point (dcffixqq)"),
	(r"^dcmpuq cr7,f30,f30 ", "an entry of a jump table; bits that the instruction does not have are set in it"),
]


def lifter():
	for folder in ("build/test", "build/quick", "build"):
		path = TOP / folder / "tests/lift-one"
		if path.exists():
			return path
	raise SystemExit("no lift-one: ./run test builds it")


def mips_flow(name, args):
	last = args.split(",")[-1]
	if name in ("jr", "jr.hb"):
		return "return" if args == "ra" else "jump_to"
	if name in ("jrc", "jic"):
		return "return" if args in ("ra", "ra,0") else "jump_to"
	if name in ("jalr", "jalr.hb", "jialc", "jalrc"):
		return "call_to"
	if name in ("jal", "bal", "balc"):
		return "call"
	if name in ("b", "j", "bc"):
		return "jump"
	if name in ("break", "sdbbp"):
		return "trap"
	if name in ("teq", "tge", "tgeu"):
		return "trap" if len(set(args.split(",")[:2])) == 1 else "-"
	if name in ("eret", "deret"):
		return "return"
	if name == "nal":
		return "-"
	if re.fullmatch(r"b[a-z0-9.]*", name) and TARGET.search(last) and name not in ("bitrev", "balign", "bitswap"):
		return "call?" if re.search(r"al[lc]?$", name) else "branch?"
	return "syscall" if name == "syscall" else "-"


def ppc_flow(name, args):
	name = name.rstrip("+-")
	first = args.split(",")
	if name in ("trap", "sc", "scv"):
		return "trap" if name == "trap" else "syscall"
	if name in ("tw", "td", "twi", "tdi", "twu", "tdu", "twui", "tdui"):
		return "trap" if first[0] == "31" or name in ("twu", "tdu", "twui", "tdui") else "-"
	if name in ("rfi", "rfid", "rfci", "hrfid", "rfdi", "rfmci", "rfscv", "rfebb"):
		return "return"
	if not re.fullmatch(r"b(c?|[a-z]{2,3}|d[a-z]+)(lr|ctr|tar)?l?a?", name) or name in ("brd", "brh", "brw"):
		return "-"
	register = re.search(r"(lr|ctr|tar)(l?)$", name)
	if register:
		maybe = "" if name[1:].startswith(("lr", "ctr", "tar")) else "?"
		if re.match(r"bc(lr|ctr)", name):
			maybe = "" if first[0] == "20" else "?"
		if register[2]:
			return "call_to" + maybe
		return ("return" if register[1] == "lr" else "jump_to") + maybe
	if name in ("b", "ba"):
		return "jump"
	if name in ("bl", "bla"):
		return "call"
	if name in ("bc", "bcl"):
		always = first[0] == "20"
		return ("call" if name == "bcl" else "jump" if always else "branch") + ("" if always else "?")
	return "call?" if name.endswith(("l", "la")) and name not in ("bnl", "bnla") else "branch?"


def riscv_flow(name, args):
	name = name.removeprefix("c.")
	if name in ("ret", "mret", "sret", "uret", "dret"):
		return "return"
	if name == "jr":
		return "return" if args in ("ra", "t0") else "jump_to"
	if name == "jalr":
		return "call_to"
	if name == "jal":
		return "call"
	if name == "j":
		return "jump"
	if name in ("ebreak", "unimp"):
		return "trap"
	if re.fullmatch(r"b(eq|ne|lt|ge|gt|le)(u|z)?", name):
		return "branch?"
	return "syscall" if name == "ecall" else "-"


FLOW = {"mips": mips_flow, "powerpc": ppc_flow, "riscv": riscv_flow}


def theirs(path, name):
	"""objdump's lines of .text: address, length, name, operands, flow, target."""
	options = ["-M", "power10"] if name.startswith("p") else []
	listed = subprocess.run(["objdump", "-d", "-w", "-j", ".text", *options, path],
		stdout=subprocess.PIPE, text=True, check=True).stdout
	flow = FLOW[re.match("mips|powerpc|riscv", name)[0]]
	for line in listed.splitlines():
		found = LINE.match(line)
		if not found:
			continue
		at, raw, op, args = found.groups()
		args = re.sub(r"\s+[#].*$", "", args or "").strip()
		what = flow(op, re.sub(r" <.*>$", "", args))
		target = TARGET.search(re.sub(r" <.*>$", "", args)) if what.rstrip("?") in ("branch", "jump", "call") else None
		yield (int(at, 16), len(raw.replace(" ", "")) // 2, op, args, what,
			int(target[1], 16) if target else None)


def text_of(path):
	for line in subprocess.run(["readelf", "-SW", path], stdout=subprocess.PIPE, text=True).stdout.splitlines():
		words = line.replace("[ ", "[").split()
		if len(words) > 5 and words[1] == ".text":
			return int(words[4], 16), int(words[5], 16), int(words[3], 16)
	return None


def ours(path, lift, mode, where):
	"""What the lifter says, by address: length, flow, target. Of the two words of a branch with its slot, the first has
	the branch."""
	offset, size, address = where
	argv = [lifter(), lift, path, str(offset), str(size), str(address), mode]
	said = {}
	for line in subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines():
		at, length, what, target = line.split()[:4]
		said[int(at, 16)] = (int(length), what, None if target == "-" else int(target, 16))
	return said


def is_data(op):
	return op.startswith(".") or op in ("(bad)", "unknown")


def difference(them, mine, slot, lift):
	"""None, or what is not the same. mine is None for a word in a delay slot."""
	at, length, op, args, what, target = them
	if slot:
		return None if what == "-" or what == "trap" else "slot"
	if mine is None:
		return "no instruction of ours begins here"
	mylen, mywhat, mytarget = mine
	if is_data(op):
		return None if mylen == 0 else "valid"
	if mylen == 0:
		return "not valid"
	if lift.startswith("mips") and mylen == 8:
		length = 8
	if mylen != length:
		return "length %d" % mylen
	if what in ("call", "jump", "call?") and target == at + length and mywhat == "-":
		return None  # a call of what follows
	if what != mywhat:
		return "flow " + mywhat
	if target is not None and mytarget is not None and target != mytarget:
		return "target %x" % mytarget
	return None


def compare(path, lift, mode):
	where = text_of(path)
	said = ours(path, lift, mode, where)
	wrong, kinds, n, slot_of = [], collections.Counter(), 0, None
	for them in theirs(path, lift):
		at = them[0]
		mine = said.get(at)
		slot = mine is None and slot_of == at
		slot_of = at + 4 if mine and mine[0] == 8 and lift.startswith("mips") else None
		n += 1
		why = difference(them, mine, slot, lift)
		if why:
			line = "%s %s | %s %s | %s" % (them[2], them[3], them[4], them[5], why)
			rule = next((i for i, r in enumerate(EXPLAINED) if re.search(r[0], line)), None)
			kinds[rule] += 1
			if rule is None:
				wrong.append("%x: %s" % (at, line))
	return n, where[1], wrong, kinds


def files(words, folder):
	names = ["%s-%s-cross" % (p, words) for p in PACKAGES]
	for package in Apt("bookworm", "amd64").alone(names):
		subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
	for path in sorted(pathlib.Path(folder).rglob("*.so*")):
		if path.is_file() and not path.is_symlink() and path.read_bytes()[:4] == b"\x7fELF" and text_of(path):
			yield path

# The sets are long: a first part of each, unless all of it is asked for.
BRIEF = 1 << 19 # bytes
THOROUGH = bool(os.environ.get("ASSAY_THOROUGH"))


def main():
	passed = failed = 0
	explained = collections.Counter()
	for name in sys.argv[1:] or SETS:
		lift, mode, words = SETS[name]
		instructions = size = 0
		with tempfile.TemporaryDirectory() as folder:
			for path in files(words, folder):
				if size > BRIEF and not THOROUGH:
					break
				n, bytes_, wrong, kinds = compare(path, lift, mode)
				instructions, size = instructions + n, size + bytes_
				explained.update({k: v for k, v in kinds.items() if k is not None})
				passed, failed = passed + (not wrong), failed + bool(wrong)
				for line in wrong[:SHOWN]:
					print("%s: %s: %s" % (name, path.name, line))
				if wrong:
					print("%s: %s: %d of %d differ" % (name, path.name, len(wrong), n))
		print("%s: %d instructions, %.1f MB" % (name, instructions, size / 1e6), flush=True)
	for i, count in sorted(explained.items()):
		print("explained: %d times %s" % (count, EXPLAINED[i][1]))
	print("%d passed, %d failed" % (passed, failed))
	return 1 if failed or not passed else 0


if __name__ == "__main__":
	sys.exit(main())
