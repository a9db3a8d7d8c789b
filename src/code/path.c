/* SPDX-License-Identifier: Apache-2.0 */
#include "code/path.h"

#include "code/outcome.h"
#include "code/phrase.h"

typedef struct making {
	as_path *out;
	const as_signals *s;
	const as_alarm *a;
	const as_way *w;
	as_buf buf;
} making;

/* Adds a step with what is in the buffer as its words. */
static void add(making *m, const char *kind, size_t function, uint64_t at)
{
	if (m->out->n < AS_PATH_MAX)
		m->out->step[m->out->n++] = (as_path_step){ .kind = kind,
			.function = function,
			.at = at,
			.text = as_copy(m->s->arena, as_buf_span_of(&m->buf)) };
	as_buf_clear(&m->buf);
}

static uint64_t addr_of(const making *m, size_t function)
{
	return m->s->profile->functions.list[function].addr;
}

static as_phrasing words_of(const making *m, const as_leg *leg)
{
	return (as_phrasing){ .profile = m->s->profile, .in = leg->in };
}

static void add_call(making *m, size_t from, uint64_t at, size_t to)
{
	as_buf_text(&m->buf, "calls ");
	as_phrase_name(&m->buf, m->s->profile, addr_of(m, to));
	add(m, "call", from, at);
}

static void add_chain(making *m, const as_chain *c)
{
	as_buf_add(&m->buf, c->entry.p, c->entry.n);
	if (!c->known)
		as_buf_text(&m->buf, "how it is reached is not known");
	add(m, "entry", c->hop[0].function, addr_of(m, c->hop[0].function));
	for (size_t i = 0; i + 1 < c->n; i++)
		add_call(m, c->hop[i].function, c->hop[i].at, c->hop[i + 1].function);
}

/* The condition at the end of block number i of a leg; false if there is none. */
static bool say_condition(making *m, const as_leg *leg, size_t i)
{
	const as_decision *d = as_phrase_decision(leg->in, leg->blocks[i]);
	as_phrasing words = words_of(m, leg);
	int side = as_way_side(leg, i);
	if (!d || side < 0)
		return false;
	as_phrase_condition(&m->buf, &words, d, side == 1);
	return true;
}

static void add_test(making *m)
{
	const as_leg *leg = &m->w->leg[0];
	const as_test *t = m->w->test;
	as_phrasing words = words_of(m, leg);
	bool said = false;
	if (t->kind == AS_TEST_CHAIN) {
		as_phrase_value(&m->buf, &words, t->input);
		as_buf_text(&m->buf, " is, byte by byte, ");
		as_phrase_text(&m->buf, t->text);
		said = true;
	}
	for (size_t i = 0; i < leg->n && !said; i++)
		said = leg->blocks[i] == t->block && say_condition(m, leg, i);
	if (!said && t->call != UINT32_MAX)
		as_phrase_call(&m->buf, &words, t->call);
	else if (!said)
		as_buf_text(&m->buf, "the comparison");
	add(m, "test", leg->function, t->at);
}

/* Whether a decision asks for the answer of the call at an address. */
static bool asks_for(const as_values *v, const as_decision *d, uint64_t at)
{
	int64_t offset = 0;
	const as_term *n = as_term_of(v, as_value_base(v, d->a, &offset));
	return n->kind == AS_V_RESULT && (uint64_t)n->k < v->flow->n_ops &&
	       v->flow->ops[n->k].at == at;
}

/* The condition on the way from the place on, if the alarm is about no comparison with a constant: the one that asks
 * for its answer, else the next. */
static void add_next(making *m)
{
	const as_leg *leg = &m->w->leg[0];
	uint32_t from = as_way_block(leg->in, m->a->at);
	for (int pass = 0; pass < 2; pass++) {
		bool behind = false;
		for (size_t i = 0; i < leg->n; i++) {
			const as_decision *d = as_phrase_decision(leg->in, leg->blocks[i]);
			behind = behind || leg->blocks[i] == from;
			bool fits = behind && d && d->at != m->a->at &&
				    (pass == 1 || asks_for(&leg->in->values, d, m->a->at));
			if (!fits || !say_condition(m, leg, i))
				continue;
			add(m, "test", leg->function, d->at);
			return;
		}
	}
}

