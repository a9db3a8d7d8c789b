# SPDX-License-Identifier: Apache-2.0
"""Capsules of mkeficapsule; those of EFI, Intel and AMI by hand."""
import struct
import uuid

from make import Golden, case, in_folder, noise, part, prop
from trees import lie, read

TYPE = "12345678-1234-1234-1234-123456789abc"
KEY = ["openssl", "req", "-batch", "-new", "-newkey", "rsa:2048", "-nodes", "-x509", "-subj", "/CN=dev", "-keyout", "key", "-out", "pem"]


def capsule(*options, files=(), out=("in", "out")):
	return in_folder({"in": noise(700), **dict(files)}, KEY, ["mkeficapsule", "-g", TYPE, *options, *out])


@case("uefi_capsule")
def capsules():
	told = [prop("kind", "firmware management"), prop("payload-0/updates", TYPE + ", index 3")]
	plain = capsule("-i", "3")
	yield Golden("uefi_capsule", "plain", plain, part("payload-0", noise(700)), *told)
	signed = capsule("-i", "3", "-m", "7", "-p", "key", "-c", "pem")
	at = signed.index(noise(700))
	n = struct.unpack_from("<I", signed, 28 + 16 + 48 + 8)[0]
	p7 = signed[at - n + 24:at]
	yield Golden("uefi_capsule", "signed", signed, part("payload-0.p7", p7), part("payload-0", noise(700)), *told,
		prop("payload-0/monotonic-count", "7"), prop("signer", "/CN=dev"))
	bad = bytearray(signed)
	bad[at + 5] ^= 1
	yield Golden("uefi_capsule", "forged", bytes(bad), part("payload-0.p7", p7), part("payload-0", bytes(bad[at:])), *told,
		("lost", "the signature is wrong for what it signs"))
	yield Golden("uefi_capsule", "accept", capsule("-A", out=("out",)), prop("kind", "acceptance of an update"), prop("accepts", TYPE))
	yield Golden("uefi_capsule", "revert", in_folder({}, ["mkeficapsule", "-R", "out"]), prop("kind", "rejection of an update"))
	inner = b"MSS1" + struct.pack("<III", 16, 7, 5) + noise(200)
	edk = in_folder({"in": inner}, ["mkeficapsule", "-g", TYPE, "-i", "1", "in", "out"])
	yield Golden("uefi_capsule", "edk", edk, part("payload-0", noise(200)), prop("payload-0/version", "7, not below 5"))
	for name, guid, kind in (("efi", "3b6686bd-0d76-4030-b70e-b5519e2fc5a0", "EFI"), ("ami", "4a3ca68b-7723-48fb-803d-578cc1fec44d", "AMI, signed")):
		head = uuid.UUID(guid).bytes_le + struct.pack("<III", 80, 0x50000, 80 + 300)
		image = head.ljust(80, b"\0") + noise(300)
		yield Golden("uefi_capsule", name, image, part("image", noise(300)), prop("kind", kind), prop("flags", "0x50000, kept over a reset, resets"))


@lie("uefi_capsule", "a payload is cut off", "payload-0")
def payload_too_long():
	image = read("uefi_capsule", "plain")
	image[28 + 16 + 24 + 3] = 0x7F
	return image


@lie("uefi_capsule", "a payload's header is damaged")
def payload_unknown():
	image = read("uefi_capsule", "plain")
	image[28 + 16] = 9
	return image


@lie("uefi_capsule", "the signature runs past the payload", "payload-0")
def signature_too_long():
	image = read("uefi_capsule", "signed")
	image[28 + 16 + 48 + 8 + 3] = 0x7F
	return image


@lie("", "!type uefi_capsule")
def offset_back():
	"""Payloads that lie in each other or before their list."""
	image = read("uefi_capsule", "plain")
	image[28 + 8] = 4
	return image


@lie("", "!type uefi_capsule")
def too_many():
	image = read("uefi_capsule", "plain")
	image[28 + 6:28 + 8] = b"\xff\xff"
	return image
