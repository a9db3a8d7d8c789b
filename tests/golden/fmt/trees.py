#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden inputs of archives and file systems, and the tests that use them.

usage: trees.py make [ID...]       writes ID/NAME.bin by the formats' own tools, and ID/NAME.tree beside it
       trees.py check UNPACK LIST  unpacks each with UNPACK (unpack-one) and compares; tries the commands that
                                   LIST (list-formats) gives for showing an entry with ordinary tools
       trees.py hostile UNPACK     makes images that lie, from the golden ones, and looks at what is said

NAME.tree has a line for each entry and attribute, as unpack-one prints them, written from what went into
the image. Needs the tools that tests/images names, and cpio, binutils, unzip.
"""
import hashlib
import importlib
import io
import pathlib
import re
import runpy
import shlex
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "images"))
sys.dont_write_bytecode = True

from lib import pack  # noqa: E402
from lib import tree as T  # noqa: E402


# ---- what goes in

def tree(*without):
	t = T.Tree()
	t.dir("dir", 0o2750, 0, 50)
	t.file("dir/hello", "hello, world\n", 0o4755, 1000, 1000, mtime=1000000000)
	t.file("dir/empty", b"")
	t.file("a name with spaces", bytes(range(256)) * 20, 0o600)
	t.link("dir/link", "../a name with spaces")
	if "hard" not in without:
		t.hard("dir/other-name", "dir/hello")
	if "node" not in without:
		t.node("console", T.CHAR, 0o600, (5, 1))
		t.node("disk", T.BLOCK, 0o660, (259, 60000) if "big" not in without else (8, 1))
	if "fifo" not in without:
		t.node("pipe", T.FIFO, 0o600)
	if "xattr" not in without:
		t["dir/hello"].xattrs["user.note"] = b"text"
		if "dir/other-name" in t:
			t["dir/other-name"].xattrs["user.note"] = b"text"
	if "hole" not in without:
		t.file("with-holes", b"A" * 4096 + bytes(20000) + b"B" * 10, 0o644)
	return t


def for_fat():
	t = T.Tree()
	t.file("A long name, with dots.and.more.txt", "long\n")
	t.file("SHORT.TXT", "short\n")
	t.file("lower.txt", "lower\n")
	t.dir("sub")
	t.file("sub/gr\u00fc\u00dfe", b"x" * 3000)
	t.file("sub/empty", b"")
	return t


def line(e, first=None, owners=True, ids=True, times=True):
	"""One entry as unpack-one prints it. first: it is a further name of that path."""
	is_file = e.type == T.FILE and first is None
	mode = "%04o" % e.mode if owners else "-"
	size, digest = (len(e.data), T.sha256(e.data)) if is_file else (0, "-")
	text = "%s %s %s %s %d %s /%s" % (e.type, mode, "%d:%d" % (e.uid, e.gid) if owners and ids else "-",
		e.mtime if times else "-", size, digest, e.path)
	if e.type == T.LINK:
		text += " -> " + e.target
	if first is not None:
		text += " = /" + first
	if e.dev:
		text += " %d,%d" % e.dev
	return text


def lines(t, hard="number", xattrs=True, **how):
	"""hard: links are told by inode number, by name (tar), or not at all."""
	out = []
	for e in t:
		if not e.path:
			continue
		first = e.same_as
		text = line(e, first, **how)
		if first is not None and hard == "name":
			text = text.replace("file ", "hardlink ", 1).replace(" = ", " -> ./%s = " % first)
		out.append(text)
		if xattrs and (first is None or hard == "number"):
			out += ["xattr /%s %s=%s" % (e.path, k, v.hex()) for k, v in sorted(e.xattrs.items())]
	return out


# ---- how each comes to be

GOLDEN = []


def golden(id, name):
	def register(make):
		GOLDEN.append((id, name, make))
		return make
	return register


def trimmed(image):
	"""SquashFS without the padding that mksquashfs puts behind it."""
	return image[:struct.unpack_from("<Q", image, 40)[0]]


RAW = ("-noI", "-noD", "-noF", "-noX")


def squash(name, comp, *options):
	@golden("squashfs", name)
	def make():
		return trimmed(pack.squashfs(tree(), comp, 4096, options)), lines(tree())


for comp in ("gzip", "xz", "lzma", "lzo", "lz4", "zstd"):
	squash(comp, comp)
squash("raw", "gzip", *RAW)
squash("plain-files", "xz", "-no-fragments", "-no-duplicates")


def with_lost_found(t):
	t.dir("lost+found", 0o700)
	return t


def ext(name, kind, size, *options):
	@golden("ext", name)
	def make():
		t = with_lost_found(tree())
		return pack.ext(t, kind, size, options), lines(t)


ext("ext2", "ext2", 128 << 10, "-b", "1024", "-N", "32")
ext("ext4", "ext4", 256 << 10, "-b", "1024", "-N", "32", "-O", "^has_journal,64bit,metadata_csum,^resize_inode")
ext("inline", "ext4", 256 << 10, "-b", "1024", "-N", "32", "-I", "256", "-O",
	"inline_data,^has_journal,^resize_inode")


@golden("fat", "fat12")
def fat12():
	return (pack.fat(for_fat(), 12, 64 << 10, options=("-s", "1"), pieces=True),
		lines(for_fat(), owners=False))


def without_xattrs(*more):
	return tree("xattr", *more)


@golden("tar", "ustar")
def ustar():
	t = without_xattrs()
	return t.tar(tarfile.USTAR_FORMAT), lines(t, hard="name")


@golden("tar", "gnu")
def gnu():
	t = without_xattrs()
	t.file("long/" + "n" * 90 + "/" + "m" * 120, "deep\n")
	t.link("long/link", "t" * 150)
	return t.tar(tarfile.GNU_FORMAT), lines(t, hard="name")


@golden("tar", "pax")
def pax():
	t = tree()
	t.file("l\u00e4ng/" + "n" * 200, "deep\n", 0o644, 3000000, 3000000)
	return t.tar(tarfile.PAX_FORMAT), lines(t, hard="name")


def sparse(name, *options):
	@golden("tar", name)
	def make():
		data = b"".join(bytes([65 + i]) * 4096 + bytes(8192) for i in range(6))
		t = T.Tree()
		t.file("holes", data)
		with pack.scratch() as tmp:
			pack.stage(tmp, data, 0).rename(pathlib.Path(tmp, "holes"))
			return pack.run(["tar", "-C", tmp, "-c", "-b1", "--sparse", *options, "--owner=:0", "--group=:0",
				"--mode=0644", "--mtime=@%d" % T.EPOCH, "holes"]), lines(t)


sparse("sparse-old", "--format=oldgnu")
for version in ("0.0", "0.1", "1.0"):
	sparse("sparse-" + version, "--format=posix", "--sparse-version=" + version,
		"--pax-option=delete=atime,delete=ctime")


for kind in ("newc", "crc", "odc", "bin-le", "bin-be"):
	def make_cpio(kind=kind):
		t = without_xattrs(*(["big"] if kind in ("odc", "bin-le", "bin-be") else []))
		return pack.cpio(t, kind).rstrip(b"\0") + bytes(4), lines(t)
	golden("cpio", kind)(make_cpio)


def romfs(t):
	"""Modes are Linux's: only whether something may be run is stored. No times, no owners."""
	image = pack.romfs(t)
	for e in t:
		runs = 0o111 if e.type == T.DIR or (e.type == T.FILE and e.mode & 0o111) else 0
		e.mode = {T.DIR: 0o644, T.FILE: 0o644, T.FIFO: 0o644, T.LINK: 0o777}.get(e.type, 0o600) | runs
	return image[:struct.unpack_from(">I", image, 8)[0]], lines(t, ids=False, times=False)


