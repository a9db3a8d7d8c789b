/* SPDX-License-Identifier: Apache-2.0 */
/* The machine that does operations: what each answers, and that the unknown stays unknown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "code/machine.h"

enum { DST = 3, A = 1, B = 2, SIZE = 64 };

typedef struct bytes {
	uint8_t p[SIZE];
} bytes;

static bool load(void *of, uint64_t at, uint8_t width, as_held *w)
{
	bytes *b = of;
	if (at > (uint64_t)SIZE - width)
		return false;
	*w = (as_held){ .known = true };
	for (uint8_t i = 0; i < width; i++)
		*(i < 8 ? &w->low : &w->high) |= (uint64_t)b->p[at + i] << 8 * (i & 7);
	return true;
}

static bool store(void *of, uint64_t at, uint8_t width, const as_held *w)
{
	bytes *b = of;
	if (at > (uint64_t)SIZE - width)
		return false;
	for (uint8_t i = 0; i < width; i++)
		b->p[at + i] = (uint8_t)((i < 8 ? w->low : w->high) >> 8 * (i & 7));
	return true;
}

static const struct {
	as_op_kind kind;
	uint8_t width;
	bool sign;
	uint64_t a, b, result;
} sums[] = {
	{ AS_OP_MOVE, 4, false, 0x1ffffffffull, 0, 0xffffffff },
	{ AS_OP_MOVE, 1, true, 0x80, 0, 0xffffffffffffff80 },
	{ AS_OP_ADD, 4, false, 0xffffffff, 2, 1 },
	{ AS_OP_ADD, 4, true, 0x7fffffff, 1, 0xffffffff80000000 },
	{ AS_OP_SUB, 8, false, 1, 2, UINT64_MAX },
	{ AS_OP_RSUB, 2, false, 1, 2, 1 },
	{ AS_OP_MUL, 4, false, 0x10001, 0x10001, 0x20001 },
	{ AS_OP_MULHU, 4, false, 0xffffffff, 0xffffffff, 0xfffffffe },
	{ AS_OP_MULHS, 4, false, 0xffffffff, 2, 0xffffffff },
	{ AS_OP_MULHU, 8, false, UINT64_MAX, UINT64_MAX, UINT64_MAX - 1 },
	{ AS_OP_MULHS, 8, false, UINT64_MAX, 5, UINT64_MAX },
	{ AS_OP_MULHU, 8, false, 0xaaaaaaaaaaaaaaab, 100, 66 },
	{ AS_OP_DIVU, 4, false, 0xfffffffe, 2, 0x7fffffff },
	{ AS_OP_DIVS, 4, false, (uint64_t)-7, 2, 0xfffffffd },
	{ AS_OP_REMS, 4, false, (uint64_t)-7, 2, 0xffffffff },
	{ AS_OP_REMU, 1, false, 0x1ff, 16, 15 },
	{ AS_OP_DIVS, 8, false, 1ull << 63, UINT64_MAX, 1ull << 63 },
	{ AS_OP_AND, 8, false, 12, 10, 8 },
	{ AS_OP_OR, 8, false, 12, 10, 14 },
	{ AS_OP_XOR, 1, false, 0x10c, 10, 6 },
	{ AS_OP_SHL, 4, false, 3, 31, 0x80000000 },
	{ AS_OP_SHL, 4, false, 3, 32, 0 },
	{ AS_OP_SHR, 2, false, 0x18000, 15, 1 },
	{ AS_OP_SHR, 8, false, 1, 64, 0 },
	{ AS_OP_SAR, 1, false, 0x80, 3, 0xf0 },
	{ AS_OP_SAR, 4, false, 0x80000000, 40, 0xffffffff },
	{ AS_OP_ROR, 1, false, 0x81, 1, 0xc0 },
	{ AS_OP_ROR, 8, false, 1, 64, 1 },
	{ AS_OP_NOT, 2, false, 1, 0, 0xfffe },
};

static void computes(void **state)
{
	(void)state;
	as_machine m;
	as_ops ops = { 0 };
	as_machine_init(&m, load, store, NULL);
	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
		as_machine_set(&m, A, sums[i].a);
		as_machine_set(&m, B, sums[i].b);
		ops.n = 0;
		as_op_rrr(&ops, sums[i].kind, sums[i].width, DST, A, B);
		ops.op[0].sign = sums[i].sign;
		if (sums[i].kind == AS_OP_MOVE)
			ops.op[0].b = AS_REG_NONE;
		assert_int_equal(as_machine_step(&m, ops.op), AS_STEP_ON);
		assert_true(m.reg[DST].known);
		assert_int_equal(m.reg[DST].low, sums[i].result);
	}
}

static void keeps_unknown(void **state)
{
	(void)state;
	as_machine m;
	as_ops ops = { 0 };
	as_machine_init(&m, load, store, NULL);
	as_machine_set(&m, A, 7);
	as_machine_set(&m, DST, 7);
	as_op_rrr(&ops, AS_OP_ADD, 8, DST, A, B);
	as_op_rrr(&ops, AS_OP_XOR, 8, B, B, B);
	as_op_rrr(&ops, AS_OP_DIVU, 8, A, A, B);
	for (size_t i = 0; i < ops.n; i++)
		assert_int_equal(as_machine_step(&m, &ops.op[i]), AS_STEP_ON);
	assert_false(m.reg[DST].known);
	assert_true(m.reg[B].known);
	assert_false(m.reg[A].known); /* divided by 0 */
	as_op_load(&ops, 4, DST, A, 0);
	assert_int_equal(as_machine_step(&m, &ops.op[3]), AS_STEP_MEMORY);
}

