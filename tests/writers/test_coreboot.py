# SPDX-License-Identifier: Apache-2.0
"""coreboot images of cbfstool: every packing and digest, programs, payloads, the map of the flash; and damage."""
import hashlib
import pathlib
import random
import struct
import subprocess
import tempfile
import unittest

from writers import have, run, said

LAYOUT = b"FLASH@0 256K { RW@0 192K { COREBOOT(CBFS)@0 128K OTHER(CBFS)@128K 64K } FMAP@192K 2K BOOT@200K 8K }\n"
PROGRAM = b"void _start(void) { for (;;) ; }\nchar data[30000] = \"hello\";\nint more[100];\n"
WORDS = b" ".join(b"word%d" % (i * i % 997) for i in range(3000))
DIGESTS = ("sha1", "sha256", "sha512")


def sha(data):
	return hashlib.sha256(data).hexdigest()


def files(lines):
	rows = [l.split(" ", 6) for l in lines if l.startswith(("file ", "part ", "deleted-file "))]
	return {r[6].split(" hint ")[0].removesuffix(" damaged"): r[5] for r in rows}


class Rom:
	"""A flash image in a folder of its own."""

	def __init__(self, layout=LAYOUT):
		self.tmp = tempfile.TemporaryDirectory(prefix="assay-coreboot-")
		self.put("fmd", layout)
		self.run("fmaptool", "fmd", "fmap")
		self.do("create", "-M", "fmap")

	def put(self, name, data):
		pathlib.Path(self.tmp.name, name).write_bytes(data)

	def run(self, *argv):
		return run(*argv, cwd=self.tmp.name)

	def do(self, *argv):
		return self.run("cbfstool", "rom", *argv)

	def add(self, name, data, *options, region="COREBOOT"):
		self.put("in", data)
		self.do("add", "-r", region, "-f", "in", "-n", name, "-t", "raw", *options)

	def bytes(self, name="rom"):
		return pathlib.Path(self.tmp.name, name).read_bytes()

	def region(self, name="COREBOOT"):
		self.do("read", "-r", name, "-f", "region")
		return self.bytes("region")


def loads(elf):
	"""What an ELF program of 64 bits puts into memory: address to bytes."""
	at, size, n = struct.unpack_from("<Q", elf, 32)[0], *struct.unpack_from("<HH", elf, 54)
	out = {}
	for i in range(n):
		kind, _, offset, _, to, length = struct.unpack_from("<IIQQQQ", elf, at + i * size)
		if kind == 1 and length:
			out[to] = elf[offset:offset + length]
	return out


@unittest.skipUnless(have("cbfstool", "fmaptool", "gcc"), "cbfstool")
class Files(unittest.TestCase):
	def test_packings_and_digests(self):
		rom, want = Rom(), {}
		for c in ("none", "LZMA", "LZ4"):
			for i, digest in enumerate((None, *DIGESTS)):
				name = "dir%d/%s-%s" % (i, c, digest)
				data = WORDS[i * 100:i * 3000 + 4000]
				rom.add(name, data, "-c", c, *(["-A", digest] if digest else []))
				want["/" + name] = sha(data)
		lines = said(rom.region())
		self.assertEqual(files(lines), want)
		self.assertEqual(sum("value=sha" in l and l.endswith(" ok") for l in lines), 9)

	def test_types(self):
		rom, want = Rom(), {}
		for kind in ("optionrom", "bootsplash", "vsa", "mbi", "microcode", "mrc", "cmos_layout", "spd", "mma", "efi", "struct"):
			rom.put("in", WORDS[:700 + len(kind)])
			rom.do("add", "-f", "in", "-n", kind, "-t", kind)
			want["/" + kind] = sha(WORDS[:700 + len(kind)])
		self.assertEqual(files(said(rom.region())), want)

	def test_places(self):
		"""Files at places of their own, with free space between them."""
		rom, want = Rom(), {}
		for i, options in enumerate((["-a", "4096"], ["-b", "0x8000"], ["-a", "0x1000"], ["-a", "0x400", "-c", "LZMA"])):
			rom.add("f%d" % i, WORDS[i:2000 + i], *options)
			want["/f%d" % i] = sha(WORDS[i:2000 + i])
		self.assertEqual(files(said(rom.region())), want)

	def test_programs(self):
		for c in ("none", "LZMA", "LZ4"):
			rom = Rom()
			rom.put("p.c", PROGRAM)
			rom.run("gcc", "-Os", "-nostdlib", "-static", "-no-pie", "-Wl,-Ttext=0x100000", "-Wl,--build-id=none", "-o", "p", "p.c")
			rom.do("add-stage", "-f", "p", "-n", "fallback/romstage", "-c", c)
			rom.do("add-payload", "-f", "p", "-n", "fallback/payload", "-c", c)
			memory = loads(rom.bytes("p"))
			first = min(memory)
			whole = bytearray(max(a + len(d) for a, d in memory.items()) - first)
			for a, d in memory.items():
				whole[a - first:a - first + len(d)] = d
			lines = said(rom.region())
			got = files(lines)
			self.assertEqual(got["/fallback/romstage"], sha(bytes(whole)))
			self.assertTrue(any("value=stage at 0x%x" % first in l for l in lines), lines)
			# the segments cover the same memory
			told = [l.split("value=")[1] for l in lines if "name=segment " in l]
			self.assertIn("entry at 0x100000, 0 bytes in memory", told)
			places = [(int(t.split()[2][:-1], 16), int(t.split()[3])) for t in told if t.startswith(("code", "data"))]
			parts = [d for p, d in got.items() if "payload/" in p]
			self.assertEqual(len(parts), len(places))
			for (a, n), digest in zip(places, parts):
				seen = [bytes(d[a - b:a - b + k]) for b, d in memory.items() if b <= a < b + len(d) for k in range(n + 1)]
				self.assertIn(digest, map(sha, seen))

	def test_same_as_extract(self):
		rom = Rom()
		rom.add("a", WORDS, "-c", "LZMA")
		rom.add("b", WORDS[5:], "-c", "LZ4")
		rom.do("extract", "-n", "a", "-f", "a"), rom.do("extract", "-n", "b", "-f", "b")
		self.assertEqual(files(said(rom.region())), {"/a": sha(rom.bytes("a")), "/b": sha(rom.bytes("b"))})

	def test_legacy(self):
		"""A master header instead of a map."""
		for arch in ("x86", "arm", "arm64", "mips"):
			with self.subTest(arch=arch), tempfile.TemporaryDirectory(prefix="assay-coreboot-") as tmp:
				for name, data in (("boot", random.Random(1).randbytes(4096)), ("in", WORDS)):
					pathlib.Path(tmp, name).write_bytes(data)
				run("cbfstool", "rom", "create", "-m", arch, "-s", "128K", "-B", "boot", cwd=tmp)
				run("cbfstool", "rom", "add", "-f", "in", "-n", "words", "-t", "raw", "-c", "LZMA", cwd=tmp)
				rom = pathlib.Path(tmp, "rom").read_bytes()
				self.assertIn(sha(WORDS), files(said(rom[rom.index(b"LARCHIVE"):], "cbfs")).values())
				self.assertTrue(any("/cbfs-0x" in l for l in said(rom)))


