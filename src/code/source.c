/* SPDX-License-Identifier: Apache-2.0 */
#include "code/source.h"

#include <string.h>

enum {
	DEEPEST = 8,         /* values from values */
	CALLERS_MAX = 48,    /* asked of one function */
	CALLS_MAX = 3,       /* functions up */
	STEPS_ONE = 20000,   /* for one question */
	STEPS_ALL = 20000000 /* for a program */
};

typedef struct following {
	const as_profile *p;
	uint64_t steps, limit;
} following;

typedef struct spot {
	const as_kept *k;
	uint32_t user; /* number of the call that uses it */
} spot;

static as_source follow(following *f, spot s, as_value x, int depth);

static as_source plain(as_source_kind kind) { return (as_source){ .kind = kind, .argument = -1 }; }

static as_source worse(as_source a, as_source b)
{
	as_source w = b.kind > a.kind ? b : a;
	/* Two different arguments are none that a caller could be asked for. */
	if (a.kind == b.kind && a.argument != b.argument)
		w.argument = -1;
	return w;
}

static as_source_kind kind_of_input(as_span name)
{
	if (as_has(name, "nvram") || as_has(name, "Nvram") || as_has(name, "uci"))
		return AS_FROM_CONFIGURATION;
	if (as_has(name, "getenv"))
		return AS_FROM_ENVIRONMENT;
	if (as_has(name, "recv") || as_is(name, "SSL_read") || as_is(name, "getpeername"))
		return AS_FROM_NETWORK;
	return AS_FROM_INPUT;
}

/* What call c of k brings in, with the name it asks for. */
static as_source input(const following *f, const as_kept *k, const as_call *c, const as_api *api)
{
	enum { LONGEST = 64 };
	as_source s = plain(kind_of_input(as_lit(api->name)));
	as_span name = api->text < 0 ? (as_span){ 0 }
		       : as_call_text(c, api->text).n
			       ? as_call_text(c, api->text)
			       : as_value_string(&k->values, c->arg[api->text]);
	s.by = as_lit(api->name);
	if (name.n > 0 && name.n <= LONGEST)
		s.by = as_print(f->p->program->arena, "%s %.*s", api->name, (int)name.n, name.p);
	return s;
}

/* Functions that answer a part or copy of their first argument, or a translation of argument text. */
static int passed_on(const as_api *api)
{
	static const char *const names[] = { "strdup", "strndup", "strchr", "strrchr", "strstr",
		"strtok", "strtok_r", "strsep", "index", "rindex", "strchrnul", "strpbrk",
		"strcasestr", "memchr", "strcpy", "strcat", "strncpy", "strncat", "gettext",
		"ngettext", "libintl_gettext" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(api->name, names[i]) == 0)
			return 0;
	return strstr(api->name, "gettext") ? 1 : -1;
}

/* What the conversions of a constant format bring in: the arguments behind it. */
static as_source follow_format(following *f, spot s, const as_call *c, int at, int depth)
{
	as_span text = as_call_text(c, at).n > 0 ? as_call_text(c, at)
						 : as_value_string(&s.k->values, c->arg[at]);
	as_source worst = plain(AS_FROM_CONSTANT);
	int next = at + 1;
	if (!text.p)
		return follow(f, s, c->arg[at], depth + 1);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '%' || as_at(text, ++i) == '%')
			continue;
		while (i < text.n && memchr("-+ #0123456789.lhzjtqL*", text.p[i], 23)) {
			next += text.p[i] == '*';
			i++;
		}
		bool is_text = as_at(text, i) == 's';
		as_source one = plain(is_text ? AS_FROM_UNKNOWN : AS_FROM_NUMBER);
		if (is_text && next < AS_ARGS_MAX)
			one = as_call_text(c, next).n > 0 ? plain(AS_FROM_CONSTANT)
							  : follow(f, s, c->arg[next], depth + 1);
		one.whole = false;
		worst = worse(worst, one);
		next++;
	}
	return worst;
}

/* What call c writes through argument i. */
static as_source written(following *f, spot s, const as_call *c, const as_api *api, int depth)
{
	bool varies = api->name[0] == 'v' || strncmp(api->name, "__v", 3) == 0;
	if (api->kind == AS_API_INPUT)
		return input(f, s.k, c, api);
	if (api->kind == AS_API_SCAN)
		return plain(AS_FROM_INPUT);
	if (api->kind == AS_API_FORMAT && api->text >= 0 && !varies)
		return follow_format(f, s, c, api->text, depth);
	if (api->kind == AS_API_COPY && (api->family || api->text == 1)) {
		if (as_call_text(c, 1).n > 0)
			return plain(AS_FROM_CONSTANT);
		as_source from = follow(f, s, c->arg[1], depth + 1);
		from.whole = false;
		return from;
	}
	return plain(api->kind == AS_API_COPY ? AS_FROM_CONSTANT : AS_FROM_UNKNOWN);
}

