# SPDX-License-Identifier: Apache-2.0
"""Allwinner's first program, by mkimage."""
from make import Golden, case, in_folder, noise, part, prop
from trees import lie, read


@case("egon")
def egons():
	for name, arch, skip, more in (("arm", "arm", 0x60, ["-n", "golden-board"]), ("riscv", "riscv", 0x60, [])):
		image = in_folder({"in": noise(3000)}, ["mkimage", "-A", arch, "-T", "sunxi_egon", *more, "-d", "in", "out"])
		told = [prop("sum", "ok")] + ([prop("board", "golden-board")] if more else [])
		yield Golden("egon", name, image, part("program", noise(3000).ljust(8192 - skip, b"\0")), *told)
	bad = bytearray(image)
	bad[5000] ^= 1
	yield Golden("egon", "flipped", bytes(bad), part("program", bytes(bad[0x60:])), prop("sum", "wrong"), ("lost", "checksum is wrong"))


@lie("egon", "a part is cut off")
def too_long():
	image = read("egon", "arm")
	image[18] = 4
	return image


@lie("", "!type egon")
def endless():
	image = read("egon", "arm")
	image[19] = 0x7F
	return image


@lie("", "!type egon")
def constants_only():
	return b"\0\0\0\0eGON.BT0\0SPL\0more of what a program says of images\n" * 40
