/* SPDX-License-Identifier: Apache-2.0 */
/* What A32 and T32 instructions are lifted to: bytes as the GNU assembler gives them, operations as the manual has
 * them. The rows stand one after the other in memory: IT blocks and flags reach into the next. */
#include "lift_rows.h"

static const lifted a32[] = {
	{ "add r0, pc, #16", 4, "\x10\x00\x8f\xe2", "move4 r0, _, _<<0, _, 4120" },
	{ "add r0, r1, r2, lsl #3", 4, "\x82\x01\x81\xe0", "add4 r0, r1, r2<<3, _, 0" },
	{ "subs r0, r0, #1", 4, "\x01\x00\x50\xe2",
		"compare4 flags, r0, _<<0, _, 1; sub4 r0, r0, _<<0, _, 1" },
	{ "cmpne r1, #5", 4, "\x05\x00\x51\x13", "compare4.ne flags, r1, _<<0, _, 5" },
	{ "moveq r0, #1", 4, "\x01\x00\xa0\x03", "move4.eq r0, _, _<<0, _, 1" },
	{ "movs r0, r1, lsr #1", 4, "\xa1\x00\xb0\xe1",
		"and4 s0, r1, _<<0, _, 1; shr4 r0, r1, _<<0, _, 1; result4 flags, r0, _<<0, _, 0" },
	{ "adc r2, r3, r4", 4, "\x04\x20\xa3\xe0",
		"move4 t3, s0, _<<0, _, 0; add4 t2, r3, r4<<0, _, 0; add4 r2, t2, t3<<0, _, 0" },
	{ "bic r0, r1, #0xff", 4, "\xff\x00\xc1\xe3", "and4 r0, r1, _<<0, _, 4294967040" },
	{ "rsb r0, r1, r2, asr r3", 4, "\x52\x03\x61\xe0",
		"and4 t3, r3, _<<0, _, 255; sar4 t1, r2, t3<<0, _, 0; rsub4 r0, r1, t1<<0, _, 0" },
	{ "movw r0, #0x1234", 4, "\x34\x02\x01\xe3", "move4 r0, _, _<<0, _, 4660" },
	{ "movt r0, #0x5678", 4, "\x78\x06\x45\xe3",
		"and4 r0, r0, _<<0, _, 65535; or4 r0, r0, _<<0, _, 1450704896" },
	{ "ldr r0, [r1, #-4]!", 4, "\x04\x00\x31\xe5",
		"load4 r0, r1, _<<0, _, -4; add4 r1, r1, _<<0, _, -4" },
	{ "ldr r0, [pc, #16]", 4, "\x10\x00\x9f\xe5", "load4 r0, _, _<<0, _, 4168" },
	{ "ldr r0, [r1], r2", 4, "\x02\x00\x91\xe6",
		"move4 t1, r2, _<<0, _, 0; load4 r0, r1, _<<0, _, 0; add4 r1, r1, t1<<0, _, 0" },
	{ "ldrsh r0, [r1, r2]", 4, "\xf2\x00\x91\xe1",
		"load2s r0, r1, r2<<0, _, 0; move4 r0, r0, _<<0, _, 0" },
	{ "ldrd r0, r1, [r0, #8]", 4, "\xd8\x00\xc0\xe1",
		"move4 t0, r0, _<<0, _, 0; load4 r0, t0, _<<0, _, 8; load4 r1, t0, _<<0, _, 12" },
	{ "strb r3, [r4, -r5, lsl #2]", 4, "\x05\x31\x44\xe7",
		"shl4 t1, r5, _<<0, _, 2; sub4 t1, zero, t1<<0, _, 0; store1 _, r4, t1<<0, r3, 0" },
	{ "ldr pc, [r1, r2, lsl #2]", 4, "\x02\xf1\x91\xe7",
		"load4 t2, r1, r2<<2, _, 0; jump_to4 _, t2, _<<0, _, 0" },
	{ "ldrls pc, [pc, r3, lsl #2]", 4, "\x03\xf1\x9f\x97",
		"load4 t2, _, r3<<2, _, 4176; jump_to4.other _, t2, _<<0, _, 0" },
	{ "addls pc, pc, r3, lsl #2", 4, "\x03\xf1\x8f\x90",
		"move4.other t0, _, _<<0, _, 4180; add4.other t2, t0, r3<<2, _, 0; jump_to4.other "
		"_, t2, _<<0, _, 0" },
	{ "ldr pc, [sp], #4", 4, "\x04\xf0\x9d\xe4",
		"load4 t2, r13, _<<0, _, 0; add4 r13, r13, _<<0, _, 4; return4 _, _, _<<0, _, 0" },
	{ "push {r4, lr}", 4, "\x10\x40\x2d\xe9",
		"store4 _, r13, _<<0, r4, -8; store4 _, r13, _<<0, r14, -4; add4 r13, r13, _<<0, "
		"_, -8" },
	{ "pop {r4, pc}", 4, "\x10\x80\xbd\xe8",
		"load4 r4, r13, _<<0, _, 0; load4 t2, r13, _<<0, _, 4; add4 r13, r13, _<<0, _, 8; "
		"return4 _, _, _<<0, _, 0" },
	{ "ldmib r0, {r0, r1}", 4, "\x03\x00\x90\xe9",
		"move4 t0, r0, _<<0, _, 0; load4 r0, t0, _<<0, _, 4; load4 r1, t0, _<<0, _, 8" },
	{ "bx lr", 4, "\x1e\xff\x2f\xe1", "return4 _, _, _<<0, _, 0" },
	{ "bxeq lr", 4, "\x1e\xff\x2f\x01", "return4.eq _, _, _<<0, _, 0" },
	{ "blx r3", 4, "\x33\xff\x2f\xe1", "call_to4 _, r3, _<<0, _, 0" },
	{ "bl .+0x100", 4, "\x3e\x00\x00\xeb", "call4 _, _, _<<0, _, 4460" },
	{ "blx .+0x104", 4, "\x3f\x00\x00\xfa", "call4 _, _, _<<0, _, 4469" },
	{ "bne .-16", 4, "\xfa\xff\xff\x1a", "branch4.ne _, flags, _<<0, _, 4196" },
	{ "umull r0, r1, r2, r3", 4, "\x92\x03\x81\xe0",
		"move4 t0, r2, _<<0, _, 0; move4 t1, r3, _<<0, _, 0; mul8 t2, t0, t1<<0, _, 0; "
		"move4 r0, t2, _<<0, _, 0; shr8 r1, t2, _<<0, _, 32" },
	{ "smlal r0, r1, r2, r3", 4, "\x92\x03\xe1\xe0",
		"move4s t0, r2, _<<0, _, 0; move4s t1, r3, _<<0, _, 0; mul8 t2, t0, t1<<0, _, 0; "
		"shl8 t3, r1, _<<0, _, 32; or8 t3, t3, r0<<0, _, 0; add8 t2, t2, t3<<0, _, 0; "
		"move4 r0, t2, _<<0, _, 0; shr8 r1, t2, _<<0, _, 32" },
	{ "mla r0, r1, r2, r3", 4, "\x91\x32\x20\xe0",
		"mul4 t2, r1, r2<<0, _, 0; add4 r0, r3, t2<<0, _, 0" },
	{ "uxtb r0, r1, ror #8", 4, "\x71\x04\xef\xe6",
		"ror4 t1, r1, _<<0, _, 8; move1 r0, t1, _<<0, _, 0" },
	{ "sxtah r0, r1, r2", 4, "\x72\x00\xb1\xe6",
		"move2s t2, r2, _<<0, _, 0; move4 t2, t2, _<<0, _, 0; add4 r0, r1, t2<<0, _, 0" },
	{ "ubfx r0, r1, #4, #3", 4, "\x51\x02\xe2\xe7",
		"shr4 t2, r1, _<<0, _, 4; and4 r0, t2, _<<0, _, 7" },
	{ "bfc r0, #8, #8", 4, "\x1f\x04\xcf\xe7",
		"and4 t2, zero, _<<0, _, 255; and4 r0, r0, _<<0, _, -65281; or4 r0, r0, t2<<8, _, "
		"0" },
	{ "rev r0, r1", 4, "\x31\x0f\xbf\xe6",
		"shr4 t3, r1, _<<0, _, 8; and4 t3, t3, _<<0, _, 16711935; and4 t2, r1, _<<0, _, "
		"16711935; or4 r0, t3, t2<<8, _, 0; ror4 r0, r0, _<<0, _, 16" },
	{ "clz r0, r1", 4, "\x11\x0f\x6f\xe1", "zeros4 r0, r1, _<<0, _, 0" },
	{ "ldrex r0, [r1]", 4, "\x9f\x0f\x91\xe1", "load4 r0, r1, _<<0, _, 0" },
	{ "strex r2, r0, [r1]", 4, "\x90\x2f\x81\xe1",
		"store4 _, r1, _<<0, r0, 0; move4 r2, _, _<<0, _, 0" },
	{ "svc #0", 4, "\x00\x00\x00\xef", "syscall4 _, _, _<<0, _, 0; kill8 r0, _, _<<0, _, 0" },
	{ "udf #0", 4, "\xf0\x00\xf0\xe7", "trap4 _, _, _<<0, _, 0" },
	{ "vldr d0, [r1, #8]", 4, "\x02\x0b\x91\xed", "load8 v0, r1, _<<0, _, 8" },
	{ "vld1.8 {d16, d17}, [r0]!", 4, "\x0d\x0a\x60\xf4",
		"load8 v16, r0, _<<0, _, 0; load8 v17, r0, _<<0, _, 8; add4 r0, r0, _<<0, _, 16" },
	{ "vst1.8 {d16, d17}, [r1]", 4, "\x0f\x0a\x41\xf4",
		"store8 _, r1, _<<0, v16, 0; store8 _, r1, _<<0, v17, 8" },
	{ "vmov q0, q1", 4, "\x52\x01\x22\xf2",
		"move8 v0, v2, _<<0, _, 0; move8 v1, v3, _<<0, _, 0" },
	{ "vmov d0, r1, r2", 4, "\x10\x1b\x42\xec",
		"move4 t0, r1, _<<0, _, 0; shl8 t1, r2, _<<0, _, 32; or8 v0, t0, t1<<0, _, 0" },
	{ "vldmia r0!, {d8-d9}", 4, "\x04\x8b\xb0\xec",
		"load8 v8, r0, _<<0, _, 0; load8 v9, r0, _<<0, _, 8; add4 r0, r0, _<<0, _, 16" },
	{ "vmrs APSR_nzcv, fpscr", 4, "\x10\xfa\xf1\xee", "kill8 flags, _, _<<0, _, 0" },
	{ "pld [r0]", 4, "\x00\xf0\xd0\xf5", "" },
};

