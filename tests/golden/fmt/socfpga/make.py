# SPDX-License-Identifier: Apache-2.0
"""The first program of Altera's chips, by mkimage."""
from make import Golden, case, in_folder, noise, part, prop
from trees import lie, read


@case("socfpga")
def images():
	for version, kind in enumerate(("socfpgaimage", "socfpgaimage_v1")):
		data = in_folder({"in": noise(1501)}, ["mkimage", "-T", kind, "-d", "in", "out"])
		kept = bytearray(noise(1501).ljust(len(data) - 4, b"\0"))
		kept[64:84 if version else 76] = data[64:84 if version else 76]
		yield Golden("socfpga", "v%d" % version, data, part("program", bytes(kept)), prop("version", version), prop("checksum", "ok"))
		bad = bytearray(data)
		bad[900] ^= 1
		yield Golden("socfpga", "flipped-v%d" % version, bytes(bad), part("program", bytes(bad[:-4])), prop("checksum", "wrong"),
			("lost", "checksum is wrong"))


@lie("", "!type socfpga")
def header_flipped():
	data = read("socfpga", "v0")
	data[70] ^= 1
	return data


@lie("socfpga", "a part is cut off", "program")
def too_long():
	data = read("socfpga", "v1")
	data[74] = 8
	total = sum(data[64:82])
	data[82:84] = total.to_bytes(2, "little")
	return data


@lie("", "!type socfpga")
def endless():
	data = read("socfpga", "v1")
	data[75] = 0x7F
	data[82:84] = sum(data[64:82]).to_bytes(2, "little")
	return data
