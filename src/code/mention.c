/* SPDX-License-Identifier: Apache-2.0 */
#include "code/mention.h"

#include <stdlib.h>

enum { SHORTEST = 4, MOST = 8, SEARCHED = 96 << 20 /* bytes, over a program */ };

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* Puts the addresses that a function refers to into list, each once, or only counts them. */
static size_t users_of(const as_kept *k, uint64_t *list)
{
	const as_values *v = &k->values;
	size_t n = 0;
	for (uint32_t i = 0; i < v->n_refs; i++)
		list[n++] = v->refs[i].addr;
	qsort(list, n, sizeof(*list), by_number);
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || list[kept - 1] != list[i])
			list[kept++] = list[i];
	return kept;
}

bool as_mention_prepare(as_signals *s)
{
	size_t room = 0;
	for (size_t i = 0; i < s->profile->functions.n; i++)
		room += s->profile->kept[i] ? s->profile->kept[i]->values.n_refs : 0;
	s->spoken.list = as_alloc_array(s->arena, room + 1, sizeof(*s->spoken.list));
	s->spoken.left = SEARCHED;
	if (!s->spoken.list)
		return false;
	for (size_t i = 0; i < s->profile->functions.n; i++)
		if (s->profile->kept[i])
			s->spoken.n += users_of(s->profile->kept[i], s->spoken.list + s->spoken.n);
	qsort(s->spoken.list, s->spoken.n, sizeof(*s->spoken.list), by_number);
	return true;
}

/* The place of the first address that is not below addr. */
static size_t first_at(const as_signals *s, uint64_t addr)
{
	size_t low = 0, high = s->spoken.n;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (s->spoken.list[mid] < addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

unsigned as_mention_users(const as_signals *s, uint64_t addr)
{
	return addr ? (unsigned)(first_at(s, addr + 1) - first_at(s, addr)) : 0;
}

static bool is_word(uint8_t b)
{
	return (b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') ||
	       b == '_';
}

static bool is_text(uint8_t b) { return (b >= 0x20 && b < 0x7f) || b == '\n' || b == '\t'; }

static uint8_t small(uint8_t b) { return b >= 'A' && b <= 'Z' ? (uint8_t)(b | 0x20) : b; }

/* Whether text stands at offset at of data, as a word, in a longer text. */
static bool is_spoken(as_span data, as_span text, size_t at)
{
	bool before = at > 0 && is_text(data.p[at - 1]);
	bool after = at + text.n < data.n && is_text(data.p[at + text.n]);
	if (!before && !after)
		return false;
	if ((before && is_word(data.p[at - 1])) || (after && is_word(data.p[at + text.n])))
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (small(data.p[at + i]) != small(text.p[i]))
			return false;
	return true;
}

/* Counts words that equal text in a region's data, but not what begins at addr. */
static unsigned count_in(const as_region *r, as_span text, uint64_t addr, unsigned most)
{
	uint8_t first = small(text.p[0]), second = small(text.p[1]);
	unsigned n = 0;
	for (size_t i = 0; i + text.n <= r->data.n && n < most; i++)
		if (small(r->data.p[i]) == first && small(r->data.p[i + 1]) == second &&
			r->addr + i != addr && is_spoken(r->data, text, i))
			n++;
	return n;
}

unsigned as_mentions(as_signals *s, as_span text, uint64_t addr)
{
	const as_program *p = s->profile->program;
	unsigned n = 0;
	if (text.n < SHORTEST)
		return 0;
	for (size_t i = 0; i < text.n; i++)
		if (!is_text(text.p[i]))
			return 0;
	for (size_t i = 0; i < p->n_regions && n < MOST; i++) {
		const as_region *r = &p->regions[i];
		if (s->spoken.left < r->data.n)
			return n;
		s->spoken.left -= r->data.n;
		n += count_in(r, text, addr, MOST - n);
	}
	return n;
}

double as_mention_factor(as_signals *s, as_span text, uint64_t addr)
{
	unsigned users = as_mention_users(s, addr), others = as_mentions(s, text, addr);
	double w = others >= 3 ? 0.3 : others > 0 ? 0.5 : 1;
	return users >= 4 ? w * 0.5 : users >= 2 ? w * 0.7 : w;
}
