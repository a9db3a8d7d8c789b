# SPDX-License-Identifier: Apache-2.0
"""Boot images of mkbootimg."""
import hashlib
import struct

from make import Golden, case, dtb, in_folder, noise, part, prop

KERNEL, RAMDISK = b"a kernel, in words\n" * 30, noise(700, b"ramdisk")
SECOND, OVERLAYS = b"second stage\n" * 8, noise(200, b"overlays")


def boot(version, *options, page=2048, out="out", **files):
	args = [a for name in files for a in ("--" + name, name)]
	return in_folder(files, ["mkbootimg", "--header_version", str(version), "--pagesize", str(page), *args, *options,
		"--vendor_boot" if "vendor_ramdisk" in files else "-o", out])


@case("android_boot")
def boots():
	both = {"kernel": KERNEL, "ramdisk": RAMDISK}
	k, r, t = part("kernel", KERNEL), part("ramdisk", RAMDISK), part("dtb", dtb())
	line = ("--cmdline", "console=ttyMSM0 androidboot.hardware=golden")
	told = [prop("cmdline", line[1]), prop("os-version", "12.1.0"), prop("os-patch-level", "2022-03")]
	system = (*line, "--os_version", "12.1.0", "--os_patch_level", "2022-03")
	right = prop("id", "sha1 ok")
	v0 = boot(0, *system, "--board", "golden", second=SECOND, **both)
	yield Golden("android_boot", "v0", v0, k, r, part("second", SECOND), *told, right, prop("board", "golden"))
	yield Golden("android_boot", "v2", boot(2, *system, page=4096, dtb=dtb(), **both), k, r, t, *told, right)
	yield Golden("android_boot", "v3", boot(3, *system, **both), k, r, *told, prop("version", 3))
	long = "a" * 600
	yield Golden("android_boot", "long", boot(0, "--cmdline", long, **both), k, r, prop("cmdline", long), right)
	yield Golden("android_boot", "vendor3", boot(3, "--vendor_cmdline", "quiet", "--board", "golden", dtb=dtb(),
		vendor_ramdisk=RAMDISK), part("vendor_ramdisk", RAMDISK), t, prop("cmdline", "quiet"), prop("board", "golden"))
	yield Golden("android_boot", "cut", v0[:2048 + 300], part("kernel", KERNEL[:300]),
		*[("lost", "a part runs past the end")] * 3, ("lost", "the id is not the SHA-1 of the parts"))
	bad = v0[:2050] + b"!" + v0[2051:]
	yield Golden("android_boot", "wrong-id", bad, part("kernel", bad[2048:2048 + len(KERNEL)]), r,
		part("second", SECOND), ("lost", "the id is not the SHA-1 of the parts"))


@case("android_boot")
def by_hand():
	"""What Debian's mkbootimg does not write: overlays in version 1, version 4, a vendor's two ramdisks."""
	def page(data, size=2048):
		return data + b"\0" * (-len(data) % size)
	v1 = boot(1, kernel=KERNEL, ramdisk=RAMDISK)
	sums = b"".join(d + struct.pack("<I", len(d)) for d in (KERNEL, RAMDISK, b"", OVERLAYS))
	v1 = v1[:576] + hashlib.sha1(sums).digest() + v1[596:1632] + struct.pack("<IQ", len(OVERLAYS), len(v1)) + \
		v1[1644:] + page(OVERLAYS)
	k, r = part("kernel", KERNEL), part("ramdisk", RAMDISK)
	yield Golden("android_boot", "v1", v1, k, r, part("recovery_dtbo", OVERLAYS), prop("id", "sha1 ok"))
	sign = noise(256, b"signature")
	head = b"ANDROID!" + struct.pack("<4I16xI1536sI", len(KERNEL), len(RAMDISK), 13 << 25, 1584, 4, b"quiet", len(sign))
	yield Golden("android_boot", "v4", b"".join(page(d, 4096) for d in (head, KERNEL, RAMDISK, sign)), k, r,
		part("boot_signature", sign), prop("version", 4), prop("os-version", "13.0.0"), prop("cmdline", "quiet"))
	a, b, config = noise(300, b"a"), noise(500, b"b"), b"androidboot.hardware=golden\n"
	table = b"".join(struct.pack("<III32s64x", len(d), at, kind, name) for d, at, kind, name in
		((a, 0, 1, b""), (b, 300, 3, b"dlkm")))
	head = b"VNDRBOOT" + struct.pack("<5I2048sI16sIIQ4I", 4, 2048, 0x8000, 0x9000, 800, b"quiet", 0x100, b"golden",
		2128, len(dtb()), 0, len(table), 2, 108, len(config))
	image = page(head) + page(a + b) + page(dtb()) + page(table) + page(config)
	yield Golden("android_boot", "vendor4", image, part("vendor_ramdisk-0", a), part("vendor_ramdisk-1-dlkm", b),
		part("dtb", dtb()), part("bootconfig", config), prop("vendor_ramdisk-1-dlkm", "dlkm"))
