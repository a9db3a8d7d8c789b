/* SPDX-License-Identifier: Apache-2.0 */
/* Exploring: instructions are lifted from the entry on, and from where branches lead, each once. A run of
 * instructions ends where control does not go on, or where one was lifted before. Blocks are then cut at every
 * address that is jumped to. */
#include "code/flow.h"

#include "code/detour.h"

#include <stdlib.h>
#include <string.h>

enum {
	RANGE_MAX = 4 << 20, /* bytes of one function */
	OPS_MAX = 3 << 20,
	NOT_SEEN = 0,
};

struct as_explorer {
	as_op *ops;
	uint8_t *starts; /* by operation: a block begins here */
	uint32_t n_ops, room_ops;
	uint32_t *
		seen; /* by (address - start) / step: first operation + 1 of the instruction there */
	uint32_t room_seen;
	uint64_t n_seen, seen_from; /* seen_from: the start it is relative to */
	unsigned step;
	uint64_t *pending; /* places to explore */
	uint32_t n_pending, room_pending;
	as_switch *switches;
	uint32_t n_switches, room_switches;
	uint64_t *goals;
	uint32_t n_goals, room_goals;
	as_block *blocks, *ordered;
	uint32_t n_blocks, room_blocks;
	uint32_t *block_of; /* by operation, of those that begin one */
	uint32_t room_block_of;
	uint32_t *scratch, *cases, *preds;
	uint32_t room_scratch, room_cases, room_preds;
};

as_explorer *as_explorer_new(void) { return calloc(1, sizeof(as_explorer)); }

void as_explorer_free(as_explorer *x)
{
	if (!x)
		return;
	void *all[] = { x->ops, x->starts, x->seen, x->pending, x->switches, x->goals, x->blocks,
		x->ordered, x->block_of, x->scratch, x->cases, x->preds };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		free(all[i]);
	free(x);
}

/* Makes room for n elements in an array; false without memory. */
static bool grow(void *array, uint32_t *room, uint64_t n, size_t size)
{
	void **p = array;
	if (n <= *room)
		return true;
	uint64_t more = as_max(n, (uint64_t)*room * 2);
	void *to = more > UINT32_MAX ? NULL : realloc(*p, (size_t)more * size);
	if (!to)
		return false;
	*p = to;
	*room = (uint32_t)more;
	return true;
}

static uint32_t *seen_at(const as_flow *f, uint64_t addr)
{
	const as_explorer *x = f->explorer;
	uint64_t i = (addr - f->addr) / x->step;
	return addr >= f->addr && i < x->n_seen ? &x->seen[i] : NULL;
}

static bool push(as_explorer *x, uint64_t addr)
{
	if (!grow(&x->pending, &x->room_pending, (uint64_t)x->n_pending + 1, sizeof(*x->pending)))
		return false;
	x->pending[x->n_pending++] = addr;
	return true;
}

static bool inside(const as_flow *f, const as_surroundings *around, uint64_t addr)
{
	if (addr == f->addr)
		return true;
	return addr > f->addr && addr < f->limit && seen_at(f, addr) &&
	       !around->starts(around->ctx, addr);
}

static as_op *append(as_explorer *x, const as_op *op, bool starts)
{
	uint32_t room = x->room_ops;
	if (!grow(&x->ops, &x->room_ops, (uint64_t)x->n_ops + 1, sizeof(*x->ops)))
		return NULL;
	if (x->room_ops != room) {
		uint8_t *s = realloc(x->starts, x->room_ops);
		if (!s)
			return NULL;
		x->starts = s;
	}
	x->starts[x->n_ops] = starts;
	x->ops[x->n_ops] = *op;
	return &x->ops[x->n_ops++];
}

/* A jump out of the function is a call that does not come back here. */
static bool append_tail(as_explorer *x, const as_op *op)
{
	as_op call = *op, back = *op;
	call.kind = op->kind == AS_OP_JUMP ? AS_OP_CALL : AS_OP_CALL_TO;
	back.kind = AS_OP_RETURN;
	back.a = AS_REG_NONE;
	back.len = 0;
	return append(x, &call, false) && append(x, &back, false);
}

