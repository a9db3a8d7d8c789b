/* SPDX-License-Identifier: Apache-2.0 */
/* Every decoder on real streams: whole, through tiny rooms, twice in a row, cut at every byte,
 * with a wrong byte, and with padding after the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <bzlib.h>
#include <libdeflate.h>
#include <lz4.h>
#include <lz4frame.h>
#include <lzma.h>
#include <lzo/lzo1x.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "base/buf.h"
#include "codec/codec.h"

enum { LINES = 120 };

/* The plain text with this very content, as lzop 1.04 and lz4 1.9 (-l) packed it. */
static const uint8_t lzop_golden[] = { 0x89, 0x4c, 0x5a, 0x4f, 0x00, 0x0d, 0x0a, 0x1a, 0x0a, 0x10,
	0x40, 0x20, 0xa0, 0x09, 0x40, 0x02, 0x01, 0x03, 0x00, 0x00, 0x0d, 0x00, 0x00, 0x81, 0xa4,
	0x6b, 0x04, 0x98, 0x37, 0x00, 0x00, 0x00, 0x00, 0x00, 0x34, 0x6f, 0x03, 0xd0, 0x00, 0x00,
	0x0f, 0x78, 0x00, 0x00, 0x00, 0x67, 0xfe, 0x1f, 0x4a, 0x09, 0x00, 0x16, 0x6c, 0x69, 0x6e,
	0x65, 0x20, 0x30, 0x20, 0x6f, 0x66, 0x20, 0x61, 0x20, 0x74, 0x65, 0x78, 0x74, 0x20, 0x74,
	0x68, 0x61, 0x74, 0x20, 0x6c, 0x7a, 0x6f, 0x70, 0x20, 0x70, 0x61, 0x63, 0x6b, 0x73, 0x0a,
	0x6c, 0x69, 0x6e, 0x65, 0x20, 0x31, 0x20, 0x3d, 0x81, 0x00, 0x32, 0x3e, 0x05, 0x01, 0x33,
	0x3e, 0x81, 0x00, 0x34, 0x3e, 0x81, 0x00, 0x35, 0x3e, 0x81, 0x00, 0x36, 0x3e, 0x80, 0x00,
	0x20, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x69, 0x98, 0x03, 0x0d, 0x74, 0x68, 0x61, 0x74, 0x20, 0x6c, 0x7a, 0x6f, 0x70, 0x20, 0x70,
	0x61, 0x63, 0x6b, 0x73, 0x0a, 0x11, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 };
static const uint8_t legacy_golden[] = { 0x02, 0x21, 0x4c, 0x18, 0x5b, 0x00, 0x00, 0x00, 0xf1, 0x12,
	0x6c, 0x69, 0x6e, 0x65, 0x20, 0x30, 0x20, 0x6f, 0x66, 0x20, 0x61, 0x20, 0x74, 0x65, 0x78,
	0x74, 0x20, 0x74, 0x68, 0x61, 0x74, 0x20, 0x6c, 0x7a, 0x6f, 0x70, 0x20, 0x70, 0x61, 0x63,
	0x6b, 0x73, 0x0a, 0x21, 0x00, 0x1f, 0x31, 0x21, 0x00, 0x0d, 0x1f, 0x32, 0x21, 0x00, 0x0d,
	0x1f, 0x33, 0x21, 0x00, 0x0d, 0x1f, 0x34, 0x21, 0x00, 0x0d, 0x1f, 0x35, 0x21, 0x00, 0x0d,
	0x1f, 0x36, 0x21, 0x00, 0x08, 0x0f, 0xe7, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x87, 0x50, 0x61, 0x63, 0x6b, 0x73, 0x0a };

static as_buf plain_text(void)
{
	as_buf b = { 0 };
	for (int i = 0; i < LINES; i++)
		as_buf_print(&b, "line %d of a text that lzop packs\n", i % 7);
	return b;
}

/* ---- the writers: the libraries' own encoders ---- */

static void pack_gzip(as_buf *out, as_span in)
{
	z_stream z = { .next_in = (z_const Bytef *)(uintptr_t)in.p, .avail_in = (uInt)in.n };
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_out = as_buf_room(out, 1 << 16);
	z.avail_out = 1 << 16;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->n += z.total_out;
	deflateEnd(&z);
}

