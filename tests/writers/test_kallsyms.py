# SPDX-License-Identifier: Apache-2.0
"""The symbols that a kernel keeps of itself, held against the symbol table of the same file, with which Debian ships its
ppc64el kernel: names, addresses and kinds."""
import io
import pathlib
import struct
import subprocess
import tarfile
import tempfile
import unittest

from writers import ASSAY, run
from lib import apt  # noqa: E402  tests/images

FUNC = 2
LOCAL, GLOBAL = 0, 1


def member(package, prefix):
	"""The one file of a package whose name begins so."""
	data = subprocess.run(["dpkg-deb", "--fsys-tarfile", str(package)], check=True, stdout=subprocess.PIPE).stdout
	with tarfile.open(fileobj=io.BytesIO(data)) as tar:
		return next(tar.extractfile(m).read() for m in tar if m.isfile() and m.name.rsplit("/", 1)[-1].startswith(prefix))


def sections(elf):
	"""name -> type, flags, address, offset, size, link; of an ELF file of 64 bits, little-endian."""
	at, = struct.unpack_from("<Q", elf, 40)
	_, n, names = struct.unpack_from("<HHH", elf, 58)
	rows = [struct.unpack_from("<IIQQQQI", elf, at + 64 * i) for i in range(n)]
	base = rows[names][4]
	return [(elf[base + r[0]:elf.index(b"\0", base + r[0])].decode(), r[1:]) for r in rows]


def symbols(elf):
	"""(address, name, bind, type, section's name) of each symbol that is defined."""
	heads = sections(elf)
	(_, _, _, at, size, link), = [h for _, h in heads if h[0] == 2]
	strings = heads[link][1][3]
	out = []
	for i in range(24, size, 24):
		name, info, _, section, value, _ = struct.unpack_from("<IBBHQQ", elf, at + i)
		if section and name:
			where = heads[section][0] if section < len(heads) else "*ABS*"
			out.append((value, elf[strings + name:elf.index(b"\0", strings + name)].decode(), info >> 4, info & 15, where))
	return out


def told(elf):
	"""The lines of kallsyms.txt that come out of the file."""
	with tempfile.TemporaryDirectory(prefix="assay-kallsyms-") as tmp:
		pathlib.Path(tmp, "vmlinux").write_bytes(elf)
		run(str(ASSAY), "extract", "-q", "-j", "1", "-C", tmp + "/out", tmp + "/vmlinux")
		found = list(pathlib.Path(tmp, "out").rglob("kallsyms.txt"))
		assert len(found) == 1, found
		return [l.split(" ", 2) for l in found[0].read_text().splitlines()]


class Symbols(unittest.TestCase):
	def held(self, elf, least):
		truth = symbols(elf)
		places = {(a, n): (bind, where) for a, n, bind, _, where in truth}
		got = told(elf)
		self.assertGreater(len(got), least)
		missing = [(a, n) for a, _, n in got if (int(a, 16), n) not in places]
		self.assertEqual(missing, [], "told, and not in the table of symbols")
		have = {(int(a, 16), n) for a, _, n in got}
		for a, kind, n in got:
			bind, where = places[int(a, 16), n]
			if bind in (LOCAL, GLOBAL) and where.startswith((".text", ".init.text")) and kind in "tT":
				self.assertEqual(kind.isupper(), bind == GLOBAL or (int(a, 16), n) in self.twice(truth), n)
		functions = {(a, n) for a, n, bind, type, where in truth if type == FUNC and where == ".text" and bind == GLOBAL}
		self.assertGreater(len(functions), 1000)
		self.assertEqual(functions - have, set(), "functions that were not told")

	def twice(self, truth):
		"""What has one name and place, but is local here and global there."""
		if not hasattr(self, "both"):
			seen = {}
			for a, n, bind, _, _ in truth:
				seen.setdefault((a, n), set()).add(bind)
			self.both = {k for k, v in seen.items() if len(v) > 1}
		return self.both

	def test_ppc64el(self):
		source = apt.Apt("bookworm", "ppc64el")
		package, = source.alone([source.newest("linux-image-powerpc64le", "linux-image-")])
		self.held(member(package, "vmlinux-"), 30000)
