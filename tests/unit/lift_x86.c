/* SPDX-License-Identifier: Apache-2.0 */
/* x86 instructions of each class and the operations they become; and bytes that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "code/arch.h"

static const struct {
	int bits;
	const char *code;
	size_t n;
	size_t len;      /* 0: not valid */
	const char *ops; /* without their addresses */
} rows[] = {
	/* push rbp */
	{ 64, "\x55", 1, 1,
		"store8 _, r4, _<<0, r5, -8\n"
		"sub8 r4, r4, _<<0, _, 8\n" },
	/* push r15 */
	{ 64, "\x41\x57", 2, 2,
		"store8 _, r4, _<<0, r15, -8\n"
		"sub8 r4, r4, _<<0, _, 8\n" },
	/* pop rsp */
	{ 64, "\x5c", 1, 1, "load8 r4, r4, _<<0, _, 0\n" },
	/* leave */
	{ 64, "\xc9", 1, 1,
		"move8 r4, r5, _<<0, _, 0\n"
		"load8 r5, r4, _<<0, _, 0\n"
		"add8 r4, r4, _<<0, _, 8\n" },
	/* ret */
	{ 64, "\xc3", 1, 1, "return8 _, _, _<<0, _, 0\n" },
	/* ret 8 */
	{ 32, "\xc2\x08\x00", 3, 3, "return4 _, _, _<<0, _, 8\n" },
	/* call to itself */
	{ 64, "\xe8\xfb\xff\xff\xff", 5, 5, "call8 _, _, _<<0, _, 4096\n" },
	/* call next: where am I */
	{ 32, "\xe8\x00\x00\x00\x00", 5, 5,
		"move4 t0, _, _<<0, _, 4101\n"
		"store4 _, r4, _<<0, t0, -4\n"
		"sub4 r4, r4, _<<0, _, 4\n" },
	/* call [rip+0x10] */
	{ 64, "\xff\x15\x10\x00\x00\x00", 6, 6,
		"load8 t0, _, _<<0, _, 4118\n"
		"call_to8 _, t0, _<<0, _, 0\n" },
	/* jmp [rax*8+0x401000] */
	{ 64, "\xff\x24\xc5\x00\x10\x40\x00", 7, 7,
		"load8 t0, _, r0<<3, _, 4198400\n"
		"jump_to8 _, t0, _<<0, _, 0\n" },
	/* jmp [edx*4+0x8041000] */
	{ 32, "\xff\x24\x95\x00\x10\x04\x08", 7, 7,
		"load4 t0, _, r2<<2, _, 134483968\n"
		"jump_to4 _, t0, _<<0, _, 0\n" },
	/* notrack jmp rax */
	{ 64, "\x3e\xff\xe0", 3, 3, "jump_to8 _, r0, _<<0, _, 0\n" },
	/* rep ret */
	{ 64, "\xf3\xc3", 2, 2, "return8 _, _, _<<0, _, 0\n" },
	/* bnd jmp */
	{ 64, "\xf2\xe9\x00\x01\x00\x00", 6, 6, "jump8 _, _, _<<0, _, 4358\n" },
	/* je */
	{ 64, "\x74\x05", 2, 2, "branch8.eq _, flags, _<<0, _, 4103\n" },
	/* ja */
	{ 64, "\x0f\x87\x00\x00\x00\x01", 6, 6, "branch8.above _, flags, _<<0, _, 16781318\n" },
	/* jrcxz */
	{ 64, "\xe3\xfe", 2, 2, "branch_if8.eq _, r1, zero<<0, _, 4096\n" },
	/* loop */
	{ 64, "\xe2\xf0", 2, 2,
		"sub8 r1, r1, _<<0, _, 1\n"
		"branch_if8.ne _, r1, zero<<0, _, 4082\n" },
	/* add rax,rbx */
	{ 64, "\x48\x01\xd8", 3, 3,
		"add8 r0, r0, r3<<0, _, 0\n"
		"sum8 flags, r0, r3<<0, _, 0\n" },
	/* add eax,eax */
	{ 64, "\x01\xc0", 2, 2,
		"move4 t2, r0, _<<0, _, 0\n"
		"add4 r0, r0, t2<<0, _, 0\n"
		"sum4 flags, r0, t2<<0, _, 0\n" },
	/* sub rsp,0x18 */
	{ 64, "\x48\x83\xec\x18", 4, 4,
		"compare8 flags, r4, _<<0, _, 24\n"
		"sub8 r4, r4, _<<0, _, 24\n" },
	/* add eax,-1 */
	{ 64, "\x83\xc0\xff", 3, 3,
		"add4 r0, r0, _<<0, _, -1\n"
		"sum4 flags, r0, _<<0, _, -1\n" },
	/* xor eax,eax */
	{ 64, "\x31\xc0", 2, 2,
		"move4 r0, _, _<<0, _, 0\n"
		"compare4 flags, r0, _<<0, _, 0\n" },
	/* or eax,-1 */
	{ 64, "\x83\xc8\xff", 3, 3,
		"move4 r0, _, _<<0, _, -1\n"
		"compare4 flags, r0, _<<0, _, 0\n" },
	/* test rdi,rdi */
	{ 64, "\x48\x85\xff", 3, 3, "test8 flags, r7, r7<<0, _, 0\n" },
	/* test eax,1 */
	{ 64, "\xa9\x01\x00\x00\x00", 5, 5, "test4 flags, r0, _<<0, _, 1\n" },
	/* cmp al,0x41 */
	{ 64, "\x3c\x41", 2, 2, "compare1 flags, r0, _<<0, _, 65\n" },
	/* cmp byte [rdi],0 */
	{ 64, "\x80\x3f\x00", 3, 3,
		"load1 t0, r7, _<<0, _, 0\n"
		"compare1 flags, t0, _<<0, _, 0\n" },
	/* add ah,5 */
	{ 64, "\x80\xc4\x05", 3, 3,
		"shr2 t0, r0, _<<0, _, 8\n"
		"add1 t0, t0, _<<0, _, 5\n"
		"sum1 flags, t0, _<<0, _, 5\n"
		"kill8 r0, _, _<<0, _, 0\n" },
	/* mov al,ah */
	{ 64, "\x88\xe0", 2, 2,
		"shr2 t1, r0, _<<0, _, 8\n"
		"move1 r0, t1, _<<0, _, 0\n" },
	/* movzx eax,spl */
	{ 64, "\x40\x0f\xb6\xc4", 4, 4, "move1 r0, r4, _<<0, _, 0\n" },
	/* movzx eax,ah */
	{ 64, "\x0f\xb6\xc4", 3, 3,
		"shr2 t0, r0, _<<0, _, 8\n"
		"move1 r0, t0, _<<0, _, 0\n" },
	/* mov eax,[rbx+rsi*4+8] */
	{ 64, "\x8b\x44\xb3\x08", 4, 4, "load4 r0, r3, r6<<2, _, 8\n" },
	/* mov eax,[eax] */
	{ 64, "\x67\x8b\x00", 3, 3,
		"move4 t6, _, _<<0, _, 0\n"
		"add4 t6, t6, r0<<0, _, 0\n"
		"load4 r0, t6, _<<0, _, 0\n" },
	/* mov rax,fs:[0x28] */
	{ 64, "\x64\x48\x8b\x04\x25\x28\x00\x00\x00", 9, 9,
		"kill8 t6, _, _<<0, _, 0\n"
		"load8 r0, t6, _<<0, _, 40\n" },
	/* mov rax,[abs] */
	{ 64, "\x48\xa1\xf0\xde\xbc\x9a\x78\x56\x34\x12", 10, 10,
		"load8 r0, _, _<<0, _, 1311768467463790320\n" },
	/* mov eax,eax */
	{ 64, "\x89\xc0", 2, 2, "move4 r0, r0, _<<0, _, 0\n" },
	/* mov eax,imm */
	{ 64, "\xb8\x78\x56\x34\x12", 5, 5, "move4 r0, _, _<<0, _, 305419896\n" },
	/* movabs */
	{ 64, "\x48\xb8\xf0\xde\xbc\x9a\x78\x56\x34\x12", 10, 10,
		"move8 r0, _, _<<0, _, 1311768467463790320\n" },
	/* mov dword [rbp],1 */
	{ 64, "\xc7\x45\x00\x01\x00\x00\x00", 7, 7,
		"move4 t0, _, _<<0, _, 1\n"
		"store4 _, r5, _<<0, t0, 0\n" },
	/* lea rax,[rip+0x10] */
	{ 64, "\x48\x8d\x05\x10\x00\x00\x00", 7, 7, "move8 r0, _, _<<0, _, 4119\n" },
	/* lea ecx,[rcx+rdx*4+4] */
	{ 64, "\x8d\x4c\x91\x04", 4, 4,
		"add4 r1, r1, r2<<2, _, 0\n"
		"add4 r1, r1, _<<0, _, 4\n" },
	/* mov ax,[edi] */
	{ 32, "\x66\x8b\x07", 3, 3, "load2 r0, r7, _<<0, _, 0\n" },
	/* movsx eax,byte [rdi] */
	{ 64, "\x0f\xbe\x07", 3, 3,
		"load1 t0, r7, _<<0, _, 0\n"
		"move1s t2, t0, _<<0, _, 0\n"
		"move4 r0, t2, _<<0, _, 0\n" },
	/* movsx rax,cx */
	{ 64, "\x48\x0f\xbf\xc1", 4, 4, "move2s r0, r1, _<<0, _, 0\n" },
	/* movsxd rdx,eax */
	{ 64, "\x48\x63\xd0", 3, 3, "move4s r2, r0, _<<0, _, 0\n" },
	/* cdqe */
	{ 64, "\x48\x98", 2, 2,
		"move4s t2, r0, _<<0, _, 0\n"
		"move8 r0, t2, _<<0, _, 0\n" },
	/* cdq */
	{ 64, "\x99", 1, 1, "sar4 r2, r0, _<<0, _, 31\n" },
	/* shr eax,5 */
	{ 64, "\xc1\xe8\x05", 3, 3,
		"shr4 r0, r0, _<<0, _, 5\n"
		"result4 flags, r0, _<<0, _, 0\n" },
	/* shl eax,cl */
	{ 64, "\xd3\xe0", 2, 2,
		"and1 t2, r1, _<<0, _, 31\n"
		"shl4 r0, r0, t2<<0, _, 1\n"
		"kill8 flags, _, _<<0, _, 0\n" },
	/* rol eax,7 */
	{ 64, "\xc1\xc0\x07", 3, 3,
		"ror4 r0, r0, _<<0, _, 25\n"
		"kill8 flags, _, _<<0, _, 0\n" },
	/* sar eax,1 */
	{ 64, "\xd1\xf8", 2, 2,
		"sar4 r0, r0, _<<0, _, 1\n"
		"result4 flags, r0, _<<0, _, 0\n" },
	/* shld eax,edx,8 */
	{ 64, "\x0f\xa4\xd0\x08", 4, 4,
		"shr4 t4, r2, _<<0, _, 24\n"
		"shl4 r0, r0, _<<0, _, 8\n"
		"or4 r0, r0, t4<<0, _, 0\n"
		"result4 flags, r0, _<<0, _, 0\n" },
	/* bswap eax */
	{ 64, "\x0f\xc8", 2, 2,
		"shr4 t2, r0, _<<0, _, 8\n"
		"and4 t2, t2, _<<0, _, 16711935\n"
		"and4 t3, r0, _<<0, _, 16711935\n"
		"shl4 t3, t3, _<<0, _, 8\n"
		"or4 r0, t2, t3<<0, _, 0\n"
		"ror4 r0, r0, _<<0, _, 16\n" },
	/* bswap rax */
	{ 64, "\x48\x0f\xc8", 3, 3,
		"shr8 t2, r0, _<<0, _, 8\n"
		"and8 t2, t2, _<<0, _, 71777214294589695\n"
		"and8 t3, r0, _<<0, _, 71777214294589695\n"
		"shl8 t3, t3, _<<0, _, 8\n"
		"or8 r0, t2, t3<<0, _, 0\n"
		"shr8 t2, r0, _<<0, _, 16\n"
		"and8 t2, t2, _<<0, _, 281470681808895\n"
		"and8 t3, r0, _<<0, _, 281470681808895\n"
		"shl8 t3, t3, _<<0, _, 16\n"
		"or8 r0, t2, t3<<0, _, 0\n"
		"ror8 r0, r0, _<<0, _, 32\n" },
	/* neg eax */
	{ 64, "\xf7\xd8", 2, 2,
		"compare4 flags, zero, r0<<0, _, 0\n"
		"rsub4 r0, r0, _<<0, _, 0\n" },
	/* not eax */
	{ 64, "\xf7\xd0", 2, 2, "not4 r0, r0, _<<0, _, 0\n" },
	/* mul ecx */
	{ 64, "\xf7\xe1", 2, 2,
		"mulhu4 t2, r0, r1<<0, _, 0\n"
		"mul4 r0, r0, r1<<0, _, 0\n"
		"move4 r2, t2, _<<0, _, 0\n"
		"kill8 flags, _, _<<0, _, 0\n" },
	/* imul rcx */
	{ 64, "\x48\xf7\xe9", 3, 3,
		"mulhs8 t2, r0, r1<<0, _, 0\n"
		"mul8 r0, r0, r1<<0, _, 0\n"
		"move8 r2, t2, _<<0, _, 0\n"
		"kill8 flags, _, _<<0, _, 0\n" },
	/* div ecx */
	{ 64, "\xf7\xf1", 2, 2,
		"move4 t2, r0, _<<0, _, 0\n"
		"shl8 t3, r2, _<<0, _, 32\n"
		"or8 t2, t2, t3<<0, _, 0\n"
		"move4 t3, r1, _<<0, _, 0\n"
		"divu8 t4, t2, t3<<0, _, 0\n"
		"remu8 t5, t2, t3<<0, _, 0\n"
		"move4 r0, t4, _<<0, _, 0\n"
		"move4 r2, t5, _<<0, _, 0\n"
		"kill8 flags, _, _<<0, _, 0\n" },
	/* idiv rcx */
	{ 64, "\x48\xf7\xf9", 3, 3,
		"sar8 t3, r0, _<<0, _, 63\n"
		"compare8 flags, r2, t3<<0, _, 0\n"
		"divs8 t2, r0, r1<<0, _, 0\n"
		"rems8 t4, r0, r1<<0, _, 0\n"
		"kill8 t5, _, _<<0, _, 0\n"
		"select8.eq r0, t2, t5<<0, flags, 0\n"
		"select8.eq r2, t4, t5<<0, flags, 0\n"
		"kill8 flags, _, _<<0, _, 0\n" },
	/* imul eax,eax,10 */
	{ 64, "\x6b\xc0\x0a", 3, 3,
		"mul4 r0, r0, _<<0, _, 10\n"
		"kill8 flags, _, _<<0, _, 0\n" },
	/* imul eax,[rdi] */
	{ 64, "\x0f\xaf\x07", 3, 3,
		"load4 t0, r7, _<<0, _, 0\n"
		"mul4 r0, r0, t0<<0, _, 0\n"
		"kill8 flags, _, _<<0, _, 0\n" },
	/* inc eax */
	{ 64, "\xff\xc0", 2, 2,
		"add4 r0, r0, _<<0, _, 1\n"
		"result4 flags, r0, _<<0, _, 0\n" },
	/* dec ecx */
	{ 32, "\x49", 1, 1,
		"compare4 flags, r1, _<<0, _, 1\n"
		"sub4 r1, r1, _<<0, _, 1\n" },
	/* pushad */
	{ 32, "\x60", 1, 1,
		"move4 t2, r4, _<<0, _, 0\n"
		"store4 _, r4, _<<0, r0, -4\n"
		"sub4 r4, r4, _<<0, _, 4\n"
		"store4 _, r4, _<<0, r1, -4\n"
		"sub4 r4, r4, _<<0, _, 4\n"
		"store4 _, r4, _<<0, r2, -4\n"
		"sub4 r4, r4, _<<0, _, 4\n"
		"store4 _, r4, _<<0, r3, -4\n"
		"sub4 r4, r4, _<<0, _, 4\n"
		"store4 _, r4, _<<0, t2, -4\n"
		"sub4 r4, r4, _<<0, _, 4\n"
		"store4 _, r4, _<<0, r5, -4\n"
		"sub4 r4, r4, _<<0, _, 4\n"
		"store4 _, r4, _<<0, r6, -4\n"
		"sub4 r4, r4, _<<0, _, 4\n"
		"store4 _, r4, _<<0, r7, -4\n"
		"sub4 r4, r4, _<<0, _, 4\n" },
	/* xchg [rip+..],eax */
	{ 64, "\x87\x05\xf0\x00\x00\x00", 6, 6,
		"load4 t0, _, _<<0, _, 4342\n"
		"move4 t2, t0, _<<0, _, 0\n"
		"store4 _, _, _<<0, r0, 4342\n"
		"move4 r0, t2, _<<0, _, 0\n" },
	/* xchg al,ah */
	{ 64, "\x86\xe0", 2, 2, "ror2 r0, r0, _<<0, _, 8\n" },
	/* lock cmpxchg [rdi],ecx */
	{ 64, "\xf0\x0f\xb1\x0f", 4, 4,
		"load4 t0, r7, _<<0, _, 0\n"
		"compare4 flags, r0, t0<<0, _, 0\n"
		"move4 t2, t0, _<<0, _, 0\n"
		"select4.eq t0, r1, t2<<0, flags, 0\n"
		"store4 _, r7, _<<0, t0, 0\n"
		"select4.eq r0, r0, t2<<0, flags, 0\n" },
	/* lock xadd [rdi],eax */
	{ 64, "\xf0\x0f\xc1\x07", 4, 4,
		"load4 t0, r7, _<<0, _, 0\n"
		"move4 t2, t0, _<<0, _, 0\n"
		"add4 t3, r0, t0<<0, _, 0\n"
		"sum4 flags, t3, t2<<0, _, 0\n"
		"move4 r0, t2, _<<0, _, 0\n"
		"store4 _, r7, _<<0, t3, 0\n" },
	/* cmovne eax,ecx */
	{ 64, "\x0f\x45\xc1", 3, 3, "select4.ne r0, r1, r0<<0, flags, 0\n" },
	/* sete al */
	{ 64, "\x0f\x94\xc0", 3, 3,
		"move1 t2, _, _<<0, _, 1\n"
		"select1.eq r0, t2, _<<0, flags, 0\n" },
	/* sbb eax,eax */
	{ 64, "\x19\xc0", 2, 2,
		"move8 t3, _, _<<0, _, 1\n"
		"select8.below t2, t3, _<<0, flags, 0\n"
		"rsub4 r0, t2, zero<<0, _, 0\n"
		"result4 flags, r0, _<<0, _, 0\n" },
	/* adc edx,0 */
	{ 64, "\x83\xd2\x00", 3, 3,
		"move8 t3, _, _<<0, _, 1\n"
		"select8.below t2, t3, _<<0, flags, 0\n"
		"add4 t3, r2, _<<0, _, 0\n"
		"add4 r2, t3, t2<<0, _, 0\n"
		"result4 flags, r2, _<<0, _, 0\n" },
	/* rep movsb */
	{ 64, "\xf3\xa4", 2, 2,
		"copy1 _, r7, r1<<0, r6, 0\n"
		"add8 r6, r6, r1<<0, _, 0\n"
		"add8 r7, r7, r1<<0, _, 0\n"
		"move8 r1, _, _<<0, _, 0\n" },
	/* rep stosq */
	{ 64, "\xf3\x48\xab", 3, 3,
		"fill8 _, r7, r1<<0, r0, 0\n"
		"add8 r7, r7, r1<<3, _, 0\n"
		"move8 r1, _, _<<0, _, 0\n" },
	/* movsd */
	{ 64, "\xa5", 1, 1,
		"load4 t2, r6, _<<0, _, 0\n"
		"store4 _, r7, _<<0, t2, 0\n"
		"add8 r6, r6, _<<0, _, 4\n"
		"add8 r7, r7, _<<0, _, 4\n" },
	/* repne scasb */
	{ 64, "\xf2\xae", 2, 2,
		"kill8 r1, _, _<<0, _, 0\n"
		"kill8 r7, _, _<<0, _, 0\n"
		"kill8 flags, _, _<<0, _, 0\n" },
	/* cmpsb */
	{ 64, "\xa6", 1, 1,
		"load1 t2, r7, _<<0, _, 0\n"
		"load1 t3, r6, _<<0, _, 0\n"
		"compare1 flags, t3, t2<<0, _, 0\n"
		"add8 r6, r6, _<<0, _, 1\n"
		"add8 r7, r7, _<<0, _, 1\n" },
	/* bt eax,ecx */
	{ 64, "\x0f\xa3\xc8", 3, 3,
		"and1 t1, r1, _<<0, _, 31\n"
		"shr4 t2, r0, t1<<0, _, 0\n"
		"and1 t2, t2, _<<0, _, 1\n"
		"compare1 flags, zero, t2<<0, _, 0\n" },
	/* bts eax,5 */
	{ 64, "\x0f\xba\xe8\x05", 4, 4,
		"shr4 t2, r0, _<<0, _, 5\n"
		"and1 t2, t2, _<<0, _, 1\n"
		"compare1 flags, zero, t2<<0, _, 0\n"
		"move8 t3, _, _<<0, _, 1\n"
		"shl4 t3, t3, _<<0, _, 5\n"
		"or4 r0, r0, t3<<0, _, 0\n" },
	/* bsf eax,ecx */
	{ 64, "\x0f\xbc\xc1", 3, 3,
		"sub4 t3, r1, _<<0, _, 1\n"
		"not4 t2, r1, _<<0, _, 0\n"
		"and4 t2, t2, t3<<0, _, 0\n"
		"zeros4 t2, t2, _<<0, _, 0\n"
		"result4 flags, r1, _<<0, _, 0\n"
		"rsub4 r0, t2, _<<0, _, 32\n" },
	/* syscall */
	{ 64, "\x0f\x05", 2, 2,
		"syscall8 _, _, _<<0, _, 0\n"
		"kill8 r0, _, _<<0, _, 0\n"
		"kill8 r1, _, _<<0, _, 0\n"
		"kill8 r11, _, _<<0, _, 0\n" },
	/* int 0x80 */
	{ 32, "\xcd\x80", 2, 2,
		"syscall4 _, _, _<<0, _, 0\n"
		"kill8 r0, _, _<<0, _, 0\n" },
	/* sysenter */
	{ 32, "\x0f\x34", 2, 2,
		"syscall4 _, _, _<<0, _, 0\n"
		"kill8 r0, _, _<<0, _, 0\n" },
	/* hlt */
	{ 64, "\xf4", 1, 1, "trap8 _, _, _<<0, _, 0\n" },
	/* ud2 */
	{ 64, "\x0f\x0b", 2, 2, "trap8 _, _, _<<0, _, 0\n" },
	/* int3 */
	{ 64, "\xcc", 1, 1, "trap8 _, _, _<<0, _, 0\n" },
	/* endbr64 */
	{ 64, "\xf3\x0f\x1e\xfa", 4, 4, "" },
	/* nop */
	{ 64, "\x66\x0f\x1f\x44\x00\x00", 6, 6, "" },
	/* nop */
	{ 64, "\x90", 1, 1, "" },
	/* xchg r8d,eax */
	{ 64, "\x41\x90", 2, 2,
		"move4 t2, r0, _<<0, _, 0\n"
		"move4 r0, r8, _<<0, _, 0\n"
		"move4 r8, t2, _<<0, _, 0\n" },
	/* pxor xmm0,xmm0 */
	{ 64, "\x66\x0f\xef\xc0", 4, 4, "move16 v0, _, _<<0, _, 0\n" },
	/* movups [rsp],xmm0 */
	{ 64, "\x0f\x11\x04\x24", 4, 4, "store16 _, r4, _<<0, v0, 0\n" },
	/* movdqa xmm0,[rip] */
	{ 64, "\x66\x0f\x6f\x05\xf0\x00\x00\x00", 8, 8, "load16 v0, _, _<<0, _, 4344\n" },
	/* movq xmm0,rax */
	{ 64, "\x66\x48\x0f\x6e\xc0", 5, 5, "move8 v0, r0, _<<0, _, 0\n" },
	/* movd eax,xmm0 */
	{ 64, "\x66\x0f\x7e\xc0", 4, 4, "move4 r0, v0, _<<0, _, 0\n" },
	/* movq xmm0,[rax] */
	{ 64, "\xf3\x0f\x7e\x00", 4, 4, "load8 v0, r0, _<<0, _, 0\n" },
	/* movq [rax],xmm0 */
	{ 64, "\x66\x0f\xd6\x00", 4, 4, "store8 _, r0, _<<0, v0, 0\n" },
	/* movlhps */
	{ 64, "\x0f\x16\xc1", 3, 3, "kill8 v0, _, _<<0, _, 0\n" },
	/* addsd */
	{ 64, "\xf2\x0f\x58\xc1", 4, 4, "kill8 v0, _, _<<0, _, 0\n" },
	/* cvttss2si */
	{ 64, "\xf3\x0f\x2c\xc1", 4, 4, "kill8 r0, _, _<<0, _, 0\n" },
	/* vmovdqu ymm0,[rsi] */
	{ 64, "\xc5\xfe\x6f\x06", 4, 4, "load16 v0, r6, _<<0, _, 0\n" },
	/* vmovdqu [rdi],ymm0 */
	{ 64, "\xc5\xfe\x7f\x07", 4, 4,
		"store16 _, r7, _<<0, v0, 0\n"
		"kill8 t5, _, _<<0, _, 0\n"
		"store16 _, r7, _<<0, t5, 16\n" },
	/* vpxor xmm0,xmm0,xmm0 */
	{ 64, "\xc5\xf9\xef\xc0", 4, 4, "move16 v0, _, _<<0, _, 0\n" },
	/* vmovdqu8 zmm0,[rsi+0x40] */
	{ 64, "\x62\xf1\x7f\x48\x6f\x46\x01", 7, 7, "load16 v0, r6, _<<0, _, 64\n" },
	/* andn rax,rax,rcx */
	{ 64, "\xc4\xe2\xf8\xf2\xc1", 5, 5,
		"not8 t2, r0, _<<0, _, 0\n"
		"test8 flags, t2, r1<<0, _, 0\n"
		"and8 r0, t2, r1<<0, _, 0\n" },
	/* rorx eax,ecx,8 */
	{ 64, "\xc4\xe3\x7b\xf0\xc1\x08", 6, 6, "ror4 r0, r1, _<<0, _, 8\n" },
	/* movbe [rdi],eax */
	{ 64, "\x0f\x38\xf1\x07", 4, 4,
		"shr4 t2, r0, _<<0, _, 8\n"
		"and4 t2, t2, _<<0, _, 16711935\n"
		"and4 t3, r0, _<<0, _, 16711935\n"
		"shl4 t3, t3, _<<0, _, 8\n"
		"or4 t0, t2, t3<<0, _, 0\n"
		"ror4 t0, t0, _<<0, _, 16\n"
		"store4 _, r7, _<<0, t0, 0\n" },
	/* fnstsw ax */
	{ 64, "\xdf\xe0", 2, 2, "kill8 r0, _, _<<0, _, 0\n" },
	/* fnstcw [rsp+0xe] */
	{ 64, "\xd9\x7c\x24\x0e", 4, 4,
		"kill8 t5, _, _<<0, _, 0\n"
		"store2 _, r4, _<<0, t5, 14\n" },
	/* pushf */
	{ 64, "\x9c", 1, 1,
		"kill8 t0, _, _<<0, _, 0\n"
		"store8 _, r4, _<<0, t0, -8\n"
		"sub8 r4, r4, _<<0, _, 8\n" },
	/* cpuid */
	{ 64, "\x0f\xa2", 2, 2,
		"kill8 r0, _, _<<0, _, 0\n"
		"kill8 r1, _, _<<0, _, 0\n"
		"kill8 r2, _, _<<0, _, 0\n"
		"kill8 r3, _, _<<0, _, 0\n" },
	/* xlat */
	{ 64, "\xd7", 1, 1,
		"move1 t2, r0, _<<0, _, 0\n"
		"load1 r0, r3, t2<<0, _, 0\n" },
	/* enter 16,0 */
	{ 32, "\xc8\x10\x00\x00", 4, 4,
		"store4 _, r4, _<<0, r5, -4\n"
		"sub4 r4, r4, _<<0, _, 4\n"
		"move4 r5, r4, _<<0, _, 0\n"
		"sub4 r4, r4, _<<0, _, 16\n" },
	/* not in 64-bit code */
	{ 64, "\x06", 1, 0, "" },
	/* lock bswap is none */
	{ 64, "\xf0\x0f\xc8", 3, 0, "" },
	/* lea of a register is none */
	{ 64, "\x8d\xc0", 2, 0, "" },
};

