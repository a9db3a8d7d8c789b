# SPDX-License-Identifier: Apache-2.0
"""D-Link's FPKG and CPKG as their published layouts have them."""
import hashlib
import struct

from trees import golden, lie

FILES = [("kernel.img", 0x100, bytes(range(250)) * 2), ("config", 0x100, b"lines\n" * 30), ("md5", 0x102, b"0" * 32), ("sig", 0x103, b"s" * 64)]


def entry(name, kind, data, size=None, head=28):
	return struct.pack(">IHHI16s", head, kind, 0, len(data) if size is None else size, name.encode()) + data


def fpkg(files=FILES, magic=b"FPKG", first=None):
	model = b"DFL-860E" if magic == b"FPKG" else b""
	more = struct.pack(">II", 1, len(model)) + model if model else b""
	return magic + struct.pack(">4sI", b"\1\0\0\0", 12 + len(more) if first is None else first) + more + \
		b"".join(entry(*f) for f in files)


def truth(files=FILES):
	return ["file - - - %d %s /%s" % (len(d), hashlib.sha256(d).hexdigest(), n) for n, _, d in files]


golden("fpkg", "fpkg")(lambda: (fpkg(), truth()))
golden("fpkg", "cpkg")(lambda: (fpkg(magic=b"CPKG") + b"\xff" * 80, truth()))


@lie("fpkg", "a file is cut off", "file .* /kernel.img", "file .* /last")
def fpkg_size_behind_the_end():
	return fpkg() + entry("last", 0x100, b"abc", 0xFFFFFFF0)


@lie("fpkg", "file .* /kernel.img", "!/other")
def fpkg_other_header():
	return fpkg() + entry("other", 0x100, b"abc", head=12)


@lie("", "!type fpkg")
def fpkg_first_behind_the_end():
	return fpkg(first=0xFFFFFFF0)


@lie("", "!type fpkg")
def fpkg_first_in_the_header():
	return fpkg(first=0)
