# SPDX-License-Identifier: Apache-2.0
"""Environments of mkenvimage."""
import struct
import zlib

from make import Golden, case, in_folder, noise, part, prop
from trees import lie, read

VARS = b"baudrate=115200\nbootargs=console=ttyS0,115200 root=/dev/mtdblock2\nbootcmd=run a; run b\nbootdelay=3\n" \
	b"ethaddr=02:00:00:00:00:01\npassword=hunter2\n"


def env(size, *options, text=VARS):
	return in_folder({"in": text}, ["mkenvimage", "-s", str(size), *options, "-o", "out", "in"])


def redundant(size, flags, text=VARS):
	image = env(size, "-r", text=text)
	return image[:4] + bytes([flags]) + image[5:]  # the sum is not over the flags


@case("uboot_env")
def envs():
	old = VARS.replace(b"bootdelay=3", b"bootdelay=9")
	said = "crc ok, %s-endian, size %d, 6 variables"
	yield Golden("uboot_env", "single", env(1024), part("u-boot.env", VARS), prop("u-boot.env", said % ("little", 1024)))
	yield Golden("uboot_env", "big", env(1024, "-b"), part("u-boot.env", VARS), prop("u-boot.env", said % ("big", 1024)))
	yield Golden("uboot_env", "zeros", env(0x1000, "-p", "0"), part("u-boot.env", VARS))
	yield Golden("uboot_env", "odd", env(1000), part("u-boot.env", VARS))
	yield Golden("uboot_env", "first", redundant(2048, 1) + redundant(2048, 0, old), part("u-boot.env", VARS),
		part("env-before.txt", old), prop("flags", "u-boot.env 1"))
	yield Golden("uboot_env", "wraps", redundant(512, 255, old) + redundant(512, 0), part("u-boot.env", VARS),
		part("env-before.txt", old), prop("flags", "u-boot.env 0"))
	lines = b"bootcmd=one\\\ntwo\nipaddr=192.0.2.1\n"
	data = b"bootcmd=one\ntwo\0ipaddr=192.0.2.1\0\0" + b"old=1\0" + noise(88)
	data += b"\xff" * (508 - len(data))
	yield Golden("uboot_env", "line-ends", struct.pack("<I", zlib.crc32(data)) + data, part("u-boot.env", lines))


@lie("", "!type uboot_env")
def uboot_env_wrong_crc():
	image = read("uboot_env", "single")
	image[100] ^= 1
	return image
