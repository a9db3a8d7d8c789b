/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/runs.h"

#include <stdlib.h>
#include <string.h>

void as_runs_free(as_runs *a)
{
	free(a->runs);
	*a = (as_runs){ 0 };
}

static bool joins(const as_run *last, const as_run *run)
{
	bool same =
		last->class == run->class && last->node == UINT32_MAX && run->node == UINT32_MAX;
	return same && last->at + last->n == run->at &&
	       (last->label == run->label || strcmp(last->label, run->label) == 0);
}

void as_runs_add(as_runs *a, as_run run)
{
	if (run.n == 0 || a->full)
		return;
	if (a->n > 0 && joins(&a->runs[a->n - 1], &run)) {
		a->runs[a->n - 1].n += run.n;
		return;
	}
	if (a->n == a->cap) {
		size_t cap = a->cap ? a->cap * 2 : 64;
		as_run *runs = cap > AS_RUNS_MAX ? NULL : realloc(a->runs, cap * sizeof(*runs));
		a->full = !runs;
		if (!runs)
			return;
		a->runs = runs;
		a->cap = cap;
	}
	a->runs[a->n++] = run;
}

static int by_place(const void *x, const void *y)
{
	const as_run *a = x, *b = y;
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return a->n == b->n ? 0 : a->n > b->n ? -1 : 1;
}

uint64_t as_padding_at(as_span data, uint64_t at)
{
	uint8_t b = as_at(data, at);
	if (at >= data.n || (b != 0x00 && b != 0xff))
		return 0;
	uint64_t n = 0, step = 4096;
	for (as_span next; (next = as_cut(data, at + n, as_min(step, data.n - at - n))).n > 0;
		n += next.n)
		if (!as_all(next, b))
			break;
	while (at + n < data.n && data.p[at + n] == b)
		n++;
	return n;
}

typedef struct filler {
	as_span data;
	as_status (*each)(void *ctx, const as_run *run);
	void *ctx;
} filler;

static as_status tell(const filler *f, uint64_t from, uint64_t to, as_class class)
{
	if (from == to)
		return AS_OK;
	const char *label = class == AS_PADDING ? "padding" : "unknown";
	as_run run = { .at = from,
		.n = to - from,
		.label = label,
		.node = UINT32_MAX,
		.class = class };
	return f->each(f->ctx, &run);
}

/* Padding counts where it ends a gap, begins it, or fills an aligned page of it: short runs inside
 * unknown data are data. */
static as_status fill(const filler *f, uint64_t from, uint64_t to)
{
	as_status s = AS_OK;
	uint64_t known = from; /* start of the unknown bytes not yet told */
	as_span gap = as_cut(f->data, 0, to);
	for (uint64_t at = from; at < to && s == AS_OK;) {
		uint64_t n = as_padding_at(gap, at);
		bool edge = at == from || at + n == to;
		if (n >= 4096 || (edge && n >= AS_PAD_MIN)) {
			s = tell(f, known, at, AS_UNKNOWN);
			s = as_worse(s, tell(f, at, at + n, AS_PADDING));
			known = at + n;
		}
		at += n ? n : 1;
	}
	return s == AS_OK ? tell(f, known, to, AS_UNKNOWN) : s;
}

as_status as_runs_close(as_runs *a, as_span data, const as_run *rest,
	as_status (*each)(void *ctx, const as_run *run), void *ctx)
{
	filler f = { data, each, ctx };
	as_status s = AS_OK;
	uint64_t at = 0;
	if (a->n > 0)
		qsort(a->runs, a->n, sizeof(*a->runs), by_place);
	for (size_t i = 0; i <= a->n && s == AS_OK; i++) {
		as_run run = i < a->n ? a->runs[i] : (as_run){ .at = data.n };
		uint64_t end = 0;
		if (run.at > data.n || !as_add(&end, run.at, run.n))
			continue;
		/* Of a format whose trailer was put as well, the last run may have been joined to it. */
		end = as_min(end, data.n);
		if (run.at > at && rest) {
			as_run filled = *rest;
			filled.at = at;
			filled.n = run.at - at;
			s = each(ctx, &filled);
		} else if (run.at > at) {
			s = fill(&f, at, run.at);
		}
		at = as_max(at, run.at); /* the gap is told; of the end mark nothing is left then */
		if (end <= at || s != AS_OK)
			continue;
		run.n = end - as_max(run.at, at);
		run.at = end - run.n;
		s = each(ctx, &run);
		at = end;
	}
	return s;
}
