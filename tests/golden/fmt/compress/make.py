# SPDX-License-Identifier: Apache-2.0
"""compress, by ncompress."""
from make import TEXT, Golden, case, noise, part, prop, run


@case("compress")
def compresses():
	def z(*options, data=TEXT):
		return run("compress", "-c", *options, input=data)
	yield Golden("compress", "plain", z(), part("*", TEXT), prop("longest code", 16))
	yield Golden("compress", "short-codes", z("-b", "10"), part("*", TEXT), prop("longest code", 10))
	changing = TEXT * 4 + noise(3000) + TEXT * 2
	yield Golden("compress", "clearing", z("-b", "10", data=changing), part("*", changing))
