/* SPDX-License-Identifier: Apache-2.0 */
#include "code/tryout_inside.h"

#include "code/stub.h"

#include <string.h>

enum {
	RUN_OPS = 60000,       /* of one run */
	LOOP_OPS = 24000,      /* in one loop */
	IDLE_OPS = 2500,       /* in a loop that has brought out nothing yet */
	PROGRAM_OPS = 6000000, /* of all runs over a program */
	RUNS = 6,              /* of one function */
	BLOCKS_MAX = 4000,     /* of a function that is tried */
	CALLEE_OPS = 700,      /* of a function that is followed into */
	DEEPEST = 3,
	MANY = 24, /* effects that a run looks for */
	MIPS_T9 = 25,
	PPC_ENTRY = 12,
	PPC_TOC = 2
};
#define FAR UINT16_MAX

/* One function on its way. */
typedef struct frame {
	const as_kept *k;
	as_loop loop[AS_LOOPS_MAX];
	size_t n_loops;
	const as_loop *in;
	uint32_t target; /* block that is headed for; AS_NO_BLOCK: none */
	uint8_t nothing; /* nothing that is wanted as much is ahead; 0: not known */
	unsigned depth;
	const as_call *call; /* the one that the outermost function is at */
} frame;

/* An address that is no program's: of the stack. */
static uint64_t stack_at(const as_tryout *t)
{
	return t->program->arch->word == 8 ? UINT64_C(0x7f90f0808000) : UINT64_C(0xe0808000);
}

as_tryout *as_tryout_new(const as_signals *s)
{
	as_arena *a = s->arena;
	as_tryout *t = as_alloc(a, sizeof(*t));
	size_t n = s->profile->functions.n;
	if (!t)
		return NULL;
	*t = (as_tryout){ .s = s, .program = s->profile->program, .left = PROGRAM_OPS };
	t->decodes = as_alloc_array(a, n + 1, sizeof(*t->decodes));
	t->distance = as_alloc_array(a, BLOCKS_MAX, sizeof(*t->distance));
	t->queue = as_alloc_array(a, BLOCKS_MAX, sizeof(*t->queue));
	t->visited = as_alloc_array(a, BLOCKS_MAX, sizeof(*t->visited));
	if (!t->decodes || !t->distance || !t->queue || !t->visited ||
		!as_tryout_memory_open(&t->memory, t->program, a))
		return NULL;
	as_loop loops[AS_LOOPS_MAX];
	for (size_t i = 0; i < n; i++) {
		const as_kept *k = s->profile->kept[i];
		t->decodes[i] = k && k->flow.n_ops <= CALLEE_OPS && as_loops_of(k, loops) > 0;
	}
	return t;
}

static uint32_t successor(const as_flow *f, const as_block *b, uint32_t i)
{
	if (i == 0)
		return b->next;
	if (i == 1)
		return b->taken;
	return i - 2 < b->n_cases ? f->cases[b->cases + i - 2] : AS_NO_BLOCK;
}

static uint32_t n_successors(const as_block *b) { return 2 + b->n_cases; }

/* Fills the distances of all blocks to the target. */
static void measure(as_tryout *t, const frame *f)
{
	const as_flow *flow = &f->k->flow;
	uint32_t head = 0, tail = 0;
	for (uint32_t i = 0; i < flow->n_blocks; i++)
		t->distance[i] = FAR;
	t->distance[f->target] = 0;
	t->queue[tail++] = f->target;
	while (head < tail) {
		uint32_t at = t->queue[head++];
		const as_block *b = &flow->blocks[at];
		for (uint32_t i = 0; i < b->n_preds; i++) {
			uint32_t p = flow->preds[b->preds + i];
			if (t->distance[p] != FAR || p == f->target)
				continue;
			t->distance[p] = (uint16_t)(t->distance[at] + 1);
			t->queue[tail++] = p;
		}
	}
}

static bool follows(const as_tryout *t, const as_call *c)
{
	size_t n = c->system || c->goal == 0 ? SIZE_MAX : c->to;
	return n != SIZE_MAX && t->decodes[n];
}

