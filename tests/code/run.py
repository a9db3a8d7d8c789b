#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lifters against other disassemblers and against the processor: runs every check_*.py here (or those named), each of
which ends with the line "N passed, N failed"; sums the lines."""
import glob
import os
import re
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))


def main():
	passed = failed = 0
	checks = [os.path.join(here, f"check_{n}.py") for n in sys.argv[1:]]
	for check in checks or sorted(glob.glob(os.path.join(here, "check_*.py"))):
		done = subprocess.run([sys.executable, check], stdout=subprocess.PIPE, text=True, timeout=1800)
		lines = done.stdout.strip().split("\n")
		result = re.fullmatch(r"(\d+) passed, (\d+) failed", lines[-1])
		name = os.path.basename(check)
		for line in lines[:-1] if result else lines:
			print(f"{name}: {line}")
		if not result:
			print(f"{name}: did not end as it should ({done.returncode})")
			failed += 1
			continue
		print(f"{name}: {lines[-1]}", flush=True)
		passed += int(result[1])
		failed += int(result[2])
	print(f"{passed} passed, {failed} failed")
	return 1 if failed or not passed else 0


if __name__ == "__main__":
	sys.exit(main())
