/* SPDX-License-Identifier: Apache-2.0 */
#include "code/choice.h"

#include "code/terms.h"

enum { DEEPEST = 10, LAYERS = 4, BACK = 256 /* decisions looked at */ };

int as_cond_holds(as_cond cond, uint64_t a, uint64_t b, unsigned width)
{
	width = width ? width : 8;
	int64_t x = (int64_t)as_extend(a, width, true), y = (int64_t)as_extend(b, width, true);
	a = as_extend(a, width, false);
	b = as_extend(b, width, false);
	switch ((int)cond) {
	case AS_EQ:
		return a == b;
	case AS_NE:
		return a != b;
	case AS_LT:
	case AS_NEGATIVE:
		return x < y;
	case AS_LE:
		return x <= y;
	case AS_GT:
		return x > y;
	case AS_GE:
	case AS_POSITIVE:
		return x >= y;
	case AS_BELOW:
		return a < b;
	case AS_BELOW_EQ:
		return a <= b;
	case AS_ABOVE:
		return a > b;
	case AS_ABOVE_EQ:
		return a >= b;
	default:
		return -1;
	}
}

/* A conditional set or move between two constants. */
static bool read_selected(const as_values *v, const as_term *n, uint32_t before, as_choice *out)
{
	if (!as_value_const(v, n->a, &out->then) || !as_value_const(v, n->b, &out->otherwise))
		return false;
	uint32_t end = before > BACK ? before - BACK : 0;
	for (uint32_t i = before; i > end; i--) {
		const as_decision *d = &v->decisions[i - 1];
		if (!d->select || d->at != (uint64_t)n->k >> 8 ||
			v->flow->ops[d->op].dst != (uint8_t)n->k)
			continue;
		out->asked = *d;
		return out->then != out->otherwise && d->cond != AS_COND_OTHER;
	}
	return false;
}

/* A byte less one, of which one bit above the byte is left: whether it was 0. */
static bool read_borrowed(const as_values *v, const as_term *n, as_choice *out)
{
	enum { BYTE = 8, SIGN = 31 };
	uint64_t mask = 0, by = 0;
	bool masks = n->op == AS_OP_AND && as_value_const(v, n->b, &mask) && mask == 1;
	const as_term *shift = masks ? as_term_of(v, n->a) : n, *less = as_term_of(v, shift->a);
	bool right = shift->op == AS_OP_SHR || (masks && shift->op == AS_OP_SAR);
	if (shift->kind != AS_V_OP || !right || !as_value_const(v, shift->b, &by) ||
		(masks ? by < BYTE : by != SIGN || shift->width != 4))
		return false;
	bool up = !masks && less->kind == AS_V_OP && less->op == AS_OP_SHL &&
		  as_value_const(v, less->b, &by) && by <= SIGN - BYTE;
	less = up ? as_term_of(v, less->a) : less;
	if (less->kind != AS_V_OP || less->op != AS_OP_ADD || less->b != AS_NOT_KNOWN ||
		less->k != -1)
		return false;
	*out = (as_choice){
		.asked = { .cond = AS_EQ, .a = less->a, .b = less->a, .width = 4, .test = true },
		.then = 1
	};
	return true;
}

/* The leading zeros of a number, shifted so that only 0 leaves a bit: whether it is 0. */
static bool read_counted(const as_values *v, const as_term *n, as_choice *out)
{
	if (read_borrowed(v, n, out))
		return true;
	const as_term *zeros = as_term_of(v, n->a);
	uint64_t by = 0;
	if (n->op != AS_OP_SHR || zeros->kind != AS_V_OP || zeros->op != AS_OP_ZEROS ||
		!as_value_const(v, n->b, &by) || by >= 8 ||
		UINT64_C(1) << by != zeros->width * UINT64_C(8))
		return false;
	*out = (as_choice){ .asked = { .cond = AS_EQ,
				    .a = zeros->a,
				    .b = zeros->a,
				    .width = zeros->width,
				    .test = true },
		.then = 1 };
	return true;
}

/* An operation on one value that is not constant: n and that one. */
typedef struct layer {
	const as_term *n;
	bool turned; /* it stands on the right */
} layer;

/* The layers of operations over a value. Answers how many, and what lies below them; SIZE_MAX: too many. */
static size_t peel(const as_values *v, as_value x, layer out[DEEPEST], as_value *below)
{
	as_choice c;
	size_t count = 0;
	uint64_t k = 0;
	for (*below = x;; count++) {
		const as_term *n = as_term_of(v, *below);
		if (n->kind != AS_V_OP || read_counted(v, n, &c))
			return count;
		if (count >= DEEPEST)
			return SIZE_MAX;
		bool turned = n->op == AS_OP_SUB && as_value_const(v, n->a, &k);
		out[count] = (layer){ .n = n, .turned = turned };
		*below = turned ? n->b : n->a;
	}
}