/* Marks the blocks that a run of the outermost function should come by; answers how many. */
static size_t mark_wanted(as_tryout *t, const frame *f, uint8_t *wanted)
{
	size_t n = 0, uses = 0;
	for (size_t i = 0; i < f->n_loops; i++)
		wanted[f->loop[i].block[0]] = 2;
	n = f->n_loops;
	for (uint32_t i = 0; i < f->k->values.n_calls; i++) {
		const as_call *c = &f->k->values.calls[i];
		if (follows(t, c)) {
			wanted[c->block] = 2;
			n++;
		} else if (uses < MANY && wanted[c->block] == 0 && as_tryout_is_use(t, f->k, c)) {
			wanted[c->block] = 1;
			uses++;
		}
	}
	return n;
}

/* Chooses the nearest block ahead of b that is wanted and was not visited; with least 1, also effects. */
static void choose_target(as_tryout *t, frame *f, const uint8_t *wanted, uint32_t b, uint8_t least)
{
	const as_flow *flow = &f->k->flow;
	uint32_t head = 0, tail = 0;
	f->target = AS_NO_BLOCK;
	if (f->nothing && least >= f->nothing)
		return;
	for (uint32_t i = 0; i < flow->n_blocks; i++)
		t->distance[i] = FAR;
	t->queue[tail++] = b;
	t->distance[b] = 0;
	while (head < tail && f->target == AS_NO_BLOCK) {
		uint32_t at = t->queue[head++];
		if (wanted[at] >= least && !t->visited[at]) {
			f->target = at;
			break;
		}
		for (uint32_t i = 0; i < n_successors(&flow->blocks[at]); i++) {
			uint32_t to = successor(flow, &flow->blocks[at], i);
			if (to == AS_NO_BLOCK || t->distance[to] != FAR)
				continue;
			t->distance[to] = 0;
			t->queue[tail++] = to;
		}
	}
	if (f->target != AS_NO_BLOCK)
		measure(t, f);
	else
		f->nothing = least;
}

/* Where to go from b when that is not known. */
static uint32_t steer(const as_tryout *t, const frame *f, uint32_t b)
{
	const as_flow *flow = &f->k->flow;
	const as_block *block = &flow->blocks[b];
	uint32_t best = AS_NO_BLOCK;
	bool stay = f->in && !f->in->unrolled && t->loop_left > 0;
	bool steered = f->depth == 0 && f->target != AS_NO_BLOCK;
	for (uint32_t i = 0; i < n_successors(block); i++) {
		uint32_t to = successor(flow, block, i);
		if (to == AS_NO_BLOCK)
			continue;
		if (stay ? as_loop_has(f->in, to) : f->in && !as_loop_has(f->in, to))
			return to;
		bool nearer = best != AS_NO_BLOCK && steered && t->distance[to] < t->distance[best];
		if (best == AS_NO_BLOCK || nearer)
			best = to;
	}
	return best;
}

/* The call at an operation of a block: they are in the order of blocks. */
static const as_call *call_at(const as_kept *k, uint32_t block, uint32_t op)
{
	const as_values *v = &k->values;
	uint32_t low = 0, high = v->n_calls;
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (v->calls[mid].block < block)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < v->n_calls && v->calls[low].block == block; low++)
		if (v->calls[low].op == op)
			return &v->calls[low];
	return NULL;
}

static void run_frame(as_tryout *t, frame *f, const uint8_t *wanted);

/* Goes into a function of the program that decodes. */
static void follow(as_tryout *t, const frame *from, const as_call *c)
{
	const as_arch *a = t->program->arch;
	size_t n = c->to;
	const as_kept *to = t->s->profile->kept[n];
	as_held kept[64], sp = *as_tryout_reg(t, a->sp);
	frame f = { .k = to, .target = AS_NO_BLOCK, .depth = from->depth + 1, .call = from->call };
	memcpy(kept, t->m.reg, sizeof(kept));
	f.n_loops = as_loops_of(to, f.loop);
	if (a->link == AS_REG_NONE)
		as_tryout_reg(t, a->sp)->low -= a->word;
	if (t->program->elf.machine == AS_EM_MIPS)
		as_machine_set(&t->m, MIPS_T9, to->function->addr);
	if (t->program->elf.machine == AS_EM_PPC64)
		as_machine_set(&t->m, PPC_ENTRY, to->function->addr);
	run_frame(t, &f, NULL);
	as_held result = *as_tryout_reg(t, a->result);
	uint64_t keeps = a->kept | UINT64_C(1) << a->sp;
	for (uint64_t some = keeps; some; some &= some - 1) {
		unsigned r = (unsigned)__builtin_ctzll(some);
		t->m.reg[r] = kept[r];
	}
	as_tryout_forget_call(t, keeps);
	if (t->program->elf.machine == AS_EM_MIPS)
		t->m.reg[AS_TRYOUT_MIPS_GP] = kept[AS_TRYOUT_MIPS_GP];
	*as_tryout_reg(t, a->sp) = sp;
	*as_tryout_reg(t, a->result) = result;
}

