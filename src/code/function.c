/* SPDX-License-Identifier: Apache-2.0 */
/* Starts are marked in maps with a bit for each place an instruction may stand. What the tables name comes first;
 * then each function is explored, and what it calls is marked, until nothing new appears; then the gaps between
 * functions are looked at, and what is found there leads on. */
#include "code/function.h"

#include "code/api.h"
#include "code/function_gap.h"
#include "code/function_map.h"
#include "code/stub.h"
#include "code/unwind.h"

#include <stdlib.h>
#include <string.h>

enum {
	FUNCTIONS_MAX = 1 << 19,
	ROUNDS = 6, /* of looking into gaps */
	DT_INIT = 12,
	DT_FINI = 13,
	EF_PPC64_ABI = 3,
	SMALLEST_GAP = 4,
	GUESSES_MIN = 1 << 20,
	WORDS_MAX = 1 << 24,
	FLOWS_MAX = 64 << 20, /* bytes of flows kept */
};

typedef struct found {
	uint64_t addr, size;
	const as_flow *flow; /* as it was last explored; NULL: not kept */
	uint8_t by;
	bool thumb, part;
} found;

typedef struct search {
	as_functions *out;
	const as_program *p;
	as_worker *worker;
	as_function_map map;
	found *list; /* in the order of finding: the queue too */
	size_t n, room, done;
	as_switch *switches;
	uint64_t *goals;
	size_t n_switches, room_switches, n_goals, room_goals;
	uint64_t *never; /* hash table of functions that never return */
	size_t n_never, room_never;
	size_t flow_bytes;
	size_t guesses; /* operations that may still be explored in gaps */
	uint64_t words; /* the same, for words of data that may be pointers */
	bool no_memory;
} search;

static bool is_start(const search *s, uint64_t addr)
{
	return as_function_map_is(&s->map, AS_MAP_START, addr);
}

static bool is_covered(const search *s, uint64_t addr)
{
	return as_function_map_is(&s->map, AS_MAP_COVERED, addr);
}

static uint64_t next_start(const search *s, uint64_t addr)
{
	return as_function_map_next_start(&s->map, addr);
}

static bool is_thumb(const as_program *p, uint64_t addr)
{
	return p->elf.machine == AS_EM_ARM && (addr & 1);
}

/* False: there is no room. */
static bool list(search *s, found one)
{
	if (s->n >= FUNCTIONS_MAX) {
		s->out->cut = true;
		return false;
	}
	if (s->n == s->room) {
		size_t room = s->room ? s->room * 2 : 1024;
		found *more = realloc(s->list, room * sizeof(*more));
		s->no_memory = !more;
		if (!more)
			return false;
		s->list = more;
		s->room = room;
	}
	s->list[s->n++] = one;
	return true;
}

/* Marks a start, once. size: bytes, 0 unknown. */
static void add(search *s, uint64_t addr, uint64_t size, uint8_t by, bool thumb)
{
	const as_program *p = s->p;
	addr = p->elf.machine == AS_EM_ARM ? addr & ~UINT64_C(1) : as_stub_entry(p, addr);
	if (!as_function_map_at(&s->map, addr) || addr % (thumb ? 2 : p->arch->step) != 0 ||
		s->no_memory || is_start(s, addr))
		return;
	if (list(s, (found){ .addr = addr, .size = size, .by = by, .thumb = thumb }))
		as_function_map_set(&s->map, AS_MAP_START, addr);
}

static bool starts(void *ctx, uint64_t addr) { return is_start(ctx, addr); }

static bool is_never(const search *s, uint64_t addr)
{
	for (size_t h = s->room_never ? addr / 2 * 31 % s->room_never : 0;
		s->room_never && s->never[h]; h = (h + 1) % s->room_never)
		if (s->never[h] == addr)
			return true;
	return false;
}

static void add_never(search *s, uint64_t addr)
{
	if (s->n_never * 2 >= s->room_never || addr == 0)
		return;
	size_t h = addr / 2 * 31 % s->room_never;
	while (s->never[h])
		h = (h + 1) % s->room_never;
	s->never[h] = addr;
	s->n_never++;
}

