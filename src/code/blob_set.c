/* SPDX-License-Identifier: Apache-2.0 */
#include "code/blob_set.h"

#include "base/bits.h"
#include "base/cur.h"
#include "code/arch/emit.h"
#include "elf/read.h"

#include <string.h>

enum {
	SAMPLE_EVERY = 4, /* windows; of small files all */
	SMALL = 64 << 10, /* bytes */
	IDLE_MAX = 8,     /* instructions of padding between functions */
	SUSPECT = 4,      /* arrivals in a sample */
	BOUNDS = 32,      /* functions that begin behind the end of another, of MIPS */
	CONVINCE = 12,    /* arrivals */
	FIELDS = 4096,    /* different distances of calls that are told apart */
	PAGE = 4096,
	MIPS_REGION = 1 << 28,
};

#define NONE                                                                                       \
	{                                                                                          \
		0, 0                                                                               \
	}
#define LIST(...)                                                                                  \
	(const as_blob_pattern[]) { __VA_ARGS__, NONE }

/* Sets that are written in both byte orders. Functions of ARM begin with push {.., lr}; str lr, [sp, #-4]!; mov ip, sp;
 * they end with bx lr; pop {.., pc}; ldr pc, [sp], #n; ldm with pc; mov pc, lr; b. */
#define ARM                                                                                        \
	.arch = "arm", .machine = AS_EM_ARM, .call = AS_BLOB_ARM,                                  \
	.mark = { 0xff000000, 0xeb000000 }, .step = 4,                                             \
	.starts = LIST({ 0xffff4000, 0xe92d4000 }, { 0xffffffff, 0xe52de004 },                     \
		{ 0xffffffff, 0xe1a0c00d }),                                                       \
	.ends = LIST({ 0xffffffff, 0xe12fff1e }, { 0xffff8000, 0xe8bd8000 },                       \
		{ 0xfffff000, 0xe49df000 }, { 0xfff08000, 0xe8908000 },                            \
		{ 0xffffffff, 0xe1a0f00e }, { 0xff000000, 0xea000000 }),                           \
	.idle = LIST({ 0xffffffff, 0xe1a00000 }, { 0xffffffff, 0xe320f000 })
/* addiu sp, sp, -n; daddiu; lui gp. jr ra; j; b. */
#define MIPS                                                                                       \
	.arch = "mips", .wide_arch = "mips64", .machine = AS_EM_MIPS, .wide_machine = AS_EM_MIPS,  \
	.call = AS_BLOB_MIPS, .mark = { 0xa45e0000, 0x241c0000 }, .step = 4, .delay = 1,           \
	.starts = LIST({ 0xffff8000, 0x27bd8000 }, { 0xffff8000, 0x67bd8000 },                     \
		{ 0xffff0000, 0x3c1c0000 }),                                                       \
	.ends = LIST({ 0xffffffff, 0x03e00008 }, { 0xfc000000, 0x08000000 },                       \
		{ 0xffff0000, 0x10000000 }),                                                       \
	.idle = LIST({ 0xffffffff, 0 }), .narrow = { 0xffff0000, 0xafbf0000 },                     \
	.wide = { 0xffff0000, 0xffbf0000 }
/* stwu r1, -n(r1); stdu; mflr r0; addis r2, r12. blr; b; bctr. */
#define PPC                                                                                        \
	.arch = "powerpc", .wide_arch = "powerpc64", .machine = AS_EM_PPC,                         \
	.wide_machine = AS_EM_PPC64, .call = AS_BLOB_PPC, .mark = { 0xfc000003, 0x48000001 },      \
	.step = 4,                                                                                 \
	.starts = LIST({ 0xffff8000, 0x94218000 }, { 0xffff8003, 0xf8218001 },                     \
		{ 0xffffffff, 0x7c0802a6 }, { 0xffff0000, 0x3c4c0000 }),                           \
	.ends = LIST({ 0xffffffff, 0x4e800020 }, { 0xfc000003, 0x48000000 },                       \
		{ 0xffffffff, 0x4e800420 }),                                                       \
	.idle = LIST({ 0xffffffff, 0x60000000 }, { 0xffffffff, 0 }),                               \
	.narrow = { 0xffff8000, 0x94218000 }, .wide = { 0xffff8003, 0xf8218001 }

