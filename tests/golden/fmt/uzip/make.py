# SPDX-License-Identifier: Apache-2.0
"""uzip and cloop images from the published layout; what is made of zlib is held against qemu-img's reader."""
import lzma
import pathlib
import struct
import subprocess
import tempfile
import zlib

from make import TEXT, Golden, case, noise, part, prop, run

BLOCK = 2048
IMAGE = (TEXT + bytes(3 * BLOCK) + noise(BLOCK))[:BLOCK * 5] + b"end" + bytes(BLOCK - 3)


def uzip(line, pack, image=IMAGE, block=BLOCK):
	blocks = [image[i:i + block] for i in range(0, len(image), block)]
	packed = [b"" if line != b"#V2.0 Format" and not any(b) else pack(b) for b in blocks]
	at, offsets = 136 + 8 * (len(blocks) + 1), []
	for p in packed:
		offsets.append(at)
		at += len(p)
	head = (b"#!/bin/sh\n" + line + b"\n# an image\nexit 1\n").ljust(128, b"\0")
	return head + struct.pack(">II", block, len(blocks)) + struct.pack(">%dQ" % (len(blocks) + 1), *offsets, at) + b"".join(packed)


def by_qemu(image):
	with tempfile.TemporaryDirectory() as tmp:
		path = pathlib.Path(tmp, "in")
		path.write_bytes(image)
		subprocess.run(["qemu-img", "convert", "-f", "cloop", "-O", "raw", str(path), tmp + "/out"], check=True)
		return pathlib.Path(tmp, "out").read_bytes()


@case("uzip")
def uzips():
	plain = uzip(b"#V2.0 Format", zlib.compress)
	assert by_qemu(plain) == IMAGE
	yield Golden("uzip", "zlib", plain, part("*", IMAGE), prop("block size", BLOCK), prop("blocks", 6))
	yield Golden("uzip", "padded-xz", uzip(b"#L3.0", lambda b: lzma.compress(b, check=lzma.CHECK_CRC32)) + b"\xff" * 100,
		part("*", IMAGE))
	yield Golden("uzip", "padded-zstd", uzip(b"#Z4.0", lambda b: run("zstd", "-qc", input=b)) + b"\xff" * 100, part("*", IMAGE))
	bad = bytearray(plain)
	at = struct.unpack_from(">Q", plain, 136 + 8)[0]
	bad[at + 4:at + 8] = b"\xff" * 4
	yield Golden("uzip", "padded-damaged", bytes(bad) + b"\xff" * 100, part("*", IMAGE[:BLOCK] + bytes(BLOCK) + IMAGE[2 * BLOCK:]),
		("lost", "a block is damaged or not there: what is missing is told as zeros"))