/* A branch out of the function to another is a branch around a jump there. raw: its goal, with ARM's bit 0. */
static bool append_leaving(as_explorer *x, const as_op *op, int64_t raw)
{
	as_op around = *op, jump = *op;
	around.cond = (uint8_t)as_cond_not((as_cond)op->cond);
	around.imm = (int64_t)(op->at + op->len);
	jump.kind = AS_OP_JUMP;
	jump.cond = AS_ALWAYS;
	jump.a = jump.b = jump.c = AS_REG_NONE;
	jump.imm = raw;
	if (!append(x, &around, false) || !append_tail(x, &jump))
		return false;
	x->starts[x->n_ops - 2] = 1;
	return push(x, op->at + op->len);
}

/* A conditional call becomes a branch around it. */
static bool append_conditional(as_explorer *x, const as_op *op)
{
	as_op around = *op, bare = *op;
	around.kind = AS_OP_BRANCH;
	around.a = op->c != AS_REG_NONE ? op->c : AS_REG_FLAGS;
	around.b = AS_REG_NONE;
	around.cond = (uint8_t)as_cond_not((as_cond)op->cond);
	around.imm = (int64_t)(op->at + op->len);
	bare.cond = AS_ALWAYS;
	return append(x, &around, false) && append(x, &bare, true);
}

static bool is_end(const as_op *op)
{
	return op->cond == AS_ALWAYS && (op->kind == AS_OP_JUMP || op->kind == AS_OP_JUMP_TO ||
						op->kind == AS_OP_RETURN || op->kind == AS_OP_TRAP);
}

bool as_flow_resolve(as_flow *f, const as_surroundings *around, as_switch s, const uint64_t *goals)
{
	as_explorer *x = f->explorer;
	if (!grow(&x->goals, &x->room_goals, (uint64_t)x->n_goals + s.n, sizeof(*x->goals)) ||
		!grow(&x->switches, &x->room_switches, (uint64_t)x->n_switches + 1,
			sizeof(*x->switches)))
		return false;
	uint32_t n = s.n;
	s.at = x->ops[s.op].at;
	s.first = x->n_goals;
	for (uint32_t i = 0; i < n; i++) {
		if (!inside(f, around, goals[i]))
			continue;
		x->goals[x->n_goals++] = goals[i];
		if (!push(x, goals[i]))
			return false;
	}
	s.n = x->n_goals - s.first;
	x->switches[x->n_switches++] = s;
	return true;
}

/* Takes in one operation. *goes_on: whether control can reach what follows it. */
static bool take_op(as_flow *f, const as_surroundings *around, as_op op, bool *goes_on)
{
	as_explorer *x = f->explorer;
	if (op.kind == AS_OP_JUMP)
		as_detour_follow(f->program, &op, f->addr, f->limit);
	uint64_t goal = (uint64_t)op.imm &
			(f->program->elf.machine == AS_EM_ARM ? ~UINT64_C(1) : ~UINT64_C(0));
	if (op.kind == AS_OP_JUMP && op.cond != AS_ALWAYS) {
		op.kind = AS_OP_BRANCH;
		op.a = op.a == AS_REG_NONE ? AS_REG_FLAGS : op.a;
	}
	bool leaves =
		op.kind == AS_OP_BRANCH || op.kind == AS_OP_BRANCH_IF || op.kind == AS_OP_JUMP;
	int64_t raw = op.imm;
	if (leaves)
		op.imm = (int64_t)goal;
	*goes_on = !is_end(&op);
	if (op.cond != AS_ALWAYS && (op.kind == AS_OP_CALL || op.kind == AS_OP_CALL_TO ||
					    op.kind == AS_OP_RETURN || op.kind == AS_OP_JUMP_TO)) {
		*goes_on = true;
		return append_conditional(x, &op) && push(x, op.at + op.len);
	}
	if (op.kind == AS_OP_CALL && around->never_returns(around->ctx, goal)) {
		as_op trap = { .kind = AS_OP_TRAP, .at = op.at };
		*goes_on = false;
		return append(x, &op, false) && append(x, &trap, false);
	}
	if (leaves && inside(f, around, goal))
		return append(x, &op, false) && push(x, goal);
	if (op.kind == AS_OP_JUMP) {
		op.imm = raw; /* a call keeps bit 0, which says what it arrives at */
		return append_tail(x, &op);
	}
	if (leaves && around->starts(around->ctx, goal))
		return append_leaving(x, &op, raw);
	f->leaves = f->leaves || leaves;
	if (!append(x, &op, false))
		return false;
	const uint64_t *goals = NULL;
	size_t n = op.kind == AS_OP_JUMP_TO && around->goals
			   ? around->goals(around->ctx, op.at, &goals)
			   : 0;
	return n == 0 || as_flow_resolve(f, around,
				 (as_switch){ .op = x->n_ops - 1, .n = (uint32_t)n }, goals);
}

