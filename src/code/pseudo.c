/* SPDX-License-Identifier: Apache-2.0 */
#include "code/pseudo.h"

#include "code/outcome.h"
#include "code/phrase.h"

enum {
	FEW = 14,      /* calls of one leg: more, and those that matter little are left out */
	CONDITIONS = 4 /* joined into one if */
};

#define DOTS "\xe2\x80\xa6"

typedef struct writer {
	as_pseudo *out;
	const as_signals *s;
	const as_way *way;
	const as_leg *leg;
	as_phrasing words;
	uint16_t *names;
	bool *matters; /* by call number */
	as_buf line, conditions;
	uint64_t conditions_at;
	unsigned n_conditions, depth, n_names;
	bool gap; /* something was left out since the last line */
} writer;

static void end_line(writer *w, uint64_t at)
{
	if (w->out->n < AS_PSEUDO_MAX)
		w->out->line[w->out->n++] = (as_pseudo_line){ .at = at,
			.depth = w->depth,
			.text = as_copy(w->s->arena, as_buf_span_of(&w->line)) };
	as_buf_clear(&w->line);
}

static void plain_line(writer *w, const char *text)
{
	as_buf_text(&w->line, text);
	end_line(w, 0);
}

/* Says that something was left out. */
static void fill_gap(writer *w)
{
	if (w->gap)
		plain_line(w, DOTS);
	w->gap = false;
}

/* Opens what the gathered conditions guard. */
static void open_conditions(writer *w)
{
	if (w->n_conditions == 0)
		return;
	fill_gap(w);
	as_buf_text(&w->line, "if (");
	as_buf_add(&w->line, w->conditions.p, w->conditions.n);
	as_buf_text(&w->line, ") {");
	end_line(w, w->conditions_at);
	as_buf_clear(&w->conditions);
	w->n_conditions = 0;
	w->depth++;
}

static void condition(writer *w, const as_decision *d, bool taken)
{
	if (w->gap || w->n_conditions >= CONDITIONS)
		open_conditions(w);
	if (w->n_conditions++ > 0)
		as_buf_text(&w->conditions, " && ");
	w->conditions_at = d->at;
	as_phrase_condition(&w->conditions, &w->words, d, taken);
	(void)as_phrase_learn(&w->words, d, taken);
}

/* Marks calls whose answers x is made of. */
static void mark(writer *w, as_value x, int depth)
{
	enum { DEEPEST = 6 };
	const as_values *v = &w->leg->in->values;
	const as_term *n = as_term_of(v, x);
	if (x == AS_NOT_KNOWN || depth > DEEPEST)
		return;
	if (n->kind == AS_V_RESULT) {
		for (uint32_t i = 0; i < v->n_calls; i++)
			if (v->calls[i].op == (uint32_t)n->k)
				w->matters[i] = true;
	} else if (n->kind == AS_V_OP || n->kind == AS_V_LOAD || n->kind == AS_V_FLAGS) {
		mark(w, n->a, depth + 1);
		if (n->kind != AS_V_LOAD)
			mark(w, n->b, depth + 1);
	}
}

/* Whether a call is to be shown for its own sake: it brings input, judges, or does something to the device. */
static bool is_notable(const writer *w, const as_call *c)
{
	if (c->system || as_sink_of(w->s, w->leg->in, c).weight > 0)
		return true;
	const as_api *api = c->api;
	bool kinds = api && (api->kind == AS_API_INPUT || api->kind == AS_API_CRYPT ||
				    api->kind == AS_API_COMPARE || api->kind == AS_API_NUMBER ||
				    api->kind == AS_API_DUP);
	return kinds || c->at == w->leg->effect_at || c->at == w->way->between_at ||
	       (w->way->test && c->at == w->way->test->at);
}

static bool writes_input(const writer *w, const as_call *c)
{
	int64_t offset = 0, other = 0;
	const as_values *v = &w->leg->in->values;
	const as_test *t = w->leg == &w->way->leg[0] ? w->way->test : NULL;
	as_value input = t ? as_value_base(v, t->input, &offset) : AS_NOT_KNOWN;
	for (unsigned i = 0; input != AS_NOT_KNOWN && i < AS_ARGS_MAX; i++)
		if (as_value_base(v, c->arg[i], &other) == input)
			return true;
	return false;
}

/* What matters of the calls on the way. Answers how many there are. */
static size_t choose(writer *w)
{
	const as_values *v = &w->leg->in->values;
	size_t n = 0;
	for (size_t i = 0; i < w->leg->n; i++) {
		const as_decision *d = as_phrase_decision(w->leg->in, w->leg->blocks[i]);
		if (d && as_way_side(w->leg, i) >= 0) {
			mark(w, d->a, 0);
			mark(w, d->b, 0);
		}
		for (uint32_t j = 0; j < v->n_calls; j++) {
			const as_call *c = &v->calls[j];
			if (c->block != w->leg->blocks[i])
				continue;
			n++;
			bool shown = is_notable(w, c) || writes_input(w, c);
			w->matters[j] = w->matters[j] || shown;
			for (unsigned k = 0; shown && k < AS_ARGS_MAX; k++)
				mark(w, c->arg[k], 0);
		}
	}
	return n;
}

/* Whether calls on the way are given a value. */
static bool is_passed(const writer *w, as_value x)
{
	const as_values *v = &w->leg->in->values;
	for (uint32_t i = 0; i < v->n_calls; i++)
		for (unsigned j = 0; j < AS_ARGS_MAX; j++)
			if (v->calls[i].arg[j] == x && w->matters[i])
				return true;
	return false;
}

