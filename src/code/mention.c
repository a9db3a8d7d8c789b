/* SPDX-License-Identifier: Apache-2.0 */
#include "code/mention.h"

#include "base/ascii.h"
#include "base/search.h"

#include <stdlib.h>

enum {
	SHORTEST = 4,
	MOST = 8,
	HEADS = 1 << 14,
	WORDS_MAX = 1 << 21 /* of a program; what stands behind them is not found */
};

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

/* Adds what of a region is from addr up to end. */
static void add_data(as_spoken *sp, const as_region *r, uint64_t addr, uint64_t end)
{
	as_span data = as_cut(r->data, addr - r->addr, end - addr);
	if (end > addr && data.n >= SHORTEST)
		sp->data[sp->n_data++] = (as_region){ .addr = addr, .len = data.n, .data = data };
}

/* Code is most of a program, and no text. Where no section tells which it is, all is looked at. */
static bool list_data(as_signals *s)
{
	const as_program *p = s->profile->program;
	size_t n_code = p->elf.n_sections > 0 ? p->n_code : 0;
	s->spoken.data =
		as_alloc_array(s->arena, p->n_regions + n_code + 1, sizeof(*s->spoken.data));
	for (size_t i = 0; s->spoken.data && i < p->n_regions; i++) {
		const as_region *r = &p->regions[i];
		uint64_t at = r->addr, end = r->addr + r->data.n;
		for (size_t j = 0; j < n_code; j++) {
			const as_region *c = &p->code[j];
			if (c->addr < at || c->addr >= end)
				continue;
			add_data(&s->spoken, r, at, c->addr);
			at = as_min(c->addr + c->data.n, end);
		}
		add_data(&s->spoken, r, at, end);
	}
	return s->spoken.data != NULL;
}

/* The place of the first address that is not below addr. */
static size_t first_at(const as_signals *s, uint64_t addr)
{
	return as_before(s->spoken.list, s->spoken.n, sizeof(*s->spoken.list), addr);
}

unsigned as_mention_users(const as_signals *s, uint64_t addr)
{
	return addr ? (unsigned)(first_at(s, addr + 1) - first_at(s, addr)) : 0;
}

static bool is_text(uint8_t b) { return (b >= 0x20 && b < 0x7f) || b == '\n' || b == '\t'; }

/* Whether text stands at offset at of data, as a word, in a longer text. */
static bool is_spoken(as_span data, as_span text, size_t at)
{
	bool before = at > 0 && is_text(data.p[at - 1]);
	bool after = at + text.n < data.n && is_text(data.p[at + text.n]);
	if (!before && !after)
		return false;
	if ((before && as_is_word(data.p[at - 1])) || (after && as_is_word(data.p[at + text.n])))
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (as_lower(data.p[at + i]) != as_lower(text.p[i]))
			return false;
	return true;
}

/* Words that begin with the same four letters are in one chain. */
static size_t head_of(const uint8_t *p)
{
	uint32_t letters = 0;
	for (int i = 0; i < SHORTEST; i++)
		letters = letters << 8 | as_lower(p[i]);
	return letters * 2654435761u >> 18;
}

/* Goes through the places of a program's data where a word, or what stands for one, begins. NULL words: only counts. */
static size_t go_through(as_signals *s, as_spoken_word *words)
{
	size_t n = 0;
	for (size_t i = 0; i < s->spoken.n_data; i++) {
		as_span data = s->spoken.data[i].data;
		size_t run = 0; /* bytes of text from at on, as far as was looked */
		for (size_t at = 0; at + SHORTEST <= data.n && n < WORDS_MAX; at++) {
			if (run == 0 && !is_text(data.p[at + SHORTEST - 1])) {
				at += SHORTEST - 1; /* nothing begins up to there */
				continue;
			}
			while (run < SHORTEST && is_text(data.p[at + run]))
				run++;
			bool begins = run == SHORTEST && (at == 0 || !as_is_word(data.p[at - 1]));
			run -= run > 0;
			if (!begins)
				continue;
			if (words) {
				uint32_t *head = &s->spoken.heads[head_of(data.p + at)];
				words[n] = (as_spoken_word){
					.data = (uint32_t)i, .next = *head, .at = at
				};
				*head = (uint32_t)n + 1;
			}
			n++;
		}
	}
	return n;
}

static bool list_words(as_signals *s)
{
	size_t n = go_through(s, NULL);
	s->spoken.heads = as_alloc_array(s->arena, HEADS, sizeof(*s->spoken.heads));
	s->spoken.words = as_alloc_array(s->arena, n + 1, sizeof(*s->spoken.words));
	if (!s->spoken.heads || !s->spoken.words)
		return false;
	(void)go_through(s, s->spoken.words);
	return true;
}

bool as_mention_prepare(as_signals *s)
{
	size_t room = 0;
	for (size_t i = 0; i < s->profile->functions.n; i++)
		room += s->profile->kept[i] ? s->profile->kept[i]->values.n_refs : 0;
	s->spoken.list = as_alloc_array(s->arena, room + 1, sizeof(*s->spoken.list));
	if (!s->spoken.list || !list_data(s))
		return false;
	for (size_t i = 0; i < s->profile->functions.n; i++)
		if (s->profile->kept[i])
			s->spoken.n += users_of(s->profile->kept[i], s->spoken.list + s->spoken.n);
	qsort(s->spoken.list, s->spoken.n, sizeof(*s->spoken.list), by_number);
	return list_words(s);
}

unsigned as_mentions(const as_signals *s, as_span text, uint64_t addr)
{
	unsigned n = 0;
	if (text.n < SHORTEST)
		return 0;
	for (size_t i = 0; i < text.n; i++)
		if (!is_text(text.p[i]))
			return 0;
	for (uint32_t w = s->spoken.heads[head_of(text.p)]; w && n < MOST;
		w = s->spoken.words[w - 1].next) {
		const as_spoken_word *word = &s->spoken.words[w - 1];
		const as_region *r = &s->spoken.data[word->data];
		n += r->addr + word->at != addr && text.n <= r->data.n - word->at &&
		     is_spoken(r->data, text, word->at);
	}
	return n;
}

double as_mention_factor(const as_signals *s, as_span text, uint64_t addr)
{
	unsigned users = as_mention_users(s, addr), others = as_mentions(s, text, addr);
	double w = others >= 3 ? 0.3 : others > 0 ? 0.5 : 1;
	return users >= 4 ? w * 0.5 : users >= 2 ? w * 0.7 : w;
}
