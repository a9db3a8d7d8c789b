# SPDX-License-Identifier: Apache-2.0
"""Broadcom's NVRAM, from the published layout."""
import struct

from make import Golden, case, noise, part, prop
from trees import lie, read

SETTINGS = [b"boardtype=0x0646", b"boot_wait=on", b"et0macaddr=00:11:22:33:44:55", b"http_passwd=admin", b"wl0_ssid=caf\xc3\xa9", b"empty=", b"two=a\nb"]


def crc8(data):
	crc = 0xFF
	for b in data:
		crc ^= b
		for _ in range(8):
			crc = crc >> 1 ^ (0xAB if crc & 1 else 0)
	return crc


def summed(data):
	data[8] = crc8(data[9:])
	return data


def image(settings=SETTINGS):
	text = b"".join(s + b"\0" for s in settings) + b"\0"
	text += b"\0" * (-len(text) % 4)
	return bytes(summed(bytearray(b"FLSH" + struct.pack("<IBBHII", 20 + len(text), 0, 1, 0x1234, 0x5678, 0) + text)))


def lines(settings=SETTINGS):
	return b"".join(s.replace(b"\n", b"\\\n") + b"\n" for s in settings)


@case("cfe_nvram")
def images():
	yield Golden("cfe_nvram", "plain", image(), part("nvram.txt", lines()), prop("sum", "ok"), prop("version", 1), prop("settings", len(SETTINGS)))
	bad = bytearray(image())
	at = bad.index(b"admin")
	bad[at] = ord("o")
	yield Golden("cfe_nvram", "changed", bytes(bad), part("nvram.txt", lines().replace(b"admin", b"odmin")), prop("sum", "wrong"), ("lost", "checksum is wrong"))


@lie("cfe_nvram", "part .*/gap-0x", "/nvram.txt$", "!lost")
def behind_the_settings():
	data = read("cfe_nvram", "plain") + noise(400)
	data[4:8] = struct.pack("<I", len(data))
	return summed(data)


@lie("", "!type cfe_nvram")
def no_settings():
	data = read("cfe_nvram", "plain")
	data[20:] = b"\0" * (len(data) - 20)
	return summed(data)


@lie("", "!type cfe_nvram")
def not_text():
	data = read("cfe_nvram", "plain")
	data[30] = 2
	return summed(data)


@lie("", "!type cfe_nvram")
def too_long():
	data = read("cfe_nvram", "plain")
	data[5] = 2
	return data


@lie("", "!type cfe_nvram")
def without_equals():
	data = read("cfe_nvram", "plain")
	data[29] = ord("-")
	return summed(data)
