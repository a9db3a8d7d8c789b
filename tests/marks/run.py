#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Marks: what was explained once is shown as explained in later reviews, also of a program that was linked anew; and only
as long as the function, its constant and its effect are what they were.

usage: run.py ASSAY
"""
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import unittest

ASSAY = os.path.abspath(sys.argv.pop(1) if len(sys.argv) > 1 else os.environ["ASSAY"])
REASON = "factory test; see its manual"
FINDING = "code-hidden-effect"
DAEMON = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
%(before)s
int asked(const char *text)
{
	char line[256];
	if (strcmp(text, "%(constant)s") == 0) {
		snprintf(line, sizeof(line), "logger %%d", (int)getpid());
		puts(line);
		execl("/bin/sh", "sh", (char *)NULL);
	}
	return 0;
}
int main(void)
{
	char text[64];
	ssize_t n = read(0, text, sizeof(text) - 1);
	if (n <= 0)
		return 1;
	text[n] = 0;
	return asked(text);
}
"""
MORE = "int more(int a) { for (int i = 0; i < 50; i++) a = a * 3 + (a >> 2); printf(\"%d\", a); return a; }"


def assay(*words, cwd):
	return subprocess.run([ASSAY, *words], capture_output=True, text=True, cwd=cwd, check=False,
		env={**os.environ, "SOURCE_DATE_EPOCH": "1764115200", "USER": "nobody in particular"})


