#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same bytes give the same dossier, whatever happens around the review.

usage: run.py [ASSAY [IMAGE...]]
Without arguments: ASSAY from the environment, and the test images in $ASSAY_CACHE/images that are there.

Every image is reviewed in surroundings that must not show: numbers of examiners, folders, the name of the way to the
input, locale, time zone, umask, other variables, file descriptors, the order in which files were written. Two things are
compared: with SOURCE_DATE_EPOCH, every byte of the dossier and of every report; without it and with --as-of, all fact
and finding tables as `assay query` exports them.
Last line: N passed, N failed.
"""
import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile

ASSAY = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.environ["ASSAY"])
CACHE = pathlib.Path(os.environ.get("ASSAY_CACHE", ".cache")) / "images"
USUAL = ("gateway/gateway.zip",)
OUTPUTS = ("dossier.assay", "report.html", "report.json", "findings.sarif", "sbom.cdx.json", "sbom.spdx.json",
	"vex.openvex.json", "vex.csaf.json")
# A feed, so that there are vulnerabilities to state: written to a file and imported once, for all reviews.
FEED = {"distroversion": "v3.20", "reponame": "main", "packages": [{"pkg": {"name": "busybox", "secfixes": {
    "1.36.1-r29": ["CVE-2023-42364", "CVE-2023-42365"]}}}, {"pkg": {"name": "zlib", "secfixes": {"1.3.1-r0": ["CVE-2023-45853"]}}}]}
INDEX = pathlib.Path(tempfile.mkdtemp(prefix="assay-reproducible-index-")) / "index.db"
EPOCH = "1780000000"
CLEAN = {"PATH": os.environ["PATH"]}
for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
    if name in os.environ:
        CLEAN[name] = os.environ[name]

# Surroundings: (name, options, variables, umask). The first is what the others are compared with.
PLAIN = ("plain", ("--jobs", "1"), {"LANG": "C", "TZ": "UTC"}, 0o022)
OTHERS = [
    ("jobs, locale and zone", ("--jobs", "2"),
     {"LANG": "de_DE.UTF-8", "LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati", "HOME": "/nowhere"}, 0o077),
    ("many jobs and variables", ("-j5",),
     {"LC_ALL": "C.UTF-8", "TZ": "America/St_Johns", "COLUMNS": "40", "TERM": "dumb", "TMPDIR": "/var/tmp",
      "MALLOC_PERTURB_": "165", "MALLOC_ARENA_MAX": "1", "NO_COLOR": "1", "USER": "somebody"}, 0o000),
]


def review(inputs, out, surroundings, *more, epoch=True):
    _, options, variables, mask = surroundings
    env = dict(CLEAN, **variables)
    if epoch:
        env["SOURCE_DATE_EPOCH"] = EPOCH
    cwd = os.path.dirname(inputs[0])
    names = [os.path.relpath(i, cwd) for i in inputs]
    done = subprocess.run([ASSAY, "review", "-q", *names, "-o", str(out), "--index", str(INDEX), *options, *more], cwd=cwd, env=env, umask=mask,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=3600)
    assert done.returncode == 0, done.stderr[-500:]
    return {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in OUTPUTS if (out / name).exists()}


def query(out, sql):
    done = subprocess.run([ASSAY, "query", str(out / "dossier.assay"), sql, "--csv"], env=CLEAN, capture_output=True,
                          timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout


def export(out):
    """Every table as assay query gives it, as digests; of meta what is not the time of the review."""
    names = query(out, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    tables = names.decode().split()[1:]
    assert {"elf", "account", "secret", "finding", "finding_place", "place", "object", "yara_match"} <= set(tables), tables
    where = {"meta": " WHERE name <> 'reviewed'"}
    return {t: hashlib.sha256(query(out, f"SELECT * FROM {t}{where.get(t, '')}")).hexdigest() for t in tables}


def first_difference(a, b):
    """Where two dossiers differ, in words: the first rows of dumps that do."""
    import sqlite3
    dumps = []
    for out in (a, b):
        db = sqlite3.connect(f"file:{out}/dossier.assay?mode=ro", uri=True)
        dumps.append(list(db.iterdump()))
        db.close()
    for x, y in zip(*dumps):
        if x != y:
            return f"\n    {x[:300]}\n    {y[:300]}"
    return f"{len(dumps[0])} and {len(dumps[1])} rows, or the same rows in other pages"


def same(one, other, a, b, what):
    assert one.keys() == other.keys(), f"{what}: {sorted(one.keys() ^ other.keys())}"
    different = [name for name in one if one[name] != other[name]]
    assert not different, f"{what}: {', '.join(different)} differ: {first_difference(a, b)}"


def every_byte(work, image):
    """With SOURCE_DATE_EPOCH: dossier and reports byte for byte, the image being reached in different ways."""
    (work / "here").mkdir()
    (work / "another folder").mkdir()
    here = work / "here" / os.path.basename(image)
    there = work / "another folder" / os.path.basename(image)
    os.symlink(os.path.realpath(image), here)
    shutil.copyfile(image, there)
    first = review([str(here)], work / "plain", PLAIN)
    for i, surroundings in enumerate(OTHERS):
        out = work / f"another folder/out{i}"
        same(first, review([str(there)], out, surroundings), work / "plain", out, surroundings[0])
    os.unlink(there)


def every_table(work, image):
    """At another time: all tables as exported."""
    (work / "plain").mkdir(exist_ok=True)
    image = os.path.realpath(image)
    out = []
    for i, surroundings in enumerate([PLAIN, OTHERS[0]]):
        out.append(work / f"tables{i}")
        review([image], out[-1], surroundings, "--as-of", "2026-06-01", epoch=False)
    same(export(out[0]), export(out[1]), out[0], out[1], "exported tables")


def write_tree(root, order):
    """A small root file system, its files written in the order given."""
    files = {f"etc/conf.d/{c}{n}": f"option {c}{n}\n" * n for c in "aZÄöß_.-9" for n in (1, 20, 300)}
    files.update({"etc/passwd": "root::0:0::/:/bin/sh\nadmin:x:1:1::/:/bin/sh\n", "etc/shadow": "admin::1:0:9:7:::\n",
                  "bin/copy1": "\x7f the same bytes\n" * 40, "bin/copy2": "\x7f the same bytes\n" * 40,
                  "etc/os-release": "ID=alpine\nVERSION_ID=3.20.1\n",
                  "lib/apk/db/installed": "P:busybox\nV:1.36.1-r2\nA:x86\n\nP:zlib\nV:1.3-r0\nA:x86\n\n",
                  "www/index.cgi": "#!/bin/sh\neval \"$QUERY_STRING\"\n"})
    names = sorted(files)
    random.Random(order).shuffle(names)
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[name], encoding="utf-8")
        os.utime(path, (1600000000, 1600000000))
        os.chmod(path, 0o644)
    for path, folders, _ in os.walk(root, topdown=False):
        os.chmod(path, 0o755)
        os.utime(path, (1600000000, 1600000000))


def folders_in_any_order(work):
    """A folder's files are found in the order the system likes: it must not show."""
    results, outs = [], []
    for order in range(4):
        parent = work / f"written{order}"
        write_tree(parent / "root", order)
        outs.append(work / f"out{order}")
        results.append(review([str(parent / "root")], outs[-1], ([PLAIN] + OTHERS)[order % 3]))
        assert tuple(results[-1]) == OUTPUTS, results[-1].keys()
        same(results[0], results[-1], outs[0], outs[-1], f"files written in order {order}")


