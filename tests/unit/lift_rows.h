/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by tests of lifters: rows of encodings with the operations they become, and bytes that mean harm. */
#ifndef LIFT_ROWS_H
#define LIFT_ROWS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "code/arch.h"

typedef struct lifted {
	const char *text; /* in the assembler's language */
	size_t n;
	const char *bytes;
	const char *ops; /* as as_op_print has them without address and length, separated by "; " */
} lifted;

enum { ROWS_AT = 0x1000, ROW_TEXT = 4096, RANDOM_WORDS = 400000 };

static inline void print_ops(char *out, size_t room, const as_ops *ops)
{
	char one[160];
	size_t n = 0;
	out[0] = 0;
	for (size_t i = 0; i < ops->n && n < room; i++) {
		as_op_print(one, sizeof(one), &ops->op[i]);
		const char *what = strchr(one, ' ');
		n += (size_t)snprintf(
			out + n, room - n, "%s%s", i ? "; " : "", what ? what + 1 : "");
	}
}

/* Whatever the length that is there, no more is taken. */
static inline void bears_truncation(const as_arch *arch, as_mode mode, const lifted *row)
{
	as_ops ops;
	for (size_t n = 0; n < row->n; n++) {
		as_mode m = mode;
		assert_true(arch->lift(&m, as_bytes(row->bytes, n), ROWS_AT, &ops) <= n);
		assert_false(ops.full);
	}
}

/* Lifts the rows as if they stood one after the other from ROWS_AT on. */
static inline void lifts_as(const as_arch *arch, as_mode mode, const lifted *rows, size_t n)
{
	static char text[ROW_TEXT];
	as_ops ops;
	uint64_t at = ROWS_AT;
	for (size_t i = 0; i < n; i++) {
		bears_truncation(arch, mode, &rows[i]);
		size_t len = arch->lift(&mode, as_bytes(rows[i].bytes, rows[i].n), at, &ops);
		if (len != rows[i].n)
			fail_msg("%s: length %zu", rows[i].text, len);
		print_ops(text, sizeof(text), &ops);
		if (strcmp(text, rows[i].ops) != 0)
			fail_msg("%s:\n  %s\nnot\n  %s", rows[i].text, text, rows[i].ops);
		at += len;
	}
}

static inline bool is_register(uint8_t r) { return r < AS_N_REGS || r == AS_REG_NONE; }

/* Random bytes: nothing but what is there is read, and what is said is well-formed. */
static inline void bears_anything(const as_arch *arch, as_mode mode)
{
	uint8_t bytes[16];
	uint64_t seed = 0x9e3779b97f4a7c15;
	as_ops ops;
	for (unsigned i = 0; i < RANDOM_WORDS; i++) {
		for (unsigned k = 0; k < sizeof(bytes); k++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			bytes[k] = (uint8_t)(seed >> 32);
		}
		size_t n = i % (sizeof(bytes) + 1);
		size_t len = arch->lift(&mode, as_bytes(bytes, n), i * 4ull, &ops);
		assert_true(len <= n && len % arch->step == 0);
		assert_false(ops.full);
		for (size_t k = 0; len && k < ops.n; k++) {
			const as_op *op = &ops.op[k];
			assert_true(op->kind < AS_N_OP_KINDS && op->len == len);
			assert_true(op->cond <= AS_COND_OTHER);
			assert_true(is_register(op->dst) && is_register(op->a) &&
				    is_register(op->b) && is_register(op->c));
		}
	}
}

#endif
