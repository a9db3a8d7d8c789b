# SPDX-License-Identifier: Apache-2.0
"""lzip, by lzip itself."""
from make import TEXT, Golden, case, part, prop, run


def lzip(*options, data=TEXT):
	return run("lzip", "-c", *options, input=data)


@case("lzip")
def lzips():
	small = lzip("-s", "4KiB")
	yield Golden("lzip", "plain", small, part("*", TEXT), prop("dictionary", 4096), prop("version", 1))
	yield Golden("lzip", "best", lzip("-9", "-s", "1MiB"), part("*", TEXT))
	yield Golden("lzip", "members", lzip(data=TEXT[:500]) + lzip(data=TEXT[500:]), part("*", TEXT))
	yield Golden("lzip", "padded", small + b"\xff" * 200, part("*", TEXT))
	yield Golden("lzip", "empty", lzip(data=b""), part("*", b""))
