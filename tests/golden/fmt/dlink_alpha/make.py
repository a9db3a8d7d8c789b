# SPDX-License-Identifier: Apache-2.0
"""Firmware encrypted as Alpha Networks does for D-Link; openssl encrypts."""
import hashlib
import struct

from make import TEXT, Golden, case, part, prop, run
from trees import lie, read

MODEL, KEY, IV = b"wrgac65_dlink.2015_dir842", b"xQYoRZeD726UAbRb846kO7TeNw8eZa6u", b"zufEbNF3kUafxFiE"


def mixed(data):
	return bytes(b ^ ((i + 1) % 0xFC) ^ MODEL[i % len(MODEL)] for i, b in enumerate(data)).hex()


def seama(data, *meta):
	text = b"".join(m + b"\0" for m in meta)
	text += bytes(-len(text) % 4)
	return struct.pack(">IHHI", 0x5EA3A417, 0, len(text), len(data)) + (hashlib.md5(data).digest() if data else b"") + \
		text + data


def encrypted(data):
	return run("openssl", "enc", "-aes-256-cbc", "-K", mixed(KEY), "-iv", mixed(IV), "-nopad", input=data)


@case("dlink_alpha")
def alphas():
	seal = seama(b"", b"signature=" + MODEL)
	data = TEXT[:500]
	while (len(seal) + len(seama(data, b"type=firmware"))) % 16:
		data += b"."
	plain = seal + seama(data, b"type=firmware")
	told = prop("model", MODEL.decode())
	yield Golden("dlink_alpha", "dir842", encrypted(plain), part("decrypted", plain), told)
	yield Golden("dlink_alpha", "padded", encrypted(plain) + b"\xff" * 90, part("decrypted", plain), told)


@lie("", "!type dlink_alpha")
def dlink_alpha_another_seal():
	"""What comes out does not begin as the model's firmware does."""
	image = read("dlink_alpha", "dir842")
	image[0] ^= 1
	return image
