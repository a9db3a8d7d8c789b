# SPDX-License-Identifier: Apache-2.0
"""SquashFS: mksquashfs over its options; versions 1 to 3, of which unsquashfs says the same; LZMA as makers put it in; damage."""
import lzma
import os
import pathlib
import random
import re
import tempfile
import unittest

from writers import T, entries, have, pack, run, trees
from lib import squash  # noqa: E402

COMPRESSORS = ("gzip", "lzma", "lzo", "xz", "lz4", "zstd")


def bare(lc, lp, pb, head=b""):
	filters = [{"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb, "dict_size": 1 << 20}]
	return lambda raw: head + lzma.compress(raw, lzma.FORMAT_RAW, filters=filters)


def large():
	"""More than one metadata block of inodes and of names, files of several blocks, tails, holes, many owners."""
	t, chance = T.Tree(), random.Random(4711)
	for d in range(12):
		t.dir("d%02d" % d)
		for f in range(60):
			n = chance.choice((0, 1, 100, 4096, 5000, 20000))
			data = bytes(n) if f % 7 == 0 else bytes(chance.randrange(256) for _ in range(min(n, 300))) * (n // 300 + 1)
			t.file("d%02d/file-with-a-name-%03d" % (d, f), data[:n], 0o644, f % 5, d % 4, mtime=1700000000 + f)
	t.link("way", "d00/file-with-a-name-001")
	t.hard("d01/again", "d00/file-with-a-name-002")
	return t


def unsquashed(image):
	"""What unsquashfs lists: mode, owner, size and name of each entry."""
	with tempfile.TemporaryDirectory() as tmp:
		path = pathlib.Path(tmp, "i")
		path.write_bytes(image)
		text = run("unsquashfs", "-lln", str(path), env=dict(os.environ, TZ="UTC")).decode()
	found = {}
	for line in text.splitlines():
		m = re.match(r"(\S)(\S{9}) (\d+)/(\d+)\s+(\d+)(,\s*\d+)? (\S+ \S+) squashfs-root/(.*?)(?: -> .*)?$", line)
		if m:
			found["/" + m[8]] = m[1], "%s:%s" % (m[3], m[4]), m[5]
	return found


def told(lines):
	kinds = {"file": "-", "dir": "d", "symlink": "l"}
	return {w[6].split(" -> ")[0].split(" = ")[0]: (kinds[w[0]], w[2]) for w in (l.split(" ", 6) for l in lines) if w[0] in kinds}


@unittest.skipUnless(have("mksquashfs", "unsquashfs"), "squashfs-tools")
class Squashfs(unittest.TestCase):
	def test_options_of_mksquashfs(self):
		for nth, comp in enumerate(COMPRESSORS):
			for options in ((), ("-no-fragments",), ("-always-use-fragments",), ("-noI", "-noD"), ("-no-exports", "-no-duplicates")):
				for block in ((4096, 1048576)[(nth + len(options)) % 2],):
					with self.subTest(comp=comp, options=options, block=block):
						image = pack.squashfs(trees.tree(), comp, block, options)
						self.assertEqual(entries(image), sorted(trees.lines(trees.tree())))

	def test_old_versions_as_unsquashfs_has_them(self):
		for version in (1, 2, 3):
			for big in (False, True):
				for block in (4096, 32768):
					with self.subTest(version=version, big=big, block=block):
						t = large()
						image = squash.Writer(version, big, block=block).write(t)
						lines = entries(image)
						if version < 3:
							t["way"].mtime = 1709294400
						self.assertEqual(lines, sorted(trees.lines(t)))
						theirs = unsquashed(image)
						self.assertEqual({k: v[:2] for k, v in theirs.items()}, told(lines))

	def test_ways_to_put_lzma_in(self):
		ways = [lambda raw: lzma.compress(raw, lzma.FORMAT_ALONE)]
		ways += [bare(lc, lp, pb, head) for lc, lp, pb in ((3, 0, 2), (0, 2, 2), (1, 3, 0), (4, 0, 4)) for head in (b"", bytes(4), bytes(8))]
		ways += [bare(lc, lp, pb, bytes([(pb * 5 + lp) * 9 + lc]) + more) for lc, lp, pb in ((3, 0, 2), (2, 2, 1)) for more in (b"", bytes(4), bytes(12))]
		for i, way in enumerate(ways):
			for version, big in (((2, False), (3, True), (4, False))[i % 3],):
				with self.subTest(way=i, version=version, big=big):
					t = large()
					image = squash.Writer(version, big, pack=way, block=32768).write(t)
					if version < 3:
						t["way"].mtime = 1709294400
					self.assertEqual(entries(image), sorted(trees.lines(t)))

	def test_damage(self):
		"""What the damage does not touch is still there: the data of a file that was overwritten is the only thing lost."""
		for version in (3, 4):
			t = large()
			image = bytearray(squash.Writer(version, block=4096).write(t))
			at = random.Random(version).randrange(200, len(image) // 2)
			image[at:at + 64] = bytes(64)
			want, found = set(trees.lines(t)), entries(bytes(image))
			names = [{l.split(" ", 6)[6].removesuffix(" damaged") for l in lines if not l.startswith("lost")} for lines in (found, want)]
			self.assertEqual(*names)
			lost = want - set(found)
			self.assertTrue(0 < len(lost) < 60, len(lost))
			self.assertTrue([l for l in found if l.startswith("lost")])

	def test_cut(self):
		image = squash.Writer(3).write(large())
		self.assertTrue([l for l in entries(image[:len(image) // 2]) if "cut off" in l])
