# SPDX-License-Identifier: Apache-2.0
"""Unpacking with other people's tools, and comparing the result with truth.tsv."""
import collections
import csv
import functools
import hashlib
import json
import os
import pathlib
import re
import stat
import subprocess

from . import cache, pack
from . import tree as T

ROOT = os.geteuid() == 0
KINDS = {stat.S_IFREG: T.FILE, stat.S_IFDIR: T.DIR, stat.S_IFLNK: T.LINK, stat.S_IFCHR: T.CHAR,
	stat.S_IFBLK: T.BLOCK, stat.S_IFIFO: T.FIFO, stat.S_IFSOCK: T.SOCKET}
NODES = (T.CHAR, T.BLOCK, T.SOCKET, T.FIFO)
# What a tool keeps of an image: nodes and owners; the root directory's own mode; which mode bits.
Keeps = collections.namedtuple("Keeps", "nodes root bits")
CONTENT = Keeps(False, False, 0o777)


def truth(folder):
	"""{container: {path: row}}, paths as bytes."""
	out = {}
	with open(folder / "truth.tsv", encoding="utf-8", newline="") as f:
		for row in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE):
			path = re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes.fromhex(m[1].decode()),
				row["path"].encode())
			out.setdefault(row["container"], {})[path] = row
	return out


def walk(folder):
	"""{path: stat} of what a tool has unpacked."""
	top = os.fsencode(folder)
	out = {b"/": os.lstat(top)}
	for base, dirs, files in os.walk(top):
		for name in dirs + files:
			full = os.path.join(base, name)
			out[full[len(top):]] = os.lstat(full)
	return out


def same(row, full, info, keeps):
	"""What is wrong with one entry, or None."""
	kind = KINDS[stat.S_IFMT(info.st_mode)]
	if kind != row["type"]:
		return "is a %s, not a %s" % (kind, row["type"])
	if kind == T.FILE:
		sha = hashlib.sha256(open(full, "rb").read()).hexdigest()
		if sha != row["sha256"] or info.st_size != int(row["size"]):
			return "other content"
	if kind == T.LINK and T.escape(os.fsdecode(os.readlink(full))) != row["target"]:
		return "other target"
	if row["mode"] != "-" and kind != T.LINK and (info.st_mode ^ int(row["mode"], 8)) & keeps.bits:
		return "mode %04o, not %s" % (info.st_mode & 0o7777, row["mode"])
	if keeps.nodes and row["uid"] != "-" and (info.st_uid, info.st_gid) != (int(row["uid"]), int(row["gid"])):
		return "owner %d:%d" % (info.st_uid, info.st_gid)
	if keeps.nodes and kind in (T.CHAR, T.BLOCK):
		dev = "%d:%d" % (os.major(info.st_rdev), os.minor(info.st_rdev))
		return None if dev == row["target"] else "device " + dev
	return None


def compare(rows, folder, keeps=CONTENT):
	"""Faults between truth and an unpacked folder."""
	have = walk(folder)
	faults = []
	for path, row in rows.items():
		if path == b"/" and not keeps.root:
			have.pop(path)
			continue
		info = have.pop(path, None)
		if info is None:
			if keeps.nodes or row["type"] not in NODES:
				faults.append("missing %r" % path)
			continue
		wrong = same(row, os.fsencode(folder) + path, info, keeps)
		if wrong:
			faults.append("%r %s" % (path, wrong))
	faults += ["more than the truth: %r" % path for path, info in have.items()
		if not stat.S_ISDIR(info.st_mode)]
	return faults


def tool(argv, cwd=None, stdin=None):
	done = subprocess.run([str(a) for a in argv], cwd=cwd, stdin=stdin, stdout=subprocess.PIPE,
		stderr=subprocess.STDOUT, env=pack.environment())
	return done.stdout


# How to unpack each file system or archive: a command in an empty folder, and what the tool keeps.
def unsquashfs(image, to):
	tool(["unsquashfs", "-q", "-n", "-f", "-d", to, image])


def rdump(image, to):
	tool(["debugfs", "-R", "rdump / " + str(to), image])


def mount(image, to):
	"""The kernel's own reading, where root may mount."""
	tool(["mount", "-o", "ro,loop", image, to])


