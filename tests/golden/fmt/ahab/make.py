# SPDX-License-Identifier: Apache-2.0
"""NXP's boot container, by mkimage."""
import hashlib
import struct

from make import Golden, case, in_folder, noise, part, prop
from trees import lie, read

CONFIG = b"BOOT_FROM SD 0x400\nSOC_TYPE IMX8QX\nCONTAINER\nIMAGE SCU one\nIMAGE A35 two 0x00100000\n"


def image():
	return in_folder({"in": b"", "one": noise(1500), "two": noise(900, b"two"), "cfg": CONFIG}, ["mkimage", "-T", "imx8image", "-n", "cfg", "-d", "in", "out"])


def padded(data):
	return data.ljust(-len(data) % 1024 + len(data), b"\0")


def small(data):
	"""Its images moved to the end of the header."""
	data = bytearray(data[:0x400] + data[0x2000:])
	for at in (16, 16 + 128, 16 + 256):
		struct.pack_into("<I", data, at, struct.unpack_from("<I", data, at)[0] - 0x1C00)
	return data


@case("ahab")
def images():
	data = bytes(small(image()))
	one, two = part("program-0", padded(noise(1500))), part("program-2", padded(noise(900, b"two")))
	told = [prop("signed-by", "nobody"), prop("program-2", "load=0x100000 entry=0x100000 core=4")]
	yield Golden("ahab", "two", data, one, two, prop("program-0 sha384", "ok"), prop("program-2 sha384", "ok"), *told)
	for algo, number in (("sha256", 0), ("sha512", 2)):
		other = bytearray(data)
		other[16 + 25], other[16 + 32:16 + 96] = number, hashlib.new(algo, padded(noise(1500))).digest().ljust(64, b"\0")
		yield Golden("ahab", algo, bytes(other), one, two, prop("program-0 " + algo, "ok"), *told)
	bad = bytearray(data)
	bad[0x700] ^= 1
	yield Golden("ahab", "flipped", bytes(bad), part("program-0", bytes(bad[0x400:0xC00])), two, prop("program-0 sha384", "wrong"),
		prop("program-2 sha384", "ok"), ("lost", "digest of an image is wrong"))


@lie("ahab", "a part lies behind the end", "program-2")
def behind_the_end():
	data = read("ahab", "two")
	data[18] = 0x10
	return data


@lie("", "!type ahab")
def endless():
	data = read("ahab", "two")
	data[19] = 0x7F
	return data


@lie("", "!type ahab")
def too_many():
	data = read("ahab", "two")
	data[11] = 9
	return data


@lie("ahab", "encrypted", "program-0")
def encrypted():
	data = read("ahab", "two")
	data[16 + 25] |= 8
	return data
