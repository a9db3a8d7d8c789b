# SPDX-License-Identifier: Apache-2.0
"""The first program of STM32MP: header 1 by mkimage, header 2 and signatures from the published layout."""
import hashlib
import struct

from make import Golden, case, in_folder, noise, part, prop
from trees import lie, read


@case("stm32")
def images():
	data = in_folder({"in": noise(1500)}, ["mkimage", "-T", "stm32image", "-a", "0x2ffc2500", "-e", "0x2ffc2500", "-d", "in", "out"])
	told = [prop("entry", "0x2ffc2500"), prop("load", "0x2ffc2500"), prop("sum", "ok")]
	yield Golden("stm32", "v1", data, part("program", noise(1500)), prop("header-version", "1.0"), prop("signature", "none"), *told)
	signed = bytearray(data)
	signed[4:68], signed[108:172], signed[100:104] = noise(64, b"signature"), noise(64, b"key"), bytes(4)
	yield Golden("stm32", "signed", bytes(signed), part("program", noise(1500)), prop("signature", "is there; not verified"),
		prop("public-key-sha256", hashlib.sha256(noise(64, b"key")).hexdigest()), *told)
	head = b"STM2" + bytes(64) + struct.pack("<I4B7I", sum(noise(1500)), 0, 0, 2, 0, 1500, 0x2FFC2500, 0, 0x2FFC2500, 0, 3, 0x80000000)
	yield Golden("stm32", "v2", head.ljust(512, b"\0") + noise(1500), part("program", noise(1500)), prop("header-version", "2.0"),
		prop("program-version", 3), *told)
	bad = bytearray(data)
	bad[700] ^= 1
	yield Golden("stm32", "flipped", bytes(bad), part("program", bytes(bad[256:])), prop("sum", "wrong"), ("lost", "checksum is wrong"))


@lie("stm32", "a part is cut off", "program")
def too_long():
	data = read("stm32", "v1")
	data[78] = 8
	return data


@lie("", "!type stm32")
def endless():
	data = read("stm32", "v1")
	data[79] = 0x7F
	return data


@lie("stm32", "encrypted", "program")
def encrypted():
	data = read("stm32", "v2")
	data[100] |= 2
	return data
