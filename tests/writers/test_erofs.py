# SPDX-License-Identifier: Apache-2.0
"""EROFS, written by mkfs.erofs over its options, read back, and damaged."""
import pathlib
import random
import subprocess
import tempfile
import unittest
from decimal import Decimal

from writers import T, entries, have, said, trees
from lib import stage

OPTIONS = [(), ("-x1",), ("-x-1",), ("-Eforce-inode-compact",), ("-Eforce-inode-extended",), ("-zlz4",), ("-zlz4hc,12",), ("-zlz4hc", "-C65536"),
	("-zlz4", "-C1048576"), ("-zlz4", "-Elegacy-compress"), ("-zlz4hc", "-C65536", "-Elegacy-compress"), ("-zlz4", "-Eztailpacking"),
	("-zlz4hc", "-C16384", "-Eztailpacking"), ("-zlz4", "-Eforce-inode-compact"), ("-zlz4", "--max-extent-bytes=8192"), ("-Enosbcrc",),
	("-zlz4", "-Enoinline_data"), ("--all-root",)]


def source(seed=1, files=40):
	rng = random.Random(seed)
	t = trees.tree()
	words = [b"alpha ", b"beta\n", b"gamma", bytes(30), b"delta-%d" % seed]
	for n in range(files):
		size = rng.choice((0, 1, 100, 4095, 4096, 4097, 20000, 90000))
		data = b"".join(rng.choices(words, k=size // 5 + 1))[:size] if n % 3 else rng.randbytes(size)
		e = t.file("sub%d/file%02d" % (n % 4, n), data, rng.choice((0o644, 0o755, 0o4711)), rng.choice((0, 1000, 100000)), rng.randrange(65536))
		e.mtime = Decimal("%d.%09d" % (T.EPOCH - 1000 - n * 1000, rng.randrange(1, 10 ** 9)))
		if n % 5 == 0:
			e.xattrs["user.n"] = b"%d" % n
			e.xattrs["security.same"] = b"shared by many"
	for n in range(300):
		t.file("many/a-name-that-is-rather-long-%03d" % n, b"", 0o600)
	t.file("large", b"".join(rng.choices(words, k=60000)), 0o600)
	t.file("zeros", bytes(700000), 0o600)
	return t


def image(t, *options):
	return stage.tool(t, "mkfs.erofs", "--quiet", *options, "OUT", "TOP")


@unittest.skipUnless(have("mkfs.erofs", "fakeroot"), "mkfs.erofs and fakeroot")
class Erofs(unittest.TestCase):
	maxDiff = 4000

	def test_options(self):
		for options in OPTIONS:
			with self.subTest(options=options):
				t = source()
				made = image(t, *options)
				for e in t:
					if "-x-1" in options:
						e.xattrs = {}
					if "--all-root" in options:
						e.uid = e.gid = 0
				self.assertEqual(entries(made), sorted(trees.lines(t)))
				sum_said = any("name=checksum\tvalue=ok" in l for l in said(made))
				self.assertEqual(sum_said, "-Enosbcrc" not in options)

	def test_other_device(self):
		t = T.Tree()
		t.file("far", b"contents" * 5000)
		with tempfile.TemporaryDirectory() as tmp:
			made = image(t, "--chunksize=4096", "--blobdev=" + tmp + "/blob")
		told = "\n".join(entries(made))
		self.assertIn("contents stand on another device", told)
		self.assertIn("/far damaged", told)

	def test_exact_end(self):
		t = source(files=5)
		made = image(t, "-zlz4")
		noise = bytes(range(1, 256)) * 17
		self.assertIn(" %d " % len(made), "\n".join(l for l in said(noise + made + noise) if "erofs-0x" in l))

	def test_independent_reader(self):
		"""fsck.erofs extracts the same blocks from what the golden generator writes (1.5 leaves holes out)."""
		for name in ("chunks", "chunk-map"):
			with tempfile.TemporaryDirectory() as tmp:
				golden = trees.HERE / "erofs" / (name + ".bin")
				subprocess.run(["fsck.erofs", "--extract=" + tmp + "/x", str(golden)], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
				data = pathlib.Path(tmp, "x/chunks").read_bytes()
				self.assertEqual(data, b"C" * 4096 + b"A" * 4096 + b"B" * 3996)

	def test_damage(self):
		t = source(files=20)
		want = trees.lines(t)
		rng = random.Random(3)
		for options in ((), ("-zlz4",)):
			made = image(t, *options)
			for at in range(8192, len(made) - 8192, len(made) // 8):
				at = at // 4096 * 4096
				told = set(entries(made[:at] + rng.randbytes(4096) + made[at + 4096:], "erofs"))
				lost = [l for l in want if l not in told]
				metadata = any("damaged" in l or "lost" in l for l in told)
				self.assertTrue(not lost or metadata or len(lost) <= 2, (options, at, lost[:4]))
				self.assertLess(len(lost), len(want) * 2 // 3)
			for _ in range(4):
				cut = rng.randrange(len(made) // 2, len(made))
				told = "\n".join(entries(made[:cut], "erofs"))
				self.assertIn("image is cut off", told)
				flipped = bytearray(made)
				for _ in range(64):
					flipped[rng.randrange(8192, len(made))] ^= 1 << rng.randrange(8)
				told = set(entries(bytes(flipped), "erofs"))
				self.assertGreater(len([l for l in want if l in told]), len(want) // 4)
