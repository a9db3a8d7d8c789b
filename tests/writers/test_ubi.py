# SPDX-License-Identifier: Apache-2.0
"""UBI, written by ubinize over sizes of blocks and pages, and then damaged."""
import hashlib
import random
import unittest

from writers import have, said
from lib import mtd


def parts(image, id=None):
	"""By name: size, digest, whether damaged."""
	out = {}
	for l in said(image, id):
		words = l.split(" ", 6)
		if words[0] == "part":
			name = words[6].removesuffix(" damaged").partition(" hint ")[0]
			out[name.lstrip("/")] = (int(words[4]), words[5], words[6].endswith(" damaged"))
	return out


def whole(data):
	return len(data), hashlib.sha256(data).hexdigest(), False


@unittest.skipUnless(have("ubinize"), "mtd-utils")
class Ubi(unittest.TestCase):
	def test_geometry(self):
		noise = random.Random(1)
		for block, options, offset in (("16KiB", ("-m", "512"), 1024), ("128KiB", ("-m", "2048"), 4096),
				("128KiB", ("-m", "2048", "-s", "512"), 2048), ("256KiB", ("-m", "4096", "-O", "4096"), 8192),
				("64KiB", ("-m", "1"), 128), ("192KiB", ("-m", "8"), 128), ("512KiB", ("-m", "2048", "-Q", "0"), 4096)):
			room = int(block[:-3]) * 1024 - offset
			kernel, data = noise.randbytes(3 * room // 2), noise.randbytes(5 * room // 2)
			image = mtd.ubi([{"name": "kernel", "data": kernel, "vol_type": "static"},
				{"name": "a name with spaces", "data": data, "vol_id": 7, "vol_flags": "autoresize"},
				{"name": "n" * 120, "data": kernel, "vol_id": 50}], ("-p", block, *options))
			with self.subTest(block=block, options=options):
				have = parts(image)
				self.assertEqual(have.pop("kernel"), whole(kernel))
				self.assertEqual(have.pop("n" * 120), whole(kernel + b"\xff" * (-len(kernel) % room)))
				self.assertEqual(have.pop("a name with spaces"), whole(data + b"\xff" * (-len(data) % room)))
				self.assertEqual(have, {})

	def test_dump(self):
		"""Two images and more in one dump, with blank flash between and behind."""
		one = mtd.ubi([{"name": "one", "data": b"1" * 9000}], ("-p", "16KiB", "-m", "512", "-Q", "1"))
		two = mtd.ubi([{"name": "two", "data": b"2" * 9000}], ("-p", "32KiB", "-m", "2048", "-Q", "2"))
		boot = random.Random(5).randbytes(16384)
		have = parts(boot + one + b"\xff" * 65536 + two + b"\xff" * 32768 + one)
		sizes = sorted((name.partition("-0x")[0], size) for name, (size, _, _) in have.items())
		self.assertEqual(sizes, [("ubi", len(one)), ("ubi", len(one)), ("ubi", len(two)), ("unknown", len(boot))])


@unittest.skipUnless(have("ubinize"), "mtd-utils")
class Damaged(unittest.TestCase):
	def setUp(self):
		noise = random.Random(2)
		self.data = [noise.randbytes(15360 * 4) for _ in range(6)]
		self.image = mtd.ubi([{"name": "v%d" % i, "data": d, "vol_type": ("static", "dynamic")[i % 2]}
			for i, d in enumerate(self.data)], ("-p", "16KiB", "-m", "512"))

	def test_block_overwritten(self):
		noise = random.Random(3)
		for at in range(0, len(self.image), 20480):
			at = at // 4096 * 4096
			damaged = bytearray(self.image)
			damaged[at:at + 4096] = noise.randbytes(4096)
			hit = at // 16384 - 2  # two blocks hold the table; each volume has four
			have = parts(bytes(damaged), "ubi")
			for i, data in enumerate(self.data):
				if hit // 4 != i or hit < 0:
					self.assertEqual(have.get("v%d" % i), whole(data), "v%d, damage at %d" % (i, at))

	def test_cut(self):
		for at in range(40000, len(self.image), 50001):
			have = parts(self.image[:at], "ubi")
			for i in range(max(0, (at // 16384 - 2) // 4)):
				self.assertEqual(have.get("v%d" % i), whole(self.data[i]))

	def test_bits(self):
		noise = random.Random(4)
		damaged = bytearray(self.image)
		hit = set()
		for _ in range(4):
			at = noise.randrange(2 * 16384, len(damaged))
			damaged[at] ^= 1 << noise.randrange(8)
			hit.add((at // 16384 - 2) // 4)
		have = parts(bytes(damaged), "ubi")
		self.assertEqual([i for i, d in enumerate(self.data) if i not in hit and have.get("v%d" % i) != whole(d)], [])
