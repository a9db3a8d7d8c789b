/* SPDX-License-Identifier: Apache-2.0 */
/* What the x86 instructions do that work with vectors, in all their encodings, and the few with general registers
 * that are encoded like these (movbe, BMI). Vectors are followed where they are moved, cleared, or combined bit by
 * bit. */
#include "code/arch/x86.h"

#include "code/packed.h"

enum { E = AS_X86_E, T = AS_X86_T, U = AS_X86_U, W = AS_X86_W, FULL = 0 };

/* Moves: from E to a vector register, or back. */
typedef struct move {
	uint8_t map, op;
	uint8_t pps;   /* bit pp: with this prefix */
	uint8_t width; /* bytes, or FULL */
	bool store;
} move;

static const move moves[] = {
	{ 1, 0x10, 3, FULL, false },
	{ 1, 0x10, 4, 4, false },
	{ 1, 0x10, 8, 8, false },
	{ 1, 0x11, 3, FULL, true },
	{ 1, 0x11, 4, 4, true },
	{ 1, 0x11, 8, 8, true },
	{ 1, 0x13, 3, 8, true },
	{ 1, 0x28, 3, FULL, false },
	{ 1, 0x29, 3, FULL, true },
	{ 1, 0x2b, 3, FULL, true },
	{ 1, 0x6f, 14, FULL, false },
	{ 1, 0x7e, 4, 8, false },
	{ 1, 0x7f, 14, FULL, true },
	{ 1, 0xd6, 2, 8, true },
	{ 1, 0xe7, 2, FULL, true },
	{ 1, 0xf0, 8, FULL, false },
	{ 2, 0x2a, 2, FULL, false },
};

static uint8_t vector(uint8_t r) { return (uint8_t)(AS_REG_VECTOR + (r & 31)); }
static uint8_t vector_reg(const as_x86 *x) { return vector(x->reg); }
static uint8_t vector_rm(const as_x86 *x) { return vector(x->rm | (uint8_t)((x->high & 2) << 3)); }
static uint8_t general_width(const as_x86 *x) { return x->rex_w && x->wide ? 8 : 4; }

/* EVEX counts a displacement of a byte in units of what is moved: where that unit is not told here, the address is
 * not known. */
static void scale(as_x86 *x, unsigned unit)
{
	if (x->kind == AS_X86_EVEX && x->modrm >> 6 == 1) {
		x->disp *= unit;
		x->unknown = x->seg == 0x64 || x->seg == 0x65;
	}
}

static void kill_vector(as_x86 *x) { as_op_kill(x->ops, vector_reg(x)); }

/* E, which is a vector register or n bytes of memory, is written with what is not known. */
static void write_e(as_x86 *x, unsigned n)
{
	if (!x->memory) {
		as_op_kill(x->ops, vector_rm(x));
		return;
	}
	as_op_kill(x->ops, W);
	for (unsigned at = 0; at < n; at += 16)
		as_x86_store(x, (uint8_t)(n < 16 ? n : 16), W, at);
}

static void write_general_e(as_x86 *x, uint8_t n)
{
	if (x->memory)
		as_x86_store_unknown(x, n);
	else
		as_op_kill(x->ops, x->rm);
}

static void move_vector(as_x86 *x, const move *m)
{
	uint8_t width = m->width ? m->width : 16;
	unsigned all = m->width ? m->width : 16u << (x->length & 3);
	bool merges = x->op == 0x10 || x->op == 0x11;
	scale(x, all);
	if (!x->memory && m->width && merges) { /* keeps other parts of it */
		as_op_kill(x->ops, m->store ? vector_rm(x) : vector_reg(x));
	} else if (!x->memory && x->mask) {
		as_op_kill(x->ops, m->store ? vector_rm(x) : vector_reg(x));
	} else if (!x->memory) {
		as_op_move(x->ops, width, m->store ? vector_rm(x) : vector_reg(x),
			m->store ? vector_reg(x) : vector_rm(x));
	} else if (x->mask) {
		if (m->store)
			write_e(x, all);
		else
			kill_vector(x);
	} else if (!m->store) {
		as_x86_load(x, width, vector_reg(x), 0);
	} else {
		as_x86_store(x, width, vector_reg(x), 0);
		if (all > 16)
			as_op_kill(x->ops, W);
		for (unsigned at = 16; at < all; at += 16)
			as_x86_store(x, 16, W, at);
	}
}

static bool lift_move(as_x86 *x)
{
	for (unsigned i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
		const move *m = &moves[i];
		if (m->op == x->op && m->map == x->map && (m->pps >> x->pp & 1)) {
			move_vector(x, m);
			return true;
		}
	}
	return false;
}

