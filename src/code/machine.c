/* SPDX-License-Identifier: Apache-2.0 */
#include "code/machine.h"

#include "code/choice.h"
#include "code/packed.h"

#include <string.h>

enum { CALLS = 64 /* depth */, REPEATS = 1 << 20 /* of one string instruction */ };

void as_machine_init(as_machine *m, bool (*load)(void *, uint64_t, uint8_t, as_held *),
	bool (*store)(void *, uint64_t, uint8_t, const as_held *), void *of)
{
	memset(m, 0, sizeof(*m));
	m->load = load;
	m->store = store;
	m->of = of;
	as_machine_set(m, AS_REG_ZERO, 0);
}

void as_machine_set(as_machine *m, uint8_t reg, uint64_t value)
{
	m->reg[reg] = (as_held){ .low = value, .known = true };
}

static uint64_t cut(uint64_t v, unsigned width)
{
	return width >= 8 ? v : v & ((1ull << (8 * width)) - 1);
}

/* The lowest width bytes as a signed number, in 64 bits. */
static uint64_t extend(uint64_t v, unsigned width)
{
	uint64_t top = width >= 8 ? 1ull << 63 : 1ull << (8 * width - 1);
	return (cut(v, width) ^ top) - top;
}

/* The rules of AS_OP_COMPARE. */
static bool compared(const as_held *f, as_cond cond)
{
	if (cond == AS_NEGATIVE || cond == AS_POSITIVE) /* of the difference, which may overflow */
		return (extend(f->low - f->high, f->width) >> 63) == (cond == AS_NEGATIVE);
	return as_cond_holds(cond, f->low, f->high, f->width) != 0;
}

/* Signed comparison of a sum with 0, as if it had not overflowed. */
static bool sum_holds(const as_held *f, as_cond cond)
{
	uint64_t sum = cut(f->low, f->width), b = cut(f->high, f->width);
	bool minus = extend(sum, f->width) >> 63, b_minus = extend(b, f->width) >> 63;
	bool a_minus = extend(sum - b, f->width) >> 63;
	if (a_minus == b_minus)
		minus = a_minus;
	bool zero = sum == 0 && !minus;
	return cond == AS_LT   ? minus
	       : cond == AS_GE ? !minus
	       : cond == AS_LE ? minus || zero
			       : !minus && !zero;
}

int as_flags_hold(const as_held *f, as_cond cond)
{
	enum {
		RESULT = 1 << AS_ALWAYS | 1 << AS_EQ | 1 << AS_NE | 1 << AS_NEGATIVE |
			 1 << AS_POSITIVE,
		CARRY = 1 << AS_BELOW | 1 << AS_ABOVE_EQ
	};
	static const as_cond as_unsigned[] = {
		[AS_LT] = AS_BELOW, [AS_LE] = AS_BELOW_EQ, [AS_GT] = AS_ABOVE, [AS_GE] = AS_ABOVE_EQ
	};
	if (cond == AS_ALWAYS)
		return 1;
	if (!f->known || cond >= AS_COND_OTHER)
		return -1;
	if (f->kind == AS_OP_COMPARE_U && cond >= AS_LT && cond <= AS_GE)
		cond = as_unsigned[cond];
	if (f->kind != AS_OP_RESULT && f->kind != AS_OP_SUM)
		return compared(f, cond);
	if (f->kind == AS_OP_SUM &&
		(CARRY >> cond & 1)) /* a sum is below its parts if it overflowed */
		return compared(f, cond);
	if (f->kind == AS_OP_SUM && cond >= AS_LT && cond <= AS_GE)
		return sum_holds(f, cond);
	as_held result = { .low = f->low, .width = f->width };
	return RESULT >> cond & 1 ? compared(&result, cond) : -1;
}

/* What stands as the second operand. */
static as_held second(const as_machine *m, const as_op *op)
{
	as_held w = { .low = (uint64_t)op->imm, .known = true };
	if (op->b == AS_REG_NONE)
		return w;
	w = m->reg[op->b];
	if (op->shift)
		w = (as_held){ .low = op->shift < 64 ? w.low << op->shift : 0, .known = w.known };
	return w;
}

static uint64_t shift_right(uint64_t a, uint64_t n, unsigned width, bool sign)
{
	uint64_t fill = sign && extend(a, width) >> 63 ? ~0ull : 0;
	a = sign ? extend(a, width) : cut(a, width);
	if (n >= 8ull * width)
		return fill;
	return n ? a >> n | fill << (64 - n) : a;
}

