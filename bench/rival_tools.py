# SPDX-License-Identifier: Apache-2.0
"""The tools that bench/rivals compares: how each is installed, how it is run on a folder, and what it says is there.

Each answers claims: (names, version, package). names: what it calls one thing, (vendor, product) or (None, name), of which any may be the right one; version:
None if it states none; package: of a database of the system, by the name of the binary package.
"""
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess

import measure

ROOM = measure.CACHE / "rivals"
LONGEST = 7200 # seconds that an installation or a scan may take
SYFT = "github.com/anchore/syft/cmd/syft"
SYFT_VERSIONS = ("latest", "v1.57.1") # tried in this order
REGISTRIES = ("deb", "binary") # what syft finds of these kinds is a package of the system or a program; the others are modules of languages

# Runs the detection of cve-bin-tool, all its checkers on every file, without its look-up among vulnerabilities, for which it would have to load a database from the
# network. One line of JSON for each product that a checker names.
SCAN = """
import json, logging, sys
logging.disable(logging.CRITICAL)
from cve_bin_tool.version_scanner import VersionScanner
scanner = VersionScanner(should_extract=False, validate=False)
with open(sys.argv[2], "w") as out:
    for found in scanner.recursive_scan(sys.argv[1]):
        p = found.product_info
        out.write(json.dumps([p.vendor, p.product, p.version, str(found.file_path)]) + "\\n")
"""
# The vendors and products that its checkers can name.
ABLE = """
import json
from cve_bin_tool.version_scanner import VersionScanner
print(json.dumps({n: [list(v) for v in c.VENDOR_PRODUCT] for n, c in VersionScanner.load_checkers().items()}))
"""


def attempt(argv, **environment):
	"""Why a command failed, in one line; None: it did not."""
	try:
		done = subprocess.run([str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
			errors="replace", timeout=LONGEST, check=False, env={**os.environ, **environment})
	except (OSError, subprocess.TimeoutExpired) as e:
		return str(e)[:160]
	return (done.stderr.strip().splitlines() or ["no reason given"])[-1][:160] if done.returncode else None


class Assay:
	databases = True # reads databases of packages

	def __init__(self, program, *options):
		self.program, self.options = program, options
		self.name = " ".join(["assay", *options])

	def install(self):
		return None if pathlib.Path(self.program).exists() else "%s is not built" % self.program

	def version(self):
		return subprocess.run([self.program, "--version"], capture_output=True, text=True, check=False).stdout.split("\n")[0]

	def argv(self, root, out):
		return [self.program, "review", "-q", "--no-vulnerabilities", "-o", out, root, *self.options]

	def read(self, out):
		"""Components of registries of languages are left out, as with the others: what they name is not a package of the distribution."""
		db = sqlite3.connect(out / "dossier.assay")
		for id, version, method in db.execute("SELECT DISTINCT id, version, method FROM component WHERE id IS NOT NULL"):
			if method == "package":
				yield [(None, id)], version, id
			elif ":" not in id:
				yield [(None, id)], version, None
		db.close()

	def able(self):
		return None


class CveBinTool:
	name, databases = "cve-bin-tool", False

	def __init__(self):
		self.room = ROOM / "cve-bin-tool"
		self.python = self.room / "bin" / "python3"

	def install(self):
		if (self.room / "ready").exists():
			return None
		for argv in (["python3", "-m", "venv", self.room], [self.room / "bin" / "pip", "install", "-q", "cve-bin-tool"]):
			problem = attempt(argv, HOME=str(self.room))
			if problem:
				shutil.rmtree(self.room, ignore_errors=True)
				return problem
		self.without_network()
		problem = attempt([self.python, "-c", ABLE], HOME=str(self.room))
		if not problem:
			(self.room / "ready").write_text("")
		return problem

	def without_network(self):
		"""Its checker for SQLite loads a table of source ids from the network when it is imported, and fails without: it gets an empty one that is not old."""
		at = self.room / ".cache" / "cve-bin-tool"
		at.mkdir(parents=True, exist_ok=True)
		db = sqlite3.connect(at / "version_map.db")
		db.executescript("CREATE TABLE IF NOT EXISTS sqlite (version TEXT, sourceId TEXT PRIMARY KEY);"
			" CREATE TABLE IF NOT EXISTS latest_update_sqlite (datestamp DATETIME PRIMARY KEY);"
			" DELETE FROM latest_update_sqlite; INSERT INTO latest_update_sqlite VALUES (4102444800)")
		db.close()

	def version(self):
		told = subprocess.run([self.python, "-c", "import importlib.metadata as m; print(m.version('cve-bin-tool'))"], capture_output=True, text=True,
			check=False).stdout.strip()
		return "cve-bin-tool %s, its %d checkers without the look-up; that for SQLite without its table of source ids" % (told, len(self.able()))

	def argv(self, root, out):
		out.mkdir(parents=True)
		# In an empty folder: it looks for what it has found there too, and stumbles over a folder of half the name.
		return ["env", "-C", out, "HOME=%s" % self.room, self.python, "-W", "ignore", "-c", SCAN, root, out / "found"]

	def read(self, out):
		"""What one checker says of one file, it says by all the names it has: these are one claim."""
		by = {}
		names = {tuple(pair): checker for checker, pairs in self.able().items() for pair in pairs}
		for line in (out / "found").read_text().splitlines():
			vendor, product, version, path = json.loads(line)
			by.setdefault((names.get((vendor, product)), version, path), []).append((vendor, product))
		for (_, version, _), pairs in by.items():
			yield pairs, version, None

	def able(self):
		if not hasattr(self, "checkers"):
			done = subprocess.run([self.python, "-W", "ignore", "-c", ABLE], capture_output=True, text=True, check=True, env={**os.environ, "HOME": str(self.room)})
			self.checkers = json.loads(done.stdout)
		return self.checkers


class Syft:
	name, databases = "syft", True

	def __init__(self):
		self.program = ROOM / "bin" / "syft"

	def install(self):
		problem = None
		for version in () if self.program.exists() else SYFT_VERSIONS:
			problem = attempt(["go", "install", "%s@%s" % (SYFT, version)], GOPATH=str(ROOM / "go"), GOBIN=str(ROOM / "bin"), GOFLAGS="-mod=mod")
			if not problem:
				break
		return problem

	def version(self):
		done = subprocess.run(["go", "version", "-m", self.program], capture_output=True, text=True, check=False)
		return "syft " + next((line.split()[2] for line in done.stdout.splitlines() if line.split()[:1] == ["mod"]), "")

	def argv(self, root, out):
		out.mkdir(parents=True)
		return ["env", "HOME=%s" % ROOM, "SYFT_CHECK_FOR_APP_UPDATE=false", self.program, "scan", "-q", "dir:%s" % root, "-o", "syft-json=%s" % (out / "found")]

	def read(self, out):
		for a in json.loads((out / "found").read_text())["artifacts"]:
			if a["type"] not in REGISTRIES:
				continue
			cpes = [(c["cpe"] if isinstance(c, dict) else c).split(":") for c in a.get("cpes", ())]
			package = a["name"] if a["type"] == "deb" else None
			yield [(c[3], c[4]) for c in cpes] + [(None, a["name"])], a["version"] or None, package

	def able(self):
		return None
