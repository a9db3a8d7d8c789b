# SPDX-License-Identifier: Apache-2.0
"""Damage to images, and what must survive it."""
import random
import re

from writers import said


def whole_files(lines):
	"""digest -> paths of the files that are told as undamaged."""
	out = {}
	for l in lines:
		if l.startswith("file ") and not l.endswith(" damaged"):
			w = l.split(" ", 6)
			if w[5] != "-":
				out.setdefault(w[5], set()).add(w[6])
	return out


def objects(lines):
	"""Where each file's contents stand, if in one piece: (from, to)."""
	return [(int(a), int(a) + int(n)) for a, n in (m.groups() for m in (re.match(r"extent (\d+) (\d+) object", l) for l in lines) if m)]


def blocks_overwritten(test, image, id, n=12, seed=1, block=4096):
	"""Overwrites n blocks, one at a time. Files whose contents were touched are told with other contents or as damaged, never two
	losses from one block of contents; nothing ends the reading. Answers how many of the files came through, as a share."""
	before = whole_files(said(image, id))
	dice, kept, all_ = random.Random(seed), 0, 0
	for _ in range(n):
		at = dice.randrange(0, max(1, len(image) // block)) * block
		hurt = bytearray(image)
		hurt[at:at + block] = dice.randbytes(min(block, len(hurt) - at))
		after = whole_files(said(bytes(hurt), id))
		kept += len(set(before) & set(after))
		all_ += len(before)
	return kept / max(1, all_)


def contents_overwritten(test, image, id, n=6, seed=2):
	"""Overwrites the contents of one file at a time, where they stand: only that file may differ."""
	lines = said(image, id)
	before, places = whole_files(lines), objects(lines)
	dice = random.Random(seed)
	for a, b in dice.sample(places, min(n, len(places))):
		hurt = bytearray(image)
		hurt[a:b] = bytes(x ^ 0x55 for x in hurt[a:b])
		after = whole_files(said(bytes(hurt), id))
		test.assertGreaterEqual(len(set(before) & set(after)), len(before) - 1, "contents at %d" % a)


def cut(test, image, id, n=6, seed=3):
	"""Cut off anywhere: what stands before the cut is still told, in the words of a loss."""
	dice = random.Random(seed)
	for _ in range(n):
		lines = said(image[:dice.randrange(len(image) // 2, len(image))], id)
		test.assertTrue(any(l.startswith("lost ") for l in lines), lines[:3])


def bits_flipped(test, image, id, n=6, seed=4, bits=64):
	"""Ends without a crash, and tells most of what was there."""
	dice = random.Random(seed)
	before, kept = whole_files(said(image, id)), 0
	for _ in range(n):
		hurt = bytearray(image)
		for _ in range(bits):
			bit = dice.randrange(len(hurt) * 8)
			hurt[bit // 8] ^= 1 << bit % 8
		kept += len(set(before) & set(whole_files(said(bytes(hurt), id))))
	return kept / max(1, n * len(before))
