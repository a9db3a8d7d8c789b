#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""assay review --as-of: the day that expiry is judged against, whatever day it is.

usage: run.py [ASSAY]     (or ASSAY in the environment)
Last line: N passed, N failed.
"""
import datetime
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time

ASSAY = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.environ["ASSAY"])
ENV = {k: v for k, v in os.environ.items() if k != "SOURCE_DATE_EPOCH"}
YEAR = datetime.date.today().year
DAYS = 10 * 366 # how long the certificate is good


def device(folder):
    """A root file system with a certificate."""
    etc = folder / "root" / "etc"
    etc.mkdir(parents=True)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null", "-subj",
                    "/CN=device.example", "-days", str(DAYS), "-out", str(etc / "oam.crt")],
                   check=True, capture_output=True, timeout=60)


def review(folder, out, *options, epoch=None):
    env = dict(ENV, SOURCE_DATE_EPOCH=str(epoch)) if epoch else ENV
    return subprocess.run([ASSAY, "review", "-q", "root", "-o", out, *options], cwd=folder, env=env,
                          capture_output=True, text=True, timeout=120)


def ask(folder, out, sql):
    db = sqlite3.connect(f"file:{folder / out / 'dossier.assay'}?mode=ro", uri=True)
    rows = db.execute(sql).fetchall()
    db.close()
    return rows


def expired(folder, out, *options, **more):
    done = review(folder, out, *options, **more)
    assert done.returncode == 0, done.stderr
    reference = ask(folder, out, "SELECT value FROM meta WHERE name = 'reference_date'")[0][0]
    return ask(folder, out, "SELECT count(*) FROM finding WHERE rule = 'certificate-expired'")[0][0], reference


def expiry_flips_with_the_date(folder):
    device(folder)
    good, late = f"{YEAR + 1}-02-28", f"{YEAR + 12}-12-31"
    assert expired(folder, "good", "--as-of", good) == (0, good + "T00:00:00Z")
    assert expired(folder, "late", "--as-of", late) == (1, late + "T00:00:00Z")
    note = ask(folder, "late", "SELECT note FROM finding_place WHERE finding = 'certificate-expired'")[0][0]
    assert note.endswith("compared with " + late), note


def without_it_the_review_decides(folder):
    device(folder)
    n, reference = expired(folder, "now")
    assert n == 0 and reference == ask(folder, "now", "SELECT value FROM meta WHERE name = 'reviewed'")[0][0]
    later = int(time.time()) + (DAYS + 10) * 86400
    assert expired(folder, "epoch", epoch=later)[0] == 1
    assert expired(folder, "both", "--as-of", f"{YEAR + 1}-01-01", epoch=later)[0] == 0


def no_date_is_a_usage_error(folder):
    device(folder)
    for wrong in ("2026-02-30", "yesterday", "", "2026-1-1"):
        done = review(folder, "out", "--as-of", wrong)
        assert done.returncode == 2 and "date" in done.stderr, (wrong, done)
    assert not (folder / "out").exists()


def two_reviews_differ_in_their_time_only(folder):
    device(folder)
    dumps = []
    for out in ("one", "two"):
        second = int(time.time())
        while int(time.time()) == second: # so that the times do differ
            time.sleep(0.05)
        assert review(folder, out, "--as-of", "2026-06-01").returncode == 0
        db = sqlite3.connect(f"file:{folder / out / 'dossier.assay'}?mode=ro", uri=True)
        dumps.append(set(db.iterdump()))
        db.close()
    different = sorted(dumps[0] ^ dumps[1])
    assert len(different) == 2 and all("'reviewed'" in line for line in different), different[:10]


TESTS = [expiry_flips_with_the_date, without_it_the_review_decides, no_date_is_a_usage_error,
         two_reviews_differ_in_their_time_only]


def main():
    failed = 0
    for test in TESTS:
        with tempfile.TemporaryDirectory(prefix="assay-dates-") as folder:
            try:
                test(pathlib.Path(folder))
                print("ok      ", test.__name__)
            except Exception as error: # each test is to be counted
                failed += 1
                print("FAILED  ", test.__name__, ":", repr(error))
    print(f"{len(TESTS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
