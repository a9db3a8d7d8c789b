/* SPDX-License-Identifier: Apache-2.0 */
#include "knowledge/tables.h"

enum {
	WORD = 4,
	WORDS = AS_TABLE_LEN / WORD,
	DIFFERENT = 12, /* bytes of a piece that must differ */
	CHOSEN = 59,    /* a shift: pieces whose upper 5 bits are 0, one of 32 */
};

/* Odd numbers without a pattern; of the shipped pack: fixed. */
static const uint64_t spread = 0x9e3779b97f4a7c15, step = 0xd6e8feb86659fd93;

/* A number of a word that is the same in both byte orders. */
static uint64_t of_word(const uint8_t *p)
{
	uint64_t a =
		(uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24;
	uint64_t b =
		(uint64_t)p[3] | (uint64_t)p[2] << 8 | (uint64_t)p[1] << 16 | (uint64_t)p[0] << 24;
	uint64_t low = a < b ? a : b, high = a < b ? b : a;
	uint64_t mixed = ((high << 32 | low) + step) * spread;
	return mixed ^ mixed >> 29;
}

static bool is_varied(as_span piece)
{
	uint64_t met[4] = { 0 };
	unsigned n = 0;
	bool text = true;
	for (size_t i = 0; i < piece.n; i++) {
		text = text && piece.p[i] >= ' ' && piece.p[i] <= '~';
		uint64_t bit = (uint64_t)1 << (piece.p[i] & 63), *of = &met[piece.p[i] >> 6];
		n += !(*of & bit);
		*of |= bit;
	}
	return n >= DIFFERENT && !text;
}

as_status as_table_pieces(as_span data, as_table_found found, void *ctx)
{
	as_status s = AS_OK;
	uint64_t sum = 0,
		 leaving =
			 1; /* a polynomial in step over the last words; step to the power WORDS */
	for (int i = 0; i < WORDS; i++)
		leaving *= step;
	for (size_t i = 0; data.n - i >= WORD && s == AS_OK; i += WORD) {
		sum = sum * step + of_word(data.p + i);
		if (i >= AS_TABLE_LEN)
			sum -= leaving * of_word(data.p + i - AS_TABLE_LEN);
		uint64_t key = (sum ^ sum >> 31) * spread;
		if (key >> CHOSEN != 0 || i + WORD < AS_TABLE_LEN)
			continue;
		as_span piece = as_cut(data, i + WORD - AS_TABLE_LEN, AS_TABLE_LEN);
		if (is_varied(piece))
			s = found(ctx, piece, key >> 11 & 0xffffffffffff);
	}
	return s;
}
