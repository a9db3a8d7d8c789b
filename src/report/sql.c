/* SPDX-License-Identifier: Apache-2.0 */
#include "report/sql.h"

#include <string.h>

as_span as_sql_span(sqlite3_stmt *st, int i)
{
	const void *p = sqlite3_column_blob(st, i);
	bool null = sqlite3_column_type(st, i) == SQLITE_NULL;
	return as_bytes(null ? NULL : p ? p : "", p ? (size_t)sqlite3_column_bytes(st, i) : 0);
}

as_status as_sql_each_of(sqlite3 *db, const char *sql, as_span text,
	bool (*row)(void *ctx, sqlite3_stmt *st), void *ctx)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
	if (rc == SQLITE_OK && text.p)
		rc = sqlite3_bind_text64(
			st, 1, (const char *)text.p, text.n, SQLITE_TRANSIENT, SQLITE_UTF8);
	if (rc == SQLITE_OK) {
		while ((rc = sqlite3_step(st)) == SQLITE_ROW && row(ctx, st))
			;
	}
	sqlite3_finalize(st);
	return rc == SQLITE_DONE || rc == SQLITE_ROW ? AS_OK : AS_IO;
}

as_status as_sql_each(
	sqlite3 *db, const char *sql, bool (*row)(void *ctx, sqlite3_stmt *st), void *ctx)
{
	return as_sql_each_of(db, sql, (as_span){ 0 }, row, ctx);
}

static bool take_int(void *ctx, sqlite3_stmt *st)
{
	*(int64_t *)ctx = sqlite3_column_int64(st, 0);
	return false;
}

int64_t as_sql_int(sqlite3 *db, const char *sql)
{
	int64_t v = 0;
	return as_sql_each(db, sql, take_int, &v) == AS_OK ? v : 0;
}

typedef struct room {
	char *p;
	size_t n;
} room;

static bool take_text(void *ctx, sqlite3_stmt *st)
{
	room *r = ctx;
	as_span s = as_sql_span(st, 0);
	size_t n = s.n < r->n ? s.n : r->n - 1;
	memcpy(r->p, s.p ? s.p : (const uint8_t *)"", n);
	r->p[n] = 0;
	return false;
}

void as_sql_text(sqlite3 *db, const char *sql, char *out, size_t n)
{
	room r = { out, n };
	out[0] = 0;
	if (as_sql_each(db, sql, take_text, &r) != AS_OK)
		out[0] = 0;
}
