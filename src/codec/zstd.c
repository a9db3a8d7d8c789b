/* SPDX-License-Identifier: Apache-2.0 */
/* zstd and lz4 frames, through libzstd and liblz4. Both share the frames that are to be skipped. */
#include <zstd_errors.h>

#include "codec/state.h"

enum {
	ZSTD_MAGIC = 0xfd2fb528u,
	LZ4_MAGIC = 0x184d2204,
	SKIP_MAGIC = 0x184d2a50, /* and the 15 after it */
	WINDOW_LOG = 27,         /* AS_CODEC_MEMORY */
};

/* Whether another frame begins in rest: one of that magic, or a whole one to be skipped. */
static bool frame_at(as_span rest, uint32_t magic)
{
	as_cur c = as_cur_le(rest, 0);
	uint32_t found = as_u32(&c);
	if (!as_ok(&c) || found == magic)
		return as_ok(&c);
	uint32_t n = as_u32(&c);
	return as_ok(&c) && (found & ~15u) == SKIP_MAGIC && n <= as_left(&c);
}

static as_step zstd_open(as_state *st, as_span in, size_t room)
{
	(void)in, (void)room;
	if (!st->live)
		st->zstd = ZSTD_createDCtx();
	st->live = st->zstd != NULL;
	if (!st->live || ZSTD_isError(ZSTD_DCtx_reset(st->zstd, ZSTD_reset_session_only)) ||
		ZSTD_isError(ZSTD_DCtx_setParameter(st->zstd, ZSTD_d_windowLogMax, WINDOW_LOG)))
		return AS_ASKS;
	return AS_MORE;
}

static as_step zstd_step(as_state *st, as_piece *p)
{
	ZSTD_inBuffer in = { p->in.p, p->in.n, 0 };
	ZSTD_outBuffer out = { p->out, p->cap, 0 };
	size_t r = ZSTD_decompressStream(st->zstd, &out, &in);
	p->in_n = in.pos;
	p->out_n = out.pos;
	if (r == 0)
		return AS_END;
	if (!ZSTD_isError(r))
		return AS_MORE;
	ZSTD_ErrorCode e = ZSTD_getErrorCode(r);
	bool asks =
		e == ZSTD_error_frameParameter_windowTooLarge || e == ZSTD_error_memory_allocation;
	bool full = e == ZSTD_error_dstSize_tooSmall || e == ZSTD_error_srcSize_wrong;
	return asks ? AS_ASKS : full ? AS_MORE : AS_BAD;
}

static void zstd_close(as_state *st)
{
	if (st->live)
		(void)ZSTD_freeDCtx(st->zstd);
	st->live = false;
}

static bool zstd_again(as_span rest, size_t *gap)
{
	*gap = 0;
	return frame_at(rest, ZSTD_MAGIC);
}

static as_step lz4_open(as_state *st, as_span in, size_t room)
{
	(void)in, (void)room;
	if (!st->live)
		st->live = !LZ4F_isError(LZ4F_createDecompressionContext(&st->lz4, LZ4F_VERSION));
	if (!st->live)
		return AS_ASKS;
	LZ4F_resetDecompressionContext(st->lz4);
	return AS_MORE;
}

static as_step lz4_step(as_state *st, as_piece *p)
{
	p->in_n = p->in.n;
	p->out_n = p->cap;
	size_t r = LZ4F_decompress(st->lz4, p->out, &p->out_n, p->in.p, &p->in_n, NULL);
	if (LZ4F_isError(r)) {
		p->in_n = p->out_n = 0; /* the library leaves them undefined */
		return AS_BAD;
	}
	return r == 0 ? AS_END : AS_MORE;
}

static void lz4_close(as_state *st)
{
	if (st->live)
		(void)LZ4F_freeDecompressionContext(st->lz4);
	st->live = false;
}

static bool lz4_again(as_span rest, size_t *gap)
{
	*gap = 0;
	return frame_at(rest, LZ4_MAGIC);
}

const as_coder as_coder_zstd = {
	.open = zstd_open, .step = zstd_step, .close = zstd_close, .again = zstd_again
};
const as_coder as_coder_lz4 = {
	.open = lz4_open, .step = lz4_step, .close = lz4_close, .again = lz4_again
};
