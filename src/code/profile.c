/* SPDX-License-Identifier: Apache-2.0 */
#include "code/profile.h"

#include "base/search.h"
#include "code/api.h"
#include "code/choice.h"
#include "code/library_extent.h"
#include "code/library_use.h"

#include <stdlib.h>
#include <string.h>

typedef struct keeping {
	as_profile *out;
	as_arena *arena;
	size_t bytes, room_calls;
	uint64_t pairs; /* of calls and decisions with calls, in the functions that are kept */
} keeping;

/* Signals hold the calls of a function against each other: what that may cost. */
enum { PAIRS_MAX = 1 << 26 /* one function */, PAIRS_FEW = 1 << 20, PAIRS_ALL = 1 << 28 };

static size_t cost(const as_subject *s)
{
	enum { EACH = 256 /* what copies of twelve arrays take besides */ };
	const as_values *v = s->values;
	size_t texts = 0;
	for (uint32_t i = 0; i < v->n_calls; i++)
		texts += v->calls[i].texts ? AS_ARGS_MAX : 0;
	return texts * sizeof(as_span) + sizeof(as_kept) + EACH + s->flow->n_ops * sizeof(as_op) +
	       s->flow->n_blocks * (sizeof(as_block) + 24) + v->n_terms * sizeof(as_term) +
	       v->n_calls * sizeof(as_call) + v->n_decisions * sizeof(as_decision) +
	       v->n_stores * sizeof(as_store) + v->n_refs * sizeof(as_ref) +
	       v->n_meetings * sizeof(as_meeting) + v->n_answers * sizeof(as_answer) +
	       v->n_given * sizeof(as_given);
}

static bool keep(keeping *k, size_t number, const as_subject *s)
{
	const as_values *v = s->values;
	bool ok = true;
	as_arena *a = k->arena;
	as_kept *to = as_alloc(a, sizeof(*to));
	const as_flow *f = s->flow->explorer ? as_flow_keep(s->flow, a) : s->flow;
	if (!to || !f)
		return false;
	to->function = s->function;
	to->flow = *f;
	to->values = *v;
	to->values.flow = &to->flow;
	to->values.terms = as_alloc_copy(a, v->terms, v->n_terms, sizeof(*v->terms), &ok);
	to->calls = as_alloc_copy(a, v->calls, v->n_calls, sizeof(*v->calls), &ok);
	to->values.calls = to->calls;
	to->values.decisions =
		as_alloc_copy(a, v->decisions, v->n_decisions, sizeof(*v->decisions), &ok);
	to->values.stores = as_alloc_copy(a, v->stores, v->n_stores, sizeof(*v->stores), &ok);
	to->values.refs = as_alloc_copy(a, v->refs, v->n_refs, sizeof(*v->refs), &ok);
	to->values.meetings =
		as_alloc_copy(a, v->meetings, v->n_meetings, sizeof(*v->meetings), &ok);
	to->values.answers = as_alloc_copy(a, v->answers, v->n_answers, sizeof(*v->answers), &ok);
	to->values.given = as_alloc_copy(a, v->given, v->n_given, sizeof(*v->given), &ok);
	to->values.gotos = NULL;
	to->values.n_gotos = 0;
	k->out->kept[number] = to;
	return ok && as_dominate(&to->dominators, &to->flow, a);
}

/* Whether there is memory and time to look at a function with its neighbours. */
static bool affordable(keeping *k, const as_subject *s)
{
	const as_values *v = s->values;
	size_t need = cost(s);
	uint64_t pairs = (uint64_t)v->n_calls * ((uint64_t)v->n_calls + v->n_decisions);
	bool fast = pairs <= PAIRS_FEW || (pairs <= PAIRS_MAX && pairs <= PAIRS_ALL - k->pairs);
	if (!fast || need > AS_KEPT_MAX - k->bytes)
		return false;
	k->bytes += need;
	k->pairs += pairs <= PAIRS_FEW ? 0 : pairs;
	return true;
}

static bool list_calls(keeping *k, size_t number, const as_values *v)
{
	as_profile *p = k->out;
	if (p->n_calls + v->n_calls > k->room_calls) {
		size_t room = k->room_calls * 2 + v->n_calls + 1024;
		as_link *calls = realloc(p->calls, room * sizeof(*calls));
		if (!calls)
			return false;
		p->calls = calls;
		k->room_calls = room;
	}
	for (uint32_t i = 0; i < v->n_calls; i++)
		p->calls[p->n_calls++] = (as_link){ .goal = v->calls[i].goal,
			.from = (uint32_t)number,
			.call = i,
			.at = v->calls[i].at };
	return true;
}

/* One place for each function, visited or not. False without memory. */
static bool make_places(keeping *k)
{
	as_profile *p = k->out;
	enum { EACH = 200 /* bytes that are held of every function, kept or not */ };
	if (p->kept)
		return true;
	k->bytes = (size_t)as_min(AS_KEPT_MAX, p->functions.n * EACH);
	p->notes = as_alloc_array(k->arena, p->functions.n + 1, sizeof(as_note));
	p->kept = p->notes ? as_alloc_array(k->arena, p->functions.n + 1, sizeof(as_kept *)) : NULL;
	return p->kept != NULL;
}

/* Whether what a function answers is a flag that it made without a branch. */
static bool answers_flag(const as_values *v)
{
	as_choice c;
	for (uint32_t i = 0; i < v->n_answers; i++)
		if (as_choice_of(v, v->answers[i].value, 0, &c))
			return true;
	return false;
}

