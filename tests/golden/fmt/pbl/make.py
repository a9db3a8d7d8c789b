# SPDX-License-Identifier: Apache-2.0
"""What QorIQ chips reset from, by mkimage."""
from make import Golden, case, in_folder, noise, part, prop
from trees import lie, read

RCW = b"aa55aa55 01%s0100\n0c070012 0e000000 00000000 00000000\n66150002 00000000 ec104000 c1000000\n00000000 00000000 00000000 00038810\n" \
	b"00000000 03000505 00000000 00000000\n"
PBI = b"#PBI commands\n09010000 00200400\n09138000 00000000\n091380c0 00000100\n"


def image(data, arch="powerpc"):
	word, address = {"powerpc": (b"0e", "0xfff40000"), "arm": (b"ee", "0x10000000")}[arch]
	return in_folder({"in": data, "rcw": RCW % word, "pbi": PBI}, ["mkimage", "-A", arch, "-T", "pblimage", "-n", "rcw", "-R", "pbi", "-a", address, "-d", "in", "out"])


@case("pbl")
def images():
	power, arm = image(noise(1472)), image(noise(1472), "arm")
	yield Golden("pbl", "powerpc", power, part("memory-0xfffa40", noise(1472)), prop("architecture", "powerpc"), prop("checksum", "ok"))
	yield Golden("pbl", "arm", arm, part("memory-0x000000", noise(1472)), prop("architecture", "arm"), prop("checksum", "ok"))
	bad = bytearray(power)
	bad[110] ^= 1
	kept = bytearray(noise(1472))
	kept[110 - 100] ^= 1
	yield Golden("pbl", "flipped", bytes(bad), part("memory-0xfffa40", bytes(kept)), prop("checksum", "wrong"), ("lost", "checksum is wrong"))


@lie("pbl", "checksum is wrong", "memory-0xfffa40", "memory-0x000040")
def out_of_order():
	data = read("pbl", "powerpc")
	at = 96 + 68 * 3
	data[at + 1:at + 4] = b"\0\0\x40"
	return data


@lie("", "!type pbl")
def without_end():
	data = read("pbl", "powerpc")
	data[-8] |= 1
	return data


@lie("pbl", "too many runs of memory")
def many_runs():
	data = read("pbl", "powerpc")
	runs = b"".join(b"\x81" + (i * 128).to_bytes(3, "big") + bytes(64) for i in range(400))
	return data[:72] + runs + data[-8:]
