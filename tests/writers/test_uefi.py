# SPDX-License-Identifier: Apache-2.0
"""UEFI's formats: packed sections by the encoders of uefi-firmware, variables of OVMF held against virt-firmware and
efitools, capsules of mkeficapsule, flash descriptors divided and locked by ifdtool; and damage."""
import hashlib
import json
import pathlib
import random
import re
import subprocess
import tempfile
import unittest
import uuid

import pypi
from writers import have, make, run, said, trees

FOLDER = trees.HERE
OVMF = sorted(p for p in pathlib.Path("/usr/share/OVMF").glob("OVMF_VARS*.fd") if not p.is_symlink())
WORDS = b" ".join(b"word%d" % (i * i % 997) for i in range(40000))


def module(name):
	"""The generators of tests/golden/fmt/NAME/make.py."""
	text = (FOLDER / name / "make.py").read_text(encoding="utf-8")
	room = {"__name__": name + "_make", "__file__": str(FOLDER / name / "make.py")}
	exec(compile(text, name, "exec"), room)  # noqa: S102
	return room


def sha(data):
	return hashlib.sha256(data).hexdigest()


def files(lines, kinds=("file ", "part ")):
	rows = [l.split(" ", 6) for l in lines if l.startswith(kinds)]
	return {re.sub(r" hint .*| damaged$| \(deleted.*", "", r[6]): r[5] for r in rows}