/* movd, movq between general and vector registers or memory. */
static void move_general(as_x86 *x)
{
	uint8_t width = general_width(x);
	scale(x, width);
	if (x->kind == AS_X86_LEGACY && x->pp == 0) { /* mmx */
		if (x->op == 0x7e)
			write_general_e(x, width);
	} else if (x->op == 0x6e && x->memory) {
		as_x86_load(x, width, vector_reg(x), 0);
	} else if (x->op == 0x6e) {
		as_op_move(x->ops, width, vector_reg(x), x->rm);
	} else if (x->memory) {
		as_x86_store(x, width, vector_reg(x), 0);
	} else {
		as_op_move(x->ops, width, x->rm, vector_reg(x));
	}
}

static bool lift_logic(as_x86 *x)
{
	as_op_kind kind = AS_OP_KILL;
	bool legacy = x->kind == AS_X86_LEGACY;
	if (x->op == 0xef || x->op == 0x57)
		kind = AS_OP_XOR;
	else if (x->op == 0xdb || x->op == 0x54)
		kind = AS_OP_AND;
	else if (x->op == 0xeb || x->op == 0x56)
		kind = AS_OP_OR;
	if (kind == AS_OP_KILL || x->mask || (x->op > 0x57 && x->pp != 1))
		return false;
	uint8_t a = legacy ? vector_reg(x) : vector(x->vvvv), b = vector_rm(x);
	scale(x, 16u << (x->length & 3));
	if (x->memory) {
		as_x86_load(x, 16, E, 0);
		b = E;
	}
	if (kind == AS_OP_XOR && a == b)
		as_op_const(x->ops, 16, vector_reg(x), 0);
	else
		as_op_rrr(x->ops, kind, 16, vector_reg(x), a, b);
	return true;
}

/* Work on the parts of a vector, of which the machine alone makes use. */
typedef struct work {
	uint8_t op, which, lane;
} work;

static const work works[] = {
	{ 0x60, AS_PACKED_WEAVE, 1 },
	{ 0x61, AS_PACKED_WEAVE, 2 },
	{ 0x62, AS_PACKED_WEAVE, 4 },
	{ 0x64, AS_PACKED_GREATER, 1 },
	{ 0x65, AS_PACKED_GREATER, 2 },
	{ 0x66, AS_PACKED_GREATER, 4 },
	{ 0x6c, AS_PACKED_WEAVE, 8 },
	{ 0x74, AS_PACKED_EQUAL, 1 },
	{ 0x75, AS_PACKED_EQUAL, 2 },
	{ 0x76, AS_PACKED_EQUAL, 4 },
	{ 0xd4, AS_PACKED_ADD, 8 },
	{ 0xda, AS_PACKED_LEAST, 1 },
	{ 0xde, AS_PACKED_MOST, 1 },
	{ 0xdf, AS_PACKED_AND_NOT, 8 },
	{ 0xf8, AS_PACKED_SUB, 1 },
	{ 0xf9, AS_PACKED_SUB, 2 },
	{ 0xfa, AS_PACKED_SUB, 4 },
	{ 0xfb, AS_PACKED_SUB, 8 },
	{ 0xfc, AS_PACKED_ADD, 1 },
	{ 0xfd, AS_PACKED_ADD, 2 },
	{ 0xfe, AS_PACKED_ADD, 4 },
};

/* The second operand, 16 bytes. */
static uint8_t vector_e(as_x86 *x)
{
	if (!x->memory)
		return vector_rm(x);
	as_x86_load(x, 16, E, 0);
	return E;
}

