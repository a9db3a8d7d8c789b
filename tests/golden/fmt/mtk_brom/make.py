# SPDX-License-Identifier: Apache-2.0
"""What MediaTek's boot ROM reads, by mkimage."""
from make import Golden, case, in_folder, noise, part, prop
from trees import lie, read


def image(data, how):
	return in_folder({"in": data}, ["mkimage", "-T", "mtk_image", "-a", "0x201000", "-e", "0x201000", "-n", how, "-d", "in", "out"])


@case("mtk_brom")
def images():
	told = [prop("load", "0x00200d00"), prop("entry", "0x00201000"), prop("digest", "ok"), prop("header", "BL_INFO"), prop("header", "BROM_SEC_CFG")]
	for name, how, medium in (("emmc", "media=emmc", "eMMC"), ("sd", "media=sdmmc", "SD"), ("nor", "media=nor", "NOR"), ("nand", "media=snand;nandinfo=2k+64", "NAND")):
		data = image(noise(1500), how)
		yield Golden("mtk_brom", name, data, part("program", noise(1500)),
			prop("boots-from", medium), *told)
	alone = image(noise(1500), "media=emmc")[0x600:]
	yield Golden("mtk_brom", "alone", alone, part("program", noise(1500)), *told)
	bad = bytearray(alone)
	bad[1000] ^= 1
	yield Golden("mtk_brom", "flipped", bytes(bad), part("program", bytes(bad[0x300:-32])), prop("digest", "wrong"),
		("lost", "digest of the program is wrong"))


@lie("mtk_brom", "a part is cut off", "!panic")
def too_long():
	data = read("mtk_brom", "alone")
	data[34] = 0x10
	return data


@lie("mtk_brom", "part .*/gap-0x228$", "/program$")
def before_the_program():
	data = read("mtk_brom", "emmc")
	data[0x228:0x600] = noise(0x600 - 0x228, b"hidden")
	return data


@lie("", "!type mtk_brom")
def endless():
	data = read("mtk_brom", "alone")
	data[35] = 0x7F
	return data


@lie("", "!type mtk_brom")
def no_program():
	data = read("mtk_brom", "emmc")
	data[0x60C:0x612] = b"nothing"[:6]
	return data


@lie("", "!type mtk_brom")
def constants_only():
	return b"EMMC_BOOT\0SDMMC_BOOT\0SF_BOOT\0BRLYT\0\0\0MMM\1\x38\0\0\0FILE_INFO\0\0\0what a program says of images\n" * 40