/* Whether something in the function asks for a value: a sum, a load, a decision, a call on the way. */
static bool is_asked(const writer *w, as_value x)
{
	const as_values *v = &w->leg->in->values;
	if (x == AS_NOT_KNOWN)
		return false;
	for (uint32_t i = 1; i < v->n_terms; i++) {
		const as_term *n = &v->terms[i];
		bool made = n->kind == AS_V_OP || n->kind == AS_V_LOAD || n->kind == AS_V_FLAGS;
		if (made && (n->a == x || n->b == x))
			return true;
	}
	for (uint32_t i = 0; i < v->n_decisions; i++)
		if (v->decisions[i].a == x || v->decisions[i].b == x)
			return true;
	return is_passed(w, x);
}

/* Whether only the decision at the end of the call's own block asks for its answer: then it is written in there. */
static bool is_inline(const writer *w, const as_call *c, size_t i)
{
	const as_decision *d = as_phrase_decision(w->leg->in, c->block);
	int64_t offset = 0;
	const as_api *api = c->api;
	as_phrasing behind = w->words;
	int side = as_way_side(w->leg, i);
	if (!d || side < 0 || !api || api->kind != AS_API_COMPARE)
		return false;
	if (is_passed(w, c->result) && !as_phrase_learn(&behind, d, side == 1))
		return false; /* it is no constant for those who are given it */
	const as_values *v = &w->leg->in->values;
	return as_value_base(v, d->a, &offset) == c->result && offset == 0;
}

static void statement(writer *w, uint32_t number, size_t i, bool all)
{
	const as_call *c = &w->leg->in->values.calls[number];
	if (!all && !w->matters[number]) {
		w->gap = true;
		return;
	}
	if (is_inline(w, c, i))
		return;
	open_conditions(w);
	fill_gap(w);
	if (is_asked(w, c->result)) {
		w->names[number] = 0;
		as_buf_print(&w->line, "v%u = ", ++w->n_names);
	}
	as_phrase_call(&w->line, &w->words, number);
	if (is_asked(w, c->result))
		w->names[number] = (uint16_t)w->n_names;
	as_buf_text(&w->line, ";");
	end_line(w, c->at);
}

static void heading(writer *w)
{
	const as_kept *k = w->leg->in;
	unsigned n = as_phrase_arguments(k);
	as_phrase_name(&w->line, w->s->profile, k->function->addr);
	as_buf_text(&w->line, "(");
	for (unsigned i = 0; i < n; i++)
		as_buf_print(&w->line, "%sparam_%u", i ? ", " : "", i + 1);
	as_buf_text(&w->line, ") {");
	end_line(w, k->function->addr);
	w->depth++;
}

/* What the function answers when the test is equal, where that is what counts. */
static void answer(writer *w)
{
	const as_test *t = w->leg == &w->way->leg[0] ? w->way->test : NULL;
	as_outcome o = t && !w->leg->effect_at ? as_outcome_of(w->leg->in, t) : (as_outcome){ 0 };
	if (!o.known)
		return;
	w->gap = false;
	as_buf_print(&w->line, "return %lld;", (long long)(int32_t)o.answer);
	end_line(w, 0);
}

static void body(writer *w)
{
	const as_values *v = &w->leg->in->values;
	bool all = choose(w) <= FEW;
	for (size_t i = 0; i < w->leg->n; i++) {
		uint32_t block = w->leg->blocks[i];
		const as_block *before = i ? &w->leg->in->flow.blocks[w->leg->blocks[i - 1]] : NULL;
		w->gap = w->gap || (before && before->next != block && before->taken != block);
		bool done = false; /* what follows the effect is no part of the way */
		for (uint32_t j = 0; j < v->n_calls && !done; j++) {
			if (v->calls[j].block == block)
				statement(w, j, i, all);
			done = v->calls[j].block == block && v->calls[j].at == w->leg->effect_at;
		}
		if (done)
			return;
		const as_decision *d = as_phrase_decision(w->leg->in, block);
		int side = as_way_side(w->leg, i);
		if (d && side >= 0)
			condition(w, d, side == 1);
	}
	bool empty = w->n_conditions > 0; /* what follows is not known, or is no call */
	open_conditions(w);
	size_t lines = w->out->n;
	answer(w);
	w->gap = w->gap || (empty && w->out->n == lines);
	fill_gap(w);
}

static bool write_leg(writer *w, const as_leg *leg)
{
	w->leg = leg;
	w->n_names = 0;
	w->gap = false;
	w->names = as_alloc_array(w->s->arena, leg->in->values.n_calls + 1, sizeof(*w->names));
	w->matters = as_alloc_array(w->s->arena, leg->in->values.n_calls + 1, sizeof(*w->matters));
	if (!w->names || !w->matters)
		return false;
	w->words = (as_phrasing){ .profile = w->s->profile, .in = leg->in, .names = w->names };
	heading(w);
	body(w);
	while (w->depth > 0) {
		w->depth--;
		plain_line(w, "}");
	}
	return true;
}

bool as_pseudo_write(as_pseudo *out, const as_signals *s, const as_way *way)
{
	writer w = { .out = out, .s = s, .way = way };
	out->n = 0;
	bool ok = true;
	for (size_t i = 0; i < way->n && ok; i++)
		ok = write_leg(&w, &way->leg[i]);
	ok = ok && !w.line.bad && !w.conditions.bad;
	as_buf_free(&w.line);
	as_buf_free(&w.conditions);
	return ok;
}
