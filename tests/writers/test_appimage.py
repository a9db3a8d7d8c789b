# SPDX-License-Identifier: Apache-2.0
"""AppImages (an ELF runtime with a file system at its end: SquashFS, or ISO 9660 in type 1) and snaps (SquashFS with meta/snap.yaml)."""
import hashlib
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from writers import ASSAY, have, said

FILES = {"AppRun": b"#!/bin/sh\nexec usr/bin/tool\n", "tool.desktop": b"[Desktop Entry]\nName=Tool\nExec=tool\nX-AppImage-Version=1.2.3\n",
	"usr/bin/tool": bytes(range(256)) * 300, "usr/share/notes": b"notes\n" * 500}
SNAP = {"meta/snap.yaml": b"name: router-tool\nversion: '2.7.1'\nsummary: A tool\ndescription: x\nbase: core22\n", "bin/tool": b"#!/bin/sh\n" * 30}
RUNTIME = shutil.which("true")


def tree(tmp, files):
	root = pathlib.Path(tmp, "root")
	for name, data in files.items():
		(root / name).parent.mkdir(parents=True, exist_ok=True)
		(root / name).write_bytes(data)
	return root


def squashfs(files, *options):
	with tempfile.TemporaryDirectory(prefix="assay-app-") as tmp:
		out = pathlib.Path(tmp, "out")
		subprocess.run(["mksquashfs", tree(tmp, files), out, "-quiet", "-no-progress", "-all-root", *options], check=True, stdout=subprocess.PIPE)
		return out.read_bytes()


def runtime(kind):
	"""A program of this machine that is marked as an AppImage's runtime: "AI" and the type behind the ELF identification."""
	program = bytearray(pathlib.Path(RUNTIME).read_bytes())
	program[8:11] = b"AI" + bytes([kind])
	return bytes(program)


def digests(lines, kind):
	return {l.split(" ", 6)[5] for l in lines if l.startswith(kind + " ")}


def sha(data):
	return hashlib.sha256(data).hexdigest()


@unittest.skipUnless(have("mksquashfs") and RUNTIME, "mksquashfs")
class AppImage(unittest.TestCase):
	def test_type_2(self):
		for options in (("-comp", "gzip"), ("-comp", "xz"), ("-comp", "zstd"), ("-comp", "gzip", "-b", "128K", "-nopad")):
			with self.subTest(options=options):
				program, data = runtime(2), squashfs(FILES, *options)
				lines = said(program + data)
				self.assertEqual(lines[0].split(" ")[:2], ["type", "elf"])
				self.assertEqual([l.split(" ", 6)[5:] for l in lines if l.startswith("part ")],
					[[sha(data), "/trailing-%#x" % len(program)]], lines[:5])

	def test_reviewed(self):
		"""What the AppImage and the snap say they are, and every file of theirs."""
		for image, files, want in ((runtime(2) + squashfs(FILES), FILES, ["appimage:Tool", "1.2.3"]), (squashfs(SNAP), SNAP, ["snap:router-tool", "2.7.1"])):
			with tempfile.TemporaryDirectory(prefix="assay-app-") as tmp:
				pathlib.Path(tmp, "image").write_bytes(image)
				subprocess.run([ASSAY, "review", "-q", "-o", "out", "image"], cwd=tmp, check=True)

				def ask(sql):
					rows = subprocess.run([ASSAY, "query", "out/dossier.assay", sql, "--csv"], cwd=tmp, check=True, stdout=subprocess.PIPE)
					return [r.split(",") for r in rows.stdout.decode().split()[1:]]
				self.assertEqual(ask("SELECT id, version FROM component WHERE method = 'metadata'"), [want])
				self.assertLessEqual({sha(d) for d in files.values()}, {r[0] for r in ask("SELECT sha256 FROM object")})

	@unittest.skipUnless(have("genisoimage"), "genisoimage")
	def test_type_1(self):
		"""Type 1: an ISO 9660 image whose first 32 KiB, which it does not use, hold the runtime; its own header stands at 32 KiB."""
		with tempfile.TemporaryDirectory(prefix="assay-app-") as tmp:
			out = pathlib.Path(tmp, "out")
			subprocess.run(["genisoimage", "-quiet", "-R", "-o", out, tree(tmp, FILES)], check=True, stderr=subprocess.PIPE)
			image = bytearray(out.read_bytes())
		small = small_program()
		image[:len(small)] = small
		lines = said(bytes(image))
		self.assertEqual(lines[0].split(" ")[:2], ["type", "iso9660"])
		self.assertLessEqual({sha(d) for d in FILES.values()}, digests(lines, "file"))


def small_program():
	"""A program of a header alone, marked as a runtime."""
	head = bytearray(b"\x7fELF\2\1\1" + bytes(57))
	head[8:11] = b"AI\1"
	head[16:20] = (2).to_bytes(2, "little") + (62).to_bytes(2, "little")
	head[20:24] = (1).to_bytes(4, "little")
	head[52:54] = (64).to_bytes(2, "little")
	return bytes(head)