/* Where a pointer leads: into the stack (base AS_NOT_KNOWN), or behind a value. */
typedef struct position {
	bool stack;
	as_value base;
	int64_t offset;
} position;

static position position_of(const as_values *v, as_value x)
{
	position p = { 0 };
	p.base = as_value_base(v, x, &p.offset);
	const as_term *t = as_term_of(v, p.base);
	if (t->kind == AS_V_STACK || t->kind == AS_V_CONST) {
		p.stack = t->kind == AS_V_STACK;
		p.offset += t->k;
		p.base = AS_NOT_KNOWN;
	}
	return p;
}

/* Whether what call c writes from `to` on may reach what stands at `from`. */
static bool reaches(
	const as_values *v, const as_call *c, const as_api *api, position to, position from)
{
	enum { NEAR = 64 /* bytes, where the size is not known */ };
	uint64_t size = NEAR;
	if (to.stack != from.stack || to.base != from.base || from.offset < to.offset)
		return false;
	if (api->size >= 0 && !as_value_const(v, c->arg[api->size], &size))
		size = NEAR;
	return from.offset == to.offset || (uint64_t)(from.offset - to.offset) < size;
}

/* What calls before have written to the buffer at x. *any: there was one. */
static as_source buffer(following *f, spot s, as_value x, int depth, bool *any)
{
	const as_values *v = &s.k->values;
	as_source worst = plain(AS_FROM_CONSTANT);
	position from = position_of(v, x);
	*any = false;
	for (uint32_t i = 0; i < s.user && f->steps < f->limit; i++) {
		const as_call *c = &v->calls[i];
		const as_api *api = c->api;
		f->steps++;
		for (int a = 0; api && a < AS_ARGS_MAX && api->writes >> a; a++) {
			if (!(api->writes >> a & 1) ||
				!reaches(v, c, api, position_of(v, c->arg[a]), from))
				continue;
			*any = true;
			worst = worse(worst, written(f, (spot){ s.k, i }, c, api, depth));
		}
	}
	return worst;
}

static as_source follow_result(following *f, spot s, as_value x, int depth)
{
	const as_values *v = &s.k->values;
	const as_term *t = as_term_of(v, x);
	bool any = false;
	for (uint32_t i = 0; i < v->n_calls; i++) {
		const as_call *c = &v->calls[i];
		f->steps++;
		if ((int64_t)c->op != t->k)
			continue;
		const as_api *api = c->api;
		if (!api)
			return plain(AS_FROM_UNKNOWN);
		if (api->kind == AS_API_INPUT)
			return input(f, s.k, c, api);
		int from = passed_on(api);
		if (from >= 0)
			return as_call_text(c, from).n > 0
				       ? plain(AS_FROM_CONSTANT)
				       : follow(f, (spot){ s.k, i }, c->arg[from], depth + 1);
		as_source put = buffer(f, s, x, depth + 1, &any);
		return any ? put : plain(AS_FROM_UNKNOWN);
	}
	return plain(AS_FROM_UNKNOWN);
}

static as_source follow_const(following *f, spot s, as_value x, uint64_t k, int depth)
{
	const as_region *r = as_program_region(f->p->program, k);
	bool any = false;
	if (!r)
		return plain(AS_FROM_CONSTANT);
	bool fixed = !r->write || k - f->p->program->relro_addr < f->p->program->relro_len;
	if (fixed)
		return plain(AS_FROM_CONSTANT);
	as_source put = buffer(f, s, x, depth + 1, &any);
	return any ? put : plain(AS_FROM_MEMORY);
}

/* Whether an address is one in read-only memory, and something. */
static bool is_fixed_table(const following *f, const as_values *v, as_value x)
{
	for (int i = 0; i < DEEPEST; i++) {
		const as_term *t = as_term_of(v, x);
		const as_region *r = NULL;
		if (t->kind == AS_V_CONST || (t->kind == AS_V_OP && t->b == AS_NOT_KNOWN))
			r = as_program_region(f->p->program, (uint64_t)t->k);
		if (r && t->k > 0)
			return !r->write;
		if (t->kind != AS_V_OP || t->op != AS_OP_ADD)
			return false;
		if (t->b != AS_NOT_KNOWN && as_term_of(v, t->b)->kind == AS_V_CONST)
			x = t->b;
		else
			x = t->a;
	}
	return false;
}

