/* SPDX-License-Identifier: Apache-2.0 */
/* A code has, inverted: for each bit of the offset the parity of the bytes at whose offset it is zero, and of
 * those at whose offset it is one (LP0, LP1, and so on); and the same for the bits of a byte (CP0 to CP5).
 * SmartMedia: LP7 to LP0, LP15 to LP8, then CP5 to CP0 and LP17, LP16 (or two ones).   Linux: LP15 to LP8 first.
 * If one bit is wrong, just one of the two of each pair is, and tells where. */
#include "unpack/oob.h"

enum { HALF = 256, CODE = 3, BLANK = 0xffffff, PROVEN = 4, TRIED = 16 };

as_oob_parity as_oob_parity_of(as_span data)
{
	static const uint8_t masks[3] = { 0xaa, 0xcc, 0xf0 };
	as_oob_parity p = { 0 };
	uint8_t all = 0;
	for (size_t i = 0; i < data.n; i++) {
		all ^= data.p[i];
		p.line ^= __builtin_parity(data.p[i]) ? (uint32_t)i : 0;
	}
	p.odd = __builtin_parity(all);
	for (unsigned k = 0; k < 3; k++)
		p.column |= (uint8_t)(__builtin_parity(all & masks[k]) << k);
	return p;
}

uint32_t as_oob_weave(uint32_t a, bool odd, unsigned n)
{
	uint32_t out = 0;
	for (unsigned k = 0; k < n; k++) {
		uint32_t bit = a >> k & 1;
		out |= (bit << 1 | (bit ^ odd)) << 2 * k;
	}
	return out;
}

uint32_t as_oob_hamming(as_span data, bool smart)
{
	as_oob_parity p = as_oob_parity_of(data);
	bool wide = data.n > HALF;
	uint32_t line = ~as_oob_weave(p.line, p.odd, wide ? 9 : 8);
	uint32_t last =
		(~as_oob_weave(p.column, p.odd, 3) & 0x3f) << 2 | (wide ? line >> 16 & 3 : 3);
	uint32_t low = line & 0xff, high = line >> 8 & 0xff;
	return (smart ? low | high << 8 : high | low << 8) | last << 16;
}

/* The bits of a at odd places (1, 3, ...), n of them. */
static uint32_t odd_bits(uint32_t a, unsigned n)
{
	uint32_t out = 0;
	for (unsigned k = 0; k < n; k++)
		out |= (a >> (2 * k + 1) & 1) << k;
	return out;
}

/* wrong: where the code stored and that of the data differ. *bit: which bit of the data is wrong. */
static as_oob_state judge(uint32_t wrong, bool smart, bool wide, uint32_t *bit)
{
	unsigned n = wide ? 9 : 8;
	uint32_t first = wrong & 0xff, second = wrong >> 8 & 0xff, last = wrong >> 16;
	uint32_t line =
		(smart ? first | second << 8 : second | first << 8) | (wide ? (last & 3) << 16 : 0);
	uint32_t odd = odd_bits(line, n), even = odd_bits(line << 1, n);
	uint32_t column = odd_bits(last >> 2, 3), other = odd_bits(last >> 2 << 1, 3);
	*bit = odd * 8 + column;
	bool one = (odd ^ even) == (1u << n) - 1 && (column ^ other) == 7;
	return one ? AS_OOB_FIXED : AS_OOB_WRONG;
}

static uint32_t stored(const uint16_t at[CODE], as_span spare)
{
	return as_at(spare, at[0]) | (uint32_t)as_at(spare, at[1]) << 8 |
	       (uint32_t)as_at(spare, at[2]) << 16;
}

/* Whether the page was written without codes: all are as erased, which that of few data is. */
static bool bare(const as_oob_code *code, as_span spare, const uint32_t *wrong)
{
	unsigned n = 0;
	for (uint32_t k = 0; k < code->n; k++) {
		if (stored(code->at[k], spare) != BLANK)
			return false;
		n += wrong[k] != 0;
	}
	return n > 1;
}

as_oob_state as_oob_page(
	const as_oob_code *code, as_span page, as_span spare, uint8_t *copy, uint64_t *bits)
{
	as_oob_state worst = AS_OOB_RIGHT;
	uint32_t wrong[AS_OOB_STEPS] = { 0 }, any = 0, bit = 0;
	if (page.n > AS_OOB_PAGE || page.n == 0)
		return AS_OOB_WRONG;
	for (uint32_t k = 0; k < code->n; k++) {
		as_span data = as_cut(page, (uint64_t)k * code->step, code->step);
		wrong[k] = stored(code->at[k], spare) ^ as_oob_hamming(data, code->smart);
		any |= wrong[k];
	}
	if (any == 0 || bare(code, spare, wrong))
		return any ? AS_OOB_NONE : AS_OOB_RIGHT;
	memcpy(copy, page.p, page.n);
	for (uint32_t k = 0; k < code->n; k++) {
		if (wrong[k] == 0)
			continue;
		bool itself = __builtin_popcount(wrong[k]) == 1; /* a bit of the code */
		as_oob_state s = itself ? AS_OOB_FIXED
					: judge(wrong[k], code->smart, code->step > HALF, &bit);
		if (s == AS_OOB_FIXED && !itself) {
			copy[k * code->step + bit / 8] ^= (uint8_t)(1u << bit % 8);
			++*bits;
		}
		worst = s > worst ? s : worst;
	}
	return worst;
}

