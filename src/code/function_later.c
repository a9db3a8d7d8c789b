/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of the functions once they are found. */
#include "base/search.h"
#include "code/api.h"
#include "code/function.h"
#include "code/stub.h"

/* For flows made after the search. */
static bool starts_later(void *ctx, uint64_t addr) { return as_function_at(ctx, addr) != NULL; }

static size_t goals_later(void *ctx, uint64_t addr, const uint64_t **goals)
{
	const as_functions *f = ctx;
	const as_switch *s = as_with(f->switches, f->n_switches, sizeof(*f->switches), addr);
	if (!s)
		return 0;
	*goals = f->goals + s->first;
	return s->n;
}

static bool never_later(void *ctx, uint64_t addr)
{
	const as_functions *f = ctx;
	uint64_t goal = as_stub_goal(f->program, addr);
	const as_api *api = as_api_of(f->program, goal);
	const as_function *to = as_function_at(f, goal);
	return (api && api->kind == AS_API_EXIT) || (to && to->never_returns);
}

/* Gives a function the first place that is free from where its search begins; none, if there is none near. Of two with
 * one address, the last is the one that is found. */
static void place(as_functions *f, size_t number)
{
	uint64_t addr = f->list[number].addr;
	size_t h = as_hash_place(addr, f->n_places);
	for (size_t i = 0; i < AS_FUNCTION_PROBES; i++) {
		uint32_t *at = &f->places[(h + i) & (f->n_places - 1)];
		if (*at != 0 && f->list[*at - 1].addr != addr)
			continue;
		*at = (uint32_t)(number + 1);
		return;
	}
}

static bool place_all(as_functions *f)
{
	size_t n = 1;
	while (n < f->n * 2 + 1)
		n *= 2;
	f->places = as_alloc_array(f->program->arena, n, sizeof(*f->places));
	f->n_places = f->places ? n : 0;
	for (size_t i = 0; f->places && i < f->n; i++)
		place(f, i);
	return f->places != NULL;
}

bool as_functions_settle(as_functions *f)
{
	f->around = (as_surroundings){
		.starts = starts_later, .goals = goals_later, .never_returns = never_later, .ctx = f
	};
	return place_all(f);
}
