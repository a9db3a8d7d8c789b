#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One software that is seen in several ways is one component in every report, and nothing of it is lost.

The roots are made here: files that say what they are (tests/golden/ins/banner/programs.bin: BusyBox 1.36.1; .pc files; Python's METADATA), and
databases of packages that say the same, or something else.
Last line: N passed, N failed.
"""
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
TOP = pathlib.Path(os.environ.get("ASSAY_SOURCE", HERE.parents[1]))
ASSAY = os.path.abspath(os.environ.get("ASSAY_TESTED") or os.environ.get("ASSAY") or TOP / "build/quick/assay")
BUSYBOX = (TOP / "tests/golden/ins/banner/programs.bin").read_bytes() # BusyBox 1.36.1
CVE = "CVE-2099-0001"


def record(cve, vendor, product, end):
	"""A record of NVD: every version before end is affected."""
	return {"cve": {"id": cve, "published": "2026-01-01T00:00:00.000", "lastModified": "2026-01-02T00:00:00.000", "vulnStatus": "Analyzed",
		"descriptions": [{"lang": "en", "value": "A fault."}], "configurations": [{"nodes": [{"operator": "OR", "negate": False, "cpeMatch": [{"vulnerable": True,
			"criteria": "cpe:2.3:a:%s:%s:*:*:*:*:*:*:*:*" % (vendor, product), "versionEndExcluding": end, "matchCriteriaId": "0" * 8}]}]}]}}


class Same(unittest.TestCase):
	def setUp(self):
		folder = tempfile.TemporaryDirectory(prefix="assay-same-")
		self.addCleanup(folder.cleanup)
		self.at = pathlib.Path(folder.name)
		self.env = dict(os.environ, SOURCE_DATE_EPOCH="1795800000", ASSAY_KNOWLEDGE=str(self.at / "index.db"))

	def put(self, path, content):
		path = self.at / "root" / path
		path.parent.mkdir(parents=True, exist_ok=True)
		path.write_bytes(content if isinstance(content, bytes) else content.encode())

	def dpkg(self, *packages):
		self.put("var/lib/dpkg/status", "".join("Package: %s\nStatus: install ok installed\nArchitecture: arm64\nVersion: %s\n%s\n" %
			(name, version, "Source: %s\n" % source if source else "") for name, version, source in packages))

	def pc(self, name, version):
		self.put("usr/lib/pkgconfig/%s.pc" % name, "Name: %s\nVersion: %s\nDescription: x\nLibs: -l%s\n" % (name, version, name))

	def review(self, *records):
		if records:
			page = {"resultsPerPage": len(records), "startIndex": 0, "totalResults": len(records), "format": "NVD_CVE", "version": "2.0",
				"timestamp": "2026-01-03T00:00:00.000", "vulnerabilities": list(records)}
			(self.at / "feed.json").write_text(json.dumps(page), encoding="utf-8")
			self.run_assay("knowledge", "import", "--quiet", self.at / "feed.json")
		self.run_assay("review", "-q", self.at / "root", "-o", self.at / "out", *(() if records else ("--no-vulnerabilities",)))
		return {(c["purl"] or "").split("?")[0].split("/", 1)[1]: c for c in self.show("components")}

	def run_assay(self, *words):
		p = subprocess.run([ASSAY, *map(str, words)], capture_output=True, text=True, check=False, timeout=300, env=self.env)
		self.assertEqual(p.returncode, 0, p.stderr)
		return p.stdout

	def show(self, view):
		return json.loads(self.run_assay("show", self.at / "out/dossier.assay", view, "--json"))

	def ask(self, sql):
		db = sqlite3.connect(self.at / "out/dossier.assay")
		try:
			return db.execute(sql).fetchall()
		finally:
			db.close()

	def document(self, name):
		return json.loads((self.at / "out" / name).read_text(encoding="utf-8"))

	def busybox(self):
		"""BusyBox as a file and as two packages of one source; the file starts."""
		self.put("bin/busybox", BUSYBOX)
		os.chmod(self.at / "root/bin/busybox", 0o4755)
		self.dpkg(("busybox", "1:1.36.1-9", None), ("busybox-static", "1:1.36.1-9", "busybox"), ("other", "1:1.36.1-9", None))

	def test_file_and_packages(self):
		self.busybox()
		found = self.review(record(CVE, "busybox", "busybox", "1.37.0"))
		self.assertEqual(sorted(found), ["debian/busybox@1:1.36.1-9", "debian/other@1:1.36.1-9"])
		one = found["debian/busybox@1:1.36.1-9"]
		self.assertEqual((one["name"], one["version"], one["supplier"], one["path"]), ("BusyBox", "1:1.36.1-9", "busybox", "/bin/busybox"))
		self.assertEqual(one["cpe"].split(":")[3:6], ["busybox", "busybox", "1.36.1"])
		self.assertEqual([(e["component"], e["version"], e["method"]) for e in one["evidence"]], [("busybox", "1.36.1", "banner"), ("busybox", "1:1.36.1-9", "package"),
			("busybox-static", "1:1.36.1-9", "package")])
		self.assertEqual([(m["id"], m["version"]) for m in one["same"]], [("busybox", "1.36.1"), ("busybox-static", "1:1.36.1-9")])
		self.assertEqual(one["other_versions"], [])
		table = self.run_assay("show", self.at / "out/dossier.assay", "components")
		self.assertEqual(table.count("\n"), 3)
		self.assertIn("seen as package busybox, package busybox-static, busybox 1.36.1", table)

	def test_vulnerability_is_one(self):
		self.busybox()
		self.review(record(CVE, "busybox", "busybox", "1.37.0"))
		self.assertEqual(sorted(self.ask("SELECT component, version FROM vulnerability_match")), [("busybox", "1.36.1"), ("busybox", "1:1.36.1-9"), ("busybox-static", "1:1.36.1-9")])
		rows = self.show("vulnerabilities")
		self.assertEqual([(r["component"], r["version"], r["verdict"], r["path"]) for r in rows], [("busybox", "1:1.36.1-9", "possibly", "/bin/busybox")])
		self.assertEqual(self.ask("SELECT id FROM finding WHERE rule = 'known-vulnerability'"), [("known-vulnerability:busybox@1:1.36.1-9",)])
		self.assertEqual([s["products"] for s in self.document("vex.openvex.json")["statements"]], [[{"@id": "pkg:deb/debian/busybox@1:1.36.1-9?arch=arm64",
			"identifiers": {"purl": "pkg:deb/debian/busybox@1:1.36.1-9?arch=arm64"}}]])
		self.assertEqual(len(self.document("vex.csaf.json")["product_tree"]["full_product_names"]), 1)
		page = (self.at / "out/report.html").read_text(encoding="utf-8")
		self.assertIn('"vulnerable":{"columns":["n","cves"],"rows":[[1,1]', page.replace("\n", ""))

	def test_sbom_is_one_and_complete(self):
		self.busybox()
		self.review(record(CVE, "busybox", "busybox", "1.37.0"))
		cdx = self.document("sbom.cdx.json")
		one = next(c for c in cdx["components"] if c["name"] == "busybox")
		self.assertEqual([c["name"] for c in cdx["components"]], ["busybox", "other"])
		self.assertEqual((one["version"], one["purl"]), ("1:1.36.1-9", "pkg:deb/debian/busybox@1:1.36.1-9?arch=arm64"))
		self.assertEqual([p["value"] for p in one["properties"] if p["name"] == "assay:also"], ["pkg:generic/busybox@1.36.1", "pkg:deb/debian/busybox-static@1:1.36.1-9?arch=arm64"])
		self.assertEqual({o["location"].rsplit("/", 1)[-1] for o in one["evidence"]["occurrences"]}, {"busybox", "status"})
		self.assertEqual([a["ref"] for v in cdx["vulnerabilities"] for a in v["affects"]], [one["bom-ref"]])
		spdx = [p for p in self.document("sbom.spdx.json")["packages"] if p["name"] == "busybox"]
		self.assertEqual([{r["referenceLocator"] for r in p["externalRefs"] if r["referenceType"] == "purl"} for p in spdx],
			[{"pkg:deb/debian/busybox@1:1.36.1-9?arch=arm64", "pkg:deb/debian/busybox-static@1:1.36.1-9?arch=arm64", "pkg:generic/busybox@1.36.1"}])

	def test_statement_about_one_is_about_all(self):
		"""Whether somebody spoke of the file or of the package."""
		for purl in ("pkg:generic/busybox@1.36.1", "pkg:deb/debian/busybox-static@1:1.36.1-9"):
			self.busybox()
			vex = {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/1", "author": "me", "timestamp": "2026-01-01T00:00:00Z", "version": 1,
				"statements": [{"vulnerability": {"name": CVE}, "products": [{"@id": purl}], "status": "not_affected", "justification": "component_not_present"}]}
			(self.at / "index.db").unlink(missing_ok=True)
			(self.at / "vex.json").write_text(json.dumps(vex), encoding="utf-8")
			self.run_assay("knowledge", "import", "--quiet", self.at / "vex.json")
			self.review(record(CVE, "busybox", "busybox", "1.37.0"))
			self.assertEqual([(r["verdict"], r["source"]) for r in self.show("vulnerabilities")], [("not", "vex")], purl)
			self.assertEqual(len(self.ask("SELECT 1 FROM vulnerability_match WHERE source = 'nvd'")), 2)
			self.assertEqual(self.ask("SELECT id FROM finding WHERE rule = 'known-vulnerability'"), [])

	def test_way_to_one_is_the_way_to_all(self):
		self.busybox()
		self.review()
		ways = self.ask("SELECT version, reach, (SELECT group_concat(kind) FROM reach_step AS s WHERE s.component = r.component AND s.version = r.version) FROM component_reach AS r"
			" WHERE component LIKE 'busybox%' ORDER BY component, version")
		self.assertEqual(len(ways), 3)
		self.assertEqual(len({w[1:] for w in ways}), 1)

	def test_other_version_is_another(self):
		"""The database says what the file does not: both are there, and each says so."""
		self.put("bin/busybox", BUSYBOX)
		self.dpkg(("busybox", "1:1.30.1-4", None))
		found = self.review()
		self.assertEqual(sorted(found), ["busybox@1.36.1", "debian/busybox@1:1.30.1-4"])
		self.assertEqual([found[k]["other_versions"] for k in sorted(found)], [[{"id": "busybox", "version": "1:1.30.1-4"}], [{"id": "busybox", "version": "1.36.1"}]])
		self.assertEqual([found[k]["same"] for k in sorted(found)], [[], []])
		table = self.run_assay("show", self.at / "out/dossier.assay", "components")
		self.assertIn("other versions: busybox 1:1.30.1-4", table)
		self.assertIn("other versions: busybox 1.36.1", table)
		others = {c["version"]: c.get("properties") for c in self.document("sbom.cdx.json")["components"]}
		self.assertEqual(others["1.36.1"], [{"name": "assay:other-version", "value": "busybox@1:1.30.1-4"}])

	def test_library_by_its_source(self):
		"""A package that is called otherwise than its source; a name with a number; a version with marks of a repackaging."""
		self.pc("expat", "2.5.0")
		self.pc("sqlite3", "3.40.1")
		self.dpkg(("libexpat1", "2.5.0-1+deb12u1", "expat"), ("libsqlite3-0", "3.40.1+ds-2", "sqlite3"), ("libfoo1", "2.5.0-1", "foo"))
		found = self.review()
		self.assertEqual({k: [m["id"] for m in c["same"]] for k, c in found.items()}, {"debian/libexpat1@2.5.0-1%2Bdeb12u1": ["pkgconfig:expat"],
			"debian/libsqlite3-0@3.40.1%2Bds-2": ["pkgconfig:sqlite3"], "debian/libfoo1@2.5.0-1": []})

	def test_registries_are_worlds(self):
		"""PyPI's request, npm's and the distribution's are three, though one version has them all."""
		self.put("usr/lib/python3/dist-packages/request-1.2.3.dist-info/METADATA", "Metadata-Version: 2.1\nName: request\nVersion: 1.2.3\n")
		self.put("usr/lib/node_modules/request/package.json", json.dumps({"name": "request", "version": "1.2.3", "license": "MIT", "main": "index.js"}))
		self.dpkg(("request", "1.2.3-1", None))
		self.review()
		self.assertEqual(sorted(c["purl"].split("/")[0] for c in self.show("components")), ["pkg:deb", "pkg:npm", "pkg:pypi"])
		self.assertEqual(self.ask("SELECT * FROM software"), [])

	def test_many_versions_stay_small(self):
		"""What is called alike is not listed in full with each."""
		self.dpkg(*[("gateway%d" % i, "%d.1" % i, None) for i in range(1, 3000)])
		self.review()
		rows = self.show("components")
		self.assertEqual({len(c["other_versions"]) for c in rows}, {20})
		self.assertEqual(len(rows), 2999)


if __name__ == "__main__":
	result = unittest.main(exit=False, verbosity=1).result
	bad = len(result.failures) + len(result.errors)
	print("%d passed, %d failed" % (result.testsRun - bad, bad))
	sys.exit(bad != 0)
