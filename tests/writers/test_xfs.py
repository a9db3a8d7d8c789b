# SPDX-License-Identifier: Apache-2.0
"""XFS by mkfs.xfs over the matrix of its options, directories of all forms, xfs_db as the other reader, and damage."""
import importlib.util
import pathlib
import random
import re
import unittest

import damage
from writers import T, TOP, entries, have, pack, said, trees

spec = importlib.util.spec_from_file_location("xfs_make", TOP / "tests/golden/fmt/xfs/make.py")
make = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make)

OPTIONS = [(), ("-m", "crc=0"), ("-m", "crc=0", "-n", "ftype=0"), ("-m", "crc=0,finobt=0", "-i", "size=1024"), ("-m", "bigtime=0"),
	("-m", "bigtime=1", "-i", "size=2048"), ("-i", "nrext64=1"), ("-i", "nrext64=0,sparse=0"), ("-m", "reflink=1,rmapbt=1"),
	("-m", "reflink=0,finobt=0,inobtcount=0"), ("-n", "size=16384"), ("-n", "version=ci"), ("-s", "size=4096"), ("-L", "label")]


def find(lines, path):
	return [l for l in lines if re.search(r" %s( |$)" % re.escape(path), l)]


def many(n, data=lambda k: b"", name="a-name-of-some-length-%04d"):
	t = T.Tree()
	for k in range(n):
		t.file("d/" + name % k, data(k), 0o640, k, k)
	return t


