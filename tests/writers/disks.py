# SPDX-License-Identifier: Apache-2.0
"""What the tests of disk images share: a disk with holes in it, and what an image of it gave."""
import hashlib
import pathlib
import random
import struct
import tempfile

from writers import ASSAY, run

BLOCK = 4096


def disk(n, seed=1, share=3):
	"""n bytes, of which one block of 64 KiB in so many has something in it, and those are not all full."""
	rng = random.Random(seed)
	out = bytearray(n)
	for at in range(0, n - 65536 + 1, 65536):
		if rng.randrange(share) == 0:
			size = rng.choice((512, 4096, 65536))
			out[at:at + size] = rng.randbytes(size // 2) + b"the same all over again. "[:16] * (size // 32)
	out[:512] = rng.randbytes(512)
	return bytes(out)


def sha(data):
	return hashlib.sha256(data).hexdigest()


def parts(lines, name=None):
	"""[(name, size, digest)] of the parts told."""
	rows = [line.split(" ") for line in lines if line.startswith("part ")]
	return [(r[6], int(r[4]), r[5]) for r in rows if name is None or r[6] == "/" + name]


def losses(lines):
	return [line for line in lines if line.startswith("lost ")]


def convert(raw, *options, fmt, after=(), back=True):
	"""The image that qemu-img makes of raw, and the disk that it reads in it again; after: more commands, in which
	IMAGE stands for it."""
	with tempfile.TemporaryDirectory(prefix="assay-disk-") as tmp:
		source, image, out = (pathlib.Path(tmp, n) for n in ("raw", "image", "out"))
		source.write_bytes(raw)
		run("qemu-img", "convert", "-f", "raw", "-O", fmt, *options, source, image)
		for command in after:
			run(*[str(image) if word == "IMAGE" else word for word in command])
		if back:
			run("qemu-img", "convert", "-f", fmt, "-O", "raw", image, out)
		return image.read_bytes(), out.read_bytes() if back else raw


def extracted(image):
	"""The bytes of what stands in an image, by name: unpacked by the sandboxed program."""
	with tempfile.TemporaryDirectory(prefix="assay-disk-") as tmp:
		path = pathlib.Path(tmp, "image")
		path.write_bytes(image)
		run(ASSAY, "extract", "-q", "-j", "1", path, "-C", tmp + "/out")
		return {p.name: p.read_bytes() for p in pathlib.Path(tmp, "out/image.unpacked").glob("*") if p.is_file()}


def damage(image, seed, keep):
	"""Ways to damage an image behind its first keep bytes: (what was done, the image)."""
	rng = random.Random(seed)
	yield "cut", image[:rng.randrange(keep, len(image))]
	at = rng.randrange(keep, max(len(image) - BLOCK, keep + 1))
	yield "block at %d" % at, image[:at] + rng.randbytes(BLOCK) + image[at + BLOCK:]
	flipped = bytearray(image)
	for _ in range(64):
		at = rng.randrange(keep, len(image))
		flipped[at] ^= 1 << rng.randrange(8)
	yield "64 bits", bytes(flipped)


def kept(whole, got, n):
	"""Of the blocks of n bytes that are not empty: how many there are, and how many came out right."""
	blocks = [at for at in range(0, len(whole), n) if any(whole[at:at + n])]
	return len(blocks), sum(whole[at:at + n] == got[at:at + n] for at in blocks)


# ---- the log of VHDX, which no tool leaves behind: from the published layout

SECTOR = 4096


def crc32c(data):
	table, crc = [], 0xFFFFFFFF
	for i in range(256):
		for _ in range(8):
			i = i >> 1 ^ (0x82F63B78 if i & 1 else 0)
		table.append(i)
	for byte in data:
		crc = table[(crc ^ byte) & 255] ^ crc >> 8
	return crc ^ 0xFFFFFFFF


def log_entry(number, tail, guid, writes, size):
	"""An entry of a log that makes the image what writes say: (offset, 4096 bytes), or (offset, how many zeros)."""
	descriptors, sectors = b"", b""
	for at, what in writes:
		if isinstance(what, int):
			descriptors += struct.pack("<4s4xQQQ", b"zero", what, at, number)
			continue
		descriptors += struct.pack("<4s4s8sQQ", b"desc", what[-4:], what[:8], at, number)
		sectors += struct.pack("<4sI", b"data", number >> 32) + what[8:-4] + struct.pack("<I", number & 0xFFFFFFFF)
	head = (64 + len(descriptors) + SECTOR - 1) // SECTOR * SECTOR
	body = (struct.pack("<4sIIIQII16sQQ", b"loge", 0, head + len(sectors), tail, number, len(writes), 0, guid, size, size) +
		descriptors).ljust(head, b"\0") + sectors
	return body[:4] + struct.pack("<I", crc32c(body)) + body[8:]


def with_log(image, guid, ring):
	"""A VHDX image whose log (as long as ring) is that ring and belongs to guid: it was not closed."""
	out = bytearray(image)
	number = max(struct.unpack_from("<Q", image, at + 8)[0] for at in (65536, 131072))
	for at in (65536, 131072):
		_, log = struct.unpack_from("<IQ", image, at + 68)
		struct.pack_into("<Q", out, at + 8, number + 1 + at // 131072)
		out[at + 48:at + 64] = guid
		struct.pack_into("<I", out, at + 4, 0)
		struct.pack_into("<I", out, at + 4, crc32c(out[at:at + SECTOR]))
		out[log:log + len(ring)] = ring
	return bytes(out)
