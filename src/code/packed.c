/* SPDX-License-Identifier: Apache-2.0 */
#include "code/packed.h"

#include <string.h>

enum { BYTES = 16, LANE_AT = 8, COUNT_AT = 16 /* bits of op.imm */ };

void as_op_packed(as_ops *ops, as_packed which, uint8_t width, uint8_t dst, uint8_t a, uint8_t b,
	unsigned lane, unsigned count)
{
	as_op *op = as_op_add(ops, AS_OP_PACKED, width);
	op->dst = dst;
	op->a = a;
	op->b = b;
	op->imm = (int64_t)((unsigned)which | lane << LANE_AT | count << COUNT_AT);
}

/* Sixteen bytes, the lowest first. */
typedef struct row {
	uint8_t byte[BYTES];
} row;

static row to_row(const uint64_t from[2])
{
	row r;
	for (unsigned i = 0; i < BYTES; i++)
		r.byte[i] = (uint8_t)(from[i / 8] >> (8 * (i % 8)));
	return r;
}

static uint64_t part(const row *r, unsigned i, unsigned lane)
{
	uint64_t v = 0;
	for (unsigned k = 0; k < lane && i * lane + k < BYTES; k++)
		v |= (uint64_t)r->byte[i * lane + k] << (8 * k);
	return v;
}

static void set_part(row *r, unsigned i, unsigned lane, uint64_t v)
{
	for (unsigned k = 0; k < lane && i * lane + k < BYTES; k++)
		r->byte[i * lane + k] = (uint8_t)(v >> (8 * k));
}

static uint64_t one(as_packed which, uint64_t a, uint64_t b, unsigned lane)
{
	uint64_t sign = UINT64_C(1) << (8 * lane - 1), ones = UINT64_MAX;
	switch ((int)which) {
	case AS_PACKED_EQUAL:
		return a == b ? ones : 0;
	case AS_PACKED_GREATER:
		return (a ^ sign) > (b ^ sign) ? ones : 0;
	case AS_PACKED_ABOVE_EQ:
		return a >= b ? ones : 0;
	case AS_PACKED_LEAST:
	case AS_PACKED_PAIRS_LEAST:
		return a < b ? a : b;
	case AS_PACKED_MOST:
	case AS_PACKED_PAIRS_MOST:
		return a > b ? a : b;
	case AS_PACKED_SUB:
		return a - b;
	case AS_PACKED_SUB_TO_0:
		return a < b ? 0 : a - b;
	case AS_PACKED_CARRIES:
		return (lane < 8 ? (a + b) >> (8 * lane) : a + b < a) ? ones : 0;
	case AS_PACKED_AND_NOT:
		return ~a & b;
	default:
		return a + b;
	}
}

static void each(row *r, as_packed which, const row *a, const row *b, unsigned lane)
{
	for (unsigned i = 0; i < BYTES / lane; i++)
		set_part(r, i, lane, one(which, part(a, i, lane), part(b, i, lane), lane));
}

/* Of width bytes of a, then of b. */
static void pairs(
	row *r, as_packed which, const row *a, const row *b, unsigned lane, unsigned width)
{
	unsigned half = width / lane / 2;
	for (unsigned i = 0; i < 2 * half; i++) {
		const row *from = i < half ? a : b;
		unsigned at = 2 * (i % half);
		set_part(r, i, lane,
			one(which, part(from, at, lane), part(from, at + 1, lane), lane));
	}
}

static uint64_t signs(const row *a, unsigned lane)
{
	uint64_t bits = 0;
	for (unsigned i = 0; i < BYTES / lane; i++)
		bits |= (uint64_t)(a->byte[(i + 1) * lane - 1] >> 7) << i;
	return bits;
}

static uint64_t reversed(uint64_t v, unsigned width)
{
	uint64_t r = 0;
	for (unsigned i = 0; i < 8 * width; i++)
		r |= (v >> i & 1) << (8 * width - 1 - i);
	return r;
}

static void shuffle(row *r, const row *a, unsigned lane, unsigned how)
{
	*r = *a;
	for (unsigned i = 0; i < 4; i++)
		set_part(r, i, lane, part(a, how >> (2 * i) & 3, lane));
}

/* Moves of bytes and parts within the row. */
static void move(row *r, const as_op *op, as_packed which, const row *a, const row *b)
{
	unsigned lane = (unsigned)(op->imm >> LANE_AT) & 0xff,
		 count = (unsigned)(op->imm >> COUNT_AT) & 0xff;
	for (unsigned i = 0; which == AS_PACKED_WEAVE && i < BYTES / lane; i++)
		set_part(r, i, lane, part(i & 1 ? b : a, i / 2, lane));
	for (unsigned i = 0; which == AS_PACKED_REPEAT && i < BYTES / lane; i++)
		set_part(r, i, lane, part(a, 0, lane));
	for (unsigned i = 0; which == AS_PACKED_NARROW && i < BYTES / lane / 2; i++)
		set_part(r, i, lane, part(a, i, 2 * lane) >> count);
	for (unsigned i = 0; which == AS_PACKED_UP && i + count < BYTES; i++)
		r->byte[i + count] = a->byte[i];
	for (unsigned i = count; which == AS_PACKED_DOWN && i < BYTES; i++)
		r->byte[i - count] = a->byte[i];
	if (which == AS_PACKED_SHUFFLE || which == AS_PACKED_SHUFFLE_LOW)
		shuffle(r, a, which == AS_PACKED_SHUFFLE ? 4 : 2, count);
}

void as_packed_do(const as_op *op, const uint64_t a[2], const uint64_t b[2], uint64_t r[2])
{
	as_packed which = (as_packed)(op->imm & 0xff);
	unsigned lane = (unsigned)(op->imm >> LANE_AT) & 0xff;
	row x = to_row(a), y = to_row(b), z = { { 0 } };
	r[0] = r[1] = 0;
	if (lane == 0 || lane > 8)
		return;
	if (which == AS_PACKED_SIGNS) {
		r[0] = signs(&x, lane);
		return;
	}
	if (which == AS_PACKED_REVERSE_BITS) {
		r[0] = reversed(a[0], op->width);
		return;
	}
	if (which <= AS_PACKED_AND_NOT)
		each(&z, which, &x, &y, lane);
	else if (which >= AS_PACKED_PAIRS_LEAST)
		pairs(&z, which, &x, &y, lane, op->width);
	else
		move(&z, op, which, &x, &y);
	for (unsigned i = 0; i < BYTES; i++)
		r[i / 8] |= (uint64_t)z.byte[i] << (8 * (i % 8));
}
