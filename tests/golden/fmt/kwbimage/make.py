# SPDX-License-Identifier: Apache-2.0
"""Marvell's boot image, by mkimage."""
import struct

from make import Golden, case, in_folder, noise, part, prop
from trees import lie, read

OLD = b"VERSION 0\nBOOT_FROM %s\nDATA 0xffd100e0 0x1b1b1b9b\nDATA 0xffd01400 0x43000c30\n"
NEW = b"VERSION 1\nBOOT_FROM %s\nBINARY more 0000005b 00000068\n"


def image(how, data, more=b"more" * 100, source=b"spi"):
	return in_folder({"in": data, "more": more, "cfg": how % source}, ["mkimage", "-n", "cfg", "-T", "kwbimage", "-a", "0x00800000", "-e",
		"0x00800000", "-d", "in", "out"])


@case("kwbimage")
def images():
	told = [prop("boots-from", "SPI"), prop("load", "0x00800000"), prop("sum", "ok")]
	old, new = image(OLD, noise(3000)), image(NEW, noise(3000))
	yield Golden("kwbimage", "old", old, part("program", noise(3000)), *told, prop("version", 0))
	yield Golden("kwbimage", "new", new, part("header-0", b"more" * 100), part("program", noise(3000)), *told, prop("version", 1))
	bad = bytearray(image(NEW, noise(6000)))
	at = bad.index(noise(6000))
	bad[at + 77] ^= 1
	yield Golden("kwbimage", "flipped", bytes(bad), part("header-0", b"more" * 100), part("program", bytes(bad[at:at + 6000])),
		prop("sum", "wrong"), ("lost", "checksum of the program is wrong"))


def summed(data):
	"""With the header's sum made right again."""
	n = struct.unpack_from("<H", data, 10)[0] if data[8] else 32
	data[31] = 0
	data[31] = sum(data[:n]) & 255
	return data


@lie("kwbimage", "a further header is damaged", "program")
def header_too_long():
	data = read("kwbimage", "new")
	data[32 + 1] = 0x7F
	return summed(data)


@lie("", "checksum of the header is wrong")
def header_flipped():
	data = read("kwbimage", "new")
	data[20] ^= 1
	return data


@lie("", "!type kwbimage")
def behind_the_end():
	data = read("kwbimage", "old")
	data[15] = 0x7F
	return summed(data)
