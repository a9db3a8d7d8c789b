# SPDX-License-Identifier: Apache-2.0
"""FAT by mkfs.fat and mtools: deleted files, which The Sleuth Kit finds as well, and damage."""
import importlib.util
import pathlib
import random
import unittest

import damage
from writers import T, TOP, entries, have, pack, run, said

spec = importlib.util.spec_from_file_location("fat_make", TOP / "tests/golden/fmt/fat/make.py")
make = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make)

SIZES = ((12, 512), (16, 5 << 10), (32, 36 << 10))


def gone(image):
	"""{path: digest} of the deleted files told."""
	rows = [l.split(" ", 6) for l in said(image, "fat") if l.startswith("deleted-file ")]
	return {r[6].rpartition(" (deleted")[0]: r[5] for r in rows}


def many(n, seed):
	dice, t = random.Random(seed), T.Tree()
	for i in range(n):
		t.file("%s file number %d.%s" % (dice.choice(("a", "B", "some-", "\u00e4")) * dice.randrange(1, 12), i, dice.choice(("txt", "conf"))),
			b"%d " % i * dice.randrange(1, 3000))
	return t


@unittest.skipUnless(have("mkfs.fat", "mcopy", "mdel"), "mtools")
class Deleted(unittest.TestCase):
	def test_sizes(self):
		for bits, kib in SIZES:
			with self.subTest(bits=bits):
				image = make.volume(make.source(), bits, kib, make.GONE)
				want = {"/" + p: T.sha256(make.source()[p].data) for p in make.GONE}
				want["/_HORT.CFG"] = want.pop("/SHORT.CFG")
				self.assertEqual(gone(image), want)

	def test_names(self):
		"""The byte that was written over comes back out of the sum in the long name's parts."""
		t = many(30, 1)
		names = [e.path for e in t if e.path]
		image = make.volume(t, 16, 5 << 10, names[::2])
		self.assertEqual(gone(image), {"/" + n: T.sha256(t[n].data) for n in names[::2]})
		kept = [l for l in entries(image, "fat") if l.startswith("file ")]
		self.assertEqual(len(kept), len(names) - len(names[::2]))

	def test_used_again(self):
		"""Of what other files lie on now nothing is told."""
		after = T.Tree()
		after.file("new", bytes(range(256)) * 1400)
		image = make.volume(make.source(), 12, 512, make.GONE, after)
		self.assertEqual(gone(image), {})
		self.assertIn(T.sha256(after["new"].data), "\n".join(entries(image, "fat")))

	@unittest.skipUnless(have("fls", "icat"), "sleuthkit")
	def test_sleuthkit(self):
		image = make.volume(make.source(), 16, 5 << 10, make.GONE)
		with pack.scratch() as tmp:
			path = pathlib.Path(tmp, "fat")
			path.write_bytes(image)
			rows = [l.split("\t") for l in run("fls", "-r", "-p", "-d", "-F", str(path)).decode().splitlines()]
			theirs = {"/" + name: T.sha256(run("icat", "-r", str(path), kind.split("*")[1].strip(" :"))) for kind, name in rows}
		self.assertEqual(gone(image), theirs)

	def test_damage(self):
		image = make.volume(many(40, 2), 16, 5 << 10, [])
		self.assertEqual(gone(image), {})
		damage.contents_overwritten(self, image, "fat")
		self.assertGreater(damage.bits_flipped(self, image, "fat", 4), 0.5)

	def test_hostile_records(self):
		"""Deleted records by the thousand, each of all that is free: it ends, and what is there is told."""
		image = bytearray(make.volume(make.source(), 16, 5 << 10, []))
		at = image.index(b"SUB        \x10")
		first = int.from_bytes(image[at + 26:at + 28], "little")
		root = image.index(b"BOOT       \x08")
		for i in range(300):
			place = root + 32 * (20 + i)
			image[place:place + 32] = b"\xe5NAME%03dTXT\x20" % (i % 1000) + bytes(14) + (first + 40 + i % 7).to_bytes(2, "little") + (3 << 20).to_bytes(4, "little")
		for place in range(root, root + 32 * 20, 32):
			if image[place] == 0:
				image[place] = 0xE5
		told = said(bytes(image), "fat")
		self.assertIn(" /keep.txt", "\n".join(told))
		self.assertLess(sum(l.startswith("deleted-file") for l in told), 20)


if __name__ == "__main__":
	unittest.main()
