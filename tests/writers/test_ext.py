# SPDX-License-Identifier: Apache-2.0
"""ext4 by e2fsprogs: journals and fast commits that have to be replayed, deleted files, times to the nanosecond."""
import gzip
import pathlib
import random
import struct
import sys
import unittest

import damage
from writers import T, TOP, entries, have, pack, said, trees

sys.path.append(str(TOP / "tests/golden/fmt/ext"))
import fast  # noqa: E402


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

	def test_packed_inline(self):
		"""A packed file that stands in its inode and in the room for attributes is a file, and nothing else beside it."""
		t = trees.with_lost_found(T.Tree())
		t.file("note.gz", gzip.compress(random.Random(3).randbytes(60), mtime=0), 0o644)
		image = image_of(t, "-I", "256", "-O", "inline_data")
		self.assertIn(t["note.gz"].data[:60], image)
		self.assertEqual([l for l in said(image) if l.startswith(("part ", "lost "))], [])
		self.assertEqual(entries(image), sorted(trees.lines(t)))

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


	def test_sums_of_kind_1(self):
		"""The sum of a transaction in its commit: e2fsck and Assay believe the same."""
		before = image_of(self.tree(), "-O", "^metadata_csum")
		after = debugfs(before, "write {tmp}/new /dir/new")
		dirty, _ = journalled(before, after)
		for wrong in (0, 1):
			image = with_sums_of_kind_1(dirty, wrong)
			told, mended = entries(image), entries(checked(image))
			self.assertEqual([l for l in told if not l.startswith("lost")], mended)
			self.assertEqual(any(" /dir/new" in l for l in told), not wrong)
			self.assertEqual(any("a checksum in the journal is wrong" in l for l in told), bool(wrong))


def crc32_be(data, crc=0xFFFFFFFF):
	for byte in data:
		crc ^= byte << 24
		for _ in range(8):
			crc = (crc << 1 ^ (0x04C11DB7 if crc >> 31 else 0)) & 0xFFFFFFFF
	return crc


def with_sums_of_kind_1(image, wrong=0):
	"""A journal of one transaction, without revoked blocks, whose commit gets such a sum."""
	out = bytearray(image)
	at = fast.Ext(image).journal()[0]
	places = [int(p[0]) * 1024 for p in fast.debugfs(image, *["bmap <8> %d" % i for i in range(1, 64)])]
	end = next(p for p in places if image[p:p + 8] == fast.MAGIC + struct.pack(">I", 2))
	crc = 0xFFFFFFFF
	for p in places[:places.index(end)]:
		crc = crc32_be(image[p:p + 1024], crc)
	struct.pack_into(">BBxxI", out, end + 12, 1, 4, crc ^ wrong)
	struct.pack_into(">I", out, at + 36, struct.unpack_from(">I", out, at + 36)[0] | 1)
	return bytes(out)


def checked(image):
	"""The image after e2fsck."""
	with pack.scratch() as tmp:
		path = pathlib.Path(tmp, "ext")
		path.write_bytes(image)
		pack.run(["e2fsck", "-fy", path], ok=(0, 1))
		return path.read_bytes()


FAST = ("-O", "fast_commit", "-J", "size=1,fast_commit_size=64")


