/* SPDX-License-Identifier: Apache-2.0 */
/* What functions are: how much of the stack they take, whether they are named as tests, and whether those that
 * are named like a safe variant of a library function are one. */
#include "code/quality.h"

#include <string.h>

enum { LARGE = 64 << 10 /* bytes of stack */ };

static const char *const families[] = { "memcpy", "memmove", "strcpy", "strncpy", "strcat",
	"strncat", "sprintf", "snprintf", "strlcpy", "strlcat" };
static const char *const family_of[] = { "memcpy", "memcpy", "strcpy", "strcpy", "strcat", "strcat",
	"sprintf", "sprintf", "strcpy", "strcat" };
static const char *const promises[] = { "_s", "safe", "Safe", "SAFE", "secure", "Secure", "bounded",
	"strlcpy", "strlcat" };

/* The family that a function's name promises a safe variant of, or NULL. */
static const char *promised(as_span name)
{
	bool promise = as_ends(name, "_s");
	for (size_t i = 1; i < sizeof(promises) / sizeof(promises[0]); i++)
		promise = promise || as_has(name, promises[i]);
	for (size_t i = 0; promise && i < sizeof(families) / sizeof(families[0]); i++)
		if (as_has(name, families[i]))
			return family_of[i];
	return NULL;
}

/* Whether a value has to do with an argument of the function. */
static bool is_of_argument(const as_values *v, as_value x, int depth)
{
	enum { DEEPEST = 6 };
	const as_term *t = as_term_of(v, x);
	if (t->kind == AS_V_ARG)
		return true;
	if (t->kind != AS_V_OP || depth > DEEPEST)
		return false;
	return is_of_argument(v, t->a, depth + 1) ||
	       (t->b != AS_NOT_KNOWN && is_of_argument(v, t->b, depth + 1));
}

/* Whether a decision may be one about a size: it is not only a question whether a pointer is NULL. */
static bool is_about_size(const as_values *v, const as_decision *d)
{
	uint64_t k = 0;
	bool null = d->test ? d->a == d->b : as_value_const(v, d->b, &k) && k == 0;
	return !null && (is_of_argument(v, d->a, 0) || is_of_argument(v, d->b, 0));
}

/* Whether a function does nothing but call the unsafe variant: no size is asked about, and no other function is
 * given a say. */
static bool is_bare(const as_kept *k, const char *family)
{
	bool unsafe = false;
	for (uint32_t i = 0; i < k->values.n_calls; i++) {
		const as_api *api = k->values.calls[i].api;
		if (!api)
			return false;
		as_span text = as_lit(api->family ? api->family : "");
		if (!as_is(as_field(text, ':', 0), family))
			continue;
		if (!as_is(as_field(text, ':', 1), "unsafe"))
			return false;
		unsafe = true;
	}
	for (uint32_t i = 0; unsafe && i < k->values.n_decisions; i++)
		if (is_about_size(&k->values, &k->values.decisions[i]))
			return false;
	return unsafe;
}

void as_quality_wrappers(as_quality *q)
{
	for (size_t i = 0; i < q->profile->functions.n; i++) {
		const as_function *f = &q->profile->functions.list[i];
		const as_kept *k = q->profile->kept[i];
		const char *family = f->name.n > 0 ? promised(f->name) : NULL;
		if (!family)
			continue;
		q->count[AS_M_WRAPPER].of++;
		if (!k || !is_bare(k, family))
			continue;
		q->unchecked[i] = family;
		as_quality_site(q, (as_site){ .measure = AS_M_WRAPPER,
					   .function = i,
					   .at = f->addr,
					   .argument = f->name });
	}
}

static bool is_test(as_span name)
{
	static const char *const begins[] = { "test_", "debug_shell", "debug_cmd", "dbg_cmd",
		"dbg_shell", "selftest", "self_test", "unittest", "factory_test", "manufacture_" };
	static const char *const ends[] = { "_selftest", "_self_test", "_unittest", "_test_main",
		"_debug_shell" };
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (as_starts(name, begins[i]))
			return true;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (as_ends(name, ends[i]))
			return true;
	return false;
}

void as_quality_functions(as_quality *q)
{
	const as_profile *p = q->profile;
	for (size_t i = 0; p->notes && i < p->functions.n; i++) {
		const as_function *f = &p->functions.list[i];
		as_site s = { .function = i, .at = f->addr, .measure = AS_M_LARGE_FRAME };
		q->count[AS_M_LARGE_FRAME].of++;
		q->largest_frame = as_max(q->largest_frame, p->notes[i].frame);
		if (p->notes[i].frame > LARGE) {
			s.argument = as_print(
				q->arena, "%llu bytes", (unsigned long long)p->notes[i].frame);
			as_quality_site(q, s);
		}
		if (f->name.n == 0)
			continue;
		q->count[AS_M_TEST_ENTRY].of++;
		s.measure = AS_M_TEST_ENTRY;
		s.argument = f->name;
		if (is_test(f->name))
			as_quality_site(q, s);
	}
}
