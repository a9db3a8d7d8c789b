# SPDX-License-Identifier: Apache-2.0
"""Dumps of NAND flash over sizes of pages and kinds of codes, and with wrong bits, lost pages and cut ends."""
import hashlib
import random
import unittest

from writers import T, have, pack, said
from lib import mtd, nand

SHAPES = [(512, 16), (2048, 64), (2048, 128), (4096, 128), (4096, 216), (4096, 218), (4096, 224), (4096, 256), (8192, 256), (8192, 436),
	(8192, 448), (8192, 640), (8192, 744)]


def told(image):
	"""The parts as (name, size, digest, damaged), what is told, what was lost."""
	lines = said(image)
	words = [l.split(" ", 6) for l in lines if l.startswith("part ")]
	parts = [(w[6].split(" ")[0], int(w[4]), w[5], w[6].endswith(" damaged")) for w in words]
	props = dict(l.split("name=")[1].split("\tvalue=") for l in lines if l.startswith("property"))
	return parts, props, [l for l in lines if l.startswith("lost ")]


def whole(data):
	return [("/data", len(data), hashlib.sha256(data).hexdigest(), False)]


class Nand(unittest.TestCase):
	def test_codes_of_other_kinds(self):
		dice = random.Random(1)
		for page, spare in SHAPES:
			with self.subTest(page=page, spare=spare):
				data = dice.randbytes(page * 30) + b"\xff" * page * 2
				parts, props, lost = told(nand.dump(data, page, nand.bch(spare, 2, spare - 4), spare))
				self.assertEqual((parts, lost), (whole(data), []))
				self.assertEqual((props["page-size"], props["out-of-band-size"]), (str(page), str(spare)))

	def test_hamming(self):
		dice = random.Random(2)
		for page, spare, step, at, smart in ((512, 16, 256, 8, False), (512, 16, 512, 6, True), (2048, 64, 256, 40, True), (2048, 64, 512, 1, False),
				(2048, 128, 256, 100, False), (4096, 224, 256, 3, False), (8192, 448, 512, 300, False)):
			with self.subTest(page=page, spare=spare, step=step, at=at):
				data = dice.randbytes(page * 9 - 100) + b"\xff" * 100
				fill = nand.linux(spare, step, places=range(at, at + page // step * 3), smart=smart)
				image = bytearray(nand.dump(data, page, fill, spare))
				code = "Hamming, 1 bit in %d bytes, in the order of %s" % (step, "SmartMedia" if smart else "Linux")
				for k in (0, 5, 8):  # a bit in each step of some pages
					for s in range(0, page, step):
						bit = dice.randrange(step * 8)
						image[k * (page + spare) + s + bit // 8] ^= 1 << bit % 8
				parts, props, lost = told(bytes(image))
				self.assertEqual((parts, lost), (whole(data), []))
				self.assertEqual((props["error-correction"], props["corrected-bits"]), (code, str(3 * page // step)))

	@unittest.skipUnless(have("ubinize", "mkfs.ubifs", "mkfs.jffs2", "mksquashfs"), "mtd-utils, squashfs-tools")
	def test_images(self):
		t = T.Tree()
		for n in range(30):
			t.file("file%d" % n, random.Random(n).randbytes(3000) + bytes(2000), 0o644)
		ubifs = mtd.ubifs(t, ("-m", "2048", "-e", "126976", "-c", "60"))
		for name, image in (("ubi", mtd.ubi([{"name": "root", "data": ubifs}], ("-p", "128KiB", "-m", "2048", "-Q", "9"))),
				("jffs2", mtd.jffs2(t, ("-e", "128KiB", "-l", "-n", "-p"))), ("squashfs", pack.squashfs(t, "xz", 4096, ()))):
			image += b"\xff" * (-len(image) % (2048 * 64))
			for fill in (nand.bch(64, 2, 56), nand.bch(64, 32, 28, 3)):
				with self.subTest(name=name):
					parts, _, lost = told(nand.dump(image, 2048, fill))
					self.assertEqual((parts, lost), (whole(image), []))

	def test_damage(self):
		dice = random.Random(3)
		data = dice.randbytes(2048 * 24)
		image = nand.dump(data)
		for _ in range(4):
			at = dice.randrange(len(image) - 4096)
			parts, props, lost = told(image[:at] + dice.randbytes(4096) + image[at + 4096:])
			self.assertEqual((len(parts), parts[0][1], parts[0][3], len(lost)), (1, len(data), True, 1))
			self.assertIn(int(props["pages-wrong"]), (2, 3))
		parts, _, lost = told(nand.dump(data * 2)[:-1000])
		self.assertEqual((parts[0][1], len(lost)), (2048 * 48 - 936, 1))
		hurt = bytearray(image)
		for _ in range(64):
			bit = dice.randrange(len(hurt) * 8)
			hurt[bit // 8] ^= 1 << bit % 8
		parts, props, _ = told(bytes(hurt))
		self.assertEqual(parts[0][1], len(data))
		self.assertGreater(int(props["corrected-bits"]), 30)

	def test_nothing_else(self):
		"""No file of that size is a dump because of its size alone, or because some of its bytes repeat."""
		dice = random.Random(4)
		for page, spare in SHAPES[::3]:
			n = (page + spare) * 32
			row = dice.randbytes(page) + b"\xff" * spare
			for data in (dice.randbytes(n), bytes(n), b"\xff" * n, b"text\n" * (n // 5) + b"\n" * (n % 5), row * 32,
					b"".join(dice.randbytes(6) + b"\xff\xff" for _ in range(n // 8))):
				with self.subTest(page=page, spare=spare, data=data[:16]):
					self.assertFalse(any(l.startswith("type nand") for l in said(data)))
