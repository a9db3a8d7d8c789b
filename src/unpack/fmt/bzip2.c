/* SPDX-License-Identifier: Apache-2.0 */
/* bzip2: blocks that are bit-aligned, so that only decoding tells the length.
 *    0 "BZh"   3 level '1' to '9'   4 block: 31 41 59 26 53 59, CRC-32; or the end: 17 72 45 38 50
 *   90 */
#include "unpack/stream.h"

static as_status probe(as_span image, as_extent *out)
{
	uint8_t level = as_at(image, 3);
	as_span block = as_cut(image, 4, 6);
	if (level < '1' || level > '9')
		return AS_NOT_THIS;
	if (!as_is(block, "1AY&SY") && !as_is(block, "\x17\x72\x45\x38\x50\x90"))
		return AS_NOT_THIS;
	return as_stream_probe(AS_BZIP2, image, false, out);
}

static as_status unpack(as_unpack *u, as_span body)
{
	return as_stream_unpack(u, AS_BZIP2, body, &(as_entry){ .type = AS_PART });
}

const as_format as_format_bzip2 = {
	.id = "bzip2",
	.title = "bzip2",
	.kind = AS_STREAM,
	.magic = (const as_magic[]){ { .bytes = "BZh", .len = 3, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "several streams after each other",
		"zeros or ff behind the last", NULL },
	.verifies =
		(const char *const[]){ "CRC-32 of blocks and of the stream, by the library", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "bzip2 1.0.8", "Python 3.11 (bz2)", NULL },
	.gaps = (const char *const[]){ "a stream whose first block is damaged is not recognised",
		NULL },
	.spec = "https://sourceware.org/bzip2/",
	.see = "bzip2 -dc < IN > OUT",
};
