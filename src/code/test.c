/* SPDX-License-Identifier: Apache-2.0 */
#include "code/test.h"

#include "base/buf.h"
#include "code/choice.h"
#include "code/combination.h"
#include "code/steady.h"
#include "code/terms.h"

#include <stdlib.h>
#include <string.h>

enum {
	DEEPEST = 16,
	TESTS_MAX = 4096, /* in one function */
	SMALLEST_MAGIC = 0x10000,
	SMALLEST_COMPUTED = 17, /* that something computed is compared with */
	COMPARATOR_OPS = 400,   /* of a function that compares */
	ROUNDS = 4,
	CHAIN_MAX = 64,
	CHAIN_DEPTH = 6
};

static const uint64_t LARGEST_ERROR = UINT64_MAX - 4095; /* from here on: -1 and other errors */

size_t as_value_root(const as_values *v, as_value x)
{
	for (int i = 0; i < DEEPEST; i++) {
		const as_term *n = as_term_of(v, x);
		if (n->kind == AS_V_ARG)
			return (size_t)n->k;
		bool through = n->kind == AS_V_LOAD || n->kind == AS_V_PHI ||
			       (n->kind == AS_V_OP && (n->op == AS_OP_MOVE || n->op == AS_OP_ADD));
		if (!through)
			return SIZE_MAX;
		x = n->a;
	}
	return SIZE_MAX;
}

typedef struct finding {
	const as_profile *p;
	const as_kept *k;
	const as_comparators *c;
	as_test *list;
	size_t n, room;
	as_steady steady[AS_STEADIES_MAX];
	size_t n_steady;
} finding;

static as_test *add(finding *f, as_test_kind kind, const as_equality *e, uint32_t block)
{
	if (f->n >= f->room)
		return NULL;
	as_test *t = &f->list[f->n++];
	*t = (as_test){ .kind = kind,
		.at = e->at,
		.block = block,
		.equal = e->equal,
		.unequal = e->unequal,
		.width = e->width,
		.input = e->a,
		.call = UINT32_MAX };
	return t;
}

/* The constant an argument points to: bytes in the program's data that never change, or put together on the stack. */
static as_span constant_text(
	const as_kept *k, const as_call *c, unsigned i, uint64_t *addr, bool *built)
{
	*built = false;
	*addr = 0;
	if (i >= AS_ARGS_MAX)
		return (as_span){ 0 };
	if (as_call_text(c, i).n > 0) {
		*built = true;
		return as_call_text(c, i);
	}
	as_span s = as_value_string(&k->values, c->arg[i]);
	if (s.p)
		(void)as_value_const(&k->values, c->arg[i], addr);
	return s;
}

/* The bytes that memcmp holds something against, which need not be a text. */
static as_span constant_bytes(const as_values *v, const as_call *c, unsigned i, uint64_t *addr)
{
	uint64_t n = 0, k = 0;
	const as_program *p = v->flow->program;
	if (!as_value_const(v, c->arg[2], &n) || n < 4 || n > CHAIN_MAX ||
		!as_value_const(v, c->arg[i], addr) || !as_program_constant(p, *addr, 1, &k))
		return (as_span){ 0 };
	return as_cut(as_program_from(p, *addr), 0, n);
}

static void take_constant(finding *f, const as_equality *e, const as_decision *d, const as_call *c,
	unsigned first, unsigned second, as_test_kind kind)
{
	const as_values *v = &f->k->values;
	for (unsigned side = 0; side < 2; side++) {
		unsigned i = side ? first : second, other = side ? second : first;
		uint64_t addr = 0, n = 0;
		bool built = false;
		as_span text = constant_text(f->k, c, i, &addr, &built);
		if (text.n == 0 && kind == AS_TEST_MEMORY)
			text = constant_bytes(v, c, i, &addr);
		if (text.n == 0)
			continue;
		as_test *t = add(f, kind, e, d->block);
		if (!t)
			return;
		/* Of memory, as much as is compared. */
		bool bounded = kind != AS_TEST_SEARCH && as_value_const(v, c->arg[2], &n) &&
			       n > 0 && n < text.n;
		const as_api *api = c->api;
		bool counts = api && (as_has(as_lit(api->name), "strn") ||
					     as_has(as_lit(api->name), "mem"));
		t->text = bounded && counts ? as_cut(text, 0, n) : text;
		t->addr = addr;
		t->built = built;
		t->at = c->at;
		t->call = (uint32_t)(c - v->calls);
		t->input = other < AS_ARGS_MAX ? c->arg[other] : AS_NOT_KNOWN;
		t->own = !api;
		return;
	}
}

