/* SPDX-License-Identifier: Apache-2.0 */
#include "code/origin.h"

#include <string.h>

enum { DEEPEST = 6, CALLS_MAX = 2000 };

as_span as_origin_text(const as_kept *k, const as_call *c, unsigned i)
{
	if (i >= AS_ARGS_MAX)
		return (as_span){ 0 };
	return as_call_text(c, i).n > 0 ? as_call_text(c, i)
					: as_value_string(&k->values, c->arg[i]);
}

static const as_call *answered(const as_values *v, as_value x, int depth)
{
	int64_t offset = 0;
	const as_term *n = as_term_of(v, as_value_base(v, x, &offset));
	if (n->kind == AS_V_PHI && depth < DEEPEST) {
		const as_call *c = n->a ? answered(v, n->a, depth + 1) : NULL;
		return c || !n->b ? c : answered(v, n->b, depth + 1);
	}
	for (uint32_t i = 0; n->kind == AS_V_RESULT && i < v->n_calls; i++)
		if (v->calls[i].op == (uint32_t)n->k)
			return &v->calls[i];
	return NULL;
}

const as_call *as_origin_call(const as_values *v, as_value x) { return answered(v, x, 0); }

bool as_origin_is(as_span is, const char *name)
{
	size_t n = strlen(name);
	if (as_is(is, name) || (as_starts(is, name) && as_is(as_from(is, n), "64")))
		return true;
	return as_starts(is, "__") && as_starts(as_from(is, 2), name) &&
	       as_is(as_from(is, n + 2), "_chk");
}

bool as_origin_mentions(const as_kept *k, const char *text)
{
	const as_values *v = &k->values;
	for (uint32_t i = 0; i < v->n_refs; i++)
		if (as_is(as_program_string(v->flow->program, v->refs[i].addr), text))
			return true;
	return false;
}

bool as_origin_shell(const as_kept *k, const as_call *c, const as_sink *sink)
{
	bool runs = sink->api && (sink->api->kind == AS_API_EXEC || sink->api->kind == AS_API_RUN);
	if (!runs || !sink->shell)
		return false;
	for (unsigned i = 1; i < AS_ARGS_MAX; i++)
		if (as_is(as_origin_text(k, c, i), "-c"))
			return false;
	return !as_origin_mentions(k, "-c");
}

/* How much it says that this is run where strangers are heard. */
static double weigh(const as_sink *sink, bool shell)
{
	if (shell)
		return 4;
	if (sink->constant)
		return sink->api->kind == AS_API_RUN ? 1 : 0.7;
	return sink->api->kind == AS_API_RUN ? 2.5 : 0.7;
}

static bool runs_something(const as_sink *sink)
{
	return sink->weight > 0 && sink->api &&
	       (sink->api->kind == AS_API_EXEC || sink->api->kind == AS_API_RUN ||
		       sink->api->kind == AS_API_EVAL);
}

static void look_into(const as_signals *s, const as_kept *k, double factor, as_running *best)
{
	for (uint32_t i = 0; i < k->values.n_calls; i++) {
		const as_call *c = &k->values.calls[i];
		as_sink sink = as_sink_of(s, k, c);
		if (!runs_something(&sink))
			continue;
		bool shell = as_origin_shell(k, c, &sink);
		double w = weigh(&sink, shell) * factor;
		if (w > best->weight)
			*best = (as_running){
				.weight = w, .sink = sink, .in = k, .call = c, .shell = shell
			};
	}
}

as_running as_origin_runs(const as_signals *s, const as_kept *k)
{
	as_running best = { 0 };
	look_into(s, k, 1, &best);
	for (uint32_t i = 0; i < k->values.n_calls && i < CALLS_MAX; i++) {
		const as_call *c = &k->values.calls[i];
		size_t n = c->to, callers = 0;
		const as_kept *to = n == SIZE_MAX ? NULL : s->profile->kept[n];
		if (!to || s->weight[n] <= 0)
			continue;
		(void)as_profile_callers(s->profile, c->goal, &callers);
		look_into(s, to, callers <= 1 ? 0.8 : callers <= 3 ? 0.5 : 0.2, &best);
	}
	return best;
}

as_sink as_origin_behind(
	const as_signals *s, const as_kept *k, const as_decision *d, const as_call **call)
{
	const as_block *b = &k->flow.blocks[d->block];
	const as_dominators *dom = &k->dominators;
	bool owns_taken = as_owned(dom, &k->flow, d->block, b->taken),
	     owns_next = as_owned(dom, &k->flow, d->block, b->next);
	as_sink best = { 0 };
	*call = NULL;
	for (uint32_t i = 0; i < k->values.n_calls && (owns_taken || owns_next); i++) {
		const as_call *c = &k->values.calls[i];
		size_t through = SIZE_MAX;
		bool taken = owns_taken && as_dominates(dom, b->taken, c->block);
		bool next = owns_next && as_dominates(dom, b->next, c->block);
		as_sink sink = taken != next ? as_sink_reached(s, k, c, &through) : (as_sink){ 0 };
		if (sink.weight > best.weight) {
			best = sink;
			*call = c;
		}
	}
	return best;
}
