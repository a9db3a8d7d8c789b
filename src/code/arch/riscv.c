/* SPDX-License-Identifier: Apache-2.0 */
/* RISC-V: RV32 and RV64 with the extensions I, M, A, F, D, C, Zba, Zbb, Zbs, Zicond; of V only lengths and what it
 * writes to general registers. Little-endian. Calls and returns are told by the registers the specification names
 * for it: jalr to ra or t0 without a link returns. Encodings: The RISC-V Instruction Set Manual, volume I. */
#include "code/arch.h"

#include "base/cur.h"
#include "code/arch/riscv.h"

enum { RA = 1, SP = 2, T0 = 5, A0 = 10, A7 = 17 };

static bool load(const as_riscv *l)
{
	uint32_t f = riscv_funct3(l);
	uint8_t width = (uint8_t)(1 << (f & 3));
	if (f == 7 || (!l->wide && (f == 3 || f == 6)))
		return false;
	if (riscv_rd(l) == AS_REG_ZERO)
		return true;
	as_op_load(l->ops, width, riscv_rd(l), riscv_rs1(l), riscv_imm(l));
	l->ops->op[l->ops->n - 1].sign = !(f & 4) && width < l->word;
	return true;
}

static bool store(const as_riscv *l)
{
	uint32_t f = riscv_funct3(l);
	if (f > 3 || (f == 3 && !l->wide))
		return false;
	as_op_store(l->ops, (uint8_t)(1 << f), riscv_rs1(l), riscv_store_imm(l), riscv_rs2(l));
	return true;
}

/* Halves, singles, doubles; 0, 5, 6 and 7 are vectors of lengths that are not known here. */
static bool load_fp(const as_riscv *l)
{
	uint32_t f = riscv_funct3(l);
	if (f >= 1 && f <= 3)
		as_op_load(l->ops, (uint8_t)(1 << f), riscv_vector(l->w >> 7), riscv_rs1(l),
			riscv_imm(l));
	return f != 4;
}

static bool store_fp(const as_riscv *l)
{
	uint32_t f = riscv_funct3(l);
	if (f >= 1 && f <= 3)
		as_op_store(l->ops, (uint8_t)(1 << f), riscv_rs1(l), riscv_store_imm(l),
			riscv_vector(l->w >> 20));
	else
		as_emit_store_unknown(l->ops, 16, riscv_rs1(l), 0);
	return f != 4;
}

static bool auipc(const as_riscv *l)
{
	uint64_t v = l->at + (uint64_t)as_signed(l->w & 0xfffff000, 32);
	as_emit_rri(l->ops, AS_OP_MOVE, l->word, false, riscv_rd(l), AS_REG_NONE,
		(int64_t)riscv_address(l, v));
	return true;
}

static bool lui(const as_riscv *l)
{
	as_emit_rri(l->ops, AS_OP_MOVE, l->word, false, riscv_rd(l), AS_REG_NONE,
		as_signed(l->w & 0xfffff000, 32));
	return true;
}

/* The return address, where it is not in the register that as_arch.link names. */
static void emit_link(const as_riscv *l)
{
	if (riscv_rd(l) != RA)
		as_emit_rri(l->ops, AS_OP_MOVE, l->word, false, riscv_rd(l), AS_REG_NONE,
			(int64_t)riscv_address(l, l->at + l->len));
}

static bool jal(const as_riscv *l)
{
	uint32_t w = l->w;
	uint64_t offset =
		(w >> 31) << 20 | (w & 0xff000) | (w >> 20 & 1) << 11 | (w >> 21 & 0x3ff) << 1;
	uint64_t to = riscv_address(l, l->at + (uint64_t)as_signed(offset, 21));
	bool call = riscv_rd(l) != AS_REG_ZERO;
	if (call &&
		to == riscv_address(l, l->at + l->len)) { /* such a call tells code its address */
		as_op_const(l->ops, l->word, riscv_rd(l), to);
		return true;
	}
	emit_link(l);
	as_emit_flow(l->ops, call ? AS_OP_CALL : AS_OP_JUMP, l->word, to);
	return true;
}

static bool jalr(const as_riscv *l)
{
	uint8_t a = riscv_rs1(l), d = riscv_rd(l);
	int64_t imm = riscv_imm(l);
	if (riscv_funct3(l) != 0)
		return false;
	if (d == AS_REG_ZERO && imm == 0 && (a == RA || a == T0)) {
		as_op_add(l->ops, AS_OP_RETURN, l->word);
		return true;
	}
	if (imm != 0)
		as_op_rri(l->ops, AS_OP_ADD, l->word, AS_T0, a, imm);
	else if (a == d && d != RA)
		as_op_move(l->ops, l->word, AS_T0, a);
	emit_link(l);
	as_op *op = as_op_add(l->ops, d == AS_REG_ZERO ? AS_OP_JUMP_TO : AS_OP_CALL_TO, l->word);
	op->a = imm != 0 || (a == d && d != RA) ? AS_T0 : a;
	return true;
}

