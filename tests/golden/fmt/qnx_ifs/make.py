# SPDX-License-Identifier: Apache-2.0
"""QNX's image file system, from the published layout (QNX's own headers sys/image.h); there is no writer of others."""
import struct

from trees import T, golden, lie, lines, read, tree

HEADER, ROOT = 88, b"/\0\0\0"


def device(e):
	return (e.dev[0] << 10 | e.dev[1]) if e.dev else 0


def ifs(t, big=False, mount=b"/", change=None, flags=0):
	o = ">" if big else "<"
	mounted = mount + b"\0" * (4 - len(mount) % 4)
	first = HEADER + len(mounted)
	rows, data, entries = [], b"", list(t)
	for n, e in enumerate(entries, 1):
		path = e.path.encode() + b"\0"
		kind = {T.FILE: b"\0" * 8 + path, T.DIR: path, T.LINK: struct.pack(o + "HH", len(path), len(e.target)) + path + e.target.encode() + b"\0"
			}.get(e.type, struct.pack(o + "II", 0, device(e)) + path)
		rows.append([n, e, kind + b"\0" * (-len(kind) % 4)])
	end = first + sum(24 + len(k) for _, _, k in rows) + 4
	out = b""
	for n, e, kind in rows:
		if e.type == T.FILE:
			data += bytes(-(end + len(data)) % 4)
			kind = struct.pack(o + "II", end + len(data), len(e.data)) + kind[8:]
			data += e.data
		out += struct.pack(o + "HHIIIII", 24 + len(kind), 0, n, T.TYPE_BITS[e.type] | e.mode, e.gid, e.uid, e.mtime) + kind
	data += bytes(-(end + len(data)) % 4)
	size = end + len(data) + 4
	head = b"imagefs" + bytes([flags | big]) + struct.pack(o + "III4III10II", size, end, first, 1, 0, 0, 0, 2, 0, *[0] * 10, 0) + mounted
	image = bytearray(head + out + bytes(4) + data)
	if change:
		change(image)
	total = sum(struct.unpack("%s%dI" % (o, len(image) // 4), image))
	return bytes(image) + struct.pack(o + "I", -total & 0xFFFFFFFF)


def made():
	"""Devices have six bits of their number, and ten."""
	t = tree("xattr", "hard")
	for e in t:
		if e.dev:
			e.dev = (e.dev[0] & 63, e.dev[1] & 1023)
	return t


def told(t):
	return lines(t, hard="none")


for name, big in (("little", False), ("big", True)):
	golden("qnx_ifs", name)(lambda big=big: (ifs(made(), big), told(made())))


def entry_of(image, path):
	return image.index(path.encode() + b"\0")


def lying(path, at, format, *values):
	def change(image):
		struct.pack_into("<" + format, image, entry_of(image, path) + at, *values)
	return ifs(made(), change=change)


@lie("qnx_ifs", "contents run past the image", "/dir/hello damaged")
def qnx_file_too_long():
	return lying("dir/hello", -4, "I", 1 << 31)


@lie("qnx_ifs", "contents run past the image", "/dir/hello damaged")
def qnx_file_behind():
	return lying("dir/hello", -8, "I", 1 << 31)


@lie("qnx_ifs", "an entry is damaged: those behind it were not read", "!/dir/hello")
def qnx_entry_too_long():
	return lying("dir/hello", -32, "H", 0xFFFF)


@lie("qnx_ifs", "an entry is damaged: those behind it were not read", "!/dir/hello")
def qnx_entry_too_short():
	return lying("dir/hello", -32, "H", 2)


@lie("qnx_ifs", "part .*zip", "!/dir/hidden")
def qnx_entries_end_behind_all():
	"""What no entry names is searched, whatever the header calls entries."""
	t = made()
	t.file("dir/hidden", bytes(read("zip", "stored")))

	def change(image):
		struct.pack_into("<I", image, entry_of(image, "dir/hidden") - 28, 0)
		struct.pack_into("<I", image, 12, len(image) + 4)
	return ifs(t, change=change)


@lie("qnx_ifs", "an entry of an unknown kind", "!/dir/hello")
def qnx_unknown_kind():
	return lying("dir/hello", -24, "I", 0o50644)


@lie("qnx_ifs", "checksum is wrong", "/dir/hello$")
def qnx_flipped():
	image = bytearray(ifs(made()))
	image[-1] ^= 1
	return image


@lie("qnx_ifs", "the file system is cut off", "checksum|contents run past")
def qnx_cut():
	return ifs(made())[:-3000]


@lie("", "!type qnx_ifs")
def qnx_entries_behind():
	image = bytearray(ifs(made()))
	struct.pack_into("<I", image, 12, 1 << 30)
	return image


@lie("", "!type qnx_ifs")
def qnx_name_alone():
	"""The name as a program holds it."""
	return b"imagefs\0sfegami\0" * 40
