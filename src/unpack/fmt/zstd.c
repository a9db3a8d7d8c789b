/* SPDX-License-Identifier: Apache-2.0 */
/* Zstandard (RFC 8878): frames of blocks, which say how long they are; little-endian.
 *    0 28 b5 2f fd   4 frame header   blocks   [checksum]
 * Frames follow each other; those that begin with 5? 2a 4d 18 are to be skipped. */
#include "unpack/stream.h"

enum { SKIPPED = 0x184d2a50, MAGIC = 0xfd2fb528u };

/* Bits of the frame header's first byte; the type of a block that is compressed. */
enum {
	RESERVED = 0x08,
	UNUSED = 0x10,
	SUMMED = 0x04,
	SINGLE = 0x20,
	DICTIONARY = 0x03,
	COMPRESSED = 2,
};

typedef enum proof { NO_FRAME, BY_ITSELF, WHEN_WHOLE } proof;

/* Programs that read zstd have its magic in their code, and a block that is merely stored decodes
 * whatever its bytes are. So if the first block is not compressed, the frame must have a checksum or
 * say its size, and the whole of it must decode. */
static proof first_frame(as_cur *c)
{
	static const uint8_t size_lens[4] = { 0, 2, 4, 8 };
	uint32_t magic = as_u32(c);
	uint8_t flags = as_u8(c), size_len = size_lens[flags >> 6];
	bool single = flags & SINGLE;
	if (single && size_len == 0)
		size_len = 1;
	as_skip(c, (single ? 0u : 1u) + size_len); /* a window, if not single */
	uint8_t block = as_u8(c);
	if (!as_ok(c) || magic != (uint32_t)MAGIC || (flags & (RESERVED | UNUSED | DICTIONARY)))
		return NO_FRAME;
	if ((block >> 1 & 3) == COMPRESSED)
		return BY_ITSELF;
	return size_len > 0 || (flags & SUMMED) ? WHEN_WHOLE : NO_FRAME;
}

/* The same behind a frame that is to be skipped (pzstd writes that). */
static proof look(as_span image)
{
	as_cur c = as_cur_le(image, 0);
	if (as_u32(&c) == SKIPPED) {
		uint32_t n = as_u32(&c);
		as_skip(&c, n);
	} else {
		as_seek(&c, 0);
	}
	return first_frame(&c);
}

static as_status swallow(void *ctx, as_span bytes)
{
	(void)ctx, (void)bytes;
	return AS_OK;
}

static as_status probe(as_span image, as_extent *out)
{
	proof p = look(image);
	if (p == NO_FRAME)
		return AS_NOT_THIS;
	if (p == WHEN_WHOLE && as_decode(AS_ZSTD, image, swallow, NULL, NULL) != AS_OK)
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
	.variants = (const char *const[]){ "several frames after each other",
		"frames to be skipped", NULL },
	.verifies = (const char *const[]){ "checksum of the contents, by the library", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "zstd 1.5.4", NULL },
	.gaps = (const char *const[]){ "dictionaries; windows of more than 128 MiB",
		"frames that begin with a stored block are only found whole, with a size or "
		"checksum",
		"of frames to be skipped in front of the first, only one of the first kind", NULL },
	.spec = "https://www.rfc-editor.org/rfc/rfc8878",
	.see = "zstd -dcq --memory=128MB < IN > OUT",
};