static bool never_returns(void *ctx, uint64_t addr)
{
	const search *s = ctx;
	uint64_t goal = as_stub_goal(s->p, addr);
	const as_api *api = as_api_of(s->p, goal);
	return (api && api->kind == AS_API_EXIT) || is_never(s, goal);
}

/* Room for n elements; false (and noted) without memory. */
static bool make_room(search *s, void *array, size_t *room, size_t n, size_t size)
{
	void **p = array;
	if (n <= *room)
		return true;
	size_t more = n > *room * 2 ? n : *room * 2;
	void *to = realloc(*p, more * size);
	s->no_memory = s->no_memory || !to;
	if (!to)
		return false;
	*p = to;
	*room = more;
	return true;
}

/* Keeps the switches of a function, so that they need not be found again; their tables are no code. */
static void learn_switches(search *s, const as_flow *f)
{
	for (uint32_t i = 0; i < f->n_switches; i++) {
		as_switch one = f->switches[i];
		as_function_map_cover(&s->map, one.table, one.table_len);
		if (!make_room(s, &s->switches, &s->room_switches, s->n_switches + 1,
			    sizeof(*s->switches)) ||
			!make_room(s, &s->goals, &s->room_goals, s->n_goals + one.n,
				sizeof(*s->goals)))
			return;
		if (one.n > 0)
			memcpy(s->goals + s->n_goals, f->goals + one.first,
				one.n * sizeof(*s->goals));
		one.first = (uint32_t)s->n_goals;
		s->n_goals += one.n;
		s->switches[s->n_switches++] = one;
	}
}

/* Whether a block goes on behind the end of the function: hand-written code whose unwind entry covers a part. */
static bool falls_out(const as_flow *f, const as_block *b)
{
	const as_op *last = b->n > 0 ? &f->ops[b->first + b->n - 1] : NULL;
	if (!last || f->invalid || last->kind != AS_OP_TRAP || last->len != 0)
		return false; /* the flow ends such a block with a trap of its own */
	const as_op *before = b->n > 1 ? last - 1 : NULL;
	return before && before->kind != AS_OP_NOP && before->kind != AS_OP_CALL &&
	       before->kind != AS_OP_CALL_TO;
}

static bool is_cut_short(const as_flow *f)
{
	for (uint32_t b = 0; b < f->n_blocks; b++)
		if (falls_out(f, &f->blocks[b]))
			return true;
	return false;
}

/* Constants among the code are none; in a program at a fixed address they may be addresses of functions: of Thumb's,
 * which are odd. */
static void learn_constant(search *s, const as_op *op)
{
	const as_program *p = s->p;
	uint64_t v = 0;
	bool may_be_thumb = p->elf.machine == AS_EM_ARM && (!p->blob || p->mode.thumb);
	as_function_map_cover(&s->map, (uint64_t)op->imm, op->width);
	if (may_be_thumb && p->elf.type == AS_ET_EXEC && op->width == 4 &&
		as_program_constant(p, (uint64_t)op->imm, 4, &v) && (v & 1) &&
		as_program_is_code(p, v) && !is_covered(s, v & ~UINT64_C(1)))
		add(s, v, 0, AS_BY_POINTER, true);
}

static void learn_call(search *s, const as_op *op)
{
	bool thumb = is_thumb(s->p, (uint64_t)op->imm);
	if ((uint64_t)op->imm != op->at + op->len &&
		!is_covered(s, (uint64_t)op->imm & ~(uint64_t)thumb))
		add(s, (uint64_t)op->imm, 0, AS_BY_CALL, thumb);
}

