/* SPDX-License-Identifier: Apache-2.0 */
/* PowerPC: loads and stores with a displacement, also those with an update of the base (which gets the address),
 * those of many registers, and the prefixed instructions of POWER10. Single-precision floating point changes its
 * form on the way between memory and register and is not followed. */
#include "code/arch/powerpc.h"

/* What an opcode moves. */
typedef struct access {
	uint8_t width;
	bool sign, store, vector, single;
} access;

static const access accesses[32] = { [0] = { 4, 0, 0, 0, 0 }, /* lwz */
	[2] = { 1, 0, 0, 0, 0 },
	[4] = { 4, 0, 1, 0, 0 },
	[6] = { 1, 0, 1, 0, 0 },
	[8] = { 2, 0, 0, 0, 0 },
	[10] = { 2, 1, 0, 0, 0 },
	[12] = { 2, 0, 1, 0, 0 },
	[16] = { 4, 0, 0, 1, 1 }, /* lfs */
	[18] = { 8, 0, 0, 1, 0 },
	[20] = { 4, 0, 1, 1, 1 },
	[22] = { 8, 0, 1, 1, 0 } };

/* One access at a + imm. */
static void emit(const as_ppc *l, const access *x, uint8_t d, uint8_t a, int64_t imm)
{
	uint8_t r = x->vector ? ppc_vector(d) : d;
	if (x->store && x->single)
		as_emit_store_unknown(l->ops, x->width, a, imm);
	else if (x->store)
		as_op_store(l->ops, x->width, a, imm, r);
	else if (x->single)
		as_op_kill(l->ops, r);
	else {
		as_op_load(l->ops, x->width, r, a, imm);
		l->ops->op[l->ops->n - 1].sign = x->sign;
	}
}

/* The base register gets the address after the access. */
static bool update(const as_ppc *l, const access *x, int64_t imm)
{
	uint8_t a = ppc_a(l);
	if (a == 0 || (!x->store && !x->vector && a == ppc_d(l)))
		return false;
	emit(l, x, ppc_d(l), a, imm);
	as_op_rri(l->ops, AS_OP_ADD, l->word, a, a, imm);
	return true;
}

/* lmw, stmw: from register d to the last. The base is not among those that are loaded. */
static bool multiple(const as_ppc *l, bool is_store)
{
	static const access one = { 4, 0, 0, 0, 0 };
	access x = one;
	x.store = is_store;
	if (!is_store && ppc_a0(l) >= ppc_d(l) && ppc_a0(l) != AS_REG_ZERO)
		return false;
	int64_t imm = ppc_imm(l);
	for (uint8_t r = ppc_d(l); r < 32; r++, imm += 4)
		emit(l, &x, r, ppc_a0(l), imm);
	return true;
}

bool as_ppc_memory(const as_ppc *l)
{
	uint32_t op = (l->w >> 26) - 32;
	const access *x = &accesses[op & 30];
	if (op == 14 || op == 15)
		return multiple(l, op & 1);
	if (op & 1)
		return update(l, x, ppc_imm(l));
	emit(l, x, ppc_d(l), ppc_a0(l), ppc_imm(l));
	return true;
}

/* ld, ldu, lwa; std, stdu, stq: the last two bits say which. */
static bool twice(const as_ppc *l)
{
	bool is_store = l->w >> 26 == 62;
	uint32_t kind = l->w & 3;
	access x = { 8, 0, is_store, 0, 0 };
	int64_t imm = as_signed(l->w & 0xfffc, 16);
	if (!l->wide || kind == 3)
		return false;
	if (kind == 1)
		return update(l, &x, imm);
	if (kind == 0 || !is_store) {
		x.width = kind == 2 ? 4 : 8;
		x.sign = kind == 2;
		emit(l, &x, ppc_d(l), ppc_a0(l), imm);
		return true;
	}
	as_emit_store_unknown(l->ops, 16, ppc_a0(l), imm); /* stq */
	return !(ppc_d(l) & 1);
}

/* Opcodes 57 and 61: pairs, AltiVec's registers, and lxv, stxv with the highest bit of the register below. */
static bool vectors(const as_ppc *l)
{
	uint32_t op = l->w >> 26, kind = l->w & 7;
	int64_t imm4 = as_signed(l->w & 0xfffc, 16), imm16 = as_signed(l->w & 0xfff0, 16);
	if (op == 57) { /* lfdp, lxsd, lxssp */
		if ((kind & 3) == 0) {
			as_op_kill(l->ops, ppc_vector(ppc_d(l)));
			as_op_kill(l->ops, ppc_vector(ppc_d(l) + 1u));
		}
		return (kind & 3) != 1;
	}
	if (kind == 1 && !(l->w & 8))
		as_op_load(l->ops, 16, ppc_vector(ppc_d(l)), ppc_a0(l), imm16);
	else if (kind == 5 && !(l->w & 8))
		as_op_store(l->ops, 16, ppc_a0(l), imm16, ppc_vector(ppc_d(l)));
	else if (kind == 5)
		as_emit_store_unknown(l->ops, 16, ppc_a0(l), imm16);
	else if (kind != 1)
		as_emit_store_unknown(l->ops,
			(kind & 3) == 0   ? 16
			: (kind & 3) == 2 ? 8
					  : 4,
			ppc_a0(l), imm4);
	return true;
}