def rules_in_any_order(work):
    """Rules of one's own are read in an order of their own, not the folder's."""
    write_tree(work / "root", 0)
    results, outs = [], []
    for order in range(3):
        folder = work / f"rules{order}"
        folder.mkdir()
        names = ["b", "a", "Ab", "ä"]
        random.Random(order).shuffle(names)
        for name in names:
            (folder / f"{name}.yar").write_text(f"rule r_{ord(name[0])} {{ strings: $a = \"same\" condition: $a }}\n")
            (folder / f"{name}.sql").write_text(
                f"-- id: own-{ord(name[0])}-{len(name)}\n-- title: Own\n-- kind: unexamined\n-- severity: info\n"
                "-- confidence: 1\n-- confidence-why: a test\n-- why: A test.\n-- fix: None.\n"
                "SELECT object, 0 AS at, 1 AS len, path AS subject, 'holds' AS verdict FROM place WHERE path LIKE '%copy%'\n")
        outs.append(work / f"out{order}")
        results.append(review([str(work / "root")], outs[-1], ([PLAIN] + OTHERS)[order], "--rules", str(folder),
                              "--yara", str(folder)))
        same(results[0], results[-1], outs[0], outs[-1], f"rules written in order {order}")
    spaces = query(outs[0], "SELECT count(DISTINCT namespace) AS n FROM yara_match")
    assert spaces.split() == [b"n", b"4"], spaces


def archive_times_do_not_show(work):
    """A review does not depend on the input's own time or rights."""
    write_tree(work / "root", 0)
    results, outs = [], []
    for i, (when, mode) in enumerate(((1500000000, 0o600), (1700000000, 0o444))):
        image = work / f"in{i}" / "image.tar"
        image.parent.mkdir()
        with tarfile.open(image, "w") as tar:
            for path in sorted((work / "root").rglob("*")):
                tar.add(path, str(path.relative_to(work / "root")), recursive=False,
                        filter=lambda info: (setattr(info, "uname", ""), setattr(info, "gname", ""), info)[2])
        os.utime(image, (when, when))
        os.chmod(image, mode)
        outs.append(work / f"out{i}")
        results.append(review([str(image)], outs[-1], PLAIN))
    same(results[0], results[1], outs[0], outs[1], "the input's time and rights")


def make_index():
    feed = INDEX.parent / "main.json"
    feed.write_text(json.dumps(FEED), encoding="utf-8")
    subprocess.run([ASSAY, "knowledge", "import", "--index", str(INDEX), str(feed)], env=CLEAN, check=True,
                   stdout=subprocess.DEVNULL, timeout=600)


def main():
    make_index()
    images = sys.argv[2:] or [str(CACHE / name) for name in USUAL if (CACHE / name).exists()]
    tests = [(t, ()) for t in (folders_in_any_order, rules_in_any_order, archive_times_do_not_show)]
    tests += [(t, (os.path.abspath(image),)) for image in images for t in (every_byte, every_table)]
    failed = 0
    for test, args in tests:
        title = " ".join([test.__name__, *(os.path.basename(a) for a in args)])
        with tempfile.TemporaryDirectory(prefix="assay-reproducible-") as folder:
            try:
                test(pathlib.Path(folder), *args)
                print("ok      ", title, flush=True)
            except Exception as error: # each test is to be counted
                failed += 1
                print("FAILED  ", title, ":", error or repr(error), flush=True)
    shutil.rmtree(INDEX.parent)
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
