/* SPDX-License-Identifier: Apache-2.0 */
#include "code/effect.h"

#include "code/api.h"
#include "code/stub.h"

enum { MIPS_GP = 28, MIPS_T9 = 25, PPC_TOC = 2, PPC_ENTRY = 12, PPC_GOT = 30, COPIED_MAX = 256 };

static as_value constant(as_terms *t, uint64_t k) { return as_terms_const(t, k, 8, false); }

void as_effect_entry(const as_program *p, uint64_t addr, as_terms *t, as_value *reg)
{
	if (p->elf.machine == AS_EM_MIPS) {
		reg[MIPS_T9] = constant(t, addr);
		if (p->gp)
			reg[MIPS_GP] = constant(t, p->gp);
	}
	if (p->elf.machine == AS_EM_PPC64) {
		reg[PPC_ENTRY] = constant(t, addr);
		if (p->gp)
			reg[PPC_TOC] = constant(t, p->gp);
	}
}

bool as_effect_is_table(const as_program *p, uint8_t reg)
{
	return p->gp != 0 && ((p->elf.machine == AS_EM_MIPS && reg == MIPS_GP) ||
				     (p->elf.machine == AS_EM_PPC64 && reg == PPC_TOC));
}

/* Bytes from the stack pointer at entry to the first argument on the stack. */
static int64_t first_arg(const as_arch *a)
{
	return a->stack_args + (a->link == AS_REG_NONE ? a->word : 0);
}

bool as_effect_stack_arg(const as_arch *a, int64_t at, size_t *i)
{
	int64_t from = first_arg(a);
	if (at < from || (at - from) % a->word != 0 || (at - from) / a->word >= AS_ARGS_MAX)
		return false;
	*i = a->n_args + (size_t)((at - from) / a->word);
	return true;
}

bool as_effect_is_link(const as_program *p, const as_op *op, as_terms *t, as_value *reg)
{
	uint64_t next = op->at + op->len, goal = (uint64_t)op->imm;
	uint8_t to = p->arch->link;
	if (goal != next || to == AS_REG_NONE) {
		to = goal == next ? AS_REG_NONE : as_stub_pc_register(p, goal);
		if (to == AS_REG_NONE)
			return false;
	}
	reg[to] = constant(t, next);
	return true;
}

uint64_t as_effect_goal(const as_program *p, const as_terms *t, const as_value *reg, uint64_t addr)
{
	const as_term *got = &t->term[reg[PPC_GOT]];
	if (p->elf.machine == AS_EM_PPC && got->kind == AS_V_CONST)
		return as_stub_goal_from(p, addr, (uint64_t)got->k);
	return as_stub_goal(p, addr);
}

void as_effect_arguments(const as_program *p, as_terms *t, const as_state *s, as_call *c)
{
	const as_arch *a = p->arch;
	unsigned n = 0;
	if (c->system)
		c->arg[n++] = s->reg[a->number];
	for (unsigned i = 0; i < a->n_args && n < AS_ARGS_MAX; i++)
		c->arg[n++] = s->reg[a->args[i]];
	const as_term *sp = &t->term[s->reg[a->sp]];
	int64_t at = sp->kind == AS_V_STACK ? sp->k + a->stack_args : 0;
	for (; n < AS_ARGS_MAX; n++, at += a->word)
		c->arg[n] = sp->kind == AS_V_STACK && !c->system
				    ? as_state_load(s, t, at, a->word, false)
				    : AS_NOT_KNOWN;
	/* A tail call's arguments on the stack stand where this function's own do. */
}

bool as_effect_only_reads(const as_program *p, uint64_t goal)
{
	const as_api *api = as_api_of(p, goal);
	return api && api->writes == 0;
}

int64_t as_effect_bound(const as_program *p, const as_call *c, unsigned i, const as_terms *t,
	int64_t at, int64_t otherwise)
{
	const as_api *api = as_api_of(p, c->goal);
	if (!api)
		return otherwise;
	if ((api->writes >> i & 1) == 0)
		return at;
	const as_term *n = api->size >= 0 ? &t->term[c->arg[api->size]] : NULL;
	bool known = n && n->kind == AS_V_CONST && n->k > 0 && n->k < (1 << 20);
	return known ? at + n->k : otherwise;
}

/* Puts constant bytes on the stack, as words where they fill one. */
static void put_bytes(as_terms *t, as_state *s, int64_t at, uint64_t from, size_t n)
{
	uint64_t k = 0;
	while (n > 0) {
		unsigned width = n >= t->word ? t->word : 1;
		if (!as_program_constant(t->program, from, width, &k))
			return;
		as_state_store(s, at, width, as_terms_const(t, k, width, false));
		at += width;
		from += width;
		n -= width;
	}
}

/* A copy to the stack: forgets what was there; constant bytes are known afterwards. */
static void copy_to_stack(as_terms *t, as_state *s, as_value to, as_value from, uint64_t n)
{
	const as_term *dst = &t->term[to], *src = &t->term[from];
	if (dst->kind != AS_V_STACK || n > COPIED_MAX)
		return;
	int64_t at = dst->k;
	as_state_forget(s, at, at + (int64_t)n);
	if (src->kind == AS_V_CONST)
		put_bytes(t, s, at, (uint64_t)src->k, (size_t)n);
}

static bool copies_string(as_span name)
{
	return as_is(name, "strcpy") || as_is(name, "stpcpy") || as_is(name, "__strcpy_chk") ||
	       as_is(name, "__stpcpy_chk");
}

void as_effect_after(const as_program *p, const as_call *c, as_terms *t, as_state *s)
{
	s->reg[p->arch->result] = c->result;
	const as_api *api = as_api_of(p, c->goal);
	if (!api || api->kind != AS_API_COPY)
		return;
	const as_term *from = &t->term[c->arg[1]], *n = &t->term[c->arg[2]];
	if (copies_string(as_lit(api->name)) && from->kind == AS_V_CONST)
		copy_to_stack(
			t, s, c->arg[0], c->arg[1], as_program_string(p, (uint64_t)from->k).n + 1);
	else if (api->size == 2 && n->kind == AS_V_CONST)
		copy_to_stack(t, s, c->arg[0], c->arg[1], (uint64_t)n->k);
}

void as_effect_block_op(const as_program *p, const as_op *op, as_terms *t, as_state *s)
{
	(void)p;
	const as_term *n = &t->term[op->b < AS_N_REGS ? s->reg[op->b] : AS_NOT_KNOWN];
	const as_term *to = &t->term[op->a < AS_N_REGS ? s->reg[op->a] : AS_NOT_KNOWN];
	uint64_t len = n->kind == AS_V_CONST && n->k >= 0 && n->k <= COPIED_MAX
			       ? (uint64_t)n->k * op->width
			       : 0;
	if (to->kind != AS_V_STACK)
		return;
	if (len == 0 || len > COPIED_MAX) {
		as_state_forget(s, to->k, to->k + 4096);
		return;
	}
	int64_t at = to->k;
	if (op->kind == AS_OP_COPY && op->c < AS_N_REGS) {
		copy_to_stack(t, s, s->reg[op->a], s->reg[op->c], len);
		return;
	}
	as_value v = op->c < AS_N_REGS ? s->reg[op->c] : AS_NOT_KNOWN;
	for (uint64_t i = 0; i < len; i += op->width)
		as_state_store(s, at + (int64_t)i, op->width, v);
}
