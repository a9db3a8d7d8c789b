# SPDX-License-Identifier: Apache-2.0
"""Damage: each golden input of each format cut off, with one block of 4 KiB written over, with 64 bits flipped.

Whatever was done, it is opened without failing, and what is missing is accounted for: an entry that is not there any more, or whose
bytes are others, never goes without a loss being listed. Of file systems and archives, how much of what the damage did not touch is
recovered is measured and printed; what a format keeps in blocks that stand for themselves must be there byte for byte.
"""
import collections
import hashlib
import os
import pathlib
import random
import re
import subprocess
import tempfile
import unittest

from common import GOLDEN, PATIENCE, TOP

BUILD = pathlib.Path(os.environ.get("ASSAY_TESTED", os.environ.get("ASSAY", TOP / "build/quick/assay"))).resolve().parent
UNPACK = next((p for p in (BUILD / "tests/unpack-one", TOP / "build/test/tests/unpack-one", TOP / "build/quick/tests/unpack-one") if p.exists()), None)
ENTRY = re.compile(r"^(?:file|part) \S+ \S+ \S+ (\d+) ([0-9a-f]{64}|-) (/.*?)(?: damaged)?(?: = .*)?$")
DAMAGED = re.compile(r"^(?:file|part) .* damaged(?: = .*)?$|^part .* /trailing-|^extent \d+ \d+ unknown ")
EXTENT = re.compile(r"^extent (\d+) (\d+) object (.*)$")
SEEDS = 2  # of each kind, for each input
# Formats in which nothing tells where they end: one that is cut off is a shorter one.
ENDLESS = {
	"compress": "codes until there are no more",
	"linux_image": "a header without the size of the file; symbols are found by their pattern",
	"dlink_alpha": "blocks of a cipher until there are no more",
	"nand": "pages until there are no more",
	"ubi": "erase blocks until there are no more",
	"yaffs": "pages until there are no more",
	"fortinet": "a disk, whose own table says how large it is",
	"selfextract/other": "a line of the script, and all behind it",
	"selfextract/tail": "a line of the script, and all behind it",
}
# Entries that others rest on: what is done to them shows in those.
RESTS = {
	"cisco_pkg/secret": "the key of the others is one of the entries",
	"selfextract": "the script says where its archives stand",
	"zip/update": "images are put together of lists and blocks that are entries",
}
BLOCK = 4096


def unpack(id, images, folder):
	"""What is said of each image that is opened as a format, in one process; and how that ended."""
	paths = [pathlib.Path(folder) / str(i) for i in range(len(images))]
	for path, data in zip(paths, images):
		path.write_bytes(data)
	done = subprocess.run([UNPACK, id, *paths, os.devnull], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE, check=False)
	said = re.split(r"(?m)^# .*\n", done.stdout.decode("utf-8", "replace"))[1:]
	err = done.stderr.decode(errors="replace")
	if len(said) <= len(images) or "Sanitizer" in err or "runtime error" in err:
		raise AssertionError("%s: opening number %d of %d ended with %d: %s" % (id, len(said), len(images), done.returncode, err[-2000:]))
	return [text.splitlines() for text in said]


def contents(said):
	"""Contents of entries by path: digests that were told, and whether they are said to be damaged."""
	found = collections.defaultdict(set)
	for line in said:
		m = ENTRY.match(line)
		if m and m[2] != "-":
			found[m[3]].add((int(m[1]), m[2]))
	return found