/* Opcode 6: pairs of VSX registers, of POWER10; the lowest bit of the first one's number stands above the others. */
static bool pairs(const as_ppc *l)
{
	uint32_t n = ppc_d(l) & 30;
	bool is_store = l->w & 1, followed = !(l->w >> 21 & 1);
	if (is_store) {
		as_emit_store_unknown(l->ops, 16, ppc_a0(l), as_signed(l->w & 0xfff0, 16));
		as_emit_store_unknown(l->ops, 16, ppc_a0(l), as_signed(l->w & 0xfff0, 16) + 16);
	} else if (followed) {
		as_op_kill(l->ops, ppc_vector(n));
		as_op_kill(l->ops, ppc_vector(n + 1));
	}
	return l->wide && (l->w & 15) <= 1;
}

bool as_ppc_memory64(const as_ppc *l)
{
	uint32_t op = l->w >> 26;
	if (op == 6)
		return pairs(l);
	if (op == 58 || op == 62)
		return twice(l);
	if (op == 57 || op == 61)
		return vectors(l);
	as_op_kill(l->ops, ppc_d(l)); /* lq, to two registers */
	as_op_kill(l->ops, (ppc_d(l) + 1) & 31);
	return l->wide && !(ppc_d(l) & 1) && ppc_d(l) != ppc_a(l);
}

/* Loads and stores of a prefix of type 0, by the opcode of the suffix: those of 64 bits. */
static bool prefixed_64(const as_ppc *l, uint8_t a, int64_t imm)
{
	static const access lwa = { 4, 1, 0, 0, 0 }, ld = { 8, 0, 0, 0, 0 },
			    std = { 8, 0, 1, 0, 0 };
	static const access lxv = { 16, 0, 0, 1, 0 }, stxv = { 16, 0, 1, 1, 0 };
	switch (l->w >> 26) {
	case 41:
		emit(l, &lwa, ppc_d(l), a, imm);
		return true;
	case 57:
		emit(l, &ld, ppc_d(l), a, imm);
		return true;
	case 61:
		emit(l, &std, ppc_d(l), a, imm);
		return true;
	case 50:
		emit(l, &lxv, ppc_d(l), a, imm);
		return true;
	case 54:
		emit(l, &stxv, ppc_d(l), a, imm);
		return true;
	case 56: /* plq */
		as_op_kill(l->ops, ppc_d(l));
		as_op_kill(l->ops, (ppc_d(l) + 1) & 31);
		return true;
	case 46: /* AltiVec's registers, pairs */
	case 47:
	case 55:
	case 60:
	case 62:
		as_emit_store_unknown(l->ops, 16, a, imm);
		return true;
	case 58: /* plxvp */
		as_op_kill(l->ops, ppc_vector(ppc_d(l) & 30));
		as_op_kill(l->ops, ppc_vector(ppc_d(l) | 1u));
		return true;
	default:
		return l->w >> 26 == 42 || l->w >> 26 == 43 || l->w >> 26 == 51;
	}
}

bool as_ppc_prefixed(const as_ppc *l, uint32_t prefix)
{
	uint32_t type = prefix >> 24 & 3, op = l->w >> 26;
	bool pc = prefix >> 20 & 1;
	uint64_t imm =
		(uint64_t)as_signed((uint64_t)(prefix & 0x3ffff) << 16 | (l->w & 0xffff), 34);
	uint8_t a = ppc_a0(l);
	if (type & 1) { /* operations on vectors; pnop */
		if (op == 59 || op == 33 || op == 34)
			as_op_kill(l->ops, ppc_vector(ppc_d(l)));
		return true;
	}
	if (pc && a != AS_REG_ZERO)
		return false;
	if (pc) {
		a = AS_REG_NONE;
		imm += l->at;
	}
	if (type == 0 && prefix >> 23 & 1) /* permutations and constants of vectors */
		return true;
	if (type == 0)
		return prefixed_64(l, a, (int64_t)imm);
	if (op == 14) {
		if (a == AS_REG_NONE || a == AS_REG_ZERO)
			as_op_const(l->ops, 8, ppc_d(l), imm);
		else
			as_op_rri(l->ops, AS_OP_ADD, 8, ppc_d(l), a, (int64_t)imm);
		return true;
	}
	if (op < 32 || op > 54 || op & 1 || accesses[op - 32].width == 0)
		return false;
	emit(l, &accesses[op - 32], ppc_d(l), a, (int64_t)imm);
	return true;
}