const as_blob_set as_blob_sets[] = {
	{ .wide_arch = "aarch64",
		.wide_machine = AS_EM_AARCH64,
		.call = AS_BLOB_A64,
		.mark = { 0xfc000000, 0x94000000 },
		.step = 4,
		/* stp x29, x30, [sp, #-n]!; sub sp, sp, #n; paciasp; bti c */
		.starts = LIST({ 0xffc07fff, 0xa9807bfd }, { 0xff8003ff, 0xd10003ff },
			{ 0xffffffff, 0xd503233f }, { 0xffffffff, 0xd503245f }),
		/* ret; b; br */
		.ends = LIST({ 0xffffffff, 0xd65f03c0 }, { 0xfc000000, 0x14000000 },
			{ 0xfffffc1f, 0xd61f0000 }),
		.idle = LIST({ 0xffffffff, 0xd503201f }) },
	{ ARM },
	{ .arch = "arm",
		.machine = AS_EM_ARM,
		.call = AS_BLOB_THUMB,
		.mark = { 0xd000f800, 0xd000f000 },
		.step = 2,
		/* push {.., lr}; push.w {.., lr} */
		.starts = LIST({ 0xff00, 0xb500 }, { 0x4000ffff, 0x4000e92d }),
		/* bx lr; pop {.., pc}; b; pop.w {.., pc} */
		.ends = LIST({ 0xffff, 0x4770 }, { 0xff00, 0xbd00 }, { 0xf800, 0xe000 },
			{ 0x8000ffff, 0x8000e8bd }, { 0xd000f800, 0x9000f000 }),
		.idle = LIST({ 0xffff, 0xbf00 }, { 0xffff, 0x46c0 }) },
	{ ARM, .big = true },
	{ MIPS, .big = true },
	{ MIPS },
	{ PPC, .big = true },
	{ PPC },
	{ .arch = "riscv32",
		.wide_arch = "riscv64",
		.machine = AS_EM_RISCV,
		.wide_machine = AS_EM_RISCV,
		.call = AS_BLOB_RISCV,
		.mark = { 0xf87, 0x087 },
		.step = 2,
		/* c.addi16sp; c.addi sp, -n; addi sp, sp, -n */
		.starts = LIST({ 0xff83, 0x7101 }, { 0xff83, 0x1101 }, { 0x800fffff, 0x80010113 }),
		/* ret; jr; c.j; j; ret; tail */
		.ends = LIST({ 0xffff, 0x8082 }, { 0xf07f, 0x8002 }, { 0xe003, 0xa001 },
			{ 0x0fff, 0x006f }, { 0xffffffff, 0x00008067 }, { 0xfff, 0x067 }),
		.idle = LIST({ 0xffff, 0x0001 }, { 0xffffffff, 0x00000013 }),
		/* c.swsp ra; c.sdsp ra */
		.narrow = { 0xe07f, 0xc006 },
		.wide = { 0xe07f, 0xe006 } },
};
const size_t as_n_blob_sets = sizeof(as_blob_sets) / sizeof(as_blob_sets[0]);

/* Reading at a place: four bytes in the set's order; at the very end the upper half may be missing. */
typedef struct reading {
	const as_blob_set *set;
	as_span data;
	uint64_t low; /* MIPS */
} reading;

