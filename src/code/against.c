/* SPDX-License-Identifier: Apache-2.0 */
#include "code/against.h"

#include "code/phrase.h"

enum {
	FOUND_MAX = 64, /* occurrences of a text that are counted */
	SHORTEST = 4,   /* bytes of a text worth looking for */
	CONTEXT = 60,   /* bytes shown of what it stands in */
	NAMED = 5       /* other constants that are named */
};

typedef struct finding {
	as_against *list;
	size_t n;
	const as_signals *s;
	const as_alarm *a;
	const as_way *w;
	as_buf buf;
} finding;

/* States what is in the buffer. */
static void add(finding *f, const char *kind, int64_t n)
{
	as_span text = as_copy(f->s->arena, as_buf_span_of(&f->buf));
	if (f->n < AS_AGAINST_MAX && text.p && !f->buf.bad)
		f->list[f->n++] = (as_against){ .kind = kind, .n = n, .text = text };
	as_buf_clear(&f->buf);
}

static void look_at_population(finding *f)
{
	const as_test *t = f->w->test;
	if (!t)
		return;
	uint64_t key = t->kind == AS_TEST_NUMBER ? as_reference_number_key(t->number)
						 : as_reference_key(t->text);
	unsigned n = as_reference_compared(&f->s->reference, key);
	if (n > 0) {
		as_buf_print(&f->buf, "%s%u other package%s compare%s something with this constant",
			n >= AS_REFERENCE_MOST ? "at least " : "", n, n == 1 ? "" : "s",
			n == 1 ? "s" : "");
		add(f, "common", n);
	} else if (t->kind != AS_TEST_NUMBER && as_reference_occurs(&f->s->reference, key)) {
		as_buf_text(
			&f->buf, "the text stands in the programs of three other packages or more");
		add(f, "common", 0);
	}
}

static bool is_same_constant(const as_test *a, const as_test *b)
{
	bool numbers = a->kind == AS_TEST_NUMBER && b->kind == AS_TEST_NUMBER;
	return numbers ? a->number == b->number
		       : a->kind != AS_TEST_NUMBER && b->kind != AS_TEST_NUMBER &&
				 as_same(a->text, b->text);
}

static bool was_before(const as_tests *all, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (is_same_constant(&all->list[j], &all->list[i]))
			return true;
	return false;
}

/* One of many words that a function tells apart: a dispatcher, a parser. */
static void look_at_siblings(finding *f)
{
	const as_tests *all = &f->s->tests[f->a->function];
	as_buf names = { 0 };
	int64_t n = 0;
	for (size_t i = 0; f->w->test && i < all->n; i++) {
		const as_test *t = &all->list[i];
		if (t->kind == AS_TEST_NUMBER || is_same_constant(t, f->w->test) ||
			was_before(all, i))
			continue;
		if (n++ < NAMED) {
			as_buf_text(&names, n > 1 ? ", " : "");
			as_phrase_text(&names, t->text);
		}
	}
	if (n > 0) {
		as_buf_print(&f->buf,
			"the function tells %lld other constant%s apart: ", (long long)n,
			n == 1 ? "" : "s");
		as_buf_add(&f->buf, names.p, names.n);
		as_buf_text(&f->buf, n > NAMED ? ", \xe2\x80\xa6" : "");
		add(f, "siblings", n);
	}
	f->buf.bad = f->buf.bad || names.bad;
	as_buf_free(&names);
}

/* The text around offset at that is longer than the n bytes there, or p NULL. */
static as_span around(as_span data, size_t at, size_t n)
{
	size_t from = at, to = at + n;
	while (from > 0 && at - from < CONTEXT && data.p[from - 1] >= 0x20 &&
		data.p[from - 1] < 0x7f)
		from--;
	while (to < data.n && to - at < (size_t)CONTEXT * 2 && data.p[to] >= 0x20 &&
		data.p[to] < 0x7f)
		to++;
	return to - from > n ? as_cut(data, from, to - from) : (as_span){ 0 };
}

/* The program tells of the text itself: in its help, in a message. */
static void look_for_mentions(finding *f)
{
	as_span text = f->w->test ? f->w->test->text : (as_span){ 0 };
	const as_program *p = f->s->profile->program;
	as_span best = { 0 };
	int64_t n = 0;
	for (size_t i = 0; text.n >= SHORTEST && i < p->n_regions; i++) {
		as_span data = p->regions[i].exec ? (as_span){ 0 } : p->regions[i].data;
		for (size_t at = as_find(data, text, 0); at != SIZE_MAX && n < FOUND_MAX;
			at = as_find(data, text, at + text.n)) {
			as_span longer = around(data, at, text.n);
			n += longer.p != NULL;
			best = longer.n > best.n ? longer : best;
		}
	}
	if (n > 0) {
		as_buf_print(&f->buf,
			"the program's own texts mention it, %lld time%s: ", (long long)n,
			n == 1 ? "" : "s");
		as_phrase_text(&f->buf, best);
		add(f, "mentioned", n);
	}
}

/* Other functions use the same constant: it is no secret of one place. */
static void look_elsewhere(finding *f)
{
	const as_profile *p = f->s->profile;
	int64_t n = 0;
	for (size_t i = 0; f->a->trigger_addr && i < p->functions.n; i++) {
		const as_kept *k = i == f->a->function ? NULL : p->kept[i];
		bool uses = false;
		for (uint32_t j = 0; k && j < k->values.n_refs && !uses; j++)
			uses = k->values.refs[j].addr == f->a->trigger_addr;
		n += uses;
	}
	if (n > 0) {
		as_buf_print(&f->buf, "%lld other function%s use%s the same constant", (long long)n,
			n == 1 ? "" : "s", n == 1 ? "s" : "");
		add(f, "elsewhere", n);
	}
}

static int64_t unresolved(const as_flow *f)
{
	int64_t n = 0;
	for (uint32_t i = 0; i < f->n_blocks; i++)
		n += f->blocks[i].unresolved;
	return n;
}

/* What the analysis does not know of the function. */
static void look_at_limits(finding *f)
{
	const as_kept *k = f->w->leg[0].in;
	int64_t jumps = unresolved(&k->flow);
	if (f->w->test && f->w->test->unsure) {
		as_buf_text(&f->buf,
			"which side is the equal one is not sure: the program compares with a "
			"function of its own");
		add(f, "unsure", 0);
	}
	if (jumps > 0) {
		as_buf_print(&f->buf,
			"in the function, the goals of %lld computed jump%s are not known",
			(long long)jumps, jumps == 1 ? "" : "s");
		add(f, "partial", jumps);
	}
	if (k->flow.cut || k->values.cut || k->flow.invalid) {
		as_buf_text(&f->buf, "a part of the function could not be read");
		add(f, "partial", 0);
	}
}

size_t as_against_find(as_against list[AS_AGAINST_MAX], const as_signals *s, const as_alarm *a,
	const as_way *w, const as_chain *c)
{
	finding f = { .list = list, .s = s, .a = a, .w = w };
	const as_function *function = &s->profile->functions.list[a->function];
	look_at_population(&f);
	look_at_siblings(&f);
	look_for_mentions(&f);
	look_elsewhere(&f);
	if (function->by & AS_BY_LIBRARY) {
		as_buf_text(&f.buf, "the function was recognised as one of the C library's");
		add(&f, "library", 0);
	}
	look_at_limits(&f);
	if (!c->known) {
		as_buf_text(&f.buf,
			"no way was found from where the program is entered to the function");
		add(&f, "unreached", 0);
	}
	as_buf_free(&f.buf);
	return f.n;
}
