/* SPDX-License-Identifier: Apache-2.0 */
/* Android's sparse image: a partition without its empty blocks, as fastboot sends it. Little-endian.
 *    0 3a ff 26 ed   4 major u16 (1)   6 minor   8 length of this header u16 (28)   10 of a chunk's (12)
 *   12 block size u32   16 blocks of the partition   20 chunks   24 CRC-32 of the partition, or 0
 * chunk:
 *    0 type u16   4 blocks u32   8 bytes with this header u32; then what the type has:
 *   cac1 the blocks   cac2 four bytes that fill them   cac3 nothing (don't care)   cac4 CRC-32 up to here */
#include <zlib.h>

#include "unpack/disk.h"

enum { HEADER = 28, CHUNK = 12, RAW = 0xcac1, FILL = 0xcac2, NOTHING = 0xcac3, SUM = 0xcac4 };

typedef struct header {
	uint16_t len, chunk_len;
	uint32_t block, n_blocks, n_chunks, sum;
} header;

typedef struct chunk {
	uint16_t type;
	uint64_t blocks, at, n; /* of the partition; where its bytes stand, and how many */
} chunk;

static bool read_header(as_span image, header *h)
{
	as_cur c = as_cur_le(image, 4);
	uint16_t major = as_u16(&c);
	as_skip(&c, 2);
	*h = (header){ .len = as_u16(&c) };
	h->chunk_len = as_u16(&c);
	h->block = as_u32(&c);
	h->n_blocks = as_u32(&c);
	h->n_chunks = as_u32(&c);
	h->sum = as_u32(&c);
	return as_ok(&c) && major == 1 && h->len >= HEADER && h->len < 4096 &&
	       h->chunk_len >= CHUNK && h->chunk_len < 4096 && h->block > 0 && h->block % 4 == 0 &&
	       h->block <= 1 << 30 && h->n_chunks > 0 && h->n_blocks > 0;
}

/* The chunk at *at, which moves past it; false if it cannot be one. What the image cuts off counts as there. */
static bool read_chunk(as_span image, const header *h, uint64_t *at, chunk *out)
{
	as_cur c = as_cur_le(image, *at);
	*out = (chunk){ .type = as_u16(&c) };
	as_skip(&c, 2);
	out->blocks = as_u32(&c);
	uint32_t all = as_u32(&c);
	if (!as_ok(&c) || all < h->chunk_len)
		return false;
	out->at = *at + h->chunk_len;
	out->n = all - h->chunk_len;
	*at += all;
	uint64_t raw = out->blocks * h->block;
	bool sum = out->type == SUM || out->type == FILL;
	return out->type == RAW ? out->n == raw
	       : sum            ? out->n == 4
				: out->type == NOTHING && out->n == 0;
}

static as_status probe(as_span image, as_extent *out)
{
	header h;
	chunk k;
	if (!read_header(image, &h))
		return AS_NOT_THIS;
	uint64_t at = h.len, blocks = 0;
	uint32_t n = 0;
	for (; n < h.n_chunks && at < image.n && read_chunk(image, &h, &at, &k); n++)
		blocks += k.type == SUM ? 0 : k.blocks;
	if (n == 0)
		return AS_NOT_THIS;
	bool whole = n == h.n_chunks && at <= image.n && blocks == h.n_blocks;
	*out = (as_extent){ .size = as_min(at, image.n) };
	out->sure = whole ? AS_STRUCTURED : AS_PLAUSIBLE;
	return AS_OK;
}

/* CRC-32 of crc's bytes and then n more that repeat the four of unit: by doubling, for n may be terabytes. */
static uint32_t sum_repeated(uint32_t crc, as_span unit, uint64_t n)
{
	uint32_t piece = as_crc32(0, unit);
	uint64_t len = unit.n;
	for (uint64_t left = n / unit.n; left > 0; left >>= 1, len *= 2) {
		if (left & 1)
			crc = (uint32_t)crc32_combine(crc, piece, (z_off_t)len);
		piece = (uint32_t)crc32_combine(piece, piece, (z_off_t)len);
	}
	return crc;
}

