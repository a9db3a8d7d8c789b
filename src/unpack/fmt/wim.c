/* SPDX-License-Identifier: Apache-2.0 */
/* WIM of Microsoft, little-endian:
 *    0 "MSWIM" 0 0 0   8 header's size (208)   12 version   16 flags (8: split; 20000, 40000, 80000: XPRESS, LZX, LZMS)
 *   20 bytes of a chunk   24 GUID   40 part u16   42 of so many   44 images u32
 *   48 table   72 XML   96 metadata of the image to boot   120 its number u32   124 integrity; each of those:
 *    0 size in the file (7 bytes)   7 flags (2: metadata, 4: compressed, 8: goes on in another part, 10: solid)
 *    8 offset u64   16 size u64
 * wimlib's pipable kind has "WLPWM" for "MSWIM", the same header once more at its end, which alone tells the places,
 * and before each chunk its size u32 (no offsets).
 * The table has lines of 50 bytes: as above, part u16, references u32, SHA-1. Compressed contents begin with the
 * offsets of all chunks but the first (u32; u64 if the contents are larger than 4 GiB), counted from behind them; a
 * chunk that is as long as what it stands for is not compressed. */
#include "wim.h"

#include "base/buf.h"
#include "codec/codec.h"

enum {
	HEADER = 208,
	LINE = 50,
	SPLIT = 8,
	CHUNK_MAX = 1 << 26,
	META_MAX = 256 << 20, /* bytes that the metadata of an image unpack to; those of all */
	META_PER_BYTE = 8,    /* images to as much, and so many for each byte of the file */
	LINES_MAX = 1 << 22
};

as_wim_blob as_wim_read_blob(as_cur *c)
{
	as_wim_blob b = { .packed = as_uint(c, 7) };
	b.flags = as_u8(c);
	b.at = as_u64(c);
	b.size = as_u64(c);
	return b;
}

#define PIPABLE "WLPWM\0\0\0\xd0\0\0\0"

/* The header at the end of a pipable one, by the GUID that both have; 0: there is none. */
static uint64_t last_header(as_span image)
{
	as_span magic = as_bytes(PIPABLE, sizeof(PIPABLE) - 1), guid = as_cut(image, 24, 16);
	size_t at = as_find(image, magic, HEADER);
	while (at != SIZE_MAX && !as_same(as_cut(image, at + 24ull, 16), guid))
		at = as_find(image, magic, at + 1);
	return at == SIZE_MAX ? 0 : at;
}

static bool read_header(as_span image, as_wim *w)
{
	w->pipable = as_starts(image, "WLPWM");
	w->header = w->pipable ? last_header(image) : 0;
	as_cur c = as_cur_le(image, w->header + 8);
	uint32_t size = as_u32(&c), version = as_u32(&c);
	w->flags = as_u32(&c);
	w->chunk = as_u32(&c);
	as_skip(&c, 16);
	w->part = as_u16(&c);
	w->parts = as_u16(&c);
	w->images = as_u32(&c);
	w->table = as_wim_read_blob(&c);
	w->xml = as_wim_read_blob(&c);
	as_seek(&c, w->header + HEADER);
	return as_ok(&c) && size == HEADER && (version == 0x10d00 || version == 0xe00) &&
	       w->part > 0 && w->part <= w->parts && w->chunk <= CHUNK_MAX &&
	       w->table.at >= HEADER && w->xml.at >= HEADER;
}

static void reach(uint64_t *end, const as_wim_blob *b)
{
	uint64_t e = 0;
	if (b->packed > 0 && as_add(&e, b->at, b->packed))
		*end = as_max(*end, e);
}

static as_status probe(as_span image, as_extent *out)
{
	as_wim w = { 0 };
	if (!read_header(image, &w)) {
		out->work = w.pipable ? image.n : 0;
		return AS_NOT_THIS;
	}
	uint64_t end = w.header + HEADER;
	as_cur c = as_cur_le(image, w.header + 124);
	as_wim_blob integrity = as_wim_read_blob(&c);
	reach(&end, &w.table);
	reach(&end, &w.xml);
	reach(&end, &integrity);
	*out = (as_extent){ .size = as_min(end, image.n),
		.sure = end <= image.n ? AS_STRUCTURED : AS_PLAUSIBLE };
	return AS_OK;
}

