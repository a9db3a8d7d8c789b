# SPDX-License-Identifier: Apache-2.0
"""Arcadyan's obfuscated firmware, as public knowledge has it."""
import lzma

from make import Golden, case, noise, part
from trees import lie

PLAIN = noise(900) + bytes(5000)


def alone(data):
	"""With a dictionary of 8 MiB, which is half of the magic."""
	return lzma.compress(data, lzma.FORMAT_ALONE, filters=[{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 23}])


def obfuscated(stream, first=b"\x04\x01\x09\x20"):
	image = bytearray(first + stream)
	block = bytearray(image[4:36])
	for i in range(0, 32, 2):
		block[i], block[i + 1] = block[i + 1], block[i]
	block = bytes((b << 4 | b >> 4) & 0xFF for b in block)
	image[4:36], image[104:136] = image[104:136], block
	return bytes(image)


def image():
	stream = alone(PLAIN)
	return obfuscated(stream)


@case("arcadyan")
def images():
	yield Golden("arcadyan", "firmware", image(), part("firmware", PLAIN))
	yield Golden("arcadyan", "padded", image() + b"\xff" * 300, part("firmware", PLAIN))


@lie("arcadyan", "compressed data is damaged or cut off", "/firmware damaged")
def arcadyan_cut():
	return image()[:-100]


@lie("", "!type arcadyan")
def arcadyan_not_obfuscated():
	return b"\x04\x01\x09\x20" + alone(PLAIN)


@lie("", "!type arcadyan")
def arcadyan_of_no_bytes():
	"""A program may hold what reads as the head of a stream that is empty."""
	return obfuscated(bytes.fromhex("5d00008021") + bytes(600))
