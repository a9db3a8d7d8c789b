/* SPDX-License-Identifier: Apache-2.0 */
#include "code/evaluator.h"

#include <string.h>

static void mark(as_mask *m, unsigned r)
{
	if (r < 64)
		m->low |= UINT64_C(1) << r;
	else if (r < AS_N_REGS)
		m->high |= UINT64_C(1) << (r - 64);
}

bool as_join_marked(const as_mask *m, unsigned r)
{
	return r < 64 ? m->low >> r & 1 : m->high >> (r - 64) & 1;
}

/* Takes the first register out of a set; AS_N_REGS or more if there is none. */
static unsigned next_marked(as_mask *m)
{
	if (m->low) {
		unsigned r = (unsigned)__builtin_ctzll(m->low);
		m->low &= m->low - 1;
		return r;
	}
	if (m->high) {
		unsigned r = (unsigned)__builtin_ctzll(m->high);
		m->high &= m->high - 1;
		return 64 + r;
	}
	return AS_N_REGS;
}

/* Registers a call may change: all that the convention does not keep. */
as_mask as_join_clobbered(const as_arch *a)
{
	as_mask m = { .low = ~a->kept, .high = ~UINT64_C(0) };
	m.low &= ~(UINT64_C(1) << a->sp);
	m.high &= ~(UINT64_C(1) << (AS_REG_ZERO - 64));
	return m;
}

static void join(as_mask *m, const as_mask *more)
{
	m->low |= more->low;
	m->high |= more->high;
}

static void mark_read(as_mask *read, const as_mask *written, unsigned r)
{
	if (r < AS_N_REGS && !as_join_marked(written, r))
		mark(read, r);
}

/* What a call, a system call or a return reads without naming it. */
static as_mask read_by_convention(const as_arch *a, as_op_kind kind)
{
	as_mask m = { 0 };
	bool calls = kind == AS_OP_CALL || kind == AS_OP_CALL_TO || kind == AS_OP_SYSCALL ||
		     kind == AS_OP_JUMP_TO;
	for (unsigned i = 0; calls && i < a->n_args; i++)
		mark(&m, a->args[i]);
	if (kind == AS_OP_SYSCALL)
		mark(&m, a->number);
	if (kind == AS_OP_RETURN)
		mark(&m, a->result);
	mark(&m, a->sp);
	return m;
}

/* What a block reads before it writes it, and what it writes. */
static void read_block(
	const as_flow *f, const as_block *b, const as_mask *call, as_mask *read, as_mask *written)
{
	const as_arch *a = f->program->arch;
	for (uint32_t j = 0; j < b->n; j++) {
		const as_op *op = &f->ops[b->first + j];
		as_op_kind kind = (as_op_kind)op->kind;
		bool always = op->cond == AS_ALWAYS || kind == AS_OP_SELECT;
		mark_read(read, written, op->a);
		mark_read(read, written, op->b);
		mark_read(read, written, op->c);
		if (!always)
			mark_read(read, written, AS_REG_FLAGS);
		if (!always && op->dst < AS_N_REGS)
			mark_read(read, written, op->dst);
		if (kind >= AS_OP_JUMP_TO && kind <= AS_OP_SYSCALL) {
			as_mask more = read_by_convention(a, kind);
			more.low &= ~written->low;
			more.high &= ~written->high;
			join(read, &more);
		}
		if (op->dst != AS_REG_NONE && always)
			mark(written, op->dst);
		if (kind == AS_OP_CALL || kind == AS_OP_CALL_TO)
			join(written, call);
	}
}

/* What is read later, before it is written: only that is worth knowing where ways meet. Backwards to a fixed
 * point, of which a bounded number of rounds is taken; what is still open then counts as read. */
