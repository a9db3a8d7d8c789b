/* SPDX-License-Identifier: Apache-2.0 */
#include "code/blob_base.h"

#include "base/bits.h"
#include "base/cur.h"
#include "base/search.h"

#include <stdlib.h>
#include <string.h>

enum {
	COARSE = 4096, /* bases are multiples of this, */
	FINE = 64,     /* or, where no such base is found, of this */
	POINTERS_MAX = 1 << 17,
	FINE_POINTERS = 4096,
	TARGETS_MAX = 1 << 18,
	SLOTS = 1 << 19, /* of the table of candidates; a power of two */
	TEXT_LEAST = 4,  /* bytes, with the NUL one more */
	TEXT_MOST = 512,
	VOTES_LEAST = 8,
	WHOLE = 64 << 10, /* bytes; of what is not larger, words of the code are looked at, too */
	SMALLEST = 256,   /* smaller numbers are no addresses */
	VOTES_MAX = 1 << 27,
};
/* Where code is lifted at meanwhile: what it works out from its own address lies there, and is no constant. */
#define LIFTED_AT 0x5a360000u

typedef struct target {
	uint64_t key; /* first: at % align */
	uint32_t at;
} target;

typedef struct candidate {
	uint64_t base;
	uint32_t votes; /* 0: the slot is free */
} candidate;

typedef struct placing {
	as_blob_base *out;
	const as_blob_evidence *e;
	const as_arch *arch;
	as_mode mode;
	as_span data;
	as_arena *arena;
	target *targets;
	size_t n_targets;
	candidate *table;
	size_t n_candidates, n_votes;
} placing;

static void add_pointer(placing *p, uint64_t value, uint64_t at, bool word)
{
	uint64_t high = value >> 40;
	bool own = value - LIFTED_AT < p->data.n + COARSE;
	if (value < SMALLEST || own || (high != 0 && high != 0xffffff) || value % (1u << 28) == 0 ||
		p->out->n_pointers >= POINTERS_MAX)
		return;
	p->out->pointers[p->out->n_pointers++] =
		(as_blob_pointer){ .value = value, .at = at, .word = word };
}

static uint64_t read_word(const placing *p, uint64_t at)
{
	as_cur c = as_cur_of(p->data, at, p->e->set->big);
	uint64_t v = as_uword(&c, p->arch->word == 8);
	return as_ok(&c) ? v : 0;
}

/* What registers hold of constants, while code is read once from the begin to the end. */
typedef struct constants {
	uint64_t value[AS_N_REGS];
	bool known[AS_N_REGS], whole[AS_N_REGS]; /* whole: put together of parts */
} constants;

static bool holds(const constants *k, uint8_t reg) { return reg < AS_N_REGS && k->known[reg]; }

static uint64_t cut(const placing *p, uint64_t v) { return p->arch->word == 4 ? (uint32_t)v : v; }

/* The constant that an operation makes of a constant. */
static bool result(const constants *k, const as_op *op, uint64_t *v)
{
	uint64_t imm = (uint64_t)op->imm;
	bool from = op->b == AS_REG_NONE && holds(k, op->a);
	uint64_t a = from ? k->value[op->a] : 0;
	if (op->kind == AS_OP_MOVE && op->a == AS_REG_NONE)
		*v = imm;
	else if (op->kind == AS_OP_MOVE && from)
		*v = a;
	else if (op->kind == AS_OP_ADD && from)
		*v = a + imm;
	else if (op->kind == AS_OP_OR && from)
		*v = a | imm;
	else if (op->kind == AS_OP_AND && from)
		*v = a & imm;
	else if (op->kind == AS_OP_SHL && from && imm < 64)
		*v = a << imm;
	else
		return false;
	return true;
}

