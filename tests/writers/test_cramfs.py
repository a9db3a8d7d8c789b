# SPDX-License-Identifier: Apache-2.0
"""CramFS, written by mkfs.cramfs over its options, read back, and damaged."""
import random
import re
import subprocess
import unittest

from writers import T, entries, have, said, trees
from lib import stage


def source(seed=1, files=30):
	rng = random.Random(seed)
	t = trees.tree("big", "hard", "xattr")
	t["dir/hello"].gid = 200
	for n in range(files):
		size = rng.choice((0, 1, 100, 4095, 4096, 4097, 20000))
		data = bytes(rng.choice(b"abcdef\0") for _ in range(size)) if n % 3 else rng.randbytes(size)
		t.file("sub%d/file%02d" % (n % 4, n), data, rng.choice((0o644, 0o755, 0o4711)), rng.randrange(65536), rng.randrange(256))
	return t


def image(t, *options):
	return stage.tool(t, "mkfs.cramfs", *options, "TOP", "OUT")


@unittest.skipUnless(have("mkfs.cramfs", "fakeroot"), "mkfs.cramfs and fakeroot")
class Cramfs(unittest.TestCase):
	def test_options(self):
		t = source()
		want = sorted(trees.lines(t, times=False))
		for order in ("little", "big"):
			for more in ((), ("-z",), ("-p",), ("-b", "8192"), ("-b", "65536", "-z"), ("-b", "1024"), ("-n", "name", "-e", "7")):
				with self.subTest(order=order, more=more):
					made = image(t, "-N", order, *more)
					self.assertEqual(entries(made), want)
					self.assertTrue(any("name=crc\tvalue=ok" in l for l in said(made)))

	def test_same_contents(self):
		"""Files that are the same share their blocks; each has its own."""
		t = T.Tree()
		for n in range(3):
			t.file("f%d" % n, b"same" * 5000, 0o600 + n)
		self.assertEqual(entries(image(t)), sorted(trees.lines(t, times=False)))

	def test_exact_end(self):
		"""What follows is found where it begins."""
		made = image(source(), "-N", "big")
		text = "\n".join(said(b"noise!!!" * 100 + made + made))
		self.assertIn(" %d " % len(made), text)
		self.assertEqual(len(re.findall(r"^part .* /cramfs-0x", text, re.M)), 2)

	def check_damage(self, made, hit, want):
		"""Every file of which no byte was touched must still be told."""
		told = set(entries(hit, "cramfs"))
		lost = [l for l in want if l not in told]
		if lost:
			self.assertTrue(any(l.startswith("lost ") for l in told), lost[:3])
		return lost

	def test_damage(self):
		t = source()
		want = trees.lines(t, times=False)
		made = image(t, "-N", "little")
		rng = random.Random(5)
		for at in range(4096, len(made) - 4096, 16384):
			hit = made[:at] + rng.randbytes(4096) + made[at + 4096:]
			# 4096 bytes of contents touch few of these files
			self.assertLess(len(self.check_damage(made, hit, want)), 12)
		for _ in range(6):
			cut = rng.randrange(8192, len(made))
			self.check_damage(made, made[:cut], want)
			flipped = bytearray(made)
			for _ in range(64):
				flipped[rng.randrange(4096, len(made))] ^= 1 << rng.randrange(8)
			self.check_damage(made, bytes(flipped), want)

	def test_independent_reader(self):
		"""fsck.cramfs agrees that these are images."""
		import tempfile
		with tempfile.NamedTemporaryFile() as f:
			f.write(image(source(), "-N", "little"))
			f.flush()
			subprocess.run(["/usr/sbin/fsck.cramfs", f.name], check=True)
