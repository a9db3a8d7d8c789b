# SPDX-License-Identifier: Apache-2.0
"""Huawei's packages for VRP as their published layout has them."""
import struct

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

ONE, TWO = noise(503), TEXT[:400]


def crc16(data):
	crc = 0
	for byte in data:
		crc ^= byte << 8
		for _ in range(8):
			crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
	return crc


def file(name, data, flip=0):
	return struct.pack(">8xH138x224sI2xH4x", 0x8101, name, len(data), crc16(data) ^ flip) + data


def vrp(*files, kind=0x10000, n=None, at=None, flip=0, tail=b""):
	rows, body = b"", b""
	for data in files:
		rows += struct.pack(">HHIIHHII", 0x8101, 0, 6188 + len(body) if at is None else at, len(data), 1, 0, kind, 0)
		body += data + bytes(-len(data) % 8)
	head = struct.pack(">8xI24x", len(files) if n is None else n) + rows
	head += bytes(6186 - 4 - len(head))
	head += struct.pack(">H", crc16(head))
	return struct.pack(">HH", 1, crc16(head + body) ^ flip) + head + body + tail


@case("huawei_vrp")
def images():
	told = [prop("file-crc", "ok"), prop("records", "2")]
	yield Golden("huawei_vrp", "two", vrp(file(b"MP File!", ONE), file(b"ROOTFS", TWO)), part("MP File!", ONE), part("ROOTFS", TWO),
		*told, prop("crc", "ok"))
	inner = vrp(file(b"MP File!", ONE))
	yield Golden("huawei_vrp", "nested", vrp(inner, noise(80), kind=7), part("0", inner), part("1", noise(80)), prop("crc", "ok"))
	yield Golden("huawei_vrp", "wrong", vrp(file(b"MP File!", ONE, 1), file(b"ROOTFS", TWO), flip=1), part("MP File!", ONE),
		part("ROOTFS", TWO), prop("crc", "wrong"), prop("file-crc", "wrong"), ("lost", "checksum of a file is wrong"),
		("lost", "checksum is wrong"))


@lie("huawei_vrp", "image is cut off", "a part lies behind the end")
def huawei_vrp_file_behind_the_end():
	return vrp(file(b"MP File!", ONE), at=0xFFFFFF00)


@lie("", "!type huawei_vrp")
def huawei_vrp_file_in_the_header():
	return vrp(file(b"MP File!", ONE), at=0)


@lie("", "!type huawei_vrp")
def huawei_vrp_very_many_files():
	return vrp(file(b"MP File!", ONE), n=0x1000000)


@lie("huawei_vrp", "part .* 907 .* /0")
def huawei_vrp_file_longer_than_its_record():
	data = bytearray(file(b"MP File!", ONE) + noise(20))
	struct.pack_into(">I", data, 372, 0xFFFFFF00)
	return vrp(bytes(data))
