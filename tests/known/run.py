#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Known vulnerabilities in whole reviews: files of Debian's packages, unpacked, with real records of NVD in the index.

  - programs and libraries in versions that records name: rule known-vulnerability accuses, each with the record that applies and no
    other one
  - the same component in a release after the one that a record ends with: nothing is accused, though the record was looked at
  - a fix that the distribution put into an older release: accused while nobody tells which package it is, and not with the package
    database and the distribution's record. Which version fixed it stands in the package's own changelog

Packages come through the package client, records from tests/match/records.json (which say what is expected: their ranges are compared
here by other code). Last line: N passed, N failed.
"""
import gzip
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
TOP = pathlib.Path(os.environ.get("ASSAY_SOURCE", HERE.parents[1]))
sys.path[:0] = [str(TOP / "tests/images"), str(TOP / "tests/match")]
from lib import debs  # noqa: E402
from lib.apt import Apt  # noqa: E402

ASSAY = os.path.abspath(os.environ.get("ASSAY") or TOP / "build/quick/assay")
RECORDS = TOP / "tests/match/records.json"
OLD = "tcpdump libpcap0.8 zlib1g".split() # packages of bookworm that records name
NEW = "libexpat1 dnsmasq-base".split()    # packages of bookworm whose records end before them
PATCHED = "libexpat1"                     # of bullseye
CVE = "CVE-2022-40674"


def criteria(product):
    """(CVE, its criterion) of each record about a product."""
    for record in (one["cve"] for one in json.loads(RECORDS.read_text(encoding="utf-8"))["vulnerabilities"]):
        for configuration in record.get("configurations", []):
            for node in configuration["nodes"]:
                for match in node["cpeMatch"]:
                    if match["vulnerable"] and match["criteria"].split(":")[3:5] == product.split(":"):
                        yield record["id"], match


def numbers(version):
    return [int(n) for n in re.findall(r"\d+", version)]


def holds(match, version):
    """Whether a record's criterion means a version that is made of numbers."""
    own, v = match["criteria"].split(":")[5], numbers(version)
    if own != "*":
        return numbers(own) == v
    return not (v < numbers(match.get("versionStartIncluding", "")) or
                v > numbers(match.get("versionEndIncluding", "999999")) or v >= numbers(match.get("versionEndExcluding", "999999")))


def about(product, version):
    """CVEs of the records that mean this version of a product, and those that do not."""
    every = list(criteria(product))
    mean = {cve for cve, match in every if holds(match, version)}
    return mean, {cve for cve, _ in every} - mean


def upstream(deb):
    return re.sub(r"[+.]dfsg.*", "", deb.version.split(":")[-1].rsplit("-", 1)[0])


