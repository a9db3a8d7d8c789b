# SPDX-License-Identifier: Apache-2.0
"""Bare U-Boot: its first jump, its banner, its defaults and the device tree behind it. The real ones (Debian's) are
read in tests/writers/test_bootrom.py: they are too large to stand here."""
import struct

from make import Golden, case, dtb, noise, part, prop
from trees import lie, read

DATE = b"(Jun 22 2023 - 08:38:07 +0000)"
SETTINGS = [b"bootargs=console=ttyS0,115200", b"bootcmd=run distro_bootcmd", b"bootdelay=2", b"baudrate=115200", b"arch=arm",
	b"menu=one\ntwo", b"fdtfile=golden.dtb"]
TEXTS = b"%s=%s\n\0Unknown command '%s'\n\0"


def text(settings):
	return b"".join(s.replace(b"\n", b"\\\n") + b"\n" for s in settings)


def program(start, banner, settings=SETTINGS, code=b"code"):
	"""A jump, code, texts, and the defaults between texts."""
	out = start + noise(3000, code).replace(b"=", b"-") + b"\0" + TEXTS
	if settings:
		out += b"".join(s + b"\0" for s in settings) + b"\0"
	out += b"\0## Error: %s=%d\n\0" + banner + b"\0" + noise(1500, b"more " + code)
	return out + b"\0" * (-len(out) % 8)


def arm64(banner, base=0x200000, **how):
	size = len(program(b"\0" * 40, banner, **how))
	start = struct.pack("<IIQQQQ", 0x14000010, 0xD503201F, base, size, size, size + 0x800)
	return program(start, banner, **how)


@case("uboot")
def programs():
	banner = b"U-Boot 2023.01+dfsg-2 " + DATE
	whole = arm64(banner + b" golden-board")
	told = [prop("version", "2023.01+dfsg-2"), prop("built", DATE.decode()[1:-1]), prop("default-environment",
		"%d variables, %d bytes" % (len(SETTINGS), sum(len(s) + 1 for s in SETTINGS)))]
	env = part("u-boot-default.env", text(SETTINGS))
	yield Golden("uboot", "arm64", whole + dtb(), env, part("dtb-0x%x" % len(whole), dtb()), *told, prop("architecture", "arm64"),
		prop("board", "golden-board"), ("unknown",))
	more = b"something else\n" * 20
	yield Golden("uboot", "arm64-more", whole + more, env, part("trailing-0x%x" % len(whole), more), *told, ("unknown",))
	vectors = struct.pack("<8I", 0xEA0000B8, *[0xE59FF014] * 7)
	yield Golden("uboot", "arm", program(vectors, banner) + dtb() + b"\xff" * 0x2000, env,
		part("dtb-0x%x" % len(program(vectors, banner)), dtb()), *told, prop("architecture", "arm"), ("unknown",))
	spl = program(struct.pack(">II", 0x100000FD, 0), b"U-Boot SPL 1.1.4 (Feb  3 2011 - 10:00:00)", None)
	yield Golden("uboot", "mips-spl", spl, prop("version", "1.1.4"), prop("stage", "SPL"), prop("architecture", "mips"), ("unknown",))
	old = program(b"\x27\x05\x19\x56U-Boot 1.1.4 (Feb  3 2011 - 10:00:00)\0", b"U-Boot 1.1.4 (Feb  3 2011 - 10:00:00)", SETTINGS[:4])
	yield Golden("uboot", "powerpc", old, part("u-boot-default.env", text(SETTINGS[:4])), prop("architecture", "powerpc"), ("unknown",))


@lie("", "!type uboot")
def no_date():
	return read("uboot", "arm64").replace(b"(Jun 22 2023", b"(Jun 2x 2023")


@lie("", "!type uboot")
def no_jump():
	data = read("uboot", "arm64")
	data[3] = 0x94
	return data


@lie("uboot", "u-boot-default.env")
def end_beyond():
	"""What it says of its end cannot be: it is all there is."""
	data = read("uboot", "arm64")
	data[16:24] = b"\xff" * 8
	return data


@lie("uboot", "!u-boot-default.env")
def no_end_of_defaults():
	"""The last of the defaults goes on in bytes that are no text."""
	data = read("uboot", "arm64")
	at = data.index(b"fdtfile=golden.dtb\0") + 18
	data[at] = 0x80
	return data


@lie("uboot", "!u-boot-default.env")
def settings_of_another():
	"""Settings, but none that a boot loader knows."""
	data = read("uboot", "arm64")
	for word in (b"bootargs=", b"bootcmd=", b"bootdelay=", b"baudrate=", b"arch="):
		data = data.replace(word, word.upper())
	return data


@lie("uboot", "u-boot-default.env")
def many_beginnings():
	"""Places that look like defaults and never end."""
	data = read("uboot", "arm64")
	return data + b"bootcmd=x\x80" * 20000
