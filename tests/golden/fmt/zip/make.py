# SPDX-License-Identifier: Apache-2.0
"""zip, by 7-Zip where Python's zipfile (trees.py) knows no such method; and Android's updates by blocks, whose Brotli is
the brotli command's."""
import io
import pathlib
import random
import subprocess
import zipfile

from trees import NOT_SHOWN, T, golden, lie, lines, pack, put, zip_python

# unzip knows neither; and images are put together of what is in the archive; and it wants the usual first letters.
NOT_SHOWN.update({("zip", "ppmd"), ("zip", "lzma-7z"), ("zip", "update"), ("zip", "dahua")})

BLOCK = 4096
DATA = b"".join(b"%d green bottles hanging on the wall\n" % (i * i % 10007) for i in range(900))


def seven(t, *options):
	with pack.scratch() as tmp:
		pathlib.Path(tmp, "t.tar").write_bytes(t.tar())
		subprocess.run(["sh", "-ec", "mkdir in; tar -xpf t.tar -C in; cd in; TZ=UTC 7z a -tzip -mtc=off -mta=off %s ../out.zip ." % " ".join(options)],
			cwd=tmp, check=True, stdout=subprocess.PIPE)
		return pathlib.Path(tmp, "out.zip").read_bytes()


def plain():
	t = T.Tree()
	t.file("text", DATA, 0o644)
	t.file("noise", random.Random(8).randbytes(3000), 0o600)
	t.file("dir/zeros", bytes(200000), 0o640)
	t.file("empty", b"", 0o644)
	return t


for name, method in (("deflate64", "Deflate64"), ("ppmd", "PPMd"), ("lzma-7z", "LZMA")):
	golden("zip", name)(lambda method=method: (seven(plain(), "-mm=" + method), lines(plain(), ids=False)))


def ranges(*pairs):
	return ",".join(str(n) for n in (2 * len(pairs), *(k for p in pairs for k in p)))


