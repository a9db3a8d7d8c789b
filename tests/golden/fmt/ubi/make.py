# SPDX-License-Identifier: Apache-2.0
"""How the golden UBI images come to be: by ubinize, and for what it cannot write, block by block."""
import struct

from make import Golden, case, noise, part, prop
from trees import lie, read
from lib import mtd

SMALL = ("-p", "4KiB", "-m", "512", "-s", "512", "-Q", "77")
LEB = 4096 - 1024


def padded(data, room=LEB):
	return data + b"\xff" * (-len(data) % room)


@case("ubi")
def ubinized():
	a, b = noise(7000, b"a"), noise(5000, b"b")
	yield Golden("ubi", "two", mtd.ubi([{"name": "kernel", "data": a, "vol_type": "static"},
		{"name": "rootfs", "data": b, "vol_size": "20KiB"}, {"name": "empty", "vol_size": "4KiB"}], SMALL),
		part("kernel", a), part("rootfs", padded(b)), prop("erase-block", 4096), prop("image-number", 77),
		prop("volume", "0 static kernel"), prop("volume", "2 dynamic empty, empty"))
	# Headers of 64 bytes directly behind each other, an alignment that leaves bytes unused, an odd block.
	room = (6144 - 128) // 1000 * 1000
	yield Golden("ubi", "odd", mtd.ubi([{"name": "odd", "data": a, "vol_alignment": 1000}], ("-p", "6KiB", "-m", "1", "-Q", "5")),
		part("odd", padded(a, room)), prop("erase-block", 6144), prop("data-offset", 128))


@lie("ubi", "file|part .* /rootfs damaged|lost ubi damaged", " 7000 .* /kernel$")
def ubi_bad_block():
	"""One block of the second volume is bad, and one is blank."""
	image = read("ubi", "two")
	at = 4096 * 5
	image[at:at + 4096] = b"\xee" * 4096
	return image


@lie("ubi", "static volume is damaged", "/kernel damaged", " /rootfs$")
def ubi_static_lacks():
	"""The last block of the static volume is blank."""
	image = read("ubi", "two")
	at = 4096 * 4
	image[at:at + 4096] = b"\xff" * 4096
	return image


@lie("ubi", "checksum of a block's data is wrong", "/kernel damaged", " /rootfs$")
def ubi_static_sum():
	image = read("ubi", "two")
	image[4096 * 2 + 1024 + 100] ^= 4
	return image


@lie("ubi", "!^lost", " 7000 .* /kernel$")
def ubi_one_table():
	"""The other copy of the table still stands."""
	image = read("ubi", "two")
	image[1024:1024 + 22016 // 8] = bytes(22016 // 8)
	return image


@lie("ubi", "no table of volumes", " /volume-0$", " /volume-1$")
def ubi_no_table():
	image = read("ubi", "two")
	for at in 0, 4096:
		image[at + 512:at + 1024] = b"\xff" * 512
	return image


def block(number, sequence, text, image=9, volume=0, **more):
	return mtd.ubi_block(2048, 64, 128, image, volume, number, sequence, text, **more)


def row(data, name, deleted=""):
	import hashlib
	return "%spart .* %d %s /%s" % (deleted, len(data), hashlib.sha256(data).hexdigest(), name)


ROOM = 2048 - 128


@lie("ubi", row(padded(b"new", ROOM) + padded(b"second", ROOM), "volume-0$"),
	row(padded(b"old", ROOM), r"volume-0.block-0 .deleted 0x\w+.$", "deleted-"))
def ubi_written_anew():
	return block(1, 3, b"second") + block(0, 7, b"new") + block(0, 2, b"old")


@lie("ubi", row(padded(b"old", ROOM), "volume-0$"))
def ubi_copy_unfinished():
	"""The newer one is a copy whose sum is wrong: power went while it was made."""
	copy = bytearray(block(0, 7, b"new", copy=1))
	copy[128] ^= 1
	return block(0, 2, b"old") + bytes(copy)


@lie("ubi", row(padded(b"one", ROOM) + b"\xff" * 2 * ROOM + padded(b"four", ROOM), "volume-0$"), "!^lost ubi damaged . an")
def ubi_missing_in_dynamic():
	return block(3, 1, b"four") + block(0, 2, b"one")


@lie("ubi", "block's number is out of range", "volume-0$")
def ubi_number_lies():
	return block(0, 1, b"one") + block(0x7FFFFFFF, 2, b"far")


@lie("ubi", "property.*fastmap.*yes", row(padded(b"one", ROOM), "volume-0$"))
def ubi_fastmap():
	return block(0, 1, b"one") + block(0, 2, b"fm", volume=0x7FFFF000) + block(0, 3, b"fm", volume=0x7FFFF001)


@lie("", " 4096 .* /ubi-0x0 ", " 4096 .* /ubi-0x1000 ")
def ubi_two_images():
	return block(0, 1, b"a") + block(1, 2, b"b") + block(0, 1, b"c", image=10) + block(1, 2, b"d", image=10)


@lie("ubi", "the first erase block is damaged", " 7000 .* /kernel$")
def ubi_first_block():
	image = read("ubi", "two")
	image[:4096] = bytes(4096)
	return image


@lie("ubi", "the image ends inside of a block", " 7000 .* /kernel$", "/rootfs damaged")
def ubi_cut():
	return read("ubi", "two")[:-1000]


def unnumbered(name, data):
	return mtd.ubi([{"name": name, "data": data}], ("-p", "4KiB", "-m", "512", "-s", "512", "-Q", "0"))


@lie("", " 12288 .* /ubi-0x0 ", " 16384 .* /ubi-0x3000 ")
def ubi_unnumbered():
	"""Two images of ubinize without a number: each has a table of its own."""
	return unnumbered("kernel", noise(2000)) + unnumbered("rootfs", noise(5000))


@lie("ubi", "!^lost", " 24576 .* /kernel$")
def ubi_table_again():
	"""The same table again is a copy of one image's block, and no other image."""
	image = unnumbered("kernel", noise(8 * 3072))
	return image + image[:8192]
