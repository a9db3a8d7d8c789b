# SPDX-License-Identifier: Apache-2.0
"""Compound files: an MSI package by msibuild, read back by msiinfo; and one from the published layout."""
import hashlib
import pathlib
import struct
import tempfile

from trees import golden, lie, pack, put, read


def package(tmp):
	out = pathlib.Path(tmp, "x.msi")
	files = {"Small": b"small stream\n", "Large": bytes(range(256)) * 40, "Empty.bin": b"x"}
	pack.run(["msibuild", out, "-s", "golden", "someone", ";1033", "{00000000-0000-0000-0000-000000000001}"])
	for name, data in files.items():
		pathlib.Path(tmp, name).write_bytes(data)
		pack.run(["msibuild", out, "-a", name, pathlib.Path(tmp, name)])
	return out, files


def line(name, data):
	return "file - - - %d %s /%s" % (len(data), hashlib.sha256(data).hexdigest(), name)


@golden("cfb", "msi")
def msi():
	"""What msiinfo and (of tables) 7-Zip list and give back, and what went in."""
	with tempfile.TemporaryDirectory() as tmp:
		out, files = package(tmp)
		truth = [line(n, d) for n, d in files.items()]
		for name in pack.run(["msiinfo", "streams", out]).decode().split("\n"):
			if name and name not in files:
				truth.append(line(name.replace("\x05", "\\x05"), pack.run(["msiinfo", "extract", out, name])))
		pack.run(["7z", "x", "-y", "-o" + tmp + "/read", out])
		for path in sorted(pathlib.Path(tmp, "read").glob("!*")):
			truth.append(line(path.name, path.read_bytes()))
		return out.read_bytes(), truth


@lie("cfb", "a directory's record is met twice")
def cfb_loop():
	image = read("cfb", "msi")
	at = (struct.unpack_from("<I", image, 48)[0] + 1) << image[30]
	child = struct.unpack_from("<I", image, at + 76)[0]
	return put(image, at + 128 * child + 68, "I", child)


@lie("cfb", "there is no directory")
def cfb_no_directory():
	return put(read("cfb", "msi"), 48, "I", 0x00ffffff)


@lie("cfb", "sectors of a stream are missing", "/Small")
def cfb_chain():
	"""The large stream's chain leads to itself, later than its end."""
	image = read("cfb", "msi")
	size = 1 << image[30]
	directory = (struct.unpack_from("<I", image, 48)[0] + 1) * size
	at = next(i for i in range(directory, len(image), 128) if struct.unpack_from("<Q", image, i + 120)[0] == 10240)
	return put(image, at + 120, "I", 0x7fffffff)