class Marks(unittest.TestCase):
	def setUp(self):
		self.folder = tempfile.TemporaryDirectory()
		self.at = pathlib.Path(self.folder.name)

	def tearDown(self):
		self.folder.cleanup()

	def build(self, name, constant="kx7_quiet_door", before="", *options):
		source = self.at / (name + ".c")
		source.write_text(DAEMON % {"constant": constant, "before": before}, encoding="utf-8")
		subprocess.run(["gcc", "-O1", "-fno-inline", "-o", name, source.name, *options], cwd=self.at, check=True)

	def review(self, name, *options):
		return assay("review", "-q", "-o", "out-" + name, name, *options, cwd=self.at)

	def ask(self, name, sql):
		db = sqlite3.connect(self.at / ("out-" + name) / "dossier.assay")
		rows = db.execute(sql).fetchall()
		db.close()
		return rows

	def mark(self, name, finding=FINDING, *more):
		return assay("mark", "out-%s/dossier.assay" % name, finding, "--reason", REASON, *more, cwd=self.at)

	def explained(self, name):
		return self.ask(name, "SELECT explained, n FROM finding WHERE id = '%s'" % FINDING)

	def test_marked_once_it_is_explained_after_linking_anew_and_stripping(self):
		self.build("one")
		self.assertEqual(self.review("one", "--fail-on", "medium").returncode, 1)
		done = self.mark("one")
		self.assertEqual(done.returncode, 0, done.stderr)
		self.assertIn("1 mark added to assay-marks.tsv", done.stdout)
		self.build("two", "kx7_quiet_door", MORE)
		self.build("three", "kx7_quiet_door", MORE, "-s", "-no-pie", "-Wl,--section-start=.text=0x500000")
		where = set()
		for name in ("one", "two", "three"):
			done = self.review(name, "--marks", "assay-marks.tsv", "--fail-on", "medium")
			self.assertEqual((done.returncode, done.stderr), (0, ""), name)
			self.assertEqual(self.explained(name), [(1, 1)], name)
			where.add(self.ask(name, "SELECT function FROM suspicion ORDER BY total DESC LIMIT 1")[0][0])
		self.assertEqual(len(where), 3, "the function stands elsewhere each time")

	def test_explained_is_shown_everywhere_and_never_hidden(self):
		self.build("one")
		self.review("one")
		self.mark("one")
		self.review("one", "--marks", "assay-marks.tsv")
		told = assay("explain", "out-one/dossier.assay", FINDING, cwd=self.at).stdout
		self.assertIn("explained: %s (nobody in particular, 2025-11-26)" % REASON, told)
		self.assertIn("execl(", told)
		rows = json.loads(assay("show", "out-one/dossier.assay", "findings", "--json", cwd=self.at).stdout)
		row = next(r for r in rows if r["id"] == FINDING)
		self.assertEqual(row["explained"], 1)
		self.assertEqual(row["places"][0]["explained"],
			{"reason": REASON, "by": "nobody in particular", "date": "2025-11-26"})
		self.assertTrue(all(p["explained"] is None for r in rows if r["id"] != FINDING for p in r["places"]))
		self.assertIn("[explained]", assay("show", "out-one/dossier.assay", "findings", cwd=self.at).stdout)
		self.assertRegex(assay("show", "out-one/dossier.assay", "summary", cwd=self.at).stdout, r"Findings .*1 explained")
		sarif = json.loads((self.at / "out-one/findings.sarif").read_text(encoding="utf-8"))
		results = {r["properties"]["finding"]: r.get("suppressions") for r in sarif["runs"][0]["results"]}
		self.assertEqual(results.pop(FINDING), [{"kind": "external", "status": "accepted", "justification": REASON}])
		self.assertEqual(set(map(bool, results.values())), {False})
		flow = next(r["codeFlows"] for r in sarif["runs"][0]["results"] if r["properties"]["finding"] == FINDING)
		steps = flow[0]["threadFlows"][0]["locations"]
		self.assertIn("kx7_quiet_door", steps[-2]["location"]["message"]["text"])
		self.assertIn("effect: execl(", steps[-1]["location"]["message"]["text"])
		self.assertEqual(steps[-1]["location"]["physicalLocation"]["address"]["name"], "asked")
		self.assertIn(REASON, (self.at / "out-one/report.html").read_text(encoding="utf-8"))

	def test_another_constant_or_code_ends_the_mark(self):
		self.build("one")
		self.review("one")
		self.mark("one")
		self.build("constant", "kx7_quiet_gate")
		self.build("code")
		text = (self.at / "code.c").read_text(encoding="utf-8").replace("puts(line);", "puts(line); unlink(line);")
		(self.at / "code.c").write_text(text, encoding="utf-8")
		subprocess.run(["gcc", "-O1", "-fno-inline", "-o", "code", "code.c"], cwd=self.at, check=True)
		for name in ("constant", "code"):
			done = self.review(name, "--marks", "assay-marks.tsv", "--fail-on", "medium")
			self.assertEqual(done.returncode, 1, name)
			self.assertEqual(self.explained(name), [(0, 1)], name)
			self.assertEqual(self.ask(name, "SELECT n FROM mark"), [(0,)], name)

	def test_function_can_be_named(self):
		self.build("one")
		self.review("one")
		by_name = self.mark("one", "asked", "--marks", "name.tsv")
		addr = self.ask("one", "SELECT printf('0x%x', function) FROM suspicion WHERE name = 'asked'")[0][0]
		by_addr = self.mark("one", addr, "--marks", "addr.tsv")
		self.assertEqual((by_name.returncode, by_addr.returncode), (0, 0), by_name.stderr + by_addr.stderr)
		self.assertEqual((self.at / "name.tsv").read_text(encoding="utf-8"), (self.at / "addr.tsv").read_text(encoding="utf-8"))
		self.review("one", "--marks", "name.tsv")
		self.assertEqual(self.explained("one"), [(1, 1)])

	def test_finding_that_is_no_code_is_known_by_its_file(self):
		(self.at / "root/etc").mkdir(parents=True)
		passwd = self.at / "root/etc/passwd"
		passwd.write_text("root::0:0::/:/bin/sh\n", encoding="utf-8")
		self.assertEqual(self.review("root", "--fail-on", "high").returncode, 1)
		self.assertEqual(self.mark("root", "account-empty-password").returncode, 0)
		sql = "SELECT explained, n FROM finding WHERE id = 'account-empty-password'"
		self.review("root", "--marks", "assay-marks.tsv")
		self.assertEqual(self.ask("root", sql), [(1, 1)])
		passwd.write_text("root::0:0:other:/:/bin/sh\n", encoding="utf-8")
		self.review("root", "--marks", "assay-marks.tsv")
		self.assertEqual(self.ask("root", sql), [(0, 1)])

	def test_one_place_of_several(self):
		for name in ("a", "b"):
			(self.at / "root" / name / "etc").mkdir(parents=True)
			(self.at / "root" / name / "etc/passwd").write_text("%s::0:0::/:/bin/sh\n" % name, encoding="utf-8")
		self.review("root")
		self.assertEqual(self.mark("root", "account-empty-password", "--place", "2").returncode, 0)
		self.review("root", "--marks", "assay-marks.tsv")
		self.assertEqual(self.ask("root", "SELECT mark FROM finding_place WHERE finding = 'account-empty-password' ORDER BY i"),
			[(None,), (1,)])
		done = self.mark("root", "account-empty-password", "--place", "3")
		self.assertEqual(done.returncode, 2)
		self.assertIn("no place of that number", done.stderr)

	def test_dossier_of_others_adds_no_marks_of_its_own(self):
		self.build("one")
		self.review("one")
		db = sqlite3.connect(self.at / "out-one/dossier.assay")
		evil = "x\n" + "\t".join(["account-empty-password", "", "", "", "", "0" * 64, "", "me", "2026-01-01", "trust me"]) + "\n"
		db.execute("UPDATE signal SET trigger = ? || trigger", (evil,))
		db.commit()
		db.close()
		done = self.mark("one")
		self.assertEqual(done.returncode, 2, done.stdout)
		self.assertFalse((self.at / "assay-marks.tsv").exists())

	def test_marks_without_number_are_held_against_places_without_number(self):
		folder = self.at / "root"
		for i in range(2000):
			(folder / str(i) / "etc").mkdir(parents=True)
			(folder / str(i) / "etc/passwd").write_text("u%d::0:0::/:/bin/sh\n" % i, encoding="utf-8")
		lines = ["account-empty-password\t\t\t\t\t%064x\ts\tme\t2026-01-01\tr\n" % i for i in range(100000)]
		(self.at / "many.tsv").write_text("".join(lines), encoding="utf-8")
		self.assertEqual(self.review("root", "--marks", "many.tsv").returncode, 0)
		self.assertEqual(self.ask("root", "SELECT count(*), sum(n) FROM mark"), [(100000, 0)])

	def test_mistakes_are_named(self):
		self.build("one")
		self.review("one")
		for words, status, text in (
			(["mark", "out-one/dossier.assay", FINDING], 2, "--reason"),
			(["mark", "out-one/dossier.assay", "nothing-of-the-kind", "--reason", "x"], 2, "no finding"),
			(["mark", "out-one/dossier.assay", FINDING, "--reason", "two\nlines"], 2, "one line"),
			(["mark", "out-one/dossier.assay", FINDING, "--reason", " "], 2, "reason"),
			(["mark", "out-one/dossier.assay", FINDING, "--reason", "x", "--place", "0"], 2, "--place"),
			(["mark", "nowhere.assay", FINDING, "--reason", "x"], 3, "nowhere.assay"),
			(["mark", "out-one/dossier.assay", FINDING, "--reason", "x", "--marks", "no/such/file"], 4, "no/such/file"),
			(["review", "-q", "one", "--marks", "missing.tsv"], 3, "missing.tsv")):
			done = assay(*words, cwd=self.at)
			self.assertEqual(done.returncode, status, (words, done.stderr))
			self.assertIn(text, done.stderr, words)
		self.assertFalse((self.at / "assay-marks.tsv").exists(), "nothing is left of what failed")

	def test_lines_that_are_no_marks_are_told_and_left_out(self):
		self.build("one")
		self.review("one")
		self.mark("one")
		marks = self.at / "assay-marks.tsv"
		marks.write_text("half a line\n" + marks.read_text(encoding="utf-8") + "code\t\t\t\t\t\t\t\t\tno key\n", encoding="utf-8")
		done = assay("review", "-o", "out-one", "one", "--marks", marks.name, cwd=self.at)
		self.assertEqual(done.returncode, 0)
		self.assertIn("mark number 1 is left out: it has not 10 fields", done.stderr)
		self.assertIn("mark number 3 is left out: it needs either a fingerprint or a SHA-256", done.stderr)
		self.assertEqual(self.explained("one"), [(1, 1)])


if __name__ == "__main__":
	result = unittest.main(exit=False, verbosity=1).result
	bad = len(result.failures) + len(result.errors)
	print("%d passed, %d failed" % (result.testsRun - bad, bad))
	sys.exit(1 if bad else 0)
