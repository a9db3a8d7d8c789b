# SPDX-License-Identifier: Apache-2.0
"""A file-system tree in memory, and the truth files that describe it.

A tree is what we want to be inside an image: names, contents, owners, modes, times, devices, links,
extended attributes, and the package each entry came from. It is made without root: nothing of it ever
exists as real owners or device nodes on the machine that builds.
"""
import hashlib
import io
import tarfile

# 2024-03-01 12:00:00 UTC: every time that nothing else decides, and the latest one in an image, as in a
# reproducible build. Even, so that FAT can hold it.
EPOCH = 1709294400

FILE, DIR, LINK, CHAR, BLOCK, FIFO, SOCKET = (
	"file", "dir", "symlink", "char", "block", "fifo", "socket")

AREA = "area"  # of truth files only

TYPE_BITS = {FILE: 0o100000, DIR: 0o040000, LINK: 0o120000, CHAR: 0o020000,
	BLOCK: 0o060000, FIFO: 0o010000, SOCKET: 0o140000}

TAR_TYPES = {tarfile.REGTYPE: FILE, tarfile.AREGTYPE: FILE, tarfile.DIRTYPE: DIR,
	tarfile.SYMTYPE: LINK, tarfile.CHRTYPE: CHAR, tarfile.BLKTYPE: BLOCK, tarfile.FIFOTYPE: FIFO}


class Entry:
	"""One name. `path` is relative, without leading slash ("" is the root); `same_as` is the path of
	the name it is a hard link to."""
	__slots__ = ("path", "type", "mode", "uid", "gid", "mtime", "data", "target", "dev", "same_as",
		"xattrs", "package", "version")

	def __init__(self, path, type, mode, uid=0, gid=0, mtime=EPOCH, data=b"", target="", dev=None,
			same_as=None, xattrs=None, package="-", version="-"):
		self.path, self.type, self.mode, self.uid, self.gid = path, type, mode, uid, gid
		self.mtime, self.data, self.target, self.dev = mtime, data, target, dev
		self.same_as, self.xattrs = same_as, dict(xattrs or {})
		self.package, self.version = package, version


def bytes_of(name):
	"""Names are Python strings; bytes that are not UTF-8 ride along as surrogates."""
	return name.encode("utf-8", "surrogateescape")


def escape(name):
	"""A name for a TSV cell: backslash, controls and bytes that are not UTF-8 become \\xHH."""
	out = []
	for ch in name:
		code = ord(ch)
		if 0xDC80 <= code <= 0xDCFF:
			out.append("\\x%02x" % (code - 0xDC00))
		elif code < 0x20 or code == 0x7F or ch == "\\":
			out.append("\\x%02x" % code)
		else:
			out.append(ch)
	return "".join(out)


def order(entry):
	return bytes_of(entry.path).split(b"/")


class Tree:
	def __init__(self):
		self.entries = {"": Entry("", DIR, 0o755)}

	def __iter__(self):
		"""Sorted so that a directory comes before what is in it."""
		return iter(sorted(self.entries.values(), key=order))

	def __contains__(self, path):
		return path in self.entries

	def __getitem__(self, path):
		return self.entries[path]

	def parents(self, path):
		"""Makes the directories above path that are still missing."""
		parts = path.split("/")[:-1]
		for i in range(1, len(parts) + 1):
			up = "/".join(parts[:i])
			if up not in self.entries:
				self.entries[up] = Entry(up, DIR, 0o755)

	def put(self, entry):
		self.parents(entry.path)
		entry.mtime = min(entry.mtime, EPOCH)
		self.entries[entry.path] = entry
		return entry

	def file(self, path, data, mode=0o644, uid=0, gid=0, **more):
		if isinstance(data, str):
			data = data.encode()
		return self.put(Entry(path, FILE, mode, uid, gid, data=data, **more))

	def dir(self, path, mode=0o755, uid=0, gid=0, **more):
		return self.put(Entry(path, DIR, mode, uid, gid, **more))

	def link(self, path, target, **more):
		return self.put(Entry(path, LINK, 0o777, target=target, **more))

	def hard(self, path, of):
		"""A further name for the file `of`. The name that sorts first holds the data, the others refer
		to it, so that a writer which goes through the tree in order never meets a link first."""
		src = self.entries[of]
		new = self.put(Entry(path, FILE, src.mode, src.uid, src.gid, src.mtime, src.data,
			same_as=src.same_as or of, xattrs=src.xattrs, package=src.package,
			version=src.version))
		self.relink([e for e in self.entries.values()
			if e.path == new.same_as or e.same_as == new.same_as])
		return new

	@staticmethod
	def relink(group):
		group.sort(key=order)
		group[0].same_as = None
		for entry in group[1:]:
			entry.same_as = group[0].path

	def node(self, path, type, mode, dev=None, **more):
		return self.put(Entry(path, type, mode, dev=dev, **more))

	def drop(self, path):
		"""Removes path and all below; if the name that holds a file's data goes, the next one does."""
		for p in [p for p in self.entries if p == path or p.startswith(path + "/")]:
			del self.entries[p]
		orphans = {}
		for entry in self.entries.values():
			if entry.same_as is not None and entry.same_as not in self.entries:
				orphans.setdefault(entry.same_as, []).append(entry)
		for group in orphans.values():
			self.relink(group)

	def copy(self, keep):
		"""A new tree of the entries that keep(entry) accepts."""
		out = Tree()
		for entry in self:
			if entry.path == "" or keep(entry):
				out.entries[entry.path] = entry
		return out

	def add_tar(self, stream, package="-", version="-"):
		"""Adds a tar (a package's data member). The first package to ship a directory owns it."""
		with tarfile.open(fileobj=stream, mode="r|", encoding="utf-8",
				errors="surrogateescape") as tar:
			for member in tar:
				self.add_member(tar, member, package, version)

	def add_member(self, tar, member, package, version):
		path = plain(member.name)
		if member.islnk():
			return self.hard(path, plain(member.linkname))
		type = TAR_TYPES[member.type]
		if type == DIR and path in self.entries and self.entries[path].package != "-":
			return None
		data = tar.extractfile(member).read() if type == FILE else b""
		dev = (member.devmajor, member.devminor) if type in (CHAR, BLOCK) else None
		return self.put(Entry(path, type, member.mode & 0o7777, member.uid, member.gid,
			int(member.mtime), data, member.linkname if type == LINK else "", dev,
			package=package, version=version))

	def tar(self, format=tarfile.PAX_FORMAT):
		"""The tree as tar bytes; sockets have no place in a tar and are left out."""
		out = io.BytesIO()
		with tarfile.open(fileobj=out, mode="w", format=format, encoding="utf-8",
				errors="surrogateescape") as tar:
			for entry in self:
				if entry.type != SOCKET:
					info = tar_info(entry, format)
					tar.addfile(info, io.BytesIO(entry.data) if info.size else None)
		return out.getvalue()


