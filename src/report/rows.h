/* SPDX-License-Identifier: Apache-2.0 */
/* Any statement's rows as an aligned table, a JSON array or CSV. */
#ifndef AS_ROWS_H
#define AS_ROWS_H

#include "assay/assay.h"
#include "report/report.h"

typedef struct as_rows_style {
	assay_format format;
	unsigned width; /* columns a table may take; 0: as many as it needs */
	/* Column names may end with ":json" (the text is JSON and goes into JSON as it is), ":bool"
	 * (0 and 1 are false and true in JSON, no and yes elsewhere), ":size" (thousands are parted in
	 * tables), ":digest" (tables show 12 digits) or, the last one, ":below" (in a table with a width
	 * on lines of its own below the row). Only for statements of our own. */
	bool kinds;
} as_rows_style;

/* Steps st to its end and writes its rows; the caller finalizes st. AS_IO: the statement failed
 * (sqlite3_errmsg says why) or the writer did (out->failed). */
as_status as_rows_write(as_out *out, sqlite3_stmt *st, as_rows_style style) AS_MUST_USE;

#endif
