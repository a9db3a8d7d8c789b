# SPDX-License-Identifier: Apache-2.0
"""Weaknesses put into an image on purpose, and the list of them (planted.json) for the tests."""
import json

from . import cache
from . import tree as T

KINDS = """hardcoded-credential default-credential private-key secret-in-config weak-crypto
expired-certificate insecure-service debug-interface insecure-update missing-hardening unsafe-function-use
excessive-privilege known-vulnerability unsupported-component backdoor-indicator undocumented-access
non-reproducible-build unexamined""".split()


def fixture(name):
	return (cache.HERE / "fixtures" / name).read_bytes()


class Planter:
	"""Records what was planted where. Offsets are looked up at the end, in the files as they are then."""

	def __init__(self, image, container, tree):
		self.image, self.container, self.tree, self.rows = image, container, tree, []

	def note(self, id, kind, path, what, table, where, needle=None, detail=""):
		"""A weakness at path (no leading slash): needle are the bytes it rests on, None the whole file.
		table and where: the fact that must be in the dossier for this file."""
		if kind not in KINDS:
			raise ValueError(kind)
		self.rows.append((id, kind, path, what, table, where, needle, detail))

	def raw(self, id, kind, offset, data, what, table, where, detail=""):
		"""A weakness in the image itself, outside any file system."""
		self.rows.append((id, kind, None, what, table, where, (offset, data), detail))

	def records(self):
		for id, kind, path, what, table, where, needle, detail in self.rows:
			out = {"id": id, "kind": kind, "image": self.image, "container": self.container}
			out["must_find"] = {"table": table, "where": where}
			out["what"], out["detail"] = what, detail
			if path is None:
				at, data = needle
				out.update(path=None, offset=at, length=len(data), sha256=T.sha256(data))
				out["container"] = "image"
			else:
				out.update(self.in_file(path, needle))
			yield out

	def in_file(self, path, needle):
		entry = self.tree[path]
		out = {"path": "/" + path, "offset": None, "length": None, "sha256": None}
		if entry.type == T.FILE:
			needle = needle.encode() if isinstance(needle, str) else needle
			at = entry.data.index(needle) if needle else 0
			out.update(offset=at, length=len(needle or entry.data), sha256=T.sha256(entry.data))
		return out


def write(folder, planter, decoys):
	rows = list(planter.records())
	if len({row["id"] for row in rows}) != len(rows):
		raise ValueError("two planted weaknesses with one id")
	(folder / "planted.json").write_text(json.dumps(rows, indent=1, sort_keys=True) + "\n")
	(folder / "decoys.json").write_text(json.dumps(decoys, indent=1) + "\n")


HEAD = """# Planted weaknesses

What `tests/images/build` puts into the base station and the gateway on purpose: made from their `planted.json`
by `tests/images/build planted`. The other images are clean. "Found as" is the fact that must be in the dossier
for that file: a row of the table for which the condition holds.

Decoys (`decoys.json`) look like weaknesses and are none. In the gateway: an encrypted private key, example
configuration that is commented out, a script whose password comes from outside, a firewall rule that drops
telnet, prose about passwords. In both: libraries that carry the keys of their self-test.
"""


def document(folders):
	"""PLANTED.md: by kind, then by image."""
	rows = [row for folder in folders for row in json.loads((folder / "planted.json").read_text())]
	missing = [kind for kind in KINDS if not any(row["kind"] == kind for row in rows)]
	if missing:
		raise SystemExit("nothing planted of kind " + ", ".join(missing))
	out = [HEAD]
	for kind in KINDS:
		out.append("\n## %s\n\n| id | where | what | found as |\n|---|---|---|---|\n" % kind)
		for row in sorted((r for r in rows if r["kind"] == kind), key=lambda r: r["id"]):
			where = row["path"] or "image at 0x%x" % row["offset"]
			what = row["what"] + (" (%s)" % row["detail"] if row["detail"] else "")
			found = "%s: %s" % (row["must_find"]["table"], row["must_find"]["where"])
			out.append("| %s | `%s` | %s | `%s` |\n" % (row["id"], where, what, found))
	return "".join(out)
