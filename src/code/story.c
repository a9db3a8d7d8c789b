/* SPDX-License-Identifier: Apache-2.0 */
#include "code/story.h"

#include <stdlib.h>
#include <string.h>

/* The weights that rules give the signals are at most 1, so that what weighs less than this here is never told of. */
#define LEAST 0.8
/* Not worth a story: so little is never the best of a function that weighs enough. */
#define LITTLE 0.08

enum { SIGNALS_MAX = 16 };

typedef struct candidate {
	size_t first, n; /* alarms of the function */
	double total;
} candidate;

/* As the dossier has it, in hundredths, so that what is equal there is equal here. */
static int64_t rounded(const as_alarm *a) { return (int64_t)(a->score * 100 + 0.5); }

/* Whether b is rather told than a, of the same function and signal. */
static bool is_better(const as_alarm *b, const as_alarm *a)
{
	int64_t x = rounded(a), y = rounded(b);
	return y > x || (y == x && b->at < a->at);
}

/* The best alarm of each signal, of n from the first on; in their order. Answers how many. */
static size_t best_of(
	const as_alarm *best[SIGNALS_MAX], const as_signals *s, size_t first, size_t n)
{
	size_t found = 0;
	for (size_t i = first; i < first + n; i++) {
		const as_alarm *a = &s->alarms[i];
		size_t j = 0;
		while (j < found && strcmp(best[j]->signal, a->signal) != 0)
			j++;
		if (j == found && found < SIGNALS_MAX)
			best[found++] = a;
		else if (j < found && is_better(a, best[j]))
			best[j] = a;
	}
	return found;
}

static double weigh(const as_signals *s, size_t first, size_t n)
{
	const as_alarm *best[SIGNALS_MAX];
	double sum = 0;
	unsigned strong = 0;
	bool conclusive = false;
	size_t found = best_of(best, s, first, n);
	for (size_t i = 0; i < found; i++) {
		sum += best[i]->score;
		strong += best[i]->score >= 0.8;
	}
	for (size_t i = first; i < first + n; i++)
		conclusive = conclusive || s->alarms[i].conclusive;
	sum *= 1 + 0.35 * (strong > 1 ? strong - 1 : 0);
	return conclusive ? sum + 100 : sum;
}

static int heaviest(const void *a, const void *b)
{
	const candidate *x = a, *y = b;
	if (x->total != y->total)
		return x->total > y->total ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

static int in_order(const void *a, const void *b)
{
	const candidate *x = a, *y = b;
	return x->first < y->first ? -1 : x->first > y->first;
}

/* Puts c among the heaviest. */
static void keep(candidate list[AS_STORY_FUNCTIONS + 1], size_t *n, candidate c)
{
	list[(*n)++] = c;
	qsort(list, *n, sizeof(*list), heaviest);
	*n = as_min(*n, AS_STORY_FUNCTIONS);
}

static size_t add(const as_alarm *list[AS_STORIES_MAX], size_t n, const as_signals *s, candidate c)
{
	const as_alarm *best[SIGNALS_MAX];
	size_t from = n, found = best_of(best, s, c.first, c.n);
	for (size_t i = 0; i < found; i++) {
		bool told = n >= AS_STORIES_MAX || best[i]->score < LITTLE;
		for (size_t j = from; j < n && !told; j++)
			if (list[j]->at == best[i]->at) {
				/* Of several at one place, the one that knows an effect. */
				list[j] = list[j]->effect_at ? list[j] : best[i];
				told = true;
			}
		if (!told)
			list[n++] = best[i];
	}
	return n;
}

size_t as_stories_choose(const as_alarm *list[AS_STORIES_MAX], const as_signals *s)
{
	candidate best[AS_STORY_FUNCTIONS + 1];
	size_t n_best = 0, n = 0;
	for (size_t i = 0, end; i < s->n_alarms; i = end) {
		for (end = i;
			end < s->n_alarms && s->alarms[end].function == s->alarms[i].function;)
			end++;
		candidate c = { .first = i, .n = end - i };
		c.total = weigh(s, c.first, c.n);
		if (c.total >= LEAST)
			keep(best, &n_best, c);
	}
	qsort(best, n_best, sizeof(*best), in_order);
	for (size_t i = 0; i < n_best; i++)
		n = add(list, n, s, best[i]);
	return n;
}
