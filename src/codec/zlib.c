/* SPDX-License-Identifier: Apache-2.0 */
/* deflate, zlib and gzip streams, through zlib. */
#include "codec/state.h"

enum { RAW = -15, WRAPPED = 15, GZIP = 15 + 16 }; /* zlib's codes for the three wrappings */

static as_step open_bits(as_state *st, int bits)
{
	if (st->live)
		return inflateReset2(&st->z, bits) == Z_OK ? AS_MORE : AS_ASKS;
	st->live = inflateInit2(&st->z, bits) == Z_OK;
	return st->live ? AS_MORE : AS_ASKS;
}

static as_step open_raw(as_state *st, as_span in, size_t room)
{
	(void)in, (void)room;
	return open_bits(st, RAW);
}

static as_step open_zlib(as_state *st, as_span in, size_t room)
{
	(void)in, (void)room;
	return open_bits(st, WRAPPED);
}

static as_step open_gzip(as_state *st, as_span in, size_t room)
{
	(void)in, (void)room;
	return open_bits(st, GZIP);
}

static as_step step(as_state *st, as_piece *p)
{
	z_stream *z = &st->z;
	uInt in_n = (uInt)as_min(p->in.n, UINT32_MAX >> 1),
	     cap = (uInt)as_min(p->cap, UINT32_MAX >> 1);
	z->next_in = p->in.p;
	z->avail_in = in_n;
	z->next_out = p->out;
	z->avail_out = cap;
	int r = inflate(z, Z_NO_FLUSH);
	p->in_n = in_n - z->avail_in;
	p->out_n = cap - z->avail_out;
	if (r == Z_STREAM_END)
		return AS_END;
	if (r == Z_MEM_ERROR)
		return AS_ASKS;
	return r == Z_OK || r == Z_BUF_ERROR ? AS_MORE : AS_BAD;
}

static void stop(as_state *st)
{
	if (st->live)
		(void)inflateEnd(&st->z);
	st->live = false;
}

/* Zeros between members, as tapes leave them, are not looked past: in flash they are padding. */
static bool again(as_span rest, size_t *gap)
{
	*gap = 0;
	return as_starts(rest, "\x1f\x8b\x08");
}

const as_coder as_coder_deflate = { .open = open_raw, .step = step, .close = stop };
const as_coder as_coder_zlib = { .open = open_zlib, .step = step, .close = stop };
const as_coder as_coder_gzip = { .open = open_gzip, .step = step, .close = stop, .again = again };
