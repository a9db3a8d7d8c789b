# SPDX-License-Identifier: Apache-2.0
"""The table of small images: name, format, what it shows, and the function that makes it."""
import bz2
import collections
import gzip
import io
import lzma
import pathlib
import struct
import subprocess
import tarfile
import zipfile
import zlib

from . import disks, pack, sample
from . import tree as T

Case = collections.namedtuple("Case", "name format about make")
CASES = []


def case(name, format, about):
	def register(make):
		CASES.append(Case(name, format, about, make))
		return make
	return register


def host_versions():
	"""What the real files and the tools are; another version of them is another image."""
	packages = ("coreutils base-files squashfs-tools e2fsprogs dosfstools mtools u-boot-tools lzop lz4 "
		"zstd xz-utils gdisk fdisk zip device-tree-compiler").split()
	done = subprocess.run(["dpkg-query", "-W", *packages], stdout=subprocess.PIPE,
		stderr=subprocess.DEVNULL)
	return done.stdout.decode()


# ---- streams: the payload is a tar of a few files

def stream(name, format, about, squeeze):
	def make(truth):
		tar = sample.mini().tar(tarfile.USTAR_FORMAT)
		truth.blob(format, tar)
		truth.tree(format + "/tar", sample.mini())
		return squeeze(tar)
	case(name, format, about)(make)


def gzip_plain(data):
	return gzip.compress(data, 9, mtime=T.EPOCH)


def gzip_dressed(data):
	"""gzip with every optional header field: extra, name, comment, header CRC."""
	head = b"\x1f\x8b\x08\x1e" + struct.pack("<IBB", T.EPOCH, 2, 3)
	head += struct.pack("<H", 8) + b"AS\x04\0data" + b"rootfs.tar\0" + b"made for a test\0"
	head += struct.pack("<H", zlib.crc32(head) & 0xFFFF)
	body = zlib.compressobj(9, zlib.DEFLATED, -15)
	return (head + body.compress(data) + body.flush()
		+ struct.pack("<II", zlib.crc32(data), len(data)))


def halves(squeeze):
	return lambda data: squeeze(data[:10000]) + squeeze(data[10000:])


def lzma_alone(data, known=True):
	"""LZMA-alone; with the length in the header, as vendors write it, or with an end mark."""
	filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 23, "lc": 3, "lp": 0, "pb": 2}]
	out = lzma.compress(data, lzma.FORMAT_ALONE, filters=filters)
	if not known:
		return out
	return out[:5] + struct.pack("<Q", len(data)) + out[13:]


stream("gzip", "gzip", "one member", gzip_plain)
stream("gzip-dressed", "gzip", "extra, name, comment and header CRC", gzip_dressed)
stream("gzip-members", "gzip", "two members, one payload", halves(gzip_plain))
stream("gzip-padded", "gzip", "0xFF after the end, as in flash",
	lambda d: gzip_plain(d).ljust(65536, b"\xff"))
stream("xz", "xz", "CRC64, one block", lambda d: lzma.compress(d, check=lzma.CHECK_CRC64))
stream("xz-streams", "xz", "two streams with padding between, one payload",
	lambda d: lzma.compress(d[:9000]) + bytes(8) + lzma.compress(d[9000:], check=lzma.CHECK_NONE))
stream("xz-crc32-blocks", "xz", "several blocks with sizes, CRC32",
	lambda d: pack.through(["xz", "-T2", "--block-size=8192", "-C", "crc32", "-c"], d))
stream("xz-bcj", "xz", "ARM filter, SHA-256 check",
	lambda d: pack.through(["xz", "-C", "sha256", "--arm", "--lzma2=dict=64KiB", "-c"], d))
stream("lzma", "lzma", "length in the header", lzma_alone)
stream("lzma-endmark", "lzma", "length unknown, end mark", lambda d: lzma_alone(d, False))
stream("bzip2", "bzip2", "one stream", lambda d: bz2.compress(d, 9))
stream("bzip2-streams", "bzip2", "two streams, one payload", halves(lambda d: bz2.compress(d, 1)))
stream("zstd", "zstd", "checksum, size in the frame header",
	lambda d: pack.through(["zstd", "-q", "-19", "-c", "--stream-size=%d" % len(d)], d))
