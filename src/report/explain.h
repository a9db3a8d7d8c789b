/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_EXPLAIN_H
#define AS_EXPLAIN_H

#include "report/report.h"

/* Everything about one finding as text: what, why, what to do, clauses, each place with its bytes
 * and the commands that show them, and the rule's query. AS_NOT_THIS: there is no such finding.
 * AS_IO as as_report.write. */
as_status as_explain_write(sqlite3 *db, as_span finding, as_out *out) AS_MUST_USE;

#endif
