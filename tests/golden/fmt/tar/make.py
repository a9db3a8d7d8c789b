# SPDX-License-Identifier: Apache-2.0
"""Images of containers, by umoci and skopeo, with whiteouts, an opaque directory and hard links in their layers."""
import gzip
import io
import json
import os
import pathlib
import tarfile
import tempfile

from trees import NOT_SHOWN, T, golden, lie, lines, pack, read

# GNU tar ends with nothing shown.
NOT_SHOWN.add(("tar", "no-end"))

LAYERS = (
	(("etc", None), ("etc/passwd", b"root:x\n"), ("etc/old", b"old\n"), ("opt", None), ("opt/a", b"a"), ("opt/sub", None),
		("opt/sub/b", b"b"), ("bin", None), ("bin/sh", b"sh"), ("bin/ash", "bin/sh"), ("was-dir", None), ("was-dir/x", b"x"),
		("was-file", b"file")),
	(("etc/.wh.old", b""), ("etc/passwd", b"root:y\n"), ("opt/.wh..wh..opq", b""), ("opt/c", b"c"), ("bin/sh", b"new"),
		("was-dir", b"now a file"), ("was-file", None), ("was-file/y", b"y")),
)


def layer(members):
	out = io.BytesIO()
	with tarfile.open(fileobj=out, mode="w") as tar:
		for name, what in members:
			info = tarfile.TarInfo(name)
			info.mtime = T.EPOCH
			if what is None:
				info.type, info.mode = tarfile.DIRTYPE, 0o755
			elif isinstance(what, str):
				info.type, info.linkname = tarfile.LNKTYPE, what
			else:
				info.size = len(what)
			tar.addfile(info, io.BytesIO(what) if isinstance(what, bytes) else None)
	return out.getvalue()


def merged():
	"""What must come out, by the rules for layers."""
	t = T.Tree()
	for d in ("etc", "opt", "bin", "was-file"):
		t.dir("merged/" + d, 0o755)
	for path, data in (("etc/passwd", b"root:y\n"), ("opt/c", b"c"), ("bin/sh", b"new"), ("bin/ash", b"sh"),
		("was-dir", b"now a file"), ("was-file/y", b"y")):
		t.file("merged/" + path, data)
	return [l for l in lines(t) if not l.endswith(" /merged")] + ["dir - - - 0 - /merged"]


def implied(names):
	return ["dir - - - 0 - /merged/" + n for n in names]


def layout(tmp):
	top = pathlib.Path(tmp, "layout")
	pack.run(["umoci", "init", "--layout", top])
	pack.run(["umoci", "new", "--image", "%s:t" % top])
	for i, members in enumerate(LAYERS):
		pathlib.Path(tmp, "layer%d" % i).write_bytes(layer(members))
		pack.run(["umoci", "raw", "add-layer", "--image", "%s:t" % top, pathlib.Path(tmp, "layer%d" % i)])
	return top


def beside(image):
	"""What the archive itself holds, by Python's own reader."""
	t = T.Tree()
	links, held = [], set()
	with tarfile.open(fileobj=io.BytesIO(image)) as tar:
		for m in tar:
			name = m.name.removeprefix("./").strip("/")
			if m.isdir() and name not in (".", ""):
				held.add(name)
				t.dir(name, m.mode, m.uid, m.gid, mtime=int(m.mtime))
			elif m.isfile():
				t.file(name, tar.extractfile(m).read(), m.mode, m.uid, m.gid, mtime=int(m.mtime))
			elif m.issym():
				t.link(name, m.linkname)
				links.append("symlink %04o %d:%d %d 0 - /%s -> %s" % (m.mode, m.uid, m.gid, m.mtime, name, m.linkname))
	said = [l for l in lines(t) if not l.startswith("symlink")]
	return [l for l in said if not l.startswith("dir") or l.split(" /", 1)[1] in held] + links


def truth(image):
	with tarfile.open(fileobj=io.BytesIO(image)) as tar:
		first = {m.name.removeprefix("./").split("/")[0] for m in tar if "/" in m.name.removeprefix("./")}
		held = {m.name.removeprefix("./").strip("/") for m in tar if m.isdir()}
	return beside(image) + merged() + implied(("etc", "opt", "bin")) + [
		"dir - - - 0 - /" + d for d in sorted(first - held)]