@golden("romfs", "genromfs")
def romfs_all():
	return romfs(without_xattrs("hole"))


@golden("romfs", "small")
def romfs_small():
	"""Small enough to be cut at every byte."""
	t = T.Tree()
	t.file("start", "#!/bin/sh\n", 0o755)
	t.dir("etc")
	t.file("etc/motd", "hello\n")
	t.hard("etc/other", "etc/motd")
	t.link("etc/rc", "../start")
	return romfs(t)


def members():
	t = T.Tree()
	t.file("short.o", "one\n")
	t.file("a-member-with-a-long-name.o", "three")
	t.file("fifteen-chars.o", b"")
	return t


@golden("ar", "gnu")
def ar_gnu():
	"""By ar itself; D: no clock and no user."""
	with pack.scratch() as tmp:
		for e in members():
			if e.path:
				pathlib.Path(tmp, e.path).write_bytes(e.data)
		pack.run(["ar", "rcD", tmp + "/x.a", *[tmp + "/" + e.path for e in members() if e.path]])
		t = members()
		for e in t:
			e.mtime = 0
		return pathlib.Path(tmp, "x.a").read_bytes(), lines(t)


@golden("ar", "bsd")
def ar_bsd():
	return pack.ar([(e.path, e.data) for e in members() if e.path], True), lines(members())


