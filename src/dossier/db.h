/* SPDX-License-Identifier: Apache-2.0 */
/* Short words for what the dossier's writer and the judge ask of SQLite. */
#ifndef AS_DB_H
#define AS_DB_H

#include <sqlite3.h>

#include "base/buf.h"

/* Runs statements that answer nothing. AS_IO if one fails; sqlite3_errmsg says why. */
as_status as_db_run(sqlite3 *db, const char *sql) AS_MUST_USE;
/* Prepares a statement; NULL if it fails. */
sqlite3_stmt *as_db_prepare(sqlite3 *db, const char *sql);
/* Steps a statement that answers nothing, and makes it ready for the next row. */
as_status as_db_step(sqlite3_stmt *q) AS_MUST_USE;
/* The next row of a statement. False: there is none, and the statement is ready for the next question; *s becomes
 * AS_IO if that is because it failed. */
bool as_db_row(sqlite3_stmt *q, as_status *s);
/* Binds a span as escaped text (NULL if p is NULL), or a C string (NULL likewise). The value is copied. */
void as_db_text(sqlite3_stmt *q, int i, as_span s);
void as_db_word(sqlite3_stmt *q, int i, const char *text);
void as_db_int(sqlite3_stmt *q, int i, int64_t v);

#endif
