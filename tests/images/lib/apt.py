# SPDX-License-Identifier: Apache-2.0
"""Packages of foreign architectures, by the package client, with a configuration of its own.

The system's sources say which mirror; everything else (lists, archives, an empty status file) lives in
the cache folder, so that the system's package state is neither read nor changed, and root is not needed.
What was resolved is written down: as long as the files are there, no client runs and nothing is fetched.
"""
import json
import pathlib
import subprocess

from . import cache

KEYRING = pathlib.Path("/usr/share/keyrings/debian-archive-keyring.gpg")
FALLBACK = "http://deb.debian.org/debian"

# The hooks of the system's configuration are cleared: they would act on the system.
CONFIG = """#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
Dir::State "{base}/state";
Dir::State::status "{base}/status";
Dir::Cache "{base}/cache";
Dir::Cache::archives "{archives}/";
Dir::Log "{base}/log";
Dir::Etc::sourcelist "{base}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Architecture "{arch}";
APT::Architectures {{ "{arch}"; }};
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::Check-Valid-Until "false";
Acquire::Retries "3";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
"""


def call(argv, cwd=None):
	done = subprocess.run([str(a) for a in argv], cwd=cwd, stdout=subprocess.PIPE,
		stderr=subprocess.PIPE, text=True)
	if done.returncode:
		raise SystemExit("%s: exit %d\n%s" % (" ".join(map(str, argv)), done.returncode,
			(done.stdout + done.stderr)[-3000:]))
	return done.stdout


def mirror():
	"""The main archive the system is configured for: the first that is not for security updates."""
	listed = call(["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)"])
	for line in sorted(set(listed.splitlines())):
		uri, _, release = line.partition(" ")
		if "security" not in uri and "/debian" in uri and "-" not in release:
			return uri.rstrip("/")
	return FALLBACK


class Apt:
	def __init__(self, suite, arch):
		self.suite, self.arch = suite, arch
		packages = cache.cache() / "packages"
		self.base = packages / ("%s-%s" % (suite, arch))
		self.archives = packages / "archives"
		self.config = self.base / "apt.conf"

	def apt(self, tool, *args, cwd=None):
		return call([tool, "-q", "-c", self.config, *args], cwd)

	def prepare(self):
		"""Writes the private configuration and fetches the lists, once."""
		if (self.base / "ready").exists():
			return
		for folder in (self.base / "state/lists/partial", self.base / "cache",
				self.archives / "partial"):
			folder.mkdir(parents=True, exist_ok=True)
		(self.base / "status").write_text("")
		self.config.write_text(CONFIG.format(base=self.base, archives=self.archives,
			arch=self.arch))
		signed = " signed-by=%s" % KEYRING if KEYRING.exists() else ""
		(self.base / "sources.list").write_text("deb [arch=%s%s] %s %s main\n" % (self.arch, signed,
			mirror(), self.suite))
		self.apt("apt-get", "update")
		(self.base / "ready").write_text("")

	def resolved(self, how, names, resolve):
		"""The files for names, from the note of an earlier run if they are all still there."""
		with cache.one_at_a_time("packages"):
			return self.resolved_alone(how, names, resolve)

	def resolved_alone(self, how, names, resolve):
		note = self.base / "resolved.json"
		notes = json.loads(note.read_text()) if note.exists() else {}
		key = how + " " + " ".join(sorted(names))
		files = notes.get(key)
		if not files or not all((self.archives / f).exists() for f in files):
			self.prepare()
			files = notes[key] = sorted(resolve(names))
			if not files:
				raise SystemExit("no package files for " + key)
			note.write_text(json.dumps(notes, indent=1, sort_keys=True))
		return [self.archives / f for f in files]

	def wanted(self, argv):
		"""The files the client would fetch for argv if there were none yet."""
		none = self.base / "none"
		(none / "partial").mkdir(parents=True, exist_ok=True)
		listed = self.apt("apt-get", "--print-uris", "-o", "Dir::Cache::archives=%s/" % none, *argv,
			cwd=none)
		return [line.split()[1] for line in listed.splitlines() if line.startswith("'")]

	def closure(self, names):
		"""The packages and everything they depend on; paths of the package files, sorted."""
		def resolve(names):
			argv = ["install", "-y", *names]
			self.apt("apt-get", "--download-only", *argv)
			return self.wanted(argv)
		return self.resolved("closure", names, resolve)

	def alone(self, names):
		"""The packages without what they depend on."""
		def resolve(names):
			argv = ["download", *names]
			self.apt("apt-get", *argv, cwd=self.archives)
			return self.wanted(argv)
		return self.resolved("alone", names, resolve)

	def newest(self, meta, prefix):
		"""The package a metapackage stands for: its dependency that starts with prefix."""
		note = self.base / (meta + ".newest")
		with cache.one_at_a_time("packages"):
			if not note.exists():
				self.prepare()
				for line in self.apt("apt-cache", "depends", meta).splitlines():
					kind, _, name = line.strip().partition("Depends: ")
					if not kind and name.startswith(prefix):
						note.write_text(name)
		return note.read_text()