/* What one operation tells: an address of memory that is put together, or a constant. */
static void take_op(placing *p, constants *k, const as_op *op, uint64_t at)
{
	bool memory = op->kind == AS_OP_LOAD || op->kind == AS_OP_STORE;
	uint64_t v = 0;
	if (op->kind == AS_OP_LOAD && op->a == AS_REG_NONE && op->b == AS_REG_NONE &&
		op->width == p->arch->word) {
		uint64_t from = (uint64_t)op->imm - LIFTED_AT;
		if (from < p->data.n) {
			(void)as_bit_add(p->out->pool, from / 4);
			add_pointer(p, read_word(p, from), from, true);
		}
	}
	if (memory && op->b == AS_REG_NONE && holds(k, op->a))
		add_pointer(p, cut(p, k->value[op->a] + (uint64_t)op->imm), at, false);
	if (op->dst >= AS_N_REGS || op->dst == AS_REG_ZERO)
		return;
	bool known = !memory && result(k, op, &v);
	k->known[op->dst] = known && op->cond == AS_ALWAYS;
	k->value[op->dst] = v = cut(p, v);
	if (known && op->kind != AS_OP_MOVE)
		add_pointer(p, v, at, false);
}

static void read_code(placing *p, const as_blob_piece *piece)
{
	constants k = { 0 };
	as_mode mode = p->mode;
	as_ops ops;
	unsigned step = p->e->set->step;
	for (uint64_t at = piece->from; at < piece->end;) {
		as_ops_clear(&ops, LIFTED_AT + at);
		size_t n = p->arch->lift(
			&mode, as_cut(p->data, at, piece->end - at), LIFTED_AT + at, &ops);
		for (size_t i = 0; n > 0 && i < ops.n; i++) {
			take_op(p, &k, &ops.op[i], at);
			if (ops.op[i].kind == AS_OP_CALL || ops.op[i].kind == AS_OP_RETURN)
				memset(k.known, 0, sizeof(k.known));
		}
		at += n ? n : step;
		if (n == 0)
			mode = p->mode;
	}
}

static bool is_in_code(const as_blob_piece *pieces, size_t n, uint64_t at)
{
	for (size_t i = 0; i < n; i++)
		if (at >= pieces[i].from && at < pieces[i].end)
			return true;
	return false;
}

