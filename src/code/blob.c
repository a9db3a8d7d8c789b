/* SPDX-License-Identifier: Apache-2.0 */
#include "code/blob.h"

#include "base/cur.h"

#include <stdlib.h>

enum {
	SMALLEST = 1024,
	LARGEST = 256 << 20,
	PIECES_MAX = 64,
	APART = 64 << 10,  /* bytes without a call that part two stretches of code */
	VECTORS = 16,      /* words of Cortex-M's table that every core has */
	VECTORS_LEAST = 3, /* that are not 0 */
	RAM = 24,          /* bits of an address within one memory */
};

/* The set that most speaks for; of ARM and Thumb, which are often mixed, that which has more calls. */
static bool find_set(as_blob_evidence *best, as_span data, as_arena *arena, as_status *s)
{
	uint64_t suspects = as_blob_suspects(data);
	bool found = false;
	for (size_t i = 0; i < as_n_blob_sets && *s == AS_OK; i++) {
		as_blob_evidence e;
		if (!(suspects >> i & 1))
			continue;
		if (!as_blob_weigh(&e, &as_blob_sets[i], data, arena))
			*s = AS_NOMEM;
		else if (as_blob_convinces(&e) &&
			 (!found || as_blob_weight(&e) > as_blob_weight(best))) {
			*best = e;
			found = true;
		}
	}
	return found && *s == AS_OK;
}

/* Stretches of windows with calls. Their first and last window belong to them whole. */
static size_t find_pieces(const as_blob_evidence *e, as_span data, as_blob_piece *pieces)
{
	size_t n = 0;
	for (size_t i = 0; i < e->n_windows; i++) {
		uint64_t from = (uint64_t)i * AS_BLOB_WINDOW,
			 end = as_min(from + AS_BLOB_WINDOW, data.n);
		if (e->windows[i] == 0)
			continue;
		bool apart = n == 0 || from - pieces[n - 1].end > APART;
		if (apart && n < PIECES_MAX)
			pieces[n++].from = from;
		pieces[n - 1].end = end;
	}
	if (n > 0 && pieces[0].from <= APART)
		pieces[0].from = 0;
	return n;
}

/* The table that Cortex-M begins with: the first stack pointer, then addresses of Thumb functions, or 0. They lie in
 * the bytes, or in the memory that the stack is in. */
static bool find_vectors(as_blob *b, as_span data, uint64_t *entry)
{
	as_cur c = as_cur_le(data, 0);
	uint32_t stack = as_u32(&c), reset = as_u32(&c), n = 0;
	uint64_t base = b->place.sure ? b->base : reset & ~(uint32_t)(AS_BLOB_WINDOW - 1);
	as_seek(&c, 4);
	for (unsigned i = 1; i < VECTORS; i++) {
		uint32_t v = as_u32(&c);
		bool inside = v - base < data.n, beside = v >> RAM == stack >> RAM && v < stack;
		if (v != 0 && (!(v & 1) || (!inside && !beside)))
			return false;
		n += v != 0;
	}
	if (!as_ok(&c) || n < VECTORS_LEAST || reset - base >= data.n || stack % 4 != 0 ||
		stack >> RAM == 0)
		return false;
	*entry = reset;
	b->vectors = true;
	b->base = base;
	return true;
}

static bool is_begin(const as_blob *b, as_span data, uint64_t at)
{
	return as_blob_begins(&b->evidence, data, at) ||
	       (at < data.n && as_blob_behind_pool(&b->place, at));
}

/* Words that lead to begins of functions. */
static bool find_slots(as_program *p, const as_blob *b, as_span data)
{
	const as_blob_base *place = &b->place;
	p->slots = as_alloc_array(p->arena, place->n_pointers + 1, sizeof(*p->slots));
	for (size_t i = 0; p->slots && b->place.sure && i < place->n_pointers; i++) {
		const as_blob_pointer *one = &place->pointers[i];
		if (one->word && is_begin(b, data, one->value - b->base - p->mode.thumb))
			p->slots[p->n_slots++] = (as_fixup){
				.addr = b->base + one->at, .value = one->value, .constant = true
			};
	}
	return p->slots != NULL;
}

static int by_addr(const void *a, const void *b)
{
	const as_fixup *x = a, *y = b;
	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

static as_status lay_out(
	as_program *p, as_blob *b, const as_blob_piece *pieces, size_t n, as_span data)
{
	if (!b->place.sure && b->evidence.low_known)
		b->base = b->evidence.low;
	uint64_t entry = b->base + (pieces[0].from | p->mode.thumb);
	if (p->mode.thumb)
		(void)find_vectors(b, data, &entry);
	p->elf.entry = entry;
	p->regions = as_alloc_array(p->arena, 1, sizeof(*p->regions));
	p->code = as_alloc_array(p->arena, n, sizeof(*p->code));
	if (!p->regions || !p->code)
		return AS_NOMEM;
	p->regions[p->n_regions++] =
		(as_region){ .addr = b->base, .len = data.n, .data = data, .exec = true };
	for (size_t i = 0; i < n; i++)
		p->code[p->n_code++] = (as_region){ .addr = b->base + pieces[i].from,
			.len = pieces[i].end - pieces[i].from,
			.data = as_cut(data, pieces[i].from, pieces[i].end - pieces[i].from),
			.exec = true };
	if (!find_slots(p, b, data))
		return AS_NOMEM;
	if (p->n_slots > 0)
		qsort(p->slots, p->n_slots, sizeof(*p->slots), by_addr);
	return AS_OK;
}

as_status as_blob_open(as_program *p, as_span data)
{
	as_blob_piece pieces[PIECES_MAX];
	as_blob_evidence e;
	as_status s = AS_OK;
	if (data.n < SMALLEST || data.n > LARGEST || !find_set(&e, data, p->arena, &s))
		return s == AS_OK ? AS_NOT_THIS : s;
	as_blob *b = as_alloc(p->arena, sizeof(*b));
	size_t n = find_pieces(&e, data, pieces);
	const as_blob_set *set = e.set;
	if (!b || n == 0)
		return b ? AS_NOT_THIS : AS_NOMEM;
	p->arch = as_arch_named(e.is_wide ? set->wide_arch : set->arch);
	p->mode = (as_mode){
		.big = set->big, .wide = e.is_wide, .thumb = set->call == AS_BLOB_THUMB
	};
	p->elf = (as_elf_view){ .data = data,
		.header = as_cut(data, pieces[0].from, 16),
		.type = AS_ET_EXEC,
		.machine = e.is_wide ? set->wide_machine : set->machine,
		.big = set->big,
		.wide = e.is_wide };
	p->imports_at = AS_PROGRAM_IMPORTS;
	b->evidence = e;
	b->where = as_cut(data, pieces[0].from, pieces[n - 1].end - pieces[0].from);
	if (!as_blob_place(&b->place, &e, pieces, n, p->arch, p->mode, data, p->arena))
		return AS_NOMEM;
	b->base = b->place.sure ? b->place.base : 0;
	p->blob = b;
	return lay_out(p, b, pieces, n, data);
}
