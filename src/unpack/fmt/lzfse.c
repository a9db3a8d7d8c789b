/* SPDX-License-Identifier: Apache-2.0 */
/* LZFSE of Apple, little-endian: blocks that begin with "bvx" and their kind (-, 1, 2, n), whose headers tell how long
 * they are, until "bvx$". See codec/lzfse.c. */
#include "unpack/stream.h"

static as_status probe(as_span image, as_extent *out)
{
	uint64_t size = 0;
	if (as_stream_size(AS_LZFSE, image, &size) == AS_OK) {
		*out = (as_extent){ .size = size, .sure = AS_STRUCTURED };
		return AS_OK;
	}
	/* What is cut off counts if its start decodes; bytes that stand as they are always would. */
	return as_starts(image, "bvx-") ? AS_NOT_THIS
					: as_stream_probe(AS_LZFSE, image, false, out);
}

static as_status unpack(as_unpack *u, as_span body)
{
	return as_stream_unpack(u, AS_LZFSE, body, &(as_entry){ .type = AS_PART });
}

const as_format as_format_lzfse = {
	.id = "lzfse",
	.title = "LZFSE",
	.kind = AS_STREAM,
	.magic = (const as_magic[]){ { .bytes = "bvx2", .len = 4, .at = 0 },
		{ .bytes = "bvx1", .len = 4, .at = 0 }, { .bytes = "bvxn", .len = 4, .at = 0 },
		{ .bytes = "bvx-", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "blocks as they are, of LZVN, and of LZFSE with packed "
					   "tables and with plain ones",
		NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples = (const char *const[]){ "Apple's own program (lzfse 0.4.2 of PyPI)",
		"blocks with plain tables: made from those of Apple's program", NULL },
	.gaps = (const char *const[]){ "it has no checksum: sizes alone are verified", NULL },
	.spec = "https://github.com/lzfse/lzfse",
	.see = NULL,
};
