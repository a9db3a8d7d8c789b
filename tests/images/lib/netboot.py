# SPDX-License-Identifier: Apache-2.0
"""Images as the distribution ships them, nothing made here: network installers, and U-Boot for boards of
several architectures. truth.tsv has the files themselves (container: the package), and what is in the
installers' initial file systems (container: the chain down to the cpio)."""
import fnmatch
import gzip
import lzma

from . import apt, debs
from . import tree as T

INSTALLERS = ["debian-installer-12-netboot-armhf", "debian-installer-12-netboot-armel"]
LOADERS = {"armhf": ["u-boot-imx", "u-boot-omap", "u-boot-sunxi", "u-boot-rpi"],
	"arm64": ["u-boot-rpi", "u-boot-mvebu", "u-boot-rockchip", "u-boot-qemu"]}
# One of each shape; the packages hold hundreds of the like.
WANTED = """*/armel/kirkwood/marvell/sheevaplug/* */armel/kirkwood/network-console/*/netboot.img
*/armel/orion5x/buffalo/lspro_ls-gl/* */armhf/*/initrd.gz */armhf/*/vmlinuz */armhf/*/tftpboot.scr
*/armhf/*/am335x-boneblack.dtb */armhf/*/imx6q-cubox-i.dtb */armhf/*/sun7i-a20-cubietruck.dtb
*/u-boot/usbarmory/* */u-boot/wandboard/* */u-boot/am335x_boneblack/* */u-boot/omap3_beagle/*
*/u-boot/Cubietruck/* */u-boot/rpi_2/* */u-boot/rpi_4/* */u-boot/mvebu_espressobin*/*
*/u-boot/firefly-rk3399/* */u-boot/malta*/* */u-boot/qemu-ppce500/* */u-boot/qemu-riscv64/*
*/u-boot/qemu-x86/* */u-boot/qemu_arm64/*""".split()
UIMAGE_HEADER = 64  # bytes


def packages():
	source = {arch: apt.Apt("bookworm", arch) for arch in LOADERS}
	files = {"installers": source["armhf"].alone(INSTALLERS)}
	for arch, names in LOADERS.items():
		files[arch] = source[arch].alone(names)
	return files


def is_wanted(entry):
	return entry.type == T.FILE and any(fnmatch.fnmatchcase(entry.path, w) for w in WANTED)


def read_newc(data):
	"""A tree from a newc archive, read the plain way; later names replace earlier ones."""
	tree, at, first = T.Tree(), 0, {}
	while data[at:at + 6] == b"070701":
		f = [int(data[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13)]
		name = data[at + 110:at + 109 + f[11]].decode("utf-8", "surrogateescape")
		start = (at + 110 + f[11] + 3) & ~3
		at = (start + f[6] + 3) & ~3
		if name == "TRAILER!!!":
			break
		add(tree, T.plain(name), f, data[start:start + f[6]], first)
	return tree


def add(tree, path, f, data, first):
	"""One entry of a newc archive; f are the fields of its header. With hard links, the last one has the
	bytes; it comes first in our tree all the same."""
	kind = next(k for k, bits in T.TYPE_BITS.items() if bits == f[1] & 0o170000)
	dev = (f[9], f[10]) if kind in (T.CHAR, T.BLOCK) else None
	target = data.decode("utf-8", "surrogateescape") if kind == T.LINK else ""
	entry = T.Entry(path, kind, f[1] & 0o7777, f[2], f[3], f[5], data if kind == T.FILE else b"", target,
		dev)
	if path:
		tree.put(entry)
	else:
		tree.entries[""] = entry
	if kind == T.FILE and f[4] > 1:
		group = first.setdefault((f[0], f[7], f[8]), [])
		group.append(entry)
		if data:
			for other in group:
				other.data = data


STREAMS = {b"\x1f\x8b": ("gzip", gzip.decompress), b"\xfd7": ("xz", lzma.decompress)}


def inner(truth, container, path, data):
	"""The initial file system in an installer's file, if it is one. What a U-Boot header says about
	compression is not believed: one of these says gzip before xz."""
	chain = "%s:/%s/" % (container, path)
	if data[:4] == b"\x27\x05\x19\x56":
		data = data[UIMAGE_HEADER:UIMAGE_HEADER + int.from_bytes(data[12:16], "big")]
		chain += "uimage/"
	if data[:2] not in STREAMS:
		return
	name, decompress = STREAMS[data[:2]]
	plain = decompress(data)
	truth.blob(chain + name, plain)
	if plain[:6] == b"070701":
		truth.tree(chain + name + "/cpio", read_newc(plain))


def build(folder, files):
	truth = T.Truth()
	for deb in debs.load(p for group in files.values() for p in group):
		for entry in deb.tree():
			if not is_wanted(entry):
				continue
			container = "%s_%s" % (deb.package, deb.arch)
			out = folder / "files" / container / entry.path
			out.parent.mkdir(parents=True, exist_ok=True)
			out.write_bytes(entry.data)
			truth.entry(container, entry, owners=False)
			if "debian-installer" in deb.package:
				inner(truth, container, entry.path, entry.data)
	truth.write(folder)
	(folder / "planted.json").write_text("[]\n")
