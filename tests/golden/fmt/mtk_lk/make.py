# SPDX-License-Identifier: Apache-2.0
"""Parts of MediaTek's boot loader, by mkimage; with the longer header from the published layout."""
import struct

from make import Golden, case, in_folder, noise, part, prop
from trees import lie, read


@case("mtk_lk")
def images():
	data = in_folder({"in": noise(700)}, ["mkimage", "-T", "mtk_image", "-a", "0x41e00000", "-n", "lk=1", "-d", "in", "out"])
	yield Golden("mtk_lk", "plain", data, part("U-Boot", noise(700)), prop("name", "U-Boot"), prop("load", "0x41e00000"))
	head = struct.pack("<II32sII", 0x58881688, 700, b"tee", 0xFFFFFFFF, 0xFFFFFFFF) + struct.pack("<8I", 0x58891689, 512, 1, 0x12, 0, 16, 0, 0)
	yield Golden("mtk_lk", "longer", head.ljust(512, b"\xff") + noise(700), part("tee", noise(700)), prop("image-type", "0x00000012"))


@lie("mtk_lk", "a part is cut off", "U-Boot")
def too_long():
	data = read("mtk_lk", "plain")
	data[6] = 1
	return data


@lie("", "!type mtk_lk")
def header_not_filled():
	data = read("mtk_lk", "plain")
	data[100] = 7
	return data


@lie("", "!type mtk_lk")
def four_gib():
	data = read("mtk_lk", "longer")
	data[72] = 1  # the size's high half
	return data


@lie("", "!type mtk_lk")
def name_not_text():
	data = read("mtk_lk", "longer")
	data[9] = 1
	return data
