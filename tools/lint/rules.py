#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The house's own rules for the text of the sources: lengths, nesting, banned calls, what every file must have.

Prints file:line: what; last line: N passed, N failed, where a test is one file.
"""
import pathlib
import re
import subprocess
import sys

import source

TOP = pathlib.Path(__file__).resolve().parents[2]
# What clang-format cannot break (a long string, a comment) may be longer than its 100 columns.
COLUMNS, FUNCTION, FILE, NESTING = 120, 60, 600, 3

# What must not be called, and why.
BANNED = [
	(r"\b(strcpy|strcat|sprintf|vsprintf|gets|stpcpy|strncat)\s*\(", "writes without a bound"),
	(r"\b(scanf|sscanf|fscanf|atoi|atol|atoll|atof)\s*\(", "does not tell bad input"),
	(r"\b(setjmp|longjmp|sigsetjmp)\s*\(", "jumps past cleanup"), # tests need cmocka's header, not the call
	(r"\b(alloca|strdupa)\s*\(", "takes stack by a size that input may state"),
	(r"\b(system|popen)\s*\(", "runs a shell"), # tests may: they show that the commands of the report work
	(r"\b(tmpnam|mktemp|tempnam)\s*\(", "names a file that another may make first"),
	(r"\b(strtok|localtime|gmtime|asctime|ctime|rand|srand)\s*\(", "keeps or reads state of its own"),
]
# Where image bytes are read: everything else handles bytes that are ours.
READERS = ("src/codec/", "src/unpack/", "src/inspect/")
BANNED_IN_READERS = [
	(r"\bstrlen\s*\([^)]*\.p\b", "image bytes have no end mark"),
	(r"\(\s*(?:const\s+)?(?!(?:const\s+)?(?:unsigned\s+)?(?:char|uint8_t|void)\s*\*)[\w ]+\*\s*\)\s*[\w.>-]+(?:\.|->)p\b",
		"casts image bytes to a struct: read them with as_cur"),
	(r"(?:\.|->)p\s*\+(?!\+)\s*\w", "arithmetic on image bytes: cut a span"),
]
# C does not say in which order the values of one initializer are worked out: a cursor must be read in statements.
UNORDERED = re.compile(r"= ?(?:\([\w ]+\))? ?\{[^{};]*?\bas_(?:u8|u16|u24|u32|u64|take|str)\(&?(\w+)\b"
	r"[^{};]*?\bas_(?:u8|u16|u24|u32|u64|take|str|pos)\(&?\1\b")
CONTROL = re.compile(r"^(\t+)(?:\} )?(?:else )?(if|for|while|do|switch)\b")
ARRAY = re.compile(r"^\t+(?:static |const )*(?:unsigned |struct )?(?!return\b)\w+ \w+\[([a-z]\w*(?:->|\.)?\w*)\]\s*(?:=|;)")


def listed():
	out = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard"], cwd=TOP, check=True,
		stdout=subprocess.PIPE, text=True).stdout
	return [p for p in sorted(out.split("\n")) if p and (TOP / p).is_file()]


def width(line):
	return len(line.expandtabs(8))


def c_faults(path, text):
	lines = source.code(text)
	if not text.startswith("/* SPDX-License-Identifier: Apache-2.0 */\n"):
		yield 1, "the first line names no licence"
	if len(lines) > FILE:
		yield len(lines), "%d lines; a file has at most %d" % (len(lines), FILE)
	for name, first, last in source.functions(lines):
		if last - first - 1 > FUNCTION:
			yield first, "%s has %d lines; a function has at most %d" % (name, last - first - 1, FUNCTION)
	for hit in UNORDERED.finditer("\n".join(lines)) if path.startswith(READERS) else ():
		yield "\n".join(lines).count("\n", 0, hit.end()) + 1, "reads %s twice in one initializer, whose order is not defined" % hit.group(1)
	banned = BANNED + (BANNED_IN_READERS if path.startswith(READERS) else [])
	for i, (line, whole) in enumerate(zip(lines, text.split("\n")), 1):
		if width(whole) > COLUMNS:
			yield i, "%d columns" % width(whole)
		deep = CONTROL.match(line)
		if deep and len(deep.group(1)) > NESTING and path.startswith(("src/", "cli/")):
			yield i, "nested %d deep; at most %d" % (len(deep.group(1)), NESTING)
		array = ARRAY.match(line)
		if array and not array.group(1).isupper() and "sizeof" not in line:
			yield i, "an array whose length is not constant"
		for pattern, why in banned:
			if "system" in pattern and path.startswith("tests/"):
				continue
			hit = re.search(pattern, line)
			if hit:
				yield i, "%s: %s" % (hit.group(0).strip(), why)


def text_faults(path, text):
	for i, line in enumerate(text.split("\n"), 1):
		if line.endswith((" ", "\t")):
			yield i, "ends in blanks"
		if re.search(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b(?!\(#\d+\))", line) and '"' not in line and "XXXXXX" not in line:
			yield i, "an unfinished place without an issue number"
		if str(TOP) + "/" in line:
			yield i, "names a folder of this machine"
	if text and not text.endswith("\n"):
		yield text.count("\n") + 1, "the last line does not end"
	if path.endswith((".py", ".sh", "meson.build")) or text.startswith("#!"):
		if "# SPDX-License-Identifier: Apache-2.0" not in text[:200]:
			yield 1, "no licence in the first lines"


def is_text(path):
	return not path.startswith(("tests/golden/", "tests/crashes/", "tests/images/fixtures/", "tests/code/signals/", "tests/backdoors/", "tests/suppliers/data/", "knowledge/")) and not path.endswith(
		(".bin", ".png", ".tsv", ".json"))


def main():
	passed = failed = 0
	for path in listed():
		if not is_text(path):
			continue
		text = (TOP / path).read_bytes().decode("utf-8", "replace")
		faults = list(text_faults(path, text))
		if path.endswith((".c", ".h")) and not path.startswith(("tests/backdoors/", "tests/code/")): # written as others write
			faults += c_faults(path, text)
		for line, what in sorted(faults):
			print("%s:%d: %s" % (path, line, what))
		passed, failed = passed + (not faults), failed + bool(faults)
	print("%d passed, %d failed" % (passed, failed))
	return 1 if failed else 0


if __name__ == "__main__":
	sys.exit(main())
