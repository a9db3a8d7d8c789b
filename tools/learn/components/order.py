# SPDX-License-Identifier: Apache-2.0
"""The order of versions, as dpkg has it: numbers as numbers, letters before other characters, ~ before everything (deb-version(7))."""
import functools
import re


def weight(c):
	return -1 if c == "~" else ord(c) if c.isalpha() else ord(c) + 256


def parts(v):
	"""Alternating characters and numbers, as they are compared; the end of characters is 0."""
	out = []
	for other, digits in re.findall(r"(\D*)(\d*)", v):
		if other or digits:
			out += [tuple(map(weight, other)) + (0,), int(digits or 0)]
	return out


def compare(a, b):
	a, b = parts(a), parts(b)
	for i in range(max(len(a), len(b))):
		end = (0,) if i % 2 == 0 else 0
		x, y = a[i] if i < len(a) else end, b[i] if i < len(b) else end
		if x != y:
			return -1 if x < y else 1
	return 0


key = functools.cmp_to_key(compare)
