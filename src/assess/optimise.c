/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/optimise.h"

#include <math.h>

#include "assess/simulate.h"

enum {
	CANDIDATES_MOST = 48,
	ALL_MOST = 10, /* candidates up to which every set is compared */
	TOGETHER = 32, /* sets simulated at once, beside accept */
	OUTER = 200,
	INNER = 20,
};

typedef enum kind { REPLACE, CAP, FREEZE, APPLY, KINDS } kind;

typedef struct candidate {
	kind kind;
	const void *row; /* as_change or as_apply */
	as_span text;
} candidate;

/* A set of candidates, and what it comes to. */
typedef struct tried {
	uint64_t set;
	double cost, loss, done; /* beyond accept; expected; years until all is done */
} tried;

typedef struct search {
	const as_network *n;
	const as_evidence_of *evidence;
	const as_wish *wish;
	as_arena *arena; /* of the results */
	candidate c[CANDIDATES_MOST];
	size_t n_c;
	size_t compared;
	double accepted; /* expected loss of accepting */
} search;

static const size_t row_sizes[KINDS] = { sizeof(as_change), sizeof(as_change), sizeof(as_change),
	sizeof(as_apply) };

static const as_rows *rows_of(const as_scenario *s, kind k)
{
	return k == REPLACE  ? &s->replace
	       : k == CAP    ? &s->cap
	       : k == FREEZE ? &s->freeze
			     : &s->apply;
}

static const char *list(as_arena *arena, const as_texts *t, const char *otherwise)
{
	as_buf b = { 0 };
	for (size_t i = 0; i < t->n; i++)
		as_buf_print(&b, "%s%s", i ? ", " : "", as_shown_text(arena, t->p[i]));
	as_span s = as_print(arena, "%.*s", (int)b.n, b.p ? (const char *)b.p : "");
	as_buf_free(&b);
	return t->n && s.p ? (const char *)s.p : otherwise;
}

static as_span text_of(as_arena *arena, kind k, const void *row)
{
	const as_apply *a = row;
	const as_change *c = row;
	if (k == APPLY)
		return as_print(arena, "%s on %s", as_shown_text(arena, a->control),
			list(arena,
				a->segments.n   ? &a->segments
				: a->products.n ? &a->products
						: &a->suppliers,
				"everything"));
	const char *out = as_shown_text(arena, c->supplier), *in = as_shown_text(arena, c->with);
	const char *where = list(arena, &c->segments, "the whole network");
	if (k == REPLACE)
		return as_print(arena, "replace %s by %s in %s", out, in, where);
	if (k == CAP)
		return as_print(arena, "keep at most %g %% from %s in %s, the rest from %s",
			100 * c->share, out, where, in);
	return as_print(arena, "buy no more from %s but from %s in %s", out, in, where);
}

static void add_candidate(search *x, kind k, const void *row)
{
	candidate c = { .kind = k, .row = row, .text = text_of(x->arena, k, row) };
	size_t at = 0;
	while (at < x->n_c && !as_same(x->c[at].text, c.text))
		at++;
	if (at < CANDIDATES_MOST)
		x->c[at] = c;
	x->n_c += at == x->n_c && at < CANDIDATES_MOST;
}

static void list_candidates(search *x)
{
	for (size_t s = 0; s < x->n->n_scenarios; s++)
		for (int k = 0; k < KINDS; k++) {
			const as_rows *rows = rows_of(&x->n->scenarios[s], (kind)k);
			for (size_t i = 0; i < rows->n; i++)
				add_candidate(
					x, (kind)k, (const uint8_t *)rows->p + i * row_sizes[k]);
		}
}

/* A scenario of the candidates in a set. */
static bool fill_scenario(const search *x, uint64_t set, as_arena *arena, as_scenario *s)
{
	*s = (as_scenario){ .name = as_lit("proposed"),
		.what = as_lit("The best set of measures that was found.") };
	as_rows *const rows[KINDS] = { &s->replace, &s->cap, &s->freeze, &s->apply };
	for (int k = 0; k < KINDS; k++) {
		rows[k]->p = as_alloc_array(arena, x->n_c + 1, row_sizes[k]);
		if (!rows[k]->p)
			return false;
	}
	for (size_t i = 0; i < x->n_c; i++) {
		as_rows *to = rows[x->c[i].kind];
		if (set >> i & 1)
			memcpy((uint8_t *)to->p + to->n++ * row_sizes[x->c[i].kind], x->c[i].row,
				row_sizes[x->c[i].kind]);
	}
	return true;
}

