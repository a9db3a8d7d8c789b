/* SPDX-License-Identifier: Apache-2.0 */
/* What is said about files that are read: problems, which keep everything from being written, and notes. */
#ifndef AS_SUPPLIERS_TOLD_H
#define AS_SUPPLIERS_TOLD_H

#include "base/span.h"

enum { AS_PROBLEMS = 100 /* that are said; the others are counted */ };

typedef struct as_told {
	void (*say)(void *ctx, const char *text);
	void *ctx;
	const char *file; /* in hand */
	uint64_t line;    /* in hand; 0: of a record */
	uint64_t record;  /* in hand, from 1; 0: of a line, or of the file */
	uint64_t problems;
} as_told;

/* Says "FILE:LINE: what: 'about'" (about may be empty); a problem, or a note. */
void as_problem(as_told *t, const char *what, as_span about);
void as_remark(as_told *t, const char *what, as_span about);

#endif