static bool branch(const as_riscv *l)
{
	static const uint8_t conds[8] = { AS_EQ, AS_NE, 0, 0, AS_LT, AS_GE, AS_BELOW, AS_ABOVE_EQ };
	uint32_t w = l->w;
	uint64_t offset =
		(w >> 31) << 12 | (w >> 7 & 1) << 11 | (w >> 25 & 63) << 5 | (w >> 8 & 15) << 1;
	uint8_t cond = conds[riscv_funct3(l)], a = riscv_rs1(l), b = riscv_rs2(l);
	uint64_t to = riscv_address(l, l->at + (uint64_t)as_signed(offset, 13));
	if (cond == AS_ALWAYS)
		return false;
	if (a == b && (cond == AS_EQ || cond == AS_GE || cond == AS_ABOVE_EQ)) {
		as_emit_flow(l->ops, AS_OP_JUMP, l->word, to);
		return true;
	}
	as_op *op = as_op_add(l->ops, AS_OP_BRANCH_IF, l->word);
	op->cond = cond;
	op->a = a;
	op->b = b;
	op->imm = (int64_t)to;
	return true;
}

/* funct12 of what has no operands. */
static bool privileged(const as_riscv *l)
{
	uint32_t f = l->w >> 20;
	if (f == 0)
		as_op_add(l->ops, AS_OP_SYSCALL, 1);
	else if (f == 1)
		as_op_add(l->ops, AS_OP_TRAP, 1);
	else if (f == 0x102 || f == 0x302 || f == 0x7b2) /* sret, mret, dret */
		as_op_add(l->ops, AS_OP_RETURN, l->word);
	else if (riscv_funct7(l) == 9 || riscv_funct7(l) == 11 || riscv_funct7(l) == 0x11 ||
		 riscv_funct7(l) == 0x31 || riscv_funct7(l) == 0x13 || riscv_funct7(l) == 0x33)
		return (l->w >> 7 & 31) == 0; /* sfence.vma and its like */
	return (f <= 1 || f == 0x102 || f == 0x105 || f == 0x302 || f == 0x7b2 || f == 0x180 ||
		       f == 0x181 || f == 0x00d || f == 0x01d) &&
	       (l->w & 0xfff80) == 0;
}

static bool system_row(const as_riscv *l)
{
	uint32_t f = riscv_funct3(l);
	if (f == 0)
		return privileged(l);
	if (l->w == 0xc0001073) /* csrrw of the cycle counter, which cannot be written: unimp */
		as_op_add(l->ops, AS_OP_TRAP, 1);
	as_emit_kill(l->ops, riscv_rd(l));
	return f != 4; /* hypervisor's loads */
}

static bool fence(const as_riscv *l) { return riscv_funct3(l) <= 2; }

/* The value that an atomic operation leaves in memory: AS_T2, from AS_T0 which was there. */
static bool combine(const as_riscv *l, uint8_t width)
{
	static const uint8_t kinds[32] = { [0x00] = AS_OP_ADD,
		[0x01] = AS_OP_MOVE,
		[0x04] = AS_OP_XOR,
		[0x08] = AS_OP_OR,
		[0x0c] = AS_OP_AND,
		[0x10] = AS_OP_KILL,
		[0x14] = AS_OP_KILL,
		[0x18] = AS_OP_KILL,
		[0x1c] = AS_OP_KILL };
	uint8_t kind = kinds[l->w >> 27];
	if (kind == AS_OP_KILL)
		as_op_kill(l->ops, AS_T2);
	else if (kind == AS_OP_MOVE)
		as_op_move(l->ops, width, AS_T2, riscv_rs2(l));
	else if (kind != AS_OP_NOP)
		as_op_rrr(l->ops, kind, width, AS_T2, AS_T0, riscv_rs2(l));
	return kind != AS_OP_NOP;
}

static bool atomic(const as_riscv *l)
{
	uint32_t kind = l->w >> 27;
	uint8_t width = riscv_funct3(l) == 3 ? 8 : 4, d = riscv_rd(l);
	bool sign = width < l->word;
	if (riscv_funct3(l) != 2 && (riscv_funct3(l) != 3 || !l->wide))
		return false;
	if (kind == 2) { /* lr */
		as_emit_rri(l->ops, AS_OP_LOAD, width, sign, d, riscv_rs1(l), 0);
		return riscv_rs2(l) == AS_REG_ZERO;
	}
	if (kind == 3) { /* sc: whether it succeeds is not known */
		as_op_store(l->ops, width, riscv_rs1(l), 0, riscv_rs2(l));
		as_emit_kill(l->ops, d);
		return true;
	}
	as_op_load(l->ops, width, AS_T0, riscv_rs1(l), 0);
	if (!combine(l, width))
		return false;
	as_op_store(l->ops, width, riscv_rs1(l), 0, AS_T2);
	as_emit_rri(l->ops, AS_OP_MOVE, width, sign, d, AS_T0, 0);
	return true;
}

