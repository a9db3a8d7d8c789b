# SPDX-License-Identifier: Apache-2.0
"""Linksys's footer as its published layout has it; the sum is cksum's."""
import subprocess

from make import TEXT, Golden, case, noise, part, prop
from trees import lie

IMAGE = TEXT[:800] + noise(300)


def cksum(data):
	return int(subprocess.run(["cksum"], input=data, stdout=subprocess.PIPE, check=True).stdout.split()[0])


def footer(image, end=b"", sum=None):
	text = b".LINKSYS.01000409%-15s%-8s%-8s%-16s" % (b"EA8500", sum or b"%08X" % cksum(image), b"0", b"K0000000F0246434")
	return image + text + bytes(192) + end


@case("linksys")
def footers():
	told = [part("image", IMAGE), prop("model", "EA8500"), prop("signer", "K0000000F0246434")]
	yield Golden("linksys", "footer", footer(IMAGE), *told, prop("crc", "ok"))
	yield Golden("linksys", "line-feed", footer(IMAGE, b"\n"), *told, prop("crc", "ok"))
	yield Golden("linksys", "wrong", footer(IMAGE, sum=b"0000BEEF"), *told, prop("crc", "wrong"), ("lost", "checksum is wrong"))


@lie("", "!type linksys")
def linksys_sum_is_no_number():
	return footer(IMAGE, sum=b"nonsense")


@lie("", "!type linksys")
def linksys_nothing_before():
	return footer(b"")
