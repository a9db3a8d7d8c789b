# SPDX-License-Identifier: Apache-2.0
"""Huawei's configuration trees as their published layout has them; openssl encrypts."""
import hashlib
import hmac
import struct
import zlib

from make import Golden, case, noise, part, prop, run
from trees import lie, read

XML = b"<InternetGatewayDeviceConfig>\n" + b"<X_HW_Golden InstanceID=\"1\"/>\n" * 20 + b"</InternetGatewayDeviceConfig>\n"


def encrypted(data, secret="13395537D2730554A176799F6D56A239"):
	iv = bytearray(noise(16, b"iv"))
	iv[15] = iv[15] & 0xF0 | len(data) & 15
	key = bytes(iv) + bytes(16)
	for _ in range(8192):
		key = hashlib.sha256(key + bytes.fromhex(secret)).digest()
	packed = run("openssl", "enc", "-aes-256-cbc", "-K", key.hex(), "-iv", bytes(iv).hex(), "-nopad",
		input=data + bytes(-len(data) % 16))
	body = bytes(iv) + packed + hmac.new(key, packed, "sha256").digest()
	return struct.pack("<II", 1, zlib.crc32(body)) + body


@case("huawei_config")
def configs():
	told = [prop("hmac", "ok"), prop("encrypted", "AES-256-CBC, the key is public knowledge")]
	yield Golden("huawei_config", "xml", encrypted(XML), part("config", XML), *told)
	yield Golden("huawei_config", "whole-blocks", encrypted(XML[:480]), part("config", XML[:480]), *told)


@lie("", "!type huawei_config")
def huawei_config_wrong_hmac():
	image = read("huawei_config", "xml")
	image[len(image) // 2] ^= 1
	return image
