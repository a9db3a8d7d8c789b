# SPDX-License-Identifier: Apache-2.0
"""zlib streams, by zlib, alone and in raw bytes; and what only looks like some."""
import zlib

from make import TEXT, Golden, case, noise, part


@case("zlib")
def zlibs():
	for level, name in ((1, "fast"), (6, "usual"), (9, "best"), (0, "stored")):
		yield Golden("zlib", name, zlib.compress(TEXT, level), part("*", TEXT))
	yield Golden("zlib", "padded", zlib.compress(TEXT) + b"\xff" * 100, part("*", TEXT))