static int by_value(const void *a, const void *b)
{
	const as_blob_pointer *x = a, *y = b;
	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	if (x->word != y->word)
		return x->word ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* Leaves one of each value, and of values that follow each other word by word only the first and the last: those are
 * places of a table, which lists of relocations name one by one, and not what words point to. */
static void thin_out(placing *p)
{
	as_blob_base *out = p->out;
	as_blob_pointer *list = out->pointers;
	uint64_t word = p->arch->word, last = 0;
	size_t n = 0, kept = 0;
	for (size_t i = 0; i < out->n_pointers; i++)
		if (n == 0 || list[n - 1].value != list[i].value)
			list[n++] = list[i];
	for (size_t i = 0; i < n; i++) {
		bool inside = i > 0 && i + 1 < n && list[i].value - last <= word &&
			      list[i + 1].value - list[i].value <= word;
		last = list[i].value;
		if (!inside)
			list[kept++] = list[i];
	}
	out->n_pointers = kept;
}

static bool gather_pointers(placing *p, const as_blob_piece *pieces, size_t n_pieces)
{
	as_blob_base *out = p->out;
	bool small = p->data.n <= WHOLE;
	out->pointers = as_alloc_array(p->arena, POINTERS_MAX, sizeof(*out->pointers));
	out->pool = as_alloc(p->arena, p->data.n / 32 + 1);
	if (!out->pointers || !out->pool)
		return false;
	for (size_t i = 0; i < n_pieces; i++)
		read_code(p, &pieces[i]);
	for (uint64_t at = 0; at + p->arch->word <= p->data.n; at += p->arch->word)
		if (small || at % AS_BLOB_WINDOW || !is_in_code(pieces, n_pieces, at))
			add_pointer(p, read_word(p, at), at, true);
		else
			at += AS_BLOB_WINDOW - p->arch->word;
	if (out->n_pointers > 0)
		qsort(out->pointers, out->n_pointers, sizeof(*out->pointers), by_value);
	thin_out(p);
	return true;
}

static void add_target(placing *p, uint64_t at)
{
	if (p->n_targets < TARGETS_MAX && at < UINT32_MAX)
		p->targets[p->n_targets++] = (target){ .at = (uint32_t)at };
}

static bool is_printed(uint8_t b)
{
	return (b >= 0x20 && b < 0x7f) || b == '\n' || b == '\t' || b == '\r' || b == 0x1b;
}

/* Texts that end with a NUL and begin behind one. */
static void gather_texts(placing *p)
{
	uint64_t from = 0;
	for (uint64_t at = 0; at < p->data.n; at++) {
		uint8_t byte = as_at(p->data, at);
		if (is_printed(byte))
			continue;
		bool text = byte == 0 && at - from >= TEXT_LEAST && at - from <= TEXT_MOST;
		if (text && from > 0 && as_at(p->data, from - 1) == 0)
			add_target(p, from);
		from = at + 1;
	}
}

static bool in_pool(const as_blob_base *b, uint64_t at) { return as_bit(b->pool, at / 4); }

bool as_blob_behind_pool(const as_blob_base *b, uint64_t at)
{
	return at >= 4 && at % 4 == 0 && in_pool(b, at - 4) && !in_pool(b, at);
}

static bool gather_targets(placing *p)
{
	unsigned step = p->e->set->step, thumb = p->mode.thumb;
	p->targets = as_alloc_array(p->arena, TARGETS_MAX, sizeof(*p->targets));
	if (!p->targets)
		return false;
	for (uint64_t i = 0; i < p->data.n / step; i++)
		if (as_bit(p->e->begins, i) || as_blob_behind_pool(p->out, i * step))
			add_target(p, i * step + thumb);
	gather_texts(p);
	return true;
}

static int by_key(const void *a, const void *b)
{
	const target *x = a, *y = b;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static size_t first_of(const placing *p, uint64_t key)
{
	return as_before(p->targets, p->n_targets, sizeof(*p->targets), key);
}

/* Whether base can be: addresses do not run over, and MIPS tells the low bits. */
static bool is_possible(const placing *p, uint64_t value, uint64_t at)
{
	uint64_t base = cut(p, value - at);
	if (p->arch->word == 4 && base > UINT32_MAX - (p->data.n - 1))
		return false;
	if (p->arch->word == 8 && base > UINT64_MAX - (p->data.n - 1))
		return false;
	return !p->e->low_known || base % (1u << 28) == p->e->low;
}

static void vote(placing *p, uint64_t base)
{
	size_t h = (size_t)(base / FINE * UINT64_C(0x9e3779b97f4a7c15) >> 40) & (SLOTS - 1);
	while (p->table[h].votes && p->table[h].base != base)
		h = (h + 1) & (SLOTS - 1);
	if (p->table[h].votes == 0) {
		if (p->n_candidates >= SLOTS / 4 * 3)
			return;
		p->n_candidates++;
		p->table[h].base = base;
	}
	p->table[h].votes++;
}

/* Asks at most so many pointers, evenly over all. Bytes that are made for it have many votes for each: then it ends
 * early, and nothing is sure. */
static void poll(placing *p, uint32_t align, size_t pointers)
{
	const as_blob_base *out = p->out;
	size_t every = out->n_pointers / pointers + 1;
	for (size_t i = 0; i < p->n_targets; i++)
		p->targets[i].key = p->targets[i].at % align;
	if (p->n_targets > 0)
		qsort(p->targets, p->n_targets, sizeof(*p->targets), by_key);
	memset(p->table, 0, SLOTS * sizeof(*p->table));
	p->n_candidates = p->n_votes = 0;
	for (size_t i = 0; i < out->n_pointers; i += every) {
		uint64_t value = out->pointers[i].value;
		uint64_t key = value % align;
		for (size_t t = first_of(p, key);
			t < p->n_targets && p->targets[t].key == key && p->n_votes++ < VOTES_MAX;
			t++)
			if (is_possible(p, value, p->targets[t].at))
				vote(p, cut(p, value - p->targets[t].at));
	}
}

/* The best two candidates; of equals the lower. */
static void choose(placing *p)
{
	as_blob_base *out = p->out;
	out->votes = out->second = 0;
	for (size_t i = 0; i < SLOTS; i++) {
		const candidate *c = &p->table[i];
		bool better = c->votes > out->votes ||
			      (c->votes == out->votes && c->votes && c->base < out->base);
		if (better) {
			out->second = out->votes;
			out->second_base = out->base;
			out->votes = c->votes;
			out->base = c->base;
		} else if (c->votes > out->second ||
			   (c->votes == out->second && c->votes && c->base < out->second_base)) {
			out->second = c->votes;
			out->second_base = c->base;
		}
	}
}

/* How sure, from how far the best is ahead, less where there are few votes at all. Where the next is near, there must
 * be many: a table of many addresses fits, shifted, in some places by chance. */
static unsigned sureness(const placing *p)
{
	const as_blob_base *b = p->out;
	double ahead = (double)b->votes - b->second, spread = b->second + 1.0;
	bool far = b->votes >= 2 * b->second;
	bool many =
		2 * (uint64_t)b->votes >= 3 * (uint64_t)b->second && ahead * ahead >= 100 * spread;
	if (p->n_votes > VOTES_MAX || b->votes < VOTES_LEAST || (!far && !many))
		return 0;
	return (unsigned)(100 * (1 - spread / (b->votes + 1.0)) * b->votes / (b->votes + 4.0));
}

static bool is_target(const placing *p, uint64_t at)
{
	uint64_t key = at % FINE;
	for (size_t t = first_of(p, key); t < p->n_targets && p->targets[t].key == key; t++)
		if (p->targets[t].at == at)
			return true;
	return false;
}

/* What leads into the bytes, and some of what fits: evenly over all that does. */
static void show(placing *p)
{
	as_blob_base *out = p->out;
	size_t hits = 0, every = out->votes / AS_BLOB_SHOWN + 1;
	for (size_t i = 0; i < p->n_targets; i++)
		p->targets[i].key = p->targets[i].at % FINE;
	if (p->n_targets > 0)
		qsort(p->targets, p->n_targets, sizeof(*p->targets), by_key);
	for (size_t i = 0; i < out->n_pointers; i++) {
		uint64_t at = cut(p, out->pointers[i].value - out->base);
		if (at >= p->data.n)
			continue;
		out->inside++;
		if (out->n_shown < AS_BLOB_SHOWN && is_target(p, at) && hits++ % every == 0)
			out->shown[out->n_shown++] = out->pointers[i];
	}
}

bool as_blob_place(as_blob_base *out, const as_blob_evidence *e, const as_blob_piece *pieces,
	size_t n_pieces, const as_arch *arch, as_mode mode, as_span data, as_arena *arena)
{
	placing p = {
		.out = out, .e = e, .arch = arch, .mode = mode, .data = data, .arena = arena
	};
	*out = (as_blob_base){ 0 };
	p.table = as_alloc_array(arena, SLOTS, sizeof(*p.table));
	if (!p.table || !gather_pointers(&p, pieces, n_pieces) || !gather_targets(&p))
		return false;
	poll(&p, COARSE, POINTERS_MAX);
	choose(&p);
	out->sure = sureness(&p);
	if (out->sure == 0 && !e->low_known) {
		as_blob_base coarse = *out;
		poll(&p, FINE, FINE_POINTERS);
		choose(&p);
		out->sure = sureness(&p);
		if (out->sure == 0)
			*out = coarse;
	}
	show(&p);
	return true;
}