/* Multiply and add. */
static bool fused(const as_riscv *l)
{
	as_op_kill(l->ops, riscv_vector(l->w >> 7));
	return true;
}

/* Moves between the registers are followed; fsgnj of a register with itself is one too. */
static bool op_fp(const as_riscv *l)
{
	uint32_t f = riscv_funct7(l), f3 = riscv_funct3(l), format = f & 3;
	uint8_t width = format == 1 ? 8 : format == 2 ? 2 : 4;
	uint8_t d = riscv_vector(l->w >> 7), a = riscv_vector(l->w >> 15);
	switch (f >> 2) {
	case 0x1c: /* to a general register as it is; class */
		if (f3 == 0 && width <= l->word)
			as_emit_rri(l->ops, AS_OP_MOVE, width, width < l->word, riscv_rd(l), a, 0);
		else
			as_emit_kill(l->ops, riscv_rd(l));
		return f3 <= 1;
	case 0x1e:
		as_op_move(l->ops, width, d, riscv_rs1(l));
		return f3 == 0 && width <= l->word;
	case 0x14: /* comparisons, conversions to integers */
	case 0x18:
		as_emit_kill(l->ops, riscv_rd(l));
		return true;
	case 0x04:
		if (f3 == 0 && a == riscv_vector(l->w >> 20))
			as_op_move(l->ops, width, d, a);
		else
			as_op_kill(l->ops, d);
		return f3 <= 2;
	default:
		as_op_kill(l->ops, d);
		return f >> 2 <= 5 || f >> 2 == 8 || f >> 2 == 0x0b || f >> 2 == 0x1a;
	}
}

/* Vectors: what goes to general and floating-point registers. */
static bool op_vector(const as_riscv *l)
{
	uint32_t f3 = riscv_funct3(l);
	bool scalar = l->w >> 26 == 0x10;
	if (f3 == 7 || (f3 == 2 && scalar))
		as_emit_kill(l->ops, riscv_rd(l));
	else if (f3 == 1 && scalar)
		as_op_kill(l->ops, riscv_vector(l->w >> 7));
	return true;
}

static bool (*const rows[32])(const as_riscv *) = { [0x00] = load,
	[0x01] = load_fp,
	[0x03] = fence,
	[0x04] = as_riscv_op_imm,
	[0x05] = auipc,
	[0x06] = as_riscv_op_imm_32,
	[0x08] = store,
	[0x09] = store_fp,
	[0x0b] = atomic,
	[0x0c] = as_riscv_op,
	[0x0d] = lui,
	[0x0e] = as_riscv_op_32,
	[0x10] = fused,
	[0x11] = fused,
	[0x12] = fused,
	[0x13] = fused,
	[0x14] = op_fp,
	[0x15] = op_vector,
	[0x18] = branch,
	[0x19] = jalr,
	[0x1b] = jal,
	[0x1c] = system_row };

static size_t lift(as_mode *m, as_span code, uint64_t at, as_ops *ops)
{
	as_cur c = as_cur_le(code, 0);
	as_riscv l = { ops, at, as_u16(&c), 2, m->wide ? 8 : 4, m->wide };
	as_ops_begin(ops, at);
	if (!as_ok(&c))
		return 0;
	if (l.w == 0) { /* by definition not valid: compilers put it where control must not come */
		as_op_add(ops, AS_OP_TRAP, 1);
		return as_ops_end(ops, 2);
	}
	if ((l.w & 3) == 3) {
		l.w |= (uint32_t)as_u16(&c) << 16;
		l.len = 4;
	} else
		l.w = as_riscv_expand(l.w, m->wide);
	if (!as_ok(&c) || (l.w & 0x1f) == 0x1f || l.w == 0)
		return 0;
	bool (*const row)(const as_riscv *) = rows[l.w >> 2 & 31];
	return row && row(&l) ? as_ops_end(ops, l.len) : 0;
}

/* sp, gp, tp; s0, s1; s2 to s11: gp and tp are never changed. */
#define KEPT (7ull << SP | 3ull << 8 | 0x3ffull << 18)

const as_arch as_arch_riscv32 = {
	.id = "riscv32",
	.word = 4,
	.step = 2,
	.sp = SP,
	.link = RA,
	.result = A0,
	.n_args = 8,
	.args = { 10, 11, 12, 13, 14, 15, 16, 17 },
	.stack_args = 0,
	.number = A7,
	.kept = KEPT,
	.lift = lift,
};

const as_arch as_arch_riscv64 = {
	.id = "riscv64",
	.word = 8,
	.step = 2,
	.sp = SP,
	.link = RA,
	.result = A0,
	.n_args = 8,
	.args = { 10, 11, 12, 13, 14, 15, 16, 17 },
	.stack_args = 0,
	.number = A7,
	.kept = KEPT,
	.lift = lift,
};
