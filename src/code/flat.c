/* SPDX-License-Identifier: Apache-2.0 */
#include "code/flat.h"

#include "code/unlinked.h"

#include <stdlib.h>
#include <string.h>

enum {
	HEADER = 64,
	VERSION = 4,
	GOT_FIRST = 2,
	PACKED = 4 | 8,
	LOOKED_AT = 256 << 10, /* bytes of code, to tell the processor */
	CALLS_LEAST = 4,
	RELOCATIONS_MAX = 1 << 20,
};

typedef struct flat {
	uint32_t version, entry, data, data_end, bss_end, relocations, n_relocations, flags;
} flat;

/* What it may be for, and how that is said. */
static const struct {
	const char *arch, *words;
	uint16_t machine;
	bool big, thumb;
} candidates[] = {
	{ "arm", "bFLT does not tell its processor: read as ARM, whose calls fit best", AS_EM_ARM,
		false, false },
	{ "arm", "bFLT does not tell its processor: read as Thumb, whose calls fit best", AS_EM_ARM,
		false, true },
	{ "arm", "bFLT does not tell its processor: read as big-endian ARM, whose calls fit best",
		AS_EM_ARM, true, false },
};

bool as_flat_is(as_span data) { return as_starts(data, "bFLT"); }

static bool read_header(flat *f, as_span data)
{
	as_cur c = as_cur_be(data, 4);
	f->version = as_u32(&c);
	f->entry = as_u32(&c);
	f->data = as_u32(&c);
	f->data_end = as_u32(&c);
	f->bss_end = as_u32(&c);
	as_skip(&c, 4);
	f->relocations = as_u32(&c);
	f->n_relocations = as_u32(&c);
	f->flags = as_u32(&c);
	return as_ok(&c) && f->version == VERSION && !(f->flags & PACKED) && f->data > HEADER &&
	       f->data <= data.n && f->data_end >= f->data && f->data_end <= data.n &&
	       f->bss_end >= f->data_end && f->bss_end - f->data_end <= AS_UNLINKED_MAX &&
	       f->entry >= HEADER && f->entry < f->data && data.n <= AS_UNLINKED_MAX;
}

/* How well code fits a processor: calls that lead into it, less those that lead elsewhere. */
static int64_t fit(const as_arch *a, as_mode mode, as_span code)
{
	int64_t inside = 0, outside = 0;
	as_ops ops;
	for (uint64_t at = 0; at < code.n && at < LOOKED_AT;) {
		as_ops_clear(&ops, at);
		size_t n = a->lift(&mode, as_from(code, at), at, &ops);
		for (size_t i = 0; n > 0 && i < ops.n; i++) {
			if (ops.op[i].kind != AS_OP_CALL)
				continue;
			bool fits = (uint64_t)ops.op[i].imm < code.n;
			inside += fits;
			outside += !fits;
		}
		at += n > 0 ? n : mode.thumb ? (size_t)2 : (size_t)4;
	}
	return inside >= CALLS_LEAST && inside > 8 * outside ? inside - outside : 0;
}

static bool guess(as_program *p, as_span code)
{
	int64_t best = 0;
	for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
		const as_arch *a = as_arch_named(candidates[i].arch);
		as_mode mode = { .big = candidates[i].big, .thumb = candidates[i].thumb };
		int64_t one = a ? fit(a, mode, code) : 0;
		if (one <= best)
			continue;
		best = one;
		p->arch = a;
		p->elf.machine = candidates[i].machine;
		p->elf.big = candidates[i].big;
		p->mode = mode;
		p->guessed = candidates[i].words;
	}
	return best > 0;
}

/* A word that holds an address, counted from the code's start, becomes one of ours. */
static void relocate(as_program *p, uint8_t *copy, uint64_t at, bool big, uint64_t end)
{
	as_span word = as_cut(p->elf.data, at, 4);
	as_cur c = as_cur_of(word, 0, big);
	uint32_t v = as_u32(&c);
	if (!as_ok(&c) || v > end - HEADER)
		return;
	v += HEADER + AS_UNLINKED_BASE;
	for (unsigned i = 0; i < 4; i++)
		copy[at + i] = (uint8_t)(v >> (p->elf.big ? 24 - 8 * i : 8 * i));
	p->slots[p->n_slots++] = (as_fixup){
		.addr = p->base + at, .value = v, .constant = at < p->code[0].len + HEADER
	};
}

static int by_addr(const void *a, const void *b)
{
	const as_fixup *x = a, *y = b;
	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

static bool relocate_all(as_program *p, const flat *f, uint8_t *copy)
{
	bool got = (f->flags & GOT_FIRST) != 0;
	as_span list = as_from(p->elf.data, f->relocations);
	size_t n = (size_t)as_min(as_min(f->n_relocations, list.n / 4), RELOCATIONS_MAX);
	size_t words = got ? (f->data_end - f->data) / 4 : 0, kept = 0;
	p->slots = as_alloc_array(p->arena, n + words + 1, sizeof(*p->slots));
	if (!p->slots)
		return false;
	as_cur c = as_cur_of(p->elf.data, f->data, p->elf.big);
	for (size_t i = 0; i < words && as_u32(&c) != UINT32_MAX; i++)
		relocate(p, copy, f->data + 4 * i, p->elf.big, f->bss_end);
	c = as_cur_be(list, 0);
	for (size_t i = 0; i < n; i++) {
		uint64_t at = (uint64_t)as_u32(&c) + HEADER;
		if (at + 4 <= f->data_end)
			relocate(p, copy, at, got ? p->elf.big : true, f->bss_end);
	}
	qsort(p->slots, p->n_slots, sizeof(*p->slots), by_addr);
	for (size_t i = 0; i < p->n_slots; i++)
		if (kept == 0 || p->slots[kept - 1].addr != p->slots[i].addr)
			p->slots[kept++] = p->slots[i];
	p->n_slots = kept;
	return true;
}

as_status as_flat_open(as_program *p, as_span data)
{
	flat f = { 0 };
	if (!read_header(&f, data))
		return AS_NOT_THIS;
	p->elf = (as_elf_view){
		.data = data, .header = as_cut(data, 0, HEADER), .type = AS_ET_EXEC
	};
	if (!guess(p, as_cut(data, HEADER, f.data - HEADER)))
		return AS_NOT_THIS;
	p->base = AS_UNLINKED_BASE;
	p->imports_at = p->base + data.n + f.bss_end;
	p->elf.entry = (p->base + f.entry) | p->mode.thumb;
	uint8_t *copy = as_alloc(p->arena, data.n);
	p->regions = as_alloc_array(p->arena, 3, sizeof(*p->regions));
	p->code = as_alloc_array(p->arena, 1, sizeof(*p->code));
	p->imports = as_alloc_array(p->arena, 1, sizeof(*p->imports));
	if (!copy || !p->regions || !p->code || !p->imports)
		return AS_NOMEM;
	memcpy(copy, data.p, data.n);
	p->regions[p->n_regions++] = (as_region){ .addr = p->base + HEADER,
		.len = f.data - HEADER,
		.data = as_bytes(copy + HEADER, f.data - HEADER),
		.exec = true };
	if (f.bss_end > f.data)
		p->regions[p->n_regions++] = (as_region){ .addr = p->base + f.data,
			.len = f.bss_end - f.data,
			.data = as_bytes(copy + f.data, f.data_end - f.data),
			.write = true };
	p->code[p->n_code++] = p->regions[0];
	return relocate_all(p, &f, copy) ? AS_OK : AS_NOMEM;
}
