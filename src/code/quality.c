/* SPDX-License-Identifier: Apache-2.0 */
#include "code/quality.h"

#include "code/stub.h"

#include <stdlib.h>
#include <string.h>

enum { FAMILIES_MAX = 4096 };

static const char *const names[AS_N_MEASURES] = { [AS_M_MEMCPY] = "unsafe-memcpy",
	[AS_M_STRCPY] = "unsafe-strcpy",
	[AS_M_STRCAT] = "unsafe-strcat",
	[AS_M_SPRINTF] = "unsafe-sprintf",
	[AS_M_SCANF] = "unsafe-scanf",
	[AS_M_GETS] = "unsafe-gets",
	[AS_M_WRAPPER] = "unchecked-wrapper",
	[AS_M_FORMAT] = "format-not-constant",
	[AS_M_COMMAND] = "command-not-constant",
	[AS_M_PRIVILEGE_IGNORED] = "privilege-result-ignored",
	[AS_M_READ_IGNORED] = "read-result-ignored",
	[AS_M_WRITE_IGNORED] = "write-result-ignored",
	[AS_M_ALLOCATION_UNTESTED] = "allocation-untested",
	[AS_M_TEMPORARY_NAME] = "temporary-name",
	[AS_M_TEMPORARY_OPEN] = "temporary-open",
	[AS_M_CHECK_THEN_OPEN] = "check-then-open",
	[AS_M_RANDOM_KEY] = "weak-random-key",
	[AS_M_RANDOM_TIME] = "random-seed-time",
	[AS_M_CRYPTO_WEAK] = "weak-crypto-call",
	[AS_M_CRYPTO_ECB] = "ecb-mode",
	[AS_M_KEY_CONSTANT] = "constant-key",
	[AS_M_IV_CONSTANT] = "constant-iv",
	[AS_M_CRYPTO_OWN] = "own-weak-crypto",
	[AS_M_WRITABLE_CODE] = "writable-code",
	[AS_M_LARGE_FRAME] = "large-frame",
	[AS_M_TEST_ENTRY] = "test-entry" };

const char *as_measure_name(as_measure_id m) { return names[m]; }

size_t as_quality_number(const as_quality *q, uint64_t goal)
{
	const as_program *p = q->profile->program;
	if (goal == 0 || as_program_import(p, goal) != SIZE_MAX)
		return SIZE_MAX;
	return as_profile_number(
		q->profile, p->elf.machine == AS_EM_ARM ? goal & ~UINT64_C(1) : goal);
}

as_span as_argument_text(const as_kept *k, const as_call *c, int i)
{
	if (i < 0 || i >= AS_ARGS_MAX)
		return (as_span){ 0 };
	return as_call_text(c, i).n > 0 ? as_call_text(c, i)
					: as_value_string(&k->values, c->arg[i]);
}

/* Room for one more element; false without memory. */
static bool grow(as_quality *q, void **list, size_t n, size_t *room, size_t size)
{
	if (n < *room)
		return true;
	size_t more = *room ? *room * 2 : 64;
	void *to = as_alloc_array(q->arena, more, size);
	if (!to) {
		q->no_memory = true;
		return false;
	}
	if (n > 0)
		memcpy(to, *list, n * size);
	*list = to;
	*room = more;
	return true;
}

void as_quality_site(as_quality *q, as_site s)
{
	void *list = q->sites;
	q->count[s.measure].n++;
	if (q->n_of[s.measure] >= AS_SITES_MAX)
		return;
	if (!grow(q, &list, q->n_sites, &q->room_sites, sizeof(*q->sites)))
		return;
	q->sites = list;
	q->n_of[s.measure]++;
	q->sites[q->n_sites++] = s;
}

static const char *const family_names[] = { [AS_M_MEMCPY] = "memcpy",
	[AS_M_STRCPY] = "strcpy",
	[AS_M_STRCAT] = "strcat",
	[AS_M_SPRINTF] = "sprintf",
	[AS_M_SCANF] = "scanf",
	[AS_M_GETS] = "gets" };

