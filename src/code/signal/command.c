/* SPDX-License-Identifier: Apache-2.0 */
/* Commands for a shell that are not constant: where their text comes from. A program that runs what it
 * received has a door; one that puts a received word into a command of its own may have one by mistake. And
 * shells that talk to whoever is there. */
#include "code/wrapper.h"

#include <math.h>

enum { DEEPEST = 5, CALLERS_MAX = 6 };

/* Where a text comes from, and how much it says that it is run. */
typedef struct source {
	double weight;
	const char *what; /* NULL: not known */
	as_span name;     /* of the variable, parameter or setting; p NULL: none */
} source;

/* Variables that a user sets to name the programs he likes, and others that programs run by right. */
static bool is_usual_variable(as_span name)
{
	static const char *const usual[] = { "SHELL", "EDITOR", "VISUAL", "PAGER", "MANPAGER",
		"BROWSER", "HOME", "PATH", "TERM", "DISPLAY", "USER", "LOGNAME", "TMPDIR", "CC",
		"CXX", "LD", "COMSPEC", "LANG", "COLUMNS", "LINES", "XDG_RUNTIME_DIR", "RSH" };
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (as_is(name, usual[i]))
			return true;
	return as_ends(name, "EDITOR") || as_ends(name, "PAGER") || as_ends(name, "OPEN") ||
	       as_ends(name, "CLOSE") || as_ends(name, "_SHELL") || as_ends(name, "_COMMAND") ||
	       as_ends(name, "_SSH") || as_ends(name, "_CMD") || as_ends(name, "_RSH");
}

static bool heavier(const source *a, const source *b) { return a->weight > b->weight; }

static source source_of(
	const as_signals *s, const as_kept *k, const as_call *until, as_value x, int depth);

/* The first constant text among the arguments of a call: the name that a getter is asked for. */
static as_span name_asked(const as_kept *k, const as_call *c)
{
	for (unsigned i = 0; i < 3; i++) {
		as_span name = as_origin_text(k, c, i);
		if (name.n >= 2 && name.n <= 40 && !as_has(name, " ") && !as_has(name, "%") &&
			!as_has(name, "/"))
			return name;
	}
	return (as_span){ 0 };
}

/* A text that a call answered. */
static source answered(const as_signals *s, const as_kept *k, const as_call *c, int depth)
{
	const as_api *api = c->api;
	as_span name = as_origin_text(k, c, 0);
	if (as_origin_calls(c, "getenv") || as_origin_calls(c, "secure_getenv"))
		return (source){ .weight = is_usual_variable(name) ? 0.2 : 2.4,
			.what = "environment variable",
			.name = name };
	if (api && api->kind == AS_API_INPUT)
		return (source){ .weight = 2.6, .what = "setting", .name = name };
	if (api && (api->kind == AS_API_ALLOCATE || api->kind == AS_API_OTHER) &&
		as_has(as_lit(api->name), "str"))
		return source_of(s, k, c, c->arg[0], depth + 1);
	if (api || c->system)
		return (source){ 0 };
	name = name_asked(k, c);
	if (name.n > 0)
		return (source){ .weight = is_usual_variable(name) ? 0.2 : 1.8,
			.what = "parameter",
			.name = name };
	return (source){ .weight = 0.5, .what = "what a function answers" };
}

/* What the format that is argument at makes: a text that begins with what is put in, or one with a fixed
 * beginning. */
static source formatted(
	const as_signals *s, const as_kept *k, const as_call *c, unsigned at, int depth)
{
	as_span format = as_origin_text(k, c, at);
	source best = { 0 };
	if (format.n == 0)
		return source_of(s, k, c, c->arg[at], depth + 1);
	bool bare = as_starts(format, "%s");
	for (unsigned i = at + 1; i < AS_ARGS_MAX; i++) {
		source one = source_of(s, k, c, c->arg[i], depth + 1);
		best = heavier(&one, &best) ? one : best;
	}
	if (!bare) /* the program is fixed, a word of its arguments is not */
		best.weight *= 0.4;
	else if (as_is(format, "%s") || as_is(format, "%s 2>&1"))
		best.weight *= 1.2;
	return best;
}

