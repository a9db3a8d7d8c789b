# SPDX-License-Identifier: Apache-2.0
"""The corpus: packages of chosen sources in several releases and architectures, fetched by the package client.

Lists and package files lie in the cache, under `components`. What is there already is not fetched again, so a run that was
interrupted goes on where it was.
"""
import collections
import hashlib
import math
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(TOP / "tests" / "images"), str(TOP / "tools" / "learn")]
from lib import apt, cache  # noqa: E402

BATCH = 200
LARGEST = 4 << 20, 1 << 20 # bytes of a package file, of the sources named first and of the others: what is larger is mostly data
FIRST = 260 # sources that are wanted whatever their size
ASIDE = 500, 500 # sources that nothing is learned from, nor held against: those looked at while the rules were made, those only measured
MOST = 3 # packages of a source in a release
UNWANTED = re.compile(r"-(dbg|dbgsym|dev|doc|docs|tests?|examples|common-dev|udeb|testsuite|headers|dkms)$|^linux-|-udeb$")
DESKTOP = re.compile(r"^lib(qt[456]|qt6|gtk|x11-6|xt6|kf[56]|glfw|gl1|opengl|gstreamer|cairo2|pango|sdl|wxgtk|fltk|fontconfig|qscintilla|gnome|ros|openmpi|hdf5|vtk|boost-python|globus|asound2|ocaml|r-base|mpi|blas|fftw|gdal|kdecore|telepathy|ruby|tcl8|tk8|python3-stdlib)|^(ocaml-base|r-base-core|ruby|octave|ghc|mono-runtime|php-common|libphp)")
APART = re.compile(r"^(k[a-z]+|ros-?.*|globus-.*|gst-.*|libx[a-z]+|qt.*|.*qt5?|gtk.*|gnome.*|ruby.*|erlang.*|ocaml.*|haskell.*|golang.*|rust-.*|node-.*|r-.*|"
	r"python.*|lib.*-perl|php-.*|lua-.*|telepathy-.*|fonts-.*|libreoffice.*|sdl.*|libsdl.*|gcc-.*|llvm.*|openjdk.*|mingw.*|.*-mingw.*|cross-.*|android-.*)$")
KEPT = re.compile(r"^(krb5|keepalived|kmod|kexec-tools|klibc|knockd|kea|knot.*|kamailio|keyutils|kbd|ksmbd-tools|libxml2|libxslt|libxcrypt|python3\.\d+|php\d.*|gcc-\d+|libxmlrpc.*)$")
SECTIONS = { # of what network equipment is made: the more, the better known there
	"net": 3, "httpd": 3, "libs": 2, "admin": 2, "comm": 2, "utils": 2, "shells": 2, "kernel": 2, "embedded": 3,
	"mail": 1, "interpreters": 1, "database": 1, "hamradio": 0, "otherosfs": 1, "cli-mono": -9, "web": 1, "misc": 0, "text": 0,
	"electronics": 0, "news": -1, "oldlibs": 0, "editors": 0, "vcs": 0, "introspection": -9, "devel": -1}


