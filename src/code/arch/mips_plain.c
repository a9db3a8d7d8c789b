/* SPDX-License-Identifier: Apache-2.0 */
/* MIPS: integer instructions, loads and stores. Tables by the opcode and by the function of SPECIAL; a row says what
 * an instruction does, a shape says where its operands stand.
 *
 * The halves of an unaligned access (lwl, lwr, ldl, ldr, swl, swr, sdl, sdr) each become the whole access: both of a
 * pair together do what the pair does. A half that stands alone moves more bytes than it would. */
#include "code/arch/mips.h"

typedef struct row row;
typedef bool (*shape)(const as_mips *l, const row *r);
struct row {
	shape go; /* NULL: not valid */
	uint8_t kind, width;
	bool sign, unsign; /* of a load; of a multiplication or comparison */
};

static bool wide_only(const as_mips *l, const row *r) { return r->width != 8 || l->wide; }

/* A result of width bytes; one of 4 is sign-extended in a register of 8. */
static void emit_rrr(const as_mips *l, const row *r, uint8_t dst, uint8_t a, uint8_t b)
{
	as_emit_rrr(l->ops, r->kind, r->width, l->wide && r->width == 4, dst, a, b);
}

static void emit_rri(const as_mips *l, const row *r, uint8_t dst, uint8_t a, int64_t imm)
{
	as_emit_rri(l->ops, r->kind, r->width, l->wide && r->width == 4, dst, a, imm);
}

/* rd = rs kind rt; a sum with the zero register is a move. */
static bool three(const as_mips *l, const row *r)
{
	static const row move = { NULL, AS_OP_MOVE, 8, false, false };
	uint8_t a = mips_rs(l), b = mips_rt(l);
	row wide_move = move;
	wide_move.width = r->width;
	bool sum = r->kind == AS_OP_ADD || r->kind == AS_OP_OR || r->kind == AS_OP_XOR;
	if (!wide_only(l, r) || mips_sa(l) != 0)
		return false;
	if (b == AS_REG_ZERO && (sum || r->kind == AS_OP_SUB))
		emit_rri(l, &wide_move, mips_rd(l), a, 0);
	else if (a == AS_REG_ZERO && sum)
		emit_rri(l, &wide_move, mips_rd(l), b, 0);
	else
		emit_rrr(l, r, mips_rd(l), a, b);
	return true;
}

/* The same over the whole register. */
static bool logic(const as_mips *l, const row *r)
{
	row whole = *r;
	whole.width = mips_word(l);
	return three(l, &whole);
}

static bool nor(const as_mips *l, const row *r)
{
	(void)r;
	uint8_t a = mips_rs(l), b = mips_rt(l), d = mips_rd(l), n = mips_word(l);
	if (mips_sa(l) != 0)
		return false;
	if (a != AS_REG_ZERO && b != AS_REG_ZERO) {
		as_emit_rrr(l->ops, AS_OP_OR, n, false, AS_T0, a, b);
		a = AS_T0;
	}
	as_emit_rri(l->ops, AS_OP_NOT, n, false, d, a == AS_REG_ZERO ? b : a, 0);
	return true;
}

/* rd = rt shifted by sa bits, by 32 more if unsign is set; bit 21 makes a rotation of srl. */
static bool shift(const as_mips *l, const row *r)
{
	uint32_t rs = l->w >> 21 & 31;
	row s = *r;
	if (!wide_only(l, r) || rs > (r->kind == AS_OP_SHR))
		return false;
	if (rs)
		s.kind = AS_OP_ROR;
	int64_t by = mips_sa(l) + (r->unsign ? 32 : 0);
	if (by == 0)
		s.kind = AS_OP_MOVE;
	emit_rri(l, &s, mips_rd(l), mips_rt(l), by);
	return true;
}

static bool shift_by(const as_mips *l, const row *r)
{
	row s = *r;
	if (!wide_only(l, r) || mips_sa(l) > (r->kind == AS_OP_SHR))
		return false;
	if (mips_sa(l))
		s.kind = AS_OP_ROR;
	as_emit_rri(l->ops, AS_OP_AND, 4, false, AS_T0, mips_rs(l), r->width * 8 - 1);
	emit_rrr(l, &s, mips_rd(l), mips_rt(l), AS_T0);
	return true;
}

