/* SPDX-License-Identifier: Apache-2.0 */
/* lrzip 0.6, little-endian: chunks of a file, each of two streams: commands that copy, and bytes.
 *    0 "LRZI"   4 version (0, 6)   6 size of the file u64, or 0   16 LZMA: lc, lp, pb u8, dictionary u32
 *   21 an MD5 of the file stands at the end   22 encrypted   23 0
 * Chunk: 0 width of its numbers u8   1 no other follows   2 size; then what begins like a block for each stream, but
 * empty; places of blocks count from there. The next chunk stands behind the last block.
 * Block: 0 kind (3 stored, 4 bzip2, 5 LZO1X, 6 LZMA, 7 zlib, 8 ZPAQ)   1 packed size, size, place of the next or 0
 * Command: 0 kind u8   1 length u16; 0: so many bytes of the second stream, or if it is 0 the end, with a CRC-32 that
 * is not inverted; 1: so many bytes from as far back in the chunk as the number behind says. */
#include <openssl/evp.h>

#include "base/buf.h"
#include "codec/codec.h"
#include "unpack/format.h"

enum { HEADER = 24, LZMA_AT = 16, LZMA_PROPERTIES = 5, MD5_LEN = 16, WIDTH_MAX = 8 };
enum { STORED = 3, BZIP2 = 4, LZO = 5, LZMA = 6, ZLIB = 7, ZPAQ = 8 };

typedef struct chunk {
	uint64_t base, end, head[2]; /* in the body: base of its blocks, and where they end */
	unsigned width;
	bool last, whole; /* whole: all its blocks could be followed */
	bool zpaq;        /* a block is packed by it */
} chunk;

typedef struct block {
	uint64_t at, next, end, packed, len;
	unsigned kind;
	as_span data; /* what of it there is */
} block;

typedef struct lrzip {
	as_unpack *u;
	as_span body;
	EVP_MD_CTX *md;
	uint64_t spent, made; /* bytes that were decoded; that were put out */
	as_buf commands, literals, out;
} lrzip;

/* Reads the block at a place of the chunk; false if there is no such. */
static bool read_block(as_span body, const chunk *k, uint64_t place, block *b)
{
	as_cur c = as_cur_le(body, k->base);
	as_skip(&c, place);
	*b = (block){ .at = as_pos(&c) };
	b->kind = as_u8(&c);
	b->packed = as_uint(&c, k->width);
	b->len = as_uint(&c, k->width);
	b->next = as_uint(&c, k->width);
	bool fits = as_add(&b->end, as_pos(&c), b->packed);
	b->data = as_take(&c, as_min(b->packed, as_left(&c)));
	return as_ok(&c) && fits && (b->next == 0 || b->next > place);
}

/* Follows the blocks of a stream to see where they end. */
static void follow(as_span body, chunk *k, uint64_t place)
{
	block b;
	while (place && k->whole) {
		k->whole = read_block(body, k, place, &b) && b.end <= body.n;
		k->zpaq = k->zpaq || b.kind == ZPAQ;
		k->end = k->whole ? as_max(k->end, b.end) : body.n;
		place = b.next;
	}
}

/* Reads what begins a chunk; false if it does not. */
static bool read_chunk(as_span body, uint64_t at, chunk *k)
{
	as_cur c = as_cur_le(body, at);
	*k = (chunk){ .width = as_u8(&c), .whole = true };
	unsigned last = as_u8(&c), head = 1 + 3 * k->width;
	if (k->width == 0 || k->width > WIDTH_MAX || last > 1)
		return false;
	as_skip(&c, k->width);
	k->last = last == 1;
	k->base = as_pos(&c);
	bool ok = as_ok(&c);
	for (unsigned i = 0; i < 2; i++) {
		block b;
		ok = ok && read_block(body, k, (uint64_t)i * head, &b) && b.kind == STORED &&
		     b.packed == 0 && b.len == 0 && (b.next == 0 || b.next >= 2 * head);
		k->head[i] = ok ? b.next : 0;
		k->end = ok ? b.end : 0;
	}
	ok = ok && (k->head[0] == 2 * head || k->head[1] == 2 * head ||
			   (k->head[0] == 0 && k->head[1] == 0));
	for (unsigned i = 0; i < 2 && ok; i++)
		follow(body, k, k->head[i]);
	return ok;
}

