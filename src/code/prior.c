/* SPDX-License-Identifier: Apache-2.0 */
#include "code/prior.h"

#include "code/outcome.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 5 /* of a program that are listed without an alarm */, REASONS = 3 };

/* What the learned table says of a feature. */
static const struct {
	const char *id;
	double weight, mean;
} features[] = {
#define FEATURE(name, w, m) [AS_PRIOR_##name] = { .id = #name, .weight = (w), .mean = (m) },
#include "code/prior_table.def"
};

/* Of two features that are met together. */
static const struct {
	as_prior_feature a, b;
	double weight;
} products[] = {
#define PRODUCT(x, y, w) { AS_PRIOR_##x, AS_PRIOR_##y, (w) },
#include "code/prior_table.def"
};

/* Of the heaviest alarm of a signal; of all these together; of a function that nothing is counted of. */
static const struct {
	const char *id;
	double weight;
} signals[] = {
#define SIGNAL(name, w) { #name, (w) },
#include "code/prior_table.def"
};
enum { N_SIGNALS = sizeof(signals) / sizeof(signals[0]) };
static const double of_alarms =
#define ALARMS(w) w
#include "code/prior_table.def"
	;
static const double of_unread =
#define UNREAD(w) w
#include "code/prior_table.def"
	;

/* How people say that a function has much of it. */
static const char *const words[AS_N_PRIOR_FEATURES] = {
	[AS_PRIOR_effect] = "runs, opens or grants something",
	[AS_PRIOR_beneath] = "calls what runs, opens or grants something",
	[AS_PRIOR_numbers] = "holds input against numbers",
	[AS_PRIOR_rareness] = "compares with what others do not",
	[AS_PRIOR_verdict] = "answers yes or no",
	[AS_PRIOR_writes] = "writes to memory",
	[AS_PRIOR_bytes] = "takes single bytes",
	[AS_PRIOR_masks] = "masks bits",
	[AS_PRIOR_shifts] = "shifts bits",
	[AS_PRIOR_xors] = "mixes by xor",
	[AS_PRIOR_pairs] = "holds two things that vary against each other",
	[AS_PRIOR_own] = "calls much of the program's own",
	[AS_PRIOR_crypt] = "asks for a check of a secret",
	[AS_PRIOR_time] = "asks for the time",
	[AS_PRIOR_logs] = "logs",
};

const char *as_prior_name(as_prior_feature f) { return features[f].id; }

/* What it calls. */
static void count_calls(const as_signals *s, const as_kept *k, as_prior_counts *c)
{
	for (uint32_t i = 0; i < k->values.n_calls; i++) {
		const as_call *call = &k->values.calls[i];
		const as_api *api = call->api;
		size_t to = api ? SIZE_MAX : call->to;
		if (to != SIZE_MAX) {
			c->of[AS_PRIOR_own]++;
			c->of[AS_PRIOR_beneath] =
				fmax(c->of[AS_PRIOR_beneath], (double)s->weight[to]);
		}
		c->of[AS_PRIOR_crypt] += api && api->kind == AS_API_CRYPT;
		c->of[AS_PRIOR_time] += api && api->kind == AS_API_TIME;
		c->of[AS_PRIOR_logs] += api && api->kind == AS_API_LOG;
		c->of[AS_PRIOR_exits] += api && api->kind == AS_API_EXIT;
		c->of[AS_PRIOR_listens] += api && api->kind == AS_API_LISTEN;
		c->of[AS_PRIOR_scans] += api && api->kind == AS_API_SCAN;
	}
}

/* What it computes. */
static void count_terms(const as_values *v, as_prior_counts *c)
{
	for (uint32_t i = 1; i < v->n_terms; i++) {
		const as_term *n = &v->terms[i];
		bool op = n->kind == AS_V_OP, load = n->kind == AS_V_LOAD;
		c->of[AS_PRIOR_masks] += op && n->op == AS_OP_AND;
		c->of[AS_PRIOR_xors] += op && n->op == AS_OP_XOR;
		c->of[AS_PRIOR_shifts] +=
			op && (n->op == AS_OP_SHL || n->op == AS_OP_SHR || n->op == AS_OP_ROR);
		c->of[AS_PRIOR_bytes] += load && n->width == 1;
		c->of[AS_PRIOR_variables] += load && as_term_of(v, n->a)->kind == AS_V_CONST;
	}
}

