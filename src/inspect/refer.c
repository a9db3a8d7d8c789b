/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/refer.h"

#include "code/phrase.h"

#include <stdlib.h>

enum {
	CITED = 16, /* bytes of code that a row rests on */
	CALLS_MAX = 64,
	TEXTS_MAX = 32,
	TESTS_MAX = 32, /* of one function */
	SHORTEST = 4,   /* bytes of a text */
	LONGEST = 200,
	REACHED_MAX = 4096 /* rows of one program */
};

typedef struct stating {
	as_facts *out;
	const as_signals *s;
	const as_kept *k;
	as_opt function; /* its address */
	as_buf words;
} stating;

static as_opt address(uint64_t addr)
{
	return addr && addr <= INT64_MAX ? as_some((int64_t)addr) : (as_opt){ 0 };
}

static as_span cited(const stating *st, uint64_t addr)
{
	as_span from = as_program_file(st->s->profile->program, addr);
	return as_cut(from, 0, as_min(from.n, CITED));
}

static as_span cut(as_span text) { return as_cut(text, 0, as_min(text.n, LONGEST)); }

static as_status state_calls(stating *st)
{
	const as_values *v = &st->k->values;
	const as_program *p = st->s->profile->program;
	as_phrasing words = { .profile = st->s->profile, .in = st->k };
	as_status worst = AS_OK;
	for (uint32_t i = 0; i < v->n_calls && i < CALLS_MAX && worst <= AS_PARTIAL; i++) {
		const as_call *c = &v->calls[i];
		as_buf_clear(&st->words);
		as_phrase_call(&st->words, &words, i);
		worst = as_worse(worst,
			as_add_call(st->out,
				(as_call_row){ .where = cited(st, c->at),
					.function = st->function,
					.n = (int64_t)i + 1,
					.addr = address(c->at),
					.goal = as_program_is_code(p, c->goal) ? address(c->goal)
									       : (as_opt){ 0 },
					.name = c->system ? as_lit("system call") : cut(c->name),
					.text = as_buf_span_of(&st->words) }));
	}
	return worst;
}

static as_status state_texts(stating *st)
{
	const as_values *v = &st->k->values;
	as_status worst = AS_OK;
	unsigned n = 0;
	for (uint32_t i = 0; i < v->n_refs && n < TEXTS_MAX && worst <= AS_PARTIAL; i++) {
		const as_ref *r = &v->refs[i];
		as_span text = as_phrase_string(st->s->profile, r->addr);
		if (text.n < SHORTEST)
			continue;
		n++;
		worst = as_worse(worst,
			as_add_string_ref(st->out, (as_string_ref){ .where = cited(st, r->at),
							   .function = st->function,
							   .addr = address(r->at),
							   .text_addr = address(r->addr),
							   .text = cut(text) }));
	}
	return worst;
}

/* Calls that are made only where the test found equality. */
static int64_t gated(const as_kept *k, const as_test *t)
{
	int64_t n = 0;
	for (uint32_t i = 0; t->equal != AS_NO_BLOCK && i < k->values.n_calls; i++)
		n += as_dominates(&k->dominators, t->equal, k->values.calls[i].block);
	return n;
}

static as_status state_gates(stating *st, const as_tests *tests)
{
	static const char *const kinds[] = { "string", "memory", "search", "chain", "number" };
	as_status worst = AS_OK;
	for (size_t i = 0; i < tests->n && i < TESTS_MAX && worst <= AS_PARTIAL; i++) {
		const as_test *t = &tests->list[i];
		as_gate_row row = { .where = cited(st, t->at),
			.function = st->function,
			.addr = address(t->at),
			.kind = as_lit(kinds[t->kind]),
			.text = cut(t->text),
			.built = t->built,
			.gated = gated(st->k, t) };
		if (t->text.n == 0)
			row.number = as_some((int64_t)t->number);
		worst = as_worse(worst, as_add_gate(st->out, row));
	}
	return worst;
}