@functools.cache
def can_mount():
	"""Tries it, once, on an empty file system."""
	if not ROOT:
		return False
	with pack.scratch() as tmp:
		image, to = pathlib.Path(tmp, "image"), pathlib.Path(tmp, "to")
		to.mkdir()
		tool(["mke2fs", "-q", "-F", image, "256k"])
		ok = subprocess.run(["mount", "-o", "ro,loop", image, to], stderr=subprocess.DEVNULL)
		if ok.returncode == 0:
			tool(["umount", to])
		return ok.returncode == 0


def mcopy(image, to):
	tool(["mcopy", "-s", "-Q", "-n", "-i", image, "::/*", to])


def untar(image, to):
	tool(["tar", "-xpf", image, "-C", to])


def uncpio(image, to):
	with open(image, "rb") as stdin:
		tool(["cpio", "-idmu", "--quiet", "--no-absolute-filenames"], to, stdin)


def unzip(image, to):
	tool(["unzip", "-qq", "-o", image], to)


def unar(image, to):
	tool(["ar", "x", image], to)


FULL = Keeps(ROOT, True, 0o7777 if ROOT else 0o777)
UNPACK = {"squashfs": (unsquashfs, FULL), "ext": (rdump, CONTENT), "fat": (mcopy, CONTENT),
	"tar": (untar, FULL), "cpio": (uncpio, FULL._replace(root=False)), "zip": (unzip, CONTENT),
	"ar": (unar, CONTENT)}
STREAMS = {"gzip": ["gzip", "-dcq"], "xz": ["xz", "-dc"], "lzma": ["xz", "-dc", "--format=lzma"],
	"bzip2": ["bzip2", "-dc"], "zstd": ["zstd", "-dcq"], "lz4": ["lz4", "-dcq"], "lzop": ["lzop", "-dcq"]}


def tree(format, image, rows):
	unpack, keeps = UNPACK[format]
	if format == "ext" and can_mount():
		unpack, keeps = mount, FULL
	old = os.umask(0)
	with pack.scratch() as tmp:
		to = pathlib.Path(tmp, "out")
		to.mkdir()
		unpack(image, to)
		if format == "ar":
			rows = {p: dict(r, mode="-") for p, r in rows.items()}
		faults = compare(rows, to, keeps)
		if unpack is mount:
			tool(["umount", to])
	os.umask(old)
	return faults


def stream(format, image, rows):
	with open(image, "rb") as stdin:
		done = subprocess.run(STREAMS[format], stdin=stdin, stdout=subprocess.PIPE,
			stderr=subprocess.DEVNULL)
	return done.stdout, [] if T.sha256(done.stdout) == rows[b"-"]["sha256"] else ["other payload"]


def chain(formats, image, found, prefix=""):
	"""Follows a chain of formats from an image file down to its tree."""
	name = prefix + formats[0]
	if formats[0] in STREAMS:
		data, faults = stream(formats[0], image, found[name])
		if faults or len(formats) == 1:
			return faults
		with pack.scratch() as tmp:
			below = pathlib.Path(tmp, "payload")
			below.write_bytes(data)
			return chain(formats[1:], below, found, name + "/")
	return tree(formats[0], image, found[name])


def parts_of_disk(image, found):
	"""Each partition that the truth knows, cut where sfdisk says it is."""
	table = json.loads(tool(["sfdisk", "-J", image]))["partitiontable"]["partitions"]
	with open(image, "rb") as f, pack.scratch() as tmp:
		for name in found:
			number, _, below = name.split(":", 1)[1].partition("/")
			entry = next(p for p in table if re.search(r"disk%s$|image%s$" % (number, number), p["node"]))
			f.seek(entry["start"] * 512)
			part = pathlib.Path(tmp, "part" + number)
			part.write_bytes(f.read(entry["size"] * 512))
			prefix = name[:len(name) - len(below)]
			if below in UNPACK:
				yield name, tree(below, part, found[name])
			elif below == "gzip/cpio":
				part.write_bytes(tool(["gzip", "-dcq", part]))
				yield name, tree("cpio", part, found[name])


def headers(image, found):
	"""uImage and FIT: dumpimage takes the payloads out."""
	kind = "fit" if "fit" in found else "uimage"
	faults = []
	with pack.scratch() as tmp:
		for i, row in enumerate(found[kind].values()):
			out = pathlib.Path(tmp, "p%d" % i)
			tool(["dumpimage", "-T", "flat_dt" if kind == "fit" else "kernel", "-p", i, "-o", out, image])
			if not out.exists() or T.sha256(out.read_bytes()) != row["sha256"]:
				faults.append("payload %s differs" % row["path"])
	return faults