/* What it decides on, and what it sets. */
static void count_decisions(const as_values *v, as_prior_counts *c)
{
	uint64_t k = 0;
	for (uint32_t i = 0; i < v->n_decisions; i++) {
		const as_decision *d = &v->decisions[i];
		bool equal = !d->test && (d->cond == AS_EQ || d->cond == AS_NE);
		c->of[AS_PRIOR_pairs] +=
			equal && !as_value_const(v, d->a, &k) && !as_value_const(v, d->b, &k);
	}
	for (uint32_t i = 0; i < v->n_stores; i++) {
		const as_store *st = &v->stores[i];
		c->of[AS_PRIOR_flags] += as_value_const(v, st->value, &k) && k <= UINT8_MAX &&
					 as_value_const(v, st->base, &k);
	}
	c->of[AS_PRIOR_writes] = v->n_stores;
}

/* Whether a number is neither small, nor a power of two or beside one, nor a code of an error. */
static bool is_odd(uint64_t k)
{
	return k > UINT8_MAX && k < UINT32_MAX - UINT8_MAX && (k & (k - 1)) && (k & (k + 1));
}

static void count_tests(const as_signals *s, const as_tests *t, as_prior_counts *c)
{
	for (size_t i = 0; i < t->n; i++) {
		bool number = t->list[i].kind == AS_TEST_NUMBER;
		c->of[AS_PRIOR_numbers] += number;
		if (!number || is_odd(t->list[i].number))
			c->of[AS_PRIOR_rareness] =
				fmax(c->of[AS_PRIOR_rareness], as_test_rareness(s, &t->list[i]));
	}
}

/* Whether it answers 0 and, elsewhere, 1 or a small negative number. */
static bool is_verdict(const as_kept *k)
{
	bool no = false, yes = false;
	as_ways w = as_ways_of(k);
	for (size_t i = 0; i < w.n; i++) {
		uint32_t answer = (uint32_t)(w.k[i] & UINT32_MAX);
		no |= w.known[i] && w.k[i] == 0;
		yes |= w.known[i] && (w.k[i] == 1 || answer >= UINT32_MAX - UINT8_MAX);
	}
	return no && yes;
}

bool as_prior_applies(const as_profile *p, size_t i)
{
	return p->kept[i] && p->kept[i]->values.n_decisions > 0 && !p->functions.list[i].library;
}

as_prior_counts as_prior_count(const as_signals *s, size_t i)
{
	const as_profile *p = s->profile;
	const as_kept *k = p->kept[i];
	as_prior_counts c = { 0 };
	size_t callers = 0;
	(void)as_profile_callers(p, p->functions.list[i].addr, &callers);
	c.of[AS_PRIOR_effect] = (double)s->weight[i];
	c.of[AS_PRIOR_verdict] = is_verdict(k);
	c.of[AS_PRIOR_callers] = (double)callers;
	c.of[AS_PRIOR_once] = callers == 1;
	c.of[AS_PRIOR_never] = callers == 0;
	c.of[AS_PRIOR_frame] = (double)p->notes[i].frame;
	count_calls(s, k, &c);
	count_terms(&k->values, &c);
	count_decisions(&k->values, &c);
	count_tests(s, &s->tests[i], &c);
	return c;
}

/* What the counts amount to. */
static double weigh_counts(const as_prior_counts *c)
{
	double sum = 0;
	for (size_t i = 0; i < AS_N_PRIOR_FEATURES; i++)
		sum += features[i].weight * log1p(c->of[i]);
	for (size_t i = 0; i < sizeof(products) / sizeof(products[0]); i++)
		sum += products[i].weight * log1p(c->of[products[i].a]) *
		       log1p(c->of[products[i].b]);
	return sum;
}

size_t as_prior_alarms(const as_signals *s, size_t i, size_t *at)
{
	size_t n = 0;
	while (*at < s->n_alarms && s->alarms[*at].function < i)
		++*at;
	while (*at + n < s->n_alarms && s->alarms[*at + n].function == i)
		n++;
	return n;
}

