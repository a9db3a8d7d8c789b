/* SPDX-License-Identifier: Apache-2.0 */
/* S: the symbol's address. A: the addend. P: the place that is changed. Tables of words are settled before code, since
 * calls may lead through them (function descriptors of PowerPC). */
#include "code/unlinked.h"

#include "base/search.h"
#include "code/unlinked_call.h"

#include <stdlib.h>
#include <string.h>

enum {
	SHT_RELA = 4,
	SHT_REL = 9,
	SHF_EXECINSTR = 4,
	SHN_ABS = 0xfff1,
	SHN_COMMON = 0xfff2,
	LOOKED_AT = 1 << 21, /* relocations */
	WAITING = 64         /* upper halves that wait for their lower one */
};

typedef enum formula {
	ABS,       /* S + A */
	WORD,      /* the same, a whole address: what it points to becomes known */
	PC,        /* S + A - P */
	CALL,      /* the same, of a branch */
	CALL0,     /* S - P, of a branch */
	FAR,       /* the same, in two instructions */
	PAGE,      /* page of S + A, minus that of P */
	GOT,       /* the address of a word that holds S */
	GOT_PC,    /* that + A - P */
	GOT_PAGE,  /* page of that, minus that of P */
	GOT_FROM,  /* that + A - the table's address */
	GOT_BASE,  /* the table's address + A - P */
	FROM_GOT,  /* S + A - the table's address */
	FROM_TOC,  /* S + A - r2 of PowerPC */
	TOC,       /* r2 of PowerPC */
	UPPER,     /* upper half of S + A; without an addend of its own, it has half of A */
	LOWER,     /* lower half, which has the other */
	PC_UPPER,  /* S + A - P, whose lower half another instruction holds */
	GOT_UPPER, /* the address of a word that holds S, + A - P, likewise */
	PC_LOWER,  /* the lower half of what stands in the instruction at S */
	ADD,       /* what is there + S + A */
	SUB        /* what is there - S - A */
} formula;

typedef struct kind {
	uint16_t machine, type;
	uint8_t formula, field, addend;
} kind;