/* What the entry point gives to the functions it calls: main, and what runs before and after it. */
static bool learn_entry(
	search *s, uint64_t addr, uint64_t limit, bool thumb, const as_surroundings *around)
{
	as_flow f;
	as_values v;
	if (!as_work_out(s->worker, &f, &v, s->p, addr, limit, thumb, around))
		return false;
	for (uint32_t i = 0; i < v.n_calls; i++)
		for (unsigned k = 0; k < AS_ARGS_MAX; k++) {
			uint64_t to = 0;
			if (as_value_at_start(&v, v.calls[i].arg[k], &to) &&
				as_program_is_code(s->p, to) && to % s->p->arch->step <= 1)
				add(s, to, 0, AS_BY_POINTER, is_thumb(s->p, to));
		}
	return true;
}

/* What one function's code says about others. */
static void learn(search *s, const as_flow *f)
{
	bool returns = f->leaves;
	for (uint32_t b = 0; b < f->n_blocks; b++) {
		const as_block *block = &f->blocks[b];
		returns = returns || block->unresolved || falls_out(f, block);
		as_function_map_enter(&s->map, f, block);
		uint32_t read = 0;
		for (uint32_t i = 0; i < block->n; i++) {
			const as_op *op = &f->ops[block->first + i];
			bool constant = op->kind == AS_OP_LOAD && op->a == AS_REG_NONE &&
					op->b == AS_REG_NONE;
			returns = returns || op->kind == AS_OP_RETURN;
			if (!constant && op->kind != AS_OP_CALL)
				continue;
			as_function_map_read(&s->map, op - (i - read), i + 1 - read);
			read = i + 1;
			if (constant)
				learn_constant(s, op);
			else
				learn_call(s, op);
		}
		as_function_map_read(&s->map, &f->ops[block->first + read], block->n - read);
	}
	if (!returns && !f->cut && !f->invalid && f->n_blocks > 0)
		add_never(s, f->addr);
}

/* Explores a function, or takes what was explored before if that still stands. */
static bool explore(
	search *s, size_t number, uint64_t limit, const as_surroundings *around, as_flow *f)
{
	found *one = &s->list[number];
	uint64_t whole = one->addr | one->thumb;
	if (one->flow && as_flow_stands(one->flow, limit, around)) {
		*f = *one->flow;
		return true;
	}
	one->flow = NULL;
	if (as_stub_goal(s->p, whole) != whole) /* an entry of a linkage table has no switch */
		return as_work_explore(s->worker, f, s->p, one->addr, limit, one->thumb, around);
	if (!as_work_out(s->worker, f, NULL, s->p, one->addr, limit, one->thumb, around))
		return false;
	size_t size = as_flow_size(f);
	if (size > FLOWS_MAX - s->flow_bytes)
		return true;
	s->flow_bytes += size;
	one->flow = as_flow_keep(f, s->p->arena);
	return one->flow != NULL;
}

static bool explore_queue(search *s, const as_surroundings *around)
{
	as_flow f;
	for (; s->done < s->n && !s->no_memory; s->done++) {
		found one = s->list[s->done];
		uint64_t limit = next_start(s, one.addr);
		if (one.size > 0)
			limit = as_min(limit, one.addr + as_max(one.size, s->p->arch->step));
		if (!explore(s, s->done, limit, around, &f))
			return false;
		if (one.size > 0 && !is_start(s, limit) && is_cut_short(&f)) {
			/* Its size is that of a piece: hand-written code. */
			s->list[s->done].size = 0;
			limit = next_start(s, one.addr);
			if (!explore(s, s->done, limit, around, &f))
				return false;
		}
		learn(s, &f);
		learn_switches(s, &f);
		if ((one.by & AS_BY_ENTRY) && !learn_entry(s, one.addr, limit, one.thumb, around))
			return false;
	}
	return !s->no_memory;
}

/* A call that does not come back is known as one only after what it calls was explored: until then what follows
 * it, another function perhaps, was taken for its caller's. Where tables do not tell how long functions are, all
 * are explored again. */
static bool explore_again(search *s, const as_surroundings *around)
{
	bool sized = true;
	for (size_t i = 0; i < s->n; i++)
		sized = sized && s->list[i].size > 0;
	if (sized || s->n_never == 0)
		return true;
	as_function_map_forget(&s->map);
	s->n_switches = s->n_goals = 0;
	s->done = 0;
	return explore_queue(s, around);
}

