/* SPDX-License-Identifier: Apache-2.0 */
/* Small functions whose results are compared: run by an emulator as a program of its own, and on the machine of
 * operations from check(0) to check(CASES - 1). Freestanding: whatever a compiler calls stands here. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef signed int i32;
typedef unsigned long long u64;
typedef signed long long i64;

#define APART __attribute__((noinline))

enum { CASES = 32 };

void *memcpy(void *to, const void *from, __SIZE_TYPE__ n)
{
	for (__SIZE_TYPE__ i = 0; i < n; i++)
		((volatile u8 *)to)[i] = ((const u8 *)from)[i];
	return to;
}

void *memset(void *to, int c, __SIZE_TYPE__ n)
{
	for (__SIZE_TYPE__ i = 0; i < n; i++)
		((volatile u8 *)to)[i] = (u8)c;
	return to;
}

/* Numbers that the compiler does not know. */
static APART u32 next(u32 *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state ^ *state >> 13;
}

static u64 next64(u32 *state)
{
	u64 high = next(state);
	return high << 32 | next(state);
}

static APART u32 fold(u64 v) { return (u32)v ^ (u32)(v >> 32); }

static APART u32 hash(const char *s)
{
	u32 h = 5381;
	while (*s)
		h = h * 33 ^ (u8)*s++;
	return h;
}

static APART u32 decode(const u8 *p, u32 n, u8 key)
{
	char out[32];
	for (u32 i = 0; i < n; i++)
		out[i] = (char)(p[i] ^ (u8)(key + i));
	out[n] = 0;
	return hash(out);
}

static u32 table[256];

static APART u32 crc(const u8 *p, u32 n)
{
	for (u32 i = 0; i < 256; i++) {
		u32 c = i;
		for (int k = 0; k < 8; k++)
			c = c & 1 ? 0xedb88320u ^ c >> 1 : c >> 1;
		table[i] = c;
	}
	u32 c = ~0u;
	while (n--)
		c = table[(c ^ *p++) & 255] ^ c >> 8;
	return ~c;
}

static APART i32 choose(u32 k, i32 x)
{
	switch (k) {
	case 0:
		return x + 1;
	case 1:
		return x * 3;
	case 2:
		return x - 77;
	case 3:
		return -x;
	case 4:
		return x ^ 0x55aa;
	case 5:
		return x / 7;
	case 6:
		return x % 13;
	case 7:
		return x >> 3;
	case 9:
		return ~x;
	default:
		return 0;
	}
}

static APART u32 bits32(u32 a, u32 n)
{
	n &= 31;
	u32 r = a << n ^ a >> n ^ (u32)((i32)a >> n);
	r ^= a << (n & 31) | a >> (-n & 31);
	r += (a >> 5 & 0x7f) * 3 + (a & 0xff00ff) + (u8)a + (u32)(signed char)(a >> 8) +
	     (u32)(short)(a >> 3);
	return r ^ __builtin_bswap32(a) ^ __builtin_bswap16((u16)a);
}

static APART u64 bits64(u64 a, u32 n)
{
	n &= 63;
	u64 r = a << n ^ a >> n ^ (u64)((i64)a >> n);
	r ^= a << (n & 63) | a >> (-n & 63);
	return r + (a >> 17 & 0x1ffff) + (u64)(i64)(i32)a;
}

static APART u64 arithmetic64(u64 a, u64 b)
{
	u64 r = a * b + (a - b) - (-a) + (a ^ b) * 5;
	r ^= (u64)(u32)a * (u32)b;
	r += (u64)((i64)(i32)a * (i32)b);
	return r + (a < b) + ((i64)a < (i64)b) * 2u + (a == b) * 4u + (a > 99) * 8u;
}

static APART u32 compare32(u32 a, u32 b)
{
	i32 x = (i32)a, y = (i32)b;
	u32 r = (a < b) | (x < y) << 1 | (a <= b) << 2 | (x <= y) << 3 | (a == b) << 4 |
		(x < 0) << 5;
	r |= (a < 100) << 6 | (x > 5) << 7 | (a != 0) << 8 | (a == 0) << 9;
	u32 least = a < b ? a : b;
	i32 most = x > y ? x : y;
	return r ^ least ^ (u32)most * 17u;
}

static APART u32 divide(u32 a, u32 b)
{
	i32 x = (i32)a, y = (i32)(b | 1);
	return a / (b | 1) ^ a % (b | 1) ^ (u32)(x / y) ^ (u32)(x % y) ^ a / 10 ^ (u32)(x / 10) ^
	       (u32)(x / 8) ^ (u32)(x / 2);
}

struct __attribute__((packed)) packed {
	u8 a;
	u32 b;
	u64 c;
	u16 d;
	i32 e;
};

static APART u32 unaligned(struct packed *p, u32 v)
{
	p->b = v;
	p->c = (u64)v * 0x123456789abcull;
	p->d = (u16)v;
	p->e = -(i32)v;
	return p->b ^ fold(p->c) ^ p->d ^ (u32)p->e;
}

