# SPDX-License-Identifier: Apache-2.0
"""lrzip, by lrzip itself; two files of one chunk put together are one of two, as `lrzip -d` agrees (tests/writers)."""
import hashlib
import struct

from make import TEXT, Golden, case, in_folder, noise, part, prop
from trees import lie

HEADER, MD5 = 24, 16
REPEATS = noise(300) + b"abc" * 200 + noise(300) + noise(250, b"other") + noise(200)


def lrzip(*options, data=TEXT):
	return in_folder({"in": data}, ["lrzip", "-q", "-f", *options, "-o", "out", "in"])


def joined(*parts):
	"""Files of one chunk each (and what went in) as one file of several chunks."""
	data = b"".join(plain for _, plain in parts)
	out = bytearray(parts[0][0][:HEADER])
	struct.pack_into("<Q", out, 6, len(data))
	for i, (image, _) in enumerate(parts):
		chunk = bytearray(image[HEADER:-MD5])
		chunk[1] = i == len(parts) - 1
		out += chunk
	return bytes(out) + hashlib.md5(data).digest()


def blocks(image, stream):
	"""Where the blocks of a stream of the first chunk stand."""
	width = image[HEADER]
	base = HEADER + 2 + width
	number = lambda at: int.from_bytes(image[at:at + width], "little")
	place = number(base + stream * (1 + 3 * width) + 1 + 2 * width)
	while place:
		yield base + place
		place = number(base + place + 1 + 2 * width)


def changed(image, at, new):
	return image[:at] + new + image[at + len(new):]


@case("lrzip")
def lrzips():
	told = [prop("version", "0.6"), prop("md5", "ok")]
	for name, options in (("stored", ["-n"]), ("gzip", ["-g"]), ("bzip2", ["-b"]), ("lzo", ["-l"]), ("lzma", [])):
		yield Golden("lrzip", name, lrzip(*options), part("*", TEXT), *told)
	yield Golden("lrzip", "repeats", lrzip("-n", data=REPEATS), part("*", REPEATS), *told)
	yield Golden("lrzip", "padded", lrzip("-g") + b"\xff" * 200, part("*", TEXT), *told)
	yield Golden("lrzip", "empty", lrzip("-n", data=b""), part("*", b""), *told)
	two = joined((lrzip("-n", data=REPEATS), REPEATS), (lrzip("-n", data=TEXT), TEXT))
	yield Golden("lrzip", "chunks", two, part("*", REPEATS + TEXT), *told)
	wrong = bytearray(lrzip("-n"))
	wrong[-1] ^= 1
	yield Golden("lrzip", "wrong", bytes(wrong), part("*", TEXT), prop("md5", "wrong"),
		("lost", "the MD5 of the file is wrong"))


@lie("", "type lrzip", "lost .* unsupported .* packed by ZPAQ", "!part")
def lrzip_of_zpaq():
	return lrzip("-z")


@lie("", "type lrzip", "lost .* the stream is encrypted", "!part")
def lrzip_encrypted():
	return changed(changed(lrzip("-n", data=b"x" * 100), 22, b"\1"), HEADER, b"\x08\x01")


@lie("lrzip", "lost .* a block is damaged or cut off", "lost .* commands are missing")
def lrzip_commands_that_do_not_decode():
	image = lrzip("-g")
	return changed(image, next(blocks(image, 0)) + 9, b"\xff" * 8)


@lie("lrzip", "lost .* a block is damaged or cut off", "part .* 2940 .* damaged")
def lrzip_bytes_that_do_not_decode():
	"""What the commands say still has its length."""
	image = lrzip("-g")
	return changed(image, next(blocks(image, 1)) + 9, b"\xff" * 8)


@lie("lrzip", "lost .* commands ask for bytes that are not there", "part .* 1650 .* damaged")
def lrzip_copy_from_before_the_chunk():
	"""What is copied comes from a chunk before, where no match may point."""
	image = lrzip("-n", data=REPEATS)
	at = next(blocks(image, 0)) + 1 + 3 * image[HEADER]
	assert image[at] == 0 and image[at + 3] == 1, image[at:at + 8].hex()
	return changed(image, at + 6, b"\xff\xff")


@lie("lrzip", "lost .* commands ask for bytes that are not there")
def lrzip_copy_of_itself():
	image = lrzip("-n", data=REPEATS)
	at = next(blocks(image, 0)) + 1 + 3 * image[HEADER]
	return changed(image, at + 6, b"\0\0")


@lie("lrzip", "lost|limit")
def lrzip_block_of_many_bytes():
	"""A block that says it is 4 GiB, packed in few bytes."""
	image = lrzip("-g", data=TEXT)
	wide = bytearray(image[:HEADER]) + b"\x08\x01" + struct.pack("<QBQQQBQQQ", 0, 3, 0, 0, 50, 3, 0, 0, 100)
	wide += struct.pack("<BQQQ", 7, 10, 1 << 32, 0) + bytes(10) + bytes(15)
	return bytes(wide) + struct.pack("<BQQQ", 3, 3, 3, 0) + b"abc" + bytes(16)


@lie("lrzip", "lost .* a chunk is damaged or cut off|lost .* a block runs past the end")
def lrzip_blocks_that_go_back():
	"""A block whose next is itself."""
	image = lrzip("-n", data=REPEATS)
	width, first = image[HEADER], next(blocks(image, 0))
	return changed(image, first + 1 + 2 * width, (first - HEADER - 2 - width).to_bytes(width, "little"))


@lie("lrzip", "lost .* cut off", "damaged")
def lrzip_cut_off():
	return lrzip("-n", data=REPEATS)[:-200]


@lie("", "!type lrzip")
def lrzip_of_no_width():
	return changed(lrzip("-n"), HEADER, b"\x09")


@lie("", "!type lrzip")
def lrzip_in_a_program():
	"""The magic among other texts, as a program has it."""
	return noise(64) + b"LRZI\0\6" + b"\0" * 40 + b"text\0more text\0" + noise(300)