class Known(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="assay-known-")
        self.addCleanup(folder.cleanup)
        self.at = pathlib.Path(folder.name)

    def fetched(self, suite, names):
        return {deb.package: deb for deb in debs.load(Apt(suite, "arm64").alone(names))}

    def unpack(self, some):
        """Their programs and libraries, nothing that says which package they are."""
        for deb in some.values():
            subprocess.run(["dpkg-deb", "-x", deb.path, self.at / "all"], check=True)
        (self.at / "root/usr").mkdir(parents=True)
        for name in ("usr/bin", "usr/sbin", "usr/lib", "lib"):
            if (self.at / "all" / name).is_dir():
                (self.at / "all" / name).rename(self.at / "root" / name)

    def review(self, *feeds):
        index = self.at / "index.db"
        subprocess.run([ASSAY, "knowledge", "import", "--index", index, RECORDS, *feeds], check=True, capture_output=True)
        done = subprocess.run([ASSAY, "review", "-q", "root", "--index", index, "--without", "code", "-o", self.at / "out"], cwd=self.at,
                              capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def ask(self, sql, *values):
        db = sqlite3.connect(self.at / "out/dossier.assay")
        rows = db.execute(sql, values).fetchall()
        db.close()
        return rows

    def accused(self):
        """{CVE: paths} of what the rule accuses."""
        out = {}
        for cve, path in self.ask("SELECT f.subject, p.path FROM finding_place AS f JOIN finding AS n ON n.id = f.finding"
                                  " JOIN place AS p ON p.object = f.object WHERE n.rule = 'known-vulnerability'"):
            out.setdefault(cve, set()).add(path)
        return out

    def test_versions_that_records_name(self):
        some = self.fetched("bookworm", OLD)
        self.unpack(some)
        self.review()
        told, wanted = self.accused(), {}
        for product, package, file in (("tcpdump:tcpdump", "tcpdump", "/usr/bin/tcpdump"), ("tcpdump:libpcap", "libpcap0.8", "libpcap"),
                                       ("zlib:zlib", "zlib1g", "libz.so")):
            mean, other = about(product, upstream(some[package]))
            self.assertTrue(mean and other, product)
            wanted.update({cve: file for cve in mean})
            self.assertFalse(other & set(told), other & set(told))
        self.assertEqual(set(told), set(wanted))
        for cve, file in wanted.items():
            self.assertTrue(all(file in path for path in told[cve]), told[cve])

    def test_versions_after_those_of_the_records(self):
        some = self.fetched("bookworm", NEW)
        self.unpack(some)
        self.review()
        stated = dict(self.ask("SELECT id, version FROM inventory WHERE version IS NOT NULL"))
        for product, package, id in (("libexpat_project:libexpat", "libexpat1", "expat"), ("thekelleys:dnsmasq", "dnsmasq-base", "dnsmasq")):
            mean, other = about(product, upstream(some[package]))
            self.assertTrue(other and not mean, product)
            self.assertEqual(stated[id], upstream(some[package]))
        self.assertEqual(self.accused(), {})
        self.assertTrue(self.ask("SELECT 1 FROM knowledge_source"))

    def patched(self):
        """The package, and the version that its changelog says fixed the CVE."""
        some = self.fetched("bullseye", [PATCHED])
        text = gzip.decompress(some[PATCHED].file("usr/share/doc/libexpat1/changelog.Debian.gz")).decode()
        entries = re.split(r"^(?=expat \()", text, flags=re.M)
        fixed, = [re.match(r"expat \(([^)]+)\)", e).group(1) for e in entries if CVE in e and "bullseye" in e.split("\n")[0]]
        return some, fixed

    def test_fix_of_the_distribution(self):
        some, fixed = self.patched()
        self.assertIn(CVE, about("libexpat_project:libexpat", upstream(some[PATCHED]))[0])
        self.unpack(some)
        (self.at / "root/var/lib/dpkg").mkdir(parents=True)
        (self.at / "root/var/lib/dpkg/status").write_text(debs.status(some.values()))
        (self.at / "root/etc").mkdir()
        (self.at / "root/etc/os-release").write_text('ID=debian\nVERSION_ID="11"\nVERSION_CODENAME=bullseye\n')
        tracker = {"expat": {CVE: {"releases": {"bullseye": {"status": "resolved", "fixed_version": fixed, "urgency": "not yet assigned",
            "repositories": {"bullseye": some[PATCHED].version}}}}}}
        (self.at / "debian.json").write_text(json.dumps(tracker))
        self.review(self.at / "debian.json")
        self.assertNotIn(CVE, self.accused())
        rows = self.ask("SELECT verdict, why FROM vulnerability_match WHERE cve = ?", CVE)
        self.assertEqual({verdict for verdict, _ in rows}, {"not"})
        for _, why in rows:
            self.assertIn("fixed it in expat %s" % fixed, why)

    def test_the_same_file_without_its_package(self):
        some, _ = self.patched()
        self.unpack(some)
        self.review()
        self.assertIn(CVE, self.accused())


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    bad = len(result.failures) + len(result.errors)
    print("%d passed, %d failed" % (result.testsRun - bad, bad))
    sys.exit(1 if bad or not result.testsRun else 0)
