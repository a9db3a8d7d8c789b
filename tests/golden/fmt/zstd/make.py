# SPDX-License-Identifier: Apache-2.0
"""zstd streams with a dictionary, and with frames to be skipped of every kind."""
import pathlib
import struct
import tempfile

from make import TEXT, Golden, case, part, prop, run


def skip(kind, data):
	return struct.pack("<II", 0x184D2A50 + kind, len(data)) + data


@case("zstd")
def edges():
	packed = run("zstd", "-qc", input=TEXT)
	yield Golden("zstd", "skipped-kinds", skip(5, b"five") + skip(15, b"") + packed[:] + skip(9, b"between") + packed,
		part("*", TEXT * 2))
	with tempfile.TemporaryDirectory() as tmp:
		path = pathlib.Path(tmp, "dict")
		samples = [pathlib.Path(tmp, "s%d" % i) for i in range(60)]
		for i, s in enumerate(samples):
			s.write_bytes(b"".join(b"sample %d of text %d\n" % (i * k, k) for k in range(40)))
		run("zstd", "-q", "--train", "--maxdict=1024", "--dictID=77", *map(str, samples), "-o", str(path))
		known = run("zstd", "-qc", "-D", str(path), str(samples[3]))
	yield Golden("zstd", "padded-dictionary", known + b"\xff" * 100, prop("dictionary", 77),
		("lost", "it was compressed with a dictionary, which is not here"))