def damages(data, key):
	"""Kinds of damage, at places that are the same in every run."""
	dice = random.Random(key)
	for _ in range(SEEDS):
		yield "cut", data[:dice.randrange(len(data))]
		at = dice.randrange(0, len(data), BLOCK)
		n = min(BLOCK, len(data) - at)
		yield "block", data[:at] + dice.randbytes(n) + data[at + n:]
		bad = bytearray(data)
		for _ in range(64):
			bit = dice.randrange(len(data) * 8)
			bad[bit // 8] ^= 1 << bit % 8
		yield "bits", bytes(bad)


def standing(data, said):
	"""Contents that stand in the image as they are: digest, place and length of each."""
	for line in said:
		m = EXTENT.match(line)
		if m:
			at, n = int(m[1]), int(m[2])
			yield hashlib.sha256(data[at:at + n]).hexdigest(), at, n


def tells_of_damage(said):
	"""A loss, an entry called damaged, or bytes that belong to nothing."""
	return any(line.startswith("lost ") or DAMAGED.match(line) for line in said)


def inputs():
	"""Golden inputs by format."""
	by = collections.defaultdict(list)
	for path in GOLDEN:
		if path.stat().st_size:
			by[path.parent.name].append(path)
	return sorted(by.items())


def depends(line, paths):
	"""Further names of damaged entries, what is made of them, and the layers of a container image, merged as its damaged manifest says."""
	return any(line.endswith(" = " + path) or " %s." % path in line for path in paths) or " /merged" in line


class Damage(unittest.TestCase):
	maxDiff = None

	def setUp(self):
		self.assertIsNotNone(UNPACK, "tests/unpack-one is not built")

	def test_what_is_missing_is_told(self):
		silent, n = [], 0
		print("\nentries recovered with the same bytes, of all that were there before the damage:")
		print("%-16s %15s %15s %15s" % ("format", "cut off", "a block of 4 K", "64 bits"))
		for id, paths in inputs():
			table = collections.defaultdict(lambda: [0, 0])
			with tempfile.TemporaryDirectory() as tmp:
				whole = [path.read_bytes() for path in paths]
				bad = [(i, kind, data) for i, path in enumerate(paths) for kind, data in damages(whole[i], "%s/%s" % (id, path.name))]
				said = unpack(id, whole + [data for _, _, data in bad], tmp)
			for (i, kind, data), after in zip(bad, said[len(whole):]):
				n += 1
				want, have = contents(said[i]), contents(after)
				lost = [p for p in want if not want[p] <= have.get(p, set())]
				table[kind][0] += len(want) - len(lost)
				table[kind][1] += len(want)
				told = tells_of_damage(said[i]) or tells_of_damage(after) or not any(line.startswith("type %s " % id) for line in after)
				if kind == "cut" and lost and not told and not {id, "%s/%s" % (id, paths[i].stem)} & set(ENDLESS):
					silent.append("%s/%s cut to %d: nothing is said of %s" % (id, paths[i].name, len(data), lost[:3]))
			shares = ["%4d of %4d %3.0f%%" % (a, b, 100 * a / b) if b else "-" for a, b in (table[k] for k in ("cut", "block", "bits"))]
			print("%-16s %15s %15s %15s" % (id, *shares), flush=True)
		self.assertEqual(silent, [])
		self.assertGreater(n, 2000)

	def test_damage_in_one_entry_leaves_all_others(self):
		"""Bytes of one entry's contents are written over: every other entry is there byte for byte, and keeps its place and attributes."""
		wrong, tried = [], set()
		for id, paths in inputs():
			with tempfile.TemporaryDirectory() as tmp:
				whole = [path.read_bytes() for path in paths]
				before = unpack(id, whole, tmp)
				bad = []
				for i, data in enumerate(whole):
					if any(line.startswith("lost ") for line in before[i]):
						continue # damaged already: what vouched for it may be gone
					if {id, "%s/%s" % (id, paths[i].stem)} & set(RESTS):
						continue
					for digest, at, n in list(standing(data, before[i]))[:8]:
						paths_of = [ENTRY.match(line)[3] for line in before[i] if ENTRY.match(line) and digest in line]
						mine = [line for line in before[i] if ENTRY.match(line) and (digest in line or depends(line, paths_of))]
						if n and mine:
							bad.append((i, at, mine, data[:at] + bytes(b ^ 0x5A for b in data[at:at + n]) + data[at + n:]))
				said = unpack(id, [data for _, _, _, data in bad], tmp) if bad else []
			for (i, at, mine, _), after in zip(bad, said):
				tried.add(id)
				gone = [line for line in before[i] if ENTRY.match(line) and line not in mine and line not in after]
				if gone:
					wrong.append("%s/%s at %d: %s" % (id, paths[i].name, at, gone[:2]))
		self.assertEqual(wrong, [])
		self.assertGreater(len(tried), 12)
