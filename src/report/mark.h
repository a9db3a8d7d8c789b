/* SPDX-License-Identifier: Apache-2.0 */
/* Marks of places that a user explains, for later reviews. */
#ifndef AS_REPORT_MARK_H
#define AS_REPORT_MARK_H

#include "report/report.h"

typedef struct as_mark_request {
	as_span finding; /* a finding's id, or a function: its name, or its address as 0x... */
	unsigned place;  /* of the finding, from 1 as explanations number them; 0: all */
	as_span author, date, reason;
} as_mark_request;

/* Writes a line for each place, as src/dossier/mark.h reads them; *n: how many. What one line cannot hold (its
 * trigger or subject has control characters) is left out. AS_NOT_THIS: there is no such finding, place or function that
 * can be marked; AS_IO as as_report.write. */
as_status as_mark_write(
	sqlite3 *db, const as_mark_request *request, unsigned *n, as_out *out) AS_MUST_USE;
/* What a file of marks begins with. */
extern const char as_mark_head[];

#endif
