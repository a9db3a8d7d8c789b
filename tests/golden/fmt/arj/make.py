# SPDX-License-Identifier: Apache-2.0
"""ARJ, by arj over its methods."""
from staged import archive
from trees import T, golden, lie, lines, put, read


def files():
	t = T.Tree()
	t.file("hello.txt", "hello, world\n" * 30, 0o600)
	t.file("empty", b"", 0o644)
	t.file("sub/bytes", bytes(range(256)) * 20 + bytes(i * i % 251 for i in range(3000)), 0o755)
	return t


def arj(t, *options):
	return archive(t, "arj", "a", "-r", "-y", "-i", "-t0", *options, "OUT", "IN", out="out.arj")


def truth(t):
	return [l for l in lines(t, ids=False) if not l.startswith("dir")] + ["dir - - - 0 - /sub"]


for method in range(5):
	golden("arj", "method%d" % method)(lambda method=method: (arj(files(), "-m%d" % method), truth(files())))


@lie("arj", "the archive ends without its end mark", "/empty")
def arj_cut():
	return read("arj", "method1")[:-4]


@lie("arj", "checksum of a header is wrong", "/")
def arj_header():
	image = read("arj", "method0")
	image[image.index(b"sub/bytes")] ^= 1
	return image


@lie("arj", "contents of an entry are damaged", "/hello.txt")
def arj_contents():
	image = read("arj", "method1")
	image[-40] ^= 16
	return image
