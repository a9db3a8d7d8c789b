/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of whole numbers whose results do not depend on the machine: compiled for the architecture that a lifter
 * reads and run through its operations, and compiled for this one and run. Each takes one 32-bit number
 * and answers one. */
typedef __UINT8_TYPE__ u8;
typedef __UINT16_TYPE__ u16;
typedef __UINT32_TYPE__ u32;
typedef __INT32_TYPE__ s32;
typedef __INT8_TYPE__ s8;
typedef __INT16_TYPE__ s16;
typedef __UINT64_TYPE__ u64;
typedef __INT64_TYPE__ s64;

#define KEEP __attribute__((noinline, noclone, used))

static const char words[4][12] = { "admin", "root", "guest", "operator" };
static const u8 secret[] = { 0x32, 0x30, 0x23, 0x2a, 0x30, 0x71, 0x10, 0x55, 0x7f, 0x42, 0x61 };

KEEP u32 f_hash(u32 x) /* FNV-1a of a text */
{
	u32 h = 2166136261u ^ x;
	for (const char *p = words[x & 3]; *p; p++)
		h = (h ^ (u8)*p) * 16777619u;
	return h;
}

KEEP u32 f_hash64(u32 x)
{
	u64 h = 14695981039346656037ull;
	for (const char *p = words[x & 3]; *p; p++)
		h = (h ^ (u8)*p) * 1099511628211ull;
	return (u32)(h >> 32) ^ (u32)h;
}

KEEP u32 f_decode(u32 x) /* exclusive or with a key that turns */
{
	u8 out[16] = { 0 };
	u8 key = (u8)(x | 1);
	u32 sum = 0;
	for (u32 i = 0; i < sizeof(secret); i++) {
		out[i] = secret[i] ^ key;
		key = (u8)(key << 1 | key >> 7);
	}
	for (u32 i = 0; i < sizeof(out); i++)
		sum = sum * 31 + out[i];
	return sum;
}

KEEP u32 f_switch(u32 x)
{
	switch (x % 11) {
	case 0:
		return x + 17;
	case 1:
		return x * 3;
	case 2:
		return x ^ 0x5555;
	case 3:
		return ~x;
	case 4:
		return x >> 3;
	case 5:
		return x - 1000;
	case 6:
		return x << 5;
	case 7:
		return x * x;
	case 9:
		return 7;
	default:
		return 0xdead;
	}
}

struct bits {
	u32 a : 3, b : 7, c : 11;
	s32 d : 6, e : 5;
};

KEEP u32 f_bitfield(u32 x)
{
	struct bits b = { 0 };
	b.a = x & 7;
	b.b = x >> 3 & 127;
	b.c = x >> 10 & 2047;
	b.d = (s32)(x & 63) - 32;
	b.e = (s32)(x >> 5 & 31) - 16;
	return b.a + 3 * b.b + 5 * b.c + (u32)b.d * 7 + (u32)b.e * 11;
}

KEEP u32 f_shift(u32 x)
{
	u32 n = x & 31;
	s32 s = (s32)x;
	u32 r = (x << n) ^ (x >> n) ^ (u32)(s >> n) ^ (x >> 7 | x << 25);
	return r ^ (n ? (x << n | x >> (32 - n)) : x);
}

KEEP u32 f_shift64(u32 x)
{
	u64 v = (u64)x << 32 | (x ^ 0x9e3779b9u);
	u32 n = x & 63;
	s64 s = (s64)v;
	u64 r = (v << n) ^ (v >> n) ^ (u64)(s >> n);
	return (u32)(r >> 32) + (u32)r;
}

KEEP u32 f_multiply(u32 x)
{
	u64 a = (u64)x * 0xdeadbeefu;
	s64 b = (s64)(s32)x * -12345;
	a += (u64)b + 0x123456789abcull;
	return (u32)(a >> 32) ^ (u32)a;
}

KEEP u32 f_divide(u32 x)
{
	s32 s = (s32)x;
	u32 d = (x & 15) + 3;
	return x / 10 + x % 7 * 100 + (u32)(s / 1000) + (u32)(s % 13) + x / d + x % d +
	       (u32)(s / (s32)d) + (u32)(s % (s32)d);
}

