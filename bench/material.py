# SPDX-License-Identifier: Apache-2.0
"""Files for large test images: packages of a distribution, and copies of them in which no two files are equal."""
import hashlib
import os
import pathlib
import shutil
import sys

import measure

sys.path.insert(0, str(measure.TOP / "tests" / "images"))
from lib import apt, basestation, server  # noqa: E402

DOCUMENTATION = ("usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/locale")
FOLDER = measure.CACHE / "scale"


def size_of(folder):
    """Bytes of the files below a folder, with some for each: what a file system needs for it."""
    return sum(p.stat().st_size + 4096 for p in folder.rglob("*") if p.is_file() and not p.is_symlink())


def packages():
    """Unpacked packages, a folder each. Made once. Answers them in order."""
    base = FOLDER / "material"
    if (base / "ready").exists():
        return sorted(p for p in base.iterdir() if p.is_dir())
    shutil.rmtree(base, ignore_errors=True)
    for arch, names in (("armhf", basestation.PACKAGES), ("arm64", server.PACKAGES)):
        for deb in apt.Apt("bookworm", arch).closure(names):
            (base / deb.stem).mkdir(parents=True, exist_ok=True)
            apt.call(["dpkg-deb", "-x", deb, base / deb.stem])
    for path in [p for d in DOCUMENTATION for p in base.glob("*/" + d)]:
        shutil.rmtree(path)
    (base / "ready").write_text("")
    return sorted(p for p in base.iterdir() if p.is_dir())


def change(path, mark):
    """Makes a file unlike every other: a line at its end, and four bytes in its middle unless it is text."""
    with open(path, "r+b") as f:
        head = f.read(4096)
        size = f.seek(0, os.SEEK_END)
        f.write(b"\n# %s\n" % mark)
        if size > 8192 and b"\0" in head:
            f.seek(size // 2)
            f.write(hashlib.sha256(mark).digest()[:4])


def copy(package, to, unit):
    """A changed copy of one package's files."""
    shutil.copytree(package, to / package.name, symlinks=True)
    for path in sorted((to / package.name).rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        os.chmod(path, path.stat().st_mode | 0o200)
        change(path, b"%d %s %s" % (unit, to.name.encode(), os.fsencode(path.relative_to(to))))


def fill(tree, most, at, unit):
    """Makes a folder of copies of packages, from the one with number at on, of at most so many bytes; answers the next one's number."""
    every, total = packages(), 0
    tree.mkdir(parents=True)
    while total + size_of(every[at % len(every)]) < most:
        total += size_of(every[at % len(every)])
        to = tree / str(at // len(every)) # the same package may come again
        to.mkdir(exist_ok=True)
        copy(every[at % len(every)], to, unit)
        at += 1
    return at