static bool less(const as_mips *l, const row *r)
{
	if (mips_sa(l) != 0)
		return false;
	as_emit_set(l->ops, mips_word(l), mips_rd(l), r->unsign ? AS_BELOW : AS_LT, mips_rs(l),
		mips_rt(l), 0);
	return true;
}

static bool less_imm(const as_mips *l, const row *r)
{
	as_emit_set(l->ops, mips_word(l), mips_rt(l), r->unsign ? AS_BELOW : AS_LT, mips_rs(l),
		AS_REG_NONE, mips_imm(l));
	return true;
}

/* movz, movn; kind is the condition. */
static bool move_if(const as_mips *l, const row *r)
{
	uint8_t d = mips_rd(l);
	if (l->r6 || mips_sa(l) != 0)
		return false;
	if (d == AS_REG_ZERO)
		return true;
	as_emit_compare(
		l->ops, AS_OP_COMPARE, mips_word(l), AS_REG_FLAGS, mips_rt(l), AS_REG_NONE, 0);
	as_emit_select(l->ops, mips_word(l), d, r->kind, AS_REG_FLAGS, mips_rs(l), d);
	return true;
}

/* Release 6: seleqz, selnez. */
static bool select_or_zero(const as_mips *l, const row *r)
{
	uint8_t d = mips_rd(l);
	if (!l->r6 || mips_sa(l) != 0)
		return false;
	if (d == AS_REG_ZERO)
		return true;
	as_emit_compare(
		l->ops, AS_OP_COMPARE, mips_word(l), AS_REG_FLAGS, mips_rt(l), AS_REG_NONE, 0);
	as_emit_select(l->ops, mips_word(l), d, r->kind, AS_REG_FLAGS, mips_rs(l), AS_REG_ZERO);
	return true;
}

/* movf, movt: the flags of floating point are not followed. */
static bool move_fcc(const as_mips *l, const row *r)
{
	(void)r;
	if (l->r6 || l->w & 0x7c2)
		return false;
	as_emit_kill(l->ops, mips_rd(l));
	return true;
}

/* The operation that gives the other half of a product, or of a division what remains. */
static as_op_kind upper_kind(const row *r)
{
	if (r->kind == AS_OP_MUL)
		return r->unsign ? AS_OP_MULHU : AS_OP_MULHS;
	return r->unsign ? AS_OP_REMU : AS_OP_REMS;
}

/* Release 6: the result goes to rd; sa says whether it is the low or the high half, of a division the
 * quotient or the remainder. */
static bool muldiv_r6(const as_mips *l, const row *r)
{
	uint8_t half = mips_sa(l);
	row s = *r;
	if (half != 2 && half != 3)
		return false;
	if (half == 3)
		s.kind = (uint8_t)upper_kind(r);
	emit_rrr(l, &s, mips_rd(l), mips_rs(l), mips_rt(l));
	return true;
}

static bool muldiv(const as_mips *l, const row *r)
{
	if (!wide_only(l, r))
		return false;
	if (l->r6)
		return muldiv_r6(l, r);
	/* DSP: bits 11 and 12 of a multiplication name another accumulator */
	if (l->w & (r->kind == AS_OP_MUL && r->width == 4 ? 0xe7c0 : 0xffc0))
		return false;
	if (l->w & 0x1800)
		return true;
	row high = *r;
	high.kind = (uint8_t)upper_kind(r);
	emit_rrr(l, r, MIPS_LO, mips_rs(l), mips_rt(l));
	emit_rrr(l, &high, MIPS_HI, mips_rs(l), mips_rt(l));
	return true;
}

/* mfhi and mflo; release 6 has clz in the place of the first. */
static bool from_hilo(const as_mips *l, const row *r)
{
	uint8_t d = mips_rd(l);
	bool counts = l->r6 && r->kind == MIPS_HI && mips_sa(l) == 1 && mips_rt(l) == AS_REG_ZERO;
	bool other = l->w >> 21 & 3; /* DSP: another accumulator */
	if (counts || other)
		as_emit_kill(l->ops, d);
	else
		as_emit_rri(l->ops, AS_OP_MOVE, mips_word(l), false, d, r->kind, 0);
	return counts || (!l->r6 && !(l->w & 0x039f07c0));
}