def small(made):
	"""Cut to what is in use, and that rounded up to 64 blocks."""
	block = make.Super(made.image).block
	used = max(k for k in range(len(made.image) // block) if any(made.image[k * block:(k + 1) * block])) + 1
	return bytes(make.shrink(made, (used + 63) // 64 * 64))


def directory_kinds(image, number):
	"""The magics of a directory's blocks."""
	s = make.Super(image)
	return {bytes(image[s.block_at(b + k) + (8 if logical * s.block >= 1 << 35 else 0):][:4])
		for logical, b, n, _ in make.runs_of(image, number) for k in range(n)}


@unittest.skipUnless(have("mkfs.xfs", "xfs_db"), "xfsprogs")
class Xfs(unittest.TestCase):
	maxDiff = 4000

	def test_options(self):
		choices = [(1024, o) for o in OPTIONS if not {"size=4096", "size=1024", "size=2048"} & set(o)]
		choices += [(4096, o) for o in OPTIONS if {"size=4096", "size=1024", "size=2048", "crc=0"} & set(o) or not o] + [(8192, ("-m", "bigtime=0"))]
		for block, options in choices:
			with self.subTest(block=block, options=options):
				made, t = make.whole(block, *options)
				self.assertEqual(entries(made.image), sorted(trees.lines(t)))
				self.assertTrue(any("name=log\tvalue=clean" in l for l in said(made.image)))

	def test_block_of_512(self):
		made, t = make.whole(512, "-m", "crc=0", "-i", "size=256")
		self.assertEqual(entries(made.image), sorted(trees.lines(t)))

	def test_groups(self):
		"""Directories go to other groups."""
		t = make.contents(4096)
		for k in range(9):
			t.file("d%d/in/file" % k, b"%d\n" % k * 999, 0o600, k, k)
		made = make.mkfs(t, "-d", "agcount=4", size="64m")
		s = make.Super(made.image)
		self.assertGreater(len({n >> (s.log + s.per) for n in made.where.values()}), 2)
		self.assertEqual(entries(made.image), sorted(trees.lines(t)))

	def test_times(self):
		t = make.contents(1024)
		dice = random.Random(7)
		for options, least, most in ((("-m", "bigtime=1"), -(1 << 31), 16299260424), (("-m", "bigtime=0"), -(1 << 31), (1 << 31) - 1),
			(("-m", "crc=0"), -(1 << 31), (1 << 31) - 1)):
			made = make.mkfs(t, "-b", "size=1024", *options)
			for e in t:
				if e.path:
					seconds, ns = dice.choice((least, most, -1, 0, dice.randrange(least, most))), dice.choice((1, 999999999, dice.randrange(10**9)))
					make.stamp(made.image, made.where[e.path], seconds, ns)
					with self.subTest(options=options, path=e.path, seconds=seconds, ns=ns):
						line, = [l for l in find(entries(made.image), "/" + e.path) if not l.startswith("xattr")]
						self.assertEqual(line.split(" ")[3], "%d.%09d" % (seconds, ns))

	def test_directories(self):
		"""In the inode, of one block, with a leaf, with nodes, and so scattered that a tree maps them."""
		for options, most in ((("-b", "size=1024"), 2000), (("-b", "size=512", "-m", "crc=0", "-n", "ftype=0", "-i", "size=256"), 1500), (("-b", "size=4096"), 1500)):
			new, kinds = "crc=0" not in options, set()
			for n in (1, 20, 200, most):
				with self.subTest(options=options, n=n):
					t = many(n, lambda k: b"%d" % k)
					made = make.mkfs(t, *options)
					self.assertEqual(entries(made.image), sorted(trees.lines(t)))
					kind = made.image[made.at("d") + 5]
					kinds |= {kind} | (directory_kinds(made.image, made.where["d"]) if kind == 2 else set())
			for form in (1, b"XDB3" if new else b"XD2B", b"XDD3" if new else b"XD2D", b"\x3d\xf1\0\0" if new else b"\xd2\xf1\0\0"):
				self.assertIn(form, kinds)
			self.assertIn(3 if "size=4096" not in options else b"\x3d\xff\0\0", kinds)  # a tree of extents; nodes

	def test_repair_agrees(self):
		"""What is made of images here is whole in the eyes of xfs_repair."""
		for options in ((), ("-m", "crc=0"), ("-i", "nrext64=1")):
			t = make.contents(4096)
			made = make.mkfs(t, *options)
			make.with_holes(made, t, 4096)
			with pack.scratch() as tmp:
				path = pathlib.Path(tmp, "xfs")
				path.write_bytes(made.image)
				pack.run(["xfs_repair", "-n", "-f", "-o", "force_geometry", path])

	def test_attributes(self):
		for options in ((), ("-m", "crc=0")):
			for block in (1024, 4096):
				with self.subTest(options=options, block=block):
					t = T.Tree()
					t.file("few", b"x")
					t.file("many", b"x")
					t.dir("dir")
					t["few"].xattrs["security.label"] = b"v" * 9
					t["dir"].xattrs["user.of-a-directory"] = b"v" * 300
					for k in range(150):
						t["many"].xattrs["%s.attribute-%03d" % (("user", "trusted", "security")[k % 3], k)] = b"v" * (k * 3 + 1)
					t["many"].xattrs["user.far"] = b"v" * 20000
					made = make.mkfs(t, "-b", "size=%d" % block, *options)
					self.assertEqual(entries(made.image), sorted(trees.lines(t)))

	def test_map_in_a_tree(self):
		"""Runs of many extents, in blocks of their own."""
		for options in ((), ("-m", "crc=0"), ("-i", "nrext64=1")):
			with self.subTest(options=options):
				t = T.Tree()
				t.file("f", b"".join(bytes([65 + k]) * 1024 for k in range(20)))
				made = make.mkfs(t, "-b", "size=1024", *options)
				runs = [(k * 3, 1, k == 4) for k in range(7)]
				(_, block, n, _), = make.runs_of(made.image, made.where["f"])
				runs[-1] = (18, 14, 0)
				make.remap(made, "f", 33 * 1024, *runs)
				free = max(k for k in range(len(made.image) // 1024) if any(made.image[k * 1024:(k + 1) * 1024])) + 8
				make.by_tree(made, "f", free, free + 1)
				data = bytearray(33 * 1024)
				for logical, n, unwritten in runs:
					old = (block + sum(r[1] for r in runs[:runs.index((logical, n, unwritten))])) * 1024
					if not unwritten:
						at = make.Super(made.image).block_at(old // 1024)
						data[logical * 1024:(logical + n) * 1024] = made.image[at:at + n * 1024]
				line, = find(entries(made.image), "/f")
				self.assertIn(" %d %s /f" % (len(data), T.sha256(bytes(data))), line)

	def test_other_reader(self):
		"""xfs_db agrees on what an inode says."""
		made, t = make.whole(4096)
		with pack.scratch() as tmp:
			path = pathlib.Path(tmp, "xfs")
			path.write_bytes(made.image)
			lines = entries(made.image)
			for e in t:
				if e.type != T.FILE or e.same_as:
					continue
				out = make.db(path, "inode %d" % made.where[e.path], "p core.mode core.uid core.gid core.size core.nlinkv2", "bmap -d")
				core = dict(re.findall(r"core\.(\w+) = (\d+)", out))
				line, = [l for l in find(lines, "/" + e.path) if l.startswith("file") and " = " not in l]
				w = line.split(" ")
				self.assertEqual([int(core["mode"], 8) & 0o7777, "%s:%s" % (core["uid"], core["gid"]), core["size"]],
					[int(w[1], 8), w[2], w[4]])
				self.assertEqual(int(core["nlinkv2"]), 1 + sum(o.same_as == e.path for o in t))
				data = bytearray(len(e.data))
				for off, start, n, flag in re.findall(r"offset (\d+) startblock (\d+) \(.*\) count (\d+) flag (\d)", out):
					if flag == "0":
						at = make.Super(made.image).block_at(int(start))
						data[int(off) * 4096:(int(off) + int(n)) * 4096] = made.image[at:at + int(n) * 4096]
				self.assertEqual(T.sha256(bytes(data[:len(e.data)])), w[5])

	def test_copies_of_the_superblock(self):
		for options in ((), ("-m", "crc=0"), ("-s", "size=4096")):
			t = many(30, lambda k: b"%d\n" % k * 400)
			made = make.mkfs(t, "-d", "agcount=3", *options, size="48m")
			sector = make.Super(made.image).sector
			for what, hurt in (("gone", bytes(sector)), ("field", None)):
				with self.subTest(options=options, what=what):
					image = bytearray(made.image)
					if hurt:
						image[:sector] = hurt
					else:
						image[84] ^= 0xff  # blocks in a group
					lines = said(image)
					self.assertIn("superblock is damaged: a copy of it was used", "\n".join(lines))
					self.assertEqual([l for l in trees.entries(lines) if not l.startswith("lost")], sorted(trees.lines(t)))

	def test_directory_destroyed(self):
		"""Costs names only."""
		for options in ((), ("-m", "crc=0")):
			with self.subTest(options=options):
				t = many(100, lambda k: b"%d\n" % k * 40)
				made = make.mkfs(t, "-b", "size=1024", *options)
				s = make.Super(made.image)
				for _, block, n, _ in make.runs_of(made.image, made.where["d"]):
					made.image[s.block_at(block):s.block_at(block) + n * s.block] = b"\x55" * (n * s.block)
				lines = said(made.image)
				for e in t:
					if e.type == T.FILE:
						want = trees.line(e).replace("/" + e.path, "/inode-%d" % made.where[e.path])
						self.assertIn(want, lines)

	def test_inode_tree_destroyed(self):
		"""Together with the directory: inodes are found by looking for them."""
		for options in ((), ("-m", "crc=0")):
			with self.subTest(options=options):
				t = many(100, lambda k: b"%d\n" % k * 40)
				made = make.mkfs(t, "-b", "size=1024", *options)
				s = make.Super(made.image)
				made.image[2 * s.sector:3 * s.sector] = bytes(s.sector)
				for _, block, n, _ in make.runs_of(made.image, made.where["d"]):
					made.image[s.block_at(block):s.block_at(block) + n * s.block] = b"\x55" * (n * s.block)
				files = damage.whole_files(said(made.image))
				self.assertLessEqual({T.sha256(e.data) for e in t if e.type == T.FILE}, set(files))

	def test_sparse_inodes(self):
		"""Inodes of a chunk that have no place are not looked at."""
		t = many(3)
		made = make.mkfs(t, "-b", "size=1024")
		s = make.Super(made.image)
		record, block, _ = make.chunk_record(made.image, made.where[""])
		make.change(made.image, record + 4, "HBB", 0xfff0, 16, 0)
		make.change(made.image, record + 8, "Q", make.word(made.image, record + 8, "Q") & ~(0xf << 60))
		make.seal(made.image, block, s.block, 52)
		at = s.inode_at(made.where[""] - made.where[""] % 64 + 16)
		made.image[at:at + 48 * s.inode] = b"\xaa" * (48 * s.inode)
		self.assertEqual(entries(made.image), sorted(trees.lines(t)))

	def test_dirty_log(self):
		made, t = make.whole(4096)
		s = make.Super(made.image)
		log = s.block_at(make.word(made.image, 48, "Q"))
		self.assertEqual(make.word(made.image, log, "I"), 0xfeedbabe)
		newer = bytearray(made.image[log:log + 1024])
		make.change(newer, 16, "II", 1, 2)
		make.change(newer, 512 + 9, "B", 1)
		made.image[log + 1024:log + 2048] = newer
		lines = said(made.image)
		self.assertTrue(any("log holds changes that were not replayed" in l for l in lines))
		self.assertTrue(any("name=log\tvalue=dirty" in l for l in lines))
		self.assertEqual([l for l in trees.entries(lines) if not l.startswith("lost")], sorted(trees.lines(t)))

	def test_deleted(self):
		"""Told with their names and contents, in blocks; not if a block is used again."""
		for options in ((), ("-m", "crc=0", "-n", "ftype=0")):
			t = many(20, lambda k: b"%d\n" % k * 500)
			t.file("d/scattered", bytes(range(256)) * 12, 0o600, 5, 6)
			made = make.mkfs(t, "-b", "size=1024", *options)
			make.remap(made, "d/scattered", 5 * 1024, (0, 1, 0), (3, 2, 0))
			names = ["d/a-name-of-some-length-%04d" % k for k in (7, 8)]
			for group in (names, ["d/scattered"]):
				make.remove_names(made, *group)
				for path in group:
					make.delete(made, path)
			with self.subTest(options=options):
				found = [l for l in said(made.image) if l.startswith("deleted-")]
				want = {p: t[p].data + bytes(-len(t[p].data) % 1024) for p in names}
				want["d/scattered"] = bytes(range(256)) * 4 + bytes(2048) + bytes(range(256)) * 8
				self.assertEqual(len(found), len(want), found)
				for path, data in want.items():
					line = "deleted-file - %d:%d %d %d %s /%s (deleted 0x%x)" % (t[path].uid, t[path].gid, t[path].mtime, len(data),
						T.sha256(data), path, made.at(path))
					self.assertIn(line, found)
				live = [l for l in trees.lines(t) if not any("/" + p in l for p in want)]
				self.assertEqual(entries(made.image), sorted(live))
			with self.subTest(options=options, used=True):
				_, block, _, _ = make.runs_of(made.image, made.where["d/a-name-of-some-length-0003"])[0]
				made.set("d/scattered", made.fork("d/scattered") - made.at("d/scattered"), "16s", make.extent(0, block, 1))
				found = [l for l in said(made.image) if l.startswith("deleted-")]
				self.assertEqual(len(found), 2, found)

	def test_damage(self):
		for options in ((), ("-m", "crc=0")):
			with self.subTest(options=options):
				t = T.Tree()
				for i in range(60):
					t.file("d%d/file-%02d" % (i % 5, i), b"%d " % i * (i * 40 + 1), 0o640, i, i)
				image = small(make.mkfs(t, "-b", "size=1024", *options, far_log=True))
				self.assertEqual(entries(image), sorted(trees.lines(t)))
				damage.contents_overwritten(self, image, "xfs")
				damage.cut(self, image, "xfs")
				self.assertGreater(damage.blocks_overwritten(self, image, "xfs", 8), 0.8)
				self.assertGreater(damage.bits_flipped(self, image, "xfs", 6, bits=16), 0.6)

	def test_nobody_is_told_wrong_bytes(self):
		"""Version 5: whatever block of metadata is damaged, a file is told whole only with its own contents."""
		t = many(40, lambda k: b"%d\n" % k * (k * 30 + 1))
		image = small(make.mkfs(t, "-b", "size=1024", far_log=True))
		lines = said(image)
		right, contents = set(damage.whole_files(lines)), damage.objects(lines)
		dice = random.Random(11)
		for _ in range(25):
			at = dice.randrange(len(image))
			if any(a <= at < b for a, b in contents):
				continue
			hurt = bytearray(image)
			hurt[at] ^= 1 << dice.randrange(8)
			self.assertLessEqual(set(damage.whole_files(said(bytes(hurt)))), right, at)
