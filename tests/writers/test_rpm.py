# SPDX-License-Identifier: Apache-2.0
"""RPM packages by rpmbuild: what they say of themselves is held against rpm's own answer; and damaged ones."""
import pathlib
import re
import tempfile
import unittest

import writers
from writers import have, run, said, trees

SPEC = """Name: written
Epoch: 4
Version: 2.0~rc1
Release: 7.el9
Summary: One of many
License: GPL-2.0-only AND MIT
URL: https://example.org/
BuildArch: noarch
%description
x
%pre
echo before
%postun -p /bin/sh
echo after
%files
%attr(4750, root, daemon) /usr/bin/tool
%config(noreplace) /etc/tool.conf
"""


def load():
	writers.sys.modules.setdefault("make", writers.sys.modules.get("make") or __import__("make"))
	return trees.runpy.run_path(str(trees.HERE / "rpm/make.py"))


def properties(lines):
	out = {}
	for l in lines:
		m = re.match(r"property\t\d+\t\d+\tformat=rpm\tname=(.*?)\tvalue=(.*)$", l)
		if m:
			out[m.group(1)] = m.group(2)
	return out


@unittest.skipUnless(have("rpmbuild", "rpm"), "rpmbuild")
class Rpm(unittest.TestCase):
	def test_payloads(self):
		make = load()
		files = (("usr/bin/tool", b"#!/bin/sh\n" * 300), ("etc/tool.conf", b"a = b\n"))
		for payload in ("w1.gzdio", "w9.bzdio", "w2.xzdio", "w19.zstdio", "w6.lzdio", "w.ufdio"):
			with self.subTest(payload=payload), tempfile.TemporaryDirectory() as tmp:
				image = make["build"](payload, files=files, spec=SPEC)
				lines = said(image)
				told = properties(lines)
				path = pathlib.Path(tmp, "x.rpm")
				path.write_bytes(image)
				theirs = run("rpm", "-qp", "--qf", "%{name}|%{epoch}|%{version}|%{release}|%{license}|%{url}|%{arch}|%{buildtime}",
					str(path)).decode().split("|")
				names = ("name", "epoch", "version", "release", "licence", "url", "architecture", "build time")
				self.assertEqual([told.get(n) for n in names], theirs)
				self.assertEqual([v for k, v in told.items() if k.startswith(("header SHA", "package MD5", "payload SHA"))],
					["ok"] * 4)
				self.assertTrue(any(l.endswith(" /prein") for l in lines) and any(l.endswith(" /postun") for l in lines))

	def test_damage_is_told(self):
		image = (trees.HERE / "rpm/gzip.bin").read_bytes()
		for at, wrong in ((len(image) - 20, ("payload SHA-256", "package MD5")), (5400, ("header SHA-256", "header SHA-1"))):
			bad = bytearray(image)
			bad[at] ^= 1
			lines = said(bytes(bad), "rpm")
			told = properties(lines)
			for name in wrong:
				self.assertEqual(told[name], "wrong")
			self.assertTrue(any(l.startswith("lost rpm damaged") for l in lines))
			self.assertTrue(any(l.endswith(" /payload") for l in lines))

	def test_cut_off(self):
		image = (trees.HERE / "rpm/gzip.bin").read_bytes()
		lines = said(image[:-40], "rpm")
		self.assertTrue(any("the package is cut off" in l for l in lines))
		self.assertTrue(any(l.endswith(" /postin") for l in lines))
