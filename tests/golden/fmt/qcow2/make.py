# SPDX-License-Identifier: Apache-2.0
"""qcow2 by qemu-img, with clusters as small as it makes them."""
from make import TEXT, Golden, case, in_folder, noise, part, prop

RAW = noise(3000) + bytes(4096 - 3000) + TEXT[:2048] + bytes(8192) + noise(1024, b"end")


def image(*options, raw=RAW):
	return in_folder({"raw": raw}, ["qemu-img", "convert", "-f", "raw", "-O", "qcow2", *options, "raw", "out"])


@case("qcow2")
def images():
	whole = image("-o", "cluster_size=512")
	told = [prop("disk-size", len(RAW)), prop("encryption", "none")]
	yield Golden("qcow2", "v3", whole, part("disk", RAW), *told, prop("version", 3), prop("cluster-size", 512))
	yield Golden("qcow2", "v2", image("-o", "cluster_size=512,compat=0.10"), part("disk", RAW), *told, prop("version", 2))
	yield Golden("qcow2", "deflate", image("-c", "-o", "cluster_size=512"), part("disk", RAW), *told)
	yield Golden("qcow2", "zstd", image("-c", "-o", "cluster_size=1024,compression_type=zstd"), part("disk", RAW), *told,
		prop("compression", "zstd"))
	some = b"\1" * 1024 + bytes(1024) + noise(600) + bytes(600) + bytes(13 * 1024)
	yield Golden("qcow2", "extended", image("-o", "cluster_size=16k,extended_l2=on,refcount_bits=1", raw=some)[:0x18000],
		part("disk", some + bytes(-len(some) % 512)))
	backed = in_folder({"base": RAW}, ["qemu-img", "create", "-q", "-f", "qcow2", "-o", "cluster_size=512", "-b", "base",
		"-F", "raw", "out"])
	yield Golden("qcow2", "backed", backed, part("disk", bytes(len(RAW))), prop("backing-file", "base"),
		prop("backing-format", "raw"), ("lost", "it builds on another image: what only that one has reads as zeros"))
	snapped = in_folder({"raw": RAW}, ["qemu-img", "convert", "-O", "qcow2", "-o", "cluster_size=512", "-f", "raw", "raw", "out"],
		["qemu-img", "snapshot", "-c", "first", "out"], ["qemu-io", "-c", "write -P 1 0 512", "out"])
	now = b"\1" * 512 + RAW[512:]
	yield Golden("qcow2", "snapshot", snapped, part("disk", now), part("*", RAW[:512]))
	locked = in_folder({}, ["qemu-img", "create", "-q", "-f", "qcow2", "--object", "secret,id=s,data=word", "-o",
		"encrypt.format=aes,encrypt.key-secret=s,cluster_size=512", "out", "4096"])
	yield Golden("qcow2", "aes", locked, part("encrypted-disk", bytes(4096)), prop("encryption", "aes"),
		("lost", "the disk is encrypted"))
