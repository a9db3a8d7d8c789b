/* SPDX-License-Identifier: Apache-2.0 */
/* Zstandard (RFC 8878): frames of blocks, which say how long they are; little-endian.
 *    0 28 b5 2f fd   4 frame header   blocks   [checksum]
 * Frames follow each other; those that begin with 5? 2a 4d 18 are to be skipped. */
#include "unpack/stream.h"

enum { SKIPPED = 0x184d2a50, MAGIC = 0xfd2fb528u, SKIPPED_MOST = 64 };

/* Bits of the frame header's first byte; the type of a block that is compressed. */
enum {
	RESERVED = 0x08,
	UNUSED = 0x10,
	SUMMED = 0x04,
	SINGLE = 0x20,
	DICTIONARY = 0x03,
	COMPRESSED = 2,
};

typedef enum proof { NO_FRAME, BY_ITSELF, WHEN_WHOLE, NOT_DECODED } proof;

/* Programs that read zstd have its magic in their code, and a block that is merely stored decodes
 * whatever its bytes are. So if the first block is not compressed, the frame must have a checksum or
 * say its size, and the whole of it must decode. What needs a dictionary cannot be tried. *dictionary: its number. */
static proof first_frame(as_cur *c, as_span *dictionary)
{
	static const uint8_t id_lens[4] = { 0, 1, 2, 4 };
	static const uint8_t size_lens[4] = { 0, 2, 4, 8 };
	uint32_t magic = as_u32(c);
	uint8_t flags = as_u8(c), size_len = size_lens[flags >> 6];
	bool single = flags & SINGLE;
	if (single && size_len == 0)
		size_len = 1;
	as_skip(c, single ? 0 : 1); /* a window */
	*dictionary = as_take(c, id_lens[flags & DICTIONARY]);
	as_skip(c, size_len);
	uint8_t block = as_u8(c);
	if (!as_ok(c) || magic != (uint32_t)MAGIC || (flags & (RESERVED | UNUSED)))
		return NO_FRAME;
	if (dictionary->n > 0)
		return (block >> 1 & 3) == COMPRESSED && size_len > 0 ? NOT_DECODED : NO_FRAME;
	if ((block >> 1 & 3) == COMPRESSED)
		return BY_ITSELF;
	return size_len > 0 || (flags & SUMMED) ? WHEN_WHOLE : NO_FRAME;
}

/* The same behind frames that are to be skipped (pzstd writes them). */
static proof look(as_span image, as_span *dictionary)
{
	as_cur c = as_cur_le(image, 0);
	size_t start = 0;
	*dictionary = (as_span){ 0 };
	for (unsigned i = 0; i < SKIPPED_MOST && (as_u32(&c) & ~15u) == SKIPPED; i++) {
		uint32_t n = as_u32(&c);
		as_skip(&c, n);
		start = as_pos(&c);
	}
	if (!as_ok(&c))
		return NO_FRAME;
	as_seek(&c, start);
	return first_frame(&c, dictionary);
}

static as_status swallow(void *ctx, as_span bytes)
{
	(void)ctx, (void)bytes;
	return AS_OK;
}

static as_status probe(as_span image, as_extent *out)
{
	as_span dictionary;
	uint64_t size = 0;
	proof p = look(image, &dictionary);
	if (p == NO_FRAME)
		return AS_NOT_THIS;
	/* Lengths that lead somewhere prove little: they must lead to the end, or to padding. */
	if (p == NOT_DECODED && as_stream_size(AS_ZSTD, image, &size) != AS_OK)
		return AS_NOT_THIS;
	if (p == NOT_DECODED && !as_all(as_from(image, size), as_at(image, size)))
		return AS_NOT_THIS;
	if (p == NOT_DECODED) {
		*out = (as_extent){ .size = size, .sure = AS_PLAUSIBLE };
		return AS_OK;
	}
	if (p == WHEN_WHOLE && as_decode(AS_ZSTD, image, swallow, NULL, NULL) != AS_OK)
		return AS_NOT_THIS;
	return as_stream_probe(AS_ZSTD, image, false, out);
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_span id;
	if (look(body, &id) == NOT_DECODED) {
		as_cur c = as_cur_le(id, 0);
		as_tellf(u, id, "dictionary", "%llu",
			(unsigned long long)as_uint(&c, (unsigned)id.n));
		as_struct(u, 0, body.n, "compressed data");
		return as_refused(u, 0, "unsupported",
			"it was compressed with a dictionary, which is not here");
	}
	return as_stream_unpack(u, AS_ZSTD, body, &(as_entry){ .type = AS_PART });
}

const as_format as_format_zstd = {
	.id = "zstd",
	.title = "Zstandard",
	.kind = AS_STREAM,
	.magic = (const as_magic[]){ { .bytes = "\x28\xb5\x2f\xfd", .len = 4, .at = 0 },
		{ .bytes = "\x50\x2a\x4d\x18", .len = 4, .at = 0 },
		{ .bytes = "\x51\x2a\x4d\x18", .len = 4, .at = 0, .start = true },
		{ .bytes = "\x52\x2a\x4d\x18", .len = 4, .at = 0, .start = true },
		{ .bytes = "\x53\x2a\x4d\x18", .len = 4, .at = 0, .start = true },
		{ .bytes = "\x54\x2a\x4d\x18", .len = 4, .at = 0, .start = true },
		{ .bytes = "\x55\x2a\x4d\x18", .len = 4, .at = 0, .start = true },
		{ .bytes = "\x56\x2a\x4d\x18", .len = 4, .at = 0, .start = true },
		{ .bytes = "\x57\x2a\x4d\x18", .len = 4, .at = 0, .start = true },
		{ .bytes = "\x58\x2a\x4d\x18", .len = 4, .at = 0, .start = true },
		{ .bytes = "\x59\x2a\x4d\x18", .len = 4, .at = 0, .start = true },
		{ .bytes = "\x5a\x2a\x4d\x18", .len = 4, .at = 0, .start = true },
		{ .bytes = "\x5b\x2a\x4d\x18", .len = 4, .at = 0, .start = true },
		{ .bytes = "\x5c\x2a\x4d\x18", .len = 4, .at = 0, .start = true },
		{ .bytes = "\x5d\x2a\x4d\x18", .len = 4, .at = 0, .start = true },
		{ .bytes = "\x5e\x2a\x4d\x18", .len = 4, .at = 0, .start = true },
		{ .bytes = "\x5f\x2a\x4d\x18", .len = 4, .at = 0, .start = true }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "several frames; frames to be skipped", NULL },
	.verifies = (const char *const[]){ "checksums of frames", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "zstd 1.5.4", NULL },
	.gaps = (const char *const[]){ "windows of more than 128 MiB",
		"what was compressed with a dictionary is recognised, its number told, and not "
		"decoded",
		"frames that begin with a stored block are only found whole, with a size or "
		"checksum",
		"frames to be skipped in front of the first are found within raw bytes if they are "
		"of the "
		"first kind",
		NULL },
	.spec = "https://www.rfc-editor.org/rfc/rfc8878",
	.see = "zstd -dcq --memory=128MB < IN > OUT",
};
