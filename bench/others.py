# SPDX-License-Identifier: Apache-2.0
"""Other extractors on the same image: unblob and binwalk, where they are. They unpack, and judge nothing."""
import os
import pathlib
import shutil
import subprocess

import measure

VENV = measure.CACHE / "unblob"
LONGEST = 1800  # seconds one may take
STAND_IN = """#!/bin/sh
[ "$1" != -le ] || shift
exec unsquashfs "$@"
"""
NO_TTY = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}


def fetch():
    """unblob in a virtual environment of its own, once; answers why it could not be had, or None. What it calls for
    SquashFS 4 is no package of the distribution: unsquashfs stands in, which takes the same arguments but one."""
    program = VENV / "bin" / "unblob"
    if not program.exists():
        for argv in (["python3", "-m", "venv", VENV], [VENV / "bin" / "pip", "install", "-q", "unblob"]):
            done = subprocess.run(["timeout", "900", *argv], text=True, **NO_TTY)
            if done.returncode:
                shutil.rmtree(VENV, ignore_errors=True)
                return (done.stderr.strip().splitlines() or ["no reason given"])[-1][:100]
    script = VENV / "bin" / "sasquatch"
    if not shutil.which("sasquatch"):
        script.write_text(STAND_IN)
        script.chmod(0o755)
    return None


def unblob(folder, image):
    program = shutil.which("unblob")
    return program and [program, "--log", folder.with_suffix(".log"), "-e", folder, image]


def binwalk(folder, image):
    program = shutil.which("binwalk")
    if not program:
        return None
    told = subprocess.run([program, "--help"], capture_output=True, text=True, check=False).stdout
    as_root = ["--run-as=root"] if "--run-as" in told and os.getuid() == 0 else []
    return [program, "-e", "-M", "-q", *as_root, "-C", folder, image]


def lines(image, work, review):
    """One line for each, against the cost of a review."""
    path = os.environ["PATH"]
    os.environ["PATH"] = f"{path}:{VENV / 'bin'}"
    for name, command in (("unblob", unblob), ("binwalk", binwalk)):
        folder = pathlib.Path(work) / name
        folder.mkdir()
        argv = command(folder, image)
        if argv:
            status, spent = measure.run(["timeout", LONGEST, *argv], watch=True)
            files = sum(p.is_file() and not p.is_symlink() for p in folder.rglob("*"))
            yield f"{name:27}{spent.wall:.2f} s, {spent.cpu:.2f} s CPU: {spent.wall / review.wall:.1f} and " \
                f"{spent.cpu / review.cpu:.1f} times a review; {files} files out, exit {status}, " \
                f"largest process {spent.largest / 1024:.0f} MiB"
        else:
            yield f"{name:27}not here: skipped"
        shutil.rmtree(folder, ignore_errors=True)
    os.environ["PATH"] = path
