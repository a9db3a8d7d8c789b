/* SPDX-License-Identifier: Apache-2.0 */
/* TiMOS: images of Nokia's (Alcatel-Lucent's) service routers, big-endian.
 *    0 "TiMOS" and three NUL   8 release [40]   48 who built it [80]   128 packing [16]: "1" zlib, "11" LZMA
 *  176 segments u32   180 segments: name [12], offset u32, packed size u32, size u32, CRC-32 of what is unpacked,
 *      load address u32, entry point u32
 *  472 CRC-32 of the header's 1024 bytes, with this field 0
 * Both CRC-32 are without the last inversion. Before zlib stands one byte more, 8. */
#include "codec/codec.h"
#include "unpack/stream.h"
#include "unpack/vendor.h"

enum {
	HEADER = 1024,
	SEGMENTS_AT = 180,
	SEGMENT = 36,
	SUM_AT = 472,
	MOST = 8,
	NAME = 12,
	FILLED_TO = 16
};

typedef struct segment {
	uint64_t row; /* where its row stands */
	as_span name;
	uint32_t at, packed, plain, sum, load, entry;
} segment;

static uint32_t count(as_span image)
{
	as_cur c = as_cur_be(image, SEGMENTS_AT - 4);
	return as_u32(&c);
}

static bool read_segment(as_span image, uint32_t i, segment *g)
{
	as_cur c = as_cur_be(image, SEGMENTS_AT + (uint64_t)i * SEGMENT);
	*g = (segment){ .row = as_pos(&c) };
	g->name = as_take(&c, NAME);
	g->at = as_u32(&c);
	g->packed = as_u32(&c);
	g->plain = as_u32(&c);
	g->sum = as_u32(&c);
	g->load = as_u32(&c);
	g->entry = as_u32(&c);
	return as_ok(&c) && g->at >= HEADER && g->packed > 0 && as_vendor_printable(g->name);
}

static bool head_right(as_span image)
{
	static const uint8_t none[4];
	as_cur c = as_cur_be(image, SUM_AT);
	uint32_t sum = as_u32(&c), crc = as_crc32(0, as_cut(image, 0, SUM_AT));
	crc = as_crc32(crc, as_bytes(none, sizeof(none)));
	crc = as_crc32(crc, as_cut(image, SUM_AT + 4, HEADER - SUM_AT - 4));
	return as_ok(&c) && image.n >= HEADER && ~crc == sum;
}

static as_status probe(as_span image, as_extent *out)
{
	segment g;
	uint32_t n = count(image);
	uint64_t end = HEADER;
	if (image.n < HEADER || n == 0 || n > MOST)
		return AS_NOT_THIS;
	for (uint32_t i = 0; i < n; i++) {
		if (!read_segment(image, i, &g))
			return AS_NOT_THIS;
		end = as_max(end, (uint64_t)g.at + g.packed);
	}
	*out = (as_extent){ .size = as_min(end, image.n),
		.sure = head_right(image) ? AS_CHECKSUMMED
			: end <= image.n  ? AS_STRUCTURED
					  : AS_PLAUSIBLE };
	return AS_OK;
}

typedef struct summing {
	as_unpack *u;
	uint32_t crc;
	uint64_t n;
} summing;

static as_status on_bytes(void *ctx, as_span bytes)
{
	summing *s = ctx;
	s->crc = as_crc32(s->crc, bytes);
	s->n += bytes.n;
	return as_more(s->u, bytes);
}

static as_status put_unpacked(as_unpack *u, as_span body, const segment *g, as_method m)
{
	bool want = true;
	as_entry e = { .at = g->row, .type = AS_PART, .name = as_vendor_string(g->name) };
	uint64_t have = as_min(g->packed, body.n - as_min(g->at, body.n));
	as_span packed = as_cut(body, g->at, have);
	as_struct(u, g->at, packed.n, "packed segment");
	as_status s = packed.n < g->packed ? as_lost(u, g->at, "a segment is cut off") : AS_OK;
	as_status begun = as_begin(u, NULL, &e, &want);
	if (begun != AS_OK || !want)
		return as_worse(s, begun != AS_OK ? begun : as_end(u, false));
	summing sum = { .u = u };
	as_span stream = m == AS_ZLIB ? as_from(packed, 1) : packed;
	as_status d = as_decode(m, stream, on_bytes, &sum, NULL);
	if (d != AS_OK)
		d = as_decoded(u, d, g->at, "packed bytes of a segment are damaged");
	else if (sum.n != g->plain)
		d = as_lost(u, g->row, "a segment has another size than its row says");
	if (d <= AS_PARTIAL)
		d = as_worse(d, as_vendor_sum(u, body, as_cut(body, g->row + 24, 4), "segment-crc",
					~sum.crc == g->sum, "checksum of a segment is wrong"));
	return as_worse(as_worse(s, d), as_end(u, d != AS_OK));
}

/* Zeros that fill the place up to the next segment. */
static void account_filling(as_unpack *u, as_span body, uint64_t end)
{
	uint64_t n = 0;
	while (n < 2 * FILLED_TO && end + n < body.n && body.p[end + n] == 0)
		n++;
	as_struct(u, end, n, "filling");
}

static as_status put_segment(as_unpack *u, as_span body, const segment *g, as_span packing)
{
	const char *name = (const char *)as_print(
		as_memory(u), "segment %.*s", (int)g->name.n, (const char *)g->name.p)
				   .p;
	if (name)
		as_tellf(u, as_cut(body, g->row, SEGMENT), name, "load=0x%08x entry=0x%08x",
			g->load, g->entry);
	account_filling(u, body, (uint64_t)g->at + g->packed);
	if (as_is(packing, "1") && as_at(body, g->at) == 8)
		return put_unpacked(u, body, g, AS_ZLIB);
	if (as_is(packing, "11"))
		return put_unpacked(u, body, g, AS_LZMA_ALONE);
	return as_vendor_part(u, body, as_vendor_string(g->name), g->at, g->packed);
}

static as_status unpack(as_unpack *u, as_span body)
{
	segment g;
	uint32_t n = count(body);
	as_span packing = as_vendor_string(as_cut(body, 128, 16));
	as_struct(u, 0, HEADER, "TiMOS header");
	as_vendor_text(u, as_cut(body, 8, 40), "release");
	as_vendor_text(u, as_cut(body, 48, 80), "built");
	as_status s = as_vendor_sum(u, body, as_cut(body, SUM_AT, 4), "header-crc",
		head_right(body), "checksum of the header is wrong");
	if (!as_is(packing, "1") && !as_is(packing, "11"))
		s = as_worse(s, as_lost(u, 128, "packing is not known: segments are as they are"));
	for (uint32_t i = 0; i < n && i < MOST && s <= AS_PARTIAL; i++)
		s = as_worse(s, read_segment(body, i, &g)
					? put_segment(u, body, &g, packing)
					: as_lost(u, SEGMENTS_AT, "row of a segment is damaged"));
	return s;
}

const as_format as_format_timos = {
	.id = "timos",
	.title = "Nokia TiMOS image",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "TiMOS\0\0\0", .len = 8, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "segments packed by zlib and by LZMA", NULL },
	.verifies = (const char *const[]){ "CRC-32 of the header", "CRC-32 of each segment", NULL },
	.keeps = NULL,
	.samples = as_vendor_samples,
	.gaps = (const char *const[]){ "fields whose meaning is not published", NULL },
	.spec = "https://github.com/dirtyfilthy/timos_packer",
	.see = NULL,
};
