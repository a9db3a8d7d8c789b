/* SPDX-License-Identifier: Apache-2.0 */
#include "code/choice.h"
#include "code/evaluator.h"

#include <stdlib.h>
#include <string.h>

as_evaluator *as_evaluator_new(void) { return calloc(1, sizeof(as_evaluator)); }

void as_evaluator_free(as_evaluator *e)
{
	if (!e)
		return;
	as_terms_free(&e->terms);
	void *all[] = { e->regs, e->endings, e->written, e->read, e->live, e->saved, e->writes,
		e->last_writes, e->calls, e->decisions, e->stores, e->refs, e->gotos, e->meetings,
		e->answers, e->given };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		free(all[i]);
	free(e);
}

bool as_evaluator_grow(as_evaluator *e, void *array, uint32_t *room, uint64_t n, size_t size)
{
	void **p = array;
	if (n <= *room)
		return true;
	uint64_t more = as_max(n, (uint64_t)*room * 2);
	void *to = more > UINT32_MAX ? NULL : realloc(*p, (size_t)more * size);
	e->no_memory = e->no_memory || !to;
	if (!to)
		return false;
	*p = to;
	*room = (uint32_t)more;
	return true;
}

static as_value operand(as_evaluator *e, const as_op *op, uint8_t r, bool shifted)
{
	if (r == AS_REG_NONE)
		return as_terms_const(
			&e->terms, (uint64_t)op->imm, op->width ? op->width : 8, op->sign);
	as_value v = e->state.reg[r];
	if (!shifted || op->shift == 0)
		return v;
	as_value by = as_terms_const(&e->terms, op->shift, 8, false);
	return as_terms_op(&e->terms, AS_OP_SHL, v, by, e->terms.word, false);
}

/* Constants stand on the right: who reads decisions looks there. */
static void turn(const as_evaluator *e, as_decision *d)
{
	bool pair = !d->test && d->cond >= AS_EQ && d->cond <= AS_ABOVE_EQ;
	if (!pair || e->terms.term[d->a].kind != AS_V_CONST ||
		e->terms.term[d->b].kind == AS_V_CONST)
		return;
	as_value a = d->a;
	d->a = d->b;
	d->b = a;
	d->cond = as_cond_turned(d->cond);
}

static void decide(as_evaluator *e, const as_op *op, uint32_t index)
{
	bool direct = op->kind == AS_OP_BRANCH_IF, branch = direct || op->kind == AS_OP_BRANCH;
	uint8_t flags = branch ? op->a : op->kind == AS_OP_SELECT ? op->c : AS_REG_FLAGS;
	as_decision d = { .op = index,
		.block = e->block,
		.at = op->at,
		.cond = (as_cond)op->cond,
		.width = op->width,
		.select = !branch };
	if (direct) {
		d.a = e->state.reg[op->a];
		d.b = e->state.reg[op->b < AS_N_REGS ? op->b : AS_REG_ZERO];
	} else {
		const as_term *n =
			&e->terms.term[flags < AS_N_REGS ? e->state.reg[flags] : AS_NOT_KNOWN];
		if (n->kind != AS_V_FLAGS)
			return;
		d.a = n->a;
		d.b = n->b;
		d.width = n->width;
		d.test = n->op == AS_OP_TEST;
		bool below = n->op == AS_OP_COMPARE_U && d.cond >= AS_LT && d.cond <= AS_GE;
		d.cond = below ? (as_cond)(d.cond - AS_LT + AS_BELOW) : d.cond;
	}
	turn(e, &d);
	as_decision *to = AS_LIST_ADD(e, decisions);
	if (to)
		*to = d;
}

/* What a register holds that is set to v only under a condition: that, or what it held. Two moves under opposite
 * conditions are one selection, and so is a constant in place of another. */
