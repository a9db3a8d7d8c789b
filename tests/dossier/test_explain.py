#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""explain and report: what they tell, and that the commands shown do show it when they are run."""
import os
import re
import sqlite3
import subprocess
import tempfile
import unittest

import make

ASSAY = os.environ.get("ASSAY", "build/quick/assay")


def run(*args):
    return subprocess.run([ASSAY, *args], capture_output=True, text=True, check=False, timeout=60)


def unescape(text):
    """The bytes that a name of the dossier stands for."""
    return re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]), text.encode())


class Explain(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.raw = {}
        for name, hostile in (("plain", False), ("hostile", True)):
            cls.raw[name] = make.make(cls.path(name), objects=1, hostile=hostile)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder.name, name + ".assay")

    def explain(self, finding, name="plain"):
        done = run("explain", self.path(name), finding)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_tells_everything(self):
        text = self.explain("account-empty-password")
        for word in ("Login account with an empty password", "CWE-258", "Anyone who reaches", "Lock the account",
                     "5.1-1", "/etc/shadow, 27 bytes at offset 55", "6164 6d69 6e3a 3a31", "admin::18628",
                     "SELECT object, at, len"):
            self.assertIn(word, text)
        self.assertIn("could not be decided", self.explain("firewall-open"))

    def test_first_places_unless_all(self):
        finding, rows = "elf-hardening-relro", re.compile(r"^  (\d+)\. ", re.M)
        db = sqlite3.connect(self.path("plain"))
        n, = db.execute("SELECT count(*) FROM finding_place WHERE finding = ?", (finding,)).fetchone()
        db.close()
        self.assertGreater(n, 12)
        text = self.explain(finding)
        self.assertEqual(rows.findall(text), [str(i + 1) for i in range(10)])
        self.assertIn(f"... and {n - 10} more: assay explain --all", text)
        query = re.search(r'assay query DOSSIER "(.*)"', text)[1]
        self.assertEqual(run("query", self.path("plain"), query, "--csv").stdout.count("\n"), n + 1)
        done = run("explain", self.path("plain"), finding, "--all")
        self.assertEqual(rows.findall(done.stdout), [str(i + 1) for i in range(n)])
        self.assertEqual(done.stdout.count("to see it"), n)
        self.assertNotIn("more: assay", done.stdout)
        self.assertNotIn("more: assay", self.explain("account-empty-password"))

    def test_only_the_clauses_its_rule_speaks_to(self):
        text = self.explain("account-empty-password")
        self.assertIn("5.1-98: Narrowed to these rules", text)
        self.assertNotIn("5.1-99", text)

    def commands(self, name):
        """The commands of the first place, which stands in an archive in a stream in the image."""
        text = self.explain("account-empty-password", name)
        return re.findall(r"^    ((?:dd|gzip|cpio|echo|xxd) .*)$", text.split("\n\n  2. ")[0], re.M)

    def test_commands_show_the_bytes(self):
        for name in self.raw:
            commands = self.commands(name)
            self.assertEqual([c.split()[0] for c in commands], ["dd", "gzip", "cpio", "echo", "xxd"], name)
            with tempfile.TemporaryDirectory() as folder:
                image = "basestation.bin" + (" " + make.HOSTILE.replace("/", "") if name == "hostile" else "")
                with open(os.path.join(folder.encode(), unescape(image)), "wb") as f:
                    f.write(self.raw[name])
                done = subprocess.run(["bash", "-e", "-c", "\n".join(commands)], cwd=folder, text=True,
                                      capture_output=True, check=False, timeout=60)
                self.assertEqual((done.returncode, done.stderr), (0, ""), name)
                self.assertIn("seen-3: OK", done.stdout)
                self.assertIn("admin::18628:0:9", done.stdout)
                self.assertEqual(len(os.listdir(folder)), 4)

    def test_no_control_characters(self):
        for finding in ("account-empty-password", "component-unsupported", "elf-hardening-relro"):
            text = self.explain(finding, "hostile")
            self.assertEqual([c for c in text if (ord(c) < 32 and c != "\n") or c == "\u202e"], [])

    def test_exit_statuses(self):
        self.assertEqual(run("explain", self.path("plain"), "no-such").returncode, 2)
        self.assertEqual(run("explain", self.path("plain")).returncode, 2)
        self.assertEqual(run("explain", "/nonexistent", "x").returncode, 3)
        self.assertEqual(run("report", self.path("plain"), "--format", "docx").returncode, 2)
        self.assertEqual(run("report", self.path("plain")).returncode, 2)
        out = os.path.join(self.folder.name, "no/such/folder")
        self.assertEqual(run("report", self.path("plain"), "--format", "json", "-o", out).returncode, 4)


if __name__ == "__main__":
    unittest.main()
