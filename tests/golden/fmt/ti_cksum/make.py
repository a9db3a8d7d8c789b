# SPDX-License-Identifier: Apache-2.0
"""Images with the checksum of TI's boot loaders; the sum is cksum's."""
import struct
import subprocess

from make import TEXT, Golden, case, noise, part, prop
from trees import lie


def cksum(data):
	return int(subprocess.run(["cksum"], input=data, stdout=subprocess.PIPE, check=True).stdout.split()[0])


def tagged(data, flip=0):
	return data + struct.pack("<II", 0xC453DE23, cksum(data) ^ flip)


@case("ti_cksum")
def tis():
	data = TEXT[:1000] + noise(333)
	yield Golden("ti_cksum", "image", tagged(data), part("image", data), prop("crc", "ok"))
	yield Golden("ti_cksum", "short", tagged(noise(30)), part("image", noise(30)), prop("crc", "ok"))
	yield Golden("ti_cksum", "wrong", tagged(data, 8), part("image", data), prop("crc", "wrong"),
		("lost", "checksum is wrong"))


@lie("", "!type ti_cksum")
def ti_cksum_nothing_before():
	return struct.pack("<II", 0xC453DE23, 0xFFFFFFFF)
