# SPDX-License-Identifier: Apache-2.0
"""WatchGuard's updates as their published layout has them."""
import bz2
import hashlib
import hmac
import struct

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

PACKED, INFO, BOOT = bz2.compress(TEXT), b"golden 1.0\n", noise(8)


def section(name, data, second=False, size=None):
	n = len(data) if size is None else size
	if second:
		return b"\x7f" + struct.pack(">15s24xI16s", name, n, hashlib.md5(data).digest()) + data
	return struct.pack(">16sI", name, n) + data


def package(size=None):
	return b"fireware\0WGPKG\0" + struct.pack(">HII", 1, 2, len(PACKED) if size is None else size) + PACKED


def update(sections, flip=0, second=False, key=b"etaonrishdlcupfm"):
	sections += section(b"HMAC", hmac.new(key, sections, "sha1").digest(), second)
	md5 = bytearray(hashlib.md5(sections).digest())
	md5[0] ^= flip
	return bytes(md5) + struct.pack(">II", len(sections), 0x15611928 if second else 0x12611920) + sections


@case("watchguard")
def images():
	right = [prop("md5", "ok"), prop("hmac", "ok"), prop("package", "fireware")]
	for name, second in (("first", False), ("second", True)):
		body = section(b"info", INFO, second) + section(b"WGPKG", package(), second) + section(b"REBOOT", BOOT, second)
		yield Golden("watchguard", name, update(body, 0, second), part("info", INFO), part("WGPKG", PACKED), part("REBOOT", BOOT),
			*right, *[prop("section-md5", "ok")] * second)
	yield Golden("watchguard", "wrong", update(section(b"info", INFO), 1, key=b"other"), part("info", INFO), prop("md5", "wrong"),
		prop("hmac", "wrong"), ("lost", "MD5 is wrong"), ("lost", "HMAC of the sections is wrong"))


@lie("watchguard", "image is cut off", "a part is cut off", "part .* /info")
def watchguard_cut_off():
	return update(section(b"info", INFO) + section(b"REBOOT", noise(400)))[:-300]


@lie("watchguard", "part .* /HMAC", "!HMAC of the sections is wrong")
def watchguard_two_sums():
	"""Each would be summed over all before it."""
	return update(update(section(b"info", INFO))[24:])


@lie("watchguard", "part .* /WGPKG")
def watchguard_long_package():
	return update(section(b"WGPKG", package(0xFFFFFF00)))


@lie("watchguard", "header of a section is damaged", "part .* /info")
def watchguard_section_without_a_name():
	return update(section(b"info", INFO) + section(b"", noise(40)))


@lie("", "!type watchguard")
def watchguard_long_first_section():
	return update(section(b"info", INFO, size=0xFFFFFF00))


@lie("", "too many false starts of formats")
def watchguard_dense():
	"""Headers each of which has a sum of very much that follows, and is not of an update."""
	header = bytes(16) + struct.pack(">II", 600000, 0x12611920) + struct.pack(">16sI", b"A", 4)
	return b"x" * 100 + header * 19000
