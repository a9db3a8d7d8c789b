# SPDX-License-Identifier: Apache-2.0
"""What veritysetup and cryptsetup write: hash trees are computed as they do, and headers told as they tell them."""
import importlib.util
import pathlib
import random
import re
import tempfile
import unittest

import disks
from writers import TOP, have, run, said


def told(lines):
	"""{name: value} of the properties."""
	rows = [line.split("\t") for line in lines if line.startswith("property\t")]
	return {r[4][5:]: r[5][6:] for r in rows}


@unittest.skipUnless(have("veritysetup"), "veritysetup")
class Verity(unittest.TestCase):
	def make(self, data, *options, behind=False):
		with tempfile.TemporaryDirectory() as tmp:
			path = pathlib.Path(tmp, "data")
			path.write_bytes(data)
			target = path if behind else pathlib.Path(tmp, "hash")
			more = ["--hash-offset", str(len(data))] if behind else []
			out = run("veritysetup", "format", *options, *more, path, target)
			return target.read_bytes(), re.search(rb"Root hash:\s*(\w+)", out).group(1).decode()

	def test_options(self):
		rng = random.Random(1)
		for hash in ("sha1", "sha256", "sha512"):
			for form in ("0", "1"):
				for data_block, hash_block in ((512, 512), (4096, 4096), (1024, 4096), (4096, 1024)):
					for n in (1, 2, 130):
						options = ["--hash=" + hash, "--format=" + form, "--data-block-size=%d" % data_block,
							"--hash-block-size=%d" % hash_block, "--salt=" + rng.choice(("-", "aa55", "00" * 32))]
						data = rng.randbytes(n * data_block)
						with self.subTest(options=options, n=n):
							image, root = self.make(data, *options)
							if n > 1: # the root of one block is that of the data, which is elsewhere
								got = told(said(image))
								self.assertEqual((got["root-hash"], got["tree"]), (root, "ok"))

	def test_behind(self):
		"""Data and tree in one file: all blocks are verified, and one that was changed is found."""
		rng = random.Random(2)
		data = rng.randbytes(300 * 4096)
		image, root = self.make(data, behind=True)
		lines = said(image)
		got = told(lines)
		self.assertEqual((got["root-hash"], got["tree"], got["data"]), (root, "ok", "ok"))
		self.assertEqual(disks.parts(lines), [("/data", len(data), disks.sha(data))])
		for _ in range(5):
			at = rng.randrange(4096, len(data))
			changed = image[:at] + bytes([image[at] ^ 1 << rng.randrange(8)]) + image[at + 1:]
			lines = said(changed)
			self.assertEqual(told(lines)["data"], "wrong in 1 blocks")
			self.assertTrue(any(" damaged %d data does not fit" % (at // 4096 * 4096) in l for l in disks.losses(lines)))


@unittest.skipUnless(have("cryptsetup"), "cryptsetup")
class Luks(unittest.TestCase):
	def make(self, *options, keys=1):
		with tempfile.TemporaryDirectory() as tmp:
			path, word = pathlib.Path(tmp, "image"), pathlib.Path(tmp, "word")
			word.write_bytes(b"secret")
			with open(path, "wb") as f:
				f.truncate(20 << 20)
			fast = [o for o in options if o.startswith("--pbkdf")]
			run("cryptsetup", "luksFormat", "-q", *options, path, word)
			for i in range(1, keys):
				other = pathlib.Path(tmp, "word%d" % i)
				other.write_bytes(b"other")
				run("cryptsetup", "luksAddKey", "-q", *fast, "--key-file", word, path, other)
			dump = run("cryptsetup", "luksDump", path).decode()
			return path.read_bytes(), dump

	def test_versions(self):
		quick = ("--pbkdf-force-iterations=1000",)
		for options, keys in ((("--type=luks1", *quick), 2), (("--type=luks1", "--cipher=aes-cbc-plain64", "--hash=sha512", *quick), 1),
			(("--type=luks2", "--pbkdf=pbkdf2", "--label=disk", *quick), 3),
			(("--type=luks2", "--pbkdf=argon2i", "--pbkdf-memory=32", "--pbkdf-force-iterations=4", "--sector-size=4096"), 1)):
			with self.subTest(options=options):
				image, dump = self.make(*options, keys=keys)
				lines = said(image)
				got = told(lines)
				self.assertEqual(got["uuid"], re.search(r"UUID:\s*(\S+)", dump).group(1))
				self.assertEqual(len([k for k in got if k.startswith("keyslot ")]), keys)
				name = re.search(r"Cipher name:\s*(\S+)", dump)
				cipher = name.group(1) + "-" + re.search(r"Cipher mode:\s*(\S+)", dump).group(1) if name else \
					re.search(r"cipher:\s*(\S+)", dump).group(1)
				self.assertEqual(got["cipher"], cipher)
				self.assertTrue(any(" encrypted " in line for line in disks.losses(lines)))
				start = re.search(r"Payload offset:\s*(\d+)", dump)
				at = int(start.group(1)) * 512 if start else int(re.search(r"offset: (\d+) \[bytes\]", dump).group(1))
				self.assertTrue(any(size == len(image) - at for _, size, _ in disks.parts(lines)), disks.parts(lines))
				if "--type=luks2" in options:
					self.assertEqual(got["checksum"], "ok")
					broken = image[:4500] + bytes([image[4500] ^ 1]) + image[4501:]
					self.assertEqual(told(said(broken))["cipher"], cipher)


@unittest.skipUnless(have("cryptsetup"), "cryptsetup")
class BitLocker(unittest.TestCase):
	def test_dump(self):
		"""Headers of the generator, as cryptsetup tells them."""
		make = importlib.util.spec_from_file_location("bitlocker_make", TOP / "tests/golden/fmt/bitlocker/make.py")
		module = importlib.util.module_from_spec(make)
		make.loader.exec_module(module)
		for cipher, mode, bits in ((0x8000, "cbc-elephant", 128), (0x8003, "cbc-eboiv", 256), (0x8004, "xts-plain64", 128), (0x8005, "xts-plain64", 256)):
			image = module.volume((0x100, 0x800, 0x2000), cipher)
			with tempfile.TemporaryDirectory() as tmp:
				path = pathlib.Path(tmp, "volume")
				path.write_bytes(image + bytes(1 << 20))
				dump = run("cryptsetup", "bitlkDump", str(path)).decode()
			got = told(said(image))
			with self.subTest(cipher=cipher):
				self.assertIn(got["guid"], dump)
				self.assertIn(got["description"], dump)
				self.assertRegex(dump, r"Cipher mode:\s+%s\n" % mode)
				self.assertRegex(dump, r"Cipher key:\s+%d bits" % (bits if "eboiv" in mode else bits * 2))
				self.assertIn("AES-%d" % bits, got["cipher"])
				self.assertEqual(re.findall(r"protected with (.*)", dump), ["TPM", "recovery passphrase", "passphrase"])
				self.assertEqual([got["key %d" % i] for i in range(3)], ["TPM", "recovery password", "password"])
