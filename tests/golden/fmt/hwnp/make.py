# SPDX-License-Identifier: Apache-2.0
"""HWNP as its published layout has it."""
import hashlib
import struct
import zlib

from trees import golden, lie

ITEMS = [("file:/var/UpgradeCheck.xml", "UPGRDCHECK", "", b"<upgradecheck>\n</upgradecheck>\n"),
	("flash:rootfs", "ROOTFS", "V500R020", bytes(range(256)) * 3), ("file:/tmp/empty", "MISC", "", b""),
	("file:/mnt/jffs2/app/notes", "MISC", "1", b"notes\n" * 40)]
PRODUCTS = b"494|4B4|534|5D4|614|;COMMON|CMCC|"


def hwnp(items=ITEMS, old=False):
	products = PRODUCTS.ljust(64, b"\0")
	end = 36 + len(products) + 360 * len(items)
	table, data = b"", b""
	for i, (name, section, version, raw) in enumerate(items):
		table += struct.pack("<4I256s16s64sII", i, zlib.crc32(raw), end + len(data), len(raw), name.encode(),
			section.encode(), version.encode(), 0, 0)
		data += raw
	tail = struct.pack("<IBBHII", len(items), 0, 0, len(products), 360, 0) + products + table
	head = struct.pack("<II", end - 36 * old, zlib.crc32(tail)) + tail
	return b"HWNP" + struct.pack(">I", end + len(data) - 76) + struct.pack("<I", zlib.crc32(head + data)) + head + data


def truth(items=ITEMS):
	lines = {"file - - - %d %s /%s" % (len(raw), hashlib.sha256(raw).hexdigest(), name) for name, _, _, raw in items}
	for name, _, _, _ in items:
		parts = name.split("/")[:-1]
		lines |= {"dir - - - 0 - /" + "/".join(parts[:n]) for n in range(1, len(parts) + 1)}
	return sorted(lines)


golden("hwnp", "items")(lambda: (hwnp(), truth()))
golden("hwnp", "old")(lambda: (hwnp(ITEMS[:2], old=True), truth(ITEMS[:2])))


def changed(at, value, format="<I"):
	image = bytearray(hwnp())
	struct.pack_into(format, image, at, value)
	return image


@lie("hwnp", "checksum of an item is wrong", "checksum is wrong", "file .* /flash:rootfs", "!checksum of the header")
def hwnp_damaged_item():
	return hwnp()[:-3] + b"xyz"


@lie("hwnp", "checksum of the header is wrong", "list of items is cut off")
def hwnp_many_items():
	return changed(20, 1000)


@lie("hwnp", "an item is cut off", "file .* /file:/var/UpgradeCheck.xml")
def hwnp_item_behind_the_end():
	return changed(36 + 64 + 360 + 8, 0xfffffff0)


@lie("hwnp", "image is cut off", "an item is cut off", "file .* /file:/var/UpgradeCheck.xml")
def hwnp_cut():
	return hwnp()[:-500]
