# SPDX-License-Identifier: Apache-2.0
"""Fortinet's images as their published layout has them."""
from make import TEXT, Golden, case, noise, part, prop
from trees import lie

KEY = b"Xy4pQ9mZ2kL7wB1nR5tV8cD3fG6hJ0sA"


def mix(plain, key=KEY):
	out = bytearray()
	for i, byte in enumerate(plain):
		before = out[-1] if i % 512 else 0xFF
		out.append((byte + i % 32 & 0xFF) ^ key[i % 32] ^ before)
	return bytes(out)


def plain(zeros=0x30, end=b"\x55\xaa"):
	header = bytearray(noise(512))
	disk = bytearray(noise(510) + end + TEXT)
	whole = header + disk
	whole[zeros:zeros + 32] = bytes(32)
	return bytes(whole)


@case("fortinet")
def images():
	for name, zeros in (("early", 0x30), ("late", 0x400)):
		data = plain(zeros)
		yield Golden("fortinet", name, mix(data), part("header", data[:512]), part("disk", data[512:]),
			prop("encrypted", "mixed with a key that the image itself gives away"))


@lie("", "!type fortinet")
def fortinet_no_boot_sector():
	return mix(plain(end=b"\x55\xab"))


@lie("", "!type fortinet")
def fortinet_key_of_other_bytes():
	return mix(plain(), bytes(range(1, 33)))


@lie("", "!type fortinet")
def fortinet_short():
	return mix(plain())[:1500]
