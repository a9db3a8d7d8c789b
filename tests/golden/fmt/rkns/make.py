# SPDX-License-Identifier: Apache-2.0
"""Boot images of Rockchip's newer chips, by mkimage."""
from make import Golden, case, in_folder, noise, part, prop
from trees import lie, read


@case("rkns")
def images():
	image = in_folder({"in": noise(3000), "more": noise(2000, b"more")}, ["mkimage", "-n", "rk3568", "-T", "rksd", "-d", "in:more", "out"])
	told = [prop("header-digest", "ok"), prop("image-0", "ok"), prop("image-1", "ok")]
	both = [part("image-0", noise(3000).ljust(4096, b"\0")), part("image-1", noise(2000, b"more").ljust(4096, b"\0")[:2048])]
	yield Golden("rkns", "two", image, *both, *told)
	bad = bytearray(image)
	bad[2048 + 9] ^= 1
	yield Golden("rkns", "flipped", bytes(bad), part("image-0", bytes(bad[2048:2048 + 4096])), both[1], prop("image-0", "wrong"),
		("lost", "digest of an image is wrong"))


@lie("rkns", "digest of the header is wrong", "image-1")
def header_flipped():
	data = read("rkns", "two")
	data[200] ^= 1
	return data


@lie("rkns", "a part is cut off", "image-1")
def too_long():
	data = read("rkns", "two")
	data[123] = 0x7F
	return data


@lie("", "!type rkns")
def many():
	data = read("rkns", "two")
	data[10] = 0x7F
	return data
