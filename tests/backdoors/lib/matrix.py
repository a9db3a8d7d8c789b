# SPDX-License-Identifier: Apache-2.0
"""What the programs are compiled for: architectures, compilers, levels, ways of linking; and which of all these a run takes."""
import itertools
import shutil

# id: triplet of the GNU tools, target of clang, what clang must be told besides
ARCHES = {
	"x86_64": ("x86_64-linux-gnu", "x86_64-linux-gnu", []),
	"armhf": ("arm-linux-gnueabihf", "arm-linux-gnueabihf", ["-mthumb", "-mfloat-abi=hard", "-mfpu=vfpv3-d16"]),
	"arm64": ("aarch64-linux-gnu", "aarch64-linux-gnu", []),
	"mipsel": ("mipsel-linux-gnu", "mipsel-linux-gnu", ["-mfpxx"]),
	"i386": ("i686-linux-gnu", "i686-linux-gnu", []),
	"mips": ("mips-linux-gnu", "mips-linux-gnu", ["-mfpxx"]),
	"ppc64el": ("powerpc64le-linux-gnu", "powerpc64le-linux-gnu", []),
	"riscv64": ("riscv64-linux-gnu", "riscv64-linux-gnu", ["-march=rv64gc", "-mabi=lp64d"]),
	"powerpc": ("powerpc-linux-gnu", "powerpc-linux-gnu", []),
}
COMPILERS = ("gcc", "clang")
LEVELS = ("O0", "O2", "Os")
STATIC = ("x86_64", "armhf", "mipsel")  # these are linked statically, too
EVEN = (("gcc", "O2"), ("clang", "Os"))
MATRICES = ("smoke", "spread", "even", "full")


def other(cell):
	"""The same program, built otherwise: by the other compiler, at another level."""
	arch, compiler, level, link = cell
	return arch, COMPILERS[1 - COMPILERS.index(compiler)], LEVELS[(LEVELS.index(level) + 1) % len(LEVELS)], link


def available():
	"""The architectures for which the tools are installed."""
	return [a for a, (triplet, _, _) in ARCHES.items() if shutil.which(triplet + "-g++") and shutil.which(triplet + "-strip")]


def cells(arches):
	"""Every combination, as (arch, compiler, level, link)."""
	return [(a, c, o, link) for a, c, o, link in itertools.product(arches, COMPILERS, LEVELS, ("dynamic", "static"))
		if link == "dynamic" or a in STATIC]


def fits(kind, cell):
	return kind == "program" or cell[3] == "dynamic"


def pick(matrix, programs, arches):
	"""What a run builds: [(name, cell)]. programs: {name: kind}. smoke: each program once; spread: each once for an
	architecture, and statically where that is done; even: all alike for every architecture, so that these can be compared; full: all."""
	if matrix == "full":
		return [(n, c) for n in programs for c in cells(arches) if fits(programs[n], c)]
	if matrix == "even":
		return [(n, (a, *how, "dynamic")) for n in programs for a in arches for how in EVEN]
	chosen = []
	for i, name in enumerate(programs):
		for k, arch in enumerate(arches):
			cell = (arch, COMPILERS[(i // 3 + k) % 2], LEVELS[(i + k) % 3], "dynamic")
			static = cell[:3] + ("static",)
			if matrix == "spread":
				chosen.append((name, cell))
				if arch in STATIC and fits(programs[name], static):
					chosen.append((name, static))
			elif k == i % len(arches):
				other = i // len(arches) % 2 and arch in STATIC and fits(programs[name], static)
				chosen.append((name, static if other else cell))
	return chosen