/* Whether the code at addr is that of a function: valid up to returns or jumps, and more than a stray instruction. */
static bool plausible(search *s, const as_surroundings *around, uint64_t addr, uint64_t limit,
	bool thumb, as_flow *f)
{
	if (!as_work_explore(s->worker, f, s->p, addr, limit, thumb, around)) {
		s->no_memory = true;
		return false;
	}
	uint32_t returns = 0, n = 0;
	for (uint32_t b = 0; b < f->n_blocks; b++) {
		n += f->blocks[b].n;
		returns += f->ops[f->blocks[b].first + f->blocks[b].n - 1].kind == AS_OP_RETURN;
	}
	return !f->invalid && !f->cut && !f->runs_on &&
	       ((returns > 0 && n >= 3) || as_gap_saves_link(s->p, f));
}

/* Takes the word v of a program's data for a pointer, if a function begins there that nothing else led to: one that
 * puts its return address on the stack. What does not may as well be a case of a switch. */
static bool take_word(search *s, const as_surroundings *around, uint64_t v)
{
	enum { LOOK = 16, TRY = 2048, SCANNED = 32 }; /* what they cost, in operations */
	as_flow f;
	bool thumb = is_thumb(s->p, v);
	uint64_t addr = v & ~(uint64_t)thumb;
	if (!as_program_is_code(s->p, addr) || addr % (thumb ? 2 : s->p->arch->step) != 0 ||
		is_covered(s, addr) || is_start(s, addr))
		return true;
	s->words -= as_min(s->words, LOOK);
	if (!as_gap_begins(s->p, addr, thumb))
		return true;
	uint64_t limit = next_start(s, addr);
	bool code = plausible(s, around, addr, limit, thumb, &f);
	s->words -= as_min(s->words, f.n_ops + TRY + (limit - addr) / SCANNED);
	if (code)
		add(s, v, 0, AS_BY_POINTER, thumb);
	return explore_queue(s, around);
}

/* A program at a fixed address has pointers to functions in its data that nothing marks as such: tables of commands. */
static bool look_into_data(search *s, const as_surroundings *around)
{
	const as_program *p = s->p;
	unsigned word = p->elf.wide ? 8 : 4;
	bool fixed = p->elf.type == AS_ET_EXEC && !p->blob && p->arch->link != AS_REG_NONE;
	for (size_t i = 0; i < p->n_regions && fixed; i++) {
		const as_region *r = &p->regions[i];
		as_cur c = as_program_cur(p, r->data, (word - r->addr % word) % word);
		for (size_t n = r->data.n / word; n > 0 && s->words > 0; n--) {
			uint64_t v = word == 8 ? as_u64(&c) : as_u32(&c);
			if (as_ok(&c) && !take_word(s, around, v))
				return false;
		}
	}
	s->out->cut = s->out->cut || s->words == 0;
	return true;
}

/* The bytes at addr that are no code but fill a gap, or stand between functions; 0: they may be code. */
static size_t filling(search *s, uint64_t addr, bool thumb)
{
	as_span code = as_program_from(s->p, addr);
	unsigned step = thumb ? 2 : s->p->arch->step;
	if (as_gap_padding(code, step))
		return step;
	size_t idle = as_gap_idle(s->p, code, addr, thumb);
	return idle == 0 && as_gap_constant(code, addr, thumb) ? 4 : idle;
}

/* What the code at addr, in a gap before limit, is. A function is explored at once, since the cases of its switches
 * are no functions. What leads into the middle of the function before is a part of it that nothing leads to: what
 * the compiler put behind a call of which it did not know that it never comes back. That is listed, too, in case it
 * does, but is no end of the function around it. False: it is no code. */
