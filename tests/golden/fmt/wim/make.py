# SPDX-License-Identifier: Apache-2.0
"""WIM, by wimlib-imagex with --unix-data."""
import pathlib
import struct
import subprocess
import tarfile
import tempfile

from trees import NOT_SHOWN, T, golden, lie, lines, put, read, tree


def wim(t, *options, images=1):
	with tempfile.TemporaryDirectory() as tmp:
		pathlib.Path(tmp, "tree").mkdir()
		script = ["tar -xpf - --numeric-owner -C tree"]
		for i in range(images):
			more = " ".join(options) if i == 0 else ""
			script.append("wimlib-imagex %s tree out 'image %d' --unix-data --no-acls %s" % ("append" if i else "capture", i, more))
		subprocess.run(["fakeroot", "sh", "-ec", "\n".join(script)], cwd=tmp, input=t.tar(tarfile.GNU_FORMAT), check=True, stdout=subprocess.PIPE,
			stderr=subprocess.PIPE)
		return pathlib.Path(tmp, "out").read_bytes()


def made(*without):
	return tree("xattr", *without)


@golden("wim", "stored")
def stored():
	t = made("hole")
	return wim(t, "--compress=none"), lines(t)


@golden("wim", "xpress")
def xpress():
	t = made("hole")
	return wim(t, "--compress=XPRESS"), lines(t)


@golden("wim", "lzx")
def lzx():
	t = made("hole")
	return wim(t, "--compress=LZX"), lines(t)


@golden("wim", "images")
def images():
	t = T.Tree()
	t.file("motd", b"hello\n")
	out = []
	for i in "12":
		out += ["dir - - - 0 - /" + i] + [l.replace(" /", " /%s/" % i) for l in lines(t)]
	return wim(t, "--compress=LZX", images=2), out


@golden("wim", "lzms")
def lzms():
	t = made("hole")
	return wim(t, "--compress=LZMS"), lines(t)


@golden("wim", "solid")
def solid():
	t = made("hole")
	return wim(t, "--solid"), lines(t)


NOT_SHOWN.add(("wim", "pipable"))  # 7z does not know the kind


@golden("wim", "pipable")
def pipable():
	t = made("hole")
	return wim(t, "--pipable", "--compress=XPRESS"), lines(t)


def solid_lines(image):
	"""Where lines of the table stand that tell of a solid block, and of what is in one."""
	at, n = struct.unpack_from("<Q", image, 56)[0], struct.unpack_from("<Q", image, 48)[0] & (1 << 56) - 1
	rows = [k for k in range(at, at + n, 50) if image[k + 7] & 16]
	return [k for k in rows if struct.unpack_from("<Q", image, k + 16)[0] == 1 << 32], [k for k in rows if
		struct.unpack_from("<Q", image, k + 16)[0] != 1 << 32]


@lie("wim", "a solid block is damaged|contents are in no solid block", "/dir/hello.* damaged", "!^file .*[0-9a-f]{64} /dir/hello$")
def wim_solid_huge():
	"""A block of 2^50 bytes in a few."""
	image = read("wim", "solid")
	block = struct.unpack_from("<Q", image, solid_lines(image)[0][0] + 8)[0]
	return put(image, block, "Q", 1 << 50)


@lie("wim", "contents are in no solid block", "/dir/hello.* damaged")
def wim_solid_behind():
	image = read("wim", "solid")
	for k in solid_lines(image)[1]:
		put(image, k + 8, "Q", 1 << 40)
	return image


@lie("wim", "contents are in no solid block", "/dir/hello.* damaged")
def wim_solid_none():
	"""Contents of a solid block, and no block."""
	image = read("wim", "solid")
	for k in solid_lines(image)[0]:
		put(image, k + 16, "Q", 0)
	return image


@lie("wim", "contents are in no solid block", "/dir/hello.* damaged")
def wim_solid_chunk_of_nothing():
	image = read("wim", "solid")
	return put(image, struct.unpack_from("<Q", image, solid_lines(image)[0][0] + 8)[0] + 8, "I", 0)


@lie("wim", "a chunk does not unpack|a solid block is damaged", "/dir/hello.* damaged")
def wim_solid_overwritten():
	image = read("wim", "solid")
	at = struct.unpack_from("<Q", image, solid_lines(image)[0][0] + 8)[0]
	image[at + 20:at + 90] = b"\xa5" * 70
	return image


@lie("", "!type wim")
def wim_pipable_no_end():
	"""Without the header at the end nothing tells where anything stands."""
	return read("wim", "pipable")[:-208]


def metadata(image):
	"""Where the uncompressed metadata of the golden image stand, and its root."""
	at, n = struct.unpack_from("<Q", image, 56)[0], struct.unpack_from("<Q", image, 48)[0] & (1 << 56) - 1
	line = next(k for k in range(at, at + n, 50) if image[k + 7] & 2)
	meta = struct.unpack_from("<Q", image, line + 8)[0]
	return meta, meta + (struct.unpack_from("<I", image, meta)[0] + 7) // 8 * 8


@lie("wim", "a structure refers back to itself", "!/dir/dir/dir")
def wim_directory_loop():
	"""A directory that holds its parent's entries."""
	image = read("wim", "stored")
	meta, root = metadata(image)
	first = struct.unpack_from("<Q", image, root + 16)[0]
	at = image.index("dir".encode("utf-16-le"), meta) - 102
	return put(image, at + 16, "Q", first)


