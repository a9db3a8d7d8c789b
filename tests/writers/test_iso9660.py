# SPDX-License-Identifier: Apache-2.0
"""ISO 9660, written by genisoimage, xorriso and bsdtar over their options."""
import importlib.util
import unittest

import damage
from writers import T, TOP, entries, have, trees

spec = importlib.util.spec_from_file_location("iso9660_make", TOP / "tests/golden/fmt/iso9660/make.py")
make = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make)


def many(n=60):
	t = T.Tree()
	for i in range(n):
		t.file("d%d/file-%03d" % (i % 7, i), b"%d " % i * (i * 40 + 1), 0o600 + i % 8, i, i + 1, mtime=1000000000 + i)
	return t


@unittest.skipUnless(have("genisoimage", "fakeroot"), "genisoimage, fakeroot")
class Genisoimage(unittest.TestCase):
	def test_rock_ridge(self):
		for options in (["-R"], ["-R", "-J"], ["-R", "-iso-level", "3"], ["-R", "-iso-level", "4"], ["-R", "-U"], ["-R", "-no-cache-inodes"]):
			with self.subTest(options=options):
				t = trees.tree("xattr", *(["hard"] if "-no-cache-inodes" in options else []))
				self.assertEqual(entries(make.genisoimage(t, *options)), sorted(trees.lines(t)))

	def test_deep(self):
		"""Directories below the eighth level are moved up and put back."""
		t = T.Tree()
		t.file("/".join("abcdefghijk") + "/file", "deep\n", 0o600)
		have = [l for l in entries(make.genisoimage(t, "-R")) if not l.endswith("/rr_moved")]
		self.assertEqual(have, sorted(trees.lines(t)))

	def test_hfs(self):
		t = many(20)
		image = make.genisoimage(t, "-R", "-hfs")
		lines = entries(image)
		self.assertEqual([l for l in lines if not l.startswith("part ")], sorted(trees.lines(t)))
		self.assertEqual([l.split(" ")[6:] for l in lines if l.startswith("part ")], [["/apple-hfs", "hint", "hfs"]])

	def test_joliet_alone(self):
		t = make.names()
		self.assertEqual(entries(make.genisoimage(t, "-J")), sorted(trees.lines(t, owners=False)))

	def test_hidden_from_one_tree(self):
		t = make.names()
		said = entries(make.genisoimage(t, "-R", "-J", "-hide", "HELLO.TXT"))
		self.assertIn(T.sha256(b"hello\n"), " ".join(said))

	def test_zisofs(self):
		t = T.Tree()
		t.file("zeros", bytes(100000) + b"end" + bytes(70000), 0o644)
		t.file("text", b"text " * 50000, 0o600, 3, 4)
		with trees.pack.scratch() as tmp:
			make.staged(t, tmp, "mkzftree in packed && genisoimage -quiet -R -z -o out packed")
			image = open(tmp + "/out", "rb").read()
		said = entries(image)
		for e in (t["zeros"], t["text"]):
			self.assertTrue(any(T.sha256(e.data) in l and l.endswith("/" + e.path) for l in said), said)

	def test_damage(self):
		image = make.genisoimage(many(), "-R")
		damage.contents_overwritten(self, image, "iso9660")
		damage.cut(self, image, "iso9660")
		self.assertGreater(damage.blocks_overwritten(self, image, "iso9660"), 0.85)
		self.assertGreater(damage.bits_flipped(self, image, "iso9660"), 0.5)


@unittest.skipUnless(have("xorriso", "fakeroot"), "xorriso, fakeroot")
class Xorriso(unittest.TestCase):
	def test_hfsplus(self):
		"""The volume of HFS+ that shares its files' contents is told beside the tree, whole."""
		t = many(20)
		image = make.xorriso(t, "-hfsplus")
		lines = entries(image)
		inner = [l.split(" ") for l in lines if l.startswith("part ")]
		self.assertEqual([l for l in lines if not l.startswith("part ")], sorted(trees.lines(t)))
		self.assertEqual([(p[6], p[7:]) for p in inner], [("/apple-partition-3", ["hint", "hfsplus"])])
		at = image.index(b"H+\0\4") - 1024
		volume = image[at:at + int(inner[0][4])]
		self.assertEqual(T.sha256(volume), inner[0][5])
		self.assertEqual(entries(volume, "hfsplus"), sorted(trees.lines(t)))

	def test_rock_ridge(self):
		for options in (["-R"], ["-R", "-J"], ["-R", "--old-empty"], ["-R", "-partition_offset", "16"], ["-R", "-iso-level", "3"]):
			with self.subTest(options=options):
				t = trees.tree("xattr", "hard")
				t.link("far", "/".join(["component-%d" % i for i in range(60)]))
				self.assertEqual(entries(make.xorriso(t, *options), "iso9660"), sorted(trees.lines(t)))

	def test_hard_links(self):
		t = trees.tree("xattr")
		self.assertEqual(entries(make.xorriso(t, "-R", "--hardlinks"), "iso9660"), sorted(trees.lines(t)))

	def native(self, t, commands):
		with trees.pack.scratch() as tmp:
			make.staged(t, tmp, "xorriso -report_about FATAL -xattr on -outdev out -padding 0 -map in / %s -commit" % commands)
			return open(tmp + "/out", "rb").read()

	def test_attributes(self):
		t = trees.tree("hard", "xattr")
		image = self.native(t, "-setfattr user.note text /dir/hello --")
		t["dir/hello"].xattrs["user.note"] = b"text"
		self.assertEqual(entries(image, "iso9660"), sorted(trees.lines(t)))

	def test_zisofs(self):
		t = trees.tree("hard", "xattr")
		image = self.native(t, "-zisofs level=9:block_size=32k -set_filter_r --zisofs / --")
		self.assertIn(b"pz", image)
		self.assertEqual(entries(image, "iso9660"), sorted(trees.lines(t)))

	def test_several_extents(self):
		"""A file in two pieces, as one of 4 GiB is, out of one in one piece."""
		t = make.names()
		image = bytearray(make.genisoimage(t))
		at = make.record(image, "NUMBERS.BIN")
		n, end = image[at], at // 2048 * 2048 + 2048
		first, rest = image[at:at + n], image[at:end - n]
		place = int.from_bytes(first[2:6], "little")
		trees.put(first, 10, "I", 2048)
		first[25] |= 0x80
		trees.put(rest, 2, "I", place + 1)
		trees.put(rest, 10, "I", 1024)
		image[at:end] = first + rest
		said = entries(bytes(image), "iso9660")
		self.assertEqual(said, sorted(trees.lines(t, owners=False)))


@unittest.skipUnless(have("bsdtar"), "bsdtar")
class Bsdtar(unittest.TestCase):
	def test_options(self):
		t = trees.tree("xattr", "hard")
		for options in ("rockridge=strict", "rockridge=strict,zisofs", "rockridge=strict,!joliet", "rockridge=strict,iso-level=4"):
			with self.subTest(options=options):
				self.assertEqual(entries(make.bsdtar(t, "--options", options)), sorted(trees.lines(t)))
