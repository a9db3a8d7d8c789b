# SPDX-License-Identifier: Apache-2.0
"""TRX images that lie; the others are made where streams and boot images are."""
import struct

from trees import lie, read


def changed(at, *values, name="v1"):
	image = read("trx", name)
	struct.pack_into("<%dI" % len(values), image, at, *values)
	return image


@lie("trx", "image is cut off", "part .* 100 .* /0", "part .* /2")
def trx_size_behind_the_end():
	return changed(4, 0xFFFFFFF0)


@lie("", "!type trx")
def trx_part_behind_the_end():
	return changed(20, 0xFFFFFFF0)


@lie("", "!type trx")
def trx_part_in_the_header():
	return changed(16, 4)


@lie("trx", "checksum is wrong", "part .* /0", "part .* /1")
def trx_parts_the_same():
	return changed(20, 28)


@lie("trx", "checksum is wrong", "part .* /0", "part .* /1", "part .* /2")
def trx_parts_turned_around():
	image = read("trx", "v1")
	a, b, c = struct.unpack_from("<3I", image, 16)
	struct.pack_into("<3I", image, 16, c, b, a)
	return image


@lie("", "!type trx")
def trx_no_parts():
	return changed(16, 0, 0, 0)


@lie("", "!type trx")
def trx_unknown_version():
	image = read("trx", "v1")
	struct.pack_into("<H", image, 14, 9)
	return image
