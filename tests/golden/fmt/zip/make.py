# SPDX-License-Identifier: Apache-2.0
"""Dahua's updates: zip archives whose first two letters are others."""
from trees import golden, zip_python


@golden("zip", "dahua")
def dahua():
	image, truth = zip_python(8)
	return b"DH" + bytes(image)[2:], truth
