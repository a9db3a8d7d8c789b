/* SPDX-License-Identifier: Apache-2.0 */
/* What each compression library keeps between calls. */
#ifndef AS_STATE_H
#define AS_STATE_H

#define ZLIB_CONST /* next_in is read only */
#include <brotli/decode.h>
#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "codec/stream.h"

enum { AS_LZMA_HEADER = 13 /* properties, dictionary size, uncompressed size */ };

/* One state serves one method at a time, so what a method sets is zero for the next one's open only
 * if the state is new; codec.c keeps a state for each method. */
struct as_state {
	union {
		z_stream z;
		lzma_stream lzma;
		bz_stream bz;
		ZSTD_DCtx *zstd;
		LZ4F_dctx *lz4;
		BrotliDecoderState *brotli;
	};
	bool live;                    /* the library holds memory */
	uint8_t head[AS_LZMA_HEADER]; /* lzma: the header as the library gets it */
	size_t head_at;               /* bytes of it that were handed over */
};

#endif
