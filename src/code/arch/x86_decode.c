/* SPDX-License-Identifier: Apache-2.0 */
/* Takes an x86 instruction apart: legacy prefixes; REX, VEX, EVEX or XOP; opcode, ModRM, SIB, displacement,
 * immediate. */
#include "code/arch/x86.h"

/* What follows an opcode. */
enum {
	M = 1,    /* ModRM */
	B = 2,    /* immediate of a byte */
	Z = 4,    /* of 2 or 4 bytes */
	V = 8,    /* of 2, 4 or 8 bytes */
	D = 16,   /* of 2 bytes */
	A = 32,   /* an address of the current size */
	N32 = 64, /* not in 64-bit code */
	X = 128   /* not an opcode by itself */
};

#define ALU M, M, M, M, B, Z
static const uint8_t one[256] = {
	ALU, N32, N32, ALU, N32, X,                                                       /* 00 */
	ALU, N32, N32, ALU, N32, N32,                                                     /* 10 */
	ALU, X, N32, ALU, X, N32,                                                         /* 20 */
	ALU, X, N32, ALU, X, N32,                                                         /* 30 */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,                                   /* 40 */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,                                   /* 50 */
	N32, N32, M | N32, M, X, X, X, X, Z, M | Z, B, M | B, 0, 0, 0, 0,                 /* 60 */
	B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B,                                   /* 70 */
	M | B, M | Z, M | B | N32, M | B, M, M, M, M, M, M, M, M, M, M, M, M,             /* 80 */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Z | D | N32, 0, 0, 0, 0, 0,                         /* 90 */
	A, A, A, A, 0, 0, 0, 0, B, Z, 0, 0, 0, 0, 0, 0,                                   /* A0 */
	B, B, B, B, B, B, B, B, V, V, V, V, V, V, V, V,                                   /* B0 */
	M | B, M | B, D, 0, M | N32, M | N32, M | B, M | Z, D | B, 0, D, 0, 0, B, N32, 0, /* C0 */
	M, M, M, M, B | N32, B | N32, N32, 0, M, M, M, M, M, M, M, M,                     /* D0 */
	B, B, B, B, B, B, B, B, Z, Z, Z | D | N32, B, 0, 0, 0, 0,                         /* E0 */
	X, 0, X, X, 0, 0, M, M, 0, 0, 0, 0, 0, 0, M, M,                                   /* F0 */
};
#undef ALU

static const uint8_t two[256] = {
	M, M, M, M, 0, 0, 0, 0, 0, 0, 0, 0, 0, M, 0, M | B,             /* 00 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M,                 /* 10 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M,                 /* 20 */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,                 /* 30 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M,                 /* 40 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M,                 /* 50 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M,                 /* 60 */
	M | B, M | B, M | B, M | B, M, M, M, 0, M, M, M, M, M, M, M, M, /* 70 */
	Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z, Z,                 /* 80 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M,                 /* 90 */
	0, 0, 0, M, M | B, M, M, M, 0, 0, 0, M, M | B, M, M, M,         /* A0 */
	M, M, M, M, M, M, M, M, M, M, M | B, M, M, M, M, M,             /* B0 */
	M, M, M | B, M, M | B, M | B, M | B, M, 0, 0, 0, 0, 0, 0, 0, 0, /* C0 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M,                 /* D0 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M,                 /* E0 */
	M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M,                 /* F0 */
};

static uint8_t byte(as_x86 *x)
{
	if (x->pos >= x->n) {
		x->bad = true;
		return 0;
	}
	return x->code[x->pos++];
}

static uint64_t number(as_x86 *x, unsigned n)
{
	uint64_t v = 0;
	x->bad = x->bad || n > (unsigned)(x->n - x->pos);
	if (x->bad)
		return 0;
	for (unsigned i = n; i > 0; i--)
		v = v << 8 | x->code[x->pos + i - 1];
	x->pos = (uint8_t)(x->pos + n);
	return v;
}

static int64_t signed_number(as_x86 *x, unsigned n)
{
	uint64_t top = 1ull << (8 * n - 1);
	return (int64_t)((number(x, n) ^ top) - top);
}

