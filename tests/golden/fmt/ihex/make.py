# SPDX-License-Identifier: Apache-2.0
"""Memory contents as text, of srec_cat and objcopy: Intel HEX and S-records."""
from make import Golden, case, in_folder, noise, part, prop

LOW, HIGH = noise(300, b"low"), noise(70, b"high")


def text(form, high_at, *options):
	gone = ["srec_cat", "low", "-binary", "high", "-binary", "-offset", hex(high_at), "-o", "out", form, *options]
	return in_folder({"low": LOW, "high": HIGH}, gone)


def objcopy(form, data):
	return in_folder({"in": data}, ["objcopy", "-I", "binary", "-O", form, "--change-addresses", "0x08000000", "in", "out"])


def parts(high_at):
	return part("0x00000000", LOW), part("0x%08x" % high_at, HIGH)


@case("ihex")
def hexes():
	good = text("-intel", 0x10000, "-execution-start-address=0x20")
	yield Golden("ihex", "linear", good, *parts(0x10000), prop("start", "0x00000020"))
	yield Golden("ihex", "segments", text("-intel", 0x20000, "-address-length=3"), *parts(0x20000))
	yield Golden("ihex", "short", text("-intel", 0x1000, "-line-length=30"), *parts(0x1000))
	yield Golden("ihex", "objcopy", objcopy("ihex", LOW), part("0x08000000", LOW))
	yield Golden("ihex", "cut", good[:good.rindex(b":")], *parts(0x10000), ("lost", "the record of the end is missing"))
	line = [l for l in good.splitlines() if l[7:9] == b"00"][2]
	wrong = line[:-2] + (b"00" if line[-2:] != b"00" else b"01")
	yield Golden("ihex", "wrong-sum", good.replace(line, wrong), *parts(0x10000), ("lost", "checksum of a record is wrong"))


@case("srec")
def srecs():
	for n, name in ((2, "s19"), (3, "s28"), (4, "s37")):
		yield Golden("srec", name, text("-motorola", 0x1000, "-address-length=%d" % n, "-header=golden",
			"-execution-start-address=0x20"), *parts(0x1000), prop("header", "golden"), prop("start", "0x00000020"))
	good = text("-motorola", 0x1000, "-execution-start-address=0x20")
	yield Golden("srec", "objcopy", objcopy("srec", LOW), part("0x08000000", LOW))
	line = [l for l in good.splitlines(True) if l[:2] in (b"S1", b"S2", b"S3")][2]
	wrong = line.rstrip()[:-2] + (b"00" if line.rstrip()[-2:] != b"00" else b"01") + b"\n"
	yield Golden("srec", "wrong-sum", good.replace(line, wrong), *parts(0x1000), ("lost", "checksum of a record is wrong"))