static const as_call *call_of(const as_values *v, as_value x)
{
	int64_t offset = 0;
	const as_term *n = as_term_of(v, as_value_base(v, x, &offset));
	if (n->kind != AS_V_RESULT || offset != 0)
		return NULL;
	uint32_t low = 0;
	for (; low < v->n_calls; low++)
		if (v->calls[low].op == (uint32_t)n->k)
			return &v->calls[low];
	return NULL;
}

/* A decision on what a comparing call answered. */
static bool read_call(finding *f, const as_decision *d, const as_equality *e)
{
	const as_call *c = call_of(&f->k->values, e->a);
	const as_api *api = c ? c->api : NULL;
	as_equality turned = *e;
	turned.equal = e->unequal;
	turned.unequal = e->equal;
	if (api && api->kind == AS_API_COMPARE) {
		as_span name = as_lit(api->name);
		bool search = as_has(name, "strstr") || as_has(name, "strcasestr");
		bool pattern = as_is(name, "fnmatch"),
		     memory = as_has(name, "mem") || as_is(name, "bcmp");
		bool finds = as_api_finds(api),
		     nowhere = finds && as_extend(e->k, e->width, true) == UINT64_MAX;
		if (as_is(name, "strpbrk") || (e->k != 0 && !nowhere))
			return true;
		search = search || nowhere;
		as_test_kind kind = search   ? AS_TEST_SEARCH
				    : memory ? AS_TEST_MEMORY
					     : AS_TEST_STRING;
		unsigned first = 0, second = 0;
		as_api_sides(api, &first, &second);
		take_constant(f, search ? &turned : e, d, c, first, second,
			pattern || finds ? AS_TEST_SEARCH : kind);
		return true;
	}
	size_t number = c ? c->to : SIZE_MAX;
	if (number == SIZE_MAX || !f->c->is[number] || e->k > 1)
		return false;
	size_t before = f->n;
	as_equality one = *e;
	if (e->k == 1) { /* == 1 of a function that answers whether they are equal */
		one = turned;
	}
	take_constant(f, &one, d, c, f->c->first[number], f->c->second[number], AS_TEST_STRING);
	if (f->n > before) {
		f->list[f->n - 1].unsure = true;
		as_equality other = one;
		other.equal = one.unequal;
		other.unequal = one.equal;
		take_constant(
			f, &other, d, c, f->c->first[number], f->c->second[number], AS_TEST_STRING);
		f->list[f->n - 1].unsure = true;
	}
	return true;
}

static bool is_magic(const as_profile *p, uint64_t k, unsigned width)
{
	int64_t s = (int64_t)as_extend(k, width, true);
	if (width < 4 || (s < SMALLEST_MAGIC && s > -SMALLEST_MAGIC))
		return false;
	uint64_t low = as_extend(k, width, false);
	bool power = (low & (low - 1)) == 0,
	     ones = (low & (low + 1)) == 0 || ((~low & (~low + 1)) == 0 && width == 8);
	return !power && !ones && !as_program_address(p->program, k);
}

/* Bytes of text in a number, in memory order. */
static size_t text_of(const as_program *p, uint64_t k, unsigned width, uint8_t *out)
{
	for (unsigned i = 0; i < width; i++) {
		out[i] = (uint8_t)(k >> (8 * (p->elf.big ? width - 1 - i : i)));
		if (out[i] != 0 && (out[i] < 0x20 || out[i] > 0x7e))
			return 0;
	}
	return width;
}

/* Whether a number that is given as a text is compared with one that nobody would choose without a reason. */
static bool is_given(const finding *f, const as_equality *e)
{
	enum { SMALLEST = 257 };
	const as_call *c = call_of(&f->k->values, e->a);
	const as_api *api = c ? c->api : NULL;
	return api && api->kind == AS_API_NUMBER && e->k >= SMALLEST && e->k < LARGEST_ERROR &&
	       e->k % 10 != 0 && (e->k & (e->k - 1)) != 0 && (e->k & (e->k + 1)) != 0;
}