/* Answers the first byte that is no prefix. */
static uint8_t prefixes(as_x86 *x)
{
	for (;;) {
		uint8_t b = byte(x);
		if (x->wide && (b & 0xf0) == 0x40) {
			x->rex = b;
			continue;
		}
		if (b == 0x66)
			x->data16 = true;
		else if (b == 0x67)
			x->addr_odd = true;
		else if (b == 0xf0)
			x->lock = true;
		else if (b == 0xf2 || b == 0xf3)
			x->rep = b;
		else if (b == 0x64 || b == 0x65)
			x->seg = b;
		else if ((b & 0xe7) == 0x26)
			x->seg = x->wide ? x->seg : b;
		else
			return b;
		if (x->bad)
			return 0;
		x->rex = 0; /* it counts only right before the opcode */
	}
}

static uint8_t pp_of(const as_x86 *x)
{
	return x->rep == 0xf3 ? 2 : x->rep == 0xf2 ? 3 : x->data16 ? 1 : 0;
}

/* R, X, B of what stands in the place of REX are inverted in it. */
static void extend(as_x86 *x, uint8_t b)
{
	if (x->wide)
		x->rex = (uint8_t)(0x40 | (~b >> 5 & 7));
}

static void read_vex(as_x86 *x, uint8_t first)
{
	uint8_t b = byte(x);
	x->kind = first == 0x8f ? AS_X86_XOP : AS_X86_VEX;
	x->map = 1;
	if (first == 0xc5) {
		extend(x, b | 0x60);
	} else {
		x->map = b & 31;
		extend(x, b);
		b = byte(x);
		x->rex_w = b >> 7;
	}
	x->vvvv = (uint8_t)(~b >> 3 & (x->wide ? 15 : 7));
	x->length = b >> 2 & 1;
	x->pp = b & 3;
	x->op = byte(x);
}

static void read_evex(as_x86 *x)
{
	uint8_t a = byte(x), b = byte(x), c = byte(x);
	x->kind = AS_X86_EVEX;
	x->map = a & 7;
	extend(x, a);
	if (x->wide)
		x->high = (uint8_t)((~a >> 4 & 1) | (~a >> 5 & 2));
	x->rex_w = b >> 7;
	x->pp = b & 3;
	x->vvvv = (uint8_t)((~b >> 3 & (x->wide ? 15 : 7)) | (x->wide ? (~c & 8) << 1 : 0));
	x->length = c >> 5 & 3;
	x->mask = c & 0x97;
	x->bad = x->bad || (a & 8) || !(b & 4);
	x->op = byte(x);
}

/* Reads the opcode with what says where it stands. */
static void read_opcode(as_x86 *x)
{
	uint8_t b = prefixes(x), next = x->pos < x->n ? x->code[x->pos] : 0;
	bool plain = !x->rex && !x->data16 && !x->rep && !x->lock;
	x->rex_w = x->rex >> 3 & 1;
	x->pp = pp_of(x);
	if ((b == 0xc4 || b == 0xc5) && (x->wide || next >= 0xc0)) {
		read_vex(x, b);
		x->bad = x->bad || !plain;
	} else if (b == 0x62 && (x->wide || next >= 0xc0)) {
		read_evex(x);
		x->bad = x->bad || !plain;
	} else if (b == 0x8f && (next & 31) >= 8) {
		read_vex(x, b);
		x->bad = x->bad || !plain;
	} else if (b == 0x0f) {
		b = byte(x);
		x->map = b == 0x38 ? 2 : b == 0x3a ? 3 : 1;
		x->op = x->map == 1 ? b : byte(x);
		x->kind = x->map == 1 && b == 0x0f ? AS_X86_3DNOW : AS_X86_LEGACY;
	} else {
		x->op = b;
	}
	x->size = x->rex_w ? 8 : x->data16 ? 2 : 4;
}

/* 16-bit addressing: only its length matters. */
static void read_address16(as_x86 *x, uint8_t mod, uint8_t rm)
{
	x->unknown = true;
	if (mod == 1)
		x->disp = signed_number(x, 1);
	else if (mod == 2 || rm == 6)
		x->disp = signed_number(x, 2);
}

static void read_sib(as_x86 *x, uint8_t mod)
{
	uint8_t b = byte(x);
	uint8_t index = (uint8_t)((b >> 3 & 7) | (x->rex & 2) << 2);
	x->scale = b >> 6;
	x->index = index == 4 ? AS_REG_NONE : index;
	x->base = (uint8_t)((b & 7) | (x->rex & 1) << 3);
	if ((b & 7) == 5 && mod == 0)
		x->base = AS_REG_NONE;
}

