# SPDX-License-Identifier: Apache-2.0
"""Small images made of several things: partition tables, raw flash, nesting; and the sources of the
device tree and of the FIT."""
import gzip
import io
import pathlib
import tarfile
import zipfile

from . import pack, sample
from . import tree as T

SECTOR = 512

DTS = """/dts-v1/;
/memreserve/ 0x80000000 0x1000;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	model = "Assay sample board";
	compatible = "assay,sample", "ti,am33xx";
	chosen { bootargs = "console=ttyS0,115200 root=/dev/mtdblock3 rootfstype=squashfs"; };
	memory@80000000 { device_type = "memory"; reg = <0x80000000 0x10000000>; };
	flash@0 {
		compatible = "jedec,spi-nor";
		partitions {
			compatible = "fixed-partitions";
			#address-cells = <1>;
			#size-cells = <1>;
			partition@0 { label = "u-boot"; reg = <0x0 0x40000>; read-only; };
			partition@40000 { label = "rootfs"; reg = <0x40000 0x3c0000>; };
		};
	};
	empty {};
	odd { bytes = [00 01 02 ff]; strings = "a", "", "b"; };
};
"""

FIT_SOURCE = """/dts-v1/;
/ {
	description = "sample";
	#address-cells = <1>;
	images {
		kernel-1 { description = "Linux"; data = /incbin/("kernel"); type = "kernel"; arch = "arm";
			os = "linux"; compression = "gzip"; load = <0x8000>; entry = <0x8000>;
			hash-1 { algo = "sha256"; }; };
		ramdisk-1 { description = "initramfs"; data = /incbin/("ramdisk"); type = "ramdisk";
			arch = "arm"; os = "linux"; compression = "none"; hash-1 { algo = "crc32"; }; };
		fdt-1 { description = "board"; data = /incbin/("fdt"); type = "flat_dt"; arch = "arm";
			compression = "none"; hash-1 { algo = "sha1"; }; };
	};
	configurations {
		default = "conf-1";
		conf-1 { kernel = "kernel-1"; ramdisk = "ramdisk-1"; fdt = "fdt-1"; };
	};
};
"""


def device_tree():
	return pack.dtb(DTS)


def place(image, at, data):
	image[at:at + len(data)] = data


def mbr(truth):
	"""sfdisk writes the table; p1 FAT16, p2 ext2, p3 extended with p5 SquashFS and p6 a ramdisk."""
	script = "\n".join(("label: dos", "label-id: 0x41535359",
		"start=2048, size=16384, type=e, bootable", "start=18432, size=8192, type=83",
		"start=26624, size=12288, type=5", "start=28672, size=4096, type=83",
		"start=34816, size=2048, type=da", ""))
	image = bytearray(20 << 20)
	with pack.scratch() as tmp:
		path = pathlib.Path(tmp, "disk")
		path.write_bytes(image)
		pack.run(["sfdisk", "-q", "--no-reread", "--no-tell-kernel", path], script.encode())
		image = bytearray(path.read_bytes())
	place(image, 2048 * SECTOR, pack.fat(sample.for_fat(), 16, 8 << 20, options=("-s", "1")))
	root = sample.linked()
	root.dir("lost+found", 0o700)
	place(image, 18432 * SECTOR, pack.ext(root, "ext2", 4 << 20, ("-b", "1024")))
	place(image, 28672 * SECTOR, pack.squashfs(sample.devices(), "gzip"))
	ramdisk = gzip.compress(pack.cpio(sample.mini(), "newc"), 9, mtime=0)
	place(image, 34816 * SECTOR, ramdisk)
	truth.tree("mbr:1/fat", sample.for_fat(), owners=False)
	truth.tree("mbr:2/ext", root)
	truth.tree("mbr:5/squashfs", sample.devices())
	truth.tree("mbr:6/gzip/cpio", sample.mini())
	return bytes(image)


