/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/difference.h"

#include "code/fingerprint.h"

#include <stdlib.h>
#include <string.h>

enum {
	TRAITS_MAX = 1 << 20, /* of one program */
	VALUE_MAX = 200,      /* bytes */
	CITED = 16,           /* bytes of code that a row shows */
	TEXT_MIN = 4,       /* bytes of a text that tells something; three are an address as well */
	TEST_MIN = 3,       /* of one that input is compared with */
	DATA_MIN = 4,       /* of one that only stands there */
	NUMBER_MIN = 0x100, /* smaller numbers are compared everywhere */
	NEIGHBOURS = 4, /* words of a table's row beside the text, where its function may stand */
	WORDS_MAX = 1 << 22 /* words of data looked at */
};

typedef struct trait {
	uint64_t function; /* address; UINT64_MAX: none */
	const char *kind;
	as_span value;
	uint32_t n;
} trait;

typedef struct gathering {
	const as_signals *signals;
	const as_program *program;
	as_arena *arena;
	trait *list;
	size_t n, room;
	bool cut, no_memory;
} gathering;

static void add(gathering *g, uint64_t function, const char *kind, as_span value)
{
	if (value.n == 0 || g->no_memory)
		return;
	if (g->n >= TRAITS_MAX) {
		g->cut = true;
		return;
	}
	if (g->n == g->room) {
		size_t room = g->room ? g->room * 2 : 1024;
		trait *more = realloc(g->list, room * sizeof(*more));
		g->no_memory = !more;
		if (!more)
			return;
		g->list = more;
		g->room = room;
	}
	g->list[g->n++] =
		(trait){ function, kind, as_cut(value, 0, as_min(value.n, VALUE_MAX)), 1 };
}

/* The compiler makes puts("a") of printf("a\n"): the end of a line says nothing. */
static as_span without_end(as_span s)
{
	while (s.n > 0 && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r'))
		s.n--;
	return s;
}

static bool is_plain(uint8_t b)
{
	return (b >= 0x20 && b < 0x7f) || b == '\t' || b == '\n' || b == '\r';
}

/* What is no text are addresses and tables, which differ in any two builds. */
static void add_text(gathering *g, uint64_t function, const char *kind, as_span text)
{
	as_span s = without_end(text);
	for (size_t i = 0; i < s.n; i++)
		if (!is_plain(s.p[i]))
			return;
	if (s.n >= TEXT_MIN)
		add(g, function, kind, s);
}

/* A library function by one name for all its variants: FORTIFY's, those of C99 and of large files. */
static as_span plain_name(as_span name)
{
	static const char *const before[] = { "__isoc99_", "__isoc23_", "__GI_", "__libc_", "__" };
	static const char *const after[] = { "_chk", "64" };
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
		if (as_starts(name, before[i])) {
			name = as_cut(name, strlen(before[i]), name.n - strlen(before[i]));
			break;
		}
	for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++)
		if (as_ends(name, after[i]) && name.n > strlen(after[i]))
			name.n -= strlen(after[i]);
	return name;
}

static void add_calls(gathering *g, const as_kept *k)
{
	for (uint32_t i = 0; i < k->values.n_calls; i++) {
		const as_call *c = &k->values.calls[i];
		as_span name = c->name;
		uint64_t from = k->function->addr;
		if (c->api || as_program_import(g->program, c->goal) != SIZE_MAX)
			add(g, from, "call", plain_name(name));
		else if (c->goal && c->to != SIZE_MAX)
			add(g, from, "own", as_print(g->arena, "%lld", (long long)c->goal));
		as_sink sink = as_sink_of(g->signals, k, c);
		if (sink.weight > 0)
			add(g, from, "effect",
				as_print(g->arena, "%s %.*s", sink.what ? sink.what : "other",
					(int)as_min(sink.text.n, VALUE_MAX),
					sink.text.n ? (const char *)sink.text.p : ""));
		for (int a = 0; a < AS_ARGS_MAX; a++)
			add_text(g, from, "built", as_call_text(c, a));
	}
}

static void add_tests(gathering *g, size_t number)
{
	const as_tests *tests = &g->signals->tests[number];
	uint64_t from = g->signals->profile->functions.list[number].addr;
	for (size_t i = 0; i < tests->n; i++) {
		const as_test *t = &tests->list[i];
		if (t->kind != AS_TEST_NUMBER && (!t->addr || t->built))
			add_text(g, from, "built", t->text);
		else if (t->kind != AS_TEST_NUMBER && t->text.n >= TEST_MIN)
			add(g, from, "test", without_end(t->text));
		else if (t->number >= NUMBER_MIN)
			add(g, from, "number", as_print(g->arena, "%lld", (long long)t->number));
	}
}