static void count_family(as_quality *q, as_family_count f)
{
	void *list = q->families;
	for (int m = AS_M_MEMCPY; m <= AS_M_GETS; m++)
		if (as_is(f.family, family_names[m])) {
			q->count[m].of += f.calls;
			bool safe = as_is(f.variant, "safe") || as_is(f.variant, "fortified");
			q->count[m].n += safe ? 0 : f.calls;
		}
	for (size_t i = 0; i < q->n_families; i++) {
		as_family_count *one = &q->families[i];
		if (as_same(one->api, f.api) && as_same(one->variant, f.variant)) {
			one->calls += f.calls;
			one->at = as_min(one->at, f.at);
			return;
		}
	}
	if (q->n_families >= FAMILIES_MAX ||
		!grow(q, &list, q->n_families, &q->room_families, sizeof(*q->families)))
		return;
	q->families = list;
	q->families[q->n_families++] = f;
}

/* The family of a goal that calls arrive at: of a library function; or, of the program's own that only looks safe. */
static bool family_of(const as_quality *q, uint64_t goal, as_family_count *out)
{
	const as_api *api = goal ? as_api_of(q->profile->program, goal) : NULL;
	size_t own = as_quality_number(q, goal);
	if (own != SIZE_MAX && q->unchecked[own]) {
		out->api = q->profile->functions.list[own].name;
		out->family = as_lit(q->unchecked[own]);
		out->variant = as_lit("unchecked");
		return true;
	}
	if (!api || !api->family)
		return false;
	as_span text = as_lit(api->family);
	out->api = as_lit(api->name);
	out->family = as_field(text, ':', 0);
	out->variant = as_field(text, ':', 1);
	return true;
}

/* Whether a function is an entry of a linkage table that was taken for one: what it jumps to, it does not call. */
static bool is_stub(const as_quality *q, size_t number)
{
	const as_function *f = &q->profile->functions.list[number];
	uint64_t addr = f->addr | f->thumb;
	return (as_stub_goal(q->profile->program, addr) | f->thumb) != addr;
}

void as_quality_families(as_quality *q)
{
	const as_profile *p = q->profile;
	for (size_t i = 0; i < p->n_calls && !q->no_memory;) {
		uint64_t goal = p->calls[i].goal, last = 0;
		as_family_count f = { .at = p->calls[i].at };
		bool counts = family_of(q, goal, &f);
		for (size_t from = i; i < p->n_calls && p->calls[i].goal == goal; i++) {
			/* Functions may share code: an instruction is one call. */
			bool again = i > from && p->calls[i].at == last;
			f.calls += !again && !is_stub(q, p->calls[i].from);
			last = p->calls[i].at;
		}
		if (counts && f.calls > 0)
			count_family(q, f);
	}
}

static int compare(as_span a, as_span b)
{
	size_t n = as_min(a.n, b.n);
	int d = n > 0 ? memcmp(a.p, b.p, n) : 0;
	return d != 0 ? d : (a.n > b.n) - (a.n < b.n);
}

static int by_family(const void *a, const void *b)
{
	const as_family_count *x = a, *y = b;
	int d = compare(x->family, y->family);
	d = d != 0 ? d : compare(x->variant, y->variant);
	return d != 0 ? d : compare(x->api, y->api);
}

static int by_measure(const void *a, const void *b)
{
	const as_site *x = a, *y = b;
	if (x->measure != y->measure)
		return x->measure < y->measure ? -1 : 1;
	if (x->function != y->function)
		return x->function < y->function ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

as_status as_quality_find(as_quality *q, const as_profile *p)
{
	*q = (as_quality){ .profile = p, .arena = p->program->arena };
	q->format_in = as_alloc(q->arena, p->functions.n + 1);
	q->command_in = as_alloc(q->arena, p->functions.n + 1);
	q->unchecked = as_alloc_array(q->arena, p->functions.n + 1, sizeof(*q->unchecked));
	if (!q->format_in || !q->command_in || !q->unchecked)
		return AS_NOMEM;
	as_quality_wrappers(q);
	as_quality_families(q);
	as_quality_arguments(q);
	as_quality_results(q);
	as_quality_files(q);
	as_quality_crypto(q);
	as_quality_functions(q);
	if (q->n_families > 1)
		qsort(q->families, q->n_families, sizeof(*q->families), by_family);
	if (q->n_sites > 1)
		qsort(q->sites, q->n_sites, sizeof(*q->sites), by_measure);
	return q->no_memory ? AS_NOMEM : AS_OK;
}