@unittest.skipUnless(have("cbfstool", "fmaptool"), "cbfstool")
class Map(unittest.TestCase):
	def test_areas(self):
		rom = Rom()
		rom.add("a", WORDS, "-A", "sha256")
		flash = rom.bytes()
		want = {"/" + n: sha(flash[a:b]) for n, a, b in (("COREBOOT", 0, 0x20000), ("OTHER", 0x20000, 0x30000),
			("BOOT", 0x32000, 0x34000))}
		lines = said(flash)
		self.assertIn("type fmap", lines[0] if lines[0].startswith("type") else "\n".join(lines))
		self.assertEqual(files(lines), want)


@unittest.skipUnless(have("cbfstool", "fmaptool"), "cbfstool")
class Damage(unittest.TestCase):
	def setUp(self):
		rom = Rom()
		self.want = {}
		for i in range(12):
			data = random.Random(i).randbytes(2000 + 500 * i) if i % 2 else WORDS[i:9000]
			rom.add("f%02d" % i, data, "-c", "LZMA" if i % 2 == 0 else "none", "-A", "sha256")
			self.want["/f%02d" % i] = sha(data)
		self.image = rom.region()

	def said_whole(self, image):
		"""What comes out of the image and of the further pieces of it that are found."""
		with tempfile.TemporaryDirectory(prefix="assay-coreboot-") as tmp:
			path = pathlib.Path(tmp, "in")
			path.write_bytes(image)
			from writers import ASSAY
			subprocess.run([str(ASSAY), "extract", "-q", "-j", "1", "-C", tmp + "/out", str(path)], check=False,
				stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
			return {sha(p.read_bytes()) for p in pathlib.Path(tmp, "out").rglob("*") if p.is_file()}

	def test_contents(self):
		"""A bit of one file: its digest says so, and the others are what they were."""
		dice = random.Random(7)
		for i in dice.sample(range(12), 6):
			at = self.image.index(b"f%02d\0" % i) - 24
			head, n = struct.unpack_from(">I", self.image, at + 20)[0], struct.unpack_from(">I", self.image, at + 8)[0]
			bad = bytearray(self.image)
			bad[at + head + dice.randrange(n)] ^= 1 << dice.randrange(8)
			lines = said(bytes(bad))
			got = files(lines)
			self.assertTrue(any(l.startswith("lost cbfs damaged %d digest" % at) for l in lines), lines)
			self.assertEqual({k: v for k, v in got.items() if k != "/f%02d" % i},
				{k: v for k, v in self.want.items() if k != "/f%02d" % i})

	def test_block(self):
		"""4 KiB overwritten: what stands behind is found by its own first header."""
		for at in (0x2000, 0x6000):
			bad = self.image[:at] + b"\0" * 4096 + self.image[at + 4096:]
			got = self.said_whole(bad)
			starts = sorted((self.image.index(b"f%02d\0" % i) - 24, i) for i in range(12))
			ends = [s for s, _ in starts[1:]] + [len(self.image)]
			for (start, i), stop in zip(starts, ends):
				if stop <= at or start >= at + 4096:
					self.assertIn(self.want["/f%02d" % i], got, (hex(at), i))

	def test_cut(self):
		for n in (0x3000, 0x5123, 0x7fff):
			got = files(said(self.image[:n]))
			for i in range(12):
				at = self.image.index(b"f%02d\0" % i) - 24
				head, size = struct.unpack_from(">I", self.image, at + 20)[0], struct.unpack_from(">I", self.image, at + 8)[0]
				if at + head + size <= n:
					self.assertEqual(got["/f%02d" % i], self.want["/f%02d" % i])