KEEP u32 f_signs(u32 x)
{
	s8 a = (s8)x;
	s16 b = (s16)(x >> 4);
	u8 c = (u8)(x >> 8);
	u16 d = (u16)(x >> 12);
	u32 r = 0;
	r += a < b ? 1 : 2;
	r += (u32)(a < 0) * 4 + (u32)(b >= 100) * 8;
	r += c > d ? 16 : 32;
	r += (s32)x < -5 ? 64 : 128;
	r += x <= 0x80000000u ? 256 : 512;
	return r + (u32)(a * b) + (u32)c * d;
}

KEEP u32 f_swap(u32 x)
{
	u32 s = x >> 24 | (x >> 8 & 0xff00) | (x << 8 & 0xff0000) | x << 24;
	u16 h = (u16)((u16)x << 8 | (u16)x >> 8);
	return s + h;
}

KEEP u32 f_recursive(u32 x)
{
	x &= 15;
	return x < 2 ? x : f_recursive(x - 1) + f_recursive(x - 2);
}

KEEP u32 f_five(u32 a, u32 b, u32 c, u32 d, u32 e, u32 f, u32 g, u32 h)
{
	return a + 2 * b + 3 * c + 5 * d + 7 * e + 11 * f + 13 * g + 17 * h;
}

KEEP u32 f_arguments(u32 x) { return f_five(x, x + 1, x ^ 3, 9, x >> 1, 4, x * 5, 1); }

static u32 twice(u32 x) { return 2 * x; }
static u32 half(u32 x) { return x / 2; }
static u32 (*const table[])(u32) = { f_swap, twice, half, f_hash };

KEEP u32 f_pointer(u32 x) { return table[x & 3](x) + table[x >> 2 & 3](x ^ 1); }

KEEP u32 f_copy(u32 x) /* structures, arrays on the stack */
{
	struct {
		u32 a[12];
	} p = { { 0 } }, q;
	for (u32 i = 0; i < 12; i++)
		p.a[i] = x * i + (x >> i);
	q = p;
	q.a[3] ^= 1;
	u32 r = 0;
	for (u32 i = 0; i < 12; i++)
		r = (r << 3 | r >> 29) ^ q.a[11 - i];
	return r;
}

KEEP u32 f_compare(u32 x) /* of texts: does the input match? */
{
	char name[12];
	u32 i = 0, n = 0;
	for (; words[x & 3][i]; i++)
		name[i] = words[x & 3][i];
	name[i] = 0;
	for (u32 k = 0; k < 4; k++) {
		const char *a = name, *b = words[k];
		while (*a && *a == *b)
			a++, b++;
		n = n * 10 + (u32)(*a == *b) * 5 + (u32)(a - name);
	}
	return n;
}

static u32 bytes_left;
KEEP u32 f_global(u32 x)
{
	bytes_left = x;
	while (bytes_left > 100)
		bytes_left = bytes_left / 3 + 1;
	return bytes_left;
}

KEEP u32 f_crc(u32 x)
{
	u32 c = ~x;
	for (u32 i = 0; i < sizeof(secret); i++) {
		c ^= secret[i];
		for (int k = 0; k < 8; k++)
			c = c >> 1 ^ (0xedb88320u & (0 - (c & 1)));
	}
	return ~c;
}

KEEP u32 f_count(u32 x)
{
	u32 n = 0, m = x;
	for (; m; m &= m - 1)
		n++;
	u64 wide = (u64)x << 20;
	while (!(wide & 0x8000000000000ull) && wide)
		wide += wide, n += 100;
	return n;
}

#ifdef WITH_MAIN
#include <stdio.h>
#include <stdlib.h>
#define ALL(F)                                                                                     \
	F(f_hash)                                                                                  \
	F(f_hash64)                                                                                \
	F(f_decode) F(f_switch) F(f_bitfield) F(f_shift) F(f_shift64) F(f_multiply) F(f_divide)    \
		F(f_signs) F(f_swap) F(f_recursive) F(f_arguments) F(f_pointer) F(f_copy)          \
			F(f_compare) F(f_global) F(f_crc) F(f_count)
int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		u32 x = (u32)strtoul(argv[i], NULL, 0);
#define F(f) printf(#f " %lx %lx\n", (unsigned long)x, (unsigned long)f(x));
		ALL(F)
	}
	return 0;
}
#endif
