/* SPDX-License-Identifier: Apache-2.0 */
/* How JFFS2 packs the data of a node. Two methods are its own: rtime (a byte, and how often what followed the same
 * byte the last time follows now) and rubin (an arithmetic coder with one fixed probability for each of the eight
 * bits of a byte: well-known ones for MIPS code, or eight bytes in front of the data). */
#include "codec/codec.h"
#include "unpack/fmt/jffs2.h"

enum { NONE, ZERO, RTIME, RUBIN_MIPS, COPY, RUBIN_DYNAMIC, ZLIB, LZO, LZMA };

static as_status rtime(as_span in, uint8_t *out, size_t cap, size_t *n)
{
	size_t last[256] = { 0 }; /* behind where each byte stood last */
	as_cur c = as_cur_le(in, 0);
	size_t at = 0;
	while (at < cap) {
		uint8_t value = as_u8(&c), repeat = as_u8(&c);
		if (!as_ok(&c))
			break;
		out[at++] = value;
		size_t from = last[value];
		last[value] = at;
		for (; repeat > 0 && at < cap; repeat--)
			out[at++] = out[from++];
	}
	*n = at;
	return at == cap ? AS_OK : AS_PARTIAL;
}

enum { REGISTER = 16, UPPER = 1 << (REGISTER - 1), LOWER = UPPER - 1, MIPS_SCALE = 1043 };

static const uint16_t mips_bits[8] = { 277, 249, 290, 267, 229, 341, 212, 241 };

typedef struct rubin {
	as_span in;
	uint64_t bit; /* read so far */
	uint32_t width, low, code;
	uint32_t scale;
	uint16_t ones[8]; /* how often of scale each bit is set */
} rubin;

/* Past the end there are zeros: a coder may leave its last ones out. */
static uint32_t pull(rubin *r)
{
	uint32_t bit = as_at(r->in, r->bit / 8) >> (7 - r->bit % 8) & 1;
	r->bit++;
	return bit;
}

static bool too_narrow(const rubin *r) { return r->low >= UPPER || r->width + r->low <= UPPER; }

static unsigned decode_bit(rubin *r, uint32_t zeros, uint32_t ones)
{
	while (too_narrow(r)) {
		r->low = (r->low & LOWER) << 1;
		r->width <<= 1;
		r->code = (r->code & LOWER) << 1 | pull(r);
	}
	uint32_t share = (uint32_t)((uint64_t)zeros * r->width / (zeros + ones));
	share = share == 0 ? 1 : share >= r->width ? r->width - 1 : share;
	bool set = r->code >= r->low + share;
	if (set)
		r->low += share;
	r->width = set ? r->width - share : share;
	return set;
}

static as_status rubin_block(rubin *r, uint8_t *out, size_t cap, size_t *n)
{
	r->width = 2 * UPPER;
	for (unsigned i = 0; i < REGISTER; i++)
		r->code = r->code << 1 | pull(r);
	for (*n = 0; *n < cap; ++*n) {
		/* More than the register beyond the end: the data are not all there. */
		if (r->bit > (uint64_t)r->in.n * 8 + 2 * REGISTER)
			return AS_PARTIAL;
		unsigned byte = 0;
		for (unsigned i = 0; i < 8; i++)
			byte |= decode_bit(r, r->scale - r->ones[i], r->ones[i]) << i;
		out[*n] = (uint8_t)byte;
	}
	return AS_OK;
}

static as_status rubin_of(as_span in, bool dynamic, uint8_t *out, size_t cap, size_t *n)
{
	rubin r = { .in = dynamic ? as_from(in, 8) : in, .scale = dynamic ? 256 : MIPS_SCALE };
	for (unsigned i = 0; i < 8; i++)
		r.ones[i] = dynamic ? as_at(in, i) : mips_bits[i];
	return rubin_block(&r, out, cap, n);
}

/* A bare LZMA stream with the parameters that OpenWrt has fixed; the library wants a header in front. */
static as_status lzma(as_j2 *q, as_span in, uint8_t *out, size_t cap, size_t *n)
{
	as_buf_clear(&q->scratch);
	as_buf_u8(&q->scratch, 0); /* lc, lp and pb */
	as_buf_u32(&q->scratch, 0x2000);
	as_buf_u64(&q->scratch, cap);
	as_buf_add(&q->scratch, in.p, in.n);
	if (q->scratch.bad)
		return AS_NOMEM;
	return as_decode_block(AS_LZMA_ALONE, as_buf_span_of(&q->scratch), out, cap, n);
}

as_status as_j2_decode(as_j2 *q, const as_j2_node *node, uint8_t *out, size_t cap, size_t *n)
{
	as_status s = AS_NOT_THIS;
	*n = 0;
	switch (node->method) {
	case NONE:
	case COPY:
		s = as_decode_block(AS_STORED, node->packed, out, cap, n);
		break;
	case RTIME:
		s = rtime(node->packed, out, cap, n);
		break;
	case RUBIN_MIPS:
	case RUBIN_DYNAMIC:
		s = rubin_of(node->packed, node->method == RUBIN_DYNAMIC, out, cap, n);
		break;
	case ZLIB:
		s = as_decode_block(AS_ZLIB, node->packed, out, cap, n);
		break;
	case LZO:
		s = as_decode_block(AS_LZO_BLOCK, node->packed, out, cap, n);
		break;
	case LZMA:
		s = lzma(q, node->packed, out, cap, n);
		break;
	default:
		return AS_NOT_THIS;
	}
	/* The caller knows how much is due. */
	return s == AS_OK || *n == cap ? AS_OK : AS_PARTIAL;
}
