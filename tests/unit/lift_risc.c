/* SPDX-License-Identifier: Apache-2.0 */
/* The lifters of MIPS, PowerPC and RISC-V: the operations of one instruction of each class, and hostile bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "code/arch.h"

enum { AT = 0x1000, TEXT = 512, ROUNDS = 200000 };

/* mode: b big-endian, w 64 bits, 6 MIPS release 6; the bytes in hexadecimal; the operations as as_op_print has them,
 * without address and length. */
static const struct {
	const char *arch, *mode, *bytes, *ops;
} cases[] = {
	{ "mips", "b", "24020001", "move4 r2, _, _<<0, _, 1" },
	{ "mips", "b", "00851021", "add4 r2, r4, r5<<0, _, 0" },
	{ "mips", "b", "8c830004", "load4 r3, r4, _<<0, _, 4" },
	{ "mips", "b", "a0850001", "store1 _, r4, _<<0, r5, 1" },
	{ "mips", "b", "1040000300000000", "branch_if4.eq _, r2, zero<<0, _, 4112" },
	{ "mips", "b", "0c00000424840001", "add4 r4, r4, _<<0, _, 1; call4 _, _, _<<0, _, 16" },
	{ "mips", "b", "03e0000827bd0020", "add4 r29, r29, _<<0, _, 32; return4 _, _, _<<0, _, 0" },
	{ "mips", "b", "1085000224840001",
		"move4 t4, r4, _<<0, _, 0; move4 t5, r5, _<<0, _, 0; add4 r4, r4, _<<0, _, 1; "
		"branch_if4.eq _, t4, t5<<0, _, 4108" },
	{ "mips", "b", "5040000224420001",
		"compare4 flags, r2, zero<<0, _, 0; add4.eq r2, r2, _<<0, _, 1; branch4.eq _, "
		"flags, _<<0, _, 4108" },
	{ "mips", "b", "88830001", "load4 r3, r4, _<<0, _, 1" },
	{ "mips", "b", "98830004", "load4 r3, r4, _<<0, _, 1" },
	{ "mips", "b", "00850018", "mul4 s1, r4, r5<<0, _, 0; mulhs4 s0, r4, r5<<0, _, 0" },
	{ "mips", "b", "00001810", "move4 r3, s0, _<<0, _, 0" },
	{ "mips", "b", "0085100a",
		"compare4 flags, r5, _<<0, _, 0; select4.eq r2, r4, r2<<0, flags, 0" },
	{ "mips", "b", "7c831840", "shl4 r3, r4, _<<0, _, 27; shr4 r3, r3, _<<0, _, 28" },
	{ "mips", "b", "7c032420", "move1s r4, r3, _<<0, _, 0" },
	{ "mips", "b", "0000000c", "syscall1 _, _, _<<0, _, 0" },
	{ "mips", "b", "0000000d", "trap1 _, _, _<<0, _, 0" },
	{ "mips", "b", "0411000100000000", "move4 r31, _, _<<0, _, 4104" },
	{ "mips64", "w", "0080023c", "move4s r2, _, _<<0, _, -2147483648" },
	{ "mips64", "w", "21108500", "add4s r2, r4, r5<<0, _, 0" },
	{ "mips64", "w", "2d108500", "add8 r2, r4, r5<<0, _, 0" },
	{ "mips64", "w", "0800e0031000bd67",
		"add8 r29, r29, _<<0, _, 16; return8 _, _, _<<0, _, 0" },
	{ "mips", "6", "0300a420", "branch4.other _, flags, _<<0, _, 4112" },
	{ "mips", "6", "030080d8", "branch_if4.eq _, r4, zero<<0, _, 4112" },
	{ "mips", "6", "000002f8", "call_to4 _, r2, _<<0, _, 0" },
	{ "powerpc", "b", "38600001", "move4 r3, _, _<<0, _, 1" },
	{ "powerpc", "b", "9421fff0", "store4 _, r1, _<<0, r1, -16; add4 r1, r1, _<<0, _, -16" },
	{ "powerpc", "b", "7c0802a6", "move4 r0, s0, _<<0, _, 0" },
	{ "powerpc", "b", "4e800020", "return4 _, _, _<<0, _, 0" },
	{ "powerpc", "b", "4d820020", "return4.eq _, _, _<<0, s2, 0" },
	{ "powerpc", "b", "2c030005", "compare4 s2, r3, _<<0, _, 5" },
	{ "powerpc", "b", "28030005", "compare_u4 s2, r3, _<<0, _, 5" },
	{ "powerpc", "b", "41820008", "branch4.eq _, s2, _<<0, _, 4104" },
	{ "powerpc", "b", "4200fff8",
		"sub4 s1, s1, _<<0, _, 1; branch_if4.ne _, s1, zero<<0, _, 4088" },
	{ "powerpc", "b", "429f0005", "move4 s0, _, _<<0, _, 4100" },
	{ "powerpc", "b", "5463103a", "shl4 r3, r3, _<<0, _, 2" },
	{ "powerpc", "b", "7c6918ae", "load1 r3, r9, r3<<0, _, 0" },
	{ "powerpc", "b", "7c0903a6", "move4 s1, r0, _<<0, _, 0" },
	{ "powerpc", "b", "4e800421", "call_to4 _, s1, _<<0, _, 0" },
	{ "powerpc", "b", "4e800420", "jump_to4 _, s1, _<<0, _, 0" },
	{ "powerpc", "b", "bfa10014",
		"store4 _, r1, _<<0, r29, 20; store4 _, r1, _<<0, r30, 24; store4 _, r1, _<<0, "
		"r31, 28" },
	{ "powerpc", "b", "44000002", "syscall1 _, _, _<<0, _, 0" },
	{ "powerpc", "b", "7fe00008", "trap1 _, _, _<<0, _, 0" },
	{ "powerpc", "b", "7c632014",
		"add4 t0, r3, r4<<0, _, 0; compare4 flags, t0, r3<<0, _, 0; move4 t4, _, _<<0, _, "
		"1; select4.below s10, t4, zero<<0, flags, 0; move4 r3, t0, _<<0, _, 0" },
	{ "powerpc", "b", "7c641b78", "move4 r4, r3, _<<0, _, 0" },
	{ "powerpc64", "w", "200061e8", "load8 r3, r1, _<<0, _, 32" },
	{ "powerpc64", "w", "81ff21f8",
		"store8 _, r1, _<<0, r1, -128; add8 r1, r1, _<<0, _, -128" },
	{ "powerpc64", "w", "20006378", "move4 r3, r3, _<<0, _, 0" },
	{ "powerpc64", "w", "1e48647c", "select8.lt r3, r4, r9<<0, s2, 0" },
	{ "powerpc64", "w", "0000000601006038", "move8 r3, _, _<<0, _, 1" },
	{ "riscv64", "w", "13051000", "move8 r10, _, _<<0, _, 1" },
	{ "riscv64", "w", "ef000001", "call8 _, _, _<<0, _, 4112" },
	{ "riscv64", "w", "67800000", "return8 _, _, _<<0, _, 0" },
	{ "riscv64", "w", "8280", "return8 _, _, _<<0, _, 0" },
	{ "riscv64", "w", "0145", "move8 r10, _, _<<0, _, 0" },
	{ "riscv64", "w", "63040500", "branch_if8.eq _, r10, zero<<0, _, 4104" },
	{ "riscv64", "w", "2e95", "add8 r10, r10, r11<<0, _, 0" },
	{ "riscv64", "w", "3305b540", "sub8 r10, r10, r11<<0, _, 0" },
	{ "riscv64", "w", "73000000", "syscall1 _, _, _<<0, _, 0" },
	{ "riscv64", "w", "83b50500", "load8 r11, r11, _<<0, _, 0" },
	{ "riscv64", "w", "2f35b600",
		"load8 t0, r12, _<<0, _, 0; add8 t2, t0, r11<<0, _, 0; store8 _, r12, _<<0, t2, 0; "
		"move8 r10, t0, _<<0, _, 0" },
	{ "riscv32", "-", "3305b502", "mul4 r10, r10, r11<<0, _, 0" },
	{ "riscv32", "-", "0145", "move4 r10, _, _<<0, _, 0" },
};