static bool to_hilo(const as_mips *l, const row *r)
{
	if (l->r6) { /* clo */
		as_emit_kill(l->ops, mips_rd(l));
		return r->kind == MIPS_HI && mips_sa(l) == 1 && mips_rt(l) == AS_REG_ZERO;
	}
	if (!(l->w & 0x1800)) /* DSP: another accumulator */
		as_op_move(l->ops, mips_word(l), r->kind, mips_rs(l));
	return !(l->w & 0x1fe7c0);
}

/* dsllv and dsrlv in whose neighbourhood release 6 has dclz and dclo is decoded by their own rows. */
static bool count_r6(const as_mips *l, const row *r)
{
	(void)r;
	as_emit_kill(l->ops, mips_rd(l));
	return l->r6 && l->wide && mips_sa(l) == 1 && mips_rt(l) == AS_REG_ZERO;
}

/* lsa, dlsa: rd = (rs << sa + 1) + rt. */
static bool scaled(const as_mips *l, const row *r)
{
	uint8_t d = mips_rd(l);
	if (!wide_only(l, r) || mips_sa(l) > 3)
		return false;
	if (d == AS_REG_ZERO)
		return true;
	as_emit_rrr(
		l->ops, AS_OP_ADD, r->width, l->wide && r->width == 4, d, mips_rt(l), mips_rs(l));
	l->ops->op[l->ops->n - 1].shift = (uint8_t)(mips_sa(l) + 1);
	return true;
}

static bool system_call(const as_mips *l, const row *r)
{
	(void)r;
	as_op_add(l->ops, AS_OP_SYSCALL, 1)->imm = l->w >> 6 & 0xfffff;
	return true;
}

static bool stop(const as_mips *l, const row *r)
{
	(void)r;
	as_op_add(l->ops, AS_OP_TRAP, 1);
	return true;
}

/* Traps under a condition go on otherwise; between a register and itself they always or never happen. */
static bool trap_if(const as_mips *l, const row *r)
{
	if (r->sign && mips_rs(l) == mips_rt(l))
		as_op_add(l->ops, AS_OP_TRAP, 1);
	return true;
}

static bool nothing(const as_mips *l, const row *r)
{
	(void)l;
	(void)r;
	return true;
}

static bool add_imm(const as_mips *l, const row *r)
{
	uint8_t a = mips_rs(l), d = mips_rt(l);
	row move = *r;
	move.kind = AS_OP_MOVE;
	if (!wide_only(l, r))
		return false;
	if (a == AS_REG_ZERO)
		emit_rri(l, &move, d, AS_REG_NONE, mips_imm(l));
	else if (mips_imm(l) == 0)
		emit_rri(l, &move, d, a, 0);
	else
		emit_rri(l, r, d, a, mips_imm(l));
	return true;
}

static bool logic_imm(const as_mips *l, const row *r)
{
	uint8_t a = mips_rs(l);
	uint32_t imm = l->w & 0xffff;
	if (a == AS_REG_ZERO && r->kind != AS_OP_AND)
		as_emit_rri(l->ops, AS_OP_MOVE, mips_word(l), false, mips_rt(l), AS_REG_NONE, imm);
	else
		as_emit_rri(l->ops, r->kind, mips_word(l), false, mips_rt(l), a, imm);
	return true;
}

/* lui; aui of release 6 adds; daui is that of 8 bytes. */
static bool upper(const as_mips *l, const row *r)
{
	int64_t imm = as_signed(l->w << 16, 32);
	uint8_t a = mips_rs(l);
	if (!wide_only(l, r) || (a != AS_REG_ZERO && !l->r6) || (r->width == 8 && !l->r6))
		return false;
	if (a == AS_REG_ZERO)
		as_emit_rri(l->ops, AS_OP_MOVE, r->width, l->wide, mips_rt(l), AS_REG_NONE, imm);
	else
		emit_rri(l, r, mips_rt(l), a, imm);
	return true;
}

