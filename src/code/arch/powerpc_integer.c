/* SPDX-License-Identifier: Apache-2.0 */
/* PowerPC: calculations of opcode 31. The carry, in special register XER, is 0 or 1; of the rest of XER nothing is
 * kept. */
#include "code/arch/powerpc_x.h"

/* d = a kind b: add, subf (as b - a), mulld. */
bool as_ppc_arithmetic(const as_ppc *l, const as_ppc_row *r)
{
	as_op_rrr(l->ops, r->kind, l->word, ppc_d(l), ppc_a(l), ppc_b(l));
	as_ppc_record(l, ppc_d(l));
	return true;
}

bool as_ppc_negate(const as_ppc *l, const as_ppc_row *r)
{
	(void)r;
	as_op_rrr(l->ops, AS_OP_SUB, l->word, ppc_d(l), AS_REG_ZERO, ppc_a(l));
	as_ppc_record(l, ppc_d(l));
	return true;
}

/* mullw: the words as signed numbers, the whole product. */
bool as_ppc_multiply_words(const as_ppc *l, const as_ppc_row *r)
{
	(void)r;
	as_emit_rri(l->ops, AS_OP_MOVE, 4, true, AS_T0, ppc_a(l), 0);
	as_emit_rri(l->ops, AS_OP_MOVE, 4, true, AS_T1, ppc_b(l), 0);
	as_op_rrr(l->ops, AS_OP_MUL, l->word, ppc_d(l), AS_T0, AS_T1);
	as_ppc_record(l, ppc_d(l));
	return true;
}

/* d = a kind b in so many bytes: divisions, remainders, high halves of products. */
bool as_ppc_sized(const as_ppc *l, const as_ppc_row *r)
{
	as_op_rrr(l->ops, r->kind, r->width, ppc_d(l), ppc_a(l), ppc_b(l));
	as_ppc_record(l, ppc_d(l));
	return true;
}

void as_ppc_carry_if(const as_ppc *l, uint8_t xer, uint8_t x, as_cond cond, uint8_t y)
{
	as_emit_compare(l->ops, AS_OP_COMPARE, l->word, AS_REG_FLAGS, x, y, 0);
	as_op_const(l->ops, l->word, AS_T4, 1);
	as_emit_select(l->ops, l->word, xer, cond, AS_REG_FLAGS, AS_T4, AS_REG_ZERO);
}

/* addc, and subfc which is b + ~a + 1. */
bool as_ppc_carrying(const as_ppc *l, const as_ppc_row *r)
{
	uint8_t a = ppc_a(l), b = ppc_b(l);
	if (r->flags & INVERT) {
		as_ppc_carry_if(l, PPC_XER, b, AS_ABOVE_EQ, a);
		as_op_rrr(l->ops, AS_OP_SUB, l->word, ppc_d(l), b, a);
	} else {
		as_op_rrr(l->ops, AS_OP_ADD, l->word, AS_T0, a, b);
		as_ppc_carry_if(l, PPC_XER, AS_T0, AS_BELOW, a);
		as_op_move(l->ops, l->word, ppc_d(l), AS_T0);
	}
	as_ppc_record(l, ppc_d(l));
	return true;
}

/* adde, addze, addme, subfe, subfze, subfme: a (or ~a) + b (or 0, or -1) + carry. */
bool as_ppc_with_carry(const as_ppc *l, const as_ppc_row *r)
{
	as_ops *o = l->ops;
	uint8_t a = ppc_a(l), b = r->kind == AS_OP_ADD ? ppc_b(l) : AS_REG_ZERO;
	if (r->kind != AS_OP_ADD && ppc_b(l) != 0)
		return false;
	if (r->flags & INVERT) {
		as_op_rri(o, AS_OP_NOT, l->word, AS_T0, a, 0);
		a = AS_T0;
	}
	if (r->flags & NOT_B) {
		as_op_const(o, l->word, AS_T1, ~0ull);
		b = AS_T1;
	}
	as_op_rrr(o, AS_OP_ADD, l->word, AS_T2, a, PPC_XER);
	as_ppc_carry_if(l, PPC_XER, AS_T2, AS_BELOW, a);
	as_op_rrr(o, AS_OP_ADD, l->word, AS_T3, AS_T2, b);
	if (b != AS_REG_ZERO) {
		as_ppc_carry_if(l, AS_T5, AS_T3, AS_BELOW, AS_T2);
		as_op_rrr(o, AS_OP_OR, l->word, PPC_XER, PPC_XER, AS_T5);
	}
	as_op_move(o, l->word, ppc_d(l), AS_T3);
	as_ppc_record(l, ppc_d(l));
	return true;
}