static bool try_at(
	search *s, const as_surroundings *around, uint64_t addr, uint64_t limit, bool thumb)
{
	as_flow f;
	bool code = plausible(s, around, addr, limit, thumb, &f);
	s->guesses -= (size_t)as_min(s->guesses, f.n_ops + 1);
	if (!code)
		return false;
	bool part = as_function_map_joins(&s->map, &f, as_function_map_last_start(&s->map, addr));
	if (!part)
		add(s, addr, 0, AS_BY_GAP, thumb);
	else if (!list(s, (found){ .addr = addr, .by = AS_BY_GAP, .thumb = thumb, .part = true }))
		return true;
	s->no_memory = s->no_memory || !explore_queue(s, around);
	return true;
}

/* Looks into the gap from addr to the next start. */
static void look(
	search *s, const as_surroundings *around, uint64_t addr, uint64_t limit, bool thumb)
{
	unsigned step = thumb ? 2 : s->p->arch->step;
	for (addr = as_function_map_uncovered(&s->map, addr, limit);
		addr + SMALLEST_GAP <= limit && !s->no_memory;
		addr = as_function_map_uncovered(&s->map, addr, limit)) {
		size_t nothing = filling(s, addr, thumb);
		if (nothing > 0) {
			addr += nothing;
			continue;
		}
		/* Data among code can be tried at every address, each time to its end. */
		if (s->guesses == 0) {
			s->out->cut = true;
			return;
		}
		bool code = try_at(s, around, addr, limit, thumb);
		limit = code ? as_min(limit, next_start(s, addr)) : limit;
		addr += step > 1 || code ? step : 16 - addr % 16;
	}
}

