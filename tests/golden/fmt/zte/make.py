# SPDX-License-Identifier: Apache-2.0
"""ZTE's configuration backups as their published layout has them; openssl encrypts."""
import hashlib
import struct
import zlib

from make import Golden, case, noise, part, prop, run
from trees import lie

XML = b'<DB>\n' + b''.join(b'<Tbl name="T%d" RowCount="1"/>\n' % i for i in range(40)) + b'</DB>\n'


def pieces(data, size):
	out, crc = b"", 0
	cut = [data[i:i + size] for i in range(0, len(data), size)]
	for i, plain in enumerate(cut):
		packed = zlib.compress(plain, 9)
		crc = zlib.crc32(packed, crc)
		more = 60 + len(out) + 12 + len(packed) if i + 1 < len(cut) else 0
		out += struct.pack(">3I", len(plain), len(packed), more) + packed
	return out, crc


def backup(data=XML, size=65536, kind=0):
	body, crc = pieces(data, size)
	head = struct.pack(">6I", 0x01020304, kind, len(data), 60 + len(body), size, crc)
	return head + struct.pack(">I", zlib.crc32(head)) + bytes(32) + body


def encrypted(kind, *how, inner=None):
	data = inner or backup()
	data += bytes(-len(data) % 16)
	data = run("openssl", "enc", *how, "-nopad", input=data)
	head = struct.pack(">6I", 0x01020304, kind, 0, len(data) + 72, 65536, 0) + bytes(36)
	return head + struct.pack(">3I", len(data), len(data), 0) + data


def named(model, body):
	return struct.pack(">3I", 0x04030201, 0, len(model)) + model + body


def outer(body, order=">"):
	head = [0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 64, 1, 128, len(body)] + [0] * 13
	return bytes.fromhex("999999994444444455555555aaaaaaaa") + struct.pack(order + "28I", *head) + body


def aes256(model, suffix):
	bare = model.replace(b" ", b"")
	return ["-aes-256-cbc", "-K", hashlib.sha256(bare + b"Key" + suffix).hexdigest(), "-iv",
		hashlib.sha256(bare + b"Iv" + suffix).hexdigest()[:32]]


@case("zte")
def ztes():
	model, right = b"ZXHN H108N V2.5", [prop("header-crc", "ok"), prop("crc", "ok"), prop("type", 0)]
	plain = part("config", XML)
	inner = part("decrypted", backup() + bytes(-len(backup()) % 16))
	yield Golden("zte", "plain", backup(), plain, *right, prop("encrypted", "no"))
	yield Golden("zte", "pieces", named(model, backup(size=300)), plain, *right, prop("model", "ZXHN H108N V2.5"))
	yield Golden("zte", "outer", outer(named(model, backup(kind=1))) + b"\xff" * 64, plain, prop("type", 1))
	yield Golden("zte", "outer-le", outer(backup(), "<"), plain, *right)
	ecb = ["-aes-128-ecb", "-K", b"GrWM2Hz&LTvz&f^5".hex()]
	yield Golden("zte", "aes-ecb", named(model, encrypted(2, *ecb)), inner, prop("encrypted", "yes"),
		prop("key", "known for the model"))
	short = ["-aes-128-ecb", "-K", b"Wj".ljust(16, b"\0").hex()]
	yield Golden("zte", "short-key", encrypted(2, *short), inner, prop("key", "known for the model"))
	late = b"ZXHN H168N V3.5"
	yield Golden("zte", "aes-cbc", named(late, encrypted(4, *aes256(late, b"02721401"))), inner,
		prop("key", "from the model's name"), prop("type", 4))
	third = ["-aes-256-cbc", "-K", hashlib.sha256(b"H267AV1_CZkey").hexdigest(), "-iv",
		hashlib.sha256(b"H267AV1_CZIV").hexdigest()[:32]]
	yield Golden("zte", "type-3", named(b"ZXHN H267A V1.0", encrypted(3, *third)), inner, prop("type", 3),
		prop("key", "known for models of that type"))
	yield Golden("zte", "unknown-key", named(late, encrypted(4, *aes256(b"serial", b"0"))), prop("encrypted", "yes"),
		("lost", "the configuration is encrypted with a key that is not public knowledge"))
	yield Golden("zte", "firmware", outer(noise(300)), part("contents", noise(300)))
	yield Golden("zte", "cut", outer(backup())[:-1], part("config", XML), ("lost", "image is cut off"),
		("lost", "a piece is damaged"), ("lost", "checksum is wrong"))


def sealed(at, value, image=None):
	"""The header's checksum is right."""
	image = bytearray(image or backup(size=300))
	struct.pack_into(">I", image, at, value)
	struct.pack_into(">I", image, 24, zlib.crc32(image[:24]))
	return image


@lie("zte", "a piece is missing", "part .* /config damaged")
def zte_piece_behind_the_end():
	return sealed(60 + 4, 0xFFFFFFF0)


@lie("zte", "a piece is missing", "/config damaged")
def zte_empty_piece():
	return sealed(60 + 4, 0)


@lie("zte", "a piece is damaged|checksum is wrong", "/config damaged")
def zte_piece_that_is_no_zlib():
	return sealed(72, 0x41414141)


@lie("zte", "image is cut off", "part .* /config")
def zte_outer_behind_the_end():
	image = bytearray(outer(backup()))
	struct.pack_into(">I", image, 72, 0xFFFFFFF0)
	return image


@lie("", "!type zte")
def zte_unknown_type_and_no_sum():
	image = bytearray(backup())
	struct.pack_into(">I", image, 4, 9)
	return image


@lie("", "!type zte")
def zte_long_model():
	return struct.pack(">3I", 0x04030201, 0, 0xFFFFFFF0) + backup()


@lie("zte", "part .* 300 .*|/config", "a piece is missing|/config")
def zte_pieces_go_on_behind_the_last():
	"""The last piece says that another follows."""
	image = backup()
	at = image.rindex(struct.pack(">I", 0) + b"\x78\xda")
	return image[:at] + struct.pack(">I", 5) + image[at + 4:]
