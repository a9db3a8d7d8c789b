# SPDX-License-Identifier: Apache-2.0
"""Artifacts as mender-artifact makes them; what is in them is read back by Python's tarfile."""
import hashlib
import io
import pathlib
import subprocess
import tarfile
import tempfile

from trees import golden, lie, read

ROOTFS = b"root file system\n" * 50


def artifact(*options, key=False):
	with tempfile.TemporaryDirectory() as tmp:
		pathlib.Path(tmp, "rootfs.img").write_bytes(ROOTFS)
		if key:
			subprocess.run(["openssl", "genrsa", "-traditional", "-out", "key", "2048"], cwd=tmp, check=True, stderr=subprocess.DEVNULL)
			options += ("-k", "key")
		subprocess.run(["mender-artifact", "write", "module-image", "-T", "golden", "-n", "release-1", "-t", "board", "-o",
			"out", "-f", "rootfs.img", *options], cwd=tmp, check=True, stdout=subprocess.DEVNULL)
		return pathlib.Path(tmp, "out").read_bytes()


def truth(image):
	lines = set()
	with tarfile.open(fileobj=io.BytesIO(image)) as t:
		for e in t:
			data = t.extractfile(e).read()
			lines.add("file %04o %d:%d %d %d %s /%s" % (e.mode, e.uid, e.gid, e.mtime, len(data),
				hashlib.sha256(data).hexdigest(), e.name))
			lines |= {"dir - - - 0 - /" + e.name.split("/")[0] for _ in e.name.split("/")[1:]}
	return sorted(lines)


def make(*options, **how):
	image = artifact(*options, **how)
	return image, truth(image)


golden("mender", "gzip")(make)
golden("mender", "lzma")(lambda: make("--compression", "lzma"))
golden("mender", "stored")(lambda: make("--compression", "none"))
golden("mender", "signed")(lambda: make(key=True))


@lie("", "^type mender", "file version.*sha256 ok", "file header.tar.gz.*sha256 ok", "file data/0000/rootfs.img.*sha256 ok",
	"signed.*value=no", "!wrong")
def mender_said():
	return read("mender", "gzip")


@lie("mender", "file data/0000/rootfs.img.*sha256 ok", "file header.tar.xz.*sha256 ok", "signed.*value=no", "!wrong")
def mender_lzma():
	return read("mender", "lzma")


@lie("mender", "file data/0000/rootfs.img.*sha256 ok", "signed.*yes", "!wrong")
def mender_signed():
	return read("mender", "signed")


@lie("mender", "file data/0000/rootfs.img.*sha256 wrong", "SHA-256 is not the one in the manifest", "file version.*sha256 ok")
def mender_other_payload():
	image = read("mender", "stored")
	image[image.index(ROOTFS) + 7] ^= 1
	return image


@lie("mender", "the artifact has no manifest")
def mender_without_manifest():
	image = read("mender", "gzip")
	at = image.index(b"manifest\0")
	image[at:at + 8] = b"manifesT"
	image[at + 148:at + 156] = b" " * 8
	image[at + 148:at + 156] = b"%06o\0 " % sum(image[at:at + 512])
	return image
