# SPDX-License-Identifier: Apache-2.0
"""F2FS, written by mkfs.f2fs and sload.f2fs over their options, and by a generator where those write no such thing."""
import importlib.util
import pathlib
import random
import struct
import unittest

import damage
from writers import T, TOP, entries, have, pack, said

from lib import f2fs  # noqa: E402 of tests/images
from lib.f2fs import BLOCK

spec = importlib.util.spec_from_file_location("f2fs_make", TOP / "tests/golden/fmt/f2fs/make.py")
make = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make)

MKFS = ["", "-i", "-O encrypt,quota -a 0", "-O extra_attr,project_quota,inode_crtime,inode_checksum,sb_checksum",
	"-O extra_attr,flexible_inline_xattr,verity,compression", "-O ro", "-O casefold -C utf8 -r", "-s 2 -z 2"]


def written(t, options="", load="", size=64 << 20, contexts=None):
	with pack.scratch() as tmp:
		pathlib.Path(tmp, "t.tar").write_bytes(t.tar())
		pathlib.Path(tmp, "contexts").write_text(contexts or "")
		pathlib.Path(tmp, "out").touch()
		load += " -s '%s/contexts'" % tmp if contexts else ""
		script = "cd '%s' && mkdir in && tar -xpf t.tar -C in && truncate -s %d out && mkfs.f2fs -q -f %s out >log 2>&1 && " % (tmp, size, options)
		# sload.f2fs checks what it wrote, and fails where mkfs.f2fs did not write what it expects: fsck.f2fs judges below
		script += "{ sload.f2fs -P -f in %s out >>log 2>&1 || :; } && rm -r in" % load
		pack.run(["timeout", "120", "fakeroot", "sh", "-ec", script])
		return pathlib.Path(tmp, "out").read_bytes()


def tree():
	t = make.tree("xattr", "node", "fifo")
	for i in range(300):
		t.file("many/a name of some length %d" % i, b"%d\n" % i)
	t.link("far", "component/" * 20 + "end")
	return t


def unlinked(lines):
	"""Without two linked names: sload.f2fs takes them as the folder hands them out, and the first has the contents."""
	return sorted(l for l in lines if "/dir/hello" not in l and "/dir/other-name" not in l and "/lost+found" not in l)


def some_files(n=40):
	t = T.Tree()
	for i in range(n):
		t.file("d%d/file-%02d" % (i % 5, i), b"%d " % i * (i * 40 + 1), 0o640, i, i)
	return t


@unittest.skipUnless(have("mkfs.f2fs", "sload.f2fs", "fakeroot"), "f2fs-tools, fakeroot")
class Written(unittest.TestCase):
	def test_options(self):
		t = tree()
		for options in MKFS:
			with self.subTest(options=options):
				lines = entries(written(t, options, size=128 << 20 if "-z" in options else 64 << 20))
				self.assertEqual(unlinked(lines), unlinked(make.lines(t)))
				self.assertEqual(sum("/dir/hello" in l or "/dir/other-name" in l for l in lines), 2)
				self.assertTrue(any(" = /dir/" in l for l in lines), "a hard link")

	def test_nodes_of_nodes(self):
		t = T.Tree()
		t.file("large", b"".join(b"%-4096d" % i for i in range(923 + 2 * 1018 + 50)), 0o640, 60000, 50000)
		self.assertEqual(entries(written(t, "-O extra_attr", size=128 << 20)), make.lines(t))

	def test_attributes_and_time(self):
		t = T.Tree()
		t.file("bin/tool", make.WORDS * 300, 0o755, 5, 6)
		image = written(t, "-O extra_attr,flexible_inline_xattr", "-T 1000000000", contexts="/.*  system_u:object_r:bin_t:s0\n")
		lines = entries(image)
		label = b"system_u:object_r:bin_t:s0".hex()
		self.assertIn("xattr /bin/tool security.selinux=" + label, lines)
		self.assertIn("xattr /bin security.selinux=" + label, lines)
		self.assertTrue(all(" 1000000000 " in l for l in lines if not l.startswith("xattr")), lines)

	def test_frame(self):
		"""What is kept twice, and what can be found by a search, may be lost once."""
		t = tree()
		image = written(t)
		want = unlinked(make.lines(t))
		sb = struct.unpack_from("<6I", image, 1024 + 72)
		for name, at in {"super": 0, "checkpoint": sb[1], "nat": sb[3], "sit": sb[2]}.items():
			with self.subTest(name=name):
				hurt = bytearray(image)
				hurt[at * BLOCK:(at + 1) * BLOCK] = random.Random(1).randbytes(BLOCK)
				lines = entries(bytes(hurt))
				self.assertEqual(unlinked(l for l in lines if not l.startswith("lost")), want)
				self.assertEqual(any(l.startswith("lost") for l in lines), name in ("super", "checkpoint", "nat"), lines[:3])

	def test_both_checkpoints(self):
		t = tree()
		image = bytearray(written(t))
		sb = struct.unpack_from("<6I", image, 1024 + 72)
		for at in (sb[1], sb[1] + 512):
			image[at * BLOCK + 20] ^= 0xFF
		lines = entries(bytes(image))
		self.assertTrue(any("no checkpoint is valid" in l for l in lines))
		self.assertEqual(unlinked(l for l in lines if not l.startswith("lost")), unlinked(make.lines(t)))

	def test_by_another_reader(self):
		"""dump.f2fs writes the same bytes."""
		t = T.Tree()
		t.file("tool", make.WORDS * 3000, 0o755)
		image = written(t)
		number = struct.unpack_from("<I", image, image.index(struct.pack("<I", 4) + b"tool") + 4072 - 88)[0]
		with pack.scratch() as tmp:
			pathlib.Path(tmp, "image").write_bytes(image)
			pack.run(["sh", "-c", "cd '%s' && yes | dump.f2fs -i %x image; fsck.f2fs image" % (tmp, number)], ok=(0, 1, 255))
			shown = [p.read_bytes() for p in pathlib.Path(tmp).rglob("*") if p.is_file() and p.name != "image"]
		self.assertIn(T.sha256(shown[0]) if shown else "", " ".join(entries(image)))
		self.assertEqual(len(shown), 1)


