# SPDX-License-Identifier: Apache-2.0
"""Vendors' containers when they are damaged: what the damage did not touch is still recovered, and what it did is said."""
import random
import re
import struct
import unittest

from writers import said, trees

# Those whose contents stand plain in the image; what is decrypted or unpacked is not found in it.
PLAIN = {"hwnp": "items", "tplink": "v1", "safeloader": "plain", "chk": "two", "seama": "sealed", "ubnt": "plain",
	"xiaomi": "hdr1", "realtek": "both", "ras": "both", "moxa": "files", "rauc": "plain", "swupdate": "unsigned",
	"bcm963xx": "cfe", "bcm_wfi": "image", "fwtool": "both", "ti_cksum": "image", "linksys": "footer", "wrgg": "big", "dni": "hd-id",
	"cisco_mzip": "two", "cisco_ios": "plain", "buffalo_tag": "two", "fpkg": "fpkg", "brn": "two", "pfs": "forty", "zyxel": "header",
	"asus_tail": "build", "bcm_ps": "plain", "meraki": "plain", "ruckus": "plain", "h3c": "two", "edimax": "little",
	"motorola": "chdr", "huawei_vrp": "two", "huawei_app": "two", "watchguard": "second", "econet": "zyxel", "sierra_cwe": "package",
	"hikvision": "files", "cisco_asa": "marked", "cisco_pkg": "plain", "ros_pack": "second", "dkmgt": "image", "selfextract": "onie"}
# Header bytes that decide what it is: damaged, nothing is recognised.
HEADER = {"safeloader": 0x1814, "ras": 4096, "hwnp": 1540, "moxa": 96, "h3c": 6180, "meraki": 1024, "pfs": 224, "huawei_vrp": 6188,
	"cisco_asa": 500, "cisco_pkg": 34, "dkmgt": 416 + 65536}
# What is known by its last bytes is nothing when they are cut off; these have no checksum of what they hold.
AT_THE_END = {"bcm_wfi", "fwtool", "ti_cksum", "linksys", "brn", "asus_tail"}
UNSUMMED = {"moxa", "fpkg", "pfs", "asus_tail", "cisco_asa", "cisco_pkg"}
ENTRY = re.compile(r"(part|file) \S+ \S+ \S+ (\d+) ([0-9a-f]{64}) (/\S+)")


def contents(image, id):
	return {m[4]: (int(m[2]), m[3]) for m in (ENTRY.match(l) for l in said(image, id)) if m}


def damaged(image, rng, kind, header):
	image = bytearray(image)
	at = rng.randrange(min(header, len(image) - 2), len(image) - 1)
	if kind == "cut":
		return bytes(image[:at]), (at, len(image))
	if kind == "flip":
		image[at] ^= 1 << rng.randrange(8)
		return bytes(image), (at, at + 1)
	end = min(len(image), at + 64)
	image[at:end] = rng.randbytes(end - at)
	return bytes(image), (at, end)


class Vendor(unittest.TestCase):
	def places(self, image, id):
		"""Where each entry's bytes stand: as the account of bytes has it."""
		import hashlib
		spans = [tuple(map(int, l.split()[1:3])) for l in said(image, id) if re.match(r"extent \d+ \d+ object", l)]
		return {hashlib.sha256(image[at:at + n]).hexdigest(): (at, at + n) for at, n in spans}

	def test_damage(self):
		rng = random.Random(20240301)
		for id, name in PLAIN.items():
			image = bytes(trees.read(id, name))
			whole, places = contents(image, id), self.places(image, id)
			self.assertGreater(len(whole), 0, id)
			for kind in ("cut", "flip", "write", "flip"):
				if id in AT_THE_END and kind != "flip":
					continue
				bad, (from_, to) = damaged(image, rng, kind, HEADER.get(id, 512 if id == "tplink" else 400))
				now = contents(bad, id)
				with self.subTest(id=id, kind=kind, at=from_):
					for path, (size, digest) in whole.items():
						at, end = places.get(digest, (0, 0))
						if end <= from_ and size:
							self.assertEqual(now.get(path), (size, digest))

	def test_checksums_notice(self):
		"""A bit of a part is flipped: each format that has a checksum says so."""
		for id, name in PLAIN.items():
			if id in UNSUMMED:
				continue # it has none that is published
			image = bytearray(trees.read(id, name))
			at, end = max(self.places(bytes(image), id).values(), key=lambda p: p[1] - p[0])
			image[(at + end) // 2] ^= 4
			with self.subTest(id=id):
				self.assertTrue(any(l.startswith("lost") for l in said(bytes(image), id)))
