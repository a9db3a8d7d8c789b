# SPDX-License-Identifier: Apache-2.0
"""GPT with its first sectors lost, with a hybrid MBR, and in sectors of 4096 bytes; mbr: what is left of such disks."""
import struct
import zlib

from make import Golden, case, cut, disk, in_folder, part, prop

PLACES = [(40, 4), (44, 8)]
GUID = "8f3b1c60-5d2e-4a77-9c10-000000000001"


def table(*more):
	return in_folder({"out": disk(128, PLACES)}, ["sgdisk", "-a", "1", "-o", "-U", GUID, "-n", "1:40:43", "-t", "1:EF00", "-n",
		"2:44:51", *more, "out"])


@case("gpt", "mbr")
def lost():
	image = table()
	parts = [part(n, cut(image, *p)) for n, p in zip("12", PLACES)]
	used = ("lost", "primary table is broken: the backup was used")
	yield Golden("gpt", "no-start", bytes(34 * 512) + image[34 * 512:], *parts, prop("disk-guid", GUID), used)
	hybrid = table("-h", "2")
	parts = [part(n, cut(hybrid, *p)) for n, p in zip("12", PLACES)]
	yield Golden("gpt", "hybrid", hybrid, *parts, prop("mbr partition 2", "type=0x83 first=44 sectors=8"))
	neither = hybrid[:512] + bytes(1024) + hybrid[1536:52 * 512]
	yield Golden("mbr", "hybrid-alone", neither, part("1", neither[512:44 * 512]), part("2", cut(hybrid, 44, 8)),
		prop("partition 2", "type=0x83"), ("lost", "the GPT that it protects is broken, and its backup"))


@case("gpt")
def large_sectors():
	"""The same table as sgdisk's, moved to sectors of 4096 bytes."""
	small = table()
	entries = bytearray(small[1024:1024 + 256]).ljust(16384, b"\0")
	for i, (first, n) in enumerate(((6, 1), (7, 1))):
		struct.pack_into("<QQ", entries, 128 * i + 32, first, first + n - 1)

	def header(here, other, at):
		head = bytearray(small[512:512 + 92])
		struct.pack_into("<QQQQ", head, 24, here, other, 6, 7)
		struct.pack_into("<Q", head, 72, at)
		struct.pack_into("<II", head, 84, 128, zlib.crc32(entries))
		struct.pack_into("<I", head, 16, 0)
		struct.pack_into("<I", head, 16, zlib.crc32(head))
		return bytes(head).ljust(4096, b"\0")
	data = disk(16, [(0, 16)])
	mbr = bytearray(small[:512]).ljust(4096, b"\0")
	image = bytes(mbr) + header(1, 12, 2) + bytes(entries) + data + bytes(entries) + header(12, 1, 8)
	parts = [part("1", data[:4096]), part("2", data[4096:])]
	yield Golden("gpt", "sectors-4096", image, *parts, prop("disk-guid", GUID))
	yield Golden("gpt", "sectors-4096-backup", bytes(8192) + image[8192:], *parts, prop("disk-guid", GUID),
		("lost", "primary table is broken: the backup was used"))
