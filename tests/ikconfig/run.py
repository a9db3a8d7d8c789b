#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The configuration that a real kernel carries, against the file that its package has beside it.

Debian's kernels are built without CONFIG_IKCONFIG, but for User-mode Linux: there it is a module, configs.ko. The package
comes through the package client into $ASSAY_CACHE. Every option must be a fact with the value of the package's file, and no
other; it must come from the module, and the program beside it, which carries none, must not have any.
Last line: N passed, N failed, where a test is one option.
"""
import gzip
import hashlib
import io
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tarfile
import tempfile

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "tests" / "images"))
from lib import apt  # noqa: E402

ASSAY = os.path.abspath(os.environ["ASSAY"])
PACKAGE = "user-mode-linux"
WANTED = ("configs.ko", "linux.uml", "config.gz")
AT_LEAST = 1000  # options, or the file was not read


def unpacked():
    """The files wanted, out of the package, by other tools."""
    package, = apt.Apt("bookworm", "amd64").alone([PACKAGE])
    data = subprocess.run(["dpkg-deb", "--fsys-tarfile", str(package)], check=True, capture_output=True, timeout=300).stdout
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return {m.name.rsplit("/", 1)[-1]: tar.extractfile(m).read() for m in tar
                if m.isfile() and m.name.rsplit("/", 1)[-1] in WANTED}


def options(text):
    """Name to value, as the kernel's own tools read a .config: what is not set is n, texts are in quotation marks."""
    out = {}
    for line in text.splitlines():
        if found := re.fullmatch(r"# (CONFIG_\w+) is not set", line):
            out[found[1]] = "n"
        elif found := re.fullmatch(r'(CONFIG_\w+)=(?:"(.*)"|(.*))', line):
            out[found[1]] = found[3] if found[2] is None else found[2]
    return out


def review(name, data, folder):
    (folder / name).write_bytes(data)
    subprocess.run([ASSAY, "review", "-q", name, "-o", name + ".out"], cwd=folder, check=True, timeout=600)
    db = sqlite3.connect(folder / (name + ".out") / "dossier.assay")
    rows = db.execute("SELECT k.name, k.value, o.sha256, p.container FROM kernel_option AS k JOIN object AS o ON o.id = k.object"
                      " JOIN place AS p ON p.object = o.id").fetchall()
    bad = db.execute("SELECT reason, text FROM unexamined WHERE text NOT LIKE 'machine code is not read%'").fetchall()
    db.close()
    return rows, bad


def main():
    files = unpacked()
    if sorted(files) != sorted(WANTED):
        print("the package has no", ", ".join(set(WANTED) - set(files)))
        print("0 passed, 1 failed")
        return 1
    config = gzip.decompress(files["config.gz"])
    want = options(config.decode())
    with tempfile.TemporaryDirectory() as folder:
        rows, bad = review("configs.ko", files["configs.ko"], pathlib.Path(folder))
        none, _ = review("linux.uml", files["linux.uml"], pathlib.Path(folder))
    have = {name: value for name, value, _, _ in rows}
    wrong = sorted(n for n in want.keys() | have.keys() if want.get(n) != have.get(n))
    for name in wrong[:20]:
        print(f"{name}: {want.get(name)!r} in the package's file, {have.get(name)!r} in the dossier")
    checks = {"enough options": len(want) >= AT_LEAST,
              "each option once": len(rows) == len(have),
              "the very bytes": {sha for _, _, sha, _ in rows} == {hashlib.sha256(config).hexdigest()},
              "it stands in the module": all(c.startswith("configs.ko/") for _, _, _, c in rows),
              "nothing unexamined": not bad,
              "the program has none": not none}
    for name, good in checks.items():
        if not good:
            print("not so:", name)
    failed = len(wrong) + sum(not good for good in checks.values())
    print(f"{len(want.keys() | have.keys()) + len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
