# SPDX-License-Identifier: Apache-2.0
"""Moxa's FRM as its published layout has it."""
import gzip
import hashlib
import struct

from trees import golden, lie, read

BINARY = bytes(range(250)) * 2
FILES = [(b"index.htm", gzip.compress(b"<html>golden</html>\n", mtime=0)), (b"logo.gif", b"GIF89a" + bytes(30)), (b"empty", b"")]


def files(late=False):
	n = len(FILES)
	table, data, at = b"", b"", 0x100 + 64 * n
	for name, raw in FILES:
		table += struct.pack("<48s8xII", name, len(raw), at + len(data))
		data += raw
	head = struct.pack("<32s4xIIIIIHHIHHII", b"NPort 5110", 1709294400, 0, 0, 0x100, 64 * n, 64, 0 if late else n,
		len(data), 0, n, 64 * n, 0)
	return head.ljust(0x100, b"\0") + table + data


def frm(late=False):
	second = files(late)
	sections = struct.pack("<8I", 1, 0x60, len(BINARY), 0, 2, 0x60 + len(BINARY), len(second), 0)
	return b"*FRM\0\0\0\x01" + struct.pack("<IHH", 0x60 + len(BINARY) + len(second), 0x60, 2) + bytes(48) + sections + \
		BINARY + second


def truth():
	lines = ["file - - - %d %s /%s" % (len(d), hashlib.sha256(d).hexdigest(), n.decode()) for n, d in FILES]
	return lines + ["part - - - %d %s /firmware.bin" % (len(BINARY), hashlib.sha256(BINARY).hexdigest())]


golden("moxa", "files")(lambda: (frm(), truth()))
golden("moxa", "late-count")(lambda: (frm(True), truth()))


@lie("moxa", "table of files is cut off", "file .* /index.htm", "part .* /firmware.bin")
def moxa_many_rows():
	image = read("moxa", "files")
	struct.pack_into("<H", image, 0x60 + len(BINARY) + 58, 5000)
	return image


@lie("moxa", "a file is cut off", "file .* /logo.gif")
def moxa_file_behind_the_end():
	image = read("moxa", "files")
	struct.pack_into("<I", image, 0x60 + len(BINARY) + 0x100 + 60, 0xfffffff0)
	return image
