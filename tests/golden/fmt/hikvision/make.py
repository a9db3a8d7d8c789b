# SPDX-License-Identifier: Apache-2.0
"""digicap.dav as its published layout has it."""
import struct

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

CONFIG, KERNEL = TEXT[:300], noise(700)
KEY = bytes.fromhex("bacdbcfed6caddd3bab9a3abbfcbb5be")


def mix(data):
	return bytes(b ^ KEY[(i + i // 16) % 16] for i, b in enumerate(data))


def header(magic, rest, flip=0):
	return mix(struct.pack("<4sII", magic, sum(rest) + flip, 12 + len(rest)) + rest)


def dav(*files, n=None, flip=0, head=0, at=None, size=None):
	rows, body = b"", b""
	start = 64 + 44 * len(files)
	for name, data in files:
		rows += struct.pack("<32sIII", name, start + len(body) if at is None else at, len(data) if size is None else size,
			sum(data) + flip)
		body += data
	fixed = struct.pack("<IIII", len(files) if n is None else n, 1, 2, 1) + b"\xff" * 36
	return header(b"SWKH", fixed + rows, head) + body


def several(*packages):
	start, rows, body = 96 + 44 * len(packages) - 32, b"", b""
	for data in packages:
		rows += struct.pack("<III32s", start + len(body), len(data), 0, b"11400500")
		body += data
	fixed = struct.pack("<III", 0, start + len(body), len(packages)).ljust(84, b"\xff")
	return header(b"02KH", fixed + rows[:-32]) + body


@case("hikvision")
def images():
	both = [(b"_cfgUpgSecPls", CONFIG), (b"uImage", KERNEL)]
	parts = [part("_cfgUpgSecPls", CONFIG), part("uImage", KERNEL)]
	yield Golden("hikvision", "files", dav(*both), *parts, prop("header-sum", "ok"), prop("file-sum", "ok"), prop("language", "1"),
		prop("device-class", "2"))
	one, two = dav(both[0]), dav(both[1])
	yield Golden("hikvision", "packages", several(one, two), part("package 0", one), part("package 1", two), prop("header-sum", "ok"))
	yield Golden("hikvision", "wrong", dav(*both, flip=1), *parts, prop("file-sum", "wrong"),
		*[("lost", "sum of a file is wrong")] * 2)
	secret = header(b"03KH", struct.pack("<I", 2).ljust(200, b"\x05")) + noise(300)
	yield Golden("hikvision", "secret", secret, part("gap-0x40", secret[64:]), ("lost", "the key is the device's own"))


@lie("hikvision", "a part lies behind the end")
def hikvision_file_behind_the_end():
	return dav((b"uImage", KERNEL), at=0xFFFFFF00)


@lie("hikvision", "a part is cut off", "part .* /uImage")
def hikvision_long_file():
	return dav((b"uImage", KERNEL), size=0xFFFFFF00)


@lie("", "!type hikvision")
def hikvision_more_files_than_rows():
	return dav((b"uImage", KERNEL), n=500)


@lie("", "!type hikvision")
def hikvision_wrong_sum():
	return dav((b"uImage", KERNEL), head=1)
