/* SPDX-License-Identifier: Apache-2.0 */
#include "code/function_gap.h"

bool as_gap_padding(as_span code, unsigned step)
{
	if (as_all(as_cut(code, 0, step), 0) || as_at(code, 0) == 0xcc || as_at(code, 0) == 0x90)
		return true;
	return step > 1 && as_all(as_cut(code, 0, step), 0xff);
}

size_t as_gap_idle(const as_program *p, as_span code, uint64_t addr, bool thumb)
{
	as_ops ops;
	as_mode mode = p->mode;
	mode.thumb = thumb;
	as_ops_clear(&ops, addr);
	size_t n = p->arch->lift(&mode, code, addr, &ops);
	for (size_t i = 0; i < ops.n; i++) {
		const as_op *op = &ops.op[i];
		bool same = op->dst == op->a && op->imm == 0 && op->b == AS_REG_NONE &&
			    (op->kind == AS_OP_MOVE || op->kind == AS_OP_ADD);
		if (op->kind != AS_OP_NOP && !same)
			return 0;
	}
	return n;
}

bool as_gap_saves_link(const as_program *p, const as_flow *f)
{
	enum { FIRST = 16 }; /* operations */
	const as_block *b = &f->blocks[0];
	for (uint32_t i = 0; f->n_blocks > 0 && i < b->n && i < FIRST; i++) {
		const as_op *op = &f->ops[b->first + i];
		if (op->kind == AS_OP_STORE && op->c == p->arch->link && op->c != AS_REG_NONE)
			return true;
	}
	return false;
}

bool as_gap_begins(const as_program *p, uint64_t addr, bool thumb)
{
	enum { FIRST = 12 }; /* instructions */
	as_mode mode = p->mode;
	mode.thumb = thumb;
	for (int i = 0; i < FIRST; i++) {
		as_ops ops;
		as_ops_clear(&ops, addr);
		size_t n = p->arch->lift(&mode, as_program_from(p, addr), addr, &ops);
		for (size_t j = 0; j < ops.n && n > 0; j++) {
			const as_op *op = &ops.op[j];
			if (as_op_is_flow(op))
				return false;
			if (op->kind == AS_OP_STORE && op->c == p->arch->link &&
				op->c != AS_REG_NONE)
				return true;
		}
		if (n == 0)
			return false;
		addr += n;
	}
	return false;
}

bool as_gap_constant(as_span code, uint64_t addr, bool thumb)
{
	uint8_t second = as_at(code, 1), last = as_at(code, 3);
	return thumb && addr % 4 == 0 && code.n >= 4 && (last == 0 || last == 0xff) &&
	       (second & 0xfe) != 0xb4;
}

bool as_gap_thumb(const as_program *p, uint64_t addr)
{
	enum { WORDS = 4, ALWAYS = 0xe };
	unsigned always = 0;
	as_cur c = as_cur_of(as_program_from(p, addr), 0, p->mode.big);
	for (int i = 0; i < WORDS; i++)
		always += as_u32(&c) >> 28 == ALWAYS;
	return addr % 4 != 0 || always + 1 < WORDS;
}
