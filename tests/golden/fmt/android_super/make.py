# SPDX-License-Identifier: Apache-2.0
"""super partitions of Android from their published layout: lpmake is in no package."""
import hashlib
import struct

from make import Golden, case, noise, part, prop

SLOT = 1024
BASE = 12288 + 4 * SLOT


def geometry(slots=2):
	text = struct.pack("<4sI32xIII", b"gDla", 52, SLOT, slots, 4096)
	return (text[:8] + hashlib.sha256(text).digest() + text[40:]).ljust(4096, b"\0")


def metadata(partitions, size, minor=2):
	"""partitions: (name, attributes, [(sectors, type, place)])."""
	rows, extents = b"", b""
	for name, attributes, pieces in partitions:
		rows += struct.pack("<36sIIII", name, attributes, len(extents) // 24, len(pieces), 0)
		extents += b"".join(struct.pack("<QIQI", n, kind, place, 0) for n, kind, place in pieces)
	groups = struct.pack("<36sIQ", b"default", 0, 0)
	device = struct.pack("<QIIQ36sI", BASE // 512, 4096, 0, size, b"super", 0)
	tables, places, at = rows + extents + groups + device, b"", 0
	for data, one in ((rows, 52), (extents, 24), (groups, 48), (device, 64)):
		places += struct.pack("<III", at, len(data) // one, one)
		at += len(data)
	head = struct.pack("<4sHHI32xI", b"0PLA", 10, minor, 256 if minor == 2 else 128, len(tables))
	head += hashlib.sha256(tables).digest() + places
	head = head.ljust(256 if minor == 2 else 128, b"\0")
	return (head[:12] + hashlib.sha256(head).digest() + head[44:] + tables).ljust(SLOT, b"\0")


def image(first, second, body):
	return bytes(4096) + geometry() * 2 + (first + second) * 2 + body


def flip(data, at):
	return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


@case("android_super")
def images():
	body = noise(8 * 4096)
	size = BASE + len(body)
	at = BASE // 512
	pieces = [(b"system_a", 1, [(16, 0, at)]), (b"vendor_a", 1, [(8, 0, at + 32), (8, 1, 0), (8, 0, at + 16)]),
		(b"system_b", 1, [])]
	meta = metadata(pieces, size)
	parts = [part("system_a", body[:8192]), part("vendor_a", body[16384:20480] + bytes(4096) + body[8192:12288])]
	rest = [part("*", body[12288:16384]), part("*", body[20480:])]
	told = [prop("slots", 2), prop("version", "10.2"), prop("partition system_a", "extents=1 attributes=0x1 readonly")]
	whole = image(meta, meta, body)
	yield Golden("android_super", "two", whole, *parts, *rest, *told)
	yield Golden("android_super", "geometry-copy", flip(whole, 4096 + 10), *parts, *rest, *told,
		("lost", "the geometry is broken: its copy was used"))
	yield Golden("android_super", "slot-copy", flip(whole, 12288 + 300), *parts, *rest, *told,
		("lost", "a slot is broken: its copy was used"))
	lost = flip(flip(whole, 12288 + 300), 12288 + 2 * SLOT + 300)
	yield Golden("android_super", "slot-lost", lost, *parts, *rest, *told, ("lost", "a slot of the metadata is damaged"))
	other = metadata([(b"system_b", 0, [(8, 0, at + 24)])], size, 0)
	yield Golden("android_super", "slots", image(meta, other, body), *parts, part("system_b", body[12288:16384]),
		part("*", body[20480:]), *told, prop("version", "10.0"))
