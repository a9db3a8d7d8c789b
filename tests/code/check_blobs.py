#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bare machine code (src/code/blob.h): boot loaders and firmware of the distribution's packages, and what a loader makes of programs that are
linked here, are taken for what they are, at the address that they are linked for. The truth is the ELF file that they were made of; where
the package has none, the address that the vendor's sources say. Functions are held against symbols, or against what is found in the ELF
file. Files that are no code of an instruction set known here must be left alone: what a system has in /usr/share, processors that are
not known, packed and random bytes. Prints how many; the last line sums up."""
import os
import pathlib
import random
import re
import struct
import subprocess
import sys
import tempfile
import zlib

TOP = pathlib.Path(os.environ.get("ASSAY_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
sys.path.insert(0, str(TOP / "tests" / "images"))
from lib import apt, cache  # noqa: E402

FOLDER = next((TOP / "build" / b / "tests" for b in ("test", "quick") if (TOP / "build" / b / "tests" / "blob-one").exists()), None)
PACKAGES = (("amd64", "opensbi"), ("amd64", "u-boot-qemu"), ("amd64", "hackrf-firmware"), ("amd64", "nxt-firmware"), ("amd64", "firmware-tomu"),
	("amd64", "crust-firmware"), ("amd64", "firmware-ath9k-htc"), ("amd64", "firmware-linux-free"), ("amd64", "sigrok-firmware-fx2lafw"),
	("amd64", "seabios"), ("arm64", "arm-trusted-firmware"), ("arm64", "u-boot-rpi"), ("arm64", "u-boot-amlogic"),
	("armhf", "u-boot-rpi"), ("armhf", "u-boot-exynos"))
FOREIGN = {"crust-firmware", "firmware-ath9k-htc", "firmware-linux-free", "sigrok-firmware-fx2lafw", "seabios"}
MACHINES = {"AArch64": "aarch64", "ARM": "arm", "RISC-V": "riscv64", "PowerPC": "powerpc"}
# Where the sources of Arm's firmware put BL31 on these boards, and what the others' linker scripts say.
KNOWN = {"sun50i_a64/bl31.bin": ("aarch64", 0x44000), "sun50i_h6/bl31.bin": ("aarch64", 0x104000), "g12a/bl31.bin": ("aarch64", 0x5100000),
	"gxbb/bl31.bin": ("aarch64", 0x10100000), "imx8mn/bl31.bin": ("aarch64", 0x960000), "rpi3/bl31.bin": ("aarch64", 0x100e0000),
	"rpi4/bl31.bin": ("aarch64", 0), "imx8mq/bl31.bin": ("aarch64", 0x910000), "hackrf/hackrf_one_usb.bin": ("arm", 0),
	"hackrf/hackrf_rad1o_usb.bin": ("arm", 0), "nxt-firmware/nxt_firmware.bin": ("arm", 0x100000), "firmware-tomu/toboot.bin": ("arm", 0),
	"firmware-tomu/toboot-booster.bin": ("arm", 0x4000)}
CALIBRATED = 60  # hundredths: at least so sure, on average, where the truth is an ELF file
# Of the functions found in the ELF file, whose sections and relocations say more: code of ARM has many that only pointers lead to.
TWINS = {"qemu-ppce500": 0.98, "qemu-riscv64": 0.87, "maltael": 0.96, "rpi_3": 0.91, "qemu_arm": 0.72, "rpi_2": 0.72, "odroid": 0.76}
LEAST_SYMBOLS = 0.92  # of the functions of a symbol table
MOST_STRAY = 0.10  # of the functions found: not where the twin has one
NO_CODE = 2000  # files of the system
SOURCE = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netdb.h>
static int by_length(const void *a, const void *b) { return (int)strlen(*(char *const *)a) - (int)strlen(*(char *const *)b); }
int main(int argc, char **argv)
{
	qsort(argv, (size_t)argc, sizeof(*argv), by_length);
	for (int i = 0; i < argc; i++)
		printf("%s %f %ld\n", argv[i], atof(argv[i]), strtol(argv[i], NULL, 0));
	return getenv("HOME") ? 0 : 1;
}
"""
COMPILERS = (("arm-linux-gnueabihf-gcc", ["-mthumb"], "arm"), ("aarch64-linux-gnu-gcc", [], "aarch64"), ("mipsel-linux-gnu-gcc", [], "mips"))


def tool(name, *arguments, text=None):
	done = subprocess.run([str(FOLDER / name), *map(str, arguments)], input=text, capture_output=True, text=True, timeout=300, check=False)
	return done.stdout


def readelf(option, path):
	return subprocess.run(["readelf", option, str(path)], capture_output=True, text=True, check=True).stdout


