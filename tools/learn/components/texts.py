# SPDX-License-Identifier: Apache-2.0
"""What the programs of a package hold: the keys of their texts, and of what their version stands in. Kept in the cache, one
file for each package file, so a run that was interrupted goes on where it was.

A kept file is a line of JSON (package, source, version, arch; files: [path, bare versions, versions in other texts, number of texts, of names it offers,
of pieces of tables, of forms that hold the package's version, of forms that hold another]) and then these keys for each file, little-endian words of 64 bits, ascending."""
import gzip
import json
import os
import pathlib
import struct
import subprocess
import tempfile

import archive
import packages # of tools/learn


FORMAT = 5 # of the kept files: raise it when they, or what the tool takes for a text, a key or a form, change
SAID_MOST = 400 # versions in the texts of a file: where more stand, they are a table


def kept(deb):
	return archive.folder() / ("texts-%d" % FORMAT) / (deb.name[:-4] + ".gz")


def parse(said, version):
	"""What the tool says: for each file (bare versions, versions in other texts, [keys of texts, of names, of tables], forms with
	the version, forms with another)."""
	at, bare, versions, right, wrong, words = 0, set(), set(), set(), set(), []
	while at < len(said):
		end = said.index(b"\n", at)
		what, _, rest = said[at:end].partition(b" ")
		at = end + 1
		if what == b"file":
			bare, versions, right, wrong = set(), set(), set(), set()
		elif what == b"bare":
			bare.add(rest.decode())
		elif what == b"form":
			key, _, held = rest.partition(b" ")
			(right if held.decode() == version else wrong).add(int(key, 16))
			versions.add(held.decode())
		elif what == b"said":
			versions.add(rest.decode())
		else:
			n = 8 * int(rest)
			words.append(said[at:at + n])
			at += n
			if what == b"tables":
				yield sorted(bare), sorted(versions)[:SAID_MOST], words, sorted(right), sorted(wrong)
				words = []


def gather(tool, record, deb):
	"""Reads one package file, unless that was done."""
	out = kept(deb)
	out.parent.mkdir(exist_ok=True)
	if out.exists():
		return
	with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None, prefix="learn-") as folder:
		files, names = [], []
		for path, data in packages.programs(deb):
			names.append(os.path.join(folder, str(len(files))))
			pathlib.Path(names[-1]).write_bytes(data)
			files.append(path)
		said = subprocess.run([tool, *names], stdout=subprocess.PIPE, check=True).stdout if names else b""
	listed, body = [], []
	for path, (bare, versions, words, right, wrong) in zip(files, parse(said, record.version.replace("~", ""))):
		listed.append([path, bare, versions, *[len(w) // 8 for w in words], len(right), len(wrong)])
		body += [*words, struct.pack("<%dQ" % (len(right) + len(wrong)), *right, *wrong)]
	head = {"package": record.package, "source": record.source, "version": record.version, "arch": record.arch, "files": listed}
	part = out.with_suffix(".part%d" % os.getpid())
	with gzip.open(part, "wb", 1) as f:
		f.write(json.dumps(head).encode() + b"\n" + b"".join(body))
	part.rename(out)
