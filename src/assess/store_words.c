/* SPDX-License-Identifier: Apache-2.0 */
/* The answer in three sentences, and what it does not say. */
#include <math.h>
#include <stdio.h>

#include "assess/tuple.h"
#include "assess/store.h"
#include "base/embed.h"
#include "knowledge/tsv.h"

enum { WORDS = 160, PER_CENT = 100 };

/* Money as people say it: two significant digits. */
static const char *money(const as_assessed *x, double v)
{
	static const struct {
		double size;
		const char *word;
	} sizes[] = { { 1e12, " trillion" }, { 1e9, " billion" }, { 1e6, " million" },
		{ 1e3, " thousand" }, { 0, "" } };
	double rounded = as_rounded(v, 2), size = fabs(rounded);
	size_t i = 0;
	while (size < sizes[i].size)
		i++;
	as_span s = as_print(x->m->arena, "%s %.3g%s",
		as_shown_text(x->m->arena, x->m->network->question.currency),
		sizes[i].size > 0 ? rounded / sizes[i].size : rounded, sizes[i].word);
	return s.p ? (const char *)s.p : "";
}

static const char *name(const as_assessed *x, size_t s)
{
	return as_shown_text(x->m->arena, x->m->network->scenarios[s].name);
}

static as_status meta(sqlite3 *db, const char *key, as_span value)
{
	as_tuple r = as_tuple_of(db, "meta");
	as_tuple_text(&r, "name", key);
	as_tuple_span(&r, "value", value);
	return as_tuple_end(&r);
}

static as_status first_sentence(sqlite3 *db, const as_assessed *x)
{
	const as_figures *f = &x->a->figures[x->a->best], *accept = &x->a->figures[0];
	as_arena *a = x->m->arena;
	double years = x->m->network->question.years;
	if (x->a->best == 0)
		return meta(db, "answer_1",
			as_print(a,
				"None of the ways compared is expected to come to less than "
				"accepting what stands: cost and loss "
				"together come to about %s in %.0f years (90 %% between %s and "
				"%s).",
				money(x, f->total.mean), years, money(x, f->total.low),
				money(x, f->total.high)));
	return meta(db, "answer_1",
		as_print(a,
			"Of the ways compared, '%s' is expected to come to least: cost and loss "
			"together about %s in %.0f years "
			"(90 %% between %s and %s), against %s (%s to %s) if everything is "
			"accepted.",
			name(x, x->a->best), money(x, f->total.mean), years, money(x, f->total.low),
			money(x, f->total.high), money(x, accept->total.mean),
			money(x, accept->total.low), money(x, accept->total.high)));
}

/* The scenario that comes next, or n where there is one only. */
static size_t second(const as_assessed *x)
{
	size_t n = x->m->network->n_scenarios, at = n;
	for (size_t s = 0; s < n; s++)
		if (s != x->a->best &&
			(at == n || x->a->figures[s].total.mean < x->a->figures[at].total.mean))
			at = s;
	return at;
}

static as_status second_sentence(sqlite3 *db, const as_assessed *x)
{
	size_t n = x->m->network->n_scenarios, next = second(x), best = x->a->best;
	as_arena *a = x->m->arena;
	if (next == n)
		return meta(db, "answer_2",
			as_lit("There is nothing to compare it with: the network file holds no "
			       "scenario."));
	const as_compared *c = &x->a->compared[best * n + next];
	if (!c->apart)
		return meta(db, "answer_2",
			as_print(a,
				"It cannot be told apart from '%s': the difference lies between %s "
				"and %s, and it comes "
				"to less in %.0f %% of the futures simulated.",
				name(x, next), money(x, c->low), money(x, c->high),
				PER_CENT * as_rounded(c->better, 2)));
	return meta(db, "answer_2",
		as_print(a,
			"It comes to less than the next best, '%s', by %s (90 %% between %s and "
			"%s), and in %.0f %% of the "
			"futures simulated.",
			name(x, next), money(x, c->less), money(x, c->low), money(x, c->high),
			PER_CENT * as_rounded(c->better, 2)));
}

static as_status third_sentence(sqlite3 *db, const as_assessed *x)
{
	const double *v = x->a->variance[0];
	as_arena *a = x->m->arena;
	as_span worth = { 0 };
	for (size_t i = 0; i < x->a->n_worth && !worth.p; i++) {
		const as_param *p = &x->m->params[x->a->worth[i].param];
		if (p->origin == AS_MISSING)
			worth = as_print(a,
				" Most worth demanding first: %s, worth up to %s before deciding.",
				as_shown_text(a, p->name), money(x, x->a->worth[i].value));
	}
	if (!worth.p)
		worth = as_lit(" No single missing fact would change which way comes to least.");
	return meta(db, "answer_3",
		as_print(a,
			"Of the uncertainty of the expected loss, %.0f %% rests on what was "
			"counted, %.0f %% on estimates of the "
			"operator, %.0f %% on published judgement of this program and %.0f %% on "
			"what nobody has examined.%.*s",
			PER_CENT * v[AS_FACT], PER_CENT * v[AS_ESTIMATE], PER_CENT * v[AS_DEFAULT],
			PER_CENT * v[AS_MISSING], (int)worth.n,
			worth.p ? (const char *)worth.p : ""));
}

