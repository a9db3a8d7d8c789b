# SPDX-License-Identifier: Apache-2.0
"""Firmware for BRN as its published layout has it."""
import struct
import zlib

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

KERNEL, ROOT = noise(1500), TEXT[:900]


def padded(data, size=None, flip=0):
	n = (len(data) + 12 + 1023) // 1024 * 1024
	return data.ljust(n - 12, b"\xff") + struct.pack("<III", len(data) if size is None else size, 0x12345678, zlib.crc32(data) ^ flip)


def brn(*parts, text=b"BRNDTW502"):
	return b"".join(parts) + text + b"\0"


@case("brn")
def images():
	both = [part("1-from-end", KERNEL), part("0-from-end", ROOT), prop("signature", "BRNDTW502"), prop("crc", "ok")]
	yield Golden("brn", "two", brn(padded(KERNEL), padded(ROOT)), *both)
	yield Golden("brn", "one", brn(padded(KERNEL)), part("0-from-end", KERNEL), prop("crc", "ok"))
	yield Golden("brn", "wrong", brn(padded(KERNEL, flip=1), padded(ROOT)), *both, prop("crc", "wrong"),
		("lost", "checksum of a part is wrong"))


@lie("", "!type brn")
def brn_size_behind_the_end():
	return brn(padded(KERNEL, 0xFFFFFFF0))


@lie("brn", "no part ends here", "part .* /0-from-end", "part .* /gap-0x0")
def brn_something_before():
	return brn(noise(1024), padded(ROOT))


@lie("", "!type brn")
def brn_no_text():
	return brn(padded(ROOT), text=b"X")
