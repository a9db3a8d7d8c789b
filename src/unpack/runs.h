/* SPDX-License-Identifier: Apache-2.0 */
/* The account of a container's bytes: what each run of them is. Inside unpack only. */
#ifndef AS_RUNS_H
#define AS_RUNS_H

#include "model/wire.h"

typedef struct as_run {
	uint64_t at, n;
	const char *label; /* constant */
	uint32_t node;     /* UINT32_MAX: none */
	as_class class;
} as_run;

typedef struct as_runs {
	as_run *runs; /* owned */
	size_t n, cap;
	bool full; /* more runs than can be kept: the account is coarse from here on */
} as_runs;

enum { AS_RUNS_MAX = 65536, AS_PAD_MIN = 32 /* equal bytes that count as padding */ };

void as_runs_free(as_runs *a);
/* Adds a run; a run that continues the last one of the same class and label is joined to it. */
void as_runs_add(as_runs *a, as_run run);
/* Sorts, drops overlaps and fills what is left of [0, data.n): with rest (a class and label) or, if rest
 * is NULL, padding told from unknown by looking at the bytes. each is called for every run in order;
 * a status other than AS_OK stops and is returned. */
as_status as_runs_close(as_runs *a, as_span data, const as_run *rest,
	as_status (*each)(void *ctx, const as_run *run), void *ctx) AS_MUST_USE;

/* How many bytes from offset at on have the same value 0x00 or 0xff. Pure. */
uint64_t as_padding_at(as_span data, uint64_t at);

#endif