static void pack_libdeflate(as_buf *out, as_span in, bool raw)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(9);
	uint8_t *p = as_buf_room(out, 1 << 16);
	out->n += raw ? libdeflate_deflate_compress(c, in.p, in.n, p, 1 << 16)
		      : libdeflate_zlib_compress(c, in.p, in.n, p, 1 << 16);
	libdeflate_free_compressor(c);
}

static void pack_zlib(as_buf *out, as_span in) { pack_libdeflate(out, in, false); }

static void pack_raw(as_buf *out, as_span in) { pack_libdeflate(out, in, true); }

static void pack_xz(as_buf *out, as_span in)
{
	size_t n = 0;
	uint8_t *p = as_buf_room(out, 1 << 16);
	assert_int_equal(
		lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, NULL, in.p, in.n, p, &n, 1 << 16),
		LZMA_OK);
	out->n += n;
}

static void pack_lzma(as_buf *out, as_span in)
{
	lzma_options_lzma o;
	lzma_stream z = LZMA_STREAM_INIT;
	assert_false(lzma_lzma_preset(&o, 6));
	assert_int_equal(lzma_alone_encoder(&z, &o), LZMA_OK);
	z.next_in = in.p;
	z.avail_in = in.n;
	z.next_out = as_buf_room(out, 1 << 16);
	z.avail_out = 1 << 16;
	assert_int_equal(lzma_code(&z, LZMA_FINISH), LZMA_STREAM_END);
	out->n += z.total_out;
	lzma_end(&z);
}

static void pack_bzip2(as_buf *out, as_span in)
{
	unsigned n = 1 << 16;
	char *p = (char *)as_buf_room(out, n);
	assert_int_equal(
		BZ2_bzBuffToBuffCompress(p, &n, (char *)(uintptr_t)in.p, (unsigned)in.n, 1, 0, 0),
		BZ_OK);
	out->n += n;
}

static void pack_zstd(as_buf *out, as_span in)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	uint8_t *p = as_buf_room(out, 1 << 16);
	size_t n = ZSTD_compress2(c, p, 1 << 16, in.p, in.n);
	assert_false(ZSTD_isError(n));
	out->n += n;
	ZSTD_freeCCtx(c);
}

static void pack_lz4(as_buf *out, as_span in)
{
	LZ4F_preferences_t prefs = { .frameInfo = {
					     .contentChecksumFlag = LZ4F_contentChecksumEnabled } };
	uint8_t *p = as_buf_room(out, 1 << 16);
	size_t n = LZ4F_compressFrame(p, 1 << 16, in.p, in.n, &prefs);
	assert_false(LZ4F_isError(n));
	out->n += n;
}

static void pack_legacy(as_buf *out, as_span in)
{
	(void)in;
	as_buf_add(out, legacy_golden, sizeof(legacy_golden));
}

static void pack_lzop(as_buf *out, as_span in)
{
	(void)in;
	as_buf_add(out, lzop_golden, sizeof(lzop_golden));
}

static void pack_lz4_block(as_buf *out, as_span in)
{
	uint8_t *p = as_buf_room(out, 1 << 16);
	out->n += (size_t)LZ4_compress_default((const char *)in.p, (char *)p, (int)in.n, 1 << 16);
}

static void pack_lzo_block(as_buf *out, as_span in)
{
	lzo_uint n = 1 << 16;
	void *work = malloc(LZO1X_1_MEM_COMPRESS);
	assert_int_equal(lzo1x_1_compress(in.p, in.n, as_buf_room(out, n), &n, work), LZO_E_OK);
	out->n += n;
	free(work);
}

typedef struct sample {
	as_method method;
	const char *name;
	void (*pack)(as_buf *out, as_span in);
	bool members; /* several make one stream */
	bool summed;  /* a wrong byte in the middle cannot pass */
	bool open;    /* the stream has no end mark of its own */
} sample;