static const kind kinds[] = {
#define KIND(machine, type, formula, field, addend)                                                \
	{ AS_EM_##machine, type, formula, AS_F_##field, AS_F_##addend },
#include "code/unlinked_kinds.def"
#undef KIND
};

/* The upper half of an address. */
typedef struct upper {
	uint64_t at; /* the instruction */
	int64_t value;
	uint64_t symbol;
	as_patch patch;
} upper;

typedef struct linking {
	as_unlinked *u;
	const kind *kinds; /* of the machine */
	size_t n_kinds, left;
	/* of the section at hand */
	uint64_t addr;
	uint8_t *bytes;
	size_t n_bytes;
	bool stated,
		places; /* the table holds addends; what it changes are addresses of instructions */
	upper waiting[WAITING];
	size_t n_waiting;
	upper *uppers; /* by address */
	size_t n_uppers, room_uppers;
	bool no_memory;
} linking;

static const kind *kind_of(const linking *l, uint64_t type)
{
	for (size_t i = 0; i < l->n_kinds; i++)
		if (l->kinds[i].type == type)
			return &l->kinds[i];
	return NULL;
}

/* False: a symbol that has no address here. */
static bool symbol_value(const as_unlinked *u, uint64_t i, as_elf_symbol *s, uint64_t *value)
{
	const as_program *p = u->p;
	*value = 0;
	if (i == 0)
		return true;
	if (!as_elf_symbol_at(&p->elf, &u->symbols, (size_t)i, s))
		return false;
	if (s->section == 0 && u->import_of[i] > 0) {
		as_span name = as_elf_string(u->symbols.strings, s->name);
		*value = as_is(name, ".TOC.") ? u->toc
			 : as_is(name, "_GLOBAL_OFFSET_TABLE_")
				 ? u->got
				 : as_program_import_addr(p, u->import_of[i] - 1);
		return true;
	}
	if (s->section == SHN_ABS || s->section == SHN_COMMON) {
		*value = s->section == SHN_ABS ? s->value : u->common[i];
		return true;
	}
	if (s->section == 0 || s->section >= p->elf.n_sections ||
		p->elf.sections[s->section].addr == 0)
		return false;
	*value = p->elf.sections[s->section].addr + s->value;
	return true;
}

/* Tables of the kernel's that hold the addresses of single instructions. */
static bool is_table_of_places(const as_program *p, const as_elf_section *s)
{
	static const char *const names[] = { "__mcount_loc", "__ex_table", "__bug_table",
		"__jump_table", "__patchable_function_entries", ".alt", ".orc_", ".smp_locks",
		".fixup", "__tracepoints", ".ARM.ex", "__kprobe", "_kprobe", ".static_call" };
	as_span name = as_elf_string(p->elf.section_names, s->name);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (as_starts(name, names[i]))
			return true;
	return false;
}

static bool grow(void *array, size_t *room, size_t n, size_t size, bool *no_memory)
{
	void **p = array;
	if (n < *room)
		return true;
	size_t more = *room * 2 + 256;
	void *to = realloc(*p, more * size);
	*no_memory = *no_memory || !to;
	if (!to)
		return false;
	*p = to;
	*room = more;
	return true;
}

static void add_slot(linking *l, uint64_t addr, uint64_t value, bool constant)
{
	as_unlinked *u = l->u;
	if (!grow(&u->slots, &u->room_slots, u->n_slots, sizeof(*u->slots), &l->no_memory))
		return;
	value = u->p->arch->word == 4 ? (uint32_t)value : value;
	u->slots[u->n_slots++] = (as_fixup){ .addr = addr, .value = value, .constant = constant };
}

static void add_word(linking *l, uint64_t at, uint64_t value)
{
	const as_program *p = l->u->p;
	const as_region *r = as_program_region(p, at);
	bool import = as_program_import(p, value) != SIZE_MAX;
	add_slot(l, at, value, import || (r && !r->write));
}

/* The word of the table of addresses that stands for symbol i. */
static uint64_t got_of(linking *l, uint64_t i, uint64_t value)
{
	uint64_t at = l->u->got + i * l->u->p->arch->word;
	add_slot(l, at, value, true);
	return at;
}

static void add_upper(linking *l, uint64_t at, int64_t value)
{
	if (grow(&l->uppers, &l->room_uppers, l->n_uppers, sizeof(*l->uppers), &l->no_memory))
		l->uppers[l->n_uppers++] = (upper){ .at = at, .value = value };
}

static const upper *upper_at(const linking *l, uint64_t at)
{
	return as_with(l->uppers, l->n_uppers, sizeof(*l->uppers), at);
}

static int by_at(const void *a, const void *b)
{
	const upper *x = a, *y = b;
	return x->at < y->at ? -1 : x->at > y->at;
}

typedef struct relocation {
	const kind *kind;
	as_patch patch;
	uint64_t at, symbol, value, before; /* P; its number; S; bytes of the section before P */
	int64_t addend;
	as_elf_symbol s;
} relocation;

/* The two halves of an address: where the addend is not stated, each has a part of it. */
static void put_upper(linking *l, const relocation *r)
{
	if (l->stated)
		(void)as_field_put(&r->patch, AS_F_HIGH, (int64_t)r->value + r->addend);
	else if (l->n_waiting < WAITING)
		l->waiting[l->n_waiting++] = (upper){ .at = r->at,
			.value = r->addend * 65536,
			.symbol = r->symbol,
			.patch = r->patch };
}

static void put_lower(linking *l, const relocation *r)
{
	size_t n = 0;
	for (size_t i = 0; i < l->n_waiting; i++) {
		const upper *w = &l->waiting[i];
		if (w->symbol != r->symbol)
			l->waiting[n++] = *w;
		else
			(void)as_field_put(
				&w->patch, AS_F_HIGH, (int64_t)r->value + w->value + r->addend);
	}
	l->n_waiting = n;
	(void)as_field_put(&r->patch, AS_F_LOW, (int64_t)r->value + r->addend);
}

static void put_lower_of_upper(const linking *l, const relocation *r)
{
	const upper *up = upper_at(l, r->value);
	if (up)
		(void)as_field_put(&r->patch, (as_field_id)r->kind->field, up->value);
}

static void put_branch(linking *l, const relocation *r, int64_t addend)
{
	as_unlinked *u = l->u;
	as_branch b = { .patch = r->patch,
		.before = r->before,
		.at = r->at,
		.field = (as_field_id)r->kind->field,
		.goal = r->value,
		.addend = addend };
	bool import = r->symbol != 0 && r->s.section == 0;
	b.name = import ? as_elf_string(u->symbols.strings, r->s.name) : (as_span){ 0 };
	as_unlinked_branch(u->p, &b);
}

static int64_t page(uint64_t v) { return (int64_t)(v & ~UINT64_C(0xfff)); }

/* What is put, where one number says it all. */
static int64_t number_of(linking *l, const relocation *r)
{
	const as_unlinked *u = l->u;
	int64_t sum = (int64_t)(r->value + (uint64_t)r->addend), p = (int64_t)r->at;
	int64_t got = (int64_t)u->got, toc = (int64_t)u->toc;
	switch ((formula)r->kind->formula) {
	case PC:
	case PC_UPPER:
		return sum - p;
	case PAGE:
		return page((uint64_t)sum) - page(r->at);
	case GOT:
		return (int64_t)got_of(l, r->symbol, r->value);
	case GOT_PC:
	case GOT_UPPER:
		return (int64_t)got_of(l, r->symbol, r->value) + r->addend - p;
	case GOT_PAGE:
		return page(got_of(l, r->symbol, r->value)) - page(r->at);
	case GOT_FROM:
		return (int64_t)got_of(l, r->symbol, r->value) + r->addend - got;
	case GOT_BASE:
		return got + r->addend - p;
	case FROM_GOT:
		return sum - got;
	case FROM_TOC:
		return sum - toc;
	case TOC:
		return toc + r->addend;
	case ADD:
	case SUB:
		return 0;
	case ABS:
	case WORD:
	case CALL:
	case CALL0:
	case FAR:
	case UPPER:
	case LOWER:
	case PC_LOWER:
	default:
		return sum;
	}
}

static void put_number(linking *l, const relocation *r)
{
	formula f = (formula)r->kind->formula;
	int64_t v = number_of(l, r);
	int64_t own = (int64_t)r->value + r->addend, there = 0;
	if (f == ADD || f == SUB) {
		there = as_field_get(&r->patch, (as_field_id)r->kind->field);
		v = f == ADD ? there + own : there - own;
	}
	if (f == PC_UPPER || f == GOT_UPPER)
		add_upper(l, r->at, v);
	if (as_field_put(&r->patch, (as_field_id)r->kind->field, v) && f == WORD && !l->places)
		add_word(l, r->at, (uint64_t)v);
}

static void apply(linking *l, relocation *r)
{
	formula f = (formula)r->kind->formula;
	/* Additions to what is there have their addend in the table. */
	if (!l->stated && r->kind->addend != AS_F_NONE && f != ADD && f != SUB)
		r->addend = as_field_get(&r->patch, (as_field_id)r->kind->addend);
	bool import = r->symbol != 0 && r->s.section == 0;
	if (import && l->u->p->elf.machine == AS_EM_MIPS && (f == UPPER || f == ABS) &&
		as_unlinked_mips_tracer(
			&r->patch, as_elf_string(l->u->symbols.strings, r->s.name)) &&
		f == ABS)
		return;
	if (f == UPPER)
		put_upper(l, r);
	else if (f == LOWER)
		put_lower(l, r);
	else if (f == PC_LOWER)
		put_lower_of_upper(l, r);
	else if (f == FAR || f == CALL || f == CALL0)
		put_branch(l, r, f == CALL0 ? 0 : r->addend);
	else
		put_number(l, r);
}

/* The processor's own order of an entry: MIPS of 64 bits has three types in one. */
static void decode(const as_elf_view *e, uint64_t info, uint64_t *symbol, uint64_t *type)
{
	*symbol = e->wide ? info >> 32 : info >> 8;
	*type = e->wide ? info & 0xffffffffu : info & 0xff;
	if (e->machine != AS_EM_MIPS || !e->wide)
		return;
	*symbol = e->big ? info >> 32 : info & 0xffffffffu;
	*type = e->big ? info & 0xff : info >> 56;
	bool others = (e->big ? info >> 8 & 0xffffff : info >> 32 & 0xffffff) != 0;
	*type = others ? 0 : *type;
}

/* One pass over a table. lower: only what needs the upper halves, which the other pass has found. */
static void read_table(linking *l, as_span table, bool lower)
{
	const as_program *p = l->u->p;
	bool wide = p->elf.wide;
	size_t len = (wide ? 16u : 8u) + (l->stated ? (wide ? 8u : 4u) : 0u);
	as_cur c = as_program_cur(p, table, 0);
	while (as_left(&c) >= len && l->left > 0 && !l->no_memory) {
		uint64_t at = as_uword(&c, wide), info = as_uword(&c, wide), type = 0;
		uint64_t more = l->stated ? as_uword(&c, wide) : 0;
		relocation r = { .addend = wide ? (int64_t)more : (int32_t)(uint32_t)more };
		l->left--;
		decode(&p->elf, info, &r.symbol, &type);
		r.kind = kind_of(l, type);
		if (!r.kind || at >= l->n_bytes || (r.kind->formula == PC_LOWER) != lower ||
			!symbol_value(l->u, r.symbol, &r.s, &r.value))
			continue;
		r.patch = (as_patch){ .at = l->bytes + at,
			.n = l->n_bytes - (size_t)at,
			.big_data = p->elf.big,
			.big_code = p->mode.big };
		r.at = l->addr + at;
		r.before = at;
		apply(l, &r);
	}
}

static void relocate_section(linking *l, const as_elf_section *table, const as_elf_section *target)
{
	uint64_t at = 0;
	if (!as_within(l->u->p->elf.data, target->data, &at))
		return;
	l->addr = target->addr;
	l->bytes = l->u->copy + at;
	l->n_bytes = target->data.n;
	l->stated = table->type == SHT_RELA;
	l->places = is_table_of_places(l->u->p, target);
	l->n_waiting = l->n_uppers = 0;
	read_table(l, table->data, false);
	if (l->n_uppers == 0)
		return;
	qsort(l->uppers, l->n_uppers, sizeof(*l->uppers), by_at);
	read_table(l, table->data, true);
}

static void relocate_all(linking *l, bool code)
{
	const as_elf_view *e = &l->u->p->elf;
	for (size_t i = 0; i < e->n_sections; i++) {
		const as_elf_section *s = &e->sections[i];
		if ((s->type != SHT_RELA && s->type != SHT_REL) || s->info == 0 ||
			s->info >= e->n_sections)
			continue;
		const as_elf_section *to = &e->sections[s->info];
		if (to->addr != 0 && to->data.n > 0 && ((to->flags & SHF_EXECINSTR) != 0) == code)
			relocate_section(l, s, to);
	}
}

static int by_slot(const void *a, const void *b)
{
	const as_fixup *x = a, *y = b;
	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->value < y->value ? -1 : x->value > y->value;
}

static bool keep_slots(as_unlinked *u)
{
	as_program *p = u->p;
	p->slots = as_alloc_array(p->arena, u->n_slots + 1, sizeof(*p->slots));
	if (!p->slots)
		return false;
	if (u->n_slots > 0)
		qsort(u->slots, u->n_slots, sizeof(*u->slots), by_slot);
	for (size_t i = 0; i < u->n_slots; i++)
		if (p->n_slots == 0 || p->slots[p->n_slots - 1].addr != u->slots[i].addr)
			p->slots[p->n_slots++] = u->slots[i];
	return true;
}

bool as_unlinked_relocate(as_unlinked *u)
{
	as_program *p = u->p;
	linking l = { .u = u, .left = LOOKED_AT };
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].machine != p->elf.machine)
			continue;
		l.kinds = l.n_kinds == 0 ? &kinds[i] : l.kinds;
		l.n_kinds++;
	}
	relocate_all(&l, false);
	relocate_all(&l, true);
	if (l.left == 0)
		p->damage = "too many ELF relocations";
	if (p->elf.machine == AS_EM_PPC64)
		p->gp = u->toc;
	else if (p->elf.machine == AS_EM_386)
		p->gp = u->got;
	bool ok = !l.no_memory && keep_slots(u);
	free(l.uppers);
	free(u->slots);
	return ok;
}