/* What a call puts where the command is read later. */
static source put_there(const as_signals *s, const as_kept *k, const as_call *c, int depth)
{
	const as_api *api = c->api;
	bool connection = as_origin_calls(c, "recv") || as_origin_calls(c, "recvfrom") ||
			  as_origin_calls(c, "recvmsg") || as_origin_calls(c, "SSL_read");
	if (api->kind == AS_API_INPUT)
		return (source){ .weight = connection                   ? 4
					   : as_origin_calls(c, "read") ? 2
									: 0.9,
			.what = connection ? "what is received from the network" : "what is read" };
	if (api->kind == AS_API_FORMAT && api->text > 0)
		return formatted(s, k, c, (unsigned)api->text, depth);
	if (api->kind == AS_API_COPY)
		return source_of(s, k, c, c->arg[1], depth + 1);
	return (source){ 0 };
}

/* The buffer that a pointer points into: a value, or a place of the stack. */
static bool same_buffer(const as_values *v, as_value a, as_value b)
{
	enum { LONGEST = 1024 };
	int64_t i = 0, j = 0;
	a = as_value_base(v, a, &i);
	b = as_value_base(v, b, &j);
	const as_term *x = as_term_of(v, a), *y = as_term_of(v, b);
	if (x->kind == AS_V_STACK && y->kind == AS_V_STACK) {
		int64_t from = (y->k + j) - (x->k + i);
		return from <= 0 && from > -LONGEST && (from == 0 || from > -64);
	}
	return a == b && a != AS_NOT_KNOWN;
}

/* What a function of the program's own puts into a buffer that it is handed: by the name it is asked for. */
static source handed(const as_kept *k, const as_call *c, as_value x)
{
	if (c->system || c->to == SIZE_MAX)
		return (source){ 0 };
	for (unsigned a = 0; a < 5; a++) {
		as_span name =
			same_buffer(&k->values, x, c->arg[a]) ? name_asked(k, c) : (as_span){ 0 };
		if (name.n > 0)
			return (source){ .weight = 1.8, .what = "parameter", .name = name };
		if (same_buffer(&k->values, x, c->arg[a]))
			return (source){ .weight = 0.4, .what = "what a function fills in" };
	}
	return (source){ 0 };
}

/* A buffer: what is put into it on the way to the call. */
static source filled(
	const as_signals *s, const as_kept *k, const as_call *until, as_value x, int depth)
{
	const as_values *v = &k->values;
	source best = { 0 };
	bool prefix = false;
	for (uint32_t i = 0; i < v->n_calls; i++) {
		const as_call *c = &v->calls[i];
		const as_api *api = c->api;
		if (c == until || (c->block == until->block && c->at > until->at))
			continue;
		source from = api ? (source){ 0 } : handed(k, c, x);
		best = heavier(&from, &best) ? from : best;
		for (unsigned a = 0; api && a < 3; a++) {
			if (!(api->writes >> a & 1) || !same_buffer(v, x, c->arg[a]))
				continue;
			source one = put_there(s, k, c, depth);
			prefix = prefix ||
				 (api->kind == AS_API_COPY && as_origin_text(k, c, 1).n >= 3);
			best = heavier(&one, &best) ? one : best;
		}
	}
	best.weight *= prefix ? 0.4 : 1; /* the beginning is copied from a constant */
	return best;
}

static source source_of(
	const as_signals *s, const as_kept *k, const as_call *until, as_value x, int depth)
{
	const as_values *v = &k->values;
	if (depth > DEEPEST || x == AS_NOT_KNOWN)
		return (source){ 0 };
	const as_term *n = as_term_of(v, x);
	if (n->kind == AS_V_CONST && as_value_string(v, x).n > 0)
		return (source){ 0 };
	source best = filled(s, k, until, x, depth);
	const as_call *c = as_origin_call(v, x);
	if (best.weight == 0 && c)
		best = answered(s, k, c, depth);
	if (best.weight == 0 && n->kind == AS_V_PHI && n->a && n->b) {
		source a = source_of(s, k, until, n->a, depth + 1);
		source b = source_of(s, k, until, n->b, depth + 1);
		best = heavier(&a, &b) ? a : b;
	}
	if (best.weight == 0 && (n->kind == AS_V_ARG || as_value_root(v, x) != SIZE_MAX))
		best = (source){ .weight = 0.5, .what = "an argument of the function" };
	if (best.weight == 0 && n->kind == AS_V_LOAD)
		best = (source){ .weight = 0.3, .what = "a variable" };
	return best;
}