static void do_call(as_tryout *t, frame *f, uint32_t block, uint32_t index)
{
	const as_call *c = call_at(f->k, block, index);
	const as_op *op = &f->k->flow.ops[index];
	uint8_t to = op->kind == AS_OP_CALL ? as_stub_pc_register(t->program, (uint64_t)op->imm)
					    : AS_REG_NONE;
	if (to != AS_REG_NONE) {
		as_machine_set(&t->m, to, op->at + op->len);
		return;
	}
	if (!c && op->kind == AS_OP_CALL && (uint64_t)op->imm == op->at + op->len)
		return;
	if (f->depth == 0)
		f->call = c;
	if (c && f->depth == 0)
		as_tryout_note_use(t, f->k, c);
	if (!c || f->depth >= DEEPEST || !follows(t, c)) {
		as_tryout_pass_over(t, c);
		return;
	}
	follow(t, f, c);
	if (f->depth > 0)
		return;
	t->called = true;
	as_tryout_collect(t, c->at);
	t->called = false;
}

/* Enters and leaves loops. */
static void mind_loops(as_tryout *t, frame *f, uint32_t b)
{
	if (f->in && as_loop_has(f->in, b))
		return;
	if (f->in) {
		if (f->depth == 0)
			as_tryout_collect(t, f->k->flow.blocks[f->in->block[0]].addr);
		f->in = NULL;
		t->memory.marking = false;
	}
	for (size_t i = 0; i < f->n_loops && !f->in; i++)
		f->in = as_loop_has(&f->loop[i], b) ? &f->loop[i] : NULL;
	if (f->in) {
		t->loop_left = LOOP_OPS;
		t->memory.marking = true;
	}
}

static uint32_t case_of(const frame *f, const as_block *b, uint64_t addr)
{
	for (uint32_t i = 0; i < b->n_cases; i++)
		if (f->k->flow.blocks[f->k->flow.cases[b->cases + i]].addr == addr)
			return f->k->flow.cases[b->cases + i];
	return AS_NO_BLOCK;
}

/* Does the operations of block b; answers the block that follows, AS_NO_BLOCK at the end. */
static uint32_t run_block(as_tryout *t, frame *f, uint32_t b)
{
	const as_flow *flow = &f->k->flow;
	const as_block *block = &flow->blocks[b];
	as_step s = AS_STEP_ON;
	for (uint32_t i = 0; i < block->n; i++) {
		const as_op *op = &flow->ops[block->first + i];
		bool calls = op->kind == AS_OP_CALL || op->kind == AS_OP_CALL_TO ||
			     op->kind == AS_OP_SYSCALL;
		s = calls ? AS_STEP_ON : as_tryout_step(t, f->in != NULL, op);
		if (calls && op->kind == AS_OP_SYSCALL)
			as_tryout_forget_reg(t, t->program->arch->result);
		else if (calls)
			do_call(t, f, b, block->first + i);
		if (s == AS_STEP_RETURN || s == AS_STEP_TRAP)
			return AS_NO_BLOCK;
	}
	const as_op *last = &flow->ops[block->first + block->n - 1];
	if (last->kind == AS_OP_BRANCH || last->kind == AS_OP_BRANCH_IF)
		return s == AS_STEP_JUMP ? block->taken
		       : s == AS_STEP_ON ? block->next
					 : steer(t, f, b);
	if (last->kind == AS_OP_JUMP_TO) {
		uint32_t to = s == AS_STEP_JUMP ? case_of(f, block, t->m.to) : AS_NO_BLOCK;
		return to != AS_NO_BLOCK ? to : steer(t, f, b);
	}
	return last->kind == AS_OP_JUMP ? block->taken : block->next;
}

