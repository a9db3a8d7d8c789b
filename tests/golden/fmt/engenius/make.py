# SPDX-License-Identifier: Apache-2.0
"""EnGenius' firmware as its published layout has it."""
import hashlib
import struct

from make import TEXT, Golden, case, noise, part, prop
from trees import lie


def engenius(data, kind=2, model=b""):
	def head(total):
		return struct.pack(">III16sIII16s32xII", 0, 0x101, 0x7, b"1.2.3", kind, len(data), 0, hashlib.md5(data).digest(),
			total, 0x12345678)
	more = struct.pack(">10I", 0x616C6C00, 0, 3, 0, 1, 171101, 1, 8, 53, len(model)) + model if kind == 0 else b""
	mixed = bytes(b ^ (0x12345678 >> (i % 512 % 8) & 0xFF) for i, b in enumerate(data))
	return head(sum(head(0) + more)) + more + mixed


@case("engenius")
def engeniuses():
	data = TEXT[:900] + noise(100)
	told = [prop("header-sum", "ok"), prop("md5", "ok"), prop("version", "1.2.3"), prop("vendor", "0x0101")]
	yield Golden("engenius", "kernel", engenius(data), part("firmware", data), *told, prop("type", "kernel"))
	yield Golden("engenius", "combo", engenius(data, 0, b"ENS620EXT") + b"\xff" * 64, part("firmware", data), *told,
		prop("model", "ENS620EXT"), prop("type", "combo"))
	bad = bytearray(engenius(data))
	bad[200] ^= 1
	other = bytearray(data)
	other[104] ^= 1
	yield Golden("engenius", "wrong", bytes(bad), part("firmware", bytes(other)), prop("md5", "wrong"),
		("lost", "MD5 is wrong"))
	yield Golden("engenius", "cut", engenius(data)[:-30], part("firmware", data[:-30]), ("lost", "firmware is cut off"))


def changed(at, value, kind=2, model=b""):
	image = bytearray(engenius(TEXT[:900], kind, model))
	struct.pack_into(">I", image, at, value)
	return image


@lie("engenius", "firmware is cut off", "part .* 900 .* /firmware", "checksum of the header is wrong")
def engenius_size_behind_the_end():
	return changed(32, 0xFFFFFFF0)


@lie("", "!type engenius")
def engenius_no_firmware():
	return changed(32, 0)


@lie("", "!type engenius")
def engenius_long_model():
	return changed(96 + 36, 0xFFFFFFF0, 0, b"ENS620EXT")


@lie("engenius", "checksum of the header is wrong", "part .* 891 .* /firmware|part .* 900 .* /firmware")
def engenius_model_takes_of_the_firmware():
	return changed(96 + 36, 18, 0, b"ENS620EXT")
