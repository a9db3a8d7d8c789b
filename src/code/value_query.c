/* SPDX-License-Identifier: Apache-2.0 */
#include "code/terms.h"

enum {
	DEEPEST = 12,
	CASES_MAX = 1024,
	UNBOUNDED = 256 /* cases tried */,
	LEADING = 8 /* that may not be ones */
};

bool as_value_const(const as_values *v, as_value x, uint64_t *k)
{
	const as_term *n = as_term_of(v, x);
	*k = (uint64_t)n->k;
	return n->kind == AS_V_CONST;
}

bool as_value_at_start(const as_values *v, as_value x, uint64_t *k)
{
	const as_term *n = as_term_of(v, x);
	const as_program *p = v->flow->program;
	uint64_t at = 0;
	if (n->kind == AS_V_LOAD && n->width == p->arch->word && as_value_const(v, n->a, &at))
		return as_program_initial(p, at + (uint64_t)n->k, n->width, k);
	return as_value_const(v, x, k);
}

as_value as_value_base(const as_values *v, as_value x, int64_t *offset)
{
	*offset = 0;
	for (int i = 0; i < DEEPEST; i++) {
		const as_term *n = as_term_of(v, x);
		if (n->kind != AS_V_OP ||
			!(n->op == AS_OP_MOVE || (n->op == AS_OP_ADD && n->b == AS_NOT_KNOWN)))
			return x;
		*offset = n->op == AS_OP_ADD ? (int64_t)((uint64_t)*offset + (uint64_t)n->k)
					     : *offset;
		x = n->a;
	}
	return x;
}

as_span as_value_string(const as_values *v, as_value x)
{
	uint64_t k = 0;
	return as_value_const(v, x, &k) ? as_program_string(v->flow->program, k) : (as_span){ 0 };
}

/* What is put in place of the one unknown of an expression. */
typedef struct filling {
	const as_values *v;
	as_value unknown;
	uint64_t k;
	int budget;
	uint64_t low, high; /* addresses loaded from */
} filling;

static bool evaluate(filling *f, as_value x, uint64_t *out)
{
	const as_term *n = as_term_of(f->v, x);
	uint64_t a = 0, b = (uint64_t)n->k;
	if (x == f->unknown) {
		*out = f->k;
		return true;
	}
	if (n->kind == AS_V_CONST) {
		*out = (uint64_t)n->k;
		return true;
	}
	if (n->kind == AS_V_PHI &&
		--f->budget > 0) /* a table's address that a loop keeps in a register */
		return evaluate(f, n->a, out);
	if (--f->budget < 0 || (n->kind != AS_V_OP && n->kind != AS_V_LOAD) ||
		!evaluate(f, n->a, &a))
		return false;
	const as_program *p = f->v->flow->program;
	if (n->kind == AS_V_LOAD) {
		uint64_t at = as_extend(a + (uint64_t)n->k, p->arch->word, false);
		if (n->width > 8 || !as_program_constant(p, at, n->width, out))
			return false;
		*out = as_extend(*out, n->width, n->sign);
		f->low = as_min(f->low, at);
		f->high = as_max(f->high, at + n->width);
		return true;
	}
	if (n->op != AS_OP_MOVE && n->op != AS_OP_NOT && n->op != AS_OP_ZEROS &&
		n->b != AS_NOT_KNOWN && !evaluate(f, n->b, &b))
		return false;
	if (!as_folds((as_op_kind)n->op))
		return false;
	*out = as_fold((as_op_kind)n->op, a, b, n->width ? n->width : 8);
	*out = n->width ? as_extend(*out, n->width, n->sign) : *out;
	return true;
}

#define NO_INDEX UINT32_MAX

static bool is_by_constant(const as_values *v, const as_term *n)
{
	return n->kind == AS_V_OP && n->b != AS_NOT_KNOWN &&
	       as_term_of(v, n->b)->kind == AS_V_CONST;
}

/* What x is, before it was scaled by the size of an entry; NO_INDEX: it was not. Some cut it to its lower half at once:
 * RISC-V by a shift up and a shorter one down, PowerPC by a rotation whose result is masked. */
