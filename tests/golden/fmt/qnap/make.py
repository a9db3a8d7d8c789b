# SPDX-License-Identifier: Apache-2.0
"""QNAP's firmware, encrypted as public knowledge has it."""
import gzip
import struct

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

KEY = b"QNAPNASVERSION"
PLAIN = gzip.compress(TEXT[:1500], mtime=0) + noise(3000)


def sign(c):
	return c if c < 0x80 else c - 0x101


def encrypt(data, key=KEY):
	tables = {}
	y = z = acc = 0
	out = bytearray()
	for byte in data:
		if acc not in tables:
			steps, last = [], 0
			for i in range(len(key) // 2):
				x = last ^ (((sign(key[2 * i] ^ acc) << 8) + (key[2 * i + 1] ^ acc)) & 0xFFFFFFFF)
				last = (0x4E35 * x + 1) & 0xFFFF
				steps.append((0x15A * x & 0xFFFF, last))
			tables[acc] = steps
		mixed = 0
		for i, (first, second) in enumerate(tables[acc]):
			before, y = y, first
			z = (y + before + 0x4E35 * (z + i)) & 0xFFFF
			mixed ^= second ^ z
		out.append(byte ^ mixed >> 8 ^ mixed & 0xFF)
		acc ^= byte
	return bytes(out)


def qnap(n, key=KEY, stated=None):
	image = encrypt(PLAIN[:n], key) + PLAIN[n:]
	return image + b"icpnas" + struct.pack("<I16s16s16s16s", n if stated is None else stated, b"TS-X53D", b"4.5.4", b"20210601",
		b"1")


assert encrypt(b"\x1f\x8b\x08\x00") == b"\xf5\x7b\x47\x03"  # what all of QNAP's images begin with


@case("qnap")
def images():
	told = [part("decrypted", PLAIN), prop("device", "TS-X53D"), prop("version", "4.5.4"), prop("date", "20210601")]
	yield Golden("qnap", "start", qnap(2000), *told)
	yield Golden("qnap", "whole", qnap(len(PLAIN)), *told)


@lie("qnap", "encrypted .* no key that is public knowledge opens it", "!part")
def qnap_other_key():
	return qnap(2000, b"QNAPNETVERSION")


@lie("", "!type qnap")
def qnap_more_encrypted_than_there_is():
	return qnap(2000, stated=0xFFFFFFFF)


@lie("", "!type qnap")
def qnap_nothing_encrypted():
	return qnap(2000, stated=0)
