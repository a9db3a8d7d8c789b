/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the codec: what a library must offer to be driven by codec.c. */
#ifndef AS_STREAM_H
#define AS_STREAM_H

#include "base/cur.h"
#include "codec/codec.h"

/* Working memory that a stream may ask for, bytes. */
enum { AS_CODEC_MEMORY = 128 << 20 };

/* The state of every library-driven method; zeroed before the first use. */
typedef struct as_state as_state;

typedef enum as_step {
	AS_MORE, /* go on */
	AS_END,  /* the member ended well */
	AS_BAD,  /* the data is damaged */
	AS_ASKS, /* it asks for too much memory, or none could be had */
} as_step;

/* One call of a library: what it may read and write, and what it did. */
typedef struct as_piece {
	as_span in;
	uint8_t *out;
	size_t cap;   /* bytes free at out */
	size_t in_n;  /* bytes read */
	size_t out_n; /* bytes written */
} as_piece;

/* A library that is handed pieces. */
typedef struct as_coder {
	/* Begins a member at the start of in; also on a state that was used before, whose memory
	 * it may take over. room: the output will not be longer than that (SIZE_MAX: not known). */
	as_step (*open)(as_state *st, as_span in, size_t room);
	as_step (*step)(as_state *st, as_piece *p);
	void (*close)(as_state *st); /* also after a failed open */
	/* Whether another member of the same stream follows in rest; *gap: bytes between. NULL:
	 * never. */
	bool (*again)(as_span rest, size_t *gap);
} as_coder;

/* One stream being decoded. */
typedef struct as_flow {
	as_span in;
	uint64_t used; /* bytes of in read */
	uint64_t out;  /* bytes that came out */
	uint8_t *buf;  /* output memory */
	size_t cap;    /* bytes of it */
	size_t fill;   /* bytes waiting in it */
	as_sink sink;  /* NULL: what does not fit into buf is too long */
	void *ctx;
} as_flow;

/* Hands bytes that are not in f->buf to the sink, after what waits there. */
as_status as_flow_give(as_flow *f, as_span bytes) AS_MUST_USE;
/* Hands what waits in f->buf to the sink. AS_PARTIAL if there is no sink and the buffer is full. */
as_status as_flow_flush(as_flow *f) AS_MUST_USE;
/* Drives a library over the whole stream. */
as_status as_flow_run(as_flow *f, const as_coder *k, as_state *st) AS_MUST_USE;

/* A state for as_flow_run, or NULL without memory; to be closed by the coder and freed. */
as_state *as_state_new(void);
void as_state_free(as_state *st);

extern const as_coder as_coder_deflate, as_coder_zlib, as_coder_gzip;
extern const as_coder as_coder_xz, as_coder_lzma, as_coder_lzip;
extern const as_coder as_coder_bzip2, as_coder_zstd, as_coder_lz4, as_coder_brotli;

/* The formats that are read here, block by block. peek: only so many bytes of output are wanted
 * (0: all). */
as_status as_flow_lz4_legacy(as_flow *f, size_t peek) AS_MUST_USE;
as_status as_flow_lzop(as_flow *f, size_t peek) AS_MUST_USE;
as_status as_flow_compress(as_flow *f, size_t peek) AS_MUST_USE;
as_status as_flow_deflate64(as_flow *f, size_t peek) AS_MUST_USE;
as_status as_flow_lzfse(as_flow *f, size_t peek) AS_MUST_USE;

/* Length of a lzop stream, by its blocks' headers; false if it is cut off. */
bool as_lzop_size(as_span in, uint64_t *n);

/* Length of an LZFSE stream, likewise. */
bool as_lzfse_size(as_span in, uint64_t *n);

/* lzo1x_decompress_safe with its initialisation. *out_n: in, the room; out, what came. */
as_status as_lzo_block(as_span in, uint8_t *out, size_t *out_n) AS_MUST_USE;

#endif