def zip_python(method, seekable=True):
	t = tree("hard", "node", "fifo", "xattr")

	class Pipe(io.BytesIO):
		def seekable(self):
			return seekable

		def tell(self):
			if not seekable:
				raise io.UnsupportedOperation()
			return super().tell()

	out = Pipe()
	with zipfile.ZipFile(out, "w") as z:
		for e in t:
			if e.path:
				e.mtime = T.EPOCH
				info = zipfile.ZipInfo(e.path + "/" * (e.type == T.DIR), (2024, 3, 1, 12, 0, 0))
				info.create_system, info.compress_type = 3, method if e.type == T.FILE else 0
				info.external_attr = (T.TYPE_BITS[e.type] | e.mode) << 16
				z.writestr(info, e.target if e.type == T.LINK else e.data)
	return out.getvalue(), lines(t, ids=False)


for name, method in (("stored", 0), ("deflate", 8), ("bzip2", 12), ("lzma", 14)):
	golden("zip", name)(lambda method=method: zip_python(method))
golden("zip", "descriptors")(lambda: zip_python(8, False))


@golden("zip", "zip64")
def zip64():
	out, t = io.BytesIO(), T.Tree()
	t.file("wide", "hello\n" * 100, 0o600)
	with zipfile.ZipFile(out, "w", 8) as z:
		info = zipfile.ZipInfo("wide", (2024, 3, 1, 12, 0, 0))
		info.create_system, info.compress_type, info.external_attr = 3, 8, 0o100600 << 16
		with z.open(info, "w", force_zip64=True) as f:
			f.write(t["wide"].data)
	return out.getvalue(), lines(t, ids=False)


def make(ids):
	for id, name, build in GOLDEN:
		if ids and id not in ids:
			continue
		image, truth = build()
		(HERE / id).mkdir(exist_ok=True)
		(HERE / id / (name + ".bin")).write_bytes(image)
		text = "".join(l + "\n" for l in sorted(truth))
		(HERE / id / (name + ".tree")).write_text(text, encoding="utf-8")
		print("%-9s %-14s %7d bytes, %d lines" % (id, name, len(image), len(truth)))


# ---- what is read again

KINDS = ("file", "dir", "symlink", "hardlink", "char", "block", "fifo", "socket", "part", "xattr", "lost")