static as_status probe(as_span image, as_extent *out)
{
	as_cur c = as_cur_le(image, 14); /* the magic holds the version */
	uint16_t zero = as_u16(&c);      /* of the size; encrypted ones have a salt there */
	as_skip(&c, LZMA_PROPERTIES);
	uint8_t md5 = as_u8(&c), encrypted = as_u8(&c), unused = as_u8(&c);
	uint8_t width = as_u8(&c);
	chunk k = { .end = HEADER, .whole = true };
	*out = (as_extent){ .size = image.n, .sure = AS_PLAUSIBLE, .open_end = true };
	if (!as_ok(&c) || md5 > 1 || encrypted > 1 || unused)
		return AS_NOT_THIS;
	if (encrypted)
		return width == WIDTH_MAX ? AS_OK : AS_NOT_THIS;
	if (zero)
		return AS_NOT_THIS;
	while (!k.last && k.whole)
		if (!read_chunk(image, k.end, &k))
			return k.end == HEADER || k.base == 0 ? AS_NOT_THIS : AS_OK;
	uint64_t end = k.end + (md5 ? MD5_LEN : 0);
	if (k.whole && end <= image.n)
		*out = (as_extent){ .size = end, .sure = AS_STRUCTURED };
	return AS_OK;
}

/* LZMA as its own header has it, before the contents; the dictionary is no larger than what comes out. */
static as_status decode_lzma(lrzip *z, const block *b, uint8_t *out, size_t *got)
{
	as_buf alone = { 0 };
	as_cur c = as_cur_le(z->body, LZMA_AT);
	as_buf_u8(&alone, as_u8(&c));
	as_buf_u32(&alone, (uint32_t)as_max(4096, as_min(as_u32(&c), b->len)));
	as_buf_u64(&alone, b->len);
	as_buf_add(&alone, b->data.p, b->data.n);
	as_status s = alone.bad ? AS_NOMEM
				: as_decode_block(AS_LZMA_ALONE, as_buf_span_of(&alone), out,
					  (size_t)b->len, got);
	as_buf_free(&alone);
	return s;
}

static as_status decode(lrzip *z, const block *b, uint8_t *out, size_t *got)
{
	static const as_method methods[] = {
		[STORED] = AS_STORED,
		[BZIP2] = AS_BZIP2,
		[LZO] = AS_LZO_BLOCK,
		[ZLIB] = AS_ZLIB,
	};
	*got = 0;
	if (b->kind == LZMA)
		return decode_lzma(z, b, out, got);
	if (b->kind == STORED) {
		*got = (size_t)as_min(b->data.n, b->len);
		memcpy(out, b->data.p, *got);
		return AS_OK;
	}
	if (b->kind < STORED || b->kind > ZLIB)
		return AS_NOT_THIS;
	return as_decode_block(methods[b->kind], b->data, out, (size_t)b->len, got);
}

/* Decodes the blocks of a stream from place on into buf, until it has need bytes. What cannot be decoded ends it, or,
 * with zeros, is zeros. */
static as_status gather(
	lrzip *z, const chunk *k, uint64_t place, uint64_t need, bool zeros, as_buf *buf)
{
	as_status s = AS_OK;
	as_buf_clear(buf);
	while (place && buf->n < need && s <= AS_PARTIAL) {
		block b;
		size_t got = 0;
		if (!read_block(z->body, k, place, &b))
			return as_lost(z->u, k->base + place, "a block runs past the end");
		/* What is decoded and not used is limited: the rest is limited as what comes out. */
		if (!as_add(&z->spent, z->spent, b.len) ||
			as_want(z->u, as_max(buf->n + b.len,
					      z->spent - as_min(z->spent, z->made))) != AS_OK)
			return AS_LIMIT;
		uint8_t *room = as_buf_room(buf, (size_t)b.len + 1);
		as_status one = room ? decode(z, &b, room, &got) : AS_NOMEM;
		if (one > AS_NOT_THIS)
			return one;
		if (one != AS_OK || got != b.len) {
			s = as_worse(s, as_lost(z->u, b.at, "a block is damaged or cut off"));
			memset(room + got, 0, (size_t)b.len - got);
		}
		buf->n += zeros ? b.len : got;
		if (got != b.len && !zeros)
			break;
		place = b.next;
	}
	return s;
}

