/* SPDX-License-Identifier: Apache-2.0 */
#include "code/reach.h"

#include "base/search.h"
#include "base/text.h"
#include "code/phrase.h"

#include <stdlib.h>

enum {
	GIVEN_MAX = 1 << 20,
	VISITED_MAX = 4096, /* functions asked for their callers, of one chain */
	NEIGHBOURS = 3 /* words before and behind a pointer in a table, looked at for its name */
};

/* Where a function's address is handed on; the first kind counts most. */
typedef enum given_kind { TO_CALL, IN_DATA, TO_STORE, TAKEN } given_kind;

typedef struct given {
	uint64_t addr; /* of the function */
	given_kind kind;
	uint64_t at;   /* instruction, or word of data */
	size_t in;     /* function that does it */
	uint32_t call; /* its call */
} given;

struct as_reach {
	const as_signals *s;
	given *list; /* by address, kind, place */
	size_t n, room;
	size_t *from; /* by function number, while one chain is looked for: who led here, plus one */
	uint64_t *at;
	size_t *queue;
};

static const as_program *program_of(const as_reach *r) { return r->s->profile->program; }

/* The number of the function that starts at an address as code holds it. */
static size_t function_of(const as_reach *r, uint64_t addr)
{
	bool arm = program_of(r)->elf.machine == AS_EM_ARM;
	return as_profile_number(r->s->profile, arm ? addr & ~UINT64_C(1) : addr);
}

static void note(as_reach *r, given_kind kind, uint64_t addr, uint64_t at, size_t in, uint32_t call)
{
	size_t to = function_of(r, addr);
	if (to != SIZE_MAX && r->n < r->room)
		r->list[r->n++] = (given){ .addr = r->s->profile->functions.list[to].addr,
			.kind = kind,
			.at = at,
			.in = in,
			.call = call };
}

static void note_function(as_reach *r, size_t number, const as_kept *k)
{
	const as_values *v = &k->values;
	uint64_t addr = 0;
	for (uint32_t i = 0; i < v->n_calls; i++)
		for (unsigned j = 0; j < AS_ARGS_MAX; j++)
			if (as_value_at_start(v, v->calls[i].arg[j], &addr) && addr != 0)
				note(r, TO_CALL, addr, v->calls[i].at, number, i);
	for (uint32_t i = 0; i < v->n_stores; i++)
		if (as_value_const(v, v->stores[i].value, &addr) && addr != 0)
			note(r, TO_STORE, addr, v->stores[i].at, number, 0);
	for (uint32_t i = 0; i < v->n_refs; i++)
		note(r, TAKEN, v->refs[i].addr, v->refs[i].at, number, 0);
}

static int by_address(const void *a, const void *b)
{
	const given *x = a, *y = b;
	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

as_reach *as_reach_new(const as_signals *s)
{
	const as_profile *p = s->profile;
	size_t n = p->functions.n;
	as_reach *r = as_alloc(s->arena, sizeof(*r));
	if (!r)
		return NULL;
	*r = (as_reach){ .s = s, .room = p->program->n_slots };
	for (size_t i = 0; i < n; i++)
		if (p->kept[i]) {
			const as_values *v = &p->kept[i]->values;
			r->room += (size_t)v->n_calls * AS_ARGS_MAX + v->n_stores + v->n_refs;
		}
	r->room = as_min(r->room, GIVEN_MAX);
	r->from = as_alloc_array(s->arena, n + 1, sizeof(*r->from));
	r->at = as_alloc_array(s->arena, n + 1, sizeof(*r->at));
	r->queue = as_alloc_array(s->arena, VISITED_MAX, sizeof(*r->queue));
	given *list = malloc((r->room + 1) * sizeof(*list)); /* most of it is not used */
	bool ok = list && r->from && r->at && r->queue;
	r->list = list;
	r->room = ok ? r->room : 0;
	for (size_t i = 0; i < p->program->n_slots; i++)
		note(r, IN_DATA, p->program->slots[i].value, p->program->slots[i].addr, SIZE_MAX,
			0);
	for (size_t i = 0; i < n; i++)
		if (p->kept[i])
			note_function(r, i, p->kept[i]);
	r->list = as_alloc_copy(s->arena, list, r->n, sizeof(*list), &ok);
	free(list);
	if (ok && r->n > 0)
		qsort(r->list, r->n, sizeof(*r->list), by_address);
	return ok ? r : NULL;
}

/* The first place that hands a function on, or NULL. */
static const given *given_at(const as_reach *r, uint64_t addr)
{
	return as_with(r->list, r->n, sizeof(*r->list), addr);
}

static bool is_ascii(as_span text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!as_printable(text.p[i]))
			return false;
	return true;
}

