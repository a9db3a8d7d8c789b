# SPDX-License-Identifier: Apache-2.0
"""config.cfg of Nokia's fibre terminals as its published layout has it."""
import struct
import zlib

from make import TEXT, Golden, case, part, prop, run
from trees import lie

XML = b"<?xml version='1.0'?>\n<Config>" + TEXT[:900] + b"</Config>\n"
KEY = "3da373d7dc822e2a470dec37896e80d72c49b31629ddc997354b840391779ea4"
IV = "d0e6dccda74a00df760fc08511cb05ea"


def config(order=">", flip=0, size=None):
	packed = zlib.compress(XML)
	return struct.pack(order + "IIIII", 0x123123, len(packed) if size is None else size, zlib.crc32(packed) ^ flip, len(XML) + 1,
		0x13377331) + packed


def encrypted(data):
	return run("openssl", "enc", "-aes-256-cbc", "-K", KEY, "-iv", IV, input=data)


@case("nokia_config")
def images():
	xml = part("config.xml", XML)
	yield Golden("nokia_config", "big", config(), xml, prop("crc", "ok"))
	yield Golden("nokia_config", "little", config("<"), xml, prop("crc", "ok"))
	yield Golden("nokia_config", "encrypted", encrypted(config()), xml, prop("crc", "ok"),
		prop("encrypted", "AES-256-CBC, the key is public knowledge"))
	yield Golden("nokia_config", "wrong", config(flip=1), xml, prop("crc", "wrong"), ("lost", "checksum is wrong"))


@lie("nokia_config", "configuration is cut off", "packed bytes are damaged")
def nokia_config_cut_off():
	return config()[:-100]


@lie("", "!type nokia_config")
def nokia_config_longer_than_it_unpacks():
	return config(size=0xFFFFFF00)


@lie("", "!type nokia_config")
def nokia_config_other_size_encrypted():
	return encrypted(config(size=0x1000))
