# SPDX-License-Identifier: Apache-2.0
"""ISO 9660, written by genisoimage, xorriso and bsdtar from a staged tree. Used by tests/writers/test_iso9660.py too."""
import pathlib
import struct

from trees import T, golden, lie, lines, pack, put, read, tree


def staged(t, tmp, command):
	"""Runs a shell command in a folder where t stands in ./in with its owners and nodes (fakeroot: nobody needs to be root)."""
	pathlib.Path(tmp, "t.tar").write_bytes(t.tar())
	script = "cd '%s' && mkdir in && tar --xattrs --xattrs-include='*' -xpf t.tar -C in && %s" % (tmp, command)
	return pack.run(["timeout", "60", "fakeroot", "sh", "-ec", script])


def genisoimage(t, *options):
	with pack.scratch() as tmp:
		staged(t, tmp, "genisoimage -quiet -no-pad -V GOLDEN %s -o out in" % " ".join(options))
		return pathlib.Path(tmp, "out").read_bytes()


def xorriso(t, *options, commands=""):
	with pack.scratch() as tmp:
		staged(t, tmp, "xorriso -report_about FATAL %s -as mkisofs -no-pad -V GOLDEN %s -o out in" % (commands, " ".join(options)))
		return pathlib.Path(tmp, "out").read_bytes()


def native(t, commands):
	"""By xorriso's own commands, which say more than those of mkisofs."""
	with pack.scratch() as tmp:
		staged(t, tmp, "xorriso -report_about FATAL -xattr on -outdev - -padding 0 -map in / %s -commit > out" % commands)
		return pathlib.Path(tmp, "out").read_bytes()


def bsdtar(t, *options):
	with pack.scratch() as tmp:
		pathlib.Path(tmp, "t.tar").write_bytes(t.tar())
		pack.run(["bsdtar", "-cf", tmp + "/out", "--format=iso9660", *options, "@" + tmp + "/t.tar"])
		return pathlib.Path(tmp, "out").read_bytes()


def plain(links=14):
	t = tree("xattr", "hole")
	t.file("long/%s/deep" % ("d" * 120), "deep\n", 0o640, 7, 8)
	t.link("far", "/".join(["component-%d" % i for i in range(links)]))
	return t


def names():
	"""What Joliet and plain ISO 9660 keep: names and contents."""
	t = T.Tree()
	t.dir("SUB")
	t.file("SUB/HELLO.TXT", "hello\n")
	t.file("EMPTY.BIN", b"")
	t.file("NUMBERS.BIN", bytes(range(256)) * 12)
	return t


@golden("iso9660", "rock")
def rock():
	return genisoimage(plain(), "-R", "-input-charset", "utf-8", "-cache-inodes"), lines(plain())


@golden("iso9660", "joliet")
def joliet():
	t = names()
	t.file("sub-w\u00f6rter/lower name.text", "lower\n")
	return genisoimage(t, "-J", "-input-charset", "utf-8"), lines(t, owners=False)


@golden("iso9660", "bsdtar")
def libarchive():
	t = tree("xattr", "hard")  # of a hard link out of a tar it writes no contents
	return bsdtar(t, "--options", "rockridge=strict,zisofs=1,!pad"), lines(t)


def zipped():
	t = T.Tree()
	t.file("zeros", bytes(70000) + b"end" + bytes(30000), 0o644)
	t.file("text", b"text " * 20000, 0o600, 3, 4)
	t.file("short", b"as it is\n", 0o644)
	return t


@golden("iso9660", "zisofs2")
def zisofs2():
	return native(zipped(), "-zisofs level=9:version_2=on:susp_z2=on:block_size_v2=32k -set_filter_r --zisofs / --"), lines(zipped())


@golden("iso9660", "plain")
def level1():
	return genisoimage(names(), "-iso-level", "1"), lines(names(), owners=False)


@golden("iso9660", "boot")
def boot():
	"""One boot image has a name, the other none."""
	t = names()
	t.file("BOOT.BIN", b"boot" * 512)
	t.dir("HID")
	t.file("HID/EFI.IMG", b"EFI " * 1024)
	image = genisoimage(t, "-b", "BOOT.BIN", "-no-emul-boot", "-boot-load-size", "4", "-c", "BOOT.CAT",
		"-eltorito-alt-boot", "-e", "HID/EFI.IMG", "-no-emul-boot", "-hide", "EFI.IMG", "-hide", "BOOT.CAT")
	t.drop("HID/EFI.IMG")
	return image, lines(t, owners=False) + ["part - - - 4096 %s /boot-image-2" % T.sha256(b"EFI " * 1024)]


def record(image, name):
	"""Where the directory record of that name begins."""
	return image.index(name.encode() + b";1") - 33


