/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ascii.h"
#include "code/tryout_inside.h"

#include "base/text.h"

enum { TEXT_LEAST = 4 };

bool as_tryout_is_use(const as_tryout *t, const as_kept *k, const as_call *c)
{
	const as_api *api = c->api;
	return (api && api->kind == AS_API_COMPARE) || as_sink_of(t->s, k, c).weight > 0;
}

/* Notes that byte is held against something unknown at an operation of a loop. */
static void note_held(as_tryout *t, uint64_t at, uint64_t byte)
{
	size_t i = 0;
	while (i < t->n_held && t->held[i].at != at)
		i++;
	if (i == AS_TRYOUT_HELD || byte > UINT8_MAX)
		return;
	if (i == t->n_held)
		t->held[t->n_held++] = (as_held_bytes){ .at = at };
	as_held_bytes *h = &t->held[i];
	if (h->n < sizeof(h->byte))
		h->byte[h->n++] = (uint8_t)byte;
}

/* Of two operands one is known: what the other must have been before it was changed, to be equal. */
static void hold(as_tryout *t, const as_op *op)
{
	as_held b = { .low = (uint64_t)op->imm, .known = true };
	if (op->kind == AS_OP_BRANCH_IF || op->b != AS_REG_NONE)
		b = op->b < AS_N_REGS ? *as_tryout_reg(t, op->b) : (as_held){ 0 };
	as_held a = op->a < AS_N_REGS ? *as_tryout_reg(t, op->a) : (as_held){ 0 };
	if (a.known == b.known || op->width > 8)
		return;
	uint8_t unknown = a.known ? op->b : op->a;
	uint64_t k = a.known ? a.low : b.low;
	const as_shadow *sh = unknown < AS_N_REGS ? &t->shadows[unknown] : NULL;
	if (sh && sh->kind == AS_OP_XOR)
		k ^= sh->k;
	else if (sh && sh->kind == AS_OP_ADD)
		k -= sh->k;
	if (sh && sh->kind)
		k &= UINT8_MAX;
	note_held(t, op->at, k);
}

/* Follows what is done to a value that is not known: k is the operand that is. */
static void cast_shadow(as_tryout *t, const as_op *op, bool a_known, bool b_known, uint64_t k)
{
	uint8_t from = a_known ? op->b : op->a, kind = op->kind;
	as_shadow old = from < AS_N_REGS ? t->shadows[from] : (as_shadow){ 0 }, next = { 0 };
	if (kind == AS_OP_NOT || (kind == AS_OP_SUB && b_known)) {
		k = kind == AS_OP_NOT ? UINT8_MAX : 0 - k;
		kind = kind == AS_OP_NOT ? AS_OP_XOR : AS_OP_ADD;
		a_known = true;
	}
	if (kind == AS_OP_MOVE || kind == AS_OP_AND)
		next = old;
	else if ((a_known || b_known) && (kind == AS_OP_XOR || kind == AS_OP_ADD) &&
		 (old.kind == 0 || old.kind == kind))
		next = (as_shadow){ .kind = kind, .k = kind == AS_OP_XOR ? old.k ^ k : old.k + k };
	t->shadows[op->dst] = next;
}

static as_step step_outside(as_tryout *t, const as_op *op)
{
	as_step s = as_machine_step(&t->m, op);
	if (s == AS_STEP_MEMORY)
		as_tryout_forget_reg(t, op->dst);
	if (op->dst < AS_N_REGS)
		t->shadows[op->dst] = (as_shadow){ 0 };
	return s == AS_STEP_MEMORY ? AS_STEP_ON : s;
}

as_step as_tryout_step(as_tryout *t, bool in_loop, const as_op *op)
{
	bool holds = op->kind == AS_OP_COMPARE || op->kind == AS_OP_BRANCH_IF ||
		     op->kind == AS_OP_XOR || op->kind == AS_OP_SUB;
	if (!in_loop)
		return step_outside(t, op);
	bool a_known = op->a < AS_N_REGS && as_tryout_reg(t, op->a)->known;
	bool b_known =
		op->b == AS_REG_NONE || (op->b < AS_N_REGS && as_tryout_reg(t, op->b)->known);
	uint64_t a = a_known ? as_tryout_reg(t, op->a)->low : 0;
	uint64_t b = op->b == AS_REG_NONE           ? (uint64_t)op->imm
		     : b_known && op->b < AS_N_REGS ? as_tryout_reg(t, op->b)->low
						    : 0;
	bool compares_b = op->b == AS_REG_NONE ? op->kind != AS_OP_BRANCH_IF : b_known;
	if (holds && a_known != compares_b)
		hold(t, op);
	as_step s = as_machine_step(&t->m, op);
	if (op->kind >= AS_OP_MOVE && op->kind <= AS_OP_NOT && op->dst < AS_N_REGS &&
		!as_tryout_reg(t, op->dst)->known)
		cast_shadow(t, op, a_known, b_known, a_known ? a : b);
	else if (op->dst < AS_N_REGS)
		t->shadows[op->dst] = (as_shadow){ 0 };
	if (s == AS_STEP_MEMORY && op->dst < AS_N_REGS)
		as_tryout_forget_reg(t, op->dst);
	return s == AS_STEP_MEMORY ? AS_STEP_ON : s;
}

