#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Properties that hold for every format: each byte accounted for, extraction that stays inside, bounds, damage.

What is tried is found by itself (tests/golden/fmt/*/*.bin), so a new format is covered by existing.
usage: run.py [MODULE[.CLASS[.TEST]]...]     Last line: N passed, N failed.
"""
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True


def main(names):
	found = unittest.defaultTestLoader
	suite = found.loadTestsFromNames(names) if names else found.discover(str(HERE), "test_*.py")
	done = unittest.TextTestRunner(verbosity=2, stream=sys.stdout).run(suite)
	wrong = len({str(getattr(test, "test_case", test)) for test, _ in done.failures + done.errors})
	print("%d passed, %d failed" % (done.testsRun - wrong - len(done.skipped), wrong))
	return 1 if wrong or not done.testsRun else 0


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