def gpt(truth):
	size = 20 << 20
	parts = ((2048, 18431, "ef00", "ESP"), (18432, 26623, "8300", "root"),
		(26624, 34815, "8300", "rom"), (34816, 36863, "8301", "spare"))
	argv = ["sgdisk", "-o", "-U", pack.GUID % 1]
	for i, (start, end, code, name) in enumerate(parts, 1):
		argv += ["-n", "%d:%d:%d" % (i, start, end), "-t", "%d:%s" % (i, code), "-c",
			"%d:%s" % (i, name), "-u", "%d:%s" % (i, pack.GUID % (0x10 + i))]
	with pack.scratch() as tmp:
		path = pathlib.Path(tmp, "disk")
		path.write_bytes(bytes(size))
		pack.run(argv + [path])
		image = bytearray(path.read_bytes())
	root = sample.linked()
	root.dir("lost+found", 0o700)
	place(image, 2048 * SECTOR, pack.fat(sample.for_fat(), 16, 8 << 20, "ESP", ("-s", "1")))
	place(image, 18432 * SECTOR, pack.ext(root, "ext4", 4 << 20, ("-b", "1024", "-O", "^has_journal")))
	place(image, 26624 * SECTOR, pack.squashfs(sample.devices(), "zstd"))
	truth.tree("gpt:1/fat", sample.for_fat(), owners=False)
	truth.tree("gpt:2/ext", root)
	truth.tree("gpt:3/squashfs", sample.devices())
	return bytes(image)


def flash(truth, kernel):
	"""1 MiB of flash with a boot loader's environment, a kernel, two file systems and an odd tail."""
	image = bytearray(b"\xff" * (1 << 20))
	place(image, 0, sample.noise(20000, b"loader"))
	header = pack.uimage(kernel, "kernel", comp="gzip", name="Linux")
	place(image, 0x10000, header)
	place(image, 0x20000, device_tree())
	root = pack.squashfs(sample.linked(), "xz")
	place(image, 0x30000, root)
	odd = gzip.compress(pack.cpio(sample.mini(), "newc"), 9, mtime=0)
	place(image, 0xA0003, odd)
	image[0xC0000:0xD0000] = bytes(0x10000)
	place(image, 0xE0000, pack.squashfs(sample.mini(), "gzip", 4096))
	truth.blob("flash", header, "@0x10000")
	truth.blob("flash", device_tree(), "@0x20000")
	truth.tree("flash@0x30000/squashfs", sample.linked())
	truth.tree("flash@0xa0003/gzip/cpio", sample.mini())
	truth.tree("flash@0xe0000/squashfs", sample.mini())
	return bytes(image)


def one(name, data):
	tree = T.Tree()
	tree.file(name, data)
	return tree


def zipped(name, data):
	out = io.BytesIO()
	with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
		info = zipfile.ZipInfo(name, (2024, 3, 1, 12, 0, 0))
		info.create_system, info.external_attr = 3, 0o100644 << 16
		archive.writestr(info, data)
	return out.getvalue()


def nested(truth):
	"""Each layer is listed under its chain, the innermost file last."""
	chain, data = "zip/trx:1/squashfs", b"at the bottom\n"
	inner = zipped("secret.txt", data)
	tar = one("inner.zip", inner).tar(tarfile.USTAR_FORMAT)
	squash = pack.squashfs(one("backup.tar.gz", gzip.compress(tar, 9, mtime=0)), "gzip")
	trx, _ = pack.trx([gzip.compress(b"loader", 9, mtime=0), squash])
	truth.tree("zip", one("firmware.trx", trx), root=False)
	truth.tree(chain, one("backup.tar.gz", gzip.compress(tar, 9, mtime=0)))
	truth.tree(chain + ":/backup.tar.gz/gzip/tar", one("inner.zip", inner))
	truth.tree(chain + ":/backup.tar.gz/gzip/tar:/inner.zip/zip", one("secret.txt", data), root=False)
	for row in truth.rows:
		if row[0] == "zip" or row[0].endswith("/zip"):
			row[4] = row[5] = "-"
	return zipped("firmware.trx", trx)
