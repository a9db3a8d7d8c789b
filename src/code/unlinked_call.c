/* SPDX-License-Identifier: Apache-2.0 */
#include "code/unlinked_call.h"

#include <string.h>

enum { LONGEST = 8 /* bytes that are put in place of a call */ };

/* The kernel's tracer is called where a function begins; until somebody traces, the kernel has these instead. */
static const struct {
	uint16_t machine;
	as_field_id field;
	uint8_t back, n; /* bytes before the place; bytes in all */
	uint8_t with
		[LONGEST]; /* as a little-endian processor reads them; by words of 4, or 2 for Thumb */
} nothings[] = {
	{ AS_EM_X86_64, AS_F_32, 1, 5, { 0x0f, 0x1f, 0x44, 0x00, 0x00 } },
	{ AS_EM_386, AS_F_32, 1, 5, { 0x3e, 0x8d, 0x74, 0x26, 0x00 } },
	{ AS_EM_ARM, AS_F_ARM_24, 0, 4, { 0x00, 0x40, 0xbd, 0xe8 } }, /* pop {lr} */
	{ AS_EM_ARM, AS_F_T_BL, 0, 4, { 0x5d, 0xf8, 0x04, 0xeb } },   /* the same */
	{ AS_EM_AARCH64, AS_F_A64_26, 0, 4, { 0x1f, 0x20, 0x03, 0xd5 } },
	{ AS_EM_PPC, AS_F_PPC_24, 0, 4, { 0x00, 0x00, 0x00, 0x60 } },
	{ AS_EM_PPC64, AS_F_PPC_24, 0, 4, { 0x00, 0x00, 0x00, 0x60 } },
	{ AS_EM_RISCV, AS_F_RV_U, 0, 8, { 0x13, 0, 0, 0, 0x13, 0, 0, 0 } },
};

