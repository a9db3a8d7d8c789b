# SPDX-License-Identifier: Apache-2.0
"""ARC, written by arc by each of its methods and damaged."""
import hashlib
import os
import pathlib
import random
import subprocess
import tempfile
import unittest

import damage
from writers import entries, have, said, trees  # noqa: F401

EPOCH = 1709294400


def arc(files, options=""):
	with tempfile.TemporaryDirectory(prefix="assay-arc-") as tmp:
		for name, data in files.items():
			pathlib.Path(tmp, name).write_bytes(data)
			os.utime(pathlib.Path(tmp, name), (EPOCH, EPOCH))
		subprocess.run(["arc", "a" + options, "out.arc", *files], cwd=tmp, check=True, stdout=subprocess.PIPE, env={**os.environ, "TZ": "UTC"})
		return pathlib.Path(tmp, "out.arc").read_bytes()


def files():
	dice = random.Random(3)
	out = {"NOISE": dice.randbytes(9000), "EMPTY": b"", "ONE": b"x", "RUNS": b"".join(bytes([dice.randrange(256)]) * dice.randrange(1, 600) for _ in range(200))}
	for i, letters in enumerate((b"ab", b"etaoin shrdlu", bytes(range(128)), bytes(range(0x80, 0x98)))):
		out["TEXT%d" % i] = bytes(dice.choice(letters) for _ in range(30000))
	out["WORDS"] = b" ".join(dice.choice((b"alpha", b"beta", b"gamma", b"delta\n")) for _ in range(40000))
	return out


@unittest.skipUnless(have("arc"), "arc")
class Arc(unittest.TestCase):
	def test_methods(self):
		made = files()
		want = sorted("file - - %d %d %s /%s" % (EPOCH, len(d), hashlib.sha256(d).hexdigest(), n) for n, d in made.items())
		methods = set()
		for options in ("", "q", "s"):
			with self.subTest(options=options):
				image = arc(made, options)
				at = 0
				while image[at + 1]:
					methods.add(image[at + 1])
					at += 29 + int.from_bytes(image[at + 15:at + 19], "little")
				self.assertEqual(entries(image), want)
		self.assertEqual(methods, {2, 3, 4, 8, 9})

	def test_damage(self):
		image = arc(files())
		self.assertGreater(damage.blocks_overwritten(self, image, "arc", n=6), 0.3)
		damage.cut(self, image, "arc", n=4)
		self.assertGreater(damage.bits_flipped(self, image, "arc", n=3, bits=2), 0.3)

	def test_password(self):
		image = arc({"TEXT": b"some text\n" * 99}, "gsecret")
		self.assertTrue(any("garbled with a password" in l or "does not decode" in l for l in said(image, "arc")))