class Packed(unittest.TestCase):
	def setUp(self):
		self.fv, self.codes = module("uefi_fv"), pypi.compressor()
		if not self.codes:
			self.skipTest("uefi-firmware of PyPI")

	def volume(self, contents):
		fv, out, want = self.fv, [], {}
		for i, data in enumerate(contents):
			inner = fv["sections"](fv["section"](0x19, data), fv["named"]("f%d" % i))
			how = i % 5
			pack = self.codes.TianoCompress if how else self.codes.EfiCompress
			packed = pack(inner, len(inner)) if how < 3 else None
			body = (fv["packed_brotli"](inner, "-q", str(i % 12)) if how == 4 else fv["packed_x86"](inner) if how == 3 else fv["guided"](fv["TIANO"], packed) if how == 2
				else fv["standard"](len(inner), packed))
			out.append(fv["file"](uuid.UUID(int=i + 1), 7, body))
			want["/f%d/0-raw" % i] = sha(data)
		return fv["volume"](*out), want, out

	def test_contents(self):
		dice = random.Random(1)
		for size in (1, 100, 5000, 9000, 70000, 250000):
			contents = [WORDS[:size], dice.randbytes(size), b"\0" * size, self.fv["code"](size // 9 + 1)] + [
				bytes(dice.choice(b"abc") for _ in range(size)) for _ in range(6)]
			image, want, _ = self.volume(contents)
			lines = said(image, "uefi_fv")
			self.assertEqual(files(lines), want, size)
			self.assertFalse([l for l in lines if l.startswith("lost")])

	def test_damage(self):
		"""Whatever a flipped bit makes of one section, the others are what they were."""
		contents = [WORDS[i * 50:i * 50 + 3000] for i in range(10)]
		image, want, parts = self.volume(contents)
		dice = random.Random(2)
		for _ in range(30):
			i = dice.randrange(10)
			at = image.index(parts[i])
			bad = bytearray(image)
			bad[at + dice.randrange(64, len(parts[i]) - 8)] ^= 1 << dice.randrange(8)
			got = files(said(bytes(bad), "uefi_fv"))
			self.assertEqual({k: v for k, v in want.items() if "f%d/" % i not in k}.items() - got.items(), set())

	def test_cut(self):
		image, want, parts = self.volume([WORDS[i * 50:i * 50 + 3000] for i in range(8)])
		for n in range(3, 7):
			lines = said(image[:image.index(parts[n]) + 60], "uefi_fv")
			self.assertEqual({k: v for k, v in want.items() if int(k[2]) < n}.items() - files(lines).items(), set())
			self.assertTrue(any("a file runs past the end" in l for l in lines))


@unittest.skipUnless(OVMF, "ovmf")
class Variables(unittest.TestCase):
	def test_same_as_virt_firmware(self):
		if not pypi.installed():
			self.skipTest("virt-firmware of PyPI")
		for path in OVMF:
			with self.subTest(path=path.name), tempfile.TemporaryDirectory(prefix="assay-uefi-") as tmp:
				pypi.virt_fw_vars("-i", str(path), "--output-json", "json", cwd=tmp)
				want = {"/%s-%s" % (v["name"], v["guid"]): sha(bytes.fromhex(v["data"]))
					for v in json.loads(pathlib.Path(tmp, "json").read_text())["variables"]}
				data = path.read_bytes()
				got = {k: v for k, v in files(said(data, "uefi_fv"), ("file ",)).items() if not k.endswith(".der")}
				self.assertEqual(got, want)

	def test_certificates(self):
		"""efitools takes the same certificates out of a variable."""
		if not have("sig-list-to-certs"):
			self.skipTest("efitools")
		n = 0
		for path in OVMF:
			with tempfile.TemporaryDirectory(prefix="assay-uefi-") as tmp:
				subprocess.run([str(make_assay()), "extract", "-q", "-j", "1", "-C", tmp + "/out", str(path)], check=True,
					stdout=subprocess.DEVNULL)
				for var in pathlib.Path(tmp, "out").rglob("*"):
					if not re.match(r"(PK|KEK|db)-[0-9a-f-]{36}$", var.name) or not var.is_file():
						continue
					run("sig-list-to-certs", str(var), "cert", cwd=tmp)
					theirs = sorted(sha(p.read_bytes()) for p in pathlib.Path(tmp).glob("cert-*.der"))
					ours = sorted(sha(p.read_bytes()) for p in var.parent.glob(var.name + ".*.der"))
					self.assertEqual(ours, theirs, var.name)
					n += len(ours)
					for p in pathlib.Path(tmp).glob("cert-*"):
						p.unlink()
		self.assertGreater(n, 4)

	def test_damage(self):
		"""A variable that is overwritten takes no other with it."""
		data = bytearray(next(p for p in OVMF if ".ms." in p.name).read_bytes())
		whole = files(said(bytes(data), "uefi_fv"), ("file ",))
		places = [int(m[1]) for m in (re.match(r"extent (\d+) \d+ structure variable header", l) for l in said(bytes(data), "uefi_fv")) if m]
		dice = random.Random(3)
		for at in dice.sample(places, 6):
			bad = bytearray(data)
			bad[at:at + 16] = dice.randbytes(16)
			got = files(said(bytes(bad), "uefi_fv"), ("file ",))
			lost = set(whole) - set(got)
			self.assertLessEqual(len({re.sub(r"\.\d+\.der$", "", k) for k in lost}), 1, at)


def make_assay():
	from writers import ASSAY
	return ASSAY


@unittest.skipUnless(have("mkeficapsule", "openssl"), "mkeficapsule")
class Capsules(unittest.TestCase):
	def test_options(self):
		guid = "a0b1c2d3-e4f5-0617-2839-4a5b6c7d8e9f"
		data = random.Random(4).randbytes(5000)
		key = ["openssl", "req", "-batch", "-new", "-newkey", "rsa:2048", "-nodes", "-x509", "-subj", "/CN=dev", "-keyout", "key", "-out", "pem"]
		other = [w.replace("key", "other").replace("pem", "pem2") if w in ("key", "pem") else w for w in key]
		for index in (1, 7):
			for more in ((), ("-I", "9"), ("-o", "0x1234"), ("-m", "3", "-p", "key", "-c", "pem"), ("-m", "3", "-p", "key", "-c", "pem2")):
				with self.subTest(index=index, more=more):
					image = make.in_folder({"in": data}, key, other, ["mkeficapsule", "-g", guid, "-i", str(index), *more, "in", "out"])
					lines = said(image)
					self.assertEqual(files(lines)["/payload-0"], sha(data))
					self.assertTrue(any(l.endswith("value=%s, index %d" % (guid, index)) for l in lines))
					right = [l.rsplit("value=", 1)[1] for l in lines if "name=signature-right" in l]
					self.assertEqual(right[:1], ["yes, with the certificate in it"] if "pem" in more else right[:1])
					self.assertEqual(len(right) > 0 and right[0].startswith("yes"), "pem" in more)

	def test_damage(self):
		image = make.in_folder({"in": WORDS[:9000]}, ["mkeficapsule", "-g", str(uuid.UUID(int=5)), "-i", "1", "in", "out"])
		for n in (200, 5000, 9000):
			lines = said(image[:n])
			self.assertEqual(files(lines)["/payload-0"], sha(WORDS[:n - 92]))
			self.assertTrue(any("capsule is cut off" in l for l in lines))


@unittest.skipUnless(have("ifdtool"), "ifdtool")
class Descriptor(unittest.TestCase):
	def tool(self, image, *argv):
		with tempfile.TemporaryDirectory(prefix="assay-uefi-") as tmp:
			pathlib.Path(tmp, "flash").write_bytes(image)
			out = run("ifdtool", *argv, "flash", cwd=tmp).decode()
			return out, {p.name: p.read_bytes() for p in pathlib.Path(tmp).iterdir() if p.name != "flash"}

	def test_same_regions(self):
		for name in ("first", "second"):
			image = (FOLDER / "ifd" / (name + ".bin")).read_bytes()
			_, theirs = self.tool(image, "-x", *(["-p", "sklkbl"] if name == "second" else []))
			want = {sha(d) for n, d in theirs.items() if "descriptor" not in n}
			self.assertGreater(len(want), 1)
			self.assertEqual(set(files(said(image)).values()), want)

	def test_locked_and_not(self):
		"""Who may do what is told as ifdtool says it."""
		for name in ("first", "second"):
			platform = ["-p", "sklkbl"] if name == "second" else []
			for option in ("-l", "-u"):
				_, out = self.tool((FOLDER / "ifd" / (name + ".bin")).read_bytes(), option, *platform)
				changed = out["flash.new"]
				text, _ = self.tool(changed, "-d", *platform)
				lines = said(changed)
				for master, title in (("host", "Host CPU/BIOS"), ("me", "Intel ME")):
					block = re.split(r"FLMSTR\d: .*\(%s\)\n" % re.escape(title), text)[1].split("FLMSTR", 1)[0]
					can = {k: re.search(r"%s(?: Region)? Write Access: +(\w+)" % k, block) for k in ("Flash Descriptor", "Host CPU/BIOS", "Intel ME")}
					told = next(l for l in lines if "name=access of " + master in l).split(", writes", 1)[1].split()
					for ours, theirs in (("descriptor", "Flash Descriptor"), ("bios", "Host CPU/BIOS"), ("me", "Intel ME")):
						self.assertIsNotNone(can[theirs], block)
						self.assertEqual(ours in told, can[theirs][1] == "enabled", (name, option, master, ours))
