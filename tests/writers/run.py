#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What independent tools write, over the matrix of their options, is read back and held against what went in.

Each test_NAME.py is one family of formats; it gets along without any other. A test whose tool is missing is left out, and
named; in continuous integration it fails, unless the tool comes from PyPI, which may not answer.
Last line: N passed, N failed.
"""
import os
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True
NOT_IN_DEBIAN = {"upx"}  # all others are installed by ./run test


def main(names):
	found = unittest.defaultTestLoader
	suite = found.loadTestsFromNames(names) if names else found.discover(str(HERE), "test_*.py")
	done = unittest.TextTestRunner(verbosity=2).run(suite)
	wrong = len({str(getattr(test, "test_case", test)) for test, _ in done.failures + done.errors})
	for test, lacks in done.skipped:
		print("left out: %s: no %s" % (test, lacks))
	passed = done.testsRun - wrong - len(done.skipped)
	if os.environ.get("CI"):
		wrong += sum(lacks not in NOT_IN_DEBIAN and not lacks.endswith(" of PyPI") for _, lacks in done.skipped)
	print("%d passed, %d failed" % (passed, wrong))
	return 1 if wrong else 0


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
