# SPDX-License-Identifier: Apache-2.0
"""UPDATE.APP as its published layout has it."""
import struct

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

BOOT, SYSTEM = noise(1030), TEXT[:700]


def crc16(data):
	crc = 0xFFFF
	for byte in data:
		crc ^= byte
		for _ in range(8):
			crc = crc >> 1 ^ 0x8408 if crc & 1 else crc >> 1
	return crc ^ 0xFFFF


def item(name, data, block=256, flip=0, head=0, size=None, length=None):
	sums = b"".join(struct.pack("<H", crc16(data[i:i + block]) ^ flip) for i in range(0, len(data), block))
	header = bytearray(struct.pack("<4sII8sII16s16s16s16xHHH", b"\x55\xaa\x5a\xa5", 98 + len(sums) if length is None else length, 1,
		b"HW7x27\xff\xff", 1, len(data) if size is None else size, b"2016.02.20", b"10.00.00", name, 0, block, 0))
	struct.pack_into("<H", header, 92, crc16(bytes(header)) ^ head)
	whole = bytes(header) + sums + data
	return whole + bytes(-len(whole) % 4)


def app(*items):
	return bytes(92) + b"".join(items)


@case("huawei_app")
def images():
	both = [part("BOOT", BOOT), part("SYSTEM", SYSTEM)]
	yield Golden("huawei_app", "two", app(item(b"BOOT", BOOT), item(b"SYSTEM", SYSTEM)), *both, prop("hardware", "HW7x27"),
		prop("item-crc", "ok"), prop("blocks", "ok"))
	yield Golden("huawei_app", "wrong", app(item(b"BOOT", BOOT, flip=1, head=1), item(b"SYSTEM", SYSTEM, 4096)), *both,
		prop("item-crc", "wrong"), prop("blocks", "wrong"), ("lost", "checksum of a block is wrong"),
		("lost", "checksum of an item's header is wrong"))


@lie("huawei_app", "a part is cut off", "part .* /SYSTEM")
def huawei_app_cut_off():
	return app(item(b"BOOT", BOOT), item(b"SYSTEM", SYSTEM))[:-300]


@lie("", "!type huawei_app")
def huawei_app_wrong_header_size():
	return app(item(b"BOOT", BOOT, length=0xFFFFFFF0))


@lie("", "!type huawei_app")
def huawei_app_large_item():
	return app(item(b"BOOT", BOOT, size=0xFFFFFFFF))


@lie("huawei_app", "part .* /BOOT", "part .* /trailing")
def huawei_app_second_item_damaged():
	return app(item(b"BOOT", BOOT), noise(4) + item(b"SYSTEM", SYSTEM)[4:])


@lie("", "!type huawei_app")
def huawei_app_block_of_nothing():
	image = bytearray(app(item(b"BOOT", BOOT)))
	struct.pack_into("<H", image, 92 + 94, 0)
	return image