/* Whether what was read last runs on, over the end of this function, into another: hand-written code that is in
 * several pieces for the unwinder. What follows a call or padding is not run into: the call does not come back. */
static bool falls_into(const as_flow *f, const as_surroundings *around, as_span code, uint64_t addr)
{
	const as_explorer *x = f->explorer;
	uint8_t last = x->n_ops > 0 ? x->ops[x->n_ops - 1].kind : AS_OP_NOP;
	return code.n == 0 && addr == f->limit && last >= AS_OP_MOVE &&
	       !as_op_is_flow(&x->ops[x->n_ops - 1]) && around->starts(around->ctx, addr);
}

/* Lifts from addr until control does not go on or an instruction was lifted before. */
static bool explore_run(as_flow *f, const as_surroundings *around, uint64_t addr)
{
	as_explorer *x = f->explorer;
	const as_program *p = f->program;
	as_mode mode = p->mode;
	mode.thumb = f->thumb;
	as_span code = as_program_from(p, addr);
	code = as_cut(code, 0, as_min(code.n, f->limit - addr));
	bool goes_on = true, first = true;
	while (goes_on) {
		uint32_t *seen = seen_at(f, addr);
		if (seen && *seen != NOT_SEEN) {
			x->starts[*seen - 1] = 1;
			return true;
		}
		as_ops ops;
		as_ops_clear(&ops, addr);
		size_t n = seen && x->n_ops < OPS_MAX ? p->arch->lift(&mode, code, addr, &ops) : 0;
		if (n == 0 && !first && falls_into(f, around, code, addr)) {
			as_op jump = x->ops[x->n_ops - 1];
			jump.kind = AS_OP_JUMP;
			jump.imm = (int64_t)addr;
			f->runs_on = true;
			return take_op(f, around, jump, &goes_on);
		}
		if (n == 0) {
			f->open_end = f->open_end || (code.n == 0 && addr == f->limit);
			f->invalid = f->invalid || code.n > 0;
			f->cut = f->cut || !seen || x->n_ops >= OPS_MAX;
			as_op trap = { .kind = AS_OP_TRAP, .at = addr };
			return append(x, &trap, first) != NULL;
		}
		*seen = x->n_ops + 1;
		if (ops.n == 0)
			(void)as_op_add(&ops, AS_OP_NOP, 1);
		for (size_t i = 0; i < ops.n && (goes_on || i == 0); i++) {
			as_op *op = &ops.op[i];
			op->len = (uint8_t)n;
			bool ok = op->kind < AS_OP_BRANCH ? append(x, op, false) != NULL
							  : take_op(f, around, *op, &goes_on);
			if (!ok)
				return false;
		}
		x->starts[*seen - 1] |= first;
		first = false;
		addr += n;
		f->end = as_max(f->end, addr);
		code = as_from(code, n);
	}
	return true;
}

static bool explore(as_flow *f, const as_surroundings *around)
{
	as_explorer *x = f->explorer;
	while (x->n_pending > 0) {
		uint64_t addr = x->pending[--x->n_pending];
		uint32_t *seen = seen_at(f, addr);
		if (!seen || addr >= f->limit)
			continue;
		if (*seen != NOT_SEEN)
			x->starts[*seen - 1] = 1;
		else if (!explore_run(f, around, addr))
			return false;
	}
	return true;
}

static bool ends_block(const as_op *op)
{
	return op->kind == AS_OP_BRANCH || op->kind == AS_OP_BRANCH_IF || op->kind == AS_OP_JUMP ||
	       op->kind == AS_OP_JUMP_TO || op->kind == AS_OP_RETURN || op->kind == AS_OP_TRAP;
}