typedef struct command {
	unsigned kind;
	uint64_t n, back;
} command;

/* The next command that makes bytes; *end (may be NULL): the commands' CRC-32 follows. */
static bool next_command(as_cur *c, unsigned width, command *m, bool *end)
{
	*m = (command){ .kind = as_u8(c) };
	m->n = as_u16(c);
	m->back = m->kind ? as_uint(c, width) : 0;
	*end = as_ok(c) && m->kind == 0 && m->n == 0;
	return as_ok(c) && m->n > 0;
}

/* How many bytes, and how many of the second stream, the commands ask for. */
static void measure(
	as_span commands, unsigned width, uint64_t *total, uint64_t *literals, bool *end)
{
	as_cur c = as_cur_le(commands, 0);
	command m;
	*total = *literals = 0;
	while (next_command(&c, width, &m, end)) {
		*total += m.n;
		*literals += m.kind ? 0 : m.n;
	}
}

/* Carries the commands out: z->out has room for total bytes. */
static as_status carry_out(lrzip *z, const chunk *k, uint64_t total, bool ends)
{
	as_cur c = as_cur_le(as_buf_span_of(&z->commands), 0);
	as_cur from = as_cur_le(as_buf_span_of(&z->literals), 0);
	as_status s = AS_OK;
	bool end = false;
	command m;
	as_buf_clear(&z->out);
	uint8_t *p = as_buf_room(&z->out, (size_t)total + 1);
	if (!p)
		return AS_NOMEM;
	while (z->out.n < total && next_command(&c, k->width, &m, &end)) {
		as_span take = m.kind ? (as_span){ 0 } : as_take(&from, m.n);
		bool bad = m.kind ? m.back == 0 || m.back > z->out.n : take.n < m.n;
		if (bad && s == AS_OK)
			s = as_lost(z->u, k->base, "commands ask for bytes that are not there");
		for (size_t i = 0; i < m.n; i++)
			p[z->out.n + i] = bad ? 0 : m.kind ? p[z->out.n + i - m.back] : take.p[i];
		z->out.n += (size_t)m.n;
	}
	if (!ends)
		return as_worse(s,
			as_lost(z->u, k->base,
				"commands are missing: bytes that they would copy are left out"));
	(void)next_command(&c, k->width, &m, &end);
	uint32_t sum = as_u32(&c);
	if (s == AS_OK && (!as_ok(&c) || sum != ~as_crc32(UINT32_MAX, as_buf_span_of(&z->out))))
		s = as_lost(z->u, k->base, "the checksum of a chunk is wrong");
	return s;
}

static as_status put_out(lrzip *z, as_span bytes)
{
	z->made += bytes.n;
	if (z->md && EVP_DigestUpdate(z->md, bytes.p, bytes.n) != 1)
		return AS_NOMEM;
	return bytes.n > 0 ? as_more(z->u, bytes) : AS_OK;
}

static as_status unpack_chunk(lrzip *z, const chunk *k)
{
	uint64_t total = 0, literals = 0;
	bool end = false;
	as_status s = gather(z, k, k->head[0], UINT64_MAX, false, &z->commands);
	if (s > AS_PARTIAL)
		return s;
	measure(as_buf_span_of(&z->commands), k->width, &total, &literals, &end);
	s = as_worse(s, as_want(z->u, total));
	if (s <= AS_PARTIAL)
		s = as_worse(s,
			gather(z, k, k->head[1], end ? literals : UINT64_MAX, true, &z->literals));
	if (s <= AS_PARTIAL)
		s = as_worse(s, carry_out(z, k, total, end));
	if (s <= AS_PARTIAL)
		s = as_worse(s, put_out(z, as_buf_span_of(&z->out)));
	if (s <= AS_PARTIAL && !end)
		s = as_worse(s, put_out(z, as_from(as_buf_span_of(&z->literals), literals)));
	return s;
}