/* A command that a function is given by its callers: what they give. */
static source given(const as_signals *s, const as_kept *k, const as_call *c, as_value command)
{
	source best = source_of(s, k, c, command, 0);
	size_t i = as_value_root(&k->values, command), n = 0;
	const as_link *links = as_profile_callers(s->profile, k->function->addr, &n);
	for (size_t j = 0; i < AS_ARGS_MAX && j < n && n <= CALLERS_MAX; j++) {
		const as_kept *from = s->profile->kept[links[j].from];
		if (!from)
			continue;
		const as_call *call = &from->values.calls[links[j].call];
		source one = source_of(s, from, call, call->arg[i], 0);
		one.weight *= 0.8;
		best = heavier(&one, &best) ? one : best;
	}
	return best;
}

/* Whether call c runs a command that is not constant; at: its argument as_wrapper_command. */
static bool varies(const as_kept *k, const as_call *c, int at)
{
	as_span text = at >= 0 ? as_origin_text(k, c, (unsigned)at) : (as_span){ 0 };
	return at >= 0 && at < AS_ARGS_MAX && (text.n == 0 || (!c->api && as_has(text, "%s")));
}

/* How many places of the program run commands that are not constant. */
static size_t count_sites(const as_signals *s)
{
	size_t n = 0;
	for (size_t i = 0; i < s->profile->functions.n; i++) {
		const as_kept *k = s->profile->kept[i];
		for (uint32_t j = 0; k && j < k->values.n_calls; j++) {
			const as_call *c = &k->values.calls[j];
			n += varies(k, c, as_wrapper_command(s, k, c));
		}
	}
	return n ? n : 1;
}

static void state_command(
	as_signals *s, size_t number, const as_kept *k, const as_call *c, int at, size_t sites)
{
	size_t through = SIZE_MAX;
	bool format = as_origin_text(k, c, (unsigned)at).n > 0;
	source from = format ? formatted(s, k, c, (unsigned)at, 0) : given(s, k, c, c->arg[at]);
	as_sink sink = as_sink_reached(s, k, c, &through);
	if (from.weight <= 0)
		return;
	as_span trigger = from.name.n > 0 ? as_alarm_text(s, "%s \"%.*s\"", from.what,
						    (int)as_min(from.name.n, 60), from.name.p)
					  : as_lit(from.what);
	as_alarm_add(
		s, (as_alarm){ .signal = "command",
			   .function = number,
			   .at = c->at,
			   .score = from.weight * (0.4 + 0.6 / sqrt((double)sites)),
			   .trigger = trigger,
			   .effect = as_sink_text(s, k, c, &sink),
			   .detail = as_alarm_text(s,
				   "the command that a shell runs is not constant: its text comes "
				   "from %s; %zu such %s in the program",
				   from.what, sites, sites == 1 ? "place" : "places") });
}

/* A shell without a command: it reads what it is told. */
static void state_shell(
	as_signals *s, size_t number, const as_kept *k, const as_call *c, const as_sink *sink)
{
	as_alarm_add(
		s, (as_alarm){ .signal = "command",
			   .function = number,
			   .at = c->at,
			   .score = 1.2,
			   .trigger = as_lit("an interactive shell"),
			   .effect = as_sink_text(s, k, c, sink),
			   .detail = as_lit("the shell is given no command: it obeys its input") });
}

static void find(as_signals *s)
{
	size_t sites = count_sites(s);
	for (size_t i = 0; i < s->profile->functions.n; i++) {
		const as_kept *k = s->profile->kept[i];
		for (uint32_t j = 0; k && j < k->values.n_calls; j++) {
			const as_call *c = &k->values.calls[j];
			int at = as_wrapper_command(s, k, c);
			as_sink sink = as_sink_of(s, k, c);
			if (as_origin_shell(k, c, &sink))
				state_shell(s, i, k, c, &sink);
			else if (!s->wraps_shell[i] && varies(k, c, at))
				state_command(s, i, k, c, at, sites);
		}
	}
}

const as_signal as_signal_command = {
	.id = "command",
	.title = "Commands of a shell that are not constant",
	.find = find,
};
