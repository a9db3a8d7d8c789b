# SPDX-License-Identifier: Apache-2.0
"""DMG: images of the generator give the disk that went in, and 7-Zip, dmg2img and qemu-img read the same out of them."""
import importlib.util
import pathlib
import random
import tempfile
import unittest

import disks
from writers import TOP, have, run, said

spec = importlib.util.spec_from_file_location("dmg_make", TOP / "tests/golden/fmt/dmg/make.py")
make = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make)

KINDS = {"plain": (make.PLAIN,), "zlib": (make.ZLIB,), "bzip2": (make.BZIP2,), "adc": (make.ADC,), "xz": (make.XZ,),
	"lzfse": (make.LZFSE,), "all": (make.ADC, make.ZLIB, make.PLAIN, make.BZIP2, make.XZ, make.LZFSE)}


def two(seed=1):
	return [("small", make.noise(2048)), ("large", disks.disk(400 << 10, seed) + make.content())]


def told(parts):
	return [("/" + n, len(d), disks.sha(d)) for n, d in parts]


class Dmg(unittest.TestCase):
	def test_kinds(self):
		for name, kinds in KINDS.items():
			for step in (512, 65536):
				for by_fork in (False, True):
					with self.subTest(kinds=name, step=step, by_fork=by_fork):
						parts = two()
						lines = said(make.dmg(parts, kinds, step, by_fork))
						self.assertEqual(disks.parts(lines), told(parts))
						self.assertEqual(disks.losses(lines), [])
						self.assertFalse([line for line in lines if line.startswith("extent ") and " unknown" in line])

	def test_extracted(self):
		"""Through the sandbox."""
		parts = two()
		self.assertEqual(disks.extracted(make.dmg(parts, KINDS["all"])), dict(parts))

	def others(self, kinds, *command, of=two):
		parts = of()
		with tempfile.TemporaryDirectory(prefix="assay-dmg-") as tmp:
			image, out = pathlib.Path(tmp, "image.dmg"), pathlib.Path(tmp, "out")
			image.write_bytes(make.dmg(parts, kinds))
			run(*[{"IMAGE": str(image), "OUT": str(out)}.get(w, w) for w in command])
			self.assertEqual(out.read_bytes(), b"".join(d for _, d in parts))

	@unittest.skipUnless(have("dmg2img"), "dmg2img")
	def test_dmg2img(self):
		for name in ("plain", "zlib", "bzip2", "adc"):
			with self.subTest(kinds=name):
				self.others(KINDS[name], "dmg2img", "IMAGE", "OUT")

	@unittest.skipUnless(have("qemu-img"), "qemu-img")
	def test_qemu(self):
		for name in ("plain", "zlib"):
			with self.subTest(kinds=name):
				self.others(KINDS[name], "qemu-img", "convert", "-f", "dmg", "-O", "raw", "IMAGE", "OUT")

	@unittest.skipUnless(have("7z"), "7z")
	def test_7z(self):
		"""Of LZFSE it does not read the blocks that did not become smaller: so that is tried with a text."""
		text = [("small", b"green bottles\n" * 2048), ("large", b"".join(b"%d bottles\n" % (i * i) for i in range(20480)))]
		text = [(n, d[:len(d) // 512 * 512]) for n, d in text]
		for name, kinds in KINDS.items():
			for by_fork in (False, True):
				with self.subTest(kinds=name, by_fork=by_fork), tempfile.TemporaryDirectory(prefix="assay-dmg-") as tmp:
					parts = text if make.LZFSE in kinds else two()
					pathlib.Path(tmp, "image.dmg").write_bytes(make.dmg(parts, kinds, by_fork=by_fork))
					run("7z", "x", "-tdmg", "-y", "-o" + tmp + "/out", tmp + "/image.dmg")
					self.assertEqual(sorted(p.read_bytes() for p in pathlib.Path(tmp, "out").iterdir()), sorted(d for _, d in parts))

	def test_damage(self):
		"""A chunk that is overwritten costs its own sectors, and every loss is said."""
		dice = random.Random(3)
		for name, kinds in KINDS.items():
			parts = [("large", make.noise(200 << 10))]
			image = make.dmg(parts, kinds)
			end = len(image) - 512 - len(make.plist([])) - 8000
			for _ in range(2):
				with self.subTest(kinds=name):
					at = dice.randrange(0, end // 2)
					hurt = image[:at] + bytes(64) + image[at + 64:]
					lines = said(hurt)
					self.assertTrue(any("checksum of the data fork" in line for line in lines))
					got = disks.extracted(hurt)["large"]
					self.assertEqual(len(got), len(parts[0][1]))
					wrong = sum(got[i:i + 4096] != parts[0][1][i:i + 4096] for i in range(0, len(got), 4096))
					self.assertTrue(0 < wrong <= 2, wrong)
