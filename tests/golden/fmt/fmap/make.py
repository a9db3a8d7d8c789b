# SPDX-License-Identifier: Apache-2.0
"""Flash images with an FMAP, laid out by fmaptool and cbfstool."""
import struct

from make import Golden, case, in_folder, noise, part, prop
from trees import lie, read

LAYOUT = b"""FLASH@0 12K {
	RW@0 8K { COREBOOT(CBFS)@0 3K B@3K 1K C(PRESERVE)@4K 4K { C1@0 2K C2@2K 2K } }
	FMAP@8K 1K
	RO@9K 3K
}
"""
AREAS = {"COREBOOT": (0, 3072), "B": (3072, 1024), "C1": (4096, 2048), "C2": (6144, 2048), "RO": (9216, 3072)}


def image(layout=LAYOUT, areas=AREAS):
	fill = [["sh", "-c", "cbfstool rom write -F -r %s -f %s" % (n, n)] for n in areas if n != "COREBOOT"]
	files = {n: noise(size, n.encode()) for n, (_, size) in areas.items()}
	return in_folder({"fmd": layout, **files}, ["fmaptool", "fmd", "fmap"],
		["cbfstool", "rom", "create", "-M", "fmap", "-r", "COREBOOT"], *fill, ["cp", "rom", "out"])


@case("fmap")
def maps():
	def parts(flash, names=AREAS, base=0):
		return [part(n, flash[a - base:a - base + s]) for n, (a, s) in AREAS.items() if n in names]
	flash = image()
	told = [prop("name", "FLASH"), prop("version", "1.1"), prop("area RW", "0x0+0x2000")]
	yield Golden("fmap", "nested", flash, *parts(flash), *told, prop("area C", "0x1000+0x1000 kept"))
	yield Golden("fmap", "piece", flash[4096:], *parts(flash[4096:], ("C1", "C2", "RO"), 4096), *told)
	yield Golden("fmap", "cut", flash[:9216], *parts(flash, ("COREBOOT", "B", "C1", "C2")), ("lost", "an area lies behind the end"))


@lie("", "!type fmap")
def area_outside():
	flash = read("fmap", "nested")
	at = flash.index(b"C1\0")
	flash[at - 5] = 0x7F
	return flash


@lie("", "!type fmap")
def too_many():
	flash = read("fmap", "nested")
	at = flash.index(b"__FMAP__")
	flash[at + 54:at + 56] = b"\xff\xff"
	return flash


@lie("fmap", "area B", "area RO", "!C1-")
def same_twice():
	"""Areas that hold each other come out once."""
	flash = read("fmap", "nested")
	at = flash.index(b"C2\0") - 8
	flash[at:at + 8] = flash[flash.index(b"C1\0") - 8:][:8]
	return flash


@lie("", "!type fmap")
def constants_only():
	return b"__FMAP__\0__FMAP__ of %s\n\0" * 400


@lie("fmap", "limit .* areas that lie over each other were left out", "part .* /a00$", "!part .* /a09$")
def over_each_other():
	"""Areas of almost all of the flash, none of which lies in another."""
	areas = b"".join(struct.pack("<II32sH", 16 * i, 65536 - 1024, b"a%02d" % i, 0) for i in range(10))
	head = b"__FMAP__" + struct.pack("<BBQI32sH", 1, 1, 0, 65536, b"FLASH", 10)
	return (head + areas).ljust(65536, b"\x55")
