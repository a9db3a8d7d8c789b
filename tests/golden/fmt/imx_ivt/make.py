# SPDX-License-Identifier: Apache-2.0
"""Boot images for NXP's i.MX, by mkimage."""
from make import Golden, case, in_folder, noise, part, prop
from trees import lie, read

CONFIG = b"IMAGE_VERSION 2\nBOOT_FROM sd\nDATA 4 0x020e05a8 0x00000030\nDATA 4 0x020e05b0 0x00000030\n"
DCD = bytes.fromhex("d2001840 cc001404 020e05a8 00000030 020e05b0 00000030")


def image(config=CONFIG, data=noise(3000)):
	return in_folder({"in": data, "cfg": config}, ["mkimage", "-n", "cfg", "-T", "imximage", "-e", "0x17800000", "-d", "in", "out"])


@case("imx_ivt")
def images():
	told = [prop("entry", "0x17800000"), prop("load", "0x177ff400")]
	plain = image()
	program = noise(3000).ljust(0x1000, b"\0")
	yield Golden("imx_ivt", "plain", plain, part("dcd", DCD), part("program", program), *told, prop("signatures", "none"))
	signed = image(CONFIG + b"CSF 0x2000\n")
	csf = len(signed)
	signed += b"\xd4\0\x20\x40".ljust(32, b"s") + b"\0" * (0x2000 - 32)
	yield Golden("imx_ivt", "signed", signed, part("dcd", DCD), part("program", signed[0xC00:csf]), part("csf", signed[csf:csf + 32]), *told,
		prop("signatures", "are there; not verified"))


@lie("imx_ivt", "a part is cut off", "program")
def cut():
	return read("imx_ivt", "plain")[:5000]


@lie("imx_ivt", "configuration is damaged", "program")
def configuration_elsewhere():
	data = read("imx_ivt", "plain")
	data[13] ^= 8
	return data


@lie("", "!type imx_ivt")
def entry_elsewhere():
	data = read("imx_ivt", "plain")
	data[7] = 0x7F
	return data


@lie("", "!type imx_ivt")
def size_huge():
	data = read("imx_ivt", "plain")
	data[32 + 7] = 0x7F
	return data