static as_status caveat(sqlite3 *db, as_span text)
{
	as_tuple r = as_tuple_of(db, "caveat");
	as_tuple_span(&r, "text", text);
	return text.n ? as_tuple_end(&r) : AS_OK;
}

static as_span unexamined(const as_assessed *x)
{
	const as_model *m = x->m;
	size_t without = 0, n = 0;
	double behind = 0, all = 0, unseen = 0, served = 0;
	for (size_t i = 0; i < m->n_products; i++) {
		n += m->products[i].elements > 0;
		without += m->products[i].elements > 0 && !m->products[i].evidence;
	}
	for (size_t i = 0; i < m->network->n_classes; i++) {
		const as_class *c = &m->network->classes[i];
		const as_profile *p = &m->profiles[m->plans[0].slots[i].before];
		all += c->count;
		served += c->subscribers;
		if (m->products[p->product].evidence)
			continue;
		behind += c->count;
		unseen += c->subscribers;
	}
	if (!without)
		return (as_span){ 0 };
	return as_print(m->arena,
		"%zu of %zu products, with %.3g %% of the elements and %.3g %% of what serves "
		"subscribers, have no dossier: they are "
		"uncertain, not safe.",
		without, n, all > 0 ? as_rounded(PER_CENT * behind / all, 2) : 0,
		served > 0 ? as_rounded(PER_CENT * unseen / served, 2) : 0);
}

static as_status write_caveats(sqlite3 *db, const as_assessed *x)
{
	static const char *const always[] = {
		"How much findings move the odds of success is judgement, published as the table "
		"of finding classes; nobody has measured it.",
		"How often threats act comes from the network file alone. It is assumed not to "
		"change with what is done about them.",
		"That a supplier stands on a list of restrictions moves no figure.",
		"What equipment is worth at the end of the horizon is not counted.",
	};
	as_status s = caveat(db, unexamined(x));
	size_t untold = 0;
	for (size_t i = 0; i < x->m->network->n_classes; i++)
		untold += x->m->network->classes[i].exposure == 0;
	if (untold)
		s = as_worse(
			s, caveat(db, as_print(x->m->arena,
					      "Of %zu of %zu classes it is not told from where "
					      "they can be reached; that widens the result.",
					      untold, x->m->network->n_classes)));
	if (x->a && x->a->o->cut)
		s = as_worse(
			s, caveat(db, as_lit("A threat comes more than 50,000 times on a path: "
					     "what is beyond is left out. Give a lower rate.")));
	const double *v = x->a ? x->a->variance[0] : NULL;
	if (v && v[AS_FACT] < v[AS_ESTIMATE] + v[AS_DEFAULT] + v[AS_MISSING])
		s = as_worse(s,
			caveat(db,
				as_lit("Assumptions drive this result more than evidence does.")));
	const as_faults *notes = &x->m->network->notes;
	for (size_t i = 0; i < notes->n; i++)
		s = as_worse(s, caveat(db, notes->p[i].text));
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		s = as_worse(s, caveat(db, as_lit(always[i])));
	return s;
}

static as_status write_proposal(sqlite3 *db, const as_proposal *p)
{
	as_status s = p ? meta(db, "proposal", p->text) : AS_OK;
	for (size_t i = 0; p && i < p->n; i++) {
		as_tuple r = as_tuple_of(db, "proposal");
		as_tuple_whole(&r, "rank", (int64_t)i + 1);
		as_tuple_span(&r, "measure", p->measures[i].text);
		as_tuple_money(&r, "cost", p->measures[i].cost);
		as_tuple_money(&r, "gain", p->measures[i].gain);
		s = as_worse(s, as_tuple_end(&r));
	}
	return s;
}

/* The EU toolbox, for its risks and measures to be called by their names. */
static as_status write_toolbox(sqlite3 *db)
{
	enum { COLUMNS = 4 };
	as_span fields[COLUMNS];
	as_cur c = as_cur_le(as_embedded_file(as_embedded_knowledge, "toolbox.tsv"), 0);
	as_status s = AS_OK;
	while (s == AS_OK && as_tsv_row(&c, fields, COLUMNS) == COLUMNS) {
		as_tuple r = as_tuple_of(db, "toolbox");
		as_tuple_span(&r, "id", fields[0]);
		as_tuple_span(&r, "title", fields[1]);
		as_tuple_span(&r, "kind", fields[2]);
		as_tuple_span(&r, "source", fields[3]);
		s = as_tuple_end(&r);
	}
	return s;
}

as_status as_store_words(sqlite3 *db, const as_assessed *x)
{
	as_status s = write_caveats(db, x);
	s = as_worse(s, write_proposal(db, x->proposal));
	s = as_worse(s, write_toolbox(db));
	if (!x->a)
		return s;
	s = as_worse(s, first_sentence(db, x));
	s = as_worse(s, second_sentence(db, x));
	return as_worse(s, third_sentence(db, x));
}
