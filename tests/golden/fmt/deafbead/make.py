# SPDX-License-Identifier: Apache-2.0
"""D-Link's DEAFBEAD as its published layout has it."""
import gzip
import hashlib
import struct

from trees import golden, lie

FILES = [("web\\index.html", b"<html>golden</html>\n" * 9), ("web\\img\\logo.gif", b"GIF89a" + bytes(40)), ("motd", b"hello\n")]


def entry(name, data=None, size=None):
	if data is None:
		return b"\x86" + struct.pack("<H", len(name)) + name.encode()
	packed = gzip.compress(data, mtime=0)
	return b"\x87" + struct.pack("<H", len(name)) + name.encode() + struct.pack("<I", len(packed) if size is None else size) + packed


def deafbead(files=FILES):
	return b"\xde\xaf\xbe\xad" + entry("web") + entry("web\\img") + b"".join(entry(n, d) for n, d in files)


def truth(files=FILES):
	lines = ["file - - - %d %s /%s" % (len(d), hashlib.sha256(d).hexdigest(), n.replace("\\", "/")) for n, d in files]
	return lines + ["dir - - - 0 - /web", "dir - - - 0 - /web/img"]


golden("deafbead", "files")(lambda: (deafbead(), truth()))
golden("deafbead", "padded")(lambda: (deafbead() + b"\xff" * 100, truth()))


@lie("deafbead", "a file is damaged", "file .* /web/index.html", "/motd damaged")
def deafbead_cut():
	return deafbead()[:-10]


@lie("deafbead", "a file is damaged", "file .* /web/index.html", "/last damaged")
def deafbead_size_behind_the_end():
	return deafbead() + entry("last", b"text" * 9, 0xFFFFFFF0)[:-12]


@lie("deafbead", "climbs out", "file .* /web/index.html")
def deafbead_climbs():
	return deafbead() + entry("..\\..\\etc\\passwd", b"root")


@lie("", "!type deafbead")
def deafbead_no_names():
	return b"\xde\xaf\xbe\xad" + entry("") * 400
