# SPDX-License-Identifier: Apache-2.0
"""What the programs of the population contribute, one compressed file for each program, by its SHA-256; kept in the cache. A run
that was interrupted goes on where it was."""
import concurrent.futures
import gzip
import hashlib
import json
import os
import pathlib
import subprocess
import tempfile

import packages

SECONDS = 300 # for one program


def memory():
	return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def digest(data):
	return hashlib.sha256(data).hexdigest()


def ask(learner, how, data, *more):
	"""What the learner says about a program; None: it failed or took too long."""
	with tempfile.NamedTemporaryFile(dir=memory(), prefix="population-") as f:
		f.write(data)
		f.flush()
		try:
			done = subprocess.run([str(learner), how, f.name, *map(str, more)], stdout=subprocess.PIPE,
				stderr=subprocess.DEVNULL, timeout=SECONDS)
		except subprocess.TimeoutExpired:
			return None
	return done.stdout if done.returncode == 0 else None


class Store:
	def __init__(self):
		self.root = packages.folder()
		for name in ("facts", "debs"):
			(self.root / name).mkdir(exist_ok=True)

	def facts_at(self, sum):
		return self.root / "facts" / (sum + ".gz")

	def keep(self, sum, said):
		part = self.facts_at(sum).with_suffix(".part%d" % os.getpid())
		part.write_bytes(gzip.compress(said, 6))
		part.rename(self.facts_at(sum))

	def facts(self, sum):
		return gzip.decompress(self.facts_at(sum).read_bytes()).decode().splitlines()

	def class_of(self, sum):
		with gzip.open(self.facts_at(sum), "rt") as f:
			return f.readline().split()[1]

	def list_of(self, deb):
		"""Its programs: [path, digest], or None if they were not gathered yet."""
		note = self.root / "debs" / (deb.name + ".json")
		return json.loads(note.read_text()) if note.exists() else None

	def note(self, deb, programs):
		note = self.root / "debs" / (deb.name + ".json")
		part = note.with_suffix(".part")
		part.write_text(json.dumps(programs))
		part.rename(note)


def gather_deb(learner, deb):
	store = Store()
	found, failed = [], 0
	for path, data in packages.programs(deb):
		sum = digest(data)
		if not store.facts_at(sum).exists():
			said = ask(learner, "facts", data)
			if said is None:
				failed += 1
				continue
			store.keep(sum, said)
		if store.facts_at(sum).stat().st_size > 40: # else no program with code
			found.append([path, sum])
	store.note(deb, found)
	return len(found), failed


def gather(learner, arches, jobs, say=print):
	"""Fetches and gathers; answers [(arch, source, package, deb)]."""
	store, members, waiting = Store(), [], []
	for arch in arches:
		for source, package, deb in packages.fetch(arch, say):
			members.append((arch, source, package, deb))
			if store.list_of(deb) is None:
				waiting.append(deb)
	with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
		tasks = {pool.submit(gather_deb, learner, deb): deb for deb in waiting}
		for n, task in enumerate(concurrent.futures.as_completed(tasks)):
			programs, failed = task.result()
			if failed or n % 50 == 0:
				say("%d of %d packages; %s: %d programs%s" % (n + 1, len(waiting), tasks[task].name, programs,
					", %d failed" % failed if failed else ""))
	return members


def by_source(members):
	"""{source package: [(arch, path, digest)]}."""
	store, out = Store(), {}
	for arch, source, _, deb in members:
		for path, sum in store.list_of(deb) or []:
			out.setdefault(source, []).append((arch, path, sum))
	return out
