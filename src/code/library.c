/* SPDX-License-Identifier: Apache-2.0 */
#include "code/library.h"

#include "base/search.h"
#include "code/behave.h"
#include "code/library_pack.h"
#include "code/library_system.h"
#include "code/stub.h"

#include <stdlib.h>
#include <string.h>

enum {
	LARGEST = 16384,   /* bytes of a function that is looked at */
	WRAPPER_OPS = 400, /* operations of a wrapper of a system call, at most */
	SMALL_OPS = 120,   /* of one that calls a forwarder */
	BEHAVE_OPS = 3000, /* of a function that works on strings */
	FORWARDERS = 4,
	BUDGET = 24 << 20 /* operations for all trials of a program */
};

typedef struct recognised {
	uint64_t addr;
	const as_api *api;
} recognised;

struct as_library {
	recognised *list; /* by address */
	size_t n, room;
};

/* What the first look at a function tells. */
typedef struct trait {
	uint32_t ops;
	bool system, loops, calls, reads;
} trait;

typedef struct finding {
	as_functions *f;
	const as_program *p;
	as_worker *w;
	trait *traits;
	as_forwarder forwarders[FORWARDERS];
	size_t n_forwarders;
	as_trial *trial;
} finding;

bool as_library_prepare(as_program *p)
{
	p->library = as_alloc(p->arena, sizeof(*p->library));
	return p->library != NULL;
}

bool as_library_inside(const as_program *p)
{
	as_cur c = as_elf_cur(&p->elf, p->dyn.table, 0);
	as_span name;
	if (p->elf.type != AS_ET_EXEC && p->elf.type != AS_ET_DYN)
		return false;
	for (size_t i = 0; i < p->elf.n_segments; i++)
		if (p->elf.segments[i].type == AS_PT_INTERP)
			return false;
	if (p->blob)
		return true;
	return p->elf.entry != 0 && !as_elf_needed(&p->dyn, &p->elf, &c, &name);
}

static uint64_t bare(const as_program *p, uint64_t addr)
{
	return p->elf.machine == AS_EM_ARM ? addr & ~UINT64_C(1) : addr;
}

/* Where addr is in the list, or would be. */
static size_t search(const struct as_library *l, uint64_t addr)
{
	return as_before(l->list, l->n, sizeof(*l->list), addr);
}

const as_api *as_library_api(const as_program *p, uint64_t addr)
{
	const struct as_library *l = p->library;
	addr = bare(p, addr);
	size_t i = l ? search(l, addr) : 0;
	return l && i < l->n && l->list[i].addr == addr ? l->list[i].api : NULL;
}

void as_library_note(as_functions *f, size_t number, const char *name)
{
	as_function *fn = &f->list[number];
	struct as_library *l = f->program->library;
	const as_api *api = as_api_named(as_lit(name));
	if (fn->name.p || !api || !l || as_program_label(f->program, fn->addr))
		return;
	if (l->n == l->room) {
		size_t room = l->room ? l->room * 2 : 64;
		recognised *list = as_alloc_array(f->program->arena, room, sizeof(*list));
		if (!list)
			return;
		if (l->n > 0)
			memcpy(list, l->list, l->n * sizeof(*list));
		l->list = list;
		l->room = room;
	}
	size_t i = search(l, fn->addr);
	if (i < l->n && l->list[i].addr == fn->addr)
		return;
	memmove(l->list + i + 1, l->list + i, (l->n - i) * sizeof(*l->list));
	l->list[i] = (recognised){ .addr = fn->addr, .api = api };
	l->n++;
	fn->name = as_lit(api->name);
	fn->by |= AS_BY_LIBRARY;
	as_stub_forget(f->program, fn->addr);
}

static void look(trait *t, const as_flow *f)
{
	t->ops = f->n_ops;
	for (uint32_t b = 0; b < f->n_blocks; b++) {
		const as_block *block = &f->blocks[b];
		t->loops = t->loops || (block->next != AS_NO_BLOCK && block->next <= b) ||
			   (block->taken != AS_NO_BLOCK && block->taken <= b);
		for (uint32_t i = 0; i < block->n; i++) {
			uint8_t kind = f->ops[block->first + i].kind;
			t->system = t->system || kind == AS_OP_SYSCALL;
			t->reads = t->reads || kind == AS_OP_LOAD || kind == AS_OP_STORE;
			t->loops = t->loops || kind == AS_OP_FILL || kind == AS_OP_COPY;
			t->calls = t->calls || kind == AS_OP_CALL || kind == AS_OP_CALL_TO ||
				   kind == AS_OP_JUMP_TO;
		}
	}
}