static void read_address(as_x86 *x, uint8_t mod, uint8_t rm)
{
	if (!x->wide && x->addr_odd) {
		read_address16(x, mod, rm);
		return;
	}
	x->base = (uint8_t)(rm | (x->rex & 1) << 3);
	if (rm == 4) {
		read_sib(x, mod);
	} else if (rm == 5 && mod == 0) {
		x->base = AS_REG_NONE;
		x->relative = x->wide;
	}
	if (mod == 1)
		x->disp = signed_number(x, 1);
	else if (mod == 2 || x->base == AS_REG_NONE)
		x->disp = signed_number(x, 4);
	if (!x->wide && x->base == AS_REG_NONE && x->index == AS_REG_NONE)
		x->disp &= UINT32_MAX;
	x->unknown = x->seg == 0x64 || x->seg == 0x65;
}

static void read_modrm(as_x86 *x)
{
	uint8_t b = byte(x), mod = b >> 6;
	bool control = x->map == 1 && x->kind == AS_X86_LEGACY && (x->op & 0xfc) == 0x20;
	x->modrm = b;
	x->reg = (uint8_t)((b >> 3 & 7) | (x->rex & 4) << 1 | (x->high & 1) << 4);
	x->rm = (uint8_t)((b & 7) | (x->rex & 1) << 3);
	x->memory = mod != 3 && !control;
	if (x->memory)
		read_address(x, mod, b & 7);
	if (control) /* cr0, cr2, cr3, cr4, cr8; db0 to db7 */
		x->bad = x->bad || !((x->op & 1 ? 0xffu : 0x11du) >> x->reg & 1);
}

static uint8_t attributes(const as_x86 *x)
{
	bool test = x->map == 0 && (x->op & 0xfe) == 0xf6 && (x->modrm & 0x30) == 0;
	if (x->kind == AS_X86_XOP)
		return x->map == 8 ? M | B : x->map == 10 ? M | Z : M;
	if (x->map == 0)
		return (uint8_t)(one[x->op] | (test ? x->op & 1 ? Z : B : 0));
	if (x->map == 1 && x->kind == AS_X86_EVEX)
		return two[x->op] | M;
	if (x->map == 1)
		return x->kind != AS_X86_LEGACY && x->kind != AS_X86_3DNOW && x->op != 0x77
			       ? two[x->op] | M
			       : two[x->op];
	return x->map == 3 ? M | B : M;
}

static void read_immediate(as_x86 *x, uint8_t what)
{
	bool branch =
		(x->map == 0 && (x->op & 0xfe) == 0xe8) || (x->map == 1 && (x->op & 0xf0) == 0x80);
	bool sse4a = x->map == 1 && x->op == 0x78 && x->kind == AS_X86_LEGACY &&
		     (x->pp == 1 || x->pp == 3);
	unsigned z = x->data16 && !x->rex_w && !(branch && x->wide) ? 2 : 4;
	if (x->kind == AS_X86_XOP)
		z = 4;
	if (what & A)
		x->imm = (int64_t)number(x, x->wide ? x->addr_odd ? 4 : 8 : x->addr_odd ? 2 : 4);
	if (what & Z)
		x->imm = signed_number(x, z);
	if (what & V)
		x->imm = (int64_t)number(x, x->size);
	if ((what & (D | B)) == (D | B)) { /* enter */
		x->imm = (int64_t)number(x, 2);
		x->imm2 = byte(x);
	} else if (what & D) {
		*(what & Z ? &x->imm2 : &x->imm) = (int64_t)number(x, 2);
	} else if (what & B) {
		x->imm = signed_number(x, 1);
	}
	if (sse4a)
		x->imm = (int64_t)number(x, 2);
}

/* Forms of one-byte opcodes that do not exist. */
static bool is_valid_one(const as_x86 *x)
{
	uint8_t reg = x->modrm >> 3 & 7;
	if (x->op >= 0xd8 && x->op <= 0xdf) {
		const as_x86_group *g = &as_x86_x87[x->op & 7];
		return x->memory ? (g->memory >> reg & 1) != 0
				 : (g->reg >> (x->modrm & 63) & 1) != 0;
	}
	switch (x->op) {
	case 0x62:
	case 0x8d:
	case 0xc4:
	case 0xc5:
		return x->memory;
	case 0x8c:
		return reg < 6;
	case 0x8e:
		return reg < 6 && reg != 1;
	case 0x8f:
		return reg == 0;
	case 0xc6:
	case 0xc7:
		return reg == 0 || x->modrm == 0xf8;
	case 0xfe:
		return reg < 2;
	case 0xff:
		return reg < 7 && (x->memory || (reg != 3 && reg != 5));
	default:
		return true;
	}
}