stream("zstd-skippable", "zstd", "a skippable frame, then two frames",
	lambda d: struct.pack("<II", 0x184D2A50, 5) + b"assay"
	+ halves(lambda p: pack.through(["zstd", "-q", "-c"], p))(d))
stream("lz4", "lz4", "frame, content size and checksum",
	lambda d: pack.through(["lz4", "-q", "-9", "-c"], d))
stream("lz4-linked", "lz4", "frame, linked blocks of 64 KiB, block checksums",
	lambda d: pack.through(["lz4", "-q", "-1", "-B4", "-BD", "-BX", "-c"], d))
stream("lz4-legacy", "lz4", "legacy frame, as the Linux kernel uses it",
	lambda d: pack.through(["lz4", "-q", "-l", "-9", "-c"], d))
stream("lzop", "lzop", "LZO1X-1", pack.lzop)
stream("lzop-9", "lzop", "LZO1X-999, CRC32", lambda d: pack.lzop(d, "-9", "--crc32"))


# ---- archives

def tar_case(name, about, tree, format):
	@case(name, "tar", about)
	def make(truth):
		truth.tree("tar", tree())
		return tree().tar(format)


tar_case("tar-ustar", "POSIX 1988", sample.linked, tarfile.USTAR_FORMAT)
@case("tar-v7", "tar", "before POSIX: no magic")
def tar_v7(truth):
	tree = sample.linked().copy(lambda e: e.type in (T.FILE, T.DIR, T.LINK))
	truth.tree("tar", tree)
	tar = bytearray(tree.tar(tarfile.USTAR_FORMAT))
	at = 0
	while tar[at]:
		size = int(tar[at + 124:at + 135], 8)
		tar[at + 257:at + 512] = bytes(255)
		tar[at + 148:at + 156] = b" " * 8
		tar[at + 148:at + 156] = b"%06o\0 " % sum(tar[at:at + 512])
		at += 512 + (size + 511 & ~511)
	return bytes(tar)


tar_case("tar-gnu", "GNU long names and links, base-256 numbers",
	sample.no_sockets, tarfile.GNU_FORMAT)
tar_case("tar-pax", "POSIX 2001: extended headers, xattrs", sample.no_sockets,
	tarfile.PAX_FORMAT)


@case("tar-sparse", "tar", "GNU sparse 1.0 and the old S type")
def tar_sparse(truth):
	data = sample.full()["usr/share/sparse"].data
	tree = T.Tree()
	tree.file("sparse", data)
	truth.tree("tar", tree, root=False)
	with pack.scratch() as tmp:
		pack.stage(tmp, data, 0).rename(pathlib.Path(tmp, "sparse"))
		return pack.run(["tar", "-C", tmp, "-c", "--sparse", "--format=oldgnu", "--owner=root:0",
			"--group=root:0", "--mode=0644", "--mtime=@%d" % T.EPOCH, "sparse"])


def cpio_case(kind, about, tree):
	@case("cpio-" + kind, "cpio", about)
	def make(truth):
		truth.tree("cpio", tree())
		return pack.cpio(tree(), kind)


cpio_case("newc", "SVR4, the initramfs format", sample.full)
cpio_case("crc", "SVR4 with checksums", sample.devices)
cpio_case("odc", "POSIX.1 octal", sample.devices)
cpio_case("bin-le", "old binary, little endian", sample.devices)
cpio_case("bin-be", "old binary, big endian", sample.devices)


@case("cpio-two", "cpio", "two archives in a row, as early microcode and initramfs")
def cpio_two(truth):
	first = T.Tree()
	first.file("kernel/x86/microcode/GenuineIntel.bin", sample.noise(2048, b"ucode"))
	truth.tree("cpio", first)
	truth.tree("gzip/cpio", sample.mini())
	inner = pack.cpio(sample.mini(), "newc")
	truth.blob("gzip", inner)
	return pack.cpio(first, "newc") + gzip_plain(inner)


