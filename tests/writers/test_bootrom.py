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
AHAB = b"BOOT_FROM SD 0x400\nSOC_TYPE %s\nCONTAINER\nIMAGE SCU in\n%s"
RCW = b"aa55aa55 01%s0100\n" + b"0c070012 0e000000 00000000 00000000\n" * 4
SIZES = (500, 3000, 20000, 100001)


def sha(data):
	return hashlib.sha256(data).hexdigest()


def parts(lines):
	return {l.split(" ", 6)[6].split(" hint ")[0].removesuffix(" damaged"): l.split(" ", 6)[5] for l in lines if l.startswith("part ")}


def image(data, *argv, **files):
	return make.in_folder({"in": data, **{k: v for k, v in files.items()}}, ["mkimage", *argv, "-d", "in", "out"])


def signed(data):
	"""A TOC0, for which mkimage needs a key."""
	return make.in_folder({"in": data}, ["openssl", "genrsa", "-out", "root_key.pem", "2048"], ["mkimage", "-T", "sunxi_toc0", "-d", "in", "out"])


def padded(data, n, fill=b"\0"):
	return data.ljust(-len(data) % n + len(data), fill)


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
				for chip in (("rk3328", "rk3399", "rk3188") if size < 32000 else ("rk3399",)):  # the last one's program is enciphered
					whole = image(data, "-n", chip, "-T", "rksd")
					tag = b"RK" + chip[2:4].encode() if chip != "rk3328" else b"RK32"
					yield "rkrc4", whole, (tag + data[4:]).ljust(-size % 2048 + size, b"\0"), ("cipher", "header and program" if chip == "rk3188" else "header")
				yield "rkns", image(data, "-n", "rk3568", "-T", "rksd"), data, ("header-digest", "ok")

	def written_later(self):
		"""The same of those that mkimage writes for other chips; and what the program's part is called."""
		for size in SIZES[:3]:
			data = random.Random(size).randbytes(size)
			for medium, told in (("emmc", "eMMC"), ("sdmmc", "SD"), ("nor", "NOR"), ("snand;nandinfo=2k+64", "NAND"), ("snand;nandinfo=4k+256", "NAND")):
				for arm64 in ("", ";arm64=1"):
					whole = image(data, "-T", "mtk_image", "-a", "0x201000", "-n", "media=%s%s" % (medium, arm64))
					yield "mtk_brom", whole, data, ("boots-from", told), "program"
			for name in ("lk", "a longer name of a part"):
				yield "mtk_lk", image(data, "-T", "mtk_image", "-a", "0x40000000", "-n", "lk=1;lkname=" + name), data, ("name", name), name
			for version, kind in enumerate(("socfpgaimage", "socfpgaimage_v1")):
				whole = image(data, "-T", kind)
				yield "socfpga", whole, data[:64] + whole[64:84] + data[84:] + b"\0" * (len(whole) - 4 - size), ("version", str(version)), "program"
			yield "stm32", image(data, "-T", "stm32image", "-a", "0x2ffc2500", "-e", "0x2ffc2501"), data, ("entry", "0x2ffc2501"), "program"
			yield "ti_ch", image(data, "-T", "omapimage", "-a", "0x40300000"), data, ("load", "0x40300000"), "program"
			yield "toc0", signed(data), data, ("certificate-signature", "ok"), "program"
			for soc, cores in (("IMX8QX", b"IMAGE A35 in 0x00100000\n"), ("IMX8QM", b"IMAGE A53 in 0x00100000\nIMAGE A72 in 0x80000000\n")):
				whole = image(data, "-n", "cfg", "-T", "imx8image", cfg=AHAB % (soc.encode(), cores))
				yield "ahab", whole, padded(data, 1024), ("program-0 sha384", "ok"), "program-0"
			for arch, word, address in (("powerpc", b"0e", 0), ("arm", b"ee", 0x10000000)):
				whole = image(data, "-A", arch, "-n", "rcw", "-T", "pblimage", "-a", hex(address), rcw=RCW % word)
				at = -len(padded(data, 64)) & 0xFFFFFF if arch == "powerpc" else 0
				yield "pbl", whole, padded(data, 64, data[-1:] if arch == "powerpc" else b"\xff"), ("architecture", arch), "memory-0x%06x" % at

	def test_later(self):
		for id, whole, program, (name, text), part in self.written_later():
			with self.subTest(id=id, size=len(whole), part=part):
				lines = said(whole)
				self.assertEqual(lines[0].split()[:2], ["type", id])
				self.assertEqual(value(lines, name), text)
				self.assertEqual(parts(lines).get("/" + part), sha(program))
				self.assertFalse([l for l in lines if l.startswith("lost")], lines)
				flash = random.Random(1).randbytes(0x2000) + whole + b"\xff" * 0x4000 + random.Random(2).randbytes(0x1000)
				found = parts(said(flash))
				self.assertEqual(found.get("/%s-0x2000" % id), sha(whole), found)

	def test_later_damage(self):
		"""A bit of the program, and a lost end: it is said, and what there is still comes out."""
		dice = random.Random(4)
		for id, whole, program, _, part in self.written_later():
			with self.subTest(id=id, size=len(whole), part=part):
				at = whole.index(program[130:180]) + dice.randrange(50)
				bad = bytearray(whole)
				bad[at] ^= 1 << dice.randrange(8)
				lines = said(bytes(bad))
				self.assertIn("/" + part, parts(lines))
				self.assertNotEqual(parts(lines)["/" + part], sha(program))
				if id not in ("mtk_lk", "ti_ch"):  # without a checksum
					self.assertTrue([l for l in lines if l.startswith("lost %s damaged" % id)], lines)
				if id != "pbl":  # whose end is its last command
					cut = said(whole[:whole.index(program[130:180])])
					self.assertIn("type %s " % id, cut[0] + " ")
					self.assertTrue([l for l in cut if l.startswith("lost")], cut)

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
			if program is None or id in ("zynq", "rkrc4") or len(program) < 8:
				continue
			at = whole.index(program[:64]) + dice.randrange(50)
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

	def test_rockchip(self):
		"""The first stages lie in it whole; of them the first but for the chip's name in its first bytes."""
		found = self.files("arm64", "u-boot-rockchip", r"(idbloader.img|u-boot-spl.bin|u-boot-tpl.bin)$")
		images = {n: d for n, d in found.items() if n.endswith("idbloader.img")}
		self.assertGreater(len(images), 5)
		for name, data in sorted(images.items()):
			with self.subTest(name=name):
				lines = said(data)
				self.assertEqual(lines[0].split()[:2], ["type", "rkrc4"])
				got, folder = parts(lines), name.removesuffix("idbloader.img")
				self.assertEqual(sorted(got), ["/program", "/second-stage"])
				spl, tpl = found[folder + "u-boot-spl.bin"], found.get(folder + "u-boot-tpl.bin")  # which not all ship
				self.assertEqual(got["/second-stage"], sha(spl.ljust(-len(spl) % 2048 + len(spl), b"\0")))
				if tpl:
					tpl = data[2048:2052] + tpl[4:]
					self.assertEqual(got["/program"], sha(tpl.ljust(-len(tpl) % 2048 + len(tpl), b"\0")))

	def test_imx(self):
		found = {**self.files("armhf", "u-boot-imx", r"(u-boot\.imx|SPL)$")}
		self.assertGreater(len(found), 2)
		for name, data in sorted(found.items())[:6]:
			lines = said(data)
			self.assertTrue(any(n.startswith("/imx_ivt-0x0") for n in parts(lines)) or "type imx_ivt" in "\n".join(lines), name)

	def test_omap(self):
		found = self.files("armhf", "u-boot-omap", r"/MLO$")
		self.assertGreater(len(found), 2)
		for name, data in sorted(found.items()):
			lines = said(data)
			self.assertEqual(lines[0].split()[:2], ["type", "ti_ch"], name)
			self.assertEqual(list(parts(lines)), ["/program"])

	RUN = re.compile(rb"(?:[\w.-]{1,60}=[ -~\t\n]*\0){4,}\0")

	def defaults(self, data):
		"""The default environment as text: the run of settings that has a boot command and its delay."""
		found = [m.group()[:-1] for m in self.RUN.finditer(data) if b"bootcmd=" in m.group() and b"bootdelay=" in m.group()]
		return [f.replace(b"\n", b"\\\n").replace(b"\0", b"\n") for f in found[:1]]

	def bare(self):
		for arch, package, some in (("arm64", "u-boot-rockchip", 3), ("arm64", "u-boot-amlogic", 9), ("armhf", "u-boot-rockchip", 1), ("arm64", "u-boot-mvebu", 1), ("armhf", "u-boot-qemu", 9)):
			found = self.files(arch, package, r"(?<!x86)(?<!x86_64)/u-boot(-nodtb|-spl|-tpl)?\.bin$")
			folders = sorted({n.rsplit("/", 1)[0] for n in found})
			for folder in folders[:some]:
				yield folder, {n.rsplit("/", 1)[1]: d for n, d in found.items() if n.startswith(folder + "/")}

	def test_bare(self):
		"""U-Boot itself and its first stages: version, defaults, and the device tree where the program without it ends."""
		seen = 0
		for folder, files in self.bare():
			for name, data in files.items():
				with self.subTest(folder=folder, name=name):
					lines, stage = said(data), {"u-boot-spl.bin": "SPL", "u-boot-tpl.bin": "TPL"}.get(name)
					self.assertEqual(lines[0].split()[:2], ["type", "uboot"])
					self.assertEqual((value(lines, "version"), value(lines, "stage")), ("2023.01+dfsg-2+deb12u3", stage))
					got = parts(lines)
					wanted = self.defaults(data)
					self.assertEqual([d for n, d in got.items() if n == "/u-boot-default.env"], [sha(w) for w in wanted])
					seen += len(wanted)
					if name == "u-boot.bin" and "u-boot-nodtb.bin" in files:
						at = len(files["u-boot-nodtb.bin"])
						self.assertEqual(got["/dtb-0x%x" % at], sha(data[at:]))
		self.assertGreater(seen, 10)

	def test_bare_in_flash(self):
		"""Behind it something else: it ends where it says, or before the erased page."""
		_, files = next(self.bare())
		program = files["u-boot.bin"]
		lines = said(program + b"\xff" * (-len(program) % 4096 + 4096) + random.Random(9).randbytes(5000))
		self.assertEqual(lines[0].split()[:2], ["type", "uboot"])
		self.assertTrue([n for n in parts(lines) if n.startswith("/trailing-")])
		self.assertIn("/u-boot-default.env", parts(lines))

	def test_bare_damage(self):
		"""Blocks of zeros and lost ends: what they do not touch still comes out."""
		dice = random.Random(10)
		_, files = next(self.bare())
		data = files["u-boot.bin"]
		env, = self.defaults(data)
		tree = len(files["u-boot-nodtb.bin"])
		kept = (data.index(b"bootcmd=") - 512, data.index(b"bootcmd=") + len(env) + 512)
		banner = data.index(b"(", data.index(b"U-Boot 20"))
		for _ in range(6):
			at = dice.randrange(4096, tree - 4096)
			if kept[0] - 4096 < at < kept[1] or abs(at - banner) < 8192:
				continue
			got = parts(said(data[:at] + b"\0" * 4096 + data[at + 4096:]))
			self.assertEqual(got["/u-boot-default.env"], sha(env))
			self.assertEqual(got["/dtb-0x%x" % tree], sha(data[tree:]))
		got = parts(said(data[:tree - 100]))
		self.assertEqual(got["/u-boot-default.env"], sha(env))
