# SPDX-License-Identifier: Apache-2.0
"""PFS as its published layout has it."""
import hashlib
import struct

from trees import golden, lie

FILES = [("v2k/index.htm", b"<html>golden</html>\n" * 9), ("v2k\\img\\a.gif", b"GIF89a" + bytes(40)), ("empty", b""), ("motd", b"hello\n" * 20)]


def pfs(files=FILES, width=40, magic=b"PFS/0.9", n=None, shift=0):
	table, data = b"", b""
	for i, (name, body) in enumerate(files):
		table += name.encode().ljust(width, b"\0") + struct.pack("<III", i + 1, len(data) + (shift if i else 0), len(body))
		data += body
	return magic + struct.pack("<B6xH", 0, len(files) if n is None else n) + table + data


def truth(files=FILES):
	lines = ["file - - - %d %s /%s" % (len(d), hashlib.sha256(d).hexdigest(), n.replace("\\", "/")) for n, d in files]
	return lines + ["dir - - - 0 - /v2k", "dir - - - 0 - /v2k/img"]


golden("pfs", "forty")(lambda: (pfs(), truth()))
golden("pfs", "wide")(lambda: (pfs(width=128, magic=b"PFS/1.0") + b"\xff" * 90, truth()))


@lie("pfs", "a file is cut off", "file .* /v2k/index.htm", "file .* /v2k/img/a.gif")
def pfs_cut():
	return pfs()[:-30]


@lie("", "!type pfs")
def pfs_many_files():
	return pfs(n=60000)


@lie("", "!type pfs")
def pfs_offsets_do_not_follow():
	return pfs(shift=4)


@lie("pfs", "climbs out", "file .* /v2k/index.htm")
def pfs_climbs():
	return pfs([*FILES, ("..\\..\\.config\\x.py", b"text")])
