# SPDX-License-Identifier: Apache-2.0
"""What ./run install installs, what the packages hold, and that both work."""
import os
import pathlib
import subprocess
import tempfile
import unittest

from house import ASSAY, TOP, run

USER = r'''
#include <assay/assay.h>
#include <stdio.h>
#include <string.h>
static int put(void *ctx, const void *bytes, size_t n) { return fwrite(bytes, 1, n, ctx) == n ? 0 : -1; }
int main(int argc, char **argv)
{
	assay_error error;
	assay_dossier *d = NULL;
	const char *inputs[] = { argv[1], NULL };
	assay_review_options o = { sizeof(o), inputs, argv[2] };
	char path[4096];
	if (argc != 3 || assay_review(&o, &error) != ASSAY_OK)
		return 1;
	snprintf(path, sizeof(path), "%s/dossier.assay", argv[2]);
	if (assay_dossier_open(path, &d, &error) != ASSAY_OK)
		return 2;
	assay_status s = assay_show(d, "findings", ASSAY_JSON, put, stdout, &error);
	assay_dossier_close(d);
	return s == ASSAY_OK && assay_version() == ASSAY_VERSION ? 0 : 3;
}
'''


def is_there(flag):
	"""Whether a library that is named is installed: a shared one of the system brings what it needs itself, and its -dev package need not."""
	name = "lib%s.so" % flag[2:]
	return not flag.startswith("-l") or flag == "-lassay" or run("gcc", "-print-file-name=" + name).strip() != name


class Installed(unittest.TestCase):
	@classmethod
	def setUpClass(cls):
		cls.folder = tempfile.TemporaryDirectory()
		cls.root = pathlib.Path(cls.folder.name) / "root"
		run("meson", "install", "-C", TOP / "build/release", "--no-rebuild", env=dict(os.environ, DESTDIR=str(cls.root)))
		cls.prefix = next(cls.root.rglob("bin/assay")).parents[1]
		cls.lib = next(cls.root.rglob("libassay.a")).parent

	@classmethod
	def tearDownClass(cls):
		cls.folder.cleanup()

	def test_exports_only_its_own_names(self):
		names = [line.split()[-1] for line in run("nm", "-D", "--defined-only", self.lib / "libassay.so.0").splitlines()]
		self.assertGreater(len(names), 10)
		self.assertEqual([n for n in names if not n.startswith("assay_")], [])
		header = (TOP / "include/assay/assay.h").read_text()
		self.assertEqual([n for n in names if n + "(" not in header], [])

	def test_soname(self):
		self.assertIn("[libassay.so.0]", run("readelf", "-d", self.lib / "libassay.so"))

	def test_a_program_of_somebody_else(self):
		with tempfile.TemporaryDirectory() as tmp:
			tmp = pathlib.Path(tmp)
			(tmp / "user.c").write_text(USER)
			(tmp / "etc").mkdir()
			(tmp / "etc/passwd").write_text("root::0:0:root:/root:/bin/sh\n")
			env = dict(os.environ, PKG_CONFIG_PATH=str(self.lib / "pkgconfig"), PKG_CONFIG_SYSROOT_DIR=str(self.root),
				LD_LIBRARY_PATH=str(self.lib))
			for how in ("--cflags --libs", "--static --cflags --libs"):
				flags = run("pkg-config", *how.split(), "libassay", env=env).split()
				if "static" in how: # our library only: the system's come as shared ones
					flags = [str(self.lib / "libassay.a") if f == "-lassay" else f for f in flags if is_there(f)]
				run("gcc", "-o", tmp / "user", tmp / "user.c", *flags)
				self.assertIn("account-empty-password", run(tmp / "user", tmp / "etc", tmp / "out", env=env))

	def test_header_is_c_plus_plus_too(self):
		if subprocess.run(["sh", "-c", "command -v g++"], stdout=subprocess.DEVNULL, check=False).returncode == 0:
			run("g++", "-std=c++17", "-Wall", "-Wextra", "-pedantic-errors", "-fsyntax-only", "-x", "c++",
				TOP / "include/assay/assay.h")

	def test_man_pages_are_well_formed_and_complete(self):
		pages = sorted(self.prefix.glob("share/man/man1/*.1"))
		commands = (TOP / "cli/commands.def").read_text().count("COMMAND(")
		self.assertEqual(len(pages), commands + 1)
		for page in pages:
			self.assertEqual(run("mandoc", "-T", "lint", "-W", "warning", page), "")

	def test_man_pages_say_what_help_says(self):
		for page in self.prefix.glob("share/man/man1/assay-*.1"):
			name = page.stem[len("assay-"):]
			shown = " ".join(run("bash", "-c", "mandoc -T ascii \"$1\" | col -b", "man", page).split())
			for word in run(ASSAY, name, "--help").split():
				if word.startswith("--"):
					self.assertIn(word, shown)

	def completion(self, *words):
		script = "source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _assay 2>/dev/null; echo \"${COMPREPLY[*]}\""
		return run("bash", "-c", script, "x", self.prefix / "share/bash-completion/completions/assay.bash", *words).split()

	def test_bash_completion(self):
		self.assertEqual(self.completion("assay", "rev"), ["review"])
		self.assertEqual(self.completion("assay", "review", "--fail-on", "h"), ["high"])
		self.assertEqual(self.completion("assay", "review", "--max-o"), ["--max-object-bytes", "--max-objects"])
		self.assertEqual(self.completion("assay", "show", "x", "f"), ["files", "findings"])
		self.assertEqual(self.completion("assay", "report", "x", "--format", "s"), ["sarif", "spdx"])

	def test_zsh_completion_is_well_formed(self):
		text = self.prefix / "share/zsh/site-functions/_assay"
		run("zsh", "-n", text)
		self.assertTrue(text.read_text().startswith("#compdef assay\n"))


class Package(unittest.TestCase):
	def test_packages_build_and_work(self):
		run("bash", "run", "package", cwd=TOP)
		with tempfile.TemporaryDirectory() as root:
			for package in sorted((TOP / "build/package").glob("*.deb")):
				if "dbgsym" not in package.name:
					run("dpkg", "-x", package, root)
			self.assertTrue(run(root + "/usr/bin/assay", "--version").startswith("assay "))
			run(root + "/usr/bin/assay", "review", root + "/usr/share", "-o", root + "/out", "-q")
			for path in ("usr/include/assay/assay.h", "usr/share/man/man1/assay.1.gz", "usr/share/doc/assay/copyright"):
				self.assertTrue((pathlib.Path(root) / path).is_file(), path)
			self.assertTrue(list(pathlib.Path(root).rglob("libassay.so.0")))
