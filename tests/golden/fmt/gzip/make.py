# SPDX-License-Identifier: Apache-2.0
"""gzip members with bytes behind them that are none."""
from make import TEXT, Golden, case, part, run


@case("gzip")
def trailing():
	halves = run("gzip", "-nc", input=TEXT[:700]) + run("gzip", "-nc", input=TEXT[700:900]) + run("gzip", "-nc", input=TEXT[900:])
	yield Golden("gzip", "padded-members", halves + b"\0" * 333, part("*", TEXT))
