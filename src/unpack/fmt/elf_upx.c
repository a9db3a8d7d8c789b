/* SPDX-License-Identifier: Apache-2.0 */
/* Programs packed by UPX, in the program's own byte order. Behind the program headers:
 *    0 checksum   4 "UPX!"   8 loader's size u16   10 version   11 format   12 program's number
 *   16 size of what was packed u32   20 block size; then blocks, each:
 *    0 size u32   4 packed size   8 method   9 filter   10 filter's marker   11 0   12 packed bytes
 * The first block is the original's ELF and program headers and begins the first of its segments. Blocks of one
 * segment follow each other, then those of the next one; then, where the loader is not last, the loader, aligned to 4;
 * then what the file has behind each segment. A size of 0 with "UPX!" ends them; aligned to 4 follow 36 bytes:
 *    0 "UPX!"   4 version   5 format   6 method   7 level   8 Adler-32 of what was packed   12 of the packed   16 sizes
 *   of both   24 size of the file   28 filter, marker   32 where the size of what was packed stands, less 4
 * (big-endian formats, from 128: sizes at 8, sums at 16). Malware wipes the marks and sizes in the header, so that UPX
 * refuses; blocks have sizes of their own. */
#include <string.h>
#include <zlib.h>

#include "codec/codec.h"
#include "elf.h"

enum {
	HEAD = 24,
	BLOCK = 12,
	TRAILER = 36,
	LZMA = 14,
	BIG_FORMATS = 128,
	HEADERS = 16 << 10, /* the original's, bytes */
	SEGMENTS = 128,
	LARGEST = 256 << 20 /* bytes that a program may unpack to */
};

typedef struct block {
	uint64_t at, n; /* of its header; with its packed bytes */
	uint32_t size;
	as_span packed;
	uint8_t method, filter, marker;
} block;

typedef struct segment {
	uint64_t at, n; /* of its bytes in the file */
} segment;

typedef struct upx {
	as_unpack *u; /* NULL: it is only measured */
	as_span body;
	const as_elf_shape *shape;
	as_span magic;
	uint16_t loader;
	uint8_t version, format;
	uint32_t size, limit; /* of the original; of a block: 0 if wiped */
	uint8_t headers[HEADERS];
	segment segments[SEGMENTS];
	size_t n;
	uint64_t next;     /* block */
	uint8_t *out;      /* the original, size bytes, or NULL */
	uLong sum;         /* of what came out so far */
	uint64_t bad_at;   /* the first damage */
	const char *wrong; /* what it is, or NULL */
} upx;

static bool read_block(const upx *x, uint64_t at, block *b)
{
	as_cur c = as_cur_of(x->body, at, x->shape->big);
	*b = (block){ .at = at, .size = as_u32(&c) };
	uint32_t packed = as_u32(&c);
	b->method = as_u8(&c);
	b->filter = as_u8(&c);
	b->marker = as_u8(&c);
	as_skip(&c, 1);
	b->packed = as_take(&c, packed);
	b->n = BLOCK + (uint64_t)packed;
	return as_ok(&c) && packed > 0 && packed <= b->size &&
	       (x->limit == 0 || b->size <= x->limit);
}

/* Two bytes of properties and a stream without an end become a file of lzma's. */
static as_status decode_lzma(upx *x, const block *b, uint8_t *out, size_t *n)
{
	enum { HEADER = 13, OWN = 2 };
	uint8_t small[HEADERS + HEADER];
	unsigned pb = as_at(b->packed, 0) & 7, lp = as_at(b->packed, 1) >> 4,
		 lc = as_at(b->packed, 1) & 15;
	if (b->packed.n < OWN || pb > 4 || lp > 4 || lc > 8)
		return AS_PARTIAL;
	size_t all = HEADER + b->packed.n - OWN;
	uint8_t *in = all <= sizeof small ? small : x->u ? as_alloc(as_memory(x->u), all) : NULL;
	if (!in)
		return AS_NOMEM;
	memset(in, 0, HEADER);
	in[0] = (uint8_t)((pb * 5 + lp) * 9 + lc);
	for (unsigned i = 0; i < 4; i++)
		in[1 + i] = in[5 + i] = (uint8_t)(b->size >> 8 * i);
	memcpy(&in[HEADER], as_from(b->packed, OWN).p, b->packed.n - OWN);
	as_status s = as_decode_block(AS_LZMA_ALONE, as_bytes(in, all), out, b->size, n);
	return *n == b->size ? AS_OK : as_worse(s, AS_PARTIAL);
}