static bool cut_blocks(as_flow *f)
{
	as_explorer *x = f->explorer;
	x->n_blocks = 0;
	if (!grow(&x->block_of, &x->room_block_of, (uint64_t)x->n_ops + 1, sizeof(*x->block_of)))
		return false;
	for (uint32_t i = 0, from = 0; i < x->n_ops; i++) {
		bool last = i + 1 == x->n_ops || x->starts[i + 1] || ends_block(&x->ops[i]);
		if (!last)
			continue;
		if (!grow(&x->blocks, &x->room_blocks, (uint64_t)x->n_blocks + 1,
			    sizeof(*x->blocks)))
			return false;
		x->block_of[from] = x->n_blocks;
		x->blocks[x->n_blocks++] = (as_block){ .addr = x->ops[from].at,
			.first = from,
			.n = i + 1 - from,
			.next = AS_NO_BLOCK,
			.taken = AS_NO_BLOCK };
		if (i + 1 < x->n_ops)
			x->starts[i + 1] = 1;
		from = i + 1;
	}
	return true;
}

static uint32_t block_at(const as_flow *f, uint64_t addr)
{
	const uint32_t *seen = seen_at(f, addr);
	if (!seen || *seen == NOT_SEEN || !f->explorer->starts[*seen - 1])
		return AS_NO_BLOCK;
	return f->explorer->block_of[*seen - 1];
}

static const as_switch *switch_of(const as_explorer *x, uint32_t op)
{
	for (uint32_t i = x->n_switches; i > 0; i--)
		if (x->switches[i - 1].op == op)
			return &x->switches[i - 1];
	return NULL;
}

static bool link_cases(as_flow *f, as_block *b, const as_switch *j, uint32_t *n_cases)
{
	as_explorer *x = f->explorer;
	b->cases = *n_cases;
	if (!grow(&x->cases, &x->room_cases, (uint64_t)*n_cases + j->n, sizeof(*x->cases)))
		return false;
	for (uint32_t i = 0; i < j->n; i++) {
		uint32_t to = block_at(f, x->goals[j->first + i]);
		if (to != AS_NO_BLOCK)
			x->cases[(*n_cases)++] = to;
	}
	b->n_cases = *n_cases - b->cases;
	return true;
}

static bool link_block(as_flow *f, as_block *b, uint32_t *n_cases)
{
	as_explorer *x = f->explorer;
	const as_op *last = &x->ops[b->first + b->n - 1];
	uint64_t after = last->at + last->len;
	b->tail = last->kind == AS_OP_RETURN && last->len == 0 && b->n > 1;
	if (last->kind == AS_OP_BRANCH || last->kind == AS_OP_BRANCH_IF || last->kind == AS_OP_JUMP)
		b->taken = block_at(f, (uint64_t)last->imm);
	if (last->kind == AS_OP_JUMP_TO) {
		const as_switch *j = switch_of(x, b->first + b->n - 1);
		b->unresolved = j == NULL;
		return !j || link_cases(f, b, j, n_cases);
	}
	if (last->kind == AS_OP_RETURN || last->kind == AS_OP_TRAP || last->kind == AS_OP_JUMP)
		return true;
	/* The next operation in the same run, or what an earlier run lifted at the next address. */
	uint32_t i = b->first + b->n;
	if (i < x->n_ops && (x->ops[i].at == last->at || x->ops[i].at == after))
		b->next = x->block_of[i];
	else
		b->next = block_at(f, after);
	return true;
}

static uint32_t successor(const as_flow *f, const as_block *b, uint32_t i)
{
	if (i == 0)
		return b->next;
	if (i == 1)
		return b->taken;
	return i - 2 < b->n_cases ? f->explorer->cases[b->cases + i - 2] : AS_NO_BLOCK;
}

