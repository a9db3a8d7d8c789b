#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A tree as real files for a tool that wants a folder: owners, device nodes and attributes stand in fakeroot only.

tool(tree, ARGV...) runs ARGV with TOP for the folder and OUT for the file it shall write, and answers that file."""
import os
import pathlib
import pickle
import subprocess
import sys


def tool(tree, *argv, ok=(0,)):
	from . import pack
	with pack.scratch() as tmp:
		pathlib.Path(tmp, "tree").write_bytes(pickle.dumps(plain(tree)))
		script = [sys.executable, __file__, tmp + "/tree", tmp + "/top"]
		words = [str(a).replace("TOP", tmp + "/top").replace("OUT", tmp + "/out") for a in argv]
		pack.run(["fakeroot", "--", *script, *words], ok=ok)
		return pathlib.Path(tmp, "out").read_bytes()


def plain(tree):
	return [(e.path, e.type, e.mode, e.uid, e.gid, e.mtime, e.data, e.target, e.dev, e.same_as, e.xattrs) for e in tree]


def write(path, data):
	"""Runs of zero stay holes."""
	with open(path, "wb") as f:
		for at in range(0, len(data), 4096):
			block = data[at:at + 4096]
			if block.count(0) != len(block):
				f.seek(at)
				f.write(block)
		f.truncate(len(data))


def make(top, row):
	path, type, mode, uid, gid, _, data, target, dev, same_as, xattrs = row
	at = os.path.join(top, path) if path else top
	if same_as is not None:
		return os.link(os.path.join(top, same_as), at)
	if type == "dir":
		os.mkdir(at)
	elif type == "file":
		write(at, data)
	elif type == "symlink":
		os.symlink(target, at)
	else:
		kind = {"char": 0o020000, "block": 0o060000, "fifo": 0o010000, "socket": 0o140000}[type]
		os.mknod(at, kind | mode, os.makedev(*dev) if dev else 0)
	os.chown(at, uid, gid, follow_symlinks=False)
	if type != "symlink":
		os.chmod(at, mode)
	for name, value in sorted(xattrs.items()):
		os.setxattr(at, name, value)


def main(tree, top, *argv):
	rows = pickle.loads(pathlib.Path(tree).read_bytes())
	for row in rows:
		make(top, row)
	for row in reversed(rows):
		os.utime(os.path.join(top, row[0]), ns=(round(row[5] * 10**9),) * 2, follow_symlinks=False)
	return subprocess.run(argv).returncode


if __name__ == "__main__":
	sys.exit(main(*sys.argv[1:]))
