# SPDX-License-Identifier: Apache-2.0
"""D-Link's encrpted_img as its published layout has it; openssl encrypts."""
import struct

from make import TEXT, Golden, case, part, run

KEY, IV = b"he9-4+M!)d6=m~we1,q2a3d1n&2*Z^%8", b"J%1iQl8$=lm-;8AE"
UBI = b"UBI#\x01" + bytes(11)


def encrpted(data):
	packed = run("openssl", "enc", "-aes-256-cbc", "-K", KEY.hex(), "-iv", IV.hex(), "-nopad", input=data)
	return b"encrpted_img" + struct.pack(">I", len(packed)) + packed


@case("dlink_encrpted")
def encrpteds():
	data = UBI + struct.pack(">4I", 64, 2048, 7, 0) + TEXT[:1600]
	yield Golden("dlink_encrpted", "plain", encrpted(data), part("firmware", data))
	yield Golden("dlink_encrpted", "cut", encrpted(data)[:-40], part("firmware", data[:-48]),
		("lost", "firmware is cut off"))
	other = bytearray(encrpted(data))
	other[20] ^= 0xff
	yield Golden("dlink_encrpted", "other-key", bytes(other),
		("lost", "the firmware is encrypted with a key that is not public knowledge"))
