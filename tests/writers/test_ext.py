# SPDX-License-Identifier: Apache-2.0
"""ext4 by e2fsprogs: journals that have to be replayed, deleted files, times to the nanosecond."""
import pathlib
import unittest

import damage
from writers import T, entries, have, pack, said, trees


def debugfs(image, *commands):
	"""The image after commands of debugfs; {tmp} is a folder, "put" writes a file of that name there first."""
	with pack.scratch() as tmp:
		path = pathlib.Path(tmp, "ext")
		path.write_bytes(image)
		pathlib.Path(tmp, "new").write_bytes(b"new contents\n" * 300)
		for c in commands:
			out = pack.run(["debugfs", "-w", "-R", c.replace("{tmp}", tmp), path], both=True).decode()
			bad = [l for l in out.splitlines() if l and not l.startswith(("debugfs", "Allocated", "Journal"))]
			assert not bad, bad
		return path.read_bytes()


def deleted(image):
	return [l for l in said(image) if l.startswith("deleted-")]


def journalled(before, after, *also, block=1024):
	"""The image before, with what makes it the one after in its journal only."""
	blocks = [i for i in range(len(before) // block) if before[i * block:(i + 1) * block] != after[i * block:(i + 1) * block] and i != 1]
	with pack.scratch() as tmp:
		path, data, script = pathlib.Path(tmp, "ext"), pathlib.Path(tmp, "data"), pathlib.Path(tmp, "script")
		path.write_bytes(before)
		data.write_bytes(b"".join(after[i * block:(i + 1) * block] for i in blocks))
		lines = ["jo -c" if "sums" in also else "jo", "jw -b %s %s" % (",".join(map(str, blocks)), data)]
		if "revoke" in also:
			lines.append("jw -r %d" % blocks[-1])
		script.write_text("\n".join(lines + ["jc"]) + "\n")
		pack.run(["debugfs", "-w", "-f", script, path])
		dirty = path.read_bytes()
		pack.run(["e2fsck", "-fy", path], ok=(0, 1))
		return dirty, path.read_bytes()


def image_of(t, *options):
	return pack.ext(t, "ext4", 4 << 20, ("-b", "1024", "-N", "64", "-J", "size=1", *options))


@unittest.skipUnless(have("mke2fs", "debugfs"), "e2fsprogs")
class Journal(unittest.TestCase):
	def tree(self):
		t = trees.with_lost_found(trees.tree())
		t.file("secret", b"password=hunter2\n" * 200, 0o600, 5, 6)
		return t

	def test_replay(self):
		for options in ((), ("-O", "64bit,metadata_csum"), ("-O", "^64bit,^metadata_csum"), ("-O", "^extent,^64bit")):
			with self.subTest(options=options):
				before = image_of(self.tree(), *options)
				after = debugfs(before, "rm /secret", "write {tmp}/new /dir/new", "mkdir /dir/more")
				for also in ((), ("sums",)):
					dirty, mended = journalled(before, after, *also)
					self.assertNotEqual(before, dirty)
					told = entries(dirty)
					self.assertEqual(told, entries(mended))
					self.assertIn(T.sha256(b"new contents\n" * 300), " ".join(told))
					self.assertFalse([l for l in told if l.startswith("lost")])
					self.assertFalse([l for l in told if l.endswith(" /secret")])
					self.assertTrue(any("transactions were replayed" in l for l in said(dirty)))

	def test_wrong_sums(self):
		"""Of a transaction whose own blocks are damaged nothing is replayed; of others, all contents but the damaged."""
		before = image_of(self.tree())
		after = debugfs(before, "write {tmp}/new /dir/new")
		plain = [l for l in entries(before) if not l.startswith("lost")]
		flipped = lambda image, at: image[:at] + bytes([image[at] ^ 1]) + image[at + 1:]

		def places(image):
			"""Where the journal's own blocks stand, by kind."""
			own = [i for i in range(0, len(image), 1024) if image[i:i + 4] == b"\xc0\x3b\x39\x98"]
			return {kind: [i for i in own if image[i + 7] == kind] for kind in (1, 2, 5)}
		revoking, _ = journalled(before, after, "sums", "revoke")
		for kind, at in ((1, 20), (2, 40), (5, 17)):
			told = entries(flipped(revoking, places(revoking)[kind][0] + at))
			self.assertTrue(any("a checksum in the journal is wrong" in l for l in told), (kind, told))
			if kind != 5:  # which stands in a transaction behind
				self.assertEqual([l for l in told if not l.startswith("lost")], plain)
		dirty, _ = journalled(before, after, "sums")
		n = sum(before[i:i + 1024] != after[i:i + 1024] for i in range(2048, len(before), 1024))
		self.assertGreater(n, 4)
		for at in range(places(dirty)[2][0] - n * 1024, places(dirty)[2][0], 1024):
			told = said(flipped(dirty, at + 500))
			self.assertTrue(any("have a wrong checksum" in l for l in told), (at, told))
			self.assertTrue(any("transactions were replayed" in l for l in told))

	def test_revoked(self):
		"""A block that a later transaction revokes is not written."""
		before = image_of(self.tree())
		after = debugfs(before, "write {tmp}/new /dir/new")
		dirty, mended = journalled(before, after, "revoke")
		self.assertEqual(entries(dirty), entries(mended))

	def test_deleted(self):
		for kind, options in (("ext2", ()), ("ext3", ("-J", "size=1")), ("ext4", ("-J", "size=1"))):
			with self.subTest(kind=kind):
				image = pack.ext(self.tree(), kind, 4 << 20, ("-b", "1024", "-N", "64", *options))
				found = deleted(debugfs(image, "rm /secret"))
				self.assertEqual(len(found), 1, found)
				self.assertRegex(found[0], r"^deleted-file 0600 5:6 %d 3400 %s /secret " % (T.EPOCH, T.sha256(b"password=hunter2\n" * 200)))

	def test_deleted_and_gone(self):
		"""Its blocks belong to another file now: nothing is told of it."""
		image = debugfs(image_of(self.tree()), "rm /secret", *["write {tmp}/new /n%d" % i for i in range(8)])
		self.assertEqual(deleted(image), [])

	def test_deleted_as_linux_does(self):
		"""Linux clears the size and the map of what it deletes; an older copy of the inode stands in the journal."""
		before = image_of(self.tree())
		_, mended = journalled(before, debugfs(before, "write {tmp}/new /dir/new"))
		number = int(inode_of(mended, "/dir/new"))
		wiped = debugfs(mended, "rm /dir/new", "sif <%d> size 0" % number, "sif <%d> block[0] 0xf30a" % number)
		found = deleted(wiped)
		self.assertEqual(len(found), 1, found)
		self.assertIn(" 3900 %s /dir/new " % T.sha256(b"new contents\n" * 300), found[0])

	def test_nanoseconds(self):
		t = trees.with_lost_found(trees.tree("xattr"))
		image = pack.ext(t, "ext4", 1 << 20, ("-b", "1024", "-N", "32", "-I", "256", "-O", "^has_journal"))
		image = debugfs(image, "sif /dir/hello mtime_extra 0x%x" % (123456789 << 2))
		self.assertTrue(any("/dir/hello" in l and "1000000000.123456789" in l for l in entries(image)), entries(image))

	def test_damage(self):
		t = trees.with_lost_found(T.Tree())
		for i in range(40):
			t.file("d%d/file-%02d" % (i % 5, i), b"%d " % i * (i * 40 + 1), 0o640, i, i)
		image = image_of(t)
		damage.contents_overwritten(self, image, "ext")
		damage.cut(self, image, "ext")
		self.assertGreater(damage.blocks_overwritten(self, image, "ext", 6), 0.7)


def inode_of(image, path):
	with pack.scratch() as tmp:
		file = pathlib.Path(tmp, "ext")
		file.write_bytes(image)
		out = pack.run(["debugfs", "-R", "stat " + path, file]).decode()
		return out.split("Inode:")[1].split()[0]