static void find_live(as_evaluator *e)
{
	enum { ROUNDS = 24 };
	const as_flow *f = e->flow;
	bool changed = true;
	for (int round = 0; changed && round < ROUNDS; round++) {
		changed = false;
		for (uint32_t i = f->n_blocks; i-- > 0;) {
			const as_block *b = &f->blocks[i];
			as_mask live = { 0 };
			if (b->next != AS_NO_BLOCK)
				join(&live, &e->live[b->next]);
			if (b->taken != AS_NO_BLOCK)
				join(&live, &e->live[b->taken]);
			for (uint32_t c = 0; c < b->n_cases; c++)
				join(&live, &e->live[f->cases[b->cases + c]]);
			live.low = (live.low & ~e->written[i].low) | e->read[i].low;
			live.high = (live.high & ~e->written[i].high) | e->read[i].high;
			changed = changed || live.low != e->live[i].low ||
				  live.high != e->live[i].high;
			e->live[i] = live;
		}
	}
	for (uint32_t i = 0; changed && i < f->n_blocks; i++)
		e->live[i] = (as_mask){ ~UINT64_C(0), ~UINT64_C(0) };
}

bool as_join_prepare(as_evaluator *e)
{
	const as_flow *f = e->flow;
	if (!as_evaluator_grow(
		    e, &e->written, &e->room_written, f->n_blocks, sizeof(*e->written)) ||
		!as_evaluator_grow(e, &e->read, &e->room_read, f->n_blocks, sizeof(*e->read)) ||
		!as_evaluator_grow(e, &e->live, &e->room_live, f->n_blocks, sizeof(*e->live)))
		return false;
	as_mask call = as_join_clobbered(f->program->arch);
	for (uint32_t i = 0; i < f->n_blocks; i++) {
		e->written[i] = e->read[i] = e->live[i] = (as_mask){ 0 };
		read_block(f, &f->blocks[i], &call, &e->read[i], &e->written[i]);
	}
	find_live(e);
	return true;
}

static as_value phi(as_evaluator *e, uint32_t what, as_value a, as_value b)
{
	return as_terms_intern(
		&e->terms, (as_term){ .kind = AS_V_PHI,
				   .a = a,
				   .b = b,
				   .k = (int64_t)((uint64_t)e->block << 32 | what) });
}

/* The last block that jumps back to b, or b itself if none does. */
uint32_t as_join_loop_end(const as_flow *f, uint32_t b)
{
	uint32_t end = 0;
	for (uint32_t i = 0; i < f->blocks[b].n_preds; i++) {
		uint32_t p = f->preds[f->blocks[b].preds + i];
		if (p >= b && p + 1 > end)
			end = p + 1;
	}
	return end;
}

static void enter_function(as_evaluator *e)
{
	const as_program *p = e->flow->program;
	const as_arch *a = p->arch;
	as_state *s = &e->state;
	s->n = 0;
	as_mask live = e->live[0];
	live.low = ~UINT64_C(0);
	memset(s->reg, 0, sizeof(s->reg)); /* nobody asks for other vectors */
	for (unsigned r = next_marked(&live); r < AS_N_REGS; r = next_marked(&live))
		s->reg[r] = as_terms_intern(&e->terms, (as_term){ .kind = AS_V_ENTRY, .k = r });
	for (unsigned i = 0; i < a->n_args; i++)
		s->reg[a->args[i]] =
			as_terms_intern(&e->terms, (as_term){ .kind = AS_V_ARG, .k = i });
	s->reg[AS_REG_ZERO] = as_terms_const(&e->terms, 0, 8, false);
	s->reg[a->sp] = as_terms_intern(&e->terms, (as_term){ .kind = AS_V_STACK, .k = 0 });
	as_effect_entry(p, e->flow->addr, &e->terms, s->reg);
}

/* Takes over the end of block from. */
static void take_state(as_evaluator *e, uint32_t from)
{
	as_state *s = &e->state;
	memcpy(s->reg, e->regs + (size_t)from * AS_N_REGS, sizeof(s->reg));
	s->n = e->endings[from].n;
	if (s->n > 0)
		memcpy(s->slot, e->saved + e->endings[from].first, s->n * sizeof(s->slot[0]));
}

