#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden inputs of the inspectors: what they must say about small files.

usage: rows.py check|update INSPECT_ONE [ID...]

tests/golden/ins/ID/ holds inputs and rows.tsv, what inspect-one says about them: rows of the tables that inspector ID
writes (others may write the same tables), and losses. An input below ID/root/ is read as if it stood at its
path there: ID/root/etc/passwd at /etc/passwd; any other is read without a path. An inspector without such a
folder fails. `update` writes rows.tsv anew and shows what changed: read it, a wrong row is not made right by it.
Last line: N passed, N failed.
"""
import difflib
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[2] / "src" / "inspect"
# Says something only under rules that the user gives: tests/yara.
ELSEWHERE = {"yara"}


def inspectors():
	return re.findall(r"^INSPECTOR\((\w+)\)", (SOURCE / "inspectors.def").read_text(), re.M)


def tables(id):
	listed = re.search(r"\.tables =\s*\(const char \*const\[\]\)\{([^}]*)\}", (SOURCE / "ins" / (id + ".c")).read_text())
	return set(re.findall(r'"(\w+)"', listed.group(1)))


def inputs(folder):
	return sorted(p for p in folder.rglob("*") if p.is_file() and p.name not in ("rows.tsv", "README.md"))


def said_of(program, folder):
	"""(input, line that is said of it) of a folder's inputs, by one process."""
	root = folder / "root"
	listed = "".join("%s%s\n" % (path, "\t/" + path.relative_to(root).as_posix() if root in path.parents else "")
		for path in inputs(folder))
	done = subprocess.run([program, "-"], input=listed, stdout=subprocess.PIPE, text=True, errors="surrogateescape", check=False)
	path = None
	for line in done.stdout.split("\n")[:-1]:
		if line.startswith("# "):
			path = pathlib.Path(line[2:]).relative_to(folder).as_posix()
		else:
			yield path, line
	if done.returncode != 0:
		yield path, "ended with %d" % done.returncode


def rows(program, folder, id):
	wanted = tables(id)
	return ["%s\t%s\n" % (path, line) for path, line in said_of(program, folder)
		if line.split("\t")[0] in wanted or line.startswith(("lost", "ended"))]


def compare(program, id, update):
	"""Whether what is said is what is written."""
	folder = HERE / id
	said = rows(program, folder, id) if folder.is_dir() else []
	if not said:
		print("%s: no golden input in tests/golden/ins/%s, or nothing is said about it" % (id, id))
		return False
	file = folder / "rows.tsv"
	known = file.read_text(errors="surrogateescape").splitlines(True) if file.exists() else []
	diff = list(difflib.unified_diff(known, said, "%s as written" % id, "%s as said" % id, n=0))
	sys.stdout.write("".join(diff).encode("utf-8", "replace").decode())
	if update and diff:
		file.write_text("".join(said), errors="surrogateescape")
	return update or not diff


def main(args):
	if len(args) < 2 or args[0] not in ("check", "update"):
		print(__doc__.strip())
		return 2
	ids = args[2:] or [id for id in inspectors() if id not in ELSEWHERE]
	good = [compare(args[1], id, args[0] == "update") for id in ids]
	print("%d passed, %d failed" % (sum(good), len(good) - sum(good)))
	return 0 if all(good) else 1


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