static bool load(const as_mips *l, const row *r)
{
	if (!wide_only(l, r) || (r->unsign && !l->wide))
		return false;
	if (mips_rt(l) == AS_REG_ZERO)
		return true;
	as_op_load(l->ops, r->width, mips_rt(l), mips_rs(l), mips_imm(l));
	l->ops->op[l->ops->n - 1].sign = r->sign && (r->width < 4 || l->wide);
	return true;
}

static bool store(const as_mips *l, const row *r)
{
	if (!wide_only(l, r))
		return false;
	as_op_store(l->ops, r->width, mips_rs(l), mips_imm(l), mips_rt(l));
	return true;
}

/* Halves of unaligned accesses; unsign: the right half. The one with the most significant byte names the first byte
 * on big-endian machines, the last on others. */
static bool half(const as_mips *l, const row *r)
{
	int64_t imm = mips_imm(l) - (r->unsign == l->big ? r->width - 1 : 0);
	if (l->r6 || !wide_only(l, r))
		return false;
	if (r->kind == AS_OP_STORE)
		as_op_store(l->ops, r->width, mips_rs(l), imm, mips_rt(l));
	else if (mips_rt(l) != AS_REG_ZERO) {
		as_op_load(l->ops, r->width, mips_rt(l), mips_rs(l), imm);
		l->ops->op[l->ops->n - 1].sign = l->wide && r->width == 4;
	}
	return true;
}

/* sc, scd: whether it succeeds is not known. */
static bool store_conditional(const as_mips *l, const row *r)
{
	if (l->r6 || !store(l, r))
		return false;
	as_emit_kill(l->ops, mips_rt(l));
	return true;
}

static bool load_linked(const as_mips *l, const row *r) { return !l->r6 && load(l, r); }
static bool coprocessor(const as_mips *l, const row *r)
{
	(void)r;
	return as_mips_coprocessor(l);
}
static bool coprocessor_memory(const as_mips *l, const row *r)
{
	(void)r;
	return as_mips_coprocessor_memory(l);
}
static bool special2(const as_mips *l, const row *r)
{
	(void)r;
	return as_mips_special2(l);
}
static bool special3(const as_mips *l, const row *r)
{
	(void)r;
	return as_mips_special3(l);
}
static bool pcrel(const as_mips *l, const row *r)
{
	(void)r;
	return l->r6 && as_mips_pcrel(l);
}

/* cache and pref of releases before 6. */
static bool hint(const as_mips *l, const row *r)
{
	(void)r;
	return !l->r6;
}

/* Traps with an immediate, synci; dahi and dati of release 6. */
static bool regimm(const as_mips *l, const row *r)
{
	(void)r;
	uint32_t rt = l->w >> 16 & 31;
	if (rt == 0x1f)
		return true;
	if (!l->r6)
		return rt >= 8 && rt <= 14 && rt != 13;
	if (!l->wide || (rt != 6 && rt != 0x1e))
		return false;
	as_emit_rri(l->ops, AS_OP_ADD, 8, false, mips_rs(l), mips_rs(l),
		(int64_t)((uint64_t)mips_imm(l) << (rt == 6 ? 32 : 48)));
	return true;
}