static as_value unscaled(const as_values *v, as_value x)
{
	const as_term *n = as_term_of(v, x);
	if (!is_by_constant(v, n))
		return NO_INDEX;
	if (n->op == AS_OP_SHL || n->op == AS_OP_MUL)
		return n->a;
	const as_term *in = as_term_of(v, n->a);
	if (!is_by_constant(v, in))
		return NO_INDEX;
	int64_t by = as_term_of(v, n->b)->k, up = as_term_of(v, in->b)->k;
	bool extended = n->op == AS_OP_SHR && in->op == AS_OP_SHL && by < up;
	bool masked =
		n->op == AS_OP_AND && by % 2 == 0 && (in->op == AS_OP_ROR || in->op == AS_OP_SHL);
	return extended || masked ? in->a : NO_INDEX;
}

/* What a table's address is computed from: scaled by the size of an entry, or as it stands. */
static as_value index_in(const as_values *v, as_value x)
{
	for (int i = 0; i < DEEPEST; i++) {
		const as_term *n = as_term_of(v, x);
		as_value index = unscaled(v, x);
		if (index != NO_INDEX)
			return index;
		bool sum = n->kind == AS_V_OP && n->op == AS_OP_ADD;
		bool cut = n->kind == AS_V_OP && n->op == AS_OP_MOVE;
		if (!sum && !cut)
			return n->kind == AS_V_CONST ? NO_INDEX : x;
		bool second =
			sum && n->b != AS_NOT_KNOWN &&
			(unscaled(v, n->b) != NO_INDEX || as_term_of(v, n->a)->kind == AS_V_PHI);
		x = second ? n->b : n->a;
	}
	return NO_INDEX;
}

/* Whether an offset is rather an address of the program: headers stand where position-independent ones begin. */
static bool is_address(const as_values *v, int64_t k)
{
	enum { HEADERS = 512 };
	return k >= HEADERS && as_program_region(v->flow->program, (uint64_t)k);
}

/* Whether a load is from a table: from a constant address and something. */
static bool is_table(const as_values *v, const as_term *load)
{
	const as_term *n = as_term_of(v, load->a);
	if (is_address(v, load->k))
		return true;
	if (n->kind != AS_V_OP || n->op != AS_OP_ADD)
		return false;
	if (n->b == AS_NOT_KNOWN)
		return is_address(v, n->k);
	as_value_kind a = (as_value_kind)as_term_of(v, n->a)->kind,
		      b = (as_value_kind)as_term_of(v, n->b)->kind;
	return a == AS_V_PHI || a == AS_V_CONST || b == AS_V_PHI || b == AS_V_CONST;
}

/* The index into the table that the goal of a jump is loaded from; nested: into the table of indices into that
 * table. What looks like the inner table may be a text that is walked over. */
static as_value index_of(const as_values *v, as_value x, bool nested, int depth)
{
	const as_term *n = as_term_of(v, x);
	if (depth > DEEPEST || (n->kind != AS_V_LOAD && n->kind != AS_V_OP))
		return NO_INDEX;
	if (n->kind == AS_V_LOAD) {
		as_value inner = nested ? index_of(v, n->a, nested, depth + 1) : NO_INDEX;
		return inner != NO_INDEX ? inner : is_table(v, n) ? index_in(v, n->a) : NO_INDEX;
	}
	as_value a = index_of(v, n->a, nested, depth + 1);
	if (a != NO_INDEX || n->op == AS_OP_MOVE || n->b == AS_NOT_KNOWN)
		return a;
	return index_of(v, n->b, nested, depth + 1);
}

/* Whether two values are the same but for cutting: the index is often compared before it is extended. */
static as_value bare(const as_values *v, as_value x)
{
	for (int i = 0; i < DEEPEST; i++) {
		const as_term *n = as_term_of(v, x);
		bool mask = n->kind == AS_V_OP && n->op == AS_OP_AND &&
			    as_term_of(v, n->b)->kind == AS_V_CONST;
		if (n->kind != AS_V_OP || (n->op != AS_OP_MOVE && !mask))
			return x;
		x = n->a;
	}
	return x;
}

/* Whether a decision is made where it leads straight to a jump. */
static bool is_next_to(const as_values *v, const as_decision *d, const as_goto *g)
{
	const as_block *b = &v->flow->blocks[d->block];
	return d->block == g->block || b->next == g->block || b->taken == g->block;
}

