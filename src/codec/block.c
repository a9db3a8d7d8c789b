/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks that are decoded whole. File systems ask for tens of thousands of them, so each thread
 * keeps the libraries' states; where a library has a faster way for whole buffers, that is tried
 * first, and the streaming way is left for what is damaged, to save what can be saved. */
#include <libdeflate.h>
#include <lz4.h>
#include <lzo/lzo1x.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "codec/state.h"

enum { N_METHODS = AS_LZOP + 1, KEPT = 8 << 20 /* bytes a decoder may hold between blocks */ };

typedef struct kept {
	struct libdeflate_decompressor *deflate;
	as_state *states[N_METHODS];
} kept;

static const as_coder *const coders[N_METHODS] = {
	[AS_DEFLATE] = &as_coder_deflate,
	[AS_ZLIB] = &as_coder_zlib,
	[AS_GZIP] = &as_coder_gzip,
	[AS_XZ] = &as_coder_xz,
	[AS_LZMA_ALONE] = &as_coder_lzma,
	[AS_BZIP2] = &as_coder_bzip2,
	[AS_ZSTD] = &as_coder_zstd,
	[AS_LZ4_FRAME] = &as_coder_lz4,
};

as_state *as_state_new(void) { return calloc(1, sizeof(as_state)); }

void as_state_free(as_state *st) { free(st); }

static void drop_state(kept *k, unsigned m)
{
	if (k->states[m])
		coders[m]->close(k->states[m]);
	as_state_free(k->states[m]);
	k->states[m] = NULL;
}

static void drop(void *p)
{
	kept *k = p;
	for (unsigned m = 0; m < N_METHODS; m++)
		drop_state(k, m);
	libdeflate_free_decompressor(k->deflate);
	free(k);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool ready;

static void drop_main(void)
{
	kept *k = pthread_getspecific(key);
	if (k)
		drop(k);
	(void)pthread_setspecific(key, NULL);
}

/* A thread's states go with it; the main thread's at exit, for which keys are not run. */
static void prepare(void)
{
	ready = pthread_key_create(&key, drop) == 0 && lzo_init() == LZO_E_OK;
	if (ready)
		(void)atexit(drop_main);
}

static kept *mine(void)
{
	if (pthread_once(&once, prepare) != 0 || !ready)
		return NULL;
	kept *k = pthread_getspecific(key);
	if (k)
		return k;
	k = calloc(1, sizeof(*k));
	if (k && pthread_setspecific(key, k) == 0)
		return k;
	free(k);
	return NULL;
}

as_status as_lzo_block(as_span in, uint8_t *out, size_t *out_n)
{
	lzo_uint n = *out_n;
	*out_n = 0;
	if (pthread_once(&once, prepare) != 0 || !ready)
		return AS_NOMEM;
	int r = lzo1x_decompress_safe(in.p, in.n, out, &n, NULL);
	*out_n = n;
	return r == LZO_E_OK ? AS_OK : AS_PARTIAL;
}

static as_status lz4_block(as_span in, uint8_t *out, size_t cap, size_t *out_n)
{
	int in_n = (int)as_min(in.n, LZ4_MAX_INPUT_SIZE),
	    room = (int)as_min(cap, LZ4_MAX_INPUT_SIZE);
	int n = LZ4_decompress_safe((const char *)in.p, (char *)out, in_n, room);
	as_status s = n < 0 ? AS_PARTIAL : AS_OK;
	if (n < 0) /* longer than the room? then what fits is wanted */
		n = LZ4_decompress_safe_partial((const char *)in.p, (char *)out, in_n, room, room);
	*out_n = n < 0 ? 0 : (size_t)n;
	return s;
}

/* libdeflate decodes a whole buffer two to three times as fast as zlib, but leaves nothing behind
 * of what it cannot finish. */
static bool whole_deflate(kept *k, as_method m, as_span in, uint8_t *out, size_t cap, size_t *out_n)
{
	enum libdeflate_result r = LIBDEFLATE_BAD_DATA;
	if (!k->deflate)
		k->deflate = libdeflate_alloc_decompressor();
	if (!k->deflate)
		return false;
	size_t used = 0;
	if (m == AS_ZLIB)
		r = libdeflate_zlib_decompress_ex(k->deflate, in.p, in.n, out, cap, &used, out_n);
	else if (m == AS_DEFLATE)
		r = libdeflate_deflate_decompress_ex(
			k->deflate, in.p, in.n, out, cap, &used, out_n);
	return r == LIBDEFLATE_SUCCESS;
}

static as_status streamed(kept *k, as_method m, as_span in, uint8_t *out, size_t cap, size_t *out_n)
{
	if (!k->states[m])
		k->states[m] = as_state_new();
	if (!k->states[m])
		return AS_NOMEM;
	as_flow f = { .in = in, .buf = out, .cap = cap };
	as_status s = as_flow_run(&f, coders[m], k->states[m]);
	*out_n = f.fill;
	bool big = (m == AS_XZ || m == AS_LZMA_ALONE) && lzma_memusage(&k->states[m]->lzma) > KEPT;
	if (big || s == AS_NOMEM)
		drop_state(k, m);
	return s == AS_NOMEM ? AS_PARTIAL : s; /* it asks for what no block of cap bytes needs */
}

/* What the libraries do fastest; false if it did not work out. */
static bool whole(kept *k, as_method m, as_span in, uint8_t *out, size_t cap, size_t *out_n)
{
	if (m == AS_ZLIB || m == AS_DEFLATE)
		return whole_deflate(k, m, in, out, cap, out_n);
	if (m != AS_ZSTD || in.n == 0)
		return false;
	if (!k->states[m])
		k->states[m] = as_state_new();
	if (!k->states[m] || coders[m]->open(k->states[m], in, cap) != AS_MORE)
		return false;
	size_t n = ZSTD_decompressDCtx(k->states[m]->zstd, out, cap, in.p, in.n);
	*out_n = ZSTD_isError(n) ? 0 : n;
	return !ZSTD_isError(n);
}

as_status as_decode_block(as_method m, as_span in, uint8_t *out, size_t cap, size_t *out_n)
{
	kept *k = mine();
	*out_n = 0;
	if (!k)
		return AS_NOMEM;
	if (m == AS_LZO_BLOCK) {
		*out_n = cap;
		return as_lzo_block(in, out, out_n);
	}
	if (m == AS_LZ4_BLOCK)
		return lz4_block(in, out, cap, out_n);
	if (m == AS_STORED) {
		*out_n = (size_t)as_min(in.n, cap);
		if (*out_n > 0)
			memcpy(out, in.p, *out_n);
		return in.n <= cap ? AS_OK : AS_PARTIAL;
	}
	if (m == AS_LZFSE) {
		as_flow f = { .in = in, .buf = out, .cap = cap };
		as_status s = as_flow_lzfse(&f, 0);
		*out_n = f.fill;
		return s;
	}
	if (whole(k, m, in, out, cap, out_n))
		return AS_OK;
	*out_n = 0;
	return coders[m] ? streamed(k, m, in, out, cap, out_n) : AS_NOT_THIS;
}
