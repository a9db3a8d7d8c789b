# SPDX-License-Identifier: Apache-2.0
"""The examples of the documentation and the scaffolds of tools/new, in a copy of the sources that is built and run."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from house import TOP, copy_sources, run

BLOCK = re.compile(r"^<!-- (file|append|register|run)(?:: (\S+))? -->\n```\w*\n(.*?)^```$", re.M | re.S)
PAGES = ("adding-a-format.md", "inspectors.md", "rules.md")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def blocks(page):
	return BLOCK.findall((TOP / "docs" / page).read_text(encoding="utf-8"))


def enter(path, line):
	"""A line of a table, as tools/new enters it."""
	lines = path.read_text(encoding="utf-8").splitlines()
	word = line.partition("(")[0]
	rest = [l for l in lines if not l.startswith(word)]
	path.write_text("\n".join(rest + sorted({l for l in lines if l.startswith(word)} | {line})) + "\n", encoding="utf-8")


class Examples(unittest.TestCase):
	@classmethod
	def setUpClass(cls):
		cls.folder = tempfile.TemporaryDirectory()
		cls.copy = pathlib.Path(cls.folder.name)
		copy_sources(cls.copy)
		run("python3", "tools/new", "format", "samplefmt", cwd=cls.copy)
		run("python3", "tools/new", "inspector", "sampleins", cwd=cls.copy)
		run("python3", "tools/new", "format", "crate", cwd=cls.copy)
		for left in (cls.copy / "tests/golden/fmt/crate").iterdir():
			left.unlink()
		for page in PAGES:
			for kind, path, text in blocks(page):
				target = cls.copy / path if path else None
				if kind == "file":
					target.write_text(text, encoding="utf-8")
				elif kind == "append":
					target.write_text(target.read_text(encoding="utf-8") + text, encoding="utf-8")
				elif kind == "register":
					enter(target, text.strip())
		cls.own = dict(os.environ, ASSAY=str(cls.copy / "build/docs/assay"))
		run("meson", "setup", "build/docs", "--werror", "--buildtype=plain", cwd=cls.copy)
		run("ninja", "-C", "build/docs", "assay", "tests/unpack-one", "tests/inspect-one", "tests/test_golden_fmt",
			cwd=cls.copy)

	@classmethod
	def tearDownClass(cls):
		cls.folder.cleanup()

	def test_commands_of_the_pages(self):
		for page in PAGES:
			for kind, _, text in blocks(page):
				if kind == "run":
					with self.subTest(page=page):
						run("bash", "-euc", text, cwd=self.copy, env=self.own)

	def test_every_page_has_an_example_that_is_run(self):
		for page in PAGES:
			self.assertIn("file", [kind for kind, _, _ in blocks(page)])
			self.assertIn("run", [kind for kind, _, _ in blocks(page)])

	def test_the_format_of_the_page_opens_its_golden_input(self):
		for kind, _, text in blocks("adding-a-format.md"):
			if kind == "run":
				run("bash", "-euc", text, cwd=self.copy, env=self.own)
		said = run("build/docs/tests/unpack-one", "tests/golden/fmt/crate/one.bin", cwd=self.copy)
		for line in (self.copy / "tests/golden/fmt/crate/one.tree").read_text().splitlines():
			self.assertIn(line, said.splitlines())
		self.assertNotIn("lost", said)

	def test_scaffolds_say_what_they_see(self):
		run("build/docs/tests/test_golden_fmt", cwd=self.copy, env={"ASSAY_SOURCE": str(self.copy), "PATH": "/usr/bin:/bin"})
		(self.copy / "x.conf").write_text("a=1\nsampleins=here\n")
		said = run("build/docs/tests/inspect-one", "x.conf", "/etc/sampleins.conf", cwd=self.copy)
		self.assertRegex(said, r"(?m)^property\t.*value=here$")
		said = run("build/docs/tests/inspect-one", "tests/golden/ins/sampleins/root/etc/sampleins.conf", "/etc/sampleins.conf",
			cwd=self.copy)
		for line in (self.copy / "tests/golden/ins/sampleins/rows.tsv").read_text().splitlines():
			self.assertIn(line.partition("\t")[2], said)

	def test_new_refuses_what_it_cannot_do(self):
		run("python3", "tools/new", "format", "gzip", cwd=self.copy, status=1)
		run("python3", "tools/new", "format", "No/Good", cwd=self.copy, status=2)

	def test_lint_accepts_the_examples(self):
		run("git", "init", "-q", cwd=self.copy)
		said = run("python3", "tools/lint/registers.py", cwd=self.copy, status=1)
		scaffold = self.copy / "src/unpack/fmt/samplefmt.c"
		for field, left, right in (("spec", "where the format is described", "https://example.com/samplefmt"),
				("variants", "what of it is read", "one"), ("samples", "who wrote the samples", "its own tool")):
			self.assertIn("samplefmt: .%s says nothing" % field, said)
			scaffold.write_text(scaffold.read_text().replace(left, right))
		run("python3", "tools/lint/registers.py", cwd=self.copy)
		run("python3", "tools/gen_formats.py", "--check", cwd=self.copy, status=1)
		run("python3", "tools/gen_formats.py", cwd=self.copy)
		run("python3", "tools/gen_formats.py", "--check", cwd=self.copy)
		self.assertIn("### `crate`: Crate", (self.copy / "docs/formats.md").read_text())
		run("python3", "tools/lint/includes.py", cwd=self.copy)


class Pages(unittest.TestCase):
	def test_the_format_of_the_page_is_short_and_in_the_style_of_the_house(self):
		shown = [text for kind, path, text in blocks("adding-a-format.md") if kind == "file"]
		self.assertEqual(len(shown), 1)
		self.assertLess(len(shown[0].splitlines()), 60)
		done = subprocess.run(["clang-format", "--style=file", "--assume-filename=src/x.c"], input=shown[0], stdout=subprocess.PIPE,
			check=True, text=True, cwd=TOP)
		self.assertEqual(done.stdout, shown[0])

	def test_no_format_is_accepted_that_does_not_say_what_it_keeps(self):
		with tempfile.TemporaryDirectory() as tmp:
			copy = pathlib.Path(tmp)
			copy_sources(copy)
			tar = copy / "src/unpack/fmt/tar.c"
			tar.write_text(re.sub(r"\t\.keeps = .*?NULL \},", "\t.keeps = NULL,", tar.read_text(), flags=re.S))
			self.assertIn("format tar: .keeps says nothing", run("python3", "tools/lint/registers.py", cwd=copy, status=1))

	def test_links_lead_somewhere(self):
		for page in [TOP / "README.md", *(TOP / "docs").rglob("*.md")]:
			for goal in LINK.findall(page.read_text(encoding="utf-8")):
				if "://" not in goal:
					self.assertTrue((page.parent / goal).exists(), "%s leads to %s" % (page.name, goal))

	def test_every_library_has_its_reason(self):
		meson = (TOP / "meson.build").read_text()
		page = (TOP / "docs/dependencies.md").read_text()
		for name in re.findall(r"(?:dependency|find_library)\('([\w.-]+)'", meson):
			if name not in ("threads", "m"):
				self.assertIn("`%s`" % name, page)

	def test_rooms_of_the_architecture_exist(self):
		page = (TOP / "docs/architecture.md").read_text()
		for room in re.findall(r"`(src/\w+/|cli/|web/|rules/|knowledge/|bench/|tests/\w*/?|tools/|docs/|packaging/)`", page):
			self.assertTrue((TOP / room).is_dir(), room)
		for room in (TOP / "src").iterdir():
			if room.is_dir():
				self.assertIn("`src/%s/`" % room.name, page)
