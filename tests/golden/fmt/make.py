#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the golden inputs of streams, boot images and kernels with the tools that ordinary people use, and
writes down beside each what must come out of it. Run it to make them again:

    tests/golden/fmt/make.py [ID...]

ID/NAME.bin is the input, ID/NAME.truth one line for each fact, fields separated by tabs:

    type ID | part NAME SIZE SHA256 | property NAME VALUE | lost TEXT | unknown

Parts and losses are complete; properties are those that must be among what is told. "unknown" allows bytes
that belong to nothing. The tools: gzip xz bzip2 zstd lz4 lzop mkimage dtc sfdisk sgdisk gcc openssl."""
import bz2
import gzip
import hashlib
import importlib
import lzma
import os
import pathlib
import runpy
import struct
import subprocess
import sys
import tempfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
EPOCH = 1709294400
os.environ["SOURCE_DATE_EPOCH"] = str(EPOCH)
os.environ["TZ"] = "UTC"
TEXT = b"".join(b"%04d the quick brown fox jumps over the lazy dog\n" % (i * i % 9973) for i in range(60))
CASES = []


def case(*ids):
	def register(make):
		CASES.append((ids, make))
		return make
	return register


def run(*argv, input=None, cwd=None):
	return subprocess.run(argv, input=input, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True,
		cwd=cwd).stdout


class Golden:
	"""One input and its truth."""

	def __init__(self, id, name, data, *lines):
		self.path, self.data = HERE / id / name, data
		self.lines = ["type\t" + id] + ["\t".join(str(f) for f in line) for line in lines]

	def write(self):
		self.path.parent.mkdir(parents=True, exist_ok=True)
		pathlib.Path(str(self.path) + ".bin").write_bytes(self.data)
		pathlib.Path(str(self.path) + ".truth").write_text("\n".join(self.lines) + "\n")


def part(name, data):
	return ("part", name, len(data), hashlib.sha256(data).hexdigest())


def prop(name, value):
	return ("property", name, value)


def noise(n, key=b"noise"):
	out = b""
	while len(out) < n:
		key = hashlib.sha256(key).digest()
		out += key
	return out[:n]


def in_folder(files, *argv, out="out"):
	"""Runs a tool in a fresh folder that holds files; the bytes of the file it leaves."""
	with tempfile.TemporaryDirectory() as tmp:
		for name, data in files.items():
			pathlib.Path(tmp, name).write_bytes(data)
			os.utime(pathlib.Path(tmp, name), (EPOCH, EPOCH))
		for command in argv:
			run(*command, cwd=tmp)
		return pathlib.Path(tmp, out).read_bytes()


# ---- streams

@case("gzip")
def gzips():
	named = in_folder({"notes.txt": TEXT}, ["gzip", "-9", "notes.txt"], out="notes.txt.gz")
	plain = run("gzip", "-9nc", input=TEXT)
	halves = run("gzip", "-nc", input=TEXT[:1000]) + run("gzip", "-1nc", input=TEXT[1000:])
	dressed = b"\x1f\x8b\x08\x1e" + struct.pack("<IBB", 0, 2, 3) + struct.pack("<H", 4) + b"AS\0\0"
	dressed += b"inner.bin\0" + b"made by hand\0"
	dressed += struct.pack("<H", zlib.crc32(dressed) & 0xFFFF)
	squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
	dressed += squeeze.compress(TEXT) + squeeze.flush() + struct.pack("<II", zlib.crc32(TEXT), len(TEXT))
	yield Golden("gzip", "named", named, part("notes.txt", TEXT))
	yield Golden("gzip", "plain", plain, part("*", TEXT))
	yield Golden("gzip", "members", halves, part("*", TEXT))
	yield Golden("gzip", "padded", plain + b"\xff" * 300, part("*", TEXT))
	yield Golden("gzip", "dressed", dressed, part("inner.bin", TEXT), prop("comment", "made by hand"))
	yield Golden("gzip", "empty", run("gzip", "-nc", input=b""), part("*", b""))


@case("xz")
def xzs():
	def xz(*options, data=TEXT):
		small = [] if "--arm" in options else ["--lzma2=dict=64KiB"]
		return run("xz", "-c", *options, *small, input=data)
	yield Golden("xz", "crc64", xz(), part("*", TEXT), prop("check", "crc64"))
	yield Golden("xz", "blocks", xz("--block-size=512", "-C", "crc32"), part("*", TEXT), prop("check", "crc32"))
	yield Golden("xz", "threads", xz("-T2", "--block-size=1024"), part("*", TEXT))
	yield Golden("xz", "arm", xz("--arm", "--lzma2=dict=64KiB", "-C", "sha256"), part("*", TEXT),
		prop("check", "sha256"))
	yield Golden("xz", "streams", xz(data=TEXT[:777]) + b"\0" * 8 + xz(data=TEXT[777:]), part("*", TEXT))
	yield Golden("xz", "padded", xz("-C", "none") + b"\xff" * 200, part("*", TEXT))
	yield Golden("xz", "stored", xz(data=noise(500)), part("*", noise(500)))


@case("lzma")
def lzmas():
	end = run("xz", "--format=lzma", "--lzma1=dict=64KiB", "-c", input=TEXT)
	filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 20, "lc": 1, "lp": 2, "pb": 2}]
	other = lzma.compress(TEXT, lzma.FORMAT_ALONE, filters=filters)
	known = end[:5] + struct.pack("<Q", len(TEXT)) + end[13:]
	huge = end[:1] + b"\xff" * 4 + struct.pack("<Q", len(TEXT)) + end[13:]
	yield Golden("lzma", "endmark", end, part("*", TEXT), prop("properties", "lc=3 lp=0 pb=2"))
	yield Golden("lzma", "known", known, part("*", TEXT))
	yield Golden("lzma", "huge-dictionary", huge, part("*", TEXT), prop("dictionary", 0xFFFFFFFF))
	yield Golden("lzma", "lc1", other, part("*", TEXT), prop("properties", "lc=1 lp=2 pb=2"))


@case("bzip2")
def bzip2s():
	yield Golden("bzip2", "plain", run("bzip2", "-1c", input=TEXT), part("*", TEXT))
	yield Golden("bzip2", "streams", bz2.compress(TEXT[:99], 1) + bz2.compress(TEXT[99:], 2), part("*", TEXT))
	yield Golden("bzip2", "padded", run("bzip2", "-1c", input=TEXT) + b"\0" * 100, part("*", TEXT))


@case("zstd")
def zstds():
	def zstd(*options, data=TEXT):
		return run("zstd", "-qc", *options, input=data)
	skip = struct.pack("<II", 0x184D2A50, 7) + b"skipped"
	yield Golden("zstd", "plain", zstd("-19"), part("*", TEXT))
	yield Golden("zstd", "no-check", zstd("--no-check"), part("*", TEXT))
	yield Golden("zstd", "frames", zstd(data=TEXT[:50]) + skip + zstd(data=TEXT[50:]), part("*", TEXT))
	yield Golden("zstd", "skippable", skip + zstd(), part("*", TEXT))
	yield Golden("zstd", "padded", zstd("-1") + b"\xff" * 100, part("*", TEXT))


@case("lz4", "lz4_legacy")
def lz4s():
	def lz4(*options, data=TEXT):
		return run("lz4", "-qc", *([] if "-l" in options else ["-B4"]), *options, input=data)
	yield Golden("lz4", "plain", lz4(), part("*", TEXT))
	yield Golden("lz4", "sums", lz4("-BX", "-BD", "-B4", "--no-frame-crc"), part("*", TEXT))
	yield Golden("lz4", "sized", in_folder({"in": TEXT}, ["lz4", "-q", "-B4", "--content-size", "in", "out"]),
		part("*", TEXT))
	yield Golden("lz4", "frames", lz4(data=TEXT[:50]) + lz4(data=TEXT[50:]) + b"\0" * 90, part("*", TEXT))
	yield Golden("lz4_legacy", "plain", lz4("-l", "-9"), part("*", TEXT))
	yield Golden("lz4_legacy", "padded", lz4("-l") + b"\xff" * 100, part("*", TEXT))


@case("lzop")
def lzops():
	def lzop(*options):
		return in_folder({"notes.txt": TEXT}, ["lzop", *options, "-o", "out", "notes.txt"])
	yield Golden("lzop", "plain", lzop("-3"), part("notes.txt", TEXT))
	yield Golden("lzop", "crc32", lzop("-9", "--crc32"), part("notes.txt", TEXT))
	yield Golden("lzop", "no-check", lzop("-1", "-F"), part("notes.txt", TEXT))
	yield Golden("lzop", "padded", lzop("-1") + b"\xff" * 100, part("notes.txt", TEXT))
	yield Golden("lzop", "stored", in_folder({"noise": noise(400)}, ["lzop", "-o", "out", "noise"]),
		part("noise", noise(400)))


# ---- U-Boot

BOARD = b"""/dts-v1/;
/memreserve/ 0x1000 0x2000;
/ {
	model = "Golden board";
	compatible = "assay,golden", "arm,other";
	#address-cells = <1>;
	empty;
	odd = [01 02 03];
	chosen { bootargs = "console=ttyS0,115200"; stdout-path = "serial0"; };
	memory@0 { device_type = "memory"; reg = <0 0x1000000>; };
};
"""


def dtb(source=BOARD, *options):
	return run("dtc", "-q", "-I", "dts", "-O", "dtb", *options, input=source)


@case("dtb")
def dtbs():
	told = [prop("model", "Golden board"), prop("compatible", "assay,golden"), prop("compatible", "arm,other"),
		prop("bootargs", "console=ttyS0,115200"), prop("stdout-path", "serial0")]
	yield Golden("dtb", "board", dtb(), *told)
	yield Golden("dtb", "v16", dtb(BOARD, "-V", "16"), *told)
	yield Golden("dtb", "padded", dtb(BOARD, "-p", "200") + b"\xff" * 50, *told)
	yield Golden("dtb", "cut", dtb()[:-40], part("gap-0x28", dtb()[40:-40]), ("lost", "device tree is cut off or damaged"))


def mkimage(type, files, comp="none", arch="arm", os="linux"):
	names = ["p%d" % i for i in range(len(files))]
	return in_folder(dict(zip(names, files)), ["mkimage", "-A", arch, "-O", os, "-T", type, "-C", comp, "-a",
		"0x8000", "-e", "0x8040", "-n", "golden", "-d", ":".join(names), "out"])


@case("uimage")
def uimages():
	kernel = run("gzip", "-9nc", input=TEXT)
	told = [prop("name", "golden"), prop("os", "linux"), prop("load", "0x00008000"), prop("time", EPOCH),
		prop("entry", "0x00008040")]
	good = mkimage("kernel", [kernel], "gzip")
	yield Golden("uimage", "kernel", good, part("*", kernel), *told, prop("compression", "gzip"),
		prop("type", "kernel"), prop("arch", "arm"), prop("data-crc", "ok"))
	yield Golden("uimage", "padded", good + b"\xff" * 400, part("*", kernel), *told)
	yield Golden("uimage", "multi", mkimage("multi", [kernel, TEXT[:101], dtb()], arch="mips"),
		part("0", kernel), part("1", TEXT[:101]), part("2", dtb()), *told, prop("type", "multi"),
		prop("arch", "mips"))
	script = b"echo booting\nbootm ${addr}\n"
	yield Golden("uimage", "script", mkimage("script", [script], arch="powerpc"), part("0", script), *told,
		prop("type", "script"), prop("arch", "powerpc"))
	bad = bytearray(good)
	bad[-9] ^= 1
	yield Golden("uimage", "wrong-data", bytes(bad), part("*", bytes(bad[64:])), prop("data-crc", "wrong"),
		("lost", "checksum of the data is wrong"))
	yield Golden("uimage", "cut", good[:-20], part("*", good[64:-20]), ("lost", "data is cut off"))


FIT = b"""/dts-v1/;
/ {
	description = "golden fit";
	#address-cells = <1>;
	images {
		kernel-1 {
			description = "Linux"; data = /incbin/("kernel"); type = "kernel"; arch = "arm64"; os = "linux";
			compression = "gzip"; load = <0x80000>; entry = <0x80040>;
			hash-1 { algo = "sha256"; };
			hash-2 { algo = "crc32"; };
			hash-3 { algo = "sha512"; };
		};
		fdt-1 {
			description = "board"; data = /incbin/("fdt"); type = "flat_dt"; arch = "arm64";
			compression = "none";
			hash-1 { algo = "md5"; };
			hash-2 { algo = "sha1"; };
		};
	};
	configurations {
		default = "conf-1";
		conf-1 { kernel = "kernel-1"; fdt = "fdt-1"; SIGNATURE };
	};
};
"""
SIGNED = b'signature-1 { algo = "sha256,rsa2048"; key-name-hint = "dev"; sign-images = "kernel", "fdt"; };'


@case("fit")
def fits():
	kernel = run("gzip", "-9nc", input=TEXT)
	files = {"kernel": kernel, "fdt": dtb(), "its": FIT.replace(b"SIGNATURE", b""),
		"signed": FIT.replace(b"SIGNATURE", SIGNED)}
	parts = [part("kernel-1", kernel), part("fdt-1", dtb())]
	told = [prop("images/kernel-1/type", "kernel"), prop("images/kernel-1/load", "0x80000"),
		prop("images/kernel-1/entry", "0x80040"), prop("configurations/default", "conf-1"),
		prop("configurations/conf-1/kernel", "kernel-1"), prop("images/fdt-1/compression", "none")]
	right = [prop("images/kernel-1/hash-1", "sha256 ok"), prop("images/kernel-1/hash-2", "crc32 ok"),
		prop("images/kernel-1/hash-3", "sha512 ok"), prop("images/fdt-1/hash-1", "md5 ok"),
		prop("images/fdt-1/hash-2", "sha1 ok")]
	inside = in_folder(files, ["mkimage", "-f", "its", "out"])
	yield Golden("fit", "inside", inside, *parts, *told, *right)
	yield Golden("fit", "outside", in_folder(files, ["mkimage", "-E", "-f", "its", "out"]), *parts, *told, *right)
	yield Golden("fit", "position", in_folder(files, ["mkimage", "-E", "-p", "0x1000", "-f", "its", "out"]),
		*parts, *told, *right)
	signed = in_folder(files, ["openssl", "req", "-batch", "-new", "-newkey", "rsa:2048", "-nodes", "-x509",
		"-subj", "/CN=dev", "-keyout", "dev.key", "-out", "dev.crt"],
		["mkimage", "-f", "signed", "-k", ".", "out"])
	yield Golden("fit", "signed", signed, *parts, *told, *right, prop("configurations/conf-1/signature-1",
		"algo=sha256,rsa2048 key-name-hint=dev value=256 bytes signer=mkimage"))
	at = inside.index(kernel) + 30
	bad = inside[:at] + bytes([inside[at] ^ 1]) + inside[at + 1:]
	broken = bad[inside.index(kernel):][:len(kernel)]
	lost = ("lost", "digest of an image is wrong")
	yield Golden("fit", "wrong-data", bad, part("kernel-1", broken), parts[1], lost, lost, lost,
		prop("images/kernel-1/hash-1", "sha256 wrong"), prop("images/fdt-1/hash-2", "sha1 ok"))


# ---- partitions

@case("trx")
def trxs():
	def trx(version, *parts, flip=0):
		slots = 3 if version == 1 else 4
		head, offsets, body = 16 + 4 * slots, [], b""
		for data in parts:
			offsets.append(head + len(body))
			body += data
		summed = struct.pack("<HH%dI" % slots, 0, version, *(offsets + [0] * (slots - len(offsets)))) + body
		crc = (zlib.crc32(summed) ^ 0xFFFFFFFF) ^ flip
		return b"HDR0" + struct.pack("<II", head + len(body), crc) + summed
	a, b, c, d = TEXT[:100], noise(300), gzip.compress(TEXT, mtime=0), noise(64, b"d")
	yield Golden("trx", "v1", trx(1, a, b, c), part("0", a), part("1", b), part("2", c), prop("crc", "ok"),
		prop("version", 1))
	yield Golden("trx", "v2", trx(2, a, b, c, d) + b"\xff" * 100, part("0", a), part("1", b), part("2", c),
		part("3", d), prop("crc", "ok"), prop("version", 2))
	yield Golden("trx", "one", trx(1, c), part("0", c), prop("crc", "ok"))
	yield Golden("trx", "wrong-crc", trx(1, a, b, flip=1), part("0", a), part("1", b), prop("crc", "wrong"),
		("lost", "checksum is wrong"))


def disk(n_sectors, places):
	"""A disk whose partitions hold noise, so that every one is another."""
	image = bytearray(n_sectors * 512)
	for i, (first, n) in enumerate(places):
		image[first * 512:(first + n) * 512] = noise(n * 512, b"partition %d" % i)
	return bytes(image)


def cut(image, first, n):
	return image[first * 512:(first + n) * 512]


@case("mbr")
def mbrs():
	places = [(4, 8), (12, 4), (20, 3), (28, 2)]
	table = b"label: dos\nlabel-id: 0x41535359\nunit: sectors\n" \
		b"start=4, size=8, type=c, bootable\nstart=12, size=4, type=83\n" \
		b"start=16, size=16, type=5\nstart=20, size=3, type=83\nstart=28, size=2, type=82\n"
	image = in_folder({"out": disk(32, places), "table": table},
		["sh", "-c", "sfdisk -q --no-reread --no-tell-kernel out < table"])
	parts = [part(n, cut(image, *p)) for n, p in zip("1256", places)]
	# the tables of the chain lie inside nothing else
	yield Golden("mbr", "logical", image, *parts, prop("disk-signature", "41535359"),
		prop("partition 1", "type=0x0c active"), prop("partition 6", "type=0x82"))
	yield Golden("mbr", "cut", image[:512 * 22], *parts[:2], part("5", image[20 * 512:22 * 512]),
		("lost", "partition runs past the end"), ("lost", "no table in an extended partition"))


@case("gpt")
def gpts():
	places = [(40, 4), (44, 8)]
	with_parts = in_folder({"out": disk(128, places)}, ["sgdisk", "-a", "1", "-o", "-U",
		"8F3B1C60-5D2E-4A77-9C10-000000000001", "-n", "1:40:43", "-t", "1:EF00", "-c", "1:ESP", "-n", "2:44:51",
		"-c", "2:rööt", "out"])
	parts = [part(n, cut(with_parts, *p)) for n, p in zip("12", places)]
	told = [prop("disk-guid", "8f3b1c60-5d2e-4a77-9c10-000000000001"),
		prop("partition 1", "type=c12a7328-f81f-11d2-ba4b-00a0c93ec93b attributes=0x0 name=ESP"),
		prop("partition 2", "type=0fc63daf-8483-4772-8e79-3d69d8477de4 attributes=0x0 name=rööt")]
	yield Golden("gpt", "two", with_parts, *parts, *told)
	broken = bytearray(with_parts)
	broken[512 + 40] ^= 1
	yield Golden("gpt", "backup", bytes(broken), *parts, *told,
		("lost", "primary table is broken: the backup was used"))
	broken = bytearray(with_parts)
	broken[1024 + 3] ^= 1
	yield Golden("gpt", "backup-entries", bytes(broken), *parts, *told,
		("lost", "primary table is broken: the backup was used"))


# ---- programs and kernels

TINY = b"void _start(void) { for (;;) ; }\n"


@case("elf")
def elfs():
	flags = ["gcc", "-Os", "-nostdlib", "-static", "-fno-asynchronous-unwind-tables", "-Wl,--build-id=none",
		"-Wl,-z,noseparate-code", "-fcf-protection=none", "-Wl,-N", "-s", "-o", "out", "a.c"]
	tiny = in_folder({"a.c": TINY}, flags)
	yield Golden("elf", "tiny", tiny)
	yield Golden("elf", "padded", tiny + b"\xff" * 100)
	tail = TEXT[:200]
	yield Golden("elf", "trailing", tiny + tail, part("trailing-0x%x" % len(tiny), tail))
	for target in ("elf32-big", "elf64-big", "elf32-little"):
		data = in_folder({"in": TEXT[:100]}, ["objcopy", "-I", "binary", "-O", target, "in", "out"])
		yield Golden("elf", target, data)
	yield Golden("elf", "cut", tiny[:-30], ("lost", "file is cut off"))


def inner_kernel():
	"""What kernels have in common, in little, with configuration and initial file system."""
	config = gzip.compress(b"#\n# Linux/arm64 6.1.0 Kernel Configuration\n#\nCONFIG_IKCONFIG=y\n", mtime=0)
	archive = run("cpio", "-o", "-H", "newc", "--reproducible", "--quiet", input=b"", cwd="/")
	banner = b"Linux version 6.1.0-golden (nobody@nowhere) (gcc 12) #1 SMP\0"
	body = noise(600, b"code") + banner + b"\0" * 5 + b"IKCFG_ST" + config + b"IKCFG_ED" + noise(333, b"more")
	body += b"\0" * (-len(body) % 4) + archive + noise(500, b"end")
	return body, config, archive


def bulk():
	"""Something that packs to more than a kilobyte and unpacks to more than four."""
	return b"".join(noise(24, b"%d" % i) + b"kernel text and data %d\n" % i for i in range(200))


@case("ikconfig")
def ikconfigs():
	config = gzip.compress(b"CONFIG_MODULES=y\n# CONFIG_STACKPROTECTOR is not set\n" * 20, mtime=0)
	yield Golden("ikconfig", "plain", b"IKCFG_ST" + config + b"IKCFG_ED", part("config.gz", config))


@case("linux_image")
def linux_images():
	body, config, archive = inner_kernel()
	def head(magic, extra=b"\0" * 8):
		return struct.pack("<II", 0x91005A4D, 0x14000000) + struct.pack("<QQQ", 0, 1 << 20, 10) + b"\0" * 16 + \
			extra + magic + b"\0" * 4
	# the archive is found by its trailer, padded to four bytes
	size = archive.index(b"TRAILER!!!") + 11
	size += -size % 4
	for name, image, arch in (("arm64", head(b"ARM\x64") + body, "arm64"),
		("riscv", head(b"RSC\x05", b"RISCV\0\0\0") + body, "riscv")):
		yield Golden("linux_image", name, image, part("config.gz", config), part("initramfs", archive[:size]),
			prop("arch", arch), prop("banner", "Linux version 6.1.0-golden (nobody@nowhere) (gcc 12) #1 SMP"))


@case("zimage")
def zimages():
	for name, packed, format in (("gzip", gzip.compress(bulk(), mtime=0), "gzip"),
		("xz", run("xz", "--check=crc32", "--lzma2=dict=64KiB", "-c", input=bulk()), "xz"),
		("lz4", run("lz4", "-lqc", input=bulk()) + struct.pack("<I", len(bulk())), "lz4_legacy")):
		for order in "<>" if name == "gzip" else "<":
			code = struct.pack(order + "8I", *[0xE1A00000] * 8) + struct.pack(order + "I", 0xEA000003)
			rest = noise(200, b"unpacker") + packed + noise(60, b"data")
			size = len(code) + 12 + len(rest)
			image = code + struct.pack(order + "III", 0x016F2818, 0x8000, 0x8000 + size) + rest
			payload = packed[:-4] if name == "lz4" else packed
			yield Golden("zimage", name + ("-be" if order == ">" else ""), image + b"\xff" * 64,
				part("payload", payload), prop("compression", format))


@case("bzimage")
def bzimages():
	packed = run("xz", "--check=crc32", "--lzma2=dict=64KiB", "-c", input=bulk()) + struct.pack("<I", len(bulk()))
	setup = bytearray(1024)
	setup[497] = 1
	code = noise(64, b"head") + packed + noise(40, b"tail")
	code += b"\0" * (-len(code) % 16)
	struct.pack_into("<I", setup, 500, len(code) // 16)
	setup[510:512] = b"\x55\xaa"
	setup[514:518] = b"HdrS"
	struct.pack_into("<H", setup, 518, 0x020F)
	struct.pack_into("<H", setup, 526, 0x300 - 512)
	setup[0x300:0x310] = b"6.1.0-golden #1\0"
	struct.pack_into("<II", setup, 584, 64, len(packed))
	yield Golden("bzimage", "xz", bytes(setup) + code, part("payload", packed[:-4]), prop("protocol", "2.15"),
		prop("version", "6.1.0-golden #1"), prop("compression", "xz"))


def load_others():
	"""A format may keep how its golden inputs come to be beside them, in ID/make.py."""
	sys.modules.setdefault("make", sys.modules[__name__])
	importlib.import_module("trees")
	for path in sorted(HERE.glob("*/make.py")):
		if "from make import" in path.read_text(encoding="utf-8"):
			runpy.run_path(str(path))


def main():
	load_others()
	for ids, make in CASES:
		if len(sys.argv) > 1 and not set(ids) & set(sys.argv[1:]):
			continue
		for golden in make():
			golden.write()


if __name__ == "__main__":
	main()