static const row special[64] = {
	[0x00] = { shift, AS_OP_SHL, 4, 0, 0 },
	[0x01] = { move_fcc, 0, 0, 0, 0 },
	[0x02] = { shift, AS_OP_SHR, 4, 0, 0 },
	[0x03] = { shift, AS_OP_SAR, 4, 0, 0 },
	[0x04] = { shift_by, AS_OP_SHL, 4, 0, 0 },
	[0x05] = { scaled, 0, 4, 0, 0 },
	[0x06] = { shift_by, AS_OP_SHR, 4, 0, 0 },
	[0x07] = { shift_by, AS_OP_SAR, 4, 0, 0 },
	[0x0a] = { move_if, AS_EQ, 0, 0, 0 },
	[0x0b] = { move_if, AS_NE, 0, 0, 0 },
	[0x0c] = { system_call, 0, 0, 0, 0 },
	[0x0d] = { stop, 0, 0, 0, 0 },
	[0x0e] = { stop, 0, 0, 0, 0 },    /* sdbbp of release 6 */
	[0x0f] = { nothing, 0, 0, 0, 0 }, /* sync */
	[0x10] = { from_hilo, MIPS_HI, 0, 0, 0 },
	[0x11] = { to_hilo, MIPS_HI, 0, 0, 0 },
	[0x12] = { from_hilo, MIPS_LO, 0, 0, 0 },
	[0x13] = { to_hilo, MIPS_LO, 0, 0, 0 },
	[0x14] = { shift_by, AS_OP_SHL, 8, 0, 0 },
	[0x15] = { scaled, 0, 8, 0, 0 },
	[0x16] = { shift_by, AS_OP_SHR, 8, 0, 0 },
	[0x17] = { shift_by, AS_OP_SAR, 8, 0, 0 },
	[0x18] = { muldiv, AS_OP_MUL, 4, 0, 0 },
	[0x19] = { muldiv, AS_OP_MUL, 4, 0, 1 },
	[0x1a] = { muldiv, AS_OP_DIVS, 4, 0, 0 },
	[0x1b] = { muldiv, AS_OP_DIVU, 4, 0, 1 },
	[0x1c] = { muldiv, AS_OP_MUL, 8, 0, 0 },
	[0x1d] = { muldiv, AS_OP_MUL, 8, 0, 1 },
	[0x1e] = { muldiv, AS_OP_DIVS, 8, 0, 0 },
	[0x1f] = { muldiv, AS_OP_DIVU, 8, 0, 1 },
	[0x20] = { three, AS_OP_ADD, 4, 0, 0 },
	[0x21] = { three, AS_OP_ADD, 4, 0, 0 },
	[0x22] = { three, AS_OP_SUB, 4, 0, 0 },
	[0x23] = { three, AS_OP_SUB, 4, 0, 0 },
	[0x24] = { logic, AS_OP_AND, 0, 0, 0 },
	[0x25] = { logic, AS_OP_OR, 0, 0, 0 },
	[0x26] = { logic, AS_OP_XOR, 0, 0, 0 },
	[0x27] = { nor, 0, 0, 0, 0 },
	[0x2a] = { less, 0, 0, 0, 0 },
	[0x2b] = { less, 0, 0, 0, 1 },
	[0x2c] = { three, AS_OP_ADD, 8, 0, 0 },
	[0x2d] = { three, AS_OP_ADD, 8, 0, 0 },
	[0x2e] = { three, AS_OP_SUB, 8, 0, 0 },
	[0x2f] = { three, AS_OP_SUB, 8, 0, 0 },
	[0x30] = { trap_if, 0, 0, 1, 0 }, /* tge */
	[0x31] = { trap_if, 0, 0, 1, 0 },
	[0x32] = { trap_if, 0, 0, 0, 0 },
	[0x33] = { trap_if, 0, 0, 0, 0 },
	[0x34] = { trap_if, 0, 0, 1, 0 }, /* teq */
	[0x35] = { select_or_zero, AS_EQ, 0, 0, 0 },
	[0x36] = { trap_if, 0, 0, 0, 0 },
	[0x37] = { select_or_zero, AS_NE, 0, 0, 0 },
	[0x38] = { shift, AS_OP_SHL, 8, 0, 0 },
	[0x3a] = { shift, AS_OP_SHR, 8, 0, 0 },
	[0x3b] = { shift, AS_OP_SAR, 8, 0, 0 },
	[0x3c] = { shift, AS_OP_SHL, 8, 0, 1 },
	[0x3e] = { shift, AS_OP_SHR, 8, 0, 1 },
	[0x3f] = { shift, AS_OP_SAR, 8, 0, 1 },
};

static bool of_special(const as_mips *l, const row *r)
{
	r = &special[l->w & 63];
	if (l->r6 && l->wide && (l->w & 62) == 0x12) /* where mflo and mtlo were */
		return count_r6(l, r);
	return r->go && r->go(l, r);
}

