# SPDX-License-Identifier: Apache-2.0
"""Writes B-trees as HFS and HFS+ have them. Used by both formats' make.py."""
import struct


def keyed(key, data, index):
	return struct.pack(">H", len(key)) + key + b"\0" * (len(key) % 2) + data


def btree(records, node, nodes, kind, key_most, leaves_of=99, join=keyed):
	"""A tree of so many nodes out of sorted (key, data); at most leaves_of records in a leaf."""
	room = node - 14 - 2

	def fill(rows, level):
		out, current, used = [], [], 0
		for key, data in rows:
			row = join(key, data, level > 0)
			if current and (used + len(row) + 2 > room or len(current) == leaves_of):
				out.append(current)
				current, used = [], 0
			current.append((key, row))
			used += len(row) + 2
		return out + ([current] if current else [])

	def raw(rows, forward, back, kind, height):
		body, offsets = b"", []
		for row in rows:
			offsets.append(14 + len(body))
			body += row
		offsets.append(14 + len(body))
		out = bytearray(struct.pack(">IIBBHH", forward, back, kind, height, len(rows), 0) + body).ljust(node, b"\0")
		struct.pack_into(">%dH" % len(offsets), out, node - 2 * len(offsets), *reversed(offsets))
		return bytes(out)

	made, level, rows, height = {}, [], records, 0
	following, first, last = 1, 0, 0
	while True:
		groups = fill(rows, height) if rows else []
		height += bool(groups)
		level = list(range(following, following + len(groups)))
		for i, group in enumerate(groups):
			made[level[i]] = raw([r for _, r in group], level[i + 1] if i + 1 < len(level) else 0, level[i - 1] if i else 0,
				0xFF if height == 1 else 0, height)
		if height == 1 and groups:
			first, last = level[0], level[-1]
		following += len(groups)
		if len(groups) < 2:
			break
		rows = [(group[0][0], struct.pack(">I", level[i])) for i, group in enumerate(groups)]
	assert following <= nodes, (following, nodes)
	used = bytearray(node - 248 - 8)
	for i in range(following):
		used[i // 8] |= 0x80 >> i % 8
	head = struct.pack(">HIIIIHHIIHIBBI", height, level[0] if level else 0, len(records), first, last, node, key_most, nodes,
		nodes - following, 0, node, 0, kind, 2 if key_most == 10 else 6).ljust(106, b"\0")
	made[0] = raw([head, bytes(128), bytes(used)], 0, 0, 1, 0)
	return b"".join(made.get(i, bytes(node)) for i in range(nodes))
