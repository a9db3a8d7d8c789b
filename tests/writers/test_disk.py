# SPDX-License-Identifier: Apache-2.0
"""Disk images: what qemu-img and img2simg write, over their options, gives the disk that went in, byte for byte."""
import pathlib
import random
import struct
import tempfile
import unittest
import zlib

import disks
from writers import have, run, said, trees

MIB = 1 << 20
QCOW2 = [("compat=0.10",), ("compat=1.1", "cluster_size=512"), ("cluster_size=2M",), ("extended_l2=on",),
	("extended_l2=on", "cluster_size=16k"), ("preallocation=metadata",), ("preallocation=full",), ("lazy_refcounts=on",),
	("refcount_bits=1",)]
VMDK = ["monolithicSparse", "streamOptimized"]


def qcow2_offset(image, at):
	"""Where the cluster of the disk's offset at stands; 0: nowhere."""
	bits, = struct.unpack_from(">I", image, 20)
	l1, = struct.unpack_from(">Q", image, 40)
	per = 1 << bits - 3
	number = at >> bits
	l2 = struct.unpack_from(">Q", image, l1 + number // per * 8)[0] & 0xFFFFFFFFFFFE00
	return struct.unpack_from(">Q", image, l2 + number % per * 8)[0] & 0xFFFFFFFFFFFE00 if l2 else 0


@unittest.skipUnless(have("qemu-img"), "qemu-img")
class Qemu(unittest.TestCase):
	def same(self, image, disk, *told):
		lines = said(image)
		self.assertEqual(disks.parts(lines), [("/disk", len(disk), disks.sha(disk))])
		self.assertEqual(disks.losses(lines), [])
		self.assertFalse([line for line in lines if line.startswith("extent ") and " unknown" in line])
		for text in told:
			self.assertTrue(any(text in line for line in lines), text)

	def each(self, fmt, raw, matrix, *told):
		for options in matrix:
			with self.subTest(fmt=fmt, options=options):
				image, disk = disks.convert(raw, *options, fmt=fmt)
				self.same(image, disk, *told)

	def test_qcow2(self):
		raw = disks.disk(3 * MIB + 512)
		self.each("qcow2", raw, [("-o", ",".join(o)) for o in QCOW2])
		self.each("qcow2", raw, [("-c", "-o", o) for o in ("compression_type=zlib", "compression_type=zstd",
			"compat=0.10", "compression_type=zstd,cluster_size=4k", "extended_l2=on,compression_type=zstd")])

	def test_qcow2_zero_clusters(self):
		raw = disks.disk(2 * MIB, share=1)
		image, disk = disks.convert(raw, fmt="qcow2", after=(("qemu-io", "-c", "write -z 65536 131072", "-c",
			"write -P 7 524288 100000", "-c", "discard 1048576 65536", "IMAGE"),))
		self.assertEqual(disk[65536:196608], bytes(131072))
		# What stood there before the zeros is still in the image.
		self.assertEqual(disks.parts(said(image)), [("/disk", len(disk), disks.sha(disk)),
			("/gap-0x60000", 131072, disks.sha(raw[65536:196608]))])

	def test_qcow2_names(self):
		"""Snapshots and the backing file are told; what stands elsewhere is said to be missing."""
		image, disk = disks.convert(disks.disk(MIB), fmt="qcow2", after=(
			("qemu-img", "snapshot", "-c", "before upgrade", "IMAGE"), ("qemu-io", "-c", "write -P 9 0 70000", "IMAGE")))
		lines = said(image)
		self.assertIn(("/disk", len(disk), disks.sha(disk)), disks.parts(lines))
		self.assertTrue(any("snapshot 1" in line and "name=before upgrade" in line for line in lines))
		with tempfile.TemporaryDirectory() as tmp:
			pathlib.Path(tmp, "base").write_bytes(disks.disk(MIB))
			run("qemu-img", "create", "-q", "-f", "qcow2", "-b", "base", "-F", "raw", "top", cwd=tmp)
			lines = said(pathlib.Path(tmp, "top").read_bytes())
		self.assertTrue(any("backing-file" in line and "value=base" in line for line in lines))
		self.assertTrue(any("builds on another image" in line for line in disks.losses(lines)))

	def test_qcow2_encrypted(self):
		for how, head in (("luks", "luks-header"), ("aes", None)):
			with tempfile.TemporaryDirectory() as tmp, self.subTest(how=how):
				more = ["-o", "encrypt.iter-time=10"] if how == "luks" else []
				run("qemu-img", "create", "-q", "-f", "qcow2", "--object", "secret,id=s,data=word", "-o",
					"encrypt.format=%s,encrypt.key-secret=s" % how, *more, "image", "1M", cwd=tmp)
				lines = said(pathlib.Path(tmp, "image").read_bytes())
				self.assertTrue(any(" encrypted " in line for line in disks.losses(lines)))
				self.assertEqual(bool(head), any(n == "/luks-header" for n, _, _ in disks.parts(lines)))

	def test_vmdk(self):
		raw = disks.disk(5 * MIB)
		self.each("vmdk", raw, [("-o", "subformat=" + s) for s in VMDK] + [("-o", "subformat=monolithicSparse,zeroed_grain=on")],
			"createType")

	def test_vmdk_flat(self):
		with tempfile.TemporaryDirectory() as tmp:
			pathlib.Path(tmp, "raw").write_bytes(disks.disk(MIB))
			run("qemu-img", "convert", "-O", "vmdk", "-o", "subformat=monolithicFlat", "raw", "d.vmdk", cwd=tmp)
			lines = said(pathlib.Path(tmp, "d.vmdk").read_bytes())
		self.assertTrue(any("value=monolithicFlat" in line for line in lines))
		self.assertTrue(any("d-flat.vmdk" in line for line in lines))
		self.assertTrue(any("stand in other files" in line for line in disks.losses(lines)))

	def test_vdi_vhd_vhdx(self):
		raw = disks.disk(9 * MIB, share=30)
		self.each("vdi", raw, [("-o", "static=on"), ("-o", "static=off")])
		self.each("vpc", raw, [("-o", "subformat=" + s + f) for s in ("dynamic", "fixed") for f in ("", ",force_size=on")])
		self.each("vhdx", raw, [("-o", "subformat=dynamic"), ("-o", "subformat=fixed"), ("-o",
			"subformat=dynamic,block_size=8M,log_size=2M"), ("-o", "block_state_zero=off")])

	def test_terabytes(self):
		"""A disk of 8 TiB of which next to nothing is there: what is there comes out, and no hole fills a disk."""
		with tempfile.TemporaryDirectory() as tmp:
			for fmt in ("qcow2", "vmdk", "vhdx"):
				with self.subTest(fmt=fmt):
					path = pathlib.Path(tmp, fmt)
					run("qemu-img", "create", "-q", "-f", fmt, path, "8T" if fmt != "vmdk" else "1T")
					run("qemu-io", "-f", fmt, "-c", "write -P 65 0 65536", "-c", "write -P 66 800G 65536", path)
					lines = said(path)
					got = disks.parts(lines)
					self.assertTrue(any(" limit " in line for line in disks.losses(lines)))
					self.assertEqual(got[0][0], "/disk")
					self.assertLess(got[0][1], 5 << 30)
					self.assertEqual(got[1][0], "/disk-0xc800000000")
					self.assertLess(sum(p[1] for p in got[1:]), 64 * MIB)

	def test_damage(self):
		"""Damage behind the tables costs what it touches: blocks that were not touched come out right."""
		raw = disks.disk(4 * MIB, seed=5, share=2)
		for fmt, options in (("qcow2", ()), ("qcow2", ("-c",)), ("vmdk", ("-o", "subformat=monolithicSparse")), ("vdi", ()),
			("vpc", ())):
			image, disk = disks.convert(raw, *options, fmt=fmt)
			behind = len(image) // 2
			for what, broken in disks.damage(image, 11, behind):
				with self.subTest(fmt=fmt, options=options, what=what):
					got = disks.extracted(broken)
					self.assertEqual(len(got["disk"]), len(disk))
					n, right = disks.kept(disk, got["disk"], 4096)
					if what.startswith("block"):
						# two blocks of the image, or two packed clusters
						self.assertGreaterEqual(right, n - (2 if not options or fmt != "qcow2" else 64))
					elif what == "64 bits":
						self.assertGreaterEqual(right, n // 2 if "-c" in options else n - 64)
					else:
						self.assertGreaterEqual(right, n // 3)

	def test_damaged_qcow2_table(self):
		"""A cluster that leads out of the image costs itself alone."""
		raw = disks.disk(2 * MIB, share=1)
		image, disk = disks.convert(raw, fmt="qcow2")
		place = struct.pack(">Q", qcow2_offset(image, 5 << 16) | 1 << 63)
		at = image.index(place)
		broken = image[:at] + struct.pack(">Q", 1 << 50 | 1 << 63) + image[at + 8:]
		got = disks.extracted(broken)["disk"]
		self.assertEqual(got[:5 << 16] + bytes(65536) + got[6 << 16:], got)
		self.assertEqual(got[:5 << 16] + got[6 << 16:], disk[:5 << 16] + disk[6 << 16:])

	def test_vhdx_copies(self):
		"""With the first header or region table broken, the second is used, and that is said."""
		image, disk = disks.convert(disks.disk(2 * MIB), fmt="vhdx")
		for at in (65536 + 200, 131072 + 200, 196608 + 200):
			broken = image[:at] + bytes([image[at] ^ 1]) + image[at + 1:]
			lines = said(broken)
			self.assertEqual(disks.parts(lines), [("/disk", len(disk), disks.sha(disk))])
			self.assertTrue(any("its copy was used" in line for line in disks.losses(lines)), at)

	def vhdx_logged(self, start=0):
		"""An image that was not closed, what its log writes, and the disk that qemu-img reads: the first block of the
		table gives way to the third, a part of the second is written, another made zeros. start: where in the ring."""
		image, _ = disks.convert(disks.disk(24 * MIB, share=1), "-o", "block_size=8M", fmt="vhdx")
		guid = b"0123456789abcdef"
		regions = {image[at:at + 16]: struct.unpack_from("<Q", image, at + 16)[0] for at in (0x30010, 0x30030)}
		bat = regions[bytes.fromhex("6677c22d23f600429d64115e9bfd4a08")]
		entries = list(struct.unpack_from("<3Q", image, bat))
		second = entries[1] >> 20 << 20
		swapped = bytearray(image[bat:bat + 4096])
		struct.pack_into("<3Q", swapped, 0, entries[2], entries[1], entries[0])
		writes = [[(bat, bytes(swapped))], [(second + 8192, random.Random(1).randbytes(4096)), (second + 65536, 1 << 17)],
			[(second + 65536 + 4096, b"again" + bytes(4091)), (second + 8192 + 4096, random.Random(2).randbytes(4096))]]
		size, length = len(image), struct.unpack_from("<I", image, 65536 + 68)[0]
		ring, at = bytearray(length), start
		old = disks.log_entry(6, 8192, guid, [(bat, bytes(4096))], size)  # done with: nothing leads back to it
		ring[length // 2:length // 2 + len(old)] = old
		for i, some in enumerate(writes):
			for offset, byte in enumerate(disks.log_entry(7 + i, start, guid, some, size)):
				ring[(at + offset) % length] = byte
			at += offset + 1
		dirty = disks.with_log(image, guid, ring)
		with tempfile.TemporaryDirectory(prefix="assay-disk-") as tmp:
			path, out = pathlib.Path(tmp, "image"), pathlib.Path(tmp, "out")
			path.write_bytes(dirty)
			disks.run("qemu-img", "check", "-r", "all", path)
			disks.run("qemu-img", "convert", "-f", "vhdx", "-O", "raw", path, out)
			return image, dirty, out.read_bytes()

	def test_vhdx_log(self):
		"""The log of an image that was not closed is replayed as qemu-img replays it, and the same over the end of its
		ring (of which qemu-img 7.2 takes only what stands behind it)."""
		_, _, disk = self.vhdx_logged()
		for start in (0, 8192, (1 << 20) - 8192, (1 << 20) - 4096, (1 << 20) - 16384):
			image, dirty, replayed = self.vhdx_logged(start)
			lines = said(dirty)
			if start <= 8192:
				self.assertEqual(replayed, disk)
			self.assertEqual(disks.parts(lines), [("/disk", len(disk), disks.sha(disk))], start)
			self.assertNotEqual(disks.parts(lines), disks.parts(said(image)))
			self.assertEqual(disks.losses(lines), [])
			self.assertTrue(any("3 entries were replayed" in line for line in lines), lines)

	def test_vhdx_log_damaged(self):
		"""A broken entry ends the log: what stands in the image is read, and it is said."""
		image, dirty, _ = self.vhdx_logged()
		_, log = struct.unpack_from("<IQ", image, 65536 + 68)
		broken = dirty[:log + 100] + bytes([dirty[log + 100] ^ 1]) + dirty[log + 101:]
		broken = broken[:log + 4096 * 2] + bytes(4096 * 8) + broken[log + 4096 * 10:]
		broken = broken[:log + (1 << 19)] + bytes(1 << 19) + broken[log + (1 << 20):]
		lines = said(broken)
		self.assertEqual(disks.parts(lines), disks.parts(said(image)))
		self.assertTrue(any("the log is damaged" in line for line in disks.losses(lines)), lines)

	def test_vhd_without_footer(self):
		image, disk = disks.convert(disks.disk(3 * MIB), fmt="vpc")
		lines = said(image[:-512])
		self.assertEqual(disks.parts(lines), [("/disk", len(disk), disks.sha(disk))])
		self.assertTrue(any("its copy was used" in line for line in disks.losses(lines)))

	def test_stream_without_end(self):
		image, disk = disks.convert(disks.disk(2 * MIB, share=1), "-o", "subformat=streamOptimized", fmt="vmdk")
		got = disks.extracted(image[:len(image) * 3 // 4])["disk"]
		n, right = disks.kept(disk, got, 65536)
		self.assertGreaterEqual(right, n * 2 // 3)


GOLDEN = trees.HERE


def put(image, at, form, *values):
	"""The image with one field changed."""
	out = bytearray(image)
	struct.pack_into(form, out, at, *values)
	return bytes(out)


class Lies(unittest.TestCase):
	"""Images that lie about their size or lead back to themselves: something is said, and what is true still comes out."""

	def golden(self, name):
		return (GOLDEN / (name + ".bin")).read_bytes()

	def lost(self, image, text, most=5 << 30):
		lines = said(image)
		self.assertTrue(any(text in line for line in disks.losses(lines)), disks.losses(lines))
		self.assertLess(sum(size for _, size, _ in disks.parts(lines)), most)
		return disks.parts(lines)

	def test_qcow2(self):
		image = self.golden("qcow2/v3")
		l1, = struct.unpack_from(">Q", image, 40)
		entry, = struct.unpack_from(">Q", image, l1)
		# Every entry of the table leads to the same further table.
		self.lost(put(put(put(image, 24, ">Q", 1 << 20), 36, ">I", 32), l1, ">32Q", *[entry] * 32), "a table is used twice")
		parts = self.lost(put(image, 24, ">Q", 1 << 61), "far larger than what the image keeps")
		self.assertEqual(parts[0][0], "/disk")
		self.lost(put(image, 60, ">I", 1 << 31), "not all snapshots were read")

	def test_others(self):
		sparse = self.golden("android_sparse/img2simg")
		self.lost(put(put(sparse, 16, "<I", 0xFFFFFFFF), 20, "<I", 0xFFFFFFFF), "the image ends before its chunks do")
		vmdk = self.golden("vmdk/sparse")
		self.lost(put(vmdk, 12, "<Q", 1 << 45), "the disk is far larger")
		vdi = self.golden("vdi/dynamic")
		self.lost(put(put(vdi, 368, "<Q", 1 << 40), 384, "<I", 0xFFFFFFFF), "the image ends before the disk")


@unittest.skipUnless(have("img2simg", "simg2img"), "img2simg")
class Sparse(unittest.TestCase):
	def image(self, raw, block=4096):
		with tempfile.TemporaryDirectory() as tmp:
			pathlib.Path(tmp, "raw").write_bytes(raw)
			run("img2simg", "raw", "sparse", str(block), cwd=tmp)
			run("simg2img", "sparse", "back", cwd=tmp)
			self.assertEqual(pathlib.Path(tmp, "back").read_bytes(), raw)
			return pathlib.Path(tmp, "sparse").read_bytes()

	def test_blocks(self):
		raw = disks.disk(MIB) + b"\xaa\x55\x01\x02" * 2048 + bytes(65536)
		for block in (1024, 4096, 65536):
			with self.subTest(block=block):
				whole = raw + bytes(-len(raw) % block)
				lines = said(self.image(whole, block) + b"\xff" * 300)
				self.assertEqual(disks.parts(lines), [("/image", len(whole), disks.sha(whole))])
				self.assertEqual(disks.losses(lines), [])

	def test_damage(self):
		raw = disks.disk(2 * MIB, seed=3, share=1)
		image = self.image(raw)
		for what, broken in disks.damage(image, 4, len(image) // 4):
			with self.subTest(what=what):
				got = disks.extracted(broken)["image"]
				n, right = disks.kept(raw, got, 4096)
				self.assertGreaterEqual(right, n // 5 if what == "cut" else n // 4)

	def test_checksums(self):
		"""CRC chunks and the header's checksum, by zlib."""
		raw = disks.disk(65536)
		image = bytearray(self.image(raw))
		crc = struct.pack("<I", zlib.crc32(raw))
		image += struct.pack("<HHII", 0xCAC4, 0, 0, 16) + crc
		struct.pack_into("<I", image, 20, struct.unpack_from("<I", image, 20)[0] + 1)
		image[24:28] = crc
		lines = said(bytes(image))
		self.assertTrue(any("name=crc\tvalue=ok" in line for line in lines))
		image[-1] ^= 1
		lines = said(bytes(image))
		self.assertTrue(any("checksum" in line for line in disks.losses(lines)))
