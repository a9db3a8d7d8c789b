# SPDX-License-Identifier: Apache-2.0
"""Compressed streams by their own tools over their options; zlib streams in raw bytes, and what only looks like some."""
import hashlib
import random
import unittest
import zlib

from writers import entries, have, run, said

TEXT = b"".join(b"%d: some text that is not all the same\n" % (i * i) for i in range(3000))


def part(data):
	return "%d %s" % (len(data), hashlib.sha256(data).hexdigest())


class Streams(unittest.TestCase):
	def hold(self, image, data):
		lines = entries(image)
		self.assertEqual(len(lines), 1, lines)
		self.assertIn(part(data), lines[0])
		self.assertFalse(lines[0].endswith(" damaged"))

	@unittest.skipUnless(have("lzip"), "lzip")
	def test_lzip(self):
		for options in (("-0",), ("-9",), ("-s", "4KiB"), ("-s", "3MiB"), ("-b", "100KiB", "-0")):
			with self.subTest(options=options):
				self.hold(run("lzip", "-c", *options, input=TEXT), TEXT)

	@unittest.skipUnless(have("compress"), "ncompress")
	def test_compress(self):
		some = random.Random(4)
		changing = TEXT + bytes(some.randrange(256) for _ in range(60000)) + TEXT
		for bits in range(10, 17):
			for data in (TEXT, changing, b"a" * 100000):
				with self.subTest(bits=bits, n=len(data)):
					self.hold(run("compress", "-c", "-b", str(bits), input=data), data)

	@unittest.skipUnless(have("lzip"), "lzip")
	def test_damage(self):
		"""What comes out is the beginning of what went in, and is said to be damaged."""
		some = random.Random(5)
		for argv in (("lzip", "-c"),):
			image = run(*argv, input=TEXT)
			wrong = bytearray(image)
			wrong[-18] ^= 1  # of the CRC-32 that lzip has at the end
			self.assertTrue(any("lost" in l for l in entries(bytes(wrong))))
			for _ in range(6):
				at = some.randrange(100, len(image))
				lines = entries(image[:at])
				self.assertTrue(any("lost" in l for l in lines) and any(l.endswith("damaged") for l in lines), lines)


class Zlib(unittest.TestCase):
	def found(self, image):
		return [l for l in said(image) if " /zlib-0x" in l]

	def test_in_raw_bytes(self):
		some = random.Random(6)
		noise = bytes(some.randrange(256) for _ in range(5000))
		packed = zlib.compress(TEXT, 9)
		lines = self.found(noise + packed + noise + zlib.compress(TEXT[:2000]) + noise)
		self.assertEqual(len(lines), 2, lines)
		self.assertIn(part(packed), lines[0])
		self.assertIn("zlib-0x1388", lines[0])

	def test_damaged_ones_are_none(self):
		some = random.Random(7)
		packed = bytearray(zlib.compress(TEXT))
		packed[-1] ^= 1
		noise = bytes(some.randrange(256) for _ in range(500))
		self.assertEqual(self.found(noise + bytes(packed) + noise), [])

	def test_random_bytes_hold_none(self):
		for seed in (8, 9):
			self.assertEqual(self.found(random.Random(seed).randbytes(8 << 20)), [])

	def test_pictures_hold_none(self):
		"""What a PNG has in it is the picture's."""
		body = zlib.compress(TEXT)
		chunk = lambda kind, data: len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
		png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
		self.assertEqual(self.found(png), [])
