# SPDX-License-Identifier: Apache-2.0
"""UBIFS, written by mkfs.ubifs over its options, alone and in UBI, and then damaged."""
import random
import unittest

from writers import T, entries, have, said, trees
from lib import mtd

LEB = 15872


def big_tree():
	t = trees.tree("xattr")
	noise = random.Random(1)
	for i in range(60):
		words = b"".join(b"line %d of %d\n" % (noise.randrange(1000), i) for _ in range(300 * (i % 7 + 1)))
		t.file("etc/file%02d" % i, words, 0o640, i, 2 * i)
	t.file("noise", noise.randbytes(30000), uid=100000, gid=200000)
	t.node("dir/sock", T.SOCKET, 0o755)
	t.file("names/" + "n" * 254, b"long name\n")
	return t


def told(t):
	"""mkfs.ubifs keeps whole seconds, and no extended attributes."""
	return sorted(trees.lines(t, xattrs=False))


@unittest.skipUnless(have("mkfs.ubifs", "ubinize", "fakeroot"), "mtd-utils, fakeroot")
class Ubifs(unittest.TestCase):
	def test_options(self):
		t = big_tree()
		for how in (("-x", "lzo"), ("-x", "zlib"), ("-x", "zstd"), ("-x", "none"), ("-x", "favor_lzo", "-F"),
				("-x", "zlib", "-f", "16", "-k", "test"), ("-x", "zstd", "-l", "6", "-p", "3", "-j", "1MiB", "-R", "0")):
			with self.subTest(how=how):
				image = mtd.ubifs(t, ("-m", "512", "-e", str(LEB), "-c", "400", *how))
				self.assertEqual(entries(image), told(t))

	def test_blocks(self):
		t = big_tree()
		for page, leb in ((2048, 126976), (4096, 253952), (8, 65408)):
			with self.subTest(page=page, leb=leb):
				image = mtd.ubifs(t, ("-m", str(page), "-e", str(leb), "-c", "100"))
				self.assertEqual(entries(image), told(t))

	def test_squashed(self):
		for line in entries(mtd.ubifs(big_tree(), ("-m", "512", "-e", str(LEB), "-c", "400", "-U"))):
			self.assertRegex(line, r"^\w+ [0-7]{4} 0:0 ")

	def test_in_ubi(self):
		t = big_tree()
		image = mtd.ubifs(t, ("-m", "512", "-e", str(LEB - 512), "-c", "400"))
		ubi = mtd.ubi([{"name": "rootfs", "data": image}], ("-p", "16KiB", "-m", "512", "-s", "512"))
		lines = said(ubi)
		self.assertTrue(any(l.startswith("part") and l.endswith(" /rootfs") for l in lines), lines[:10])


@unittest.skipUnless(have("mkfs.ubifs", "fakeroot"), "mtd-utils, fakeroot")
class Damaged(unittest.TestCase):
	def setUp(self):
		self.tree = big_tree()
		self.image = mtd.ubifs(self.tree, ("-m", "512", "-e", str(LEB), "-c", "400"))
		self.want = {l for l in told(self.tree) if l.startswith("file")}

	def whole(self, image):
		"""How many files come out as they were, under their names or, if those are lost, under their inodes' numbers."""
		lines = said(bytes(image), "ubifs")
		files = {tuple(l.split(" ")[:6]) for l in lines if "file" in l.split(" ")[0]}
		self.assertTrue(any(l.startswith("lost") for l in lines))
		return sum(tuple(l.split(" ")[:6]) in files for l in self.want)

	def test_block_overwritten(self):
		noise = random.Random(2)
		main = 12 * LEB  # what the files' nodes stand behind
		for _ in range(10):
			at = noise.randrange(1, len(self.image) // 4096) * 4096
			damaged = bytearray(self.image)
			damaged[at:at + 4096] = noise.randbytes(4096)
			if damaged[at - 4096:at] == b"\xff" * 4096:
				continue
			with self.subTest(at=at):
				# 4 KiB hold parts of a handful of packed files, or names and inodes of some.
				self.assertGreaterEqual(self.whole(damaged), len(self.want) - (27 if at > main - LEB else 0))

	def test_superblock_gone(self):
		for page, leb in ((512, LEB), (2048, 126976), (8, 65408)):
			image = mtd.ubifs(self.tree, ("-m", str(page), "-e", str(leb), "-c", "400"))
			for lebs in 1, 2:
				with self.subTest(leb=leb, lebs=lebs):
					lost = ["lost ubifs damaged 0 the superblock is gone: the master node told what it could"]
					self.assertEqual(entries(image[lebs * leb:], "ubifs"), sorted(told(self.tree) + lost))
			lines = said(b"\xff" * leb + image[leb:])
			self.assertTrue(any("/ubifs-0x%x hint" % leb in l for l in lines), lines[:5])

	def test_cut(self):
		self.assertGreaterEqual(self.whole(self.image[:-3 * LEB]), len(self.want) // 2)

	def test_bits(self):
		noise = random.Random(4)
		damaged = bytearray(self.image)
		for _ in range(16):
			at = noise.randrange(4096, len(damaged))
			damaged[at] ^= 1 << noise.randrange(8)
		self.assertGreaterEqual(self.whole(damaged), len(self.want) - 16)