def transfer(image, new, version=4, order=None, step=None, more=()):
	"""The list of an image whose blocks at new (pairs) are sent in that order, and those blocks."""
	rest, at = [], 0
	for a, b in sorted(new):
		rest += [(at, a)] if a > at else []
		at = b
	rest += [(at, len(image) // BLOCK)] if at < len(image) // BLOCK else []
	rows = [str(version), str(sum(b - a for a, b in new))] + (["0", "0"] if version > 1 else [])
	rows += ["erase " + ranges(*rest)] if rest else []
	rows += ["new " + ranges(*new[i:i + 2]) for i in range(0, len(new), 2)] + ["zero " + ranges(p) for p in rest] + list(more)
	return ("\n".join(rows) + "\n").encode(), b"".join(image[a * BLOCK:b * BLOCK] for a, b in new)


def system(n=24, seed=5, new=((0, 3), (5, 6), (9, 20))):
	dice, out = random.Random(seed), bytearray(n * BLOCK)
	for a, b in new:
		out[a * BLOCK:b * BLOCK] = b"".join(bytes([dice.randrange(256)]) * 4000 + dice.randbytes(96) for _ in range(a, b))
	return bytes(out), list(new)


def brotli(data, *options):
	return subprocess.run(["brotli", "-c", *options], input=data, check=True, stdout=subprocess.PIPE).stdout


def archive(members):
	out = io.BytesIO()
	with zipfile.ZipFile(out, "w") as z:
		for name, data, method in members:
			info = zipfile.ZipInfo(name, (2009, 1, 1, 0, 0, 0))
			info.external_attr, info.create_system = 0, 0
			z.writestr(info, data, method)
	return out.getvalue()


def told(members, *images):
	rows = ["file - - 1230768000 %d %s /%s" % (len(d), T.sha256(d), n) for n, d, _ in members]
	return rows + ["file - - - %d %s /%s" % (len(d), T.sha256(d), n) for n, d in images]


def update():
	a, new = system()
	b, turned = system(10, 6, ((6, 8), (0, 2)))
	c, third = system(5, 7, ((1, 2),))
	la, da = transfer(a, new)
	lb, db = transfer(b, turned, 3)
	lc, dc = transfer(c, third, 1)
	return [("META-INF/com/android/metadata", b"ota-type=BLOCK\n", 8), ("system.transfer.list", la, 8), ("system.new.dat.br", brotli(da), 0),
		("system.patch.dat", b"", 0), ("odd/vendor.new.dat.br", brotli(db, "-q", "2"), 8), ("odd/vendor.transfer.list", lb, 0),
		("boot.transfer.list", lc, 8), ("boot.new.dat", dc, 8)], [("system.img", a), ("odd/vendor.img", b), ("boot.img", c)]


@golden("zip", "update")
def android_update():
	members, images = update()
	return archive(members), sorted(told(members, *images) + ["dir - - - 0 - /META-INF", "dir - - - 0 - /META-INF/com",
		"dir - - - 0 - /META-INF/com/android", "dir - - - 0 - /odd"])


def lying(change, data=None):
	"""An update whose list is changed, or its data."""
	image, new = system()
	rows, sent = transfer(image, new)
	packed = brotli(sent)
	return archive([("system.transfer.list", change(rows), 0), ("system.new.dat.br", data(packed) if data else packed, 0)])


def same(rows):
	return rows


@lie("zip", "blocks of an update are damaged or missing", "/system.img damaged")
def zip_update_cut():
	return lying(same, lambda d: d[:len(d) // 2])


@lie("zip", "blocks of an update are damaged or missing", "/system.img damaged")
def zip_update_flipped():
	return lying(same, lambda d: d[:1200] + bytes(100) + d[1300:])


@lie("zip", "blocks of an update are damaged or missing", "/system.img damaged")
def zip_update_too_much():
	return lying(lambda rows: rows.replace(b",9,20", b",9,19"))


@lie("zip", "lost zip", "/system.img damaged", "!file .* 140737488355328 ")
def zip_update_huge():
	"""A block at 128 TiB."""
	return lying(lambda rows: rows + b"zero 2,0,34359738368\n")


@lie("zip", "lost zip limit", "/system.img damaged")
def zip_update_huge_turned():
	"""The same where blocks are not in order, which takes memory."""
	return lying(lambda rows: rows + b"new 2,0,1\nzero 2,0,34359738368\n")


@lie("zip", "lost zip limit", "/first.img damaged", "file - - - 4096 .*/second.img$")
def zip_update_far_beside_another():
	"""What one image asks for too much is not lost of another."""
	far = b"4\n2\n0\n0\nnew 4,1000000,1000001,0,1\n"
	return archive([("first.transfer.list", far, 0), ("first.new.dat", bytes(2 * BLOCK), 8),
		("second.transfer.list", b"4\n1\n0\n0\nnew 2,0,1\n", 0), ("second.new.dat", b"A" * BLOCK, 0)])


@lie("", "status ok", "/p29.img$")
def zip_update_long_lists():
	"""Long lists, which pack to nothing, of many partitions."""
	text = b"4\n1\n0\n0\nnew 2,0,1\n".ljust(15 << 20)
	return archive([("p%d.%s" % (i, kind), data, 8) for i in range(30) for kind, data in (("transfer.list", text),
		("new.dat", b"A" * BLOCK))])


@lie("zip", "the list of an update's blocks makes no sense", "/system.new.dat.br")
def zip_update_no_list():
	return lying(lambda rows: b"hello\n" + rows)


@lie("zip", "blocks of an update are damaged or missing", "/system.img damaged")
def zip_update_backwards():
	return lying(lambda rows: rows.replace(b"2,9,20", b"2,20,9"))


@lie("zip", "the update changes what is on the device", "/system.img damaged")
def zip_update_of_what_is_there():
	return lying(lambda rows: rows + b"move 0123 2,3,5 2 2,0,2\n")


@lie("zip", "contents are damaged or have a wrong checksum", "/text damaged", "/noise$")
def zip_deflate64_flipped():
	image = bytearray(seven(plain(), "-mm=Deflate64"))
	at = image.index(b"PK\3\4", image.index(b"text") - 40)
	image[at + 400] ^= 0x55
	return image


@lie("zip", "contents are damaged or have a wrong checksum", "/text damaged", "/noise$")
def zip_ppmd_flipped():
	image = bytearray(seven(plain(), "-mm=PPMd"))
	at = image.index(b"PK\3\4", image.index(b"text") - 40)
	image[at + 200] ^= 0x55
	return image


@lie("zip", "contents are damaged or have a wrong checksum", "/text damaged", "/noise$")
def zip_ppmd_memory():
	"""It asks for the most memory there is."""
	image = bytearray(seven(plain(), "-mm=PPMd"))
	at = image.index(b"PK\3\4", image.index(b"text") - 40)
	return put(image, at + 30 + 4, "H", 0x0fff)


# Dahua's updates are zip archives whose first two letters are others.
@golden("zip", "dahua")
def dahua():
	image, truth = zip_python(8)
	return b"DH" + bytes(image)[2:], truth
