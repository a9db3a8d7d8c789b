# SPDX-License-Identifier: Apache-2.0
"""Bytes without a format: what is encrypted, packed or neither is told apart, and headers are read as far as they can be."""
import bz2
import hashlib
import random
import struct
import tempfile
import unittest
import zlib

from writers import have, run, said, trees

TEXT = b"".join(b"%06d the quick brown fox jumps over the lazy dog %d\n" % (i * i % 99991, i * 7919) for i in range(20000))


def noise(n, seed=1):
	return random.Random(seed).randbytes(n)


def told(image):
	return [l for l in said(image) if "format=opaque" in l or l.startswith("lost opaque")]


def kinds(image):
	return [l.split("value=")[1] for l in told(image) if "name=kind" in l]


def facts(image):
	return [l.split("name=")[1].replace("\tvalue=", " ") for l in told(image) if "name=length" in l or "name=checksum" in l]


class Opaque(unittest.TestCase):
	def test_noise_is_even(self):
		for seed in range(10):
			image = noise(random.Random(seed).randrange(8192, 120000), seed)
			self.assertEqual(kinds(image), ["even"])
			self.assertEqual(facts(image), [])
			self.assertTrue(any("lost opaque encrypted" in l for l in told(image)))

	@unittest.skipUnless(have("gpg"), "gpg")
	def test_keys_are_no_noise(self):
		"""Keyrings are as dense as what is packed; signatures alone, and noise that begins as a key does, are not keys."""
		with tempfile.TemporaryDirectory() as home:
			gpg = ["gpg", "--homedir", home, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]
			for kind in ("ed25519", "rsa1024", "nistp256"):
				run(*gpg, "--quick-generate-key", "%s <%s@example.com>" % (kind, kind), kind, "default", "never")
				self.assertEqual(said(run(*gpg, "--export", kind))[0].split()[1], "application/pgp-keys", kind)
			self.assertEqual(said(run(*gpg, "--export"))[0].split()[1], "application/pgp-keys")
			self.assertNotEqual(said(run(*gpg, "--detach-sign", input=TEXT))[0].split()[1], "application/pgp-keys")
		for head in (b"\x99", b"\x98", b"\xc6"):
			self.assertEqual(kinds(head + noise(20000)), ["even"])

	@unittest.skipUnless(have("openssl"), "openssl")
	def test_ciphers(self):
		def aes(mode):
			return run("openssl", "enc", "-aes-128-" + mode, "-K", "00" * 16, *(["-iv", "11" * 16] if mode != "ecb" else []),
				input=TEXT[:100000] + bytes(20000) + TEXT[:100000])
		self.assertEqual(kinds(aes("cbc")), ["even"])
		self.assertEqual(kinds(aes("ctr")), ["even"])
		self.assertEqual(kinds(aes("ecb")), ["encrypted in blocks"])

	def test_packed(self):
		raw = zlib.compressobj(9, zlib.DEFLATED, -15)
		deflated = raw.compress(TEXT) + raw.flush()
		self.assertEqual(kinds(b"\xff" * 8 + deflated), ["packed"])
		self.assertEqual(kinds(b"hidden" + bz2.compress(TEXT)[6:]), ["packed"])

	def test_the_rest_is_not_judged(self):
		for image in (TEXT[:8000] + noise(600), bytes(range(256)) * 100, noise(4000), bytes(50000) + noise(50000),
			noise(50000) + bytes(50000)):
			self.assertEqual(kinds(image), [])
			self.assertEqual([l for l in said(image) if l.startswith("lost opaque")], [])

	def test_header_fields(self):
		body = noise(30000)
		cases = {
			struct.pack("<4sIII", b"VEND", len(body) + 16, zlib.crc32(body), 0): ["little-endian, size less 0",
				"CRC-32 of bytes 16 to 30016 at 8, little-endian"],
			struct.pack(">4sIII", b"VEND", len(body), zlib.adler32(body), 0): ["big-endian, size less 16",
				"Adler-32 of bytes 16 to 30016 at 8, big-endian"],
			b"VEND" + bytes(12) + hashlib.md5(body).digest(): ["md5 of bytes 32 to the end at 16"],
			b"VEND" + bytes(28) + hashlib.sha256(body).digest(): ["sha256 of bytes 64 to the end at 32"],
		}
		for head, want in cases.items():
			have_now = facts(head + body)
			self.assertEqual(len(have_now), len(want), have_now)
			for text in want:
				self.assertTrue(any(text in f for f in have_now), (text, have_now))
		behind = b"VEND" + body
		behind += struct.pack("<I", zlib.crc32(behind))
		self.assertIn("CRC-32 of bytes 0 to 30004 at 30004", facts(behind)[0])

	def test_golden_inputs_are_not_taken_for_it(self):
		wrong = [str(p) for p in sorted(trees.HERE.glob("*/*.bin")) if kinds(p)]
		self.assertEqual(wrong, [])
