# SPDX-License-Identifier: Apache-2.0
"""Broadcom's whole flash image as its published layout has it."""
import struct
import zlib

from make import TEXT, Golden, case, noise, part, prop
from trees import lie


def wfi(image, version=0x5732, flash=3, flip=0):
	return image + struct.pack("<5I", zlib.crc32(image) ^ 0xFFFFFFFF ^ flip, version, 0x4908, flash, 2)


@case("bcm_wfi")
def wfis():
	image = TEXT[:900] + noise(300)
	told = [part("image", image), prop("chip", "0x4908"), prop("flash", "NAND, blocks of 128 KiB")]
	yield Golden("bcm_wfi", "image", wfi(image), *told, prop("crc", "ok"))
	yield Golden("bcm_wfi", "old", wfi(image, 0x5731), *told, prop("crc", "ok"))
	yield Golden("bcm_wfi", "wrong", wfi(image, flip=1), *told, prop("crc", "wrong"), ("lost", "checksum is wrong"))


@lie("", "!type bcm_wfi")
def bcm_wfi_unknown_flash():
	return wfi(TEXT, flash=99)


@lie("", "!type bcm_wfi")
def bcm_wfi_nothing_before():
	return wfi(b"")
