/* SPDX-License-Identifier: Apache-2.0 */
#include "code/rival.h"

#include "code/origin.h"
#include "code/outcome.h"

enum { DEEPEST = 8, LOOKED_AT = 400 /* calls of a function */, HEADERS = 512 /* bytes */ };

as_value as_rival_object(const as_values *v, as_value x)
{
	int64_t offset = 0;
	as_value base = as_value_base(v, x, &offset);
	const as_term *n = as_term_of(v, base);
	return n->kind == AS_V_LOAD && n->width == 1 ? as_value_base(v, n->a, &offset) : base;
}

/* The constant that an address is computed from, with an index or in a loop; 0: none. */
static uint64_t table_in(const as_values *v, as_value x, int depth)
{
	const as_program *p = v->flow->program;
	const as_term *n = as_term_of(v, x);
	if (depth > DEEPEST)
		return 0;
	if (n->kind == AS_V_CONST)
		return as_program_region(p, (uint64_t)n->k) ? (uint64_t)n->k : 0;
	bool through = n->kind == AS_V_PHI ||
		       (n->kind == AS_V_OP && (n->op == AS_OP_ADD || n->op == AS_OP_MOVE));
	if (!through)
		return 0;
	if (n->kind == AS_V_OP && n->b == AS_NOT_KNOWN && as_program_region(p, (uint64_t)n->k) &&
		n->k > HEADERS)
		return (uint64_t)n->k;
	uint64_t a = table_in(v, n->a, depth + 1);
	return a || n->b == AS_NOT_KNOWN ? a : table_in(v, n->b, depth + 1);
}

/* Whether a text is one of a table: loaded from a place that moves, where texts stand when the program starts. */
static bool is_of_table(const as_values *v, as_value x)
{
	const as_program *p = v->flow->program;
	int64_t offset = 0;
	uint64_t fixed = 0, to = 0;
	const as_term *n = as_term_of(v, as_value_base(v, x, &offset));
	if (n->kind == AS_V_PHI) { /* texts that stand in the table itself */
		uint64_t at = table_in(v, x, 0);
		return at && as_program_string(p, at + (uint64_t)offset).n >= 2;
	}
	if (n->kind != AS_V_LOAD || as_value_const(v, n->a, &fixed))
		return false;
	bool large = n->k > HEADERS && as_program_region(p, (uint64_t)n->k);
	uint64_t from = large ? 0 : table_in(v, n->a, 0);
	if (!large && from == 0)
		return false;
	return as_program_initial(p, from + (uint64_t)n->k, p->arch->word, &to) &&
	       as_program_string(p, to).n >= 2;
}

/* Whether the function answers what call c answered, as it is or turned into another number. */
static bool is_answered(const as_values *v, const as_call *c)
{
	int64_t offset = 0;
	for (uint32_t i = 0; i < v->n_answers; i++) {
		as_value x = as_value_base(v, v->answers[i].value, &offset);
		for (int j = 0; j < DEEPEST && as_term_of(v, x)->kind == AS_V_OP; j++)
			x = as_term_of(v, x)->a;
		const as_term *n = as_term_of(v, x);
		if (n->kind == AS_V_PHI && n->a != AS_NOT_KNOWN)
			n = as_term_of(v, as_value_base(v, n->a, &offset));
		if (n->kind == AS_V_RESULT && (uint32_t)n->k == c->op)
			return true;
	}
	return false;
}

/* The decision on what call c answered, or NULL; rather a branch than a selection. */
static const as_decision *decided_by(const as_values *v, const as_call *c)
{
	int64_t offset = 0;
	const as_decision *best = NULL;
	for (uint32_t i = 0; i < v->n_decisions; i++) {
		const as_decision *d = &v->decisions[i];
		const as_term *n = as_term_of(v, as_value_base(v, d->a, &offset));
		if (n->kind == AS_V_RESULT && (uint32_t)n->k == c->op && offset == 0 &&
			(!best || best->select))
			best = d;
	}
	return best;
}

