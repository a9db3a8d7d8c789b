# SPDX-License-Identifier: Apache-2.0
"""Archives: written by 7-Zip, bsdtar, gcab, jlha, arj and msibuild over their options; and damaged."""
import hashlib
import random
import unittest

from writers import T, entries, have, said, trees

import staged  # noqa: E402 (beside trees)

FORMATS = ("7z", "arj", "cab", "lha", "rar", "xar")


def files_of(lines):
	"""path -> line of the files that are told whole."""
	return {l.split(" ", 6)[6]: l for l in lines if l.startswith("file ") and not l.endswith(" damaged")}


def truths():
	for id in FORMATS:
		for path in sorted(trees.HERE.glob(id + "/*.bin")):
			yield id, path.read_bytes(), path.with_suffix(".tree").read_text(encoding="utf-8").splitlines()


@unittest.skipUnless(have("7z"), "7z")
class SevenZip(unittest.TestCase):
	def test_matrix(self):
		want = sorted(trees.lines(staged.plain(), ids=False))
		for options in (("-mx=1",), ("-mx=9",), ("-ms=on",), ("-ms=off", "-mhc=off"), ("-m0=lzma2:d=1m", "-mmt=1"),
			("-m0=BCJ", "-m1=lzma"), ("-m0=delta:4", "-m1=lzma"), ("-m0=ppmd:mem=1m:o=8",)):
			with self.subTest(options=options):
				image = staged.archive(staged.plain(), "7z", "a", "-snl", "-mtc=off", "-mta=off", *options, "OUT", "IN",
					out="out.7z")
				self.assertEqual(entries(image), want)

	def test_times(self):
		"""Times are kept to 100 ns."""
		t = T.Tree()
		t.file("one", "x", 0o600)
		image = staged.archive(t, "sh", "-c", "touch -d '2024-03-01 12:00:00.123456700' one && 7z a -mtc=off -mta=off out.7z one"
			" && cp out.7z ../out.7z", out="out.7z")
		self.assertIn(" 1709294400.123456700 ", "\n".join(entries(image)))

	def test_encrypted(self):
		for options in (("-psecret",), ("-psecret", "-mhe=on")):
			with self.subTest(options=options):
				image = staged.archive(staged.plain(), "7z", "a", "-snl", *options, "OUT", "IN", out="out.7z")
				self.assertTrue(any("encrypted" in l for l in entries(image)), entries(image))


