# SPDX-License-Identifier: Apache-2.0
"""QNX's images, by the generators of their golden inputs (there is no writer of others); LZO is lzop's, UCL libucl's."""
import ctypes.util
import hashlib
import random
import struct
import unittest

import damage
from writers import entries, have, said, trees

IFS, PACK, BOOT = (trees.runpy.run_path(str(trees.HERE / id / "make.py")) for id in ("qnx_ifs", "qnx_deflate", "qnx_startup"))


def large(seed=1):
	dice, t = random.Random(seed), IFS["made"]()
	t.file("proc/boot/words", b"".join(b"%d words\n" % dice.randrange(9999) for _ in range(20000)), 0o755, 7, 8)
	t.file("proc/boot/noise", dice.randbytes(90000), 0o4755)
	for i in range(40):
		t.file("proc/boot/%d" % i, dice.randbytes(dice.randrange(3000)), 0o600 + i % 8)
	return t


class Ifs(unittest.TestCase):
	def test_orders_and_mounts(self):
		t = large()
		for big in (False, True):
			for mount in (b"/", b"/proc/boot", b"/a/b"):
				with self.subTest(big=big, mount=mount):
					self.assertEqual(entries(IFS["ifs"](t, big, mount)), sorted(IFS["told"](t)))

	def test_damage(self):
		image = IFS["ifs"](large())
		self.assertGreater(damage.blocks_overwritten(self, image, "qnx_ifs", n=8), 0.6)
		damage.contents_overwritten(self, image, "qnx_ifs")
		damage.cut(self, image, "qnx_ifs", n=4)
		damage.bits_flipped(self, image, "qnx_ifs", n=4, bits=8)


@unittest.skipUnless(have("lzop") and ctypes.util.find_library("ucl"), "lzop and libucl")
class Packed(unittest.TestCase):
	def test_startup(self):
		for how in (BOOT["PLAIN"], BOOT["GZIP"], BOOT["LZO"], BOOT["UCL"]):
			for big in (False, True):
				fs = IFS["ifs"](large(how), big)
				lines = said(b"before" * 100 + BOOT["startup"](fs, how, big) + bytes(range(200)))
				inner = said(BOOT["startup"](fs, how, big), "qnx_startup")
				with self.subTest(how=how, big=big):
					self.assertTrue(any(" hint qnx_startup" in l for l in lines), lines[:5])
					self.assertTrue(any(l.startswith("part ") and hashlib.sha256(fs).hexdigest() in l for l in inner), inner[:5])
					self.assertFalse([l for l in inner if l.startswith("lost")])

	def test_deflate(self):
		dice = random.Random(9)
		for how in (PACK["LZO"], PACK["UCL"]):
			for block in (4096, 8192, 16384, 32768):
				data = b"".join(b"%d words\n" % dice.randrange(999) for _ in range(3000)) + dice.randbytes(5000) + bytes(dice.randrange(40000))
				with self.subTest(how=how, block=block):
					lines = entries(PACK["deflated"](data, how, block))
					self.assertEqual(len(lines), 1, lines)
					self.assertIn("%d %s" % (len(data), hashlib.sha256(data).hexdigest()), lines[0])

	def test_deflate_damage(self):
		"""A block that is damaged costs its own bytes."""
		dice, block = random.Random(10), 4096
		data = b"".join(b"%d words\n" % dice.randrange(999) for _ in range(6000))
		image = bytearray(PACK["deflated"](data, PACK["UCL"], block))
		at = 16 + struct.unpack_from("<H", image, 18)[0] + 8
		image[at:at + 30] = b"\xff" * 30
		lines = entries(bytes(image), "qnx_deflate")
		self.assertEqual(sum(l.startswith("lost") for l in lines), 1, lines)
		self.assertTrue(any(l.startswith("part") and l.split(" ")[4] == str(len(data)) for l in lines), lines)
