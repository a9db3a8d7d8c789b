# SPDX-License-Identifier: Apache-2.0
"""An armhf mobile base station: 64 MiB of NOR flash as it would be read out of the device.

         0  MLO            first stage boot loader
    0x20000  u-boot         U-Boot, with its own header
    0x0e0000, 0x100000     the boot loader's environment, twice
    0x120000  dtb            device tree
    0x140000  kernel         uImage
    0x700000  rootfs         SquashFS, xz
    the last 128 KiB        a block of keys, encrypted by the vendor; everything else is 0xFF
"""
import binascii
import struct

from . import apt, debs, pack, plant, plant_bts, sample
from . import tree as T

SIZE = 64 << 20
BLOCK = 0x20000
BOARD = "am335x_boneblack"
PACKAGES = """osmo-bts osmo-bsc osmo-stp osmo-mgw libosmocore-utils busybox dropbear lighttpd dnsmasq snmpd
snmp hostapd wpasupplicant ppp openssl curl sudo iptables openssh-client libc-bin base-files base-passwd
netbase tcpdump strongswan iproute2 ethtool mtd-utils chrony logrotate socat inetutils-telnetd
inetutils-inetd inetutils-ftpd tftpd-hpa gdbserver kmod""".split()
OLD = ["libssl1.1", "busybox"]
MODULES = ("kernel/arch", "kernel/crypto", "kernel/drivers/mtd", "kernel/drivers/net",
	"kernel/drivers/usb", "kernel/drivers/i2c", "kernel/drivers/spi", "kernel/drivers/char",
	"kernel/drivers/mmc", "kernel/fs/ext4", "kernel/fs/ubifs", "kernel/fs/overlayfs", "kernel/lib",
	"kernel/net")
ENVIRONMENT = """bootcmd=nand read 0x82000000 0x140000 0x5c0000; bootm 0x82000000 - 0x88000000
bootargs=console=ttyS0,115200 root=/dev/mtdblock5 rootfstype=squashfs init=/sbin/init
bootdelay=3
ethaddr=02:00:5e:10:00:01
serverip=10.20.0.5
bank=1
"""


def packages():
	"""The package files of the image; from the cache when it has them."""
	now, old = apt.Apt("bookworm", "armhf"), apt.Apt("bullseye", "armhf")
	kernel = now.newest("linux-image-armmp", "linux-image-")
	return {"root": now.closure(PACKAGES), "kernel": now.alone([kernel]),
		"boot": now.alone(["u-boot-omap"]), "old": old.alone(OLD)}


def add_modules(tree, kernel):
	"""Of the distribution's modules, those that a base station has use for."""
	for entry in kernel:
		parts = entry.path.split("/", 3)
		if parts[:2] != ["lib", "modules"] or entry.type != T.FILE:
			continue
		if not parts[3].startswith("kernel/") or parts[3].startswith(MODULES):
			if not parts[3].startswith("kernel/lib/test"):
				tree.put(entry)


def root(files, planter):
	tree = planter.tree
	debs.unpack(debs.load(files["root"]), tree)
	debs.without_documentation(tree)
	for path in ("var/lib/dpkg", "usr/share/perl/5.36.0/pod", "usr/share/zoneinfo/right"):
		tree.drop(path)
	add_modules(tree, debs.Deb(files["kernel"][0]).tree())
	debs.busybox_links(tree)
	tree.link("sbin/init", "/bin/busybox")
	for path in ("proc", "sys", "dev/pts", "mnt", "var/log", "var/pm"):
		tree.dir(path)
	tree.dir("tmp", 0o1777)
	tree.node("dev/console", T.CHAR, 0o600, (5, 1))
	tree.node("dev/null", T.CHAR, 0o666, (1, 3))
	tree.node("dev/mtdblock5", T.BLOCK, 0o640, (31, 5))
	tree.file("etc/fstab", "proc /proc proc defaults 0 0\ntmpfs /tmp tmpfs mode=1777 0 0\n")
	tree.file("etc/hostname", "bts0815\n")
	old = T.Tree()
	debs.unpack(debs.load(files["old"]), old)
	plant_bts.all(tree, planter, old)


def environment(active):
	"""U-Boot's redundant environment: CRC-32, a flag, NUL terminated settings."""
	text = ENVIRONMENT.replace("\n", "\0").encode() + b"\0"
	body = text.ljust(BLOCK - 5, b"\0")
	return struct.pack("<IB", binascii.crc32(body), active) + body


def parts(files, planter):
	"""(offset, name, bytes, package, version) of what lies in the flash."""
	boot, kernel = debs.Deb(files["boot"][0]), debs.Deb(files["kernel"][0])
	tree = kernel.tree()
	release = kernel.package.removeprefix("linux-image-")
	image = tree["boot/vmlinuz-" + release].data
	blob = tree["usr/lib/linux-image-%s/am335x-boneblack.dtb" % release].data
	uimage = pack.uimage(image, "kernel", name="Linux-" + release)
	squash = pack.squashfs(planter.tree, "xz", 1 << 18, ("-nopad", "-Xdict-size", "100%"))
	secret = sample.noise(BLOCK, b"vendor key store")
	planter.raw("bts-keystore", "unexamined", SIZE - BLOCK, secret,
		"128 KiB that look like noise: encrypted by the vendor", "extent", "class='unknown'")
	loader = boot.tree()
	prefix = "usr/lib/u-boot/%s/" % BOARD
	return [(0, "MLO", loader[prefix + "MLO"].data, boot.package, boot.version),
		(0x20000, "u-boot", loader[prefix + "u-boot.img"].data, boot.package, boot.version),
		(0xE0000, "env1", environment(1), "-", "-"),
		(0x100000, "env2", environment(0), "-", "-"),
		(0x120000, "dtb", blob, kernel.package, kernel.version),
		(0x140000, "kernel", uimage, kernel.package, kernel.version),
		(0x700000, "rootfs", squash, "-", "-"),
		(SIZE - BLOCK, "keystore", secret, "-", "-")], image


def assemble(pieces):
	image = bytearray(b"\xff" * SIZE)
	end = 0
	for at, name, data, _, _ in pieces:
		if at < end or at + len(data) > SIZE:
			raise SystemExit("basestation: %s does not fit at 0x%x" % (name, at))
		image[at:at + len(data)] = data
		end = at + len(data)
	return bytes(image)


def build(folder, files):
	planter = plant.Planter("basestation", "rootfs", T.Tree())
	root(files, planter)
	pieces, kernel = parts(files, planter)
	truth = T.Truth()
	truth.tree("rootfs", planter.tree)
	for at, name, data, package, version in pieces:
		kind = T.AREA if name in ("env1", "env2", "keystore") else T.FILE
		truth.blob("flash", data, "@0x%x/%s" % (at, name), package, version, kind)
	truth.blob("uimage", kernel, "-", *pieces[5][3:])
	(folder / "basestation.bin").write_bytes(assemble(pieces))
	truth.write(folder)
	plant.write(folder, planter, plant_bts.decoys(planter.tree))
