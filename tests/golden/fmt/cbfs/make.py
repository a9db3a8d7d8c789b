# SPDX-License-Identifier: Apache-2.0
"""Files of coreboot images, written by cbfstool."""
import lzma
import struct

from make import TEXT, in_folder
from trees import T, golden, lie, read

LAYOUT = b"FLASH@0 %dK { COREBOOT(CBFS)@0 %dK FMAP@%dK 1K }\n"
PROGRAM = b"void _start(void) { for (;;) ; }\nchar data[3000] = \"hello\";\nint more[100];\n"
BUILD = ["gcc", "-Os", "-nostdlib", "-static", "-Wl,--build-id=none", "-no-pie", "-Wl,-Ttext=0x100000",
	"-fcf-protection=none", "-fno-asynchronous-unwind-tables", "-Wl,-N", "-s", "-o", "prog", "prog.c"]


def cbfs(commands, kib=16, files=None, keep=None):
	"""What the region COREBOOT holds after these commands of cbfstool."""
	layout = LAYOUT % (kib + 1, kib, kib)
	do = [["cbfstool", "rom", *c] for c in commands]
	return in_folder({"fmd": layout, "text": TEXT, "prog.c": PROGRAM, **(files or {})}, BUILD, ["fmaptool", "fmd", "fmap"],
		["cbfstool", "rom", "create", "-M", "fmap", "-r", "COREBOOT"], *do, ["cp", "rom", "out"],
		*([keep] if keep else []))[:kib << 10]


def end(image):
	"""Where the free space at the end stops being looked at: what cbfstool counts in."""
	at = image.rindex(b"LARCHIVE")
	return at + sum(struct.unpack_from(">I", image, at + i)[0] for i in (8, 20))


def row(path, data=None):
	if data is None:
		return "dir - - - 0 - /" + path
	return "file - - - %d %s /%s" % (len(data), T.sha256(data), path)


RAW = [["add", "-f", "text", "-n", "raw/" + c, "-t", "raw", "-c", c, "-A", h]
	for c, h in (("none", "sha1"), ("LZMA", "sha256"), ("LZ4", "sha512"))]


@golden("cbfs", "raw")
def raw():
	image = cbfs(RAW + [["add-int", "-i", "1234567", "-n", "etc/int"], ["add-master-header"]])
	master = image[image.index(b"ORBC"):][:32]
	return image[:end(image)], [row("raw"), row("etc"), row("etc/int", struct.pack("<Q", 1234567)), row("cbfs master header", master),
		*(row("raw/" + c, TEXT) for c in ("none", "LZMA", "LZ4"))]


@golden("cbfs", "removed")
def removed():
	image = cbfs(RAW + [["remove", "-n", "raw/LZMA"]], kib=8)
	return image[:end(image)], [row("raw"), *(row("raw/" + c, TEXT) for c in ("none", "LZ4"))]


@golden("cbfs", "deleted")
def deleted():
	"""As older tools remove: the type alone says it."""
	image = bytearray(cbfs(RAW, kib=8))
	at = image.index(b"raw/LZ4\0") - 24
	image[at + 12:at + 16] = bytes(4)
	image[at:at + 512] = image[at:at + 512].replace(b"BCZL", b"ZZZZ")
	return bytes(image[:end(image)]), [row("raw"), *(row("raw/" + c, TEXT) for c in ("none", "LZMA"))]


@lie("cbfs", r"^deleted-file .* 400 [0-9a-f]+ /raw/LZ4 \(deleted 0x[0-9a-f]+\)$", "!^file .*LZ4")
def deleted_is_told():
	return read("cbfs", "deleted")


def flat(name, c):
	return ["add-flat-binary", "-f", "text", "-n", name, "-l", "0x10000", "-e", "0x10040", "-c", c]


@golden("cbfs", "payload")
def payload():
	image = cbfs([flat("fallback/payload", "LZMA"), flat("plain", "none")], kib=8)
	return image[:end(image)], [row("fallback"), row("fallback/payload"), row("fallback/payload/0-code", TEXT), row("plain"),
		row("plain/0-code", TEXT)]


@lie("cbfs", "digest of a file is wrong", "raw/LZ4", "etc/int", "a packed file is damaged")
def data_flipped():
	image = read("cbfs", "raw")
	at = image.index(b"raw/LZMA\0") - 24
	image[at + struct.unpack_from(">I", image, at + 20)[0] + 200] ^= 0x55
	return image


@lie("cbfs", "attributes are damaged", "raw/LZMA")
def attribute_too_long():
	image = read("cbfs", "raw")
	at = image.index(b"BCZL")
	image[at + 4:at + 8] = b"\x7f\xff\xff\xff"
	return image


@lie("cbfs", "packed in a way that is not known", "raw/LZ4")
def packing_unknown():
	image = read("cbfs", "raw")
	image[image.index(b"BCZL") + 11] = 9
	return image


@lie("cbfs", "segments of a payload are damaged", "plain/0-code")
def segment_unknown():
	image = read("cbfs", "payload")
	at = image.index(b"ENTR")
	image[at:at + 4] = b"EVIL"
	return image


@lie("cbfs", "a segment runs past its payload", "plain/0-code")
def segment_too_long():
	image = read("cbfs", "payload")
	image[image.index(b"CODE") + 20] = 0x7F
	return image


@lie("cbfs", "segments of a payload lie over each other", "file .* 10240 .*/plain/0-code", "!plain/2-code")
def segments_share():
	"""The same packed bytes for each segment: work for as many payloads as there are segments."""
	code = bytes(range(256)) * 40
	packed = lzma.compress(code, format=lzma.FORMAT_ALONE)
	n = 4 * 28
	head = b"".join(struct.pack(">4sIIQII", b"CODE", 1, n, 0, len(packed), len(code)) for _ in range(3))
	head += struct.pack(">4sIIQII", b"ENTR", 0, 0, 0, 0, 0)
	name = b"plain\0\0\0"
	data = head + packed
	return b"LARCHIVE" + struct.pack(">IIII", len(data), 0x20, 0, 24 + len(name)) + name + data


@lie("cbfs", "a file is cut off", "raw/none")
def file_too_long():
	image = read("cbfs", "raw")
	image[image.index(b"raw/LZMA\0") - 16] = 0x7F
	return image


@lie("", "!type cbfs")
def constants_only():
	"""What a program holds of it."""
	return b"LARCHIVE\0ORBC\0LARCHIVE %s\n\0more text of a program, and more, and more" * 20
