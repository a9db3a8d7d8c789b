# SPDX-License-Identifier: Apache-2.0
"""LVM2 by its own tools on a loop device (root only); logical volumes come in by vgcfgrestore, which needs no device mapper."""
import pathlib
import re
import subprocess
import tempfile

from make import Golden, case, noise, part, prop

EXTENT = 4096
CONF = "devices{use_devicesfile=0 pv_min_size=512 scan=[\"/dev\"]} backup{backup=0 archive=0} global{use_lvmpolld=0}"
LV = """%s {
id = "%s"
status = ["READ", "WRITE", "VISIBLE"]
flags = []
creation_host = "golden"
creation_time = 1700000000
segment_count = %d
%s}
"""
SEGMENT = """segment%d {
start_extent = %d
extent_count = %d
type = "striped"
stripe_count = %d
%sstripes = [
%s
]
}
"""


def volume(name, number, *segments):
	"""segments: lists of stripes (physical volume, extent) with their extents in all."""
	text, start = "", 0
	for i, (count, stripes) in enumerate(segments, 1):
		size = "stripe_size = 8\n" if len(stripes) > 1 else ""
		text += SEGMENT % (i, start, count, len(stripes), size, ",\n".join('"%s", %d' % s for s in stripes))
		start += count
	return LV % (name, "golden-%04d-0000-0000-0000-0000-000000" % number, len(segments), text)


def physical(size, volumes, n=1):
	"""The images of n physical volumes of one group, filled with noise, which holds volumes."""
	with tempfile.TemporaryDirectory() as tmp:
		paths = [pathlib.Path(tmp, "pv%d" % i) for i in range(n)]
		for path in paths:
			path.write_bytes(bytes(size))
		loops = [subprocess.run(["losetup", "-f", "--show", path], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
			for path in paths]

		def lvm(*argv):
			return subprocess.run([argv[0], "--config", CONF, *argv[1:]], check=True, stdout=subprocess.PIPE,
				stderr=subprocess.PIPE, close_fds=True)
		try:
			for loop in loops:
				lvm("pvcreate", "-y", "-ff", "--dataalignment", "4k", "--metadatasize", "32k", loop)
			lvm("vgcreate", "-y", "-s", str(EXTENT) + "b", "goldenvg", *loops)
			lvm("vgcfgbackup", "-f", tmp + "/text", "goldenvg")
			text = pathlib.Path(tmp, "text").read_text()
			at = text.rindex("}")
			text = text[:at] + "logical_volumes {\n" + "".join(volumes) + "}\n}\n"
			pathlib.Path(tmp, "text").write_text(text)
			lvm("vgcfgrestore", "-y", "-f", tmp + "/text", "goldenvg")
		finally:
			for loop in loops:
				subprocess.run(["losetup", "-d", loop], check=True)
		start = [int(v) * 512 for v in re.findall(r"pe_start = (\d+)", text)]
		images = [path.read_bytes() for path in paths]
		return [image[:at] + noise(size - at, b"pv%d" % i) for i, (image, at) in enumerate(zip(images, start))], start


def at(image, start, extent, n=1):
	return image[start + extent * EXTENT:start + (extent + n) * EXTENT]


@case("lvm2")
def images():
	[image], [start] = physical(1 << 19, [volume("root", 1, (3, [("pv0", 1)])),
		volume("data", 2, (2, [("pv0", 5)]), (1, [("pv0", 0)])), volume("stripes", 3, (4, [("pv0", 7), ("pv0", 9)]))])
	image = image[:start + 11 * EXTENT]
	striped = b"".join(at(image, start, e) for e in (7, 9, 8, 10))
	left = image[start + 4 * EXTENT:start + 5 * EXTENT]
	parts = [part("root", at(image, start, 1, 3)), part("data", at(image, start, 5, 2) + at(image, start, 0)),
		part("stripes", striped), part("*", left)]
	told = [prop("volume-group", "goldenvg"), prop("extent-size", EXTENT), prop("volume data", "size=12288 segments=2")]
	yield Golden("lvm2", "volumes", image, *parts, *told)
	text = image.rindex(b"goldenvg {", 0, start)
	lost = image[:text + 20] + b"?" + image[text + 21:]
	yield Golden("lvm2", "damaged", lost, part("*", image[start:]), ("lost", "a metadata area is empty or damaged"))
