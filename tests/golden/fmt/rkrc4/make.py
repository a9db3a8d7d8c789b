# SPDX-License-Identifier: Apache-2.0
"""Boot images of Rockchip's older chips, by mkimage."""
from make import Golden, case, in_folder, noise, part, prop
from trees import lie, read


def program(data, chip):
	"""What the chip reads: its name in front, whole blocks of 2 KiB."""
	return (chip + data[4:]).ljust(-len(data) % 2048 + len(data), b"\0")


@case("rkrc4")
def images():
	data, more = noise(3000), noise(2000, b"more")
	for name, chip, tag, cipher in (("clear", "rk3399", b"RK33", "header"), ("enciphered", "rk3188", b"RK31", "header and program")):
		image = in_folder({"in": data}, ["mkimage", "-n", chip, "-T", "rksd", "-d", "in", "out"])
		yield Golden("rkrc4", name, image, part("program", program(data, tag)), prop("cipher", cipher))
	two = in_folder({"in": data, "more": more}, ["mkimage", "-n", "rk3328", "-T", "rksd", "-d", "in:more", "out"])
	yield Golden("rkrc4", "two", two, part("program", program(data, b"RK32")), part("second-stage", more.ljust(2048, b"\0")),
		prop("cipher", "header"))


@lie("rkrc4", "a part is cut off", "program")
def cut_program():
	return read("rkrc4", "clear")[:4000]


@lie("", "!type rkrc4")
def size_flipped():
	"""A size of nothing."""
	data = read("rkrc4", "clear")
	data[506] ^= 6  # the blocks there are
	data[12] ^= 4  # where they begin
	return data
