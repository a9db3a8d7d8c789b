# SPDX-License-Identifier: Apache-2.0
"""VHDX from its published layout, without contents: qemu-img's have 4 MiB at least (tests/writers reads those)."""
import struct
import uuid

from make import Golden, case, part, prop

K = 1024
GUIDS = {name: uuid.UUID(text).bytes_le for name, text in (("bat", "2DC27766-F623-4200-9D64-115E9BFD4A08"),
	("metadata", "8B7CA206-4790-4B9A-B8FE-575F050F886E"), ("file", "CAA16737-FA36-4D43-B3B6-33F0AA44E76B"),
	("size", "2FA54224-CD1B-4876-B211-5DBED83BF4B8"), ("sector", "8141BF1D-A96F-4709-BA47-F233A8FAAB5F"))}


def crc32c(data):
	crc = 0xFFFFFFFF
	for byte in data:
		crc ^= byte
		for _ in range(8):
			crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
	return crc ^ 0xFFFFFFFF


def summed(data, n):
	data = data.ljust(n, b"\0")
	return data[:4] + struct.pack("<I", crc32c(data)) + data[8:]


def header(sequence, log=bytes(16)):
	return summed(b"head" + struct.pack("<IQ32x16sHHIQ", 0, sequence, log, 0, 1, 8 * K, 32 * K), 4 * K).ljust(64 * K, b"\0")


def image(states, size, log=bytes(16), flags=0):
	"""A disk whose block table is states; all tables lie where they cost least."""
	regions = struct.pack("<4sIII", b"regi", 0, 2, 0) + struct.pack("<16sQII", GUIDS["bat"], 8 * K, 4 * K, 1)
	regions = summed(regions + struct.pack("<16sQII", GUIDS["metadata"], 16 * K, 8 * K, 1), 64 * K)
	meta, items = b"metadata" + struct.pack("<HH20x", 0, 3), b""
	for name, value in (("file", struct.pack("<II", 1 << 20, flags)), ("size", struct.pack("<Q", size)),
		("sector", struct.pack("<I", 512))):
		meta += struct.pack("<16sIIII", GUIDS[name], 1024 + len(items), len(value), 4, 0)
		items += value
	out = b"vhdxfile".ljust(8 * K, b"\0") + struct.pack("<%dQ" % len(states), *states).ljust(8 * K, b"\0")
	out += meta.ljust(1024, b"\0") + items
	return out.ljust(64 * K, b"\0") + header(1) + header(2, log) + regions * 2


@case("vhdx")
def images():
	whole = image([0, 2, 3], 3 << 20)
	yield Golden("vhdx", "empty", whole, part("disk", bytes(3 << 20)), prop("disk-size", 3 << 20), prop("state", "clean"),
		prop("block-size", 1 << 20))
	log = image([0], 1 << 20, b"L" * 16)
	yield Golden("vhdx", "dirty", log, part("disk", bytes(1 << 20)), prop("state", "dirty"),
		("lost", "the log was not replayed: its last writes are missing"))
	broken = bytearray(image([2], 4096, flags=2))
	broken[128 * K + 9] ^= 1
	broken[192 * K + 9] ^= 1
	yield Golden("vhdx", "copies", bytes(broken), part("disk", bytes(4096)),
		("lost", "a header or table is broken: its copy was used"),
		("lost", "it builds on another image: what only that one has reads as zeros"))
