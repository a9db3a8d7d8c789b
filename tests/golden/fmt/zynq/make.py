# SPDX-License-Identifier: Apache-2.0
"""Boot images of Xilinx's chips, by mkimage."""
from make import Golden, case, in_folder, noise, part, prop
from trees import lie, read


@case("zynq")
def images():
	for name in ("zynq", "zynqmp"):
		image = in_folder({"in": noise(3000)}, ["mkimage", "-T", name + "image", "-d", "in", "out"])
		yield Golden("zynq", name, image, part("program", noise(3000)), prop("header-sum", "ok"))


def summed(data):
	total = sum(int.from_bytes(data[i:i + 4], "little") for i in range(32, 72, 4))
	data[72:76] = (~total & 0xFFFFFFFF).to_bytes(4, "little")
	return data


@lie("zynq", "a part is cut off", "program")
def too_long():
	data = read("zynq", "zynqmp")
	data[67] = 0x7F
	return summed(data)


@lie("zynq", "encrypted", "program")
def encrypted():
	data = read("zynq", "zynqmp")
	data[40:44] = bytes.fromhex("a3c5c3a5")
	return summed(data)


@lie("", "!type zynq")
def header_flipped():
	data = read("zynq", "zynqmp")
	data[50] ^= 1
	return data
