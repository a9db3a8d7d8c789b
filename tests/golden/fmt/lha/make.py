# SPDX-License-Identifier: Apache-2.0
"""LHA, by jlha over its header levels; nothing of Unix but the time is kept by it."""
from staged import archive
from trees import T, golden, lie, lines, read


def files():
	t = T.Tree()
	t.file("hello.txt", "hello, world\n" * 20)
	t.file("empty", b"")
	t.file("bytes", bytes(range(256)) * 30)
	return t


for level in (0, 1, 2):
	def make(level=level):
		return archive(files(), "jlha", "-a%dq" % level, "OUT", "IN", out="out.lzh"), lines(files(), owners=False)
	golden("lha", "level%d" % level)(make)


@lie("lha", "the archive is cut off", "/bytes")
def lha_cut():
	return read("lha", "level2")[:-40]
