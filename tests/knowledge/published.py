# SPDX-License-Identifier: Apache-2.0
"""Rows of components.tsv whose program no package holds, against texts that a compiler laid out.

published.c has the texts as the published sources put them together. Each is compiled by itself; its row, and no row of
another component, must find it, in the version that was compiled in, wherever the compiler puts it.
"""
import os
import pathlib
import re
import subprocess
import tempfile

import packs

SOURCE = pathlib.Path(__file__).with_name("published.c")
ORIGIN = "made from the published text"
# Versions, where a row states one: not the one that its source has, so that nothing is right by being written down.
VERSIONS = {
    "uclibc_ng": "1.0.39", "open5gs": "2.7.2", "ueransim": "3.2.6", "axtls": "2.1.3", "polarssl": "1.2.19",
    "zebra": "0.95a", "threadx": "6.1.12", "threadx_express": "5.1", "netxduo": "6.1.9", "nucleus_plus": "1.13",
}
AROUND = 24  # bytes of context kept in a sample


def names():
    return re.findall(r"defined\(PUBLISHED_(\w+)\)", SOURCE.read_text(encoding="utf-8"))


def component(name, ids):
    """The component that a name of published.c is a form of."""
    plain = name.replace("_", "-")
    return max((i for i in ids if plain == i or plain.startswith(i + "-")), key=len, default=None)


def build(name, optimise, folder):
    """The bytes of the object file: what it would give to a program."""
    out = pathlib.Path(folder) / f"{name}{optimise}.o"
    flags = [optimise, "-Wall", "-Wextra", "-Wno-format-security", f"-DPUBLISHED_{name}"]
    if name in VERSIONS:
        flags.append("-DPUBLISHED_VERSION=" + VERSIONS[name])
    subprocess.run([os.environ.get("CC", "cc"), *flags, "-c", SOURCE, "-o", out], check=True)
    return out.read_bytes()


def check(rows, expect):
    """The keys of the rows that a text of published.c was found by, each with a sample."""
    compiled = [(r, *packs.compile_row(r)) for r in rows]
    ids, samples = {r["id"] for r in rows}, {}
    with tempfile.TemporaryDirectory() as folder:
        for name in names():
            want = (component(name, ids), VERSIONS.get(name, ""))
            for optimise in ("-Os", "-O2"):
                data, found = build(name, optimise, folder), set()
                for row, literal, regex in compiled:
                    for at, m in packs.matches(data, literal, regex):
                        found.add((row["id"], packs.version_of(m).decode()))
                        cut = data[max(0, at - AROUND):at + len(m.group(0)) + AROUND]
                        samples[packs.row_key(row)] = (row["id"], packs.version_of(m).decode(), cut)
                expect(found == {want}, f"published.c {name} {optimise}: {found}, not {want}")
    for row in rows:
        if "published source: " in row["source"]:
            expect(packs.row_key(row) in samples, f"{row['id']} {row['literal']!r}: its text is in published.c")
    return samples
