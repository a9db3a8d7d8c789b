# SPDX-License-Identifier: Apache-2.0
"""Writers of containers: a tree or bytes in, image bytes out. Real tools where the distribution has one
that does not need root; a few lines of Python where it has none (cpio variants, ar, TRX)."""
import binascii
import os
import pathlib
import struct
import subprocess
import tempfile

from . import tree as T

GUID = "8f3b1c60-5d2e-4a77-9c10-0000000000%02x"


def environment():
	"""No locale, no time zone, no clock may reach an image."""
	env = dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC", SOURCE_DATE_EPOCH=str(T.EPOCH),
		E2FSPROGS_FAKE_TIME=str(T.EPOCH), E2FSCK_TIME=str(T.EPOCH),
		MKE2FS_SYNC="0", MTOOLS_SKIP_CHECK="1")
	env["PATH"] = env.get("PATH", "") + ":/usr/sbin:/sbin"
	return env


def run(argv, stdin=b"", ok=(0,), both=False):
	"""Runs a tool; what it prints on standard output (and error, if both). Failure ends the build."""
	done = subprocess.run([str(a) for a in argv], input=stdin, env=environment(),
		stdout=subprocess.PIPE, stderr=subprocess.PIPE)
	if done.returncode not in ok:
		raise SystemExit("%s: exit %d\n%s" % (" ".join(map(str, argv)), done.returncode,
			(done.stdout[-1500:] + done.stderr[-3000:]).decode(errors="replace")))
	return done.stdout + (done.stderr if both else b"")


def scratch():
	return tempfile.TemporaryDirectory(prefix="assay-images-")


def through(argv, data):
	"""A filter: data in, data out."""
	return run(argv, data)


def lzop(data, *options):
	"""lzop stores the time of its input, so it gets a file with a fixed one."""
	with scratch() as tmp:
		path = pathlib.Path(tmp, "rootfs.tar")
		path.write_bytes(data)
		os.utime(path, (T.EPOCH, T.EPOCH))
		return run(["lzop", "-q", "-c", *options, path])


def pad(data, align, fill=b"\0"):
	return data + fill * (-len(data) % align)


def squashfs(tree, compressor, block=131072, options=()):
	"""SquashFS 4 from a tree without sockets, which tar cannot carry, by mksquashfs -tar."""
	return mksquashfs(["-", "-tar", "-exports"], compressor, block, options, tree.tar())


def squashfs_nodes(tree, compressor):
	"""SquashFS 4 from pseudo file definitions alone: this is how sockets get in."""
	pseudo = []
	for e in tree:
		owner = "%d %o %d %d" % (e.mtime, e.mode, e.uid, e.gid)
		if e.type in (T.SOCKET, T.FIFO):
			pseudo += ["-p", "/%s I %s %s" % (e.path, owner, e.type[0])]
		elif e.dev:
			pseudo += ["-p", "/%s %s %s %d %d" % (e.path, e.type[0].upper(), owner, *e.dev)]
		elif e.type == T.DIR:
			pseudo += ["-p", "/%s %s %s" % (e.path, "D" if e.path else "M", owner)]
	with scratch() as tmp:
		return mksquashfs([tmp], compressor, 131072, pseudo)


def mksquashfs(source, compressor, block, options, stdin=b""):
	with scratch() as tmp:
		out = pathlib.Path(tmp, "sq")
		# With -tar the root directory's time is the clock's, capped by SOURCE_DATE_EPOCH, and its owner
		# is who runs the tool, whatever -root-uid says: hence fakeroot.
		run([*([] if os.geteuid() == 0 else ["fakeroot"]), "mksquashfs", source[0], out,
			*source[1:], "-noappend", "-comp", compressor, "-b", block, "-root-mode", "0755",
			"-no-progress", *options], stdin)
		return out.read_bytes()


