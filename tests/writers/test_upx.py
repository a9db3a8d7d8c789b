# SPDX-License-Identifier: Apache-2.0
"""Programs packed by UPX: what it unpacks to is, byte for byte, what was packed. UPX is not in Debian 12: where it is not installed, what
it wrote before (tests/golden/fmt/elf) is damaged and read."""
import ctypes
import hashlib
import pathlib
import random
import runpy
import shutil
import struct
import subprocess
import tempfile
import unittest
import zlib

from writers import TOP, have, said

UPX = shutil.which("upx")
GOLDEN = TOP / "tests/golden/fmt/elf"
MADE = runpy.run_path(str(GOLDEN / "make.py"))
ARCHES = ("x86_64-linux-gnu", "i686-linux-gnu", "arm-linux-gnueabihf", "aarch64-linux-gnu", "mips-linux-gnu", "mipsel-linux-gnu",
	"powerpc-linux-gnu", "powerpc64le-linux-gnu")


def parts(lines):
	return [l.split(" ")[5] for l in lines if l.startswith("part ") and not l.endswith(" damaged")]


def losses(lines):
	return [l for l in lines if l.startswith("lost ") and "UPX" in l]


@unittest.skipUnless(UPX, "upx")
class Written(unittest.TestCase):
	def test_arches_and_methods(self):
		tried = 0
		methods = ("--nrv2b", "--nrv2d", "--nrv2e", "--lzma", "-1")
		for i, arch in enumerate(ARCHES):
			if not have(arch + "-gcc"):
				continue
			with tempfile.TemporaryDirectory(prefix="assay-upx-") as tmp:
				program, packed = (pathlib.Path(tmp, n) for n in ("p", "p.upx"))
				program.write_bytes(MADE["program"](arch + "-gcc"))
				program.chmod(0o755)
				want = hashlib.sha256(program.read_bytes()).hexdigest()
				for method in (methods[i % 5], methods[(i + 2) % 5]):
					with self.subTest(arch=arch, method=method):
						packed.unlink(missing_ok=True)
						subprocess.run([UPX, "-q", "-f", method, "-o", packed, program], check=True, stdout=subprocess.PIPE)
						lines = said(packed)
						self.assertEqual(parts(lines), [want])
						self.assertEqual(losses(lines), [])
						tried += 1
		self.assertGreater(tried, 0)


class Damaged(unittest.TestCase):
	def test_any_byte(self):
		"""Whatever is hurt: it is read to an end, and either what comes out is the original or something is said."""
		dice = random.Random(7)
		for path in sorted(GOLDEN.glob("upx-*.bin")):
			if path.name == "upx-behind.bin":
				continue
			image = path.read_bytes()
			want = next(l.split("\t")[3] for l in path.with_suffix(".truth").read_text().splitlines() if l.startswith("part\t"))
			self.assertEqual(parts(said(image, "elf")), [want], path.name)
			for _ in range(6):
				hurt = bytearray(image)
				at = dice.randrange(64, len(hurt))
				hurt[at] ^= 1 << dice.randrange(8)
				lines = said(bytes(hurt), "elf")
				if parts(lines) and parts(lines) != [want]:
					self.fail("%s: byte %d: other contents, and nothing is said" % (path.name, at))


def libucl():
	try:
		return ctypes.CDLL("libucl.so.1")
	except OSError:
		return None


@unittest.skipUnless(libucl(), "libucl1")
class Units(unittest.TestCase):
	"""Bits in units of one byte, as libucl writes them and UPX does for other machines: in a program made here."""
	BODY = (b"\xe8\x01\x02\x03" + bytes(range(256)) + b"abcd" * 30 + b"w" * 4000) * 9

	def packed(self, kind, data):
		pack = getattr(libucl(), "ucl_nrv2%s_99_compress" % kind)
		out, n = ctypes.create_string_buffer(len(data) * 2 + 256), ctypes.c_uint(0)
		self.assertEqual(pack(data, ctypes.c_uint(len(data)), out, ctypes.byref(n), None, ctypes.c_int(9), None, None), 0)
		return out.raw[:n.value]

	def test_bytes(self):
		for method, kind in ((3, "b"), (6, "d"), (9, "e")):
			with self.subTest(method=method):
				n = 120 + len(self.BODY)
				head = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0x400078, 64, 0, 0, 64, 56, 1, 0, 0, 0)
				head += struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, n, n, 0x1000)
				blocks = b""
				for piece in (head, self.BODY):
					data = self.packed(kind, piece)
					blocks += struct.pack("<IIBBBB", len(piece), len(data), method, 0, 0, 0) + data
				image = head[:64] + struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, 400, 400, 0x1000)
				image += struct.pack("<I4sHBBIII", 1, b"UPX!", 0, 13, 22, 0, n, n) + blocks + struct.pack("<I4sI", 0, b"UPX!", 0)
				image += bytes(-len(image) % 4) + struct.pack("<4sBBBBIIIIIII", b"UPX!", 13, 22, method, 9, zlib.adler32(head + self.BODY), 0, 0, 0, n, 0, 0)
				lines = said(image, "elf")
				self.assertEqual(parts(lines), [hashlib.sha256(head + self.BODY).hexdigest()], lines[:6])
				self.assertEqual(losses(lines), [])
