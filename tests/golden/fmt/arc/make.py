# SPDX-License-Identifier: Apache-2.0
"""ARC, by arc (Debian's, 5.21q)."""
import hashlib
import os
import pathlib
import struct
import subprocess
import tempfile

from trees import T, golden, lie, put, read

TEXT = b"".join(b"%04d the quick brown fox jumps over the lazy dog\n" % (i * i % 9973) for i in range(60))
LETTERS = bytes(b"eeeeeeettttaaooinshr"[b % 20] for i in range(40) for b in hashlib.sha256(b"%d" % i).digest()) + b"\x90\x90zzzzzzz\x90"
FILES = {"TEXT.TXT": TEXT, "LETTERS": LETTERS, "RUNS.BIN": b"\xff" * 700 + b"\x90" + b"a" * 3, "NOISE": hashlib.sha512(b"noise").digest() * 1, "EMPTY": b""}


def arc(files, options=""):
	with tempfile.TemporaryDirectory() as tmp:
		for name, data in files.items():
			pathlib.Path(tmp, name).write_bytes(data)
			os.utime(pathlib.Path(tmp, name), (T.EPOCH, T.EPOCH))
		subprocess.run(["arc", "a" + options, "out.arc", *files], cwd=tmp, check=True, stdout=subprocess.PIPE, env={**os.environ, "TZ": "UTC"})
		return pathlib.Path(tmp, "out.arc").read_bytes()


def said(files):
	return ["file - - %d %d %s /%s" % (T.EPOCH, len(d), hashlib.sha256(d).hexdigest(), n) for n, d in files.items()]


@golden("arc", "methods")
def methods():
	return arc(FILES), said(FILES)


@golden("arc", "squashed")
def squashed():
	return arc(FILES, "q"), said(FILES)


@golden("arc", "stored")
def stored():
	return arc(FILES, "s"), said(FILES)


@golden("arc", "old")
def old():
	"""Method 1 has no size of its own."""
	data = TEXT[:99]
	crc = 0
	for b in data:
		crc ^= b
		for _ in range(8):
			crc = crc >> 1 ^ (0xa001 if crc & 1 else 0)
	image = b"\x1a\x01" + b"OLD.TXT".ljust(13, b"\0") + struct.pack("<IHHH", len(data), 0, 0, crc) + data + b"\x1a\0"
	return image, ["file - - - 99 %s /OLD.TXT" % hashlib.sha256(data).hexdigest()]


def entry(image, name):
	return image.index(name) - 2


@lie("arc", "an entry's checksum is wrong", "/NOISE", "/TEXT.TXT")
def arc_wrong_sum():
	image = read("arc", "methods")
	image[entry(image, b"TEXT.TXT") + 23] ^= 1
	return image


@lie("arc", "does not decode to its end", "/NOISE")
def arc_tree_leads_out():
	image = read("arc", "methods")
	at = next(a for a in (entry(image, n) for n in (b"LETTERS", b"TEXT.TXT")) if image[a + 1] == 4)
	return put(image, at + 29 + 2, "HH", 200, 200)


@lie("arc", "does not decode to its end", "/NOISE")
def arc_tree_loop():
	image = read("arc", "methods")
	at = next(a for a in (entry(image, n) for n in (b"LETTERS", b"TEXT.TXT")) if image[a + 1] == 4)
	return put(image, at + 29 + 2, "HH", 0, 0)


@lie("arc", "breaks off before its end")
def arc_cut():
	return read("arc", "methods")[:-30]


@lie("arc", "does not decode to its end", "/NOISE")
def arc_claims_four_gigabytes():
	image = read("arc", "methods")
	return put(image, entry(image, b"RUNS.BIN") + 25, "I", 0xfffffff0)


@lie("arc", "a method of before 1986", "/TEXT.TXT damaged", "/NOISE")
def arc_old_method():
	image = read("arc", "methods")
	image[entry(image, b"TEXT.TXT") + 1] = 6
	return image


@lie("", "!type arc")
def arc_one_entry_without_end():
	return read("arc", "old")[:-2] + b"\0\0"
