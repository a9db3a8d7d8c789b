# SPDX-License-Identifier: Apache-2.0
"""SWUpdate's bundles: cpio archives them, openssl signs."""
import hashlib
import os
import pathlib
import subprocess
import tempfile

from trees import T, golden, lie, read

ROOTFS, LOADER = b"root file system\n" * 20, bytes(range(200))
LIBCONFIG = b"""/* golden */
software =
{
	version = "1.2.3";
	description = "Golden update";
	hardware-compatibility: [ "1.0", "1.2" ]; # comment with } in it
	images: (
		{
			filename = "rootfs.img";
			device = "/dev/mmcblk0p2";
			properties: { key = "value"; }
			sha256 = "%s";
		},
		{ filename = "loader.bin"; encrypted = true; }
	);
	files: ( { filename = "missing"; sha256 = "00"; } );
}
"""
JSON = b'{"software": {"version": "2", "images": [{"filename": "rootfs.img", "sha256": "%s"}]}}\n'


def sign(tmp, *how):
	subprocess.run(["openssl", "req", "-batch", "-new", "-newkey", "rsa:2048", "-nodes", "-x509", "-days", "36500",
		"-subj", "/CN=swu", "-keyout", "key", "-out", "cert"], cwd=tmp, check=True, stderr=subprocess.DEVNULL)
	subprocess.run(["openssl", *how, "-out", "sw-description.sig"], cwd=tmp, check=True, stdin=open(tmp + "/sw-description"))
	return ["sw-description.sig"]


CMS = ["cms", "-sign", "-outform", "DER", "-nosmimecap", "-binary", "-signer", "cert", "-inkey", "key", "-in", "sw-description"]
RSA = ["dgst", "-sha256", "-sign", "key"]


def swu(description=LIBCONFIG, kind="crc", signed=None):
	files = {"sw-description": description % hashlib.sha256(ROOTFS).hexdigest().encode(), "rootfs.img": ROOTFS,
		"loader.bin": LOADER}
	with tempfile.TemporaryDirectory() as tmp:
		for name, data in files.items():
			pathlib.Path(tmp, name).write_bytes(data)
		names = ["sw-description"] + (sign(tmp, *signed) if signed else []) + ["rootfs.img", "loader.bin"]
		lines = []
		for name in names:
			os.chmod(tmp + "/" + name, 0o644)
			os.utime(tmp + "/" + name, (T.EPOCH, T.EPOCH))
			data = pathlib.Path(tmp, name).read_bytes()
			lines.append("file 0644 0:0 %d %d %s /%s" % (T.EPOCH, len(data), hashlib.sha256(data).hexdigest(), name))
		made = subprocess.run(["cpio", "-o", "-H", kind, "--quiet", "--reproducible", "-R", "0:0"], cwd=tmp, check=True,
			input="\n".join(names).encode(), stdout=subprocess.PIPE)
		return made.stdout, lines


golden("swupdate", "unsigned")(swu)
golden("swupdate", "json")(lambda: swu(JSON, "newc"))
golden("swupdate", "cms")(lambda: swu(signed=CMS))
golden("swupdate", "rsa")(lambda: swu(signed=RSA))


@lie("swupdate", "image rootfs.img.*sha256 ok", "image loader.bin.*sha256 not stated, encrypted", "image missing.*not in the archive",
	"name=version.*1.2.3", "signed.*value=no", "!sha256 wrong")
def swupdate_said():
	return read("swupdate", "unsigned")


@lie("", "^type swupdate", "image rootfs.img.*sha256 ok", "signature-right.*yes", "signer.*/CN=swu")
def swupdate_signed():
	return read("swupdate", "cms")


@lie("swupdate", "image rootfs.img.*sha256 wrong", "SHA-256 is not the one stated", "checksum of an entry is wrong",
	"signed.*yes, 256 bytes without a certificate")
def swupdate_other_file():
	image = read("swupdate", "rsa")
	image[image.index(ROOTFS) + 5] ^= 1
	return image


@lie("swupdate", "signature-right.*no", "signature is wrong")
def swupdate_other_description():
	return read("swupdate", "cms").replace(b"Golden update", b"Silver update")


@lie("swupdate", "archive ends without its trailer|entry runs past", "file .* /sw-description")
def swupdate_cut():
	return read("swupdate", "unsigned")[:1200]


@lie("swupdate", "/sw-description", "!sha256 ok")
def swupdate_deep():
	return swu(b"{" * 5000 + b'filename = "rootfs.img"; sha256 = "%s";' + b"}" * 5000)[0]
