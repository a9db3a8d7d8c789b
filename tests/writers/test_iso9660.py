# SPDX-License-Identifier: Apache-2.0
"""ISO 9660, written by genisoimage, xorriso and bsdtar over their options."""
import importlib.util
import unittest

import damage
from writers import T, TOP, entries, have, said, trees

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

	def test_no_time_zone(self):
		"""One that is none, which genisoimage states of some days after January 2038, moves no time."""
		t = T.Tree()
		t.file("one", "x", 0o644, mtime=1709294400)
		day = bytes([124, 3, 1, 12, 0, 0])
		image = make.genisoimage(t, "-R")
		self.assertIn(day + b"\0", image)
		for zone in (b"\0", b"\xa0", b"\x60"):
			self.assertEqual(entries(image.replace(day + b"\0", day + zone)), sorted(trees.lines(t)))
		self.assertNotEqual(entries(image.replace(day + b"\0", day + b"\4")), sorted(trees.lines(t)))

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

	def test_udf(self):
		"""UDF beside it is said; what ISO 9660 names is told."""
		t = make.names()
		told = entries(make.genisoimage(t, "-udf"), "iso9660")
		self.assertTrue(any("UDF stands beside" in l for l in told), told)
		self.assertIn(T.sha256(t["NUMBERS.BIN"].data), "\n".join(told))
		self.assertFalse([l for l in entries(make.genisoimage(t)) if "UDF" in l])

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

	def test_attributes(self):
		t = trees.tree("hard", "xattr")
		image = make.native(t, "-setfattr user.note text /dir/hello --")
		t["dir/hello"].xattrs["user.note"] = b"text"
		self.assertEqual(entries(image, "iso9660"), sorted(trees.lines(t)))

	def test_zisofs(self):
		t = trees.tree("hard", "xattr")
		image = make.native(t, "-zisofs level=9:block_size=32k -set_filter_r --zisofs / --")
		self.assertIn(b"pz", image)
		self.assertEqual(entries(image, "iso9660"), sorted(trees.lines(t)))

	def test_zisofs_2(self):
		t = trees.tree("hard", "xattr")
		t.file("long", b"".join(b"%d\n" % i for i in range(60000)) + bytes(3 << 20) + b"end", 0o640, 1, 2)
		for options in ("block_size_v2=32k", "block_size_v2=1m", "block_size_v2=128k:susp_z2=on", "bpt_target=2", "level=0"):
			with self.subTest(options=options):
				image = make.native(t, "-zisofs version_2=on:%s -set_filter_r --zisofs / --" % options)
				self.assertIn(b"PZ", image)
				self.assertIn(b"\xef\x22\x55\xa1\xbc\x1b\x95\xa0", image)
				self.assertEqual(entries(image, "iso9660"), sorted(trees.lines(t)))

	def test_zisofs_2_damage(self):
		"""A block that is damaged takes the file with it that it belongs to, and no other."""
		t = T.Tree()
		for i in range(6):
			t.file("f%d" % i, b"".join(b"%d %d\n" % (n, n * i) for n in range(9000)), 0o644)
		image = make.native(t, "-zisofs version_2=on:block_size_v2=32k -set_filter_r --zisofs / --")
		begins = [i for i in range(0, len(image), 2048) if image[i:i + 8] == b"\xef\x22\x55\xa1\xbc\x1b\x95\xa0"]
		self.assertEqual(len(begins), 6)
		whole = damage.whole_files(said(image, "iso9660"))
		for at in begins:
			for hurt in (image[:at + 3000] + bytes([image[at + 3000] ^ 255] * 40) + image[at + 3040:], image[:at + 1] + image[at:at + 1] + image[at + 2:]):
				told = said(hurt, "iso9660")
				self.assertEqual(len(set(whole) - set(damage.whole_files(told))), 1)
				self.assertTrue(any("zisofs contents are damaged" in l for l in told), told)
		told = said(image[:begins[-1] + 3000], "iso9660")
		self.assertEqual(len(set(whole) - set(damage.whole_files(told))), 1)
		self.assertTrue(any(l.startswith("lost ") for l in told), told)
		self.assertGreater(damage.blocks_overwritten(self, image, "iso9660"), 0.8)

	def test_many_boot_images(self):
		"""Sections of the catalog: of several platforms, several of one."""
		t = T.Tree()
		for i in range(5):
			t.file("boot%d.img" % i, bytes([65 + i]) * 4096, 0o644)
		options = " ".join("-boot_image any %sbin_path=/boot%d.img -boot_image any platform_id=0x%02x" % ("next -boot_image any " if i else "", i, p)
			for i, p in enumerate((0, 0xEF, 0xEF, 0, 0xEF)))
		image = make.native(t, options)
		told = [l for l in said(image, "iso9660") if "boot image" in l]
		self.assertEqual([l.split("platform=")[1].split()[0] for l in told], ["0", "239", "239", "0", "239"], told)
		for l in told:
			at = int(l.split(" at=")[1].split()[0])
			self.assertEqual(image[at:at + 4096], image[at:at + 1] * 4096)
		self.assertEqual(len({l.split(" at=")[1].split()[0] for l in told}), 5)

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