as_status as_wim_unpack_chunk(uint32_t how, uint32_t chunk, as_span in, uint8_t *out, size_t n)
{
	if (how & AS_WIM_XPRESS)
		return as_decode_xpress(in, out, n);
	if (how & AS_WIM_LZX)
		return as_decode_lzx(in, chunk, out, n);
	return how & AS_WIM_LZMS ? as_decode_lzms(in, out, n) : AS_NOT_THIS;
}

/* What stands for chunk i of n. */
static as_span chunk_at(as_span packed, uint64_t i, uint64_t n, unsigned word)
{
	as_cur c = as_cur_le(packed, i > 0 ? (i - 1) * word : 0);
	uint64_t from = i > 0 ? as_uint(&c, word) : 0, head = (n - 1) * word;
	uint64_t to = i + 1 < n ? as_uint(&c, word) : packed.n - as_min(head, packed.n);
	return as_ok(&c) && from < to ? as_cut(as_from(packed, head), from, to - from)
				      : (as_span){ 0 };
}

static as_span next_chunk(as_cur *c)
{
	uint32_t n = as_u32(c);
	return as_take(c, n);
}

static as_status unpack_chunks(as_wim *w, const as_wim_blob *b, as_span packed,
	as_status (*sink)(void *, as_span), void *ctx)
{
	uint64_t n = (b->size + w->chunk - 1) / w->chunk;
	unsigned word = b->size > UINT32_MAX ? 8 : 4;
	as_status s = AS_OK;
	as_cur piped = as_cur_le(packed, 0);
	for (uint64_t i = 0; i < n && s == AS_OK; i++) {
		size_t size = (size_t)as_min(w->chunk, b->size - i * w->chunk);
		as_span in = w->pipable ? next_chunk(&piped) : chunk_at(packed, i, n, word);
		if (in.n == 0)
			return as_lost(w->u, b->at, "the chunks of some contents are damaged");
		if (in.n == size) {
			s = sink(ctx, in);
			continue;
		}
		s = as_wim_unpack_chunk(w->flags, w->chunk, in, w->buf, size);
		if (s == AS_NOT_THIS || s == AS_PARTIAL)
			return as_lost(w->u, b->at, "a chunk does not unpack");
		s = s == AS_OK ? sink(ctx, as_bytes(w->buf, size)) : s;
	}
	return s;
}

as_status as_wim_unpack(
	as_wim *w, const as_wim_blob *b, as_status (*sink)(void *, as_span), void *ctx)
{
	as_span packed = as_cut(w->body, b->at, b->packed);
	if (b->flags & AS_WIM_SPANNED)
		return as_refused(w->u, as_min(b->at, w->body.n), "unsupported",
			"contents in several parts were not read");
	if (b->flags & AS_WIM_SOLID)
		return as_wim_unpack_solid(w, b, sink, ctx);
	if (b->packed > 0 && packed.n == 0)
		return as_lost(w->u, as_min(b->at, w->body.n), "contents run past the file");
	as_struct(w->u, b->at, b->packed, "contents");
	if (!(b->flags & AS_WIM_COMPRESSED))
		return b->packed == b->size ? sink(ctx, packed)
					    : as_lost(w->u, b->at, "sizes contradict each other");
	if (!(w->flags & (AS_WIM_XPRESS | AS_WIM_LZX | AS_WIM_LZMS)) || w->chunk == 0)
		return as_refused(w->u, b->at, "unsupported",
			"contents are compressed in a way that is not known");
	return unpack_chunks(w, b, packed, sink, ctx);
}

static uint64_t key(const as_wim *w, as_span sha1) { return as_hash64((uintptr_t)w->u, sha1); }

bool as_wim_find(const as_wim *w, as_span sha1, as_wim_blob *b)
{
	uint64_t at = 0;
	if (!as_map_get(&w->blobs, key(w, sha1), &at))
		return false;
	as_cur c = as_cur_le(w->body, at);
	*b = as_wim_read_blob(&c);
	as_skip(&c, 6);
	b->sha1 = as_take(&c, AS_SHA1_LEN);
	b->line = at;
	return as_ok(&c) && as_same(b->sha1, sha1);
}

static as_status keep(void *ctx, as_span bytes)
{
	as_buf *b = ctx;
	if (b->n + bytes.n > META_MAX)
		return AS_LIMIT;
	as_buf_add(b, bytes.p, bytes.n);
	return b->bad ? AS_NOMEM : AS_OK;
}