static as_mode mode_of(const char *letters)
{
	return (as_mode){ .big = strchr(letters, 'b'),
		.wide = strchr(letters, 'w'),
		.r6 = strchr(letters, '6') };
}

static void every_class(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const as_arch *arch = as_arch_named(cases[i].arch);
		uint8_t code[8];
		size_t n = strlen(cases[i].bytes) / 2, used = 0;
		char text[TEXT] = "", line[TEXT];
		as_mode m = mode_of(cases[i].mode);
		as_ops ops;
		for (size_t k = 0; k < n; k++) {
			char digits[3] = { cases[i].bytes[2 * k], cases[i].bytes[2 * k + 1], 0 };
			code[k] = (uint8_t)strtoul(digits, NULL, 16);
		}
		assert_int_equal(arch->lift(&m, as_bytes(code, n), AT, &ops), n);
		for (size_t k = 0; k < ops.n; k++) {
			as_op_print(line, sizeof(line), &ops.op[k]);
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
				k ? "; " : "", strchr(line, ' ') + 1);
			assert_int_equal(ops.op[k].len, n);
		}
		assert_string_equal(text, cases[i].ops);
		for (size_t k = 0; k < n; k++)
			assert_true(arch->lift(&m, as_bytes(code, k), AT, &ops) <= k);
	}
}

/* Whatever the bytes are: no more than there are is taken, and there is room for the operations. */
static void hostile(void **state)
{
	static const char *const all[][2] = { { "mips", "" }, { "mips", "b6" }, { "mips64", "w" },
		{ "mips64", "wb6" }, { "powerpc", "b" }, { "powerpc64", "w" }, { "riscv32", "" },
		{ "riscv64", "w" } };
	uint64_t seed = 88172645463325252ull;
	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const as_arch *arch = as_arch_named(all[i][0]);
		as_mode m = mode_of(all[i][1]);
		m.octeon = m.wide && !m.r6;
		for (int round = 0; round < ROUNDS; round++) {
			as_ops ops;
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			size_t n = (size_t)round % 9;
			size_t len = arch->lift(&m, as_bytes(&seed, n < 8 ? n : 8), AT, &ops);
			assert_true(len <= n);
			assert_true(len == 0 || (ops.n > 0 && !ops.full));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_class),
		cmocka_unit_test(hostile) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
