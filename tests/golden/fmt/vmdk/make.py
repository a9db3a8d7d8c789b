# SPDX-License-Identifier: Apache-2.0
"""VMDK: descriptors by qemu-img, whose extents have 128 KiB at least (tests/writers reads those); extents with smaller grains
by hand."""
import struct
import zlib

from make import Golden, case, in_folder, noise, part, prop

GRAIN = 4096
TEXT = b'# Disk DescriptorFile\nversion=1\nCID=12345678\nparentCID=ffffffff\ncreateType="%s"\n\nRW 24 SPARSE "out"\n' \
	b'ddb.adapterType = "ide"\n'


def header(flags, directory, spare, overhead, kind=0, capacity=24, text=1):
	return (b"KDMV" + struct.pack("<IIQQQQIQQQB4sH", 1, flags, capacity, 8, text, 1, 4, spare, directory, overhead, 0, b"\n \r\n",
		kind)).ljust(512, b"\0")


def padded(data):
	return data.ljust(-(-len(data) // 512) * 512, b"\0")


def numbers(*values):
	return padded(struct.pack("<%dI" % len(values), *values))


def sparse(places, *grains):
	"""Header, descriptor, spare directory and table, directory and table, grains from sector 8 on."""
	head = header(7, 4, 2, 8) + padded(TEXT % b"monolithicSparse")
	return (head + numbers(3) + numbers(*places) + numbers(5) + numbers(*places)).ljust(4096, b"\0") + b"".join(grains)


def stream(grains):
	out = header(0x30001, 2 ** 64 - 1, 0, 8, 1) + padded(TEXT % b"streamOptimized")
	out = out.ljust(4096, b"\0")
	places = []
	for i, grain in enumerate(grains):
		places.append(len(out) // 512 if grain else 0)
		packed = zlib.compress(grain or b"")
		out += padded(struct.pack("<QI", i * 8, len(packed)) + packed) if grain else b""
	out += padded(struct.pack("<QII", 1, 0, 1)) + numbers(*places)
	table = len(out) // 512 - 1
	out += padded(struct.pack("<QII", 1, 0, 2)) + numbers(table)
	return out + padded(struct.pack("<QII", 1, 0, 3)) + header(0x30001, table + 2, 0, 8, 1) + bytes(512)


@case("vmdk")
def images():
	a, b = noise(GRAIN), b"grain " * 600 + bytes(GRAIN - 3600)
	told = [prop("CID", "12345678"), prop("ddb.adapterType", "ide"), prop("extent 1", 'RW 24 SPARSE "out"')]
	whole, disk = sparse((16, 1, 8, 0), b, a), a + bytes(GRAIN) + b
	yield Golden("vmdk", "sparse", whole, part("disk", disk), *told, prop("createType", "monolithicSparse"))
	lost = whole[:4 * 512] + struct.pack("<I", 9999) + whole[4 * 512 + 4:]
	yield Golden("vmdk", "spare-table", lost, part("disk", disk), part("gap-0xa00", whole[0xA00:0x1000]),
		("lost", "a grain table is lost: the spare was used"))
	flow = stream([a, None, b])
	yield Golden("vmdk", "stream", flow, part("disk", disk), *told, prop("createType", "streamOptimized"))
	yield Golden("vmdk", "stream-cut", flow[:-2048], part("disk", disk),
		("lost", "the directory is missing: the grains were read in turn"))
	flat = in_folder({"raw": noise(1024)}, ["qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=monolithicFlat",
		"raw", "out"])
	yield Golden("vmdk", "flat", flat, prop("createType", "monolithicFlat"), prop("extent 1", 'RW 2 FLAT "out-flat" 0'),
		("lost", "the disk's contents stand in other files"))
