/* SPDX-License-Identifier: Apache-2.0 */
/* bzip2 streams, through libbz2. */
#include "codec/state.h"

static void stop(as_state *st)
{
	if (st->live)
		(void)BZ2_bzDecompressEnd(&st->bz);
	st->bz = (bz_stream){ 0 };
	st->live = false;
}

static as_step start(as_state *st, as_span in, size_t room)
{
	(void)in, (void)room;
	stop(st);
	st->live = BZ2_bzDecompressInit(&st->bz, 0, 0) == BZ_OK;
	return st->live ? AS_MORE : AS_ASKS;
}

static as_step step(as_state *st, as_piece *p)
{
	bz_stream *z = &st->bz;
	unsigned in_n = (unsigned)as_min(p->in.n, UINT32_MAX >> 1);
	unsigned cap = (unsigned)as_min(p->cap, UINT32_MAX >> 1);
	z->next_in = (char *)(uintptr_t)p->in.p; /* libbz2 has no const; it only reads */
	z->avail_in = in_n;
	z->next_out = (char *)p->out;
	z->avail_out = cap;
	int r = BZ2_bzDecompress(z);
	p->in_n = in_n - z->avail_in;
	p->out_n = cap - z->avail_out;
	if (r == BZ_STREAM_END)
		return AS_END;
	if (r == BZ_MEM_ERROR)
		return AS_ASKS;
	return r == BZ_OK ? AS_MORE : AS_BAD;
}

/* "BZh", a digit, then the magic of a block or of an empty stream's end. */
static bool again(as_span rest, size_t *gap)
{
	uint8_t level = as_at(rest, 3);
	as_span magic = as_cut(rest, 4, 6);
	*gap = 0;
	return as_starts(rest, "BZh") && level >= '1' && level <= '9' &&
	       (as_is(magic, "1AY&SY") || as_is(magic, "\x17\x72\x45\x38\x50\x90"));
}

const as_coder as_coder_bzip2 = { .open = start, .step = step, .close = stop, .again = again };