/* ---- which code, and where */

typedef struct trial {
	as_span image;
	uint32_t page, spare;
	const uint64_t *list;
	size_t n;
} trial;

/* How many pages bear out that the code of a step stands at at; *asked: how many have data that tell. */
static unsigned borne_out(
	const trial *t, const as_oob_code *c, uint32_t k, const uint16_t at[CODE], unsigned *asked)
{
	unsigned right = 0;
	uint32_t codes[TRIED];
	*asked = 0;
	for (size_t i = 0; i < t->n && *asked < TRIED; i++) {
		uint64_t from = t->list[i] * (t->page + t->spare);
		as_span data = as_cut(t->image, from + (uint64_t)k * c->step, c->step);
		as_span spare = as_cut(t->image, from + t->page, t->spare);
		uint32_t code = as_oob_hamming(data, c->smart);
		bool again = false; /* a page over and over tells no more than one */
		for (unsigned old = 0; old < *asked; old++)
			again = again || codes[old] == code;
		if (data.n == 0 || spare.n == 0 || code == BLANK || again)
			continue;
		codes[(*asked)++] = code;
		right += stored(at, spare) == code;
		if (*asked == PROVEN * 2 && right == 0)
			break;
	}
	return right;
}

/* That a code fits by chance, once in 16 million times, need not be thought of; but what was written without, or
 * damaged, may be much. */
static bool enough(unsigned right, unsigned asked) { return right >= 2 && right * 2 >= asked; }

/* The first place in the out-of-band bytes of a page where its step's code stands from from on; or spare. */
static uint32_t next_place(
	const trial *t, const as_oob_code *c, uint32_t k, size_t i, uint32_t from)
{
	uint64_t at = t->list[i] * (t->page + t->spare);
	as_span data = as_cut(t->image, at + (uint64_t)k * c->step, c->step);
	as_span spare = as_cut(t->image, at + t->page, t->spare);
	uint32_t code = as_oob_hamming(data, c->smart);
	if (data.n == 0 || code == BLANK)
		return t->spare;
	const uint8_t bytes[CODE] = { (uint8_t)code, (uint8_t)(code >> 8), (uint8_t)(code >> 16) };
	return (uint32_t)as_min(as_find(spare, as_bytes(bytes, CODE), from), t->spare);
}

/* Where the code of step k stands: in three bytes that follow each other, or, of small pages under Linux, around
 * the mark of bad blocks. */
static bool place(const trial *t, as_oob_code *c, uint32_t k, unsigned *right)
{
	static const uint16_t split[CODE] = { 3, 6, 7 };
	unsigned asked = 0, tried = 0;
	for (size_t i = 0; i < t->n && tried < PROVEN; i++) {
		uint32_t o = next_place(t, c, k, i, 0);
		for (tried += o < t->spare; o < t->spare; o = next_place(t, c, k, i, o + 1)) {
			const uint16_t at[CODE] = { (uint16_t)o, (uint16_t)(o + 1),
				(uint16_t)(o + 2) };
			*right = borne_out(t, c, k, at, &asked);
			memcpy(c->at[k], at, sizeof(at));
			if (enough(*right, asked))
				return true;
		}
	}
	*right = t->spare == 16 && k == 1 ? borne_out(t, c, k, split, &asked) : 0;
	memcpy(c->at[k], split, sizeof(split));
	return enough(*right, asked);
}

/* Steps whose data tell nothing have their codes where the others' distance says. */
static bool place_all(const trial *t, as_oob_code *c)
{
	unsigned total = 0;
	uint32_t found = 0, last = 0, first = 0;
	bool known[AS_OOB_STEPS] = { 0 };
	c->n = t->page / c->step;
	for (uint32_t k = 0; k < c->n && (found > 0 || k < 4); k++) {
		unsigned right = 0;
		known[k] = place(t, c, k, &right);
		total += known[k] ? right : 0;
		first = known[k] && found == 0 ? k : first;
		last = known[k] ? k : last;
		found += known[k];
	}
	if (found == 0 || total < PROVEN)
		return false;
	int each = found > 1 ? (c->at[last][0] - c->at[first][0]) / (int)(last - first) : CODE;
	for (uint32_t k = 0; k < c->n; k++) {
		int at = c->at[last][0] + ((int)k - (int)last) * each;
		if (!known[k] && (at < 0 || at + CODE > (int)t->spare))
			return false;
		for (int b = 0; b < CODE && !known[k]; b++)
			c->at[k][b] = (uint16_t)(at + b);
	}
	return true;
}

bool as_oob_find(as_span image, uint32_t page, uint32_t spare, const uint64_t *list, size_t n,
	as_oob_code *code)
{
	const trial t = { .image = image, .page = page, .spare = spare, .list = list, .n = n };
	for (unsigned kind = 0; kind < 4; kind++) {
		uint32_t step = kind < 2 ? HALF : 2 * HALF;
		*code = (as_oob_code){ .step = step, .smart = kind & 1 };
		if (page / step <= AS_OOB_STEPS && place_all(&t, code))
			return true;
	}
	*code = (as_oob_code){ 0 };
	return false;
}