typedef struct job {
	as_unpack *u;
	as_span body;
	header h;
	as_disk disk;
	uint32_t crc;
	bool summed, right; /* there are checksums; all of them fit */
} job;

static as_status check(job *j, uint64_t at, uint32_t want, const char *text)
{
	bool first = j->right;
	j->summed = true;
	if (want == j->crc)
		return AS_OK;
	j->right = false;
	return first ? as_lost(j->u, at, text) : AS_PARTIAL;
}

static as_status take(job *j, const chunk *k)
{
	static const uint8_t zeros[4];
	uint64_t n = k->blocks * j->h.block;
	as_span unit = k->type == FILL ? as_cut(j->body, k->at, 4) : as_bytes(zeros, 4);
	as_cur c = as_cur_le(j->body, k->at);
	if (k->type == SUM)
		return check(j, k->at, as_u32(&c), "checksum of the blocks before it is wrong");
	if (k->type == RAW) {
		j->crc = as_crc32(j->crc, as_cut(j->body, k->at, n));
		return as_disk_at(&j->disk, k->at, n);
	}
	j->crc = sum_repeated(j->crc, unit.n ? unit : as_bytes(zeros, 4), n);
	return as_disk_fill(&j->disk, unit, n);
}

static as_status list(job *j)
{
	as_status s = AS_OK;
	uint64_t at = j->h.len;
	for (uint32_t i = 0; i < j->h.n_chunks && s <= AS_PARTIAL; i++) {
		chunk k = { 0 };
		uint64_t here = at;
		bool right = at < j->body.n && read_chunk(j->body, &j->h, &at, &k);
		if (at == here)
			return as_worse(s, as_lost(j->u, as_min(at, j->body.n),
						   "the image ends before its chunks do"));
		as_struct(j->u, here, j->h.chunk_len, "chunk header");
		if (right && k.type != RAW)
			as_struct(j->u, k.at, k.n, "chunk header");
		if (right)
			s = as_worse(s, take(j, &k));
		else
			s = as_worse(s, as_disk_lost(&j->disk, here, k.blocks * j->h.block,
						"a chunk is damaged: zeros stand for it"));
	}
	return s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	job j = { .u = u, .body = body, .right = true };
	if (!read_header(body, &j.h))
		return as_lost(u, 0, "header is damaged");
	as_struct(u, 0, j.h.len, "sparse header");
	as_tellf(u, as_cut(body, 12, 4), "block-size", "%u", j.h.block);
	as_status s = as_disk_begin(&j.disk, u, body, (uint64_t)j.h.n_blocks * j.h.block, "image");
	if (s != AS_OK)
		return s;
	s = list(&j);
	if (j.h.sum != 0 && s <= AS_PARTIAL)
		s = as_worse(s, check(&j, 24, j.h.sum, "checksum of the whole is wrong"));
	if (j.summed)
		as_tell(u, as_cut(body, 24, 4), "crc", as_lit(j.right ? "ok" : "wrong"));
	return as_disk_end(&j.disk, s, "blocks of the partition");
}

const as_format as_format_android_sparse = {
	.id = "android_sparse",
	.title = "Android sparse image",
	.kind = AS_CARRIER,
	.magic = (const as_magic[]){ { .bytes = "\x3a\xff\x26\xed", .len = 4, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants =
		(const char *const[]){ "version 1: raw, fill, don't-care and CRC-32 chunks", NULL },
	.verifies = (const char *const[]){ "CRC-32 of the partition, where it is kept", NULL },
	.keeps = NULL,
	.samples = (const char *const[]){ "img2simg (android-sdk-libsparse-utils 10.0.0)",
		"CRC chunks: generator from the published layout", NULL },
	.gaps =
		(const char *const[]){
			"what a don't-care chunk left on the device: zeros stand for it",
			"images split over several files are not joined", NULL },
	.spec = "https://android.googlesource.com/platform/system/core/+/refs/heads/main/libsparse/"
		"sparse_format.h",
	.see = NULL,
};