static as_value set_if(as_evaluator *e, const as_op *op, as_value v)
{
	const as_set_if *last = &e->last_set;
	as_value old = e->state.reg[op->dst], flags = e->state.reg[AS_REG_FLAGS];
	bool both = old != AS_NOT_KNOWN && last->value == old && flags != AS_NOT_KNOWN &&
		    last->flags == flags && op->cond != AS_COND_OTHER &&
		    last->cond == as_cond_not((as_cond)op->cond);
	as_value other = both ? last->set : old;
	bool chosen = e->terms.term[v].kind == AS_V_CONST &&
		      e->terms.term[other].kind == AS_V_CONST && v != other;
	if (chosen)
		decide(e, op, (uint32_t)(op - e->flow->ops));
	as_term n = { .kind = AS_V_PHI, .a = old, .b = v, .k = (int64_t)(op->at << 8 | op->dst) };
	if (both || chosen) {
		n.a = v;
		n.b = other;
	}
	as_value set = n.a == n.b ? n.a : as_terms_intern(&e->terms, n);
	e->last_set =
		(as_set_if){ .value = set, .set = v, .flags = flags, .cond = (as_cond)op->cond };
	return set;
}

static void set(as_evaluator *e, const as_op *op, as_value v)
{
	if (op->dst >= AS_N_REGS || op->dst == AS_REG_ZERO)
		return;
	if (op->cond != AS_ALWAYS && op->kind != AS_OP_SELECT && e->state.reg[op->dst] != v)
		v = set_if(e, op, v);
	e->state.reg[op->dst] = v;
	const as_term *n = &e->terms.term[v];
	if (n->kind != AS_V_CONST || op->dst >= AS_REG_VECTOR)
		return;
	const as_region *r = as_program_region(e->flow->program, (uint64_t)n->k);
	if (!r)
		return;
	as_ref *ref = AS_LIST_ADD(e, refs);
	if (ref)
		*ref = (as_ref){ .block = e->block, .at = op->at, .addr = (uint64_t)n->k };
}

/* The address op loads from or stores to: a value and an offset. */
static as_value address(as_evaluator *e, const as_op *op, int64_t *offset)
{
	*offset = op->imm;
	as_value base =
		op->a == AS_REG_NONE ? as_terms_const(&e->terms, 0, 8, false) : e->state.reg[op->a];
	if (op->b != AS_REG_NONE)
		base = as_terms_op(&e->terms, AS_OP_ADD, base, operand(e, op, op->b, true),
			e->terms.word, false);
	return base;
}

static void load(as_evaluator *e, const as_op *op)
{
	int64_t offset = 0;
	as_value base = address(e, op, &offset), v = AS_NOT_KNOWN;
	const as_term *n = &e->terms.term[base];
	if (n->kind == AS_V_STACK) {
		int64_t at = n->k + offset;
		v = as_state_load(&e->state, &e->terms, at, op->width, op->sign);
		size_t i = 0;
		if (v == AS_NOT_KNOWN && as_effect_stack_arg(e->flow->program->arch, at, &i))
			v = as_terms_intern(
				&e->terms, (as_term){ .kind = AS_V_ARG, .k = (int64_t)i });
	}
	if (n->kind == AS_V_STACK && as_effect_is_table(e->flow->program, op->dst))
		v = as_terms_const(&e->terms, e->flow->program->gp, 8, false);
	if (v == AS_NOT_KNOWN)
		v = as_terms_load(&e->terms, base, offset, op->width, op->sign);
	set(e, op, v);
}

static void note_taken(as_evaluator *e, as_value v)
{
	const as_term *n = &e->terms.term[v];
	if (n->kind != AS_V_STACK || e->n_taken >= sizeof(e->taken) / sizeof(e->taken[0]))
		return;
	for (uint32_t i = 0; i < e->n_taken; i++)
		if (e->taken[i] == n->k)
			return;
	e->taken[e->n_taken++] = (int32_t)n->k;
}

static void stack_store(as_evaluator *e, int64_t at, unsigned width, as_value v)
{
	as_state_store(&e->state, at, width, v);
	as_stack_write *w = AS_LIST_ADD(e, writes);
	if (w)
		*w = (as_stack_write){
			.block = e->block, .at = (int32_t)at, .width = (uint16_t)width
		};
}

