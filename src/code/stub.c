/* SPDX-License-Identifier: Apache-2.0 */
#include "code/stub.h"

#include "base/search.h"
#include "code/api.h"
#include "code/library.h"
#include "code/terms.h"

#include <string.h>

enum {
	STUBS_MIN = 1 << 12,
	STUBS_MAX = 1 << 16,
	EACH = 32, /* bytes of code for which there is a place */
	PROBES = 8,
	LONGEST = 8, /* instructions */
	EBX = 3,
	PPC_GOT = 30
};

struct as_known_stub {
	uint64_t addr, goal;
	const as_api *api;
	as_span name;
	bool known, named;
};

bool as_stub_prepare(as_program *p)
{
	uint64_t code = 0;
	size_t n = STUBS_MIN;
	for (size_t i = 0; i < p->n_code; i++)
		code += p->code[i].data.n;
	while (n < STUBS_MAX && n < code / EACH)
		n *= 2;
	p->n_stubs = n;
	p->stubs = as_alloc_array(p->arena, n, sizeof(*p->stubs));
	return p->stubs != NULL;
}

/* The place where what is known of an address is remembered: one of a few, so that hardly anything is forgotten. */
static struct as_known_stub *place_of(const as_program *p, uint64_t addr)
{
	size_t h = as_hash_place(addr, p->n_stubs);
	for (size_t i = 0; i < PROBES; i++) {
		struct as_known_stub *s = &p->stubs[(h + i) & (p->n_stubs - 1)];
		if (s->addr == addr)
			return s;
		if (s->addr != 0)
			continue;
		*s = (struct as_known_stub){ .addr = addr };
		return s;
	}
	p->stubs[h] = (struct as_known_stub){ .addr = addr };
	return &p->stubs[h];
}

/* Registers with known contents, and whether a slot was read. */
typedef struct guess {
	bool known[AS_N_REGS], slot[AS_N_REGS];
	uint64_t reg[AS_N_REGS]; /* of those that are known */
} guess;

static void learn(guess *g, uint8_t dst, bool known, uint64_t v, bool slot)
{
	if (dst >= AS_N_REGS)
		return;
	g->known[dst] = known;
	g->slot[dst] = slot;
	g->reg[dst] = v;
}

static void run_op(const as_program *p, guess *g, const as_op *op)
{
	bool a = op->a == AS_REG_NONE || g->known[op->a],
	     b = op->b == AS_REG_NONE || g->known[op->b];
	uint64_t x = op->a == AS_REG_NONE ? (uint64_t)op->imm : a ? g->reg[op->a] : 0;
	uint64_t y = op->b == AS_REG_NONE ? (uint64_t)op->imm : b ? g->reg[op->b] << op->shift : 0;
	if (op->kind == AS_OP_LOAD) {
		uint64_t at = (op->a == AS_REG_NONE ? 0 : x) + (op->b == AS_REG_NONE ? 0 : y) +
			      (uint64_t)op->imm;
		const as_fixup *slot =
			a && b ? as_program_fixup(p, as_extend(at, p->arch->word, false)) : NULL;
		learn(g, op->dst, slot != NULL, slot ? slot->value : 0, slot != NULL);
	} else if (op->kind >= AS_OP_MOVE && op->kind <= AS_OP_NOT) {
		bool moves = op->kind == AS_OP_MOVE, known = a && (b || moves);
		uint64_t v = known ? as_fold((as_op_kind)op->kind, x, y, op->width) : 0;
		learn(g, op->dst, known, as_extend(v, op->width, op->sign),
			moves && op->a != AS_REG_NONE && g->slot[op->a]);
	} else if (op->dst != AS_REG_NONE) {
		learn(g, op->dst, false, 0, false);
	}
}

/* Whether op is how a stub jumps: RISC-V's keeps its own address for the lazy binder, so it looks like a call. */
static bool leaves(const as_program *p, const as_op *op)
{
	return op->cond == AS_ALWAYS &&
	       (op->kind == AS_OP_JUMP_TO ||
		       (op->kind == AS_OP_CALL_TO && p->elf.machine == AS_EM_RISCV));
}

/* What MIPS code without tables puts before a function that expects its own address in t9: it loads t9, and jumps
 * there or runs into the function. Whether control at an address, with op next (NULL: none that jumps), arrives
 * there. */
static bool arrives(const as_program *p, const guess *g, uint64_t at, const as_op *op)
{
	enum { T9 = 25 };
	if (p->elf.machine != AS_EM_MIPS || !g->known[T9])
		return false;
	bool jumps = op && op->kind == AS_OP_JUMP && op->cond == AS_ALWAYS;
	return g->reg[T9] == (jumps ? (uint64_t)op->imm : at) && (jumps || !op);
}

uint64_t as_stub_entry(const as_program *p, uint64_t addr)
{
	enum { BEFORE = 8, EF_PPC64_ABI = 3, SECOND = 2 };
	const uint32_t high[] = { 0x3c4c0000 /* addis r2,r12 */, 0x3c400000 /* lis r2 */ };
	if (p->elf.machine != AS_EM_PPC64 || (p->elf.flags & EF_PPC64_ABI) != SECOND ||
		addr < BEFORE || !as_program_is_code(p, addr - BEFORE))
		return addr;
	as_cur c = as_program_cur(p, as_program_from(p, addr - BEFORE), 0);
	uint32_t first = as_u32(&c) & 0xffff0000, second = as_u32(&c) & 0xffff0000;
	bool loads =
		second == 0x38420000 /* addi r2,r2 */ && (first == high[0] || first == high[1]);
	return as_ok(&c) && loads ? addr - BEFORE : addr;
}