def cpio_entry(entry, number, names, kind):
	"""The numbers of one cpio header, before a variant writes them down."""
	mode = T.TYPE_BITS[entry.type] | entry.mode
	data = entry.target.encode("utf-8", "surrogateescape") if entry.type == T.LINK else entry.data
	links = names.get(entry.same_as or entry.path, 1)
	if entry.type == T.DIR:
		links = 2
	# newc stores the bytes of a hard linked file with its last name only, the others with each
	if kind in ("newc", "crc") and entry.type == T.FILE and names.get("last " + entry.path) is False:
		data = b""
	return mode, links, data, entry.dev or (0, 0)


def cpio_header(kind, number, entry, mode, links, data, dev, name):
	size = len(name) + 1
	if kind in ("newc", "crc"):
		check = sum(data) & 0xFFFFFFFF if kind == "crc" and entry.type == T.FILE else 0
		fields = (number, mode, entry.uid, entry.gid, links, entry.mtime, len(data), 0, 1,
			dev[0], dev[1], size, check)
		return (b"070702" if kind == "crc" else b"070701") + b"".join(b"%08x" % f for f in fields)
	rdev = dev[0] << 8 | dev[1]
	if kind == "odc":
		return b"070707" + b"".join(b"%06o" % f for f in (1, number, mode, entry.uid, entry.gid,
			links, rdev)) + b"%011o%06o%011o" % (entry.mtime, size, len(data))
	order = "<" if kind == "bin-le" else ">"
	halves = lambda v: (v >> 16, v & 0xFFFF)
	return struct.pack(order + "13H", 0o70707, 1, number, mode, entry.uid, entry.gid, links, rdev,
		*halves(entry.mtime), size, *halves(len(data)))


def cpio(tree, kind):
	"""cpio; kind is newc, crc, odc, bin-le or bin-be."""
	align = {"newc": 4, "crc": 4, "odc": 1}.get(kind, 2)
	groups = {}
	for entry in tree:
		if entry.type == T.FILE:
			groups.setdefault(entry.same_as or entry.path, []).append(entry.path)
	names, inode = {}, {}
	for first, paths in groups.items():
		names[first] = len(paths)
		for path in paths:
			names["last " + path] = path == paths[-1]
	out, number = bytearray(), 0
	for entry in list(tree) + [T.Entry("TRAILER!!!", T.FILE, 0, mtime=0)]:
		key = entry.same_as or entry.path
		if key not in inode:
			number += 1
			inode[key] = number
		mode, links, data, dev = cpio_entry(entry, number, names, kind)
		name = T.bytes_of(entry.path or ".")
		if entry.path == "TRAILER!!!":
			mode = 0
		head = cpio_header(kind, inode[key], entry, mode, links, data, dev, name) + name + b"\0"
		out += pad(head, align)
		out += pad(data, align)
	return bytes(pad(out, 512))


def ar(members, bsd=False):
	"""ar: [(name, data)]; names over 15 bytes in the GNU or the BSD manner."""
	out = bytearray(b"!<arch>\n")
	long_names = "".join(n + "/\n" for n, _ in members if len(n) > 15)

	def put(name, data):
		out.extend(b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name.encode(), T.EPOCH, 0, 0, 0o100644,
			len(data)))
		out.extend(pad(data, 2, b"\n"))

	if long_names and not bsd:
		out.extend(b"%-48s%-10d`\n" % (b"//", len(long_names)))
		out.extend(pad(long_names.encode(), 2, b"\n"))
	for name, data in members:
		if len(name) <= 15:
			put(name + ("" if bsd else "/"), data)
		elif bsd:
			put("#1/%d" % len(name), name.encode() + data)
		else:
			put("/%d" % long_names.index(name + "/\n"), data)
	return bytes(out)