static uint64_t rotate(uint64_t a, uint64_t n, unsigned width)
{
	unsigned bits = 8 * width, by = (unsigned)(n % bits);
	a = cut(a, width);
	return by ? a >> by | a << (bits - by) : a;
}

static uint64_t leading_zeros(uint64_t a, unsigned width)
{
	a = cut(a, width);
	return a ? 8ull * width - (64 - (unsigned)__builtin_clzll(a)) : 8ull * width;
}

static uint64_t high_product(uint64_t a, uint64_t b, unsigned width, bool sign)
{
	a = sign ? extend(a, width) : cut(a, width);
	b = sign ? extend(b, width) : cut(b, width);
	if (width < 8)
		return a * b >> (8 * width);
	uint64_t low = (a & UINT32_MAX) * (b & UINT32_MAX);
	uint64_t x = (a >> 32) * (b & UINT32_MAX) + (low >> 32);
	uint64_t y = (a & UINT32_MAX) * (b >> 32) + (x & UINT32_MAX);
	uint64_t high = (a >> 32) * (b >> 32) + (x >> 32) + (y >> 32);
	return sign ? high - (a >> 63 ? b : 0) - (b >> 63 ? a : 0) : high;
}

/* b is not 0. */
static uint64_t quotient(uint64_t a, uint64_t b, unsigned width, bool sign)
{
	if (!sign)
		return cut(a, width) / cut(b, width);
	uint64_t x = extend(a, width), y = extend(b, width);
	uint64_t q = (x >> 63 ? 0 - x : x) / (y >> 63 ? 0 - y : y);
	return (x ^ y) >> 63 ? 0 - q : q;
}

/* Shifts, and what else looks at one operand. */
static void shift(as_op_kind kind, unsigned width, uint64_t a, uint64_t b, uint64_t *r)
{
	if (kind == AS_OP_SHL)
		*r = b < 8ull * width ? a << b : 0;
	else if (kind == AS_OP_ROR)
		*r = rotate(a, b, width);
	else if (kind == AS_OP_ZEROS)
		*r = leading_zeros(a, width);
	else if (kind == AS_OP_NOT)
		*r = ~a;
	else
		*r = shift_right(a, b, width, kind == AS_OP_SAR);
}

/* Arithmetic on 8 bytes or less; false: the result is not known. */
static bool compute(as_op_kind kind, unsigned width, uint64_t a, uint64_t b, uint64_t *r)
{
	bool sign = kind == AS_OP_SAR || kind == AS_OP_MULHS || kind == AS_OP_DIVS ||
		    kind == AS_OP_REMS;
	bool divides = kind >= AS_OP_DIVU && kind <= AS_OP_REMS;
	if (divides && cut(b, width) == 0)
		return false;
	uint64_t q = divides ? quotient(a, b, width, sign) : 0;
	switch ((int)kind) {
	case AS_OP_MOVE:
		*r = a;
		break;
	case AS_OP_ADD:
		*r = a + b;
		break;
	case AS_OP_SUB:
		*r = a - b;
		break;
	case AS_OP_RSUB:
		*r = b - a;
		break;
	case AS_OP_MUL:
		*r = a * b;
		break;
	case AS_OP_MULHU:
	case AS_OP_MULHS:
		*r = high_product(a, b, width, sign);
		break;
	case AS_OP_DIVU:
	case AS_OP_DIVS:
		*r = q;
		break;
	case AS_OP_REMU:
	case AS_OP_REMS:
		*r = a - q * b;
		break;
	case AS_OP_AND:
		*r = a & b;
		break;
	case AS_OP_OR:
		*r = a | b;
		break;
	case AS_OP_XOR:
		*r = a ^ b;
		break;
	default:
		shift(kind, width, a, b, r);
		break;
	}
	return true;
}

static void put(as_machine *m, const as_op *op, as_held w)
{
	if (op->dst >= AS_REG_ZERO)
		return;
	if (op->width < 16) {
		w.low = op->sign ? extend(w.low, op->width) : cut(w.low, op->width);
		w.high = 0;
	}
	w.kind = w.width = 0;
	m->reg[op->dst] = w;
}

