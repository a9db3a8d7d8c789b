# SPDX-License-Identifier: Apache-2.0
"""Kernels that lie: the packed kernel is not there whole, or what marks its configuration is."""
from trees import lie, read


def cut(id, name):
	image = read(id, name)
	return image[:len(image) * 2 // 3]


@lie("bzimage", "kernel is cut off")
def bzimage_cut():
	return cut("bzimage", "xz")


@lie("zimage", "kernel is cut off")
def zimage_cut():
	return cut("zimage", "xz")


@lie("ikconfig", "!type ikconfig")
def ikconfig_without_its_end():
	return read("ikconfig", "plain")[:-1]
