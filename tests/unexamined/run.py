#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The table `unexamined`: what is encrypted or not supported, and rules with too many places, each recorded with its
reason, its stage and its place, while what stands beside it is examined as ever.

Needs e2fsprogs. What other tests make of the table: tests/faults (crash, hang, memory, disk), tests/hostile and
tests/cli (limits), tests/golden (damage), tests/unit/intake.c (too much to say about one object).
Last line: N passed, N failed.
"""
import io
import os
import pathlib
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zipfile

ASSAY = os.path.abspath(os.environ["ASSAY"])
ROWS_MAX = 200000  # places of one rule
OPEN = b"root::0:0::/:/bin/sh\n"
RULE = """-- id: many
-- title: Many places
-- kind: unexamined
-- severity: info
-- confidence: 1
-- confidence-why: it counts
-- why: To count.
-- fix: None.
WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < %d)
SELECT p.object, c.n AS at, 1 AS len, 'holds' AS verdict FROM c, place AS p WHERE p.path = '/etc/passwd'
"""


def archive(kind=None):
    """A tar with an ordinary file and, behind it, one whose type is changed to kind."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, text in (("etc/passwd", OPEN), ("part", b"other\n")):
            info = tarfile.TarInfo(name)
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text))
    data = bytearray(raw.getvalue())
    if kind:
        at = data.index(b"part\0")
        data[at + 156:at + 157] = kind
        data[at + 148:at + 156] = b" " * 8
        data[at + 148:at + 156] = b"%06o\0 " % sum(data[at:at + 512])
    return bytes(data)


def zipped(flag, method):
    """A ZIP with an ordinary entry and one whose headers are given that flag and method."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as z:
        z.writestr("etc/passwd", OPEN)
        z.writestr("closed", b"x" * 100)
    data = bytearray(raw.getvalue())
    for magic, flags, name in ((b"PK\3\4", 6, 30), (b"PK\1\2", 8, 46)):
        at = next(i for i in range(len(data)) if data[i:i + 4] == magic and data[i + name:i + name + 6] == b"closed")
        data[at + flags] |= flag
        if method is not None:
            data[at + flags + 2:at + flags + 4] = method.to_bytes(2, "little")
    return bytes(data)


class Unexamined(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.at = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def review(self, data, *options):
        if data is not None:
            (self.at / "image").write_bytes(data)
        done = subprocess.run([ASSAY, "review", "-q", "image", *options], cwd=self.at, capture_output=True, text=True,
                              check=False, timeout=600)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def ask(self, sql):
        db = sqlite3.connect(self.at / "out/dossier.assay")
        rows = db.execute(sql).fetchall()
        db.close()
        return rows

    def refused(self, stage, reason, words, size):
        """One row, of the container, at an entry in it; the entry beside it is examined."""
        (told, why, text, kind, at), = self.ask("SELECT u.stage, u.reason, u.text, o.type, u.at FROM unexamined AS u"
                                                " JOIN object AS o ON o.id = u.object")
        self.assertEqual((told, why, kind), (stage, reason, stage))
        self.assertIn(words, text)
        self.assertTrue(0 < at < size, at)
        self.assertEqual(self.ask("SELECT state FROM object WHERE type = '%s'" % stage), [("partial",)])
        self.assertEqual(self.ask("SELECT user, scheme FROM account"), [("root", "empty")])

    def findings(self):
        return {rule for rule, in self.ask("SELECT rule FROM finding WHERE kind = 'unexamined'")}

    def test_encrypted_entry_of_a_zip(self):
        data = zipped(1, None)
        self.review(data)
        self.refused("zip", "encrypted", "encrypted", len(data))
        self.assertEqual(self.findings(), {"unexamined-encrypted"})

    def test_unsupported_method_of_a_zip(self):
        data = zipped(0, 97)
        self.review(data)
        self.refused("zip", "unsupported", "method", len(data))
        self.assertNotIn("unexamined-encrypted", self.findings())

    def test_part_of_another_volume(self):
        data = archive(b"M")
        self.review(data)
        self.refused("tar", "unsupported", "another volume", len(data))

    def test_encrypted_file_of_an_ext(self):
        (self.at / "root/etc").mkdir(parents=True)
        for name, text in (("etc/passwd", OPEN), ("closed", b"other\n")):
            (self.at / "root" / name).write_bytes(text)
        subprocess.run(["mke2fs", "-q", "-t", "ext4", "-O", "encrypt", "-d", "root", "image", "2M"], cwd=self.at, check=True,
                       capture_output=True)
        # 0x800: encrypted; 0x80000: its blocks are told by extents
        subprocess.run(["debugfs", "-w", "-R", "set_inode_field /closed flags 0x80800", "image"], cwd=self.at, check=True,
                       capture_output=True)
        self.review(None)
        self.refused("ext", "encrypted", "encrypted", 2 << 20)
        self.assertEqual(self.findings(), {"unexamined-encrypted"})

    def test_whole_archive_has_no_row(self):
        self.review(archive())
        self.assertEqual(self.ask("SELECT * FROM unexamined"), [])

    def test_weight_orders_places(self):
        """The heaviest place first, whatever the tree; without a weight, as in the tree and behind those with one."""
        (self.at / "rules").mkdir()
        rule = RULE[:RULE.index("WITH")].replace("many", "heavy")
        for weights, names in ((("1.5", "2.5"), ["part", "passwd"]), (("2.5", "1.5"), ["passwd", "part"]),
                               (("NULL", "0.5"), ["part", "passwd"]), (("NULL", "NULL"), ["passwd", "part"])):
            (self.at / "rules/heavy.sql").write_text(rule + "SELECT object, id AS place, 0 AS at, 1 AS len, name AS subject, "
                "'holds' AS verdict, CASE name WHEN 'passwd' THEN %s ELSE %s END AS weight FROM place "
                "WHERE name IN ('passwd', 'part')" % weights, encoding="utf-8")
            self.review(archive(), "--rules", "rules")
            self.assertEqual(self.ask("SELECT subject FROM finding_place WHERE finding = 'heavy' ORDER BY i"),
                             [(name,) for name in names])

    def test_rule_with_too_many_places(self):
        """Up to the limit every place is kept and nothing said; beyond it the first are, and it is recorded."""
        (self.at / "rules").mkdir()
        for n in (ROWS_MAX, ROWS_MAX + 1):
            (self.at / "rules/many.sql").write_text(RULE % n, encoding="utf-8")
            self.review(archive(), "--rules", "rules")
            self.assertEqual(self.ask("SELECT n FROM finding WHERE id = 'many'"), [(ROWS_MAX,)])
            self.assertEqual(self.ask("SELECT count(*), max(at) FROM finding_place WHERE finding = 'many'"),
                             [(ROWS_MAX, ROWS_MAX)])
            cut = [("many", "limit", "the rule holds at more places than are listed")] if n > ROWS_MAX else []
            self.assertEqual(self.ask("SELECT stage, reason, text FROM unexamined"), cut)
            self.assertEqual(self.ask("SELECT outcome FROM rule WHERE id = 'many'"), [("holds",)])


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    bad = len(result.failures) + len(result.errors)
    print("%d passed, %d failed" % (result.testsRun - bad, bad))
    sys.exit(1 if bad or not result.testsRun else 0)
