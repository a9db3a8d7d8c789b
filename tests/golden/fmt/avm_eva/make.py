# SPDX-License-Identifier: Apache-2.0
"""AVM's kernels as their published layout has them."""
import lzma
import struct
import zlib

from make import Golden, case, noise, part, prop
from trees import lie

KERNEL = b"Linux version 4.4.60 (golden)" + noise(900) + bytes(4000)
SECOND = noise(300, b"second") + bytes(2000)


def summed(magic, load, payload, entry=0x80C8B500, flip=0):
	total = -(len(payload) + load + sum(payload)) & 0xFFFFFFFF
	return struct.pack("<III", magic, len(payload), load) + payload + struct.pack("<III", total ^ flip, 0, entry)


def record(data, magic=0xFEED1281, load=0x80500000, flip=0, plain=None, packed=None):
	alone = lzma.compress(data, lzma.FORMAT_ALONE, filters=[{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16}])
	body = alone[13:]
	head = struct.pack("<IIII", 0x075A0201, len(body) if packed is None else packed, len(data) if plain is None else plain,
		zlib.crc32(body))
	return summed(magic, load, head + alone[:5] + bytes(3) + body, flip=flip)


def dual(first, second, n=None):
	payload = first + bytes(-(12 + len(first)) % 4) + second
	image = bytearray(summed(0xFEED9112, 0x80500000, payload))
	if n is not None:
		struct.pack_into("<I", image, 4, n)
	return bytes(image)


@case("avm_eva")
def kernels():
	right = [prop("sum", "ok"), prop("crc", "ok"), prop("load", "0x80500000")]
	two = dual(record(KERNEL), record(SECOND, 0xFEEDB007, 0x8DFFFFFC))
	yield Golden("avm_eva", "one", record(KERNEL) + b"\xff" * 64, part("kernel", KERNEL), *right)
	yield Golden("avm_eva", "two", two, part("kernel", KERNEL), part("second", SECOND), *right, prop("load", "0x8dfffffc"))
	yield Golden("avm_eva", "wrong", record(KERNEL, flip=1), part("kernel", KERNEL), prop("sum", "wrong"), prop("crc", "ok"),
		("lost", "sum of a record is wrong"))


@lie("avm_eva", "a record is cut off", "a kernel is damaged", "part .* /kernel damaged")
def avm_eva_cut():
	return record(KERNEL)[:-200]


@lie("", "!type avm_eva")
def avm_eva_packed_size_does_not_fit():
	return record(KERNEL, packed=12)


@lie("avm_eva", "a kernel is damaged", "part .* /kernel damaged")
def avm_eva_unpacked_size_too_large():
	return record(KERNEL, plain=0x7FFFFFFF)


@lie("avm_eva", "second record is damaged", "part .* /kernel", "!part .* /second")
def avm_eva_no_second():
	return dual(record(KERNEL), noise(60))


@lie("avm_eva", "image is cut off", "part .* /kernel", "part .* /second")
def avm_eva_size_behind_the_end():
	return dual(record(KERNEL), record(SECOND, 0xFEEDB007), 0xFFFFFFF0)
