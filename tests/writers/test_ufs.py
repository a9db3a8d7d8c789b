# SPDX-License-Identifier: Apache-2.0
"""UFS1 and UFS2, both endians, by makefs over its block sizes."""
import importlib.util
import unittest

import damage
from writers import T, TOP, entries, have

spec = importlib.util.spec_from_file_location("ufs_make", TOP / "tests/golden/fmt/ufs/make.py")
make = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make)


@unittest.skipUnless(have("makefs", "fakeroot"), "makefs, fakeroot")
class Ufs(unittest.TestCase):
	def test_options(self):
		for version in (1, 2):
			for order in ("le", "be"):
				for block, fragment in ((4096, 512), (8192, 1024), (16384, 2048)):
					with self.subTest(version=version, order=order, block=block):
						t = make.contents()
						t.file("large", bytes(range(256)) * 1200, 0o640, 70000, 80000)
						t.link("far", "component/" * 20 + "end")
						image = make.makefs(t, version, order, block, fragment, "2m")
						self.assertEqual(entries(image), sorted(make.truth(t, image)))

	def test_damage(self):
		t = T.Tree()
		for i in range(40):
			t.file("d%d/file-%02d" % (i % 5, i), b"%d " % i * (i * 40 + 1), 0o640, i, i)
		image = make.makefs(t, size="512k")
		damage.contents_overwritten(self, image, "ufs")
		damage.cut(self, image, "ufs")
		self.assertGreater(damage.blocks_overwritten(self, image, "ufs", 6), 0.6)
