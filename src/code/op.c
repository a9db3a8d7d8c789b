/* SPDX-License-Identifier: Apache-2.0 */
#include "code/op.h"

#include <inttypes.h>
#include <stdio.h>

void as_op_rrr(as_ops *ops, as_op_kind kind, uint8_t width, uint8_t dst, uint8_t a, uint8_t b)
{
	as_op *op = as_op_add(ops, kind, width);
	op->dst = dst;
	op->a = a;
	op->b = b;
}

void as_op_rri(as_ops *ops, as_op_kind kind, uint8_t width, uint8_t dst, uint8_t a, int64_t imm)
{
	as_op *op = as_op_add(ops, kind, width);
	op->dst = dst;
	op->a = a;
	op->imm = imm;
}

void as_op_move(as_ops *ops, uint8_t width, uint8_t dst, uint8_t a)
{
	as_op_rri(ops, AS_OP_MOVE, width, dst, a, 0);
}

void as_op_const(as_ops *ops, uint8_t width, uint8_t dst, uint64_t imm)
{
	as_op_rri(ops, AS_OP_MOVE, width, dst, AS_REG_NONE, (int64_t)imm);
}

void as_op_kill(as_ops *ops, uint8_t dst) { as_op_add(ops, AS_OP_KILL, 8)->dst = dst; }

void as_op_load(as_ops *ops, uint8_t width, uint8_t dst, uint8_t a, int64_t imm)
{
	as_op_rri(ops, AS_OP_LOAD, width, dst, a, imm);
}

void as_op_store(as_ops *ops, uint8_t width, uint8_t a, int64_t imm, uint8_t c)
{
	as_op *op = as_op_add(ops, AS_OP_STORE, width);
	op->a = a;
	op->c = c;
	op->imm = imm;
}

as_cond as_cond_not(as_cond c)
{
	static const as_cond opposite[] = { [AS_ALWAYS] = AS_ALWAYS,
		[AS_EQ] = AS_NE,
		[AS_NE] = AS_EQ,
		[AS_LT] = AS_GE,
		[AS_LE] = AS_GT,
		[AS_GT] = AS_LE,
		[AS_GE] = AS_LT,
		[AS_BELOW] = AS_ABOVE_EQ,
		[AS_BELOW_EQ] = AS_ABOVE,
		[AS_ABOVE] = AS_BELOW_EQ,
		[AS_ABOVE_EQ] = AS_BELOW,
		[AS_NEGATIVE] = AS_POSITIVE,
		[AS_POSITIVE] = AS_NEGATIVE,
		[AS_COND_OTHER] = AS_COND_OTHER };
	return opposite[c];
}

as_cond as_cond_turned(as_cond c)
{
	static const as_cond other[] = { [AS_LT] = AS_GT,
		[AS_LE] = AS_GE,
		[AS_GT] = AS_LT,
		[AS_GE] = AS_LE,
		[AS_BELOW] = AS_ABOVE,
		[AS_BELOW_EQ] = AS_ABOVE_EQ,
		[AS_ABOVE] = AS_BELOW,
		[AS_ABOVE_EQ] = AS_BELOW_EQ };
	return c >= AS_LT && c <= AS_ABOVE_EQ ? other[c] : c;
}

const char *as_cond_sign(as_cond c)
{
	static const char *const signs[] = { [AS_EQ] = "==",
		[AS_NE] = "!=",
		[AS_LT] = "<",
		[AS_LE] = "<=",
		[AS_GT] = ">",
		[AS_GE] = ">=",
		[AS_BELOW] = "<",
		[AS_BELOW_EQ] = "<=",
		[AS_ABOVE] = ">",
		[AS_ABOVE_EQ] = ">=",
		[AS_NEGATIVE] = "<",
		[AS_POSITIVE] = ">=" };
	return c < sizeof(signs) / sizeof(signs[0]) ? signs[c] : NULL;
}

bool as_op_is_flow(const as_op *op)
{
	return op->kind >= AS_OP_BRANCH && op->kind <= AS_OP_RETURN ? true : op->kind == AS_OP_TRAP;
}

static void print_reg(char *out, size_t n, uint8_t r)
{
	if (r == AS_REG_NONE)
		snprintf(out, n, "_");
	else if (r == AS_REG_ZERO)
		snprintf(out, n, "zero");
	else if (r >= AS_REG_TEMP)
		snprintf(out, n, "t%d", r - AS_REG_TEMP);
	else if (r == AS_REG_FLAGS)
		snprintf(out, n, "flags");
	else
		snprintf(out, n, "%c%d", "rsv"[r / 32], r % 32);
}

void as_op_print(char *out, size_t n, const as_op *op)
{
	static const char *const kinds[AS_N_OP_KINDS] = { "nop", "kill", "packed", "move", "add",
		"sub", "rsub", "mul", "mulhu", "mulhs", "divu", "divs", "remu", "rems", "and", "or",
		"xor", "shl", "shr", "sar", "ror", "zeros", "not", "load", "store", "fill", "copy",
		"compare", "compare_u", "test", "result", "sum", "select", "branch", "branch_if",
		"jump", "jump_to", "call", "call_to", "return", "syscall", "trap" };
	static const char *const conds[] = { "", "eq", "ne", "lt", "le", "gt", "ge", "below",
		"below_eq", "above", "above_eq", "negative", "positive", "other" };
	char dst[8], a[8], b[8], c[8];
	print_reg(dst, sizeof(dst), op->dst);
	print_reg(a, sizeof(a), op->a);
	print_reg(b, sizeof(b), op->b);
	print_reg(c, sizeof(c), op->c);
	snprintf(out, n, "%" PRIx64 "+%d %s%d%s%s%s %s, %s, %s<<%d, %s, %" PRId64, op->at, op->len,
		kinds[op->kind], op->width, op->sign ? "s" : "", op->cond ? "." : "",
		conds[op->cond], dst, a, b, op->shift, c, op->imm);
}
