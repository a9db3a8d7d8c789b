/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/store.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "assess/tuple.h"
#include "base/embed.h"
#include "base/text.h"
#include "dossier/db.h"

static const char *const origin_words[] = { "fact", "estimate", "default", "missing" };

static as_status meta_span(sqlite3 *db, const char *name, as_span value)
{
	as_tuple r = as_tuple_of(db, "meta");
	as_tuple_text(&r, "name", name);
	as_tuple_span(&r, "value", value);
	return as_tuple_end(&r);
}

static as_status meta(sqlite3 *db, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static as_status meta(sqlite3 *db, const char *name, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return meta_span(db, name, as_lit(text));
}

static as_status write_meta(sqlite3 *db, const as_assessed *x)
{
	const as_question *q = &x->m->network->question;
	as_status s = meta_span(db, "question", q->question);
	s = as_worse(s, meta_span(db, "operator", q->operator));
	s = as_worse(s, meta_span(db, "currency", q->currency));
	s = as_worse(s, meta(db, "start", "%.0f", q->start));
	s = as_worse(s, meta(db, "years", "%.0f", q->years));
	s = as_worse(s, meta(db, "discount", "%g", q->discount));
	s = as_worse(s, meta(db, "tool", "assay"));
	s = as_worse(s, meta(db, "version", "%s", ASSAY_VERSION_TEXT));
	s = as_worse(s, meta(db, "schema", "%d", AS_ASSESSMENT_SCHEMA));
	s = as_worse(s, meta(db, "assumptions", "finding classes %d", AS_FINDING_CLASSES));
	s = as_worse(s, meta_span(db, "network", x->network_sha256));
	s = as_worse(s, meta(db, "figures", "%s", x->a ? "yes" : x->why_none));
	if (!x->a)
		return s;
	s = as_worse(s, meta(db, "best", "%zu", x->a->best));
	s = as_worse(s, meta(db, "seed", "%llu", (unsigned long long)x->run->seed));
	s = as_worse(s, meta(db, "outer", "%zu", x->run->outer));
	s = as_worse(s, meta(db, "inner", "%zu", x->run->inner));
	return as_worse(s, meta(db, "paths", "%zu", x->run->outer * x->run->inner));
}

static void scenario_figures(as_tuple *r, const as_figures *f, double start)
{
	const struct {
		const char *name;
		double v;
	} columns[] = { { "cost", f->cost.mean }, { "cost_low", f->cost.low },
		{ "cost_high", f->cost.high }, { "changes", f->changes.mean },
		{ "changes_low", f->changes.low }, { "changes_high", f->changes.high },
		{ "loss", f->loss_paths.mean }, { "loss_low", f->loss_draws.low },
		{ "loss_high", f->loss_draws.high }, { "loss_error", f->loss_draws.error },
		{ "loss_p5", f->loss_paths.low }, { "loss_p50", f->loss_paths.middle },
		{ "loss_p95", f->loss_paths.high }, { "loss_p99", f->loss_paths.p99 },
		{ "no_loss", f->no_loss }, { "year_mean", f->year_mean },
		{ "year_none", f->year_none }, { "year_var95", f->year95.var },
		{ "year_tvar95", f->year95.tvar }, { "year_var99", f->year99.var },
		{ "year_tvar99", f->year99.tvar }, { "total", f->total.mean },
		{ "total_low", f->total.low }, { "total_high", f->total.high }, { "best", f->best },
		{ "regret", f->regret } };
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		as_tuple_money(r, columns[i].name, columns[i].v);
	as_tuple_whole(r, "efficient", f->efficient);
	if (f->n_changes) {
		as_tuple_number(r, "finished", as_rounded(start + f->finished.mean, 5));
		as_tuple_number(r, "finished_low", as_rounded(start + f->finished.low, 5));
		as_tuple_number(r, "finished_high", as_rounded(start + f->finished.high, 5));
	}
	if (f->deadline > 0) {
		as_tuple_number(r, "deadline", f->deadline);
		as_tuple_money(r, "in_time", f->in_time);
	}
}

static as_status write_scenario(sqlite3 *db, const as_assessed *x, size_t s)
{
	const as_scenario *c = &x->m->network->scenarios[s];
	as_tuple r = as_tuple_of(db, "scenario");
	as_tuple_whole(&r, "id", (int64_t)s);
	as_tuple_span(&r, "name", c->name);
	as_tuple_span(&r, "what", c->what);
	if (x->a)
		scenario_figures(&r, &x->a->figures[s], x->m->network->question.start);
	return as_tuple_end(&r);
}

/* Of the elements that a scenario changes, the share that is new at a time in years, where everything has its middle
 * value. */
static double replaced(const as_assessed *x, size_t s, as_draw *d, double years)
{
	const as_plan *plan = &x->m->plans[s];
	double new = 0, all = 0;
	for (size_t i = 0; i < plan->n_batches; i++) {
		const as_batch *b = &plan->batches[i];
		double share = as_draw_share(d, b->programme, years);
		new += b->elements *share;
		all += b->programme ? b->elements : 0;
	}
	return all > 0 ? new / all : 0;
}

/* A draw in which everything has its middle value. */
static as_draw *middle_of(const as_assessed *x)
{
	as_draw *d = as_draw_new(x->m, x->m->arena);
	for (size_t i = 0; d && i < x->m->n_params; i++)
		d->value[i] = as_quantile(&x->m->params[i].d, 0.5);
	if (d)
		as_draw_follow(d);
	return d;
}

static as_status write_years(sqlite3 *db, const as_assessed *x, size_t s, as_draw *middle)
{
	const as_question *q = &x->m->network->question;
	as_status worst = AS_OK;
	double cost = 0, loss = 0;
	for (size_t y = 0; x->a && (double)y < q->years; y++) {
		size_t at = s * x->a->o->years + y;
		cost += x->a->year_cost[at];
		loss += x->a->year_loss[at];
		as_tuple r = as_tuple_of(db, "scenario_year");
		as_tuple_whole(&r, "scenario", (int64_t)s);
		as_tuple_whole(&r, "year", (int64_t)q->start + (int64_t)y);
		as_tuple_money(&r, "cost", x->a->year_cost[at]);
		as_tuple_money(&r, "loss", x->a->year_loss[at]);
		as_tuple_money(&r, "loss_p95", x->a->year_p95[at]);
		as_tuple_money(&r, "loss_p99", x->a->year_p99[at]);
		as_tuple_money(&r, "cumulative_cost", cost);
		as_tuple_money(&r, "cumulative_loss", loss);
		as_tuple_money(&r, "replaced", replaced(x, s, middle, (double)y + 1));
		worst = as_worse(worst, as_tuple_end(&r));
	}
	return worst;
}

static as_status write_curve(sqlite3 *db, const as_assessed *x, size_t s)
{
	enum { DRAWN = 3 };
	as_status worst = AS_OK;
	for (size_t i = 0; x->a && i < AS_CURVE_POINTS; i++) {
		const as_point *p = &x->a->curves[s * AS_CURVE_POINTS + i];
		as_tuple r = as_tuple_of(db, "curve");
		as_tuple_whole(&r, "scenario", (int64_t)s);
		as_tuple_number(&r, "loss", as_rounded(p->loss, DRAWN));
		as_tuple_number(&r, "probability", as_rounded(p->probability, DRAWN));
		as_tuple_number(&r, "low", as_rounded(p->low, DRAWN));
		as_tuple_number(&r, "high", as_rounded(p->high, DRAWN));
		if (p->loss > 0)
			worst = as_worse(worst, as_tuple_end(&r));
	}
	return worst;
}

static as_status write_comparisons(sqlite3 *db, const as_assessed *x, size_t a)
{
	size_t n = x->m->network->n_scenarios;
	as_status worst = AS_OK;
	for (size_t b = 0; x->a && b < n; b++) {
		const as_compared *c = &x->a->compared[a * n + b];
		if (a == b)
			continue;
		as_tuple r = as_tuple_of(db, "comparison");
		as_tuple_whole(&r, "a", (int64_t)a);
		as_tuple_whole(&r, "b", (int64_t)b);
		as_tuple_money(&r, "better", c->better);
		as_tuple_money(&r, "less", c->less);
		as_tuple_money(&r, "less_low", c->low);
		as_tuple_money(&r, "less_high", c->high);
		as_tuple_whole(&r, "apart", c->apart);
		worst = as_worse(worst, as_tuple_end(&r));
	}
	return worst;
}

static as_status loss_by(sqlite3 *db, size_t s, const char *kind, as_span name, double loss)
{
	as_tuple r = as_tuple_of(db, "loss_by");
	as_tuple_whole(&r, "scenario", (int64_t)s);
	as_tuple_text(&r, "kind", kind);
	as_tuple_span(&r, "name", name);
	as_tuple_money(&r, "loss", loss);
	return loss > 0 ? as_tuple_end(&r) : AS_OK;
}

static as_status write_origins_of_loss(sqlite3 *db, const as_assessed *x, size_t s)
{
	const as_network *n = x->m->network;
	as_status worst = AS_OK;
	if (!x->a)
		return AS_OK;
	const as_outcome *o = x->a->o;
	for (size_t i = 0; i < n->n_threats; i++)
		worst = as_worse(worst, loss_by(db, s, "threat", n->threats[i].name,
						o->by_threat[s * n->n_threats + i]));
	for (size_t i = 0; i < n->n_suppliers; i++)
		worst = as_worse(worst, loss_by(db, s, "supplier", n->suppliers[i].name,
						o->by_owner[s * n->n_suppliers + i]));
	for (size_t i = 0; i < x->m->n_segments; i++)
		worst = as_worse(worst, loss_by(db, s, "segment", x->m->segments[i],
						o->by_segment[s * x->m->n_segments + i]));
	return worst;
}

static as_status write_controls(sqlite3 *db, const as_assessed *x, size_t s)
{
	const as_plan *plan = &x->m->plans[s];
	as_status worst = AS_OK;
	for (size_t i = 0; i < plan->n_measures; i++) {
		const as_control *c = &x->m->network->controls[plan->measures[i].control];
		as_tuple r = as_tuple_of(db, "scenario_control");
		as_tuple_whole(&r, "scenario", (int64_t)s);
		as_tuple_span(&r, "control", c->name);
		as_tuple_span(&r, "what", c->what);
		as_tuple_span(&r, "measure", c->measure);
		as_tuple_number(&r, "elements", plan->measures[i].elements);
		worst = as_worse(worst, as_tuple_end(&r));
	}
	return worst;
}

/* Told by where its change stands: a cap's share may be 0. */
static bool is_cap(const as_assessed *x, const as_programme *p)
{
	const as_rows *caps = &x->m->network->scenarios[p->scenario].cap;
	const as_change *first = caps->p;
	return caps->n && p->change >= first && p->change < first + caps->n;
}

/* Where a programme acts: a cap in one segment each, others where their change says; empty: everywhere. */
static void segments_of(const as_assessed *x, const as_programme *p, as_buf *out)
{
	const as_texts one = { .p = (as_span *)(uintptr_t)&p->segment, .n = 1 };
	const as_texts *t = is_cap(x, p) ? &one : &p->change->segments;
	for (size_t i = 0; i < t->n; i++) {
		as_buf_text(out, i ? ", " : "");
		as_buf_add(out, t->p[i].p, t->p[i].n);
	}
}

/* Programmes of a freeze are one for each age and life of what it meets: told together. */
static bool told_with(const as_programme *a, const as_programme *b)
{
	return a->change == b->change && a->scenario == b->scenario &&
	       (a->freeze || as_same(a->segment, b->segment));
}

static as_status write_change(sqlite3 *db, const as_assessed *x, size_t i)
{
	const as_programme *p = &x->m->programmes[i];
	double elements = 0;
	for (size_t k = 1; k < x->m->n_programmes; k++) {
		if (!told_with(p, &x->m->programmes[k]))
			continue;
		if (k < i)
			return AS_OK;
		elements += x->m->programmes[k].elements;
	}
	as_buf segments = { 0 };
	segments_of(x, p, &segments);
	as_tuple r = as_tuple_of(db, "scenario_change");
	as_tuple_whole(&r, "scenario", (int64_t)p->scenario);
	as_tuple_text(&r, "kind", p->freeze ? "freeze" : is_cap(x, p) ? "cap" : "replace");
	as_tuple_span(&r, "supplier", p->change->supplier);
	as_tuple_span(&r, "new", p->change->with);
	as_tuple_span(&r, "segments", as_buf_span_of(&segments));
	as_tuple_number(&r, "elements", elements);
	as_tuple_money(&r, "goal", p->goal);
	as_status s = as_tuple_end(&r);
	as_buf_free(&segments);
	return s;
}

static as_span distribution_words(const as_model *m, const as_distribution *d)
{
	switch (d->kind) {
	case AS_FIXED:
		break;
	case AS_UNIFORM:
		return as_print(m->arena, "even between %g and %g", d->a, d->b);
	case AS_PERT:
		return as_print(m->arena, "PERT from %g to %g, most likely %g", d->a, d->b, d->m);
	case AS_LOGNORMAL:
		return as_print(m->arena, "lognormal, 90 %% between %g and %g", d->a, d->b);
	case AS_TRIALS:
		return as_print(m->arena, "%g of %g", d->a, d->b);
	case AS_EMPIRICAL:
		return as_print(m->arena, "one of %zu values", d->n);
	case AS_RATE:
		return as_print(m->arena, "%g in %g years", d->a, d->b);
	}
	return as_print(m->arena, "%g", d->a);
}

static as_status write_parameters(sqlite3 *db, const as_assessed *x)
{
	as_status worst = AS_OK;
	for (size_t i = 0; i < x->m->n_params; i++) {
		const as_param *p = &x->m->params[i];
		as_tuple r = as_tuple_of(db, "parameter");
		as_tuple_whole(&r, "id", (int64_t)i);
		as_tuple_span(&r, "name", p->name);
		as_tuple_text(&r, "origin", origin_words[p->origin]);
		as_tuple_span(&r, "source", p->source);
		as_tuple_span(&r, "distribution", distribution_words(x->m, &p->d));
		as_tuple_money(&r, "low", as_quantile(&p->d, 0.05));
		as_tuple_money(&r, "middle", as_quantile(&p->d, 0.5));
		as_tuple_money(&r, "high", as_quantile(&p->d, 0.95));
		as_tuple_money(&r, "mean", as_mean(&p->d));
		worst = as_worse(worst, as_tuple_end(&r));
	}
	return worst;
}

static as_status write_sensitivity(sqlite3 *db, const as_assessed *x)
{
	static const char *const outputs[] = { "expected loss under accept",
		"advantage of the best over accept" };
	as_status worst = AS_OK;
	for (size_t i = 0; x->a && i < x->a->n_drivers; i++) {
		as_tuple r = as_tuple_of(db, "driver");
		as_tuple_whole(&r, "parameter", (int64_t)x->a->drivers[i].param);
		as_tuple_money(&r, "loss_low", x->a->drivers[i].low);
		as_tuple_money(&r, "loss_high", x->a->drivers[i].high);
		as_tuple_money(&r, "correlation", x->a->drivers[i].correlation);
		worst = as_worse(worst, as_tuple_end(&r));
	}
	for (size_t i = 0; x->a && i < x->a->n_worth; i++) {
		const as_param *p = &x->m->params[x->a->worth[i].param];
		as_tuple r = as_tuple_of(db, "information");
		as_tuple_whole(&r, "parameter", (int64_t)x->a->worth[i].param);
		as_tuple_money(&r, "value", x->a->worth[i].value);
		if (p->origin == AS_MISSING)
			as_tuple_span(&r, "demand", p->name);
		worst = as_worse(worst, as_tuple_end(&r));
	}
	for (int y = 0; x->a && y < (x->a->best ? 2 : 1); y++)
		for (int g = 0; g < AS_ORIGINS; g++) {
			as_tuple r = as_tuple_of(db, "variance_share");
			as_tuple_text(&r, "output", outputs[y]);
			as_tuple_text(&r, "origin", origin_words[g]);
			as_tuple_money(&r, "share", x->a->variance[y][g]);
			worst = as_worse(worst, as_tuple_end(&r));
		}
	return worst;
}

static as_status write_threats(sqlite3 *db, const as_assessed *x)
{
	as_status worst = AS_OK;
	for (size_t i = 0; i < x->m->network->n_threats; i++) {
		const as_threat *t = &x->m->network->threats[i];
		as_buf via = { 0 }, risks = { 0 };
		for (size_t b = 0; as_exposure_words[b]; b++)
			if (t->via >> b & 1)
				as_buf_print(&via, "%s%s", via.n ? ", " : "", as_exposure_words[b]);
		for (size_t k = 0; k < t->risks.n; k++) {
			as_buf_text(&risks, k ? ", " : "");
			as_buf_add(&risks, t->risks.p[k].p, t->risks.p[k].n);
		}
		as_tuple r = as_tuple_of(db, "threat");
		as_tuple_whole(&r, "id", (int64_t)i);
		as_tuple_span(&r, "name", t->name);
		as_tuple_span(&r, "what", t->what);
		as_tuple_text(&r, "per", as_per_words[t->per]);
		as_tuple_text(&r, "hits", as_hit_words[t->hits]);
		as_tuple_span(&r, "via", via.n ? as_buf_span_of(&via) : as_lit("any"));
		as_tuple_span(&r, "risks", as_buf_span_of(&risks));
		as_tuple_span(&r, "source", t->rate.source);
		worst = as_worse(worst, as_tuple_end(&r));
		as_buf_free(&via);
		as_buf_free(&risks);
	}
	return worst;
}

as_status as_assessment_write(sqlite3 *db, const as_assessed *x)
{
	as_span schema = as_embedded_file(as_embedded_assess, "assessment.sql");
	as_buf b = { 0 };
	as_buf_print(&b,
		"PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; "
		"PRAGMA application_id = %d; "
		"PRAGMA user_version = %d; BEGIN; ",
		AS_ASSESSMENT_APPLICATION, AS_ASSESSMENT_SCHEMA);
	as_buf_add(&b, schema.p, schema.n);
	as_buf_u8(&b, 0);
	as_status s = b.bad ? AS_NOMEM : as_db_run(db, (const char *)b.p);
	as_buf_free(&b);
	as_draw *middle = middle_of(x);
	if (s != AS_OK || !middle)
		return as_worse(s, middle ? AS_OK : AS_NOMEM);
	s = write_meta(db, x);
	for (size_t i = 0; i < x->m->network->n_scenarios; i++) {
		s = as_worse(s, write_scenario(db, x, i));
		s = as_worse(s, write_years(db, x, i, middle));
		s = as_worse(s, write_curve(db, x, i));
		s = as_worse(s, write_comparisons(db, x, i));
		s = as_worse(s, write_origins_of_loss(db, x, i));
		s = as_worse(s, write_controls(db, x, i));
	}
	for (size_t i = 1; i < x->m->n_programmes; i++)
		s = as_worse(s, write_change(db, x, i));
	s = as_worse(s, write_parameters(db, x));
	s = as_worse(s, write_sensitivity(db, x));
	s = as_worse(s, write_threats(db, x));
	s = as_worse(s, as_store_products(db, x));
	s = as_worse(s, as_store_concentration(db, x, middle));
	s = as_worse(s, as_store_words(db, x));
	return s == AS_OK ? as_db_run(db, "COMMIT") : s;
}
