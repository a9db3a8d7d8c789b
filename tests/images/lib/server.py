# SPDX-License-Identifier: Apache-2.0
"""An arm64 server, clean: ordinary Debian packages as they are shipped, in a GPT disk with an EFI system
partition (FAT) and a root file system (ext4), gzip'ed. Accounts are locked, logins need a key, nothing
else listens. Whatever a report says about it above "low" had better be true."""
import gzip
import pathlib

from . import apt, debs, pack
from . import tree as T

SECTOR = 512
ESP_START, ESP_SIZE = 2048, 16 << 20
ROOT_START = ESP_START + ESP_SIZE // SECTOR
ROOT_SIZE = 320 << 20
# The essential packages, and what makes a small server of them.
PACKAGES = """base-files base-passwd bash bsdutils coreutils dash debianutils diffutils dpkg findutils grep
gzip hostname init-system-helpers libc-bin login mount ncurses-base ncurses-bin perl-base sed
sysvinit-utils tar util-linux apt ca-certificates cron dbus e2fsprogs ifupdown iproute2 iputils-ping kmod
less logrotate nano netbase nftables openssh-server procps sudo systemd systemd-sysv
systemd-timesyncd udev tzdata vim-tiny""".split()
# Only some files of these are used: they would bring a second kernel image and hundreds of modules.
BOOT = ["grub-efi-arm64-signed", "shim-signed", "shim-helpers-arm64-signed"]
MODULES = ("kernel/crypto", "kernel/drivers/block", "kernel/drivers/net/virtio", "kernel/drivers/nvme",
	"kernel/drivers/virtio", "kernel/fs/ext4", "kernel/fs/fat", "kernel/fs/jbd2", "kernel/lib",
	"kernel/net/netfilter", "kernel/net/ipv4", "kernel/net/ipv6")
SHADOW_USERS = ("messagebus:x:101:102::/nonexistent:/usr/sbin/nologin",
	"systemd-timesync:x:997:997:systemd Time Synchronization:/:/usr/sbin/nologin",
	"systemd-network:x:998:998:systemd Network Management:/:/usr/sbin/nologin",
	"sshd:x:102:65534::/run/sshd:/usr/sbin/nologin",
	"operator:x:1000:1000:Operator:/home/operator:/bin/bash")
UNITS = ("ssh.service", "cron.service", "nftables.service")
GRUB = """search.fs_uuid %s root
set prefix=($root)/boot/grub
configfile $prefix/grub.cfg
"""


def packages():
	source = apt.Apt("bookworm", "arm64")
	kernel = source.newest("linux-image-cloud-arm64", "linux-image-")
	return {"root": source.closure(PACKAGES), "kernel": source.alone([kernel]),
		"boot": source.alone(BOOT)}


def merged(tree):
	"""/bin, /sbin and /lib as links into /usr, the way Debian installs since version 12."""
	out = T.Tree()
	move = lambda p: "usr/" + p if p.split("/")[0] in ("bin", "sbin", "lib") else p
	for entry in tree:
		if entry.path in ("bin", "sbin", "lib"):
			continue
		entry.path = move(entry.path)
		if entry.same_as is not None:
			entry.same_as = move(entry.same_as)
		if not (entry.type == T.DIR and entry.path in out and out[entry.path].package != "-"):
			out.put(entry)
	for name in ("bin", "sbin", "lib"):
		out.link(name, "usr/" + name)
	return out


def accounts(tree):
	"""As the packages' scripts would set them up; every password field is locked."""
	passwd = tree["usr/share/base-passwd/passwd.master"].data.decode().replace(":*:", ":x:")
	passwd += "".join(line + "\n" for line in SHADOW_USERS)
	tree.file("etc/passwd", passwd)
	group = tree["usr/share/base-passwd/group.master"].data.decode().replace(":*:", ":x:")
	tree.file("etc/group", group + "messagebus:x:102:\nsystemd-timesync:x:997:\nsystemd-network:x:998:\n"
		"operator:x:1000:\n")
	names = [line.split(":")[0] for line in passwd.splitlines()]
	tree.file("etc/shadow", "".join("%s:*:19783:0:99999:7:::\n" % n for n in names), 0o640, 0, 42)
	tree.dir("home/operator", 0o700, 1000, 1000)
	tree.dir("root", 0o700)


