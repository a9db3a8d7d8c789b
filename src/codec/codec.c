/* SPDX-License-Identifier: Apache-2.0 */
/* The one place that drives every compression library: a loop that feeds input, hands output on,
 * and goes on with the next member where a format allows several. */
#include "codec/codec.h"

#include <stdlib.h>
#include <string.h>

#include "codec/stream.h"

enum { PIECE = 256 << 10 /* bytes handed to a sink at once */ };

typedef struct method {
	const as_coder *coder; /* or */
	as_status (*run)(as_flow *f, size_t peek);
} method;

static as_status run_stored(as_flow *f, size_t peek)
{
	as_status s = AS_OK;
	(void)peek;
	while (s == AS_OK && f->used < f->in.n) {
		as_span piece = as_cut(f->in, f->used, as_min(PIECE, f->in.n - f->used));
		s = as_flow_give(f, piece);
		f->used += piece.n;
	}
	return s;
}

static const method methods[] = {
	[AS_STORED] = { .run = run_stored },
	[AS_DEFLATE] = { .coder = &as_coder_deflate },
	[AS_ZLIB] = { .coder = &as_coder_zlib },
	[AS_GZIP] = { .coder = &as_coder_gzip },
	[AS_XZ] = { .coder = &as_coder_xz },
	[AS_LZMA_ALONE] = { .coder = &as_coder_lzma },
	[AS_LZIP] = { .coder = &as_coder_lzip },
	[AS_BZIP2] = { .coder = &as_coder_bzip2 },
	[AS_ZSTD] = { .coder = &as_coder_zstd },
	[AS_LZ4_FRAME] = { .coder = &as_coder_lz4 },
	[AS_LZ4_LEGACY] = { .run = as_flow_lz4_legacy },
	[AS_LZ4_BLOCK] = { 0 },
	[AS_LZO_BLOCK] = { 0 },
	[AS_LZOP] = { .run = as_flow_lzop },
	[AS_COMPRESS] = { .run = as_flow_compress },
	[AS_DEFLATE64] = { .run = as_flow_deflate64 },
	[AS_LZFSE] = { .run = as_flow_lzfse },
	[AS_BROTLI] = { .coder = &as_coder_brotli },
};

as_status as_flow_flush(as_flow *f)
{
	if (!f->sink)
		return f->fill < f->cap ? AS_OK : AS_PARTIAL;
	size_t n = f->fill;
	f->fill = 0;
	return n > 0 ? f->sink(f->ctx, as_bytes(f->buf, n)) : AS_OK;
}

as_status as_flow_give(as_flow *f, as_span bytes)
{
	as_status s = f->sink ? as_flow_flush(f) : AS_OK;
	if (s != AS_OK || bytes.n == 0)
		return s;
	f->out += bytes.n;
	if (f->sink)
		return f->sink(f->ctx, bytes);
	size_t n = (size_t)as_min(bytes.n, f->cap - f->fill);
	if (n == 0)
		return AS_PARTIAL;
	memcpy(&f->buf[f->fill], bytes.p, n);
	f->fill += n;
	return n == bytes.n ? AS_OK : AS_PARTIAL;
}

/* Decodes one member from f->used on. */
static as_status member(as_flow *f, const as_coder *k, as_state *st)
{
	size_t room = f->sink ? SIZE_MAX : f->cap - f->fill;
	as_step v = k->open(st, as_from(f->in, f->used), room);
	as_status s = AS_OK;
	bool moved = true;
	while (s == AS_OK && v == AS_MORE && moved) {
		as_piece p = { .in = as_from(f->in, f->used),
			.out = f->buf ? &f->buf[f->fill] : NULL,
			.cap = f->cap - f->fill };
		v = k->step(st, &p);
		f->used += p.in_n;
		f->out += p.out_n;
		f->fill += p.out_n;
		moved = p.in_n > 0 || p.out_n > 0;
		if (f->sink && f->fill == f->cap)
			s = as_flow_flush(f);
	}
	if (s == AS_OK && f->sink)
		s = as_flow_flush(f);
	if (s != AS_OK)
		return s;
	if (v == AS_BAD)
		return f->out > 0 ? AS_PARTIAL : AS_NOT_THIS;
	return v == AS_END ? AS_OK : v == AS_ASKS ? AS_NOMEM : AS_PARTIAL;
}

as_status as_flow_run(as_flow *f, const as_coder *k, as_state *st)
{
	size_t gap = 0;
	as_status s = member(f, k, st);
	while (s == AS_OK && k->again && k->again(as_from(f->in, f->used), &gap)) {
		uint64_t used = f->used, out = f->out;
		f->used += gap;
		s = member(f, k, st);
		if (s == AS_OK || f->out > out)
			continue;
		/* It only looked like another member: the stream ended before it. */
		f->used = used;
		return AS_OK;
	}
	return s;
}

/* With a buffer of cap bytes for the output; peek as in stream.h. */
static as_status run(method m, as_flow *f, size_t peek)
{
	if (m.run)
		return m.run(f, peek);
	if (!m.coder)
		return AS_NOT_THIS;
	as_state *st = as_state_new();
	as_status s = AS_NOMEM;
	if (st) {
		s = as_flow_run(f, m.coder, st);
		m.coder->close(st);
	}
	as_state_free(st);
	return s;
}

as_status as_decode(as_method m, as_span in, as_sink sink, void *ctx, uint64_t *used)
{
	as_flow f = { .in = in, .sink = sink, .ctx = ctx, .cap = PIECE };
	f.buf = malloc(f.cap);
	as_status s = f.buf ? run(methods[m], &f, 0) : AS_NOMEM;
	free(f.buf);
	if (used)
		*used = f.used;
	return s;
}

typedef struct glimpse {
	uint8_t *out;
	size_t cap, n;
} glimpse;

static as_status take(void *ctx, as_span bytes)
{
	glimpse *g = ctx;
	size_t n = (size_t)as_min(bytes.n, g->cap - g->n);
	if (n > 0)
		memcpy(&g->out[g->n], bytes.p, n);
	g->n += n;
	return g->n < g->cap ? AS_OK : AS_LIMIT;
}

as_status as_peek(as_method m, as_span in, uint8_t *out, size_t cap, size_t *out_n)
{
	enum { SMALL = 4096 };
	uint8_t buf[SMALL];
	glimpse g = { .out = out, .cap = cap };
	as_flow f = { .in = in, .sink = take, .ctx = &g, .buf = buf };
	f.cap = (size_t)as_max(as_min(cap, SMALL), 1);
	as_status s = run(methods[m], &f, (size_t)as_max(cap, 1));
	*out_n = g.n;
	return g.n == cap ? AS_OK : s;
}