static uint32_t word_at(const reading *r, uint64_t at)
{
	const uint8_t *p = r->data.p;
	if (at > r->data.n || r->data.n - at < 4)
		return as_at(r->data, at) | (uint32_t)as_at(r->data, at + 1) << 8;
	p += at;
	return r->set->big
		       ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
		       : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static bool fits(const as_blob_pattern *list, uint32_t w)
{
	for (; list->mask; list++)
		if ((w & list->mask) == list->value)
			return true;
	return false;
}

static bool is_short(const as_blob_pattern *one) { return one->mask <= 0xffff; }

/* The instruction of a list that ends at at: its length, or 0. */
static unsigned ends_at(const reading *r, const as_blob_pattern *list, uint64_t at)
{
	for (; list->mask; list++) {
		bool tiny = is_short(list) && r->set->step == 2 && list->value != 0x006f &&
			    list->value != 0x067;
		unsigned n = tiny ? 2 : 4;
		if (at >= n && (word_at(r, at - n) & list->mask) == list->value)
			return n;
	}
	return 0;
}

/* Whether what stands before at ends a function: padding may lie between. */
static bool is_behind_end(const reading *r, uint64_t at)
{
	for (int i = 0; i < IDLE_MAX; i++) {
		uint64_t jump = at - 4u * r->set->delay;
		if (at >= 4u * r->set->delay && ends_at(r, r->set->ends, jump))
			return true;
		unsigned n = ends_at(r, r->set->idle, at);
		if (n == 0)
			return false;
		at -= n;
	}
	return false;
}

static bool is_start(const reading *r, uint64_t at) { return fits(r->set->starts, word_at(r, at)); }

static uint64_t moved(uint64_t at, uint32_t field, unsigned bits, unsigned shift)
{
	return at + (uint64_t)as_signed(field, bits) * (1u << shift);
}

static bool thumb_call(uint32_t w, uint64_t at, uint64_t *to)
{
	uint32_t first = w & 0xffff, second = w >> 16;
	if ((first & 0xf800) != 0xf000 || (second & 0xd000) != 0xd000)
		return false;
	uint32_t s = first >> 10 & 1, j1 = second >> 13 & 1, j2 = second >> 11 & 1;
	uint32_t field = s << 23 | (j1 ^ s ^ 1u) << 22 | (j2 ^ s ^ 1u) << 21 |
			 (first & 0x3ff) << 11 | (second & 0x7ff);
	*to = moved(at + 4, field, 24, 1);
	return true;
}

static bool riscv_call(const reading *r, uint32_t w, uint64_t at, uint64_t *to)
{
	if ((w & 0xfff) == 0x0ef) { /* jal ra */
		uint32_t field = as_bits(w, 31, 31) << 19 | as_bits(w, 19, 12) << 11 |
				 as_bits(w, 20, 20) << 10 | as_bits(w, 30, 21);
		*to = moved(at, field, 20, 1);
		return true;
	}
	uint32_t next = (w & 0xfff) == 0x097 ? word_at(r, at + 4) : 0; /* auipc ra; jalr ra, ra */
	*to = at + (uint64_t)as_signed(w & 0xfffff000, 32) + (uint64_t)as_signed(next >> 20, 12);
	return (next & 0xfffff) == 0x080e7;
}

/* Whether a direct call stands at at, and where it leads, counted from the begin of the bytes. */
static bool is_call(const reading *r, uint64_t at, uint64_t *to)
{
	uint32_t w = word_at(r, at);
	switch ((as_blob_call)r->set->call) {
	case AS_BLOB_ARM:
		*to = moved(at + 8, w & 0xffffff, 24, 2);
		return w >> 24 == 0xeb;
	case AS_BLOB_THUMB:
		return thumb_call(w, at, to);
	case AS_BLOB_A64:
		*to = moved(at, w & 0x3ffffff, 26, 2);
		return w >> 26 == 0x25;
	case AS_BLOB_MIPS:
		*to = ((w & 0x3ffffff) * 4 - r->low) % MIPS_REGION;
		return w >> 26 == 3;
	case AS_BLOB_PPC:
		*to = moved(at, w >> 2 & 0xffffff, 24, 2);
		return (w & 0xfc000003) == 0x48000001;
	case AS_BLOB_RISCV:
		return riscv_call(r, w, at, to);
	}
	return false;
}

static bool arrives(const reading *r, uint64_t to)
{
	return to % r->set->step == 0 && (is_start(r, to) || is_behind_end(r, to));
}

/* Packed and encrypted bytes use all values alike: the sum of the squares of how often is least then. */
static bool is_dense(as_span window)
{
	enum { LEAST = AS_BLOB_WINDOW + AS_BLOB_WINDOW * AS_BLOB_WINDOW / 256 };
	uint32_t often[256] = { 0 };
	uint64_t sum = 0;
	for (size_t i = 0; i < window.n; i++)
		often[window.p[i]]++;
	for (unsigned i = 0; i < 256; i++)
		sum += (uint64_t)often[i] * often[i];
	return window.n == AS_BLOB_WINDOW && sum < LEAST + LEAST / 4;
}

typedef struct sample {
	uint32_t calls, arrived;
} sample;

/* Of MIPS, whose calls do not tell where they lead, the begins of functions are held against what stands before. */
static void look(const reading *r, uint64_t from, uint64_t end, sample *s)
{
	bool absolute = r->set->call == AS_BLOB_MIPS;
	uint64_t to = 0;
	as_blob_pattern mark = r->set->mark;
	for (uint64_t at = from; at + 4 <= end; at += r->set->step) {
		if ((word_at(r, at) & mark.mask) != mark.value)
			continue;
		bool call = absolute ? is_start(r, at)
				     : is_call(r, at, &to) && to < r->data.n && to != at;
		if (!call)
			continue;
		s->calls++;
		s->arrived += absolute ? is_behind_end(r, at) : arrives(r, to);
	}
}

uint64_t as_blob_suspects(as_span data)
{
	enum { MOST = 16 };
	sample samples[MOST] = { { 0 } };
	uint64_t found = 0, every = data.n <= SMALL ? 1 : SAMPLE_EVERY;
	for (uint64_t at = 0; at < data.n; at += every * AS_BLOB_WINDOW) {
		as_span window = as_cut(data, at, as_min(AS_BLOB_WINDOW, data.n - at));
		if (is_dense(window))
			continue;
		for (size_t i = 0; i < as_n_blob_sets; i++) {
			reading r = { .set = &as_blob_sets[i], .data = data };
			look(&r, at, at + window.n, &samples[i]);
		}
	}
	for (size_t i = 0; i < as_n_blob_sets; i++)
		if (samples[i].arrived >= SUSPECT && samples[i].arrived * 8 >= samples[i].calls)
			found |= 1ull << i;
	return found;
}

static void mark(as_blob_evidence *e, uint64_t at)
{
	uint8_t *w = &e->windows[at / AS_BLOB_WINDOW];
	*w = (uint8_t)(*w < 255 ? *w + 1 : 255);
}

/* Begins and ends of functions, and how wide the words are that they put on the stack. */
static void count_places(as_blob_evidence *e, const reading *r)
{
	const as_blob_set *set = r->set;
	uint64_t places = 0, ends = 0, narrow = 0, wide = 0;
	for (uint64_t at = 0; at + 4 <= r->data.n; at += set->step) {
		uint32_t w = word_at(r, at);
		places++;
		ends += fits(set->ends, w);
		narrow += set->narrow.mask && (w & set->narrow.mask) == set->narrow.value;
		wide += set->wide.mask && (w & set->wide.mask) == set->wide.value;
		if (!fits(set->starts, w))
			continue;
		e->starts++;
		if (is_behind_end(r, at)) {
			e->bounds++;
			(void)as_bit_add(e->begins, at / set->step);
			if (set->call == AS_BLOB_MIPS)
				mark(e, at);
		}
	}
	e->chance = places ? (double)(e->starts + ends) / (double)places : 1;
	e->is_wide = !set->arch || (set->wide_arch && wide > narrow);
}

/* Where calls of MIPS lead is told within 256 MiB: the offset that lets most of them arrive at bounds. */
static bool find_low(as_blob_evidence *e, const reading *r, as_arena *arena)
{
	enum { GOALS = 1024, BUCKETS = MIPS_REGION / PAGE };
	uint32_t *votes = as_alloc_array(arena, BUCKETS, sizeof(*votes));
	uint64_t goals = 0, best = 0, second = 0;
	if (!votes)
		return false;
	for (uint64_t at = 0; at + 4 <= r->data.n && goals < GOALS; at += 4) {
		uint64_t to = 0;
		if (!is_call(r, at, &to))
			continue;
		goals++;
		for (uint64_t f = to % PAGE; f < r->data.n; f += PAGE)
			if (as_bit(e->begins, f / 4))
				votes[(to - f) % MIPS_REGION / PAGE]++;
	}
	for (uint64_t i = 1; i < BUCKETS; i++)
		best = votes[i] > votes[best] ? i : best;
	for (uint64_t i = 0; i < BUCKETS; i++)
		second = i != best && votes[i] > second ? votes[i] : second;
	e->low = best * PAGE;
	e->low_known = votes[best] >= CONVINCE && votes[best] >= 2 * second;
	return true;
}

static bool follow_calls(as_blob_evidence *e, const reading *r, as_arena *arena)
{
	uint8_t *seen = as_alloc(arena, r->data.n / r->set->step / 8 + 1);
	uint8_t *fields = as_alloc(arena, FIELDS / 8);
	if (!seen || !fields)
		return false;
	uint64_t different = 0;
	for (uint64_t at = 0; at + 4 <= r->data.n; at += r->set->step) {
		uint64_t to = 0;
		if (!is_call(r, at, &to) || to >= r->data.n || to % r->set->step || to == at)
			continue;
		bool begins = arrives(r, to), fresh = as_bit_add(seen, to / r->set->step);
		e->calls += fresh;
		if (!begins)
			continue;
		mark(e, at);
		mark(e, to);
		different += as_bit_add(fields, (at - to) / r->set->step % FIELDS);
		e->arrived += fresh;
		(void)as_bit_add(e->begins, to / r->set->step);
	}
	/* A pattern that repeats calls over the same distances. */
	if (different * 2 < as_min(e->arrived, FIELDS / 2))
		e->arrived = different;
	return true;
}

bool as_blob_weigh(as_blob_evidence *out, const as_blob_set *set, as_span data, as_arena *arena)
{
	reading r = { .set = set, .data = data };
	*out = (as_blob_evidence){ .set = set, .n_windows = data.n / AS_BLOB_WINDOW + 1 };
	out->begins = as_alloc(arena, data.n / set->step / 8 + 1);
	out->windows = as_alloc(arena, out->n_windows);
	if (!out->begins || !out->windows)
		return false;
	count_places(out, &r);
	if (set->call == AS_BLOB_MIPS) {
		if (!find_low(out, &r, arena))
			return false;
		r.low = out->low;
		if (!out->low_known)
			return true;
	}
	return follow_calls(out, &r, arena);
}

bool as_blob_begins(const as_blob_evidence *e, as_span data, uint64_t at)
{
	reading r = { .set = e->set, .data = data };
	uint64_t i = at / e->set->step;
	if (at >= data.n || at % e->set->step)
		return false;
	return as_bit(e->begins, i) || is_start(&r, at);
}

bool as_blob_convinces(const as_blob_evidence *e)
{
	/* Code of MIPS that may stand anywhere has no direct calls. */
	if (e->set->call == AS_BLOB_MIPS && e->bounds >= BOUNDS && e->bounds * 4 >= e->starts)
		return true;
	double expected = (double)e->calls * e->chance;
	return e->arrived >= CONVINCE && e->arrived * 3 >= e->calls &&
	       (double)e->arrived >= 4 * expected;
}

uint64_t as_blob_weight(const as_blob_evidence *e) { return e->arrived + e->bounds; }