/* out has room for b->size bytes. AS_NOT_THIS: a method or filter that is not known. */
static as_status decode(upx *x, const block *b, uint8_t *out)
{
	size_t n = b->size;
	as_status s = AS_OK;
	if (b->packed.n == b->size)
		memcpy(out, b->packed.p, b->size);
	else if (b->method >= 2 && b->method <= 10)
		s = as_decode_nrv((as_nrv)((b->method - 2) / 3),
			(unsigned[]){ 4, 1, 2 }[(b->method - 2) % 3], b->packed, out, b->size, &n);
	else if (b->method == LZMA)
		s = decode_lzma(x, b, out, &n);
	else
		return AS_NOT_THIS;
	if (s != AS_OK || n != b->size)
		return as_worse(s, AS_PARTIAL);
	return as_elf_unfilter(b->filter, b->marker, out, b->size) ? AS_OK : AS_NOT_THIS;
}

static void fails(upx *x, uint64_t at, const char *text)
{
	if (!x->wrong)
		x->bad_at = at;
	x->wrong = x->wrong ? x->wrong : text;
}

/* The segments that the original's headers, n bytes, tell of; false if they are no program's. */
static bool read_segments(upx *x, size_t n)
{
	enum { LOAD = 1 };
	bool wide = x->shape->wide;
	as_span in = as_bytes(x->headers, n);
	as_cur c = as_cur_of(in, wide ? 32 : 28, x->shape->big);
	uint64_t at = as_uword(&c, wide);
	as_skip(&c, wide ? 14 : 10);
	uint16_t each = as_u16(&c), count = as_u16(&c);
	if (!as_ok(&c) || each != (wide ? 56 : 32) || count > SEGMENTS || count == 0 ||
		at + (uint64_t)each * count > n)
		return false;
	for (uint16_t i = 0; i < count; i++) {
		as_cur p = as_cur_of(in, at + (uint64_t)each * i, x->shape->big);
		uint32_t type = as_u32(&p);
		as_skip(&p, wide ? 4 : 0);
		segment s = { .at = as_uword(&p, wide) };
		as_skip(&p, wide ? 16 : 8);
		s.n = as_uword(&p, wide);
		if (type != LOAD || !as_ok(&p))
			continue;
		if (s.at > LARGEST || s.n > LARGEST)
			return false;
		x->segments[x->n++] = s;
	}
	return x->n > 0;
}

/* Whether what UPX writes stands at offset at: with its mark or not, the first block must decode to headers of a
 * program of the same class, byte order and machine. */
static bool find(upx *x, uint64_t at)
{
	as_cur c = as_cur_of(x->body, at, x->shape->big);
	as_skip(&c, 4);
	x->magic = as_take(&c, 4);
	x->loader = as_u16(&c);
	x->version = as_u8(&c);
	x->format = as_u8(&c);
	as_skip(&c, 4);
	x->size = as_u32(&c);
	x->limit = as_u32(&c);
	block b;
	x->next = at + HEAD;
	x->sum = adler32_z(0, NULL, 0);
	if (!as_ok(&c) || !read_block(x, x->next, &b) || b.size > HEADERS || b.size < 52)
		return false;
	if (decode(x, &b, x->headers) != AS_OK)
		return false;
	as_span was = as_bytes(x->headers, b.size);
	return as_same(as_cut(was, 0, 7), as_cut(x->body, 0, 7)) &&
	       as_same(as_cut(was, 18, 2), as_cut(x->body, 18, 2)) && read_segments(x, b.size);
}

/* Reads blocks until n bytes at offset to of the original are there; false where that cannot go on. */
static bool fill(upx *x, uint64_t to, uint64_t n)
{
	while (n > 0) {
		block b;
		if (!read_block(x, x->next, &b) || b.size > n) {
			fails(x, x->next, "packed by UPX: a block's header is damaged");
			return false;
		}
		if (x->out && to + b.size <= x->size) {
			as_status s = decode(x, &b, &x->out[to]);
			if (s == AS_NOT_THIS)
				fails(x, b.at,
					"packed by UPX in a way that is not known: a block was not "
					"read");
			else if (s != AS_OK)
				fails(x, b.at, "packed by UPX: a block does not decode");
			x->sum = adler32_z(x->sum, &x->out[to], b.size);
			as_struct(x->u, b.at, b.n, "packed program");
		}
		x->next += b.n;
		to += b.size;
		n -= b.size;
	}
	return true;
}

/* Whether the block at offset at could begin a gap of n bytes. */
static bool begins(const upx *x, uint64_t at, uint64_t n)
{
	block b;
	return read_block(x, at, &b) && b.size <= n &&
	       (x->limit == 0 || b.size == as_min(n, x->limit));
}

/* What the file has behind segment i, up to the next one. */
static uint64_t gap(const upx *x, size_t i)
{
	uint64_t end = x->segments[i].at + x->segments[i].n, next = x->size;
	for (size_t k = 0; k < x->n; k++)
		if (x->segments[k].n > 0 && k != i && x->segments[k].at >= x->segments[i].at)
			next = as_min(next, x->segments[k].at);
	return next > end ? next - end : 0;
}

