/* SPDX-License-Identifier: Apache-2.0 */
#include "code/library_use.h"

#include "code/library.h"
#include "code/library_system.h"

enum {
	DEEP = 6,          /* calls followed to see what a function reaches */
	REACHED_MAX = 400, /* functions looked at for that */
	FEWEST = 2,        /* calls with a mode that make a function fopen */
};

typedef bool call_kind(const as_profile *p, const as_kept *k, const as_call *c);

typedef struct reached {
	uint32_t list[REACHED_MAX]; /* function numbers, nearest first */
	size_t n;
} reached;

static void reach(reached *r, size_t number)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->list[i] == number)
			return;
	if (r->n < REACHED_MAX)
		r->list[r->n++] = (uint32_t)number;
}

/* Whether a function makes a call of a kind itself; what it calls is put on the list. */
static bool calls_or_reaches(const as_profile *p, call_kind *is, const as_kept *k, reached *r)
{
	for (uint32_t i = 0; k && i < k->values.n_calls; i++) {
		const as_call *c = &k->values.calls[i];
		if (is(p, k, c))
			return true;
		size_t to = as_profile_number(p, c->goal);
		if (to != SIZE_MAX)
			reach(r, to);
	}
	return false;
}

/* Whether function number n makes a call of a kind, itself or through the functions it calls, up to that depth. */
static bool reaches(const as_profile *p, call_kind *is, size_t n, unsigned deep)
{
	reached r = { .list = { (uint32_t)n }, .n = 1 };
	size_t next = 0;
	for (unsigned d = 0; d <= deep; d++)
		for (size_t end = r.n; next < end; next++)
			if (calls_or_reaches(p, is, p->kept[r.list[next]], &r))
				return true;
	return false;
}

static bool is_process(const as_profile *p, const as_kept *k, const as_call *c)
{
	uint64_t number = 0;
	const as_api *api = c->system ? NULL : as_api_of(p->program, c->goal);
	if (c->system && as_term_of(&k->values, c->arg[0])->kind == AS_V_ENTRY)
		return true; /* a piece of hand-written code, as that around clone is */
	if (c->system)
		return as_value_const(&k->values, c->arg[0], &number) &&
		       as_library_is_process(p->program, number);
	return api && api->kind == AS_API_EXEC;
}

static bool is_open(const as_profile *p, const as_kept *k, const as_call *c)
{
	uint64_t number = 0;
	const as_api *api = c->system ? NULL : as_api_of(p->program, c->goal);
	if (c->system)
		return as_value_const(&k->values, c->arg[0], &number) &&
		       as_library_is_open(p->program, number);
	return api && (as_is(as_lit(api->name), "open") || as_is(as_lit(api->name), "openat"));
}

static bool refers(const as_program *p, const as_values *v, const char *text)
{
	for (uint32_t i = 0; i < v->n_refs; i++)
		if (as_is(as_program_string(p, v->refs[i].addr), text))
			return true;
	return false;
}

/* Whether a function asks for the letter that begins a mode. */
static bool asks_mode(const as_values *v)
{
	bool reads = false;
	for (uint32_t i = 0; i < v->n_decisions; i++) {
		uint64_t k = 0;
		if (as_value_const(v, v->decisions[i].b, &k) && (k == 'r' || k == 'w'))
			reads = true;
	}
	return reads;
}

static bool is_argument(const as_values *v, as_value x, int64_t i)
{
	const as_term *n = as_term_of(v, x);
	return n->kind == AS_V_ARG && n->k == i;
}

/* A function around one that holds the shell's command line: the library's own entry to it. */
static void name_entry(as_profile *p, size_t core)
{
	size_t n = 0;
	const as_link *links = as_profile_callers(p, p->functions.list[core].addr, &n);
	for (size_t i = 0; i < n; i++) {
		const as_kept *k = p->kept[links[i].from];
		if (!k || links[i].call >= k->values.n_calls)
			continue;
		const as_call *c = &k->values.calls[links[i].call];
		if (is_argument(&k->values, c->arg[0], 0) &&
			refers(p->program, &k->values, "exit 0"))
			as_library_note(&p->functions, links[i].from, "system");
		if (is_argument(&k->values, c->arg[1], 0) && is_argument(&k->values, c->arg[2], 1))
			as_library_note(&p->functions, links[i].from, "popen");
	}
}

static bool is_core_of_popen(const as_profile *p, size_t number)
{
	size_t n = 0;
	const as_link *links = as_profile_callers(p, p->functions.list[number].addr, &n);
	for (size_t i = 0; i < n; i++) {
		const as_kept *k = p->kept[links[i].from];
		if (k && links[i].call < k->values.n_calls &&
			is_argument(&k->values, k->values.calls[links[i].call].arg[1], 0))
			return true;
	}
	return false;
}

static void look_for_shell(as_profile *p, size_t number)
{
	const as_kept *k = p->kept[number];
	const as_program *program = p->program;
	if (!refers(program, &k->values, "-c") || !refers(program, &k->values, "/bin/sh"))
		return;
	if (!reaches(p, is_process, number, DEEP))
		return;
	size_t n = 0;
	if (!as_profile_callers(p, p->functions.list[number].addr, &n))
		return;
	name_entry(p, number);
	if (!is_core_of_popen(p, number))
		as_library_note(&p->functions, number, asks_mode(&k->values) ? "popen" : "system");
}

static bool is_mode(as_span s)
{
	if (s.n == 0 || s.n > 4 || !s.p || !(s.p[0] == 'r' || s.p[0] == 'w' || s.p[0] == 'a'))
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (s.p[i] != 'b' && s.p[i] != '+' && s.p[i] != 'e' && s.p[i] != 't' &&
			s.p[i] != 'c' && s.p[i] != 'm')
			return false;
	return true;
}

/* Called with a mode as second argument, wherever that is constant, and with a name of a file; it opens one. */
static void look_for_open(as_profile *p, size_t number)
{
	size_t n = 0, modes = 0, paths = 0;
	const as_link *links = as_profile_callers(p, p->functions.list[number].addr, &n);
	for (size_t i = 0; i < n; i++) {
		const as_kept *k = p->kept[links[i].from];
		if (!k || links[i].call >= k->values.n_calls)
			continue;
		const as_call *c = &k->values.calls[links[i].call];
		as_span mode = as_value_string(&k->values, c->arg[1]),
			path = as_value_string(&k->values, c->arg[0]);
		if (mode.p && !is_mode(mode))
			return;
		modes += mode.p != NULL;
		paths += path.p && path.n > 0 && path.p[0] == '/';
	}
	if (modes >= FEWEST && paths > 0 && reaches(p, is_open, number, DEEP))
		as_library_note(&p->functions, number, "fopen");
}

void as_library_use(as_profile *p)
{
	if (!as_library_inside(p->program))
		return;
	for (size_t i = 0; i < p->functions.n; i++) {
		const as_function *f = &p->functions.list[i];
		if (!p->kept[i] || f->name.p || (p->library_from && !f->library))
			continue;
		look_for_shell(p, i);
		if (!p->functions.list[i].name.p)
			look_for_open(p, i);
	}
}