/* a = d kind b; of a register with itself a move. INVERT: the result; NOT_B: the second operand. */
bool as_ppc_logic(const as_ppc *l, const as_ppc_row *r)
{
	as_ops *o = l->ops;
	uint8_t s = ppc_d(l), a = ppc_a(l), b = ppc_b(l);
	bool move = s == b && (r->kind == AS_OP_OR || r->kind == AS_OP_AND) && !(r->flags & NOT_B);
	if (r->flags & NOT_B) {
		as_op_rri(o, AS_OP_NOT, l->word, AS_T0, b, 0);
		b = AS_T0;
	}
	if (move && r->flags & INVERT)
		as_op_rri(o, AS_OP_NOT, l->word, a, s, 0);
	else if (move && a != s)
		as_op_move(o, l->word, a, s);
	else if (!move) {
		as_op_rrr(o, r->kind, l->word, r->flags & INVERT ? AS_T0 : a, s, b);
		if (r->flags & INVERT)
			as_op_rri(o, AS_OP_NOT, l->word, a, AS_T0, 0);
	}
	as_ppc_record(l, a);
	return true;
}

/* cmp, cmpl: bit 21 says whether all 64 bits are compared. */
bool as_ppc_compare(const as_ppc *l, const as_ppc_row *r)
{
	bool twice = l->w >> 21 & 1;
	as_emit_compare(l->ops, r->kind, twice ? 8 : 4, ppc_cr(l->w >> 23), ppc_a(l), ppc_b(l), 0);
	return (!twice || l->wide) && !(l->w >> 22 & 1) && !(l->w & 1);
}

/* slw, srw, sld, srd: one bit more counts than the width has, so that much leaves nothing. */
bool as_ppc_shift(const as_ppc *l, const as_ppc_row *r)
{
	as_op_rri(l->ops, AS_OP_AND, 4, AS_T0, ppc_b(l), r->width * 16 - 1);
	as_op_rrr(l->ops, r->kind, r->width, ppc_a(l), ppc_d(l), AS_T0);
	as_ppc_record(l, ppc_a(l));
	return true;
}

/* sraw, srad: likewise, copies of the sign are left. The carry is not followed. */
bool as_ppc_shift_sign(const as_ppc *l, const as_ppc_row *r)
{
	as_op_rri(l->ops, AS_OP_AND, 4, AS_T0, ppc_b(l), r->width * 16 - 1);
	as_emit_rrr(l->ops, AS_OP_SAR, r->width, r->width < l->word, ppc_a(l), ppc_d(l), AS_T0);
	as_op_kill(l->ops, PPC_XER);
	as_ppc_record(l, ppc_a(l));
	return true;
}

/* srawi, sradi: the carry says whether ones were lost of a negative number (addze then rounds a division). */
bool as_ppc_shift_sign_imm(const as_ppc *l, const as_ppc_row *r)
{
	as_ops *o = l->ops;
	unsigned by = (l->w >> 11 & 31) | (r->width == 8 ? (l->w & 2) << 4 : 0);
	uint8_t s = ppc_d(l);
	as_op_rri(o, AS_OP_AND, r->width, AS_T0, s, (int64_t)((1ull << by) - 1));
	as_op_rri(o, AS_OP_SHR, r->width, AS_T1, s, r->width * 8 - 1);
	as_ppc_carry_if(l, AS_T0, AS_T0, AS_NE, AS_REG_ZERO);
	as_op_rrr(o, AS_OP_AND, l->word, PPC_XER, AS_T0, AS_T1);
	as_emit_rri(o, AS_OP_SAR, r->width, r->width < l->word, ppc_a(l), s, by);
	as_ppc_record(l, ppc_a(l));
	return true;
}

bool as_ppc_extend(const as_ppc *l, const as_ppc_row *r)
{
	as_emit_rri(l->ops, AS_OP_MOVE, r->width, true, ppc_a(l), ppc_d(l), 0);
	as_ppc_record(l, ppc_a(l));
	return ppc_b(l) == 0;
}

/* extswsli: a = sign-extended word << n. */
bool as_ppc_extend_shift(const as_ppc *l, const as_ppc_row *r)
{
	(void)r;
	as_emit_rri(l->ops, AS_OP_MOVE, 4, true, AS_T0, ppc_d(l), 0);
	as_op_rri(l->ops, AS_OP_SHL, 8, ppc_a(l), AS_T0, (l->w >> 11 & 31) | (l->w & 2) << 4);
	as_ppc_record(l, ppc_a(l));
	return true;
}

/* Counting and other things that are not followed, with their result in a; in d with flag SIGNED. */
bool as_ppc_unknown(const as_ppc *l, const as_ppc_row *r)
{
	uint8_t dst = r->flags & SIGNED ? ppc_d(l) : ppc_a(l);
	as_op_kill(l->ops, dst);
	if (l->w & 1)
		as_op_kill(l->ops, PPC_CR0);
	return true;
}

bool as_ppc_unknown_field(const as_ppc *l, const as_ppc_row *r)
{
	(void)r;
	as_op_kill(l->ops, ppc_cr(l->w >> 23));
	return true;
}

bool as_ppc_unknown_vector(const as_ppc *l, const as_ppc_row *r)
{
	(void)r;
	if (!(l->w & 1))
		as_op_kill(l->ops, ppc_vector(ppc_d(l)));
	return true;
}

bool as_ppc_nothing(const as_ppc *l, const as_ppc_row *r)
{
	(void)l;
	(void)r;
	return true;
}

