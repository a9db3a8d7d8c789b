# SPDX-License-Identifier: Apache-2.0
"""D-Link's SHRS as its published layout has it; openssl encrypts."""
import hashlib
import struct

from make import TEXT, Golden, case, noise, part, prop, run
from trees import lie

KEY = "c05fbf1936c99429ce2a0781f08d6ad8"


def shrs(data, signature=bytes(512), key=KEY):
	iv = noise(16, b"iv")
	padded = data + bytes(-len(data) % 16)
	packed = run("openssl", "enc", "-aes-128-cbc", "-K", key, "-iv", iv.hex(), "-nopad", input=padded)
	sums = [hashlib.sha512(d).digest() for d in (data + bytes.fromhex(key), data, packed)]
	return b"SHRS" + struct.pack(">II", len(padded), len(data)) + iv + b"".join(sums) + bytes(512) + signature + \
		bytes(512) + packed


@case("dlink_shrs")
def shrses():
	data, told = TEXT[:777], [prop("encrypted-sha512", "ok"), prop("plain-sha512", "ok")]
	yield Golden("dlink_shrs", "plain", shrs(data), part("firmware", data), *told, prop("signed", "no"))
	yield Golden("dlink_shrs", "signed", shrs(data, noise(512, b"rsa")) + b"\xff" * 80, part("firmware", data), *told,
		prop("signed", "yes, not verified"))
	other = shrs(data, key="00" * 16)
	wrong = run("openssl", "enc", "-d", "-aes-128-cbc", "-K", KEY, "-iv", noise(16, b"iv").hex(), "-nopad",
		input=other[1756:])[:777]
	yield Golden("dlink_shrs", "other-key", other, part("firmware", wrong), prop("encrypted-sha512", "ok"),
		prop("plain-sha512", "wrong"),
		("lost", "SHA-512 of the decrypted firmware is wrong: damaged, or another key"))
	yield Golden("dlink_shrs", "cut", shrs(data)[:-112], part("firmware", data[:672]), ("lost", "firmware is cut off"),
		("lost", "SHA-512 of the decrypted firmware is wrong: damaged, or another key"))


def changed(at, format, *values):
	image = bytearray(shrs(TEXT[:777]))
	struct.pack_into(format, image, at, *values)
	return image


@lie("dlink_shrs", "firmware is cut off", "part .* /firmware")
def dlink_shrs_sizes_behind_the_end():
	return changed(4, ">II", 0xFFFFFFFF, 0xFFFFFFF5)


@lie("", "!type dlink_shrs")
def dlink_shrs_sizes_differ():
	return changed(4, ">II", 777 + 100, 777)


@lie("", "!type dlink_shrs")
def dlink_shrs_no_firmware():
	return changed(4, ">II", 0, 0)


@lie("", "!type dlink_shrs")
def dlink_shrs_something_in_the_header():
	return changed(400, ">I", 1)