static as_status visit(void *ctx, const as_subject *s)
{
	keeping *k = ctx;
	as_profile *p = k->out;
	size_t number = (size_t)(s->function - p->functions.list);
	if (!make_places(k) || !list_calls(k, number, s->values))
		return AS_NOMEM;
	p->notes[number] = as_note_of(s->values, &p->tables);
	bool writes = p->program->elf.type == AS_ET_REL &&
		      s->values->n_stores > 0; /* what a module writes tells */
	if (s->values->n_calls == 0 && s->values->n_decisions == 0 && !writes &&
		!answers_flag(s->values))
		return AS_OK;
	if (!affordable(k, s)) {
		p->cut = true;
		return AS_OK;
	}
	return keep(k, number, s) ? AS_OK : AS_NOMEM;
}

static int by_goal(const void *a, const void *b)
{
	const as_link *x = a, *y = b;
	if (x->goal != y->goal)
		return x->goal < y->goal ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* Finds out once what the calls of a function arrive at, which everybody asks. */
static void settle_calls(const as_profile *p, const as_kept *k)
{
	for (uint32_t i = 0; i < k->values.n_calls; i++) {
		as_call *c = &k->calls[i];
		if (c->system)
			continue;
		c->api = as_api_of(p->program, c->goal);
		c->name = as_api_name(p->program, c->goal);
		c->to = as_profile_number(p, c->goal);
	}
}

as_status as_profile_make(as_profile *out, const as_program *p)
{
	keeping k = { .out = out, .arena = p->arena };
	*out = (as_profile){ .program = p };
	as_note_tables(&out->tables, p);
	as_status s = as_walk(p, &out->functions, visit, &k, &out->sum);
	as_link *calls = as_alloc_array(p->arena, out->n_calls + 1, sizeof(*calls));
	if (calls && out->n_calls > 0)
		memcpy(calls, out->calls, out->n_calls * sizeof(*calls));
	free(out->calls);
	out->calls = calls;
	if (!calls || !make_places(&k)) /* of a program of linkage stubs alone, none is visited */
		return AS_NOMEM;
	qsort(calls, out->n_calls, sizeof(*calls), by_goal);
	if (s == AS_OK && !as_library_extent(out))
		return AS_NOMEM;
	if (s == AS_OK)
		as_library_use(out);
	for (size_t i = 0; i < out->functions.n; i++)
		if (out->kept[i])
			settle_calls(out, out->kept[i]);
	return s;
}

/* The function main, where the C library is told of it; 0: not in this call. */
static uint64_t main_of(const as_profile *p, const as_link *l)
{
	const as_kept *k = p->kept[l->from];
	const as_call *c = &k->values.calls[l->call];
	uint64_t addr = 0;
	bool starts = !c->system && as_is(c->name, "__libc_start_main");
	return starts && as_value_const(&k->values, c->arg[0], &addr) ? addr : 0;
}

/* Whether a call is direct, so that its goal is certain. */
static bool is_direct(const as_kept *k, const as_call *c)
{
	return c->op < k->flow.n_ops && k->flow.ops[c->op].kind == AS_OP_CALL;
}

/* Whether a block calls before operation end. */
static bool has_call(const as_kept *k, const as_block *b, uint32_t end)
{
	for (uint32_t i = b->first; i < b->first + b->n && i != end; i++) {
		uint8_t kind = k->flow.ops[i].kind;
		if (kind == AS_OP_CALL || kind == AS_OP_CALL_TO)
			return true;
	}
	return false;
}

/* Whether a jump out of the function may be no instruction: on ARM constants stand in the code, behind calls that never
 * return, and may look like one, and what is read in the wrong mode is soon over. Such a jump is reached past a call
 * alone, or is nearly all of the function. */
static bool may_be_constant(const as_profile *p, const as_kept *k, uint32_t number)
{
	enum { FAR = 8, SHORT = 16 /* bytes */ };
	const as_call *c = &k->values.calls[number];
	if (!c->tail || p->program->elf.machine != AS_EM_ARM)
		return false;
	if (k->flow.n_blocks == 1 && c->at - k->flow.addr < SHORT)
		return true;
	const as_block *b = &k->flow.blocks[c->block];
	for (int i = 0; i < FAR; i++) {
		if (has_call(k, b, c->op))
			return true;
		if (b->n_preds != 1)
			return false;
		b = &k->flow.blocks[k->flow.preds[b->preds]];
	}
	return false;
}

bool as_profile_strays(const as_profile *p)
{
	const as_program *program = p->program;
	uint64_t bare = program->elf.machine == AS_EM_ARM ? ~UINT64_C(1) : ~UINT64_C(0);
	if (as_program_strays(program, program->elf.entry & bare))
		return true;
	for (size_t i = 0; i < p->n_calls; i++) {
		const as_link *l = &p->calls[i];
		const as_kept *k = p->kept[l->from];
		uint8_t by = p->functions.list[l->from].by;
		if (!k || by == AS_BY_GAP)
			continue; /* not certain to be code itself */
		if (as_program_strays(program, l->goal & bare) &&
			is_direct(k, &k->values.calls[l->call]) && !may_be_constant(p, k, l->call))
			return true;
		if ((by & AS_BY_ENTRY) && as_program_strays(program, main_of(p, l) & bare))
			return true;
	}
	return false;
}

const as_link *as_profile_callers(const as_profile *p, uint64_t goal, size_t *n)
{
	size_t first = as_before(p->calls, p->n_calls, sizeof(*p->calls), goal);
	*n = as_up_to(p->calls, p->n_calls, sizeof(*p->calls), goal) - first;
	return *n > 0 ? &p->calls[first] : NULL;
}

size_t as_profile_number(const as_profile *p, uint64_t addr)
{
	const as_function *f = as_function_at(&p->functions, addr);
	return f ? (size_t)(f - p->functions.list) : SIZE_MAX;
}
