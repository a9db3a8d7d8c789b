#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who may include whom, and that no include leads back to where it began.

usage: includes.py           checks; last line: N passed, N failed, where a test is one file
       includes.py --dot     prints the graph of rooms for Graphviz

A room is a folder of src/; the files directly in src/ are the room "top". base knows nothing of firmware, model is plain
data, the stages see these and never each other, but for what STAGES names; top ties the stages together; the command line
and the measuring programs see the public header alone.
"""
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
SQLITE = re.compile(r"^\s*#\s*include\s+<sqlite3\.h>", re.M)

# The stages, and what each may see besides base, model and itself: rooms, or single headers of a room.
STAGES = {
	"sandbox": set(),
	"codec": set(),
	"unpack": {"codec", "vuln/json.h"}, # headers of LUKS are JSON
	"knowledge": {"vuln/version.h"}, # which of two releases is the older
	"elf": set(), # reads ELF files: no stage, but what inspectors and code share
	"code": {"elf", "knowledge/reference.h"}, # a constant is rare, an effect unusual, only against what others do
	"inspect": {"codec", "knowledge", "elf", "code", "vuln/json.h"}, # one inspector states what code answers, one reads JSON
	"judge": set(),
	"dossier": {"knowledge/tsv.h"}, # writes the packs into tables for the rules to join with
	"report": set(),
	"review": {"sandbox", "unpack/format.h"},
	"vuln": {"codec", "sandbox/lock.h", "dossier/db.h", "knowledge/tsv.h"}, # feeds are packed, and read by a process that is
	# locked in; matches fill tables of the dossier, and read packs
	"assess": {"dossier/read.h", "dossier/db.h", "knowledge/tsv.h"}, # reads dossiers, writes a file of its own
	"suppliers": {"vuln/json.h", "dossier/db.h", "knowledge/tsv.h", "assess/toml.h"}, # JSON, SQLite, packs, and network files
	# that name suppliers
}
READS_SQL = {"dossier", "judge", "report", "vuln", "assess", "suppliers", "top"}


def room_of(path):
	parts = path.split("/")
	if parts[0] == "src":
		return parts[1] if len(parts) > 2 else "top"
	return parts[0]


def sources():
	out = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard", "src", "cli", "bench",
		"include"], cwd=TOP, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
	return [p for p in sorted(out) if p.endswith((".c", ".h")) and (TOP / p).is_file()]


def target(path, name):
	"""The file an include names, relative to the project; generated ones by their room."""
	for base in ("src", "include", str(pathlib.PurePath(path).parent)):
		if (TOP / base / name).is_file():
			return str(pathlib.PurePath(base) / name)
	return "src/model/facts.h" if name == "facts.h" else None


def may(room, goal, seen):
	if room == seen or seen == "include":
		return True
	if room in ("cli", "bench", "include", "base"):
		return False
	if seen == "base" or room == "top":
		return seen not in ("cli", "bench")
	if seen == "model":
		return room in STAGES
	allowed = STAGES.get(room, set())
	return seen in allowed or goal[len("src/"):] in allowed


def graph():
	edges = {}
	for path in sources():
		text = (TOP / path).read_text(encoding="utf-8")
		edges[path] = [(name, target(path, name)) for name in INCLUDE.findall(text) if not name.endswith(".def")]
	return edges


def circle(edges, start):
	"""A chain of includes from start back to start, or nothing."""
	stack, seen = [(start, [start])], set()
	while stack:
		path, chain = stack.pop()
		for _, goal in edges.get(path, []):
			if goal == start:
				return chain + [start]
			if goal and goal not in seen:
				seen.add(goal)
				stack.append((goal, chain + [goal]))
	return []


def check(path, edges):
	room = room_of(path)
	if room not in STAGES and room not in ("base", "model", "top", "cli", "bench", "include"):
		yield "a room that the design does not know: " + room
	for name, goal in edges[path]:
		if goal is None:
			yield "includes %s, which is nowhere" % name
		elif not may(room, goal, room_of(goal)):
			yield "%s may not include %s" % (room, goal)
	if SQLITE.search((TOP / path).read_text(encoding="utf-8")) and room not in READS_SQL:
		yield room + " may not know SQLite"
	round_trip = circle(edges, path)
	if round_trip:
		yield "a circle of includes: " + " -> ".join(round_trip)


def dot(edges):
	pairs = {(room_of(p), room_of(g)) for p, goals in edges.items() for _, g in goals if g}
	print("digraph rooms {\n\trankdir=BT;")
	for a, b in sorted(pairs):
		if a != b:
			print('\t"%s" -> "%s";' % (a, b))
	print("}")


def main(args):
	edges = graph()
	if args == ["--dot"]:
		dot(edges)
		return 0
	passed = failed = 0
	for path in edges:
		faults = list(check(path, edges))
		for what in faults:
			print("%s: %s" % (path, what))
		passed, failed = passed + (not faults), failed + bool(faults)
	print("%d passed, %d failed" % (passed, failed))
	return 1 if failed else 0


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
