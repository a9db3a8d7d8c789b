/* SPDX-License-Identifier: Apache-2.0 */
#include "report/vex.h"

#include "base/purl.h"
#include "report/sql.h"

static bool found(void *any, sqlite3_stmt *st)
{
	*(bool *)any = sqlite3_column_int(st, 0) != 0;
	return false;
}

as_status as_vex_any(sqlite3 *db, bool *any)
{
	*any = false;
	return as_sql_each(db, "SELECT EXISTS (SELECT 1 FROM vulnerability_match)", found, any);
}

void as_vex_purl(as_buf *b, sqlite3_stmt *st, int i)
{
	as_purl_known(b, as_sql_span(st, i), as_sql_span(st, i + 1), as_sql_span(st, i + 2));
}
