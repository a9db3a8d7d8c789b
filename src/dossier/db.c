/* SPDX-License-Identifier: Apache-2.0 */
#include "dossier/db.h"

#include "base/text.h"

as_status as_db_run(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? AS_OK : AS_IO;
}

sqlite3_stmt *as_db_prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *q = NULL;
	return sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK ? q : NULL;
}

as_status as_db_step(sqlite3_stmt *q)
{
	int rc = sqlite3_step(q);
	int reset = sqlite3_reset(q);
	return rc == SQLITE_DONE && reset == SQLITE_OK ? AS_OK : AS_IO;
}

bool as_db_row(sqlite3_stmt *q, as_status *s)
{
	if (sqlite3_step(q) == SQLITE_ROW)
		return true;
	if (sqlite3_reset(q) != SQLITE_OK)
		*s = AS_IO;
	return false;
}

static bool plain(as_span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!as_printable(s.p[i]) || s.p[i] == '\\')
			return false;
	return true;
}

void as_db_text(sqlite3_stmt *q, int i, as_span s)
{
	if (!s.p) {
		(void)sqlite3_bind_null(q, i);
	} else if (plain(s)) {
		(void)sqlite3_bind_text(
			q, i, s.n ? (const char *)s.p : "", (int)s.n, SQLITE_TRANSIENT);
	} else {
		as_buf b = { 0 };
		as_text_add(&b, s);
		(void)sqlite3_bind_text(
			q, i, b.n ? (const char *)b.p : "", (int)b.n, SQLITE_TRANSIENT);
		as_buf_free(&b);
	}
}

void as_db_word(sqlite3_stmt *q, int i, const char *text)
{
	(void)sqlite3_bind_text(q, i, text, -1, SQLITE_TRANSIENT);
}

void as_db_int(sqlite3_stmt *q, int i, int64_t v) { (void)sqlite3_bind_int64(q, i, v); }