static double cost_of(const as_outcome *o, size_t s)
{
	double sum = 0;
	for (size_t d = 0; d < o->outer; d++)
		sum += as_discounted(o, o->cost, s, d);
	return sum / (double)o->outer;
}

static double loss_of(const as_outcome *o, size_t s)
{
	double sum = 0;
	for (size_t d = 0; d < o->outer; d++)
		sum += o->mean[s * o->outer + d];
	return sum / (double)o->outer;
}

/* When the last change and control of a scenario is in place, on average. */
static double done_of(const as_outcome *o, size_t s)
{
	enum { MONTHS = 12 };
	const as_model *m = o->m;
	double sum = 0;
	for (size_t d = 0; d < o->outer; d++) {
		double last = 0;
		for (size_t p = 1; p < m->n_programmes; p++)
			if (m->programmes[p].scenario == s && !m->programmes[p].freeze &&
				o->finished[p * o->outer + d] > last)
				last = o->finished[p * o->outer + d];
		for (size_t i = 0; i < m->plans[s].n_measures; i++) {
			int months = m->months[m->plans[s].measures[i].control];
			double ready =
				months < 0 ? 0
					   : o->values[d * m->n_params + (size_t)months] / MONTHS;
			last = ready > last ? ready : last;
		}
		sum += last;
	}
	return sum / (double)o->outer;
}

/* Simulates up to TOGETHER sets, all under the same events. */
static as_status try_some(search *x, tried *t, size_t n)
{
	as_arena *arena = as_arena_new(0);
	as_faults faults = { .arena = arena };
	as_network network = *x->n;
	as_run run = {
		.seed = x->wish->seed, .outer = OUTER, .inner = INNER, .threads = x->wish->threads
	};
	network.scenarios = arena ? as_alloc_array(arena, n + 1, sizeof(*network.scenarios)) : NULL;
	network.n_scenarios = n + 1;
	bool ok = network.scenarios != NULL;
	for (size_t i = 0; ok && i <= n; i++)
		ok = fill_scenario(x, i ? t[i - 1].set : 0, arena, &network.scenarios[i]);
	as_model *m = ok ? as_model_new(&network, x->evidence, arena, &faults) : NULL;
	as_outcome *o = m ? as_simulate(m, &run) : NULL;
	for (size_t i = 0; o && i < n; i++) {
		t[i].cost = cost_of(o, i + 1) - cost_of(o, 0);
		t[i].loss = loss_of(o, i + 1);
		t[i].done = done_of(o, i + 1);
	}
	if (o)
		x->accepted = loss_of(o, 0);
	as_status s = o ? AS_OK : AS_NOMEM;
	x->compared += n;
	as_outcome_free(o);
	as_arena_free(arena);
	return s;
}

static as_status try_all(search *x, tried *t, size_t n)
{
	as_status s = AS_OK;
	for (size_t i = 0; i < n && s == AS_OK; i += TOGETHER)
		s = try_some(x, t + i, n - i < TOGETHER ? n - i : TOGETHER);
	return s;
}

static bool allowed(const search *x, const tried *t)
{
	const as_wish *w = x->wish;
	return t->cost <= w->budget &&
	       (w->deadline <= 0 || x->n->question.start + t->done <= w->deadline);
}

static bool better(const tried *a, const tried *b)
{
	return a->loss != b->loss ? a->loss < b->loss : a->cost < b->cost;
}

/* All sets: the best of them. */
static as_status search_all(search *x, tried *best)
{
	size_t n = (size_t)1 << x->n_c;
	tried *t = as_alloc_array(x->arena, n, sizeof(*t));
	if (!t)
		return AS_NOMEM;
	for (size_t i = 0; i < n; i++)
		t[i].set = i;
	as_status s = try_all(x, t, n);
	*best = t[0];
	for (size_t i = 1; i < n && s == AS_OK; i++)
		if (allowed(x, &t[i]) && better(&t[i], best))
			*best = t[i];
	return s;
}

/* The sets that one change makes of a set: a measure more, one less, one for another. */
static size_t list_near(const search *x, uint64_t set, tried *t)
{
	size_t n = 0;
	for (size_t i = 0; i < x->n_c; i++) {
		uint64_t one = (uint64_t)1 << i;
		t[n++].set = set ^ one;
		for (size_t k = 0; k < x->n_c && (set & one); k++)
			if (!(set >> k & 1))
				t[n++].set = (set ^ one) | (uint64_t)1 << k;
	}
	return n;
}