def trx(parts, version=1, size=None):
	"""Broadcom TRX: HDR0, length, CRC, flags and version, three (v1) or four (v2) offsets. The CRC is
	the reflected CRC-32 without the final inversion, over all from the flags to the end."""
	slots = 3 if version == 1 else 4
	head = 16 + 4 * slots
	offsets, body = [], bytearray()
	for part in parts:
		body.extend(b"\0" * (-(head + len(body)) % (4 if not offsets else 4096)))
		offsets.append(head + len(body))
		body.extend(part)
	body.extend(b"\0" * (-(head + len(body)) % 4096))
	if size:
		body.extend(b"\0" * (size - head - len(body)))
	summed = struct.pack("<HH", 0, version)
	summed += b"".join(struct.pack("<I", o) for o in offsets + [0] * (slots - len(offsets)))
	summed += bytes(body)
	crc = binascii.crc32(summed) ^ 0xFFFFFFFF
	return b"HDR0" + struct.pack("<II", head + len(body), crc) + summed, offsets


def uimage(data, type, arch="arm", comp="none", name="image", load=0x8000, entry=None):
	with scratch() as tmp:
		src, out = pathlib.Path(tmp, "in"), pathlib.Path(tmp, "out")
		src.write_bytes(data)
		run(["mkimage", "-A", arch, "-O", "linux", "-T", type, "-C", comp, "-a", hex(load),
			"-e", hex(load if entry is None else entry), "-n", name, "-d", src, out])
		return out.read_bytes()


def dtb(source):
	return through(["dtc", "-q", "-I", "dts", "-O", "dtb", "-"], source.encode())


def fit(source, files, external=False):
	"""FIT from an .its text; files is {name: bytes}, named in it by /incbin/."""
	with scratch() as tmp:
		for name, data in files.items():
			pathlib.Path(tmp, name).write_bytes(data)
		pathlib.Path(tmp, "in.its").write_text(source)
		argv = ["mkimage", "-D", "-I dts -O dtb -i %s" % tmp, "-f", tmp + "/in.its"]
		run(argv + (["-E"] if external else []) + [tmp + "/out"])
		return pathlib.Path(tmp, "out").read_bytes()


def stage(folder, data, number):
	"""A real file for a tool that wants one; runs of zero stay holes so that the tool sees them."""
	path = pathlib.Path(folder, "f%d" % number)
	with open(path, "wb") as f:
		for at in range(0, len(data), 4096):
			block = data[at:at + 4096]
			if block.count(0) != len(block):
				f.seek(at)
				f.write(block)
		f.truncate(len(data))
	return path


def debugfs_lines(tree, tmp):
	"""The debugfs script that builds the tree: without root, and in an order we choose."""
	for number, entry in enumerate(tree):
		path = '"/%s"' % entry.path
		if entry.type == T.DIR and entry.path not in ("", "lost+found"):
			yield "mkdir " + path
		elif entry.same_as is not None:
			# unlike the other commands, ln does not make room; e2fsck -D takes back what is too much
			yield 'expand_dir "/%s"' % entry.path.rpartition("/")[0]
			yield 'ln "/%s" %s' % (entry.same_as, path)
			continue
		elif entry.type == T.FILE:
			yield "write %s %s" % (stage(tmp, entry.data, number), path)
			if len(entry.data) > 4096:  # a hole at the end is forgotten with inline_data
				yield "sif %s size %d" % (path, len(entry.data))
		elif entry.type == T.LINK:
			yield 'symlink %s "%s"' % (path, entry.target)
		elif entry.type in (T.FIFO, T.SOCKET, T.CHAR, T.BLOCK):
			yield from mknod_lines(entry)
		yield from inode_lines(entry, path, tmp, number)


def mknod_lines(entry):
	"""mknod, alone among the commands, takes a bare name in the working directory."""
	folder, _, name = entry.path.rpartition("/")
	yield 'cd "/%s"' % folder
	if entry.dev:
		yield 'mknod "%s" %s %d %d' % (name, entry.type[0], *entry.dev)
	else:
		yield 'mknod "%s" p' % name
	yield "cd /"


def inode_lines(entry, path, tmp, number):
	yield "sif %s mode 0%o" % (path, T.TYPE_BITS[entry.type] | entry.mode)
	for field, value in (("uid", entry.uid), ("gid", entry.gid), ("mtime", "@%d" % entry.mtime),
			("ctime", "@%d" % entry.mtime), ("atime", "@%d" % entry.mtime)):
		yield "sif %s %s %s" % (path, field, value)
	for i, (name, value) in enumerate(sorted(entry.xattrs.items())):
		file = pathlib.Path(tmp, "x%d-%d" % (number, i))
		file.write_bytes(value)
		yield "ea_set -f %s %s %s" % (file, path, name)


