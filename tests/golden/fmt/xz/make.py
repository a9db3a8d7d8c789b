# SPDX-License-Identifier: Apache-2.0
"""Streams that lie: what is cut off behind its middle comes out as far as it is there, and that is told."""
import hashlib
import zlib

from trees import lie, pack

WORDS = b"".join(b"%d %s\n" % (i, hashlib.sha256(b"%d" % i).hexdigest().encode()) for i in range(15000))
TOOLS = {"bzip2": ["bzip2", "-1"], "gzip": ["gzip", "-n"], "lz4": ["lz4", "-q", "-c", "-B4"], "lz4_legacy": ["lz4", "-q", "-c", "-l"],
	"lzip": ["lzip"], "lzma": ["xz", "--format=lzma"], "lzop": ["lzop"], "xz": ["xz"], "zstd": ["zstd", "-q"]}


def cut(id, tool):
	def make():
		image = pack.run(tool, WORDS * 16 if id == "lz4_legacy" else WORDS)  # its blocks are 8 MiB
		return image[:len(image) * 3 // 4]
	make.__name__ = id + "_cut_off"
	lie(id, "compressed data is damaged or cut off", "part .* [0-9]{6,} .*/data damaged")(make)


for id, tool in TOOLS.items():
	cut(id, tool)


@lie("zlib", "!type zlib")
def zlib_cut_off():
	"""It has no magic to speak of: only one that is whole, with its sum, is one."""
	image = zlib.compress(WORDS)
	return image[:len(image) * 3 // 4]
