# SPDX-License-Identifier: Apache-2.0
"""VHDX from its published layout, without contents: qemu-img's have 4 MiB at least (tests/writers reads those)."""
import struct
import uuid

from make import Golden, case, part, prop
from trees import lie

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


def log(writes, guid, number=9):
	"""An entry of a log that puts sectors at offsets."""
	descriptors = b"".join(struct.pack("<4s4s8sQQ", b"desc", data[-4:], data[:8], at, number) for at, data in writes)
	sectors = b"".join(struct.pack("<4sI", b"data", 0) + data[8:-4] + struct.pack("<I", number) for _, data in writes)
	head = struct.pack("<4sIIIQII16sQQ", b"loge", 0, 4 * K + len(sectors), 0, number, len(writes), 0, guid, 64 * K, 64 * K)
	return summed((head + descriptors).ljust(4 * K, b"\0") + sectors, 0)


def replayed(change=lambda ring: ring):
	"""An image of 1 MiB whose log makes it one of 2 MiB."""
	before, after, guid = image([0, 2], 1 << 20, b"L" * 16), image([0, 2], 2 << 20), b"L" * 16
	ring = change(log([(16 * K, after[16 * K:20 * K])], guid))
	return before[:32 * K] + ring + before[32 * K + len(ring):]


@case("vhdx")
def images():
	whole = image([0, 2, 3], 3 << 20)
	yield Golden("vhdx", "empty", whole, part("disk", bytes(3 << 20)), prop("disk-size", 3 << 20), prop("state", "clean"),
		prop("block-size", 1 << 20))
	log = image([0], 1 << 20, b"L" * 16)
	yield Golden("vhdx", "dirty", log, part("disk", bytes(1 << 20)), prop("state", "dirty"),
		("lost", "the log is damaged: its last writes are missing"))
	yield Golden("vhdx", "replayed", replayed(), part("disk", bytes(2 << 20)), prop("disk-size", 2 << 20),
		prop("state", "dirty"), prop("log", "1 entries were replayed"))
	broken = bytearray(image([2], 4096, flags=2))
	broken[128 * K + 9] ^= 1
	broken[192 * K + 9] ^= 1
	yield Golden("vhdx", "copies", bytes(broken), part("disk", bytes(4096)),
		("lost", "a header or table is broken: its copy was used"),
		("lost", "it builds on another image: what only that one has reads as zeros"))


def entry_with(at, form, *values):
	"""A log whose entry has one field changed and a sum that is right."""
	def change(ring):
		out = bytearray(ring)
		struct.pack_into(form, out, at, *values)
		out[4:8] = bytes(4)
		return summed(bytes(out), 0)
	return replayed(change)


@lie("vhdx", "the log is damaged: its last writes are missing", "part .* 1048576 ")
def vhdx_log_of_a_wrong_sum():
	return replayed(lambda ring: ring[:5000] + b"\1" + ring[5001:])


@lie("vhdx", "the log is damaged: its last writes are missing")
def vhdx_log_longer_than_its_ring():
	return entry_with(8, "<I", 0xFFFFF000)


@lie("vhdx", "the log is damaged: its last writes are missing")
def vhdx_log_tail_that_nothing_leads_from():
	return entry_with(12, "<I", 4096)


@lie("vhdx", "the log is damaged: its last writes are missing")
def vhdx_log_of_many_descriptors():
	return entry_with(24, "<I", 0xFFFFFFFF)


@lie("vhdx", "an entry of the log is damaged")
def vhdx_log_data_of_another_entry():
	return entry_with(64 + 24, "<Q", 8)


@lie("vhdx", "a write of the log leads out of the image", "part .* 1048576 ")
def vhdx_log_writes_behind_the_end():
	return entry_with(64 + 16, "<Q", (1 << 64) - 4096)


@lie("vhdx", "the image is shorter than its log says")
def vhdx_log_of_a_longer_image():
	return entry_with(48, "<Q", 1 << 40)


@lie("vhdx", "part .* 2097152 ")
def vhdx_log_makes_it_huge():
	return entry_with(56, "<Q", 1 << 62)
