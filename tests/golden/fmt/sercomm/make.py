# SPDX-License-Identifier: Apache-2.0
"""Sercomm's header as its published layout has it."""
from make import TEXT, Golden, case, part, prop
from trees import lie


def sercomm(data, flip=0):
	head = b"sErCoMm" + bytes([0, 1, 0, 0]) + b"BZV".ljust(34, b"\0") + b"A001".ljust(10, b"\0") + bytes([1, 0x10, 0, 0]).ljust(8, b"\0")
	image = bytearray((head + b"sErCoMm").ljust(512, b"\0") + data)
	image[511] = (-sum(image) + flip) & 0xFF
	return bytes(image)


@case("sercomm")
def sercomms():
	data = TEXT[:700]
	told = [prop("hardware", "BZV"), prop("hardware-version", "A001"), prop("version", "01100000")]
	yield Golden("sercomm", "plain", sercomm(data), part("firmware", data), *told, prop("sum", "ok"))
	yield Golden("sercomm", "wrong", sercomm(data, 1), part("firmware", data), *told, prop("sum", "wrong"),
		("lost", "checksum is wrong"))


@lie("", "!type sercomm")
def sercomm_header_alone():
	return sercomm(b"")


@lie("", "!type sercomm")
def sercomm_something_in_the_header():
	image = bytearray(sercomm(TEXT))
	image[300] = 1
	return image
