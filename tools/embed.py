#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts data files into the program: NAME[] of { path, bytes, length }, sorted by path, ending with { 0 }.

usage: embed.py OUT.c NAME ROOT FILE...      (paths are shown relative to ROOT)
"""
import os
import sys

LINE = 96  # bytes a line
# A string is compiled ten times as fast as a list of numbers. '?' could begin a trigraph.
WRITTEN = [chr(b) if 32 <= b < 127 and chr(b) not in '"\\?' else f"\\{b:03o}" for b in range(256)]


def main():
    out_path, name, root, files = sys.argv[1], sys.argv[2], sys.argv[3], sorted(sys.argv[4:])
    out = ["/* Generated: do not edit. */", '#include "base/embed.h"', ""]
    rows = []
    for i, path in enumerate(files):
        with open(path, "rb") as f:
            data = f.read()
        out.append(f"static const unsigned char file_{i}[] =")
        for at in range(0, len(data), LINE):
            out.append('\t"' + "".join(map(WRITTEN.__getitem__, data[at:at + LINE])) + '"')
        out.append('\t"";\n')
        rows.append(f'\t{{ "{os.path.relpath(path, root)}", file_{i}, {len(data)} }},')
    out.append(f"const as_embedded {name}[] = {{")
    out += rows + ["\t{ 0 },", "};", ""]
    with open(out_path, "w", encoding="utf-8") as f:
        f.write("\n".join(out))


main()
