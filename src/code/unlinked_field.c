/* SPDX-License-Identifier: Apache-2.0 */
/* Where instructions and data hold the numbers that relocations fill in: pieces of bits, from the manuals of the
 * processors. */
#include "code/unlinked.h"

enum { PIECES = 8 };

typedef struct field {
	uint8_t bytes; /* of the word */
	uint8_t code; /* 1: an instruction's byte order; 2: two halves of one, the first counts more; 0: data */
	uint8_t bits; /* a number of more bits does not fit; 0: it is cut */
	int64_t bias; /* added first */
	struct {
		uint8_t from, n, to; /* n bits of the number, from that bit on; of the word */
	} piece[PIECES];
} field;

#define BIAS_16 0x8000
#define BIAS_32 INT64_C(0x80008000)
#define BIAS_48 INT64_C(0x800080008000)

static const field fields[] = {
	[AS_F_8] = { 1, 0, 0, 0, { { 0, 8, 0 } } },
	[AS_F_16] = { 2, 0, 0, 0, { { 0, 16, 0 } } },
	[AS_F_32] = { 4, 0, 0, 0, { { 0, 32, 0 } } },
	[AS_F_64] = { 8, 0, 0, 0, { { 0, 64, 0 } } },
	[AS_F_31] = { 4, 0, 0, 0, { { 0, 31, 0 } } },
	[AS_F_ARM_24] = { 4, 1, 26, 0, { { 2, 24, 0 } } },
	[AS_F_ARM_MOVW] = { 4, 1, 0, 0, { { 0, 12, 0 }, { 12, 4, 16 } } },
	[AS_F_ARM_MOVT] = { 4, 1, 0, 0, { { 16, 12, 0 }, { 28, 4, 16 } } },
	/* J1 and J2 are turned over: see below. */
	[AS_F_T_BL] = { 4, 2, 25, 0,
		{ { 1, 11, 0 }, { 12, 10, 16 }, { 22, 1, 11 }, { 23, 1, 13 }, { 24, 1, 26 } } },
	[AS_F_T_19] = { 4, 2, 21, 0,
		{ { 1, 11, 0 }, { 12, 6, 16 }, { 18, 1, 13 }, { 19, 1, 11 }, { 20, 1, 26 } } },
	[AS_F_T_11] = { 2, 1, 12, 0, { { 1, 11, 0 } } },
	[AS_F_T_8] = { 2, 1, 9, 0, { { 1, 8, 0 } } },
	[AS_F_T_MOVW] = { 4, 2, 0, 0, { { 0, 8, 0 }, { 8, 3, 12 }, { 11, 1, 26 }, { 12, 4, 16 } } },
	[AS_F_T_MOVT] = { 4, 2, 0, 0,
		{ { 16, 8, 0 }, { 24, 3, 12 }, { 27, 1, 26 }, { 28, 4, 16 } } },
	[AS_F_A64_26] = { 4, 1, 28, 0, { { 2, 26, 0 } } },
	[AS_F_A64_19] = { 4, 1, 21, 0, { { 2, 19, 5 } } },
	[AS_F_A64_14] = { 4, 1, 16, 0, { { 2, 14, 5 } } },
	[AS_F_A64_ADR] = { 4, 1, 21, 0, { { 0, 2, 29 }, { 2, 19, 5 } } },
	[AS_F_A64_PAGE] = { 4, 1, 33, 0, { { 12, 2, 29 }, { 14, 19, 5 } } },
	[AS_F_A64_12] = { 4, 1, 0, 0, { { 0, 12, 10 } } },
	[AS_F_A64_12_2] = { 4, 1, 0, 0, { { 1, 11, 10 } } },
	[AS_F_A64_12_4] = { 4, 1, 0, 0, { { 2, 10, 10 } } },
	[AS_F_A64_12_8] = { 4, 1, 0, 0, { { 3, 9, 10 } } },
	[AS_F_A64_12_16] = { 4, 1, 0, 0, { { 4, 8, 10 } } },
	[AS_F_A64_G0] = { 4, 1, 0, 0, { { 0, 16, 5 } } },
	[AS_F_A64_G1] = { 4, 1, 0, 0, { { 16, 16, 5 } } },
	[AS_F_A64_G2] = { 4, 1, 0, 0, { { 32, 16, 5 } } },
	[AS_F_A64_G3] = { 4, 1, 0, 0, { { 48, 16, 5 } } },
	[AS_F_MIPS_26] = { 4, 1, 0, 0, { { 2, 26, 0 } } },
	[AS_F_LOW] = { 4, 1, 0, 0, { { 0, 16, 0 } } },
	[AS_F_HIGH] = { 4, 1, 0, BIAS_16, { { 16, 16, 0 } } },
	[AS_F_HIGHER] = { 4, 1, 0, BIAS_32, { { 32, 16, 0 } } },
	[AS_F_HIGHEST] = { 4, 1, 0, BIAS_48, { { 48, 16, 0 } } },
	[AS_F_MIPS_PC16] = { 4, 1, 18, 0, { { 2, 16, 0 } } },
	[AS_F_MIPS_PC21] = { 4, 1, 23, 0, { { 2, 21, 0 } } },
	[AS_F_MIPS_PC26] = { 4, 1, 28, 0, { { 2, 26, 0 } } },
	[AS_F_PPC_24] = { 4, 1, 26, 0, { { 2, 24, 2 } } },
	[AS_F_PPC_14] = { 4, 1, 16, 0, { { 2, 14, 2 } } },
	[AS_F_HALF] = { 2, 1, 0, 0, { { 0, 16, 0 } } },
	[AS_F_HALF_HI] = { 2, 1, 0, 0, { { 16, 16, 0 } } },
	[AS_F_HALF_HA] = { 2, 1, 0, BIAS_16, { { 16, 16, 0 } } },
	[AS_F_HALF_DS] = { 2, 1, 0, 0, { { 2, 14, 2 } } },
	[AS_F_HALF_HIGHER] = { 2, 1, 0, 0, { { 32, 16, 0 } } },
	[AS_F_HALF_HIGHERA] = { 2, 1, 0, BIAS_16, { { 32, 16, 0 } } },
	[AS_F_HALF_HIGHEST] = { 2, 1, 0, 0, { { 48, 16, 0 } } },
	[AS_F_HALF_HIGHESTA] = { 2, 1, 0, BIAS_16, { { 48, 16, 0 } } },
	[AS_F_RV_B] = { 4, 1, 13, 0, { { 12, 1, 31 }, { 5, 6, 25 }, { 1, 4, 8 }, { 11, 1, 7 } } },
	[AS_F_RV_J] = { 4, 1, 21, 0,
		{ { 20, 1, 31 }, { 1, 10, 21 }, { 11, 1, 20 }, { 12, 8, 12 } } },
	[AS_F_RV_U] = { 4, 1, 0, 0x800, { { 12, 20, 12 } } },
	[AS_F_RV_I] = { 4, 1, 0, 0, { { 0, 12, 20 } } },
	[AS_F_RV_S] = { 4, 1, 0, 0, { { 5, 7, 25 }, { 0, 5, 7 } } },
	[AS_F_RV_CB] = { 2, 1, 9, 0,
		{ { 8, 1, 12 }, { 3, 2, 10 }, { 6, 2, 5 }, { 1, 2, 3 }, { 5, 1, 2 } } },
	[AS_F_RV_CJ] = { 2, 1, 12, 0,
		{ { 11, 1, 12 }, { 4, 1, 11 }, { 8, 2, 9 }, { 10, 1, 8 }, { 6, 1, 7 }, { 7, 1, 6 },
			{ 1, 3, 3 }, { 5, 1, 2 } } },
	[AS_F_RV_CLUI] = { 2, 1, 18, 0x800, { { 17, 1, 12 }, { 12, 5, 2 } } },
	[AS_F_RV_6] = { 1, 0, 0, 0, { { 0, 6, 0 } } },
};

