# SPDX-License-Identifier: Apache-2.0
"""MikroTik's packages as their published layout has them."""
import hashlib
import struct
import zlib

from trees import T, golden, lie, lines

VERSION = bytes([3, 102, 49, 6])


def things():
	t = T.Tree()
	t.dir("boot", 0o755)
	t.file("boot/kernel", b"kernel " * 300, 0o755)
	t.file("UPGRADED", bytes(32), 0o644)
	t.file("none", b"", 0o600)
	t.link("nova", "boot/kernel")
	return t


def record(e):
	data = e.target.encode() if e.type == T.LINK else e.data if e.type == T.FILE else b""
	mode = e.mode | {T.DIR: 0o040000, T.FILE: 0o100000, T.LINK: 0o120000}[e.type]
	name = e.path.encode()
	return struct.pack("<H6xI4sIIIH", mode, e.mtime, VERSION, T.EPOCH, 0, len(data), len(name)) + name + data


def part(kind, data):
	return struct.pack("<HI", kind, len(data)) + data


def npk(*parts):
	body = b"".join(parts)
	return b"\x1e\xf1\xd0\xba" + struct.pack("<I", len(body)) + body


INFO = part(1, b"system".ljust(16, b"\0") + VERSION + struct.pack("<III", T.EPOCH, 0, 0))
OTHERS = [(2, "description", b"The system\n"), (7, "install-script", b"new-libs\n"), (16, "architecture", b"mipsbe"),
	(9, "signature", bytes(range(68))), (24, "channel", b"stable")]


def files(t=None, level=9):
	return part(4, zlib.compress(b"".join(record(e) for e in t or things() if e.path), level))


def others():
	out = [(1, "info", INFO[6:])] + OTHERS
	return ["part - - - %d %s /%s" % (len(data), hashlib.sha256(data).hexdigest(), name) for _, name, data in out]


@golden("npk", "package")
def package():
	return npk(INFO, *[part(k, d) for k, _, d in OTHERS[:3]], files(), part(22, bytes(40)),
		*[part(k, d) for k, _, d in OTHERS[3:]]), lines(things(), ids=False, hard=None) + others()


@golden("npk", "small")
def small():
	t = T.Tree()
	t.file("a", b"b", 0o644)
	return npk(INFO, files(t)), lines(t, ids=False, hard=None) + others()[:1]


@lie("npk", "files end within one", "UPGRADED damaged")
def npk_file_too_long():
	raw = b"".join(record(e) for e in things() if e.path == "UPGRADED")
	raw = raw[:24] + struct.pack("<I", 0xfffffff0) + raw[28:]
	return npk(INFO, part(4, zlib.compress(raw)))


@lie("npk", "a file's record is damaged")
def npk_no_such_type():
	raw = b"".join(record(e) for e in things() if e.path == "UPGRADED")
	return npk(INFO, part(4, zlib.compress(b"\xff\xff" + raw[2:])))


@lie("npk", "a part is cut off", "package is cut off", "file .* /boot/kernel", "part .* /info")
def npk_cut():
	return package()[0][:-30]


@lie("npk", "compressed files are damaged", "part .* /channel")
def npk_damaged_stream():
	image = bytearray(package()[0])
	at = image.index(files()[6:])
	image[at + 60:at + 70] = b"\xff" * 10
	return image