/* The number of values that decision d leaves to an index, made of want + shift, and the first of them; 0: it says
 * nothing. */
static uint64_t bound_by(
	const as_values *v, const as_decision *d, as_value want, int64_t shift, uint64_t *start)
{
	int64_t other = 0;
	uint64_t k = 0;
	bool up_to = d->cond == AS_ABOVE || d->cond == AS_BELOW_EQ || d->cond == AS_GT ||
		     d->cond == AS_LE;
	bool below = d->cond == AS_ABOVE_EQ || d->cond == AS_BELOW || d->cond == AS_GE ||
		     d->cond == AS_LT;
	if (d->test || !as_value_const(v, d->b, &k) || k > CASES_MAX || (!up_to && !below) ||
		as_value_base(v, bare(v, d->a), &other) != want)
		return 0;
	/* Compared is the index plus (other - shift): it starts where that is 0. */
	*start = (uint64_t)(shift - other);
	return up_to ? k + 1 : k;
}

/* The values an index may take: from *start on, so many; 0: not known. From the comparison that leads to the jump,
 * else the nearest before it. */
static uint64_t bound_of(const as_values *v, const as_goto *g, as_value index, uint64_t *start)
{
	int64_t shift = 0;
	as_value want = as_value_base(v, bare(v, index), &shift);
	*start = 0;
	for (int far = 0; far < 2 && want != AS_NOT_KNOWN; far++)
		for (uint32_t i = v->n_decisions; i > 0; i--) {
			const as_decision *d = &v->decisions[i - 1];
			if (d->block > g->block || (!far && !is_next_to(v, d, g)))
				continue;
			uint64_t n = bound_by(v, d, want, shift, start);
			if (n > 0)
				return n;
		}
	const as_term *n = as_term_of(v, index);
	if (n->kind == AS_V_OP && n->op == AS_OP_AND && as_term_of(v, n->b)->kind == AS_V_CONST)
		return as_min((uint64_t)as_term_of(v, n->b)->k + 1, CASES_MAX);
	return 0;
}

static size_t targets_of(const as_values *v, const as_goto *g, as_value index, uint64_t *targets,
	size_t max, uint64_t *table, uint64_t *len)
{
	const as_flow *f = v->flow;
	if (index == NO_INDEX)
		return 0;
	uint64_t start = 0, bound = bound_of(v, g, index, &start);
	size_t n = 0;
	uint64_t low = UINT64_MAX, high = 0;
	for (uint64_t i = 0; i < (bound ? bound : UNBOUNDED) && n < max; i++) {
		filling fill = {
			.v = v, .unknown = index, .k = start + i, .budget = 64, .low = UINT64_MAX
		};
		uint64_t to = 0;
		if (!evaluate(&fill, g->to, &to))
			break;
		to = as_extend(to, f->program->arch->word, false);
		to = f->program->elf.machine == AS_EM_ARM ? to & ~UINT64_C(1) : to;
		if (to >= f->addr && to < f->limit)
			targets[n++] = to, low = as_min(low, fill.low),
			high = as_max(high, fill.high);
		else if (!bound && (n > 0 || i > LEADING))
			break; /* past the table's end; what comes before it is skipped */
	}
	*table = low;
	/* Farther apart: it is not all one table. */
	*len = high > low && high - low <= (bound ? bound : n) * sizeof(uint64_t) ? high - low : 0;
	return n;
}

size_t as_value_targets(const as_values *v, const as_goto *g, uint64_t *targets, size_t max,
	uint64_t *table, uint64_t *len)
{
	as_value inner = index_of(v, g->to, true, 0), outer = index_of(v, g->to, false, 0);
	uint64_t start = 0;
	if (outer != NO_INDEX && bound_of(v, g, outer, &start) > 0)
		inner = outer; /* what the outer table is asked with was compared: it comes from no other */
	size_t n = targets_of(v, g, inner, targets, max, table, len);
	return n > 0 || outer == inner ? n : targets_of(v, g, outer, targets, max, table, len);
}

uint32_t as_value_meeting(const as_values *v, uint32_t block)
{
	uint32_t low = 0, high = v->n_meetings;
	while (low < high) {
		uint32_t mid = (low + high) / 2;
		if (v->meetings[mid].block < block)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}
