# SPDX-License-Identifier: Apache-2.0
"""Packages of the reference population: what is listed, fetched by the package client, unpacked in memory."""
import gzip
import io
import lzma
import pathlib
import re
import subprocess
import sys
import tarfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "images"))
from lib import apt, cache  # noqa: E402

SUITE = "bookworm"
ARCHES = ("amd64", "arm64", "armhf", "mipsel", "ppc64el", "i386")
BATCH = 20
LARGEST = 8 << 20 # bytes of a package file: what is larger is mostly one huge program


class Client(apt.Apt):
	"""The package client, with its state in the population's part of the cache."""

	def __init__(self, arch):
		super().__init__(SUITE, arch)
		root = folder()
		self.base = root / ("%s-%s" % (SUITE, arch))
		self.archives = root / "archives"
		self.config = self.base / "apt.conf"


def folder():
	path = cache.cache() / "population"
	path.mkdir(parents=True, exist_ok=True)
	return path


def listed(arch):
	"""Names of packages for arch, in the order of the list."""
	names, part = [], None
	for line in pathlib.Path(__file__).with_name("packages.txt").read_text().splitlines():
		line = line.split("#")[0].strip()
		if line.startswith("["):
			part = line.strip("[]")
		elif part in ("all", arch):
			names += line.split()
	return list(dict.fromkeys(names))


def known(client, names):
	"""What the archive has of names: one record each, newest version first."""
	done = subprocess.run(["apt-cache", "-q", "-c", str(client.config), "show", "--no-all-versions", *names],
		stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
	records = {}
	for stanza in done.stdout.split("\n\n"):
		fields = dict(re.findall(r"^([A-Za-z0-9-]+): (.*)$", stanza, re.M))
		if fields.get("Package") in names:
			records.setdefault(fields["Package"], fields)
	return records


def stored(client, record):
	version = record["Version"].replace(":", "%3a")
	return client.archives / ("%s_%s_%s.deb" % (record["Package"], version, record["Architecture"]))


def fetch(arch, say=print):
	"""Fetches what is missing; yields (source package, package, file) for what there is."""
	client = Client(arch)
	client.prepare()
	records = known(client, listed(arch))
	wanted = [r for r in records.values() if int(r["Size"]) <= LARGEST and r["Architecture"] == arch]
	missing = [r for r in wanted if not stored(client, r).exists()]
	for at in range(0, len(missing), BATCH):
		part = missing[at:at + BATCH]
		say("%s: fetching %d of %d packages" % (arch, at + len(part), len(missing)))
		client.apt("apt-get", "download", *["%s=%s" % (r["Package"], r["Version"]) for r in part],
			cwd=client.archives)
	for r in wanted:
		yield r.get("Source", r["Package"]).split()[0], r["Package"], stored(client, r)


def members(data):
	"""Members of an ar archive: (name, contents)."""
	at = 8
	while at + 60 <= len(data):
		size = int(data[at + 48:at + 58])
		yield data[at:at + 16].decode().strip().rstrip("/"), data[at + 60:at + 60 + size]
		at += 60 + size + size % 2


def tree(data):
	for name, body in members(data):
		if name == "data.tar.xz":
			return lzma.decompress(body)
		if name == "data.tar.gz":
			return gzip.decompress(body)
		if name == "data.tar":
			return body
		if name == "data.tar.zst":
			return subprocess.run(["zstd", "-dc"], input=body, stdout=subprocess.PIPE, check=True).stdout
	raise SystemExit("a package without data")


def programs(deb):
	"""ELF executables and libraries of a package: (path, contents)."""
	with tarfile.open(fileobj=io.BytesIO(tree(deb.read_bytes()))) as tar:
		for m in tar:
			if not m.isfile() or m.size < 256:
				continue
			body = tar.extractfile(m).read()
			if body[:4] == b"\x7fELF":
				yield m.name.lstrip("./"), body