static as_status unpack_chunks(lrzip *z, bool md5)
{
	chunk k = { .end = HEADER, .whole = true };
	as_status s = AS_OK;
	uint8_t sum[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	while (!k.last && k.whole && s <= AS_PARTIAL) {
		uint64_t at = k.end;
		if (!read_chunk(z->body, at, &k))
			return as_worse(s, as_lost(z->u, at, "a chunk is damaged or cut off"));
		as_struct(z->u, at, k.end - at, "lrzip chunk");
		s = as_worse(
			s, k.zpaq ? as_refused(z->u, at, "unsupported", "a chunk is packed by ZPAQ")
				  : unpack_chunk(z, &k));
	}
	as_span stated = as_cut(z->body, k.end, MD5_LEN);
	if (s > AS_PARTIAL || !md5)
		return s;
	as_struct(z->u, k.end, stated.n, "MD5");
	if (s != AS_OK)
		return s;
	bool right = EVP_DigestFinal_ex(z->md, sum, &n) == 1 && as_same(as_bytes(sum, n), stated);
	as_tell(z->u, stated, "md5", as_lit(right ? "ok" : "wrong"));
	return right ? s : as_lost(z->u, k.end, "the MD5 of the file is wrong");
}

/* Says what is not opened; AS_OK if it can be. */
static as_status refuse(as_unpack *u, as_span body)
{
	chunk k;
	as_status s = AS_OK;
	if (as_at(body, 22))
		s = as_refused(u, 0, "encrypted", "the stream is encrypted");
	else if (read_chunk(body, HEADER, &k) && k.zpaq)
		s = as_refused(u, HEADER, "unsupported", "the stream is packed by ZPAQ");
	if (s != AS_OK)
		as_struct(u, HEADER, body.n - HEADER, "compressed data");
	return s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	bool want = true;
	as_struct(u, 0, HEADER, "lrzip header");
	as_tellf(u, as_cut(body, 4, 2), "version", "%u.%u", as_at(body, 4), as_at(body, 5));
	as_status s = refuse(u, body);
	if (s != AS_OK)
		return s;
	lrzip z = { .u = u, .body = body, .md = EVP_MD_CTX_new() };
	s = z.md && EVP_DigestInit_ex(z.md, EVP_md5(), NULL) == 1 ? AS_OK : AS_NOMEM;
	if (s == AS_OK)
		s = as_begin(u, NULL, &(as_entry){ .at = HEADER, .type = AS_PART }, &want);
	if (s == AS_OK && want) {
		s = unpack_chunks(&z, as_at(body, 21) == 1);
		s = as_worse(s, as_end(u, s != AS_OK));
	}
	EVP_MD_CTX_free(z.md);
	as_buf_free(&z.commands);
	as_buf_free(&z.literals);
	as_buf_free(&z.out);
	return s;
}

const as_format as_format_lrzip = {
	.id = "lrzip",
	.title = "lrzip",
	.kind = AS_STREAM,
	.magic = (const as_magic[]){ { .bytes = "LRZI\0\x06", .len = 6, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "version 0.6; stored, gzip, bzip2, LZO and LZMA blocks",
		"several chunks", NULL },
	.verifies = (const char *const[]){ "CRC-32 of each chunk and MD5 of the file", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "lrzip 0.651", NULL },
	.gaps = (const char *const[]){ "ZPAQ (said)", "encrypted streams (said)",
		"other versions than 0.6", "chunks that take more than 512 MiB of memory", NULL },
	.spec = "https://github.com/ckolivas/lrzip/blob/master/doc/magic.header.txt",
	.see = "lrzip -q -d < IN > OUT",
};