def flat(tree):
	return [(e.path.replace("/", "_"), e.data) for e in tree if e.type == T.FILE]


def ar_case(name, bsd):
	@case(name, "ar", "BSD long names" if bsd else "GNU long names")
	def make(truth):
		members = flat(sample.mini())
		listed = T.Tree()
		for path, data in members:
			listed.file(path, data)
		truth.tree("ar", listed, root=False)
		return pack.ar(members, bsd)


ar_case("ar-gnu", False)
ar_case("ar-bsd", True)
CONTROL = """Package: assay-sample
Version: 1.2-3
Architecture: armhf
Maintainer: Nobody <nobody@example.org>
Description: sample package
"""


def control_tree():
	tree = T.Tree()
	tree.file("control", CONTROL)
	tree.file("postinst", b"#!/bin/sh\nset -e\n", 0o755)
	return tree


def package(truth, outer, squeeze, suffix, format):
	"""The three members of a .deb or .ipk, and their truth under the chain `outer`."""
	members = [("debian-binary", b"2.0\n")]
	for name, tree in (("control", control_tree()), ("data", sample.linked())):
		tar = tree.tar(tarfile.GNU_FORMAT)
		member = "%s.tar.%s" % (name, suffix)
		members.append((member, squeeze(tar)))
		truth.tree("%s:%s/%s/tar" % (outer, member, format), tree)
	listed = T.Tree()
	for name, data in members:
		listed.file(name, data)
	return members, listed


@case("deb", "ar", "Debian package, xz")
def deb(truth):
	members, listed = package(truth, "ar", lambda d: lzma.compress(d), "xz", "xz")
	truth.tree("ar", listed, root=False)
	return pack.ar(members, bsd=True)


@case("deb-zst", "ar", "Debian package, zstd")
def deb_zst(truth):
	squeeze = lambda d: pack.through(["zstd", "-q", "-c"], d)
	members, listed = package(truth, "ar", squeeze, "zst", "zstd")
	truth.tree("ar", listed, root=False)
	return pack.ar(members, bsd=True)


@case("ipk", "gzip", "OpenWrt package: a tar.gz of three members")
def ipk(truth):
	members, listed = package(truth, "gzip/tar", gzip_plain, "gz", "gzip")
	tar = listed.tar(tarfile.GNU_FORMAT)
	truth.blob("gzip", tar)
	truth.tree("gzip/tar", listed)
	return gzip_plain(tar)


@case("ipk-ar", "ar", "the older package shape: ar")
def ipk_ar(truth):
	members, listed = package(truth, "ar", gzip_plain, "gz", "gzip")
	truth.tree("ar", listed, root=False)
	return pack.ar(members)


def zip_tree():
	return sample.linked().copy(lambda e: e.same_as is None)


def zip_add(archive, entry, method):
	info = zipfile.ZipInfo(entry.path + ("/" if entry.type == T.DIR else ""), (2024, 3, 1, 12, 0, 0))
	info.create_system = 3
	info.external_attr = (T.TYPE_BITS[entry.type] | entry.mode) << 16
	info.compress_type = method if entry.type == T.FILE else zipfile.ZIP_STORED
	archive.writestr(info, entry.target if entry.type == T.LINK else entry.data)


class Pipe(io.RawIOBase):
	"""A sink that cannot seek: zip then writes data descriptors."""

	def __init__(self):
		self.out = bytearray()

	def writable(self):
		return True

	def write(self, data):
		self.out += data
		return len(data)


def zip_case(name, about, method, sink=io.BytesIO):
	@case(name, "zip", about)
	def make(truth):
		out = sink()
		with zipfile.ZipFile(out, "w", method) as archive:
			for entry in zip_tree():
				if entry.path:
					zip_add(archive, entry, method)
		truth.tree("zip", zip_tree(), root=False)
		for row in truth.rows:
			row[4] = row[5] = "-"  # these archives say nothing about owners
		return bytes(out.out if isinstance(out, Pipe) else out.getvalue())


