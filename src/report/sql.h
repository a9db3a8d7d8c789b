/* SPDX-License-Identifier: Apache-2.0 */
/* Small questions to a dossier. */
#ifndef AS_SQL_H
#define AS_SQL_H

#include <sqlite3.h>

#include "base/span.h"

/* Of a place p with its object o: its bytes, and its files, NULL for what is no folder. A folder has no bytes of its
 * own: its files' are counted. */
#define AS_SQL_INPUT_SIZE                                                                          \
	"iif(o.type = 'folder', (SELECT coalesce(sum(b.size), 0) FROM place AS f"                  \
	" JOIN object AS b ON b.id = f.object WHERE f.owner = p.id AND f.kind = 'file'), o.size)"
#define AS_SQL_INPUT_FILES                                                                         \
	"iif(o.type = 'folder', (SELECT count(*) FROM place AS f WHERE f.owner = p.id"             \
	" AND f.kind = 'file'), NULL)"

/* The first column of the first row as an integer; 0 without a row or when the statement fails. */
int64_t as_sql_int(sqlite3 *db, const char *sql);
/* The same as text, copied into out (n bytes with the NUL, cut to fit); "" without a row. */
void as_sql_text(sqlite3 *db, const char *sql, char *out, size_t n);
/* Column i of the row st stands on, as bytes; p NULL where it is NULL. Borrows until the next
 * step. */
as_span as_sql_span(sqlite3_stmt *st, int i);
/* Calls row for each row until it answers false. AS_IO if the statement failed. */
as_status as_sql_each(sqlite3 *db, const char *sql, bool (*row)(void *ctx, sqlite3_stmt *st),
	void *ctx) AS_MUST_USE;
/* The same with text bound to ?1. */
as_status as_sql_each_of(sqlite3 *db, const char *sql, as_span text,
	bool (*row)(void *ctx, sqlite3_stmt *st), void *ctx) AS_MUST_USE;

#endif
