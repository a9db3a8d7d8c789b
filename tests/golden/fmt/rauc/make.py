# SPDX-License-Identifier: Apache-2.0
"""Bundles as rauc makes them."""
import pathlib
import struct
import tempfile

from make import Golden, case, noise, part, prop, run

MANIFEST = "[update]\ncompatible=golden board\nversion=2024.03-1\n\n%s[image.rootfs]\nfilename=rootfs.img\n"


def bundle(format):
	with tempfile.TemporaryDirectory() as tmp:
		inside = pathlib.Path(tmp, "in")
		inside.mkdir()
		(inside / "rootfs.img").write_bytes(noise(6000))
		(inside / "manifest.raucm").write_text(MANIFEST % ("" if format == "plain" else "[bundle]\nformat=%s\n\n" % format))
		run("openssl", "req", "-batch", "-new", "-newkey", "rsa:2048", "-nodes", "-x509", "-days", "36500", "-subj",
			"/O=Golden/CN=signer", "-keyout", "key.pem", "-out", "cert.pem", cwd=tmp)
		run("rauc", "--cert=cert.pem", "--key=key.pem", "bundle", "in", "out.raucb", cwd=tmp)
		return pathlib.Path(tmp, "out.raucb").read_bytes(), pathlib.Path(tmp, "cert.pem").read_bytes()


def cms(data):
	n = struct.unpack(">Q", data[-8:])[0]
	return data[-8 - n:-8]


@case("rauc")
def raucs():
	told = [prop("signature", "CMS"), prop("signature-right", "yes, with the certificate in it"),
		prop("signature-digest", "SHA256"), prop("signer", "/O=Golden/CN=signer"), prop("signer-issued-by", "itself")]
	plain, _ = bundle("plain")
	contents = plain[:-8 - len(cms(plain))]
	yield Golden("rauc", "plain", plain, part("contents", contents), *told, prop("format", "plain"))
	bad = bytearray(plain)
	bad[200] ^= 1
	yield Golden("rauc", "wrong", bytes(bad), part("contents", bytes(bad[:len(contents)])), prop("signature-right", "no"),
		("lost", "the signature is wrong for what it signs"))
	verity, cert = bundle("verity")
	with tempfile.TemporaryDirectory() as tmp:
		pathlib.Path(tmp, "cms").write_bytes(cms(verity))
		pathlib.Path(tmp, "cert").write_bytes(cert)
		manifest = run("openssl", "cms", "-verify", "-inform", "DER", "-in", "cms", "-noverify", "-binary", cwd=tmp)
	values = dict(l.split("=", 1) for l in manifest.decode().splitlines() if "=" in l)
	end = len(verity) - 8 - len(cms(verity)) - int(values["verity-size"])
	yield Golden("rauc", "verity", verity, part("contents", verity[:end]), part("manifest", manifest), *told,
		*[prop(k, values[k]) for k in ("compatible", "version", "format", "verity-hash", "verity-size")])
	hidden = bytes(b ^ 0x5A for b in verity[:end]) + verity[end:]
	yield Golden("rauc", "encrypted", hidden, part("manifest", manifest), *told,
		("lost", "the bundle's contents are encrypted"))