static bool is_tracer(as_span name)
{
	static const char *const names[] = { "__fentry__", "__gnu_mcount_nc", "_mcount", "mcount" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (as_is(name, names[i]))
			return true;
	return false;
}

/* Writes n bytes from back bytes before the place. */
static void overwrite(const as_branch *b, size_t back, const uint8_t *with, size_t n, size_t unit)
{
	if (b->before < back || b->patch.n + back < n)
		return;
	for (size_t i = 0; i < n; i++) {
		size_t from = b->patch.big_code ? i / unit * unit + (unit - 1 - i % unit) : i;
		b->patch.at[i - back] = with[from];
	}
}

static bool put_nothing(const as_program *p, const as_branch *b)
{
	if (!is_tracer(b->name))
		return false;
	for (size_t i = 0; i < sizeof(nothings) / sizeof(nothings[0]); i++) {
		size_t unit = b->field == AS_F_T_BL ? 2 : nothings[i].back ? 1 : 4;
		if (nothings[i].machine != p->elf.machine || nothings[i].field != b->field)
			continue;
		overwrite(b, nothings[i].back, nothings[i].with, nothings[i].n, unit);
		return true;
	}
	return false;
}

/* The number of a register of x86 by its name behind a prefix; -1: none. */
static int register_of(as_span name)
{
	static const char *const names[] = { "ax", "cx", "dx", "bx", "sp", "bp", "si", "di" };
	uint64_t n = 0;
	if (name.n < 2)
		return -1;
	as_span word = as_from(name, 1);
	if (as_at(name, 0) == 'r' && as_number(word, 10, &n))
		return n >= 8 && n < 16 ? (int)n : -1;
	for (int i = 0; i < 8; i++)
		if ((as_at(name, 0) == 'r' || as_at(name, 0) == 'e') && as_is(word, names[i]))
			return i;
	return -1;
}

static bool put_x86(const as_branch *b)
{
	enum {
		CALL = 0xe8,
		JUMP = 0xe9,
		SIZE = 5,
		REX_B = 0x41,
		REGISTER_CALL = 0xd0,
		REGISTER_JUMP = 0xe0
	};
	static const uint8_t leave[SIZE] = { 0xc3, 0xcc, 0xcc, 0xcc, 0xcc };
	as_span thunk = as_lit("__x86_indirect_thunk_");
	uint8_t op = b->before > 0 ? b->patch.at[-1] : 0;
	if (op != CALL && op != JUMP)
		return false;
	if (op == JUMP && as_is(b->name, "__x86_return_thunk")) {
		overwrite(b, 1, leave, SIZE, 1);
		return true;
	}
	int reg = as_starts(b->name, "__x86_indirect_thunk_")
			  ? register_of(as_from(b->name, thunk.n))
			  : -1;
	if (reg < 0)
		return false;
	uint8_t modrm = (uint8_t)((op == CALL ? REGISTER_CALL : REGISTER_JUMP) | (reg & 7));
	uint8_t fill = op == CALL ? 0x90 : 0xcc;
	uint8_t low[SIZE] = { 0xff, modrm, fill, fill, fill };
	uint8_t high[SIZE] = { REX_B, 0xff, modrm, fill, fill };
	overwrite(b, 1, reg < 8 ? low : high, SIZE, 1);
	return true;
}

/* Between ARM and Thumb a call becomes one that changes the mode; nothing else can. */
static void put_arm(const as_program *p, const as_branch *b)
{
	enum { LINK = 0x0b, CHANGES = 0xfa, LINK_BITS = 0xd0, STAYS = 0x10 };
	bool to_thumb = (b->goal & 1) != 0, thumb = b->field != AS_F_ARM_24;
	bool import = as_program_import(p, b->goal) != SIZE_MAX;
	uint64_t at = b->at, goal = b->goal & ~UINT64_C(1);
	bool to_arm = !to_thumb && !import && b->field == AS_F_T_BL;
	int64_t v = (int64_t)(goal - (to_arm ? at & ~UINT64_C(3) : at)) + b->addend;
	if (!as_field_put(&b->patch, b->field, v))
		return;
	uint8_t *first = b->patch.at + (b->patch.big_code ? 0 : 3);
	uint8_t *second = b->patch.at + (b->patch.big_code ? 2 : 3);
	if (to_arm && (*second & LINK_BITS) == LINK_BITS) /* bl, not a jump */
		*second = (uint8_t)(*second & ~STAYS);
	if (!thumb && to_thumb && (*first & 0x0f) == LINK)
		*first = (uint8_t)(CHANGES | (v & 2) >> 1);
}

static void put_far(const as_patch *p, int64_t v)
{
	enum { AUIPC = 4 };
	as_patch second = *p;
	if (p->n < AUIPC)
		return;
	second.at += AUIPC;
	second.n -= AUIPC;
	if (as_field_put(p, AS_F_RV_U, v))
		(void)as_field_put(&second, AS_F_RV_I, v);
}

bool as_unlinked_mips_tracer(const as_patch *p, as_span name)
{
	enum { WORDS = 8, SIZE = 4, CALLS = 0x0000f809, CALLS_MASK = 0xfc1fffff };
	const uint32_t jal = 0x0c000000, jal_mask = 0xfc000000,
		       adjust = 0x27bdfff8; /* addiu sp,sp,-8 */
	if (!is_tracer(name))
		return false;
	for (size_t i = 0; i < WORDS && (i + 2) * SIZE <= p->n; i++) {
		as_cur c = as_cur_of(as_bytes(p->at + i * SIZE, 2 * (size_t)SIZE), 0, p->big_code);
		uint32_t call = as_u32(&c), behind = as_u32(&c);
		if ((call & CALLS_MASK) != CALLS && (call & jal_mask) != jal)
			continue;
		memset(p->at + i * SIZE, 0, behind == adjust ? 2 * (size_t)SIZE : (size_t)SIZE);
		break;
	}
	return true;
}

void as_unlinked_branch(const as_program *p, const as_branch *b)
{
	uint16_t machine = p->elf.machine;
	uint64_t goal = b->goal, code = 0;
	if (b->name.n > 0 && put_nothing(p, b))
		return;
	if ((machine == AS_EM_X86_64 || machine == AS_EM_386) && b->name.n > 0 && put_x86(b))
		return;
	if (machine == AS_EM_ARM) {
		put_arm(p, b);
		return;
	}
	/* A descriptor's first word is the function's address. */
	if (machine == AS_EM_PPC64 && !as_program_is_code(p, goal) &&
		as_program_import(p, goal) == SIZE_MAX && as_program_region(p, goal)) {
		as_cur c = as_program_cur(p, as_program_from(p, goal), 0);
		code = as_u64(&c);
		goal = as_ok(&c) ? code : goal;
	}
	int64_t v = (int64_t)(goal - b->at) + b->addend;
	if (b->field == AS_F_RV_U)
		put_far(&b->patch, v);
	else
		(void)as_field_put(&b->patch, b->field, v);
}
