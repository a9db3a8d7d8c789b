/* SPDX-License-Identifier: Apache-2.0 */
#include "code/state.h"

#include <string.h>

/* The first slot that ends after at. */
static uint32_t find(const as_state *s, int64_t at)
{
	uint32_t low = 0, high = s->n;
	while (low < high) {
		uint32_t mid = (low + high) / 2;
		if (s->slot[mid].at + (int64_t)s->slot[mid].width <= at)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void as_state_forget(as_state *s, int64_t from, int64_t to)
{
	uint32_t i = find(s, from), j = i;
	while (j < s->n && s->slot[j].at < to)
		j++;
	if (j == i)
		return;
	memmove(&s->slot[i], &s->slot[j], (s->n - j) * sizeof(s->slot[0]));
	s->n -= j - i;
}

void as_state_store(as_state *s, int64_t at, unsigned width, as_value v)
{
	if (at < INT32_MIN / 2 || at > INT32_MAX / 2)
		return;
	uint32_t i = find(s, at);
	if (i < s->n && s->slot[i].at == at && s->slot[i].width == width) {
		s->slot[i].v = v;
		return;
	}
	as_state_forget(s, at, at + (int64_t)width);
	if (s->n >= AS_SLOTS_MAX)
		return;
	i = find(s, at);
	memmove(&s->slot[i + 1], &s->slot[i], (s->n - i) * sizeof(s->slot[0]));
	s->slot[i] = (as_stack_slot){ .at = (int32_t)at, .width = (uint16_t)width, .v = v };
	s->n++;
}

/* Byte number i (in memory order) of the value in a slot; false if it is not constant. */
static bool byte_of(const as_terms *t, const as_stack_slot *slot, unsigned i, uint8_t *out)
{
	const as_term *n = &t->term[slot->v];
	if (n->kind == AS_V_CONST && slot->width <= 8) {
		unsigned shift = t->big ? slot->width - 1u - i : i;
		*out = (uint8_t)((uint64_t)n->k >> (shift * 8));
		return true;
	}
	if (n->kind == AS_V_CONST && n->k == 0) { /* a zeroed vector register */
		*out = 0;
		return true;
	}
	uint64_t k = 0;
	if (n->kind != AS_V_BYTES || !as_program_constant(t->program, (uint64_t)n->k + i, 1, &k))
		return false;
	*out = (uint8_t)k;
	return true;
}

static bool byte_at(const as_state *s, const as_terms *t, int64_t at, uint8_t *out)
{
	uint32_t i = find(s, at);
	return i < s->n && s->slot[i].at <= at &&
	       byte_of(t, &s->slot[i], (unsigned)(at - s->slot[i].at), out);
}

as_value as_state_load(const as_state *s, as_terms *t, int64_t at, unsigned width, bool sign)
{
	uint32_t i = find(s, at);
	if (i < s->n && s->slot[i].at == at && s->slot[i].width == width)
		return as_terms_cut(t, s->slot[i].v, width, sign);
	if (i >= s->n || width > 8 || s->slot[i].at > at)
		return AS_NOT_KNOWN;
	uint64_t k = 0;
	for (unsigned b = 0; b < width; b++) {
		uint8_t one = 0;
		if (!byte_at(s, t, at + b, &one))
			/* A narrow read of an int that is not known: the same value, as far as it goes. */
			return b == 0 && s->slot[i].at == at && !t->big && s->slot[i].width > width
				       ? as_terms_cut(t, s->slot[i].v, width, sign)
				       : AS_NOT_KNOWN;
		k |= (uint64_t)one << (8 * (t->big ? width - 1 - b : b));
	}
	return as_terms_const(t, k, width, sign);
}

size_t as_state_text(
	const as_state *s, const as_terms *t, int64_t at, uint8_t *out, size_t max, bool *ends)
{
	size_t n = 0;
	*ends = false;
	while (n < max && byte_at(s, t, at + (int64_t)n, &out[n])) {
		if (out[n] == 0) {
			*ends = true;
			return n;
		}
		n++;
	}
	return n;
}
