/* SPDX-License-Identifier: Apache-2.0 */
/* Writes JSON in the order it is told. A key is NULL within arrays and for the outermost value. */
#ifndef AS_WRITE_JSON_H
#define AS_WRITE_JSON_H

#include "report/report.h"

typedef struct as_json {
	as_out *out;
	unsigned depth;
	bool filled;  /* the value now open has a member already */
	bool compact; /* no white space */
} as_json;

/* Opens an object ('{') or an array ('['), and closes it ('}', ']'). */
void as_json_open(as_json *j, const char *key, char bracket);
void as_json_close(as_json *j, char bracket);
/* A string; one from image bytes; a number; a truth value; JSON text that SQLite made. */
void as_json_str(as_json *j, const char *key, const char *text);
void as_json_text(as_json *j, const char *key, as_span text);
void as_json_int(as_json *j, const char *key, int64_t v);
void as_json_bool(as_json *j, const char *key, bool v);
void as_json_raw(as_json *j, const char *key, as_span json);
/* Column i of the row st stands on, by its type; nothing at all where it is NULL. */
void as_json_column(as_json *j, const char *key, sqlite3_stmt *st, int i);
/* The rows of a statement as an array of objects, one key per column; columns whose name ends with
 * ":json" hold JSON, ":bool" truth values. AS_IO if the statement failed. */
as_status as_json_rows(as_json *j, const char *key, sqlite3 *db, const char *sql) AS_MUST_USE;
/* The rows of a statement as { "columns": [names], "rows": [[values]] }: shorter, for many rows. */
as_status as_json_table(as_json *j, const char *key, sqlite3 *db, const char *sql) AS_MUST_USE;

#endif