static as_step arithmetic(as_machine *m, const as_op *op)
{
	static const as_held unknown = { 0 };
	as_held b = second(m, op), w = { 0 };
	const as_held *a = op->a == AS_REG_NONE ? &b : &m->reg[op->a];
	as_op_kind kind = op->kind;
	if (kind == AS_OP_MOVE) {
		put(m, op, a->known ? *a : unknown);
		return AS_STEP_ON;
	}
	w.known = a->known && (b.known || kind == AS_OP_NOT || kind == AS_OP_ZEROS);
	if ((kind == AS_OP_XOR || kind == AS_OP_SUB) && op->a == op->b && !op->shift)
		w.known = true; /* 0, whatever it was */
	else if (op->width < 16)
		w.known = w.known && compute(kind, op->width, a->low, b.low, &w.low);
	else if ((kind >= AS_OP_AND && kind <= AS_OP_XOR) || kind == AS_OP_NOT)
		w.known = w.known && compute(kind, 8, a->low, b.low, &w.low) &&
			  compute(kind, 8, a->high, b.high, &w.high);
	else
		w.known = false;
	put(m, op, w);
	return AS_STEP_ON;
}

static as_step flags(as_machine *m, const as_op *op)
{
	const as_held *a = &m->reg[op->a];
	as_held b = second(m, op);
	as_held w = { .low = a->low,
		.high = b.low,
		.known = a->known && (b.known || op->kind == AS_OP_RESULT) && op->width <= 8,
		.kind = op->kind,
		.width = op->width };
	if (op->kind == AS_OP_TEST) {
		w.low = a->low & b.low;
		w.high = 0;
	}
	if (op->dst < AS_REG_ZERO)
		m->reg[op->dst] = w;
	return AS_STEP_ON;
}

static as_step packed(as_machine *m, const as_op *op)
{
	static const as_held none = { .known = true };
	const as_held *a = &m->reg[op->a], *b = op->b == AS_REG_NONE ? &none : &m->reg[op->b];
	const uint64_t x[2] = { a->low, a->high }, y[2] = { b->low, b->high };
	uint64_t r[2] = { 0 };
	if (a->known && b->known)
		as_packed_do(op, x, y, r);
	put(m, op, (as_held){ .low = r[0], .high = r[1], .known = a->known && b->known });
	return AS_STEP_ON;
}

static as_step choose(as_machine *m, const as_op *op)
{
	int holds = as_flags_hold(&m->reg[op->c], op->cond);
	as_held w = holds > 0 ? m->reg[op->a] : second(m, op);
	if (holds < 0)
		w.known = false;
	put(m, op, w);
	return AS_STEP_ON;
}

static as_step memory(as_machine *m, const as_op *op)
{
	as_held w = { 0 };
	static const as_held none = { .known = true };
	const as_held *a = op->a == AS_REG_NONE ? &none : &m->reg[op->a];
	as_held b = op->b == AS_REG_NONE ? none : second(m, op);
	if (!a->known || !b.known)
		return AS_STEP_MEMORY;
	uint64_t at = a->low + b.low + (uint64_t)op->imm;
	if (m->word && m->word < 8)
		at = cut(at, m->word);
	if (op->kind == AS_OP_LOAD) {
		if (!m->load(m->of, at, op->width, &w))
			return AS_STEP_MEMORY;
		put(m, op, w);
		return AS_STEP_ON;
	}
	w = m->reg[op->c];
	w.low = cut(w.low, op->width);
	return m->store(m->of, at, op->width, &w) ? AS_STEP_ON : AS_STEP_MEMORY;
}

/* AS_OP_FILL and AS_OP_COPY, forwards. */
static as_step repeat(as_machine *m, const as_op *op)
{
	const as_held *a = &m->reg[op->a], *b = &m->reg[op->b], *c = &m->reg[op->c];
	as_held w = *c;
	if (!a->known || !b->known || b->low > REPEATS || (op->kind == AS_OP_COPY && !c->known))
		return AS_STEP_MEMORY;
	w.low = cut(w.low, op->width);
	for (uint64_t i = 0; i < b->low; i++) {
		uint64_t by = i * op->width;
		if (op->kind == AS_OP_COPY && !m->load(m->of, c->low + by, op->width, &w))
			return AS_STEP_MEMORY;
		if (!m->store(m->of, a->low + by, op->width, &w))
			return AS_STEP_MEMORY;
	}
	return AS_STEP_ON;
}