@golden("tar", "oci")
def oci():
	with tempfile.TemporaryDirectory() as tmp:
		image = pack.run(["tar", "-C", layout(tmp), "--sort=name", "--owner=0", "--group=0", "--mtime=@%d" % T.EPOCH, "-b1",
			"--format=gnu", "-cf", "-", "."])
		return image, truth(image)


@golden("tar", "docker")
def docker():
	with tempfile.TemporaryDirectory() as tmp:
		out = pathlib.Path(tmp, "out.tar")
		pack.run(["skopeo", "--insecure-policy", "copy", "oci:%s:t" % layout(tmp), "docker-archive:%s:golden:1" % out])
		image = out.read_bytes()
		return image, truth(image)


@golden("tar", "no-end")
def no_end():
	"""umoci insert ends a layer with the last byte of its last file."""
	with tempfile.TemporaryDirectory() as tmp:
		top = layout(tmp)
		t = T.Tree()
		t.file("etc/y", b"hi\n", 0o640, 0, 0)
		y = pathlib.Path(tmp, "y")
		y.write_bytes(b"hi\n")
		y.chmod(0o640)
		os.utime(y, (T.EPOCH, T.EPOCH))
		before = set(top.glob("blobs/sha256/*"))
		pack.run(["umoci", "insert", "--image", "%s:t" % top, y, "/etc/y"])
		new, = (b for b in set(top.glob("blobs/sha256/*")) - before if b.read_bytes().startswith(b"\x1f\x8b"))
		image = gzip.decompress(new.read_bytes())
		assert len(image) == 512 + 3  # and Python's reader does not go past its last file
		return image, ["dir - - - 0 - /etc"] + [l for l in lines(t) if l.startswith("file")]


@lie("tar", "archive ends without its end mark", "/etc/y")
def tar_cut_behind_a_block():
	"""An archive whose last file fills its block may be cut off as well as not."""
	return read("tar", "no-end") + b"\0" * 509


@lie("tar", "entry runs past the archive", "!property .*end")
def tar_cut_before_the_last_byte():
	return read("tar", "no-end")[:-1]


@lie("tar", "a blob of the image has another digest", "/merged/opt/c")
def tar_blob():
	"""The last byte before the padding of a compressed layer is that of its length."""
	image = read("tar", "oci")
	at = image.rindex(b"\x1f\x8b\x08")
	image[at + 4] ^= 1  # the time, which nothing checks but the digest
	return image


@lie("tar", "a layer of the image is not there", "/merged/opt/c")
def tar_no_layer():
	image = read("tar", "docker")
	at = image.index(b'"Layers":["') + 11
	image[at:at + 4] = b"dead"
	return image


@lie("tar", "!/merged")
def tar_no_image():
	return read("tar", "ustar")


def image_of(layers, **members):
	"""An archive as Docker writes it: sixteen images of these layers."""
	out = io.BytesIO()
	with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
		for name, data in [("manifest.json", json.dumps([{"Layers": layers}] * 16).encode()), *members.items()]:
			info = tarfile.TarInfo(name)
			info.size = len(data)
			tar.addfile(info, io.BytesIO(data))
	return out.getvalue()


def layer_of(*names):
	out = io.BytesIO()
	with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
		for name in names:
			tar.addfile(tarfile.TarInfo(name))
	return out.getvalue()


@lie("tar", "/merged/f0", "/merged/f799", "/merged-16/f799", "!twice in its directory")
def tar_layer_again():
	"""A layer that is named very often is merged once: eight thousand times would take long."""
	return image_of(["a"] * 512, a=layer_of(*["f%d" % i for i in range(800)]))


@lie("tar", "directories are nested too deeply", "/merged/b", "!/merged/gone")
def tar_layer_deep():
	"""A path of very many directories: asking for each of them by its whole path would take long."""
	return image_of(["a", "b"], a=layer_of("gone/x", "b"), b=layer_of("d/" * 200000 + "x", ".wh.gone"))