class Generated(unittest.TestCase):
	def volume(self, **how):
		return f2fs.Volume(make.MODERN, extra=36, words=50, **how)

	def test_time(self):
		v = self.volume()
		v.inode(v.number(), "now", 3, 0o100640, 3, bytes(4) + b"now", kept=f2fs.INLINE_DATA | f2fs.HAS_DATA, mtime=(1 << 33, 123456789))
		v.inode(v.number(), "then", 3, 0o100640, 4, bytes(4) + b"then", kept=f2fs.INLINE_DATA | f2fs.HAS_DATA, mtime=(-5, 7))
		rows = [("now", 4, 1), ("then", 5, 1)]
		v.inode(3, "", 3, 0o40755, BLOCK, struct.pack("<I", v.data(f2fs.names(rows))), links=2)
		lines = entries(v.image())
		self.assertTrue(any(" %d.123456789 " % (1 << 33) in l for l in lines), lines)
		self.assertFalse([l for l in lines if l.startswith("lost")])

	def test_sparse(self):
		"""Holes between what stands in all kinds of nodes that 16 MiB need."""
		t = T.Tree()
		data = bytearray(16 << 20)
		for i in (0, 900, 922, 923, 1940, 1941, 2958, 2959, 3976, 3977, 4095):
			data[i * BLOCK:i * BLOCK + 9] = b"block %3d" % (i % 1000)
		t.file("sparse", bytes(data), 0o600)
		for extra in (0, 36):
			v = f2fs.Volume(f2fs.EXTRA if extra else 0, extra=extra)
			v.tree(t)
			self.assertEqual(entries(v.image()), make.lines(t))

	def test_clusters(self):
		"""Packed files that go on in nodes: clusters do not cross into them."""
		for cluster in (4, 64):
			# LZO-RLE reads LZO, too: so its copies from near and far are tried
			for name, (algorithm, how) in {**make.PACKERS, "copies": (3, make.lzo), "better": (3, lambda d: make.lzo(d, "-9"))}.items():
				with self.subTest(cluster=cluster, name=name):
					text = random.Random(cluster).randbytes(3 * BLOCK) + make.contents()
					data = text * 3 + bytes(920 * BLOCK) + text + bytes(1018 * BLOCK) + text
					v = f2fs.Volume(f2fs.EXTRA | f2fs.COMPRESSION, extra=36)
					t = T.Tree()
					t.file("packed", data, 0o644)
					v.packed_file(v.number(), "packed", 3, data, how, algorithm, cluster, cluster > 4)
					v.inode(3, "", 3, 0o40755, BLOCK, struct.pack("<I", v.data(f2fs.names([("packed", 4, 1)]))), links=2)
					self.assertEqual(entries(v.image()), make.lines(t))

	def test_damage(self):
		for inline in (True, False):
			v = self.volume()
			v.tree(some_files(), inline)
			image = v.image(journal=True, sits=True) if inline else v.image(second=True)
			damage.contents_overwritten(self, image, "f2fs")
			damage.cut(self, image, "f2fs")
			self.assertGreater(damage.blocks_overwritten(self, image, "f2fs", 8), 0.9)
			self.assertGreater(damage.bits_flipped(self, image, "f2fs", 4, bits=16), 0.3)

	def test_every_block(self):
		"""Whichever block is overwritten, only the file or the directory in it is lost."""
		v = self.volume()
		v.tree(some_files(8))
		image = v.image()
		before = damage.whole_files(said(image, "f2fs"))
		for at in range(0, len(image), BLOCK):
			if any(image[at:at + BLOCK]):
				hurt = bytearray(image)
				hurt[at:at + BLOCK] = random.Random(at).randbytes(BLOCK)
				after = damage.whole_files(said(bytes(hurt), "f2fs"))
				self.assertGreaterEqual(len(set(before) & set(after)), len(before) - 1, "block %d" % (at // BLOCK))
