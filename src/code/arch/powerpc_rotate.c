/* SPDX-License-Identifier: Apache-2.0 */
/* PowerPC: rotate and mask. Shifts and cuts that are written so become shifts and cuts; the rest a rotation, a mask,
 * and where it inserts the other bits of the target. Bits are numbered from the most significant, which is 0. */
#include "code/arch/powerpc.h"

/* Ones from bit mb to bit me of n bits, around the end if me comes first. */
static uint64_t mask(unsigned n, unsigned mb, unsigned me)
{
	uint64_t all = n == 64 ? ~0ull : (1ull << n) - 1;
	uint64_t from = all >> mb, to = all << (n - 1 - me) & all;
	return mb <= me ? from & to : from | to;
}

/* dst = src rotated left by n and masked. On 64 bits, a word is rotated in both halves, which shows where the mask is
 * around the end. */
static void rotate_mask(
	const as_ppc *l, uint8_t dst, uint8_t src, unsigned n, unsigned mb, unsigned me)
{
	as_ops *o = l->ops;
	if (mb > me && l->wide) {
		as_op_rri(o, AS_OP_ROR, 4, AS_T0, src, (32 - n) & 31);
		as_op_rri(o, AS_OP_SHL, 8, AS_T1, AS_T0, 32);
		as_op_rrr(o, AS_OP_OR, 8, AS_T0, AS_T0, AS_T1);
		as_op_rri(o, AS_OP_AND, 8, dst, AS_T0, (int64_t)mask(64, mb + 32, me + 32));
	} else if (mb == 0 && me == 31 - n && n)
		as_op_rri(o, AS_OP_SHL, 4, dst, src, n);
	else if (me == 31 && n && mb == 32 - n)
		as_op_rri(o, AS_OP_SHR, 4, dst, src, mb);
	else if (n == 0)
		as_op_rri(o, AS_OP_AND, 4, dst, src, (int64_t)mask(32, mb, me));
	else {
		bool whole = mb == 0 && me == 31;
		as_op_rri(o, AS_OP_ROR, 4, whole ? dst : AS_T0, src, 32 - n);
		if (!whole)
			as_op_rri(o, AS_OP_AND, 4, dst, AS_T0, (int64_t)mask(32, mb, me));
	}
}

/* rlwimi, rlwinm, rlwnm */
bool as_ppc_rotate(const as_ppc *l)
{
	as_ops *o = l->ops;
	uint32_t op = l->w >> 26;
	unsigned n = l->w >> 11 & 31, mb = l->w >> 6 & 31, me = l->w >> 1 & 31;
	uint8_t dst = ppc_a(l), src = ppc_d(l);
	if (op == 21)
		rotate_mask(l, dst, src, n, mb, me);
	else if (op == 20) {
		uint64_t m = l->wide ? mask(64, mb + 32, me + 32) : mask(32, mb, me);
		rotate_mask(l, AS_T2, src, n, mb, me);
		as_op_rri(o, AS_OP_AND, l->word, AS_T3, dst, (int64_t)~m);
		as_op_rrr(o, AS_OP_OR, l->word, dst, AS_T3, AS_T2);
	} else {
		as_op_rrr(o, AS_OP_SUB, 4, AS_T0, AS_REG_ZERO, ppc_b(l));
		as_op_rri(o, AS_OP_AND, 4, AS_T0, AS_T0, 31);
		as_op_rrr(o, AS_OP_ROR, 4, AS_T0, src, AS_T0);
		rotate_mask(l, dst, AS_T0, 0, mb, me);
	}
	as_ppc_record(l, dst);
	return true;
}

/* rldcl, rldcr: by a register. */
static void rotate_by(const as_ppc *l, unsigned mb)
{
	as_ops *o = l->ops;
	uint64_t m = l->w & 2 ? mask(64, 0, mb) : mask(64, mb, 63);
	as_op_rrr(o, AS_OP_SUB, 4, AS_T0, AS_REG_ZERO, ppc_b(l));
	as_op_rri(o, AS_OP_AND, 4, AS_T0, AS_T0, 63);
	as_op_rrr(o, AS_OP_ROR, 8, AS_T0, ppc_d(l), AS_T0);
	as_op_rri(o, AS_OP_AND, 8, ppc_a(l), AS_T0, (int64_t)m);
}

/* rldicl, rldicr, rldic, rldimi, and those by a register. */
bool as_ppc_rotate64(const as_ppc *l)
{
	as_ops *o = l->ops;
	uint32_t kind = l->w >> 2 & 7;
	unsigned n = (l->w >> 11 & 31) | (l->w & 2) << 4, mb = (l->w >> 6 & 31) | (l->w & 32);
	uint8_t dst = ppc_a(l), src = ppc_d(l);
	unsigned last = kind == 0 ? 63 : kind == 1 ? mb : 63 - n;
	uint64_t m = mask(64, kind == 1 ? 0 : mb, last);
	if (!l->wide || kind > 4)
		return false;
	if (kind == 4)
		rotate_by(l, mb);
	else if (kind == 3) {
		as_op_rri(o, AS_OP_ROR, 8, AS_T0, src, (64 - n) & 63);
		as_op_rri(o, AS_OP_AND, 8, AS_T0, AS_T0, (int64_t)m);
		as_op_rri(o, AS_OP_AND, 8, AS_T1, dst, (int64_t)~m);
		as_op_rrr(o, AS_OP_OR, 8, dst, AS_T0, AS_T1);
	} else if (n == 0 && kind == 0 && mb == 32)
		as_op_move(o, 4, dst, src);
	else if (n == 0)
		as_op_rri(o, AS_OP_AND, 8, dst, src, (int64_t)m);
	else if (kind == 1 && mb == 63 - n)
		as_op_rri(o, AS_OP_SHL, 8, dst, src, n);
	else if (kind == 0 && mb == 64 - n)
		as_op_rri(o, AS_OP_SHR, 8, dst, src, mb);
	else {
		as_op_rri(o, AS_OP_ROR, 8, AS_T0, src, (64 - n) & 63);
		as_op_rri(o, AS_OP_AND, 8, dst, AS_T0, (int64_t)m);
	}
	as_ppc_record(l, dst);
	return true;
}
