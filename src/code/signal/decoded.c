/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that the program hides from those who read its file: decoded by a loop before they are used, or put
 * together byte by byte on the stack. What they are is found by trial runs; what is done with them decides how
 * much that weighs. */
#include "code/tryout.h"

#include <math.h>

enum { LINE = 100 };

static bool is_run(const as_sink *sink)
{
	return sink->api && (sink->api->kind == AS_API_RUN || sink->api->kind == AS_API_EXEC ||
				    sink->api->kind == AS_API_LOAD);
}

/* How many bytes of the string that argument i points to on the stack were stored one at a time. */
static unsigned single_bytes(const as_kept *k, const as_call *c, unsigned i)
{
	const as_values *v = &k->values;
	int64_t from = as_term_of(v, c->arg[i])->k, offset = 0;
	unsigned n = 0;
	for (uint32_t j = 0; j < v->n_stores; j++) {
		const as_store *st = &v->stores[j];
		const as_term *b = as_term_of(v, as_value_base(v, st->base, &offset));
		int64_t at = b->k + offset + st->offset - from;
		uint64_t byte = 0;
		n += b->kind == AS_V_STACK && st->width == 1 && at >= 0 &&
		     at < (int64_t)as_call_text(c, i).n && as_value_const(v, st->value, &byte) &&
		     byte != 0;
	}
	return n;
}

/* Which argument is a string that was put together on the stack, and is run, opened or compared; -1: none. */
static int built_argument(const as_signals *s, const as_kept *k, const as_call *c, as_sink *sink)
{
	const as_api *api = c->api;
	*sink = as_sink_of(s, k, c);
	if (!api || (api->kind != AS_API_COMPARE && sink->weight <= 0))
		return -1;
	for (int i = 0; i < 2; i++) {
		as_span text = as_call_text(c, i);
		unsigned single = text.n >= 4 ? single_bytes(k, c, (unsigned)i) : 0;
		if (single >= 4 && single * 2 >= text.n &&
			as_term_of(&k->values, c->arg[i])->kind == AS_V_STACK)
			return i;
	}
	return -1;
}

/* All of one function: where many texts are made like that, the compiler does so. */
static void look_at_built(as_signals *s, size_t number, const as_kept *k)
{
	as_sink sink;
	unsigned n = 0;
	for (uint32_t j = 0; j < k->values.n_calls; j++)
		n += built_argument(s, k, &k->values.calls[j], &sink) >= 0;
	for (uint32_t j = 0; n > 0 && j < k->values.n_calls; j++) {
		const as_call *c = &k->values.calls[j];
		int i = built_argument(s, k, c, &sink);
		if (i < 0)
			continue;
		as_span text = as_call_text(c, i);
		bool compares = c->api->kind == AS_API_COMPARE;
		double w = is_run(&sink) ? 2.6 : compares ? 1.8 : 1;
		as_alarm_add(
			s, (as_alarm){ .signal = "decoded",
				   .function = number,
				   .at = c->at,
				   .score = w * (text.n >= 6 ? 1 : 0.6) / sqrt(n),
				   .trigger = text,
				   .effect = as_sink_text(s, k, c, &sink),
				   .detail = as_lit("the text is put together byte by byte on the "
						    "stack, so that the file does not hold it") });
	}
}

static double weigh(const as_signals *s, const as_kept *k, const as_brought *d, double texts)
{
	as_sink sink = d->use ? as_sink_of(s, k, d->use) : (as_sink){ 0 };
	const as_api *api = d->use ? d->use->api : NULL;
	bool compares = d->where == 0 || (api && api->kind == AS_API_COMPARE);
	double w = d->hidden ? 2 : 0.7;
	w *= is_run(&sink) ? 2.2 : compares ? 1.6 : sink.weight > 0 ? 1.5 : 1;
	w *= d->text.n >= 6 ? 1 : 0.6;
	return w / sqrt(sqrt(texts));
}

static void state(as_signals *s, size_t number, const as_kept *k, const as_brought *d, size_t n)
{
	as_sink sink = d->use ? as_sink_of(s, k, d->use) : (as_sink){ 0 };
	double score = weigh(s, k, d, (double)n);
	bool compared = d->where == 0;
	as_decoded_add(s, (as_decoded){ .function = number,
				  .at = d->at,
				  .text = d->text,
				  .how = d->called  ? "function"
					 : compared ? "compared"
						    : "loop" });
	as_alarm_add(
		s, (as_alarm){ .signal = "decoded",
			   .function = number,
			   .at = d->at,
			   .effect_at = d->use ? d->use->at : 0,
			   .score = score,
			   .trigger = d->text,
			   .effect = d->use     ? as_sink_text(s, k, d->use, &sink)
				     : compared ? as_lit("input is compared with it")
						: as_lit("a text that the file does not hold"),
			   .detail = as_alarm_text(s, "%s%s brings the text out of constants%s",
				   d->called ? "a function that is called here" : "a loop",
				   compared ? ", comparing byte by byte," : "",
				   d->hidden ? " that are no text" : ""),
			   .conclusive = d->hidden && d->text.n >= 6 &&
					 (compared || (d->use && is_run(&sink))) });
}

static void find(as_signals *s)
{
	as_brought shown[AS_BROUGHT_MAX];
	as_tryout *t = as_tryout_new(s);
	s->no_memory = s->no_memory || !t;
	for (size_t i = 0; t && i < s->profile->functions.n; i++) {
		const as_kept *k = s->profile->kept[i];
		size_t n = k ? as_tryout_run(t, i, shown) : 0;
		for (size_t j = 0; j < n; j++)
			state(s, i, k, &shown[j], n);
		if (k)
			look_at_built(s, i, k);
	}
}

const as_signal as_signal_decoded = {
	.id = "decoded",
	.title = "Texts that the file hides",
	.find = find,
};
