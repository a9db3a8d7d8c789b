/* SPDX-License-Identifier: Apache-2.0 */
#include "code/api.h"

#include "code/stub.h"

#include <string.h>

static const as_api apis[] = {
#define API(name, kind, writes, size, text, weight, family)                                        \
	{ name, AS_API_##kind, writes, size, text, weight, family },
#include "code/api_table.def"
#undef API
};

static int order(as_span name, const char *text)
{
	size_t n = strlen(text), least = name.n < n ? name.n : n;
	int d = least > 0 ? memcmp(name.p, text, least) : 0;
	return d != 0 ? d : name.n < n ? -1 : name.n > n;
}

void as_api_sides(const as_api *api, unsigned *first, unsigned *second)
{
	*first = 0;
	*second = api->text > 1 ? (unsigned)api->text : 1;
}

bool as_api_finds(const as_api *api)
{
	return as_has(as_lit(api->name), "4findE") || as_has(as_lit(api->name), "5rfindE");
}

const as_api *as_api_named(as_span name)
{
	size_t low = 0, high = sizeof(apis) / sizeof(apis[0]);
	while (low < high) {
		size_t mid = (low + high) / 2;
		int d = order(name, apis[mid].name);
		if (d == 0)
			return &apis[mid];
		if (d < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

bool as_api_prepare(as_program *p)
{
	p->apis = as_alloc_array(p->arena, p->n_imports + 1, sizeof(void *));
	for (size_t i = 0; p->apis && i < p->n_imports; i++)
		p->apis[i] = as_api_named(p->imports[i]);
	return p->apis != NULL;
}

as_span as_api_name(const as_program *p, uint64_t goal)
{
	size_t i = as_program_import(p, goal);
	if (i != SIZE_MAX)
		return p->imports[i];
	return as_stub_name(p, goal);
}

const as_api *as_api_of(const as_program *p, uint64_t goal)
{
	size_t i = as_program_import(p, goal);
	if (i != SIZE_MAX)
		return p->apis[i];
	return goal ? as_stub_api(p, goal) : NULL;
}
