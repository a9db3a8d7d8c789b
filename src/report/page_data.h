/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AS_PAGE_DATA_H
#define AS_PAGE_DATA_H

#include "report/report.h"

/* Everything report.html shows, as one JSON object that may stand in a <script> element (it holds
 * no '<'). Its layout is known to web/data.js alone. AS_IO as as_report.write. */
as_status as_page_data(sqlite3 *db, as_out *out) AS_MUST_USE;

#endif
