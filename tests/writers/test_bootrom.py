# SPDX-License-Identifier: Apache-2.0
"""What the boot programs of chips take, written by mkimage over sizes and options, alone and in a flash; the boot
loaders of Debian's packages; and damage."""
import hashlib
import io
import random
import re
import subprocess
import tarfile
import unittest

from writers import have, make, said
from lib import apt  # noqa: E402  tests/images

KWB = b"VERSION %d\nBOOT_FROM %s\n%s"
IMX = b"IMAGE_VERSION 2\nBOOT_FROM sd\n%s"
SIZES = (500, 3000, 20000, 100001)


def sha(data):
	return hashlib.sha256(data).hexdigest()


def parts(lines):
	return {l.split(" ", 6)[6].split(" hint ")[0].removesuffix(" damaged"): l.split(" ", 6)[5] for l in lines if l.startswith("part ")}


def image(data, *argv, **files):
	return make.in_folder({"in": data, **{k: v for k, v in files.items()}}, ["mkimage", *argv, "-d", "in", "out"])


def value(lines, name):
	return next((l.split("value=", 1)[1] for l in lines if "name=%s\t" % name in l), None)


@unittest.skipUnless(have("mkimage"), "mkimage")
class Written(unittest.TestCase):
	def written(self):
		"""(format, image, program in it, what of its name is told)"""
		for size in SIZES:
			data = random.Random(size).randbytes(size)
			whole = image(data, "-T", "sunxi_egon", "-n", "board-%d" % size)
			yield "egon", whole, whole[0x60:], ("board", "board-%d" % size)
			for version, source, more in ((0, b"spi", b""), (1, b"spi", b""), (1, b"nand", b"BINARY more 1 2\n"), (1, b"sdio", b""), (1, b"sata", b""), (1, b"pex", b""), (1, b"uart", b"")):
				whole = image(data, "-n", "cfg", "-T", "kwbimage", "-a", "0x800000", "-e", "0x800000", cfg=KWB % (version, source, more), more=b"x" * 900)
				yield "kwbimage", whole, data + b"\0" * (-size % 4), ("version", str(version))
			for more in (b"", b"DATA 4 0x020e05a8 0x30\n" * 9, b"CSF 0x2000\n"):
				whole = image(data, "-n", "cfg", "-T", "imximage", "-e", "0x17800000", cfg=IMX % more)
				yield "imx_ivt", whole, None, ("entry", "0x17800000")
			for kind in ("zynq", "zynqmp"):
				yield "zynq", image(data, "-T", kind + "image"), data, ("header-sum", "ok")
			if size < 50000:  # what the chip's memory holds
				yield "rkns", image(data, "-n", "rk3568", "-T", "rksd"), data, ("header-digest", "ok")

	def test_alone(self):
		for id, whole, program, (name, text) in self.written():
			with self.subTest(id=id, size=len(whole)):
				lines = said(whole)
				self.assertIn("type " + id, "\n".join(lines))
				self.assertEqual(value(lines, name), text)
				got = parts(lines)
				if id == "rkns":
					self.assertEqual(got["/image-0"], sha(program.ljust(-len(program) % 2048 + len(program), b"\0")))
				elif program is not None:
					self.assertEqual(got["/program"], sha(program))
				if id != "imx_ivt":
					self.assertFalse([l for l in lines if l.startswith("lost")], lines)

	def test_in_flash(self):
		for id, whole, _, _ in self.written():
			if id == "kwbimage":
				continue
			with self.subTest(id=id, size=len(whole)):
				flash = random.Random(1).randbytes(0x2000) + whole + b"\xff" * 0x4000 + random.Random(2).randbytes(0x1000)
				self.assertTrue(any(re.match(r"/%s-0x2000" % id, n) for n in parts(said(flash))), parts(said(flash)))

	def test_damage(self):
		"""A bit of the program: what sums it says so, and it still comes out."""
		dice = random.Random(3)
		for id, whole, program, _ in self.written():
			if program is None or id == "zynq" or len(program) < 8:
				continue
			at = whole.index(program[:64]) + dice.randrange(64)
			bad = bytearray(whole)
			bad[at] ^= 1 << dice.randrange(8)
			lines = said(bytes(bad))
			if "type " + id not in "\n".join(lines):
				self.assertTrue(id == "kwbimage" and len(program) < 4096, id)  # too little else says what it is
				continue
			self.assertTrue([l for l in lines if l.startswith("lost %s damaged" % id)], id)
			self.assertTrue(parts(lines))


class Debian(unittest.TestCase):
	"""Boot loaders as the distribution ships them."""

	def files(self, arch, package, wanted):
		path, = apt.Apt("bookworm", arch).alone([package])
		data = subprocess.run(["dpkg-deb", "--fsys-tarfile", str(path)], check=True, stdout=subprocess.PIPE).stdout
		with tarfile.open(fileobj=io.BytesIO(data)) as tar:
			return {m.name: tar.extractfile(m).read() for m in tar if m.isfile() and re.search(wanted, m.name)}

	def test_sunxi(self):
		found = self.files("armhf", "u-boot-sunxi", r"u-boot-sunxi-with-spl.bin$")
		self.assertGreater(len(found), 3)
		for name, data in sorted(found.items())[:6]:
			lines = said(data)
			self.assertTrue(any(n.startswith("/egon-0x0") for n in parts(lines)) or "type egon" in "\n".join(lines), name)

	def test_imx(self):
		found = {**self.files("armhf", "u-boot-imx", r"(u-boot\.imx|SPL)$")}
		self.assertGreater(len(found), 2)
		for name, data in sorted(found.items())[:6]:
			lines = said(data)
			self.assertTrue(any(n.startswith("/imx_ivt-0x0") for n in parts(lines)) or "type imx_ivt" in "\n".join(lines), name)