static as_step branch(as_machine *m, const as_op *op)
{
	const as_held *f = &m->reg[op->a];
	as_held compare;
	if (op->kind == AS_OP_BRANCH_IF) { /* imm is the target, so b is a register */
		as_held b = op->b == AS_REG_NONE ? (as_held){ .known = true } : second(m, op);
		compare = (as_held){ .low = f->low,
			.high = b.low,
			.known = f->known && b.known,
			.kind = AS_OP_COMPARE,
			.width = op->width };
		f = &compare;
	}
	int holds = as_flags_hold(f, op->cond);
	m->to = (uint64_t)op->imm;
	return holds < 0 ? AS_STEP_UNKNOWN : holds ? AS_STEP_JUMP : AS_STEP_ON;
}

static as_step go(as_machine *m, const as_op *op)
{
	bool calls = op->kind == AS_OP_CALL || op->kind == AS_OP_CALL_TO;
	m->to = (uint64_t)op->imm;
	if (op->kind == AS_OP_JUMP_TO || op->kind == AS_OP_CALL_TO) {
		m->to = m->reg[op->a].low;
		if (!m->reg[op->a].known)
			return AS_STEP_UNKNOWN;
	}
	return calls ? AS_STEP_CALL : AS_STEP_JUMP;
}

static as_step leave(as_machine *m, const as_op *op)
{
	(void)m;
	return op->kind == AS_OP_RETURN    ? AS_STEP_RETURN
	       : op->kind == AS_OP_SYSCALL ? AS_STEP_SYSCALL
					   : AS_STEP_TRAP;
}

static as_step forget(as_machine *m, const as_op *op)
{
	if (op->kind == AS_OP_KILL && op->dst < AS_REG_ZERO)
		m->reg[op->dst] = (as_held){ 0 };
	return AS_STEP_ON;
}

static as_step (*const doing[AS_N_OP_KINDS])(as_machine *m, const as_op *op) = {
	[AS_OP_NOP] = forget,
	[AS_OP_KILL] = forget,
	[AS_OP_PACKED] = packed,
	[AS_OP_MOVE] = arithmetic,
	[AS_OP_ADD] = arithmetic,
	[AS_OP_SUB] = arithmetic,
	[AS_OP_RSUB] = arithmetic,
	[AS_OP_MUL] = arithmetic,
	[AS_OP_AND] = arithmetic,
	[AS_OP_OR] = arithmetic,
	[AS_OP_XOR] = arithmetic,
	[AS_OP_SHL] = arithmetic,
	[AS_OP_SHR] = arithmetic,
	[AS_OP_SAR] = arithmetic,
	[AS_OP_ROR] = arithmetic,
	[AS_OP_ZEROS] = arithmetic,
	[AS_OP_NOT] = arithmetic,
	[AS_OP_MULHU] = arithmetic,
	[AS_OP_MULHS] = arithmetic,
	[AS_OP_DIVU] = arithmetic,
	[AS_OP_DIVS] = arithmetic,
	[AS_OP_REMU] = arithmetic,
	[AS_OP_REMS] = arithmetic,
	[AS_OP_LOAD] = memory,
	[AS_OP_STORE] = memory,
	[AS_OP_FILL] = repeat,
	[AS_OP_COPY] = repeat,
	[AS_OP_COMPARE] = flags,
	[AS_OP_COMPARE_U] = flags,
	[AS_OP_TEST] = flags,
	[AS_OP_RESULT] = flags,
	[AS_OP_SUM] = flags,
	[AS_OP_SELECT] = choose,
	[AS_OP_BRANCH] = branch,
	[AS_OP_BRANCH_IF] = branch,
	[AS_OP_JUMP] = go,
	[AS_OP_JUMP_TO] = go,
	[AS_OP_CALL] = go,
	[AS_OP_CALL_TO] = go,
	[AS_OP_RETURN] = leave,
	[AS_OP_SYSCALL] = leave,
	[AS_OP_TRAP] = leave,
};

/* What a conditional operation leaves whose condition is not known. */
static as_step perhaps(as_machine *m, const as_op *op)
{
	as_op unknown = *op;
	if (op->kind == AS_OP_STORE) {
		as_held kept = m->reg[op->c];
		m->reg[op->c].known = false;
		as_step s = memory(m, op);
		m->reg[op->c] = kept;
		return s;
	}
	if (op->kind >= AS_OP_JUMP)
		return AS_STEP_UNKNOWN;
	unknown.kind = AS_OP_KILL;
	return forget(m, &unknown);
}

