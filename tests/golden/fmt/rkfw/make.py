# SPDX-License-Identifier: Apache-2.0
"""Rockchip's update image, from the published layout."""
import hashlib
import struct

from make import Golden, case, noise, part, prop
from trees import lie, read


def crc(data):
	sum = 0
	for b in data:
		sum ^= b << 24
		for _ in range(8):
			sum = (sum << 1 ^ (0x04C10DB7 if sum >> 31 else 0)) & 0xFFFFFFFF
	return sum


PARAMETER = b"FIRMWARE_VER:1.0\nMACHINE_MODEL:golden\nCMDLINE:mtdparts=rk29xxnand:0x2000@0x2000(boot)\n"
FILES = [("package-file", "package-file", b"package-file package-file\nboot Image/boot.img\n", None),
	("parameter", "parameter.txt", b"PARM" + struct.pack("<I", len(PARAMETER)) + PARAMETER + struct.pack("<I", crc(PARAMETER)), 0),
	("boot", "Image/boot.img", noise(1500, b"boot"), 0x2000), ("backup", "RESERVED", b"", None)]


def update(files=FILES):
	at, entries, body = 2048, b"", b""
	for name, file, data, flash in files:
		where = at if data else 0
		entries += struct.pack("<32s60s5I", name.encode(), file.encode(), 0x4000, where, 0xFFFFFFFF if flash is None else flash, len(data) + -len(data) % 2048, len(data))
		data = data.ljust(-len(data) % 2048 + len(data), b"\0")
		body, at = body + data, at + len(data)
	head = b"RKAF" + struct.pack("<I34s30s56sIII", at, b"golden", b"id", b"maker", 0, 0x1000000, len(files))
	whole = (head + entries).ljust(2048, b"\0") + body
	return whole + struct.pack("<I", crc(whole))


def firmware(inner, loader=b"BOOT" + noise(700, b"loader")):
	head = b"RKFW" + struct.pack("<HIIHBBBBBIIIII", 102, 0x08010000, 0x01560000, 2024, 3, 1, 12, 0, 7, 0x33333041, 102, len(loader), 102 + len(loader), len(inner))
	whole = head.ljust(102, b"\0") + loader + inner
	return whole + hashlib.md5(whole).hexdigest().encode()


@case("rkfw")
def images():
	inner = update()
	told = [prop("model", "golden"), prop("manufacturer", "maker"), prop("part boot", "file=Image/boot.img flash=0x400000"), prop("parameter-sum", "ok")]
	parts = [part("package-file", FILES[0][2]), part("parameter", PARAMETER), part("boot", FILES[2][2])]
	yield Golden("rkfw", "update", inner, *parts, *told, prop("sum", "ok"))
	yield Golden("rkfw", "whole", firmware(inner), part("loader", b"BOOT" + noise(700, b"loader")), part("update", inner),
		prop("version", "8.1.0"), prop("made", "2024-03-01 12:00:07"), prop("chip", "0x33333041"), prop("digest", "ok"))
	bad = bytearray(inner)
	at = bad.index(FILES[2][2])
	bad[at + 5] ^= 1
	yield Golden("rkfw", "flipped", bytes(bad), *parts[:2], part("boot", bytes(bad[at:at + 1500])), *told, prop("sum", "wrong"), ("lost", "checksum is wrong"))


@lie("rkfw", "a part is cut off", "a part lies behind the end", "loader")
def loader_too_long():
	data = read("rkfw", "whole")
	data[31] = 8  # size of the loader
	data[35] = 8  # and so where the update begins
	return data


@lie("rkfw", "a part lies behind the end", "/parameter")
def behind_the_end():
	data = read("rkfw", "update")
	data[140 + 2 * 112 + 98] = 0x7F
	return data


@lie("rkfw", "checksum of the parameters is wrong", "/parameter", "/boot")
def parameter_flipped():
	data = read("rkfw", "update")
	data[data.index(b"FIRMWARE_VER")] ^= 1
	return data


@lie("rkfw", "parameters are cut off", "/boot")
def parameter_too_long():
	data = read("rkfw", "update")
	data[data.index(b"PARM") + 7] = 0x7F
	return data


@lie("", "!type rkfw")
def too_many():
	data = read("rkfw", "update")
	data[137] = 1
	return data


@lie("", "!type rkfw")
def constants_only():
	return b"RKFW\x66\0RKAF what a program says of images\n" * 90
