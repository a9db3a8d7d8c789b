# SPDX-License-Identifier: Apache-2.0
"""TI's first program, by mkimage."""
from make import Golden, case, in_folder, noise, part, prop
from trees import lie, read


@case("ti_ch")
def images():
	data = in_folder({"in": noise(1500)}, ["mkimage", "-T", "omapimage", "-a", "0x40300000", "-d", "in", "out"])
	yield Golden("ti_ch", "plain", data, part("program", noise(1500)), prop("load", "0x40300000"), prop("section", "CHSETTINGS"))


@lie("ti_ch", "a part is cut off", "program")
def too_long():
	data = read("ti_ch", "plain")
	data[514] = 2
	return data


@lie("", "!type ti_ch")
def endless():
	data = read("ti_ch", "plain")
	data[515] = 0x7F
	return data


@lie("", "!type ti_ch")
def table_without_end():
	data = read("ti_ch", "plain")
	data[32:64] = bytes(32)
	return data
