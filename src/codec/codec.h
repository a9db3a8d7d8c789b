/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes to bytes: a thin, bounded face over the compression libraries. */
#ifndef AS_CODEC_H
#define AS_CODEC_H

#include "base/span.h"

typedef enum as_method {
	AS_STORED,
	AS_DEFLATE, /* raw */
	AS_ZLIB,
	AS_GZIP, /* one or several members */
	AS_XZ,
	AS_LZMA_ALONE, /* 13-byte header, size may be unknown */
	AS_LZIP,       /* one or several members */
	AS_BZIP2,
	AS_ZSTD, /* one or several frames, skippable frames skipped */
	AS_LZ4_FRAME,
	AS_LZ4_LEGACY, /* Linux kernel and lz4 -l */
	AS_LZ4_BLOCK,  /* only as_decode_block */
	AS_LZO_BLOCK,  /* LZO1X; only as_decode_block */
	AS_LZOP,
	AS_COMPRESS, /* LZW, as compress writes it (.Z) */
	AS_LZFSE,
	AS_DEFLATE64, /* PKWARE's, of zip; only as_decode and as_peek */
	AS_BROTLI,    /* nothing in it tells that it is one; only as_decode and as_peek */
} as_method;

/* Receives decoded bytes in order; another status than AS_OK stops the decoder, which returns
 * it. */
typedef as_status (*as_sink)(void *ctx, as_span bytes);

/* Decodes a whole stream from the start of in, piece by piece, into sink. *used (may be NULL):
 * bytes of in that belong to the stream, also when it is damaged (as far as it was read).
 * AS_PARTIAL: damaged or truncated after at least one byte came out, or before; AS_NOT_THIS: not
 * such a stream; AS_NOMEM: the stream asks for more than 128 MiB of working memory. Keeps nothing;
 * may be called from any thread. */
as_status as_decode(as_method m, as_span in, as_sink sink, void *ctx, uint64_t *used) AS_MUST_USE;

/* Decodes one block whose output is at most cap bytes, into out; *out_n says how many came.
 * AS_PARTIAL if damaged, larger than cap (what came is in out), or if it asks for memory that no such
 * block needs. For AS_ZLIB, AS_DEFLATE, AS_XZ,
 * AS_LZMA_ALONE, AS_LZ4_BLOCK, AS_LZO_BLOCK, AS_ZSTD, AS_BZIP2, AS_LZFSE. State is kept per thread for
 * speed. */
as_status as_decode_block(
	as_method m, as_span in, uint8_t *out, size_t cap, size_t *out_n) AS_MUST_USE;

/* Decodes a block of LZMA without a header (EROFS; liblzma's MicroLZMA) that stands for cap bytes or more, into out.
 * AS_PARTIAL if fewer than cap came; AS_NOMEM. Keeps nothing. */
as_status as_decode_microlzma(
	as_span in, uint32_t dictionary, uint8_t *out, size_t cap, size_t *out_n) AS_MUST_USE;

/* Decodes a block of LZO-RLE (Linux: LZO1X with runs of zeros) that stands for at most cap bytes, into out. AS_PARTIAL
 * if it is damaged or does not fit: what came is in out. Pure. */
as_status as_decode_lzorle(as_span in, uint8_t *out, size_t cap, size_t *out_n) AS_MUST_USE;

/* Decodes LZMA with its 13-byte header that had x86 jumps made absolute (xz's filter) into out: exactly cap bytes.
 * AS_PARTIAL if fewer came or more would; AS_NOT_THIS: no such header; AS_NOMEM. Keeps nothing. */
as_status as_decode_lzma_x86(as_span in, uint8_t *out, size_t cap, size_t *out_n) AS_MUST_USE;

typedef enum as_nrv { AS_NRV2B, AS_NRV2D, AS_NRV2E } as_nrv;

/* Decodes a block of UCL, as UPX and QNX write it, whose bits stand in units of width bytes (1, 2 or 4), into out.
 * AS_PARTIAL if it is damaged, has bytes behind its end, or is larger than cap. Keeps nothing. */
as_status as_decode_nrv(as_nrv kind, unsigned width, as_span in, uint8_t *out, size_t cap,
	size_t *out_n) AS_MUST_USE;

/* Decodes LZVN (Apple; without any header) of which exactly cap bytes come, into out. AS_PARTIAL if it is damaged or
 * too short: what came is in out; AS_NOMEM. Keeps nothing. */
as_status as_decode_lzvn(as_span in, uint8_t *out, size_t cap, size_t *out_n) AS_MUST_USE;

/* Decodes a chunk of XPRESS with Huffman codes, as WIM has it, to n bytes at out. AS_PARTIAL if it is damaged. */
as_status as_decode_xpress(as_span in, uint8_t *out, size_t n) AS_MUST_USE;

/* Decodes a chunk of LZX, as WIM has it, to n bytes at out; chunk: bytes of its largest. AS_PARTIAL if it is damaged;
 * AS_NOT_THIS: a chunk of that size is not described. */
as_status as_decode_lzx(as_span in, uint32_t chunk, uint8_t *out, size_t n) AS_MUST_USE;

/* Decodes a chunk of LZMS, as WIM has it, to n bytes at out. AS_PARTIAL if it is damaged; AS_NOMEM. */
as_status as_decode_lzms(as_span in, uint8_t *out, size_t n) AS_MUST_USE;

/* Decodes the start of a stream (at most cap bytes come out) to see whether it is one and what is
 * inside. AS_OK if cap bytes came or the stream ended well. For probes; pure. */
as_status as_peek(as_method m, as_span in, uint8_t *out, size_t cap, size_t *out_n) AS_MUST_USE;

/* The length of a whole stream in bytes, all its members, told from its frames without decoding:
 * for AS_XZ, AS_ZSTD, AS_LZ4_FRAME, AS_LZOP and AS_LZFSE. AS_PARTIAL: cut off or damaged, so that it cannot
 * be told; AS_NOT_THIS: the method has no such frames. A stream that passes may still not decode.
 * Pure. */
as_status as_stream_size(as_method m, as_span in, uint64_t *size) AS_MUST_USE;

#endif
