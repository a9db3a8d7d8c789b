#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Extracts a test image and compares every file of its root file system with the truth.

usage: run.py [ASSAY]      Last line: N passed, N failed.
"""
import csv
import hashlib
import io
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("ASSAY_CACHE", TOP / ".cache"))
ASSAY = sys.argv[1] if len(sys.argv) > 1 else os.environ["ASSAY"]
IMAGE = CACHE / "images/basestation/basestation.bin"


def truth():
    with open(IMAGE.parent / "truth.tsv", encoding="utf-8", newline="") as f:
        for row in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["container"] == "rootfs" and row["type"] == "file":
                yield row["path"], row["sha256"]


def extract(folder, *options):
    subprocess.run([ASSAY, "extract", "-q", str(IMAGE), "-C", str(folder), *options], check=True)
    return next(folder.glob("*.unpacked/squashfs-*.unpacked"))


def leaves_holes(work):
    """Blank stretches take no room, neither in the first place of an object nor in its copies."""
    data = b"begin" + bytes(64 << 20) + b"middle" + bytes(16 << 20)
    for name, entries in (("fs", ("a", "b")), ("zeros", ("c",))):
        with tarfile.open(work / (name + ".tar.gz"), "w:gz") as tar:
            for entry in entries:
                info = tarfile.TarInfo(entry)
                info.size = len(data) if name == "fs" else 150 << 20
                tar.addfile(info, io.BytesIO(data if name == "fs" else bytes(info.size)))
    subprocess.run([ASSAY, "extract", "-q", str(work / "fs.tar.gz"), str(work / "zeros.tar.gz"), "-C", str(work / "holes")],
                   check=True)
    files = [p for p in (work / "holes").rglob("*") if p.is_file() and p.stat().st_size > 1 << 20]
    same = [p.read_bytes() == data for p in files if p.name in "ab"]
    blank = [not any(p.read_bytes()) for p in files if p.name == "c"]
    taken = sum(p.stat().st_blocks * 512 for p in files)
    return same == [True, True] and blank == [True] and len(files) == 5 and taken < 4 << 20


def asks_nobody(work):
    """Extracting states no facts: an inspector that hangs does not matter."""
    with tarfile.open(work / "one.tar", "w") as tar:
        tar.add(pathlib.Path(ASSAY).resolve(), arcname="program")
    try:
        subprocess.run([ASSAY, "extract", "-q", str(work / "one.tar"), "-C", str(work / "one"),
                        "--debug-fail", "hang:banner"], check=True, timeout=60)
    except subprocess.TimeoutExpired:
        return False
    return (work / "one/one.tar.unpacked/program").read_bytes() == pathlib.Path(ASSAY).read_bytes()


def keeps_holes(work):
    """What is sparse in a file system is sparse when it is out, and so is its second place."""
    size, tree, image = 40 << 20, work / "tree", work / "sparse.ext4"
    tree.mkdir()
    for name in ("first", "second"):
        with open(tree / name, "wb") as f:
            f.write(b"begin" * 1000)
            f.seek(20 << 20)
            f.write(b"middle" * 1000)
            f.truncate(size)
    subprocess.run(["/sbin/mkfs.ext4", "-q", "-d", str(tree), str(image), "16M"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([ASSAY, "extract", "-q", str(image), "-C", str(work / "sparse")], check=True)
    out = [work / "sparse/sparse.ext4.unpacked" / name for name in ("first", "second")]
    return all(p.stat().st_size == size and p.stat().st_blocks * 512 < 1 << 20 and
               p.read_bytes() == (tree / p.name).read_bytes() for p in out)


def main():
    subprocess.run([TOP / "tests/images/build", "basestation"], check=True, stdout=subprocess.DEVNULL)
    passed, wrong = 0, []
    with tempfile.TemporaryDirectory(prefix="assay-extract-") as work:
        root = extract(pathlib.Path(work) / "all")
        for path, sha256 in truth():
            file = root / path[1:]
            same = file.is_file() and not file.is_symlink() and hashlib.sha256(file.read_bytes()).hexdigest() == sha256
            passed += same
            if not same:
                wrong.append(path)
        links = [p for p in pathlib.Path(work).rglob("*") if p.is_symlink() or not (p.is_dir() or p.is_file())]
        wrong += [f"not a plain file or folder: {p}" for p in links]
        some = extract(pathlib.Path(work) / "some", "--match", "*/etc/passwd")
        found = sorted(str(p.relative_to(some)) for p in some.rglob("*") if p.is_file())
        listed = (some.parents[1] / "links.tsv").read_text(encoding="utf-8")
        if found == ["etc/passwd"] and not listed:
            passed += 1
        else:
            wrong.append(f"--match '*/etc/passwd' wrote {found} and listed {listed[:200]!r}")
        for test in (asks_nobody, keeps_holes, leaves_holes):
            if test(pathlib.Path(work)):
                passed += 1
            else:
                wrong.append(test.__doc__)
    for line in wrong[:20]:
        print("wrong:", line)
    print(f"{passed} passed, {len(wrong)} failed")
    return 1 if wrong or not passed else 0


sys.exit(main())
