# SPDX-License-Identifier: Apache-2.0
"""NTFS: volumes of mkntfs over its options, filled by ntfscp and through libntfs-3g (ntfs_write.c), and read by 7-Zip, ntfscat and The Sleuth Kit
as well; damage to every part."""
import functools
import importlib.util
import pathlib
import random
import re
import shutil
import struct
import subprocess
import tempfile
import unittest

import damage
from writers import HERE, T, TOP, entries, have, pack, run, said, trees

spec = importlib.util.spec_from_file_location("ntfs_make", TOP / "tests/golden/fmt/ntfs/make.py")
make = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make)

SMALL = bytes((TOP / "tests/golden/fmt/ntfs/small.bin").read_bytes())
HAS_LIBRARY = have("cc", "pkg-config", "mkntfs") and subprocess.run(["pkg-config", "--exists", "libntfs-3g"]).returncode == 0


@functools.cache
def writer():
	"""The program that fills volumes; its folder goes with the test."""
	folder = tempfile.TemporaryDirectory(prefix="assay-ntfs-")
	writer.folder = folder
	flags = run("pkg-config", "--cflags", "--libs", "libntfs-3g").decode().split()
	run("cc", "-o", folder.name + "/ntfs_write", str(HERE / "ntfs_write.c"), *flags)
	return folder.name + "/ntfs_write"


class Commands:
	"""Lines for ntfs_write, and the files that they name."""

	def __init__(self, folder):
		self.folder, self.lines, self.files = pathlib.Path(folder), [], 0

	def add(self, *words):
		self.lines.append("\t".join(map(str, words)))

	def data(self, data):
		if not data:
			return ""
		path = self.folder / ("data-%d" % self.files)
		self.files += 1
		path.write_bytes(data)
		return path

	def tree(self, t, packed=(), wsl=()):
		for e in t:
			path = "/" + e.path
			if not e.path:
				continue
			if e.type == T.DIR:
				self.add("packed" if e.path in packed else "dir", path)
			elif e.same_as is not None:
				self.add("link", "/" + e.same_as, path)
			elif e.type == T.LINK:
				self.add(*(["wsl", path, "symlink", 0, e.target] if e.path in wsl else ["symlink", path, e.target]))
			elif e.type in (T.CHAR, T.BLOCK) and e.path not in wsl:
				self.add("node", path, e.type, *e.dev)
			elif e.type != T.FILE:
				self.add("wsl", path, e.type, 0, *(e.dev or (0, 0)))
			else:
				file, colon, stream = path.partition(":")
				self.add("write", file, stream, self.data(e.data))

	def times(self, t):
		for e in t:
			if e.path and ":" not in e.path:
				self.add("time", "/" + e.path, make.filetime(e.mtime, 1234567))


