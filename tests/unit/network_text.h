/* SPDX-License-Identifier: Apache-2.0 */
/* From the text of a network file, and dossiers written down in a test, to simulated paths: the way of
 * `assay assess`. */
#ifndef AS_TEST_NETWORK_TEXT_H
#define AS_TEST_NETWORK_TEXT_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "assess/answer.h"

#define START "[assessment]\nquestion = 'q'\noperator = 'o'\ncurrency = 'EUR'\nstart = 2027\n"

enum { DOSSIERS = 32, WAYS = 64, WORDS = 32, TEXT_MOST = 1 << 17 };

/* A dossier as a test writes it. */
typedef struct dossier {
	char name[WORDS];
	as_evidence e;
	as_way_in ways[WAYS];
	char words[WAYS][WORDS]; /* ids of the ways */
} dossier;

typedef struct dossiers {
	dossier p[DOSSIERS];
	size_t n;
} dossiers;

typedef struct made {
	as_arena *arena;
	as_faults faults;
	as_network network;
	as_model *m;
} made;

/* The dossier of that name, empty if it is new: a product that was examined whole, and nothing found. */
static inline dossier *dossier_of(dossiers *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->p[i].name, name) == 0)
			return &all->p[i];
	assert_true(all->n < DOSSIERS);
	dossier *d = &all->p[all->n++];
	*d = (dossier){ .e = { .n_ways = 0 } };
	(void)snprintf(d->name, sizeof(d->name), "%s", name);
	d->e.dossier = as_lit(d->name);
	return d;
}

static inline void add_way(dossier *d, as_finding_class class, const char *id, double confidence)
{
	size_t i = d->e.n_ways++;
	assert_true(i < WAYS);
	(void)snprintf(d->words[i], WORDS, "%s", id);
	d->ways[i] = (as_way_in){ .class = class,
		.id = as_lit(d->words[i]),
		.confidence = confidence,
		.component = as_classes_of_findings[class].kind[0] == 0 };
}

static inline const as_evidence *evidence_find(void *ctx, as_span name, as_span image)
{
	dossiers *all = ctx;
	(void)image;
	for (size_t i = 0; all && i < all->n; i++) {
		dossier *d = &all->p[i];
		if (!as_is(name, d->name))
			continue;
		d->e.ways = d->ways;
		as_evidence_count(&d->e);
		return &d->e;
	}
	fail_msg("no dossier '%.*s'", (int)name.n, (const char *)name.p);
	return NULL;
}

static inline as_span no_file(void *ctx, as_span name, unsigned line, as_faults *f)
{
	(void)ctx;
	as_fault_add(f, name, line, "not there");
	return (as_span){ 0 };
}

/* Reads and makes ready what is right. Free x->arena. */
static inline void good_network(made *x, const char *text, dossiers *all)
{
	as_evidence_of evidence = { .find = evidence_find, .ctx = all };
	as_network_files files = { .read = no_file };
	*x = (made){ .arena = as_arena_new(0) };
	x->faults.arena = x->arena;
	x->network = as_network_read(
		as_lit(text), as_lit("network.toml"), as_lit(""), &files, &x->faults);
	if (x->faults.n)
		fail_msg("line %u: %.*s", x->faults.p[0].line, (int)x->faults.p[0].text.n,
			(const char *)x->faults.p[0].text.p);
	x->m = as_model_new(&x->network, &evidence, x->arena, &x->faults);
	assert_non_null(x->m);
	assert_int_equal(x->faults.n, 0);
}

static inline as_outcome *simulated(const made *x, uint64_t seed, size_t outer, size_t inner)
{
	as_run run = { .seed = seed, .outer = outer, .inner = inner, .threads = 1 };
	as_outcome *o = as_simulate(x->m, &run);
	assert_non_null(o);
	assert_false(o->cut);
	return o;
}

/* is within tolerance of right, as a share of right (of 1, if right is less). */
static inline void close_to(double is, double right, double tolerance)
{
	if (!(fabs(is - right) <= tolerance * (fabs(right) > 1 ? fabs(right) : 1)))
		fail_msg("%.17g, and %.17g is right", is, right);
}

/* is within n standard errors of right; what lies beyond five is no chance. */
static inline void likely(const char *what, double is, double right, double error)
{
	static const double errors_most = 5;
	if (!(fabs(is - right) <= errors_most * error))
		fail_msg("%s: %.9g, and %.9g is right; the standard error is %.3g", what, is, right,
			error);
}

/* A share of n that has that probability. */
static inline void likely_share(const char *what, double is, double right, double n)
{
	likely(what, is, right, sqrt(right * (1 - right) / n) + 0.2 / n);
}

typedef struct moments {
	double n, mean, sd, none;
} moments;

/* Of the losses of all years of a scenario. */
static inline moments moments_of(const as_outcome *o, size_t s)
{
	size_t n = o->years * o->paths;
	moments m = { .n = (double)n };
	for (size_t i = 0; i < n; i++) {
		double v = o->loss[s * n + i];
		m.mean += v / m.n;
		m.none += (v == 0) / m.n;
	}
	for (size_t i = 0; i < n; i++) {
		double v = o->loss[s * n + i] - m.mean;
		m.sd += v * v / m.n;
	}
	m.sd = sqrt(m.sd);
	return m;
}

/* The share of years that lose more than x. */
static inline double share_above(const as_outcome *o, size_t s, double x)
{
	size_t n = o->years * o->paths, above = 0;
	for (size_t i = 0; i < n; i++)
		above += o->loss[s * n + i] > x;
	return (double)above / (double)n;
}

/* The parameter of that name. */
static inline size_t param_of(const as_model *m, const char *name)
{
	for (size_t i = 0; i < m->n_params; i++)
		if (as_is(m->params[i].name, name))
			return i;
	fail_msg("no parameter '%s'", name);
	return 0;
}

/* One threat that strikes the whole network, and one class of equipment. */
#define ONE_CLASS                                                                                  \
	"[[class]]\nname = 'c'\nsupplier = 'A'\nproduct = 'P'\ndossier = 'p'\nverified = "         \
	"true\nsegment = 's'\n"                                                                    \
	"count = 10\nsubscribers = 1000\n"
#define ONE_THREAT "[[threat]]\nname = 't'\nhits = 'all'\nevidence = false\n"

static inline dossiers *clean(const char *names)
{
	static dossiers all;
	all.n = 0;
	for (size_t i = 0; names[i]; i++)
		(void)dossier_of(&all, (char[]){ names[i], 0 });
	return &all;
}

static inline as_outcome *one(made *x, const char *text, size_t outer, size_t inner)
{
	good_network(x, text, clean("p"));
	return simulated(x, 11, outer, inner);
}

static inline void done_with(made *x, as_outcome *o)
{
	as_outcome_free(o);
	as_arena_free(x->arena);
}

#define HOUR "[loss]\nsubscriber_hour = 1\n"
#define TWO_PRODUCTS(first, second)                                                                \
	"[[class]]\nname = 'a'\nsupplier = '" first                                                \
	"'\nproduct = 'P'\ndossier = 'p'\nverified = true\nreplacement = 10\nsegment = 's'\n"      \
	"count = 4\nsubscribers = 100\n"                                                           \
	"[[class]]\nname = 'b'\nsupplier = '" second                                               \
	"'\nproduct = 'Q'\ndossier = 'q'\nverified = true\nreplacement = 10\nsegment = "           \
	"'s'\ncount = 4\nsubscribers "                                                             \
	"= 100\n"

static inline double odds_of(double p) { return log(p / (1 - p)); }
static inline double chance_of(double odds) { return 1 / (1 + exp(-odds)); }

#endif
