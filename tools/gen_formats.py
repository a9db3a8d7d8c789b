#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes docs/formats.md out of what the format handlers say of themselves (as_format in src/unpack/format.h).

usage: gen_formats.py           rewrites the page where a handler has changed
       gen_formats.py --check   only says whether it is up to date (the linter asks)
"""
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[1]
TABLE, ROOM, PAGE = TOP / "src/unpack/formats.def", TOP / "src/unpack/fmt", TOP / "docs/formats.md"
KINDS = {"AS_CARRIER": "Carriers", "AS_STREAM": "Streams", "AS_ARCHIVE": "Archives", "AS_FILESYSTEM": "File systems", "AS_LEAF": "Leaves"}
ABOUT = {"AS_CARRIER": "hold parts at places: partition tables, boot images, vendors' containers", "AS_STREAM": "hold one thing, compressed",
	"AS_ARCHIVE": "hold entries with names", "AS_FILESYSTEM": "hold entries with names and owners", "AS_LEAF": "are recognised and measured; inspectors read them"}
STRING = r'"((?:[^"\\]|\\.)*)"'
STRING_OR_COMMENT = r'("(?:[^"\\]|\\.)*")|/\*.*?\*/'
HEAD = """# Formats

What Assay opens: made by `tools/gen_formats.py` from what each handler says of itself, and held against it by the lint. How to add one:
[adding-a-format.md](adding-a-format.md).

"Kept" is what is kept of an entry beyond its name and contents. "Tried on" says who wrote the samples of the tests; where that is only a
generator made from the published layout, no vendor's own image was at hand. Magic that is found "anywhere" is looked for at every offset.

"""


def fields(name):
	"""The initialisers of a handler's description, by member."""
	text = (ROOM / (name + ".c")).read_text(encoding="utf-8")
	body = re.search(r"^const as_format as_format_%s = \{\n(.*?)^\};" % name, text, re.M | re.S)
	if not body:
		sys.exit("gen_formats: src/unpack/fmt/%s.c does not describe as_format_%s" % (name, name))
	parts = re.split(r"^\t\.(\w+) =", body[1], flags=re.M)
	return {member: value.replace(" as_vendor_samples,", shared()) for member, value in zip(parts[1::2], parts[2::2])}


def shared():
	"""What as_vendor_samples is."""
	return re.search(r"as_vendor_samples\[\] = (\{.*?\});", (ROOM.parent / "vendor.c").read_text(encoding="utf-8"), re.S)[1]


def words(value):
	"""The texts of an initialiser: strings that stand beside each other are one."""
	value = re.sub(STRING_OR_COMMENT, lambda m: m[1] or "", value or "", flags=re.S)
	whole = [m[0] for m in re.finditer(r'"(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*', value)]
	return [re.sub(r'\\(["\\])', r"\1", "".join(re.findall(STRING, w))) for w in whole]


def formats():
	names = re.findall(r"^FORMAT\((\w+)\)", TABLE.read_text(encoding="utf-8"), re.M)
	return [(name, fields(name)) for name in names]


def escaped(text):
	return re.sub(r"([\\`*_<>|\[\]])", r"\\\1", text)


def section(name, f):
	lines = ["### `%s`: %s" % (name, escaped("".join(words(f["title"])))), ""]
	for member, title, nothing in (("variants", "Read", None), ("verifies", "Verified", "nothing"), ("keeps", "Kept", None), ("samples", "Tried on", None),
			("gaps", "Not read", None)):
		said = "; ".join(escaped(w) for w in words(f.get(member))) or nothing
		if said:
			lines.append("- %s: %s" % (title, said))
	if "true" not in f.get("anywhere", ""):
		lines.append("- Found: at the start of an object only")
	spec = "".join(words(f["spec"]))
	lines.append("- Described: %s" % ("<%s>" % spec if spec.startswith("http") and " " not in spec else escaped(spec)))
	return "\n".join(lines) + "\n"


def page():
	every = formats()
	out = HEAD + "%d formats:\n\n| | |\n|---|---|\n" % len(every)
	groups = [(k, [e for e in every if re.search(r"AS_\w+", e[1]["kind"])[0] == k]) for k in KINDS]
	for kind, members in groups:
		if members:
			out += "| [%s](#%s) %s | %s |\n" % (KINDS[kind], KINDS[kind].lower().replace(" ", "-"), ABOUT[kind], ", ".join("`%s`" % n for n, _ in members))
	for kind, members in groups:
		if members:
			out += "\n## %s\n\n" % KINDS[kind] + "\n".join(section(n, f) for n, f in members)
	return out


def main(check):
	new = page()
	old = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
	if check and new != old:
		print("%s: not up to date: tools/gen_formats.py" % PAGE.relative_to(TOP))
		return 1
	if new != old:
		PAGE.write_text(new, encoding="utf-8")
	return 0


if __name__ == "__main__":
	sys.exit(main("--check" in sys.argv[1:]))
