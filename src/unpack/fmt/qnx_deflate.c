/* SPDX-License-Identifier: Apache-2.0 */
/* A file packed by QNX's deflate, little-endian:
 *    0 "iwlyfmbp"   8 size u32   12 bytes of a block u16   14 0 LZO1X, 1 UCL (NRV2B)   15 flags
 * then blocks: 0 how far it is from the one before u16   2 to the next u16 (0: it is the end)   4 size of the one
 *   before u16   6 its size u16   8 packed */
#include "codec/codec.h"
#include "unpack/format.h"

enum { HEADER = 16, HEAD = 8, LZO = 0, UCL = 1 };

typedef struct block {
	uint16_t before, next, size_before, size;
} block;

static bool read_block(as_span image, uint64_t at, block *b)
{
	as_cur c = as_cur_le(image, at);
	b->before = as_u16(&c);
	b->next = as_u16(&c);
	b->size_before = as_u16(&c);
	b->size = as_u16(&c);
	return as_ok(&c);
}

/* Follows the blocks as long as each tells of the one before what that told; answers where that ends. */
static uint64_t follow(as_span image, uint64_t *total, bool *whole)
{
	block b = { 0 }, last = { 0 };
	uint64_t at = HEADER;
	*whole = false;
	*total = 0;
	while (read_block(image, at, &b) && b.before == last.next && b.size_before == last.size &&
		!*whole) {
		*whole = b.next == 0;
		*total += *whole ? 0 : b.size;
		if (!*whole && b.next <= HEAD)
			break;
		at += *whole ? HEAD : b.next;
		last = b;
	}
	return at;
}

static as_status probe(as_span image, as_extent *out)
{
	as_cur c = as_cur_le(image, 8);
	uint32_t size = as_u32(&c);
	uint16_t most = as_u16(&c);
	uint8_t how = as_u8(&c);
	uint64_t total = 0;
	bool whole = false,
	     right = as_ok(&c) && how <= UCL && most >= 512 && most <= 32768 && most % 512 == 0;
	uint64_t end = right ? follow(image, &total, &whole) : 0;
	if (!right || total == 0 || (whole && total != size) || total > size)
		return AS_NOT_THIS;
	*out = (as_extent){ .size = as_min(end, image.n), .sure = AS_STRUCTURED };
	if (!whole)
		*out = (as_extent){ .size = image.n, .sure = AS_PLAUSIBLE, .open_end = true };
	return AS_OK;
}

static as_status unpack_blocks(as_unpack *u, as_span body, uint8_t how, uint64_t *done)
{
	uint8_t *out = as_alloc(as_memory(u), UINT16_MAX + 1);
	as_status s = out ? AS_OK : AS_NOMEM;
	uint64_t at = HEADER;
	block b;
	while (s <= AS_PARTIAL && read_block(body, at, &b) && b.next != 0) {
		size_t got = 0;
		as_span in = as_cut(body, at + HEAD, b.next > HEAD ? b.next - HEAD : 0);
		as_status d = AS_PARTIAL;
		if (in.n > 0 && how == LZO)
			d = as_decode_block(AS_LZO_BLOCK, in, out, b.size, &got);
		else if (in.n > 0)
			d = as_decode_nrv(AS_NRV2B, 1, in, out, b.size, &got);
		if (d > AS_NOT_THIS)
			return d;
		/* What is missing of a block are zeros: those behind it keep their place. */
		s = as_worse(s, as_more(u, as_bytes(out, got)));
		if (s <= AS_PARTIAL && (d != AS_OK || got < b.size))
			s = as_worse(as_worse(s, as_zero(u, b.size - got)),
				as_lost(u, at, "a packed block is damaged or cut off"));
		*done += b.size;
		if (b.next <= HEAD)
			break;
		at += b.next;
	}
	as_struct(u, 0, as_min(at + HEAD, body.n), "packed blocks");
	return s;
}

static as_status unpack(as_unpack *u, as_span body)
{
	as_cur c = as_cur_le(body, 8);
	uint64_t size = as_u32(&c), done = 0;
	uint8_t how = as_at(body, 14);
	as_tell(u, as_cut(body, 14, 1), "packing", as_lit(how == LZO ? "LZO1X" : "UCL (NRV2B)"));
	as_entry e = { .type = AS_PART };
	bool want = false;
	as_status s = as_begin(u, NULL, &e, &want);
	if (s != AS_OK || !want)
		return s <= AS_PARTIAL ? as_worse(s, as_end(u, false)) : s;
	s = unpack_blocks(u, body, how, &done);
	if (s <= AS_PARTIAL && done != size)
		s = as_worse(s, as_lost(u, 8, "blocks are missing"));
	return s <= AS_PARTIAL ? as_worse(s, as_end(u, s != AS_OK)) : s;
}

const as_format as_format_qnx_deflate = {
	.id = "qnx_deflate",
	.title = "QNX packed file (deflate)",
	.kind = AS_STREAM,
	.magic = (const as_magic[]){ { .bytes = "iwlyfmbp", .len = 8, .at = 0 }, { 0 } },
	.anywhere = true,
	.probe = probe,
	.unpack = unpack,
	.variants = (const char *const[]){ "LZO and UCL", NULL },
	.verifies = (const char *const[]){ "sizes of each block, told twice, and of all", NULL },
	.keeps = NULL,
	.samples =
		(const char *const[]){
			"generator from the published layout (blocks packed by "
			"lzop 1.04 and libucl 1.03); not tried on a vendor's own file",
			NULL },
	.gaps = (const char *const[]){ "it has no checksum: sizes alone are verified", NULL },
	.spec = "https://www.qnx.com/developers/docs/6.5.0/topic/com.qnx.doc.neutrino_utilities/d/"
		"deflate.html",
	.see = NULL,
};
