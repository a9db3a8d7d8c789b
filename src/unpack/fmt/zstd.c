/* SPDX-License-Identifier: Apache-2.0 */
/* Zstandard (RFC 8878): frames of blocks, which say how long they are; little-endian.
 *    0 28 b5 2f fd   4 frame header   blocks   [checksum]
 * Frames follow each other; those that begin with 5? 2a 4d 18 are to be skipped. */
#include "unpack/stream.h"

enum { SKIPPED = 0x184d2a50, MAGIC = 0xfd2fb528u };

/* The frame header, with what makes a probe sure. */
enum {
	RESERVED = 0x08,
	UNUSED = 0x10,
	SUMMED = 0x04,
	SINGLE = 0x20,
	DICTIONARY = 0x03,
	COMPRESSED = 2
};

/* Programs that read zstd have its magic in their code, and a block that is merely stored decodes
 * whatever its bytes are: the frame must have a checksum or say its size, or its first block must
 * be compressed. */
static bool is_sound(as_cur *c)
{
	uint32_t magic = as_u32(c);
	uint8_t flags = as_u8(c);
	bool sized = flags >> 6 != 0 || (flags & SINGLE);
	as_skip(c, flags & SINGLE ? 0 : 1); /* window */
	if (!as_ok(c) || magic != (uint32_t)MAGIC || (flags & (RESERVED | UNUSED | DICTIONARY)))
		return false;
	return sized || (flags & SUMMED) || (as_u8(c) >> 1 & 3) == COMPRESSED;
}

/* The same behind a frame that is to be skipped (pzstd writes that). */
static bool leads(as_span image)
{
	as_cur c = as_cur_le(image, 0);
	if (as_u32(&c) == SKIPPED) {
		uint32_t n = as_u32(&c);
		as_skip(&c, n);
	} else {
		as_seek(&c, 0);
	}
	return as_ok(&c) && is_sound(&c);
}

static as_status probe(as_span image, as_extent *out)
{
	if (!leads(image))
		return AS_NOT_THIS;
	return as_stream_probe(AS_ZSTD, image, false, out);
}

static as_status unpack(as_unpack *u, as_span body)
{
	return as_stream_unpack(u, AS_ZSTD, body, &(as_entry){ .type = AS_PART });
}

const as_format as_format_zstd = {
	.id = "zstd",
	.title = "Zstandard",
	.kind = AS_STREAM,
	.magic = (const as_magic[]){ { .bytes = "\x28\xb5\x2f\xfd", .len = 4, .at = 0 },
		{ .bytes = "\x50\x2a\x4d\x18", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.gaps = (const char *const[]){ "dictionaries; windows of more than 128 MiB",
		"frames that neither compress nor say their size nor have a checksum",
		"of frames to be skipped in front of the first, only one of the first kind", NULL },
	.spec = "https://www.rfc-editor.org/rfc/rfc8878",
	.see = "zstd -dcq --memory=128MB < IN > OUT",
};
