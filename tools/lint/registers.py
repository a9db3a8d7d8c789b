#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Everything that registers by one line is complete: formats, inspectors, reports, commands, rules.

Last line: N passed, N failed, where a test is one registered thing.
"""
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]


# Formats whose smallest input is too large to check in; the test images hold some of each.
LARGE = {"linux_raw"}
# What tools/new writes where something is to be said.
SCAFFOLD = {"variants": "what of it is read", "samples": "who wrote the samples", "spec": "where the format is described"}


def entries(table):
	text = (TOP / table).read_text(encoding="utf-8")
	return re.findall(r"^[A-Z]+\((\w+)", text, re.M)


def field(text, name):
	text = re.sub(r'("(?:[^"\\]|\\.)*")|/\*.*?\*/', lambda m: m[1] or "", text, flags=re.S)
	found = re.search(r"^\t\." + name + r" =\s(.*?),\s*\n(?:\t\.|\};)", text, re.M | re.S)
	return found.group(1).strip() if found else None


def source(path):
	return (TOP / path).read_text(encoding="utf-8") if (TOP / path).is_file() else ""


def golden(kind, name):
	return len(list((TOP / "tests/golden" / kind / name).glob("*"))) > 0


def format_faults(name):
	text = source("src/unpack/fmt/%s.c" % name)
	if field(text, "id") != '"%s"' % name:
		yield "its .id is not its name"
	for key in ("title", "kind", "probe", "verifies", "keeps", "gaps", "spec"):
		if field(text, key) is None:
			yield "no ." + key
	needed = ["variants", "samples"] + ["keeps"] * (field(text, "kind") in ("AS_ARCHIVE", "AS_FILESYSTEM"))
	for key in needed:
		said = field(text, key) or ""
		if said == "as_vendor_samples":
			continue
		if '"' not in said or SCAFFOLD.get(key) in (s.strip('"') for s in re.findall(r'"[^"]*"', said)):
			yield ".%s says nothing, and docs/formats.md is made of it" % key
	for magic in re.findall(r'\{ \.bytes = "\\(?:0|x00)[^}]*\}', text):
		if "start = true" not in magic:
			yield "a magic that is searched for begins with NUL, which the search refuses: for every format"
	spec = field(text, "spec") or ""
	if not re.search(r'"(https?://|[A-Za-z])', spec) or SCAFFOLD["spec"] in spec:
		yield ".spec says nothing"
	if field(text, "kind") in ("AS_ARCHIVE", "AS_STREAM") and not field(text, "see"):
		yield "no .see: nobody can look at an entry with other tools"
	if name not in LARGE and not golden("fmt", name):
		yield "no golden input in tests/golden/fmt/" + name


def inspector_faults(name):
	text = source("src/inspect/ins/%s.c" % name)
	if field(text, "id") != '"%s"' % name:
		yield "its .id is not its name"
	tables = set(re.findall(r'"(\w+)"', field(text, "tables") or ""))
	known = set(re.findall(r"^TABLE (\w+)|^CREATE TABLE (\w+)|^table (\w+)", source("src/model/facts.sql"), re.M))
	known = {next(filter(None, names)) for names in known}
	if not tables:
		yield "no .tables"
	for table in sorted(tables - known):
		yield "writes a table that facts.sql does not declare: " + table


def too_many_roles():
	"""Inspectors with .paths have a bit each in a word of 64 (as_roles_of); the next would never be asked."""
	ids = entries("src/inspect/inspectors.def")
	n = sum(field(source("src/inspect/ins/%s.c" % i), "paths") not in (None, "NULL") for i in ids)
	if n > 64:
		yield "src/inspect/inspectors.def", "%d inspectors have .paths; there are 64 bits" % n


def rule_faults(name):
	if not source("tests/rules/%s.sql" % name):
		yield "no test in tests/rules"
	if not source("rules/%s.sql" % name).startswith("-- id: %s\n" % name):
		yield "its first line is not its id"


def unlisted(table, folder, pattern):
	"""Files that no line of the table takes into the build."""
	ids = entries(table)
	for path in sorted((TOP / folder).glob("*.c")):
		if path.stem not in ids and not any(path.stem.startswith(i + "_") for i in ids):
			yield path.relative_to(TOP), "no line in %s takes it into the build" % table
	if ids != sorted(ids) and pattern == "sorted":
		yield table, "not in the order of the alphabet"


def commands():
	"""Files that define a command without a line in commands.def."""
	ids = entries("cli/commands.def")
	for path in sorted((TOP / "cli").glob("*.c")):
		for name in re.findall(r"^const command command_(\w+) = ", source(path), re.M):
			if name not in ids:
				yield path.relative_to(TOP), "no line in cli/commands.def takes the command in"


def main():
	checked = [("format " + n, list(format_faults(n))) for n in entries("src/unpack/formats.def")]
	checked += [("inspector " + n, list(inspector_faults(n))) for n in entries("src/inspect/inspectors.def")]
	checked += [("rule " + p.stem, list(rule_faults(p.stem))) for p in sorted((TOP / "rules").glob("*.sql"))]
	checked += [("report " + n, [] if source("src/report/%s.c" % n) else ["no file"])
		for n in entries("src/report/reports.def")]
	checked += [("command " + n, [] if source("cli/%s.c" % n) else ["no file"]) for n in entries("cli/commands.def")]
	checked += [(a, [b]) for a, b in too_many_roles()]
	checked += [(str(a), [b]) for a, b in commands()]
	checked += [(str(a), [b]) for a, b in unlisted("src/unpack/formats.def", "src/unpack/fmt", "sorted")]
	checked += [(str(a), [b]) for a, b in unlisted("src/inspect/inspectors.def", "src/inspect/ins", "sorted")]
	for what, faults in checked:
		for fault in faults:
			print("%s: %s" % (what, fault))
	failed = sum(1 for _, faults in checked if faults)
	print("%d passed, %d failed" % (len(checked) - failed, failed))
	return 1 if failed else 0


if __name__ == "__main__":
	sys.exit(main())
