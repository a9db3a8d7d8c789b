# SPDX-License-Identifier: Apache-2.0
"""TP-Link's Omada firmware as its published layout has it; with the smallest header, to be small."""
import hashlib
import json
import struct

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

KERNEL, INFO = noise(700), b'{"software-version": "1.1.0 Build 20230705 Rel.59", "firmware-id": "golden"}\n'
MAGIC = bytes.fromhex("a5a5a5a58f72632a040f860009206b51d2b7636a5a5a5a5a")


def dkmgt(flip=0, filling=bytes(40), size=None, base=None, table=None, signature=b"", head=416):
	info = struct.pack(">IIII", 0xAA55D98F, 0x04E955AA, len(INFO), 0) + INFO + filling
	rows, disk = [], b""
	for name, data in (("firmware-info", info), ("kernel", KERNEL)):
		rows.append({"name": name, "base": "0x%08x" % (len(disk) if base is None else base),
			"size": "0x%08x" % (len(data) if size is None else size)})
		disk += data
	table = json.dumps({"up-ptn-table": rows}).encode() if table is None else table
	body = table.ljust(65536, b"\0") + disk
	md5 = bytearray(hashlib.md5(body).digest())
	md5[0] ^= flip
	header = struct.pack(">24sIIII8x16s", MAGIC, 1, 0, head, (head + len(body)) & 0xFFFFFFFF, bytes(md5)).ljust(304, b"\0") + signature
	return header.ljust(416, b"\0") + body


@case("dkmgt")
def images():
	parts = [part("firmware-info", INFO), part("kernel", KERNEL)]
	yield Golden("dkmgt", "image", dkmgt(signature=noise(112)), *parts, prop("md5", "ok"), prop("version", "1"),
		prop("signed", "yes, not verified"))


@lie("dkmgt", "MD5 is wrong", "part .* /kernel")
def dkmgt_damaged():
	return dkmgt(1)


@lie("dkmgt", "part .* /gap-0x", "part .* /firmware-info", "part .* /kernel")
def dkmgt_hidden():
	return dkmgt(filling=noise(300))


@lie("dkmgt", "a part is cut off", "part .* /firmware-info")
def dkmgt_long_part():
	return dkmgt(size=0xFFFFFF00)


@lie("dkmgt", "a part lies behind the end")
def dkmgt_part_behind_the_end():
	return dkmgt(base=0xFFFFFF00)


@lie("dkmgt", "table of partitions is damaged")
def dkmgt_no_table():
	return dkmgt(table=b"{" * 4000)


@lie("dkmgt", "more partitions than there may be")
def dkmgt_many_parts():
	return dkmgt(table=json.dumps({"up-ptn-table": [{"name": "a", "base": "0x0", "size": "0x0"}] * 1000}).encode())


@lie("dkmgt", "a partition lacks its name, base or size")
def dkmgt_nameless():
	return dkmgt(table=b'{"up-ptn-table":[{"name":5,"base":"0x0","size":"0x10"},{"name":"a","base":"x","size":"0x10"}]}')


@lie("", "!type dkmgt")
def dkmgt_long_header():
	return dkmgt(head=0xFFFFFF00)


@lie("dkmgt", "image is cut off", "part .* /firmware-info")
def dkmgt_cut_off():
	return dkmgt()[:-300]
