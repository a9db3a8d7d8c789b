# SPDX-License-Identifier: Apache-2.0
"""A tree as real files, for archivers that want them, and trees that such archivers can hold."""
import pathlib
import subprocess
import tempfile

from lib import pack
from trees import tree

NO_OWNERS = ("hard", "node", "fifo", "xattr", "hole")


def plain(*more):
	"""Directories, files and links."""
	return tree(*NO_OWNERS, *more)


def stage(t, folder):
	"""Owners stay the caller's."""
	subprocess.run(["tar", "-x", "-p", "--no-same-owner", "-C", str(folder)], input=t.tar(), check=True)


def archive(t, *argv, out="out"):
	"""What argv leaves in the file OUT when it runs in a folder that holds the tree; IN becomes its top names."""
	with tempfile.TemporaryDirectory(prefix="assay-staged-") as tmp:
		root = pathlib.Path(tmp, "root")
		root.mkdir()
		stage(t, root)
		names = sorted(p.name for p in root.iterdir())
		full = []
		for a in argv:
			full += names if a == "IN" else [str(pathlib.Path(tmp, out)) if a == "OUT" else a]
		subprocess.run(full, cwd=root, env=pack.environment(), check=True, capture_output=True)
		return pathlib.Path(tmp, out).read_bytes()


def from_tar(t, *argv):
	"""What a filter makes of the tree as a tar archive."""
	return pack.run(argv, t.tar())
