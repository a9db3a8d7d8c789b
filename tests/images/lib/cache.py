# SPDX-License-Identifier: Apache-2.0
"""Where images and packages are kept, and when a cached image may be used again."""
import hashlib
import os
import pathlib

HERE = pathlib.Path(__file__).resolve().parent.parent
ROOT = HERE.parent.parent


def cache():
	"""The cache folder: $ASSAY_CACHE, or .cache in the repository."""
	return pathlib.Path(os.environ.get("ASSAY_CACHE") or ROOT / ".cache").resolve()


def recipe(*more):
	"""A hash over the scripts and fixtures here, and whatever else decides what comes out."""
	sum = hashlib.sha256()
	files = [p for p in HERE.rglob("*") if p.is_file() and "__pycache__" not in p.parts
		and p.suffix != ".md"]
	for path in sorted(files):
		sum.update(str(path.relative_to(HERE)).encode() + b"\0" + path.read_bytes())
	for text in more:
		sum.update(repr(text).encode())
	return sum.hexdigest()


def is_fresh(folder, recipe):
	stamp = folder / "stamp"
	return stamp.exists() and stamp.read_text().split("\n")[0] == recipe


def seal(folder, recipe):
	"""Called last: an interrupted build leaves no stamp and is done again."""
	(folder / "stamp").write_text(recipe + "\n")