def plain(name):
	"""A tar member's name without "./" before and "/" around it."""
	return name.removeprefix("./").strip("/") if name != "." else ""


def tar_info(entry, format):
	info = tarfile.TarInfo("./" + entry.path if entry.path else ".")
	info.mode, info.uid, info.gid, info.mtime = entry.mode, entry.uid, entry.gid, entry.mtime
	back = {kind: code for code, kind in TAR_TYPES.items() if code != tarfile.AREGTYPE}
	info.type = back[entry.type]
	if entry.same_as is not None:
		info.type, info.linkname = tarfile.LNKTYPE, "./" + entry.same_as
	elif entry.type == LINK:
		info.linkname = entry.target
	elif entry.dev:
		info.devmajor, info.devminor = entry.dev
	elif entry.type == FILE:
		info.size = len(entry.data)
	if format == tarfile.PAX_FORMAT and entry.same_as is None:
		for name, value in sorted(entry.xattrs.items()):
			info.pax_headers["SCHILY.xattr." + name] = value.decode("utf-8", "surrogateescape")
	return info


COLUMNS = "container path type mode uid gid size sha256 target package version".split()


def sha256(data):
	return hashlib.sha256(data).hexdigest()


class Truth:
	"""The rows of truth.tsv, and of meta.tsv for what truth.tsv has no column for."""

	def __init__(self):
		self.rows, self.meta = [], []

	def tree(self, container, tree, owners=True, root=True):
		"""A file system. owners=False: the format keeps neither mode nor owner (FAT)."""
		for entry in tree:
			if entry.path or root:
				self.entry(container, entry, owners)

	def entry(self, container, entry, owners):
		is_file = entry.type == FILE
		target = "%d:%d" % entry.dev if entry.dev else escape(entry.target)
		self.rows.append([container, "/" + escape(entry.path), entry.type,
			"%04o" % entry.mode if owners else "-",
			str(entry.uid) if owners else "-", str(entry.gid) if owners else "-",
			str(len(entry.data)) if is_file else "-", sha256(entry.data) if is_file else "-",
			target or "-", entry.package, entry.version])
		self.meta.append([container, "/" + escape(entry.path), str(entry.mtime),
			"/" + escape(entry.same_as) if entry.same_as is not None else "-",
			";".join("%s=%s" % (k, v.hex()) for k, v in sorted(entry.xattrs.items())) or "-"])

	def blob(self, container, data, path="-", package="-", version="-", type=FILE):
		"""A payload without a name in a file system: what a stream, a header or a partition holds. Type
		AREA: bytes that nothing marks as one thing."""
		self.rows.append([container, path, type, "-", "-", "-", str(len(data)), sha256(data), "-",
			package, version])

	def write(self, folder):
		save(folder / "truth.tsv", COLUMNS, self.rows)
		save(folder / "meta.tsv", "container path mtime hardlink xattrs".split(), self.meta)


def save(path, columns, rows):
	text = "".join("\t".join(row) + "\n" for row in [columns] + rows)
	path.write_bytes(text.encode("utf-8", "surrogateescape"))