/* Walks all blocks. x->next is behind them then. */
static void walk(upx *x)
{
	bool go = true;
	for (size_t i = 0; i < x->n && go; i++)
		go = fill(x, x->segments[i].at, x->segments[i].n);
	bool skipped = false;
	for (size_t i = 0; i < x->n && go; i++) {
		uint64_t n = gap(x, i);
		uint64_t behind = (x->next + 3) / 4 * 4 + x->loader;
		if (n > 0 && !skipped && !begins(x, x->next, n) && begins(x, behind, n)) {
			x->next = behind;
			skipped = true;
		}
		go = n == 0 || fill(x, x->segments[i].at + x->segments[i].n, n);
	}
}

/* The last 36 bytes, behind the last block; empty if they are not there. */
static as_span trailer(const upx *x)
{
	as_cur c = as_cur_of(x->body, x->next, false);
	uint32_t none = as_u32(&c);
	as_span mark = as_take(&c, 4);
	bool ends = as_ok(&c) && none == 0 && (as_is(mark, "UPX!") || as_same(mark, x->magic));
	uint64_t at = (x->next + BLOCK + 3) / 4 * 4;
	return ends ? as_cut(x->body, at, as_min(TRAILER, x->body.n - as_min(at, x->body.n)))
		    : (as_span){ 0 };
}

/* The size of the original where the header's was wiped: it stands in the last 36 bytes too. */
static void guess_size(upx *x)
{
	uint64_t most = 0;
	for (size_t i = 0; i < x->n; i++)
		most = as_max(most, x->segments[i].at + x->segments[i].n);
	as_cur c = as_cur_of(x->body, x->body.n - as_min(x->body.n, TRAILER - 24), x->shape->big);
	uint32_t told = as_u32(&c);
	if (x->size < most)
		x->size = (uint32_t)(told >= most && told <= LARGEST ? told : most);
}

uint64_t as_elf_upx_end(as_span image, const as_elf_shape *shape)
{
	upx x = { .body = image, .shape = shape };
	if (!find(&x, shape->behind))
		return 0;
	guess_size(&x);
	walk(&x);
	as_span t = trailer(&x);
	uint64_t at = 0;
	return !x.wrong && as_within(image, t, &at) ? at + t.n : x.next;
}

static as_status check_sum(const upx *x)
{
	as_span t = trailer(x);
	as_cur c = as_cur_of(t, x->format >= BIG_FORMATS ? 16 : 8, x->shape->big);
	uint32_t sum = as_u32(&c);
	uint64_t at = 0;
	if (!as_ok(&c) || !as_within(x->body, t, &at))
		return as_lost(x->u, as_min(x->next, x->body.n),
			"packed by UPX: its end is missing, and the checksum with it");
	as_struct(x->u, x->next, at + t.n - x->next, "end of the packed program");
	return sum == x->sum ? AS_OK
			     : as_lost(x->u, at,
				       "packed by UPX: the checksum of what was unpacked is wrong");
}

static as_status put(upx *x, bool damaged)
{
	as_entry e = { .type = AS_PART, .name = as_lit("unpacked"), .hint = "elf" };
	bool want = false;
	as_status s = as_begin(x->u, NULL, &e, &want);
	if (s == AS_OK && want)
		s = as_more(x->u, as_bytes(x->out, x->size));
	return s <= AS_PARTIAL ? as_worse(s, as_end(x->u, damaged)) : s;
}

static as_status unpack_all(upx *x)
{
	if (x->size > LARGEST)
		return as_refused(x->u, x->next, "limit",
			"packed by UPX: it would unpack to more than 256 MiB");
	if (as_want(x->u, x->size) != AS_OK)
		return AS_LIMIT;
	x->out = as_alloc(as_memory(x->u), x->size);
	if (!x->out)
		return AS_NOMEM;
	walk(x);
	as_status s = x->wrong ? as_lost(x->u, x->bad_at, x->wrong) : check_sum(x);
	return as_worse(s, put(x, s != AS_OK));
}

as_status as_elf_upx(as_unpack *u, as_span body, const as_elf_shape *shape)
{
	upx x = { .u = u, .body = body, .shape = shape };
	bool found = find(&x, shape->behind), marked = as_is(x.magic, "UPX!");
	if (!found && !(marked && x.size > 0 && x.limit > 0))
		return AS_OK;
	as_tellf(u, as_cut(body, shape->behind, HEAD), "packer",
		"UPX, version %u of its layout, format %u%s", x.version, x.format,
		marked && x.size > 0 ? "" : ", its marks wiped");
	if (found)
		guess_size(&x);
	as_tellf(u, as_cut(body, shape->behind + 16, 4), "unpacked size", "%u", x.size);
	if (!found)
		return as_refused(u, shape->behind, "unsupported",
			"the program is packed by UPX: what it unpacks to was not examined");
	as_struct(u, shape->behind, HEAD, "header of UPX");
	return unpack_all(&x);
}