static as_source follow_phi(following *f, spot s, as_value x, int depth)
{
	const as_values *v = &s.k->values;
	as_source worst = plain(AS_FROM_CONSTANT);
	bool any = false;
	for (uint32_t i = 0; i < v->n_meetings && f->steps < f->limit; i++) {
		f->steps++;
		if (v->meetings[i].phi != x || v->meetings[i].value == x)
			continue;
		as_source one = follow(f, s, v->meetings[i].value, depth + 1);
		one.whole = false;
		worst = any ? worse(worst, one) : one;
		any = true;
	}
	return any ? worst : plain(AS_FROM_UNKNOWN);
}

static as_source follow_load(following *f, spot s, as_value x, int depth)
{
	const as_values *v = &s.k->values;
	const as_term *t = as_term_of(v, x);
	bool any = false;
	if (is_fixed_table(f, v, t->a))
		return plain(AS_FROM_CONSTANT);
	/* A pointer that a call has put where its argument points to (asprintf, getline). */
	if (t->k == 0) {
		as_source put = buffer(f, s, t->a, depth + 1, &any);
		if (any)
			return put;
	}
	return plain(AS_FROM_MEMORY);
}

static as_source follow(following *f, spot s, as_value x, int depth)
{
	const as_values *v = &s.k->values;
	const as_term *t = as_term_of(v, x);
	bool any = false;
	f->steps++;
	if (depth > DEEPEST || f->steps >= f->limit)
		return plain(AS_FROM_UNKNOWN);
	switch ((as_value_kind)t->kind) {
	case AS_V_CONST:
		return follow_const(f, s, x, (uint64_t)t->k, depth);
	case AS_V_STACK: {
		as_source put = buffer(f, s, x, depth + 1, &any);
		return any ? put : plain(AS_FROM_UNKNOWN);
	}
	case AS_V_ARG:
		return (as_source){
			.kind = AS_FROM_ARGUMENT, .argument = (int)t->k, .whole = true
		};
	case AS_V_RESULT:
		return follow_result(f, s, x, depth);
	case AS_V_LOAD:
		return follow_load(f, s, x, depth);
	case AS_V_PHI:
		return follow_phi(f, s, x, depth);
	case AS_V_OP:
		if (is_fixed_table(f, v, x))
			return plain(AS_FROM_CONSTANT);
		if (t->op == AS_OP_MOVE || t->op == AS_OP_ADD) {
			as_source from = follow(f, s, t->a, depth + 1);
			from.whole = from.whole && t->op == AS_OP_MOVE;
			return from;
		}
		return plain(AS_FROM_UNKNOWN);
	case AS_V_UNKNOWN:
	case AS_V_ENTRY:
	case AS_V_BYTES:
	case AS_V_FLAGS:
	default:
		return plain(AS_FROM_UNKNOWN);
	}
}

/* What callers of k give as argument i: the worst of them; as it stands where they are not all known. */
static as_source ask_callers(following *f, const as_kept *k, as_source given, int up)
{
	size_t n = 0;
	const as_link *link = as_profile_callers(f->p, k->function->addr, &n);
	if (given.argument < 0 || given.argument >= AS_ARGS_MAX || n == 0 || n > CALLERS_MAX ||
		k->function->exported || (k->function->by & AS_BY_POINTER) || up >= CALLS_MAX)
		return given;
	as_source worst = plain(AS_FROM_CONSTANT);
	for (size_t i = 0; i < n; i++) {
		const as_kept *from = f->p->kept[link[i].from];
		if (!from || f->steps >= f->limit)
			return given;
		const as_call *c = &from->values.calls[link[i].call];
		spot at = { from, link[i].call };
		as_source one = as_call_text(c, given.argument).n > 0
					? plain(AS_FROM_CONSTANT)
					: follow(f, at, c->arg[given.argument], 0);
		if (one.kind == AS_FROM_ARGUMENT)
			one = ask_callers(f, from, one, up + 1);
		worst = worse(worst, one);
	}
	return worst;
}

as_source as_source_here(
	const as_profile *p, const as_kept *k, uint32_t user, as_value x, uint64_t *steps)
{
	following f = { .p = p, .limit = STEPS_ONE };
	if (*steps >= STEPS_ALL)
		return plain(AS_FROM_UNKNOWN);
	as_source s = follow(&f, (spot){ k, user }, x, 0);
	*steps += f.steps;
	return s;
}

as_source as_source_of(
	const as_profile *p, const as_kept *k, uint32_t user, as_value x, uint64_t *steps)
{
	as_source s = as_source_here(p, k, user, x, steps);
	following f = { .p = p, .limit = STEPS_ONE };
	if (s.kind != AS_FROM_ARGUMENT)
		return s;
	s = ask_callers(&f, k, s, 0);
	*steps += f.steps;
	return s;
}

const char *as_source_name(as_source_kind kind)
{
	static const char *const names[] = { "constant", "number", "unknown", "memory", "argument",
		"configuration", "environment", "input", "network" };
	return names[kind];
}