/* cond after kind of a and b: what AS_OP_BRANCH must decide. */
static const struct {
	as_op_kind kind;
	uint64_t a, b;
	as_cond cond;
	int holds;
} decisions[] = {
	{ AS_OP_COMPARE, 1, 2, AS_LT, 1 },
	{ AS_OP_COMPARE, 0xffffffff, 2, AS_LT, 1 },
	{ AS_OP_COMPARE, 0xffffffff, 2, AS_BELOW, 0 },
	{ AS_OP_COMPARE, 0xffffffff, 2, AS_ABOVE, 1 },
	{ AS_OP_COMPARE, 2, 2, AS_GE, 1 },
	{ AS_OP_COMPARE, 2, 2, AS_NE, 0 },
	{ AS_OP_COMPARE, 1, 2, AS_NEGATIVE, 1 },
	{ AS_OP_COMPARE, 1, 2, AS_COND_OTHER, -1 },
	{ AS_OP_COMPARE_U, 0xffffffff, 2, AS_LT, 0 },
	{ AS_OP_COMPARE_U, 0xffffffff, 2, AS_GT, 1 },
	{ AS_OP_TEST, 4, 3, AS_EQ, 1 },
	{ AS_OP_TEST, 0x80000000, 0x80000000, AS_NEGATIVE, 1 },
	{ AS_OP_RESULT, 0, 9, AS_EQ, 1 },
	{ AS_OP_RESULT, 0x80000000, 9, AS_POSITIVE, 0 },
	{ AS_OP_RESULT, 1, 9, AS_BELOW, -1 },
	{ AS_OP_SUM, 1, 9, AS_BELOW, 1 },
	{ AS_OP_SUM, 10, 9, AS_ABOVE_EQ, 1 },
	{ AS_OP_SUM, 0, 9, AS_EQ, 1 },
	{ AS_OP_SUM, 0, 9, AS_LT, 0 },
	{ AS_OP_SUM, 0, 9, AS_LE, 1 },
	{ AS_OP_SUM, 0x80000000, 1, AS_LT, 0 }, /* what overflowed is as large as it would be */
	{ AS_OP_SUM, 0xffffffff, 1, AS_GE, 0 },
};

