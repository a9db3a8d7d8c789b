# SPDX-License-Identifier: Apache-2.0
"""Compressed streams by their own tools over their options; zlib streams in raw bytes, and what only looks like some."""
import hashlib
import pathlib
import random
import runpy
import tempfile
import unittest
import zlib

import pypi
from writers import TOP, entries, have, run, said

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


class Lzfse(Streams):
	def setUp(self):
		self.lzfse = pypi.lzfse()
		if not self.lzfse:
			self.skipTest("lzfse of PyPI")

	def contents(self):
		dice = random.Random(12)
		program = pathlib.Path("/bin/sh").resolve().read_bytes()
		yield from (TEXT[:n] for n in (1, 7, 8, 9, 100, 4095, 4096, 4097, 70000, len(TEXT)))
		yield from (dice.randbytes(n) for n in (20, 5000, 300000))
		yield bytes(1 << 20)
		yield program
		yield (program + dice.randbytes(300000) + TEXT) * 3  # further back than a block, and than the window is wide
		for symbols in (b"ab", bytes(range(16)), bytes(range(250))):
			yield bytes(dice.choice(symbols) for _ in range(100000))

	def test_lzfse(self):
		for data in self.contents():
			with self.subTest(n=len(data)):
				self.hold(self.lzfse.compress(data), data)

	def test_plain_tables(self):
		"""Blocks whose tables are not packed: Apple's program reads them so, too."""
		change = runpy.run_path(str(TOP / "tests/golden/fmt/lzfse/make.py"))["plain_tables"]
		for data in self.contents():
			image = change(self.lzfse.compress(data))
			with self.subTest(n=len(data)):
				self.assertEqual(self.lzfse.decompress(image), data)
				self.hold(image, data)

	def test_lzvn_codes(self):
		"""Streams of random codes: what Apple's program makes of them is what is told."""
		make = runpy.run_path(str(TOP / "tests/golden/fmt/lzfse/make.py"))
		for seed in range(30):
			image, data = make["random_lzvn"](random.Random(seed))
			with self.subTest(seed=seed):
				self.assertEqual(self.lzfse.decompress(image), data)
				self.hold(image, data)

	def test_lzfse_damage(self):
		"""What stood in front of the damage comes out, of each block that was not touched."""
		dice = random.Random(13)
		data = b"".join(b"%d " % dice.randrange(10 ** 6) for _ in range(60000))
		image = self.lzfse.compress(data)
		self.assertGreater(image.count(b"bvx2"), 3)
		for _ in range(6):
			at = dice.randrange(image.index(b"bvx2", 4), len(image))
			lines = entries(image[:at])
			self.assertTrue(any("lost" in l for l in lines) and any(l.endswith("damaged") for l in lines), lines)
			got = int(next(l for l in lines if l.endswith("damaged")).split(" ")[4])
			self.assertGreater(got, 10000)
			self.assertIn(hashlib.sha256(data[:got]).hexdigest(), "".join(lines))
		for _ in range(20):
			bad = bytearray(image)
			for _ in range(3):
				bad[dice.randrange(4, len(bad))] ^= 1 << dice.randrange(8)
			said(bytes(bad), "lzfse")


@unittest.skipUnless(have("lrzip"), "lrzip")
class Lrzip(unittest.TestCase):
	HEADER, MD5 = 24, 16

	def write(self, data, *options):
		with tempfile.TemporaryDirectory() as tmp:
			path = pathlib.Path(tmp, "in")
			path.write_bytes(data)
			run("lrzip", "-q", "-f", *options, "-o", str(path) + ".lrz", str(path))
			return pathlib.Path(tmp, "in.lrz").read_bytes()

	def read(self, image):
		"""As lrzip itself reads it."""
		with tempfile.TemporaryDirectory() as tmp:
			path = pathlib.Path(tmp, "in.lrz")
			path.write_bytes(image)
			run("lrzip", "-q", "-d", "-f", "-o", str(path) + ".out", str(path))
			return pathlib.Path(str(path) + ".out").read_bytes()

	def join(self, *parts):
		data = b"".join(plain for _, plain in parts)
		out = bytearray(parts[0][0][:self.HEADER])
		out[6:14] = len(data).to_bytes(8, "little")
		for i, (image, _) in enumerate(parts):
			chunk = bytearray(image[self.HEADER:-self.MD5])
			chunk[1] = i == len(parts) - 1
			out += chunk
		return bytes(out) + hashlib.md5(data).digest()

	def hold(self, image, data):
		lines = entries(image)
		self.assertEqual(len(lines), 1, lines)
		self.assertIn(part(data), lines[0])
		self.assertFalse(lines[0].endswith(" damaged"))

	def contents(self):
		some = random.Random(11)
		block = some.randbytes(50000)
		yield b"x"
		yield TEXT
		yield block + b"abc" * 30000 + block[100:] + TEXT + block[:30000] + TEXT[::-1]
		yield some.randbytes(300) + bytes(400000) + some.randbytes(300)

	def test_options(self):
		for data in self.contents():
			for options in (("-n",), ("-g",), ("-b",), ("-l",), (), ("-L", "1"), ("-L", "9"), ("-w", "1", "-p", "1", "-g"),
				("-p", "4", "-n"), ("-p", "3", "-b", "-U"), ("-T", "-g")):
				with self.subTest(options=options, n=len(data)):
					self.hold(self.write(data, *options), data)

	def test_pipe(self):
		for data in self.contents():
			self.hold(run("lrzip", "-q", "-g", input=data), data)

	def test_chunks(self):
		"""Chunks that lrzip itself reads as one file."""
		parts = [(self.write(data, option), data) for data, option in zip(self.contents(), ("-n", "-n", "-g", "-b"))]
		image, data = self.join(*parts), b"".join(plain for _, plain in parts)
		self.assertEqual(self.read(image), data)
		self.hold(image, data)

	def test_zpaq_is_said(self):
		lines = entries(self.write(TEXT, "-z"))
		self.assertTrue(any("ZPAQ" in line for line in lines), lines)

	def test_damage(self):
		"""What is not damaged comes out as it was, and what is damaged is said to be."""
		some = random.Random(12)
		first, second = TEXT[:30000], some.randbytes(20000)
		begin = self.write(first, "-g")
		image = self.join((begin, first), (self.write(second, "-n"), second))
		start = image.index(second)
		for _ in range(8):
			wrong, i = bytearray(second), some.randrange(len(second))
			wrong[i] ^= 1 << some.randrange(8)
			lines = entries(image[:start] + bytes(wrong) + image[start + len(second):])
			self.assertTrue(any("lost" in line for line in lines), i)
			self.assertTrue(any(part(first + wrong) in l and l.endswith(" damaged") for l in lines), lines)
			lines = entries(image[:start + i])
			self.assertTrue(any("lost" in line for line in lines), i)
			self.assertTrue(any(line.endswith(" damaged") for line in lines), lines)
		lines = entries(image[:len(begin) - self.MD5 + 4])
		self.assertTrue(any(part(first) in l and l.endswith(" damaged") for l in lines), lines)


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