zip_case("zip", "deflate, Unix modes, symlinks", zipfile.ZIP_DEFLATED)
zip_case("zip-stored", "stored", zipfile.ZIP_STORED)
zip_case("zip-stream", "sizes only in data descriptors", zipfile.ZIP_DEFLATED, Pipe)
zip_case("zip-bzip2", "method 12", zipfile.ZIP_BZIP2)
zip_case("zip-lzma", "method 14", zipfile.ZIP_LZMA)


# ---- file systems

def squash_case(name, about, compressor, *more, tree=sample.no_sockets):
	@case(name, "squashfs", about)
	def make(truth):
		truth.tree("squashfs", tree())
		return pack.squashfs(tree(), compressor, *more)


for comp in ("gzip", "xz", "lzma", "lzo", "lz4", "zstd"):
	squash_case("squashfs-" + comp, comp + ", 128 KiB blocks, fragments", comp)
squash_case("squashfs-4k", "gzip, 4 KiB blocks: long block lists", "gzip", 4096)
squash_case("squashfs-1m", "xz with ARM filter, 1 MiB blocks", "xz", 1 << 20, ("-Xbcj", "arm"))
squash_case("squashfs-nofrag", "no fragments, no duplicates check", "gzip", 131072,
	("-no-fragments", "-no-duplicates"))
squash_case("squashfs-tails", "tail ends packed into fragments", "gzip", 131072, ("-tailends",))
squash_case("squashfs-raw", "nothing compressed: data, fragments, inodes, ids, xattrs", "gzip", 131072,
	("-noD", "-noF", "-noI", "-noX"))
squash_case("squashfs-bare", "xattrs empty, holes not looked for", "gzip", 131072,
	("-no-sparse",), tree=sample.devices)


@case("squashfs-nodes", "squashfs", "sockets, FIFOs and devices, nothing else")
def squash_nodes(truth):
	tree = sample.full().copy(lambda e: e.path == "dev" or e.type in (T.SOCKET, T.FIFO) or e.dev)
	tree = tree.copy(lambda e: e.path.startswith("dev"))
	truth.tree("squashfs", tree)
	return pack.squashfs_nodes(tree, "gzip")


def ext_case(name, kind, about, size, *options):
	@case(name, "ext", about)
	def make(truth):
		tree = sample.for_script()
		tree.dir("lost+found", 0o700)
		truth.tree("ext", tree)
		return pack.ext(tree, kind, size, options)


ext_case("ext2", "ext2", "1 KiB blocks, indirect blocks", 4 << 20, "-b", "1024")
ext_case("ext3", "ext3", "journal, 1 KiB blocks", 6 << 20, "-b", "1024", "-J", "size=1")
ext_case("ext4", "ext4", "extents, 64bit, checksums, 4 KiB blocks", 12 << 20, "-b", "4096", "-J", "size=4",
	"-O", "64bit,metadata_csum")
ext_case("ext4-inline", "ext4", "inline data, 1 KiB blocks, no journal", 4 << 20, "-b", "1024", "-O",
	"inline_data,^has_journal")
ext_case("ext4-bare", "ext4", "extents off, 128-byte inodes", 4 << 20, "-b", "1024", "-I", "128", "-O",
	"^extent,^64bit,^metadata_csum,^has_journal")


def fat_case(bits, size, *options):
	@case("fat%d" % bits, "fat", "%d bits, long names, files in pieces, deleted entries" % bits)
	def make(truth):
		truth.tree("fat", sample.for_fat(), owners=False)
		return pack.fat(sample.for_fat(), bits, size, options=options, pieces=True)


fat_case(12, 1 << 20, "-s", "1")
fat_case(16, 8 << 20, "-s", "1")
fat_case(32, 34 << 20, "-s", "1")


# ---- carriers

def kernel():
	"""Something in place of a kernel: gzip'ed bytes with a version string in them."""
	return gzip_plain(b"Linux version 6.1.0-sample (nobody@nowhere)\n" + sample.noise(3000, b"kernel"))