class Archive(apt.Apt):
	"""One release for one architecture."""

	def __init__(self, suite, arch):
		super().__init__(suite, arch)
		root = folder()
		self.base = root / ("%s-%s" % (suite, arch))
		self.archives = root / "archives"
		self.config = self.base / "apt.conf"

	def records(self):
		"""Every package of the release: the fields that matter here."""
		self.prepare()
		text = subprocess.run(["apt-cache", "-c", str(self.config), "dumpavail"], stdout=subprocess.PIPE, check=True,
			).stdout.decode("utf-8", "replace")
		for stanza in text.split("\n\n"):
			fields = dict(re.findall(r"^(Package|Source|Version|Architecture|Section|Size|Depends|Pre-Depends|SHA256): (.*)$", stanza, re.M))
			if "Package" in fields and "Version" in fields:
				yield Record(fields)

	def fetch(self, records, say=print):
		"""Fetches what is missing; answers the records whose file is there."""
		missing = [r for r in records if not self.path(r).exists()]
		for at in range(0, len(missing), BATCH):
			part = missing[at:at + BATCH]
			say("%s %s: fetching %d of %d packages" % (self.suite, self.arch, at + len(part), len(missing)))
			done = subprocess.run(["apt-get", "-q", "-c", str(self.config), "download", *["%s=%s" % (r.package, r.debian) for r in part]],
				cwd=self.archives, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
			if done.returncode:
				say(done.stdout[-400:])
		return [r for r in records if self.path(r).exists()]

	def path(self, r):
		return self.archives / ("%s_%s_%s.deb" % (r.package, r.debian.replace(":", "%3a"), r.arch))


class Record:
	"""A binary package: what it is called, what source and version it is made from."""

	def __init__(self, f):
		self.package, self.debian, self.arch = f["Package"], f["Version"], f["Architecture"]
		said = re.match(r"(\S+)(?: \((.*)\))?", f.get("Source", f["Package"]))
		self.source, self.source_version = said.group(1), said.group(2) or self.debian
		self.version = upstream(self.source_version)
		self.section = f.get("Section", "").split("/")[-1]
		self.size = int(f.get("Size", 0))
		self.depends = {re.match(r"[^ :(]+", alternative.strip()).group(0)
			for alternative in re.split(r"[,|]", ",".join((f.get("Depends", ""), f.get("Pre-Depends", "")))) if alternative.strip()}


def upstream(version):
	"""The version its makers gave it: without epoch, revision and what a distribution adds for having left something out."""
	version = version.split(":", 1)[-1].split("+really")[-1] # 1.3.dfsg+really1.3.2
	version = version.rsplit("-", 1)[0] if "-" in version else re.sub(r"(ubuntu|deb|\+b)\d.*$", "", version)
	version = re.sub(r"-(stable|release)$", "", version)
	version = re.sub(r"(?<=\d)[+~.](git|svn|hg|cvs|bzr|(19|20)\d{6}).*$", "", version)
	return re.sub(r"[.+~-]?(dfsg|ds|repack|repacked|really|debian|nmu)\d*([.+~-].*)?$", "", version)


def folder():
	path = cache.cache() / "components"
	(path / "archives" / "partial").mkdir(parents=True, exist_ok=True)
	return path


def wanted(r, arch):
	return r.arch == arch and not UNWANTED.search(r.package) and 2000 < r.size <= LARGEST[0] and r.section not in (
		"debug", "libdevel", "doc", "fonts", "localization", "metapackages")


def choose(records, arch, seeds, most):
	"""Names of source packages: those of the seeds, then by how many others depend on them and by section."""
	needed, sections, ours, shown = collections.Counter(), {}, {}, collections.Counter()
	for r in records:
		ours[r.package] = r.source
		if wanted(r, arch):
			sections[r.source] = max(sections.get(r.source, -9), SECTIONS.get(r.section, -5))
			shown[r.source] += 1 if any(DESKTOP.search(d) for d in r.depends) else -1
	for r in records:
		needed.update({ours.get(d) for d in r.depends} - {r.source, None})
	score = {s: math.log2(needed[s] + 1) + 3 * sections[s] + (100 if s in seeds else 0) - (20 if shown[s] > 0 else 0)
		- (15 if APART.search(s) and not KEPT.search(s) else 0) for s in sections}
	return sorted(sorted(score), key=lambda s: -score[s])[:most]


def pick(records, arch, sources):
	"""sources: in the order of the list. The packages of a release that are read: of each source those whose name is nearest to its own, programs and libraries."""
	by, rank = collections.defaultdict(list), {source: i for i, source in enumerate(sources)}
	for r in records:
		if r.source in rank and wanted(r, arch) and r.size <= LARGEST[rank[r.source] >= FIRST]:
			by[r.source].append(r)
	for source, found in sorted(by.items()):
		newest = max((r.debian for r in found), key=order)
		found = {r.package: r for r in found if r.debian == newest or upstream(r.debian) == upstream(newest)}.values()
		yield from sorted(found, key=lambda r: (not r.package.startswith(source), len(r.package), r.package))[:MOST]


def others(records, arch, sources):
	"""Of each source that is not learned the largest package with programs, in an order that nobody chose: those kept aside that are looked at, those kept aside
	that are only measured, and all others, which what is learned is held against."""
	largest, known = {}, set(sources)
	for r in records:
		usable = r.source not in known and wanted(r, arch) and r.size <= LARGEST[1] and any(d.startswith("libc6") for d in r.depends)
		if usable and (r.source not in largest or r.size > largest[r.source].size):
			largest[r.source] = r
	listed = sorted(largest.values(), key=lambda r: hashlib.sha256(r.source.encode()).hexdigest())
	looked, measured = ASIDE
	return listed[:looked], listed[-measured:], listed[looked:-measured]


def order(version):
	"""A key that sorts versions of one package well enough to find the newest: numbers as numbers, ~ before everything."""
	return [(1, int(n), "") if n else (0 if t.startswith("~") else 2, 0, t) for n, t in re.findall(r"(\d+)|([^\d]+)", version)]


def listed():
	"""The sources that are learned from, the most usual first."""
	return pathlib.Path(__file__).with_name("sources.txt").read_text().split()