def taken(paths):
	"""What each file is taken for, by path: (architecture, base, hundredths) or None; and the time for those that are nothing."""
	lines = tool("blob-one", text="".join("%s\n" % p for p in paths)).splitlines()
	said = {f[0]: (f[1], int(f[4], 16), int(f[5])) if f[1] != "-" else None for f in (line.split("\t") for line in lines[:-1])}
	return [said.get(str(p), "no answer") for p in paths], lines[-1]


def functions(path):
	found = re.findall(r"^([0-9a-f]+) [0-9a-f]+ by\d+", tool("code-one", path, "functions"), re.M)
	return {int(a, 16) for a in found}


def unpacked():
	"""Folders with the packages' files, by package and architecture."""
	folders = []
	for arch, name in PACKAGES:
		file, = apt.Apt("bookworm", arch).alone([name])
		folder = cache.cache() / "blobs" / file.stem
		if not folder.exists():
			with tempfile.TemporaryDirectory(dir=cache.cache()) as new:
				subprocess.run(["dpkg-deb", "-x", str(file), new + "/a"], check=True)
				folder.parent.mkdir(exist_ok=True)
				os.rename(new + "/a", folder)
		folders.append((name, folder))
	return folders


def twin(path):
	for name in ("uboot.elf", path.stem + ".elf"):
		if re.match(r"(u-boot(-nodtb)?|fw_\w+)\.bin$", path.name) and (path.parent / name).exists():
			return path.parent / name
	return None


def elf_truth(elf):
	"""Machine and lowest address of the file's segments."""
	text = readelf("-lhW", elf)
	machine = re.search(r"Machine: +(\S+)", text)[1]
	lowest = min(int(a, 16) for a in re.findall(r"^ +LOAD +0x[0-9a-f]+ 0x([0-9a-f]+)", text, re.M))
	return MACHINES.get(machine) or ("mips64" if "ELF64" in text else "mips") if machine not in ("Intel", "Advanced") else None, lowest


def check_real(folders):
	faults, cases, sures, right = [], [], [], 0
	for name, folder in folders:
		for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.stat().st_size > 4096 and not p.is_symlink()):
			known = next((v for k, v in KNOWN.items() if str(path).endswith("/" + k)), None)
			elf = twin(path)
			if known or elf or (name in FOREIGN and path.suffix in (".bin", ".fw")):
				cases.append((path, known or (elf_truth(elf) if elf else (None, 0)), elf))
	answers, _ = taken([c[0] for c in cases])
	code = sum(c[1][0] is not None for c in cases)
	for (path, (machine, base), elf), said in zip(cases, answers):
		want = (machine, base) if machine else None
		if (said[:2] if said else None) != want or (said and said[2] == 0):
			faults.append("%s: %s, not %s" % ("/".join(path.parts[-3:]), said, want))
			continue
		right += machine is not None
		sures += [said[2]] if elf and said else []
	print("packages: %d of %d files of code and their addresses, %d of others left alone" % (right, code, len(cases) - code))
	if len(sures) < 20 or code < 35 or len(cases) - code < 30 or sum(sures) < CALIBRATED * len(sures):
		faults.append("too few files, or not sure enough: %d %d %d" % (len(sures), code, len(cases) - code))
	return [len(cases) - len(faults), faults]


def overlap(label, truth, found, least, faults, strays=True):
	recall = len(truth & found) / max(1, len(truth))
	stray = len(found - truth) / max(1, len(found))
	print("%s: %d of %d functions (%.1f %%), %.1f %% of those found stand elsewhere" % (label, len(truth & found), len(truth), 100 * recall, 100 * stray))
	if len(truth) < 100 or recall < least or (strays and stray > MOST_STRAY):
		faults.append(label + ": too few functions, or too many")


def check_twins(folders):
	"""What is found in the bare bytes, against what is found in the ELF file."""
	faults = []
	pairs = [(p, twin(p)) for _, f in folders for p in sorted(f.rglob("u-boot.bin")) if p.parent.name in TWINS]
	for path, elf in pairs:
		overlap(path.parent.name, functions(elf), functions(path), TWINS[path.parent.name], faults)
	if len(pairs) < len(TWINS):
		faults.append("twins are missing")
	return [len(pairs) - len(faults), faults]


def image_of(elf):
	"""Memory as a loader fills it, without the ELF header; and the address of its first byte."""
	text = readelf("-lW", elf)
	loads = [[int(x, 16) for x in m] for m in re.findall(r"^ +LOAD +0x([0-9a-f]+) 0x([0-9a-f]+) 0x[0-9a-f]+ 0x([0-9a-f]+)", text, re.M)]
	data, base, memory = elf.read_bytes(), min(a for _, a, _ in loads), bytearray()
	for offset, addr, n in sorted(loads, key=lambda s: s[1]):
		memory.extend(bytes(addr - base - len(memory)))
		memory[addr - base:] = data[offset:offset + n]
	memory[:64] = bytes(64)
	return bytes(memory), base