static const sample streams[] = {
	{ AS_DEFLATE, "deflate", pack_raw, false, false, false },
	{ AS_ZLIB, "zlib", pack_zlib, false, true, false },
	{ AS_GZIP, "gzip", pack_gzip, true, true, false },
	{ AS_XZ, "xz", pack_xz, true, true, false },
	{ AS_LZMA_ALONE, "lzma", pack_lzma, false, false, false },
	{ AS_BZIP2, "bzip2", pack_bzip2, true, true, false },
	{ AS_ZSTD, "zstd", pack_zstd, true, true, false },
	{ AS_LZ4_FRAME, "lz4", pack_lz4, true, true, false },
	{ AS_LZ4_LEGACY, "lz4 legacy", pack_legacy, true, false, true },
	{ AS_LZOP, "lzop", pack_lzop, false, true, false },
};
enum { N_STREAMS = sizeof(streams) / sizeof(streams[0]) };

static as_status collect(void *ctx, as_span bytes)
{
	as_buf_add(ctx, bytes.p, bytes.n);
	return AS_OK;
}

/* A copy of exactly that length, so that a sanitizer sees a read past it. */
static as_span exact(as_span s)
{
	uint8_t *p = malloc(s.n ? s.n : 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	return as_bytes(p, s.n);
}

static void drop(as_span s) { free((void *)(uintptr_t)s.p); }

static void whole_streams(void **state)
{
	(void)state;
	as_buf text = plain_text();
	for (size_t i = 0; i < N_STREAMS; i++) {
		as_buf packed = { 0 }, out = { 0 };
		uint64_t used = 0;
		streams[i].pack(&packed, as_buf_span_of(&text));
		size_t n = packed.n;
		for (int pad = 0; pad < 64; pad++)
			as_buf_u8(&packed, pad < 32 ? 0xff : 0);
		as_span in = exact(as_buf_span_of(&packed));
		assert_int_equal(as_decode(streams[i].method, in, collect, &out, &used), AS_OK);
		assert_true(as_same(as_buf_span_of(&out), as_buf_span_of(&text)));
		assert_int_equal(used, n);
		drop(in);
		as_buf_free(&packed);
		as_buf_free(&out);
	}
	as_buf_free(&text);
}

static void several_members(void **state)
{
	(void)state;
	as_buf text = plain_text();
	for (size_t i = 0; i < N_STREAMS; i++) {
		as_buf packed = { 0 }, out = { 0 };
		uint64_t used = 0;
		streams[i].pack(&packed, as_buf_span_of(&text));
		size_t n = packed.n;
		streams[i].pack(&packed, as_buf_span_of(&text));
		size_t both = packed.n;
		as_buf_u32(&packed, 0xffffffff);
		as_span in = as_buf_span_of(&packed);
		assert_int_equal(as_decode(streams[i].method, in, collect, &out, &used), AS_OK);
		if (used != (streams[i].members ? both : n))
			print_error("%s\n", streams[i].name);
		assert_int_equal(used, streams[i].members ? both : n);
		assert_int_equal(out.n, streams[i].members ? 2 * text.n : text.n);
		as_buf_free(&packed);
		as_buf_free(&out);
	}
	as_buf_free(&text);
}

static void cut_at_every_byte(void **state)
{
	(void)state;
	as_buf text = plain_text();
	for (size_t i = 0; i < N_STREAMS; i++) {
		as_buf packed = { 0 };
		streams[i].pack(&packed, as_buf_span_of(&text));
		for (size_t n = 0; n < packed.n; n++) {
			as_buf out = { 0 };
			uint64_t used = 0;
			as_span in = exact(as_cut(as_buf_span_of(&packed), 0, n));
			as_status s = as_decode(streams[i].method, in, collect, &out, &used);
			/* Without an end mark, a stream that was cut between blocks is a whole
			 * one. */
			assert_true(s == AS_PARTIAL || s == AS_NOT_THIS ||
				    (streams[i].open && s == AS_OK));
			assert_true(used <= n);
			assert_true(out.n <= text.n);
			assert_true(as_same(
				as_buf_span_of(&out), as_cut(as_buf_span_of(&text), 0, out.n)));
			drop(in);
			as_buf_free(&out);
		}
		as_buf_free(&packed);
	}
	as_buf_free(&text);
}

static void wrong_byte_anywhere(void **state)
{
	(void)state;
	as_buf text = plain_text();
	for (size_t i = 0; i < N_STREAMS; i++) {
		as_buf packed = { 0 };
		streams[i].pack(&packed, as_buf_span_of(&text));
		for (size_t at = 0; at < packed.n; at++) {
			as_buf out = { 0 };
			packed.p[at] ^= 0x55;
			as_status s = as_decode(
				streams[i].method, as_buf_span_of(&packed), collect, &out, NULL);
			/* Header bytes that mean nothing may change, the text may not. */
			if (s == AS_OK && streams[i].summed)
				assert_true(as_same(as_buf_span_of(&out), as_buf_span_of(&text)) ||
					    out.n == 0);
			packed.p[at] ^= 0x55;
			as_buf_free(&out);
		}
		as_buf_free(&packed);
	}
	as_buf_free(&text);
}

static const sample blocks[] = {
	{ .method = AS_DEFLATE, .pack = pack_raw },
	{ .method = AS_ZLIB, .pack = pack_zlib },
	{ .method = AS_XZ, .pack = pack_xz },
	{ .method = AS_LZMA_ALONE, .pack = pack_lzma },
	{ .method = AS_BZIP2, .pack = pack_bzip2 },
	{ .method = AS_ZSTD, .pack = pack_zstd },
	{ .method = AS_LZ4_BLOCK, .pack = pack_lz4_block },
	{ .method = AS_LZO_BLOCK, .pack = pack_lzo_block },
};
enum { N_BLOCKS = sizeof(blocks) / sizeof(blocks[0]) };

static void blocks_and_rooms(void **state)
{
	(void)state;
	as_buf text = plain_text();
	for (size_t i = 0; i < 3 * N_BLOCKS; i++) { /* several rounds: states are taken over */
		const sample *b = &blocks[i % N_BLOCKS];
		as_buf packed = { 0 };
		size_t n = 0;
		b->pack(&packed, as_buf_span_of(&text));
		as_span in = exact(as_buf_span_of(&packed));
		uint8_t *out = malloc(text.n);
		assert_int_equal(as_decode_block(b->method, in, out, text.n, &n), AS_OK);
		assert_true(as_same(as_bytes(out, n), as_buf_span_of(&text)));
		free(out);
		out = malloc(text.n - 1);
		assert_int_equal(as_decode_block(b->method, in, out, text.n - 1, &n), AS_PARTIAL);
		assert_true(as_same(as_bytes(out, n), as_cut(as_buf_span_of(&text), 0, n)));
		free(out);
		out = malloc(text.n + 1);
		assert_int_equal(as_decode_block(b->method, in, out, text.n + 1, &n), AS_OK);
		assert_int_equal(n, text.n);
		free(out);
		drop(in);
		as_buf_free(&packed);
	}
	as_buf_free(&text);
}

static void damaged_blocks(void **state)
{
	(void)state;
	as_buf text = plain_text();
	uint8_t *out = malloc(text.n);
	for (size_t i = 0; i < N_BLOCKS; i++) {
		as_buf packed = { 0 };
		blocks[i].pack(&packed, as_buf_span_of(&text));
		for (size_t at = 0; at < packed.n; at++) {
			size_t n = 0;
			as_span in = exact(as_cut(as_buf_span_of(&packed), 0, at));
			as_status s = as_decode_block(blocks[i].method, in, out, text.n, &n);
			assert_true(s == AS_PARTIAL || s == AS_NOT_THIS ||
				    blocks[i].method == AS_LZ4_BLOCK);
			assert_true(n <= text.n);
			drop(in);
			packed.p[at] ^= 0xaa;
			s = as_decode_block(
				blocks[i].method, as_buf_span_of(&packed), out, text.n, &n);
			assert_true(n <= text.n && s <= AS_NOMEM);
			packed.p[at] ^= 0xaa;
		}
		as_buf_free(&packed);
	}
	free(out);
	as_buf_free(&text);
}

static void peeks(void **state)
{
	(void)state;
	as_buf text = plain_text();
	uint8_t out[8000];
	for (size_t i = 0; i < N_STREAMS; i++) {
		as_buf packed = { 0 };
		size_t n = 0;
		streams[i].pack(&packed, as_buf_span_of(&text));
		static const size_t caps[] = { 1, 64, 3960, sizeof(out) };
		for (size_t k = 0; k < 4; k++) {
			size_t want = caps[k] < text.n ? caps[k] : text.n;
			assert_int_equal(as_peek(streams[i].method, as_buf_span_of(&packed), out,
						 caps[k], &n),
				AS_OK);
			assert_int_equal(n, want);
			assert_memory_equal(out, text.p, n);
		}
		as_span noise =
			as_lit("This is not a compressed stream at all, whatever was said of it.");
		if (streams[i].method != AS_DEFLATE) /* which has no mark of its own */
			assert_int_equal(
				as_peek(streams[i].method, noise, out, 64, &n), AS_NOT_THIS);
		as_buf_free(&packed);
	}
	as_buf_free(&text);
}

static as_status refuse(void *ctx, as_span bytes)
{
	size_t *calls = ctx;
	(void)bytes;
	++*calls;
	return AS_LIMIT;
}

static void sink_stops_the_decoder(void **state)
{
	(void)state;
	as_buf text = plain_text();
	for (size_t i = 0; i < N_STREAMS; i++) {
		as_buf packed = { 0 };
		size_t calls = 0;
		streams[i].pack(&packed, as_buf_span_of(&text));
		as_span in = as_buf_span_of(&packed);
		assert_int_equal(as_decode(streams[i].method, in, refuse, &calls, NULL), AS_LIMIT);
		assert_int_equal(calls, 1);
		as_buf_free(&packed);
	}
	as_buf_free(&text);
}

/* Vendors' LZMA encoders ask for a dictionary of 4 GiB for a small file: it must still come out.
 * An xz block that asks for 512 MiB must not. */
static void memory_is_bounded(void **state)
{
	(void)state;
	as_buf text = plain_text(), packed = { 0 }, out = { 0 };
	pack_lzma(&packed, as_buf_span_of(&text));
	for (size_t i = 0; i < 4; i++)
		packed.p[1 + i] = 0xff;
	assert_int_equal(
		as_decode(AS_LZMA_ALONE, as_buf_span_of(&packed), collect, &out, NULL), AS_NOMEM);
	for (size_t i = 0; i < 8; i++)
		packed.p[5 + i] = (uint8_t)((uint64_t)text.n >> 8 * i);
	assert_int_equal(
		as_decode(AS_LZMA_ALONE, as_buf_span_of(&packed), collect, &out, NULL), AS_OK);
	assert_true(as_same(as_buf_span_of(&out), as_buf_span_of(&text)));
	/* zstd: window descriptor of 2 GiB. */
	static const uint8_t wide[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00 };
	out.n = 0;
	assert_int_equal(
		as_decode(AS_ZSTD, as_bytes(wide, sizeof(wide)), collect, &out, NULL), AS_NOMEM);
	as_buf_free(&text);
	as_buf_free(&packed);
	as_buf_free(&out);
}

/* 20 MiB in legacy lz4: three blocks, the first two full. */
static void legacy_blocks(void **state)
{
	(void)state;
	enum { FULL = 8 << 20, ALL = 20 << 20 };
	uint8_t *plain = malloc(ALL);
	for (size_t i = 0; i < ALL; i++)
		plain[i] = (uint8_t)(i / 977 * 31);
	as_buf packed = { 0 }, out = { 0 };
	as_buf_u32(&packed, 0x184c2102);
	for (size_t at = 0; at < ALL; at += FULL) {
		int n = (int)as_min(FULL, ALL - at);
		char *tmp = malloc((size_t)LZ4_compressBound(n));
		int got = LZ4_compress_default((char *)&plain[at], tmp, n, LZ4_compressBound(n));
		as_buf_u32(&packed, (uint32_t)got);
		as_buf_add(&packed, tmp, (size_t)got);
		free(tmp);
	}
	uint64_t used = 0;
	size_t n = packed.n;
	as_buf_u32(&packed, ALL); /* the size, as the kernel's build appends it */
	assert_int_equal(
		as_decode(AS_LZ4_LEGACY, as_buf_span_of(&packed), collect, &out, &used), AS_OK);
	assert_int_equal(used, n);
	assert_true(as_same(as_buf_span_of(&out), as_bytes(plain, ALL)));
	as_buf_free(&packed);
	as_buf_free(&out);
	free(plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_streams),
		cmocka_unit_test(several_members),
		cmocka_unit_test(cut_at_every_byte),
		cmocka_unit_test(wrong_byte_anywhere),
		cmocka_unit_test(blocks_and_rooms),
		cmocka_unit_test(damaged_blocks),
		cmocka_unit_test(peeks),
		cmocka_unit_test(sink_stops_the_decoder),
		cmocka_unit_test(memory_is_bounded),
		cmocka_unit_test(legacy_blocks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