@unittest.skipUnless(have("mke2fs", "debugfs"), "e2fsprogs")
class FastCommits(unittest.TestCase):
	"""The generator is the layout's (fast.py); e2fsck replays its records to the same files."""

	def before(self, *options):
		t = trees.with_lost_found(trees.tree())
		t.file("secret", b"password=hunter2\n" * 200, 0o600, 5, 6)
		t.file("grows", b"old contents\n" * 100, 0o640)
		t.file("shrinks", bytes(range(1, 256)) * 40, 0o640)
		return pack.ext(t, "ext4", 4 << 20, ("-b", "1024", "-N", "64", *FAST, *options))

	def commits(self, before):
		"""What debugfs did, as the records of two fast commits, and the image with the contents only."""
		after = fast.debugfs(before, "write {tmp}/new /dir/new", "sif /dir/new uid 77", "write {tmp}/longer /long", write=True)
		x = fast.Ext(after)
		new, long, folder, grows, shrinks, secret = (x.number(p) for p in ("/dir/new", "/long", "/dir", "/grows", "/shrinks", "/secret"))
		base = fast.copied(before, after, x.blocks(new) + x.blocks(long))
		grown, small = (bytearray(fast.whole_inode(after, n)) for n in (grows, shrinks))
		struct.pack_into("<I", grown, 8 + 4, 10500)
		struct.pack_into("<I", small, 8 + 4, 3000)
		first = [fast.whole_inode(after, new), *fast.ranges(after, new), fast.record(fast.CREATED, folder, new, data=b"new"),
			bytes(small), fast.record(fast.TAKEN, shrinks, 3, 7), fast.record(fast.LINKED, folder, secret, data=b"moved"),
			fast.record(fast.UNLINKED, 2, secret, data=b"secret")]
		second = [*(fast.record(fast.ADDED, grows, data=e) for e in x.extents(long)), bytes(grown)]
		return base, first, second

	def test_replay(self):
		for options in ((), ("-O", "64bit,metadata_csum"), ("-O", "^64bit,^metadata_csum")):
			with self.subTest(options=options):
				base, first, second = self.commits(self.before(*options))
				for sums in (True, False):
					dirty, number = fast.dirtied(base, sums)
					image = fast.write(dirty, fast.commit(first, number), fast.commit(second, number, head=False))
					told = entries(image)
					self.assertEqual(told, entries(checked(image)))
					self.assertFalse([l for l in told if l.startswith("lost")])
					text = "\n".join(told)
					self.assertIn(T.sha256(b"new contents\n" * 300), text)
					self.assertIn(T.sha256((b"grown contents\n" * 700)[:10500]) + " /grows", text)
					self.assertIn(T.sha256((bytes(range(1, 256)) * 40)[:3000]) + " /shrinks", text)
					self.assertIn(" /dir/moved", text)
					self.assertNotIn(" /secret", text)
					self.assertTrue(any("2 fast commits were replayed" in l for l in said(image)))

	def test_many_blocks(self):
		"""Records that fill more blocks than one, with padding between."""
		before = self.before()
		hello, folder = (fast.Ext(before).number(p) for p in ("/dir/hello", "/lost+found"))  # which has room: e2fsck makes none
		dirty, number = fast.dirtied(before)
		names = [b"linked-%03d-%s" % (i, b"x" * (i % 90)) for i in range(60)]
		inode = bytearray(fast.whole_inode(before, hello))
		struct.pack_into("<H", inode, 8 + 26, 2 + len(names))
		image = fast.write(dirty, fast.commit([*(fast.record(fast.LINKED, folder, hello, data=n) for n in names), bytes(inode)], number))
		told = entries(image)
		self.assertEqual(told, entries(checked(image)))
		self.assertEqual(sum(" /lost+found/linked-" in l.split(" = ")[0] for l in told if l.startswith("file")), len(names))

	def test_deleted(self):
		"""What lost its last name is told as deleted; e2fsck puts it into lost+found."""
		before = self.before()
		secret = fast.Ext(before).number("/secret")
		dirty, number = fast.dirtied(before)
		image = fast.write(dirty, fast.commit([fast.record(fast.UNLINKED, 2, secret, data=b"secret")], number))
		digest = T.sha256(b"password=hunter2\n" * 200)
		self.assertRegex("".join(deleted(image)), r"^deleted-file 0600 5:6 %d 3400 %s /secret " % (T.EPOCH, digest))
		self.assertIn(digest + " /lost+found/#%d" % secret, "\n".join(entries(checked(image))))

	def test_not_for_this_journal(self):
		"""Commits of another transaction, without an end, or with a wrong sum are not replayed, by e2fsck neither."""
		base, first, second = self.commits(self.before())
		dirty, number = fast.dirtied(base)
		plain = entries(dirty)
		for told, data in ((False, fast.commit(first, number - 1)), (False, fast.commit(first, number + 1)),
				(False, fast.commit(first, number)[:-1024]), (True, fast.commit(first, number, wrong=1))):
			image = fast.write(dirty, data)
			have = entries(image)
			self.assertEqual(any("checksum of a fast commit is wrong" in l for l in have), told)
			self.assertEqual([l for l in have if not l.startswith("lost")], plain)
			self.assertEqual(entries(checked(image)), plain)
		image = fast.write(dirty, fast.commit(first, number), fast.commit(second, number, head=False, wrong=1))
		self.assertEqual([l for l in entries(image) if not l.startswith("lost")], entries(checked(image)))

	def test_ranges(self):
		"""Any ranges over each other: what the last says of a block is right."""
		before = self.before()
		x = fast.Ext(before)
		number = x.number("/shrinks")
		dirty, due = fast.dirtied(before)
		blocks = len(before) // 1024
		for seed in range(8):
			dice, want, records = random.Random(seed), {}, []
			for i, b in enumerate(x.blocks(number)):
				want[i] = b
			for _ in range(dice.randrange(1, 30)):
				start, n, at = dice.randrange(40), dice.randrange(1, 12), dice.randrange(1, blocks - 12)
				kind = dice.choice(("add", "add", "unwritten", "take"))
				length = n + (32768 if kind == "unwritten" else 0)
				records.append(fast.record(fast.TAKEN, number, start, n) if kind == "take" else
					fast.record(fast.ADDED, number, data=struct.pack("<IHHI", start, length, 0, at)))
				for i in range(n):
					want[start + i] = at + i if kind == "add" else None
			inode = bytearray(fast.whole_inode(before, number))
			struct.pack_into("<I", inode, 8 + 4, 40 * 1024 + 100)
			image = fast.write(dirty, fast.commit([*records, bytes(inode)], due))
			data = b"".join(image[want[i] * 1024:want[i] * 1024 + 1024] if want.get(i) else bytes(1024) for i in range(41))
			self.assertIn(" %d %s /shrinks" % (40 * 1024 + 100, T.sha256(data[:40 * 1024 + 100])), "\n".join(entries(image)), seed)

	def test_damage(self):
		"""Bits of the commits that flip: what they do not name is told as it was."""
		base, first, second = self.commits(self.before())
		dirty, number = fast.dirtied(base)
		image = fast.write(dirty, fast.commit(first, number), fast.commit(second, number, head=False))
		places, dice = fast.Ext(image).journal()[2][:3], random.Random(5)
		keep = [l for l in entries(dirty) if l.startswith(("file", "char", "symlink")) and not l.endswith(("/secret", "/grows", "/shrinks"))]
		self.assertGreater(len(keep), 5)
		for _ in range(40):
			hurt = bytearray(image)
			for _ in range(dice.randrange(1, 4)):
				hurt[dice.choice(places) + dice.randrange(700)] ^= 1 << dice.randrange(8)
			told = entries(bytes(hurt))
			self.assertEqual([l for l in keep if l not in told], [])


def inode_of(image, path):
	with pack.scratch() as tmp:
		file = pathlib.Path(tmp, "ext")
		file.write_bytes(image)
		out = pack.run(["debugfs", "-R", "stat " + path, file]).decode()
		return out.split("Inode:")[1].split()[0]
