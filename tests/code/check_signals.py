#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Signals of the code analysis over small programs, compiled for several architectures and degrees of optimisation.

usage: check_signals.py [NAME...]

Each tests/code/signals/NAME.c (or .cc, for C++) says in its first lines what is expected of it:
  // expect: SIGNAL FUNCTION SCORE /TRIGGER/ /EFFECT/     an alarm with at least that score in that function (or *)
  // clean: SIGNAL SCORE                                  compiled with -DCLEAN: no alarm with as much
  // flags: FLAG...                                       how to compile it besides
  // flags COMPILER: FLAG...                              the same, for compilers whose name begins with that
  // compilers: COMPILER...                               others that it is compiled by, too
One test is one file, compiled once. Nothing of it is run."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TOP = pathlib.Path(os.environ.get("ASSAY_SOURCE") or pathlib.Path(__file__).resolve().parents[2])
COMPILERS = ("gcc", "arm-linux-gnueabihf-gcc", "aarch64-linux-gnu-gcc", "mipsel-linux-gnu-gcc")
LEVELS = ("-O0", "-O2")
EXPECT = re.compile(r"// expect: (\w+) (\S+) ([\d.]+) /(.*?)/ /(.*?)/$", re.M)
CLEAN = re.compile(r"// clean: (\w+) ([\d.]+)$", re.M)
MORE = re.compile(r"// compilers: (.*)$", re.M)
FLAGS = re.compile(r"// flags ?(\S*): (.*)$", re.M)
ALARM = re.compile(r"^ *([\d.]+) (\w+)!? [0-9a-f]+ (\S*) at [0-9a-f]+: '(.*?)' opens (.*) at [0-9a-f]+ \(", re.M)


def tool():
	for folder in ("build/test", "build/quick", "build"):
		path = TOP / folder / "tests/code-one"
		if path.exists():
			return path
	raise SystemExit("no code-one: ./run test builds it")


def alarms(one, source, compiler, level, flags):
	if source.suffix == ".cc":
		compiler = compiler[:-len("gcc")] + "g++"
	with tempfile.TemporaryDirectory() as folder:
		out = os.path.join(folder, "program")
		subprocess.run([compiler, level, "-w", *flags, "-o", out, str(source)], check=True, timeout=120)
		done = subprocess.run([str(one), out, "alarms"], stdout=subprocess.PIPE, check=True, timeout=120)
	return [(float(m[0]), *m[1:]) for m in ALARM.findall(done.stdout.decode("latin-1"))]


def check(one, source, compiler, level):
	text = source.read_text()
	expected, clean = EXPECT.findall(text), CLEAN.findall(text)
	flags = " ".join(f for name, f in FLAGS.findall(text) if compiler.startswith(name)).split()
	faults = [] if expected and clean else ["says not what is expected"]
	found = alarms(one, source, compiler, level, flags)
	for signal, function, score, trigger, effect in expected:
		if not any(a[0] >= float(score) and a[1] == signal and function in ("*", a[2]) and re.search(trigger, a[3])
				and re.search(effect, a[4]) for a in found):
			faults.append(f"missing: {signal} {function} {score} /{trigger}/ /{effect}/; there are {found}")
	quiet = alarms(one, source, compiler, level, [*flags, "-DCLEAN"])
	for signal, score in clean:
		faults += [f"false: {a}" for a in quiet if a[1] == signal and a[0] >= float(score)]
	return faults


def main():
	one, passed, failed = tool(), 0, 0
	for source in sorted((TOP / "tests/code/signals").glob("*.c*")):
		if sys.argv[1:] and source.stem not in sys.argv[1:]:
			continue
		for compiler in (*COMPILERS, *" ".join(MORE.findall(source.read_text())).split()):
			for level in LEVELS:
				faults = check(one, source, compiler, level)
				for fault in faults:
					print(f"{source.stem} {compiler} {level}: {fault}")
				passed += not faults
				failed += bool(faults)
	print(f"{passed} passed, {failed} failed")
	return 1 if failed or not passed else 0


if __name__ == "__main__":
	sys.exit(main())
