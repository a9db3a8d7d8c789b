# SPDX-License-Identifier: Apache-2.0
"""FIT images of mkimage whose signatures can be verified: the control tree that holds the key lies in them."""
import hashlib

from make import BOARD, Golden, case, dtb, in_folder, part, prop

TREE = b"""/dts-v1/;
/ {
	description = "golden fit";
	#address-cells = <1>;
	images {
		kernel { data = /incbin/("kernel"); type = "kernel"; arch = "arm"; os = "linux"; compression = "none";
			load = <0x8000>; entry = <0x8000>; hash-1 { algo = "sha384"; }; IMAGE };
		fdt { data = /incbin/("fdt"); type = "flat_dt"; arch = "arm"; compression = "none";
			hash-1 { algo = "sha256"; }; };
	};
	configurations { default = "conf"; conf { kernel = "kernel"; fdt = "fdt"; CONF }; };
};
"""
OF_IMAGE = b'signature-1 { algo = "ALGO"; key-name-hint = "dev"; PAD };'
OF_CONF = b'signature-1 { algo = "ALGO"; key-name-hint = "dev"; sign-images = "kernel", "fdt"; PAD };'
KEY = ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "dev.key"]
CERT = ["openssl", "req", "-batch", "-new", "-x509", "-key", "dev.key", "-subj", "/CN=dev", "-out", "dev.crt"]
SIZED = BOARD.replace(b"empty;", b"empty; room = [%s];" % (b"00 " * 64))
CURVED = SIZED.rstrip().removesuffix(b"};") + b"signature { }; };"
HASHED = "/,/configurations/conf,/images/kernel,/images/kernel/hash-1,/images/fdt,/images/fdt/hash-1"


def signed(image=b"", conf=b"", algo=b"sha256,rsa2048", pad=b"", external=False):
	"""The FIT, its kernel, and the control tree in it. What is signed first is thrown away: it brings the key."""
	kernel = b"a kernel is more than this\n" * 9
	pad = b'padding = "%s";' % pad if pad else b""
	tree = TREE.replace(b"IMAGE", image).replace(b"CONF", conf).replace(b"ALGO", algo).replace(b"PAD", pad)
	files = {"kernel": kernel, "fdt": dtb(SIZED, "-p", "1200"), "its": tree}
	how = ["mkimage", "-f", "its", "-k", ".", "-K", "fdt", "-r", *(["-E"] if external else []), "out"]
	both = in_folder(files, KEY, CERT, how, ["cp", "fdt", "in"], how,
		["sh", "-c", "cat in | wc -c > n; cat n in out > both"], out="both")
	n, rest = both.split(b"\n", 1)
	return rest[int(n):], kernel, rest[:int(n)]


def by_curve(bits=256, image=b"", conf=b""):
	"""As signed(), by ECDSA: mkimage adds the key to the node /signature, which must be there, and only once."""
	kernel = b"a kernel is more than this\n" * 9
	tree = TREE.replace(b"IMAGE", image).replace(b"CONF", conf).replace(b"ALGO", b"sha256,ecdsa%d" % bits).replace(b"PAD", b"")
	files = {"kernel": kernel, "fdt": dtb(CURVED, "-p", "1200"), "its": tree}
	key = ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "dev.pem"]
	both = in_folder(files, key, ["mkimage", "-f", "its", "-k", ".", "-K", "fdt", "out"], ["cp", "fdt", "in"],
		["mkimage", "-f", "its", "-k", ".", "out"], ["sh", "-c", "cat in | wc -c > n; cat n in out > both"], out="both")
	n, rest = both.split(b"\n", 1)
	return rest[int(n):], kernel, rest[:int(n)]


def key_digest(control, *names):
	"""SHA-256 of a key's numbers, as fdtget reads them."""
	node = "/signature/" + in_folder({"c": control}, ["sh", "-c", "fdtget -l c /signature > out"]).decode().strip()
	hexes = b"".join(in_folder({"c": control}, ["sh", "-c", "fdtget -t bx c %s %s > out" % (node, n.decode())]) for n in names)
	return hashlib.sha256(bytes(int(x, 16) for x in hexes.split())).hexdigest()


@case("fit", "dtb")
def verified_by_curve():
	for name, node, how in (("verified-ecdsa", "configurations/conf/signature-1", {"conf": OF_CONF}),
		("verified-ecdsa-image", "images/kernel/signature-1", {"image": OF_IMAGE})):
		image, kernel, control = by_curve(**how)
		told = [part("kernel", kernel), part("fdt", control), prop("images/kernel/hash-1", "sha384 ok")]
		yield Golden("fit", name, image, *told, prop(node + "/verdict", "verified with the key in a device tree here"))
		if "conf" in how:
			yield Golden("dtb", "key-ecdsa", control, prop("model", "Golden board"), prop("signature/dev/ecdsa,curve", "prime256v1"),
				prop("signature/dev/point-sha256", key_digest(control, b"ecdsa,x-point", b"ecdsa,y-point")))
			at = image.index(bytes.fromhex("00008000"))
			yield Golden("fit", "forged-ecdsa", image[:at] + bytes.fromhex("00009000") + image[at + 4:], *told,
				prop(node + "/verdict", "wrong"), ("lost", "a signature is wrong"))


@case("fit", "dtb")
def verified():
	good = "verified with the key in a device tree here"
	for name, how in (("verified-conf", {"conf": OF_CONF}), ("verified-image", {"image": OF_IMAGE}),
		("verified-pss", {"conf": OF_CONF, "pad": b"pss"}), ("verified-external", {"conf": OF_CONF, "external": True}),
		("verified-sha512", {"conf": OF_CONF, "algo": b"sha512,rsa2048"})):
		image, kernel, control = signed(**how)
		node = "images/kernel/signature-1" if "image" in how else "configurations/conf/signature-1"
		told = [part("kernel", kernel), part("fdt", control), prop("images/kernel/hash-1", "sha384 ok"),
			prop(node + "/padding", how.get("pad", b"pkcs-1.5").decode()),
			prop(node + "/signs", "data" if "image" in how else HASHED)]
		yield Golden("fit", name, image, *told, prop(node + "/verdict", good))
		if name != "verified-conf":
			continue
		yield Golden("dtb", "key-rsa", control, prop("signature/key-dev/algo", "sha256,rsa2048"),
			prop("signature/key-dev/key-name-hint", "dev"), prop("signature/key-dev/required", "conf"),
			prop("signature/key-dev/modulus-sha256", key_digest(control, b"rsa,modulus")))
		# the kernel starts elsewhere: no digest sees it, the signature does
		at = image.index(bytes.fromhex("00008000"))
		bad = image[:at] + bytes.fromhex("00009000") + image[at + 4:]
		yield Golden("fit", "forged-conf", bad, *told, prop(node + "/verdict", "wrong"), ("lost", "a signature is wrong"))
