# SPDX-License-Identifier: Apache-2.0
"""Allwinner's firmware, from the published layout."""
import struct

from make import Golden, case, noise, part, prop
from trees import lie, read

FILES = [("COMMON", "SYS_CONFIG100000", "sys_config.fex", b"[product]\nversion = \"100\"\n"), ("12345678", "1234567890BOOT_0", "boot0_nand.fex", noise(1500, b"boot")),
	("RFSFAT16", "ROOTFS_FEX000000", "/rootfs.fex", noise(300, b"root"))]


def image(version):
	at, heads, body = 1024 * (1 + len(FILES)), b"", b""
	for main, sub, name, data in FILES:
		room = len(data) + -len(data) % 16
		head = struct.pack("<II8s16s", 256, 1024, main.encode(), sub.encode())
		if version == 0x300:
			head += struct.pack("<I256sIIIII", 0, name.encode(), room, 0, len(data), 0, at)
		else:
			head += struct.pack("<5I256s", 0, room, len(data), at, 0, name.encode())
		heads, body, at = heads + head.ljust(1024, b"\0"), body + data.ljust(room, b"\0"), at + room
	ids = struct.pack("<7I", 0x1234, 0x8743, 0x100, 0x100, 1, 1024, len(FILES))
	head = b"IMAGEWTY" + struct.pack("<6I", version, 0x60 if version == 0x300 else 0x50, 0x4D00000, 0x100234, at, 1024) + (b"\0" * 4 if version == 0x300 else b"") + ids
	return head.ljust(1024, b"\0") + heads + body


@case("imagewty")
def images():
	parts = [part(name.lstrip("/"), data) for _, _, name, data in FILES]
	for name, version in (("v1", 0x100), ("v3", 0x300)):
		yield Golden("imagewty", name, image(version), *parts, prop("version", hex(version)), prop("usb-vendor", "0x8743"), prop("hardware", "0x100"),
			prop("file rootfs.fex", "type=RFSFAT16 subtype=ROOTFS_FEX000000"))


@lie("imagewty", "a part lies behind the end", "sys_config.fex")
def behind_the_end():
	data = read("imagewty", "v3")
	data[2048 + 311] = 0x7F
	return data


@lie("imagewty", "a file's entry is damaged", "sys_config.fex", "rootfs.fex")
def larger_than_stored():
	data = read("imagewty", "v3")
	data[2048 + 303] = 0x7F
	return data


@lie("", "!type imagewty")
def too_many():
	data = read("imagewty", "v3")
	data[36 + 27] = 1
	return data


@lie("", "!type imagewty")
def constants_only():
	return b"IMAGEWTY what a program says of images\n" * 90
