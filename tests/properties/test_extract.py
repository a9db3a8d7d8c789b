# SPDX-License-Identifier: Apache-2.0
"""assay extract: what it restores is what the image holds, and nothing is written outside its folder."""
import io
import json
import os
import pathlib
import re
import stat
import subprocess
import tarfile
import tempfile
import unittest

from common import TESTED, review, run

ROOT = os.geteuid() == 0
LONG = "n" * 4000


def unescape(name):
	"""The way back from a name on the host to the image's bytes (docs/security.md)."""
	return re.sub(rb"%([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), name)


def shown(text):
	"""The way back from a line of a list."""
	return re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]), text)


def add(t, name, data=b"", **more):
	i = tarfile.TarInfo(name)
	i.size = len(data)
	for key, value in more.items():
		setattr(i, key, value)
	t.addfile(i, io.BytesIO(data) if i.isreg() else None)


def archive(path, fill):
	with tarfile.open(path, "w", format=tarfile.PAX_FORMAT, encoding="utf-8", errors="surrogateescape") as t:
		fill(t)
	return path


def honest(t):
	add(t, "bin", type=tarfile.DIRTYPE, mode=0o555, mtime=1000000001, pax_headers={"mtime": "1000000001.25"})
	add(t, "bin/tool", b"#!/bin/sh\n", mode=0o4750, mtime=1, pax_headers={"mtime": "1234567890.123456789"})
	add(t, "bin/same", b"#!/bin/sh\n", mode=0o640, mtime=1000000000)
	add(t, "bin/other-name", type=tarfile.LNKTYPE, linkname="bin/tool")
	add(t, "shared", type=tarfile.DIRTYPE, mode=0o1777)
	add(t, "old", b"", mode=0o600, mtime=-86400)
	add(t, "xattr", b"x", pax_headers={"SCHILY.xattr.user.note": "a\ttab"})
	add(t, "link", type=tarfile.SYMTYPE, linkname="bin/tool", mtime=1000000002)
	add(t, "pipe", type=tarfile.FIFOTYPE, mode=0o620)
	add(t, "null", type=tarfile.CHRTYPE, mode=0o666, devmajor=1, devminor=3)


def hostile(outside):
	def fill(t):
		"""Links first, then what would be written through them."""
		add(t, "out", type=tarfile.SYMTYPE, linkname=outside)
		add(t, "out/through", b"bad")
		for i in range(3):
			add(t, "chain%d" % i, type=tarfile.SYMTYPE, linkname="chain%d" % (i + 1))
		add(t, "chain3", type=tarfile.SYMTYPE, linkname=outside)
		add(t, "chain0/through", b"bad")
		add(t, "self", type=tarfile.SYMTYPE, linkname="self")
		add(t, "self/through", b"bad")
		add(t, "up", type=tarfile.SYMTYPE, linkname="..")
		add(t, "up/up/up/through", b"bad")
		add(t, "../../../through", b"bad")
		add(t, outside + "/through", b"bad")
		add(t, "hard", type=tarfile.LNKTYPE, linkname=outside + "/secret")
		add(t, "good", b"good")
	return fill


ODD = ["control\x1b[2Jname", "line\nbreak", "tab\there", "percent%41", "percent%", "back\\slash", "back\\x2dslash", "not\udcff\udcfeutf8", "\u202eright", "-rf",
	" ", "...", "~", "$(touch x)", "del\x7f", "Case", "case", "CASE", LONG, LONG[:-1] + "m"]