/* A text beside a pointer in a table: the name by which the entry is found. */
static as_span beside(const as_reach *r, uint64_t at)
{
	const as_program *p = program_of(r);
	unsigned word = p->arch->word;
	for (uint64_t i = 1; i <= NEIGHBOURS; i++)
		for (int side = 0; side < 2; side++) {
			uint64_t k = 0, where = side ? at + i * word : at - i * word;
			if (!as_program_initial(p, where, word, &k) ||
				function_of(r, k) != SIZE_MAX)
				continue;
			as_span text = as_phrase_string(r->s->profile, k);
			if (text.n >= 3 && is_ascii(text))
				return text;
		}
	return (as_span){ 0 };
}

static void in_data(as_buf *b, const as_reach *r, uint64_t at)
{
	as_span name = beside(r, at);
	as_buf_print(b, "its address stands in data at 0x%llx", (unsigned long long)at);
	if (name.n > 0) {
		as_buf_text(b, ", beside ");
		as_phrase_text(b, name);
	}
}

static void given_words(as_buf *b, const as_reach *r, const given *g)
{
	const as_profile *p = r->s->profile;
	const as_call *c = g->kind == TO_CALL ? &p->kept[g->in]->values.calls[g->call] : NULL;
	if (g->kind == IN_DATA) {
		in_data(b, r, g->at);
		return;
	}
	as_span name = c ? c->name : (as_span){ 0 };
	if (as_has(name, "_start_main") || as_has(name, "_uClibc_main"))
		as_buf_text(b, "main, ");
	as_buf_text(b, c ? "handed to " : "its address is ");
	if (c)
		as_phrase_name(b, p, c->goal);
	else
		as_buf_text(b, g->kind == TO_STORE ? "stored" : "taken");
	as_buf_print(b, " at 0x%llx in ", (unsigned long long)g->at);
	as_phrase_name(b, p, p->functions.list[g->in].addr);
}

/* How strongly control enters the program here: 2 for sure, 1 perhaps, 0 not as far as is known. Says how in b. */
static int enters(as_buf *b, const as_reach *r, size_t number)
{
	const as_program *p = program_of(r);
	const as_function *f = &r->s->profile->functions.list[number];
	const given *g = given_at(r, f->addr);
	bool library = f->exported && p->elf.entry == 0;
	size_t callers = 0;
	(void)as_profile_callers(r->s->profile, f->addr, &callers);
	/* Words that calls go through hold addresses too; what is called needs no table. */
	bool handed = g && (g->kind == TO_CALL || (g->kind == IN_DATA && callers == 0));
	as_buf_clear(b);
	if (as_is(f->name, "main") || (p->elf.entry & ~UINT64_C(1)) == f->addr)
		as_buf_text(b, "where the program starts");
	else if (p->base && (f->addr == p->loaded || f->addr == p->removed))
		as_buf_text(b, f->addr == p->loaded ? "run when the module is loaded"
						    : "run when the module is removed");
	else if (library)
		as_buf_text(b, "a function that the library offers to others");
	else if (handed && !(f->by & AS_BY_ENTRY))
		given_words(b, r, g);
	else if (f->by & AS_BY_ENTRY)
		as_buf_text(b, "run when the program is loaded or ends");
	if (b->n > 0)
		return 2;
	if (f->exported)
		as_buf_text(b, "an exported function");
	else if (g)
		given_words(b, r, g);
	return b->n > 0;
}

/* Puts who calls function number into the queue. */
static size_t ask_callers(const as_reach *r, size_t number, size_t n)
{
	const as_profile *p = r->s->profile;
	size_t callers = 0;
	const as_link *links = as_profile_callers(p, p->functions.list[number].addr, &callers);
	for (size_t i = 0; i < callers && n < VISITED_MAX; i++) {
		size_t from = links[i].from;
		if (r->from[from])
			continue;
		r->from[from] = number + 1;
		r->at[from] = links[i].at;
		r->queue[n++] = from;
	}
	return n;
}

bool as_reach_find(as_chain *out, const as_reach *r, size_t function)
{
	as_buf words = { 0 };
	size_t n = 1, best = SIZE_MAX, last = function;
	int how = 0;
	*out = (as_chain){ 0 };
	r->queue[0] = function;
	r->from[function] = function + 1;
	for (size_t i = 0; i < n && how < 2; i++) {
		int one = enters(&words, r, r->queue[i]);
		if (one > how) {
			how = one;
			best = r->queue[i];
			out->entry = as_copy(r->s->arena, as_buf_span_of(&words));
		}
		last = r->queue[i];
		n = ask_callers(r, r->queue[i], n);
	}
	out->known = best != SIZE_MAX;
	for (size_t i = out->known ? best : last; out->n < AS_HOPS_MAX; i = r->from[i] - 1) {
		out->hop[out->n++] = (as_hop){ i, i == function ? 0 : r->at[i] };
		if (i == function)
			break;
	}
	out->hop[out->n - 1] = (as_hop){ function, 0 }; /* however long the chain is */
	for (size_t i = 0; i < n; i++)
		r->from[r->queue[i]] = 0;
	bool ok = !words.bad && (!out->known || out->entry.p);
	as_buf_free(&words);
	return ok;
}