/* Whether the prefix LOCK may stand before it. */
static bool is_lockable(const as_x86 *x)
{
	uint8_t reg = x->modrm >> 3 & 7;
	if (!x->memory || x->kind != AS_X86_LEGACY)
		return false;
	if (x->map == 0 && x->op < 0x40)
		return (x->op & 7) < 2 && (x->op & 0x38) != 0x38;
	if (x->map == 0)
		return (x->op >= 0x80 && x->op <= 0x83 && reg != 7) || (x->op & 0xfe) == 0x86 ||
		       ((x->op & 0xfe) == 0xf6 && (reg & 6) == 2) ||
		       ((x->op & 0xfe) == 0xfe && reg < 2);
	return x->map == 1 && (x->op == 0xab || x->op == 0xb3 || x->op == 0xbb ||
				      (x->op & 0xfe) == 0xb0 || (x->op & 0xfe) == 0xc0 ||
				      (x->op == 0xba && reg > 4) || (x->op == 0xc7 && reg == 1));
}

static bool is_valid_two(const as_x86 *x)
{
	static const uint8_t groups[] = { 0x00, 0x01, 0x71, 0x72, 0x73, 0xae, 0xba, 0xc7 };
	unsigned need = x->pp + (x->memory ? 0 : 4u);
	if (!(as_x86_two[x->map - 1][x->op] >> need & 1))
		return false;
	for (unsigned i = 0; x->map == 1 && i < sizeof(groups); i++) {
		const as_x86_group *g = &as_x86_groups[i][x->pp];
		if (groups[i] == x->op)
			return x->memory ? (g->memory >> (x->modrm >> 3 & 7) & 1) != 0
					 : (g->reg >> (x->modrm & 63) & 1) != 0;
	}
	return true;
}

/* 3DNow says what it does in its last byte. */
static bool is_valid_3dnow(const as_x86 *x)
{
	static const uint8_t known[] = { 0x0c, 0x0d, 0x1c, 0x1d, 0x86, 0x87, 0x8a, 0x8e, 0x90, 0x94,
		0x96, 0x97, 0x9a, 0x9e, 0xa0, 0xa4, 0xa6, 0xa7, 0xaa, 0xae, 0xb0, 0xb4, 0xb6, 0xb7,
		0xbb, 0xbf };
	for (unsigned i = 0; i < sizeof(known); i++)
		if (known[i] == (uint8_t)x->imm)
			return true;
	return false;
}

static bool is_valid(const as_x86 *x)
{
	unsigned reg = x->memory ? 0 : 1;
	if (x->lock && !is_lockable(x))
		return false;
	if (x->kind == AS_X86_VEX)
		return x->map >= 1 && x->map <= 3 &&
		       as_x86_vex[x->map - 1][x->op] >> (4u * x->pp + 2u * x->length + reg) & 1;
	if (x->kind == AS_X86_EVEX)
		return x->map >= 1 && x->map <= 6 &&
		       as_x86_evex[x->map - 1][x->op] >> (2u * x->pp + reg) & 1 &&
		       (x->length < 3 || (reg && (x->mask & 0x10)));
	if (x->kind == AS_X86_XOP)
		return x->map >= 8 && x->map <= 10 && x->pp == 0 &&
		       as_x86_xop[x->map - 8][reg][x->op >> 3] >> (x->op & 7) & 1;
	if (x->kind == AS_X86_3DNOW)
		return is_valid_3dnow(x);
	return x->map == 0 ? is_valid_one(x) : is_valid_two(x);
}

bool as_x86_decode(as_x86 *x)
{
	read_opcode(x);
	uint8_t what = attributes(x);
	if (x->bad || what & X || (what & N32 && x->wide))
		return false;
	if (what & M)
		read_modrm(x);
	read_immediate(x, attributes(x));
	x->next = x->at + x->pos;
	return !x->bad && is_valid(x);
}
