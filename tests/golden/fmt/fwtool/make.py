# SPDX-License-Identifier: Apache-2.0
"""What OpenWrt's fwtool puts behind an image, as its published layout has it."""
import json
import struct
import zlib

from make import TEXT, Golden, case, noise, part, prop
from trees import lie, read

META = json.dumps({"metadata_version": "1.1", "supported_devices": ["golden,router"],
	"version": {"dist": "OpenWrt", "version": "23.05.3"}}).encode()
SIGNATURE = b"untrusted comment: signed by golden\n" + b"RWQ" + b"A" * 97 + b"\n"
IMAGE = noise(800)


def chunk(before, kind, data, size=None, flip=0):
	data = (bytes(8) if kind == 1 else b"") + data
	return before + data + b"FWx0" + struct.pack(">IB3xI", zlib.crc32(before + data) ^ 0xFFFFFFFF ^ flip, kind,
		len(data) + 16 if size is None else size)


@case("fwtool")
def fwtools():
	told = [part("image", IMAGE), part("metadata.json", META), prop("metadata-crc", "ok"), prop("metadata", META.decode())]
	info = chunk(IMAGE, 1, META)
	yield Golden("fwtool", "metadata", info, *told)
	yield Golden("fwtool", "both", chunk(info, 0, SIGNATURE), part("signature", SIGNATURE), *told, prop("signature-crc", "ok"))
	yield Golden("fwtool", "signature", chunk(IMAGE, 0, SIGNATURE), part("signature", SIGNATURE), part("image", IMAGE),
		prop("signature-crc", "ok"))
	yield Golden("fwtool", "wrong", chunk(IMAGE, 1, META, flip=4), *told[:2], prop("metadata-crc", "wrong"),
		("lost", "checksum is wrong"))


@lie("", "!type fwtool")
def fwtool_longer_than_all():
	return chunk(IMAGE, 1, META, 60000)


@lie("", "!type fwtool")
def fwtool_shorter_than_its_trailer():
	return chunk(IMAGE, 1, META, 15)


@lie("fwtool", "metadata-crc	value=ok", "part .* 800 .* /image", "!/metadata")
def fwtool_metadata_shorter_than_its_header():
	return IMAGE + b"ab" + b"FWx0" + struct.pack(">IB3xI", zlib.crc32(IMAGE + b"ab") ^ 0xFFFFFFFF, 1, 18)


@lie("fwtool", "part .* /image")
def fwtool_many():
	image = IMAGE
	for _ in range(200):
		image = chunk(image, 0, b"")
	return image


@lie("", "type fwtool", "part .* /image", "!ambiguous")
def fwtool_behind_a_file_system():
	"""It is opened where the image is, so that nothing is left unexamined."""
	return chunk(bytes(read("squashfs", "raw")), 1, META)
