# SPDX-License-Identifier: Apache-2.0
"""WIM, written by wimlib-imagex over its compressions and chunk sizes, and read by 7z beside; damage."""
import hashlib
import pathlib
import random
import runpy
import subprocess
import tempfile
import unittest

import damage
from writers import TOP, entries, have, trees

LOSS = "lost "


wim = runpy.run_path(str(TOP / "tests/golden/fmt/wim/make.py"))["wim"]


def big(seed=5):
	"""Contents of every kind: text, programs, noise, runs, of sizes around those of chunks."""
	dice, t = random.Random(seed), trees.tree("xattr", "hole")
	program = pathlib.Path("/bin/sh").resolve().read_bytes()
	t.file("program", program, 0o755)
	for n in (1, 32767, 32768, 32769, 65536, 65537, 100001):
		t.file("text-%d" % n, b"".join(dice.choice((b"alpha ", b"beta\n", b"gamma gamma ")) for _ in range(n // 5 + 1))[:n])
		t.file("noise-%d" % n, dice.randbytes(n))
		t.file("both-%d" % n, (program[:n // 2] + dice.randbytes(200) + b"\0" * n)[:n])
	return t


@unittest.skipUnless(have("wimlib-imagex", "fakeroot"), "wimtools")
class Wim(unittest.TestCase):
	def test_compressions(self):
		t = big()
		want = sorted(trees.lines(t))
		for options in (("--compress=none",), ("--compress=XPRESS",), ("--compress=XPRESS", "--chunk-size=4096"), ("--compress=XPRESS", "--chunk-size=65536"),
			("--compress=LZX",), ("--compress=LZX:20",), ("--compress=LZX:100", "--chunk-size=65536"), ("--compress=LZX", "--chunk-size=2097152"),
			("--compress=LZX", "--check"), ("--compress=LZMS",), ("--compress=LZMS:20",), ("--compress=LZMS:100", "--chunk-size=1048576"),
			("--solid",), ("--solid", "--solid-compress=LZX"), ("--solid", "--solid-compress=XPRESS"), ("--solid", "--solid-chunk-size=131072"),
			("--compress=LZMS", "--solid", "--solid-chunk-size=32768"), ("--pipable", "--compress=none"), ("--pipable",),
			("--pipable", "--compress=XPRESS", "--chunk-size=4096"), ("--pipable", "--compress=LZMS")):
			with self.subTest(options=options):
				self.assertEqual(entries(wim(t, *options)), want)

	def test_machine_code(self):
		"""LZMS changes what looks like instructions of x86: programs of every kind."""
		t = trees.T.Tree()
		for name in ("ls", "tar", "perl"):
			t.file(name, pathlib.Path("/bin", name).resolve().read_bytes()[:400000], 0o755)
		want = sorted(trees.lines(t))
		for options in (("--compress=LZMS",), ("--solid",)):
			self.assertEqual(entries(wim(t, *options)), want)

	def test_solid_damage(self):
		"""Of a solid block what is in the chunks that were not touched is whole."""
		image, dice = wim(big(7), "--solid", "--solid-chunk-size=32768"), random.Random(7)
		whole = set(entries(image))
		for _ in range(4):
			bad = bytearray(image)
			at = dice.randrange(4000, len(bad) - 8000)
			bad[at:at + 64] = dice.randbytes(64)
			got = entries(bytes(bad), "wim")
			self.assertTrue(any(l.startswith(LOSS) for l in got))
			self.assertGreater(len(whole & set(got)), len(whole) // 2)

	@unittest.skipUnless(have("7z"), "7zip")
	def test_another_reader(self):
		"""What 7z takes out has the bytes that are told."""
		image = wim(big(6), "--compress=LZX")
		told = {l.split(" ", 6)[6]: l.split(" ", 6)[5] for l in entries(image) if l.startswith("file ") and " = " not in l}
		with tempfile.TemporaryDirectory(prefix="assay-wim-") as tmp:
			pathlib.Path(tmp, "in.wim").write_bytes(image)
			subprocess.run(["7z", "x", "-y", "-oout", "in.wim"], cwd=tmp, check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
			seen = {"/" + str(p.relative_to(tmp + "/out")): hashlib.sha256(p.read_bytes()).hexdigest()
				for p in pathlib.Path(tmp, "out").rglob("*") if p.is_file() and not p.is_symlink()}
		both = [n for n in told if n in seen]
		self.assertGreater(len(both), 15)
		self.assertEqual({n: told[n] for n in both}, {n: seen[n] for n in both})

	def test_damage(self):
		for compress in ("none", "LZX", "LZMS"):
			image = wim(big(), "--compress=" + compress)
			self.assertGreater(damage.blocks_overwritten(self, image, "wim", n=5), 0.5)
			damage.bits_flipped(self, image, "wim", n=3, bits=8)
