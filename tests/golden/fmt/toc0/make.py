# SPDX-License-Identifier: Apache-2.0
"""Allwinner's program for secure boot, by mkimage, with a key of its own."""
from make import Golden, case, in_folder, noise, part, prop
from trees import lie, read

STAMP = 0x5F0A6C39


def summed(data):
	data[12:16] = STAMP.to_bytes(4, "little")
	total = sum(int.from_bytes(data[i:i + 4], "little") for i in range(0, len(data), 4)) & 0xFFFFFFFF
	data[12:16] = total.to_bytes(4, "little")
	return data


def parts(data):
	keys, cert = data[0x90:0x5C8], data[0x5C8:0x823]
	return part("keys", keys), part("certificate", cert), part("program", data[0x840:0x840 + 1500])


@case("toc0")
def images():
	data = in_folder({"in": noise(1500)}, ["openssl", "genrsa", "-out", "root_key.pem", "2048"], ["mkimage", "-T", "sunxi_toc0", "-d", "in", "out"])
	good = [prop(n, "ok") for n in ("keys-signature", "certificate-signature", "program-digest", "sum")]
	yield Golden("toc0", "plain", data, *parts(data), *good)
	bad = bytearray(data)
	bad[0x900] ^= 1
	yield Golden("toc0", "flipped", bytes(bad), *parts(bad), prop("sum", "wrong"), prop("program-digest", "wrong"), prop("keys-signature", "ok"),
		("lost", "checksum is wrong"), ("lost", "the certificate is of another program"))
	bad = bytearray(data)
	bad[0x5C8 + 60] ^= 1  # the certificate's key, which it signs
	bad[0x90 + 600] ^= 1  # the second key
	yield Golden("toc0", "forged", bytes(summed(bad)), *parts(bad), prop("sum", "ok"), prop("keys-signature", "wrong"), prop("certificate-signature", "wrong"),
		prop("program-digest", "ok"), ("lost", "signature of the keys is wrong"), ("lost", "signature of the certificate is wrong"))


@lie("toc0", "a part is cut off", "program")
def too_long():
	data = read("toc0", "plain")
	data[0x7A] = 0x10
	return summed(data)


@lie("toc0", "keys are damaged")
def keys_too_long():
	data = read("toc0", "plain")
	data[0x97] = 0xFF
	return summed(data)


@lie("toc0", "an item is damaged", "program")
def items_do_not_end():
	data = read("toc0", "plain")
	data[24] = 32
	return summed(data)