static as_status state_function(stating *st, size_t number)
{
	as_status worst = AS_OK;
	st->k = st->s->profile->kept[number];
	if (!st->k)
		return AS_OK;
	st->function = address(st->s->profile->functions.list[number].addr);
	worst = as_worse(worst, state_calls(st));
	worst = worst <= AS_PARTIAL ? as_worse(worst, state_texts(st)) : worst;
	return worst <= AS_PARTIAL ? as_worse(worst, state_gates(st, &st->s->tests[number]))
				   : worst;
}

/* The kinds of effects that each function has itself, a bit for each. */
static void note_effects(const as_signals *s, uint32_t *kinds)
{
	const as_profile *p = s->profile;
	for (size_t i = 0; i < p->functions.n; i++)
		for (uint32_t j = 0; p->kept[i] && j < p->kept[i]->values.n_calls; j++) {
			as_sink sink = as_sink_of(s, p->kept[i], &p->kept[i]->values.calls[j]);
			if (sink.weight > 0 && sink.api)
				kinds[i] |= UINT32_C(1) << sink.api->kind;
		}
}

/* Hands effects on to callers until nothing changes. queue: room for every function; queued: whether it waits. */
static void hand_on(const as_profile *p, uint32_t *kinds, uint32_t *queue, bool *queued)
{
	size_t n = p->functions.n, first = 0, waiting = 0;
	for (size_t i = 0; i < n; i++)
		if (kinds[i]) {
			queued[i] = true;
			queue[(first + waiting++) % n] = (uint32_t)i;
		}
	while (waiting > 0) {
		uint32_t at = queue[first];
		size_t callers = 0;
		const as_link *l = as_profile_callers(p, p->functions.list[at].addr, &callers);
		first = (first + 1) % n;
		waiting--;
		queued[at] = false;
		for (size_t i = 0; i < callers; i++) {
			uint32_t from = l[i].from;
			if ((kinds[from] | kinds[at]) == kinds[from])
				continue;
			kinds[from] |= kinds[at];
			if (!queued[from]) {
				queued[from] = true;
				queue[(first + waiting++) % n] = from;
			}
		}
	}
}

static as_status state_reach(stating *st, const uint32_t *kinds)
{
	const as_profile *p = st->s->profile;
	as_status worst = AS_OK;
	size_t rows = 0;
	for (size_t i = 0; i < p->functions.n; i++) {
		const as_function *f = &p->functions.list[i];
		bool entry = f->by & AS_BY_ENTRY;
		if (!kinds[i] || (!f->exported && !entry))
			continue;
		as_span name = f->name.n ? cut(f->name) : as_lit("entry");
		for (unsigned kind = 0; kind < 32 && worst <= AS_PARTIAL; kind++) {
			const char *word = as_sink_name((as_api_kind)kind);
			if (!(kinds[i] >> kind & 1) || !word || rows++ >= REACHED_MAX)
				continue;
			worst = as_worse(worst,
				as_add_reach(st->out, (as_reach_row){ .where = cited(st, f->addr),
							      .function = address(f->addr),
							      .name = name,
							      .kind = as_lit(word) }));
		}
	}
	return worst;
}

static as_status work_out_reach(stating *st)
{
	size_t n = st->s->profile->functions.n;
	uint32_t *kinds = calloc(n + 1, sizeof(*kinds)), *queue = calloc(n + 1, sizeof(*queue));
	bool *queued = calloc(n + 1, sizeof(*queued));
	as_status s = AS_NOMEM;
	if (kinds && queue && queued) {
		note_effects(st->s, kinds);
		hand_on(st->s->profile, kinds, queue, queued);
		s = state_reach(st, kinds);
	}
	free(kinds);
	free(queue);
	free(queued);
	return s;
}

as_status as_state_references(as_facts *out, const as_signals *s, const bool *told)
{
	stating st = { .out = out, .s = s };
	as_status worst = AS_OK;
	for (size_t i = 0; i < s->profile->functions.n && worst <= AS_PARTIAL; i++)
		if (told[i])
			worst = as_worse(worst, state_function(&st, i));
	as_buf_free(&st.words);
	return worst <= AS_PARTIAL ? as_worse(worst, work_out_reach(&st)) : worst;
}
