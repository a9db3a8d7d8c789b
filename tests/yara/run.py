#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Users' own YARA rules in a whole review: what matches becomes a finding at its place; wrong rules are a usage error;
an interrupted review is taken up with the same rules only.

usage: run.py [ASSAY]     (or ASSAY in the environment)
Last line: N passed, N failed.
"""
import io
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time

ASSAY = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.environ["ASSAY"])
RULES = """rule planted : lab
{
	meta:
		description = "the planted mark"
		severity = "HIGH"
	strings:
		$a = "PLANTED-MARK"
	condition:
		$a
}
rule any_text { meta: severity = 3 strings: $a = "root:" condition: $a at 0 }
rule never { strings: $a = "this is not there" condition: $a }
"""


def image(path):
    with tarfile.open(path, "w:gz") as tar:
        for name, data in (("etc/passwd", b"root:x:0:0::/:/bin/sh\n"), ("usr/bin/tool", b"\x7fmore PLANTED-MARK" * 3)):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def review(*options, cwd):
    return subprocess.run([ASSAY, "review", "image", *options], cwd=cwd, capture_output=True, text=True, timeout=120)


def ask(folder, sql):
    db = sqlite3.connect(f"file:{folder}/out/dossier.assay?mode=ro", uri=True)
    rows = db.execute(sql).fetchall()
    db.close()
    return rows


def matches_become_findings(folder):
    (folder / "own.yar").write_text(RULES)
    done = review("--yara", "own.yar", cwd=folder)
    assert done.returncode == 0, done.stderr
    rows = ask(folder, "SELECT p.path, y.at, y.len, y.rule, y.namespace, y.tags, y.string, y.description, y.severity "
                       "FROM yara_match AS y JOIN place AS p ON p.object = y.object ORDER BY p.path, y.at")
    mark = [("/usr/bin/tool", 6 + 18 * i, 12, "planted", "own", "lab", "$a", "the planted mark", "HIGH") for i in range(3)]
    assert rows == [("/etc/passwd", 0, 5, "any_text", "own", None, "$a", None, None)] + mark, rows
    found = ask(folder, "SELECT f.id, f.severity, f.title, f.n FROM finding AS f WHERE f.rule = 'yara-match' ORDER BY 1")
    assert found == [("yara-match:own/any_text", "info", "YARA rule any_text matches", 1),
                     ("yara-match:own/planted", "high", "YARA rule planted matches: the planted mark", 3)], found
    exhibits = ask(folder, "SELECT e.bytes FROM yara_match AS y JOIN exhibit AS e USING (object, at, len) "
                           "WHERE y.rule = 'planted'")
    assert exhibits == [(b"PLANTED-MARK",)] * 3, exhibits
    assert len(ask(folder, "SELECT value FROM meta WHERE name = 'yara' AND value LIKE '3 rules in 1 files, SHA-256 %'")) == 1


def without_rules_nothing_is_said(folder):
    done = review(cwd=folder)
    assert done.returncode == 0, done.stderr
    assert ask(folder, "SELECT count(*) FROM yara_match") == [(0,)]
    assert ask(folder, "SELECT count(*) FROM meta WHERE name = 'yara'") == [(0,)]


def fail_on_counts_them(folder):
    (folder / "own.yar").write_text(RULES)
    assert review("--yara", "own.yar", "--fail-on", "high", cwd=folder).returncode == 1


def wrong_rules_are_told(folder):
    (folder / "rules").mkdir()
    (folder / "rules" / "good.yar").write_text(RULES)
    (folder / "rules" / "wrong.yara").write_text("rule a {\n\tcondition:\n\t\tno_such_thing\n}\n")
    done = review("--yara", "rules", cwd=folder)
    assert done.returncode == 2, done
    assert "rules/wrong.yara:3: " in done.stderr and "no_such_thing" in done.stderr, done.stderr
    assert not (folder / "out").exists()
    (folder / "rules" / "wrong.yara").write_text('include "good.yar"\n')
    done = review("--yara", "rules", cwd=folder)
    assert done.returncode == 2 and "rules/wrong.yara:1: " in done.stderr, done.stderr


def interrupted(folder):
    """A review that was killed while it was busy with one object."""
    started = subprocess.Popen([ASSAY, "review", "image", "--yara", "own.yar", "--debug-fail", "hang:/etc/passwd", "-j1"],
                               cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    journal = folder / "out" / "resume.journal"
    end = time.monotonic() + 60
    while time.monotonic() < end and not (journal.exists() and journal.stat().st_size > 600):
        time.sleep(0.05)
    started.send_signal(signal.SIGKILL)
    started.wait()


def resumes_with_the_same_rules_only(folder):
    (folder / "own.yar").write_text(RULES)
    interrupted(folder)
    (folder / "own.yar").write_text(RULES.replace("PLANTED-MARK", "-MARK"))
    done = review("--yara", "own.yar", cwd=folder)
    assert done.returncode == 0 and "resuming" not in done.stderr + done.stdout, done
    assert ask(folder, "SELECT DISTINCT len FROM yara_match WHERE rule = 'planted'") == [(5,)]
    interrupted(folder)
    (folder / "own.yar").touch()
    done = review("--yara", "own.yar", cwd=folder)
    assert done.returncode == 0 and "resuming" in done.stderr + done.stdout, done
    assert ask(folder, "SELECT count(*) FROM yara_match WHERE rule = 'planted'") == [(3,)]


TESTS = [matches_become_findings, without_rules_nothing_is_said, fail_on_counts_them, wrong_rules_are_told,
         resumes_with_the_same_rules_only]


def main():
    failed = 0
    for test in TESTS:
        with tempfile.TemporaryDirectory(prefix="assay-yara-") as folder:
            image(os.path.join(folder, "image"))
            try:
                test(pathlib.Path(folder))
                print("ok      ", test.__name__)
            except Exception as error:  # each test is to be counted
                failed += 1
                print("FAILED  ", test.__name__, ":", repr(error))
    print(f"{len(TESTS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
