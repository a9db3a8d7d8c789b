# SPDX-License-Identifier: Apache-2.0
"""Microcode of Intel and AMD, from the published layouts."""
import struct

from make import Golden, case, noise, part, prop
from trees import lie, read


def summed(data, at=16):
	total = sum(struct.unpack_from("<I", data, i)[0] for i in range(0, len(data), 4)) - struct.unpack_from("<I", data, at)[0]
	return data[:at] + struct.pack("<I", -total & 0xFFFFFFFF) + data[at + 4:]


def intel(revision, date, processor, platforms, data, more=(), old=False):
	"""more: further processors and their platforms. The sums of the update, of the table and of each of its entries are right."""
	size = 48 + len(data) + (20 + 12 * len(more) if more else 0)
	body = summed(struct.pack("<9I12x", 1, revision, date, processor, 0, 1, platforms, 0 if old else len(data), 0 if old else size) + data)
	own = struct.unpack_from("<I", body, 16)[0] + processor + platforms
	table = b"".join(struct.pack("<III", p, m, (own - p - m) & 0xFFFFFFFF) for p, m in more)
	return body + (summed(struct.pack("<II12x", len(more), 0) + table, 4) if more else b"")


ONE, TWO, OLD = noise(976, b"one"), noise(944, b"two"), noise(2000, b"old")
UPDATES = intel(0x2006E05, 0x11122021, 0x50654, 0xB7, ONE) + intel(0xF0, 0x01092023, 0x906EA, 0x22, TWO, [(0x906E9, 0x2A)])
INTEL = [part("intel-06-55-04-0xb7", ONE), part("intel-06-9e-0a-0x22", TWO)]


def patch(date, revision, processor, data):
	head = struct.pack("<IIHBBIIIHH36x", date, revision, 0x8004, 0, 0, 0, 0, 0, processor, 0)
	return struct.pack("<II", 1, 64 + len(data)) + head + data


def patched(date, revision, processor, data):
	return patch(date, revision, processor, data)[8:]


TABLE = b"DMA\0" + struct.pack("<II", 0, 32) + struct.pack("<IIIHH", 0x800F12, 0, 0, 0x8012, 0) + bytes(16)
A, B = (0x09122019, 0x8001250, 0x8012, noise(400, b"a")), (0x03042020, 0xA201016, 0xA210, noise(300, b"b"))


@case("ucode")
def images():
	told = [prop("intel-06-55-04-0xb7", "revision=0x02006e05 date=2021-11-12"), prop("intel-06-9e-0a-0x22", "revision=0x000000f0 date=2023-01-09")]
	yield Golden("ucode", "intel", UPDATES, *INTEL, *told, prop("sum", "ok"))
	yield Golden("ucode", "old", intel(5, 0x06102001, 0x6B1, 1, OLD, old=True), part("intel-06-0b-01-0x01", OLD), prop("sum", "ok"))
	both = TABLE + patch(*A) + TABLE + patch(*B)
	yield Golden("ucode", "amd", both, part("amd-0x8012-0x08001250", patched(*A)), part("amd-0xa210-0x0a201016", patched(*B)),
		prop("amd-0x8012-0x08001250", "revision=0x08001250 date=2019-09-12"))
	cut = UPDATES[:700]
	yield Golden("ucode", "cut", cut, part("intel-06-55-04-0xb7", cut[48:]), told[0], ("lost", "a part is cut off"))


@lie("", "!intel-06-9e")
def second_flipped():
	data = read("ucode", "intel")
	data[1500] ^= 1
	return data


@lie("ucode", "checksum of an update is wrong", "intel-06-9e-0a-0x22$")
def first_flipped():
	"""The next one, whose sum is right, vouches for it."""
	data = read("ucode", "intel")
	data[500] ^= 1
	return data


@lie("ucode", "what an update says of itself is damaged", "/amd-damaged", "/amd-0xa210-0x0a201016$")
def no_date():
	"""The next one vouches for it."""
	data = read("ucode", "amd")
	data[12 + 32 + 8 + 3] = 0x13
	return data


@lie("ucode", "a part is cut off", "amd-0x8012")
def patch_too_long():
	data = read("ucode", "amd")
	data[12 + 32 + 6] = 1
	return data


@lie("", "!type ucode")
def endless():
	data = read("ucode", "intel")
	data[35] = 0x7F
	return data