/* What n alarms of one function amount to. */
static double weigh_alarms(const as_alarm *a, size_t n)
{
	double best[N_SIGNALS] = { 0 }, all = 0, sum = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < N_SIGNALS; j++)
			if (strcmp(a[i].signal, signals[j].id) == 0)
				best[j] = fmax(best[j], a[i].score);
	for (size_t j = 0; j < N_SIGNALS; j++) {
		all += best[j];
		sum += signals[j].weight * log1p(best[j]);
	}
	return sum + of_alarms * log1p(all);
}

/* How much a feature speaks for the function, against what is usual. */
static double speaks(const as_prior_counts *c, size_t i)
{
	double more = log1p(c->of[i]) - features[i].mean;
	return words[i] && more > 0 ? features[i].weight * more : 0;
}

as_span as_prior_reasons(as_signals *s, const as_prior_counts *c)
{
	as_span text = { 0 };
	bool said[AS_N_PRIOR_FEATURES] = { 0 };
	for (int n = 0; n < REASONS; n++) {
		size_t best = 0;
		for (size_t i = 1; i < AS_N_PRIOR_FEATURES; i++)
			best = said[best] || (!said[i] && speaks(c, i) > speaks(c, best)) ? i
											  : best;
		if (said[best] || speaks(c, best) <= 0)
			return text;
		said[best] = true;
		text = text.n ? as_alarm_text(s, "%.*s, %s", (int)text.n, text.p, words[best])
			      : as_alarm_text(s, "%s", words[best]);
	}
	return text;
}

static int by_score(const void *a, const void *b)
{
	const as_prior_row *x = a, *y = b;
	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return x->function < y->function ? -1 : x->function > y->function;
}

static int by_function(const void *a, const void *b)
{
	const as_prior_row *x = a, *y = b;
	return x->function < y->function ? -1 : x->function > y->function;
}

/* Every function that decides something or that an alarm names. *n: how many. */
static as_prior_row *list_all(as_signals *s, size_t *n)
{
	const as_profile *p = s->profile;
	as_prior_row *list = as_alloc_array(s->arena, p->functions.n + 1, sizeof(*list));
	size_t at = 0; /* of the alarms: there may be none, and no list of them */
	*n = 0;
	for (size_t i = 0; list && i < p->functions.n; i++) {
		size_t alarms = as_prior_alarms(s, i, &at);
		bool applies = as_prior_applies(p, i);
		if (!applies && alarms == 0)
			continue;
		as_prior_counts c = applies ? as_prior_count(s, i) : (as_prior_counts){ 0 };
		list[(*n)++] = (as_prior_row){ .function = i,
			.score = weigh_counts(&c) +
				 (alarms ? weigh_alarms(&s->alarms[at], alarms) : 0) +
				 (applies ? 0 : of_unread) };
	}
	return list;
}

/* The shares of n functions, highest score first. */
static void share_out(as_prior_row *list, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += list[i].share = exp(list[i].score - list[0].score);
	for (size_t i = 0; i < n; i++)
		list[i].share /= sum;
}

as_prior_row *as_prior_order(as_signals *s, size_t *n)
{
	size_t all = 0, kept = 0, at = 0;
	as_prior_row *list = list_all(s, &all);
	*n = 0;
	if (!list || all == 0)
		return NULL;
	qsort(list, all, sizeof(*list), by_score);
	share_out(list, all);
	qsort(list + as_min(all, FIRST), all - as_min(all, FIRST), sizeof(*list), by_function);
	for (size_t i = 0; i < all; i++)
		if (i < FIRST || as_prior_alarms(s, list[i].function, &at) > 0)
			list[kept++] = list[i];
	qsort(list, kept, sizeof(*list), by_function);
	for (size_t i = 0; i < kept; i++) {
		if (!as_prior_applies(s->profile, list[i].function))
			continue;
		as_prior_counts c = as_prior_count(s, list[i].function);
		list[i].why = as_prior_reasons(s, &c);
	}
	*n = kept;
	return list;
}