def volume(size, fill, *options):
	"""An image of mkntfs with options, after the commands that fill gives."""
	with pack.scratch() as tmp:
		path = pathlib.Path(tmp, "ntfs")
		path.write_bytes(bytes(size))
		pack.run(["mkntfs", "-q", "-F", "-L", "GOLDEN", "-p", "0", "-H", "1", "-S", "1", *options, path])
		c = Commands(tmp)
		fill(c)
		if c.lines:
			done = subprocess.run([writer(), path], input=("\n".join(c.lines) + "\n").encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
			assert done.returncode == 0, done.stdout
		return path.read_bytes()


def tree():
	dice = random.Random(5)
	t = T.Tree()
	t.dir("sub")
	t.dir("sub/inner")
	t.dir("packed")
	t.file("hello", b"hello\n")
	t.file("empty", b"")
	t.file("sub/plain", dice.randbytes(30000))
	t.file("sub/gr\u00fc\u00dfe \U0001f600", b"x" * 3000)
	t.file("sub/other:a stream", b"in a stream\n" * 900)
	t.file("packed/text", b"".join(b"line %d of what packs well\n" % i for i in range(9000)))
	t.file("packed/mixed", b"x" * 100000 + dice.randbytes(150000) + bytes(200000) + b"tail")
	t.file("packed/few", b"few\n")
	t.hard("sub/other", "sub/plain")
	t.link("sub/link", "../hello")
	t.node("tty", T.CHAR, 0o600, (5, 1))
	t.node("disk", T.BLOCK, 0o600, (8, 3))
	return t


def told(t, wsl=()):
	out = []
	for l in trees.lines(t, owners=False):
		l = l.replace(" %d " % T.EPOCH, " %d.123456700 " % T.EPOCH, 1)
		out.append(l)
	return sorted(out)


def by_path(lines):
	"""path -> time and digest: whichever name of several was told first."""
	words = [l.split(" ", 6) for l in lines]
	whole = {w[6]: w[5] for w in words if w[5] != "-"}
	return sorted((w[6].split(" = ")[0], w[3], whole[w[6].split(" = ")[-1]]) for w in words)


def with_modes(lines):
	"""Lines without the modes and times of what WSL writes of its own accord."""
	return sorted(re.sub(r"^(char|block|fifo|socket) [0-7]{4} ", r"\1 - ", l) for l in lines)


@unittest.skipUnless(HAS_LIBRARY, "mkntfs, libntfs-3g")
class Written(unittest.TestCase):
	maxDiff = None

	def check(self, t, *options, size=6 << 20, wsl=()):
		def fill(c):
			c.tree(t, packed=("packed",), wsl=wsl)
			c.times(t)
		image = volume(size, fill, *options)
		lines = said(image)
		self.assertEqual(with_modes(trees.entries(lines)), told(t))
		self.assertEqual([l for l in lines if re.match(r"extent \d+ \d+ unknown|lost ", l)], [])
		self.assertTrue(any("name=label\tvalue=GOLDEN" in l for l in lines))
		return image

	def test_options(self):
		for options in (("-c", "512"), ("-c", "1024"), ("-c", "4096"), ("-s", "4096"), ("-s", "1024", "-c", "2048")):
			with self.subTest(options=options):
				self.check(tree(), *options)

	def test_large_clusters(self):
		"""In clusters above 4096 bytes nothing is packed."""
		for options in (("-c", "8192"), ("-c", "65536")):
			with self.subTest(options=options):
				self.check(tree(), *options, size=12 << 20)

	def test_wsl(self):
		t = tree()
		t.node("pipe", T.FIFO, 0o600)
		t.node("socket", T.SOCKET, 0o600)
		self.check(t, wsl=("tty", "disk", "pipe", "socket", "sub/link"))

	def test_attribute_lists(self):
		"""Two files in hundreds of pieces, one of many names, one of many streams: more than their records hold."""
		t = T.Tree()
		dice = random.Random(6)
		parts = [[dice.randbytes(512) for _ in range(400)] for _ in range(2)]
		for i in range(2):
			t.file("pieces-%d" % i, b"".join(parts[i]))
		t.file("names", b"one of many\n")
		for i in range(60):
			t.hard("a rather long name of that file, number %d" % i, "names")
		for i in range(60):
			t.file("streams:%d" % i, b"%d" % i * 50)
		t.file("streams", b"main")

		def fill(c):
			for i in range(400):
				for k in range(2):
					c.add("hole", "/pieces-%d" % k, i * 512, c.data(parts[k][i]))
			rest = t.copy(lambda e: not e.path.startswith("pieces"))
			first = [e for e in rest if e.path and e.same_as is None and ":" not in e.path]
			for e in first:
				c.add("write", "/" + e.path, "", c.data(e.data))
			for e in rest:
				if e.same_as is not None:
					c.add("link", "/" + e.same_as, "/" + e.path)
				elif ":" in e.path:
					c.add("write", "/streams", e.path.split(":")[1], c.data(e.data))
			c.times(t)
		image = volume(6 << 20, fill, "-c", "512")
		self.assertGreater(image.count(b"\x20\0\0\0\x48\0\0\0\1\0") + image.count(b"\x20\0\0\0\x50\0\0\0\1\0"), 0, "no attribute list stands elsewhere")
		self.assertEqual(by_path(entries(image)), by_path(told(t)))
		# Without the records that only the list leads to, what is left is told, and that something is missing.
		at = [m.start() for m in re.finditer(b"FILE0\0\3\0", image) if struct.unpack_from("<I", image, m.start() + 32)[0] != 0]
		self.assertGreater(len(at), 4)
		hurt = bytearray(image)
		hurt[at[0]:at[0] + 4] = b"BAAD"
		self.assertTrue(any("a record of a file is damaged or missing" in l for l in said(bytes(hurt))))

	def test_holes(self):
		t = T.Tree()
		t.file("holes", b"start" + bytes(3000000) + b"end")

		def fill(c):
			c.add("write", "/holes", "", c.data(b"start"))
			c.add("hole", "/holes", 3000005, c.data(b"end"))
			c.times(t)
		self.assertEqual(entries(volume(2 << 20, fill)), told(t))

	def test_reparse(self):
		t = T.Tree()
		t.link("symbolic", "../there/it is")
		t.link("junction", "C:/some/where")

		def fill(c):
			c.add("write", "/symbolic", "", "")
			c.add("reparse", "/symbolic", make.link("..\\there\\it is", "..\\there\\it is").hex())
			c.add("dir", "/junction")
			c.add("reparse", "/junction", make.link("\\??\\C:\\some\\where", "", True).hex())
			c.times(t)
		self.assertEqual(entries(volume(2 << 20, fill)), told(t))

	def test_attributes(self):
		"""Owner and mode as WSL writes them, in few bytes and in so many that they stand elsewhere."""
		word = functools.partial(struct.pack, "<I")
		for big in (False, True):
			values = [(b"$LXUID", word(1000)), (b"$LXGID", word(50)), (b"$LXMOD", word(0o104750))] + [(b"USER.NOTE", b"n" * 3000)] * big
			t = T.Tree()
			t.file("start", b"#!/bin/sh\n", 0o4750, 1000, 50)

			def fill(c):
				c.add("write", "/start", "", c.data(b"#!/bin/sh\n"))
				c.add("ea", "/start", make.eas(*values).hex())
				c.times(t)
			want = [trees.line(e).replace(" %d " % T.EPOCH, " %d.123456700 " % T.EPOCH, 1) for e in t if e.path]
			want += ["xattr /start USER.NOTE=" + (b"n" * 3000).hex()] * big
			with self.subTest(big=big):
				self.assertEqual(entries(volume(2 << 20, fill)), sorted(want))

	def test_deleted(self):
		secret = b"password=hunter2\n" * 400

		def fill(c):
			c.add("dir", "/sub")
			c.add("write", "/sub/gone", "", c.data(secret))
			c.add("write", "/sub/short", "", c.data(b"short\n"))
			c.add("delete", "/sub/gone")
			c.add("delete", "/sub/short")
		found = [l for l in said(volume(2 << 20, fill)) if l.startswith("deleted-")]
		self.assertEqual(len(found), 2, found)
		self.assertRegex(" ".join(found), r"%s /sub/gone \(deleted" % T.sha256(secret))
		self.assertRegex(" ".join(found), r"%s /sub/short \(deleted" % T.sha256(b"short\n"))

		def again(c):
			fill(c)
			c.add("write", "/a", "", c.data(b"1" * (900 << 10)))
		found = [l for l in said(volume(2 << 20, again, "-c", "512")) if "/sub/gone" in l]
		whole = [l for l in found if T.sha256(secret) not in l]
		self.assertEqual(whole, [], "what has been written over is not told")

	def test_damage(self):
		t = T.Tree()
		for i in range(40):
			t.file("d%d/file-%02d" % (i % 5, i), b"%d " % i * (i * 40 + 300))
		image = volume(2 << 20, lambda c: c.tree(t))
		damage.contents_overwritten(self, image, "ntfs")
		damage.cut(self, image, "ntfs")
		self.assertGreater(damage.blocks_overwritten(self, image, "ntfs", 8), 0.9)
		self.assertGreater(damage.bits_flipped(self, image, "ntfs"), 0.7)
		# Indexes of directories are not needed.
		hurt, n = bytearray(image), 0
		for m in re.finditer(b"INDX", image):
			if m.start() % 512 == 0:
				hurt[m.start():m.start() + 4096] = bytes(4096)
				n += 1
		self.assertGreater(n, 0)
		self.assertEqual(entries(bytes(hurt)), entries(image))
		# A directory's own record: what stood in it is told elsewhere.
		at = image.index("d3".encode("utf-16le"), 16384) // 1024 * 1024
		hurt = bytearray(image)
		hurt[at:at + 1024] = b"\x5a" * 1024
		self.assertEqual(set(damage.whole_files(said(bytes(hurt)))), set(damage.whole_files(said(image))))

	def test_boot_and_first_records(self):
		t = tree()
		image = volume(6 << 20, lambda c: c.tree(t, packed=("packed",)))
		want = damage.whole_files(said(image))
		mirror = struct.unpack_from("<Q", image, 56)[0] * 4096
		for what, ranges in (("boot", [(0, 512)]), ("boot and copy", [(0, 512), (len(image) - 512, len(image))]), ("record 0", [(16384, 17408)]),
				("records 0 to 3", [(16384, 20480)]), ("copy", [(mirror, mirror + 4096)]), ("first block and copy", [(0, 4096), (mirror, mirror + 4096)])):
			hurt = bytearray(image)
			for a, b in ranges:
				hurt[a:b] = b"\x5a" * (b - a)
			with self.subTest(what=what):
				self.assertEqual(damage.whole_files(said(bytes(hurt))), want)


@unittest.skipUnless(have("mkntfs", "ntfscp", "ntfscat"), "ntfs-3g")
class Copied(unittest.TestCase):
	def test_ntfscp(self):
		"""As ntfscp writes and ntfscat reads: streams too."""
		data = random.Random(7).randbytes(50000)
		with pack.scratch() as tmp:
			path, file = pathlib.Path(tmp, "ntfs"), pathlib.Path(tmp, "file")
			path.write_bytes(bytes(4 << 20))
			file.write_bytes(data)
			run("mkntfs", "-q", "-F", str(path))
			run("ntfscp", "-f", "-q", str(path), str(file), "copied")
			run("ntfscp", "-f", "-q", "-N", "extra", str(path), str(file), "copied")
			lines = entries(path)
			self.assertEqual(run("ntfscat", "-f", str(path), "copied"), data)
			self.assertEqual(run("ntfscat", "-f", "-n", "extra", str(path), "copied"), data)
		self.assertEqual(len(lines), 2, lines)
		for l, name in zip(lines, ("copied", "copied:extra")):
			self.assertRegex(l, r"^file - - \d+\.\d{9} 50000 %s /%s$" % (T.sha256(data), name))


	def test_journal(self):
		"""That it holds changes is said where libntfs-3g says it, too."""
		with pack.scratch() as tmp:
			path, file = pathlib.Path(tmp, "ntfs"), pathlib.Path(tmp, "file")
			path.write_bytes(bytes(8 << 20))
			file.write_bytes(b"x")
			run("mkntfs", "-q", "-F", str(path))
			image = path.read_bytes()
			at = 4096 * int(run("ntfscluster", "-f", "-I", "2", str(path)).decode().split()[-2])
			self.assertEqual(image[at:at + 4096], b"\xff" * 4096)
			self.assertFalse([l for l in entries(path) if "journal" in l])
			for pages, open_ in ((((5, 0, 0), (4, 0xFFFF, 2)), True), (((4, 0xFFFF, 2), (5, 0, 0)), True), (((5, 0xFFFF, 0), (4, 0, 0)), False),
					(((5, 0, 2), (4, 0, 0)), False)):
				path.write_bytes(image[:at] + b"".join(make.restart(*p) for p in pages) + image[at + 8192:])
				told = [l for l in entries(path) if "the journal ($LogFile) holds changes" in l]
				self.assertEqual(bool(told), open_, pages)
				done = subprocess.run(["ntfscp", str(path), str(file), "new"], capture_output=True, text=True)
				self.assertEqual("unclean file system" in done.stdout + done.stderr, open_, done)


@unittest.skipUnless(have("7z"), "7z")
class Generated(unittest.TestCase):
	def test_7zip(self):
		"""7-Zip takes the same out of the golden volume, but for a file with holes that it does not open."""
		want = damage.whole_files(said(SMALL, "ntfs"))
		with pack.scratch() as tmp:
			path = pathlib.Path(tmp, "small.bin")
			path.write_bytes(SMALL)
			subprocess.run(["7z", "x", "-y", "-tntfs", "-o" + tmp + "/out", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
			have_ = {T.sha256(p.read_bytes()) for p in pathlib.Path(tmp, "out").rglob("*") if p.is_file() and not p.is_symlink()}
		files = {d for d, names in want.items() if not any(re.search(":|deleted|with holes", n) for n in names)}
		self.assertEqual(files - have_, set())
		self.assertGreater(len(files), 6)

	def test_sleuthkit(self):
		if not shutil.which("icat"):
			self.skipTest("icat")
		want = damage.whole_files(said(SMALL, "ntfs"))
		with pack.scratch() as tmp:
			path = pathlib.Path(tmp, "small.bin")
			path.write_bytes(SMALL)
			for i in (1, 3, 4, 5, 11, 14):  # packed, in pieces, with holes
				self.assertIn(T.sha256(run("icat", "-f", "ntfs", str(path), str(make.USER + i))), want, i)

	def test_deleted(self):
		"""Contents in clusters that are free are told; in clusters that something else has, not."""
		self.assertTrue(any(l.startswith("deleted-") and "/sub/deleted.cfg" in l and T.sha256(make.SECRET) in l for l in said(SMALL, "ntfs")))
		v = make.Volume()
		make.fill(v)
		v.freed = set()
		self.assertFalse([l for l in said(v.image(), "ntfs") if l.startswith("deleted-")])

	def test_damage(self):
		damage.contents_overwritten(self, SMALL, "ntfs")
		damage.cut(self, SMALL, "ntfs")
		self.assertGreater(damage.blocks_overwritten(self, SMALL, "ntfs", 24, block=512), 0.8)
		self.assertGreater(damage.bits_flipped(self, SMALL, "ntfs", bits=16), 0.5)
