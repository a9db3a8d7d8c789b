/* SPDX-License-Identifier: Apache-2.0 */
#include "code/equality.h"

#include "code/choice.h"
#include "code/terms.h"

enum { DEEPEST = 6 };

/* The constant that makes a, which is made of another value by exclusive or or addition of constants, what it is held
 * against. */
static void see_through(const as_values *v, as_equality *e)
{
	for (int i = 0; i < DEEPEST; i++) {
		const as_term *n = as_term_of(v, e->a);
		uint64_t k = 0;
		bool adds = n->kind == AS_V_OP && n->op == AS_OP_ADD && n->b == AS_NOT_KNOWN;
		bool turns =
			n->kind == AS_V_OP && n->op == AS_OP_XOR && as_value_const(v, n->b, &k);
		if (!adds && !turns)
			return;
		k = turns ? e->k ^ k : e->k - (uint64_t)n->k;
		e->k = as_extend(k, e->width, true);
		e->a = n->a;
	}
}

bool as_equality_of(const as_values *v, const as_decision *d, as_equality *out, bool *taken)
{
	as_value a = d->a;
	uint64_t k = 0;
	if (d->test && a != d->b)
		return false;
	if (!d->test && !as_value_const(v, d->b, &k)) {
		if (!as_value_const(v, a, &k))
			return false;
		a = d->b;
	}
	const as_block *block = &v->flow->blocks[d->block];
	*taken = d->cond == AS_EQ || (d->cond == AS_BELOW && k == 1) ||
		 (d->cond == AS_BELOW_EQ && k == 0);
	bool unequal = d->cond == AS_NE || (d->cond == AS_ABOVE_EQ && k == 1) ||
		       (d->cond == AS_ABOVE && k == 0);
	if (!*taken && !unequal)
		return false;
	*out = (as_equality){ .a = a,
		.k = d->cond == AS_EQ || d->cond == AS_NE ? k : 0,
		.width = d->width,
		.at = d->at,
		.equal = *taken ? block->taken : block->next,
		.unequal = *taken ? block->next : block->taken };
	see_through(v, out);
	return true;
}

bool as_equality_read(const as_values *v, const as_decision *d, as_equality *out)
{
	bool taken = false;
	return !d->select && as_equality_of(v, d, out, &taken) && out->equal != out->unequal;
}

/* Flags that were put together. */
typedef struct joined {
	const as_values *v;
	const as_decision *d;
	uint32_t number, side,
		other; /* of d; where it leads if the flags are as they must be; and if not */
	as_op_kind op; /* AS_OP_AND: all must be set; AS_OP_OR: none */
	as_equality *list;
	size_t n;
} joined;

/* Lists what must be equal for flag x to be as it must. */
static void take(joined *j, as_value x)
{
	as_choice c;
	as_equality e = { .a = x, .width = 4 };
	bool taken = true, must = j->op == AS_OP_AND;
	if (j->n >= AS_EQUALITIES_MAX)
		return;
	if (as_choice_of(j->v, x, j->number, &c)) {
		c.asked.block = j->d->block;
		if ((c.then != 0) == (c.otherwise != 0) ||
			!as_equality_of(j->v, &c.asked, &e, &taken))
			return;
		taken = taken == ((c.then != 0) == must);
	} else if (must || as_term_of(j->v, x)->kind != AS_V_RESULT) {
		return;
	}
	if (!taken)
		return;
	e.at = j->d->at;
	e.equal = j->side;
	e.unequal = j->other;
	j->list[j->n++] = e;
}

static void walk(joined *j, as_value x, int depth)
{
	int64_t offset = 0;
	uint64_t mask = 0;
	x = as_value_base(j->v, x, &offset);
	const as_term *n = as_term_of(j->v, x);
	if (depth > DEEPEST || offset != 0)
		return;
	bool masked = n->kind == AS_V_OP && n->op == AS_OP_AND && as_value_const(j->v, n->b, &mask);
	if (masked && mask & 1) {
		walk(j, n->a, depth + 1);
	} else if (n->kind == AS_V_OP && n->op == (uint8_t)j->op) {
		walk(j, n->a, depth + 1);
		walk(j, n->b, depth + 1);
	} else if (depth > 0) {
		take(j, x);
	}
}

size_t as_equalities_read(const as_values *v, uint32_t i, as_equality out[AS_EQUALITIES_MAX])
{
	const as_decision *d = &v->decisions[i];
	as_equality e;
	if (!as_equality_read(v, d, &e))
		return 0;
	joined j = {
		.v = v, .d = d, .number = i, .side = e.equal, .other = e.unequal, .list = out
	};
	bool zero = e.k == 0;
	j.op = AS_OP_OR;
	if (zero)
		walk(&j, e.a, 0);
	if (zero && j.n == 0) {
		j.op = AS_OP_AND;
		j.side = e.unequal;
		j.other = e.equal;
		walk(&j, e.a, 0);
	}
	if (j.n == 0)
		out[j.n++] = e;
	return j.n;
}
