# SPDX-License-Identifier: Apache-2.0
"""TP-Link's safeloader images as their published layout has them."""
import hashlib
import struct

from make import TEXT, Golden, case, noise, part, prop

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