def ext(tree, kind, size, options=(), label="rootfs"):
	"""ext2, ext3 or ext4 of size bytes. e2fsck -D then mends link counts and indexes directories."""
	with scratch() as tmp:
		out = pathlib.Path(tmp, "ext")
		run(["mke2fs", "-q", "-F", "-t", kind, "-U", GUID % 0xE0, "-L", label, "-E",
			"hash_seed=" + GUID % 0xE1 + ",nodiscard", "-m", "0", *options, out, str(size // 1024) + "k"])
		script = pathlib.Path(tmp, "script")
		with open(script, "wb") as f:
			for line in debugfs_lines(tree, tmp):
				f.write(T.bytes_of(line) + b"\n")
		said = run(["debugfs", "-w", "-f", script, out], both=True)
		bad = [l for l in said.decode(errors="replace").splitlines()
			if l and not l.startswith(("debugfs", "Allocated inode"))]
		if bad:
			raise SystemExit("debugfs: " + "\n".join(bad[:10]))
		run(["e2fsck", "-f", "-y", "-D", out], ok=(0, 1))
		run(["e2fsck", "-f", "-n", out])
		return out.read_bytes()


def romfs(tree, volume="golden", options=()):
	"""By genromfs, which makes device nodes of files named @name,type,major,minor."""
	with scratch() as tmp:
		top = pathlib.Path(tmp, "tree")
		for entry in tree:
			folder, _, name = entry.path.rpartition("/")
			path = top / entry.path
			if entry.type == T.DIR:
				path.mkdir()
			elif entry.same_as is not None:
				path.hardlink_to(top / entry.same_as)
			elif entry.type == T.FILE:
				path.write_bytes(entry.data)
				path.chmod(0o755 if entry.mode & 0o111 else 0o644)
			elif entry.type == T.LINK:
				path.symlink_to(entry.target)
			else:
				kind, dev = ("p", (0, 0)) if entry.type == T.FIFO else (entry.type[0], entry.dev)
				(top / folder / ("@%s,%s,%d,%d" % (name, kind, *dev))).touch()
		run(["genromfs", "-d", top, "-f", tmp + "/out", "-V", volume, *options])
		return pathlib.Path(tmp, "out").read_bytes()


def fat_filler(image, tmp):
	"""Twenty files of three clusters; every other one is deleted at once, so that what follows lies in
	pieces. Returns the names to delete at the end; their entries stay, marked as deleted."""
	filler = stage(tmp, b"filler" * 200, 1 << 20)
	names = ["::/filler%02d" % i for i in range(20)]
	for name in names:
		run(["mcopy", "-Q", "-i", image, filler, name])
	run(["mdel", "-i", image, *names[::2]])
	return names[1::2]


def fat(tree, bits, size, label="BOOT", options=(), pieces=False):
	"""FAT12, 16 or 32 of size bytes, filled by mtools in our order; pieces: with fragmented files and
	deleted entries."""
	with scratch() as tmp:
		out = pathlib.Path(tmp, "fat")
		run(["mkfs.vfat", "--invariant", "-F", bits, "-n", label, "-i", "a55a1234", *options,
			"-C", out, size // 1024])
		filler = fat_filler(out, tmp) if pieces else []
		for number, entry in enumerate(tree):
			if entry.type == T.DIR and entry.path:
				run(["mmd", "-i", out, "::/" + entry.path])
			elif entry.type == T.FILE:
				src = stage(tmp, entry.data, number)
				os.utime(src, (entry.mtime, entry.mtime))
				run(["mcopy", "-m", "-Q", "-i", out, src, "::/" + entry.path])
		if filler:
			run(["mdel", "-i", out, *filler])
		return out.read_bytes()