static const lifted t32[] = {
	{ "adds r0, r1, #3", 2, "\xc8\x1c",
		"compare4 flags, r1, _<<0, _, -3; add4 r0, r1, _<<0, _, 3" },
	{ "lsls r0, r1, #4", 2, "\x08\x01",
		"shr4 t3, r1, _<<0, _, 28; and4 s0, t3, _<<0, _, 1; shl4 r0, r1, _<<0, _, 4; "
		"result4 flags, r0, _<<0, _, 0" },
	{ "movs r0, #5", 2, "\x05\x20", "move4 r0, _, _<<0, _, 5; result4 flags, r0, _<<0, _, 0" },
	{ "cmp r0, #5", 2, "\x05\x28", "compare4 flags, r0, _<<0, _, 5" },
	{ "ittet eq", 2, "\x05\xbf", "" },
	{ "moveq r0, #1", 2, "\x01\x20", "move4.eq r0, _, _<<0, _, 1" },
	{ "addeq r1, r2", 2, "\x89\x18", "add4.eq r1, r1, r2<<0, _, 0" },
	{ "popne {r4, pc}", 2, "\x10\xbd",
		"load4.ne r4, r13, _<<0, _, 0; load4.ne t2, r13, _<<0, _, 4; add4.ne r13, r13, "
		"_<<0, _, 8; return4.ne _, _, _<<0, _, 0" },
	{ "beq .+8", 2, "\x02\xe0", "branch4.eq _, flags, _<<0, _, 4121" },
	{ "add r0, pc", 2, "\x78\x44", "move4 t1, _, _<<0, _, 4118; add4 r0, r0, t1<<0, _, 0" },
	{ "ldr r0, [pc, #8]", 2, "\x02\x48", "load4 r0, _, _<<0, _, 4128" },
	{ "adr r1, .+20", 4, "\x0f\xf2\x12\x01", "move4 r1, _, _<<0, _, 4138" },
	{ "cbz r0, .+8", 2, "\x10\xb1", "branch_if4.eq _, r0, zero<<0, _, 4131" },
	{ "b .-16", 2, "\xf6\xe7", "jump4 _, _, _<<0, _, 4109" },
	{ "beq .+32", 2, "\x0e\xd0", "branch4.eq _, flags, _<<0, _, 4159" },
	{ "push {r4, lr}", 2, "\x10\xb5",
		"store4 _, r13, _<<0, r4, -8; store4 _, r13, _<<0, r14, -4; add4 r13, r13, _<<0, "
		"_, -8" },
	{ "pop {r4, pc}", 2, "\x10\xbd",
		"load4 r4, r13, _<<0, _, 0; load4 t2, r13, _<<0, _, 4; add4 r13, r13, _<<0, _, 8; "
		"return4 _, _, _<<0, _, 0" },
	{ "bx lr", 2, "\x70\x47", "return4 _, _, _<<0, _, 0" },
	{ "blx r3", 2, "\x98\x47", "call_to4 _, r3, _<<0, _, 0" },
	{ "bx pc", 2, "\x78\x47", "jump4 _, _, _<<0, _, 4140" },
	{ "nop", 2, "\x00\xbf", "" },
	{ "sxtb r0, r1", 2, "\x48\xb2", "move1s r0, r1, _<<0, _, 0; move4 r0, r0, _<<0, _, 0" },
	{ "rev16 r0, r1", 2, "\x48\xba",
		"shr4 t3, r1, _<<0, _, 8; and4 t3, t3, _<<0, _, 16711935; and4 t2, r1, _<<0, _, "
		"16711935; or4 r0, t3, t2<<8, _, 0" },
	{ "ldmia r0!, {r1, r2}", 2, "\x06\xc8",
		"load4 r1, r0, _<<0, _, 0; load4 r2, r0, _<<0, _, 4; add4 r0, r0, _<<0, _, 8" },
	{ "svc #1", 2, "\x01\xdf", "syscall4 _, _, _<<0, _, 1; kill8 r0, _, _<<0, _, 0" },
	{ "tbb [pc, r0]", 4, "\xdf\xe8\x00\xf0",
		"load1 t0, _, r0<<0, _, 4152; move4 t1, _, _<<0, _, 4153; add4 t1, t1, t0<<1, _, "
		"0; jump_to4 _, t1, _<<0, _, 0" },
	{ "tbh [pc, r1, lsl #1]", 4, "\xdf\xe8\x11\xf0",
		"load2 t0, _, r1<<1, _, 4156; move4 t1, _, _<<0, _, 4157; add4 t1, t1, t0<<1, _, "
		"0; jump_to4 _, t1, _<<0, _, 0" },
	{ "bl .+0x200", 4, "\x00\xf0\xfe\xf8", "call4 _, _, _<<0, _, 4669" },
	{ "blx .+0x202", 4, "\x00\xf0\x00\xe9", "call4 _, _, _<<0, _, 4676" },
	{ "b.w .-0x100", 4, "\xff\xf7\x7e\xbf", "jump4 _, _, _<<0, _, 3909" },
	{ "bne.w .+0x100", 4, "\x40\xf0\x7e\x80", "branch4.ne _, flags, _<<0, _, 4425" },
	{ "mov.w r0, #0xff00ff", 4, "\x4f\xf0\xff\x10", "move4 r0, _, _<<0, _, 16711935" },
	{ "and.w r0, r1, r2, lsl #3", 4, "\x01\xea\xc2\x00", "and4 r0, r1, r2<<3, _, 0" },
	{ "movw r0, #0x1234", 4, "\x41\xf2\x34\x20", "move4 r0, _, _<<0, _, 4660" },
	{ "addw r0, pc, #4", 4, "\x0f\xf2\x04\x00", "move4 r0, _, _<<0, _, 4192" },
	{ "ldr.w r0, [r1, #-4]!", 4, "\x51\xf8\x04\x0d",
		"load4 r0, r1, _<<0, _, -4; add4 r1, r1, _<<0, _, -4" },
	{ "ldr.w r0, [r1, r2, lsl #2]", 4, "\x51\xf8\x22\x00", "load4 r0, r1, r2<<2, _, 0" },
	{ "ldr.w pc, [sp], #4", 4, "\x5d\xf8\x04\xfb",
		"load4 t2, r13, _<<0, _, 0; add4 r13, r13, _<<0, _, 4; return4 _, _, _<<0, _, 0" },
	{ "ldr.w pc, [r1, r2, lsl #2]", 4, "\x51\xf8\x22\xf0",
		"load4 t2, r1, r2<<2, _, 0; jump_to4 _, t2, _<<0, _, 0" },
	{ "ldrd r0, r1, [r2], #8", 4, "\xf2\xe8\x02\x01",
		"load4 r0, r2, _<<0, _, 0; load4 r1, r2, _<<0, _, 4; add4 r2, r2, _<<0, _, 8" },
	{ "ldm.w r0, {r1, r2, r3}", 4, "\x90\xe8\x0e\x00",
		"load4 r1, r0, _<<0, _, 0; load4 r2, r0, _<<0, _, 4; load4 r3, r0, _<<0, _, 8" },
	{ "mul r0, r1, r2", 4, "\x01\xfb\x02\xf0", "mul4 r0, r1, r2<<0, _, 0" },
	{ "sdiv r0, r1, r2", 4, "\x91\xfb\xf2\xf0", "divs4 r0, r1, r2<<0, _, 0" },
	{ "umlal r0, r1, r2, r3", 4, "\xe2\xfb\x03\x01",
		"move4 t0, r2, _<<0, _, 0; move4 t1, r3, _<<0, _, 0; mul8 t2, t0, t1<<0, _, 0; "
		"shl8 t3, r1, _<<0, _, 32; or8 t3, t3, r0<<0, _, 0; add8 t2, t2, t3<<0, _, 0; "
		"move4 r0, t2, _<<0, _, 0; shr8 r1, t2, _<<0, _, 32" },
	{ "lsl.w r0, r1, r2", 4, "\x01\xfa\x02\xf0",
		"and4 t3, r2, _<<0, _, 255; shl4 r0, r1, t3<<0, _, 0" },
	{ "uxtb.w r0, r1, ror #8", 4, "\x5f\xfa\x91\xf0",
		"ror4 t1, r1, _<<0, _, 8; move1 r0, t1, _<<0, _, 0" },
	{ "bfi r0, r1, #4, #8", 4, "\x61\xf3\x0b\x10",
		"and4 t2, r1, _<<0, _, 255; and4 r0, r0, _<<0, _, -4081; or4 r0, r0, t2<<4, _, 0" },
	{ "udf.w #1", 4, "\xf0\xf7\x01\xa0", "trap4 _, _, _<<0, _, 0" },
	{ "vst1.32 {d0}, [r0]!", 4, "\x00\xf9\x8d\x07",
		"store8 _, r0, _<<0, v0, 0; add4 r0, r0, _<<0, _, 8" },
};

