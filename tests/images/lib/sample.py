# SPDX-License-Identifier: Apache-2.0
"""The small tree that every container of `small` wraps: real files of the machine, and every shape of
name, size and node that has ever broken an unpacker."""
import hashlib
import pathlib
import struct

from . import tree as T

REAL = {
	"bin/true": ("/bin/true", 0o755),
	"usr/share/licenses/GPL-3": ("/usr/share/common-licenses/GPL-3", 0o644),
}
INIT = b"#!/bin/sh\nmount -t proc proc /proc\nexec /sbin/getty -L ttyS0 115200 vt100\n"
PASSWD = b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"
# CAP_NET_RAW, effective: what a distribution gives to ping
CAPABILITY = struct.pack("<IIIII", 0x02000001, 1 << 13, 0, 0, 0)


def noise(n, seed=b"assay"):
	"""n bytes that do not compress and are the same everywhere."""
	out = bytearray()
	count = 0
	while len(out) < n:
		out += hashlib.sha256(seed + struct.pack("<I", count)).digest()
		count += 1
	return bytes(out[:n])


def plain():
	"""Files, directories and links that (almost) any format can hold."""
	t = T.Tree()
	for path, (source, mode) in REAL.items():
		t.file(path, pathlib.Path(source).read_bytes(), mode)
	t.file("etc/passwd", PASSWD)
	t.file("etc/shadow", b"root:*:19783:0:99999:7:::\n", 0o640, 0, 42)
	t.file("etc/empty", b"")
	t.file("etc/hostname", b"assay\n", mtime=1000000000)
	t.file("sbin/init", INIT, 0o755)
	t.file("bin/su", INIT * 3, 0o4755)
	t.file("usr/share/README.TXT", b"8.3 upper case\n")
	t.file("usr/share/block", (b"%07d\n" * 16384) % tuple(range(16384)))
	t.file("usr/share/noise", noise(150001))
	t.file("usr/share/zeros", bytes(65536 + 17))
	t.dir("home/user", 0o700, 1000, 1000)
	t.file("home/user/.profile", b"umask 077\n", 0o600, 1000, 1000)
	t.dir("tmp", 0o1777)
	t.dir("empty-dir", 0o2755, 0, 50)
	t.file("usr/share/" + "/".join("abcdefgh") + "/deep", b"deep\n")
	return t


def linked():
	"""Plus links that stay, dangle, climb out of the root, and run in a circle."""
	t = plain()
	t.hard("bin/false", "bin/true")
	t.hard("usr/share/licenses/COPYING", "usr/share/licenses/GPL-3")
	t.link("bin/sh", "true")
	t.link("etc/mtab", "/proc/self/mounts")
	t.link("dangling", "nowhere/at/all")
	t.link("escape", "../../../../etc/passwd")
	t.link("loop-a", "loop-b")
	t.link("loop-b", "loop-a")
	t.link("long-link", "a/" * 40 + "end")
	return t


def devices():
	"""Plus device nodes, a FIFO, and names that are hard to write down."""
	t = linked()
	t.node("dev/console", T.CHAR, 0o600, (5, 1))
	t.node("dev/mtdblock0", T.BLOCK, 0o660, (31, 0))
	t.node("dev/initctl", T.FIFO, 0o600)
	t.node("usr/share/hidden-mem", T.CHAR, 0o666, (1, 1))
	t.file("usr/share/names/Grüße 日本.txt", b"UTF-8\n")
	t.file("usr/share/names/caf\udce9", b"Latin-1, not UTF-8\n")
	t.file("usr/share/names/back\\slash", b"backslash\n")
	t.file("usr/share/names/" + "n" * 200, b"200 letters\n")
	t.file("usr/share/names/ leading and trailing ", b"spaces\n")
	return t


def full():
	"""Everything: also sockets, sparse files, large numbers, many names, extended attributes."""
	t = devices()
	t.file("usr/share/names/line\nbreak", b"newline\n")
	t.file("usr/share/names/tab\tname", b"tab\n")
	t.node("dev/log", T.SOCKET, 0o666)
	t.node("dev/far", T.CHAR, 0o600, (259, 60000))
	t.file("usr/share/owner", b"owner\n", 0o600, 70000, 100000)
	hole = b"head".ljust(4096, b".") + bytes(600000 - 8192) + b"tail".rjust(4096, b".")
	t.file("usr/share/sparse", hole)
	t.file("usr/share/zero-mib", bytes(1 << 20))
	t.file("usr/share/holes", b"".join(noise(4096, b"%d" % i) + bytes(4096) for i in range(30)))
	for i in range(300):
		t.file("usr/share/many/f%03d" % i, b"%d\n" % i)
	t.file("bin/ping", INIT * 2, 0o755, xattrs={"security.capability": CAPABILITY})
	t.file("usr/share/noted", b"note\n", xattrs={"user.note": b"plain", "user.empty": b"",
		"user.long": b"long value " * 60})
	t.file("usr/share/noted-too", b"note 2\n", xattrs={"user.note": b"plain", "user.empty": b"",
		"user.long": b"long value " * 60})
	t["usr/share/many"].xattrs["user.dir"] = b"on a directory"
	return t


def no_sockets():
	return full().copy(lambda e: e.type != T.SOCKET)


def for_script():
	"""What a line-based tool (debugfs) can name."""
	return full().copy(lambda e: not any(c in e.path for c in "\n\t\\") and e.path[-1:] != " ")


def for_fat():
	"""Files and directories under names that FAT allows, plus long and folded names."""
	t = plain().copy(lambda e: e.path.split("/")[0] in ("etc", "usr", "sbin", "empty-dir"))
	t.file("EFI/BOOT/BOOTARM.EFI", noise(3000, b"efi"))
	t.file("A long name, with spaces.and.dots", b"long file name\n")
	t.file("lower.txt", b"lower case 8.3\n")
	t.file("UPPER.TXT", b"upper case 8.3\n")
	t.file("Grüße.txt", b"umlauts\n")
	t.file("pieces.bin", noise(40000, b"pieces"))
	t.file("frag/" + "x" * 100 + ".dat", noise(5000, b"x"))
	return t


def mini():
	"""A few kilobytes, for streams and headers."""
	t = T.Tree()
	for path in ("etc/passwd", "etc/hostname", "etc/empty", "sbin/init", "usr/share/licenses/GPL-3"):
		t.put(plain()[path])
	t.link("init", "sbin/init")
	return t
