/* SPDX-License-Identifier: Apache-2.0 */
/* Prints what the analysis of code finds in one ELF file, a line each:
 *   usage: code-one FILE [functions|calls|decisions|stores|all|summary|alarms|tests|features|library|prints] */
#include "code/library_pack.h"
#include "code/prior.h"
#include "code/signal.h"
#include "code/walk.h"
#include "in_process.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct printing {
	bool functions, calls, decisions, stores;
} printing;

static void print_value(const as_values *v, as_value x, int depth)
{
	const as_term *n = as_term_of(v, x);
	as_span s = as_value_string(v, x);
	size_t import = n->kind == AS_V_CONST ? as_program_import(v->flow->program, (uint64_t)n->k)
					      : SIZE_MAX;
	if (import != SIZE_MAX)
		printf("&%.*s", (int)v->flow->program->imports[import].n,
			v->flow->program->imports[import].p);
	else if (s.p && s.n > 0)
		printf("\"%.*s\"", (int)(s.n > 60 ? 60 : s.n), s.p);
	else if (n->kind == AS_V_CONST)
		printf("0x%" PRIx64, (uint64_t)n->k);
	else if (n->kind == AS_V_STACK)
		printf("stack%+" PRId64, n->k);
	else if (n->kind == AS_V_ARG)
		printf("arg%" PRId64, n->k);
	else if (n->kind == AS_V_RESULT)
		printf("result@%" PRIx64, v->flow->ops[n->k].at);
	else if (n->kind == AS_V_PHI)
		printf("phi");
	else if (n->kind == AS_V_LOAD && depth < 4) {
		printf("%d[", n->width);
		print_value(v, n->a, depth + 1);
		printf("%+" PRId64 "]", n->k);
	} else if (n->kind == AS_V_OP && depth < 4) {
		printf("(op%d ", n->op);
		print_value(v, n->a, depth + 1);
		printf(" ");
		if (n->b != AS_NOT_KNOWN)
			print_value(v, n->b, depth + 1);
		else
			printf("%" PRId64, n->k);
		printf(")");
	} else
		printf(n->kind == AS_V_ENTRY ? "reg%" PRId64 : "?", n->k);
}

static void print_calls(const as_values *v)
{
	for (uint32_t i = 0; i < v->n_calls; i++) {
		const as_call *c = &v->calls[i];
		as_span name = as_api_name(v->flow->program, c->goal);
		printf("  call %" PRIx64 " b%u %.*s(%" PRIx64, c->at, c->block, (int)name.n, name.p,
			c->goal);
		for (int a = 0; a < 5; a++) {
			printf(", ");
			if (as_call_text(c, a).n > 0)
				printf("[%.*s]", (int)as_call_text(c, a).n, as_call_text(c, a).p);
			print_value(v, c->arg[a], 0);
		}
		printf(")%s\n", c->tail ? " tail" : "");
	}
}

static void print_gotos(const as_values *v)
{
	for (uint32_t i = 0; i < v->n_gotos; i++) {
		printf("  goto %" PRIx64 " %s ", v->gotos[i].at,
			v->flow->blocks[v->gotos[i].block].unresolved ? "unresolved" : "switch");
		print_value(v, v->gotos[i].to, 0);
		printf("\n");
	}
}

static void print_stores(const as_values *v)
{
	for (uint32_t i = 0; i < v->n_stores; i++) {
		const as_store *s = &v->stores[i];
		printf("  store %" PRIx64 " b%u %u[", s->at, s->block, s->width);
		print_value(v, s->base, 0);
		printf("%+" PRId64 "] = ", s->offset);
		print_value(v, s->value, 0);
		printf("\n");
	}
}

static void print_decisions(const as_values *v)
{
	for (uint32_t i = 0; i < v->n_decisions; i++) {
		const as_decision *d = &v->decisions[i];
		printf("  if %" PRIx64 " b%u cond%d%s ", d->at, d->block, d->cond,
			d->test ? "t" : "");
		print_value(v, d->a, 0);
		printf(" ? ");
		print_value(v, d->b, 0);
		printf("\n");
	}
}

static as_status show(void *ctx, const as_subject *v)
{
	const printing *p = ctx;
	const as_function *f = v->function;
	if (p->functions)
		printf("%s%" PRIx64 " %" PRIx64 " by%d%s%s %.*s blocks %u%s\n",
			f->part ? "part " : "", f->addr, f->end, f->by, f->thumb ? " thumb" : "",
			f->never_returns ? " never" : "", (int)f->name.n, f->name.p,
			v->flow->n_blocks, v->flow->invalid ? " invalid" : "");
	if (p->decisions)
		print_gotos(v->values);
	if (p->calls)
		print_calls(v->values);
	if (p->decisions)
		print_decisions(v->values);
	if (p->stores)
		print_stores(v->values);
	return AS_OK;
}

static int by_score(const void *a, const void *b)
{
	const as_alarm *x = a, *y = b;
	return x->score > y->score ? -1 : x->score < y->score;
}

static void print_tests(const as_signals *s)
{
	for (size_t i = 0; i < s->profile->functions.n; i++)
		for (size_t j = 0; j < s->tests[i].n; j++) {
			const as_test *t = &s->tests[i].list[j];
			printf("%" PRIx64 " test %d at %" PRIx64 " '%.*s' 0x%" PRIx64
			       " block %u equal %d unequal %d\n",
				s->profile->functions.list[i].addr, t->kind, t->at, (int)t->text.n,
				t->text.p, t->number, t->block, (int)t->equal, (int)t->unequal);
		}
}