/* Whether text stands in the program's file as it is. */
static bool is_in_file(const as_program *p, as_span text)
{
	for (size_t i = 0; i < p->n_regions; i++)
		if (as_find(p->regions[i].data, text, 0) != SIZE_MAX)
			return true;
	return false;
}

/* Whether it reads like a text: printable, varied, and no alphabet that is being counted out. */
static bool is_telling(as_span text)
{
	bool seen[256] = { 0 };
	unsigned distinct = 0, rising = 0, letters = 0;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t b = text.p[i];
		distinct += !seen[b];
		seen[b] = true;
		rising += i > 0 && b == text.p[i - 1] + 1;
		letters += as_is_alnum(b);
	}
	return text.n >= TEXT_LEAST && distinct >= 4 && rising * 2 < text.n &&
	       letters * 10 >= text.n * 6;
}

static void show(as_tryout *t, uint64_t at, uint64_t where, const uint8_t *byte, size_t n)
{
	as_span text = as_bytes(byte, n);
	if (!is_telling(text) || is_in_file(t->program, text) || t->n_shown == AS_BROUGHT_MAX)
		return;
	for (size_t i = 0; i < t->n_shown; i++)
		if (as_same(t->shown[i].text, text))
			return;
	t->shown[t->n_shown++] = (as_brought){ .at = at,
		.where = where,
		.text = as_copy(t->s->arena, text),
		.hidden = t->memory.n_odd * 6 >= t->memory.n_read && t->memory.n_odd > 1,
		.called = t->called };
}

/* The texts among the marked bytes of a page and what follows it. */
static void read_page(as_tryout *t, uint64_t at, as_page *p)
{
	uint8_t text[AS_TRYOUT_TEXT];
	for (unsigned i = 0; i < AS_PAGE; i++) {
		size_t n = 0;
		uint8_t b = 0;
		uint64_t from = p->number * AS_PAGE + i;
		if (!(p->state[i] & AS_BYTE_MARKED) || !(p->state[i] & AS_BYTE_KNOWN))
			continue;
		while (n < AS_TRYOUT_TEXT && as_tryout_byte(&t->memory, from + n, &b) &&
			(as_printable(b) || b == '\n' || b == '\t'))
			text[n++] = b;
		if (n >= TEXT_LEAST)
			show(t, at, from, text, n);
		i += n > 0 ? (unsigned)n - 1 : 0;
	}
}

/* A loop is left, or the function that has it: what has it brought out? */
void as_tryout_collect(as_tryout *t, uint64_t at)
{
	for (unsigned i = 0; i < AS_PAGES && t->memory.n_marked >= TEXT_LEAST; i++)
		if (t->memory.page[i].used)
			read_page(t, at, &t->memory.page[i]);
	for (size_t i = 0; i < t->n_held; i++) {
		const as_held_bytes *h = &t->held[i];
		size_t n = 0;
		while (n < h->n && as_printable(h->byte[n]))
			n++;
		bool ends = n == h->n || h->byte[n] == 0;
		if (n >= TEXT_LEAST && ends)
			show(t, at, 0, h->byte, n);
	}
	for (unsigned i = 0; i < AS_PAGES; i++)
		for (unsigned j = 0; t->memory.page[i].used && j < AS_PAGE; j++)
			t->memory.page[i].state[j] &= (uint8_t)~AS_BYTE_MARKED;
	t->n_held = 0;
	t->memory.n_read = t->memory.n_odd = t->memory.n_marked = 0;
}

/* A call of the outermost function: is it given what came out? */
void as_tryout_note_use(as_tryout *t, const as_kept *k, const as_call *c)
{
	for (unsigned i = 0; i < 4; i++) {
		uint64_t at = 0;
		if (!as_tryout_argument(t, i, &at) || at == 0)
			continue;
		for (size_t j = 0; j < t->n_shown; j++) {
			as_brought *s = &t->shown[j];
			bool given = s->where && at >= s->where && at < s->where + s->text.n;
			if (given && (!s->use || (!as_tryout_is_use(t, k, s->use) &&
							 as_tryout_is_use(t, k, c))))
				s->use = c;
		}
	}
}