static int by_addr(const void *a, const void *b)
{
	const found *x = a, *y = b;
	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

static bool look_into_gaps(search *s, const as_surroundings *around)
{
	size_t n = s->n;
	found *sorted = malloc(n * sizeof(*sorted) + 1);
	if (!sorted)
		return false;
	if (n > 0) {
		memcpy(sorted, s->list, n * sizeof(*sorted));
		qsort(sorted, n, sizeof(*sorted), by_addr);
	}
	enum {
		STUB = 16 /* bytes; what is left of an entry of a linkage table is not looked at */
	};
	for (size_t i = 0; i < n; i++)
		if (next_start(s, sorted[i].addr) - sorted[i].addr > STUB ||
			as_stub_goal(s->p, sorted[i].addr | sorted[i].thumb) ==
				(sorted[i].addr | sorted[i].thumb))
			look(s, around, sorted[i].addr + sorted[i].size,
				next_start(s, sorted[i].addr), sorted[i].thumb);
	free(sorted);
	for (size_t i = 0; i < s->map.n; i++) { /* what comes before the first */
		uint64_t addr = s->map.maps[i].addr,
			 first = s->map.maps[i].len > 0 ? next_start(s, addr) : addr;
		if (first == addr || is_start(s, addr) || as_stub_goal(s->p, first) != first)
			continue; /* nothing, or a linkage table */
		look(s, around, addr, first,
			s->p->elf.machine == AS_EM_ARM && as_gap_thumb(s->p, addr));
	}
	return !s->no_memory;
}

static void add_unwind(void *ctx, uint64_t addr, uint64_t len)
{
	search *s = ctx;
	const as_label *l = as_program_label(s->p, addr & ~UINT64_C(1));
	bool arm = s->p->elf.machine == AS_EM_ARM;
	bool thumb = arm && (l ? l->thumb : (addr & 1) != 0 || as_gap_thumb(s->p, addr));
	add(s, addr, len, AS_BY_UNWIND, thumb);
}

/* Pointers to code among the words the loader fills; labels only where the symbol table says function. */
static void add_tables(search *s)
{
	const as_program *p = s->p;
	for (size_t i = 0; i < p->n_labels; i++)
		add(s, p->labels[i].addr, p->labels[i].size, AS_BY_SYMBOL, p->labels[i].thumb);
	add(s, p->elf.entry, 0, AS_BY_ENTRY, is_thumb(p, p->elf.entry));
	as_unwind_each(p, add_unwind, s);
	for (uint64_t tag = DT_INIT; tag <= DT_FINI; tag++) {
		uint64_t addr = 0;
		if (as_elf_dyn_value(&p->dyn, &p->elf, tag, &addr))
			add(s, addr, 0, AS_BY_ENTRY, is_thumb(p, addr));
	}
	/* In the first ABI pointers are to descriptors. */
	bool first_abi = p->elf.machine == AS_EM_PPC64 && (p->elf.flags & EF_PPC64_ABI) != 2;
	for (size_t i = 0; i < p->n_slots && !first_abi; i++) {
		uint64_t v = p->slots[i].value;
		const as_fixup *mips_local = p->elf.machine == AS_EM_MIPS ? &p->slots[i] : NULL;
		if (as_program_is_code(p, v) && !(mips_local && v % 0x10000 == 0) &&
			v % p->arch->step <= 1)
			add(s, v, 0, AS_BY_POINTER, is_thumb(p, v));
		if (p->slots[i].resolver != 0)
			add(s, p->slots[i].resolver, 0, AS_BY_POINTER,
				is_thumb(p, p->slots[i].resolver));
	}
}

static int by_at(const void *a, const void *b)
{
	const as_switch *x = a, *y = b;
	return x->at < y->at ? -1 : x->at > y->at;
}

static bool keep_switches(search *s)
{
	as_functions *out = s->out;
	if (s->n_switches == 0)
		return true;
	qsort(s->switches, s->n_switches, sizeof(*s->switches), by_at);
	out->switches = as_alloc_array(s->p->arena, s->n_switches, sizeof(*out->switches));
	out->goals = as_alloc_array(s->p->arena, s->n_goals + 1, sizeof(*out->goals));
	if (!out->switches || !out->goals)
		return false;
	memcpy(out->switches, s->switches, s->n_switches * sizeof(*out->switches));
	if (s->n_goals > 0)
		memcpy(out->goals, s->goals, s->n_goals * sizeof(*out->goals));
	out->n_switches = s->n_switches;
	return true;
}

static bool finish(search *s)
{
	as_functions *out = s->out;
	const as_program *p = s->p;
	if (s->n > 0)
		qsort(s->list, s->n, sizeof(*s->list), by_addr);
	out->list = as_alloc_array(p->arena, s->n + 1, sizeof(*out->list));
	if (!out->list)
		return false;
	for (size_t i = 0; i < s->n; i++) {
		const found *f = &s->list[i];
		const as_label *l = as_program_label(p, f->addr);
		uint64_t limit = next_start(s, f->addr);
		out->list[i] = (as_function){ .addr = f->addr,
			.limit = f->size ? as_min(limit, f->addr + f->size) : limit,
			.end = f->addr,
			.by = f->by,
			.flow = f->flow,
			.thumb = f->thumb,
			.name = l ? l->name : (as_span){ 0 },
			.exported = l && l->exported,
			.part = f->part || (l && as_ends(l->name, ".cold")),
			.never_returns = is_never(s, f->addr) };
	}
	out->n = s->n;
	return keep_switches(s);
}

bool as_functions_find(as_functions *out, const as_program *p, as_worker *w)
{
	search s = { .out = out, .p = p, .worker = w };
	as_surroundings around = { .starts = starts, .never_returns = never_returns, .ctx = &s };
	*out = (as_functions){ .program = p };
	s.room_never = 65521;
	s.guesses = GUESSES_MIN;
	s.words = WORDS_MAX;
	for (size_t i = 0; i < p->n_code; i++)
		s.guesses += p->code[i].data.n;
	s.never = calloc(s.room_never, sizeof(*s.never));
	bool ok = s.never && as_function_map_make(&s.map, p);
	if (ok) {
		add_tables(&s);
		ok = explore_queue(&s, &around) && explore_again(&s, &around) &&
		     look_into_data(&s, &around);
	}
	for (int i = 0; ok && i < ROUNDS; i++) {
		size_t n = s.n;
		ok = look_into_gaps(&s, &around) && explore_queue(&s, &around);
		if (s.n == n)
			break;
	}
	ok = ok && finish(&s);
	free(s.list);
	free(s.switches);
	free(s.goals);
	free(s.never);
	return ok && as_functions_settle(out);
}
