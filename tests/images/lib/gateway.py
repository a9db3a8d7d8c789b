# SPDX-License-Identifier: Apache-2.0
"""A mipsel home gateway as its vendor offers it for download: a zip with release notes and a TRX, in it the
kernel (LZMA) and a SquashFS (LZMA, the old vendor way). The package database is left in.

mipsel ends with Debian 12; the mirrors carry nothing older, so these are the oldest packages there are."""
import gzip
import hashlib
import io
import zipfile

from . import apt, cases, debs, pack, plant, plant_bts, plant_gw
from . import tree as T

PACKAGES = """busybox dnsmasq-base dropbear-bin hostapd iptables iproute2 ppp miniupnpd-iptables igmpproxy
lighttpd vsftpd openssl curl libc-bin base-files netbase bridge-utils tftpd-hpa xinetd openvpn ebtables
wireless-tools udhcpd""".split()
OPKG = """Package: hg1-webui
Version: 4.12-7
Status: install user installed
Architecture: mipsel_24kc
Installed-Time: 1500000000

Package: luci-app-cwmp
Version: 1.2.0-3
Status: install ok installed
Architecture: all
Installed-Time: 1500000000
"""
NOTES = "HG-1 firmware 4.12\nFixes: stability.\nTo install, open http://192.168.1.1/ and choose Update.\n"


def packages():
	source = apt.Apt("bookworm", "mipsel")
	kernel = source.newest("linux-image-4kc-malta", "linux-image-")
	return {"root": source.closure(PACKAGES), "kernel": source.alone([kernel])}


def root(files, planter):
	tree = planter.tree
	packages = debs.load(files["root"])
	debs.unpack(packages, tree)
	debs.without_documentation(tree)
	debs.database(packages, tree)
	tree.file("usr/lib/opkg/status", OPKG)
	debs.busybox_links(tree)
	tree.link("sbin/init", "/bin/busybox")
	for path in ("proc", "sys", "overlay", "mnt", "dev", "var/log"):
		tree.dir(path)
	tree.dir("tmp", 0o1777)
	tree.node("dev/console", T.CHAR, 0o600, (5, 1))
	tree.file("www/index.html", "<!DOCTYPE html><title>HG-1</title><h1>HG-1</h1>\n")
	plant_gw.all(tree, planter)
	return plant_gw.decoys(tree) + plant_bts.decoys(tree)


def vmlinux(deb):
	"""The kernel of the package: an ELF file, sometimes gzip'ed."""
	for entry in deb.tree():
		if entry.path.startswith(("boot/vmlinux-", "boot/vmlinuz-")) and entry.type == T.FILE:
			data = entry.data
			return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
	raise SystemExit("gateway: no kernel in " + deb.package)


def zipped(members):
	out = io.BytesIO()
	with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
		for entry in members:
			cases.zip_add(archive, entry, zipfile.ZIP_DEFLATED)
	return out.getvalue()


def build(folder, files):
	planter = plant.Planter("gateway", "rootfs", T.Tree())
	decoys = root(files, planter)
	deb = debs.Deb(files["kernel"][0])
	kernel = vmlinux(deb)
	parts = [cases.lzma_alone(kernel), pack.squashfs(planter.tree, "lzma", 1 << 16)]
	trx, offsets = pack.trx(parts)
	outer = T.Tree()
	outer.file("HG-1_V4.12/HG-1_V4.12.trx", trx)
	outer.file("HG-1_V4.12/release-notes.txt", NOTES)
	outer.file("HG-1_V4.12/md5sum.txt", hashlib.md5(trx).hexdigest() + "  HG-1_V4.12.trx\n")
	truth = T.Truth()
	truth.tree("rootfs", planter.tree)
	for entry in outer:
		if entry.type == T.FILE:
			truth.entry("zip", entry, owners=False)
	truth.blob("trx", trx[offsets[0]:offsets[1]], "/0")
	truth.blob("trx", trx[offsets[1]:], "/1")
	truth.blob("lzma", kernel, "-", deb.package, deb.version)
	(folder / "gateway.zip").write_bytes(zipped([e for e in outer if e.type == T.FILE]))
	truth.write(folder)
	plant.write(folder, planter, decoys)
