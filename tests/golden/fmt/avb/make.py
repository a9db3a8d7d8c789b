# SPDX-License-Identifier: Apache-2.0
"""Android verified boot from its published layout, signed by openssl; hash trees by veritysetup."""
import hashlib
import re
import struct

from make import Golden, case, in_folder, noise, part, prop, run

KEY = {}


def key():
	"""A private key, made once."""
	if not KEY:
		KEY["pem"] = run("openssl", "genrsa", "2048")
		modulus = run("openssl", "rsa", "-noout", "-modulus", input=KEY["pem"]).split(b"=")[1].strip()
		KEY["n"] = int(modulus, 16)
	return KEY


def public():
	n = key()["n"]
	word = -pow(n, -1, 1 << 32) % (1 << 32)
	return struct.pack(">II", 2048, word) + n.to_bytes(256, "big") + pow(2, 4096, n).to_bytes(256, "big")


def padded(data, n=8):
	return data + bytes(-len(data) % n)


def descriptor(tag, body):
	body = padded(body)
	return struct.pack(">QQ", tag, len(body)) + body


def text_property(name, value):
	return descriptor(0, struct.pack(">QQ", len(name), len(value)) + name + b"\0" + value + b"\0")


def hash_of(image, name, salt=b"salt", flip=0):
	digest = hashlib.sha256(salt + image).digest()
	digest = bytes([digest[0] ^ flip]) + digest[1:]
	return descriptor(2, struct.pack(">Q32sIIII60x", len(image), b"sha256", len(name), len(salt), len(digest), 0) + name + salt
		+ digest)


def hashtree_of(image, name, tree_at, tree, root, salt=b"\0\1\2\3"):
	return descriptor(1, struct.pack(">IQQQIIIQQ32sIIII60x", 1, len(image), tree_at, len(tree), 4096, 4096, 0, 0, 0, b"sha1",
		len(name), len(salt), len(root), 0) + name + salt + root)


def vbmeta(*descriptors, signed=True, rollback=7, flags=0):
	body = b"".join(descriptors)
	pk = public() if signed else b""
	aux = padded(body + pk, 64)
	sizes = (32, 256) if signed else (0, 0)
	auth_len = len(padded(bytes(sum(sizes)), 64))
	head = b"AVB0" + struct.pack(">IIQQI", 1, 0, auth_len, len(aux), 1 if signed else 0)
	head += struct.pack(">12Q", 0, sizes[0], sizes[0], sizes[1], len(body), len(pk), len(body) + len(pk), 0, 0, len(body), rollback, 0)[:88]
	head += struct.pack(">II48s80x", flags, 0, b"golden 1.0")
	auth = b""
	if signed:
		digest = hashlib.sha256(head + aux).digest()
		auth = digest + in_folder({"in": head + aux, "key": key()["pem"]}, ["openssl", "dgst", "-sha256", "-sign", "key", "-out",
			"out", "in"])
	return head + padded(auth, 64) + aux


def with_footer(image, meta, between=b""):
	out = padded(image, 4096) + between
	at = len(out)
	out = padded(out + meta, 4096)
	return out + bytes(4096 - 64) + b"AVBf" + struct.pack(">IIQQQ28x", 1, 0, len(image), at, len(meta))


@case("avb")
def metas():
	chain = descriptor(4, struct.pack(">IIII60x", 3, 6, len(public()), 0) + b"system" + public())
	line = descriptor(3, struct.pack(">II", 0, 8) + b"dm=\"on\" ")
	meta = vbmeta(text_property(b"com.android.build.os", b"13"), hash_of(b"kernel", b"boot"), chain, line)
	digest = hashlib.sha256(b"saltkernel").hexdigest()
	told = [prop("algorithm", "sha256-rsa2048"), prop("release", "golden 1.0"), prop("rollback-index", 7),
		prop("property", "com.android.build.os=13"), prop("command-line", "dm=\"on\" "),
		prop("public-key", "rsa2048 sha256:" + hashlib.sha256(public()).hexdigest()),
		prop("partition boot", "hash sha256 size=6 salt=73616c74 digest=" + digest),
		prop("partition system", "chained rollback-location=3 key=sha256:" + hashlib.sha256(public()).hexdigest())]
	yield Golden("avb", "signed", meta + bytes(300), *told, prop("digest", "ok"), prop("signature", "ok"))
	bad = meta[:256 + 100] + bytes([meta[256 + 100] ^ 1]) + meta[256 + 101:]
	yield Golden("avb", "wrong-signature", bad, *told, prop("digest", "ok"), prop("signature", "wrong"),
		("lost", "signature of the metadata is wrong"))
	old = meta[:119] + b"\5" + meta[120:]
	yield Golden("avb", "rolled-back", old, prop("rollback-index", 5), prop("digest", "wrong"), prop("signature", "wrong"),
		("lost", "digest of the metadata is wrong"), ("lost", "signature of the metadata is wrong"))
	yield Golden("avb", "unsigned", vbmeta(hash_of(b"kernel", b"boot"), signed=False, flags=2), prop("algorithm", "none"),
		prop("flags", "0x2 verification-disabled"))


@case("avb_footer")
def partitions():
	image = noise(5000)
	whole = with_footer(image, vbmeta(hash_of(image, b"boot")))
	told = [prop("signature", "ok"), prop("rollback-index", 7)]
	yield Golden("avb_footer", "hash", whole, part("image", image), *told, prop("data", "ok"))
	changed = bytes([whole[0] ^ 1]) + whole[1:]
	yield Golden("avb_footer", "wrong-image", changed, part("image", changed[:5000]), *told, prop("data", "wrong"),
		("lost", "digest of the image is wrong"))
	image = noise(3 * 4096)
	both = in_folder({"data": image}, ["sh", "-c", "veritysetup format --no-superblock --hash=sha1 --salt 00010203 data tree > told"
		" && cat tree told > out"])
	tree, root = both[:4096], bytes.fromhex(re.search(rb"Root hash:\s*([0-9a-f]+)", both).group(1).decode())
	meta = vbmeta(hashtree_of(image, b"system", len(image), tree, root), signed=False)
	whole = with_footer(image, meta, tree)
	yield Golden("avb_footer", "hashtree", whole, part("image", image), prop("hash-tree", "ok"), prop("data", "ok"),
		prop("partition system", "hashtree sha1 size=12288 salt=00010203 root=" + root.hex()))
	changed = whole[:9000] + bytes([whole[9000] ^ 1]) + whole[9001:]
	yield Golden("avb_footer", "wrong-block", changed, part("image", changed[:12288]), prop("hash-tree", "ok"),
		prop("data", "wrong"), ("lost", "the image does not fit its hash tree"))