static void decides(void **state)
{
	(void)state;
	as_machine m;
	as_ops ops = { 0 };
	as_machine_init(&m, load, store, NULL);
	for (size_t i = 0; i < sizeof(decisions) / sizeof(decisions[0]); i++) {
		as_machine_set(&m, A, decisions[i].a);
		as_machine_set(&m, B, decisions[i].b);
		ops.n = 0;
		as_op_rrr(&ops, decisions[i].kind, 4, AS_REG_FLAGS, A, B);
		as_op *op = as_op_add(&ops, AS_OP_BRANCH, 8);
		op->a = AS_REG_FLAGS;
		op->cond = (uint8_t)decisions[i].cond;
		op->imm = 0x123;
		assert_int_equal(as_machine_step(&m, &ops.op[0]), AS_STEP_ON);
		as_step s = as_machine_step(&m, &ops.op[1]);
		int holds = decisions[i].holds;
		assert_int_equal(s, holds < 0 ? AS_STEP_UNKNOWN
				    : holds   ? AS_STEP_JUMP
					      : AS_STEP_ON);
		assert_true(s != AS_STEP_JUMP || m.to == 0x123);
	}
}

static void moves_memory(void **state)
{
	(void)state;
	as_machine m;
	as_ops ops = { 0 };
	bytes b = { "0123456789abcdefXYZ" };
	as_machine_init(&m, load, store, &b);
	as_machine_set(&m, A, 2);
	as_machine_set(&m, B, 3);
	as_op_load(&ops, 16, AS_REG_VECTOR, AS_REG_NONE, 0);
	as_op_store(&ops, 16, A, 30, AS_REG_VECTOR);
	as_op *op = as_op_add(&ops, AS_OP_COPY, 2); /* 3 times 2 bytes from 2 to 3: overlapping */
	op->a = B;
	op->b = B;
	op->c = A;
	op = as_op_add(&ops, AS_OP_FILL, 1);
	op->a = A;
	op->b = A;
	op->c = AS_REG_ZERO;
	for (size_t i = 0; i < ops.n; i++)
		assert_int_equal(as_machine_step(&m, &ops.op[i]), AS_STEP_ON);
	assert_memory_equal(b.p + 32, "0123456789abcdef", 16);
	assert_memory_equal(b.p,
		"01\0\0"
		"335579abcdef",
		16);
	as_op_load(&ops, 8, DST, AS_REG_NONE, SIZE - 7);
	assert_int_equal(as_machine_step(&m, &ops.op[4]), AS_STEP_MEMORY);
}

static void conditional(void **state)
{
	(void)state;
	as_machine m;
	as_ops ops = { 0 };
	as_machine_init(&m, load, store, NULL);
	as_machine_set(&m, DST, 5);
	as_op_const(&ops, 4, DST, 6);
	ops.op[0].cond = AS_EQ;
	as_machine_set(&m, A, 1);
	as_op_rri(&ops, AS_OP_COMPARE, 4, AS_REG_FLAGS, A, 2);
	as_op_rri(&ops, AS_OP_COMPARE, 4, AS_REG_FLAGS, A, 1);
	(void)as_machine_step(&m, &ops.op[1]);
	(void)as_machine_step(&m, &ops.op[0]);
	assert_int_equal(m.reg[DST].low, 5);
	(void)as_machine_step(&m, &ops.op[2]);
	(void)as_machine_step(&m, &ops.op[0]);
	assert_int_equal(m.reg[DST].low, 6);
	m.reg[AS_REG_FLAGS].known = false;
	(void)as_machine_step(&m, &ops.op[0]);
	assert_false(m.reg[DST].known);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(computes),
		cmocka_unit_test(keeps_unknown), cmocka_unit_test(decides),
		cmocka_unit_test(moves_memory), cmocka_unit_test(conditional) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