static bool spend(as_tryout *t, frame *f, uint32_t n)
{
	if (t->left < n || t->run_left < n)
		return false;
	t->left -= n;
	t->run_left -= n;
	if (!f->in)
		return true;
	t->loop_left -= t->loop_left < n ? t->loop_left : n;
	uint32_t done = LOOP_OPS - t->loop_left;
	bool idle = t->memory.n_marked == 0 && t->n_held == 0;
	return t->loop_left > 0 && (done < IDLE_OPS || !idle);
}

static void run_frame(as_tryout *t, frame *f, const uint8_t *wanted)
{
	for (uint32_t b = 0; b != AS_NO_BLOCK;) {
		if (!spend(t, f, f->k->flow.blocks[b].n + 1))
			break;
		if (f->depth == 0) {
			t->visited[b] = true;
			bool lost = f->target == AS_NO_BLOCK || t->visited[f->target] ||
				    t->distance[b] == FAR;
			if (lost && !f->in)
				choose_target(t, f, wanted, b, t->n_shown > 0 ? 1 : 2);
		}
		mind_loops(t, f, b);
		b = run_block(t, f, b);
	}
	if (f->in && f->depth == 0)
		as_tryout_collect(t, f->k->flow.blocks[f->in->block[0]].addr);
	t->memory.marking = false;
	f->in = NULL;
}

/* Makes argument i point to memory of its own. */
static void point(as_tryout *t, size_t i)
{
	const as_arch *a = t->program->arch;
	if (i < a->n_args && !as_tryout_reg(t, a->args[i])->known)
		as_machine_set(&t->m, a->args[i], as_tryout_object(t));
}

/* Registers at the start: the stack is somewhere, arguments that are used as pointers point to something of
 * their own. */
static void enter(as_tryout *t, const as_kept *k)
{
	const as_program *p = t->program;
	const as_values *v = &k->values;
	as_machine_init(&t->m, as_tryout_load, as_tryout_store, &t->memory);
	memset(t->shadows, 0, sizeof(t->shadows));
	as_tryout_memory_clear(&t->memory);
	t->m.word = p->arch->word;
	t->heap = 0;
	t->n_held = 0;
	t->run_left = RUN_OPS;
	as_machine_set(&t->m, p->arch->sp, stack_at(t));
	for (uint32_t i = 0; i < v->n_stores; i++)
		point(t, as_value_root(v, v->stores[i].base));
	for (uint32_t i = 1; i < v->n_terms; i++)
		if (v->terms[i].kind == AS_V_LOAD)
			point(t, as_value_root(v, v->terms[i].a));
	if (p->elf.machine == AS_EM_MIPS) {
		as_machine_set(&t->m, MIPS_T9, k->function->addr);
		as_machine_set(&t->m, AS_TRYOUT_MIPS_GP, p->gp);
	}
	if (p->elf.machine == AS_EM_PPC64) {
		as_machine_set(&t->m, PPC_ENTRY, k->function->addr);
		as_machine_set(&t->m, PPC_TOC, p->gp);
	}
}

static bool is_left(const as_tryout *t, const frame *f, const uint8_t *wanted)
{
	for (uint32_t b = 0; b < f->k->flow.n_blocks; b++)
		if (wanted[b] == 2 && !t->visited[b])
			return true;
	return false;
}

size_t as_tryout_run(as_tryout *t, size_t number, as_brought *out)
{
	uint8_t wanted[BLOCKS_MAX] = { 0 };
	const as_kept *k = t->s->profile->kept[number];
	frame f = { .k = k, .target = AS_NO_BLOCK };
	if (!k || k->flow.n_blocks == 0 || k->flow.n_blocks > BLOCKS_MAX || t->left == 0)
		return 0;
	f.n_loops = as_loops_of(k, f.loop);
	if (mark_wanted(t, &f, wanted) == 0)
		return 0;
	t->shown = out;
	t->n_shown = 0;
	t->called = false;
	memset(t->visited, 0, k->flow.n_blocks * sizeof(*t->visited));
	for (unsigned run = 0; run < RUNS && is_left(t, &f, wanted); run++) {
		enter(t, k);
		f.target = AS_NO_BLOCK;
		f.nothing = 0;
		f.in = NULL;
		uint64_t before = t->left;
		t->visited[0] = false;
		run_frame(t, &f, wanted);
		if (t->left == before || f.target == AS_NO_BLOCK)
			break;
	}
	return t->n_shown;
}
