/* SPDX-License-Identifier: Apache-2.0 */
/* gzip: one or more deflate streams, each with a small header and a checksum (RFC 1952).
 *    0 1f 8b   2 method (8)   3 flags   4 mtime (LE)   8 extra flags   9 system
 *   10 [extra: u16 length, bytes] [name, NUL] [comment, NUL] [header CRC u16], deflate, CRC-32, size */
#include "unpack/format.h"

#include "codec/codec.h"

enum { HCRC = 2, EXTRA = 4, NAME = 8, COMMENT = 16, RESERVED = 0xe0 };

typedef struct header {
	as_span name;
	uint32_t mtime;
} header;

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_le(image, 2);
	uint8_t method = as_u8(&c), flags = as_u8(&c);
	h->mtime = as_u32(&c);
	as_skip(&c, 2);
	if (flags & EXTRA) {
		uint16_t n = as_u16(&c);
		as_skip(&c, n);
	}
	h->name = flags & NAME ? as_str(&c, 1) : (as_span){ 0 };
	if (flags & COMMENT)
		(void)as_str(&c, 1);
	if (flags & HCRC)
		as_skip(&c, 2);
	return as_ok(&c) && method == 8 && !(flags & RESERVED) && h->name.n < 256;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	uint8_t start[64];
	size_t n = 0;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	/* The three magic bytes are common in random data: some of it must really inflate. */
	as_status s = as_peek(AS_GZIP, image, start, sizeof(start), &n);
	if (s != AS_OK && n < 16)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = image.n, .sure = AS_STRUCTURED, .label = h.name, .open_end = true };
	return AS_OK;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	uint64_t used = 0;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header runs past the end");
	as_entry e = { .type = AS_PART, .name = h.name, .mtime = h.mtime };
	e.has = h.mtime ? AS_HAS_MTIME : 0;
	as_status s = as_begin(u, NULL, &e, NULL);
	if (s != AS_OK)
		return s;
	s = as_decode(AS_GZIP, body, as_sink_more, u, &used);
	if (s == AS_PARTIAL || s == AS_NOT_THIS)
		s = as_lost(u, used, "compressed data is damaged or cut off");
	as_struct(u, 0, used, "gzip");
	return as_worse(s, as_end(u, s != AS_OK));
}

const as_format as_format_gzip = {
	.id = "gzip",
	.title = "gzip",
	.kind = AS_STREAM,
	.magic = (const as_magic[]){ { .bytes = "\x1f\x8b\x08", .len = 3, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.gaps = (const char *const[]){ "the header checksum is not verified", NULL },
	.spec = "https://www.rfc-editor.org/rfc/rfc1952",
	.see = "gzip -dc < IN > OUT",
};