def configure(tree):
	tree.file("etc/ssh/sshd_config", tree["usr/share/openssh/sshd_config"].data)
	tree.file("etc/ssh/sshd_config.d/keys.conf", "PasswordAuthentication no\n", 0o600)
	tree.file("etc/hostname", "server\n")
	tree.file("etc/hosts", "127.0.0.1 localhost\n::1 localhost\n")
	tree.file("etc/fstab", "UUID=%s / ext4 errors=remount-ro 0 1\n" % (pack.GUID % 0xE0))
	tree.file("etc/apt/sources.list", "deb http://deb.debian.org/debian bookworm main\n"
		"deb http://security.debian.org/debian-security bookworm-security main\n")
	tree.file("etc/machine-id", b"")
	tree.link("etc/localtime", "/usr/share/zoneinfo/Etc/UTC")
	for unit in UNITS:
		tree.link("etc/systemd/system/multi-user.target.wants/" + unit, "/lib/systemd/system/" + unit)
	tree.link("etc/systemd/system/sysinit.target.wants/systemd-timesyncd.service",
		"/lib/systemd/system/systemd-timesyncd.service")
	for path in ("boot/efi", "proc", "sys", "dev", "run", "mnt", "srv"):
		tree.dir(path)
	tree.dir("tmp", 0o1777)
	tree.dir("var/tmp", 0o1777)
	tree.dir("lost+found", 0o700)


def root(files):
	tree = T.Tree()
	packages = debs.load(files["root"])
	debs.unpack(packages, tree)
	kernel = debs.Deb(files["kernel"][0])
	for entry in kernel.tree():
		parts = entry.path.split("/", 3)
		module = parts[:2] == ["lib", "modules"] and parts[3:] and parts[3].startswith("kernel/")
		if entry.type == T.FILE and (not module or parts[3].startswith(MODULES)):
			tree.put(entry)
	tree.drop("usr/lib/" + kernel.package)  # device trees: an EFI machine has no use for them
	tree.drop("usr/share/locale")
	tree = merged(tree)
	debs.database(packages + [kernel], tree)
	accounts(tree)
	configure(tree)
	return tree


def esp(files):
	"""The signed boot chain, under the names the firmware looks for."""
	source = T.Tree()
	debs.unpack(debs.load(files["boot"]), source)
	tree = T.Tree()
	wanted = {"EFI/BOOT/BOOTAA64.EFI": "shimaa64.efi.signed", "EFI/debian/shimaa64.efi":
		"shimaa64.efi.signed", "EFI/debian/grubaa64.efi": "grubaa64.efi.signed",
		"EFI/debian/mmaa64.efi": "mmaa64.efi.signed"}
	for path, name in wanted.items():
		for entry in source:
			if entry.path.endswith("/" + name):
				tree.file(path, entry.data, package=entry.package, version=entry.version)
	tree.file("EFI/debian/grub.cfg", GRUB % (pack.GUID % 0xE0))
	return tree


def disk(esp_tree, root_tree):
	end = ROOT_START + ROOT_SIZE // SECTOR
	with pack.scratch() as tmp:
		path = pathlib.Path(tmp, "disk")
		with open(path, "wb") as f:
			f.truncate(end * SECTOR + (1 << 20))
		pack.run(["sgdisk", "-o", "-U", pack.GUID % 1, "-n", "1:%d:%d" % (ESP_START, ROOT_START - 1),
			"-t", "1:ef00", "-c", "1:EFI", "-u", "1:" + pack.GUID % 2, "-n", "2:%d:%d" % (ROOT_START,
			end - 1), "-t", "2:8305", "-c", "2:root", "-u", "2:" + pack.GUID % 3, path])
		with open(path, "r+b") as f:
			f.seek(ESP_START * SECTOR)
			f.write(pack.fat(esp_tree, 16, ESP_SIZE, "EFI"))
			f.seek(ROOT_START * SECTOR)
			f.write(pack.ext(root_tree, "ext4", ROOT_SIZE, ("-b", "4096")))
		return path.read_bytes()


def build(folder, files):
	root_tree, esp_tree = root(files), esp(files)
	image = disk(esp_tree, root_tree)
	truth = T.Truth()
	truth.tree("esp", esp_tree, owners=False)
	truth.tree("rootfs", root_tree)
	truth.blob("gzip", image)
	(folder / "server.img.gz").write_bytes(gzip.compress(image, 6, mtime=T.EPOCH))
	truth.write(folder)
	(folder / "planted.json").write_text("[]\n")
