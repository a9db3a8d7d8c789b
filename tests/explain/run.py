#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What assay explain tells of places in code: the path, pseudo-code and listing of real programs of several architectures,
held against objdump, which is run with the very commands that are shown; and against the source.

usage: run.py ASSAY
"""
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

ASSAY = os.path.abspath(sys.argv.pop(1) if len(sys.argv) > 1 else os.environ["ASSAY"])
TOP = pathlib.Path(__file__).resolve().parents[2]
GATES = TOP / "tests/golden/ins/code"
SECRET = "xmlset_roodkcableoj28840ybtide"
LISTED = re.compile(r"^    +([0-9a-f]{3,})  ([0-9a-f]{2,}) +(\S.*?)(?: +; (.*))?$", re.M)

# A server with a table of commands; one is in no help. Its thread checks a password in a function of its own.
SERVER = r"""
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static int helped(const char *rest) { return puts(rest); }
static int quiet(const char *rest)
{
	if (strcmp(rest, "qq81-open-up") == 0)
		return system("/usr/sbin/telnetd -l /bin/sh");
	return 0;
}
struct command { const char *name; int (*run)(const char *); };
struct command commands[] = { { "help", helped }, { "diag_raw", quiet } };
int logins;
static int allowed(const char *password)
{
	char real[64] = "";
	FILE *f = fopen("/etc/server.pass", "r");
	if (strcmp(password, "zx_factory_19") == 0) {
		logins++;
		return 7;
	}
	if (!f || !fgets(real, sizeof(real), f))
		return -1;
	fclose(f);
	return strcmp(password, real) == 0 ? 1 : -1;
}
static void *serve(void *name)
{
	char line[128];
	if (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		if (allowed(line) == 7)
			execl("/bin/sh", "sh", (char *)NULL);
		for (int i = 0; i < 2; i++)
			if (strncmp(line, commands[i].name, 4) == 0)
				commands[i].run(line + 4);
	}
	return name;
}
int main(int n, char **arg)
{
	pthread_t t;
	if (pthread_create(&t, NULL, serve, arg[0]) != 0)
		return n;
	pthread_join(t, NULL);
	return 0;
}
"""


class Explained(unittest.TestCase):
	def setUp(self):
		self.folder = tempfile.TemporaryDirectory()
		self.at = pathlib.Path(self.folder.name)

	def tearDown(self):
		self.folder.cleanup()

	def review(self, name):
		done = subprocess.run([ASSAY, "review", "-q", "-o", "out", name], cwd=self.at, capture_output=True, text=True, check=False)
		self.assertEqual(done.returncode, 0, done.stderr)

	def told(self, finding="code-hidden-effect"):
		done = subprocess.run([ASSAY, "explain", "out/dossier.assay", finding], cwd=self.at, capture_output=True, text=True,
			check=False)
		self.assertEqual(done.returncode, 0, done.stderr)
		return done.stdout

	def rows(self, sql):
		db = sqlite3.connect(self.at / "out/dossier.assay")
		found = db.execute(sql).fetchall()
		db.close()
		return found

	def commands(self, told):
		part = told.split("to see it")[1].split("\n", 1)[1].split("\n\n")[0]
		return [line.strip() for line in part.split("\n") if line.strip()]

	def disassembled(self, told):
		"""What the shown objdump commands print, by address."""
		shown = {}
		for command in self.commands(told):
			if not command.startswith("objdump"):
				continue
			done = subprocess.run(command, shell=True, cwd=self.at, capture_output=True, text=True, check=False)
			self.assertEqual(done.returncode, 0, command + done.stderr)
			for line in done.stdout.split("\n"):
				found = re.match(r" *([0-9a-f]+):\t([0-9a-f ]+?) *\t(.*)", line)
				if found:
					shown[int(found[1], 16)] = found[3]
		return shown

	def compare(self, told, same_words):
		listed = LISTED.findall(told)
		shown = self.disassembled(told)
		self.assertGreater(len(listed), 20)
		self.assertEqual([a for a, _, _, _ in listed if int(a, 16) not in shown], [], "addresses that objdump does not show")
		alike = sum(shown[int(a, 16)].split()[0].split(".")[0] == text.split()[0].split(".")[0] for a, _, text, _ in listed)
		self.assertGreaterEqual(alike, same_words * len(listed), [(shown[int(a, 16)], t) for a, _, t, _ in listed])

	def gate(self, name, same_words):
		shutil.copy(GATES / name, self.at / name)
		self.review(name)
		told = self.told()
		self.compare(told, same_words)
		self.assertRegex(told, r"4\. effect 0x[0-9a-f]+ in \S+: execl\(\"/bin/sh\", \"sh\", NULL\)|3\. effect .*execl")
		self.assertIn('strcmp(v2 + 1, "%s") == 0' % SECRET, told)
		notes = {note for _, _, _, note in LISTED.findall(told)}
		self.assertTrue([n for n in notes if n.startswith('the effect: execl("/bin/sh", "sh", NULL)')], notes)
		self.assertTrue([n for n in notes if n.startswith("the comparison: strcmp(")])
		return told

	def test_x86(self):
		told = self.gate("gate-x86_64", 0.9)
		self.assertIn("objdump -d -M intel --start-address=", told)
		self.assertIn("main, handed to __libc_start_main", told)

	def test_thumb(self):
		told = self.gate("gate-armhf", 0.7)
		self.assertIn("objdump -d -M force-thumb --start-address=", told)

	def test_mips(self):
		self.gate("gate-mipsel", 0.6)

	def test_without_section_headers(self):
		data = bytearray((GATES / "gate-x86_64").read_bytes())
		data[0x28:0x30] = bytes(8)   # e_shoff
		data[0x3c:0x40] = bytes(4)   # e_shnum, e_shstrndx
		(self.at / "bare").write_bytes(data)
		self.review("bare")
		told = self.told()
		self.assertIn("objdump -D -b binary -m i386:x86-64", told)
		self.compare(told, 0.9)

	def server(self, *options):
		(self.at / "server.c").write_text(SERVER, encoding="utf-8")
		subprocess.run(["gcc", "-O1", "-fno-inline", "-o", "server", "server.c", "-pthread", *options], cwd=self.at, check=True)
		self.review("server")

	def path_to(self, trigger):
		return self.rows("SELECT DISTINCT p.step, p.kind, p.text FROM path_step AS p JOIN signal AS s ON s.object = p.object AND"
			" s.function = p.function AND s.addr = p.site WHERE s.trigger = '%s' ORDER BY p.step" % trigger)

	def test_handler_in_a_table_is_named_by_it(self):
		self.server("-s")
		path = self.path_to("qq81-open-up")
		self.assertEqual([kind for _, kind, _ in path], ["entry", "test", "effect"])
		self.assertRegex(path[0][2], r'stands in data at 0x[0-9a-f]+, beside "diag_raw"')
		self.assertEqual(path[1][2], 'strcmp(param_1, "qq81-open-up") == 0')
		self.assertEqual(path[2][2], 'system("/usr/sbin/telnetd -l /bin/sh")')

	def test_answer_is_followed_to_the_caller_and_the_thread(self):
		self.server()
		path = self.path_to("zx_factory_19")
		text = [text for _, _, text in path]
		self.assertRegex(text[0], "handed to pthread_create at 0x[0-9a-f]+ in main")
		self.assertIn("calls allowed", text)
		self.assertIn('strcmp(param_1, "zx_factory_19") == 0', text)
		self.assertIn("answers 7", text)
		self.assertEqual(text[-1], 'execl("/bin/sh", "sh", NULL)')
		code = "\n".join("\t" * depth + line for depth, line in self.rows("SELECT c.depth, c.text FROM pseudo_code AS c JOIN signal"
			" AS s ON s.object = c.object AND s.function = c.function AND s.addr = c.site WHERE s.trigger = 'zx_factory_19' GROUP"
			" BY c.line ORDER BY c.line"))
		self.assertIn('\tif (strcmp(param_1, "zx_factory_19") == 0) {\n\t\treturn 7;\n\t}\n}', code)
		self.assertRegex(code, r"== 7\) \{\n\t*execl\(\"/bin/sh\", \"sh\", NULL\);")

	def test_pseudo_code_is_whole(self):
		self.server()
		for site, in self.rows("SELECT DISTINCT site FROM pseudo_code"):
			lines = self.rows("SELECT depth, text FROM pseudo_code WHERE site = %d ORDER BY function, line" % site)
			self.assertEqual(sum(t.endswith("{") for _, t in lines), sum(t == "}" for _, t in lines))
			deep = 0
			for depth, text in lines:
				deep -= text == "}"
				self.assertEqual(depth, deep, lines)
				deep += text.endswith("{")

	def test_what_speaks_against_is_said(self):
		program = SERVER.replace('"help", helped', '"help", helped }, { "qq81-open-up: for service staff", helped')
		(self.at / "server.c").write_text(program, encoding="utf-8")
		subprocess.run(["gcc", "-O1", "-fno-inline", "-o", "server", "server.c", "-pthread"], cwd=self.at, check=True)
		self.review("server")
		told = dict(self.rows("SELECT c.kind, c.text FROM counter_evidence AS c JOIN signal AS s ON s.object = c.object AND s.function ="
			" c.function AND s.addr = c.site WHERE s.trigger = 'qq81-open-up'"))
		self.assertIn('"qq81-open-up: for service staff"', told.get("mentioned", ""), told)

	def test_configuration_that_names_the_word_is_said(self):
		(self.at / "root/etc").mkdir(parents=True)
		shutil.copy(GATES / "gate-x86_64", self.at / "root/gate")
		(self.at / "root/etc/passwd").write_text("%s:*:1:1::/:/bin/false\n" % SECRET, encoding="utf-8")
		self.review("root")
		self.assertIn("the image's configuration has this word: account " + SECRET, self.told())

	def test_nothing_is_said_as_a_fact(self):
		shutil.copy(GATES / "gate-x86_64", self.at / "gate")
		self.review("gate")
		told = self.told().split("Where it was seen")[1].split("The query that accused")[0]
		self.assertNotIn("backdoor", told.replace(SECRET, "").lower())


if __name__ == "__main__":
	result = unittest.main(exit=False, verbosity=1).result
	bad = len(result.failures) + len(result.errors)
	print("%d passed, %d failed" % (result.testsRun - bad, bad))
	sys.exit(1 if bad else 0)
