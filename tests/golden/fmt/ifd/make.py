# SPDX-License-Identifier: Apache-2.0
"""Flash with Intel's descriptor, from its layout; ifdtool divides it in tests/writers/test_uefi.py."""
import struct

from make import Golden, case, noise, part, prop
from trees import lie, read


def descriptor(regions, masters, newer, n=None):
	"""regions: number -> first, last block; masters: read, write."""
	d = bytearray(b"\xff" * 4096)
	clock = 6 if newer else 1
	at_regions, at_masters = 0x40, 0x80
	struct.pack_into("<IIII", d, 16, 0x0FF0A55A, at_regions << 12 | 3, (0x100 >> 4) << 16 | len(masters) << 8 | at_masters >> 4, 0x10210)
	d[20:24] = bytes([0x30 >> 4, 0, at_regions >> 4, n or 0])
	d[24:28] = bytes([at_masters >> 4, len(masters), 0x100 >> 4, 1])
	struct.pack_into("<I", d, 0x30, clock << 17 | 0x5)
	for i in range(16 if newer else 5):
		first, last = regions.get(i, (0x7FFF, 0))
		struct.pack_into("<I", d, at_regions + 4 * i, last << 16 | first)
	for i, (reads, writes) in enumerate(masters):
		struct.pack_into("<I", d, at_masters + 4 * i, reads << 8 | writes << 20 if newer else reads << 16 | writes << 24)
	return bytes(d)


def flash(newer, regions, masters):
	end = max(last for _, last in regions.values()) + 1
	out = bytearray(descriptor(regions, masters, newer))
	out += b"".join(noise(4096, b"block %d" % i) for i in range(1, end))
	return bytes(out)


NAMES = {1: "bios", 2: "me", 3: "gbe", 4: "platform", 8: "ec"}


@case("ifd")
def descriptors():
	old = {0: (0, 0), 1: (4, 6), 2: (1, 1), 3: (2, 3)}
	new = {0: (0, 0), 1: (3, 5), 2: (1, 1), 8: (2, 2)}
	for name, newer, regions, masters in (("first", False, old, [(0xB, 0xA), (0xD, 0xC), (8, 8)]),
		("second", True, new, [(0x10F, 0x102), (0xD, 4), (8, 8), (0, 0), (0x101, 0x100)])):
		image = flash(newer, regions, masters)
		parts = [part(NAMES[i], image[a << 12:(b + 1) << 12]) for i, (a, b) in regions.items() if i]
		told = [prop("generation", "2" if newer else "1"), prop("region bios", "0x%x+0x3000" % (regions[1][0] << 12)),
			prop("access of me", "reads descriptor me gbe, writes me" + ("" if newer else " gbe"))]
		if newer:
			told += [prop("access of ec", "reads descriptor ec, writes ec"), prop("access of host", "reads descriptor bios me gbe ec, writes bios ec")]
		yield Golden("ifd", name, image, *parts, *told)
	whole = flash(False, old, [(0xB, 0xA)])
	cut = whole[:0x5800]
	yield Golden("ifd", "cut", cut, part("bios", cut[0x4000:]), *[part(NAMES[i], cut[a << 12:(b + 1) << 12]) for i, (a, b) in old.items() if i > 1],
		("lost", "a part is cut off"))


@lie("", "!type ifd")
def regions_overlap():
	image = read("ifd", "first")
	image[0x44:0x48] = bytes([1, 0, 6, 0])
	return image


@lie("", "!type ifd")
def nowhere():
	image = read("ifd", "first")
	image[22] = 0xFF
	return image


@lie("", "!type ifd")
def no_descriptor_region():
	image = read("ifd", "first")
	image[0x40:0x44] = b"\xff\x7f\0\0"
	return image