static void read_piece(finding *f, const as_decision *d, const as_equality *e)
{
	const as_values *v = &f->k->values;
	int64_t offset = 0;
	const as_term *n = as_term_of(v, as_value_base(v, e->a, &offset));
	uint8_t text[8];
	bool piece = n->kind == AS_V_LOAD && n->width <= 8 && offset == 0 &&
		     text_of(f->p->program, e->k, n->width, text) > 0 && e->k != 0;
	bool magic = is_magic(f->p, e->k, e->width);
	uint64_t k = as_extend(e->k, e->width, true);
	bool counts = !piece && (magic || k >= SMALLEST_COMPUTED) && k < LARGEST_ERROR;
	as_computed made = counts ? as_computed_of(f->p, f->k, e->a) : AS_COMPUTED_NOT;
	if (!piece && !magic && made == AS_COMPUTED_NOT && !is_given(f, e))
		return;
	as_test *t = add(f, piece ? AS_TEST_CHAIN : AS_TEST_NUMBER, e, d->block);
	if (!t)
		return;
	t->number = as_extend(e->k, e->width, false);
	t->computed = made;
	if (piece) {
		t->width = n->width;
		t->text = as_copy(f->p->program->arena, as_bytes(text, n->width));
		t->input = as_value_base(v, e->a, &offset);
	}
}

/* Bytes compared by several exclusive ors whose results are put together: each of them. False: it is none. */
static bool read_joined(finding *f, const as_decision *d, const as_equality *e, int depth)
{
	const as_values *v = &f->k->values;
	const as_term *n = as_term_of(v, e->a);
	as_equality one = *e;
	if (n->kind != AS_V_OP || e->k != 0 || depth > CHAIN_DEPTH)
		return false;
	one.a = n->a;
	if (n->op == AS_OP_XOR && depth > 0 && as_value_const(v, n->b, &one.k)) {
		one.width = n->width;
		read_piece(f, d, &one);
		return true;
	}
	if (n->op != AS_OP_OR && (n->op != AS_OP_MOVE || depth == 0))
		return false;
	bool found = read_joined(f, d, &one, depth + 1);
	one.a = n->b;
	return (n->op == AS_OP_OR && read_joined(f, d, &one, depth + 1)) || found;
}

static void read_number(finding *f, const as_decision *d, const as_equality *e)
{
	if (!read_joined(f, d, e, 0))
		read_piece(f, d, e);
}

/* Where a piece of a chain stands: base and offset of what it loads. */
static bool place_of(const as_values *v, const as_test *t, as_value *base, int64_t *at)
{
	const as_term *n = as_term_of(v, t->input);
	if (n->kind != AS_V_LOAD)
		return false;
	*base = n->a;
	*at = n->k;
	if (as_term_of(v, n->a)->kind == AS_V_STACK) {
		*at = as_term_of(v, n->a)->k;
		*base = AS_NOT_KNOWN;
	}
	return true;
}

/* Appends to t the piece that follows it in memory and is reached only when t is equal. False: there is none. */
static bool extend_chain(finding *f, as_test *t, int64_t *end, as_value base, as_buf *text)
{
	for (size_t i = 0; i < f->n; i++) {
		as_test *o = &f->list[i];
		as_value other = AS_NOT_KNOWN;
		int64_t at = 0;
		if (o == t || o->kind != AS_TEST_CHAIN || o->width == 0 ||
			!place_of(&f->k->values, o, &other, &at))
			continue;
		bool together = o->block == t->block && o->at == t->at;
		if (other != base || at != *end ||
			(!together && !as_dominates(&f->k->dominators, t->equal, o->block)))
			continue;
		as_buf_add(text, o->text.p, o->text.n);
		*end += o->width;
		t->equal = o->equal;
		t->block = o->block;
		o->width = 0; /* taken */
		return true;
	}
	return false;
}

/* Joins bytes that are compared one after another; what stays single and short is no test of a text. */
static void join_chains(finding *f)
{
	for (size_t i = 0; i < f->n; i++) {
		as_test *t = &f->list[i];
		as_value base = AS_NOT_KNOWN;
		int64_t end = 0;
		as_buf text = { 0 };
		if (t->kind != AS_TEST_CHAIN || t->width == 0 ||
			!place_of(&f->k->values, t, &base, &end))
			continue;
		end += t->width;
		as_buf_add(&text, t->text.p, t->text.n);
		while (text.n < CHAIN_MAX && extend_chain(f, t, &end, base, &text))
			;
		as_span whole = as_buf_span_of(&text);
		size_t nul = as_find_byte(whole, 0, 0);
		t->width = (uint8_t)as_min(text.n, CHAIN_MAX);
		t->text = as_copy(
			f->p->program->arena, nul == SIZE_MAX ? whole : as_cut(whole, 0, nul));
		as_buf_free(&text);
	}
	size_t n = 0;
	for (size_t i = 0; i < f->n; i++)
		if (f->list[i].kind != AS_TEST_CHAIN ||
			(f->list[i].width > 0 && f->list[i].text.n >= 2))
			f->list[n++] = f->list[i];
	f->n = n;
}

