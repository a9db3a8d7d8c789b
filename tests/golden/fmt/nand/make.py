# SPDX-License-Identifier: Apache-2.0
"""Dumps of NAND flash: images of mkfs.jffs2, ubinize and mksquashfs between out-of-band bytes of lib/nand.py."""
import random

from make import Golden, case, noise, part, prop
from trees import T, lie, pack, read, tree, trimmed
from lib import mtd, nand

LINUX = "Hamming, 1 bit in 256 bytes, in the order of Linux"
OTHER = "of a kind that is not verified, such as BCH or Reed-Solomon"


def padded(data, unit):
	return data + b"\xff" * (-len(data) % unit)


def files(n=6, size=2900):
	t = T.Tree()
	for i in range(n):
		t.file("file%d" % i, random.Random(i).randbytes(size), 0o644)
	return t


def jffs2():
	return padded(mtd.jffs2(files(4, 4000), ("-e", "16KiB", "-l", "-n", "-p")), 16384)


def told(page, spare, code):
	return prop("page-size", page), prop("out-of-band-size", spare), prop("error-correction", code)


@case("nand")
def dumps():
	image = jffs2()
	marked = nand.linux(16, base=b"\xff" * 8 + b"\x85\x19\x03\x20\x08\0\0\0")
	yield Golden("nand", "small-pages", nand.dump(image, 512, marked, 16), part("data", image), *told(512, 16, LINUX))
	squash = padded(trimmed(pack.squashfs(files(), "gzip", 4096, ())), 4096)
	yield Golden("nand", "large-pages", nand.dump(squash), part("data", padded(squash, 2048)), *told(2048, 64, LINUX))
	yield Golden("nand", "smartmedia", nand.dump(squash, 512, nand.smartmedia(), 16), part("data", squash),
		*told(512, 16, "Hamming, 1 bit in 256 bytes, in the order of SmartMedia"))
	wide = nand.linux(64, 512, places=range(2, 14))
	yield Golden("nand", "wide-steps", nand.dump(squash, 2048, wide), part("data", padded(squash, 2048)),
		*told(2048, 64, "Hamming, 1 bit in 512 bytes, in the order of Linux"))
	ubi = mtd.ubi([{"name": "one", "data": noise(13000)}], ("-p", "16KiB", "-m", "512", "-Q", "3"))
	yield Golden("nand", "ubi", nand.dump(ubi, 512, nand.bch(16, 6, 10), 16), part("data", ubi), *told(512, 16, OTHER))
	rest = padded(noise(23000), 512 * 16)
	yield Golden("nand", "looks", nand.dump(rest, 512, nand.bch(16, 6, 10), 16), part("data", rest), *told(512, 16, OTHER))
	plain = padded(noise(32768), 512 * 32)
	yield Golden("nand", "blank", nand.dump(plain, 512, nand.bch(16, 0, 0), 16), part("data", plain),
		*told(512, 16, "none in the out-of-band bytes"))
	hurt = bytearray(nand.dump(squash))
	for n, bit in enumerate((5, 2112 * 8 * 2 + 77, 2112 * 8 * 3 + 2047 * 8 + 7, (2112 * 4 + 2048 + 41) * 8)):
		hurt[bit // 8] ^= 1 << bit % 8
	yield Golden("nand", "corrected", bytes(hurt), part("data", padded(squash, 2048)), prop("corrected-bits", 3))


def sized(data, name="data", damaged=False):
	import hashlib
	return "part .* %d %s /%s%s$" % (len(data), hashlib.sha256(data).hexdigest(), name, " damaged" if damaged else "")


SQUASH = bytes(padded(trimmed(pack.squashfs(files(), "gzip", 4096, ())), 4096))


@lie("", "type nand", "codes of pages do not fit", "name=pages-wrong.value=1$", "/data damaged")
def nand_two_bits():
	"""Two bits of one step are wrong: too much to correct."""
	image = read("nand", "large-pages")
	image[2112 * 3 + 7] ^= 3
	return image


@lie("", "type nand", "name=pages-without-code.value=1$", sized(padded(SQUASH, 2048)), "!^lost")
def nand_without_code():
	image = read("nand", "large-pages")
	image[2112 * 2 + 2048:2112 * 3] = b"\xff" * 64
	return image


@lie("", "type nand", "name=bad-block.value=0x0$", "!^lost")
def nand_bad_block():
	image = read("nand", "large-pages")
	image[2048] = 0
	return image


@lie("nand", "the dump ends within a page")
def nand_cut():
	return nand.dump(SQUASH * 4)[:-100]


@lie("", "!type nand")
def nand_of_text():
	"""Lines of 528 bytes that end in the same sixteen."""
	return b"".join((b"%d " % (n * n)).ljust(512, b"-") + b"\xff" * 16 for n in range(64))


@lie("", "!type nand", "!error-correction")
def nand_few_right():
	"""Codes that fit one page in four do not bear out anything."""
	image = read("nand", "large-pages")
	for at in range(0, len(image), 2112):
		for step in range(8 if at // 2112 % 4 else 0):
			image[at + 2048 + 40 + step * 3] ^= 0x55
	return image


@lie("", "type yaffs")
def nand_of_yaffs():
	"""YAFFS needs its out-of-band bytes: a dump that begins with one is its own."""
	return read("yaffs", "v2")


@lie("", "type nand", "/data-0x0$", "/yaffs-0x8400 hint yaffs")
def nand_with_yaffs():
	"""A loader in front, a YAFFS behind it."""
	boot = nand.dump(noise(2048 * 16))
	image = bytes(read("yaffs", "v2"))
	return boot + image + b"\xff" * (-len(image) % (2112 * 16))


@lie("", "type nand", "name=page-size.value=2048$", "name=error-correction.value=of a kind")
def nand_ubi_in_sub_pages():
	"""Both headers stand in one page: the distance of blocks tells."""
	ubi = mtd.ubi([{"name": "one", "data": noise(9000)}], ("-p", "32KiB", "-m", "2048", "-s", "512", "-Q", "3"))
	return nand.dump(ubi, 2048, nand.bch(64, 2, 56), 64)


@lie("", "!type nand", "type ubi")
def nand_of_ubi():
	"""Blocks of a power of two bytes are no pages with something behind them."""
	return mtd.ubi([{"name": "one", "data": noise(66 * 15360)}], ("-p", "16KiB", "-m", "512", "-Q", "3"))
