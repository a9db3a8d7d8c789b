#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/dossier.md names every table and column of the schema, and nothing that is not there; the shape has a version."""
import hashlib
import os
import re
import tempfile
import unittest
import sqlite3

import make

# Of the names of all tables, views and columns, for the version that is being made. When it differs: raise
# AS_DOSSIER_SCHEMA (src/dossier/read.h) by one, unless the present number was never in a release; say in docs/dossier.md
# what came; put the new digest here.
SHAPE = (2, "07f480bbb1d97850")
FACT = {"object", "at", "len"}  # every fact table has them; the document says so once


class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "one.assay")
            make.make(path)
            db = sqlite3.connect(path)
            names = [n for n, in db.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
            cls.tables = {n: [c[1] for c in db.execute(f'PRAGMA table_info("{n}")')] for n in names}
            cls.version = db.execute("PRAGMA user_version").fetchone()[0]
            db.close()
        cls.facts = {re.search(r'"(\w+)"', s)[1] for s in make.fact_tables()}
        with open(os.path.join(make.ROOT, "docs/dossier.md"), encoding="utf-8") as f:
            cls.text = f.read()
        parts = re.split(r"^### `(\w+)`$", cls.text, flags=re.M)
        cls.told = {name: re.findall(r"^\| `(\w+)` \| (.+) \|$", part.split("\n## ")[0], re.M)
                    for name, part in zip(parts[1::2], parts[2::2])}

    def test_every_table_and_column_and_no_other(self):
        self.assertEqual(sorted(self.told), sorted(self.tables), "docs/dossier.md: a ### section for each table")
        for name, columns in self.tables.items():
            want = [c for c in columns if name not in self.facts or c not in FACT]
            self.assertEqual([c for c, _ in self.told[name]], want,
                             f"docs/dossier.md, {name}: a row for each column, in order")

    def test_shape_has_a_version(self):
        names = "\n".join(f"{name}({', '.join(columns)})" for name, columns in sorted(self.tables.items()))
        self.assertEqual((self.version, hashlib.sha256(names.encode()).hexdigest()[:16]), SHAPE,
                         "the schema's shape and its version: see SHAPE")

    def test_version(self):
        self.assertIn(f"the schema's version, now **{self.version}**", self.text)


if __name__ == "__main__":
    unittest.main()
