# SPDX-License-Identifier: Apache-2.0
"""What the programs of a package hold: the keys of their texts, and of what their version stands in. Kept in the cache, one
file for each package file, so a run that was interrupted goes on where it was.

A kept file is a line of JSON (package, source, version, arch; files: [path, bare versions, number of texts, of names it offers, of forms that hold the
package's version, of forms that hold another]) and then these keys for each file, little-endian words of 64 bits, ascending."""
import gzip
import json
import os
import pathlib
import struct
import subprocess
import tempfile

import archive
import packages # of tools/learn


def kept(deb):
	return archive.folder() / "texts" / (deb.name[:-4] + ".gz")


def parse(said, version):
	"""What the tool says: for each file (bare versions, keys of texts, of names, forms with the version, forms with another)."""
	at, bare, right, wrong = 0, set(), set(), set()
	while at < len(said):
		end = said.index(b"\n", at)
		what, _, rest = said[at:end].partition(b" ")
		at = end + 1
		if what == b"file":
			bare, right, wrong = set(), set(), set()
		elif what == b"bare":
			bare.add(rest.decode())
		elif what == b"form":
			key, _, held = rest.partition(b" ")
			(right if held.decode() == version else wrong).add(int(key, 16))
		else:
			n = 8 * int(rest)
			if what == b"keys":
				keys = said[at:at + n]
			else:
				yield sorted(bare), keys, said[at:at + n], sorted(right), sorted(wrong)
			at += n


def gather(tool, record, deb):
	"""Reads one package file, unless that was done."""
	out = kept(deb)
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
	for path, (bare, keys, names, right, wrong) in zip(files, parse(said, record.version)):
		listed.append([path, bare, len(keys) // 8, len(names) // 8, len(right), len(wrong)])
		body += [keys, names, struct.pack("<%dQ" % (len(right) + len(wrong)), *right, *wrong)]
	head = {"package": record.package, "source": record.source, "version": record.version, "arch": record.arch, "files": listed}
	part = out.with_suffix(".part%d" % os.getpid())
	with gzip.open(part, "wb", 1) as f:
		f.write(json.dumps(head).encode() + b"\n" + b"".join(body))
	part.rename(out)