/* got: what register 30 holds on PowerPC of 32 bits, where stubs are relative to it; 0: unknown. */
static uint64_t find_goal(const as_program *p, uint64_t addr, uint64_t got)
{
	guess g;
	uint64_t entry = as_stub_entry(p, addr);
	if (entry != addr)
		return entry;
	memset(g.known, 0, sizeof(g.known));
	memset(g.slot, 0, sizeof(g.slot));
	if (p->elf.machine == AS_EM_PPC)
		learn(&g, PPC_GOT, got != 0, got, false);
	as_mode mode = p->mode;
	mode.thumb = p->elf.machine == AS_EM_ARM && (addr & 1);
	uint64_t at = p->elf.machine == AS_EM_ARM ? addr & ~UINT64_C(1) : addr;
	learn(&g, AS_REG_ZERO, true, 0, false);
	if (p->elf.machine == AS_EM_386)
		learn(&g, EBX, p->gp != 0, p->gp, false);
	if (p->elf.machine == AS_EM_PPC64)
		learn(&g, 2, p->gp != 0, p->gp, false);
	for (unsigned i = 0; i < LONGEST; i++) {
		as_ops ops;
		if (i > 0 && arrives(p, &g, at, NULL))
			return at;
		as_ops_clear(&ops, at);
		size_t n = p->arch->lift(&mode, as_program_from(p, at), at, &ops);
		for (size_t j = 0; j < ops.n && n > 0; j++) {
			const as_op *op = &ops.op[j];
			if (leaves(p, op) && op->a < AS_N_REGS && g.slot[op->a])
				return g.reg[op->a];
			if (arrives(p, &g, at, op))
				return (uint64_t)op->imm;
			/* The mode switch before a stub in ARM code. */
			if (op->kind == AS_OP_JUMP && op->cond == AS_ALWAYS && i < 2 &&
				mode.thumb && (uint64_t)op->imm == ((at + 4) & ~UINT64_C(3))) {
				mode.thumb = false;
				n = (size_t)((uint64_t)op->imm - at);
				break;
			}
			if (as_op_is_flow(op) || (op->kind == AS_OP_STORE && op->a != p->arch->sp))
				return addr;
			run_op(p, &g, op);
		}
		if (n == 0)
			return addr;
		at += n;
	}
	return addr;
}

/* On PowerPC, the first form of linkage tables is code that the loader writes, where the slots are: what is called at
 * the address of a slot is the import. */
static bool is_written(const as_program *p, uint64_t addr, uint64_t *goal)
{
	const as_fixup *slot = p->elf.machine == AS_EM_PPC ? as_program_fixup(p, addr) : NULL;
	if (!slot || as_program_import(p, slot->value) == SIZE_MAX)
		return false;
	*goal = slot->value;
	return true;
}

uint64_t as_stub_goal(const as_program *p, uint64_t addr)
{
	uint64_t goal = 0;
	if (is_written(p, addr, &goal))
		return goal;
	if (as_program_import(p, addr) != SIZE_MAX || !as_program_is_code(p, addr))
		return addr;
	struct as_known_stub *s = place_of(p, addr);
	if (!s->known)
		s->goal = find_goal(p, addr, 0);
	s->known = true;
	return s->goal;
}

uint64_t as_stub_goal_from(const as_program *p, uint64_t addr, uint64_t got)
{
	uint64_t goal = as_stub_goal(p, addr);
	struct as_known_stub *s = place_of(p, addr);
	if (goal != addr || got == 0 || !s->known)
		return goal;
	s->goal = find_goal(p, addr, got);
	return s->goal;
}

/* What is known of a goal, with its name and what it is. */
static const struct as_known_stub *named(const as_program *p, uint64_t goal)
{
	struct as_known_stub *s = place_of(p, goal);
	if (s->named)
		return s;
	const as_label *l = as_program_label(p, goal);
	/* A module's own functions are not those of the C library, whatever their names. */
	s->api = !l                         ? as_library_api(p, goal)
		 : p->elf.type == AS_ET_REL ? NULL
					    : as_api_named(l->name);
	s->name = l ? l->name : s->api ? as_lit(s->api->name) : (as_span){ 0 };
	s->named = true;
	return s;
}

const as_api *as_stub_api(const as_program *p, uint64_t goal) { return named(p, goal)->api; }

as_span as_stub_name(const as_program *p, uint64_t goal) { return named(p, goal)->name; }

void as_stub_forget(const as_program *p, uint64_t goal)
{
	bool arm = p->elf.machine == AS_EM_ARM;
	for (uint64_t bit = 0; bit <= (arm ? 1 : 0); bit++) {
		uint64_t addr = (arm ? goal & ~UINT64_C(1) : goal) | bit;
		place_of(p, addr)->named = false;
	}
}

uint8_t as_stub_pc_register(const as_program *p, uint64_t addr)
{
	as_mode mode = p->mode;
	as_ops ops;
	as_ops_clear(&ops, addr);
	if (p->elf.machine != AS_EM_386)
		return AS_REG_NONE;
	size_t n = p->arch->lift(&mode, as_program_from(p, addr), addr, &ops);
	const as_op *op = &ops.op[0];
	if (n == 0 || ops.n == 0 || op->kind != AS_OP_LOAD || op->a != p->arch->sp ||
		op->imm != 0 || op->b != AS_REG_NONE)
		return AS_REG_NONE;
	uint8_t reg = op->dst;
	as_ops_clear(&ops, addr + n);
	n = p->arch->lift(&mode, as_program_from(p, addr + n), addr + n, &ops);
	for (size_t i = 0; n > 0 && i < ops.n; i++)
		if (ops.op[i].kind == AS_OP_RETURN)
			return reg;
	return AS_REG_NONE;
}