/* pmovmskb, pslldq, psrldq, pshufd, pshuflw; movlpd, movhpd. */
static bool lift_moves_of_parts(as_x86 *x, uint8_t a)
{
	uint8_t reg = x->modrm >> 3 & 7, to = vector_reg(x);
	bool legacy = x->kind == AS_X86_LEGACY;
	unsigned count = (unsigned)x->imm & 0xff;
	if (x->op == 0xd7 && x->pp == 1 && !x->memory) {
		as_op_packed(x->ops, AS_PACKED_SIGNS, 4, x->reg, vector_rm(x), AS_REG_NONE, 1, 0);
	} else if (x->op == 0x73 && x->pp == 1 && !x->memory && (reg & 3) == 3) {
		as_op_packed(x->ops, reg == 3 ? AS_PACKED_DOWN : AS_PACKED_UP, 16,
			legacy ? vector_rm(x) : vector(x->vvvv), vector_rm(x), AS_REG_NONE, 1,
			count);
	} else if (x->op == 0x70 && (x->pp == 1 || x->pp == 3)) {
		as_op_packed(x->ops, x->pp == 1 ? AS_PACKED_SHUFFLE : AS_PACKED_SHUFFLE_LOW, 16, to,
			vector_e(x), AS_REG_NONE, x->pp == 1 ? 4 : 2, count);
	} else if (x->op == 0x16 && x->pp == 1 && x->memory) {
		as_x86_load(x, 8, E, 0);
		as_op_packed(x->ops, AS_PACKED_WEAVE, 16, to, a, E, 8, 0);
	} else if (x->op == 0x12 && x->pp == 1 && x->memory) {
		as_x86_load(x, 8, E, 0);
		as_op_packed(x->ops, AS_PACKED_DOWN, 16, T, a, AS_REG_NONE, 1, 8);
		as_op_packed(x->ops, AS_PACKED_WEAVE, 16, to, E, T, 8, 0);
	} else {
		return false;
	}
	return true;
}

static bool lift_parts(as_x86 *x)
{
	bool legacy = x->kind == AS_X86_LEGACY;
	uint8_t a = legacy ? vector_reg(x) : vector(x->vvvv);
	if (x->mask || (!legacy && (x->kind != AS_X86_VEX || x->length != 0)))
		return false;
	if (lift_moves_of_parts(x, a))
		return true;
	for (size_t i = 0; x->pp == 1 && i < sizeof(works) / sizeof(works[0]); i++)
		if (works[i].op == x->op) {
			as_op_packed(x->ops, (as_packed)works[i].which, 16, vector_reg(x), a,
				vector_e(x), works[i].lane, 0);
			return true;
		}
	return false;
}

/* Whether an instruction of 0F with no prefix works with mmx registers. */
static bool is_mmx(const as_x86 *x)
{
	if (x->kind == AS_X86_3DNOW)
		return true;
	if (x->kind != AS_X86_LEGACY)
		return false;
	if (x->map == 1 && x->op == 0xd6)
		return x->pp == 3;
	if (x->map == 1 && (x->op == 0x2c || x->op == 0x2d))
		return x->pp < 2;
	if (x->pp != 0)
		return false;
	if (x->map == 1)
		return (x->op >= 0x60 && x->op < 0x80) || x->op == 0xc4 || x->op >= 0xd0;
	return x->map == 2 ? x->op < 0x40 : x->op == 0x0f;
}

static void lift_mmx(as_x86 *x)
{
	if (x->map == 1 && (x->op == 0x7f || x->op == 0xe7)) {
		as_x86_store_unknown(x, 8);
	} else if (x->map == 1 && x->op == 0xf7) {
		as_op_kill(x->ops, W);
		as_op_store(x->ops, 8, AS_X86_DI, 0, W);
	} else if (x->map == 1 && x->op == 0xd7) {
		as_op_kill(x->ops, x->reg);
	} else if (x->map == 1 && x->op == 0x78) { /* vmread */
		write_general_e(x, x->word);
		as_x86_no_flags(x);
	} else if (x->map == 1 && x->op == 0x79) {
		as_x86_no_flags(x);
	}
}

/* Registers of masks, and what else VEX has of 0F; false: not among them. */
static bool lift_masks(as_x86 *x)
{
	static const uint8_t widths[] = { 2, 1, 8, 4 };
	if (x->kind != AS_X86_VEX)
		return false;
	if (x->op == 0x77) { /* vzeroupper, vzeroall */
		for (uint8_t r = 0; x->length && r < 16; r++)
			as_op_kill(x->ops, vector(r));
	} else if (x->op == 0x91) {
		as_x86_store_unknown(x, widths[(x->pp & 1) + 2 * x->rex_w]);
	} else if (x->op == 0x93) {
		as_op_kill(x->ops, x->reg);
	} else if (x->op == 0x98 || x->op == 0x99) {
		as_x86_no_flags(x);
	} else if (x->op == 0xae) {
		if ((x->modrm >> 3 & 7) == 3)
			as_x86_store_unknown(x, 4);
	} else {
		return x->op == 0x90 || x->op == 0x92 || (x->op & 0xf0) == 0x40;
	}
	return true;
}

