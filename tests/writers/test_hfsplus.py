# SPDX-License-Identifier: Apache-2.0
"""HFS+ by xorriso, and by the writer of the golden inputs, whose volumes 7-Zip and libfshfs must read as well."""
import importlib.util
import pathlib
import subprocess
import tempfile
import unittest

import damage
from writers import T, TOP, entries, have, said, trees

spec = importlib.util.spec_from_file_location("hfsplus_make", TOP / "tests/golden/fmt/hfsplus/make.py")
make = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make)


def many(n=60):
	t = T.Tree()
	for i in range(n):
		t.file("d%d/file-%03d" % (i % 7, i), b"%d " % i * (i * 40 + 1), 0o600 + i % 8, i, i + 1, mtime=1000000000 + i)
	return t


def with_7z(image):
	"""Path -> contents, as 7-Zip reads the volume; directories and links apart."""
	with tempfile.TemporaryDirectory(prefix="assay-hfs-") as tmp:
		path = pathlib.Path(tmp, "image.hfs")
		path.write_bytes(image)
		subprocess.run(["7z", "x", "-thfs", "-y", "-o" + tmp + "/out", str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
		top = pathlib.Path(tmp, "out/GOLDEN")
		return {str(p.relative_to(top)): p.read_bytes() for p in top.rglob("*") if p.is_file() and not p.is_symlink()}


@unittest.skipUnless(have("xorriso", "fakeroot"), "xorriso, fakeroot")
class Xorriso(unittest.TestCase):
	def test_options(self):
		for options in ((), ("-hfsplus-block-size", "512"), ("-hfsplus-serial-no", "0123456789abcdef"), ("-hfsplus-file-creator-type", "abcd",
			"efgh", "/dir/hello")):
			with self.subTest(options=options):
				t = trees.tree("xattr", "hard", "node")
				t.link("far", "component/" * 20 + "end")
				t.file("large", bytes(range(256)) * 1200, 0o640, 70000, 80000)
				image, want = make.xorriso(t, *options), trees.lines(t)
				if "abcd" in options:
					want.append("xattr /dir/hello com.apple.FinderInfo=%s" % b"efghabcd".ljust(32, b"\0").hex())
				self.assertEqual(entries(image), sorted(want))
				self.assertEqual(said(image)[0].split(" ")[1], "hfsplus")

	def test_many(self):
		t = many(200)
		self.assertEqual(entries(make.xorriso(t)), sorted(trees.lines(t)))

	def test_damage(self):
		image = make.xorriso(many())
		damage.contents_overwritten(self, image, "hfsplus")
		damage.cut(self, image, "hfsplus")
		self.assertGreater(damage.blocks_overwritten(self, image, "hfsplus", 8), 0.8)


class Generated(unittest.TestCase):
	def test_geometry(self):
		for block, node in ((512, 1024), (1024, 4096), (4096, 4096), (4096, 8192), (65536, 16384)):
			for x in (False, True):
				with self.subTest(block=block, node=node, x=x):
					t, files = make.more()
					unit = max(1, block // node)
					image = make.Volume(t, block, node, (4 * unit, 16 * unit, 8 * unit), x, files).image()
					self.assertEqual(entries(image), sorted(make.told(t, files)))

	def test_deep_tree(self):
		t = many(200)
		files = {e.path: {"pieces": True} for i, e in enumerate(t) if e.type == T.FILE and i % 40 == 0}
		image = make.Volume(t, 512, 1024, (40, 800, 2), files=files, leaves_of=3, bitmap=4).image()
		self.assertEqual(entries(image), sorted(make.told(t)))

	def test_journals(self):
		old, new = many(5), many(6)
		for order in "<>":
			for start in (512, 15000 // 512 * 512, 16384 - 1024):
				with self.subTest(order=order, start=start):
					v = make.Volume(new, 1024, 1024, (1, 16, 1), journal=32768)
					w = make.Volume(old, 1024, 1024, (1, 16, 1), journal=32768)
					w.at = v.at
					image = make.journaled(w.image(), v.image(), v, order, start)
					self.assertEqual(entries(image), sorted(make.told(new)))
					self.assertTrue(any("name=journal" in l for l in said(image)))

	def test_directory_links(self):
		t, folders = make.folder_links()
		lines = entries(make.Volume(t, folders=folders, node=1024, nodes=(1, 6, 1)).image())
		self.assertIn("/one/deep/file", " ".join(lines))
		self.assertEqual(sum("deep/file" in l or "again/file" in l for l in lines), 1)

	def test_damage(self):
		t = many(80)
		image = make.Volume(t, 512, 1024, (8, 90, 2), bitmap=2, files={e.path: {"pieces": True} for e in t if e.type == T.FILE and e.uid % 9 == 0},
			leaves_of=4).image()
		damage.contents_overwritten(self, image, "hfsplus")
		damage.cut(self, image, "hfsplus")
		self.assertGreater(damage.blocks_overwritten(self, image, "hfsplus", 16, block=1024), 0.9)
		self.assertGreater(damage.bits_flipped(self, image, "hfsplus", bits=16), 0.75)

	def test_one_leaf_lost(self):
		"""Of a tree without one of its leaves all that the others name is told."""
		t = many(80)
		image = make.Volume(t, 512, 1024, (1, 90, 1), leaves_of=4).image()
		paths = {e.path for e in t if e.type == T.FILE}
		for n in (2, 9, 17):
			at = make.leaf(image, n)
			hurt = image[:at] + b"\xa5" * 1024 + image[at + 1024:]
			lines = entries(hurt, "hfsplus")
			named = sum(trees.T.sha256(t[p].data) in " ".join(lines) for p in paths)
			self.assertGreaterEqual(named, len(paths) - 4, n)
			self.assertTrue(any("one by one" in l for l in lines))


@unittest.skipUnless(have("7z"), "7z")
class Others(unittest.TestCase):
	def test_7z(self):
		t, files = make.more()
		there = with_7z(make.Volume(t, files=files, nodes=(2, 6, 4)).image())
		for path in ("a name with spaces", "pieces", "dir/empty"):
			self.assertEqual(there.get(path), t[path].data, path)
		self.assertEqual(there.get("pieces:rsrc", files["pieces"]["resource"]), files["pieces"]["resource"])
		t, files = make.packed()
		there = with_7z(make.Volume(t, files=files).image())
		for path in files:
			self.assertEqual(there.get(path), t[path].data, path)

	@unittest.skipUnless(have("fshfsinfo"), "fshfsinfo")
	def test_fshfsinfo(self):
		t, files = make.more()
		with tempfile.TemporaryDirectory(prefix="assay-hfs-") as tmp:
			path = pathlib.Path(tmp, "image")
			path.write_bytes(make.Volume(t, files=files, nodes=(2, 6, 4)).image())
			shown = subprocess.run(["fshfsinfo", "-H", str(path)], stdout=subprocess.PIPE, check=True).stdout.decode()
		for e in t:
			self.assertIn("/" + make.unicodedata.normalize("NFD", e.path), shown)
