# SPDX-License-Identifier: Apache-2.0
"""QNX's boot images, from the published layout (QNX's own header sys/startup.h); blocks are packed by lzop and libucl."""
import gzip
import runpy
import struct

from make import HERE, Golden, case, noise, part, prop
from trees import lie

PLAIN, GZIP, LZO, UCL = range(4)
IFS = runpy.run_path(str(HERE / "qnx_ifs/make.py"))
PACK = runpy.run_path(str(HERE / "qnx_deflate/make.py"))
PROGRAM = noise(1000, b"startup")


def blocks(data, pack):
	return b"".join(struct.pack(">H", len(p)) + p for p in (pack(data[i:i + 57344]) for i in range(0, len(data), 57344))) + bytes(2)


def startup(fs, how=PLAIN, big=False):
	o = ">" if big else "<"
	packed = {PLAIN: lambda: fs, GZIP: lambda: gzip.compress(fs, mtime=0), LZO: lambda: blocks(fs, PACK["lzo"]),
		UCL: lambda: blocks(fs, PACK["ucl"])}[how]()
	size = 256 + len(PROGRAM) + 4
	head = struct.pack(o + "IHBBHHIIIIIIIIIHH3I48I", 0x00FF7EEB, 1, how << 2 | 2 * big, 0, 256, 40, 0x80001000, 0, 0x80000000, 0x80000000, 1 << 20,
		size, size + len(packed), 0, len(fs), 0, 0, *[0] * 51)
	words = head + PROGRAM
	return words + struct.pack(o + "I", -sum(struct.unpack("%s%dI" % (o, len(words) // 4), words)) & 0xFFFFFFFF) + packed


def fs(big=False):
	return IFS["ifs"](IFS["made"](), big)


@case("qnx_startup")
def images():
	for name, how, big in (("plain", PLAIN, False), ("gzip", GZIP, False), ("lzo", LZO, False), ("ucl", UCL, True)):
		image = startup(fs(big), how, big)
		yield Golden("qnx_startup", name, image, part("startup", image[256:256 + len(PROGRAM) + 4]), part("imagefs", fs(big)),
			prop("machine", 40), prop("start address", "0x80001000"))


def at_packed(image, n):
	return 256 + len(PROGRAM) + 4 + n


@lie("qnx_startup", "checksum of the startup program is wrong", "/startup", "/imagefs")
def qnx_program_flipped():
	image = bytearray(startup(fs()))
	image[300] ^= 1
	return image


@lie("qnx_startup", "a packed block is damaged or cut off", "/startup", "/imagefs damaged")
def qnx_block_too_long():
	image = bytearray(startup(fs(), LZO))
	image[at_packed(image, 0)] = 0xFF
	return image


@lie("qnx_startup", "a packed block is damaged or cut off", "/imagefs damaged")
def qnx_block_overwritten():
	image = bytearray(startup(fs(), UCL))
	at = at_packed(image, 40)
	image[at:at + 40] = b"\xff" * 40
	return image


@lie("qnx_startup", "the packed file system is damaged or cut off", "/imagefs damaged")
def qnx_gzip_overwritten():
	image = bytearray(startup(fs(), GZIP))
	at = at_packed(image, 30)
	image[at:at + 40] = b"\xff" * 40
	return image


@lie("qnx_startup", "the image is cut off", "/startup", "/imagefs")
def qnx_startup_cut():
	return startup(fs())[:-100]


@lie("", "!type qnx_startup")
def qnx_no_program():
	image = bytearray(startup(fs()))
	struct.pack_into("<I", image, 32, 20)
	return image
