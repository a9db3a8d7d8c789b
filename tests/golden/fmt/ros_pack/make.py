# SPDX-License-Identifier: Apache-2.0
"""ROS firmware as its published layout has it."""
import struct

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

CODE, WEB = noise(400), TEXT[:600]
TIME = struct.pack("<6BH", 52, 46, 11, 0, 20, 3, 2007)


def ros(second=False, flip=0, head=0, n=None, at=None, size=None, files=((b"code", CODE, True), (b"web", WEB, False))):
	start = (80 if second else 48) + 32 * len(files)
	magic, index = (b"BL01", b"2.00") if second else (b"LS23", b"1.01")
	rows, body = b"", b""
	for name, data, inner in files:
		if inner:
			data = magic + index + TIME + struct.pack("<IIII", 0, 4 * len(data), 0, 0) + data
		rows += struct.pack("<16sIIII", name, start + len(body) if at is None else at, len(data) if size is None else size, 0, 0)
		body += data
	all = rows + body
	count = len(files) if n is None else n
	if not second:
		return magic + index + TIME + struct.pack("<II4sIIIII", len(all), sum(all) + flip, b"PACK", 0, count, 48, 0, 0) + all
	header = bytearray(magic + index + struct.pack("<IIII4sIII", 80, 0, len(all), 0, b"PACK", 0, count, 0) + TIME +
		struct.pack("<IIII16s", len(all), sum(all) + flip, 0, 0, b"2.0.0.73"))
	struct.pack_into("<I", header, 12, 0xFFFFFFFF - sum(header) - head)
	return bytes(header) + all


@case("ros_pack")
def images():
	parts = [part("code", CODE), part("web", WEB)]
	told = [prop("built", "2007-03-20 11:46:52"), prop("unpacked", "1600")]
	yield Golden("ros_pack", "first", ros(), *parts, *told, prop("family", "LS23"), prop("sum", "ok"))
	yield Golden("ros_pack", "second", ros(True), *parts, *told, prop("family", "BL01"), prop("version", "2.0.0.73"),
		prop("sum", "ok"), prop("header-sum", "ok"))
	yield Golden("ros_pack", "wrong", ros(True, 1, 1), *parts, *told, prop("sum", "wrong"), prop("header-sum", "wrong"),
		("lost", "sum of the files is wrong"), ("lost", "sum of the header is wrong"))


@lie("ros_pack", "a part lies behind the end")
def ros_pack_file_behind_the_end():
	return ros(at=0xFFFFFF00)


@lie("", "!type ros_pack")
def ros_pack_file_in_the_header():
	return ros(at=4)


@lie("", "!type ros_pack")
def ros_pack_many_files():
	return ros(n=0x10000)


@lie("ros_pack", "a part is cut off", "part .* /web")
def ros_pack_long_file():
	return ros(size=0xFFFFFF00)


@lie("ros_pack", "image is cut off", "part .* /code")
def ros_pack_cut_off():
	return ros()[:-100]
