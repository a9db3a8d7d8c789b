# SPDX-License-Identifier: Apache-2.0
"""TP-Link's safeloader images as their published layout has them."""
import hashlib
import struct

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

SALT = bytes.fromhex("7a2b15ed9b98596de504ab44ac2a9f4e")
VENDOR = b"CPE510(TP-LINK|UN|N300-5):1.0\r\n"


def safeloader(*parts, lie=0):
	table, body = b"", b""
	for name, data in parts:
		table += b"fwup-ptn %s base 0x%05x size 0x%05x\t\r\n" % (name, 0x800 + len(body), len(data) + lie)
		body += data
	rest = (struct.pack(">I", len(VENDOR)) + VENDOR).ljust(0x1000, b"\xff")
	rest += (table + b"\0").ljust(0x800, b"\xff") + body
	return struct.pack(">I", 20 + len(rest)) + hashlib.md5(SALT + rest).digest() + rest


@case("safeloader")
def safeloaders():
	parts = [(b"partition-table", TEXT[:200]), (b"support-list", b"SupportList:\r\n" + VENDOR), (b"os-image", noise(400)),
		(b"file-system", noise(900, b"fs"))]
	whole = [part(n.decode(), d) for n, d in parts]
	told = [prop("md5", "ok"), prop("vendor", VENDOR.decode().strip())]
	yield Golden("safeloader", "plain", safeloader(*parts), *whole, *told, prop("signed", "no"))
	yield Golden("safeloader", "signed", safeloader(*parts) + noise(128, b"rsa"), *whole, *told,
		prop("signed", "yes, not verified"))
	yield Golden("safeloader", "cut", safeloader(*parts)[:-100], *whole[:-1], part("file-system", parts[-1][1][:-100]),
		("lost", "image is cut off"), ("lost", "a part is cut off"))


def table(text):
	"""An image whose table of parts says that."""
	image = bytearray(safeloader((b"os-image", noise(400))))
	image[0x1014:0x1014 + 0x800] = text.ljust(0x800, b"\xff")
	return image


@lie("safeloader", "a part is cut off", "part .* 400 .* /os-image")
def safeloader_long_part():
	return table(b"fwup-ptn os-image base 0x00800 size 0xfffffff0\t\r\n\0")


@lie("safeloader", "a part lies behind the end", "part .* 400 .* /os-image")
def safeloader_part_behind_the_end():
	return table(b"fwup-ptn os-image base 0x00800 size 0x190\t\r\nfwup-ptn far base 0xf0000000 size 0x10\t\r\n\0")


@lie("", "!type safeloader")
def safeloader_base_wraps():
	return table(b"fwup-ptn os-image base 0xffffffffffffffff size 0x190\t\r\n\0")


@lie("safeloader", "part .* /p", "part .* 2048 .*|lost")
def safeloader_very_many_parts():
	"""As many lines as the table has room for, and no end mark: all parts are the same bytes."""
	return table((b"fwup-ptn p base 0x0 size 0x9\r\n" * 80)[:0x800])


@lie("", "!type safeloader")
def safeloader_no_parts():
	return table(b"\0")
