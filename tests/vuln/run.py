#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The import of vulnerability feeds: every kind of feed, everything that may be wrong with one, and what happens when an import is
killed, doubled or done again.

usage: run.py [TEST...]      takes ASSAY_TESTED (or ASSAY) from the environment
"""
import bz2
import fcntl
import gzip
import hashlib
import http.server
import io
import json
import lzma
import os
import pathlib
import resource
import signal
import sqlite3
import ssl
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import unittest
import zipfile

import forms

ASSAY = os.environ.get("ASSAY_TESTED") or os.environ["ASSAY"]
SAMPLES = pathlib.Path(__file__).resolve().parent / "samples"
sys.path.insert(0, str(SAMPLES.parents[1] / "dossier"))
import make  # noqa: E402
CONTENT = ("record", "vulnerability", "alias", "product", "cpe_node", "cpe_match", "cpe_pack", "affected", "affected_range", "affected_version", "affected_cpe",
	"distribution_fix", "kev", "epss", "vex")


class Import(unittest.TestCase):
	def setUp(self):
		folder = tempfile.TemporaryDirectory()
		self.addCleanup(folder.cleanup)
		self.at = pathlib.Path(folder.name)
		self.index = self.at / "index.db"

	def assay(self, *words, index=None, env=None):
		return subprocess.run([ASSAY, "knowledge", *map(str, words), "--index", str(index or self.index)], capture_output=True, text=True,
			cwd=self.at, check=False, timeout=300, env={**os.environ, **(env or {})})

	def put(self, name, content):
		path = self.at / name
		path.parent.mkdir(parents=True, exist_ok=True)
		path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
		return path

	def load(self, content, name="feed.json", status=0, index=None):
		"""Imports one file; answers what was said."""
		p = self.assay("import", self.put(name, content), index=index)
		self.assertEqual(p.returncode, status, p.stdout + p.stderr)
		return p.stdout + p.stderr

	def ask(self, sql, *values, index=None):
		db = sqlite3.connect("file:%s?mode=ro" % (index or self.index), uri=True)
		try:
			return db.execute(sql, values).fetchall()
		finally:
			db.close()

	def content(self, index=None):
		"""All that the index states, without ids that depend on the order of things."""
		names = dict(self.ask("SELECT id, kind || ' ' || key FROM record", index=index))
		products = dict(self.ask("SELECT id, part || vendor || product FROM product", index=index))
		out = {}
		for table in CONTENT:
			columns = [c[1] for c in self.ask("PRAGMA table_info(%s)" % table, index=index)]
			rows = []
			for row in self.ask("SELECT * FROM %s" % table, index=index):
				told = dict(zip(columns, row))
				told["record"] = names.get(told.get("record"))
				told["product"] = products.get(told["product"]) if table in ("cpe_match", "cpe_pack") else told.get("product")
				rows.append(tuple(str(told[k]) for k in sorted(told) if k not in ("id", "source")))
			out[table] = sorted(rows)
		return out

	def cves(self, index=None):
		return [r[0] for r in self.ask("SELECT key FROM record WHERE kind = 'nvd' ORDER BY key", index=index)]

	def refusals(self):
		return self.ask("SELECT record, reason, at FROM refusal ORDER BY source, i")

	def healthy(self):
		self.assertEqual(self.ask("PRAGMA integrity_check"), [("ok",)])
		for table in CONTENT[1:]:
			if table not in ("product", "epss"):
				self.assertEqual(self.ask("SELECT count(*) FROM %s WHERE record NOT IN (SELECT id FROM record)" % table), [(0,)], table)
		self.packed()

	def packed(self):
		"""What is packed for look-ups is what cpe_match says, no more and no less; answers how many rows there are."""
		wanted = {}
		for row in self.ask("SELECT product, record, version, update_, edition, language, sw_edition, target_sw, target_hw, other, start_including, start_excluding,"
				" end_including, end_excluding FROM cpe_match WHERE vulnerable ORDER BY record, i"):
			wanted.setdefault(row[:2], []).append(row[2:])
		odd = {r for r, in self.ask("SELECT record FROM cpe_node WHERE operator = 'AND' OR negate")}
		rows = self.ask("SELECT product, record, plain, names FROM cpe_pack")
		self.assertEqual({row[:2]: forms.unpacked(row[3]) for row in rows}, wanted)
		self.assertEqual({row[1] for row in rows if not row[2]}, odd & {row[1] for row in rows})
		return len(rows)


class Kinds(Import):
	def test_real_samples(self):
		p = self.assay("import", SAMPLES)
		self.assertEqual(p.returncode, 0, p.stderr)
		self.assertEqual(self.ask("SELECT kind, count(*) FROM record GROUP BY kind"), [("kev", 3), ("nvd", 6), ("osv", 2)])
		self.assertEqual(self.ask("SELECT kind, read, stored, refused, newest FROM source ORDER BY kind"), [("kev", 3, 3, 0, "2025-08-25T17:04:19.9796Z"),
			("nvd", 6, 6, 0, "2026-06-17T01:47:18.457"), ("osv", 2, 2, 0, self.ask("SELECT max(modified) FROM record WHERE kind = 'osv'")[0][0])])
		self.assertEqual(self.ask("SELECT status, rejected, disputed, cvss_score, severity, summary FROM vulnerability WHERE cve = 'CVE-2021-20223'"),
			[("Rejected", 1, 0, None, None, "** REJECT ** DO NOT USE THIS CANDIDATE NUMBER.")])
		self.assertEqual(self.ask("SELECT cvss_version, cvss_score, severity, cwe FROM vulnerability WHERE cve = 'CVE-2018-18440'"), [("3.0", 7.8, "high", "CWE-119")])
		self.assertEqual(self.ask("SELECT m.vulnerable, p.part, p.vendor, p.product, m.version, m.update_, m.end_including FROM cpe_match AS m JOIN product AS p ON p.id = "
			"m.product JOIN record AS r ON r.id = m.record WHERE r.key = 'CVE-2018-18440' ORDER BY m.i"),
			[(1, "a", "denx", "u-boot", None, None, "2018.07"), (1, "a", "denx", "u-boot", "2018.09", "rc1", None)])
		tree = self.ask("SELECT n.node, n.parent, n.operator FROM cpe_node AS n JOIN record AS r ON r.id = n.record WHERE r.key = 'CVE-2019-16920' ORDER BY n.node LIMIT 4")
		self.assertEqual(tree, [(0, None, "AND"), (1, 0, "OR"), (2, 0, "OR"), (3, None, "AND")])
		self.assertEqual(self.ask("SELECT m.vulnerable, p.product, m.version, m.end_including FROM cpe_match AS m JOIN product AS p ON p.id = m.product JOIN record AS r ON "
			"r.id = m.record WHERE r.key = 'CVE-2019-16920' ORDER BY m.i LIMIT 2"), [(1, "dir-655_firmware", None, "3.02b05"), (0, "dir-655", "cx", None)])
		self.assertEqual(self.ask("SELECT a.ecosystem, a.name, a.purl, g.type, g.introduced, g.fixed, g.loose FROM affected AS a JOIN affected_range AS g ON g.record = a.record "
			"JOIN record AS r ON r.id = a.record WHERE r.key = 'OSV-2022-141'"), [("OSS-Fuzz", "curl", "pkg:generic/curl", "GIT",
				"9f985a11e794fdd2e175a4ea9ceb9d922a3400cd", "2a1951519e78c1aa404ec0201b9eaeae469d757b", 0)])
		self.assertEqual(self.ask("SELECT vendor, added, due, ransomware FROM kev WHERE cve = 'CVE-2016-5195'"), [("Linux", "2022-03-03", "2022-03-24", 0)])
		self.assertEqual(self.ask("SELECT kev FROM known WHERE cve = 'CVE-2019-16920'"), [("2022-03-25",)])

	def test_shipped(self):
		p = self.assay("import", "--shipped")
		self.assertEqual((p.returncode, p.stderr), (0, ""))
		sources = {s["kind"]: s for s in json.loads(self.assay("status", "--json").stdout)["sources"]}
		self.assertEqual({k: (s["name"], s["stored"], s["refused"], s["complete"]) for k, s in sources.items()},
			{k: ("shipped with assay", n, 0, True) for k, n in (("nvd", 52), ("osv", 256), ("kev", 1404))})
		self.assertTrue(all(s["age_days"] > 100 for s in sources.values()))
		self.assertIn("1712 unchanged", self.assay("import", "--shipped").stdout)
		self.assertEqual(self.assay("import").returncode, 2)

	def test_packed(self):
		"""Names of several products between one another, fields of every kind and length, records that change, and those that become empty."""
		def name(product, fields="*:*:*:*:*:*:*:*", **ends):
			return {"vulnerable": ends.pop("vulnerable", True), "criteria": "cpe:2.3:a:maker:%s:%s" % (product, fields), **ends}

		def record(number, *names, **node):
			return forms.cve(number, configurations=[{"nodes": [{"operator": "OR", "negate": False, "cpeMatch": list(names), **node}]}])

		long = [name("x", "%s:*:*:*:*:*:*:*" % ("1" * n)) for n in (254, 255, 256, 70000)]
		mixed = [name("y", "1:rc1:e:l:s:linux:arm:o"), name("z"), name("y", "-:*:*:*:*:*:*:*"), name("z", versionStartExcluding="1", versionEndIncluding="2"),
			name("only", vulnerable=False), name("y", versionStartIncluding="", versionEndExcluding="3")]
		self.load(forms.page([record(1, *long), record(2, *mixed), record(3, *mixed, negate=True)]))
		self.assertEqual(self.packed(), 5)
		self.healthy()
		newer = {"lastModified": "2025-01-01T00:00:00.000"}
		changed = record(2, name("w"), name("y", "2:*:*:*:*:*:*:*"))
		self.load(forms.page([{"cve": {**one["cve"], **newer}} for one in (record(1), changed, record(3, *mixed))]))
		self.assertEqual(self.packed(), 4)
		self.healthy()

	def test_cve_list(self):
		self.load(forms.CVE_LIST)
		self.assertEqual(self.ask("SELECT cve, status, disputed, rejected, cvss_score, severity, cwe FROM vulnerability"),
			[("CVE-2024-26581", "PUBLISHED", 1, 0, 7.8, "high", "CWE-416")])
		self.assertEqual(self.ask("SELECT i, ecosystem, vendor, name, product, default_status, files FROM affected"), [
			(0, None, "Linux", "Linux", "Linux", "affected", "net/netfilter/nft_set_rbtree.c\ninclude/net/x.h"),
			(1, "https://pypi.org", "Maker", "thing-core", "Thing", None, None)])
		self.assertEqual(self.ask("SELECT affected, list, type, status, introduced, fixed, last_affected FROM affected_range ORDER BY affected, i"), [
			(0, 0, None, "affected", "6.5", None, "6.5"), (0, 1, "semver", "unaffected", "0", "6.5", None),
			(0, 2, "semver", "affected", "5.0", "5.4.269", None), (0, 2, "semver", "unaffected", "5.4.269", "5.5", None),
			(0, 2, "semver", "affected", "5.5", None, "5.*"), (1, 0, "custom", "affected", "1.0", None, None)])
		self.assertEqual(self.ask("SELECT affected, cpe FROM affected_cpe"), [(1, "cpe:2.3:a:maker:thing:*:*:*:*:*:*:*:*")])
		self.assertEqual(self.ask("SELECT node, parent, operator, negate FROM cpe_node"), [(0, None, "AND", 0), (1, 0, "OR", 0), (2, 0, "OR", 1)])

	def test_osv(self):
		self.load(forms.OSV)
		self.assertEqual(self.ask("SELECT cve, cvss_version, cvss_vector, cvss_score FROM vulnerability"), [("CVE-2024-9999", "3.1", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", None)])
		self.assertEqual(self.ask("SELECT alias FROM alias"), [("CVE-2024-9999",)])
		self.assertEqual(self.ask("SELECT version FROM affected_version ORDER BY version"), [("1.0",), ("1.1",)])
		self.assertEqual(self.ask("SELECT list, type, introduced, fixed, last_affected, until, loose FROM affected_range ORDER BY i"), [
			(0, "ECOSYSTEM", "0", "1.2", None, None, 0), (0, "ECOSYSTEM", "2.0", None, "2.3", None, 0), (0, "ECOSYSTEM", "3.0", None, None, None, 0),
			(1, "GIT", "aa", None, None, None, 1), (1, "GIT", "bb", None, None, None, 1), (1, "GIT", None, "cc", None, None, 1), (1, "GIT", None, None, None, "dd", 1)])

	def test_csaf(self):
		self.load(forms.CSAF)
		self.assertEqual(self.ask("SELECT r.key, r.modified, v.cve, v.cvss_score FROM record AS r JOIN vulnerability AS v ON v.record = r.id ORDER BY r.key"), [
			("https://maker.example/M-1#CVE-2021-44228", "2024-05-05T00:00:00Z", "CVE-2021-44228", 10.0), ("https://maker.example/M-1#M-BUG-7", "2024-05-05T00:00:00Z", None, None)])
		self.assertEqual(self.ask("SELECT cve, status, justification, statement, product, name, vendor, version, version_range, cpe, purl FROM vex ORDER BY record, i"), [
			("CVE-2021-44228", "affected", None, None, "P2", "Maker Box before 4.2", "Maker", None, "vers:generic/<4.2", None, None),
			("CVE-2021-44228", "not_affected", "component_not_present", "It is not in there.", "P1", "Maker Box 4.2", "Maker", "4.2", None, "cpe:2.3:o:maker:box:4.2:*:*:*:*:*:*:*", None),
			("CVE-2021-44228", "not_affected", "component_not_present", None, "P1:L", "libx in Box", None, None, None, None, "pkg:deb/debian/libx@1"),
			("M-BUG-7", "fixed", None, None, "P1", "Maker Box 4.2", "Maker", "4.2", None, "cpe:2.3:o:maker:box:4.2:*:*:*:*:*:*:*", None)])

	def test_openvex(self):
		self.load(forms.OPENVEX)
		self.assertEqual(self.ask("SELECT cve, status, justification, statement, product, name, cpe, purl FROM vex ORDER BY i"), [
			("CVE-2021-44228", "not_affected", "vulnerable_code_not_in_execute_path", "It is not called.", "pkg:oci/box@1", "pkg:apk/wolfi/libx@2", None, "pkg:apk/wolfi/libx@2"),
			("CVE-2021-44228", "not_affected", "vulnerable_code_not_in_execute_path", "It is not called.", "pkg:oci/other@2", "pkg:oci/other@2", None, "pkg:oci/other@2"),
			("CVE-2023-1", "fixed", None, None, "pkg:oci/box@1", "pkg:oci/box@1", "cpe:2.3:a:x:y:1:*:*:*:*:*:*:*", "pkg:oci/box@1")])

	def test_distributions(self):
		for name, form in (("debian", forms.DEBIAN), ("alpine", forms.ALPINE), ("yocto", forms.YOCTO)):
			self.load(form, name + ".json")
		self.assertEqual(self.ask("SELECT release, package, cve, fixed, status, version, urgency, nodsa FROM distribution_fix WHERE distribution = 'debian' ORDER BY package DESC, i"), [
			("bookworm", "openssl", "CVE-2022-0778", "3.0.2-1", "resolved", "3.0.15-1~deb12u1", "not yet assigned", None),
			("bullseye", "openssl", "CVE-2022-0778", None, "open", "1.1.1w-0+deb11u1", "low", "Minor issue: postponed"),
			("sid", "openssl", "CVE-2022-0778", "0", "not-affected", None, "unimportant", None),
			("sid", "busybox", "TEMP-0290435-0B57B5", None, "undetermined", None, "unimportant", None)])
		self.assertEqual(self.ask("SELECT release, package, cve, fixed, status FROM distribution_fix WHERE distribution = 'alpine' ORDER BY record, i"), [
			("v3.20/main", "busybox", "CVE-2023-42364", "1.36.1-r29", "resolved"), ("v3.20/main", "busybox", "CVE-2023-42365", "1.36.1-r29", "resolved"),
			("v3.20/main", "busybox", "XSA-1", "1.36.1-r29", "resolved"), ("v3.20/main", "busybox", "CVE-2020-1", "0", "not-affected"),
			("v3.20/main", "zlib", "CVE-2023-45853", "1.3.1-r0", "resolved")])
		self.assertEqual(self.ask("SELECT release, package, cve, status, version, nodsa FROM distribution_fix WHERE distribution = 'yocto' ORDER BY i"), [
			("meta", "flex", "CVE-2006-0459", "resolved", "2.6.4", None), ("meta", "flex", "CVE-2019-6293", "ignored", "2.6.4", "disputed"),
			("meta", "flex", "CVE-2030-1", "open", "2.6.4", None)])

	def test_alpine_yaml(self):
		self.load(b"---\ndistroversion: v3.9\nreponame: main\narchs:\n  - x86\nurlprefix: http://dl-cdn.alpinelinux.org/alpine\napkurl: x\npackages:\n  - pkg:\n      name: busybox\n"
			b"      secfixes:\n        1.29.3-r10:\n          - CVE-2018-20679\n        1.10:\n          - CVE-1\n", "main.yaml")
		self.assertEqual(self.ask("SELECT release, package, cve, fixed FROM distribution_fix ORDER BY i"), [("v3.9/main", "busybox", "CVE-2018-20679", "1.29.3-r10"),
			("v3.9/main", "busybox", "CVE-1", "1.10")])

	def test_epss(self):
		said = self.load(forms.EPSS, "epss.csv")
		self.assertIn("4 records read: 2 stored, 0 unchanged, 2 refused", said)
		self.assertEqual(self.ask("SELECT cve, score, percentile, date FROM epss ORDER BY cve"), [("CVE-2016-7406", 0.02, 0.8, "2026-11-01"), ("CVE-2022-0778", 0.06217, 0.90412, "2026-11-01")])
		self.load(forms.EPSS.replace(b"2026-11-01", b"2026-10-01").replace(b"0.06217", b"0.5"), "old.csv")
		self.assertEqual(self.ask("SELECT score FROM epss WHERE cve = 'CVE-2022-0778'"), [(0.06217,)])
		self.load(forms.EPSS.replace(b"2026-11-01", b"2026-11-02").replace(b"0.06217", b"0.5"), "new.csv")
		self.assertEqual(self.ask("SELECT score, date FROM epss WHERE cve = 'CVE-2022-0778'"), [(0.5, "2026-11-02")])

	def test_bare_lists_and_lines(self):
		records = [forms.cve(i) for i in (1, 2, 3)]
		self.load([r["cve"] for r in records], "list.json")
		for name, text in (("lines.json", b"\n".join(json.dumps(r).encode() for r in records)), ("pages.json", forms.page(records[:2]) + forms.page(records[2:])),
				("marked.json", b"\xef\xbb\xbf" + forms.page(records, 2)), ("pretty.json", forms.page(records, 4))):
			other = self.at / (name + ".db")
			self.load(text, name, index=other)
			self.assertEqual(self.content(other), self.content(), name)


class Packed(Import):
	def test_every_packing(self):
		text = forms.page([forms.cve(i) for i in range(1, 40)])
		self.load(text, "plain")
		plain = self.content()
		tar, zipped = io.BytesIO(), io.BytesIO()
		with tarfile.open(fileobj=tar, mode="w") as t:
			for name, data in (("d/readme", b"words"), ("d/feed", text)):
				info = tarfile.TarInfo(name)
				info.size = len(data)
				t.addfile(info, io.BytesIO(data))
		with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as z:
			z.writestr("d/feed", text)
			z.writestr("d/more", json.dumps(forms.cve(1)), zipfile.ZIP_STORED)
		zstd = subprocess.run(["zstd", "-c"], input=text, capture_output=True, check=True).stdout
		for name, data in (("gz", gzip.compress(text)), ("xz", lzma.compress(text)), ("bz2", bz2.compress(text)), ("zst", zstd), ("tar", tar.getvalue()),
				("tgz", gzip.compress(tar.getvalue())), ("zip", zipped.getvalue())):
			other = self.at / (name + ".db")
			self.load(data, name, index=other)
			self.assertEqual(self.content(other), plain, name)

	def test_zip_of_many_files(self):
		"""More files than 16 bits count: the directory is of the 64-bit kind, as the CVE List's is."""
		made = io.BytesIO()
		with zipfile.ZipFile(made, "w") as z:
			for i in range(65600):
				z.writestr("f/%d" % i, b"")
			z.writestr("f/last", json.dumps(forms.cve(7)))
		self.load(made.getvalue(), "many.zip")
		self.assertEqual(self.cves(), ["CVE-2024-0007"])

	def test_damaged_packing(self):
		text = forms.page([forms.cve(i) for i in range(1, 400)])
		for name, data in (("gz", gzip.compress(text)), ("xz", lzma.compress(text)), ("bz2", bz2.compress(text, 1))):
			other = self.at / (name + ".db")
			said = self.load(data[:len(data) * 2 // 3], name, index=other)
			self.assertIn("damaged or cut off", said)
			self.assertLess(50, len(self.cves(other)))
		made = io.BytesIO()
		with zipfile.ZipFile(made, "w") as z:
			z.writestr("one", json.dumps(forms.cve(1)))
			z.writestr("two", json.dumps(forms.cve(2)))
		broken = made.getvalue().replace(b"PK\x03\x04", b"PK\x03\x05", 2).replace(b"PK\x03\x05", b"PK\x03\x04", 1)
		self.load(broken, "broken.zip")
		self.assertEqual(self.cves(), ["CVE-2024-0001"])


	def complete(self, data, name):
		"""Imports into an index of its own: whether the source counts as read to its end, what was said, which records are there."""
		index = self.at / (name + ".db")
		p = self.assay("import", self.put(name, data), index=index)
		self.assertIn(p.returncode, (0, 3), p.stderr)
		return self.ask("SELECT count(*) FROM source WHERE sha256 IS NULL", index=index) == [(0,)], p.stdout + p.stderr, self.cves(index)

	def tar(self, *names):
		made = io.BytesIO()
		with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as t:
			for i, name in enumerate(names, 1):
				data = json.dumps(forms.cve(i)).encode()
				info = tarfile.TarInfo(name)
				info.size = len(data)
				t.addfile(info, io.BytesIO(data))
		return made.getvalue()

	def test_cut_off(self):
		"""What ends early is said by name, and the source is not one that was read to its end."""
		tar, text = self.tar("d/one", "d/two"), forms.page([forms.cve(i) for i in range(1, 400)])
		one = 512 + -(-len(json.dumps(forms.cve(1))) // 512) * 512
		for name, data in (("tar", tar), ("tgz", gzip.compress(tar)), ("json", text), ("json.gz", gzip.compress(text))):
			complete, said, cves = self.complete(data, "whole." + name)
			self.assertTrue(complete, name)
			self.assertNotIn("not read to its end", said)
			self.assertLessEqual(2, len(cves))
		packed = gzip.compress(text)
		for name, data, least in (("in-a-file.tar", tar[:one + 700], 1), ("in-a-head.tar", tar[:one + 100], 1), ("between-files.tar", tar[:one], 1), ("without-end.tar", tar[:2 * one], 2),
				("cut.tgz", gzip.compress(self.tar(*("f%d" % i for i in range(300))))[:-200], 10), ("in-a-file.tgz", gzip.compress(tar[:one + 700]), 1), ("cut.json", text[:len(text) // 2], 100),
				("cut.json.gz", packed[:len(packed) // 2], 50), ("cut.yaml.gz", gzip.compress(b"id: OSV-1\nmodified: 2024-01-01\naffected: []\n" * 1)[:-8], 0)):
			complete, said, cves = self.complete(data, name)
			self.assertFalse(complete, name)
			self.assertIn(name + ": it was not read to its end", said)
			self.assertLessEqual(least, len(cves), name)

	def zip(self, *files):
		made = io.BytesIO()
		with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as z:
			for name, text in files:
				z.writestr(name, text)
		return made.getvalue()

	def test_zip_that_lies(self):
		"""Members that overlap, sizes and sums that are not those of the bytes: said, and no more is read than is there."""
		one, two = json.dumps(forms.cve(1)), json.dumps(forms.cve(2))
		good = self.zip(("one", one), ("two", two))
		self.assertEqual(self.complete(good, "good.zip")[0], True)
		entry, end = good.index(b"PK\x01\x02"), good.index(b"PK\x05\x06")
		for name, at, value, words in (("longer", 24, len(one) - 1, "longer than the directory"), ("shorter", 24, len(one) + 1, "shorter than the directory"), ("sum", 16, 7, "has a sum of"),
				("huge", 24, 0xfffffff0, "1100 times")):
			lie = bytearray(good)
			lie[entry + at:entry + at + 4] = value.to_bytes(4, "little")
			complete, said, cves = self.complete(bytes(lie), name + ".zip")
			self.assertFalse(complete, name)
			self.assertIn(words, said)
			self.assertIn("CVE-2024-0002", cves)
		# The same file a thousand times in the directory.
		big = self.zip(("one", json.dumps(forms.cve(1, words=os.urandom(20000).hex()))))
		entry, end = big.index(b"PK\x01\x02"), big.index(b"PK\x05\x06")
		directory = big[entry:end] * 1000
		bomb = big[:entry] + directory + big[end:end + 8] + (1000).to_bytes(2, "little") * 2 + len(directory).to_bytes(4, "little") + entry.to_bytes(4, "little") + b"\0\0"
		complete, said, cves = self.complete(bomb, "overlap.zip")
		self.assertEqual((complete, cves), (False, ["CVE-2024-0001"]))
		self.assertIn("files of the zip overlap", said)

	def test_unpacks_to_too_much(self):
		made = subprocess.run("head -c 1200M /dev/zero | zstd -q -c", shell=True, capture_output=True, check=True).stdout
		complete, said, _ = self.complete(made, "bomb.zst")
		self.assertIn("1100 times its size", said)
		self.assertIn("bomb.zst: it was not read to its end", said)


class Again(Import):
	def test_twice_is_once(self):
		for name, form in (("c", forms.CVE_LIST), ("o", forms.OSV), ("s", forms.CSAF), ("v", forms.OPENVEX), ("d", forms.DEBIAN), ("a", forms.ALPINE), ("y", forms.YOCTO),
				("n", forms.page([forms.cve(1)])), ("e", forms.EPSS)):
			self.put("all/" + name, form)
		self.assay("import", "all")
		before = self.content()
		p = self.assay("import", "all", SAMPLES, "all")
		self.assertEqual(p.returncode, 0, p.stderr)
		self.assertIn(" 11 stored", p.stdout)
		other = self.at / "other.db"
		self.assay("import", SAMPLES, "all", index=other)
		self.assertEqual(self.content(other), self.content())
		self.assertEqual([r for r in self.content()["distribution_fix"]], before["distribution_fix"])
		self.assertEqual(self.ask("SELECT count(*) FROM source WHERE name = 'all' AND stored = 0 AND unchanged + refused = read"), [(9,)])

	def test_two_of_one_name(self):
		"""Files of one name in two folders are two sources, each of which is known again."""
		a, b, c = (self.put("%s/feed.json" % at, forms.page([forms.cve(i)])) for i, at in enumerate(("x/a", "x/b", "y/b"), 1))
		for _ in range(2):
			for path in (a, b, c):
				self.assertEqual(self.assay("import", path).returncode, 0)
		self.assertEqual(self.ask("SELECT name, read, stored, unchanged, url FROM source ORDER BY id"),
			[("feed.json", 1, 0, 1, str(a)), ("b/feed.json", 1, 0, 1, str(b)), ("y/b/feed.json", 1, 0, 1, str(c))])
		(self.at / "x/link.json").symlink_to(b)
		self.assay("import", self.at / "x/link.json")
		self.assay("import", self.at / "x/../x/b/feed.json")
		self.assertEqual(len(self.ask("SELECT name FROM source")), 3)

	def test_newer_takes_the_place_of_older(self):
		old, new = forms.cve(1), forms.cve(1, "renamed", lastModified="2024-03-01T00:00:00.000")
		self.load(forms.page([old]), "old.json")
		self.load(forms.page([new]), "new.json")
		self.assertIn("0 stored, 1 unchanged", self.load(forms.page([old]), "old.json"))
		self.assertEqual(self.ask("SELECT p.product, r.modified FROM cpe_match AS m JOIN product AS p ON p.id = m.product JOIN record AS r ON r.id = m.record"),
			[("renamed", "2024-03-01T00:00:00.000")])
		self.healthy()

	def test_killed(self):
		"""kill -9 in the middle loses nothing that was committed, and the same command completes it."""
		feed = self.put("large.json", forms.page([forms.cve(i) for i in range(1, 70000)]))
		p = subprocess.Popen([ASSAY, "knowledge", "import", str(feed), "--index", str(self.index)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
		deadline, seen = time.monotonic() + 120, 0
		while not seen and p.poll() is None and time.monotonic() < deadline:
			time.sleep(0.02)
			try:
				seen = self.ask("SELECT count(*) FROM record")[0][0]
			except sqlite3.Error:
				seen = 0
		p.send_signal(signal.SIGKILL)
		self.assertEqual(p.wait(), -signal.SIGKILL, "it was too quick to be killed")
		self.healthy()
		kept = len(self.cves())
		self.assertGreaterEqual(kept, 20000)
		self.assertLess(kept, 69999)
		self.assertEqual(self.ask("SELECT sha256 FROM source"), [(None,)])
		self.assertIn('"complete": false', json.dumps(json.loads(self.assay("status", "--json").stdout)["sources"][0]))
		again = self.assay("import", feed)
		self.assertIn("69999 records read: %d stored, %d unchanged" % (69999 - kept, kept), again.stdout)
		self.healthy()
		self.assertEqual(len(self.cves()), 69999)
		self.assertEqual(self.ask("SELECT count(*) FROM source WHERE sha256 IS NOT NULL"), [(1,)])

	def test_reader_killed(self):
		"""The process that reads is killed: what it said is kept, the file named, the next file read."""
		self.put("feeds/a.json", forms.page([forms.cve(i) for i in range(1, 70000)]))
		self.put("feeds/b.json", forms.CVE_LIST)
		p = subprocess.Popen([ASSAY, "knowledge", "import", str(self.at / "feeds"), "--index", str(self.index)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
		deadline, child = time.monotonic() + 120, ""
		while time.monotonic() < deadline and p.poll() is None:
			child = pathlib.Path("/proc/%d/task/%d/children" % (p.pid, p.pid)).read_text().split()
			if child and self.index.exists() and self.index.stat().st_size > 1 << 20:
				break
		os.kill(int(child[0]), signal.SIGKILL)
		out, err = p.communicate(timeout=300)
		self.assertEqual(p.returncode, 0, err)
		self.assertIn("a.json: the process that read it ended by signal 9", err)
		self.assertEqual(self.ask("SELECT count(*) FROM record WHERE kind = 'cve'"), [(1,)], out)
		self.assertEqual(self.ask("SELECT reason FROM refusal"), [("the process that read the file ended early",)])
		self.assertEqual(self.ask("SELECT count(*) FROM source WHERE sha256 IS NOT NULL"), [(0,)])
		self.healthy()

	def test_two_at_once(self):
		self.load(forms.page([forms.cve(1)]), "one.json")
		feed = self.put("two.json", forms.page([forms.cve(2)]))
		with open(self.index, "rb") as held:
			fcntl.flock(held, fcntl.LOCK_EX) # as another import does
			p = subprocess.Popen([ASSAY, "knowledge", "import", str(feed), "--index", str(self.index)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
			self.assertIn("another import is at work", p.stderr.readline())
			self.assertEqual(self.cves(), ["CVE-2024-0001"])
		p.communicate(timeout=60)
		self.assertEqual((p.returncode, self.cves()), (0, ["CVE-2024-0001", "CVE-2024-0002"]))

	def test_many_at_once(self):
		files = [self.put("f%d.json" % i, forms.page([forms.cve(100 * i + k) for k in range(50)])) for i in range(1, 5)]
		running = [subprocess.Popen([ASSAY, "knowledge", "import", str(f), "--index", str(self.index)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for f in files]
		self.assertEqual([p.wait(timeout=120) for p in running], [0] * 4)
		self.assertEqual(len(self.cves()), 200)
		self.healthy()


class Broken(Import):
	def page_around(self, broken):
		"""Two good records, a broken one, two good ones: as text."""
		good = [json.dumps(forms.cve(i)) for i in (1, 2, 4, 5)]
		return ('{"format":"NVD_CVE","vulnerabilities":[' + ",".join(good[:2] + [broken] + good[2:]) + "]}").encode("utf-8", "surrogateescape")

	def others_survive(self, broken, reason, record="CVE-2024-0003"):
		other = self.at / "other.db"
		if other.exists():
			other.unlink()
		text = self.page_around(broken)
		said = self.load(text, index=other)
		self.assertEqual(self.cves(other), ["CVE-2024-000%d" % i for i in (1, 2, 4, 5)], broken[:200])
		found = self.ask("SELECT record, reason, at FROM refusal", index=other)
		self.assertEqual([(r[0], reason in r[1]) for r in found], [(record, True)], found)
		self.assertTrue(text.index(broken.encode("utf-8", "surrogateescape")) <= found[0][2] <= text.index(b'{"cve": {"id": "CVE-2024-0004"') + 1, found)
		self.assertIn("feed.json: %s, at byte %d: " % (record, found[0][2]), said)
		self.assertEqual(self.ask("SELECT read, stored, refused FROM source", index=other), [(5, 4, 1)])

	def test_broken_records(self):
		good = json.dumps(forms.cve(3))
		self.others_survive(good.replace('"metrics": {}', '"metrics": {}, "id": "CVE-1-2"'), "a key stands twice")
		self.others_survive(good[:-1], "none may stand") # a brace is missing
		self.others_survive(good.replace('"published": ', '"published": {"x": '), "") # a brace too many
		self.others_survive(good.replace("A fault", 'A "fault"'), "nothing may stand")
		self.others_survive(good.replace("A fault", "A\nfault"), "control character")
		self.others_survive(good.replace("A fault", "A \udcff fault"), "no UTF-8")
		self.others_survive(good.replace("A fault", "A \\q fault"), "an escape that JSON does not have")
		self.others_survive(good.replace("A fault", "A \\u0000 fault"), "an escape that JSON does not have")
		self.others_survive(good.replace("false", "fasle"), "neither a value")
		self.others_survive(good.replace('"metrics": {}', '"metrics": {"x": %s1%s}' % ("[" * 100000, "]" * 100000)), "nest too deep")
		self.others_survive(good.replace('"metrics": {}', '"metrics": {"x": %s' % ("[" * 100000)), "nest too deep")
		self.others_survive(good.replace('"metrics": {}', '"metrics": {"x": %s1%s}' % ("[" * 100, "]" * 100)), "nest too deep")

	def test_record_that_ends_early(self):
		"""A brace too few where a record could still end: what stands after it is the fault, and the next record is found."""
		self.load(self.page_around(json.dumps(forms.cve(3)).replace('"metrics": {}', '"metrics": {}}')))
		self.assertEqual(self.cves(), ["CVE-2024-000%d" % i for i in range(1, 6)])
		self.assertEqual(self.ask("SELECT read, stored, refused FROM source"), [(6, 5, 1)])

	def test_wrong_types(self):
		for change in ({"published": 7}, {"metrics": []}, {"metrics": {"cvssMetricV31": {}}}, {"descriptions": "words"}, {"configurations": {}}, {"weaknesses": [7]},
				{"configurations": [{"nodes": [{"cpeMatch": [{"criteria": 7}]}]}]}, {"configurations": [{"nodes": [{"cpeMatch": [{"vulnerable": "yes", "criteria":
				"cpe:2.3:a:b:c:*:*:*:*:*:*:*:*"}]}]}]}, {"metrics": {"cvssMetricV31": [{"cvssData": {"baseScore": True}}]}}):
			self.others_survive(json.dumps(forms.cve(3, **change)), "is expected here")
		self.others_survive(json.dumps({"cve": {**forms.cve(3)["cve"], "id": "CVE-X"}}), "no name of a CVE", "CVE-X")
		self.others_survive(json.dumps(forms.cve(3, configurations=[{"nodes": [{"cpeMatch": [{}]}]}])), "missing")
		self.others_survive(json.dumps(forms.cve(3, configurations=[{"nodes": [{"cpeMatch": [{"criteria": "cpe:/a:b"}]}]}])), "no CPE name")
		self.others_survive(json.dumps(forms.cve(3, configurations=[{"nodes": [{"operator": "XOR", "cpeMatch": []}]}])), "neither AND nor OR")

	def test_too_long(self):
		self.others_survive(json.dumps(forms.cve(3, extra="x" * (65 << 20))), "longer than 64 MiB")

	def test_too_much_for_its_size(self):
		self.others_survive(json.dumps(forms.cve(3, extra=0)).replace('"extra": 0', '"extra": [%s[]]' % ("[]," * (12 << 20))), "more memory")

	def test_truncated_everywhere(self):
		text = forms.page([forms.cve(i) for i in range(1, 6)], 1)
		ends = [text.index(b'"CVE-2024-000%d"' % i) for i in range(1, 6)]
		for cut in list(range(40, len(text) - 1, 173)) + [len(text) - n for n in range(2, 12)]:
			other = self.at / "cut.db"
			p = self.assay("import", self.put("cut.json", text[:cut]), index=other)
			self.assertIn(p.returncode, (0, 3), p.stderr)
			whole = sum(1 for e in ends[1:] if cut > e + 20)
			stored = len(self.cves(other)) if other.exists() and p.returncode == 0 else 0
			self.assertIn(stored - whole, (0, 1), cut)
			if p.returncode == 0:
				self.assertEqual(self.ask("SELECT refused FROM source", index=other)[0][0] >= 1, True, cut)
			if other.exists():
				other.unlink()

	def test_truncated_tracker(self):
		text = json.dumps({**forms.DEBIAN, "zlib": forms.DEBIAN["openssl"]}).encode()
		self.load(text[:-40], "debian.json")
		self.assertEqual(self.ask("SELECT key FROM record ORDER BY id"), [("openssl",), ("busybox",)])
		self.assertEqual([r[0] for r in self.refusals()], ["zlib"])
		broken = json.dumps({"a": forms.DEBIAN["openssl"], "b": {"CVE-2020-1": {"releases": {"sid": 7}}}, "c": forms.DEBIAN["busybox"]}).replace('"sid": 7}', '"sid": {"status" "x"}')
		self.load(broken.encode(), "broken.json")
		self.assertEqual(self.ask("SELECT key FROM record WHERE source = (SELECT id FROM source WHERE name = 'broken.json') ORDER BY id"), [("a",), ("c",)])

	def test_nul_in_a_name(self):
		"""It is none that the index holds: its record is refused once, the others are taken, and the file is read to its end."""
		package = forms.DEBIAN["openssl"]
		text = json.dumps({"a": package, "b.c": package, "d": package}).replace("b.c", "b\0c")
		index = self.at / "names.db"
		self.load(text.encode(), index=index)
		self.assertEqual(self.ask("SELECT key FROM record ORDER BY id", index=index), [("a",), ("d",)])
		self.assertEqual(self.ask("SELECT reason FROM refusal", index=index), [("a control character in a text",)])
		self.assertEqual(self.ask("SELECT read, stored, refused, sha256 IS NULL FROM source", index=index), [(3, 2, 1, 0)])

	def test_next_after_a_fault(self):
		"""Whatever names the vulnerabilities of a package, the package after a broken one is found; nearest first."""
		package = forms.DEBIAN["openssl"]
		one = next(iter(package.values()))
		for named in ("CVE-2022-0001", "TEMP-0290435-0B57B5", "GHSA-aaaa-bbbb-cccc"):
			text = json.dumps({"a": package, "b": package, "c": {named: one}, "d": package}).replace('"b": {', '"b": {7', 1)
			index = self.at / (named + ".db")
			self.load(text.encode(), index=index)
			self.assertEqual(self.ask("SELECT key FROM record ORDER BY id", index=index), [("a",), ("c",), ("d",)], named)

	def test_flood_after_a_fault(self):
		"""Heads that begin no record cost what their bytes cost."""
		for head in ('"TEMP-', '"CVE-', '"GHSA-'):
			text = json.dumps({"a": forms.DEBIAN["openssl"]})[:-1] + " x" + head * (960000 // len(head))
			before = resource.getrusage(resource.RUSAGE_CHILDREN)
			self.load(text.encode(), index=self.at / "flood.db")
			after = resource.getrusage(resource.RUSAGE_CHILDREN)
			self.assertLess(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 10, head)

	def test_yaml_that_grows(self):
		lines = ["id: OSV-1", "modified: x", "affected: []", "a0: &a0 [x, x]"] + ["a%d: &a%d [*a%d, *a%d]" % (i, i, i - 1, i - 1) for i in range(1, 40)]
		self.assertIn("refers to another part of itself", self.load("\n".join(lines).encode(), "bomb.yaml", 3))
		deep = b"id: OSV-1\nmodified: x\naffected: " + b"[" * 100000
		self.assertIn("nest too deep", self.load(deep, "deep.yaml", 3))
		self.assertIn("a key stands twice", self.load(b"id: OSV-1\nmodified: x\naffected: []\nid: OSV-2\n", "twice.yaml", 3))

	def test_control_characters(self):
		"""Bytes that are neither blanks nor a value, where one may stand: they end no reading, nor keep it from ending."""
		for name, text in (("after", forms.page([forms.cve(1)]) + b"\0"), ("between", json.dumps(forms.cve(1)).encode() + b"\n\x01\n" + json.dumps(forms.cve(2)).encode() + b"\n"),
				("before", b"\0\0" + forms.page([forms.cve(1)]))):
			p = self.assay("import", self.put(name, text), index=self.at / (name + ".db"))
			self.assertIn("something where nothing may stand", p.stderr, name)

	def test_yaml_documents(self):
		"""Every document of a stream is a record; what is broken costs its own."""
		one = "id: OSV-%d\nmodified: 2024-01-0%d\nsummary: |\n  caf\u00e9\n   ---\naffected: []\n"
		good = [one % (i, i) for i in (1, 2, 3)]
		text = "# a comment\n%YAML 1.1\n---\n" + good[0] + "---\n" + good[1] + "...\n---\n\n" + "---\nid: OSV-9\nmodified: [\n" + "--- # the last\n" + good[2] + "...\n"
		said = self.load(text.encode(), "all.yaml")
		self.assertEqual(self.ask("SELECT key FROM record ORDER BY key"), [("OSV-1",), ("OSV-2",), ("OSV-3",)])
		self.assertIn("4 records read: 3 stored", said)
		found = self.refusals()
		self.assertEqual([f[:2] for f in found], [("OSV-9", "it is no YAML")])
		self.assertTrue(text.encode().index(b"id: OSV-9") <= found[0][2] <= text.encode().index(b"id: OSV-3"), found)
		many = "".join("---\nid: OSV-%d\nmodified: 2024-01-01\naffected: []\n" % i for i in range(60000)) # more than is taken at a time
		self.load(many.encode(), "many.yaml", index=self.at / "many.db")
		self.assertEqual(self.ask("SELECT count(*) FROM record", index=self.at / "many.db"), [(60000,)])

	def test_dates(self):
		"""A date that is none, or far ahead, would keep a record from ever being replaced."""
		for date in ("9999-12-31T00:00:00.000", "soon", "2024-02-30T00:00:00.000", "2024-01-01'"):
			self.others_survive(json.dumps(forms.cve(3, lastModified=date)), "a date that is none, or is to come")

	def test_no_feeds(self):
		for name, text in (("empty", b""), ("words", b"hello\n"), ("deep", b"[" * 3000000), ("objects", b'{"a":' * 300000), ("json", b'{"name": "package"}'), ("zip", b"PK\x03\x04 nothing"),
				("binary", bytes(range(256)) * 100)):
			self.assertIn("nothing was of use", self.load(text, name, 3), name)
		self.assertEqual(self.ask("SELECT count(*) FROM source"), [(0,)])

	def test_memory(self):
		"""A file that never ends its first record, and one that only opens lists, cost no more than their window."""
		for head, piece in ((b'{"vulnerabilities":[{"cve":{"id":"CVE-2024-1","x":"', b"x"), (b"[", b"["), (b'{"vulnerabilities":[],"other":[', b"1,"), (b'{"vulnerabilities":[],"other":', b"1"),
				(b'{"other":[', b"1,"), (b'{"vulnerabilities":[],"format":"x"}[', b"1,"), (b"---\nid: OSV-1\nother:\n", b"- x\n")):
			path = self.at / "endless"
			with open(path, "wb") as f:
				f.write(head)
				for _ in range(300):
					f.write(piece * ((1 << 20) // len(piece)))
			script = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL); " \
				"print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
			done = subprocess.run([sys.executable, "-c", script, os.environ.get("ASSAY", ASSAY), "knowledge", "import", str(path), "--index", str(self.index)],
				capture_output=True, text=True, check=True, timeout=300)
			self.assertLess(int(done.stdout), 300 << 10, head)


class Server(http.server.BaseHTTPRequestHandler):
	"""Files with tags and ranges; as a proxy, those of other addresses. files: path to content; cut: paths whose next whole answer ends after so many bytes."""
	files, cut, asked = {}, {}, []

	def do_GET(self):
		Server.asked.append((self.path, self.headers.get("Range"), self.headers.get("If-None-Match")))
		if self.path.startswith("/to/"):
			self.send_response(302)
			self.send_header("Location", "http://127.0.0.1:%d/%s" % (self.server.server_port, self.path[4:]))
			self.end_headers()
			return
		content = Server.files.get(self.path)
		if content is None:
			self.send_error(404)
			return
		tag, begin = '"%s"' % hashlib.sha256(content).hexdigest()[:16], 0
		if self.headers.get("If-None-Match") == tag:
			self.send_response(304)
			self.end_headers()
			return
		if self.headers.get("Range") and self.headers.get("If-Range") == tag:
			begin = int(self.headers["Range"][len("bytes="):-1])
			self.send_response(206)
			self.send_header("Content-Range", "bytes %d-%d/%d" % (begin, len(content) - 1, len(content)))
		else:
			self.send_response(200)
		self.send_header("ETag", tag)
		self.send_header("Content-Length", str(len(content) - begin))
		self.end_headers()
		self.wfile.write(content[begin:][:Server.cut.pop(self.path, len(content))])

	def log_message(self, *args):
		pass


class Update(Import):
	def setUp(self):
		super().setUp()
		server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
		threading.Thread(target=server.serve_forever, daemon=True).start()
		self.addCleanup(server.server_close)
		self.addCleanup(server.shutdown)
		self.base = "http://127.0.0.1:%d" % server.server_port
		Server.files, Server.cut, Server.asked = {}, {}, []

	def update(self, *words, status=0, **sources):
		named = [w for name, path in sources.items() for w in ("--source", "%s=%s%s" % (name, self.base, path))]
		p = self.assay("update", *words, *named, env={"no_proxy": "*", "SOURCE_DATE_EPOCH": "1072915200"}) # 2004-01-01
		self.assertEqual(p.returncode, status, p.stdout + p.stderr)
		self.assertEqual(self.index.exists() and sorted(f.name for f in self.at.iterdir() if f.name.endswith(".feeds")), [] if not self.parts() else ["index.db.feeds"])
		return p.stdout + p.stderr

	def parts(self):
		return sorted(f.name for f in (self.at / "index.db.feeds").glob("*"))

	def test_only_what_changed(self):
		Server.files["/kev"] = (SAMPLES / "kev/known_exploited_vulnerabilities.json").read_bytes()
		self.assertIn("3 records read: 3 stored", self.update("kev", kev="/kev"))
		self.assertEqual(self.ask("SELECT name, url, etag IS NOT NULL, read FROM source"), [("kev", self.base + "/kev", 1, 3)])
		self.assertIn("1 sources have nothing newer", self.update("kev", kev="/kev"))
		Server.files["/kev"] = Server.files["/kev"].replace(b"CVE-2016-5195", b"CVE-2016-5196")
		self.assertIn("1 stored, 2 unchanged", self.update("kev", kev="/kev"))
		self.assertEqual([a[2] is not None for a in Server.asked], [False, True, True])

	def test_resumed(self):
		Server.files["/n"] = forms.page([forms.cve(i) for i in range(1, 500)])
		Server.cut["/n"] = 100000
		self.assertIn("the next update goes on from there", self.update("n", status=3, n="/n"))
		self.assertEqual(self.parts(), ["n.part", "n.tag"])
		self.update("n", n="/n")
		self.assertEqual(Server.asked[1][1], "bytes=100000-")
		self.assertEqual(len(self.cves()), 499)
		Server.files["/n"] = forms.page([forms.cve(i, "other") for i in range(1, 600)])
		Server.cut["/n"] = 100000
		self.update("n", status=3, n="/n")
		Server.files["/n"] = forms.page([forms.cve(i, "third") for i in range(1, 700)]) # another file than the part is of
		self.update("n", n="/n")
		self.assertEqual(len(self.cves()), 699)
		self.assertEqual(self.ask("SELECT count(*) FROM refusal"), [(0,)])

	def test_checksums_and_settings(self):
		for year in (2002, 2003, 2004):
			text = forms.page([forms.cve(year)])
			Server.files["/y%d.gz" % year] = gzip.compress(text)
			Server.files["/y%d.meta" % year] = b"lastModifiedDate:x\r\nsize:1\r\nsha256:%s\r\n" % hashlib.sha256(text).hexdigest().upper().encode()
		Server.files["/plain"] = forms.page([forms.cve(1)])
		Server.files["/plain.sum"] = hashlib.sha256(Server.files["/plain"]).hexdigest().encode() + b"  plain\n"
		settings = self.put("sources.tsv", ("# mine\nnvd-{year}\t%s/y{year}.gz\t%s/y{year}.meta\nplain\t%s/plain\t%s/plain.sum\n" % ((self.base,) * 4)).encode())
		Server.files["/y2003.meta"] = b"sha256:" + b"0" * 64
		said = self.update("--sources", settings, status=3)
		self.assertIn("nvd-2003: its checksum is not the one at", said)
		self.assertEqual(self.cves(), ["CVE-2024-0001", "CVE-2024-2002", "CVE-2024-2004"])
		Server.files["/y2002.meta"] = b"nothing"
		Server.files["/y2002.gz"] = gzip.compress(forms.page([forms.cve(5)]))
		self.assertIn("there is no SHA-256 at", self.update("nvd-2002", "--sources", settings, status=3))
		self.assertNotIn("CVE-2024-0005", self.cves())

	def test_what_fails(self):
		Server.files["/good"], Server.files["/words"] = forms.page([forms.cve(1)]), b"words"
		said = self.update("none", "good", "words", "moved", "away", status=3, none="/none", good="/good", words="/words", moved="/to/good", away="/x")
		for words in ("none: %s/none: the server answers 404" % self.base, "words: nothing in it was of use", "moved: ", "4 sources could not be updated"):
			self.assertIn(words, said)
		self.assertEqual(self.cves(), ["CVE-2024-0001"])
		self.assertEqual(self.ask("SELECT name FROM source"), [("good",)])
		for address in ("http://example.org/x", "ftp://127.0.0.1/x", "file:///etc/passwd", "http://127.0.0.1@example.org/x", "http://localhost.example.org/"):
			p = self.assay("update", "x", "--source", "x=" + address)
			self.assertEqual(p.returncode, 3, address)
			self.assertIn("only https is loaded from", p.stderr)
		for words, said in ((("update", "nobody"), "there is no source 'nobody'"), (("update", "x", "--source", "x"), "NAME=URL"), (("update", "--source", "../x=https://x"), "NAME=URL")):
			p = self.assay(*words)
			self.assertEqual((p.returncode, said in p.stderr), (2, True), p.stderr)


	def test_proxy(self):
		Server.files["http://feeds.example/n"] = forms.page([forms.cve(1)])
		p = self.assay("update", "n", "--plain-http", "--source", "n=http://feeds.example/n", env={"http_proxy": self.base, "no_proxy": ""})
		self.assertEqual((p.returncode, self.cves()), (0, ["CVE-2024-0001"]), p.stderr)
		self.assertEqual(Server.asked[0][0], "http://feeds.example/n")

	def test_certificate(self):
		"""A server whose certificate nobody vouches for is not believed."""
		for_us = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
			"-keyout", str(self.at / "key.pem"), "-out", str(self.at / "cert.pem")]
		subprocess.run(for_us, check=True, capture_output=True)
		context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
		context.load_cert_chain(self.at / "cert.pem", self.at / "key.pem")
		server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
		server.socket = context.wrap_socket(server.socket, server_side=True)
		server.handle_error = lambda *args: None
		threading.Thread(target=server.serve_forever, daemon=True).start()
		self.addCleanup(server.server_close)
		self.addCleanup(server.shutdown)
		Server.files["/n"] = forms.page([forms.cve(1)])
		p = self.assay("update", "n", "--source", "n=https://127.0.0.1:%d/n" % server.server_port, env={"no_proxy": "*"})
		self.assertEqual((p.returncode, self.cves(), Server.asked), (3, [], []), p.stderr)
		self.assertIn("certificate", p.stderr)

	def test_disk_full(self):
		"""A file that cannot be written is said, and what came goes on at the next update."""
		Server.files["/n"] = forms.page([forms.cve(i) for i in range(1, 2000)])
		words = [ASSAY, "knowledge", "update", "n", "--source", "n=%s/n" % self.base, "--index", str(self.index)]
		p = subprocess.run(words, capture_output=True, text=True, check=False, env={**os.environ, "no_proxy": "*"}, restore_signals=False,
			preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (500000, 500000)))
		self.assertEqual((p.returncode, self.parts()), (3, ["n.part", "n.tag"]), p.stderr)
		self.assertIn("n: %s/n: it cannot be written: File too large; what came is kept" % self.base, p.stderr)
		self.update("n", n="/n")
		self.assertEqual((Server.asked[1][1], len(self.cves())), ("bytes=500000-", 1999))


class Damaged(Import):
	"""An index that cannot be read or written in full gives an error, never less of an answer."""

	def setUp(self):
		super().setUp()
		self.feed = self.put("feed.json", forms.page([forms.cve(i) for i in range(1, 3000)]))

	def write(self, before):
		"""Imports where before(), in the new process, has made the disk small."""
		return subprocess.run([ASSAY, "knowledge", "import", str(self.feed), "--index", str(self.index)], capture_output=True, text=True, check=False, timeout=300,
			restore_signals=False, preexec_fn=before)

	def test_no_more_room(self):
		for limit in (4096, 100000, 700000):
			p = self.write(lambda most=limit: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))
			self.assertNotIn(p.returncode, (0, 3), p.stderr)
			self.assertIn("index.db'", p.stderr)
			self.assertRegex(p.stderr, "disk I/O error|disk is full")
			self.assertEqual(self.ask("SELECT count(*) FROM sqlite_schema WHERE name = 'record'") == [(1,)] and len(self.cves()) or 0, 0)
		self.assertEqual(self.write(None).returncode, 0)
		self.healthy()
		self.assertEqual(len(self.cves()), 2999)

	def test_disk_full(self):
		"""The same on a file system of its own, where the system lets a user make one."""
		disk = self.at / "disk"
		disk.mkdir()
		script = 'mount -t tmpfs -o size=600k none "$1" && "$2" knowledge import "$3" --index "$1/i.db"; echo "ended $?"; "$2" knowledge status --index "$1/i.db"; echo "status $?"'
		p = subprocess.run(["unshare", "-rm", "sh", "-c", script, "sh", str(disk), ASSAY, str(self.feed)], capture_output=True, text=True, check=False, timeout=300)
		if "unshare" in p.stderr or "mount:" in p.stderr:
			print("no file system can be made here, so a full one is not tried:", p.stderr.strip())
			return
		self.assertIn("'%s/i.db' cannot be written: database or disk is full" % disk, p.stderr)
		self.assertNotIn("ended 0", p.stdout)
		self.assertIn("status 0", p.stdout)

	def damage(self):
		"""Indexes of which one page each is overwritten, in turn; the first page says what the file is."""
		good = self.index.read_bytes()
		size = int.from_bytes(good[16:18], "big")
		pages = len(good) // size
		for page in range(1, pages, max(1, pages // 20)):
			self.index.write_bytes(good[:page * size] + b"\xff" * size + good[(page + 1) * size:])
			yield page

	def test_damaged_for_matching(self):
		self.load(self.feed.read_bytes())
		self.load(forms.OSV, "osv.json")
		self.load(forms.CVE_LIST, "cve.json")
		self.load(forms.EPSS, "epss.csv")
		one = pathlib.Path(ASSAY).parent / "tests/vuln-one"
		path = str(self.at / "d.assay")

		def matched():
			pathlib.Path(path).unlink(missing_ok=True)
			d = make.Dossier(path)
			d.add("object", id=1, sha256="0" * 64, size=1, state="examined")
			for name, version, more in (("gateway", "1.5", {"cpe": "cpe:2.3:a:maker:gateway:1.5:*:*:*:*:*:*:*"}), ("thing", "1.1", {"purl": "pkg:pypi/Thing@1.1"}),
					("linux", "6.5", {"cpe": "cpe:2.3:o:linux:linux_kernel:6.5:*:*:*:*:*:*:*"})):
				d.add("component", object=1, id=name, name=name, version=version, method="banner", confidence=900, **more)
			d.db.commit()
			d.db.close()
			p = subprocess.run([one, path, self.index], capture_output=True, text=True, check=False, timeout=300)
			return p, sqlite3.connect(path).execute("SELECT * FROM vulnerability_match ORDER BY cve, component").fetchall()

		p, whole = matched()
		self.assertEqual(p.returncode, 0, p.stdout)
		self.assertLess(2000, len(whole))
		seen = 0
		for page in self.damage():
			p, rows = matched()
			self.assertIn(p.returncode, (0, 1), p.stderr)
			seen += p.returncode == 1
			if p.returncode == 0:
				self.assertEqual(rows, whole, page)
			else:
				self.assertIn("malformed", p.stdout)
		self.assertLess(5, seen)

	def test_damaged_for_importing(self):
		self.load(self.feed.read_bytes())
		more, seen = self.put("more.json", forms.page([forms.cve(i, "other") for i in range(1, 3000, 7)])), 0
		for page in self.damage():
			p = self.assay("import", more)
			self.assertIn(p.returncode, (0, 3, 4), p.stderr)
			if p.returncode == 0:
				self.assertIn("429 records read: 429 stored, 0 unchanged", p.stdout, page)
			else:
				self.assertIn("malformed", p.stderr, page)
				seen += 1
		self.assertLess(5, seen)

	def test_damaged_in_a_review(self):
		self.load(self.feed.read_bytes())
		self.put("root/etc/os-release", b'ID=debian\nVERSION_ID="12"\n')
		self.put("root/var/lib/dpkg/status", b"Package: gateway\nStatus: install ok installed\nVersion: 1.5-1\nArchitecture: all\n\n")
		good = self.index.read_bytes()
		self.index.write_bytes(good[:4096 * 2] + b"\xff" * (len(good) - 4096 * 2))
		p = subprocess.run([ASSAY, "review", str(self.at / "root"), "-o", str(self.at / "out"), "--index", str(self.index)], capture_output=True, text=True, check=False, timeout=300)
		self.assertIn("index of vulnerabilities", p.stderr)
		db = sqlite3.connect(self.at / "out/dossier.assay")
		self.assertIn("index of vulnerabilities", db.execute("SELECT value FROM meta WHERE name = 'vulnerabilities'").fetchone()[0])
		db.close()
		self.assertIn("index of vulnerabilities", " ".join(p.stdout.split()))


class Shipped(Import):
	"""What ships is looked at where the user has imported nothing that tells of a vulnerability."""
	FEW = r"only 52 records of NVD \(the newest of 2026-06-17, 163 days old\) and 256 records of OSV \(the newest of 2026-06-25, 155 days old\) ship with Assay"

	def setUp(self):
		super().setUp()
		self.put("root/var/lib/dpkg/status", b"Package: expat\nStatus: install ok installed\nVersion: 2.4.0-1\nArchitecture: all\n\n")
		self.own = self.at / "data/assay/vulnerabilities.db"
		self.env = {k: v for k, v in os.environ.items() if k != "ASSAY_KNOWLEDGE"} | {"XDG_DATA_HOME": str(self.at / "data"), "SOURCE_DATE_EPOCH": "1795800000"} # 2026-11-27

	def begin(self, out, *words):
		return subprocess.Popen([ASSAY, "review", str(self.at / "root"), "-o", str(self.at / out), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
			env=self.env)

	def review(self, *words):
		"""What was printed, and what the dossier has of expat's CVE-2022-40674, of sources and of what was looked at."""
		p = self.begin("out", *words)
		out, err = p.communicate(timeout=300)
		self.assertEqual((p.returncode, err if "-q" in words else ""), (0, ""))
		rows = [self.ask(sql, index=self.at / "out/dossier.assay") for sql in ("SELECT verdict, source FROM vulnerability_match WHERE cve = 'CVE-2022-40674'",
			"SELECT kind, name FROM knowledge_source ORDER BY kind", "SELECT value FROM meta WHERE name = 'vulnerabilities'")]
		return (" ".join(out.split()), *rows)

	def import_own(self, content):
		p = subprocess.run([ASSAY, "knowledge", "import", str(self.put("own.json", content))], capture_output=True, text=True, check=False, env=self.env)
		self.assertEqual(p.returncode, 0, p.stderr)

	def test_nothing_imported(self):
		said, match, sources, looked = self.review("-q")
		self.assertEqual((match, sources), ([("possibly", "nvd")], [(kind, "shipped with assay") for kind in ("kev", "nvd", "osv")]))
		self.assertEqual(looked, [("only what ships",)])
		said = self.review()[0]
		self.assertRegex(said, r"Known CVEs \d+ possibly affected " + self.FEW + ", a small part of what is known: run assay knowledge update")
		self.assertRegex((self.at / "out/report.html").read_text(), self.FEW)
		self.assertFalse((self.at / "data").exists())
		before = self.ask("SELECT * FROM knowledge_source", index=self.at / "out/dossier.assay")
		self.env["SOURCE_DATE_EPOCH"] = "1798800000" # a month later nothing but the words differs
		said, *later, looked_later = self.review()
		self.assertIn("198 days old", said)
		self.assertEqual((self.ask("SELECT * FROM knowledge_source", index=self.at / "out/dossier.assay"), looked_later), (before, looked))

	def test_two_at_once(self):
		for p in [self.begin(out, "-q") for out in ("a", "b", "c")]:
			self.assertEqual((*p.communicate(timeout=300), p.returncode), ("", "", 0))
		self.assertEqual(len({(self.at / out / "dossier.assay").read_bytes() for out in "abc"}), 1)
		self.assertEqual(self.ask("SELECT count(*) FROM knowledge_source", index=self.at / "a/dossier.assay"), [(3,)])
		self.assertFalse((self.at / "data").exists())

	def test_only_statements_imported(self):
		"""Who has imported nothing but what he stated himself keeps what he stated it about."""
		self.import_own({"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/1", "author": "me", "timestamp": "2026-01-01T00:00:00Z", "version": 1,
			"statements": [{"vulnerability": {"name": "CVE-2022-40674"}, "products": [{"@id": "pkg:deb/debian/expat@2.4.0-1"}], "status": "not_affected",
				"justification": "vulnerable_code_not_in_execute_path"}]})
		before = self.own.read_bytes()
		said, match, sources, looked = self.review("-q")
		self.assertEqual((match, len(sources)), ([("not", "vex")], 4))
		self.assertEqual(looked, [("only what ships",)])
		self.assertEqual(self.own.read_bytes(), before)

	def test_own_index(self):
		self.import_own(forms.page([forms.cve(1)]))
		said, match, sources, looked = self.review()
		self.assertEqual((match, sources, looked), ([], [("nvd", "own.json")], [("matched",)]))
		self.assertNotIn("ship with", said)
		self.assertIn("Known CVEs none, NVD of 2026-01-01", said)

	def test_not_wanted(self):
		said, match, sources, looked = self.review("--no-vulnerabilities")
		self.assertEqual((match, sources, looked), ([], [], [("not wanted",)]))
		self.assertIn("Known CVEs not looked for not wanted", said)

	def test_status(self):
		for words in ((), ("--json",)):
			p = subprocess.run([ASSAY, "knowledge", "status", *words], capture_output=True, text=True, check=False, env=self.env)
			self.assertEqual((p.returncode, p.stderr), (0, ""))
			if not words:
				self.assertRegex(" ".join(p.stdout.split()), "There is none yet: reviews use what ships, as below. " + self.FEW)
				self.assertLess(max(map(len, p.stdout.split("\n\n")[0].splitlines()[1:])), 81)
		told = json.loads(p.stdout)
		self.assertEqual((told["only_shipped"], told["holds"][0]["nvd"], told["sources"][0]["age_days"]), (True, 52, 163))
		self.assertFalse((self.at / "data").exists())
		self.import_own(forms.page([forms.cve(1)]))
		p = subprocess.run([ASSAY, "knowledge", "status", "--json"], capture_output=True, text=True, check=True, env=self.env)
		self.assertEqual((json.loads(p.stdout)["only_shipped"], json.loads(p.stdout)["holds"][0]["nvd"]), (False, 1))


class Places(Import):
	def test_other_schema(self):
		self.load(forms.page([forms.cve(1)]))
		db = sqlite3.connect(self.index)
		db.execute("PRAGMA user_version = 99")
		db.commit()
		db.close()
		before = self.index.read_bytes()
		for words in (("status",), ("import", "feed.json")):
			p = self.assay(*words)
			self.assertEqual((p.returncode, p.stdout), (3, ""))
			self.assertIn("schema 99, this program has schema 2", p.stderr)
		self.assertEqual(self.index.read_bytes(), before)

	def test_not_an_index(self):
		sqlite3.connect(self.index).executescript("CREATE TABLE mine (x); INSERT INTO mine VALUES (1)")
		other = self.put("words.db", b"these are words, and no database at all\n" * 100)
		feed = self.put("feed.json", forms.page([forms.cve(1)]))
		for index in (self.index, other):
			before = index.read_bytes()
			for words in (("status",), ("import", feed)):
				p = self.assay(*words, index=index)
				self.assertEqual(p.returncode, 3, p.stderr)
				self.assertIn("is no index of vulnerabilities", p.stderr)
			self.assertEqual(index.read_bytes(), before)

	def test_no_index(self):
		p = self.assay("status", index=self.at / "none.db")
		self.assertEqual((p.returncode, p.stdout), (3, ""))
		self.assertIn("there is no index of vulnerabilities at", p.stderr)
		self.assertFalse((self.at / "none.db").exists())

	def test_where_it_is(self):
		feed = self.put("feed.json", forms.page([forms.cve(1)]))
		for name, env in (("own/k.db", {"ASSAY_KNOWLEDGE": str(self.at / "own/k.db")}), ("data/assay/vulnerabilities.db", {"XDG_DATA_HOME": str(self.at / "data")}),
				("home/.local/share/assay/vulnerabilities.db", {"HOME": str(self.at / "home")})):
			clean = {k: v for k, v in os.environ.items() if k not in ("ASSAY_KNOWLEDGE", "XDG_DATA_HOME", "HOME")}
			p = subprocess.run([ASSAY, "knowledge", "import", str(feed)], capture_output=True, text=True, check=False, env={**clean, **env})
			self.assertEqual(p.returncode, 0, p.stderr)
			self.assertEqual(self.cves(self.at / name), ["CVE-2024-0001"])

	def test_mistakes(self):
		for words, status, said in ((("import",), 2, "import FILE"), ((), 2, "import FILE"), (("status", "x"), 2, "status"), (("import", "nowhere.json"), 3, "nowhere.json"),
				(("import", "/dev/null"), 3, "no regular file"), (("import", "feed.json", "nowhere"), 3, "nowhere")):
			self.put("feed.json", forms.page([forms.cve(1)]))
			p = self.assay(*words)
			self.assertEqual((p.returncode, p.stdout), (status, ""), words)
			self.assertIn(said, p.stderr)
		self.assertFalse(self.index.exists() and self.cves())

	def test_status(self):
		self.load(forms.page([forms.cve(1), forms.cve(2, published=7)]))
		p = self.assay("status", "--json", env={"SOURCE_DATE_EPOCH": "1767312000"}) # 2026-01-02
		told = json.loads(p.stdout)
		source = told["sources"][0]
		self.assertEqual((told["schema"], told["holds"][0]["nvd"], source["read"], source["stored"], source["refused"], source["age_days"], source["complete"]), (2, 1, 2, 1, 1, 1, True))
		self.assertEqual(source["reasons"], {"a text is expected here": 1})
		people = self.assay("status").stdout
		for word in ("NVD, API 2.0", "feed.json", "2026-01-01", "a text is expected here"):
			self.assertIn(word, people)


if __name__ == "__main__":
	result = unittest.main(exit=False, verbosity=1).result
	bad = len(result.failures) + len(result.errors)
	print("%d passed, %d failed" % (result.testsRun - bad, bad))
	sys.exit(bad != 0)