@unittest.skipUnless(have("7z", "brotli"), "7z and brotli")
class Zip(unittest.TestCase):
	def setUp(self):
		self.make = trees.runpy.run_path(str(trees.HERE / "zip/make.py"))

	def test_methods(self):
		some, t = random.Random(20), self.make["plain"]()
		t.file("far", some.randbytes(60000) * 3, 0o644)  # further back than deflate reaches
		t.file("same", b"a" * 500000, 0o644)  # longer than deflate's matches
		t.file("few", bytes(some.choice(b"abcd") for _ in range(60000)), 0o600)
		t.file("words", b"".join(b"%d is a number\n" % some.randrange(5000) for _ in range(15000)), 0o644)
		t.file("same", b"a" * 200001, 0o644)  # Deflate64 has longer matches than deflate
		want = sorted(trees.lines(t, ids=False))
		for options in (("-mm=Deflate64",), ("-mm=Deflate64", "-mx=1"), ("-mm=Deflate64", "-mx=9"), ("-mm=PPMd",), ("-mm=PPMd", "-mmem=1m", "-mo=3"),
			("-mm=PPMd", "-mo=16"), ("-mm=LZMA",), ("-mm=LZMA", "-mx=9"), ("-mm=BZip2",)):
			with self.subTest(options=options):
				self.assertEqual(entries(self.make["seven"](t, *options)), want)

	def test_damage(self):
		"""What is damaged is said, and the other entries are whole."""
		some, t = random.Random(21), self.make["plain"]()
		for method in ("Deflate64", "PPMd"):
			image = self.make["seven"](t, "-mm=" + method)
			want = set(trees.lines(t, ids=False))
			for _ in range(8):
				bad = bytearray(image)
				bad[image.index(b"text") + some.randrange(60, 900)] ^= 1 << some.randrange(8)
				got = entries(bytes(bad), "zip")
				self.assertTrue(any(l.startswith("lost") for l in got))
				self.assertEqual({l for l in want if not l.endswith("/text")} - set(got), set())

	@unittest.skipUnless(have("zip"), "zip")
	def test_times(self):
		"""Beyond what 32 bits with a sign hold, and before 1970, which DOS times do not."""
		t = T.Tree()
		times = {"/late": "2210112000", "/early": "-86400", "/now": "1700000000"}
		for name in times:
			t.file(name[1:], b"x", 0o644)
		touch = " && ".join("touch -d @%s %s" % (when, name[1:]) for name, when in times.items())
		image = staged.archive(t, "sh", "-c", touch + " && zip -q -r ../out.zip .", out="out.zip")
		self.assertEqual({path: line.split()[3] for path, line in files_of(entries(image)).items()}, times)

	def test_updates(self):
		"""Android's images of partitions, of blocks in any order."""
		some, make = random.Random(22), self.make
		for i in range(12):
			cuts = sorted(some.sample(range(60), 10))
			new = list(zip(cuts[::2], cuts[1::2]))
			if i % 2:
				some.shuffle(new)
			image, _ = make["system"](60, i, new)
			rows, sent = make["transfer"](image, new, 1 + i % 4)
			members = [("a.transfer.list", rows, 8), ("a.new.dat.br", make["brotli"](sent, "-q", str(i % 10)), 8 * (i % 3 == 0))] if i % 4 < 2 else [
				("a.new.dat", sent, 8 * (i % 3 == 0)), ("a.transfer.list", rows, 0)]
			with self.subTest(i=i):
				self.assertEqual(entries(make["archive"](members)), sorted(make["told"](members, ("a.img", image))))


	def test_damaged_update(self):
		"""Blocks that were sent before the damage are in the image. The window is larger than it: nothing is given of itself."""
		make, new = self.make, [(0, 400)]
		image, _ = make["system"](401, 1, new)
		rows, sent = make["transfer"](image, new)
		packed = bytearray(make["brotli"](sent, "-q", "5"))
		packed[len(packed) * 3 // 4:] = b"\xff" * (len(packed) // 4)
		members = [("a.transfer.list", rows, 8), ("a.new.dat.br", bytes(packed), 0)]
		told = said(make["archive"](members), "zip")
		got = next(l for l in told if l.startswith("file ") and "/a.img" in l)
		self.assertTrue(got.endswith(" damaged") and any("blocks of an update are damaged" in l for l in told), told)
		self.assertNotIn(hashlib.sha256(bytes(len(image))).hexdigest(), got)


@unittest.skipUnless(have("bsdtar"), "bsdtar")
class Xar(unittest.TestCase):
	def test_checksums_and_methods(self):
		make = trees.runpy.run_path(str(trees.HERE / "xar/make.py"))
		for options in ("compression=gzip,compression-level=1", "checksum=md5,toc-checksum=sha1", "compression=lzma"):
			with self.subTest(options=options):
				image = make["trimmed"](staged.from_tar(make["kept"](), "bsdtar", "-b", "1", "-cf", "-", "--format", "xar",
					"--options", options, "@-"))
				self.assertEqual(entries(image), sorted(trees.lines(make["kept"]())))


@unittest.skipUnless(have("arj"), "arj")
class Arj(unittest.TestCase):
	def test_methods(self):
		"""Large enough for many blocks and for the whole window."""
		some = random.Random(10)
		t = T.Tree()
		t.file("noise", some.randbytes(70000), 0o600)
		t.file("text", b"".join(b"%d is a number\n" % some.randrange(5000) for _ in range(20000)), 0o644)
		t.file("same", b"a" * 100000, 0o640)
		t.file("far", (some.randbytes(26000) * 4)[:90000], 0o400)
		want = sorted(l for l in trees.lines(t, ids=False))
		for method in range(5):
			with self.subTest(method=method):
				image = staged.archive(t, "arj", "a", "-r", "-y", "-i", "-t0", "-m%d" % method, "OUT", "IN", out="out.arj")
				self.assertEqual(entries(image), want)

	def test_encrypted(self):
		t = T.Tree()
		t.file("secret", b"text\n" * 10, 0o600)
		image = staged.archive(t, "arj", "a", "-y", "-i", "-gpass", "OUT", "IN", out="out.arj")
		self.assertTrue(any(l.startswith("lost arj encrypted") for l in entries(image)))


class Damaged(unittest.TestCase):
	"""Contents that are told whole are right, whatever happened; what was read before the damage is there."""

	def hold(self, image, want, id):
		if id in ("rar", "cab"):
			return entries(image, id)  # libarchive verifies no checksum of stored contents: a gap of both
		good = files_of(want)
		for path, line in files_of(entries(image, id)).items():
			name = path.split(" (", 1)[0]
			if name in good and line.split(" ")[5] != good[name].split(" ")[5]:
				self.fail("%s: another thing is told whole: %s" % (id, line))
		return good

	def test_cut_off(self):
		some = random.Random(1)
		for id, image, want in truths():
			for _ in range(3):
				at = some.randrange(64, len(image))
				with self.subTest(id=id, at=at):
					self.hold(image[:at], want, id)

	def test_overwritten(self):
		some = random.Random(2)
		for id, image, want in truths():
			at, n = some.randrange(40, len(image)), min(4096, len(image) // 8)
			with self.subTest(id=id, at=at):
				self.hold(image[:at] + bytes(some.randrange(256) for _ in range(n)) + image[at + n:], want, id)

	def test_flipped(self):
		some = random.Random(3)
		for id, image, want in truths():
			bad = bytearray(image)
			for _ in range(4):
				bad[some.randrange(40, len(bad))] ^= 1 << some.randrange(8)
			with self.subTest(id=id):
				self.hold(bytes(bad), want, id)

	def test_before_the_cut(self):
		"""Entries that stand whole in front of the cut are there."""
		for id, name, cut, path in (("rar", "new", 300, "/hello"), ("rar", "old", 300, "/hello"), ("lha", "level2", 90, "/bytes"),
			("cab", "stored", 2000, "/hello"), ("arj", "method1", 60, "/hello.txt"), ("xar", "stored", 20000, "/dir/hello")):
			with self.subTest(id=id, name=name):
				image = (trees.HERE / id / (name + ".bin")).read_bytes()[:-cut]
				want = (trees.HERE / id / (name + ".tree")).read_text(encoding="utf-8").splitlines()
				self.assertIn(files_of(want)[path], entries(image, id))