struct fields {
	u32 a : 3, b : 7, c : 13, d : 9;
	i32 e : 11, f : 21;
};

static APART u32 fields(struct fields *f, u32 v)
{
	f->a = v;
	f->b = v >> 3;
	f->c = v >> 7;
	f->d = v >> 11;
	f->e = (i32)v;
	f->f = (i32)(v >> 5);
	f->b += f->a;
	return f->a + f->b * 3 + f->c * 5 + f->d * 7 + (u32)(f->e * 11) + (u32)(f->f * 13);
}

static APART void sort(u16 *p, u32 n)
{
	for (u32 i = 1; i < n; i++)
		for (u32 j = i; j > 0 && p[j - 1] > p[j]; j--) {
			u16 t = p[j];
			p[j] = p[j - 1];
			p[j - 1] = t;
		}
}

static APART u32 fibonacci(u32 n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

static APART u32 many(u32 a, u32 b, u32 c, u32 d, u32 e, u32 f, u32 g, u32 h, u32 i, u32 j)
{
	return a ^ b * 3 ^ c * 5 ^ d * 7 ^ e * 11 ^ f * 13 ^ g * 17 ^ h * 19 ^ i * 23 ^ j * 29;
}

typedef u32 (*two)(u32, u32);
static two const pointers[3] = { compare32, divide, bits32 };

static APART u32 signed_bytes(const signed char *p, u32 n)
{
	i32 sum = 0;
	for (u32 i = 0; i < n; i++)
		sum = sum * 31 + p[i] - (p[i] < 0 ? 7 : 0);
	return (u32)sum;
}

static u32 small(u32 i, u32 *s)
{
	u16 sorted[20];
	struct packed p;
	struct fields f = { 0 };
	switch (i % 8) {
	case 0:
		for (u32 k = 0; k < 20; k++)
			sorted[k] = (u16)next(s);
		sort(sorted, 20);
		return crc((const u8 *)"123456789", 9) ^ sorted[i % 20];
	case 1:
		return unaligned(&p, next(s)) ^ unaligned((struct packed *)((u8 *)&p + 0), next(s));
	case 2:
		return fields(&f, next(s));
	case 3:
		return fibonacci(i % 9 + 3);
	case 4:
		return many(next(s), i, 2, next(s), 4, next(s), 6, 7, next(s), i * 9);
	case 5:
		return pointers[i % 3](next(s), next(s));
	case 6:
		return decode((const u8 *)"\x31\x52\x07\x99\xfe\x80\x11", 7, (u8)next(s));
	default:
		return signed_bytes((const signed char *)"a\x80\xff\x7f\x01z", 6) + hash("login");
	}
}

u32 check(u32 i)
{
	u32 s = i * 0x9e3779b9u + 12345, r = small(i, &s);
	for (u32 k = 0; k < 12; k++) {
		u32 a = next(&s), b = k & 1 ? next(&s) : a >> (k * 2 + 1);
		u64 x = next64(&s), y = k & 2 ? next64(&s) : x >> k * 5;
		r = r * 31 + (u32)choose(k, (i32)a);
		r = r * 31 + bits32(a, b);
		r = r * 31 + compare32(a, b);
		r = r * 31 + divide(a, b);
		r = r * 31 + fold(bits64(x, b));
		r = r * 31 + fold(arithmetic64(x, y));
	}
	return r;
}

static long call(long number, long a, long b, long c)
{
#if defined(__mips__)
	register long v0 __asm__("$2") = number, a0 __asm__("$4") = a, a1 __asm__("$5") = b,
			 a2 __asm__("$6") = c;
	__asm__ volatile("syscall"
			 : "+r"(v0)
			 : "r"(a0), "r"(a1), "r"(a2)
			 : "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15", "$24", "$25",
			 "memory");
	return v0;
#elif defined(__powerpc__)
	register long r0 __asm__("r0") = number, r3 __asm__("r3") = a, r4 __asm__("r4") = b,
			 r5 __asm__("r5") = c;
	__asm__ volatile("sc"
			 : "+r"(r0), "+r"(r3), "+r"(r4), "+r"(r5)::"memory", "cr0", "r6", "r7",
			 "r8", "r9", "r10", "r11", "r12");
	return r3;
#else
	register long a7 __asm__("a7") = number, a0 __asm__("a0") = a, a1 __asm__("a1") = b,
			 a2 __asm__("a2") = c;
	__asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2) : "memory");
	return a0;
#endif
}

void _start(void)
{
	char line[9];
	for (u32 i = 0; i < CASES; i++) {
		u32 v = check(i);
		for (int k = 0; k < 8; k++)
			line[k] = "0123456789abcdef"[v >> (28 - 4 * k) & 15];
		line[8] = '\n';
		call(WRITE, 1, (long)line, 9);
	}
	call(EXIT, 0, 0, 0);
	for (;;) {
	}
}
