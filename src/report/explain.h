/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_EXPLAIN_H
#define AS_EXPLAIN_H

#include "report/report.h"

/* Everything about one finding as text: what, why, what to do, clauses, its first places (0: as many as
 * usual) with their bytes and the commands that show them, how many more there are, and the rule's
 * query. AS_NOT_THIS: there is no such finding. AS_IO as as_report.write. */
as_status as_explain_write(sqlite3 *db, as_span finding, unsigned places, as_out *out) AS_MUST_USE;

#endif
