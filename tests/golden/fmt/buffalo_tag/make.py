# SPDX-License-Identifier: Apache-2.0
"""Buffalo's tag as its published layout has it; the sum is cksum's."""
import struct
import subprocess

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

ONE, TWO = noise(500), TEXT[:400]


def cksum(data):
	return int(subprocess.run(["cksum"], input=data, stdout=subprocess.PIPE, check=True).stdout.split()[0])


def tag(*images, all=None, sum=None, sizes=None):
	head = struct.pack(">32s32s8s8s2sI2x8s8s4s4s24x", b"WHR-G301N", b"BUFFALO", b"1.86", b"1.01", b"JP", 0, b"mlang8", b"ar71xx",
		b"hwv", b"1")
	body = b"".join(images)
	sizes = sizes or [len(i) for i in images]
	rest = struct.pack(">III4x", 0, 0, sizes[0]) if len(images) == 1 else struct.pack(">II4x", *sizes)
	size = len(head) + 8 + len(rest) + len(body) if all is None else all
	def whole(crc):
		return head + struct.pack(">II", size, crc) + rest + body
	return whole(cksum(whole(0)) if sum is None else sum)


@case("buffalo_tag")
def tags():
	told = [prop("product", "WHR-G301N"), prop("brand", "BUFFALO"), prop("version", "1.86"), prop("platform", "ar71xx")]
	yield Golden("buffalo_tag", "one", tag(ONE) + b"\xff" * 70, part("0", ONE), *told, prop("crc", "ok"))
	yield Golden("buffalo_tag", "two", tag(ONE, TWO), part("0", ONE), part("1", TWO), *told, prop("crc", "ok"))
	yield Golden("buffalo_tag", "no-sum", tag(ONE, sum=0), part("0", ONE), *told, prop("crc", "none"))
	yield Golden("buffalo_tag", "wrong", tag(ONE, sum=5), part("0", ONE), *told, prop("crc", "wrong"),
		("lost", "checksum is wrong"))
	yield Golden("buffalo_tag", "cut", tag(ONE, TWO)[:-20], part("0", ONE), part("1", TWO[:-20]), *told,
		("lost", "a part is cut off"))


@lie("buffalo_tag", "a part is cut off", "part .* /0")
def buffalo_tag_sizes_behind_the_end():
	return tag(ONE, TWO, sizes=(0x7FFFFF00, 0x100), all=0x7FFFFF00 + 0x100 + 156)


@lie("", "!type buffalo_tag")
def buffalo_tag_sizes_wrap():
	return tag(ONE, TWO, sizes=(0xFFFFFFFF, 0x65), all=156 + 100)