# Of these there is no tool on a plain system, or it has a gap of its own.
NO_TOOL = {"trx-v1", "trx-v2", "nested", "flash", "dtb", "zip-lzma", "zip-bzip2", "cpio-two",
	"uimage-ramdisk", "uimage-multi", "fit-external"}


def small():
	top = cache.cache() / "images/small"
	skip = NO_TOOL if can_mount() else NO_TOOL | {"ext4-inline"}  # debugfs does not end inline files
	for folder in sorted(p for p in top.iterdir() if p.is_dir() and p.name not in skip):
		found = truth(folder)
		first = next(iter(found))
		if first.startswith(("mbr", "gpt")):
			yield from parts_of_disk(folder / "image", found)
		elif first.startswith(("uimage", "fit")):
			yield folder.name, headers(folder / "image", found)
		elif folder.name.startswith(("deb", "ipk-ar")):
			yield folder.name, tree("ar", folder / "image", found["ar"])
		else:
			deepest = max((n for n in found if ":" not in n), key=lambda n: n.count("/"))
			yield folder.name, chain(deepest.split("/"), folder / "image", found)


def cut(image, at, size, out):
	with open(image, "rb") as f:
		f.seek(at)
		out.write_bytes(f.read(size))
	return out


def planted(name):
	"""Every offset of planted.json points at what it says, in a file that has the hash it says."""
	folder = cache.cache() / "images" / name
	files = {row["path"]: row for row in truth(folder)["rootfs"].values()}
	faults = [row["id"] for row in json.loads((folder / "planted.json").read_text())
		if row["path"] and row["sha256"] and files[row["path"]]["sha256"] != row["sha256"]]
	return name + " planted", faults


def basestation():
	folder = cache.cache() / "images/basestation"
	image, found = folder / "basestation.bin", truth(folder)
	with pack.scratch() as tmp:
		for path, row in found["flash"].items():
			at, name = path.decode()[1:].split("/")
			part = cut(image, int(at, 16), int(row["size"]), pathlib.Path(tmp, name))
			ok = T.sha256(part.read_bytes()) == row["sha256"]
			yield "basestation " + name, [] if ok else ["differs"]
		yield "basestation rootfs", tree("squashfs", pathlib.Path(tmp, "rootfs"), found["rootfs"])
	yield planted("basestation")


def gateway():
	folder = cache.cache() / "images/gateway"
	found = truth(folder)
	with pack.scratch() as tmp:
		tool(["unzip", "-qq", folder / "gateway.zip"], tmp)
		yield "gateway zip", compare(found["zip"], tmp)
		trx = next(pathlib.Path(tmp).rglob("*.trx"))
		at = int.from_bytes(trx.read_bytes()[20:24], "little")
		part = cut(trx, at, -1, pathlib.Path(tmp, "squash"))
		yield "gateway rootfs", tree("squashfs", part, found["rootfs"])
	yield planted("gateway")


def server():
	folder = cache.cache() / "images/server"
	found = truth(folder)
	with pack.scratch() as tmp:
		disk = pathlib.Path(tmp, "disk")
		with open(disk, "wb") as out:
			subprocess.run(["gzip", "-dc", folder / "server.img.gz"], stdout=out, check=True)
		known = {"gpt:1/fat": found["esp"], "gpt:2/ext": found["rootfs"]}
		for name, faults in parts_of_disk(disk, known):
			yield "server " + name, faults


def netboot():
	folder = cache.cache() / "images/netboot"
	for container, rows in truth(folder).items():
		if ":" not in container:
			files = folder / "files" / container
			yield "netboot " + container, [os.fsdecode(p) for p, row in rows.items()
				if T.sha256((files / os.fsdecode(p)[1:]).read_bytes()) != row["sha256"]]
		elif container.endswith("/gzip/cpio") and "/uimage/" not in container:
			name, _, path = container.partition(":/")
			source = folder / "files" / name / path.removesuffix("/gzip/cpio")
			with pack.scratch() as tmp:
				plain = pathlib.Path(tmp, "cpio")
				plain.write_bytes(tool(["gzip", "-dc", source]))
				yield "netboot " + source.name, tree("cpio", plain, rows)


CHECKS = {"small": small, "basestation": basestation, "gateway": gateway, "server": server,
	"netboot": netboot}
