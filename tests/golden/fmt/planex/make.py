# SPDX-License-Identifier: Apache-2.0
"""Planex's header as its published layout has it."""
import hashlib
import struct

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

IMAGE = noise(500) + TEXT[:400]


def planex(image, size=None):
	return hashlib.sha1(struct.pack(">I", 2) + image).digest() + struct.pack(">8s2sI", b"2.00.01", b"\x04\x08",
		len(image) if size is None else size) + image


@case("planex")
def images():
	yield Golden("planex", "plain", planex(IMAGE) + b"\xff" * 90, part("image", IMAGE), prop("version", "2.00.01"), prop("sha1", "ok"))


@lie("", "!type planex")
def planex_wrong():
	return planex(IMAGE)[:-1] + b"?"


@lie("", "!type planex")
def planex_size_behind_the_end():
	return planex(IMAGE, 0xFFFFFFF0)


@lie("", "!type planex")
def planex_empty():
	return planex(b"")
