#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests every rule on small fact databases: such that must raise it, and such that must not.

tests/rules/ID.sql holds INSERT statements in sections that begin with '-- holds', '-- unknown' or '-- silent', each
a database of its own: the rule must hold, answer only places where it cannot be decided, or answer nothing; '-- holds: N' wants N rows. A rule
without a test fails, and so does one without a silent section, or without one of the others.
The program in $ASSAY, if it is set, must have every rule built in.
Last line: N passed, N failed.
"""
import os
import re
import sqlite3
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tools"))
from gen_facts import create, tables  # noqa: E402

# What could not be examined speaks neither for nor against a clause.
NO_CLAUSES = {"unexamined"}
HEADER_KEYS = {"id", "title", "kind", "severity", "confidence", "confidence-why", "why", "fix"}


def read(*path):
    with open(os.path.join(TOP, *path), encoding="utf-8") as f:
        return f.read()


def database():
    db = sqlite3.connect(":memory:")
    db.executescript(read("src", "dossier", "schema.sql"))
    for name, _, _, columns in tables(read("src", "model", "facts.sql")):
        db.execute(create(name, columns))
    db.execute("INSERT INTO meta VALUES ('reference_date', '2026-06-01T00:00:00Z'), "
               "('reviewed', '2026-06-01T00:00:00Z')")
    return db


def kinds_with_clauses():
    return {line.split("\t")[3] for line in read("knowledge", "clauses.tsv").splitlines() if not line.startswith("#")}


def sections(text):
    parts = re.split(r"^-- (holds|unknown|silent)\b(?:: (\d+)$)?[^\n]*$", text, flags=re.M)
    return list(zip(parts[1::3], parts[2::3], parts[3::3]))


def check(rule_id):
    """Yields a line for each thing that is wrong with the rule or its test."""
    text = read("rules", rule_id + ".sql")
    keys = set(re.findall(r"^-- ([a-z-]+):", text, re.M))
    if HEADER_KEYS - keys:
        yield f"header lacks {', '.join(sorted(HEADER_KEYS - keys))}"
    if not re.search(rf"^-- id: {re.escape(rule_id)}$", text, re.M):
        yield "id is not the file's name"
    kind = re.search(r"^-- kind: (\S+)", text, re.M)
    if kind and kind.group(1) not in kinds_with_clauses() | NO_CLAUSES:
        yield f"no clause of any framework speaks to its kind {kind.group(1)}"
    if not os.path.exists(os.path.join(TOP, "tests", "rules", rule_id + ".sql")):
        yield "has no test"
        return
    found = sections(read("tests", "rules", rule_id + ".sql"))
    kinds = {kind for kind, _, _ in found}
    if "silent" not in kinds or kinds == {"silent"}:
        yield "test lacks a section '-- silent', or '-- holds'"
    for kind, n, inserts in found:
        db = database()
        try:
            db.executescript(inserts)
            cursor = db.execute(text.rstrip().rstrip(";"))
            names = [d[0] for d in cursor.description]
            rows = cursor.fetchall()
        except sqlite3.Error as e:
            yield f"{kind}: {e}"
            continue
        if "object" not in names and "place" not in names:
            yield "answers neither object nor place"
        verdict = names.index("verdict") if "verdict" in names else None
        if verdict is not None and any(r[verdict] not in ("holds", "unknown") for r in rows):
            yield "answers a verdict that is neither 'holds' nor 'unknown'"
        said = {"holds"} if verdict is None else {r[verdict] for r in rows}
        answer = "silent" if not rows else "holds" if "holds" in said else "unknown"
        if n and len(rows) != int(n):
            yield f"must answer {n} rows, answers {len(rows)}"
        if answer != kind:
            yield f"must answer '{kind}', answers '{answer}' with {len(rows)} rows"


def built_in():
    """What the program's own rules are, by their headers; None without a program."""
    if not os.environ.get("ASSAY"):
        return None
    with open(os.environ["ASSAY"], "rb") as f:
        return {found.decode() for found in re.findall(rb"-- id: ([a-z0-9-]+)\n", f.read())}


def main():
    program = built_in()
    rules = sorted(f[:-4] for f in os.listdir(os.path.join(TOP, "rules")) if f.endswith(".sql"))
    failed = 0
    for rule_id in rules:
        problems = list(check(rule_id))
        if program is not None and rule_id not in program:
            problems.append("is not built into " + os.environ["ASSAY"])
        failed += bool(problems)
        for p in problems:
            print(f"{rule_id}: {p}")
    print(f"{len(rules) - failed} passed, {failed} failed")
    return 1 if failed or not rules else 0


if __name__ == "__main__":
    sys.exit(main())