/* Bytes whose differences are put together before they are held against 0: one side may be constant. */
static bool read_steady(finding *f, const as_decision *d, const as_equality *e)
{
	const as_values *v = &f->k->values;
	as_steady s;
	if (e->k != 0 || !as_steady_read(v, f->steady, f->n_steady, e->a, &s))
		return false;
	for (int side = 0; side < 2; side++) {
		as_place *mine = side ? &s.second : &s.first;
		as_span text = as_place_text(v, mine);
		as_test *t = text.n > 0 ? add(f, AS_TEST_MEMORY, e, d->block) : NULL;
		if (!t)
			continue;
		t->text = text;
		t->addr = (uint64_t)mine->at;
		t->input = side ? s.first.base : s.second.base;
		break;
	}
	return true;
}

static void read_equality(finding *f, const as_decision *d, const as_equality *e)
{
	if (!read_call(f, d, e) && !read_steady(f, d, e))
		read_number(f, d, e);
}

/* Several odd numbers that must all be met. */
static void read_combination(finding *f, const as_decision *d)
{
	as_combination c;
	if (!as_combination_at(&c, f->k, d))
		return;
	as_test *t = add(f, AS_TEST_NUMBER, &c.whole, c.last);
	if (!t)
		return;
	t->number = c.whole.k;
	t->parts = c.n;
}

/* What a function answers as it is: whether x equals k, as the constants that it answers then and otherwise. */
static void read_answered(
	finding *f, const as_equality *e, const as_decision *d, uint64_t equal, uint64_t not )
{
	enum { EQUAL = 1, UNEQUAL = 2 }; /* stand for the sides, which are no blocks here */
	as_equality one = *e;
	size_t before = f->n;
	one.equal = EQUAL;
	one.unequal = UNEQUAL;
	read_equality(f, d, &one);
	for (size_t i = before; i < f->n; i++) {
		as_test *t = &f->list[i];
		t->answers = true;
		t->if_equal = t->equal == EQUAL ? equal : not ;
		t->if_not = t->equal == EQUAL ? not : equal;
		t->equal = t->unequal = AS_NO_BLOCK;
	}
}

/* A flag, or another choice of two constants, which the function answers. */
static bool read_chosen(finding *f, as_value x, uint32_t block)
{
	const as_values *v = &f->k->values;
	as_choice c;
	as_equality e;
	bool then = false;
	if (!as_choice_of(v, x, v->n_decisions, &c))
		return false;
	c.asked.block = block;
	if (as_equality_of(v, &c.asked, &e, &then))
		read_answered(
			f, &e, &c.asked, then ? c.then : c.otherwise, then ? c.otherwise : c.then);
	return true;
}

/* What the function answers that follows from one comparison without a branch. */
static void read_answers(finding *f)
{
	const as_values *v = &f->k->values;
	for (uint32_t i = 0; i < v->n_answers && f->n < f->room; i++) {
		int64_t offset = 0;
		uint32_t block = v->answers[i].block;
		as_value x = as_value_base(v, v->answers[i].value, &offset);
		as_equality e = { .a = x, .width = 4, .at = v->flow->blocks[block].addr };
		as_decision d = { .block = block, .at = e.at };
		as_steady s;
		if (!read_chosen(f, v->answers[i].value, block) &&
			(call_of(v, x) || as_steady_read(v, f->steady, f->n_steady, x, &s)))
			read_answered(f, &e, &d, 0, 1);
	}
}

bool as_tests_find(as_tests *out, const as_profile *p, const as_kept *k, const as_comparators *c)
{
	const as_values *v = &k->values;
	size_t room = (size_t)as_min(((uint64_t)v->n_decisions + v->n_answers) * 2, TESTS_MAX);
	finding f = { .p = p, .k = k, .c = c, .room = room };
	*out = (as_tests){ 0 };
	f.list = malloc((room + 1) * sizeof(*f.list)); /* most of it is not used */
	if (!f.list)
		return false;
	f.n_steady = as_steadies_of(v, f.steady);
	for (uint32_t i = 0; i < v->n_decisions && f.n + 2 <= room; i++) {
		as_equality all[AS_EQUALITIES_MAX];
		size_t n = as_equalities_read(v, i, all);
		for (size_t j = 0; j < n && f.n + 2 <= room; j++)
			read_equality(&f, &v->decisions[i], &all[j]);
	}
	join_chains(&f);
	read_answers(&f);
	for (uint32_t i = 0; i < v->n_decisions && f.n < room; i++)
		read_combination(&f, &v->decisions[i]);
	bool ok = true;
	out->list = as_alloc_copy(p->program->arena, f.list, f.n, sizeof(*f.list), &ok);
	out->n = f.n;
	free(f.list);
	return ok;
}

