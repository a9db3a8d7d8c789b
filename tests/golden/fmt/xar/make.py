# SPDX-License-Identifier: Apache-2.0
"""xar, by bsdtar out of a tar archive."""
import re
import zlib

from staged import from_tar
from trees import golden, lie, lines, read, tree


def kept():
	"""What bsdtar puts into a xar archive: no hard links, and permissions without setuid and setgid."""
	t = tree("fifo", "node", "hard")
	for e in t:
		e.mode &= 0o777
	return t


def trimmed(image):
	"""Without what bsdtar leaves behind the heap: more of its scratch file, and padding."""
	heap = 28 + int.from_bytes(image[8:16], "big")
	table = zlib.decompress(image[28:heap]).decode()
	return image[:heap + max(int(n) + int(at) for n, at in re.findall(r"<length>(\d+)</length>\s*<offset>(\d+)<", table))]


def by_bsdtar(name, *options):
	@golden("xar", name)
	def make():
		t = kept()
		image = trimmed(from_tar(t, "bsdtar", "-b", "1", "-cf", "-", "--format", "xar", *options, "@-"))
		return image, lines(t)


by_bsdtar("gzip")
by_bsdtar("xz", "--options", "compression=xz")
by_bsdtar("bzip2", "--options", "compression=bzip2")
by_bsdtar("stored", "--options", "compression=none")


@lie("xar", "the archive is cut off", "/dir/hello")
def xar_cut():
	return read("xar", "stored")[:-100]


@lie("xar", "checksum of the table of contents is wrong")
def xar_table():
	image = read("xar", "gzip")
	heap = 28 + int.from_bytes(image[8:16], "big")
	image[heap] ^= 1
	return image