static as_status put_image(as_wim *w, const as_wim_blob *b, uint64_t at)
{
	as_buf meta = { 0 };
	as_node *dir = NULL;
	w->image++;
	/* Lines may all lead to the same metadata, which unpack to far more than they are. */
	if (b->size > as_min(META_MAX, w->room))
		return as_refused(w->u, as_min(b->at, w->body.n), "limit",
			"the metadata of an image are too large");
	w->room -= b->size;
	as_status s = as_wim_unpack(w, b, keep, &meta);
	if (s <= AS_PARTIAL && w->images > 1) {
		as_entry e = { .at = at, .type = AS_DIR };
		e.name = as_print(as_memory(w->u), "%llu", (unsigned long long)w->image);
		s = as_worse(s, as_put(w->u, NULL, &e, &dir));
	}
	if (s <= AS_PARTIAL && meta.n > 0)
		s = as_worse(s, as_wim_tree(w, as_buf_span_of(&meta), dir));
	as_buf_free(&meta);
	return s;
}

static as_status read_all(as_wim *w)
{
	as_span table = as_cut(w->body, w->table.at, w->table.packed);
	as_status s = AS_OK;
	if (table.n == 0 || w->table.flags & AS_WIM_COMPRESSED || table.n / LINE > LINES_MAX)
		return as_lost(w->u, 48,
			"the table of contents is missing, or is not as the format has it");
	as_struct(w->u, w->table.at, table.n, "table of contents");
	s = as_wim_solids(w, table);
	for (uint64_t at = 0; at + LINE <= table.n && s == AS_OK; at += LINE)
		s = as_map_set(
			&w->blobs, key(w, as_cut(table, at + 30, AS_SHA1_LEN)), w->table.at + at);
	for (uint64_t at = 0; at + LINE <= table.n && s <= AS_PARTIAL; at += LINE) {
		as_cur c = as_cur_le(table, at);
		as_wim_blob b = as_wim_read_blob(&c);
		b.line = w->table.at + at;
		if (b.flags & AS_WIM_METADATA)
			s = as_worse(s, put_image(w, &b, w->table.at + at));
	}
	return s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_wim w = { .u = u, .body = body, .blobs.seed = (uintptr_t)u, .runs.seed = (uintptr_t)u };
	w.room = META_MAX + META_PER_BYTE * (uint64_t)body.n;
	as_status s = AS_OK;
	if (!read_header(body, &w))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, HEADER, "header");
	as_struct(u, w.xml.at, w.xml.packed, "description (XML)");
	as_tellf(u, as_cut(body, w.header + 44, 4), "images", "%u", w.images);
	if (w.pipable)
		as_struct(u, w.header, HEADER, "header");
	if (w.parts > 1 || w.flags & SPLIT)
		s = as_refused(u, 40, "unsupported",
			"part of a split WIM: contents in other parts are missing");
	w.buf_n = as_max(w.chunk, 1);
	w.buf = as_want(u, w.buf_n) == AS_OK ? as_alloc(as_memory(u), w.buf_n) : NULL;
	s = w.buf ? as_worse(s, read_all(&w)) : AS_LIMIT;
	as_map_free(&w.blobs);
	as_map_free(&w.runs);
	as_wim_solids_free(&w);
	return s;
}

const as_format as_format_wim = {
	.id = "wim",
	.title = "Windows Imaging Format",
	.kind = AS_FILESYSTEM,
	.magic = (const as_magic[]){ { .bytes = "MSWIM\0\0\0\xd0\0\0\0", .len = 12, .at = 0 },
		{ .bytes = PIPABLE, .len = 12, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants =
		(const char *const[]){
			"contents stored, XPRESS, LZX and LZMS; one image or several",
			"solid blocks (ESD)", "pipable ones of wimlib", NULL },
	.verifies = (const char *const[]){ "SHA-1 of the contents of each file", NULL },
	.keeps = (const char *const[]){ "time of change (100 ns)",
		"symbolic links, junctions, hard links",
		"owner, mode and device numbers that wimlib keeps", NULL },
	.samples = (const char *const[]){ "wimlib-imagex 1.13.6", NULL },
	.gaps = (const char *const[]){ "solid blocks are read as far as 512 MiB of chunks unpack "
				       "at a time, and not over and over",
		"split WIMs: what is in other parts is missing",
		"named streams are said, and not read",
		"DOS attributes, extended attributes, security descriptors and the integrity table",
		NULL },
	.spec = "https://www.microsoft.com/en-us/download/details.aspx?id=13096",
	.see = "7z e -so IN PATH > OUT",
};