/* tw, td: always, or under a condition. */
bool as_ppc_trap(const as_ppc *l, const as_ppc_row *r)
{
	(void)r;
	if (ppc_d(l) == 31)
		as_op_add(l->ops, AS_OP_TRAP, 1);
	return !(l->w & 1);
}

bool as_ppc_select(const as_ppc *l)
{
	uint32_t bit = l->w >> 6 & 31;
	as_emit_select(l->ops, l->word, ppc_d(l), as_ppc_cond(bit, true), ppc_cr(bit >> 2),
		ppc_a0(l), ppc_b(l));
	return !(l->w & 1);
}

/* The special registers that are followed; otherwise AS_REG_NONE. */
static uint8_t special(const as_ppc *l)
{
	uint32_t n = (l->w >> 16 & 31) | (l->w >> 11 & 31) << 5;
	return n == 8 ? PPC_LR : n == 9 ? PPC_CTR : AS_REG_NONE;
}

bool as_ppc_from_special(const as_ppc *l, const as_ppc_row *r)
{
	(void)r;
	if (special(l) == AS_REG_NONE)
		as_op_kill(l->ops, ppc_d(l));
	else
		as_op_move(l->ops, l->word, ppc_d(l), special(l));
	return true;
}

bool as_ppc_to_special(const as_ppc *l, const as_ppc_row *r)
{
	(void)r;
	if (special(l) != AS_REG_NONE)
		as_op_move(l->ops, l->word, special(l), ppc_d(l));
	else if ((l->w >> 11 & 0x3ff) == 1 << 5)
		as_op_kill(l->ops, PPC_XER);
	return true;
}

/* mtcrf, which is not followed; of one field: -1, 0 or 1 compared with 0. */
bool as_ppc_to_fields(const as_ppc *l, const as_ppc_row *r)
{
	uint32_t fields = l->w >> 12 & 0xff;
	bool one = (fields & (fields - 1)) == 0;
	(void)r;
	for (uint32_t i = 0; i < 8; i++) {
		if (!(fields >> (7 - i) & 1))
			continue;
		if (!one) {
			as_op_kill(l->ops, ppc_cr(i));
			continue;
		}
		as_op_rri(l->ops, AS_OP_SHL, 4, AS_T0, ppc_d(l), 4 * i);
		as_op_rri(l->ops, AS_OP_SAR, 4, AS_T1, AS_T0, 31);
		as_op_rri(l->ops, AS_OP_SHR, 4, AS_T0, AS_T0, 30);
		as_op_rri(l->ops, AS_OP_AND, 4, AS_T0, AS_T0, 1);
		as_op_rrr(l->ops, AS_OP_OR, 4, AS_T0, AS_T0, AS_T1);
		as_emit_compare(l->ops, AS_OP_COMPARE, 4, ppc_cr(i), AS_T0, AS_REG_NONE, 0);
	}
	return true;
}

/* cntlzw, cntlzd: compilers compare with 0 so. */
bool as_ppc_leading_zeros(const as_ppc *l, const as_ppc_row *r)
{
	as_emit_leading_zeros(l->ops, r->width, ppc_a(l), ppc_d(l));
	as_ppc_record(l, ppc_a(l));
	return ppc_b(l) == 0;
}

/* mfcr, which is not followed; mfocrf, of one field, with the summary overflow as 0, since compilers do not set
 * it. */
bool as_ppc_from_fields(const as_ppc *l, const as_ppc_row *r)
{
	static const as_cond conds[3] = { AS_LT, AS_GT, AS_EQ };
	uint32_t fields = l->w >> 12 & 0xff, i = 0;
	(void)r;
	if (!(l->w >> 20 & 1) || (fields & (fields - 1)) || fields == 0) {
		as_op_kill(l->ops, ppc_d(l));
		return true;
	}
	while (!(fields >> (7 - i) & 1))
		i++;
	as_op_const(l->ops, 4, AS_T1, 0);
	for (uint32_t k = 0; k < 3; k++) {
		as_op_const(l->ops, 4, AS_T0, 0x80000000u >> (4 * i + k));
		as_emit_select(l->ops, 4, AS_T0, conds[k], ppc_cr(i), AS_T0, AS_REG_ZERO);
		as_op_rrr(l->ops, AS_OP_OR, 4, AS_T1, AS_T1, AS_T0);
	}
	as_op_move(l->ops, 4, ppc_d(l), AS_T1);
	return true;
}

void as_ppc_copy_field(const as_ppc *l, uint8_t to, uint8_t from)
{
	as_ops *o = l->ops;
	as_op_const(o, 4, AS_T0, 1);
	as_emit_select(o, 4, AS_T1, AS_GT, from, AS_T0, AS_REG_ZERO);
	as_op_const(o, 4, AS_T0, UINT32_MAX);
	as_emit_select(o, 4, AS_T1, AS_LT, from, AS_T0, AS_T1);
	as_emit_compare(o, AS_OP_COMPARE, 4, to, AS_T1, AS_REG_NONE, 0);
}
