# SPDX-License-Identifier: Apache-2.0
"""BitLocker: a generator from the published layout; cryptsetup reads its headers as told (tests/writers/test_protected.py)."""
import struct
import uuid

from make import Golden, case, noise, part, prop
from trees import lie, read

GUID = uuid.UUID("11111111-2222-3333-4444-555555555555")
COPIES = (1024, 2048, 3072)
PROTECTIONS = {0: "clear key: protection is suspended, anybody can decrypt the volume", 0x100: "TPM", 0x800: "recovery password"}


def entry(type, kind, value):
	return struct.pack("<HHHH", 8 + len(value), type, kind, 1) + value


def metadata(version, cipher, protections, description):
	key = entry(0, 5, noise(12 + 16 + 44))
	entries = b"".join(entry(2, 8, GUID.bytes_le + bytes(10) + struct.pack("<H", p) + key) for p in protections)
	entries += entry(3, 5, noise(12 + 16 + 44, b"volume")) + entry(7, 2, (description + "\0").encode("utf-16le"))
	head = struct.pack("<IIII16sIHHQ", 48 + len(entries), 1, 48, 48 + len(entries), GUID.bytes_le, 1, cipher, 0, 133500000000000000)
	return struct.pack("<8sHHHHQIIQQQQ", b"-FVE-FS-", 64, version, 4, 4, 1 << 20, 0, 16, *COPIES, 8192) + head + entries


def volume(protections=(0x100, 0x800), cipher=0x8004, vista=False):
	boot = bytearray(512)
	struct.pack_into("<3s8sHB", boot, 0, b"\xeb\x52\x90" if vista else b"\xeb\x58\x90", b"-FVE-FS-", 512, 1)
	if vista:
		struct.pack_into("<Q", boot, 56, COPIES[0] // 512)
	else:
		struct.pack_into("<16sQQQ", boot, 160, uuid.UUID("4967d63b-2e29-4ad8-8399-f6a339e3d001").bytes_le, *COPIES)
	boot[510:] = b"\x55\xaa"
	out = bytearray(bytes(boot) + noise(6144))
	one = metadata(1 if vista else 2, cipher, protections, "GOLDEN C: 3/1/2024")
	for at in COPIES[:1] if vista else COPIES:
		out[at:at + len(one)] = one
	return bytes(out)


def golden(name, image, cipher, protections, *more, version="Windows 7 or later"):
	keys = [prop("key %d" % i, PROTECTIONS[p]) for i, p in enumerate(protections)]
	return Golden("bitlocker", name, image, prop("version", version), prop("cipher", cipher), prop("guid", GUID),
		prop("description", "GOLDEN C: 3/1/2024"), *keys, *more, ("lost", "the volume is encrypted (BitLocker)"), part("payload", image[512:]))


@case("bitlocker")
def images():
	yield golden("xts", volume(), "AES-128-XTS", (0x100, 0x800))
	yield golden("clear", volume((0,), 0x8001), "AES-256-CBC with Elephant", (0,))
	yield golden("vista", volume((0x800,), 0x8000, True), "AES-128-CBC with Elephant", (0x800,), version="Windows Vista")
	hurt = bytearray(volume())
	hurt[COPIES[0]:COPIES[0] + 8] = bytes(8)
	yield golden("second", bytes(hurt), "AES-128-XTS", (0x100, 0x800), ("lost", "a copy of the metadata cannot be read"))
	lies = bytearray(volume())
	for at in COPIES:  # the second entry is longer than all
		struct.pack_into("<H", lies, at + 112 + struct.unpack_from("<H", lies, at + 112)[0], 0xFFFF)
	yield Golden("bitlocker", "entry", bytes(lies), prop("key 0", "TPM"), ("lost", "an entry of the metadata makes no sense"),
		("lost", "the volume is encrypted (BitLocker)"), part("payload", bytes(lies)[512:]))


@lie("bitlocker", "a copy of the metadata cannot be read", "the volume is encrypted", "part .* /payload")
def bitlocker_metadata_nowhere():
	"""Places beyond the end, and one that overflows."""
	image = read("bitlocker", "xts")
	image[176:200] = struct.pack("<QQQ", 2**64 - 512, len(image), len(image) - 100)
	return image


@lie("bitlocker", "a copy of the metadata cannot be read", "the volume is encrypted", "!property .*cipher")
def bitlocker_metadata_longer_than_all():
	image = read("bitlocker", "xts")
	for at in COPIES:
		image[at + 64:at + 68] = b"\xff" * 4
	return image


@lie("bitlocker", "!type bitlocker")
def bitlocker_vista_nowhere():
	image = read("bitlocker", "vista")
	image[56:64] = b"\xff" * 8
	return image