/* Two bytes, one from each of two arguments, held against each other. */
static bool compares_bytes(
	const as_values *v, as_value a, as_value b, uint8_t *first, uint8_t *second)
{
	int64_t offset = 0;
	a = as_value_base(v, a, &offset);
	b = as_value_base(v, b, &offset);
	const as_term *x = as_term_of(v, a), *y = as_term_of(v, b);
	if (x->kind != AS_V_LOAD || y->kind != AS_V_LOAD || x->width != 1 || y->width != 1)
		return false;
	size_t i = as_value_root(v, a), j = as_value_root(v, b);
	*first = (uint8_t)i;
	*second = (uint8_t)j;
	return i < AS_ARGS_MAX && j < AS_ARGS_MAX && i != j;
}

/* A loop that puts together the differences of what two arguments point to. */
static bool compares_steadily(const as_values *v, uint8_t *first, uint8_t *second)
{
	as_steady list[AS_STEADIES_MAX];
	size_t n = as_steadies_of(v, list);
	for (size_t i = 0; i < n; i++) {
		const as_term *a = as_term_of(v, list[i].first.base);
		const as_term *b = as_term_of(v, list[i].second.base);
		*first = (uint8_t)a->k;
		*second = (uint8_t)b->k;
		if (a->kind == AS_V_ARG && b->kind == AS_V_ARG && a->k < AS_ARGS_MAX &&
			b->k < AS_ARGS_MAX && a->k != b->k)
			return true;
	}
	return false;
}

static bool is_comparator(
	const as_kept *k, const as_comparators *c, uint8_t *first, uint8_t *second)
{
	const as_values *v = &k->values;
	if (k->flow.n_ops > COMPARATOR_OPS)
		return false;
	for (uint32_t i = 0; i < v->n_decisions; i++)
		if (compares_bytes(v, v->decisions[i].a, v->decisions[i].b, first, second))
			return true;
	for (uint32_t i = 1; i < v->n_terms; i++)
		if (v->terms[i].kind == AS_V_OP &&
			(v->terms[i].op == AS_OP_XOR || v->terms[i].op == AS_OP_SUB) &&
			compares_bytes(v, v->terms[i].a, v->terms[i].b, first, second))
			return true;
	if (compares_steadily(v, first, second))
		return true;
	for (uint32_t i = 0; i < v->n_calls; i++) {
		const as_call *call = &v->calls[i];
		const as_api *api = call->api;
		size_t n = api ? SIZE_MAX : call->to;
		bool known = (api && api->kind == AS_API_COMPARE) || (n != SIZE_MAX && c->is[n]);
		unsigned a = n != SIZE_MAX ? c->first[n] : 0, b = n != SIZE_MAX ? c->second[n] : 1;
		if (api)
			as_api_sides(api, &a, &b);
		if (!known || a >= AS_ARGS_MAX || b >= AS_ARGS_MAX)
			continue;
		size_t x = as_value_root(v, call->arg[a]), y = as_value_root(v, call->arg[b]);
		*first = (uint8_t)x;
		*second = (uint8_t)y;
		if (x < AS_ARGS_MAX && y < AS_ARGS_MAX && x != y)
			return true;
	}
	return false;
}

bool as_comparators_find(as_comparators *out, const as_profile *p)
{
	size_t n = p->functions.n;
	as_arena *a = p->program->arena;
	out->is = as_alloc_array(a, n + 1, sizeof(*out->is));
	out->first = as_alloc_array(a, n + 1, 1);
	out->second = as_alloc_array(a, n + 1, 1);
	if (!out->is || !out->first || !out->second)
		return false;
	bool changed = true;
	for (int round = 0; changed && round < ROUNDS; round++) {
		changed = false;
		for (size_t i = 0; i < n; i++) {
			if (!p->kept[i] || out->is[i])
				continue;
			uint8_t first = 0, second = 0;
			if (!is_comparator(p->kept[i], out, &first, &second))
				continue;
			out->is[i] = changed = true;
			out->first[i] = first;
			out->second[i] = second;
		}
	}
	return true;
}
