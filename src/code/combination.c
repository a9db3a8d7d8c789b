/* SPDX-License-Identifier: Apache-2.0 */
#include "code/combination.h"

enum { SMALLEST = 17, LONGEST = 8 /* decisions */, DEEPEST = 8 };

static const uint64_t ERRORS = UINT64_MAX - 4095; /* from here on: -1 and other errors */

/* Whether a value is read from memory or handed in, however it was cut or turned. */
static bool is_input(const as_values *v, as_value x)
{
	for (int i = 0; i < DEEPEST; i++) {
		const as_term *n = as_term_of(v, x);
		if (n->kind == AS_V_LOAD)
			return as_term_of(v, n->a)->kind != AS_V_CONST;
		if (n->kind == AS_V_ARG)
			return true;
		if (n->kind != AS_V_OP)
			return false;
		x = n->a;
	}
	return false;
}

/* Whether the bytes of a number are those of a text, which is looked at elsewhere. */
static bool is_text(uint64_t k)
{
	for (; k != 0; k >>= 8)
		if ((k & 0xff) != 0 && ((k & 0xff) < 0x20 || (k & 0xff) > 0x7e))
			return false;
	return true;
}

/* A number that nobody would choose without a reason: no power of two, no mask, no character, no error. */
static bool is_odd(const as_values *v, const as_equality *e)
{
	uint64_t k = e->k;
	if (k < SMALLEST || k >= ERRORS || (k & (k - 1)) == 0 || (k & (k + 1)) == 0 ||
		(is_text(k) && (k > 0xff || e->width == 1)))
		return false;
	return k % 10 != 0 && is_input(v, e->a);
}

/* Whether a variable of the program that the function itself changes is asked for its state. */
static bool is_state(const as_values *v, const as_equality *e)
{
	int64_t offset = 0;
	uint64_t at = 0, to = 0;
	const as_term *n = as_term_of(v, as_value_base(v, e->a, &offset));
	if (n->kind != AS_V_LOAD || offset != 0 || e->k > SMALLEST || !as_value_const(v, n->a, &at))
		return false;
	for (uint32_t i = 0; i < v->n_stores; i++)
		if (as_value_const(v, v->stores[i].base, &to) &&
			to + (uint64_t)v->stores[i].offset == at + (uint64_t)n->k)
			return true;
	return false;
}

static bool decision_in(const as_values *v, uint32_t block, const as_decision **out)
{
	for (uint32_t i = 0; i < v->n_decisions; i++)
		if (v->decisions[i].block == block && !v->decisions[i].select) {
			*out = &v->decisions[i];
			return true;
		}
	return false;
}

/* Takes one more condition of the chain, which fails where the first does. False: it ends here. */
static bool take(as_combination *c, const as_values *v, const as_decision *d)
{
	as_equality e;
	const as_block *b = &v->flow->blocks[d->block];
	uint32_t out = c->whole.unequal;
	if (b->taken == b->next || (b->taken != out && b->next != out))
		return false;
	c->last = d->block;
	c->whole.equal = b->taken == out ? b->next : b->taken;
	if (!as_equality_read(v, d, &e) || e.unequal != out)
		return true;
	bool odd = is_odd(v, &e);
	if (odd && c->odd++ == 0) {
		c->whole.a = e.a;
		c->whole.k = e.k;
		c->whole.width = e.width;
	}
	if (odd || is_state(v, &e))
		c->n++;
	return true;
}

bool as_combination_at(as_combination *out, const as_kept *k, const as_decision *d)
{
	const as_values *v = &k->values;
	as_equality first;
	if (!as_equality_read(v, d, &first) || first.unequal == AS_NO_BLOCK ||
		(!is_odd(v, &first) && !is_state(v, &first)))
		return false;
	*out = (as_combination){ .whole = first, .last = d->block, .n = 1 };
	out->odd = is_odd(v, &first);
	for (int i = 0; i < LONGEST && out->whole.equal != AS_NO_BLOCK; i++) {
		const as_decision *next = NULL;
		const as_block *b = &k->flow.blocks[out->whole.equal];
		if (b->n_preds != 1 || !decision_in(v, out->whole.equal, &next) ||
			!take(out, v, next))
			break;
	}
	return out->n > 1 && out->odd > 0;
}
