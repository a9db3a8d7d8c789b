/* SPDX-License-Identifier: Apache-2.0 */
/* lz4 frames, little-endian:
 *    0 0x184d2204   4 flags   5 block size   [content size u64] [dictionary u32] header checksum u8
 *   then blocks: u32 size (high bit: stored), data, [checksum]; 0 ends them; [checksum of all] */
#include "unpack/stream.h"

static as_status probe(as_span image, as_extent *out)
{
	return as_stream_probe(AS_LZ4_FRAME, image, false, out);
}

static as_status unpack(as_unpack *u, as_span body)
{
	return as_stream_unpack(u, AS_LZ4_FRAME, body, &(as_entry){ .type = AS_PART });
}

const as_format as_format_lz4 = {
	.id = "lz4",
	.title = "lz4",
	.kind = AS_STREAM,
	.magic = (const as_magic[]){ { .bytes = "\x04\x22\x4d\x18", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "several frames after each other",
		"independent and linked blocks", "with and without the size of the contents",
		NULL },
	.verifies =
		(const char *const[]){
			"checksums of header, blocks and contents, by the library", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "lz4 1.9.4", NULL },
	.gaps = (const char *const[]){ "dictionaries", NULL },
	.spec = "https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md",
	.see = "lz4 -dcq IN > OUT",
};