@case("uimage-kernel", "uimage", "a compressed kernel")
def uimage_kernel(truth):
	truth.blob("uimage", kernel())
	truth.blob("uimage/gzip", gzip.decompress(kernel()))
	return pack.uimage(kernel(), "kernel", comp="gzip", name="Linux-6.1.0-sample")


@case("uimage-ramdisk", "uimage", "a gzip'ed initramfs, header says ramdisk")
def uimage_ramdisk(truth):
	archive = pack.cpio(sample.mini(), "newc")
	truth.blob("uimage", gzip_plain(archive))
	truth.blob("uimage/gzip", archive)
	truth.tree("uimage/gzip/cpio", sample.mini())
	return pack.uimage(gzip_plain(archive), "ramdisk", comp="gzip", name="initramfs")


@case("uimage-multi", "uimage", "multi-file image: kernel, ramdisk, device tree")
def uimage_multi(truth):
	parts = [kernel(), gzip_plain(pack.cpio(sample.mini(), "newc")), disks.device_tree()]
	for i, part in enumerate(parts):
		truth.blob("uimage", part, "/%d" % i)
	truth.tree("uimage:1/gzip/cpio", sample.mini())
	with pack.scratch() as tmp:
		files = []
		for i, part in enumerate(parts):
			files.append(str(pathlib.Path(tmp, "p%d" % i)))
			pathlib.Path(files[-1]).write_bytes(part)
		pack.run(["mkimage", "-A", "arm", "-O", "linux", "-T", "multi", "-C", "none", "-a", "0x8000",
			"-e", "0x8000", "-n", "multi", "-d", ":".join(files), tmp + "/out"])
		return pathlib.Path(tmp, "out").read_bytes()


@case("dtb", "dtb", "a device tree blob with memory, chosen, and odd properties")
def device_tree(truth):
	truth.blob("dtb", disks.device_tree(), "/")
	return disks.device_tree()


def fit_case(name, about, external):
	@case(name, "fit", about)
	def make(truth):
		files = {"kernel": kernel(), "fdt": disks.device_tree(),
			"ramdisk": gzip_plain(pack.cpio(sample.mini(), "newc"))}
		for key in ("kernel", "ramdisk", "fdt"):
			truth.blob("fit", files[key], "/images/%s-1" % key)
		truth.tree("fit:ramdisk-1/gzip/cpio", sample.mini())
		return pack.fit(disks.FIT_SOURCE, files, external)


fit_case("fit", "kernel, ramdisk and device tree inside the tree", False)
fit_case("fit-external", "the data after the tree (mkimage -E)", True)


def trx_case(version):
	@case("trx-v%d" % version, "trx", "loader, kernel (lzma) and SquashFS" if version == 1 else
		"four partitions")
	def make(truth):
		parts = [gzip_plain(b"loader" * 50), lzma_alone(gzip.decompress(kernel())),
			pack.squashfs(sample.linked(), "xz")]
		if version == 2:
			parts.append(sample.noise(512, b"signature"))
		image, offsets = pack.trx(parts, version)
		for i, part in enumerate(parts):
			end = offsets[i + 1] if i + 1 < len(parts) else len(image)
			truth.blob("trx", image[offsets[i]:end], "/%d" % i)
		truth.blob("trx:1/lzma", gzip.decompress(kernel()))
		truth.tree("trx:2/squashfs", sample.linked())
		return image


trx_case(1)
trx_case(2)


@case("mbr", "mbr", "FAT16, ext2, and two logical partitions")
def mbr(truth):
	return disks.mbr(truth)


@case("gpt", "gpt", "FAT ESP, ext4, SquashFS, and an unused partition")
def gpt(truth):
	return disks.gpt(truth)


@case("flash", "-", "raw flash: things at odd and aligned offsets between 0xFF and 0x00")
def flash(truth):
	return disks.flash(truth, kernel())


@case("nested", "-", "zip in tar.gz in SquashFS in TRX in zip: depth")
def nested(truth):
	return disks.nested(truth)
