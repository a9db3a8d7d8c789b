# SPDX-License-Identifier: Apache-2.0
"""HFS by hfsutils and genisoimage; and volumes of the golden inputs' writer, which hfsutils must read as well."""
import importlib.util
import os
import pathlib
import subprocess
import tempfile
import unittest

import damage
from writers import T, TOP, entries, have, run, said

spec = importlib.util.spec_from_file_location("hfs_make", TOP / "tests/golden/fmt/hfs/make.py")
make = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make)


def hfs(t, size=800 << 10, creator="ttxt"):
	"""A volume of hfsutils; they know no time but now."""
	with tempfile.TemporaryDirectory(prefix="assay-hfs-") as tmp:
		home = dict(os.environ, HOME=tmp, TZ="UTC")
		volume = pathlib.Path(tmp, "volume")
		volume.write_bytes(bytes(size))
		run("hformat", "-l", "GOLDEN", volume, env=home)
		run("hmount", volume, env=home)
		for e in t:
			inside = ":" + e.path.replace("/", ":")
			if e.type == T.DIR and e.path:
				run("hmkdir", inside, env=home)
			elif e.path:
				pathlib.Path(tmp, "one").write_bytes(e.data)
				run("hcopy", "-r", pathlib.Path(tmp, "one"), inside, env=home)
				run("hattrib", "-t", "TEXT", "-c", creator, inside, env=home)
		run("humount", env=home)
		return volume.read_bytes()


def many(n=40):
	t = T.Tree()
	for i in range(n):
		t.file("d%d/file-%03d" % (i % 5, i), b"%d " % i * (i * 20 + 1))
	return t


def whole(t):
	return {(T.sha256(e.data), "/" + e.path) for e in t if e.type == T.FILE}


def told(lines):
	return {(d, p) for d, paths in damage.whole_files(lines).items() for p in paths}


@unittest.skipUnless(have("hformat", "hcopy"), "hfsutils")
class Hfsutils(unittest.TestCase):
	def test_files(self):
		t = many()
		lines = said(hfs(t))
		self.assertEqual(lines[0].split(" ")[:2], ["type", "hfs"])
		self.assertEqual(told(lines), whole(t))
		self.assertEqual([l for l in lines if l.startswith("lost ")], [])
		kinds = [l for l in lines if l.startswith("xattr ")]
		self.assertEqual({l.rpartition("=")[2][:16] for l in kinds}, {b"TEXTttxt".hex()})
		self.assertEqual(len(kinds), len(whole(t)))

	def test_damage(self):
		image = hfs(many())
		damage.contents_overwritten(self, image, "hfs")
		damage.cut(self, image, "hfs", 3)
		self.assertGreater(damage.blocks_overwritten(self, image[:120 << 10], "hfs", 8), 0.6)

	def test_reads_ours(self):
		t, files = make.contents()
		with tempfile.TemporaryDirectory(prefix="assay-hfs-") as tmp:
			home = dict(os.environ, HOME=tmp, TZ="UTC")
			volume = pathlib.Path(tmp, "volume")
			volume.write_bytes(make.Volume(t, files, spare=1700).image())
			run("hmount", volume, env=home)
			for path in ("Read Me", "Folder/pieces"):
				run("hcopy", "-r", ":" + path.replace("/", ":"), pathlib.Path(tmp, "out"), env=home)
				self.assertEqual(pathlib.Path(tmp, "out").read_bytes(), t[path].data)
			self.assertIn(b"TEXT/ttxt      1500         6", run("hls", "-l", env=home))


@unittest.skipUnless(have("genisoimage"), "genisoimage")
class Genisoimage(unittest.TestCase):
	def test_hybrid(self):
		t = many()
		with tempfile.TemporaryDirectory(prefix="assay-hfs-") as tmp:
			for path, data in [("in/" + e.path, e.data) for e in t if e.type == T.FILE]:
				pathlib.Path(tmp, path).parent.mkdir(parents=True, exist_ok=True)
				pathlib.Path(tmp, path).write_bytes(data)
			subprocess.run(["genisoimage", "-quiet", "-hfs", "-no-pad", "-o", tmp + "/out", tmp + "/in"], check=True, stderr=subprocess.DEVNULL)
			lines = said(pathlib.Path(tmp, "out"), "hfs")
		self.assertLessEqual(whole(t), told(lines))
		self.assertEqual([l for l in lines if l.startswith("lost ")], [])


class Generated(unittest.TestCase):
	def test_deep_tree(self):
		t = many(120)
		files = {e.path: {"pieces": True} for i, e in enumerate(t) if e.type == T.FILE and i % 30 == 0}
		image = make.Volume(t, files, (40, 200), leaves_of=2).image()
		self.assertEqual(entries(image), sorted(make.told(t)))

	def test_lost_folder(self):
		t, files = make.contents()
		lines = entries(make.Volume(t, files, lost=[("Folder", 1)]).image())
		self.assertIn("dir - - - 0 - /Folder", lines)
		self.assertTrue(any(l.endswith("/Folder/pieces") for l in lines))

	def test_damage(self):
		image = make.Volume(many(), nodes=(4, 60), leaves_of=2).image()
		damage.cut(self, image, "hfs")
		self.assertGreater(damage.blocks_overwritten(self, image, "hfs", 10, block=512), 0.9)
		self.assertGreater(damage.bits_flipped(self, image, "hfs", bits=16), 0.7)