as_step as_machine_step(as_machine *m, const as_op *op)
{
	bool own =
		op->kind == AS_OP_BRANCH || op->kind == AS_OP_BRANCH_IF || op->kind == AS_OP_SELECT;
	if (op->cond != AS_ALWAYS && !own) {
		bool named = op->c != AS_REG_NONE && op->kind >= AS_OP_JUMP;
		int holds = as_flags_hold(&m->reg[named ? op->c : AS_REG_FLAGS], op->cond);
		if (holds <= 0)
			return holds == 0 ? AS_STEP_ON : perhaps(m, op);
	}
	return doing[op->kind](m, op);
}

/* Where calls return to. */
typedef struct calls {
	struct {
		uint64_t at;
		as_mode mode;
	} back[CALLS];
	size_t n;
} calls;

static as_step enter(
	as_machine *m, const as_routine *r, calls *c, const as_mode *mode, const as_op *op)
{
	uint64_t after = op->at + op->len;
	if (c->n == CALLS)
		return AS_STEP_SPENT;
	c->back[c->n].at = after;
	c->back[c->n++].mode = *mode;
	if (r->arch->link != AS_REG_NONE) {
		as_machine_set(m, r->arch->link, after | (mode->thumb && r->arch->step > 1));
		return AS_STEP_JUMP;
	}
	as_held w = { .low = after, .known = true }, *sp = &m->reg[r->arch->sp];
	sp->low = cut(sp->low - r->arch->word, r->arch->word);
	if (!sp->known || !m->store(m->of, sp->low, r->arch->word, &w))
		return AS_STEP_MEMORY;
	return AS_STEP_JUMP;
}

static as_step go_back(as_machine *m, const as_routine *r, calls *c, as_mode *mode, const as_op *op)
{
	if (c->n == 0)
		return AS_STEP_RETURN;
	m->to = c->back[--c->n].at;
	*mode = c->back[c->n].mode;
	if (r->arch->link == AS_REG_NONE)
		m->reg[r->arch->sp].low += r->arch->word + (uint64_t)op->imm;
	return AS_STEP_JUMP;
}

/* Does the operations of one instruction; AS_STEP_JUMP: goes on at m->to. */
static as_step instruction(as_machine *m, const as_routine *r, calls *c, as_mode *mode, as_ops *ops)
{
	as_step s = AS_STEP_ON;
	for (size_t i = 0; i < ops->n && s == AS_STEP_ON; i++) {
		const as_op *op = &ops->op[i];
		s = as_machine_step(m, op);
		as_mode before = *mode;
		if ((s == AS_STEP_JUMP || s == AS_STEP_CALL) && r->arch->step > 1) {
			mode->thumb = m->to & 1;
			m->to &= ~1ull;
		}
		if (s == AS_STEP_CALL && m->to - r->base < r->code.n)
			s = enter(m, r, c, &before, op);
		else if (s == AS_STEP_RETURN)
			s = go_back(m, r, c, mode, op);
	}
	return s;
}

as_step as_machine_run(as_machine *m, const as_routine *r, uint64_t from, uint64_t n)
{
	return as_machine_run_on(m, r, from, &n);
}

as_step as_machine_run_on(as_machine *m, const as_routine *r, uint64_t from, uint64_t *n)
{
	as_ops ops;
	as_mode mode = r->mode;
	as_step s = AS_STEP_JUMP;
	calls c = { .n = 0 };
	m->word = r->arch->word;
	for (m->to = from, m->at = from; s == AS_STEP_JUMP || s == AS_STEP_ON;) {
		if (m->to - r->base >= r->code.n)
			return AS_STEP_JUMP;
		m->at = m->to;
		size_t len = r->arch->lift(&mode, as_from(r->code, m->at - r->base), m->at, &ops);
		if (len == 0)
			return AS_STEP_CODE;
		if (ops.n >= *n)
			return AS_STEP_SPENT;
		*n -= ops.n + 1;
		s = instruction(m, r, &c, &mode, &ops);
		if (s == AS_STEP_ON)
			m->to = m->at + len;
	}
	return s;
}
