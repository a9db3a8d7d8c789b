# SPDX-License-Identifier: Apache-2.0
"""What Cisco's self-decompressing IOS images hold, as its published layout has it."""
import io
import struct
import zipfile

from make import TEXT, Golden, case, in_folder, noise, part, prop
from trees import lie

PLAIN = b"\x7fELF" + noise(200) + TEXT


def zipped(data):
	out = io.BytesIO()
	with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
		z.writestr(zipfile.ZipInfo("C2600-I-.BIN"), data)
	return out.getvalue()


def total(data):
	n = 0
	for word, in struct.iter_unpack(">I", data[:len(data) // 4 * 4]):
		n += word
		if n > 0xFFFFFFFF:
			n = (n + 1) & 0xFFFFFFFF
	return n


def ios(data=PLAIN, size=None, flip=0):
	packed = zipped(data)
	return b"\xfe\xed\xfa\xce" + struct.pack(">4I", len(data), len(packed) if size is None else size,
		total(packed) ^ flip, total(data)) + packed


def program():
	"""Within an ELF file, as a section."""
	return in_folder({"in": ios()}, ["objcopy", "-I", "binary", "-O", "elf32-big", "in", "out"])


@case("cisco_ios")
def images():
	packed = part("image.zip", zipped(PLAIN))
	yield Golden("cisco_ios", "plain", ios() + b"\xff" * 80, packed, prop("sum", "ok"), prop("unpacked", len(PLAIN)))
	yield Golden("cisco_ios", "wrong", ios(flip=1), packed, prop("sum", "wrong"), ("lost", "checksum of the zip is wrong"))
	yield Golden("cisco_ios", "cut", ios()[:-40], part("image.zip", zipped(PLAIN)[:-40]), ("lost", "a part is cut off"))


@lie("", "part .* /cisco_ios-0x34")
def cisco_ios_in_a_program():
	return program()


@lie("cisco_ios", "a part is cut off", "part .* /image.zip")
def cisco_ios_size_behind_the_end():
	return ios(size=0xFFFFFFF0)


@lie("", "!type cisco_ios")
def cisco_ios_no_zip():
	return ios().replace(b"PK\3\4", b"QK\3\4", 1)
