#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts the fields of network files into docs/network-file.md, out of the tables in src/assess/network_form.c.

usage: gen_network.py           rewrites the page where a table has changed
       gen_network.py --check   only says whether it is up to date (the linter asks)

A table stands between <!-- fields: NAME --> and <!-- end -->; NAME is the table's name in the source without _fields.
"""
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[1]
SOURCE, PAGE = TOP / "src/assess/network_form.c", TOP / "docs/network-file.md"
KINDS = {"TEXT": "text", "DATE": "day", "TEXTS": "texts", "NUMBER": "number", "WHOLE": "whole number", "QUANTITY": "quantity", "WORD": "one of", "WORDS": "some of",
	"TRUTH": "true or false", "ROWS": "tables"}
STRING = r'"((?:[^"\\]|\\.)*)"'


def constants(text):
	"""Names of numbers, of this file and of network.h."""
	found = {}
	for name, value in re.findall(r"\b([A-Z][A-Z_0-9]+) = (\d+)\b", text + (SOURCE.parent / "network.h").read_text()):
		found[name] = value
	return found


def entries(body):
	"""The initialisers in braces of a table, as texts."""
	depth, start, quoted = 0, 0, False
	for i, c in enumerate(body):
		if c == '"' and body[i - 1] != "\\":
			quoted = not quoted
		if quoted or c not in "{}":
			continue
		if c == "{":
			depth += 1
			start = i if depth == 1 else start
		else:
			depth -= 1
			if depth == 0:
				yield body[start + 1:i]


def texts(entry, member):
	found = re.search(r"\.%s = (%s(?:\s*%s)*)" % (member, STRING.replace("(", "(?:", 1), STRING.replace("(", "(?:", 1)), entry)
	return "".join(re.findall(STRING, found[1])) if found else ""


def number(value, known):
	value = known.get(value.strip(), value.strip())
	try:
		v = float(value)
	except ValueError:
		return None
	return "%d" % v if v == int(v) else "%g" % v


def bounds(entry, known):
	plain = re.sub(STRING, '""', entry)
	if "SHARE" in plain:
		return "0 to 1"
	if "MONEY" in plain:
		return "0 or more"
	found = re.search(r"AT\(\w+, \w+\),\s*([\w.]+),\s*([\w.]+),", plain)
	if not found:
		return ""
	low, high = number(found[1], known), number(found[2], known)
	return "%s to %s" % (low, "{:,}".format(int(high)) if high.isdigit() and int(high) > 9999 else high)


def words(entry, text):
	name = re.search(r"\.words = (\w+)", entry)
	if not name:
		return ""
	return ", ".join("`%s`" % w for w in re.findall(STRING, re.search(r"\b%s\[\] = \{(.*?)\}" % name[1], text, re.S)[1]))


def table(name, text, known):
	body = re.search(r"as_blank %s_fields\[\] = \{(.*?)\n\};" % name, text, re.S)[1]
	also = ".also" in body
	lines = ["| field | is | says |" + (" columns of inventories that mean it too |" if also else ""), "|---|---|---|" + ("---|" if also else "")]
	for entry in entries(body):
		field = re.match(r"\s*" + STRING, entry)[1]
		kind = re.search(r"AS_BLANK_([A-Z]+)", entry)[1]
		of = words(entry, text)
		is_ = KINDS[kind] + (" " + of if of else "")
		rows = re.search(r"\.rows = &as_(\w+)_form", entry)
		is_ += " ([%s](#%s))" % (rows[1], rows[1]) if rows else ""
		limits = bounds(entry, known) if kind in ("NUMBER", "WHOLE", "QUANTITY") else ""
		is_ += ", " + limits if limits else ""
		is_ += "; **needed**" if ".needed = true" in entry else ""
		line = "| `%s` | %s | %s |" % (field, is_, texts(entry, "what"))
		lines.append(line + (" %s |" % texts(entry, "also").replace("|", ", ") if also else ""))
	return "\n".join(lines)


def page(old):
	text = re.sub(r"/\*.*?\*/", "", SOURCE.read_text(encoding="utf-8"), flags=re.S)
	known = constants(text)
	new = re.sub(r"(<!-- fields: (\w+) -->\n).*?(<!-- end -->)", lambda m: m[1] + table(m[2], text, known) + "\n" + m[3], old, flags=re.S)
	missing = set(re.findall(r"as_blank (\w+)_fields\[\]", text)) - set(re.findall(r"<!-- fields: (\w+) -->", old))
	return new, sorted(missing)


def main(check):
	old = PAGE.read_text(encoding="utf-8")
	new, missing = page(old)
	for name in missing:
		print("%s: the table %s is not told: <!-- fields: %s --><!-- end -->" % (PAGE.relative_to(TOP), name, name))
	if check and new != old:
		print("%s: not up to date: tools/gen_network.py" % PAGE.relative_to(TOP))
	if not check and new != old:
		PAGE.write_text(new, encoding="utf-8")
	return 1 if missing or (check and new != old) else 0


if __name__ == "__main__":
	sys.exit(main("--check" in sys.argv[1:]))