/* What a layer makes of a number. False: something that is not constant comes in. */
static bool fold(const as_values *v, const layer *l, uint64_t *x)
{
	const as_term *n = l->n;
	uint64_t k = (uint64_t)n->k;
	bool adds = n->op == AS_OP_ADD && n->b == AS_NOT_KNOWN;
	bool alone = adds || n->op == AS_OP_MOVE || n->op == AS_OP_NOT;
	unsigned width = n->width ? n->width : 8;
	if (!as_folds((as_op_kind)n->op) ||
		(!alone && !as_value_const(v, l->turned ? n->a : n->b, &k)))
		return false;
	*x = as_fold((as_op_kind)n->op, l->turned ? k : *x, l->turned ? *x : k, width);
	*x = as_extend(*x, width, n->sign);
	return true;
}

bool as_choice_of(const as_values *v, as_value x, uint32_t before, as_choice *out)
{
	layer over[DEEPEST];
	as_value below = x;
	size_t count = peel(v, x, over, &below);
	const as_term *n = as_term_of(v, below);
	before = before < v->n_decisions ? before : v->n_decisions;
	if (count == SIZE_MAX || (n->kind != AS_V_OP && n->kind != AS_V_PHI) ||
		!(n->kind == AS_V_OP ? read_counted(v, n, out) : read_selected(v, n, before, out)))
		return false;
	while (count-- > 0)
		if (!fold(v, &over[count], &out->then) || !fold(v, &over[count], &out->otherwise))
			return false;
	return out->then != out->otherwise;
}

bool as_value_given(const as_values *v, as_value x, uint32_t op, uint64_t answer, uint64_t *out)
{
	layer over[DEEPEST];
	as_value below = x;
	size_t count = peel(v, x, over, &below);
	const as_term *n = as_term_of(v, below);
	*out = answer;
	if (count == SIZE_MAX || n->kind != AS_V_RESULT || (uint32_t)n->k != op)
		return false;
	while (count-- > 0)
		if (!fold(v, &over[count], out))
			return false;
	return true;
}

/* What a decision on a value holds it against: a constant, or bits of it against 0. */
static bool bounds(const as_values *v, const as_decision *d, uint64_t *mask, uint64_t *k)
{
	*mask = UINT64_MAX;
	*k = 0;
	if (!d->test)
		return as_value_const(v, d->b, k);
	return d->a == d->b || as_value_const(v, d->b, mask);
}

/* A difference, or an exclusive or, is 0: both are equal. */
static bool read_difference(const as_values *v, as_decision *d, uint64_t mask, uint64_t k)
{
	const as_term *n = as_term_of(v, d->a);
	bool differs = n->kind == AS_V_OP && (n->op == AS_OP_XOR || n->op == AS_OP_SUB);
	if (!differs || k != 0 || mask != UINT64_MAX || (d->cond != AS_EQ && d->cond != AS_NE))
		return false;
	d->width = n->width;
	d->test = false;
	bool turned = as_term_of(v, n->a)->kind == AS_V_CONST;
	d->a = turned ? n->b : n->a;
	d->b = turned ? n->a : n->b;
	return true;
}

/* Less one, it is below itself: it is not 0. So PowerPC keeps it in the carry. */
static void read_borrow(const as_values *v, as_decision *d)
{
	const as_term *n = as_term_of(v, d->a);
	if (n->kind != AS_V_OP || n->op != AS_OP_ADD || n->b != AS_NOT_KNOWN || n->k != -1 ||
		n->a != d->b || d->test || (d->cond != AS_BELOW && d->cond != AS_ABOVE_EQ))
		return;
	d->cond = d->cond == AS_BELOW ? AS_NE : AS_EQ;
	d->a = d->b;
	d->test = true;
}

void as_choice_settle(const as_values *v, as_decision *d, uint32_t i)
{
	for (int depth = 0; depth < LAYERS; depth++) {
		uint64_t mask = 0, k = 0;
		as_choice c = { 0 };
		read_borrow(v, d);
		if (!bounds(v, d, &mask, &k))
			return;
		if (!as_choice_of(v, d->a, i, &c)) {
			(void)read_difference(v, d, mask, k);
			return;
		}
		int then = as_cond_holds(d->cond, c.then & mask, k, d->width);
		int otherwise = as_cond_holds(d->cond, c.otherwise & mask, k, d->width);
		if (then < 0 || then == otherwise)
			return;
		d->cond = then ? c.asked.cond : as_cond_not(c.asked.cond);
		d->a = c.asked.a;
		d->b = c.asked.b;
		d->width = c.asked.width;
		d->test = c.asked.test;
	}
}
