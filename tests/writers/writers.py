# SPDX-License-Identifier: Apache-2.0
"""What the tests of written images share: the tool that opens an image, and trees that go in and come out."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOP = pathlib.Path(os.environ.get("ASSAY_SOURCE", HERE.parents[1]))
sys.path[:0] = [str(TOP / "tests/golden/fmt"), str(TOP / "tests/images")]

import make  # noqa: E402,F401  before a test's own folder is looked into
import trees  # noqa: E402
from lib import pack  # noqa: E402,F401
from lib import tree as T  # noqa: E402,F401

ASSAY = pathlib.Path(os.path.abspath(os.environ.get("ASSAY_TESTED") or os.environ.get("ASSAY") or TOP / "build/quick/assay"))
UNPACK = next((str(p) for p in (ASSAY.parent / "tests/unpack-one", TOP / "build/test/tests/unpack-one", TOP / "build/quick/tests/unpack-one")
	if p.exists()), "unpack-one")


def have(*tools):
	"""Whether this machine has the tools a test needs (CI installs all of them)."""
	return all(shutil.which(t, path=os.environ["PATH"] + ":/sbin:/usr/sbin") for t in tools)


def said(image, id=None):
	"""What unpack-one says of an image (bytes or a path): its lines. It may not fail."""
	with tempfile.TemporaryDirectory(prefix="assay-written-") as tmp:
		path = image
		if isinstance(image, (bytes, bytearray)):
			path = pathlib.Path(tmp, "image")
			path.write_bytes(image)
		code, lines = trees.unpack(UNPACK, id, path)
	assert code == 0, "unpack-one ended with %d" % code
	return lines


def entries(image, id=None):
	"""The lines that tell entries, attributes and losses, sorted, as in ID/NAME.tree."""
	return trees.entries(said(image, id))


def run(*argv, **more):
	return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True, **more).stdout
