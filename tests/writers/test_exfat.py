# SPDX-License-Identifier: Apache-2.0
"""exFAT: empty volumes of mkfs.exfat over its options, and trees of the generator, which fsck.exfat judges."""
import importlib.util
import pathlib
import unittest

import damage
from writers import T, TOP, entries, have, pack, said

spec = importlib.util.spec_from_file_location("exfat_make", TOP / "tests/golden/fmt/exfat/make.py")
make = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make)


@unittest.skipUnless(have("mkfs.exfat", "fsck.exfat"), "exfatprogs")
class Exfat(unittest.TestCase):
	def test_empty(self):
		for options in ((), ("-c", "512"), ("-c", "32K"), ("-b", "4K")):
			with self.subTest(options=options), pack.scratch() as tmp:
				path = pathlib.Path(tmp, "x")
				path.write_bytes(bytes(4 << 20))
				pack.run(["mkfs.exfat", "-L", "GOLDEN", *options, path])
				lines = said(path.read_bytes())
				self.assertTrue(any("name=label\tvalue=GOLDEN" in l for l in lines), lines)
				self.assertEqual([l for l in lines if l.startswith("lost")], [])

	def test_generated(self):
		fill, want = make.tree()
		v = make.Volume(2100)
		image = v.image(fill(v))
		with pack.scratch() as tmp:
			path = pathlib.Path(tmp, "x")
			path.write_bytes(image)
			pack.run(["fsck.exfat", "-n", path])
		self.assertEqual(entries(image), sorted(want))
		gone = [l for l in said(image) if l.startswith("deleted-")]
		self.assertEqual(len(gone), 1, gone)
		self.assertIn(" 17 %s /deleted.cfg" % T.sha256(b"password=hunter2\n"), gone[0])

	def test_deleted_and_gone(self):
		"""Its cluster belongs to something else now."""
		v = make.Volume(60)
		root = v.records("deleted.cfg", b"password=hunter2\n", deleted=True)
		v.next = 2
		image = v.image(root + v.records("other", b"other\n"))
		self.assertEqual([l for l in said(image) if l.startswith("deleted-")], [])

	def test_damage(self):
		v = make.Volume(2100)
		image = v.image(b"".join(v.records("file %d" % i, b"%d " % i * (i * 30 + 1), pieces=i % 3 == 0) for i in range(40)))
		damage.contents_overwritten(self, image, "exfat")
		damage.cut(self, image, "exfat")
		damage.blocks_overwritten(self, image, "exfat")
