/* SPDX-License-Identifier: Apache-2.0 */
/* Brotli (RFC 7932), through libbrotlidec. Its windows are 16 MiB at most; the larger ones of no standard stay off. */
#include "codec/state.h"

/* Bytes of input at a time: the library gives what it decoded when these are used up, but nothing of
 * it once it met damage. */
enum { PIECE = 4096 };

static as_step open_brotli(as_state *st, as_span in, size_t room)
{
	(void)in, (void)room;
	if (st->live)
		BrotliDecoderDestroyInstance(st->brotli);
	st->brotli = BrotliDecoderCreateInstance(NULL, NULL, NULL);
	st->live = st->brotli != NULL;
	return st->live ? AS_MORE : AS_ASKS;
}

static as_step step_brotli(as_state *st, as_piece *p)
{
	const uint8_t *in = p->in.p;
	uint8_t *out = p->out;
	size_t given = p->in.n < PIECE ? p->in.n : PIECE, in_n = given, out_n = p->cap;
	BrotliDecoderResult r =
		BrotliDecoderDecompressStream(st->brotli, &in_n, &in, &out_n, &out, NULL);
	p->in_n = given - in_n;
	p->out_n = p->cap - out_n;
	if (r == BROTLI_DECODER_RESULT_SUCCESS)
		return AS_END;
	if (r != BROTLI_DECODER_RESULT_ERROR)
		return AS_MORE;
	BrotliDecoderErrorCode e = BrotliDecoderGetErrorCode(st->brotli);
	bool memory = e <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
		      e >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES;
	return memory ? AS_ASKS : AS_BAD;
}

static void close_brotli(as_state *st)
{
	if (st->live)
		BrotliDecoderDestroyInstance(st->brotli);
	st->live = false;
}

const as_coder as_coder_brotli = {
	.open = open_brotli, .step = step_brotli, .close = close_brotli
};