enum { AT = 0x1000, TEXT = 4096 };

static void becomes(void **state)
{
	(void)state;
	static char text[TEXT];
	char line[160];
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const as_arch *arch = as_arch_named(rows[i].bits == 64 ? "x86_64" : "i386");
		as_mode mode = { 0 };
		as_ops ops;
		size_t len = arch->lift(&mode, as_bytes(rows[i].code, rows[i].n), AT, &ops), n = 0;
		text[0] = 0;
		for (size_t k = 0; len && k < ops.n; k++) {
			as_op_print(line, sizeof(line), &ops.op[k]);
			assert_int_equal(ops.op[k].at, AT);
			assert_int_equal(ops.op[k].len, len);
			n += (size_t)snprintf(text + n, TEXT - n, "%s\n", strchr(line, ' ') + 1);
		}
		assert_int_equal(len, rows[i].len);
		assert_string_equal(text, rows[i].ops);
		for (size_t cut = 0; cut < rows[i].len; cut++)
			assert_int_equal(
				arch->lift(&mode, as_bytes(rows[i].code, cut), AT, &ops), 0);
	}
}

static uint64_t next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	return *seed ^= *seed << 17;
}

/* Any bytes: a length that fits, and no more operations than there is room for. */
static void takes_anything(void **state)
{
	(void)state;
	static const uint8_t begins[] = { 0x0f, 0x62, 0x66, 0x8f, 0xc4, 0xc5, 0xf2, 0xf3, 0x48,
		0xff };
	uint64_t seed = 88172645463325252ull;
	size_t valid = 0;
	for (int i = 0; i < 400000; i++) {
		uint8_t code[24];
		for (size_t k = 0; k < sizeof(code); k++)
			code[k] = (uint8_t)next(&seed);
		if (i & 1)
			code[0] = begins[next(&seed) % sizeof(begins)];
		size_t n = next(&seed) % sizeof(code);
		const as_arch *arch = as_arch_named(i & 2 ? "x86_64" : "i386");
		as_mode mode = { 0 };
		as_ops ops;
		size_t len = arch->lift(&mode, as_bytes(code, n), next(&seed), &ops);
		assert_true(len <= n && len <= 15);
		assert_false(ops.full);
		for (size_t k = 0; len && k < ops.n; k++) {
			assert_true(ops.op[k].kind < AS_N_OP_KINDS);
			assert_true(ops.op[k].dst < AS_N_REGS || ops.op[k].dst == AS_REG_NONE);
			assert_true(ops.op[k].a < AS_N_REGS || ops.op[k].a == AS_REG_NONE);
		}
		valid += len > 0;
	}
	assert_true(valid > 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(becomes),
		cmocka_unit_test(takes_anything) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
