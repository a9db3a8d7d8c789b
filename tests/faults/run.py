#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What goes wrong around a review must not go wrong in it.

usage: run.py [ASSAY IMAGE [TEST...]]      IMAGE: one that takes some seconds, such as the network installer, the default
Examiners crash, hang and eat memory; examiners and the supervisor are killed; the disk is full; inputs are
strange. The reference is an undisturbed review: with SOURCE_DATE_EPOCH set, dossiers are compared byte for byte.
Last line: N passed, N failed.
"""
import hashlib
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("ASSAY_CACHE", TOP / ".cache"))
ASSAY = sys.argv[1] if len(sys.argv) > 1 else os.environ["ASSAY"]
INSTALLER = "images/netboot/files/debian-installer-12-netboot-armhf_all"


def image():
    if len(sys.argv) > 2:
        return sys.argv[2]
    subprocess.run([TOP / "tests/images/build", "netboot"], check=True, stdout=subprocess.DEVNULL)
    return str(next((CACHE / INSTALLER).rglob("initrd.gz")))


IMAGE = image()
ENV = dict(os.environ, SOURCE_DATE_EPOCH="1780000000")
WORK = pathlib.Path(tempfile.mkdtemp(prefix="assay-faults-"))
SANITIZED = b"__asan_init" in open(ASSAY, "rb").read()


def command(out, *options, image=IMAGE):
    return [ASSAY, "review", "-q", str(image), "-o", str(out), *options]


def review(out, *options, image=IMAGE, expect=0):
    done = subprocess.run(command(out, *options, image=image), env=ENV, capture_output=True, text=True)
    assert done.returncode == expect, f"exit {done.returncode}, not {expect}: {done.stderr[-500:]}"
    return done.stderr


def dossier(out):
    return out / "dossier.assay"


def digest(out):
    return hashlib.sha256(dossier(out).read_bytes()).hexdigest()


def ask(out, sql):
    with sqlite3.connect(f"file:{dossier(out)}?mode=ro", uri=True) as db:
        return db.execute(sql).fetchall()


def facts(out):
    """Every table but what says why something is missing, as text."""
    with sqlite3.connect(f"file:{dossier(out)}?mode=ro", uri=True) as db:
        return [line for line in db.iterdump() if 'INTO "unexamined"' not in line and 'INTO "meta"' not in line
                and 'INTO "finding' not in line and 'INTO "rule"' not in line]


REFERENCE = WORK / "reference"


def jobs_do_not_show():
    for jobs in ("1", "2", "5"):
        out = WORK / f"jobs{jobs}"
        review(out, "--jobs", jobs)
        assert digest(out) == digest(REFERENCE), f"--jobs {jobs} gives another dossier"


def again_is_the_same():
    review(WORK / "jobs1")
    assert digest(WORK / "jobs1") == digest(REFERENCE)


def fails(how, reason, *options):
    out = WORK / how
    review(out, "--debug-fail", f"{how}:/etc/passwd", *options)
    rows = ask(out, "SELECT reason, stage, p.path FROM unexamined u LEFT JOIN place p ON p.id = u.place "
                    f"WHERE reason = '{reason}'")
    assert rows and all(r[2] is None or r[2].endswith("/etc/passwd") for r in rows), f"recorded: {rows}"
    return out


def crash_costs_one_object():
    out = fails("crash", "crash")
    lost = set(facts(REFERENCE)) - set(facts(out))
    assert len(lost) < 40, f"{len(lost)} rows are missing, such as {list(lost)[:3]}"


def hang_costs_one_object():
    fails("hang", "hang", "--max-seconds", "2")


def memory_costs_one_object():
    if not SANITIZED:
        fails("memory", "memory", "--max-memory", "300M")


def crash_of_an_inspector_everywhere():
    out = WORK / "inspector"
    review(out, "--debug-fail", "crash:certificate")
    n = ask(out, "SELECT COUNT(*) FROM unexamined WHERE reason = 'crash' AND stage = 'certificate'")[0][0]
    elves = ask(out, "SELECT COUNT(*) FROM elf")[0][0]
    assert n > 0 and elves == ask(REFERENCE, "SELECT COUNT(*) FROM elf")[0][0], f"{n} crashes, {elves} ELF files"


def children_of(pid):
    path = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
    return [int(p) for p in path.read_text().split()] if path.exists() else []


def killed_examiners_are_replaced():
    out = WORK / "examiners"
    p = subprocess.Popen(command(out), env=ENV, stderr=subprocess.PIPE)
    killed = 0
    while p.poll() is None and killed < 3:
        time.sleep(0.4)
        for child in children_of(p.pid)[:1]:
            os.kill(child, signal.SIGKILL)
            killed += 1
    assert p.wait() == 0 and killed > 0, f"exit {p.returncode}, {killed} killed"
    assert digest(out) == digest(REFERENCE), "another dossier after examiners were killed"


def wait_for_records(p, journal):
    """Until a review has recorded more than it found, or has ended: however slow the machine is."""
    MORE = 1 << 16
    size = lambda: journal.stat().st_size if journal.exists() else 0
    before = size()
    while p.poll() is None and size() < before + MORE:
        time.sleep(0.02)


def killed_review_resumes():
    out, kills = WORK / "resume", 0
    for _ in range(4):
        p = subprocess.Popen(command(out), env=ENV, stderr=subprocess.DEVNULL)
        wait_for_records(p, out / "resume.journal")
        kills += p.poll() is None
        p.kill()
        p.wait()
    before = (out / "resume.journal").stat().st_size
    review(out, image=WORK / "mistyped", expect=3)
    assert (out / "resume.journal").stat().st_size == before, "a mistyped name costs the journal"
    said = review(out)
    assert kills >= 2, "the review was too fast to be killed"
    assert "resuming" in said, f"does not say that it resumes: {said}"
    assert digest(out) == digest(REFERENCE), "another dossier after kill -9 and resume"
    left = [f.name for f in out.iterdir() if "journal" in f.name or f.name.endswith(".new")]
    assert not left, f"left behind: {left}"


def two_reviews_do_not_share_a_folder():
    out = WORK / "shared"
    first = subprocess.Popen(command(out), env=ENV, stderr=subprocess.DEVNULL)
    while first.poll() is None and not (out / "resume.journal").exists():
        time.sleep(0.02)
    said = review(out, expect=4)
    assert "another review" in said, said
    assert first.wait() == 0 and digest(out) == digest(REFERENCE), "the first review was disturbed"


def orphans_do_not_stay():
    p = subprocess.Popen(command(WORK / "orphans"), env=ENV, stderr=subprocess.DEVNULL)
    children = []
    while p.poll() is None and not children:
        time.sleep(0.05)
        children = children_of(p.pid)
    p.kill()
    p.wait()
    time.sleep(1)
    alive = [c for c in children if pathlib.Path(f"/proc/{c}/exe").exists()
             and os.readlink(f"/proc/{c}/exe") == os.path.realpath(ASSAY)]
    assert children and not alive, f"examiners outlive their review: {alive}"


def full_disk_is_said():
    script = ('mount -t tmpfs -o size=3m none "$1" && shift && exec "$@"')
    out = WORK / "full"
    out.mkdir()
    done = subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", str(out), *command(out)], env=ENV,
                          capture_output=True, text=True)
    if "unshare" in done.stderr or "mount" in done.stderr.split("assay")[0]:
        print("  (no mount namespace here: the full disk was not tried)")
        return
    assert done.returncode == 4, f"exit {done.returncode}: {done.stderr[-300:]}"
    assert "disk full" in done.stderr and "resumes" in done.stderr, done.stderr


def strange_inputs():
    empty, missing, fifo = WORK / "empty", WORK / "missing", WORK / "fifo"
    empty.write_bytes(b"")
    os.mkfifo(fifo)
    for path, word in ((empty, "empty"), (missing, "No such file"), (fifo, "neither a file nor a folder")):
        said = review(WORK / "strange", image=path, expect=3)
        assert word in said, said


def folder_with_everything():
    folder = WORK / "folder"
    (folder / "etc").mkdir(parents=True)
    (folder / "etc" / "passwd").write_text("root::0:0:root:/root:/bin/sh\n")
    os.mkfifo(folder / "pipe")
    os.symlink("/etc/shadow", folder / "link")
    os.symlink("..", folder / "loop")
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(str(folder / "socket"))
        review(folder / "out", image=folder)
        review(folder / "out", image=folder)  # its own output is not part of the input
    kinds = dict(ask(folder / "out", "SELECT path, kind FROM place WHERE parent IS NOT NULL"))
    assert kinds == {"/etc": "dir", "/etc/passwd": "file", "/pipe": "fifo", "/link": "symlink", "/loop": "symlink",
                     "/socket": "socket"}, kinds
    assert ask(folder / "out", "SELECT user, scheme FROM account") == [("root", "empty")]


def output_that_cannot_be_written():
    blocked = WORK / "blocked"
    blocked.write_text("a file, not a folder")
    said = review(blocked / "out", expect=4)
    assert "blocked" in said, said


def reports_that_cannot_be_written():
    """Each report in turn: a folder has its name, or the disk is full when it is written. It is said of that one."""
    tree, feed, index = WORK / "tree", WORK / "main.json", WORK / "index.db"
    (tree / "lib/apk/db").mkdir(parents=True)
    (tree / "etc").mkdir()
    (tree / "etc/os-release").write_text("ID=alpine\nVERSION_ID=3.20.1\n")
    (tree / "lib/apk/db/installed").write_text("P:busybox\nV:1.36.1-r2\nA:x86\n\n")
    feed.write_text(json.dumps({"distroversion": "v3.20", "reponame": "main", "packages": [
        {"pkg": {"name": "busybox", "secfixes": {"1.36.1-r29": ["CVE-2023-42364"]}}}]}))
    subprocess.run([ASSAY, "knowledge", "import", "--index", index, feed], env=ENV, check=True, stdout=subprocess.DEVNULL)
    review(WORK / "written", "--index", str(index), image=tree)
    names = sorted(p.name for p in (WORK / "written").iterdir() if p.name != "dossier.assay")
    assert {"report.html", "vex.openvex.json", "vex.csaf.json"} < set(names), names
    for name in names:
        for how, word in ((lambda at: at.mkdir(parents=True), "Is a directory"), (lambda at: at.symlink_to("/dev/full"), "written")):
            out = WORK / "taken"
            out.mkdir()
            how(out / name)
            said = review(out, "--index", str(index), image=tree, expect=4)
            assert name in said and (word in said or "No space left" in said), said
            shutil.rmtree(out)


def nothing_to_state_leaves_no_file():
    """A review without a known vulnerability takes away what one before it stated."""
    out = WORK / "stale"
    out.mkdir()
    for name in ("vex.csaf.json", "vex.openvex.json"):
        (out / name).write_text("{}")
    (WORK / "empty-tree/etc").mkdir(parents=True)
    review(out, "--no-vulnerabilities", image=WORK / "empty-tree")
    assert not [p for p in out.iterdir() if p.name.startswith("vex")], list(out.iterdir())


def main():
    review(REFERENCE)
    tests = [globals()[n] for n in sys.argv[3:]] or [jobs_do_not_show, again_is_the_same, crash_costs_one_object, hang_costs_one_object,
             memory_costs_one_object, crash_of_an_inspector_everywhere, killed_examiners_are_replaced,
             killed_review_resumes, two_reviews_do_not_share_a_folder, orphans_do_not_stay, full_disk_is_said, strange_inputs, folder_with_everything,
             output_that_cannot_be_written, reports_that_cannot_be_written, nothing_to_state_leaves_no_file]
    failed = 0
    for test in tests:
        try:
            test()
            print(f"ok   {test.__name__}")
        except (AssertionError, OSError, sqlite3.Error) as e:
            failed += 1
            print(f"FAIL {test.__name__}: {e}")
    shutil.rmtree(WORK, ignore_errors=True)
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
