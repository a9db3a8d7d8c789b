#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of the house itself: our own program under review, what is installed, packages, and the documentation's examples.

usage: run.py [MODULE[.CLASS[.TEST]]...]     Last line: N passed, N failed.
"""
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))


def main(names):
	loader = unittest.defaultTestLoader
	names = names or sorted(p.stem for p in HERE.glob("test_*.py"))
	result = unittest.TextTestRunner(verbosity=2, stream=sys.stdout).run(loader.loadTestsFromNames(names))
	failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
	print("%d passed, %d failed" % (result.testsRun - failed, failed))
	return 1 if failed or not result.testsRun else 0


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