/* The place itself, where the alarm is about no comparison. */
static void add_site(making *m)
{
	const as_leg *leg = &m->w->leg[0];
	const as_values *v = &leg->in->values;
	as_phrasing words = words_of(m, leg);
	for (uint32_t i = 0; i < v->n_calls && m->buf.n == 0; i++)
		if (v->calls[i].at == m->a->at)
			as_phrase_call(&m->buf, &words, i);
	for (size_t i = 0; i < leg->n && m->buf.n == 0; i++) {
		const as_decision *d = as_phrase_decision(leg->in, leg->blocks[i]);
		if (d && d->at == m->a->at && say_condition(m, leg, i)) {
			add(m, "test", leg->function, d->at);
			return;
		}
	}
	if (m->buf.n == 0 && m->a->trigger.n > 0)
		as_phrase_text(&m->buf, m->a->trigger);
	if (m->buf.n == 0)
		as_buf_text(&m->buf, m->a->signal);
	add(m, "site", leg->function, m->a->at);
	if (leg->effect_at && leg->effect_at != m->a->at)
		add_next(m);
}

/* The judging function answers, and its caller acts on the answer. */
static void add_answer(making *m)
{
	const as_leg *judge = &m->w->leg[0], *acts = &m->w->leg[1];
	as_outcome o = m->w->test ? as_outcome_of(judge->in, m->w->test) : (as_outcome){ 0 };
	if (o.known) {
		as_buf_print(&m->buf, "answers %lld", (long long)(int32_t)o.answer);
		add(m, "answer", judge->function, judge->in->function->addr);
	}
	uint32_t from = as_way_block(acts->in, m->w->between_at);
	bool behind = false;
	for (size_t i = 0; i < acts->n; i++) {
		const as_decision *d = as_phrase_decision(acts->in, acts->blocks[i]);
		behind = behind || acts->blocks[i] == from;
		if (behind && say_condition(m, acts, i)) {
			add(m, "test", acts->function, d->at);
			return;
		}
	}
}

static void add_effect(making *m)
{
	const as_leg *last = &m->w->leg[m->w->n - 1];
	const as_values *v = &last->in->values;
	as_phrasing words = words_of(m, last);
	for (size_t i = 0; i + 1 < last->n; i++) {
		const as_decision *d = as_phrase_decision(last->in, last->blocks[i]);
		int side = as_way_side(last, i);
		if (d && side >= 0)
			(void)as_phrase_learn(&words, d, side == 1);
	}
	for (uint32_t i = 0; i < v->n_calls && last->effect_at; i++)
		if (v->calls[i].at == last->effect_at && m->buf.n == 0)
			as_phrase_call(&m->buf, &words, i);
	if (m->buf.n == 0)
		as_buf_add(&m->buf, m->a->effect.p, m->a->effect.n);
	uint64_t at = last->effect_at;
	const as_test *t = m->w->test;
	if (!at && t && t->equal != AS_NO_BLOCK)
		at = m->w->leg[0].in->flow.blocks[t->equal].addr;
	if (m->buf.n > 0 && (!last->effect_at || at != m->a->at))
		add(m, "effect", last->function, at ? at : m->a->at);
	as_buf_clear(&m->buf);
}

bool as_path_make(
	as_path *out, const as_signals *s, const as_alarm *a, const as_way *w, const as_chain *c)
{
	making m = { .out = out, .s = s, .a = a, .w = w };
	bool caller = w->n > 1 && !w->called;
	out->n = 0;
	add_chain(&m, c);
	if (caller)
		add_call(&m, w->leg[1].function, w->between_at, w->leg[0].function);
	if (w->test)
		add_test(&m);
	else
		add_site(&m);
	as_outcome o = w->test && w->n == 1 && !w->leg[0].effect_at
			       ? as_outcome_of(w->leg[0].in, w->test)
			       : (as_outcome){ 0 };
	if (caller) {
		add_answer(&m);
	} else if (o.known) {
		as_buf_print(&m.buf, "answers %lld", (long long)(int32_t)o.answer);
		add(&m, "answer", a->function, addr_of(&m, a->function));
	}
	if (w->called)
		add_call(&m, w->leg[0].function, w->between_at, w->leg[1].function);
	add_effect(&m);
	bool ok = !m.buf.bad;
	as_buf_free(&m.buf);
	return ok;
}