def unpack(tool, id, path):
	done = subprocess.run([tool, *([id] if id else []), str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
	said = done.stdout.decode("utf-8", "replace").splitlines()
	return done.returncode, said


def entries(said):
	return sorted(l for l in said if l.split(" ")[0] in KINDS)


def compare(tool, id, path):
	code, said = unpack(tool, id, path)
	have = entries(said)
	want = path.with_suffix(".tree").read_text(encoding="utf-8").splitlines()
	wrong = ["missing: " + l for l in want if l not in have] + ["extra: " + l for l in have if l not in want]
	wrong += ["belongs to nothing: " + l for l in said if re.match(r"extent \d+ \d+ unknown", l)]
	if code != 0 or len(have) != len(want):
		wrong.append("exit %d, %d lines for %d" % (code, len(have), len(want)))
	return wrong


def show(see, path, entry, out):
	"""Runs the command that shows an entry; None if its tool is not on this machine."""
	command = re.sub(r"\b(IN|PATH|PATTERN|OUT)\b",
		lambda m: shlex.quote({"IN": str(path), "PATH": entry, "OUT": out,
			"PATTERN": re.sub(r"([*?[\\])", r"\\\1", entry)}[m.group(1)]), see)
	pathlib.Path(out).unlink(missing_ok=True)
	done = subprocess.run(["sh", "-c", command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
	if done.returncode == 127:
		return None
	return pathlib.Path(out).read_bytes() if pathlib.Path(out).exists() else b""


# unzip does not know LZMA; debugfs shows inline data with what lies behind it. ID/make.py adds its own.
# What the layers of a container's image make together stands in no archive.
NOT_SHOWN = {("zip", "lzma"), ("ext", "inline"), ("tar", "oci"), ("tar", "docker")}


def try_commands(see, id, path):
	wrong = []
	if not see or (id, path.stem) in NOT_SHOWN:
		return wrong
	with tempfile.TemporaryDirectory() as tmp:
		for l in path.with_suffix(".tree").read_text(encoding="utf-8").splitlines():
			words = l.split(" ", 6)
			if words[0] != "file" or words[5] == "-" or words[4] == "0":
				continue
			shown = show(see, path, words[6][1:], tmp + "/out")
			if shown is not None and hashlib.sha256(shown).hexdigest() != words[5]:
				wrong.append("the command shows other bytes of " + words[6])
	return wrong


def check(tool, lister):
	listed = subprocess.run([lister], stdout=subprocess.PIPE, check=True).stdout.decode()
	see = {row.split("\t")[0]: row.split("\t")[2] for row in listed.splitlines()}
	failures = n = 0
	for path in sorted(HERE.glob("*/*.tree")):
		id, image = path.parent.name, path.with_suffix(".bin")
		wrong = compare(tool, id, image) + try_commands(see[id], id, image)
		n += 1
		failures += bool(wrong)
		for text in wrong:
			print("%s/%s: %s" % (id, path.stem, text))
	print("%d golden trees, %d wrong" % (n, failures))
	return 1 if failures or n < 30 else 0


# ---- images that lie

LIES = []
LARGE = {"linux_raw"}  # too large to have any; see tools/lint/registers.py


def lie(id, *expected):
	"""id: the format to be opened as, "" to be recognised. expected: patterns that must be found in what is said; those with ! before them must not."""
	def register(make):
		LIES.append((id, make.__name__, make, expected))
		return make
	return register


def read(id, name):
	return bytearray((HERE / id / (name + ".bin")).read_bytes())


def word(image, at, format):
	return struct.unpack_from("<" + format, image, at)[0]


def put(image, at, format, *values):
	struct.pack_into("<" + format, image, at, *values)
	return image


@lie("", "lost scan limit .* too many false starts", "!type zlib")
def zlib_in_each_other():
	"""Streams of zlib of which each begins in the first block of the one before; all have the same end, a megabyte of zeros with a wrong sum."""
	n = 60000 // 7 * 7
	starts = b"".join(b"\x78\x01\0" + struct.pack("<HH", n - at - 7, (n - at - 7) ^ 0xffff) for at in range(0, n, 7))
	end = zlib.compressobj(9, zlib.DEFLATED, -15)
	return b"no format" + starts + end.compress(bytes(1 << 20)) + end.flush() + bytes(4)


@lie("squashfs", "lost squashfs damaged .* fragment index out of range", r"/dir/hello damaged")
def squashfs_no_fragments():
	return put(read("squashfs", "raw"), 16, "I", 0)


@lie("squashfs", "owner is out of the range", r"file 4755 - .* /dir/hello")
def squashfs_no_owners():
	return put(read("squashfs", "raw"), 26, "H", 0)


@lie("squashfs", "directory is met twice", "!/dir/dir/dir")
def squashfs_directory_loop():
	image = read("squashfs", "raw")
	table = word(image, 72, "Q")
	at = image.index(struct.pack("<HH", 1, 2) + b"dir", table) - 4  # offset, number; type, length - 1, name
	return put(image, at, "H", word(image, 32, "Q") & 0xFFFF)


@lie("squashfs", "lost squashfs .*", "/dir/hello")
def squashfs_huge_file():
	"""2^60 bytes: the inode of the file with holes is a long one, its size a u64 behind its start."""
	image = read("squashfs", "raw")
	at = image.index(struct.pack("<Q", 4096 + 20000 + 10), word(image, 64, "Q"))
	return put(image, at, "Q", 1 << 60)


@lie("squashfs", "lost squashfs damaged")
def squashfs_inode_type():
	image = read("squashfs", "raw")
	return put(image, word(image, 64, "Q") + 2, "H", 99)


@lie("squashfs", "image is cut off")
def squashfs_cut():
	return read("squashfs", "xz")[:-300]


@lie("squashfs", "metadata block is damaged")
def squashfs_meta_garbage():
	image = read("squashfs", "gzip")
	at = word(image, 64, "Q")
	image[at + 10:at + 30] = bytes(20)
	return image


def inode_at(image, n):
	"""Body offset of an inode of a golden ext image, which has one group and blocks of 1 KiB."""
	size = word(image, 1024 + 88, "H")
	return word(image, 2048 + 8, "I") * 1024 + (n - 1) * size


def inode_named(image, name):
	at = image.index(name.encode(), 4096)
	return word(image, at - 8, "I"), at - 8


@lie("ext", "blocks of a file are damaged or missing", "/dir/hello")
def ext_extent_loop():
	image = read("ext", "ext4")
	n, _ = inode_named(image, "with-holes")
	last = len(image) // 1024 - 1
	node = struct.pack("<HHHHI", 0xF30A, 2, 4, 5, 0) + 2 * struct.pack("<IIHH", 0, last, 0, 0)
	put(image, inode_at(image, n) + 40, "36s", node)
	put(image, last * 1024, "36s", node)
	return image


@lie("ext", "a structure refers back to itself")
def ext_directory_loop():
	image = read("ext", "ext2")
	_, at = inode_named(image, "dir")
	return put(image, at, "I", 2)


@lie("ext", "lost ext limit", "/dir/hello")
def ext_huge_file():
	image = read("ext", "ext2")
	n, _ = inode_named(image, "with-holes")
	return put(image, inode_at(image, n) + 108, "I", 1 << 28)


@lie("ext", "names an inode that does not exist")
def ext_no_inode():
	image = read("ext", "ext2")
	_, at = inode_named(image, "dir")
	return put(image, at, "I", 1 << 30)


@lie("ext", "directory record makes no sense")
def ext_record_length():
	image = read("ext", "ext2")
	_, at = inode_named(image, "dir")
	return put(image, at + 4, "H", 3)


@lie("fat", "chain of a file ends early or loops", "SHORT.TXT")
def fat_cycle():
	"""The file of several clusters goes round in its first two."""
	image = read("fat", "fat12")
	at = image.index(struct.pack("<I", 3000)) - 2
	first, fat = word(image, at, "H"), word(image, 14, "H") * word(image, 11, "H")
	for i in (0, 1):
		old = word(image, fat + first + first // 2, "H")
		second = old >> 4 if first & 1 else old & 0xFFF
		if i == 1:
			start = word(image, at, "H")
			value = (old & 0xF) | start << 4 if first & 1 else (old & 0xF000) | start
			put(image, fat + first + first // 2, "H", value)
		first = second
	return image


@lie("fat", "chain of a file ends early or loops")
def fat_free_cluster():
	image = read("fat", "fat12")
	at = image.index(struct.pack("<I", 3000)) - 2
	return put(image, at, "H", 4000)


def romfs_entry(image, name):
	"""Where the header of a golden entry stands."""
	at = 0
	while at % 16 != 0 or at == 0:  # headers are aligned; a link's target is not
		at = image.index(name.encode() + b"\0", at + 1)
	return at - 16


def romfs_word(image, at, value):
	"""The image's own checksum is made to fit again."""
	struct.pack_into(">I", image, at, value)
	struct.pack_into(">I", image, 12, 0)
	total = sum(struct.unpack_from(">128I", image))
	struct.pack_into(">I", image, 12, -total & 0xFFFFFFFF)
	return image


@lie("romfs", "a structure refers back to itself", "/dir/hello")
def romfs_next_loop():
	image = read("romfs", "genromfs")
	at = romfs_entry(image, "hello")
	return romfs_word(image, at, at | 2 | 8)


@lie("romfs", "a structure refers back to itself", "!/dir/dir/dir")
def romfs_directory_loop():
	image = read("romfs", "genromfs")
	return romfs_word(image, romfs_entry(image, "dir") + 4, 32)


@lie("romfs", "hard link leads to nothing", "dir .* /dir$")
def romfs_link_to_itself():
	image = read("romfs", "genromfs")
	at = next(at for at in (romfs_entry(image, "other-name"), romfs_entry(image, "hello"))
		if struct.unpack_from(">I", image, at)[0] & 7 == 0)
	return romfs_word(image, at + 4, at)


@lie("romfs", "entry runs past the image", "/dir")
def romfs_next_outside():
	image = read("romfs", "genromfs")
	at = romfs_entry(image, "console")
	return romfs_word(image, at, 0x7ffffff0 | 5)


@lie("romfs", "contents run past the image", "a name with spaces damaged")
def romfs_long_file():
	image = read("romfs", "genromfs")
	return romfs_word(image, romfs_entry(image, "a name with spaces") + 8, 0xffffffff)


@lie("romfs", "the image ends before its file system does")
def romfs_cut():
	return read("romfs", "genromfs")[:-700]


NAMES = ["../../etc/passwd", "/absolute", "dir/../../up", "ok"]
CLIMBS = ("climbs out", " /absolute", " /ok", r"!\.\./", " /etc/passwd", " /up")


@lie("tar", *CLIMBS)
def tar_names():
	out = io.BytesIO()
	with tarfile.open(fileobj=out, mode="w") as tar:
		for name in NAMES:
			info = tarfile.TarInfo(name)
			info.size = 3
			tar.addfile(info, io.BytesIO(b"abc"))
	return out.getvalue()


@lie("tar", r"/dir/hello", "extended header is malformed")
def tar_record_length():
	return read("tar", "pax").replace(b"SCHILY.xattr.user.note=text", b"SCHILY.xattr.user.noteXtext")


@lie("tar", "map of a sparse file is damaged", "/holes damaged")
def tar_sparse_map():
	return read("tar", "sparse-1.0").replace(b"\n12288\n", b"\n99999\n")


@lie("cpio", *CLIMBS)
def cpio_names():
	t = T.Tree()
	for name in NAMES:
		t.entries[name] = T.Entry(name, T.FILE, 0o644, data=b"abc")
	return pack.cpio(t, "newc")


@lie("cpio", " 3 [0-9a-f]{64} /a$", " 3 [0-9a-f]{64} /b$", "! = /")
def cpio_one_number_two_contents():
	"""Two names claim one inode, with different data: neither may hide the other's."""
	t = T.Tree()
	t.file("a", b"abc")
	t.hard("b", "a")
	image = bytearray(pack.cpio(t, "odc"))
	at = image.index(b"abc", image.index(b"abc") + 1)
	image[at:at + 3] = b"xyz"
	return image


@lie("zip", *CLIMBS)
def zip_names():
	out = io.BytesIO()
	with zipfile.ZipFile(out, "w") as z:
		for name in NAMES:
			z.writestr(zipfile.ZipInfo(name), b"abc")
	return out.getvalue()


@lie("zip", "a structure refers back to itself|overlap")
def zip_shared_data():
	out = io.BytesIO()
	with zipfile.ZipFile(out, "w", 8) as z:
		z.writestr("one", bytes(100000))
		z.writestr("two", bytes(100000))
	image = bytearray(out.getvalue())
	at = image.index(b"PK\1\2", image.index(b"PK\1\2") + 4)
	return put(image, at + 42, "I", 0)


@lie("zip", "entries overlap")
def zip_more_than_there_is():
	image = read("zip", "deflate")
	at = image.index(b"PK\1\2")
	for _ in range(3):
		put(image, at + 20, "I", len(image) - 10)
		at = image.index(b"PK\1\2", at + 4)
	return image


@lie("zip", "entry is encrypted: it was not examined", "/secret damaged")
def zip_encrypted():
	with pack.scratch() as tmp:
		pathlib.Path(tmp, "secret").write_bytes(b"text")
		pack.run(["zip", "-q", "-j", "-P", "word", tmp + "/x.zip", tmp + "/secret"])
		return pathlib.Path(tmp, "x.zip").read_bytes()


@lie("zip", "archive has no directory", "/dir/hello")
def zip_without_directory():
	image = read("zip", "deflate")
	return image[:image.index(b"PK\1\2")]


@lie("zip", "wrong checksum")
def zip_checksum():
	image = read("zip", "stored")
	image[image.index(b"hello, world")] = 0x48
	return image


@lie("", " 8192 .* /unknown-0x0", " 1908 .* /zip-0x2000", " 8192 .* /unknown-0x2774")
def zip_in_the_middle():
	"""Without its directory; an entry tells its size only behind its data. What follows the zip is no piece of it."""
	class Pipe(io.BytesIO):
		def seekable(self):
			return False

		def tell(self):
			raise io.UnsupportedOperation()

	parts = []
	for out, method, name, data in ((Pipe(), 8, "b.txt", b"world\n" * 300), (io.BytesIO(), 0, "a.txt", b"hello\n" * 300)):
		with zipfile.ZipFile(out, "w", method) as z:
			z.writestr(zipfile.ZipInfo(name), data, method)
		parts.append(out.getvalue().partition(b"PK\1\2")[0])
	noise = b"".join(hashlib.sha256(b"%d" % i).digest() for i in range(256))
	return noise + b"".join(parts) + noise


@lie("ar", "name of a member is out of range", "/short.o")
def ar_name_offset():
	return read("ar", "gnu").replace(b"/0 ", b"/9 ").replace(b"//  ", b"/x  ")


@lie("ar", "not a member header", "/short.o", "!/fifteen-chars.o")
def ar_damaged_header():
	"""The header of one member in the middle: those behind it are there all the same."""
	image = read("ar", "bsd")
	at = image.index(b"fifteen-chars.o")
	image[at:at + 60] = b"\xa5" * 60
	return image


@lie("romfs", "the checksum of the first 512 bytes is wrong", "/dir/hello")
def romfs_wrong_sum():
	"""The entries have sums of their own, and vouch for the image."""
	image = read("romfs", "genromfs")
	image[12] ^= 1
	return image


@lie("romfs", "!/dir/hello")
def romfs_no_sum():
	image = read("romfs", "genromfs")
	image[12] ^= 1
	image[image.index(b".\0") - 1] ^= 1
	return image


def says(said, pattern):
	found = any(re.search(pattern.removeprefix("!"), l) for l in said)
	return found != pattern.startswith("!")


def hostile(tool):
	failures = 0
	with tempfile.TemporaryDirectory() as tmp:
		for id, name, build, expected in LIES:
			path = pathlib.Path(tmp, name)
			path.write_bytes(build())
			code, said = unpack(tool, id, path)
			wrong = [p for p in expected if not says(said, p)]
			if code != 0:
				wrong.append("exit %d" % code)
			failures += bool(wrong)
			for text in wrong:
				print("%s: %s" % (name, text))
	for id in unlied():
		failures += 1
		print("%s: no image of it lies" % id)
	print("%d images that lie, %d wrong" % (len(LIES), failures))
	return 1 if failures else 0


def unlied():
	"""Formats that no image lies of: neither @lie here or in their folder, nor a golden input of which something is lost."""
	lied = {id for id, *_ in LIES} | {pathlib.Path(make.__code__.co_filename).parent.name for _, _, make, _ in LIES}
	lied |= {p.parent.name for p in HERE.glob("*/*.t*") if re.search("^lost", p.read_text(encoding="utf-8"), re.M)}
	ids = re.findall(r"^FORMAT\((\w+)\)", (HERE.parents[2] / "src/unpack/formats.def").read_text(encoding="utf-8"), re.M)
	return [id for id in ids if id not in lied | LARGE]


def load_others():
	"""A format may keep how its golden inputs come to be beside them, in ID/make.py."""
	sys.modules.setdefault("trees", sys.modules[__name__])
	importlib.import_module("make")  # before a folder of the same name can be meant
	for path in sorted(HERE.glob("*/make.py")):
		if "from trees import" in path.read_text(encoding="utf-8"):
			runpy.run_path(str(path))


def main(args):
	load_others()
	if args[:1] == ["make"]:
		make(args[1:])
		return 0
	if len(args) == 3 and args[0] == "check":
		return check(args[1], args[2])
	if len(args) == 2 and args[0] == "hostile":
		return hostile(args[1])
	print(__doc__.strip())
	return 2


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
