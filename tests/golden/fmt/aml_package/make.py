# SPDX-License-Identifier: Apache-2.0
"""Amlogic's upgrade package, from the published layout."""
import hashlib
import struct
import zlib

from make import Golden, case, noise, part, prop
from trees import lie, read

BOOT = noise(1500, b"boot")
FILES = [("USB", "DDR", noise(300, b"ddr"), 0), ("PARTITION", "boot", BOOT, 0), ("VERIFY", "boot", b"sha1sum " + hashlib.sha1(BOOT).hexdigest().encode(), 0),
	("conf", "platform", b"Platform:0x0811\n", 0), ("PARTITION", "recovery", BOOT, 1)]


def summed(data):
	data[0:4] = struct.pack("<I", zlib.crc32(data[4:]) ^ 0xFFFFFFFF)
	return data


def image(text):
	at, heads, body, first = 64 + len(FILES) * (64 + 2 * text), b"", b"", {}
	for i, (main, sub, data, copy) in enumerate(FILES):
		where = first.setdefault(data, at + len(body))
		if where == at + len(body):
			body += data + b"\0" * (-len(data) % 4)
		heads += struct.pack("<IIQQQ", i, 0, 0, where, len(data)) + main.encode().ljust(text, b"\0") + sub.encode().ljust(text, b"\0")
		heads += struct.pack("<IHH24x", main == "PARTITION", copy, 1 if copy else 0)
	data = bytearray(struct.pack("<IIIQII36x", 0, 1 if text == 32 else 2, 0x27B51956, at + len(body), 4, len(FILES)) + heads + body)
	return bytes(summed(data))


@case("aml_package")
def images():
	parts = [part("%s.%s" % (sub, main), data) for main, sub, data, copy in FILES if not copy]
	for name, text in (("v1", 32), ("v2", 256)):
		yield Golden("aml_package", name, image(text), *parts, prop("version", 1 if text == 32 else 2), prop("sum", "ok"), prop("sha1 boot", "ok"))
	bad = bytearray(image(32))
	at = bad.index(BOOT)
	bad[at + 9] ^= 1
	parts[1] = part("boot.PARTITION", bytes(bad[at:at + 1500]))
	yield Golden("aml_package", "flipped", bytes(bad), *parts, prop("sum", "wrong"), prop("sha1 boot", "wrong"), ("lost", "checksum is wrong"),
		("lost", "digest of an item is wrong"))


@lie("aml_package", "a part lies behind the end", "DDR.USB", "platform.conf")
def behind_the_end():
	data = read("aml_package", "v1")
	data[64 + 128 + 19] = 0x7F
	return summed(data)


@lie("aml_package", "an item is damaged", "DDR.USB", "platform.conf")
def name_not_text():
	data = read("aml_package", "v1")
	data[64 + 3 * 128 - 128 + 33] = 1
	return summed(data)


@lie("", "!type aml_package")
def too_many():
	data = read("aml_package", "v1")
	data[25] = 2
	return data
