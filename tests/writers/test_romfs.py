# SPDX-License-Identifier: Apache-2.0
"""romfs, written by genromfs over its alignments."""
import unittest

from writers import entries, have, pack, trees


@unittest.skipUnless(have("genromfs"), "genromfs")
class Romfs(unittest.TestCase):
	def test_alignments(self):
		for align in (16, 64, 4096):
			with self.subTest(align=align):
				t = trees.without_xattrs("hole", "hard")
				image = pack.romfs(t, options=("-a", str(align)))
				_, want = trees.romfs(t)
				self.assertEqual(entries(image), sorted(want))