static const row major[64] = {
	[0x00] = { of_special, 0, 0, 0, 0 },
	[0x01] = { regimm, 0, 0, 0, 0 },
	[0x08] = { add_imm, AS_OP_ADD, 4, 0, 0 },
	[0x09] = { add_imm, AS_OP_ADD, 4, 0, 0 },
	[0x0a] = { less_imm, 0, 0, 0, 0 },
	[0x0b] = { less_imm, 0, 0, 0, 1 },
	[0x0c] = { logic_imm, AS_OP_AND, 0, 0, 0 },
	[0x0d] = { logic_imm, AS_OP_OR, 0, 0, 0 },
	[0x0e] = { logic_imm, AS_OP_XOR, 0, 0, 0 },
	[0x0f] = { upper, AS_OP_ADD, 4, 0, 0 },
	[0x10] = { coprocessor, 0, 0, 0, 0 },
	[0x11] = { coprocessor, 0, 0, 0, 0 },
	[0x12] = { coprocessor, 0, 0, 0, 0 },
	[0x13] = { coprocessor, 0, 0, 0, 0 },
	[0x18] = { add_imm, AS_OP_ADD, 8, 0, 0 },
	[0x19] = { add_imm, AS_OP_ADD, 8, 0, 0 },
	[0x1a] = { half, AS_OP_LOAD, 8, 0, 0 },
	[0x1b] = { half, AS_OP_LOAD, 8, 0, 1 },
	[0x1c] = { special2, 0, 0, 0, 0 },
	[0x1d] = { upper, AS_OP_ADD, 8, 0, 0 },
	[0x1e] = { coprocessor, 0, 0, 0, 0 }, /* MSA */
	[0x1f] = { special3, 0, 0, 0, 0 },
	[0x20] = { load, 0, 1, 1, 0 },
	[0x21] = { load, 0, 2, 1, 0 },
	[0x22] = { half, AS_OP_LOAD, 4, 0, 0 },
	[0x23] = { load, 0, 4, 1, 0 },
	[0x24] = { load, 0, 1, 0, 0 },
	[0x25] = { load, 0, 2, 0, 0 },
	[0x26] = { half, AS_OP_LOAD, 4, 0, 1 },
	[0x27] = { load, 0, 4, 0, 1 },
	[0x28] = { store, 0, 1, 0, 0 },
	[0x29] = { store, 0, 2, 0, 0 },
	[0x2a] = { half, AS_OP_STORE, 4, 0, 0 },
	[0x2b] = { store, 0, 4, 0, 0 },
	[0x2c] = { half, AS_OP_STORE, 8, 0, 0 },
	[0x2d] = { half, AS_OP_STORE, 8, 0, 1 },
	[0x2e] = { half, AS_OP_STORE, 4, 0, 1 },
	[0x2f] = { hint, 0, 0, 0, 0 },
	[0x30] = { load_linked, 0, 4, 1, 0 },
	[0x31] = { coprocessor_memory, 0, 0, 0, 0 },
	[0x32] = { coprocessor_memory, 0, 0, 0, 0 },
	[0x33] = { hint, 0, 0, 0, 0 },
	[0x34] = { load_linked, 0, 8, 0, 0 },
	[0x35] = { coprocessor_memory, 0, 0, 0, 0 },
	[0x36] = { coprocessor_memory, 0, 0, 0, 0 },
	[0x37] = { load, 0, 8, 0, 0 },
	[0x38] = { store_conditional, 0, 4, 0, 0 },
	[0x39] = { coprocessor_memory, 0, 0, 0, 0 },
	[0x3a] = { coprocessor_memory, 0, 0, 0, 0 },
	[0x3b] = { pcrel, 0, 0, 0, 0 },
	[0x3c] = { store_conditional, 0, 8, 0, 0 },
	[0x3d] = { coprocessor_memory, 0, 0, 0, 0 },
	[0x3e] = { coprocessor_memory, 0, 0, 0, 0 },
	[0x3f] = { store, 0, 8, 0, 0 },
};

bool as_mips_plain(const as_mips *l)
{
	const row *r = &major[l->w >> 26];
	return r->go && r->go(l, r);
}