static void store(as_evaluator *e, const as_op *op, uint32_t index)
{
	int64_t offset = 0;
	as_value base = address(e, op, &offset);
	as_value v = op->c == AS_REG_NONE ? AS_NOT_KNOWN : e->state.reg[op->c];
	v = op->width <= 8 ? as_terms_cut(&e->terms, v, op->width, false) : v;
	note_taken(e, v);
	const as_term *n = &e->terms.term[base];
	bool on_stack = n->kind == AS_V_STACK;
	if (on_stack && op->cond != AS_ALWAYS)
		as_state_forget(&e->state, n->k + offset, n->k + offset + op->width);
	else if (on_stack)
		stack_store(e, n->k + offset, op->width, v);
	as_value_kind kind = (as_value_kind)e->terms.term[v].kind;
	if (on_stack && kind != AS_V_CONST && kind != AS_V_BYTES)
		return;
	as_store *s = AS_LIST_ADD(e, stores);
	if (s)
		*s = (as_store){ .op = index,
			.block = e->block,
			.at = op->at,
			.base = base,
			.value = v,
			.offset = offset,
			.width = op->width };
}

static void compare(as_evaluator *e, const as_op *op)
{
	bool result = op->kind == AS_OP_RESULT || op->kind == AS_OP_SUM;
	as_value a = operand(e, op, op->a, false);
	as_value b = result ? as_terms_const(&e->terms, 0, 8, false) : operand(e, op, op->b, true);
	as_value v = as_terms_intern(&e->terms,
		(as_term){
			.kind = AS_V_FLAGS, .op = op->kind, .width = op->width, .a = a, .b = b });
	if (op->dst < AS_N_REGS)
		e->state.reg[op->dst] = v;
}

static void select_value(as_evaluator *e, const as_op *op, uint32_t index)
{
	decide(e, op, index);
	as_value a = operand(e, op, op->a, false), b = operand(e, op, op->b, false);
	as_value v = a == b ? a
			    : as_terms_intern(
				      &e->terms, (as_term){ .kind = AS_V_PHI,
							 .a = a,
							 .b = b,
							 .k = (int64_t)(op->at << 8 | op->dst) });
	set(e, op, v);
}

/* The bytes of strings that arguments point to on the stack. */
static void read_texts(as_evaluator *e, as_call *c)
{
	uint8_t text[TEXT_MAX];
	as_arena *a = e->flow->program->arena;
	as_span *texts = NULL;
	for (unsigned i = 0; i < AS_ARGS_MAX; i++) {
		const as_term *n = &e->terms.term[c->arg[i]];
		bool ends = false;
		size_t len = n->kind == AS_V_STACK ? as_state_text(&e->state, &e->terms, n->k, text,
							     sizeof(text), &ends)
						   : 0;
		if (len > 0 && !texts)
			texts = as_alloc_array(a, AS_ARGS_MAX, sizeof(*texts));
		if (len > 0 && texts)
			texts[i] = as_copy(a, as_bytes(text, len));
	}
	c->texts = texts;
}

/* Lists what is known of the stack from to to, before a call may write there. */
static void note_given(as_evaluator *e, int64_t from, int64_t to)
{
	for (uint32_t i = 0; i < e->state.n && e->state.slot[i].at < to; i++) {
		const as_stack_slot *slot = &e->state.slot[i];
		as_value_kind kind = (as_value_kind)e->terms.term[slot->v].kind;
		if (slot->at < from || (kind != AS_V_OP && kind != AS_V_RESULT && kind != AS_V_PHI))
			continue;
		as_given *g = AS_LIST_ADD(e, given);
		if (g)
			*g = (as_given){ .at = slot->at, .value = slot->v };
	}
}

/* What the callee may write through a pointer to the stack: up to the next object that is known there. */
static void forget_escaped(as_evaluator *e, const as_call *c)
{
	enum { UNBOUNDED = 4096 };
	if (as_effect_only_reads(e->flow->program, c->goal))
		return;
	for (unsigned i = 0; i < AS_ARGS_MAX; i++) {
		const as_term *n = &e->terms.term[c->arg[i]];
		if (n->kind != AS_V_STACK)
			continue;
		int64_t to = n->k + UNBOUNDED;
		for (uint32_t j = 0; j < e->n_taken; j++)
			if (e->taken[j] > n->k && e->taken[j] < to)
				to = e->taken[j];
		to = n->k < 0 && to > 0 ? 0 : to;
		to = as_effect_bound(e->flow->program, c, i, &e->terms, n->k, to);
		note_given(e, n->k, to);
		as_state_forget(&e->state, n->k, to);
	}
}

