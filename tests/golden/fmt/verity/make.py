# SPDX-License-Identifier: Apache-2.0
"""dm-verity by veritysetup: hash devices alone, and behind their data (verity_data). It tells the root hash."""
import re

from make import Golden, case, in_folder, noise, part, prop

SALT = "00112233"


def formatted(data, *options, behind=False):
	"""The hash device and the root hash that veritysetup tells."""
	where = ["--hash-offset", str(len(data))] if behind else []
	target = "data" if behind else "out"
	line = "veritysetup format --salt %s --uuid 11111111-2222-3333-4444-555555555555 %s data %s > told" % (SALT,
		" ".join([*options, *where]), target)
	both = in_folder({"data": data}, ["sh", "-c", line + " && cat %s told > all" % target], out="all")
	at = both.rindex(b"VERITY header") if b"VERITY header" in both else both.rindex(b"Verity")
	root = re.search(rb"Root hash:\s*([0-9a-f]+)", both[at:]).group(1).decode()
	return both[:at], root


@case("verity")
def devices():
	data = noise(80 * 512)
	small = ("--data-block-size=512", "--hash-block-size=512")
	for name, options in (("sha256", ("--hash=sha256",)), ("sha1", ("--hash=sha1",)), ("sha512", ("--hash=sha512",)),
		("type0", ("--format=0", "--hash=sha1"))):
		image, root = formatted(data, *small, *options)
		yield Golden("verity", name, image, prop("root-hash", root), prop("salt", SALT), prop("tree", "ok"),
			prop("data-blocks", "80 of 512 bytes"))
	image, root = formatted(data, *small)
	broken = bytearray(image)
	broken[-100] ^= 1
	yield Golden("verity", "broken", bytes(broken), prop("root-hash", root), prop("tree", "wrong"),
		("lost", "the hash tree does not fit itself"))
	yield Golden("verity", "cut", image[:-512], prop("tree", "cut off"), ("lost", "the hash tree is cut off"))


@case("verity_data")
def data_devices():
	data = noise(16 * 1024)
	image, root = formatted(data, "--data-block-size=1024", "--hash-block-size=1024", behind=True)
	told = [prop("root-hash", root), prop("tree", "ok")]
	yield Golden("verity_data", "right", image, part("data", data), prop("data", "ok"), *told)
	wrong = image[:5000] + bytes([image[5000] ^ 8]) + image[5001:]
	yield Golden("verity_data", "wrong", wrong, part("data", wrong[:len(data)]), prop("data", "wrong in 1 blocks"), *told,
		("lost", "data does not fit the hash tree"))