static void note_meeting(as_evaluator *e, as_value phi, as_value value, uint32_t from)
{
	as_meeting *m = AS_LIST_ADD(e, meetings);
	if (m)
		*m = (as_meeting){ .phi = phi, .value = value, .block = e->block, .from = from };
}

/* The value of this place for what is ours on the ways before and other on the way from a block. */
static as_value meet(as_evaluator *e, uint32_t what, as_value ours, as_value other, uint32_t from)
{
	const as_term *n = &e->terms.term[ours];
	const as_block *b = &e->flow->blocks[e->block];
	if (ours == AS_NOT_KNOWN && other == AS_NOT_KNOWN)
		return AS_NOT_KNOWN;
	if (n->kind == AS_V_PHI && (uint64_t)n->k == ((uint64_t)e->block << 32 | what)) {
		note_meeting(e, ours, other, from);
		return ours;
	}
	as_value both = phi(e, what, ours, other);
	for (uint32_t i = 0; i < b->n_preds; i++) {
		uint32_t p = e->flow->preds[b->preds + i];
		if (p == from)
			break;
		if (p < e->block && e->endings[p].done)
			note_meeting(e, both, ours, p);
	}
	note_meeting(e, both, other, from);
	return both;
}

/* Where another way leads here: what differs becomes a value of this place. */
static void merge_state(as_evaluator *e, uint32_t from)
{
	as_state *s = &e->state;
	const as_value *reg = e->regs + (size_t)from * AS_N_REGS;
	const as_mask *live = &e->live[e->block];
	enum { MANY = 15 /* divides the number of registers: most are the same on all ways */ };
	for (unsigned r = 0; r < AS_N_REGS; r++) {
		if (r % MANY == 0 && memcmp(s->reg + r, reg + r, MANY * sizeof(*reg)) == 0)
			r += MANY - 1;
		else if (s->reg[r] != reg[r])
			s->reg[r] = as_join_marked(live, r) ? meet(e, r, s->reg[r], reg[r], from)
							    : AS_NOT_KNOWN;
	}
	const as_stack_slot *other = e->saved ? e->saved + e->endings[from].first : NULL;
	uint32_t n = e->endings[from].n, kept = 0;
	for (uint32_t i = 0, j = 0; i < s->n; i++) {
		while (j < n && other[j].at < s->slot[i].at)
			j++;
		if (j >= n || other[j].at != s->slot[i].at || other[j].width != s->slot[i].width)
			continue;
		as_stack_slot slot = s->slot[i];
		if (slot.v != other[j].v)
			slot.v = meet(e, (uint32_t)slot.at ^ 0x80000000u, slot.v, other[j].v, from);
		s->slot[kept++] = slot;
	}
	s->n = kept;
}

/* Whether nothing follows a block: it belongs to no loop, though it may stand among the blocks of one. What it writes
 * (the caller's registers, before it returns) concerns nobody here. */
static bool leaves(const as_block *b)
{
	return b->next == AS_NO_BLOCK && b->taken == AS_NO_BLOCK && b->n_cases == 0 &&
	       !b->unresolved;
}

