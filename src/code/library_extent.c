/* SPDX-License-Identifier: Apache-2.0 */
#include "code/library_extent.h"

#include "code/library.h"

#include <stdlib.h>

enum {
	ROUNDS = 16, /* of passing on that only the library calls a function */
	DEEP = 2,    /* calls from the entry point to what is given main */
	BEGINNINGS = 16,
	MANY = 4 /* calls from the library of what is part of it */
};

/* Where the program's main function and the library function that is given it stand; 0: not found. */
typedef struct beginning {
	uint64_t first, main;
} beginning;

static uint64_t bare(const as_program *p, uint64_t addr)
{
	return p->elf.machine == AS_EM_ARM ? addr & ~UINT64_C(1) : addr;
}

/* The function whose address is passed first: as itself, or (PowerPC) as the second word of a structure. */
static uint64_t passed(const as_profile *p, const as_values *v, const as_call *c)
{
	const as_program *program = p->program;
	unsigned word = program->arch->word;
	uint64_t k = 0, main = 0;
	if (as_value_at_start(v, c->arg[0], &k) &&
		as_profile_number(p, bare(program, k)) != SIZE_MAX)
		return bare(program, k);
	for (unsigned i = 1; i < AS_ARGS_MAX; i++)
		if (as_value_at_start(v, c->arg[i], &k) &&
			as_program_initial(program, k + word, word, &main) &&
			as_profile_number(p, main) != SIZE_MAX)
			return main;
	return 0;
}

static bool begins(const as_profile *p, size_t number, beginning *b)
{
	const as_kept *k = p->kept[number];
	for (uint32_t i = 0; k && i < k->values.n_calls; i++) {
		const as_call *c = &k->values.calls[i];
		uint64_t goal = bare(p->program, c->goal), main = passed(p, &k->values, c);
		if (main == 0 || as_profile_number(p, goal) == SIZE_MAX || main == goal)
			continue;
		*b = (beginning){ .first = goal, .main = main };
		return true;
	}
	return false;
}

/* What the entry point, or what it calls, gives main to. */
static bool find_beginning(const as_profile *p, beginning *b)
{
	size_t list[BEGINNINGS], n = 1, next = 0;
	list[0] = as_profile_number(p, bare(p->program, p->program->elf.entry));
	if (list[0] == SIZE_MAX)
		return false;
	for (unsigned deep = 0; deep < DEEP; deep++)
		for (size_t end = n; next < end; next++) {
			const as_kept *k = p->kept[list[next]];
			if (begins(p, list[next], b))
				return true;
			for (uint32_t i = 0; k && i < k->values.n_calls && n < BEGINNINGS; i++) {
				list[n] = as_profile_number(
					p, bare(p->program, k->values.calls[i].goal));
				n += list[n] != SIZE_MAX;
			}
		}
	return false;
}

/* Takes back what lies behind the beginning of the library and still calls the program's own functions. */
static void take_back(as_profile *p, uint64_t first)
{
	for (size_t i = 0; i < p->n_calls; i++) {
		as_function *from = &p->functions.list[p->calls[i].from];
		const as_function *to =
			as_function_at(&p->functions, bare(p->program, p->calls[i].goal));
		if (to && !to->library && to->addr < first && from->addr >= first &&
			!(from->by & AS_BY_LIBRARY))
			from->library = false;
	}
}

/* Who calls a function. */
typedef struct callers {
	bool any, others; /* anybody; somebody outside the library that is itself called */
	unsigned library; /* calls from the library, up to MANY */
} callers;

/* Works out who calls each function. What nobody calls (where exceptions land, above all) says nothing. */
static void count_callers(const as_profile *p, callers *called)
{
	for (size_t i = 0; i < p->functions.n; i++)
		called[i] = (callers){ .any = called[i].any };
	for (size_t i = 0; i < p->n_calls; i++) {
		size_t from = p->calls[i].from,
		       to = as_profile_number(p, bare(p->program, p->calls[i].goal));
		if (to == SIZE_MAX || to == from)
			continue;
		if (p->functions.list[from].library)
			called[to].library += called[to].library < MANY;
		else
			called[to].others = called[to].others || called[from].any;
	}
}

/* Marks what only the library calls, and what it calls from many places: it has that from nobody else. */
static void pass_on(as_profile *p, callers *called)
{
	bool changed = true;
	for (int round = 0; changed && round < ROUNDS; round++) {
		changed = false;
		count_callers(p, called);
		for (size_t i = 0; i < p->functions.n; i++) {
			as_function *f = &p->functions.list[i];
			bool only = called[i].library > 0 && !called[i].others;
			if (f->library || !(only || called[i].library == MANY))
				continue;
			f->library = changed = true;
		}
	}
}

bool as_library_extent(as_profile *p)
{
	beginning b = { 0 };
	if (!as_library_inside(p->program) || p->functions.n == 0)
		return true;
	callers *called = calloc(p->functions.n, sizeof(*called));
	if (!called)
		return false;
	bool known = find_beginning(p, &b) && b.first > b.main;
	p->library_from = known ? b.first : 0;
	for (size_t i = 0; i < p->functions.n; i++) {
		as_function *f = &p->functions.list[i];
		f->library = known ? f->addr >= b.first : (f->by & AS_BY_LIBRARY) != 0;
	}
	for (size_t i = 0; i < p->n_calls; i++) {
		size_t to = as_profile_number(p, bare(p->program, p->calls[i].goal));
		if (to != SIZE_MAX)
			called[to].any = true;
	}
	size_t main = as_profile_number(p, b.main);
	if (main != SIZE_MAX)
		called[main].any = true;
	pass_on(p, called);
	if (known)
		take_back(p, b.first);
	free(called);
	return true;
}
