/* SPDX-License-Identifier: Apache-2.0 */
/* Outputs: each a projection of the dossier, one file and one line in reports.def. */
#ifndef AS_REPORT_H
#define AS_REPORT_H

#include <sqlite3.h>

#include "base/buf.h"

/* Where a report's bytes go. as_out_* do nothing once the writer has refused (failed is set). */
typedef struct as_out {
	int (*write)(void *ctx, const void *p, size_t n);
	void *ctx;
	bool failed;
	as_buf held; /* bytes gathered for the next write; as_out_end writes and frees them */
} as_out;

void as_out_add(as_out *out, const void *p, size_t n);
void as_out_text(as_out *out, const char *text);
void as_out_print(as_out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Writes what is held and frees it. AS_IO if the writer refused anything. */
as_status as_out_end(as_out *out) AS_MUST_USE;

typedef struct as_report {
	const char *id, *title;
	/* Reads the dossier db, writes the report. AS_IO: the writer or the dossier failed (then
	 * sqlite3_errmsg(db) says why). */
	as_status (*write)(sqlite3 *db, as_out *out);
} as_report;

extern const as_report *const as_report_list[]; /* ends with NULL */

#endif
