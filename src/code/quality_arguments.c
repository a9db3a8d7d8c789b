/* SPDX-License-Identifier: Apache-2.0 */
/* Formats and commands that are not constant. A function that only passes on a format or command that it is
 * given counts where it is called. */
#include "code/quality.h"
#include "code/source.h"

#include <string.h>

typedef struct kind_of_argument {
	as_measure_id measure;
	uint8_t *passed; /* by function number: 1 + argument */
	size_t *todo, n_todo;
} kind_of_argument;

static bool has_format(const as_api *api)
{
	return api->text >= 0 && (api->kind == AS_API_FORMAT || api->kind == AS_API_SCAN ||
					 api->kind == AS_API_LOG || api->kind == AS_API_EXIT);
}

static bool runs(const as_api *api) { return api->kind == AS_API_RUN || api->kind == AS_API_EXEC; }

static bool counts_as_constant(as_measure_id m, as_source s)
{
	return s.kind == AS_FROM_CONSTANT || (m == AS_M_COMMAND && s.kind == AS_FROM_NUMBER);
}

/* The constant part of a command that was put together: the format it was printed with. */
static as_span template_of(const as_kept *k, uint32_t user, as_value x)
{
	const as_values *v = &k->values;
	for (uint32_t i = user; x != AS_NOT_KNOWN && i > 0; i--) {
		const as_call *c = &v->calls[i - 1];
		const as_api *api = c->api;
		bool into = api && api->kind == AS_API_FORMAT && (api->writes & 1);
		const as_term *t = as_term_of(v, x);
		if (into && (c->arg[0] == x || (t->kind == AS_V_LOAD && t->a == c->arg[0])))
			return as_argument_text(k, c, api->text);
	}
	return (as_span){ 0 };
}

/* Looks at one call; arg: where its format or command stands. */
static void judge(as_quality *q, kind_of_argument *ka, size_t number, uint32_t call, int arg)
{
	const as_profile *p = q->profile;
	const as_kept *k = p->kept[number];
	const as_call *c = &k->values.calls[call];
	if (arg < 0 || arg >= AS_ARGS_MAX)
		return;
	if (as_call_text(c, arg).n > 0) {
		q->count[ka->measure].of++;
		return;
	}
	as_source here = as_source_here(p, k, call, c->arg[arg], &q->steps);
	if (here.kind == AS_FROM_ARGUMENT && here.whole && here.argument < AS_ARGS_MAX &&
		(!ka->passed[number] || ka->passed[number] == here.argument + 1)) {
		if (!ka->passed[number])
			ka->todo[ka->n_todo++] = number;
		ka->passed[number] = (uint8_t)(here.argument + 1);
		return;
	}
	q->count[ka->measure].of++;
	as_source s = here.kind == AS_FROM_ARGUMENT
			      ? as_source_of(p, k, call, c->arg[arg], &q->steps)
			      : here;
	if (counts_as_constant(ka->measure, s))
		return;
	as_quality_site(q, (as_site){ .measure = ka->measure,
				   .function = number,
				   .at = c->at,
				   .api = c->name,
				   .argument = template_of(k, call, c->arg[arg]),
				   .source = as_source_name(s.kind),
				   .origin = s.by });
}

static void look_at_all(as_quality *q, kind_of_argument *ka, bool (*wanted)(const as_api *))
{
	const as_profile *p = q->profile;
	ka->todo = as_alloc_array(q->arena, p->functions.n + 1, sizeof(*ka->todo));
	if (!ka->todo) {
		q->no_memory = true;
		return;
	}
	for (size_t i = 0; i < p->functions.n; i++) {
		const as_kept *k = p->kept[i];
		for (uint32_t c = 0; k && c < k->values.n_calls; c++) {
			const as_api *api = k->values.calls[c].api;
			if (api && wanted(api))
				judge(q, ka, i, c, api->text);
		}
	}
	for (size_t done = 0; done < ka->n_todo; done++) {
		size_t n = 0, number = ka->todo[done];
		const as_link *link = as_profile_callers(p, p->functions.list[number].addr, &n);
		for (size_t i = 0; i < n; i++)
			if (p->kept[link[i].from])
				judge(q, ka, link[i].from, link[i].call, ka->passed[number] - 1);
	}
}

void as_quality_arguments(as_quality *q)
{
	kind_of_argument format = { .measure = AS_M_FORMAT, .passed = q->format_in };
	kind_of_argument command = { .measure = AS_M_COMMAND, .passed = q->command_in };
	look_at_all(q, &format, has_format);
	look_at_all(q, &command, runs);
}
