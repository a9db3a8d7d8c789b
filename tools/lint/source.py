# SPDX-License-Identifier: Apache-2.0
"""C sources as lines without comments and string contents, and the functions in them."""
import re

TOKEN = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)
NAME = re.compile(r"(\w+)\s*\(")


def blank(match):
	"""Keeps the line count and the column of what follows."""
	text = match.group(0)
	kept = re.sub(r"[^\n]", " ", text)
	return kept if text[0] == "/" else text[0] + kept[1:-1] + text[0]


def code(text):
	return TOKEN.sub(blank, text).split("\n")


def functions(lines):
	"""(name, first line, last line), from 1, of every function whose brace stands in a line of its own."""
	start = name = None
	for i, line in enumerate(lines, 1):
		if line.rstrip() == "{" and start is None:
			head = i - 1
			while head > 1 and lines[head - 2].strip() and lines[head - 2][0] not in "}#;/":
				head -= 1
			found = NAME.search(" ".join(lines[head - 1:i - 1]))
			start, name = i, found.group(1) if found else "?"
		elif line.rstrip().startswith("}") and start is not None:
			yield name, start, i
			start = None
