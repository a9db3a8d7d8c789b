# SPDX-License-Identifier: Apache-2.0
"""Android sparse images by img2simg; CRC chunks, which it does not write, are put behind."""
import struct
import zlib

from make import Golden, case, in_folder, noise, part, prop

RAW = noise(8192) + bytes(16384) + b"\xaa\x55\xaa\x55" * 1024 + noise(4096, b"end")


def summed(image, raw, flip=0):
	out = bytearray(image) + struct.pack("<HHIII", 0xCAC4, 0, 0, 16, zlib.crc32(raw) ^ flip)
	struct.pack_into("<I", out, 20, struct.unpack_from("<I", out, 20)[0] + 1)
	return bytes(out)


@case("android_sparse")
def images():
	image = in_folder({"raw": RAW}, ["img2simg", "raw", "out", "4096"])
	yield Golden("android_sparse", "img2simg", image + b"\xff" * 100, part("image", RAW), prop("block-size", 4096))
	yield Golden("android_sparse", "crc", summed(image, RAW), part("image", RAW), prop("crc", "ok"))
	yield Golden("android_sparse", "wrong-crc", summed(image, RAW, 1), part("image", RAW), prop("crc", "wrong"),
		("lost", "checksum of the blocks before it is wrong"))
	yield Golden("android_sparse", "cut", image[:-1000], part("image", RAW[:-1000] + bytes(1000)),
		("lost", "the image ends before the disk's contents do"))