/* Numbers the blocks in reverse post-order, by a depth-first walk with a stack of its own. */
static bool order_blocks(as_flow *f)
{
	as_explorer *x = f->explorer;
	uint32_t n = x->n_blocks, depth = 0, at = 0;
	if (!grow(&x->scratch, &x->room_scratch, (uint64_t)n * 4 + 4, sizeof(*x->scratch)))
		return false;
	uint32_t *number = x->scratch, *stack = number + n, *step = stack + n + 1,
		 *post = step + n + 1;
	memset(number, 0xff, n * sizeof(*number));
	stack[depth] = 0;
	step[depth++] = 0;
	number[0] = 0;
	while (depth > 0) {
		const as_block *b = &x->blocks[stack[depth - 1]];
		uint32_t i = step[depth - 1]++;
		if (i >= b->n_cases + 2) {
			post[at++] = stack[--depth];
			continue;
		}
		uint32_t to = successor(f, b, i);
		if (to == AS_NO_BLOCK || number[to] != AS_NO_BLOCK)
			continue;
		number[to] = 0;
		stack[depth] = to;
		step[depth++] = 0;
	}
	for (uint32_t i = 0; i < at; i++)
		number[post[at - 1 - i]] = i;
	as_block *ordered = realloc(x->ordered, x->room_blocks * sizeof(*ordered));
	if (!ordered)
		return false;
	x->ordered = ordered;
	for (uint32_t i = 0; i < at; i++) {
		as_block *b = &ordered[i];
		*b = x->blocks[post[at - 1 - i]];
		b->next = b->next == AS_NO_BLOCK ? AS_NO_BLOCK : number[b->next];
		b->taken = b->taken == AS_NO_BLOCK ? AS_NO_BLOCK : number[b->taken];
		for (uint32_t c = 0; c < b->n_cases; c++)
			x->cases[b->cases + c] = number[x->cases[b->cases + c]];
	}
	f->blocks = ordered;
	f->n_blocks = at;
	return true;
}

static bool link_preds(as_flow *f)
{
	as_explorer *x = f->explorer;
	uint64_t total = 0;
	for (uint32_t i = 0; i < f->n_blocks; i++)
		for (uint32_t s = 0; s < f->blocks[i].n_cases + 2; s++) {
			uint32_t to = successor(f, &f->blocks[i], s);
			if (to != AS_NO_BLOCK) {
				f->blocks[to].n_preds++;
				total++;
			}
		}
	if (!grow(&x->preds, &x->room_preds, total + 1, sizeof(*x->preds)))
		return false;
	for (uint32_t i = 0, at = 0; i < f->n_blocks; i++) {
		f->blocks[i].preds = at;
		at += f->blocks[i].n_preds;
		f->blocks[i].n_preds = 0;
	}
	for (uint32_t i = 0; i < f->n_blocks; i++)
		for (uint32_t s = 0; s < f->blocks[i].n_cases + 2; s++) {
			uint32_t to = successor(f, &f->blocks[i], s);
			if (to != AS_NO_BLOCK)
				x->preds[f->blocks[to].preds + f->blocks[to].n_preds++] = i;
		}
	f->preds = x->preds;
	return true;
}

static bool settle(as_flow *f)
{
	as_explorer *x = f->explorer;
	uint32_t n_cases = 0;
	if (!cut_blocks(f))
		return false;
	for (uint32_t i = 0; i < x->n_blocks; i++)
		if (!link_block(f, &x->blocks[i], &n_cases))
			return false;
	if (!order_blocks(f))
		return false;
	f->ops = x->ops;
	f->n_ops = x->n_ops;
	f->cases = x->cases;
	f->switches = x->switches;
	f->n_switches = x->n_switches;
	f->goals = x->goals;
	return link_preds(f);
}

/* Unmarks what the last function marked: cheaper than clearing all that it might have. */
static void forget_seen(as_explorer *x)
{
	for (uint32_t i = 0; i < x->n_ops; i++) {
		uint64_t at = (x->ops[i].at - x->seen_from) / x->step;
		if (at < x->n_seen)
			x->seen[at] = NOT_SEEN;
	}
}

bool as_flow_build(as_flow *f, as_explorer *x, const as_program *p, uint64_t addr, uint64_t limit,
	bool thumb, const as_surroundings *around)
{
	uint64_t len = limit > addr ? limit - addr : 0;
	*f = (as_flow){ .program = p, .addr = addr, .end = addr, .thumb = thumb, .explorer = x };
	f->cut = len > RANGE_MAX;
	len = as_min(len, RANGE_MAX);
	f->limit = addr + len;
	forget_seen(x);
	x->step = p->arch->step > 2 ? 4 : p->arch->step;
	x->seen_from = addr;
	x->n_seen = len / x->step + 1;
	x->n_ops = x->n_pending = x->n_switches = x->n_goals = 0;
	uint32_t room = x->room_seen;
	if (!grow(&x->seen, &x->room_seen, x->n_seen, sizeof(*x->seen)))
		return false;
	memset(x->seen + room, 0, (size_t)(x->room_seen - room) * sizeof(*x->seen));
	return push(x, addr) && explore(f, around) && settle(f);
}

bool as_flow_explore(as_flow *f, const as_surroundings *around)
{
	return explore(f, around) && settle(f);
}