/* The least loss that any set under the budget can leave, if what measures do only diminishes beside others. */
static double bound_of(const search *x, const tried *singles, size_t n)
{
	double bound = x->accepted;
	for (size_t i = 0; i < n; i++)
		if (singles[i].cost <= x->wish->budget && singles[i].loss < x->accepted)
			bound -= x->accepted - singles[i].loss;
	return bound;
}

/* From the empty set on, always the change that helps most. */
static as_status search_near(search *x, tried *best, double *bound)
{
	tried *t = as_alloc_array(x->arena, x->n_c * x->n_c + 1, sizeof(*t));
	as_status s = t ? AS_OK : AS_NOMEM;
	*best = (tried){ .set = 0, .loss = INFINITY };
	for (bool moved = true; s == AS_OK && moved;) {
		size_t n = list_near(x, best->set, t);
		s = try_all(x, t, n);
		if (best->loss == INFINITY) { /* t holds the single measures */
			best->loss = x->accepted;
			*bound = bound_of(x, t, n);
		}
		moved = false;
		for (size_t i = 0; i < n && s == AS_OK; i++) {
			if (!allowed(x, &t[i]) || !better(&t[i], best))
				continue;
			*best = t[i];
			moved = true;
		}
	}
	return s;
}

/* What each measure of the set does as the last of it. */
static as_status tell_measures(search *x, const tried *best, as_proposal *out)
{
	tried *t = as_alloc_array(x->arena, x->n_c + 1, sizeof(*t));
	out->measures = as_alloc_array(x->arena, x->n_c + 1, sizeof(*out->measures));
	size_t n = 0;
	if (!t || !out->measures)
		return AS_NOMEM;
	for (size_t i = 0; i < x->n_c; i++)
		if (best->set >> i & 1) {
			out->measures[n].text = x->c[i].text;
			t[n++].set = best->set ^ (uint64_t)1 << i;
		}
	as_status s = try_all(x, t, n);
	for (size_t i = 0; i < n; i++) {
		out->measures[i].cost = best->cost - t[i].cost;
		out->measures[i].gain = t[i].loss - best->loss;
	}
	out->n = n;
	return s;
}

static as_span closeness(const search *x, const as_proposal *p)
{
	if (p->all)
		return as_print(x->arena,
			"All %zu sets of %zu measures were simulated under the same events: within "
			"the error of that, none "
			"under the budget and by the deadline loses less.",
			p->compared, p->candidates);
	double least = p->bound > 0 ? p->bound : 0;
	return as_print(x->arena,
		"%zu of the sets of %zu measures were simulated. If what measures do only "
		"diminishes beside others, no set under the "
		"budget takes off more than %.2g times what this one does.",
		p->compared, p->candidates,
		x->accepted > p->loss ? (x->accepted - least) / (x->accepted - p->loss) : 1);
}

as_status as_optimise(const as_network *n, const as_evidence_of *evidence, const as_wish *wish,
	as_arena *arena, as_proposal *out)
{
	search *x = as_alloc(arena, sizeof(*x));
	tried best = { 0 };
	*out = (as_proposal){ 0 };
	if (!x)
		return AS_NOMEM;
	*x = (search){ .n = n, .evidence = evidence, .wish = wish, .arena = arena };
	list_candidates(x);
	out->candidates = x->n_c;
	out->text = as_lit("No scenario names a measure to choose from.");
	if (x->n_c == 0)
		return AS_NOT_THIS;
	out->all = x->n_c <= ALL_MOST;
	as_status s = out->all ? search_all(x, &best) : search_near(x, &best, &out->bound);
	out->compared = x->compared;
	out->text = as_lit("No set of the measures that scenarios name fits the budget and the "
			   "deadline and loses less than accepting.");
	if (s == AS_OK && best.set == 0)
		return AS_NOT_THIS;
	if (s == AS_OK)
		s = tell_measures(x, &best, out);
	if (s != AS_OK || !fill_scenario(x, best.set, arena, &out->scenario))
		return s == AS_OK ? AS_NOMEM : s;
	out->loss = best.loss;
	out->cost = best.cost;
	out->text = closeness(x, out);
	return AS_OK;
}
