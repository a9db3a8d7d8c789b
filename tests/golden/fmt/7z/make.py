# SPDX-License-Identifier: Apache-2.0
"""7z, by 7-Zip's own program over its methods, and by bsdtar."""
from staged import archive, from_tar, plain
from trees import T, golden, lie, lines, put, read


def seven(t, *options):
	return archive(t, "7z", "a", "-snl", "-mtc=off", "-mta=off", *options, "OUT", "IN", out="out.7z")


def by_7z(name, *options):
	@golden("7z", name)
	def make():
		return seven(plain(), *options), lines(plain(), ids=False)


for method in ("lzma", "lzma2", "ppmd", "bzip2", "deflate", "copy"):
	by_7z(method, "-m0=" + method)
by_7z("plain-header", "-m0=lzma", "-mhc=off", "-ms=off")


@golden("7z", "bsdtar")
def by_bsdtar():
	"""It puts directories last, so that they are implied at first."""
	image = from_tar(plain(), "bsdtar", "-b", "1", "-cf", "-", "--format", "7zip", "@-")
	return image, lines(plain(), ids=False) + ["dir - - - 0 - /dir"]


@golden("7z", "names")
def names():
	t = T.Tree()
	t.file("gr\u00fc\u00dfe/\u65e5\u672c", b"x" * 100, 0o600)
	return seven(t), lines(t, ids=False)


@lie("7z", "the archive is cut off: its header stood at its end")
def sevenzip_cut():
	return read("7z", "lzma")[:-20]


@lie("7z", "the header's checksum is wrong")
def sevenzip_header():
	image = read("7z", "plain-header")
	image[-3] ^= 1
	return image


@lie("7z", "lost 7z damaged", "/dir/hello")
def sevenzip_contents():
	image = read("7z", "plain-header")
	image[40:44] = b"\xff" * 4
	return image


@lie("", "!type 7z")
def sevenzip_start():
	return put(read("7z", "lzma"), 12, "Q", 1 << 62)