/* Forgets the registers that a call may change. */
static void clobber(as_evaluator *e)
{
	for (uint64_t low = e->clobbered.low; low; low &= low - 1)
		e->state.reg[__builtin_ctzll(low)] = AS_NOT_KNOWN;
	memset(&e->state.reg[64], 0, (AS_REG_ZERO - 64) * sizeof(e->state.reg[0]));
}

static void call(as_evaluator *e, const as_op *op, uint32_t index)
{
	const as_program *p = e->flow->program;
	const as_block *b = &e->flow->blocks[e->block];
	as_call c = { .op = index,
		.block = e->block,
		.at = op->at,
		.to = SIZE_MAX,
		.system = op->kind == AS_OP_SYSCALL };
	c.tail = (b->tail && index + 2 == b->first + b->n) || op->kind == AS_OP_JUMP_TO;
	if (op->kind == AS_OP_CALL && as_effect_is_link(p, op, &e->terms, e->state.reg))
		return;
	c.callee = op->kind == AS_OP_CALL ? as_terms_const(&e->terms, (uint64_t)op->imm, 8, false)
		   : c.system             ? AS_NOT_KNOWN
					  : e->state.reg[op->a];
	const as_term *n = &e->terms.term[c.callee];
	c.goal = n->kind == AS_V_CONST ? as_effect_goal(p, &e->terms, e->state.reg, (uint64_t)n->k)
				       : 0;
	if (p->elf.machine == AS_EM_ARM)
		c.goal &= ~UINT64_C(1); /* Thumb */
	as_effect_arguments(p, &e->terms, &e->state, &c);
	for (unsigned i = 0; i < AS_ARGS_MAX; i++)
		note_taken(e, c.arg[i]);
	c.result = as_terms_intern(&e->terms, (as_term){ .kind = AS_V_RESULT, .k = index });
	read_texts(e, &c);
	forget_escaped(e, &c);
	if (!c.system)
		clobber(e);
	as_effect_after(p, &c, &e->terms, &e->state);
	as_call *to = AS_LIST_ADD(e, calls);
	if (to)
		*to = c;
}

static void compute(as_evaluator *e, const as_op *op)
{
	as_value a = operand(e, op, op->a, false), b = operand(e, op, op->b, true);
	if (op->kind == AS_OP_MOVE)
		set(e, op, op->width <= 8 ? as_terms_cut(&e->terms, a, op->width, op->sign) : a);
	else
		set(e, op, as_terms_op(&e->terms, (as_op_kind)op->kind, a, b, op->width, op->sign));
}

/* A computed jump to what is known to stand elsewhere is a call that does not come back. */
static bool is_tail(as_evaluator *e, as_value to)
{
	const as_term *n = &e->terms.term[to];
	uint64_t goal = n->kind == AS_V_CONST ? (uint64_t)n->k : 0;
	if (n->kind == AS_V_RESULT) /* what a call answered is no table of a switch */
		return true;
	return goal != 0 && (goal < e->flow->addr || goal >= e->flow->limit);
}

static void go_to(as_evaluator *e, const as_op *op, uint32_t index)
{
	if (op->a < AS_N_REGS && is_tail(e, e->state.reg[op->a])) {
		call(e, op, index);
		return;
	}
	as_goto *g = AS_LIST_ADD(e, gotos);
	if (g)
		*g = (as_goto){ .op = index,
			.block = e->block,
			.at = op->at,
			.to = operand(e, op, op->a, false) };
}

static void answer(as_evaluator *e)
{
	as_answer *a = AS_LIST_ADD(e, answers);
	if (a)
		*a = (as_answer){ .block = e->block,
			.value = e->state.reg[e->flow->program->arch->result] };
}

static void step(as_evaluator *e, const as_op *op, uint32_t index)
{
	as_op_kind kind = (as_op_kind)op->kind;
	if (kind == AS_OP_KILL || kind == AS_OP_PACKED)
		set(e, op, AS_NOT_KNOWN);
	else if (kind >= AS_OP_MOVE && kind <= AS_OP_NOT)
		compute(e, op);
	else if (kind == AS_OP_LOAD)
		load(e, op);
	else if (kind == AS_OP_STORE)
		store(e, op, index);
	else if (kind == AS_OP_FILL || kind == AS_OP_COPY)
		as_effect_block_op(e->flow->program, op, &e->terms, &e->state);
	else if (kind >= AS_OP_COMPARE && kind <= AS_OP_SUM)
		compare(e, op);
	else if (kind == AS_OP_SELECT)
		select_value(e, op, index);
	else if (kind == AS_OP_BRANCH || kind == AS_OP_BRANCH_IF)
		decide(e, op, index);
	else if (kind == AS_OP_JUMP_TO)
		go_to(e, op, index);
	else if (kind == AS_OP_RETURN)
		answer(e);
	else if (kind == AS_OP_CALL || kind == AS_OP_CALL_TO || kind == AS_OP_SYSCALL)
		call(e, op, index);
}

