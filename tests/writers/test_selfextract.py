# SPDX-License-Identifier: Apache-2.0
"""Self-extracting scripts: makeself over its options. Where the archive begins is what the script itself answers to --dumpconf; and a
damaged one is told by each checksum that the script has."""
import hashlib
import pathlib
import random
import re
import subprocess
import tempfile
import unittest

from writers import said

OPTIONS = {"gzip": [], "bzip2": ["--bzip2"], "xz": ["--xz"], "zstd": ["--zstd"], "lz4": ["--lz4"], "lzo": ["--lzo"], "level": ["--complevel", "1"], "stored": ["--nocomp"], "compress": ["--compress"],
	"base64": ["--base64"], "sha256": ["--sha256"], "no-md5": ["--nomd5"], "no-cksum": ["--nocrc"], "none": ["--nomd5", "--nocrc"],
	"copy": ["--copy", "--nox11"], "current": ["--current"], "root": ["--needroot"], "encrypted": ["--ssl-encrypt", "--ssl-passwd", "word"]}
PART = re.compile(r"part \S+ \S+ \S+ (\d+) ([0-9a-f]{64}) /(\S+)")


def makeself(options):
	"""The script, where its archive begins, and what it says of itself."""
	with tempfile.TemporaryDirectory() as tmp:
		box = pathlib.Path(tmp, "box")
		box.mkdir()
		(box / "install.sh").write_bytes(b"#!/bin/sh\nexit 0\n")
		(box / "data").write_bytes(random.Random(5).randbytes(3000))
		made = subprocess.run(["makeself", *options, "box", "out.run", "a label", "./install.sh"], cwd=tmp, stdout=subprocess.PIPE,
			stderr=subprocess.STDOUT, check=False)
		if made.returncode or not pathlib.Path(tmp, "out.run").exists():
			raise RuntimeError("makeself %s: %s" % (options, made.stdout.decode()))
		asked = subprocess.run(["sh", "out.run", "--dumpconf"], cwd=tmp, stdout=subprocess.PIPE, check=True).stdout.decode()
		conf = dict(l.split("=", 1) for l in asked.splitlines() if "=" in l)
		image = pathlib.Path(tmp, "out.run").read_bytes()
	lines = int(conf["SKIP"].strip('"'))
	return image, len(b"".join(image.splitlines(True)[:lines])), conf


def parts(lines):
	return {m[3]: (int(m[1]), m[2]) for m in map(PART.match, lines) if m}


def sums(lines):
	return {m[1]: m[2] for m in (re.search(r"name=(md5|cksum|sha256)\tvalue=(\w+)", l) for l in lines) if m}


class SelfExtract(unittest.TestCase):
	def test_options(self):
		for name, options in OPTIONS.items():
			if name == "compress" and not pathlib.Path("/usr/bin/compress").exists():
				continue
			image, at, conf = makeself(options)
			out = said(image, "selfextract")
			with self.subTest(options=name):
				self.assertEqual(conf["filesizes"].strip('"'), str(len(image) - at))
				self.assertEqual(parts(out), {"script": (at, hashlib.sha256(image[:at]).hexdigest()),
					"payload": (len(image) - at, hashlib.sha256(image[at:]).hexdigest())})
				kinds = {"md5": "--nomd5" not in options, "cksum": "--nocrc" not in options, "sha256": "--sha256" in options}
				self.assertEqual(sums(out), {kind: "ok" for kind, there in kinds.items() if there})
				self.assertFalse([l for l in out if l.startswith("lost")])

	def test_damage(self):
		rng = random.Random(20240301)
		image, at, _ = makeself(["--sha256"])
		for _ in range(3):
			bad = bytearray(image)
			bad[rng.randrange(at, len(bad))] ^= 1 << rng.randrange(8)
			out = said(bytes(bad), "selfextract")
			self.assertEqual(sums(out), {"md5": "wrong", "cksum": "wrong", "sha256": "wrong"})
			self.assertEqual(parts(out)["script"], (at, hashlib.sha256(image[:at]).hexdigest()))
		out = said(image[:-200], "selfextract")
		self.assertTrue(any("a part is cut off" in l for l in out))
		self.assertEqual(parts(out)["payload"], (len(image) - 200 - at, hashlib.sha256(image[at:-200]).hexdigest()))