class Extraction(unittest.TestCase):
	def setUp(self):
		self.tmp = tempfile.TemporaryDirectory()
		self.at = pathlib.Path(self.tmp.name)
		self.addCleanup(self.cleanup)

	def cleanup(self):
		subprocess.run(["chmod", "-R", "u+rwx", str(self.at)], check=False)
		self.tmp.cleanup()

	def extract(self, fill, *options, name="in"):
		image = archive(self.at / (name + ".tar"), fill)
		run(TESTED, "extract", image, "-C", self.at / name, "-q", *options)
		return self.at / name / (name + ".tar.unpacked")

	def listed(self, name, folder="in"):
		return [line.split(b"\t") for line in (self.at / folder / name).read_bytes().splitlines()]

	def test_modes_and_times_are_the_images(self):
		root = self.extract(honest)
		dossier = review(self.at / "out", self.at / "in.tar")
		told = {r["path"][1:]: r["mtime"] * 10**9 + r["nsec"] for r in json.loads(run(TESTED, "query", dossier, "SELECT path, mtime, nsec FROM place "
			"WHERE mtime IS NOT NULL", "--json"))}
		for name, mode, ns in (("bin", 0o555, 1000000001250000000), ("bin/tool", 0o750, 1234567890123456789), ("bin/same", 0o640, 1000000000 * 10**9),
				("old", 0o600, -86400 * 10**9), ("shared", 0o1777, 0)):
			st = (root / name).lstat()
			self.assertEqual(oct(stat.S_IMODE(st.st_mode)), oct(mode), name)
			self.assertEqual(st.st_mtime_ns, told[name], name)
			self.assertEqual(st.st_mtime_ns // 10**9, ns // 10**9, name)
		self.assertEqual((root / "bin/tool").stat().st_ino, (root / "bin/other-name").stat().st_ino)
		self.assertNotEqual((root / "bin/tool").stat().st_ino, (root / "bin/same").stat().st_ino)
		self.assertEqual((root / "bin/same").read_bytes(), b"#!/bin/sh\n")
		self.assertEqual(sorted((l[0], l[1]) for l in self.listed("links.tsv")),
			[(b"in.tar/link", b"symlink"), (b"in.tar/null", b"character device"), (b"in.tar/pipe", b"fifo")])
		self.assertEqual(self.listed("xattrs.tsv"), [[b"in.tar/xattr", b"user.note", rb"a\x09tab"]])
		self.assertEqual(self.listed("names.tsv"), [])
		self.assertFalse([p for p in root.rglob("*") if not (p.is_file() or p.is_dir()) or p.is_symlink()])

	def test_links_special_files_and_set_id_when_asked(self):
		root = self.extract(honest, "--links", "--special", "--set-id")
		self.assertEqual(os.readlink(root / "link"), "bin/tool")
		self.assertEqual((root / "link").lstat().st_mtime, 1000000002)
		self.assertEqual(stat.S_IMODE((root / "bin/tool").stat().st_mode), 0o4750)
		self.assertTrue(stat.S_ISFIFO((root / "pipe").stat().st_mode))
		self.assertEqual(stat.S_IMODE((root / "pipe").stat().st_mode), 0o620)
		if ROOT:
			self.assertEqual((root / "null").stat().st_rdev, os.makedev(1, 3))
		else:
			self.assertEqual([l[1] for l in self.listed("links.tsv")], [b"character device"])

	def test_nothing_is_written_outside_or_through_a_link(self):
		outside = self.at / "outside"
		outside.mkdir()
		(outside / "secret").write_text("secret")
		for name, *options in (("plain",), ("linked", "--links"), ("all", "--links", "--special", "--set-id")):
			root = self.extract(hostile(str(outside)), *options, name=name)
			self.assertEqual(sorted(p.name for p in outside.iterdir()), ["secret"])
			self.assertEqual((outside / "secret").read_text(), "secret")
			self.assertEqual((outside / "secret").stat().st_nlink, 1)
			self.assertEqual(sorted(p.name for p in (self.at / name).iterdir()), sorted(["links.tsv", "names.tsv", "xattrs.tsv", name + ".tar.unpacked"]))
			self.assertEqual((root / "good").read_bytes(), b"good")
			kept = [p for p in root.rglob("through") if p.read_bytes() == b"bad"]
			self.assertGreaterEqual(len(kept), 5)
			links = [p for p in root.rglob("*") if p.is_symlink()]
			self.assertEqual(bool(links), "--links" in options)
		# and a second time, over the links that the first made
		run(TESTED, "extract", self.at / "all.tar", "-C", self.at / "all", "-q", "--links")
		self.assertEqual(sorted(p.name for p in outside.iterdir()), ["secret"])

	def test_links_that_stand_in_the_folder_are_not_followed(self):
		outside = self.at / "outside"
		outside.mkdir()
		(self.at / "in" / "in.tar.unpacked").mkdir(parents=True)
		(self.at / "in/in.tar.unpacked/bin").symlink_to(outside)
		self.extract(honest)
		self.assertEqual(list(outside.iterdir()), [])
		self.assertIn([b"in.tar/bin", b"is", b"bin~2"], self.listed("names.tsv"))

	def test_odd_names_have_a_way_back(self):
		root = self.extract(lambda t: [add(t, n, b"%d" % i) for i, n in enumerate(ODD)])
		want = {n.encode("utf-8", "surrogateescape"): b"%d" % i for i, n in enumerate(ODD)}
		changed = {l[2]: shown(l[0])[len(b"in.tar/"):] for l in self.listed("names.tsv")}
		found = {}
		for name in os.listdir(os.fsencode(root)):
			data = pathlib.Path(os.fsdecode(os.path.join(os.fsencode(root), name))).read_bytes()
			self.assertNotRegex(name, rb"[\x00-\x1f\x7f]")
			name.decode("utf-8")
			self.assertEqual(changed.get(name, name)[:255], (unescape(name) if name not in changed or len(changed[name]) < 200 else changed[name])[:255])
			found[changed.get(name, name)] = data
		self.assertEqual(found, want)

	def test_one_name_twice(self):
		root = self.extract(lambda t: [add(t, "a/name", b"%d" % i) for i in range(5)])
		self.assertEqual(sorted(p.read_bytes() for p in (root / "a").iterdir()), [b"%d" % i for i in range(5)])
		self.assertEqual(len(self.listed("names.tsv")), 4)

	def test_very_many_and_very_deep_folders(self):
		"""More folders than a process may have open, and paths longer than the kernel takes."""
		deep = "/".join("d" * 200 for _ in range(60))
		root = self.extract(lambda t: [add(t, "f%d/x" % i, b"x") for i in range(3000)] + [add(t, deep + "/end", b"end")])
		self.assertEqual(self.listed("links.tsv"), [])
		for name, n in (("x", 3000), ("end", 1)):
			found = subprocess.run(["find", ".", "-name", name, "-type", "f", "-printf", "x"], cwd=root, stdout=subprocess.PIPE, check=True).stdout
			self.assertEqual(len(found), n)