static void add_function(gathering *g, size_t number)
{
	const as_function *f = &g->signals->profile->functions.list[number];
	const as_kept *k = g->signals->profile->kept[number];
	if (f->name.n > 0 && (f->by & AS_BY_SYMBOL))
		add(g, f->addr, "name", f->name);
	if (!k)
		return;
	add(g, f->addr, "print",
		as_print(
			g->arena, "%016llx", (unsigned long long)as_fingerprint_of(g->program, k)));
	add(g, f->addr, "blocks", as_print(g->arena, "%u", k->flow.n_blocks));
	if (f->library) { /* which members are linked in differs from build to build */
		add(g, f->addr, "library", as_lit("inside"));
		return;
	}
	for (uint32_t i = 0; i < k->values.n_refs; i++)
		add_text(g, f->addr, "text", as_program_string(g->program, k->values.refs[i].addr));
	add_calls(g, k);
	add_tests(g, number);
}

/* The function of a table's row: the nearest word beside the text that points to one. */
static uint64_t function_beside(const gathering *g, uint64_t at, unsigned width)
{
	for (int d = 1; d <= NEIGHBOURS; d++)
		for (int side = 1; side >= -1; side -= 2) {
			uint64_t goal = 0,
				 word = at + (uint64_t)((int64_t)d * side * (int64_t)width);
			if (!as_program_initial(g->program, word, width, &goal) || goal == 0)
				continue;
			goal &= g->program->elf.machine == AS_EM_ARM ? ~UINT64_C(1) : UINT64_MAX;
			if (as_profile_number(g->signals->profile, goal) != SIZE_MAX)
				return goal;
		}
	return UINT64_MAX;
}

static bool is_library(const gathering *g, uint64_t function)
{
	const as_functions *all = &g->signals->profile->functions;
	size_t number = as_profile_number(g->signals->profile, function);
	return number != SIZE_MAX && all->list[number].library;
}

/* Texts that tables in the data point to: commands with their handlers, options, names. */
static void add_tables(gathering *g, const as_region *r, size_t *words)
{
	unsigned width = g->program->elf.wide ? 8 : 4;
	for (uint64_t at = (r->addr + width - 1) / width * width; at + width <= r->addr + r->data.n;
		at += width) {
		uint64_t goal = 0;
		if (++*words > WORDS_MAX) {
			g->cut = true;
			return;
		}
		if (!as_program_initial(g->program, at, width, &goal) || goal < 0x1000 ||
			as_program_is_code(g->program, goal))
			continue;
		as_span text = as_program_string(g->program, goal);
		uint64_t beside = text.n >= TEXT_MIN ? function_beside(g, at, width) : UINT64_MAX;
		if (text.n >= TEXT_MIN && !is_library(g, beside))
			add_text(g, beside, "table", text);
	}
}

/* Every text in the data: what the other build has anywhere is no news. */
static void add_data(gathering *g, as_span data)
{
	size_t from = 0;
	for (size_t i = 0; i <= data.n; i++) {
		if (i < data.n && is_plain(data.p[i]))
			continue;
		if (i - from >= DATA_MIN)
			add_text(g, UINT64_MAX, "data", as_cut(data, from, i - from));
		from = i + 1;
	}
}

static int compare(const void *a, const void *b)
{
	const trait *x = a, *y = b;
	if (x->function != y->function)
		return x->function < y->function ? -1 : 1;
	int d = strcmp(x->kind, y->kind);
	if (d == 0)
		d = memcmp(x->value.p, y->value.p, as_min(x->value.n, y->value.n));
	return d != 0 ? d : (x->value.n > y->value.n) - (x->value.n < y->value.n);
}

/* The first bytes of a function; the file's header for what only the data has. */
static as_span cited(const gathering *g, uint64_t function)
{
	as_span from =
		function == UINT64_MAX ? (as_span){ 0 } : as_program_file(g->program, function);
	return from.n > 0 ? as_cut(from, 0, as_min(from.n, CITED)) : g->program->elf.header;
}

static as_status state(as_facts *out, const gathering *g)
{
	as_status worst = AS_OK;
	for (size_t i = 0; i < g->n && worst <= AS_PARTIAL;) {
		const trait *t = &g->list[i];
		size_t from = i;
		while (i < g->n && compare(t, &g->list[i]) == 0)
			i++;
		worst = as_worse(
			worst, as_add_function_trait(out,
				       (as_function_trait){ .where = cited(g, t->function),
					       .function = t->function <= INT64_MAX
								   ? as_some((int64_t)t->function)
								   : (as_opt){ 0 },
					       .kind = as_lit(t->kind),
					       .value = t->value,
					       .n = (int64_t)(i - from) }));
	}
	return worst;
}

as_status as_state_traits(as_facts *out, const as_signals *s)
{
	gathering g = { .signals = s, .program = s->profile->program, .arena = s->arena };
	size_t words = 0;
	for (size_t i = 0; i < s->profile->functions.n; i++)
		add_function(&g, i);
	for (size_t i = 0; i < g.program->n_regions; i++)
		if (!g.program->regions[i].exec) {
			add_tables(&g, &g.program->regions[i], &words);
			add_data(&g, g.program->regions[i].data);
		}
	if (g.n > 1)
		qsort(g.list, g.n, sizeof(*g.list), compare);
	as_status worst = g.no_memory ? AS_NOMEM : state(out, &g);
	free(g.list);
	if (worst <= AS_PARTIAL && g.cut)
		worst = as_worse(worst, as_beyond(out, g.program->elf.header,
						"too much to compare: some traits are left out"));
	return worst;
}
