# SPDX-License-Identifier: Apache-2.0
"""A flash with RedBoot's directory, from the published layout."""
import struct
import zlib

from make import Golden, case, noise, part, prop
from trees import lie, read

BASE, BLOCK = 0xBFC00000, 4096
PARTS = [("RedBoot", noise(3000, b"redboot"), 0), ("linux", noise(4000, b"linux"), 0x80041000), ("rootfs", noise(2000, b"rootfs"), 0)]


def crc(data):
	return zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF


def image(order):
	flash, entries = b"", b""
	rows = [(n, d, m) for n, d, m in PARTS] + [("FIS directory", b"", 0)]
	for name, data, memory in rows:
		entries += struct.pack(order + "16s5I212xII", name.encode(), BASE + len(flash), memory, BLOCK, memory, len(data), 0, crc(data) if data else 0)
		if name == "RedBoot":
			entries += b"\xff" * 256
		if data:
			flash += data.ljust(BLOCK, b"\xff")
	return flash + entries.ljust(BLOCK, b"\xff")


@case("fis")
def images():
	parts = [part(n, d.ljust(BLOCK, b"\xff")) for n, d, _ in PARTS]
	for name, order, said in (("little", "<", "little-endian"), ("big", ">", "big-endian")):
		yield Golden("fis", name, image(order), *parts, prop("base", "0x%08x, %s" % (BASE, said)), prop("sum linux", "ok"), prop("sum rootfs", "ok"),
			prop("part linux", "flash=0x%08x+0x1000 memory=0x80041000 entry=0x80041000 used=0xfa0" % (BASE + BLOCK)))
	written = bytearray(image("<"))
	written[BLOCK + 7] ^= 1
	parts[1] = part("linux", bytes(written[BLOCK:2 * BLOCK]))
	yield Golden("fis", "written", bytes(written), *parts, prop("sum linux", "of other bytes"), prop("sum rootfs", "ok"))


@lie("fis", "parts that lie over each other were left out")
def over_each_other():
	data = read("fis", "little")
	at = 3 * BLOCK + 512
	one = struct.pack("<16s5I212xII", b"again", BASE, 0, 3 * BLOCK, 0, 0, 0, 0)
	own = bytes(data[at + 512:at + 768])
	return data[:at] + own + one * 13


@lie("", "!type fis")
def behind_the_end():
	data = read("fis", "little")
	data[3 * BLOCK + 512 + 26] = 0x7F
	return data


@lie("", "!type fis")
def no_directory():
	data = read("fis", "little")
	data[data.index(b"FIS directory")] = ord("f")
	return data