uint32_t as_join_first_write(const as_stack_write *list, uint32_t n, uint32_t block)
{
	uint32_t low = 0, high = n;
	while (low < high) {
		uint32_t mid = (low + high) / 2;
		if (list[mid].block < block)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* What a loop writes is not known at its head. */
static void blur_loop(as_evaluator *e, uint32_t end)
{
	const as_flow *f = e->flow;
	as_state *s = &e->state;
	as_mask m = { 0 };
	bool all = end - e->block > e->loop_budget;
	for (uint32_t i = e->block; i < end && !all; i++) {
		if (leaves(&e->flow->blocks[i]))
			continue;
		m.low |= e->written[i].low;
		m.high |= e->written[i].high;
	}
	e->loop_budget -= all ? 0 : end - e->block;
	e->cut = e->cut || all;
	as_mask live = e->live[e->block];
	live.low &= (all ? ~UINT64_C(0) : m.low) & ~(UINT64_C(1) << e->flow->program->arch->sp);
	live.high &= (all ? ~UINT64_C(0) : m.high) & ~(UINT64_C(1) << (AS_REG_ZERO - 64));
	for (unsigned r = next_marked(&live); r < AS_N_REGS; r = next_marked(&live))
		s->reg[r] = phi(e, r, s->reg[r], AS_NOT_KNOWN);
	uint32_t low = as_join_first_write(e->last_writes, e->n_last, e->block);
	for (uint32_t i = low; i < e->n_last && e->last_writes[i].block < end; i++) {
		const as_stack_write *w = &e->last_writes[i];
		as_value old = as_state_load(s, &e->terms, w->at, w->width, false);
		size_t n = 0;
		if (old == AS_NOT_KNOWN && as_effect_stack_arg(f->program->arch, w->at, &n))
			old = as_terms_intern(
				&e->terms, (as_term){ .kind = AS_V_ARG, .k = (int64_t)n });
		as_state_store(s, w->at, w->width,
			phi(e, (uint32_t)w->at ^ 0x80000000u, old, AS_NOT_KNOWN));
	}
}

/* The pointer to the global offset table is the same in every block: code restores it after calls, by loads that a
 * loop or a call may seem to spoil. */
static void pin_table(as_evaluator *e)
{
	enum { MIPS_GP = 28, PPC_TOC = 2 };
	const as_program *p = e->flow->program;
	if (p->gp && p->elf.machine == AS_EM_MIPS)
		e->state.reg[MIPS_GP] = as_terms_const(&e->terms, p->gp, 8, false);
	if (p->gp && p->elf.machine == AS_EM_PPC64)
		e->state.reg[PPC_TOC] = as_terms_const(&e->terms, p->gp, 8, false);
}

void as_join_enter(as_evaluator *e)
{
	const as_flow *f = e->flow;
	const as_block *b = &f->blocks[e->block];
	bool first = true;
	/* Straight on from the block before: the state is that already. */
	if (b->n_preds == 1 && f->preds[b->preds] + 1 == e->block)
		return;
	if (e->block == 0) {
		enter_function(e);
		first = false;
	}
	for (uint32_t i = 0; i < b->n_preds; i++) {
		uint32_t p = f->preds[b->preds + i];
		if (p >= e->block || !e->endings[p].done)
			continue;
		if (first)
			take_state(e, p);
		else
			merge_state(e, p);
		first = false;
	}
	uint32_t end = as_join_loop_end(f, e->block);
	if (end > 0)
		blur_loop(e, end);
	pin_table(e);
}

/* Whether nothing but the next block follows this one, and nothing else leads there: then its end need not be
 * kept. */
static bool goes_straight_on(const as_evaluator *e)
{
	const as_flow *f = e->flow;
	const as_block *b = &f->blocks[e->block];
	uint32_t to = b->next != AS_NO_BLOCK ? b->next : b->taken;
	return b->n_cases == 0 && (b->next == AS_NO_BLOCK || b->taken == AS_NO_BLOCK) &&
	       to == e->block + 1 && to < f->n_blocks && f->blocks[to].n_preds == 1;
}

bool as_join_leave(as_evaluator *e)
{
	as_state *s = &e->state;
	if (goes_straight_on(e)) {
		e->endings[e->block] = (as_ending){ .done = true };
		return true;
	}
	memcpy(e->regs + (size_t)e->block * AS_N_REGS, s->reg, sizeof(s->reg));
	uint32_t n = e->n_saved + s->n > SAVED_MAX ? 0 : s->n;
	e->cut = e->cut || n < s->n;
	if (!as_evaluator_grow(
		    e, &e->saved, &e->room_saved, (uint64_t)e->n_saved + n, sizeof(*e->saved)))
		return false;
	if (n > 0)
		memcpy(e->saved + e->n_saved, s->slot, n * sizeof(s->slot[0]));
	e->endings[e->block] = (as_ending){ .first = e->n_saved, .n = n, .done = true };
	e->n_saved += n;
	return true;
}
