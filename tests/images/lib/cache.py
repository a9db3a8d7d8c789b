# SPDX-License-Identifier: Apache-2.0
"""Where images and packages are kept, and when a cached image may be used again."""
import contextlib
import fcntl
import hashlib
import os
import pathlib

HERE = pathlib.Path(__file__).resolve().parent.parent
ROOT = HERE.parent.parent


def cache():
	"""The cache folder: $ASSAY_CACHE, or .cache in the repository."""
	return pathlib.Path(os.environ.get("ASSAY_CACHE") or ROOT / ".cache").resolve()


@contextlib.contextmanager
def one_at_a_time(what):
	"""Tests run side by side: what one makes in the cache, the others wait for. what: a name, of which one is made at a time."""
	folder = cache()
	folder.mkdir(parents=True, exist_ok=True)
	with open(folder / (what + ".lock"), "w") as lock:
		fcntl.flock(lock, fcntl.LOCK_EX)
		yield


# What decides how an image comes out: the modules of lib that take part, and whether fixtures do.
SOURCES = {
	"small": "tree pack sample cases disks",
	"basestation": "tree pack sample apt debs plant plant_bts basestation fixtures",
	"gateway": "tree pack sample cases apt debs plant plant_bts plant_gw gateway fixtures",
	"server": "tree pack apt debs server",
	"netboot": "tree apt debs netboot",
}


def recipe(name, *more):
	"""A hash over the sources of an image, and whatever else decides what comes out."""
	sum = hashlib.sha256()
	files = []
	for part in SOURCES[name].split():
		folder = HERE / part
		files += sorted(folder.iterdir()) if folder.is_dir() else [HERE / "lib" / (part + ".py")]
	for path in files:
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