@lie("wim", "an entry of the metadata is damaged")
def wim_entry_length():
	image = read("wim", "stored")
	meta, root = metadata(image)
	return put(image, meta + struct.unpack_from("<Q", image, root + 16)[0], "Q", 1 << 60)


@lie("wim", "another SHA-1 than the table says", "/dir/hello .*damaged")
def wim_contents_changed():
	image = read("wim", "stored")
	at = image.index(b"hello, world\n")
	image[at] ^= 1
	return image


@lie("wim", "contents of a file are not in the table", "/dir/hello")
def wim_no_such_contents():
	image = read("wim", "stored")
	meta, _ = metadata(image)
	at = image.index("hello".encode("utf-16-le"), meta) - 102
	image[at + 64] ^= 1
	return image


@lie("wim", "does not unpack|chunks of some contents are damaged")
def wim_chunk_damaged():
	image = read("wim", "xpress")
	image[208:400] = b"\xff" * 192
	return image


@lie("wim", "lost wim", "!file .* /a name with spaces$")
def wim_huge_contents():
	"""Contents of 2^50 bytes in a few."""
	image = read("wim", "lzx")
	at, n = struct.unpack_from("<Q", image, 56)[0], struct.unpack_from("<Q", image, 48)[0] & (1 << 56) - 1
	for k in range(at, at + n, 50):
		if not image[k + 7] & 2:
			put(image, k + 16, "Q", 1 << 50)
	return image


@lie("wim", "part of a split WIM", "/dir/hello")
def wim_split():
	return put(read("wim", "stored"), 40, "HH", 1, 2)


@lie("", "lost wim", "type wim")
def wim_cut():
	return read("wim", "stored")[:-900]


def table_lines(image, kind):
	"""Where the lines of the table stand that lead to metadata, or to contents."""
	at, n = struct.unpack_from("<Q", image, 56)[0], struct.unpack_from("<Q", image, 48)[0] & (1 << 56) - 1
	return [k for k in range(at, at + n, 50) if bool(image[k + 7] & 2) == kind]


@lie("wim", "the metadata of an image are too large", "!file .* /dir/hello")
def wim_metadata_too_large():
	"""An image's metadata that are said to unpack to more than is given to all of them."""
	image = read("wim", "lzx")
	for k in table_lines(image, True):
		put(image, k + 16, "Q", 1 << 29)
	return image


@lie("wim", "the metadata of an image are too large", "file .* /11/motd")
def wim_metadata_again():
	"""Many lines for the metadata of one image, which are said to unpack to 60 MiB: only the first ones are read."""
	image = read("wim", "images")
	at, n = struct.unpack_from("<Q", image, 56)[0], struct.unpack_from("<Q", image, 48)[0] & (1 << 56) - 1
	lines = bytes(image[at:at + n])
	meta = table_lines(image, True)[0]
	more = bytearray(image[meta:meta + 50])
	struct.pack_into("<Q", more, 16, 60 << 20)
	struct.pack_into("<Q", image, 48, n + 50 * 12 | image[55] << 56)
	struct.pack_into("<Q", image, 56, len(image))
	return image + bytes(more) * 10 + lines + bytes(more) * 2


@lie("wim", "the goal of a link is larger than one can be", "symlink .* /dir/link")
def wim_link_too_large():
	"""The goal of a link that is said to unpack to 1 GiB: each of many links would."""
	image = read("wim", "lzx")
	for k in table_lines(image, False):
		put(image, k + 16, "Q", 1 << 30)
	return image


def grown(image, meta):
	"""The golden image with other metadata, which stand at its end, before the table."""
	at, n = struct.unpack_from("<Q", image, 56)[0], struct.unpack_from("<Q", image, 48)[0] & (1 << 56) - 1
	line = next(k for k in range(at, at + n, 50) if image[k + 7] & 2)
	struct.pack_into("<QQQ", image, line, len(meta) | image[line + 7] << 56, len(image), len(meta))
	table = image[at:at + n]
	image += meta
	struct.pack_into("<Q", image, 56, len(image))
	return image + table


def entry(length, attributes=0, children=0, streams=0):
	return (struct.pack("<QIIQ", length, attributes, 0, children) + bytes(72) + struct.pack("<HHH", streams, 0, 0)).ljust(104, b"\0")


def overlapping(n, last):
	"""n directories, each with the entries from one of many places on."""
	first = 8 + 104
	rest = first + n * 104 + 8
	meta = struct.pack("<II", 8, 0) + entry(104, 16, first)
	meta += b"".join(entry(104, 16, rest + i * 104) for i in range(n)) + bytes(8)
	return grown(read("wim", "stored"), meta + b"".join(last(rest + n * 104, rest + i * 104) for i in range(n)))


@lie("wim", "entries of the metadata overlap")
def wim_items_overlap():
	"""Entries each of which has all that follow among its items."""
	return overlapping(200, lambda end, at: entry(end - at))


@lie("wim", "the streams of an entry are damaged")
def wim_streams_overlap():
	return overlapping(200, lambda end, at: entry(104, 0, 0, 190))
