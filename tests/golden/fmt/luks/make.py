# SPDX-License-Identifier: Apache-2.0
"""LUKS by cryptsetup luksFormat, cut off behind the headers: key material and payload are noise."""
from make import Golden, case, in_folder, prop

UUID = "11111111-2222-3333-4444-555555555555"


def formatted(*options):
	return in_folder({"word": b"secret"}, ["truncate", "-s", "20M", "out"], ["cryptsetup", "luksFormat", "-q", "--uuid", UUID,
		*options, "out", "word"])


@case("luks")
def images():
	lost = ("lost", "the payload is encrypted")
	one = formatted("--type=luks1", "--cipher=aes-cbc-essiv:sha256", "--hash=sha1", "--key-size=128",
		"--pbkdf-force-iterations=1234")
	yield Golden("luks", "one", one[:4096], prop("version", 1), prop("cipher", "aes-cbc-essiv:sha256"), prop("key-bits", 128),
		prop("hash", "sha1"), prop("uuid", UUID), prop("keyslot 0", "pbkdf2 sha1 iterations=1234 stripes=4000"), lost)
	two = formatted("--type=luks2", "--cipher=aes-xts-plain64", "--label=golden", "--pbkdf=argon2id", "--pbkdf-memory=32",
		"--pbkdf-force-iterations=4", "--pbkdf-parallel=1", "--sector-size=512")[:32768]
	told = [prop("version", 2), prop("cipher", "aes-xts-plain64"), prop("label", "golden"), prop("uuid", UUID),
		prop("keyslot 0", "type=luks2 key_size=%d kdf: type=argon2id time=4 memory=32 cpus=1" % (64 if b'"key_size":64' in two else 32))]
	yield Golden("luks", "two", two, *told, prop("checksum", "ok"), lost)
	broken = two[:5000] + bytes([two[5000] ^ 1]) + two[5001:]
	yield Golden("luks", "second", broken, *told, prop("checksum", "ok"), lost,
		("lost", "the first header is broken: the second was used"))