static const field *field_of(const as_patch *p, as_field_id id)
{
	const field *f = id < sizeof(fields) / sizeof(fields[0]) ? &fields[id] : NULL;
	return f && f->bytes > 0 && p->n >= f->bytes ? f : NULL;
}

/* The place of byte i of the word, counted from the least. */
static size_t place(const as_patch *p, const field *f, size_t i)
{
	bool big = f->code ? p->big_code : p->big_data;
	if (f->code == 2)
		return (i / 2 == 0 ? 2 : 0) + (big ? 1 - i % 2 : i % 2);
	return big ? f->bytes - 1 - i : i;
}

static uint64_t load(const as_patch *p, const field *f)
{
	uint64_t word = 0;
	for (size_t i = 0; i < f->bytes; i++)
		word |= (uint64_t)p->at[place(p, f, i)] << (8 * i);
	return word;
}

static void save(const as_patch *p, const field *f, uint64_t word)
{
	for (size_t i = 0; i < f->bytes; i++)
		p->at[place(p, f, i)] = (uint8_t)(word >> (8 * i));
}

static uint64_t ones(unsigned n) { return n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1; }

/* Thumb's long branches hold bits 22 and 23 turned over where the sign is 0. */
static uint64_t turned(uint64_t v)
{
	uint64_t both = UINT64_C(3) << 22;
	return (v >> 24 & 1) ? v : v ^ both;
}

int64_t as_field_get(const as_patch *p, as_field_id id)
{
	const field *f = field_of(p, id);
	uint64_t word = f ? load(p, f) : 0, v = 0;
	unsigned top = 0;
	for (size_t i = 0; f && i < PIECES && f->piece[i].n > 0; i++) {
		v |= (word >> f->piece[i].to & ones(f->piece[i].n)) << f->piece[i].from;
		unsigned end = (unsigned)f->piece[i].from + f->piece[i].n;
		top = end > top ? end : top;
	}
	v = id == AS_F_T_BL ? turned(v) : v;
	uint64_t sign = top > 0 ? UINT64_C(1) << (top - 1) : 0;
	return (int64_t)((v ^ sign) - sign);
}

bool as_field_put(const as_patch *p, as_field_id id, int64_t number)
{
	const field *f = field_of(p, id);
	if (!f)
		return false;
	uint64_t v = (uint64_t)number + (uint64_t)f->bias;
	uint64_t half = f->bits ? UINT64_C(1) << (f->bits - 1) : 0;
	if (f->bits && v + half > ones(f->bits))
		return false;
	v = id == AS_F_T_BL ? turned(v) : v;
	uint64_t word = load(p, f);
	for (size_t i = 0; i < PIECES && f->piece[i].n > 0; i++) {
		uint64_t mask = ones(f->piece[i].n);
		word &= ~(mask << f->piece[i].to);
		word |= (v >> f->piece[i].from & mask) << f->piece[i].to;
	}
	save(p, f, word);
	return true;
}
