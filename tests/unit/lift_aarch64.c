/* SPDX-License-Identifier: Apache-2.0 */
/* What A64 instructions are lifted to: bytes as the GNU assembler gives them, operations as the manual has them. */
#include "lift_rows.h"

static const lifted a64[] = {
	{ "add x0, x1, #0x123", 4, "\x20\x8c\x04\x91", "add8 r0, r1, _<<0, _, 291" },
	{ "sub sp, sp, #0x20", 4, "\xff\x83\x00\xd1", "sub8 r31, r31, _<<0, _, 32" },
	{ "cmp w3, #5", 4, "\x7f\x14\x00\x71", "compare4 flags, r3, _<<0, _, 5" },
	{ "adds x0, x1, x2", 4, "\x20\x00\x02\xab",
		"add8 t2, r1, r2<<0, _, 0; compare8 flags, t2, r1<<0, _, 0; move4 t4, _, _<<0, _, "
		"1; select4.below s0, t4, _<<0, flags, 0; result8 flags, t2, _<<0, _, 0; move8 r0, "
		"t2, _<<0, _, 0" },
	{ "adcs x3, x4, x5", 4, "\x83\x00\x05\xba",
		"move4 t3, s0, _<<0, _, 0; add8 t2, r4, r5<<0, _, 0; add8 r3, t2, t3<<0, _, 0; "
		"kill8 flags, _, _<<0, _, 0" },
	{ "and x0, x1, #0xff00ff00ff00ff00", 4, "\x20\x9c\x08\x92",
		"and8 r0, r1, _<<0, _, -71777214294589696" },
	{ "tst w2, #1", 4, "\x5f\x00\x00\x72", "test4 flags, r2, _<<0, _, 1" },
	{ "movz x1, #0x1234, lsl #16", 4, "\x81\x46\xa2\xd2", "move8 r1, _, _<<0, _, 305397760" },
	{ "movk x1, #0x5678", 4, "\x01\xcf\x8a\xf2",
		"and8 r1, r1, _<<0, _, -65536; or8 r1, r1, _<<0, _, 22136" },
	{ "movn w2, #0", 4, "\x02\x00\x80\x12", "move4 r2, _, _<<0, _, 4294967295" },
	{ "ubfx x0, x1, #8, #4", 4, "\x20\x2c\x48\xd3",
		"shr8 t2, r1, _<<0, _, 8; and8 r0, t2, _<<0, _, 15" },
	{ "sbfiz w0, w1, #4, #8", 4, "\x20\x1c\x1c\x13",
		"move1s t1, r1, _<<0, _, 0; move4 t1, t1, _<<0, _, 0; shl4 r0, t1, _<<0, _, 4" },
	{ "bfi x3, x4, #16, #8", 4, "\x83\x1c\x70\xb3",
		"and8 t2, r4, _<<0, _, 255; and8 r3, r3, _<<0, _, -16711681; or8 r3, r3, t2<<16, "
		"_, 0" },
	{ "sxtw x0, w1", 4, "\x20\x7c\x40\x93", "move4s r0, r1, _<<0, _, 0" },
	{ "lsl x5, x6, #3", 4, "\xc5\xf0\x7d\xd3", "shl8 r5, r6, _<<0, _, 3" },
	{ "extr w0, w1, w2, #7", 4, "\x20\x1c\x82\x13",
		"shr4 t1, r2, _<<0, _, 7; shl4 t2, r1, _<<0, _, 25; or4 r0, t1, t2<<0, _, 0" },
	{ "adrp x0, .+0x5000", 4, "\x00\x00\x00\x90", "move8 r0, _, _<<0, _, 4096" },
	{ "ldr x0, [x1, #8]!", 4, "\x20\x8c\x40\xf8",
		"load8 r0, r1, _<<0, _, 8; add8 r1, r1, _<<0, _, 8" },
	{ "ldp x29, x30, [sp], #32", 4, "\xfd\x7b\xc2\xa8",
		"load8 r29, r31, _<<0, _, 0; load8 r30, r31, _<<0, _, 8; add8 r31, r31, _<<0, _, "
		"32" },
	{ "stp x29, x30, [sp, #-32]!", 4, "\xfd\x7b\xbe\xa9",
		"store8 _, r31, _<<0, r29, -32; store8 _, r31, _<<0, r30, -24; add8 r31, r31, "
		"_<<0, _, -32" },
	{ "ldrsb w0, [x1, w2, sxtw]", 4, "\x20\xc8\xe2\x38",
		"move4s t1, r2, _<<0, _, 0; load1s r0, r1, t1<<0, _, 0; move4 r0, r0, _<<0, _, 0" },
	{ "ldr x0, .+0x40", 4, "\x00\x02\x00\x58", "load8 r0, _, _<<0, _, 4244" },
	{ "ldr q0, [x1], #16", 4, "\x20\x04\xc1\x3c",
		"load16 v0, r1, _<<0, _, 0; add8 r1, r1, _<<0, _, 16" },
	{ "str q1, [x2, x3, lsl #4]", 4, "\x41\x78\xa3\x3c", "store16 _, r2, r3<<4, v1, 0" },
	{ "cset w0, eq", 4, "\xe0\x17\x9f\x1a",
		"move4 t1, _, _<<0, _, 1; select4.ne r0, zero, t1<<0, flags, 0" },
	{ "csneg x1, x2, x3, lt", 4, "\x41\xb4\x83\xda",
		"rsub8 t1, r3, _<<0, _, 0; select8.lt r1, r2, t1<<0, flags, 0" },
	{ "ccmp w0, #3, #4, ne", 4, "\x04\x18\x43\x7a",
		"move4 t1, _, _<<0, _, 3; select4.ne t2, r0, _<<0, flags, 0; select4.ne t3, t1, "
		"_<<0, flags, 0; compare4 flags, t2, t3<<0, _, 0" },
	{ "cbz w0, .+16", 4, "\x80\x00\x00\x34", "branch_if4.eq _, r0, zero<<0, _, 4220" },
	{ "tbnz x1, #40, .-8", 4, "\xc1\xff\x47\xb7",
		"and8 t0, r1, _<<0, _, 1099511627776; branch_if8.ne _, t0, zero<<0, _, 4200" },
	{ "bl .+0x1000", 4, "\x00\x04\x00\x94", "call8 _, _, _<<0, _, 8308" },
	{ "br x16", 4, "\x00\x02\x1f\xd6", "jump_to8 _, r16, _<<0, _, 0" },
	{ "ret", 4, "\xc0\x03\x5f\xd6", "return8 _, _, _<<0, _, 0" },
	{ "retaa", 4, "\xff\x0b\x5f\xd6", "return8 _, _, _<<0, _, 0" },
	{ "svc #0", 4, "\x01\x00\x00\xd4", "syscall8 _, _, _<<0, _, 0; kill8 r0, _, _<<0, _, 0" },
	{ "madd x0, x1, x2, x3", 4, "\x20\x0c\x02\x9b",
		"mul8 t3, r1, r2<<0, _, 0; add8 r0, r3, t3<<0, _, 0" },
	{ "umaddl x0, w1, w2, x3", 4, "\x20\x0c\xa2\x9b",
		"move4 t1, r1, _<<0, _, 0; move8 t2, t1, _<<0, _, 0; move4 t1, r2, _<<0, _, 0; "
		"mul8 t3, t2, t1<<0, _, 0; add8 r0, r3, t3<<0, _, 0" },
	{ "rev w0, w1", 4, "\x20\x08\xc0\x5a",
		"shr4 t3, r1, _<<0, _, 8; and4 t3, t3, _<<0, _, 16711935; and4 t2, r1, _<<0, _, "
		"16711935; or4 r0, t3, t2<<8, _, 0; ror4 r0, r0, _<<0, _, 16" },
	{ "ldxr x0, [x1]", 4, "\x20\x7c\x5f\xc8", "load8 r0, r1, _<<0, _, 0" },
	{ "stxr w2, x0, [x1]", 4, "\x20\x7c\x02\xc8",
		"store8 _, r1, _<<0, r0, 0; move4 r2, _, _<<0, _, 0" },
	{ "ldadd x0, x1, [x2]", 4, "\x41\x00\x20\xf8",
		"kill8 t5, _, _<<0, _, 0; store8 _, r2, _<<0, t5, 0; kill8 r1, _, _<<0, _, 0" },
	{ "movi v0.16b, #0", 4, "\x00\xe4\x00\x4f", "move16 v0, _, _<<0, _, 0" },
	{ "mov v1.16b, v2.16b", 4, "\x41\x1c\xa2\x4e", "move16 v1, v2, _<<0, _, 0" },
	{ "brk #1", 4, "\x20\x00\x20\xd4", "trap8 _, _, _<<0, _, 0" },
	{ "b.hi .+8", 4, "\x48\x00\x00\x54", "branch8.above _, flags, _<<0, _, 4276" },
};

static void test_a64(void **state)
{
	(void)state;
	lifts_as(as_arch_named("aarch64"), (as_mode){ .thumb = false }, a64,
		sizeof(a64) / sizeof(a64[0]));
}

static void test_hostile_a64(void **state)
{
	(void)state;
	bears_anything(as_arch_named("aarch64"), (as_mode){ .thumb = false });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a64),
		cmocka_unit_test(test_hostile_a64),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
