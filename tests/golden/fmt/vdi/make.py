# SPDX-License-Identifier: Apache-2.0
"""VDI: an empty disk by qemu-img, whose blocks have 1 MiB; with contents in smaller blocks by hand."""
import struct

from make import Golden, case, in_folder, noise, part, prop

BLOCK = 512


def dynamic(places, kept, size, kind=1):
	"""An image whose map is places, with the blocks kept."""
	head = b"<<< Oracle VM VirtualBox Disk Image >>>\n".ljust(64, b"\0") + struct.pack("<5I", 0xBEDA107F, 0x10001, 400, kind, 0)
	head += b"golden".ljust(256, b"\0") + struct.pack("<7I", 512, 1024, 0, 0, 0, 512, 0)
	head += struct.pack("<Q4I", size, BLOCK, 0, len(places), len(kept)) + bytes(range(64))
	return head.ljust(512, b"\0") + struct.pack("<%dI" % len(places), *places).ljust(512, b"\0") + b"".join(kept)


@case("vdi")
def images():
	a, b = noise(BLOCK), noise(BLOCK, b"b")
	image = dynamic([1, 0xFFFFFFFF, 0, 0xFFFFFFFE], [a, b], 4 * BLOCK - 100)
	disk = b + bytes(BLOCK) + a + bytes(BLOCK - 100)
	yield Golden("vdi", "dynamic", image + b"\xff" * 100, part("disk", disk), prop("kind", "dynamic"),
		prop("description", "golden"), prop("disk-size", len(disk)))
	yield Golden("vdi", "cut", image[:-200], part("disk", b[:-200] + bytes(200) + disk[BLOCK:]),
		("lost", "the image ends before the disk's contents do"))
	yield Golden("vdi", "differencing", dynamic([0], [a], BLOCK, 4), part("disk", a), prop("kind", "differencing"),
		("lost", "it builds on another image: what only that one has reads as zeros"))
	empty = in_folder({}, ["qemu-img", "create", "-q", "-f", "vdi", "out", "65536"])
	yield Golden("vdi", "empty", empty, part("disk", bytes(65536)))