/* Past blocks that only jump on. */
static uint32_t lands(const as_flow *f, uint32_t b)
{
	for (int i = 0; i < DEEPEST && b != AS_NO_BLOCK; i++) {
		const as_block *at = &f->blocks[b];
		bool empty = at->n == 0 || (at->n == 1 && f->ops[at->first].kind == AS_OP_JUMP);
		uint32_t on = at->taken != AS_NO_BLOCK ? at->taken : at->next;
		if (!empty || at->n_cases > 0 || at->tail || on == AS_NO_BLOCK)
			return b;
		b = on;
	}
	return b;
}

/* Whether both sides store the same constant at the same place. */
static bool store_alike(const as_kept *k, uint32_t a, uint32_t b)
{
	const as_values *v = &k->values;
	uint64_t x = 0, y = 0;
	for (uint32_t i = 0; i < v->n_stores; i++) {
		const as_store *one = &v->stores[i];
		if (one->block != a || !as_value_const(v, one->value, &x))
			continue;
		for (uint32_t j = 0; j < v->n_stores; j++) {
			const as_store *two = &v->stores[j];
			if (two->block == b && two->base == one->base &&
				two->offset == one->offset && one->base != AS_NOT_KNOWN &&
				as_value_const(v, two->value, &y) && x == y)
				return true;
		}
	}
	return false;
}

/* Whether being equal for call c leads to the same as at test t. */
static bool agrees(const as_kept *k, const as_test *t, const as_call *c)
{
	as_outcome mine = as_outcome_of(k, t);
	const as_decision *d = decided_by(&k->values, c);
	if (!d) /* what is answered is whether they are equal */
		return mine.known && is_answered(&k->values, c);
	if (d->select)
		return mine.known && mine.answer <= 1;
	if (d->cond != AS_EQ && d->cond != AS_NE)
		return false;
	const as_block *b = &k->flow.blocks[d->block];
	as_test other = { .block = d->block };
	other.equal = d->cond == AS_EQ ? b->taken : b->next;
	other.unequal = d->cond == AS_EQ ? b->next : b->taken;
	if (other.equal == AS_NO_BLOCK || t->equal == AS_NO_BLOCK)
		return false;
	if (lands(&k->flow, other.equal) == lands(&k->flow, t->equal) ||
		store_alike(k, t->equal, other.equal))
		return true;
	as_outcome theirs = as_outcome_of(k, &other);
	return mine.known && theirs.known && mine.answer == theirs.answer && theirs.n_other > 0;
}

/* The value that call c compares with secret; AS_NOT_KNOWN: it does not compare it, or with a constant. */
static as_value compared_by(
	const as_signals *s, const as_kept *k, const as_call *c, as_value secret)
{
	const as_values *v = &k->values;
	const as_api *api = c->api;
	size_t n = api ? SIZE_MAX : c->to;
	bool own = n != SIZE_MAX && s->comparators.is[n];
	if (!own && (!api || api->kind != AS_API_COMPARE))
		return AS_NOT_KNOWN;
	unsigned a = own ? s->comparators.first[n] : 0, b = own ? s->comparators.second[n] : 1;
	if (!own)
		as_api_sides(api, &a, &b);
	for (int side = 0; side < 2 && a < AS_ARGS_MAX && b < AS_ARGS_MAX; side++) {
		unsigned mine = side ? b : a, other = side ? a : b;
		if (as_rival_object(v, c->arg[mine]) == secret)
			return as_origin_text(k, c, other).p ? AS_NOT_KNOWN : c->arg[other];
	}
	return AS_NOT_KNOWN;
}

as_rival as_rival_of(const as_signals *s, const as_kept *k, const as_test *t)
{
	const as_values *v = &k->values;
	as_value secret = as_rival_object(v, t->input);
	as_rival best = AS_RIVAL_NONE;
	for (uint32_t i = 0; secret != AS_NOT_KNOWN && i < v->n_calls && i < LOOKED_AT; i++) {
		as_value with =
			i == t->call ? AS_NOT_KNOWN : compared_by(s, k, &v->calls[i], secret);
		if (with == AS_NOT_KNOWN)
			continue;
		as_rival one = is_of_table(v, with) ? AS_RIVAL_TABLE : AS_RIVAL_OTHER;
		if (one == AS_RIVAL_OTHER && agrees(k, t, &v->calls[i]))
			one = AS_RIVAL_AGREES;
		best = one > best ? one : best;
	}
	return best;
}
