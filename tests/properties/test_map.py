# SPDX-License-Identifier: Apache-2.0
"""assay show map: the ranges of every input tile it, and each is what it is said to be."""
import collections
import hashlib
import io
import json
import pathlib
import re
import subprocess
import tarfile
import tempfile
import unittest

from common import ASSAY, CACHE, GOLDEN, TOP, review, run

CLASSES = {"structure", "object", "padding", "unknown"}


def faults(data, ranges):
	"""What is wrong with the ranges of an input."""
	at = 0
	for r in ranges:
		here = data[r["offset"]:r["offset"] + r["length"]]
		if r["offset"] != at or r["length"] <= 0 or len(here) != r["length"]:
			yield "%d bytes at %d follow a range that ended at %d" % (r["length"], r["offset"], at)
		if r["class"] not in CLASSES or not r["label"]:
			yield "a range at %d without class or label" % r["offset"]
		if r["class"] == "padding" and len(set(here)) != 1:
			yield "padding at %d that is none" % r["offset"]
		if r["class"] == "object" and hashlib.sha256(here).hexdigest() != r["sha256"]:
			yield "the object at %d is not what is there" % r["offset"]
		at = r["offset"] + r["length"]
	if at != len(data):
		yield "the ranges end at %d of %d" % (at, len(data))


class Map(unittest.TestCase):
	def check(self, images):
		images = [i for i in images if i.stat().st_size > 0]
		with tempfile.TemporaryDirectory() as tmp:
			dossier = review(pathlib.Path(tmp), *images)
			ranges = collections.defaultdict(list)
			for r in json.loads(run(ASSAY, "show", dossier, "map", "--json")):
				ranges[r["input_sha256"]].append(r)
			table = run(ASSAY, "show", dossier, "map").decode()
		known = set()
		for image in images:
			data = image.read_bytes()
			digest = hashlib.sha256(data).hexdigest()
			known.add(digest)
			wrong = list(faults(data, ranges[digest]))
			self.assertEqual(wrong[:5], [], image)
			shares = collections.Counter()
			for r in ranges[digest]:
				shares[r["class"]] += r["length"]
			self.assertEqual(sum(shares.values()), len(data), image)
			for kind, n in shares.items():
				shown = [float(s) for s in re.findall(r"(?m)^ *%s +([\d.]+) %% +%s +in all$" % (format(n, ","), kind), table)]
				self.assertTrue(any(abs(s - 100 * n / len(data)) < 0.006 for s in shown), (image, kind, n, shown))
		self.assertEqual(set(ranges), known)
		return ranges

	def test_every_golden_input(self):
		ranges = {}
		for i in range(0, len(GOLDEN), 100):  # a review takes 255 inputs at most
			ranges.update(self.check(GOLDEN[i:i + 100]))
		self.assertGreater(len(ranges), 100)
		self.assertGreater(sum(r["depth"] > 0 for rs in ranges.values() for r in rs), 50)

	def test_small_images(self):
		subprocess.run([TOP / "tests/images/small"], check=True, stdout=subprocess.DEVNULL)
		images = [next(p for p in sorted(d.iterdir()) if p.name.startswith("image")) for d in sorted((CACHE / "images/small").iterdir()) if d.is_dir()]
		self.assertGreater(len(self.check(images)), 50)

	def test_a_flash_image(self):
		subprocess.run([TOP / "tests/images/build", "basestation"], check=True, stdout=subprocess.DEVNULL)
		self.check([CACHE / "images/basestation/basestation.bin"])

	def test_what_is_no_container(self):
		with tempfile.TemporaryDirectory() as tmp:
			(pathlib.Path(tmp) / "text").write_text("nothing in particular\n")
			self.check([pathlib.Path(tmp) / "text"])

	def test_an_object_has_the_name_of_where_it_stands(self):
		data = b"nothing in particular\n" * 99
		with tempfile.TemporaryDirectory() as tmp:
			image = pathlib.Path(tmp, "both.tar")
			image.write_bytes(archive({"a.tar": archive({"one": data}), "b.tar": archive({"two": data})}))
			paths = [r["path"] for rs in self.check([image]).values() for r in rs if r["length"] == len(data)]
			self.assertEqual(paths, ["/one", "/two"])

	def test_a_dump_has_few_lines(self):
		"""Not two for each page."""
		golden = next(p for p in GOLDEN if p.parent.name == "nand" and p.stem == "ubi").read_bytes()
		with tempfile.TemporaryDirectory() as tmp:
			image = pathlib.Path(tmp, "dump")
			image.write_bytes(golden * 12)
			self.assertLess(sum(len(rs) for rs in self.check([image]).values()), 10)

	def test_an_entry_that_layers_make_together_is_not_looked_for_in_their_archive(self):
		layer = io.BytesIO()
		with tarfile.open(fileobj=layer, mode="w") as t:
			node = tarfile.TarInfo("console")
			node.type, node.devmajor, node.devminor, node.mode = tarfile.CHRTYPE, 5, 1, 0o600
			t.addfile(node)
		manifest = json.dumps([{"Config": "c.json", "RepoTags": [], "Layers": ["l/layer.tar"]}]).encode()
		with tempfile.TemporaryDirectory() as tmp:
			image = pathlib.Path(tmp, "image.tar")
			image.write_bytes(archive({"c.json": b"{}", "l/layer.tar": layer.getvalue(), "manifest.json": manifest}))
			told = run(ASSAY, "explain", review(pathlib.Path(tmp), image), "device-node-outside-dev").decode()
		self.assertIn("# mode 0600 in the image", told)
		self.assertNotIn("tvf image.tar merged", told)
		self.assertRegex(told, r"tar --numeric-owner -tvf \S+ console")


def archive(files):
	out = io.BytesIO()
	with tarfile.open(fileobj=out, mode="w") as t:
		for name, data in files.items():
			entry = tarfile.TarInfo(name)
			entry.size = len(data)
			t.addfile(entry, io.BytesIO(data))
	return out.getvalue()


class Faults(unittest.TestCase):
	"""The check itself can fail."""

	def test_what_does_not_tile_is_told(self):
		good = [{"offset": 0, "length": 2, "class": "padding", "label": "padding"}, {"offset": 2, "length": 2, "class": "structure", "label": "x"}]
		self.assertEqual(list(faults(b"\0\0ab", good)), [])
		self.assertTrue(list(faults(b"\0\0abc", good)))
		self.assertTrue(list(faults(b"\0\1ab", good)))
		self.assertTrue(list(faults(b"\0\0ab", good[:1])))
		self.assertTrue(list(faults(b"\0\0ab", [good[0], dict(good[1], offset=1, length=3)])))
		self.assertTrue(list(faults(b"\0\0ab", [dict(good[0], **{"class": "object", "sha256": "0" * 64}), good[1]])))
