# SPDX-License-Identifier: Apache-2.0
"""YAFFS2 of the generator, as The Sleuth Kit reads it, too."""
import random
import subprocess
import sys
import tempfile
import unittest

from writers import T, entries, have, trees

sys.path.insert(0, str(trees.HERE / "yaffs"))
from lib import nand  # noqa: E402
from log import Log  # noqa: E402

SHAPES = [(page, spare, at) for page, spare in ((2048, 64), (4096, 128), (4096, 224), (4096, 256), (8192, 448), (1024, 32)) for at in (0, 2)]


def source(seed=2):
	rng = random.Random(seed)
	t = T.Tree()
	for n in range(20):
		size = rng.choice((0, 1, 2047, 2048, 2049, 30000))
		t.file("sub%d/file%02d" % (n % 3, n), rng.randbytes(size), rng.choice((0o644, 0o4755)), rng.randrange(65536), rng.randrange(65536),
			mtime=T.EPOCH - n)
	t.hard("sub0/other", "sub0/file00")
	t.link("link", "sub1/file01")
	t.node("dev", T.CHAR, 0o600, (5, 300))
	return t


class Yaffs(unittest.TestCase):
	def test_shapes(self):
		for page, spare, at in SHAPES:
			for order in "<>":
				with self.subTest(page=page, spare=spare, at=at, order=order):
					t = source()
					self.assertEqual(entries(Log(page, spare, at, order).fill(t).image()), sorted(trees.lines(t)))

	def test_damage(self):
		t = source()
		want = trees.lines(t)
		made = Log().fill(t).image()
		rng = random.Random(4)
		for _ in range(8):
			at = rng.randrange(4224, len(made) - 4096)
			told = set(entries(made[:at] + rng.randbytes(4096) + made[at + 4096:], "yaffs"))
			self.assertLess(len([l for l in want if l not in told]), 12)

	@unittest.skipUnless(have("fls", "icat"), "sleuthkit")
	def test_independent_reader(self):
		t = source()
		with tempfile.NamedTemporaryFile() as f:
			log = Log(at=0, pack=False)
			log.header(1, t[""], 1, name="")  # it wants one of the root
			f.write(log.fill(t).image())
			f.flush()
			listed = subprocess.run(["fls", "-f", "yaffs2", "-r", "-p", f.name], stdout=subprocess.PIPE, check=True, text=True).stdout
			names = {l.split("\t")[1]: l.split("\t")[0].split()[-1].rstrip(":") for l in listed.splitlines() if l.startswith("r/r ") and "*" not in l}
			for e in t:
				if e.type == T.FILE and e.same_as is None:
					number = names[e.path].split("#")[0]
					shown = subprocess.run(["icat", "-f", "yaffs2", f.name, number], stdout=subprocess.PIPE, check=True).stdout
					self.assertEqual(shown, e.data, e.path)

	def test_codes(self):
		"""A bit in each page of contents is corrected; two in one code are told, and only that file is damaged."""
		for options in ({"codes": nand.linux(64)}, {"codes": nand.linux(64, 512, places=range(40, 52)), "order": ">"},
				{"version": 1, "page": 512, "spare": 16, "codes": nand.linux(16, places=(8, 9, 10, 13, 14, 15), smart=True)}):
			with self.subTest(options=options):
				t = source(3)
				log = Log(**options).fill(t)
				image, stride, dice = bytearray(log.image()), log.page + log.spare, random.Random(5)
				for at in range(0, len(image), stride * 3):
					bit = dice.randrange(log.page * 8)
					image[at + bit // 8] ^= 1 << bit % 8
				self.assertEqual(entries(bytes(image), "yaffs"), sorted(trees.lines(t)))
				image[len(image) // stride // 2 * stride + 1] ^= 0x21
				told = entries(bytes(image), "yaffs")
				self.assertEqual(sum("its code does not fit" in l for l in told), 1)
				self.assertGreaterEqual(len(set(told) & set(trees.lines(t))), len(trees.lines(t)) - 2)
