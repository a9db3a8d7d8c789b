/* SPDX-License-Identifier: Apache-2.0 */
/* gzip: one or more deflate streams, each with a small header and a checksum (RFC 1952).
 *    0 1f 8b   2 method (8)   3 flags   4 mtime (LE)   8 extra flags   9 system
 *   10 [extra: u16 length, bytes] [name, NUL] [comment, NUL] [header CRC u16], deflate, CRC-32,
 *   size Members follow each other without a gap; zeros or anything else end the stream. */
#include "unpack/stream.h"

enum { HCRC = 2, EXTRA = 4, NAME = 8, COMMENT = 16, RESERVED = 0xe0 };
enum { LAST_SYSTEM = 13, UNKNOWN_SYSTEM = 255, NAME_MAX_LEN = 255 };

typedef struct header {
	as_span name, comment;
	uint32_t mtime;
	bool usual; /* the bytes that may be anything are what writers put there */
} header;

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_le(image, 2);
	uint8_t method = as_u8(&c), flags = as_u8(&c);
	h->mtime = as_u32(&c);
	uint8_t effort = as_u8(&c), system = as_u8(&c);
	if (flags & EXTRA) {
		uint16_t n = as_u16(&c);
		as_skip(&c, n);
	}
	h->name = flags & NAME ? as_str(&c, 1) : (as_span){ 0 };
	h->comment = flags & COMMENT ? as_str(&c, 1) : (as_span){ 0 };
	if (flags & HCRC)
		as_skip(&c, 2);
	h->usual = (effort == 0 || effort == 2 || effort == 4) &&
		   (system <= LAST_SYSTEM || system == UNKNOWN_SYSTEM);
	return as_ok(&c) && method == 8 && !(flags & RESERVED) && h->name.n <= NAME_MAX_LEN;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	/* The three magic bytes are common in random data: some of it must really inflate. */
	if (!read_header(image, &h) || as_stream_probe(AS_GZIP, image, h.usual, out) != AS_OK)
		return AS_NOT_THIS;
	out->label = h.name;
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header runs past the end");
	if (h.comment.n > 0)
		as_tell(u, h.comment, "comment", h.comment);
	as_entry e = { .type = AS_PART, .name = h.name, .mtime = h.mtime };
	e.has = h.mtime ? AS_HAS_MTIME : 0;
	return as_stream_unpack(u, AS_GZIP, body, &e);
}

const as_format as_format_gzip = {
	.id = "gzip",
	.title = "gzip",
	.kind = AS_STREAM,
	.magic = (const as_magic[]){ { .bytes = "\x1f\x8b\x08", .len = 3, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "several members after each other",
		"extra field, name, comment, header checksum", "zeros or ff behind the last",
		NULL },
	.verifies = (const char *const[]){ "CRC-32 and size of each member", NULL },
	.keeps = (const char *const[]){ "name and time of change, if stored", NULL },
	.samples = (const char *const[]){ "gzip 1.12",
		"generator from the published layout (extra field, comment)", NULL },
	.gaps = NULL,
	.spec = "https://www.rfc-editor.org/rfc/rfc1952",
	.see = "gzip -dc < IN > OUT",
};
