# SPDX-License-Identifier: Apache-2.0
"""Cabinets, by gcab; with LZX there is no free writer."""
from staged import archive
from trees import T, golden, lie, lines, put, read


def files():
	t = T.Tree()
	t.file("hello", "hello, world\n")
	t.file("empty", b"")
	t.file("sub/deep/bytes", bytes(range(256)) * 30)
	t.file("sub/gr\u00fc\u00dfe", "text\n")
	return t


def cabinet(t, *options):
	return archive(t, "gcab", "-c", *options, "OUT", *[e.path for e in t if e.type == T.FILE], out="out.cab")


def truth(t):
	return [l for l in lines(t, owners=False) if not l.startswith("dir")] + [
		"dir - - - 0 - /" + e.path for e in t if e.type == T.DIR and e.path]


for name, options in (("stored", ()), ("mszip", ("-z",))):
	golden("cab", name)(lambda options=options: (cabinet(files(), *options), truth(files())))


@lie("cab", "the cabinet is cut off", "/hello")
def cab_cut():
	return read("cab", "stored")[:-2000]


@lie("cab", "part of a set")
def cab_set():
	image = read("cab", "stored")
	return put(image, 30, "H", 2)


@lie("cab", "lost cab damaged")
def cab_data():
	image = read("cab", "mszip")
	image[-30:-10] = bytes(20)
	return image