@lie("iso9660", "a structure refers back to itself", "/EMPTY.BIN")
def iso9660_directory_loop():
	image = read("iso9660", "plain")
	at = image.index(b"\3SUB", 0x8800 + 0x1000) - 32
	root = int.from_bytes(image[0x8000 + 158:0x8000 + 162], "little")
	return put(image, at + 2, "I", root)


@lie("iso9660", "a structure refers back to itself", "/EMPTY.BIN", " /SUB/HELLO.TXT", "! /HELLO.TXT")
def iso9660_directory_in_another():
	"""The root is made long enough to hold the directory that follows it: their records are read once."""
	image = read("iso9660", "plain")
	root = int.from_bytes(image[0x8000 + 158:0x8000 + 162], "little")
	for at in (0x8000 + 156, root * 2048):
		put(image, at + 10, "I", 4 * 2048)
	return image


@lie("iso9660", "blocks of a file are damaged or missing", "/EMPTY.BIN")
def iso9660_long_file():
	image = read("iso9660", "plain")
	return put(image, record(image, "NUMBERS.BIN") + 10, "I", 0xfffffff0)


@lie("iso9660", "directory record makes no sense", "/SUB/HELLO.TXT")
def iso9660_record_length():
	image = read("iso9660", "plain")
	return put(image, record(image, "NUMBERS.BIN"), "B", 20)


@lie("iso9660", "Rock Ridge fields go on and on")
def iso9660_continued_loop():
	image = read("iso9660", "rock")
	ce = image.index(b"CE\x1c\1", image.index(b"component-0") - 150)
	at = int.from_bytes(image[ce + 4:ce + 8], "little") * 2048 + int.from_bytes(image[ce + 12:ce + 16], "little")
	put(image, ce + 20, "I", 28)
	image[at:at + 28] = image[ce:ce + 28]
	return image


@lie("iso9660", "checksum of the boot catalog is wrong", "boot-image-2")
def iso9660_catalog_sum():
	image = read("iso9660", "boot")
	at = int.from_bytes(image[0x8800 + 71:0x8800 + 75], "little") * 2048
	return put(image, at + 4, "B", image[at + 4] ^ 1)


@lie("iso9660", "image is cut off", "/SUB")
def iso9660_cut():
	return read("iso9660", "plain")[:-2048]


def zisofs2_header(image, size):
	return image.index(b"\xef\x22\x55\xa1\xbc\x1b\x95\xa0\0\6\1\x0f" + struct.pack("<Q", size))


@lie("iso9660", "zisofs contents are damaged", "/text damaged", "/zeros$", "/short$")
def iso9660_zisofs2_pointer():
	image = read("iso9660", "zisofs2")
	return put(image, zisofs2_header(image, 100000) + 24 + 8, "Q", (1 << 64) - 16)


@lie("iso9660", "zisofs contents are damaged", "/text damaged", "/zeros$")
def iso9660_zisofs2_size():
	"""Far more than there are blocks for."""
	image = read("iso9660", "zisofs2")
	return put(image, image.index(b"Z2\x10\2PZ\6\x0f" + struct.pack("<Q", 100000)) + 8, "Q", 1 << 60)


@lie("iso9660", "lost iso9660 unsupported .* sparse", "! /dir/hello", " /a name with spaces")
def iso9660_sparse():
	"""A field that no writer is known of."""
	image = read("iso9660", "rock")
	return put(image, image.index(b"PX", image.index(b"HELLO.;1")), "2s", b"SF")


@lie("iso9660", "zisofs contents are damaged", "/dir/hello")
def iso9660_zisofs():
	image = read("iso9660", "bsdtar")
	at = image.index(b"\x37\xe4\x53\x96\xc9\xdb\xd6\x07")
	return put(image, at + 16, "I", 0x7fffffff)


def apple_map(count, start, blocks, kind=b"Apple_HFS"):
	"""The golden image with partitions of Apple's map before it."""
	image = read("iso9660", "rock")
	for i in range(1, 4):
		image[512 * i:512 * i + 80] = b"PM\0\0" + struct.pack(">III32s32s", count, start, blocks, b"disk", kind)
	return image


@lie("iso9660", "a partition of Apple's map is cut off", "/apple-partition-3", "/dir/hello")
def iso_apple_beyond():
	return apple_map(3, 4, 0xFFFFFFFF)


@lie("iso9660", "/apple-partition-3", "!apple-partition-4", "!cut off")
def iso_apple_count():
	return apple_map(0xFFFFFFFF, 4, 8)


@lie("iso9660", "!apple-partition", "/dir/hello")
def iso_apple_far():
	return apple_map(3, 0xFFFFFF00, 8)
