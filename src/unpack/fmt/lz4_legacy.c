/* SPDX-License-Identifier: Apache-2.0 */
/* lz4's first container ("lz4 -l"), which the Linux kernel uses: 0x184c2102 (LE), then u32 size and
 * block, again and again; a block holds 8 MiB but for the last. It has no end mark and no
 * checksum. */
#include "unpack/stream.h"

static as_status probe(as_span image, as_extent *out)
{
	return as_stream_probe(AS_LZ4_LEGACY, image, false, out);
}

static as_status unpack(as_unpack *u, as_span body)
{
	return as_stream_unpack(u, AS_LZ4_LEGACY, body, &(as_entry){ .type = AS_PART });
}

const as_format as_format_lz4_legacy = {
	.id = "lz4_legacy",
	.title = "lz4, legacy container",
	.kind = AS_STREAM,
	.magic = (const as_magic[]){ { .bytes = "\x02\x21\x4c\x18", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants =
		(const char *const[]){
			"blocks of 8 MiB without an end mark, zeros or ff behind the last", NULL },
	.verifies = NULL,
	.keeps = NULL,
	.samples = (const char *const[]){ "lz4 1.9.4 (-l)", NULL },
	.gaps = (const char *const[]){ "blocks of more than 8 MiB, which no writer makes", NULL },
	.spec = "https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md",
	.see = "lz4 -dcq IN > OUT",
};
