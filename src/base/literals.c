/* SPDX-License-Identifier: Apache-2.0 */
#include "base/literals.h"

#include <hs/hs.h>
#include <stdlib.h>

/* What is searched in one call; the library's lengths are unsigned int. */
enum { CHUNK = 256 * 1024 * 1024 };

struct as_literals {
	hs_database_t *search;
	hs_scratch_t *scratch; /* cloned for each search */
	size_t *lengths;       /* of the literals, bytes */
};

static bool compile(as_literals *l, const as_span *texts, size_t n)
{
	const char **list = calloc(n, sizeof(*list));
	unsigned *flags = calloc(n, sizeof(*flags)), *ids = calloc(n, sizeof(*ids));
	hs_compile_error_t *error = NULL;
	bool ok = list && flags && ids;
	for (size_t i = 0; ok && i < n; i++) {
		list[i] = (const char *)texts[i].p;
		l->lengths[i] = texts[i].n;
		ids[i] = (unsigned)i;
		ok = texts[i].n > 0 && texts[i].n <= AS_LITERAL_MAX && texts[i].p[0] != 0;
	}
	ok = ok && hs_compile_lit_multi(list, flags, ids, l->lengths, (unsigned)n, HS_MODE_BLOCK,
			   NULL, &l->search, &error) == HS_SUCCESS;
	hs_free_compile_error(error);
	free(list);
	free(flags);
	free(ids);
	return ok && hs_alloc_scratch(l->search, &l->scratch) == HS_SUCCESS;
}

as_literals *as_literals_new(const as_span *texts, size_t n)
{
	as_literals *l = n > 0 ? calloc(1, sizeof(*l)) : NULL;
	if (!l)
		return NULL;
	l->lengths = calloc(n, sizeof(*l->lengths));
	if (l->lengths && compile(l, texts, n))
		return l;
	as_literals_free(l);
	return NULL;
}

as_literals *as_literals_of(const char *const *texts, size_t n)
{
	as_span spans[256];
	for (size_t i = 0; i < n && i < 256; i++)
		spans[i] = as_lit(texts[i]);
	return n <= 256 ? as_literals_new(spans, n) : NULL;
}

void as_literals_free(as_literals *l)
{
	if (!l)
		return;
	(void)hs_free_scratch(l->scratch);
	(void)hs_free_database(l->search);
	free(l->lengths);
	free(l);
}

typedef struct searching {
	const as_literals *l;
	as_literal_found found;
	void *ctx;
	uint64_t base; /* where the chunk stands in the data, bytes */
	bool last;     /* the chunk is the last: what begins in the overlap counts */
	as_status status;
} searching;

static int on_match(
	unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx)
{
	searching *s = ctx;
	(void)from;
	(void)flags;
	uint64_t at = to - s->l->lengths[id];
	if (at < CHUNK || s->last)
		s->status = s->found(s->ctx, id, s->base + at);
	return s->status != AS_OK;
}

/* Chunks overlap by the longest literal; what begins in the overlap is left to the next chunk. */
as_status as_literals_search(const as_literals *l, as_span data, as_literal_found found, void *ctx)
{
	hs_scratch_t *scratch = NULL;
	searching s = { .l = l, .found = found, .ctx = ctx, .status = AS_OK };
	if (hs_clone_scratch(l->scratch, &scratch) != HS_SUCCESS)
		return AS_NOMEM;
	for (; s.base < data.n && s.status == AS_OK; s.base += CHUNK) {
		as_span chunk = as_from(data, s.base);
		s.last = chunk.n <= CHUNK;
		chunk.n = (size_t)as_min(chunk.n, (uint64_t)CHUNK + AS_LITERAL_MAX);
		hs_error_t e = hs_scan(l->search, (const char *)chunk.p, (unsigned)chunk.n, 0,
			scratch, on_match, &s);
		if (e != HS_SUCCESS && e != HS_SCAN_TERMINATED)
			s.status = AS_NOMEM;
	}
	(void)hs_free_scratch(scratch);
	return s.status;
}