static void lift_0f(as_x86 *x)
{
	bool converts = x->op == 0x2c || x->op == 0x2d ||
			(x->kind == AS_X86_EVEX && (x->op == 0x78 || x->op == 0x79));
	if ((x->op == 0x6e && x->pp < 2) || (x->op == 0x7e && x->pp < 2))
		move_general(x);
	else if (is_mmx(x))
		lift_mmx(x);
	else if (lift_masks(x) || lift_logic(x) || lift_parts(x))
		return;
	else if (x->op == 0x50 || x->op == 0xd7 || x->op == 0xc5 || (converts && x->pp > 1))
		as_op_kill(x->ops, x->reg);
	else if (x->op == 0x2e || x->op == 0x2f)
		as_x86_no_flags(x);
	else if (x->op >= 0x71 && x->op <= 0x73)
		as_op_kill(x->ops, x->kind == AS_X86_LEGACY ? vector_rm(x) : vector(x->vvvv));
	else if (x->op == 0x17 && x->memory)
		write_e(x, 8);
	else if (x->op == 0xf7)
		lift_mmx(x);
	else
		kill_vector(x);
}

static void movbe(as_x86 *x)
{
	if (x->op == 0xf0) {
		as_x86_load(x, x->size, E, 0);
		as_x86_bswap(x, x->size, x->reg, E);
	} else {
		as_x86_bswap(x, x->size, E, x->reg);
		as_x86_store(x, x->size, E, 0);
	}
}

/* 0F38 and 0F3A in their oldest encoding, from F0 on: general registers. */
static void lift_38_legacy(as_x86 *x)
{
	uint8_t width = x->size == 8 ? 8 : 4;
	if ((x->op == 0xf0 || x->op == 0xf1) && x->pp < 2)
		movbe(x);
	else if (x->op == 0xf0 || x->op == 0xf1) /* crc32 */
		as_op_kill(x->ops, x->reg);
	else if (x->op == 0xf6 && x->pp) { /* adcx, adox */
		as_op_kill(x->ops, x->reg);
		as_x86_no_flags(x);
	} else if (x->op == 0xf5 || x->op == 0xf6 || x->op == 0xf9) {
		as_x86_store(x, width, x->reg, 0);
	} else if (x->op == 0xf8) { /* movdir64b, enqcmd: to where reg points */
		as_op_kill(x->ops, W);
		for (uint8_t at = 0; at < 64; at += 16)
			as_op_store(x->ops, 16, x->reg, at, W);
		as_x86_no_flags(x);
	} else { /* key locker */
		for (uint8_t r = 0; r < 8; r++)
			as_op_kill(x->ops, vector(r));
		as_op_kill(x->ops, x->reg);
		as_x86_no_flags(x);
	}
}

static void bit_group(as_x86 *x, uint8_t width, uint8_t e) /* blsr, blsmsk, blsi */
{
	uint8_t reg = x->modrm >> 3 & 7;
	as_op_rri(x->ops, reg == 3 ? AS_OP_RSUB : AS_OP_SUB, width, T, e, reg == 3 ? 0 : 1);
	as_op_rrr(x->ops, reg == 2 ? AS_OP_XOR : AS_OP_AND, width, x->vvvv, T, e);
	as_x86_result(x, width, x->vvvv);
}

/* BMI 1 and 2. */
static void lift_bmi(as_x86 *x)
{
	static const uint8_t shifts[] = { 0, AS_OP_SHL, AS_OP_SAR, AS_OP_SHR };
	uint8_t width = general_width(x), e = as_x86_get(x, width);
	if (x->op == 0xf2) {
		as_op_rri(x->ops, AS_OP_NOT, width, T, x->vvvv, 0);
		as_op_rrr(x->ops, AS_OP_TEST, width, AS_REG_FLAGS, T, e);
		as_op_rrr(x->ops, AS_OP_AND, width, x->reg, T, e);
	} else if (x->op == 0xf3) {
		bit_group(x, width, e);
	} else if (x->op == 0xf6) {
		as_op_rrr(x->ops, AS_OP_MULHU, width, T, AS_X86_DX, e);
		as_op_rrr(x->ops, AS_OP_MUL, width, x->vvvv, AS_X86_DX, e);
		as_op_move(x->ops, width, x->reg, T);
	} else if (x->op == 0xf7 && x->pp) {
		as_op_rri(x->ops, AS_OP_AND, 1, T, x->vvvv, 8 * width - 1);
		as_op_rrr(x->ops, shifts[x->pp], width, x->reg, e, T);
	} else { /* bextr, bzhi, pext, pdep */
		as_op_kill(x->ops, x->reg);
		if (x->pp == 0)
			as_x86_no_flags(x);
	}
}