/* What the order of reading rests on, for tools/learn/prior. */
/* A line for each function that decides something or that an alarm names: counts with '=', alarms with ':'. */
static void print_features(const as_signals *s)
{
	size_t at = 0;
	for (size_t i = 0; i < s->profile->functions.n; i++) {
		const as_function *f = &s->profile->functions.list[i];
		size_t alarms = as_prior_alarms(s, i, &at);
		bool applies = as_prior_applies(s->profile, i);
		as_prior_counts c = applies ? as_prior_count(s, i) : (as_prior_counts){ 0 };
		if (!applies && alarms == 0)
			continue;
		printf("%" PRIx64 " size=%" PRIu64 " unread=%d", f->addr, f->end - f->addr,
			!applies);
		for (int j = 0; j < AS_N_PRIOR_FEATURES; j++)
			printf(" %s=%g", as_prior_name((as_prior_feature)j), c.of[j]);
		for (size_t j = at; j < at + alarms; j++)
			printf(" %s:%.3f", s->alarms[j].signal, s->alarms[j].score);
		printf("\n");
	}
}

/* The library functions that were recognised, and how often each is called. */
static int print_library(const as_program *program)
{
	static as_profile profile;
	if (as_profile_make(&profile, program) != AS_OK)
		return 1;
	for (size_t i = 0; i < profile.functions.n; i++) {
		const as_function *f = &profile.functions.list[i];
		size_t callers = 0;
		(void)as_profile_callers(&profile, f->addr, &callers);
		if ((f->by & AS_BY_LIBRARY) || f->library)
			printf("%" PRIx64 " %.*s %zu%s\n", f->addr,
				f->by & AS_BY_LIBRARY ? (int)f->name.n : 1,
				f->by & AS_BY_LIBRARY ? (const char *)f->name.p : "-", callers,
				f->library ? " inside" : "");
		else
			printf("%" PRIx64 " - %zu\n", f->addr, callers);
	}
	return 0;
}

static as_status show_print(void *ctx, const as_subject *v)
{
	const as_function *f = v->function;
	(void)ctx;
	printf("%" PRIx64, f->addr);
	for (int kind = 0; kind < AS_N_IMPRINTS; kind++) {
		as_imprint one = as_imprint_of(v->functions, f, (as_imprint_kind)kind, v->values);
		printf(" %" PRIx64 " %u", one.key, one.n);
	}
	printf("\n");
	return AS_OK;
}

static int print_alarms(const as_program *program, const char *what)
{
	static as_profile profile;
	as_signals s;
	if (as_profile_make(&profile, program) != AS_OK || as_signals_find(&s, &profile) != AS_OK)
		return 1;
	if (what[0] == 't') {
		print_tests(&s);
		return 0;
	}
	if (what[0] == 'f') {
		print_features(&s);
		return 0;
	}
	if (s.n_alarms > 0)
		qsort(s.alarms, s.n_alarms, sizeof(*s.alarms), by_score);
	for (size_t i = 0; i < s.n_alarms && i < 40; i++) {
		const as_alarm *a = &s.alarms[i];
		const as_function *f = &profile.functions.list[a->function];
		printf("%6.2f %s%s %" PRIx64 " %.*s at %" PRIx64 ": '%.*s' opens %.*s at %" PRIx64
		       " (%.*s)\n",
			a->score, a->signal, a->conclusive ? "!" : "", f->addr, (int)f->name.n,
			f->name.p, a->at, (int)a->trigger.n, a->trigger.p, (int)a->effect.n,
			a->effect.p, a->effect_at, (int)a->detail.n, a->detail.p);
	}
	return 0;
}

static void print_summary(const as_program *program, const as_walk_summary *sum, double took)
{
	printf("%s: %zu functions, %zu instructions, %.2f MB of code, %zu unresolved, %zu cut, "
	       "%.3f s, %.2f MB/s\n",
		program->arch->id, sum->functions, sum->instructions, (double)sum->code_bytes / 1e6,
		sum->unresolved, sum->cut, took, (double)sum->code_bytes / 1e6 / took);
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[2] : "summary";
	bool all = strcmp(what, "all") == 0;
	printing p = { .functions =
			       all || strcmp(what, "functions") == 0 || strcmp(what, "calls") == 0,
		.calls = all || strcmp(what, "calls") == 0,
		.decisions = all || strcmp(what, "decisions") == 0,
		.stores = all || strcmp(what, "stores") == 0 };
	if (argc < 2)
		return 2;
	as_span file = read_whole(argv[1]);
	as_arena *arena = as_arena_new(0);
	as_program program;
	as_functions functions;
	as_walk_summary sum;
	clock_t from = clock();
	as_status s = as_program_open(&program, file, arena);
	int status = -1;
	if (s == AS_OK && (strcmp(what, "alarms") == 0 || strcmp(what, "tests") == 0 ||
				  strcmp(what, "features") == 0))
		status = print_alarms(&program, what);
	else if (s == AS_OK && strcmp(what, "library") == 0)
		status = print_library(&program);
	else if (s == AS_OK)
		s = as_walk(&program, &functions, strcmp(what, "prints") == 0 ? show_print : show,
			&p, &sum);
	else
		printf("status %d\n", s);
	if (s == AS_OK && status < 0)
		print_summary(&program, &sum, (double)(clock() - from) / CLOCKS_PER_SEC);
	as_arena_free(arena);
	free_whole(file);
	return status > 0 || s != AS_OK;
}