static bool pass(as_evaluator *e)
{
	const as_flow *f = e->flow;
	e->n_calls = e->n_decisions = e->n_stores = e->n_refs = e->n_gotos = e->n_meetings =
		e->n_answers = e->n_given = e->n_writes = e->n_saved = 0;
	e->loop_budget = LOOP_BUDGET;
	e->last_set = (as_set_if){ 0 };
	e->clobbered = as_join_clobbered(f->program->arch);
	if (!as_terms_reset(&e->terms, f->program))
		return false;
	for (uint32_t i = 0; i < f->n_blocks; i++)
		e->endings[i].done = false;
	for (e->block = 0; e->block < f->n_blocks && !e->no_memory; e->block++) {
		const as_block *b = &f->blocks[e->block];
		as_join_enter(e);
		for (uint32_t i = 0; i < b->n; i++)
			step(e, &f->ops[b->first + i], b->first + i);
		if (!as_join_leave(e))
			return false;
	}
	return !e->no_memory;
}

/* Whether a second pass knows more than the first: what loops write to the stack, and which addresses there are given
 * away later. */
static bool knows_more(const as_evaluator *e)
{
	const as_flow *f = e->flow;
	bool loops = false, writes = false;
	for (uint32_t b = 0; b < f->n_blocks && !writes; b++) {
		uint32_t end = as_join_loop_end(f, b);
		loops = loops || end > 0;
		uint32_t first = end > 0 ? as_join_first_write(e->writes, e->n_writes, b) : 0;
		writes = end > 0 && first < e->n_writes && e->writes[first].block < end;
	}
	return writes || (loops && e->n_taken > 1);
}

static bool second_pass(as_evaluator *e)
{
	as_stack_write *writes = e->writes;
	uint32_t room = e->room_writes;
	e->writes = e->last_writes;
	e->room_writes = e->room_last;
	e->last_writes = writes;
	e->room_last = room;
	e->n_last = e->n_writes;
	return pass(e);
}

bool as_values_of(as_values *v, as_evaluator *e, const as_flow *f)
{
	as_flow none = *f;
	none.n_blocks = 0;
	e->flow = f->n_blocks > BLOCKS_MAX ? &none : f;
	e->cut = f->n_blocks > BLOCKS_MAX;
	e->no_memory = false;
	e->n_last = e->n_taken = 0;
	uint64_t n = e->flow->n_blocks;
	if (!as_evaluator_grow(e, &e->regs, &e->room_regs, n * AS_N_REGS, sizeof(*e->regs)) ||
		!as_evaluator_grow(e, &e->endings, &e->room_endings, n, sizeof(*e->endings)) ||
		!as_join_prepare(e) || !pass(e) || (knows_more(e) && !second_pass(e)))
		return false;
	*v = (as_values){ .flow = f,
		.terms = e->terms.term,
		.calls = e->calls,
		.decisions = e->decisions,
		.stores = e->stores,
		.refs = e->refs,
		.gotos = e->gotos,
		.meetings = e->meetings,
		.answers = e->answers,
		.given = e->given,
		.n_terms = e->terms.n,
		.n_calls = e->n_calls,
		.n_decisions = e->n_decisions,
		.n_stores = e->n_stores,
		.n_refs = e->n_refs,
		.n_gotos = e->n_gotos,
		.n_meetings = e->n_meetings,
		.n_answers = e->n_answers,
		.n_given = e->n_given,
		.cut = e->cut || e->terms.full };
	for (uint32_t i = 0; i < e->n_decisions; i++)
		as_choice_settle(v, &e->decisions[i], i);
	e->flow = NULL;
	return true;
}