def check_linked(folder):
	faults = []
	(folder / "a.c").write_text(SOURCE)
	for compiler, flags, machine in COMPILERS:
		elf, blob = folder / "a.elf", folder / "a.bin"
		subprocess.run([compiler, "-O2", "-static", *flags, "-o", elf, folder / "a.c"], check=True)
		memory, base = image_of(elf)
		blob.write_bytes(memory)
		(said,), _ = taken([blob])
		if not said or said[:2] != (machine, base) or said[2] < CALIBRATED:
			faults.append("%s: %s, not at %x" % (machine, said, base))
			continue
		mask = ~1 if machine == "arm" else ~0
		truth = {int(a, 16) & mask for a in re.findall(r"^ *\d+: ([0-9a-f]+) +[1-9]\d* FUNC .* \d+ \S+$", readelf("-sW", elf), re.M)}
		overlap(machine + ", linked statically", truth, functions(blob), LEAST_SYMBOLS, faults, strays=False)
	return [len(COMPILERS) - len(faults), faults]


def check_said(folders, folder):
	"""A review says what was found out, and what was not."""
	faults = []
	path = next(p for _, f in folders for p in f.rglob("sun50i_h6/bl31.bin"))
	said = tool("inspect-one", path)
	if not re.search(r"^blob\t.*machine=aarch64\tbits=64\tendian=little\t.*\tbase=%d\tsure=[1-9]\d*\thow=constants\t.*evidence=0x" % 0x104000, said, re.M):
		faults.append("no row of what was guessed")
	if "class=blob" not in said or "lost" in said:
		faults.append("it is not read as a program, or not all of it")
	path = next(p for _, f in folders for p in f.rglob("imx8mq/bl31.bin"))
	cut = folder / "cut"
	cut.write_bytes(path.read_bytes()[:20000])  # code alone, of which nothing leads to texts
	said = tool("inspect-one", cut)
	if not re.search(r"^blob\t.*\tbase=\tsure=0\thow=\t", said, re.M) or "address could not be told" not in said:
		faults.append("an address that is not known is not said to be")
	for n in (1024, 5000, 20001):
		cut.write_bytes(path.read_bytes()[:n])
		if "status ok" not in tool("inspect-one", cut):
			faults.append("cut off at %d, it does not end well" % n)
	return [5 - len(faults), faults]


def made_up(folder):
	"""Bytes that look like something and are no code."""
	r = random.Random(7)
	noise = r.randbytes(1 << 20)
	made = {"noise": noise, "packed": zlib.compress(b"".join(b"%d %x\n" % (i, i * i) for i in range(200000))),
		"calls": struct.pack("<I", 0xeb000010) * 50000, "calls64": struct.pack("<I", 0x94000010) * 50000,
		"ramp": b"".join(struct.pack("<I", i * 0x10001 & 0xffffffff) for i in range(100000)),
		"words": b"".join(struct.pack("<I", r.choice((0xeb000000, 0x94000000)) + r.randrange(1 << 18)) for _ in range(100000)),
		"records": b"".join(struct.pack("<IIII", 0x94000000 + r.randrange(4096), 0xa9bf7bfd if i % 9 == 0 else i, i * 3, 0xd65f03c0 if i % 7 == 0 else 0)
			for i in range(20000)),
		"sound": b"".join(struct.pack("<h", int(9000 * ((i * 37 % 211) / 211 - 0.5)) + r.randrange(-50, 50)) for i in range(200000))}
	for name, data in made.items():
		(folder / name).write_bytes(data)
	return [folder / name for name in made]


def check_no_code(folder):
	share = (p for p in sorted(pathlib.Path("/usr/share").rglob("*")) if p.is_file() and not p.is_symlink() and "\n" not in str(p))
	files = made_up(folder) + [p for p in share if p.stat().st_size >= 1024 and not re.search(r"firmware|qemu|u-boot|\.elf$", str(p))][:4 * NO_CODE]
	answers, cost = taken(files)
	faults = ["%s is taken for %s" % (p, a) for p, a in zip(files, answers) if a is not None]
	print("no code: %d of %d files left alone; %s" % (len(files) - len(faults), len(files), cost))
	if len(files) < NO_CODE:
		faults.append("too few files")
	return [len(files) - len(faults), faults]


def main():
	folders = unpacked()
	with tempfile.TemporaryDirectory() as folder:
		folder = pathlib.Path(folder)
		results = [check_real(folders), check_twins(folders), check_linked(folder), check_said(folders, folder), check_no_code(folder)]
	faults = [f for _, found in results for f in found]
	print("\n".join(faults[:40]))
	print("%d passed, %d failed" % (sum(n for n, _ in results), len(faults)))
	return 1 if faults else 0


if __name__ == "__main__":
	sys.exit(main())
