# SPDX-License-Identifier: Apache-2.0
"""JFFS2, written by mkfs.jffs2 and sumtool over their options, and then damaged."""
import random
import unittest

from writers import T, entries, have, said, trees
from lib import mtd

ERASE = 16 << 10


def escaped(text):
	return text.replace("\t", "\\x09").replace("\udcff", "\\xff")


def told(t):
	return sorted(map(escaped, trees.lines(t)))


def big_tree():
	t = trees.tree("big")
	noise = random.Random(1)
	for i in range(40):
		words = b"".join(b"line %d of %d\n" % (noise.randrange(1000), i) for _ in range(200 * (i % 7 + 1)))
		t.file("etc/file%02d" % i, words, 0o640, i, 2 * i, mtime=1100000000 + i)
	t.file("noise", noise.randbytes(30000))
	t.node("dir/sock", T.SOCKET, 0o755)
	t.file("names/" + "n" * 254, b"long name\n")
	t.file("names/tab\tand \udcff", b"odd name\n")
	for name, value in (("user.empty", b""), ("user.long", b"v" * 900), ("trusted.overlay.opaque", b"y")):
		t["noise"].xattrs[name] = value
	return t


@unittest.skipUnless(have("mkfs.jffs2", "sumtool", "fakeroot"), "mtd-utils, fakeroot")
class Jffs2(unittest.TestCase):
	def compare(self, t, options, summary=None):
		image = mtd.jffs2(t, ("--with-xattr", *options), summary)
		with self.subTest(options=options, summary=summary):
			self.assertEqual(entries(image), told(t))
			self.assertEqual([l for l in said(image) if l.startswith("deleted")], [])

	def test_orders_and_methods(self):
		t = big_tree()
		for order in "-l", "-b":
			for how in (("-m", "none"), ("-m", "size"), ("-x", "zlib"), ("-X", "lzo", "-y", "90:lzo"),
					("-x", "zlib", "-x", "rtime")):
				self.compare(t, (order, "-e", "16KiB", *how))

	def test_blocks_and_pages(self):
		t = big_tree()
		for how in (("-e", "8KiB"), ("-e", "128KiB", "-p"), ("-e", "64KiB", "-s", "512"), ("-e", "256KiB", "-s", "32768"),
				("-n", "-e", "16KiB", "-p"), ("-c", "16", "-e", "16KiB"), ("-e", "16KiB", "-p1MiB")):
			self.compare(t, ("-l", *how))

	def test_summaries(self):
		t = big_tree()
		for order, kind in (("-l", "-l"), ("-b", "-b")):
			for more in ((), ("-p",), ("-n",)):
				self.compare(t, (order, "-e", "16KiB"), ("-e", "16KiB", kind, *more))

	def test_squashed(self):
		t = big_tree()
		image = mtd.jffs2(t, ("-q", "-f", "-e", "16KiB", "-l"))
		for line in entries(image):
			self.assertRegex(line, r"^\w+ 0[0-7]{3} 0:0 ")


def wanted(t):
	"""By path, the lines that tell a file whole."""
	return {l.split(" ", 6)[6]: l for l in trees.lines(t, xattrs=False) if l.startswith("file")}


@unittest.skipUnless(have("mkfs.jffs2", "fakeroot"), "mtd-utils, fakeroot")
class Damaged(unittest.TestCase):
	def setUp(self):
		self.tree = big_tree()
		self.image = mtd.jffs2(self.tree, ("-l", "-e", "16KiB", "-p"))
		self.want = wanted(self.tree)

	def untouched(self, damaged, low, high):
		"""Files of which no node lies in the damaged bytes: told from where the nodes are in the sound image."""
		lost = set()
		for ino, at, end, name in mtd.nodes_of(self.image):
			if at < high and end > low:
				lost.add(ino)
		names = {ino: name for ino, _, _, name in mtd.nodes_of(self.image) if name}
		gone = {ino for ino in names if ino in lost}
		return [b"/" + name for ino, name in names.items() if ino not in gone]

	def check(self, damaged, low, high):
		lines = said(bytes(damaged), "jffs2")
		whole = {l for l in lines if l.startswith("file")}
		safe = {n.decode("utf-8", "surrogateescape") for n in self.untouched(damaged, low, high)}
		for path, line in self.want.items():
			base = "/" + path.split(" = ")[0].rpartition("/")[2]
			if base not in safe or " = " in path:
				continue
			words = line.split(" ")[:6]
			with self.subTest(path=path, low=low):
				# Its directory may be lost; then it is found under the number of that.
				self.assertTrue(any(l.split(" ")[:6] == words and l.endswith(escaped(base)) for l in whole), line)
		self.assertTrue(any(l.startswith("lost") for l in lines) or low >= len(self.image.rstrip(b"\xff")))

	def test_block_overwritten(self):
		noise = random.Random(2)
		for _ in range(12):
			at = noise.randrange(0, len(self.image) // 4096) * 4096
			damaged = bytearray(self.image)
			damaged[at:at + 4096] = noise.randbytes(4096)
			self.check(damaged, at, at + 4096)

	def test_cut(self):
		noise = random.Random(3)
		for _ in range(8):
			at = noise.randrange(4096, len(self.image))
			lines = said(self.image[:at], "jffs2")
			self.assertTrue(any(l.startswith("file") for l in lines))
			safe = self.untouched(None, at, len(self.image))
			self.check_cut(lines, safe)

	def check_cut(self, lines, safe):
		whole = {l for l in lines if l.startswith("file")}
		for path, line in self.want.items():
			base = "/" + path.rpartition("/")[2]
			if " = " not in path and base.encode("utf-8", "surrogateescape") in safe:
				self.assertTrue(any(l.split(" ")[:6] == line.split(" ")[:6] for l in whole), line)

	def test_bits(self):
		noise = random.Random(4)
		damaged = bytearray(self.image)
		for _ in range(16):
			at = noise.randrange(len(damaged))
			damaged[at] ^= 1 << noise.randrange(8)
		lines = said(bytes(damaged), "jffs2")
		whole = [l for l in lines if l in set(self.want.values())]
		# A bit takes one node at most, so one file.
		self.assertGreaterEqual(len(whole), len(self.want) - 16)
