# SPDX-License-Identifier: Apache-2.0
"""Cisco's packages of sections as their published layout has them; encrypted by openssl."""
import bz2
import hashlib
import struct

from make import TEXT, Golden, case, noise, part, prop, run
from trees import lie

ARCHIVE, SUM = bz2.compress(TEXT), b"0" * 64
ON_BOX = hashlib.sha256(b"R4o0x~8d|4=Jh^%P)Kqf6d5e.v#^%#(&(;kuwtUTR-WQp%^#86").hexdigest()
KEY, IV = noise(32), noise(16, b"iv")


def encrypt(data, key, iv):
	return run("openssl", "enc", "-aes-256-cbc", "-nopad", "-K", key, "-iv", iv, input=data)


def section(kind, name, data, size=None):
	return struct.pack("<B11sI", kind, name, len(data) if size is None else size) + data


def secret(size=None):
	body = encrypt(ARCHIVE + bytes(-len(ARCHIVE) % 16), KEY.hex(), IV.hex())
	return section(5, b"update", struct.pack("<Q16s56s", len(ARCHIVE) if size is None else size, IV, b"") + body)


def pkg(kind, *sections, n=None):
	return struct.pack("<HHIBB8s", 0xC5C0, 0, 1, len(sections) if n is None else n, ord(kind), b"") + b"".join(sections)


def key():
	return section(3, b"key", encrypt(KEY, ON_BOX, "00" * 16))


@case("cisco_pkg")
def images():
	yield Golden("cisco_pkg", "plain", pkg("t", section(1, b"update", ARCHIVE), section(2, b"sum", SUM)), part("update", ARCHIVE),
		part("sum", SUM), prop("version", "1"), prop("section", "archive"), prop("section", "checksum"), prop("kind", "t"))
	yield Golden("cisco_pkg", "secret", pkg("v", secret(), key()), part("update", ARCHIVE), part("key", key()[16:]),
		prop("encrypted", "AES-256-CBC, the key's key is public knowledge"), prop("section", "encrypted archive"))


@lie("cisco_pkg", "the package holds no key for it")
def cisco_pkg_without_a_key():
	return pkg("v", secret())


@lie("cisco_pkg", "an archive is larger than its section", "part .* /update")
def cisco_pkg_large_archive():
	return pkg("v", secret(1 << 60), key())


@lie("cisco_pkg", "a part is cut off", "a section is missing", "part .* /update")
def cisco_pkg_long_section():
	return pkg("t", section(1, b"update", ARCHIVE, 0xFFFFFF00), section(2, b"sum", SUM))


@lie("", "!type cisco_pkg")
def cisco_pkg_unknown_section():
	return pkg("t", section(9, b"update", ARCHIVE))


@lie("cisco_pkg", "a section is missing", "part .* /update")
def cisco_pkg_more_sections_than_there_are():
	return pkg("t", section(1, b"update", ARCHIVE), n=60)
