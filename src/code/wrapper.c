/* SPDX-License-Identifier: Apache-2.0 */
#include "code/wrapper.h"

enum { ROUNDS = 3, WRAPPER_OPS = 600, SITES = 3, CONSTANT_SHARE = 70 /* percent */ };

/* The argument after "-c" of a call that runs a shell. */
static int after_option(const as_kept *k, const as_call *c)
{
	for (unsigned i = 0; i + 1 < AS_ARGS_MAX; i++) {
		as_span text = as_origin_text(k, c, i);
		if (as_is(text, "-c"))
			return (int)i + 1;
	}
	return -1;
}

int as_wrapper_command(const as_signals *s, const as_kept *k, const as_call *c)
{
	const as_api *api = c->api;
	size_t n = api ? SIZE_MAX : c->to;
	if (api && api->kind == AS_API_RUN)
		return api->text;
	if (api && api->kind == AS_API_EXEC)
		return as_sink_of(s, k, c).shell ? after_option(k, c) : -1;
	return n != SIZE_MAX && s->wraps_shell[n] ? 0 : -1;
}

/* Whether a call prints into place (a buffer that is run afterwards) what a format makes of the function's
 * first argument. */
static bool is_formatted_from(const as_kept *k, as_value place)
{
	const as_values *v = &k->values;
	for (uint32_t i = 0; i < v->n_calls; i++) {
		const as_call *c = &v->calls[i];
		const as_api *api = c->api;
		if (!api || (api->kind != AS_API_FORMAT && api->kind != AS_API_COPY) ||
			c->arg[0] != place || place == AS_NOT_KNOWN)
			continue;
		if (api->kind == AS_API_FORMAT && api->text > 0 &&
			as_value_root(v, c->arg[api->text]) == 0)
			return true;
		if (api->kind == AS_API_COPY && as_value_root(v, c->arg[1]) == 0)
			return true;
	}
	return false;
}

/* What almost always is called with a text that is a constant, and runs a command, runs that text. */
static bool is_given_constants(const as_signals *s, const as_kept *k)
{
	size_t n = 0, constant = 0;
	const as_link *links = as_profile_callers(s->profile, k->function->addr, &n);
	for (size_t i = 0; i < n; i++) {
		const as_kept *from = s->profile->kept[links[i].from];
		as_span text = from ? as_origin_text(from, &from->values.calls[links[i].call], 0)
				    : (as_span){ 0 };
		constant += text.n >= 2;
	}
	return n >= SITES && constant * 100 >= n * CONSTANT_SHARE;
}

static bool wraps(const as_signals *s, const as_kept *k)
{
	const as_values *v = &k->values;
	unsigned commands = 0;
	bool given = false;
	if (k->flow.n_ops > WRAPPER_OPS)
		return false;
	for (uint32_t i = 0; i < v->n_calls; i++) {
		const as_call *c = &v->calls[i];
		int at = as_wrapper_command(s, k, c);
		if (at < 0 || at >= AS_ARGS_MAX || as_origin_text(k, c, (unsigned)at).n > 0)
			continue;
		as_value command = c->arg[at];
		commands++;
		bool direct = as_term_of(v, command)->kind == AS_V_ARG;
		bool first =
			direct ? as_value_root(v, command) == 0 : is_formatted_from(k, command);
		bool buffer = as_term_of(v, command)->kind == AS_V_STACK;
		given = given || first || (buffer && is_given_constants(s, k));
	}
	return commands == 1 && given;
}

void as_wrappers_find(as_signals *s)
{
	bool changed = true;
	for (int round = 0; changed && round < ROUNDS; round++) {
		changed = false;
		for (size_t i = 0; i < s->profile->functions.n; i++) {
			const as_kept *k = s->profile->kept[i];
			if (!k || s->wraps_shell[i] || !wraps(s, k))
				continue;
			s->wraps_shell[i] = changed = true;
		}
	}
}