static bool work_out(finding *s, size_t number, as_flow *flow, as_values *v)
{
	const as_function *fn = &s->f->list[number];
	return as_work_out(s->w, flow, v, s->p, fn->addr, fn->limit, fn->thumb, &s->f->around);
}

static bool is_candidate(const finding *s, size_t i)
{
	const as_function *fn = &s->f->list[i];
	return !fn->name.p && fn->limit - fn->addr <= LARGEST &&
	       as_stub_goal(s->p, fn->addr | fn->thumb) == (fn->addr | fn->thumb);
}

/* System calls made by the function itself. */
static bool look_at_all(finding *s)
{
	as_flow flow;
	as_values v;
	for (size_t i = 0; i < s->f->n; i++) {
		trait *t = &s->traits[i];
		if (!is_candidate(s, i))
			continue;
		if (!work_out(s, i, &flow, NULL))
			return false;
		look(t, &flow);
		if (!t->system || t->ops > WRAPPER_OPS)
			continue;
		if (!work_out(s, i, &flow, &v))
			return false;
		const char *name = as_library_system(&v, NULL);
		if (name)
			as_library_note(s->f, i, name);
		else if (s->n_forwarders < FORWARDERS &&
			 as_library_forwards(&v, NULL, &s->forwarders[s->n_forwarders]))
			s->n_forwarders++;
	}
	return true;
}

/* Whether a flow calls a function. */
static bool calls(const as_flow *f, uint64_t addr)
{
	for (uint32_t i = 0; i < f->n_ops; i++)
		if (f->ops[i].kind == AS_OP_CALL &&
			bare(f->program, (uint64_t)f->ops[i].imm) == addr)
			return true;
	return false;
}

/* System calls made through a forwarder. Forwarders that are found on the way come later in the list. */
static bool look_through(finding *s, const as_forwarder *through)
{
	as_flow flow;
	as_values v;
	for (size_t i = 0; i < s->f->n; i++) {
		const trait *t = &s->traits[i];
		if (!t->calls || t->ops > SMALL_OPS || !is_candidate(s, i))
			continue;
		if (!work_out(s, i, &flow, NULL))
			return false;
		if (!calls(&flow, through->addr))
			continue;
		if (!work_out(s, i, &flow, &v))
			return false;
		const char *name = as_library_system(&v, through);
		if (name)
			as_library_note(s->f, i, name);
		else if (s->n_forwarders < FORWARDERS &&
			 as_library_forwards(&v, through, &s->forwarders[s->n_forwarders]))
			s->n_forwarders++;
	}
	return true;
}

static void look_at_behaviour(finding *s)
{
	for (size_t i = 0; i < s->f->n; i++) {
		const trait *t = &s->traits[i];
		const as_function *fn = &s->f->list[i];
		if (!t->reads && !t->calls)
			continue;
		if (t->system || t->ops > BEHAVE_OPS || !(t->loops || t->calls) ||
			!is_candidate(s, i))
			continue;
		const char *name = as_behaviour_of(s->trial, fn->addr, fn->thumb, !t->calls);
		if (name)
			as_library_note(s->f, i, name);
	}
}

bool as_library_find(as_functions *f, as_worker *w)
{
	const as_program *p = f->program;
	finding s = { .f = f, .p = p, .w = w };
	if (!as_library_inside(p) || f->n == 0)
		return true;
	s.traits = calloc(f->n, sizeof(*s.traits));
	s.trial = calloc(1, sizeof(*s.trial));
	bool ok = s.traits && s.trial && as_imprint_find(f, w) && look_at_all(&s);
	for (size_t i = 0; ok && i < s.n_forwarders; i++)
		ok = look_through(&s, &s.forwarders[i]);
	if (ok) {
		s.trial->program = p;
		s.trial->budget = BUDGET;
		look_at_behaviour(&s);
	}
	free(s.traits);
	free(s.trial);
	return ok;
}
