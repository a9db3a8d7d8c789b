/* SPDX-License-Identifier: Apache-2.0 */
/* uzip and cloop: an image in blocks that are packed one by one, for FreeBSD and Linux. Big-endian.
 *    0 "#!/bin/sh\n#V2.0 Format\n" (zlib), "#!/bin/sh\n#L3.0\n" (xz) or "#!/bin/sh\n#Z4.0\n" (zstd), text
 *  128 block size u32   132 blocks u32   136 offsets of the blocks u64, and of the end
 * A block without bytes is of zeros. */
#include "codec/codec.h"
#include "unpack/format.h"

enum { SIZES_AT = 128, TABLE_AT = 136, BLOCK_LEAST = 512, BLOCK_MOST = 16 << 20 };

typedef struct header {
	as_method method;
	uint32_t block, n;
	uint64_t data_at, end; /* of the blocks */
} header;

static bool read_method(as_span image, as_method *m)
{
	static const struct {
		const char *line;
		as_method method;
	} known[] = { { "#V2.", AS_ZLIB }, { "#L3.", AS_XZ }, { "#Z4.", AS_ZSTD } };
	as_span line = as_from(image, strlen("#!/bin/sh\n"));
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		*m = known[i].method;
		if (as_starts(line, known[i].line))
			return true;
	}
	return false;
}

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_be(image, SIZES_AT);
	h->block = as_u32(&c);
	h->n = as_u32(&c);
	as_skip(&c, (uint64_t)h->n * 8);
	h->end = as_u64(&c);
	h->data_at = as_pos(&c);
	return as_ok(&c) && read_method(image, &h->method) && h->block >= BLOCK_LEAST &&
	       h->block <= BLOCK_MOST && h->block % 512 == 0 && h->n > 0 && h->end >= h->data_at;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	as_cur c = as_cur_be(image, TABLE_AT);
	uint64_t last = h.data_at;
	for (uint64_t i = 0; i <= h.n; i++) {
		uint64_t at = as_u64(&c);
		if (at < last)
			return AS_NOT_THIS;
		last = at;
	}
	*out = (as_extent){ .size = as_min(h.end, image.n), .sure = AS_STRUCTURED };
	return AS_OK;
}

/* One block into out. Zeros where there is nothing, or nothing that can be read. */
static as_status block(
	as_unpack *u, as_span body, const header *h, uint64_t at, uint64_t end, uint8_t *out)
{
	size_t n = 0;
	as_span packed = as_cut(body, at, end - at);
	if (end == at)
		return as_zero(u, h->block);
	as_status s =
		packed.n > 0 ? as_decode_block(h->method, packed, out, h->block, &n) : AS_PARTIAL;
	if (s >= AS_LIMIT)
		return s;
	if (s != AS_OK)
		s = as_lost(u, as_min(at, body.n),
			"a block is damaged or not there: what is missing is told as zeros");
	s = as_worse(s, as_more(u, as_bytes(out, n)));
	return s <= AS_PARTIAL ? as_worse(s, as_zero(u, h->block - n)) : s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	header h;
	bool want = false;
	if (!read_header(body, &h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, h.data_at, "uzip header");
	as_struct(u, h.data_at, body.n - h.data_at, "uzip blocks");
	as_tellf(u, as_cut(body, SIZES_AT, 4), "block size", "%u", h.block);
	as_tellf(u, as_cut(body, SIZES_AT + 4, 4), "blocks", "%u", h.n);
	uint8_t *out = as_alloc(as_memory(u), h.block);
	if (!out)
		return AS_NOMEM;
	as_status s = as_begin(u, NULL, &(as_entry){ .type = AS_PART }, &want);
	if (s != AS_OK || !want)
		return s;
	as_cur c = as_cur_be(body, TABLE_AT);
	uint64_t at = as_u64(&c);
	for (uint32_t i = 0; i < h.n && s <= AS_PARTIAL; i++) {
		uint64_t next = as_u64(&c);
		s = as_worse(s, block(u, body, &h, at, as_max(next, at), out));
		at = next;
	}
	return as_worse(s, as_end(u, s != AS_OK));
}

const as_format as_format_uzip = {
	.id = "uzip",
	.title = "uzip or cloop image",
	.kind = AS_STREAM,
	.magic = (const as_magic[]){ { .bytes = "#!/bin/sh\n#V2.", .len = 14, .at = 0 },
		{ .bytes = "#!/bin/sh\n#L3.", .len = 14, .at = 0 },
		{ .bytes = "#!/bin/sh\n#Z4.", .len = 14, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "zlib, xz and zstd blocks; blocks of zeros", NULL },
	.verifies =
		(const char *const[]){ "what the blocks' own streams have (Adler-32, CRC)", NULL },
	.samples = (const char *const[]){ "generator from the published layout, held against "
					  "qemu-img 7.2 (cloop); not "
					  "tried on an image of FreeBSD's mkuzip",
		NULL },
	.keeps = NULL,
	.gaps = (const char *const[]){ "cloop of version 3 and 4 with its index behind the blocks",
		NULL },
	.spec = "https://man.freebsd.org/cgi/man.cgi?query=geom_uzip",
	.see = "qemu-img convert -f cloop -O raw IN OUT",
};
