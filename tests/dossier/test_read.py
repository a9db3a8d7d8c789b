#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""show and query: what they answer, what they refuse, and that hostile text stays text."""
import contextlib
import csv
import fcntl
import io
import json
import os
import pty
import sqlite3
import struct
import subprocess
import tempfile
import termios
import unittest

import make

ASSAY = os.environ.get("ASSAY", "build/quick/assay")
VIEWS = """summary tree files components vulnerabilities findings credentials keys certificates services elf quality addresses
unexamined""".split()
KEYS = {
    "files": "path size sha256 mode type container",
    "components": "name version purl cpe path sha256 confidence evidence",
    "findings": "id rule kind severity confidence title places",
}


def run(*args, text=True):
    return subprocess.run([ASSAY, *args], capture_output=True, text=text, check=False, timeout=60)


def on_terminal(columns, *args):
    """What a terminal of so many columns is written."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    with subprocess.Popen([ASSAY, *args], stdout=follower, stderr=follower) as process:
        os.close(follower)
        out = b""
        with contextlib.suppress(OSError): # Linux: the end of a terminal is an error
            while piece := os.read(leader, 65536):
                out += piece
    os.close(leader)
    assert process.returncode == 0
    return out.decode("utf-8").replace("\r\n", "\n")


class Reading(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.plain = os.path.join(cls.folder.name, "plain.assay")
        cls.hostile = os.path.join(cls.folder.name, "hostile.assay")
        make.make(cls.plain, objects=40)
        make.make(cls.hostile, objects=1, hostile=True)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def show(self, view, path=None):
        done = run("show", path or self.plain, view, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)


class Show(Reading):
    def test_every_view_in_every_format(self):
        for path in (self.plain, self.hostile):
            for view in VIEWS:
                rows = self.show(view, path)
                self.assertGreater(len(rows), 0, view)
                done = run("show", path, view, "--csv", text=False)
                lines = list(csv.reader(io.StringIO(done.stdout.decode("utf-8"), newline="")))
                self.assertGreater(len(lines), 1, view)
                self.assertEqual({len(line) for line in lines}, {len(lines[0])}, view)
                self.assertTrue(done.stdout.endswith(b"\r\n"), view)
                self.assertGreater(run("show", path, view).stdout.count("\n"), 1, view)

    def test_keys_are_a_contract(self):
        for view, keys in KEYS.items():
            for row in self.show(view):
                self.assertLessEqual(set(keys.split()), set(row), view)
        for finding in self.show("findings"):
            self.assertGreater(len(finding["places"]), 0, finding["id"])
            for place in finding["places"]:
                self.assertLessEqual({"path", "offset", "length", "sha256", "subject", "container"},
                                     set(place))

    def test_files_are_those_of_the_dossier(self):
        db = sqlite3.connect(self.plain)
        rows = db.execute("SELECT p.path, o.size, o.sha256, p.mode, p.container FROM place p"
                          " JOIN object o ON o.id = p.object WHERE p.kind = 'file'").fetchall()
        shown = {(f["path"], f["size"], f["sha256"], f["mode"], f["container"]) for f in self.show("files")}
        self.assertEqual(shown, {(p, s, d, f"{m:04o}", c) for p, s, d, m, c in rows})
        self.assertIn("4755", {f["mode"] for f in self.show("files")})

    def test_a_finding_stands_at_every_place_of_its_bytes(self):
        shadow = next(f for f in self.show("findings") if f["id"] == "account-empty-password")
        self.assertEqual({p["container"].rsplit(".", 1)[-1] for p in shadow["places"]},
                         {"gzip/content", "squashfs"})
        self.assertEqual({(p["path"], p["offset"], p["length"]) for p in shadow["places"]},
                         {("/etc/shadow", make.SHADOW.index(b"\n") + 1, 27)})

    def test_findings_are_ordered_undecided_last(self):
        findings = self.show("findings")
        self.assertEqual(findings[0]["severity"], "critical")
        self.assertEqual([f["verdict"] for f in findings].index("unknown"), len(findings) - 1)

    def test_witnesses_of_one_version_are_one_component(self):
        openssl = [c for c in self.show("components") if c["name"] == "OpenSSL"]
        self.assertEqual([c["version"] for c in openssl], ["1.0.2u"])
        self.assertEqual({e["path"] for e in openssl[0]["evidence"]},
                         {"/usr/lib/libcrypto.so.1.0.2", "/usr/lib/libssl.so.1.0.2"})
        self.assertEqual(openssl[0]["confidence"], 0.93)

    def test_private_key_is_joined_with_its_certificate(self):
        self.assertEqual([k["certificates"] for k in self.show("keys")], [1])
        self.assertEqual([c["private_key"] for c in self.show("certificates")], [True])

    def test_tree_is_depth_first(self):
        below = {}
        for ident, parent, name in sqlite3.connect(self.plain).execute(
                "SELECT id, parent, name FROM place ORDER BY id"):
            below.setdefault(parent, []).append((ident, name))

        def walk(parent, depth):
            for ident, name in below.get(parent, []):
                yield depth, name
                yield from walk(ident, depth + 1)
        self.assertEqual([(r["depth"], r["name"]) for r in self.show("tree")], list(walk(None, 0)))

    def test_summary_is_one_screen(self):
        text = run("show", self.plain).stdout
        self.assertLessEqual(text.count("\n"), 24)
        self.assertLessEqual(max(map(len, text.splitlines()[:16])), 80)
        for word in ("basestation.bin", "SHA-256", "2 critical", "SquashFS", "4.14.98", "encrypted", "assay explain"):
            self.assertIn(word, text)

    def changed(self, name, *statements):
        """A copy of the dossier with something else in it."""
        path = os.path.join(self.folder.name, name)
        db = sqlite3.connect(path)
        sqlite3.connect(self.plain).backup(db)
        for sql in statements:
            db.execute(sql)
        db.commit()
        db.close()
        return path

    def test_vulnerabilities_are_counted_once(self):
        """However many components have one; the page has the words of the screen."""
        twice = self.changed("twice.assay", "INSERT INTO vulnerability_match (cve, component, version, verdict, source, priority) SELECT cve, 'other', '1',"
                             " 'possibly', source, 'low' FROM vulnerability_match WHERE cve IN ('CVE-2022-0778', 'CVE-2024-1086')")
        words = ["1 affected (1 urgent)", "1 possibly", "1 ruled out"]
        for path in (self.plain, twice):
            self.assertIn("Known CVEs   " + ", ".join(words), run("show", path).stdout)
            page = run("report", path, "--format", "html").stdout
            self.assertIn('"known":{"columns":["text"],"rows":[' + ",".join(json.dumps([w]) for w in words) + "]}", page.replace("\n", ""))
        counts = json.loads(page.split('"vulnerable":')[1].split("]}", 1)[0] + "]}")
        self.assertEqual(dict(zip(counts["columns"], counts["rows"][0])), {"n": 5, "cves": 3})

    def test_what_was_looked_at_wraps(self):
        few = "only 52 records of NVD (the newest of 2026-06-17, 162 days old) ship with Assay, a small part of what is known: run assay knowledge update"
        path = self.changed("few.assay", "INSERT OR REPLACE INTO meta VALUES ('vulnerabilities', 'only what ships'), ('reviewed', '2026-11-27T01:00:00Z')",
                            "UPDATE knowledge_source SET name = 'shipped with assay', newest = '2026-06-17T06:52:25', read = 52")
        text = run("show", path).stdout
        self.assertIn(few, run("report", path, "--format", "html").stdout)
        self.assertIn(few, " ".join(text.split()))
        self.assertLessEqual(max(map(len, text.split("Dossier")[0].splitlines())), 80)
        self.assertNotIn("NVD of 2026", text)
        self.assertIn("NVD of 2026-05-01", run("show", self.plain).stdout)

    def test_reasons_stand_below_on_a_terminal(self):
        why = "libfoo 1.2 (by its banner); affected: " + ", ".join(f"from {n}.0 up to {n}.9" for n in range(12)) + "; a distribution may have fixed it"
        path = self.changed("why.assay", "UPDATE vulnerability_match SET why = '%s'" % why)
        for columns in (60, 80, 132):
            lines = on_terminal(columns, "show", path, "vulnerabilities").splitlines()
            self.assertNotIn("why", lines[0])
            below = [line for line in lines if line.startswith("    ")]
            self.assertLessEqual(max(map(len, below)), columns)
            self.assertEqual(" ".join(" ".join(below).split()), " ".join([why] * 3))
        self.assertEqual(run("show", path, "vulnerabilities").stdout.count("\n"), 4)
        hostile = on_terminal(80, "show", self.hostile, "vulnerabilities")
        self.assertEqual([c for c in hostile if ord(c) < 32 and c != "\n"], [])

    def test_checked_functions_in_words(self):
        path = self.changed("checked.assay", "UPDATE elf SET fortified = object % 3, fortifiable = CASE object % 3 WHEN 1 THEN 0 ELSE 3 END")
        text = run("show", path, "elf").stdout
        for words in ("none of 3 checked", "all of 1 checked", "2 of 5 checked"):
            self.assertIn(words, text)

    def test_summary_rounds_no_byte_away(self):
        db = sqlite3.connect(os.path.join(self.folder.name, "rounded.assay"))
        sqlite3.connect(self.plain).backup(db)
        size, = db.execute("SELECT o.size FROM place AS p JOIN object AS o ON o.id = p.object"
                           " WHERE p.parent IS NULL").fetchone()
        db.execute("DELETE FROM extent WHERE object = (SELECT object FROM place WHERE parent IS NULL)")
        db.executemany("INSERT INTO extent (object, at, len, class) SELECT object, ?, ?, ? FROM place"
                       " WHERE parent IS NULL", [(0, size - 9, "structure"), (size - 9, 9, "unknown")])
        db.commit()
        db.close()
        text = run("show", os.path.join(self.folder.name, "rounded.assay")).stdout
        self.assertIn("> 99.9 % containers that were read, < 0.1 % unknown", text)

    def test_hostile_text_never_reaches_the_terminal_raw(self):
        db = sqlite3.connect(self.hostile)  # raw bytes, as a forged dossier might hold them
        db.execute("UPDATE place SET name = CAST(x'1b5d303b70776e07ff' AS TEXT), path = name"
                   " WHERE path = '/etc/mtab' OR path LIKE '/usr/share/vendor%'")
        db.commit()
        db.close()
        for view in VIEWS:
            for form in ("--table", "--json"):
                out = run("show", self.hostile, view, form, text=False).stdout
                text = out.decode("utf-8")
                bad = [c for c in text if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160]
                self.assertEqual(bad, [], view)
                if form == "--table":
                    self.assertNotIn("\u202e", text, view)
                else:
                    self.assertNotIn("<", text, view)

    def test_csv_is_no_program(self):
        out = run("show", self.hostile, "files", "--csv").stdout
        self.assertIn("/www/=SUM(A1)", out)
        query = "SELECT '=1+1' AS a, '@x' AS b, -5 AS c, '-5' AS d, 'plain' AS e, 'a\"b' AS f"
        out = run("query", self.plain, query, "--csv", text=False).stdout
        self.assertEqual(out, b"a,b,c,d,e,f\r\n'=1+1,'@x,-5,'-5,plain,\"a\"\"b\"\r\n")


class Query(Reading):
    def bytes(self):
        with open(self.plain, "rb") as f:
            return f.read()

    def refuse(self, sql, *more):
        done = run("query", self.plain, *more, sql)
        self.assertEqual(done.returncode, 2, sql)
        self.assertEqual(done.stdout, "", sql)
        return done.stderr

    def test_answers(self):
        out = run("query", self.plain, "SELECT count(*) AS n, NULL AS none, x'00ff' AS b FROM account", "--json")
        self.assertEqual(json.loads(out.stdout), [{"n": 3, "none": None, "b": "00ff"}])
        self.assertEqual(json.loads(run("query", self.plain, "SELECT 1 WHERE 0", "--json").stdout), [])
        table = run("query", self.plain, "SELECT 'a' AS left, 22 AS right UNION ALL SELECT 'bbbb', 1").stdout
        self.assertEqual(table, "left  right\na        22\nbbbb      1\n")

    def test_only_reads(self):
        before = self.bytes()
        for sql in ("DELETE FROM finding", "DROP TABLE finding", "CREATE TABLE t (x)", "VACUUM",
                    "CREATE TEMP TABLE t (x)", "PRAGMA journal_mode = DELETE", "PRAGMA user_version = 7",
                    "PRAGMA writable_schema = 1", f"ATTACH '{self.folder.name}/new.db' AS n",
                    "SELECT load_extension('x')", "BEGIN", "SELECT 1; DELETE FROM finding", "", "SELEC 1",
                    "UPDATE finding SET n = 0 RETURNING n", f"VACUUM INTO '{self.folder.name}/copy.db'"):
            self.refuse(sql)
        self.assertEqual(self.bytes(), before)
        self.assertEqual(sorted(os.listdir(self.folder.name)), ["hostile.assay", "plain.assay"])

    def test_comments_and_semicolons_may_follow(self):
        self.assertEqual(run("query", self.plain, "SELECT 1 AS n; -- done\n;").returncode, 0)

    def test_schema_can_be_asked(self):
        out = run("query", self.plain, "SELECT name FROM pragma_table_info('finding')", "--json")
        self.assertIn({"name": "verdict"}, json.loads(out.stdout))

    def test_endless_query_is_stopped(self):
        text = self.refuse("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)"
                           " SELECT count(*) FROM c", "--seconds=1")
        self.assertIn("stopped", text)

    def test_several_dossiers(self):
        sql = "SELECT count(*) AS n FROM old.object WHERE sha256 NOT IN (SELECT sha256 FROM object)"
        out = run("query", self.plain, f"old={self.hostile}", sql, "--json")
        self.assertGreater(json.loads(out.stdout)[0]["n"], 0)
        self.assertEqual(run("query", self.plain, self.hostile, "SELECT 1 FROM d2.meta").returncode, 0)
        self.assertEqual(run("query", self.plain, f"main={self.hostile}", "SELECT 1").returncode, 2)
        self.assertEqual(run("query", self.plain, f"o={self.hostile}", "DELETE FROM o.finding").returncode, 2)

    def test_what_is_no_dossier(self):
        other = os.path.join(self.folder.name, "other")
        for content in (b"", b"not a database at all" * 100, None):
            if content is not None:
                with open(other, "wb") as f:
                    f.write(content)
            elif os.path.exists(other):
                os.remove(other)
            self.assertEqual(run("show", other).returncode, 3, content)
            self.assertEqual(run("query", self.plain, f"o={other}", "SELECT 1").returncode, 3, content)

    def test_other_versions_of_the_schema(self):
        """Whole but for the number; every command that reads says which it is and what to do."""
        other = os.path.join(self.folder.name, "other")
        for version, words in ((0, ("not finished",)),
                               (make.SCHEMA - 1, ("an older version", f"{make.SCHEMA - 1}, ", "review the image again")),
                               (make.SCHEMA + 1, ("a newer version", f"{make.SCHEMA + 1}, ", "with that version")),
                               (-1, ("not finished",)), (2 ** 31 - 1, ("a newer version",))):
            with open(other, "wb") as f:
                f.write(self.bytes())
            db = sqlite3.connect(other)
            db.execute(f"PRAGMA user_version = {version}")
            db.close()
            for args in (["show", other], ["query", other, "SELECT 1"], ["query", self.plain, f"o={other}", "SELECT 1"],
                         ["explain", other, "account-empty-password"], ["report", other, "--format", "json"]):
                done = run(*args)
                self.assertEqual((done.returncode, done.stdout), (3, ""), f"{version} {args}")
                for word in (other, *words):
                    self.assertIn(word, done.stderr)
                if version > 0:
                    self.assertIn(f"reads {make.SCHEMA};", done.stderr)
        os.remove(other)

    def test_damaged_dossiers(self):
        """Cut anywhere, bytes changed, tables gone: an error or an answer, never a crash."""
        other = os.path.join(self.folder.name, "damaged")
        whole = self.bytes()
        damaged = [whole[:n] for n in (100, 1000, 4096, 8192, len(whole) // 2, len(whole) - 1)]
        damaged += [whole[:at] + bytes(64) + whole[at + 64:] for at in range(4096, len(whole), 20 * 4096 + 700)]
        for i, content in enumerate(damaged):
            with open(other, "wb") as f:
                f.write(content)
            for args in (["show", other, "findings", "--json"], ["show", other, "tree"], ["show", other],
                         ["report", other, "--format", "html"], ["report", other, "--format", "spdx"],
                         ["explain", other, "account-empty-password"]):
                done = run(*args, text=False)
                self.assertIn(done.returncode, (0, 2, 3), f"{i}: {args} {done.stderr}")
        for table in ("place", "finding", "extent", "meta", "component", "object"):
            with open(other, "wb") as f:
                f.write(whole)
            db = sqlite3.connect(other)
            db.execute("PRAGMA legacy_alter_table = 1")
            db.execute(f"ALTER TABLE {table} RENAME TO gone")
            db.close()
            for form in ("html", "json", "sarif", "cyclonedx", "spdx"):
                done = run("report", other, "--format", form, text=False)
                self.assertIn(done.returncode, (0, 3), f"{table} {form} {done.stderr}")
            done = run("report", other, "--format", "html")
            self.assertEqual((done.returncode, "not an error" in done.stderr), (3, False), table)
        os.remove(other)

    def test_values_are_shortened_in_tables_only(self):
        sql = "SELECT printf('%.*c', 500, 'x') AS x"
        self.assertEqual(len(run("query", self.plain, sql).stdout.splitlines()[1]), 160)
        self.assertEqual(len(json.loads(run("query", self.plain, sql, "--json").stdout)[0]["x"]), 500)

    def test_output_that_cannot_be_written(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([ASSAY, "show", self.plain, "files", "--json"], stdout=full,
                                  stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 4)


if __name__ == "__main__":
    unittest.main()
