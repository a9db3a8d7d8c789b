/* SPDX-License-Identifier: Apache-2.0 */
/* xz, lzip and lzma-alone streams, through liblzma. */
#include <string.h>

#include "codec/state.h"

static as_step verdict(lzma_ret r)
{
	if (r == LZMA_STREAM_END)
		return AS_END;
	if (r == LZMA_MEM_ERROR || r == LZMA_MEMLIMIT_ERROR)
		return AS_ASKS;
	return r == LZMA_OK || r == LZMA_BUF_ERROR ? AS_MORE : AS_BAD;
}

static as_step open_xz(as_state *st, as_span in, size_t room)
{
	(void)in, (void)room;
	st->live = true;
	st->head_at = AS_LZMA_HEADER;
	return verdict(lzma_stream_decoder(&st->lzma, AS_CODEC_MEMORY, 0));
}

static as_step open_lzip(as_state *st, as_span in, size_t room)
{
	(void)in, (void)room;
	st->live = true;
	st->head_at = AS_LZMA_HEADER;
	return verdict(lzma_lzip_decoder(&st->lzma, AS_CODEC_MEMORY, 0));
}

/* A dictionary longer than the output is never looked into; vendors' encoders ask for gigabytes all
 * the same. So the library gets a header with as much dictionary as the output can use. */
static void fit_dictionary(as_state *st, as_span in, size_t room)
{
	enum { SMALLEST = 4096 };
	as_cur c = as_cur_le(in, 1);
	uint32_t dict = as_u32(&c);
	uint64_t size = as_u64(&c);
	uint64_t most = as_max(as_min(size, room), SMALLEST);
	if (!as_ok(&c))
		return;
	memcpy(st->head, in.p, AS_LZMA_HEADER);
	st->head_at = 0;
	for (unsigned i = 0; i < 4 && dict > most; i++)
		st->head[1 + i] = (uint8_t)(most >> 8 * i);
}

static as_step open_lzma(as_state *st, as_span in, size_t room)
{
	st->live = true;
	st->head_at = AS_LZMA_HEADER;
	fit_dictionary(st, in, room);
	return verdict(lzma_alone_decoder(&st->lzma, AS_CODEC_MEMORY));
}

static as_step step(as_state *st, as_piece *p)
{
	lzma_stream *z = &st->lzma;
	size_t head = AS_LZMA_HEADER - st->head_at;
	as_span in = head > 0 ? as_bytes(&st->head[st->head_at], head) : p->in;
	z->next_in = in.p;
	z->avail_in = in.n;
	z->next_out = p->out;
	z->avail_out = p->cap;
	lzma_ret r = lzma_code(z, LZMA_RUN);
	p->in_n = in.n - z->avail_in;
	p->out_n = p->cap - z->avail_out;
	if (head > 0)
		st->head_at += p->in_n;
	return verdict(r);
}

static void stop(as_state *st)
{
	if (st->live)
		lzma_end(&st->lzma);
	st->lzma = (lzma_stream)LZMA_STREAM_INIT;
	st->live = false;
}

/* Streams may follow each other with zeros between, in units of four bytes. */
static bool again(as_span rest, size_t *gap)
{
	size_t at = 0;
	while (at + 4 <= rest.n && as_all(as_cut(rest, at, 4), 0))
		at += 4;
	*gap = at;
	return as_same(as_cut(rest, at, 6), as_bytes("\xfd\x37zXZ\0", 6));
}

static bool lzip_again(as_span rest, size_t *gap)
{
	*gap = 0;
	return as_starts(rest, "LZIP");
}

const as_coder as_coder_lzip = {
	.open = open_lzip, .step = step, .close = stop, .again = lzip_again
};
const as_coder as_coder_xz = { .open = open_xz, .step = step, .close = stop, .again = again };
const as_coder as_coder_lzma = { .open = open_lzma, .step = step, .close = stop };
