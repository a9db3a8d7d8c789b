# SPDX-License-Identifier: Apache-2.0
"""Our own release program under our own review, and its command line's promises."""
import json
import pathlib
import tempfile
import unittest

from house import ASSAY, TOP, run


class OwnReview(unittest.TestCase):
	@classmethod
	def setUpClass(cls):
		cls.folder = tempfile.TemporaryDirectory()
		out = pathlib.Path(cls.folder.name)
		run(ASSAY, "review", pathlib.Path(ASSAY).resolve(), "-o", out, "--quiet")
		cls.dossier = out / "dossier.assay"

	@classmethod
	def tearDownClass(cls):
		cls.folder.cleanup()

	def ask(self, sql):
		return json.loads(run(ASSAY, "query", self.dossier, sql, "--json"))

	def test_nothing_above_low(self):
		# It does hold keys: those of vendors, which are public knowledge.
		loud = self.ask("SELECT rule, title, severity FROM finding WHERE severity NOT IN ('info', 'low') AND rule <> 'measured-constant-key'")
		self.assertEqual(loud, [])

	def test_no_hardening_is_missing(self):
		self.assertEqual(self.ask("SELECT rule FROM finding WHERE kind = 'missing-hardening'"), [])

	def test_it_was_really_looked_at(self):
		rows = self.ask("SELECT pie, nx, relro, canary, fortified > 0 AS fortified, textrel, wx FROM elf")
		self.assertEqual(rows, [{"pie": 1, "nx": 1, "relro": "full", "canary": 1, "fortified": 1, "textrel": 0, "wx": 0}])


class CommandLine(unittest.TestCase):
	def test_exit_statuses(self):
		with tempfile.TemporaryDirectory() as tmp:
			image = pathlib.Path(tmp) / "etc"
			image.mkdir()
			(image / "passwd").write_text("root::0:0:root:/root:/bin/sh\n")
			for status, *args in (
					(0, "review", image, "-o", tmp + "/out", "-q"),
					(1, "review", image, "-o", tmp + "/out", "-q", "--fail-on", "high"),
					(2, "review"), (2,), (2, "dance"), (2, "show", tmp + "/out/dossier.assay", "dance"),
					(2, "query", tmp + "/out/dossier.assay", "DELETE FROM object"),
					(3, "review", tmp + "/nothing", "-o", tmp + "/other", "-q"),
					(3, "show", tmp + "/nothing"),
					(4, "review", image, "-o", "/proc/out", "-q")):
				with self.subTest(args=args):
					run(ASSAY, *args, status=status)

	def test_help_names_every_command_and_goes_to_standard_output(self):
		text = run(ASSAY, "--help")
		table = (TOP / "cli/commands.def").read_text()
		for line in table.splitlines():
			if line.startswith("COMMAND("):
				name = line[len("COMMAND("):-1]
				self.assertIn("\n  " + name, text)
				self.assertTrue(run(ASSAY, name, "--help").startswith("usage: assay " + name))
				self.assertEqual(run(ASSAY, name, "--help"), run(ASSAY, "help", name))
				for line in run(ASSAY, name, "--help").splitlines():
					self.assertLessEqual(len(line), 110)

	def test_version_is_the_projects(self):
		meson = (TOP / "meson.build").read_text()
		self.assertIn("version: '%s'" % run(ASSAY, "--version").split()[1], meson)
