/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_SUMMARY_H
#define AS_SUMMARY_H

#include "report/report.h"

/* One screen for a terminal: what it is, what is inside, the findings, what could not be examined,
 * where the report is. width: columns (0: 80). AS_IO as as_report.write. */
as_status as_summary_write(sqlite3 *db, as_out *out, size_t width) AS_MUST_USE;

#endif
