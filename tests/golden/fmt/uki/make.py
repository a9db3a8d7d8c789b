# SPDX-License-Identifier: Apache-2.0
"""A unified kernel image: sections put into an EFI program by objcopy, signed by sbsign."""
import pathlib
import subprocess
import tempfile

from make import Golden, case, noise, part, prop
from trees import lie, read

SECTIONS = [(".osrel", b"ID=golden\nVERSION_ID=1\n"), (".cmdline", b"console=ttyS0 root=/dev/sda1"), (".linux", noise(1500, b"linux")), (".initrd", noise(700, b"initrd"))]


def build(signed=False, stripped=True):
	"""The bytes, and the program's own section."""
	with tempfile.TemporaryDirectory() as tmp:
		add = []
		for i, (name, data) in enumerate(SECTIONS):
			pathlib.Path(tmp, name).write_bytes(data)
			add += ["--add-section", "%s=%s" % (name, name), "--change-section-vma", "%s=0x%x" % (name, 0x10000 * (i + 2))]
		pathlib.Path(tmp, "in.c").write_text("int efi_main(void) { return 7; }\n")
		for command in (["gcc", "-c", "-O1", "-ffreestanding", "-fno-asynchronous-unwind-tables", "-o", "in.o", "in.c"],
				["ld", "-m", "i386pep", "--subsystem", "10", "-e", "efi_main", "--image-base", "0", "-o", "in.efi", "in.o"], ["strip", "in.efi"][:2 if stripped else 0],
				["objcopy", *add, "in.efi", "out.efi"],
				["sh", "-c", "openssl req -batch -new -x509 -newkey rsa:2048 -nodes -subj /CN=golden -keyout k -out c && sbsign --key k --cert c --output out.efi out.efi"][:3 if signed else 0]):
			if command:
				subprocess.run(command, cwd=tmp, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
		return pathlib.Path(tmp, "out.efi").read_bytes()


def sections(image):
	"""Names and contents, as objcopy has them."""
	with tempfile.TemporaryDirectory() as tmp:
		pathlib.Path(tmp, "in").write_bytes(image)
		told = subprocess.run(["objdump", "-h", "in"], cwd=tmp, check=True, stdout=subprocess.PIPE, text=True).stdout
		names = [l.split()[1] for l in told.splitlines() if l.strip()[:1].isdigit()]
		for name in names:
			subprocess.run(["objcopy", "--dump-section", name + "=part", "in", "rest"], cwd=tmp, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
			yield name.lstrip("."), pathlib.Path(tmp, "part").read_bytes()


@case("uki")
def images():
	plain, signed = build(), build(True)
	parts = [part(name, data) for name, data in sections(plain)]
	ours = {n.lstrip("."): d for n, d in SECTIONS}
	assert all(part(n, d) in parts for n, d in ours.items())
	yield Golden("uki", "plain", plain, *parts, prop("machine", "0x8664"), prop("signature", "none"), prop("cmdline", "console=ttyS0 root=/dev/sda1"))
	named = build(stripped=False)
	table, n = (int.from_bytes(named[0x80 + at:0x80 + at + 4], "little") for at in (12, 16))
	names = int.from_bytes(named[table + n * 18:table + n * 18 + 4], "little")
	assert table + n * 18 + names == len(named) and b"efi_main" in named[table:]
	yield Golden("uki", "symbols", named, *(part(*s) for s in sections(named)), part("symbols", named[table:]), prop("signature", "none"))
	at = int.from_bytes(signed[0x80 + 24 + 112 + 32:0x80 + 24 + 112 + 36], "little")
	n = int.from_bytes(signed[at:at + 4], "little")
	yield Golden("uki", "signed", signed, *parts, part("signature-0.p7b", signed[at + 8:at + n]), prop("signature", "is there; not verified"))


def entry(data, name):
	return data.index(name.encode().ljust(8, b"\0"))


@lie("uki", "a part lies behind the end", "/linux", "/cmdline")
def behind_the_end():
	data = read("uki", "plain")
	data[entry(data, ".osrel") + 22] = 0x7F
	return data


@lie("uki", "a part is cut off", "/linux")
def too_long():
	data = read("uki", "plain")
	at = entry(data, ".initrd")
	data[at + 10] = data[at + 18] = 0x10
	return data


@lie("uki", "a signature is damaged", "/linux")
def signature_too_long():
	data = read("uki", "signed")
	at = int.from_bytes(data[0x80 + 24 + 112 + 32:0x80 + 24 + 112 + 36], "little")
	data[at + 2] = 0x7F
	return data


@lie("uki", "!signature-16", "/linux")
def many_signatures():
	data = read("uki", "signed")
	where = 0x80 + 24 + 112 + 32
	at = int.from_bytes(data[where:where + 4], "little")
	one = (9).to_bytes(4, "little") + b"\0\x02\x02\0" + b"x" + b"\0" * 7
	data[where + 4:where + 8] = (16 * 200).to_bytes(4, "little")
	return data[:at] + one * 200


@lie("uki", "part .*/gap-0x40$", "/linux")
def between_the_headers():
	"""Bytes between the DOS header and the PE header, too many for a program of DOS."""
	data = read("uki", "plain")
	for i in range((len(data) - 0x80 - 24 - 240) // 40):
		at = 0x80 + 24 + 240 + 40 * i
		if data[at:at + 1] == b".":
			place = int.from_bytes(data[at + 20:at + 24], "little") + 2048
			data[at + 20:at + 24] = place.to_bytes(4, "little")
	data[60:64] = (0x880).to_bytes(4, "little")
	return data[:0x80] + noise(2048, b"hidden") + data[0x80:]


@lie("", "!type uki")
def no_kernel():
	data = read("uki", "plain")
	at = entry(data, ".linux")
	data[at:at + 6] = b".other"
	return data


@lie("", "!type uki")
def too_many_sections():
	data = read("uki", "plain")
	data[0x80 + 7] = 1
	return data
