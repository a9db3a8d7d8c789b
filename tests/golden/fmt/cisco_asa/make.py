# SPDX-License-Identifier: Apache-2.0
"""Cisco's images for ASA as their published layout has them."""
import gzip
import struct
import uuid

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

ROOTFS, BOOT = gzip.compress(TEXT, mtime=0), noise(208)
LINE = b"root=/dev/ram quiet loglevel=0 auto"
SIGNER = b"CN=CiscoSystems;OU=NCS_Kenton_ASA;O=CiscoSystems"


def block(name, told=b"", data=b"", nested=False, size=None):
	told, data = told + bytes(-len(told) % 16), data + bytes(-len(data) % 16)
	return uuid.UUID(name).bytes + struct.pack("<BBI2xB7x", len(told) // 16, 0, (len(data) if size is None else size) << 4, nested) + \
		told + data


def field(kind, data):
	return struct.pack(">BH", kind, len(data)) + data


def asa(mark=True, size=None, inner=None):
	names = field(4, SIGNER) + field(5, b"60A6A3E5") + field(6, SIGNER)
	told = field(1, b"\1\1") + field(2, bytes(4)) + field(3, names) + field(11, noise(256)) + field(12, b"A")
	blocks = block("810e04c5-2ed1-2d47-8921-a02bb0006535", LINE) + block("1a4dbf47-907c-fc49-9041-cdeba6c3f647", b"", ROOTFS, size=size) \
		+ block("e1c38579-4a5e-8947-b696-6d75a1835533", b"", BOOT)
	firmware = block("71546a9d-ae27-ef42-9798-c3dfbe0dc55e", noise(20), blocks, True, inner)
	return (uuid.UUID("11bb8d46-d638-014d-a26b-7d66620dfc74").bytes if mark else b"") + \
		block("60d090eb-09f7-1a4a-9f30-9e45f7287490", told, firmware, True)


@case("cisco_asa")
def images():
	rootfs = ROOTFS + bytes(-len(ROOTFS) % 16)
	told = [prop("signer", SIGNER.decode()), prop("serial", "60A6A3E5"), prop("command-line", LINE.decode()),
		prop("signature", "2048 bits, not verified")]
	yield Golden("cisco_asa", "marked", asa(), part("rootfs", rootfs), part("boot", BOOT), *told)
	yield Golden("cisco_asa", "bare", asa(False), part("rootfs", rootfs), part("boot", BOOT), *told)


@lie("cisco_asa", "a part is cut off", "part .* /rootfs")
def cisco_asa_long_block():
	return asa(size=0x0FFFFFF0)


@lie("", "!type cisco_asa")
def cisco_asa_block_larger_than_what_holds_it():
	return asa(inner=0x0FFFFFF0)


@lie("cisco_asa", "header of a block is damaged", "part .* /rootfs")
def cisco_asa_small_block():
	return asa(size=16)
