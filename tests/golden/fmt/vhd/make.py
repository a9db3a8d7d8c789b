# SPDX-License-Identifier: Apache-2.0
"""VHD: fixed and empty disks by qemu-img, whose blocks have 2 MiB; with contents in smaller blocks by hand."""
import struct

from make import Golden, case, in_folder, noise, part, prop

BLOCK = 4096


def footer(size, kind, header_at):
	out = bytearray(b"conectix" + struct.pack(">IIQI4s", 2, 0x10000, header_at, 0, b"gold").ljust(32, b"\0")
		+ struct.pack(">QQII", size, size, 0, kind)).ljust(512, b"\0")
	struct.pack_into(">I", out, 64, ~sum(out) & 0xFFFFFFFF)
	return bytes(out)


def dynamic(blocks, size, kind=3):
	head = bytearray(b"cxsparse" + struct.pack(">QQIII", 2 ** 64 - 1, 1536, 0x10000, len(blocks), BLOCK)).ljust(1024, b"\0")
	struct.pack_into(">I", head, 36, ~sum(head) & 0xFFFFFFFF)
	table, body = [], b""
	for block in blocks:
		table.append((2048 + len(body)) // 512 if block else 0xFFFFFFFF)
		body += b"\xff".ljust(512, b"\0") + block if block else b""
	end = footer(size, kind, 512)
	return end + head + struct.pack(">%dI" % len(table), *table).ljust(512, b"\xff") + body + end


@case("vhd")
def images():
	a, b = noise(BLOCK), noise(BLOCK - 512, b"b") + bytes(512)
	image, disk = dynamic([a, None, b], 3 * BLOCK - 512), a + bytes(BLOCK) + b[:-512]
	yield Golden("vhd", "dynamic", image, part("disk", disk), prop("kind", "dynamic"), prop("creator", "gold"),
		prop("disk-size", len(disk)))
	yield Golden("vhd", "no-footer", image[:-512], part("disk", disk), ("lost", "the footer is missing: its copy was used"))
	yield Golden("vhd", "cut", image[:-1512], part("disk", a + bytes(BLOCK) + b[:-1000] + bytes(488)),
		("lost", "the footer is missing: its copy was used"), ("lost", "the image ends before the disk's contents do"))
	yield Golden("vhd", "differencing", dynamic([a], BLOCK, 4), part("disk", a), prop("kind", "differencing"),
		("lost", "it builds on another image: what only that one has reads as zeros"))
	raw = noise(5120)
	fixed = in_folder({"raw": raw}, ["qemu-img", "convert", "-f", "raw", "-O", "vpc", "-o", "subformat=fixed,force_size=on", "raw",
		"out"])
	yield Golden("vhd", "fixed", fixed, part("disk", raw), prop("kind", "fixed"))
	empty = in_folder({}, ["qemu-img", "create", "-q", "-f", "vpc", "-o", "force_size=on", "out", "65536"])
	yield Golden("vhd", "empty", empty, part("disk", bytes(65536)))