/* EVEX: whether the instruction of 0F38 writes E. */
static bool narrows(const as_x86 *x)
{
	uint8_t low = x->op & 15;
	if (x->kind != AS_X86_EVEX)
		return false;
	if (x->pp == 2 && x->op >= 0x10 && x->op < 0x36)
		return low < 6;
	return x->pp == 1 && (x->op == 0x63 || x->op == 0x8a || x->op == 0x8b);
}

static void lift_38(as_x86 *x)
{
	bool legacy = x->kind == AS_X86_LEGACY;
	if (legacy && (x->op >= 0xf0 || (x->op >= 0xd8 && x->pp == 2)))
		lift_38_legacy(x);
	else if (is_mmx(x))
		return;
	else if (x->op >= 0xf2 && x->kind == AS_X86_VEX)
		lift_bmi(x);
	else if (x->op == 0x17 || (x->kind == AS_X86_VEX && (x->op == 0x0e || x->op == 0x0f)) ||
		 (legacy && x->op >= 0x80 && x->op < 0x83))
		as_x86_no_flags(x);
	else if (narrows(x) || (x->kind == AS_X86_VEX && (x->op == 0x2e || x->op == 0x2f ||
								 x->op == 0x8e || x->op == 0x4b)))
		write_e(x, 16u << (x->length & 3));
	else if (x->kind == AS_X86_EVEX && x->op >= 0xa0 && x->op < 0xa4) { /* scatter */
		x->unknown = true;
		write_e(x, 16);
	} else if (x->op >= 0x90 && x->op < 0x94) { /* gather */
		kill_vector(x);
		as_op_kill(x->ops, vector(x->vvvv));
	} else {
		kill_vector(x);
	}
}

static void lift_3a(as_x86 *x)
{
	static const uint8_t widths[] = { 1, 2, 4, 4 };
	bool legacy = x->kind == AS_X86_LEGACY, narrow = x->op == 0x19 || x->op == 0x39;
	if (x->op >= 0x14 && x->op < 0x18) {
		write_general_e(x, x->op == 0x16 ? general_width(x) : widths[x->op - 0x14]);
	} else if (x->op >= 0x60 && x->op < 0x64 && x->kind != AS_X86_EVEX) {
		as_op_kill(x->ops, x->op & 1 ? AS_X86_CX : vector(0));
		as_x86_no_flags(x);
	} else if (x->op == 0xf0 && x->kind == AS_X86_VEX) { /* rorx */
		uint8_t width = general_width(x), e = as_x86_get(x, width);
		as_op_rri(x->ops, AS_OP_ROR, width, x->reg, e, x->imm & (8 * width - 1));
	} else if (!legacy && (narrow || x->op == 0x1d || x->op == 0x1b || x->op == 0x3b)) {
		write_e(x, x->op & 2 ? 32 : 16u << (x->length & 3));
	} else if (!is_mmx(x)) {
		kill_vector(x);
	}
}

static void lift_xop(as_x86 *x)
{
	if (x->map == 9 && (x->op == 0x01 || x->op == 0x02)) {
		as_op_kill(x->ops, x->vvvv);
		as_x86_no_flags(x);
	} else if (x->map == 10 && x->op == 0x10) {
		as_op_kill(x->ops, x->reg);
		as_x86_no_flags(x);
	} else if (x->op == 0x12) { /* lightweight profiling */
		as_op_kill(x->ops, x->rm);
		as_x86_no_flags(x);
	} else {
		kill_vector(x);
	}
}

static void lift_fp16(as_x86 *x)
{
	if (x->map == 5 && (x->op == 0x2c || x->op == 0x2d || x->op == 0x78 || x->op == 0x79) &&
		x->pp == 2)
		as_op_kill(x->ops, x->reg);
	else if (x->map == 5 && (x->op == 0x2e || x->op == 0x2f))
		as_x86_no_flags(x);
	else if (x->map == 5 && x->op == 0x7e)
		write_general_e(x, 2);
	else if (x->map == 5 && x->op == 0x11)
		write_e(x, 2);
	else
		kill_vector(x);
}

void as_x86_lift_vector(as_x86 *x)
{
	if (x->kind == AS_X86_XOP) {
		lift_xop(x);
		return;
	}
	if (x->kind != AS_X86_3DNOW && lift_move(x))
		return;
	x->unknown = x->unknown || (x->kind == AS_X86_EVEX && x->modrm >> 6 == 1);
	if (x->map == 1)
		lift_0f(x);
	else if (x->map == 2)
		lift_38(x);
	else if (x->map == 3)
		lift_3a(x);
	else
		lift_fp16(x);
}