static void test_a32(void **state)
{
	(void)state;
	lifts_as(as_arch_named("arm"), (as_mode){ .thumb = false }, a32,
		sizeof(a32) / sizeof(a32[0]));
}

static void test_t32(void **state)
{
	(void)state;
	lifts_as(as_arch_named("arm"), (as_mode){ .thumb = true }, t32,
		sizeof(t32) / sizeof(t32[0]));
}

static void test_hostile_a32(void **state)
{
	(void)state;
	bears_anything(as_arch_named("arm"), (as_mode){ .thumb = false });
}

static void test_hostile_t32(void **state)
{
	(void)state;
	bears_anything(as_arch_named("arm"), (as_mode){ .thumb = true });
}

/* BE8: data are big-endian, instructions are not. BE32: they are too. */
static void test_big_endian(void **state)
{
	(void)state;
	as_ops ops;
	as_mode m = { .big = true };
	const uint8_t code[] = { 0xe1, 0x2f, 0xff, 0x1e }; /* bx lr */
	assert_int_equal(as_arch_named("arm")->lift(&m, as_bytes(code, 4), 0, &ops), 4);
	assert_int_equal(ops.op[0].kind, AS_OP_RETURN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a32),
		cmocka_unit_test(test_t32),
		cmocka_unit_test(test_hostile_a32),
		cmocka_unit_test(test_hostile_t32),
		cmocka_unit_test(test_big_endian),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
