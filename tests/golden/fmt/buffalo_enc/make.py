# SPDX-License-Identifier: Apache-2.0
"""Buffalo's encrypted firmware, as public knowledge has it."""
import struct

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

PLAIN = noise(700) + TEXT[:900]


def rc4(seed, data, wide):
	key = bytes([seed]) + b"Buffalo"
	n = len(data) if wide else 256
	state = [i & 0xFF for i in range(n)]
	k = 0
	for i in range(n):
		k = (k + key[i % len(key)] + state[i]) % n
		state[i], state[k] = state[k], state[i]
	i = j = 0
	out = bytearray()
	for byte in data:
		i = ((i + 1) % n) & 0xFF
		j = ((j + state[i]) % n) & 0xFF
		state[i], state[j] = state[j], state[i]
		out.append(byte ^ state[(state[i] + state[j]) % n])
	return bytes(out)


def total(data):
	crc = len(data)
	for byte in data:
		crc ^= byte if byte < 0x80 else 0xFFFFFF00 | byte
		for _ in range(8):
			crc = crc >> 1 ^ (0xEDB88320 if crc & 1 else 0)
	return crc


def encrypted(wide=False, magic=b"start", size=None, flip=0):
	product = rc4(ord("O"), b"WHR-HP-G300N\0", wide)
	version = rc4(product[0], b"1.01\0", wide)
	head = magic + b"\0O" + struct.pack(">I", len(product)) + product + struct.pack(">I", len(version)) + version
	image = head + struct.pack(">I", len(PLAIN) if size is None else size) + rc4(version[0], PLAIN, wide)
	image += struct.pack(">I", total(PLAIN) ^ flip)
	return image + bytes(4 - len(image) % 4)


@case("buffalo_enc")
def images():
	told = [part("firmware", PLAIN), prop("product", "WHR-HP-G300N"), prop("version", "1.01")]
	yield Golden("buffalo_enc", "start", encrypted(), *told, prop("sum", "ok"))
	yield Golden("buffalo_enc", "long-state", encrypted(True), *told, prop("sum", "ok"))
	yield Golden("buffalo_enc", "asar1", encrypted(magic=b"asar1"), *told, prop("sum", "ok"))
	yield Golden("buffalo_enc", "wrong", encrypted(flip=1), *told, prop("sum", "wrong"), ("lost", "checksum is wrong"))


@lie("buffalo_enc", "firmware is cut off", "part .* /firmware damaged")
def buffalo_enc_size_behind_the_end():
	return encrypted(size=0xFFFFFFF0)


@lie("buffalo_enc", "the cipher's state is too large", "!part")
def buffalo_enc_long_state_of_much():
	return encrypted(True, size=0xFFFFFFF0)


@lie("", "!type buffalo_enc")
def buffalo_enc_long_product():
	image = bytearray(encrypted())
	struct.pack_into(">I", image, 7, 0xFFFFFFF0)
	return image


@lie("", "!type buffalo_enc")
def buffalo_enc_empty_product():
	image = bytearray(encrypted())
	struct.pack_into(">I", image, 7, 0)
	return image
