# SPDX-License-Identifier: Apache-2.0
"""MINIX: mkfs.minix makes it, a generator fills it, fsck.minix passes it; read back, and damaged."""
import random
import sys
import unittest

from writers import T, entries, have, said, trees

sys.path.insert(0, str(trees.HERE / "minix"))
from fill import image  # noqa: E402


def source(seed=2):
	rng = random.Random(seed)
	t = T.Tree()
	for n in range(20):
		size = rng.choice((0, 1, 1023, 1024, 1025, 7168, 7169, 30000))
		t.file("sub%d/file%02d" % (n % 3, n), rng.randbytes(size), rng.choice((0o644, 0o4755)), rng.randrange(65536), rng.randrange(256),
			mtime=T.EPOCH - n)
	t.hard("sub0/other", "sub0/file00")
	t.link("link", "sub1/file01")
	t.node("dev", T.CHAR, 0o600, (5, 1))
	# the holes reach into zones of zones
	t.file("sparse", b"A" * 1024 + bytes(600 * 1024) + b"B" * 100, 0o600)
	return t


@unittest.skipUnless(have("mkfs.minix", "fsck.minix"), "mkfs.minix")
class Minix(unittest.TestCase):
	def test_versions(self):
		for version, name in ((1, 14), (1, 30), (2, 14), (2, 30), (3, 60)):
			with self.subTest(version=version, name=name):
				t = source()
				made = image(t, version, name, 2048)
				self.assertEqual(entries(made), sorted(trees.lines(t)))
				self.assertTrue(any("name=version\tvalue=%d" % version in l for l in said(made)))

	def test_damage(self):
		t = source()
		want = trees.lines(t)
		made = image(t, 2, 30, 512)
		rng = random.Random(4)
		for _ in range(8):
			at = rng.randrange(16384, len(made) - 4096) // 4096 * 4096
			told = set(entries(made[:at] + rng.randbytes(4096) + made[at + 4096:], "minix"))
			self.assertLess(len([l for l in want if l not in told]), 14)
			cut = made[:rng.randrange(65536, len(made))]
			self.assertTrue(any("image is cut off" in l for l in entries(cut, "minix")))
