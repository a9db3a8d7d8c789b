#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns src/model/facts.sql into typed row builders, so that a misspelt column does not compile.

usage: gen_facts.py facts.sql facts.h facts.c
"""
import re
import sys


def tables(sql):
    """Yields (name, name in C, exhibit, [(column, type, not_null)])."""
    exhibit, c_name = True, None
    for match in re.finditer(r"(--[^\n]*)|CREATE TABLE (\w+) \((.*?)\n?\);", sql, re.S):
        comment, name, body = match.groups()
        if comment is not None:
            if comment.strip() == "-- no exhibit":
                exhibit = False
            elif comment.startswith("-- C name: "):
                c_name = comment.split()[-1]
            continue
        body = re.sub(r"--[^\n]*", "", body)
        columns = []
        for part in body.split(","):
            words = part.split()
            columns.append((words[0], words[1], words[2:] == ["NOT", "NULL"]))
            if words[1] not in ("TEXT", "INTEGER") or words[2:] not in ([], ["NOT", "NULL"]):
                sys.exit(f"facts.sql: cannot read column '{part.strip()}' of {name}")
        yield name, c_name or name, exhibit, columns
        exhibit, c_name = True, None


def c_type(column):
    _, kind, not_null = column
    return "as_span" if kind == "TEXT" else "int64_t" if not_null else "as_opt"


def header(found):
    out = ["/* Generated from model/facts.sql: do not edit. */", "#ifndef AS_FACTS_GENERATED_H",
           "#define AS_FACTS_GENERATED_H", "", '#include "model/row.h"', "", "enum {"]
    out += [f"\tAS_TABLE_{name.upper()}," for name, _, _, _ in found]
    out += ["\tAS_N_TABLES", "};", ""]
    for name, c_name, _, columns in found:
        out.append(f"typedef struct as_{c_name} {{\n\tas_span where; /* the bytes it rests on */")
        out += [f"\t{c_type(c)} {c[0]};" for c in columns]
        out.append(f"}} as_{c_name};")
        out.append(f"/* Adds one row to table {name}. AS_LIMIT when the object has too many rows. */")
        out.append(f"as_status as_add_{name}(as_facts *out, as_{c_name} row) AS_MUST_USE;\n")
    return "\n".join(out + ["#endif", ""])


def create(name, columns):
    text = f"CREATE TABLE {name} (object INTEGER NOT NULL REFERENCES object(id), at INTEGER, len INTEGER"
    for column, kind, not_null in columns:
        text += f", {column} {kind}" + (" NOT NULL" if not_null else "")
    return text + ")"


def source(found):
    out = ["/* Generated from model/facts.sql: do not edit. */", '#include "facts.h"', ""]
    for name, c_name, _, columns in found:
        out.append(f"as_status as_add_{name}(as_facts *out, as_{c_name} row)\n{{")
        out.append(f"\tas_row_begin(out, AS_TABLE_{name.upper()}, row.where);")
        for c in columns:
            call = {"as_span": "text", "int64_t": "int", "as_opt": "opt"}[c_type(c)]
            out.append(f"\tas_row_{call}(out, row.{c[0]});")
        out.append("\treturn as_row_end(out);\n}\n")
        out.append(f"static const as_column {name}_columns[] = {{")
        out += [f'\t{{ "{c[0]}", {"AS_TEXT" if c[1] == "TEXT" else "AS_INT" if c[2] else "AS_OPT"} }},'
                for c in columns]
        out.append("};\n")
    out.append("const as_table as_tables[] = {")
    for name, _, exhibit, columns in found:
        out.append(f'\t{{ "{name}", {str(exhibit).lower()}, {len(columns)}, {name}_columns,')
        out.append(f'\t  "{create(name, columns)}" }},')
    out.append("};\n\nconst size_t as_n_tables = sizeof(as_tables) / sizeof(as_tables[0]);\n")
    return "\n".join(out)


def main():
    sql_path, header_path, source_path = sys.argv[1:4]
    with open(sql_path, encoding="utf-8") as f:
        found = list(tables(f.read()))
    for path, text in ((header_path, header(found)), (source_path, source(found))):
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)


if __name__ == "__main__":
    main()
