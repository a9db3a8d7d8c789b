# SPDX-License-Identifier: Apache-2.0
"""Package files to trees, and what a package manager leaves behind in an installed system."""
import io
import subprocess

from . import tree as T

DOCUMENTATION = ("usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/locale",
	"usr/share/lintian", "usr/share/bug", "usr/share/doc-base", "usr/share/gtk-doc",
	"usr/share/bash-completion", "usr/share/zsh")
FIELDS = ("Package", "Version", "Architecture")


def read(argv):
	return subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, check=True).stdout


class Deb:
	def __init__(self, path):
		self.path = path
		self.control = read(["dpkg-deb", "-f", path]).decode()
		self.package, self.version, self.arch = (self.field(name) for name in FIELDS)

	def field(self, name):
		for line in self.control.splitlines():
			if line.startswith(name + ": "):
				return line[len(name) + 2:]
		return ""

	def tree(self):
		"""What this package alone ships."""
		tree = T.Tree()
		self.into(tree)
		return tree

	def into(self, tree):
		stream = io.BytesIO(read(["dpkg-deb", "--fsys-tarfile", self.path]))
		tree.add_tar(stream, self.package, self.version)

	def file(self, path):
		"""The bytes of one file of the package."""
		return self.tree()[path].data


def load(paths):
	"""Packages in the order of their names: the order in which they are laid down."""
	return sorted((Deb(p) for p in paths), key=lambda d: (d.package, d.arch))


def unpack(debs, tree, skip=()):
	"""Lays packages into tree; names in skip stay out."""
	for deb in debs:
		if deb.package not in skip:
			deb.into(tree)


def without_documentation(tree):
	for path in DOCUMENTATION:
		tree.drop(path)


def status(debs):
	"""The text of var/lib/dpkg/status for these packages, installed."""
	out = []
	for deb in debs:
		lines = deb.control.rstrip("\n").split("\n")
		lines.insert(1, "Status: install ok installed")
		out.append("\n".join(lines) + "\n")
	return "\n".join(out)


def database(debs, tree):
	"""var/lib/dpkg as after an installation: status, and a list of files for each package."""
	tree.file("var/lib/dpkg/status", status(debs))
	tree.file("var/lib/dpkg/available", b"")
	tree.file("var/lib/dpkg/arch", debs[0].arch + "\n")
	for deb in debs:
		names = "".join("/%s\n" % T.escape(e.path) if e.path else "/.\n" for e in deb.tree())
		tree.file("var/lib/dpkg/info/%s.list" % deb.package, names)


def applets(busybox):
	"""The names a BusyBox binary answers to, from the table in it (they are sorted, NUL between)."""
	start = busybox.index(b"\0[\0[[\0") + 1
	end = busybox.index(b"\0\0", start)
	return [name.decode() for name in busybox[start:end].split(b"\0")]


def busybox_links(tree, binary="bin/busybox"):
	"""Links the applets, in sbin or bin, unless a package has brought the real program."""
	have = {e.path.rsplit("/", 1)[-1] for e in tree
		if e.path.split("/")[:-1][-1:] in (["bin"], ["sbin"])}
	package = tree[binary]
	for name in applets(package.data):
		if name not in have:
			folder = "sbin" if name in SBIN else "bin"
			tree.link("%s/%s" % (folder, name), "/" + binary)


SBIN = set("""adjtimex arp freeramdisk getty halt httpd hwclock ifconfig ifdown ifup init insmod klogd
losetup lsmod mdev mkswap modprobe nameif pivot_root poweroff reboot rmmod route swapoff swapon
switch_root sysctl syslogd telnetd tftpd udhcpc udhcpd vconfig watchdog""".split())
