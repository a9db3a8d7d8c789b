# SPDX-License-Identifier: Apache-2.0
"""Reads the tab separated packs: comment lines start with '#', the first line names the columns."""
import hashlib
import re

SIMPLE = {"t": b"\t", "n": b"\n", "r": b"\r", "\\": b"\\"}


def read(path):
    """The rows of a pack as dictionaries; a row with the wrong number of columns is an error."""
    rows, names = [], None
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip("\n")
            if names is None:
                if not line.startswith("#"):
                    raise ValueError(f"{path}: the first line names the columns and starts with #")
                names = line[1:].split("\t")
            elif line and not line.startswith("#"):
                values = line.split("\t")
                if len(values) != len(names):
                    raise ValueError(f"{path}:{number}: {len(values)} columns, not {len(names)}")
                rows.append(dict(zip(names, values)))
    return rows


def write(path, names, rows, notes=()):
    with open(path, "w", encoding="utf-8") as f:
        f.write("#" + "\t".join(names) + "\n")
        f.writelines(f"# {note}\n" for note in notes)
        for row in rows:
            values = [str(row[n]) for n in names]
            if any("\t" in v or "\n" in v for v in values):
                raise ValueError(f"tab or newline in {row}")
            f.write("\t".join(values) + "\n")


def unescape(text):
    r"""The bytes of a value with C-style escapes: \xNN, \t, \n, \r, \\."""
    out, at = bytearray(), 0
    while at < len(text):
        if text[at] != "\\":
            out += text[at].encode()
            at += 1
        elif text[at + 1] == "x":
            out.append(int(text[at + 2:at + 4], 16))
            at += 4
        else:
            out += SIMPLE[text[at + 1]]
            at += 2
    return bytes(out)


def escape(data):
    """The inverse, readable: everything but plain ASCII becomes an escape."""
    out = []
    for b in data:
        c = chr(b)
        out.append({"\t": "\\t", "\n": "\\n", "\r": "\\r", "\\": "\\\\"}.get(c)
                   or (c if 32 <= b < 127 else f"\\x{b:02x}"))
    return "".join(out)


WINDOW = 512  # bytes either side of the literal that the expression may look at


def matches(data, literal, regex):
    """(offset, match) of each match whose window holds the literal; each offset once."""
    seen, at = set(), data.find(literal)
    while at >= 0:
        lo, hi = max(0, at - WINDOW), at + len(literal) + WINDOW
        for m in regex.finditer(data[lo:hi]):
            start = lo + m.start()
            covers = start <= at and lo + m.end() >= at + len(literal)
            if covers and start not in seen:
                seen.add(start)
                yield start, m
        at = data.find(literal, at + 1)


def version_of(match):
    """What a match says the version is; b"" where the row tells the component alone."""
    return (match.group(1) or b"") if match.re.groups else b""


def compile_row(row):
    return unescape(row["literal"]), re.compile(row["regex"].encode("utf-8"))


def row_key(row):
    """Names a row of components.tsv by what it matches, so that other columns may change."""
    return hashlib.sha256(unescape(row["literal"]) + b"\0" + row["regex"].encode()).hexdigest()[:16]
