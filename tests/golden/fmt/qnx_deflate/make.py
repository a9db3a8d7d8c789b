# SPDX-License-Identifier: Apache-2.0
"""Files packed by QNX's deflate, from the published layout; blocks are packed by lzop and libucl."""
import ctypes
import struct

from make import TEXT, Golden, case, noise, part, prop, run
from trees import lie

LZO, UCL = 0, 1


def lzo(data):
	"""One block of LZO1X, out of a file of lzop, which leaves as it is what does not get smaller."""
	z = run("lzop", "-9", "-c", "--no-name", "--no-checksum", input=data)
	at = 9 + 2 * 3 + 2 + 4 * 4
	at += 1 + z[at] + 4
	n, packed = struct.unpack_from(">II", z, at)
	assert n == len(data)
	body = z[len(z) - 4 - packed:-4]
	return body if packed < n else literals(body)


def literals(data):
	"""LZO1X that is one run of literals, and its end mark."""
	if len(data) <= 238:
		return bytes([17 + len(data)]) + data + b"\x11\0\0"
	zeros, rest = divmod(len(data) - 18 - 1, 255)
	return b"\0" + bytes(zeros) + bytes([rest + 1]) + data + b"\x11\0\0"


def ucl(data):
	lib = ctypes.CDLL("libucl.so.1")
	out, n = ctypes.create_string_buffer(len(data) * 2 + 256), ctypes.c_uint(0)
	assert lib.ucl_nrv2b_99_compress(data, ctypes.c_uint(len(data)), out, ctypes.byref(n), None, ctypes.c_int(9), None, None) == 0
	return out.raw[:n.value]


def deflated(data, how, block=4096):
	out, before, size_before = b"iwlyfmbp" + struct.pack("<IHBB", len(data), block, how, 0), 0, 0
	for i in range(0, len(data), block):
		piece = data[i:i + block]
		packed = (ucl if how == UCL else lzo)(piece)
		out += struct.pack("<HHHH", before, len(packed) + 8, size_before, len(piece)) + packed
		before, size_before = len(packed) + 8, len(piece)
	return out + struct.pack("<HHHH", before, 0, size_before, 0)


DATA = TEXT[:2900] + noise(2000) + bytes(6000) + TEXT


@case("qnx_deflate")
def files():
	yield Golden("qnx_deflate", "lzo", deflated(DATA, LZO), part("*", DATA), prop("packing", "LZO1X"))
	yield Golden("qnx_deflate", "ucl", deflated(DATA, UCL), part("*", DATA), prop("packing", "UCL (NRV2B)"))


@lie("qnx_deflate", "a packed block is damaged or cut off")
def qnx_block_flipped():
	image = bytearray(deflated(DATA, UCL))
	image[40:60] = b"\xff" * 20
	return image


@lie("qnx_deflate", "a packed block is damaged or cut off", "blocks are missing")
def qnx_deflate_cut():
	return deflated(DATA, LZO)[:-900]


@lie("", "!type qnx_deflate")
def qnx_deflate_sizes():
	"""A size that the blocks do not give."""
	image = bytearray(deflated(DATA, LZO))
	image[9] ^= 1
	return image


@lie("", "!type qnx_deflate")
def qnx_deflate_magic():
	return b"iwlyfmbp" * 60
