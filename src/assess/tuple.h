/* SPDX-License-Identifier: Apache-2.0 */
/* One row of a table, put together column by column. */
#ifndef AS_TUPLE_H
#define AS_TUPLE_H

#include <sqlite3.h>

#include "base/buf.h"

enum { AS_TUPLE_COLUMNS = 48 };

typedef struct as_tuple {
	sqlite3 *db;
	const char *table;
	as_status status;
	size_t n;
	struct as_column {
		const char *name;
		enum { AS_COLUMN_NUMBER, AS_COLUMN_WHOLE, AS_COLUMN_TEXT } kind;
		double number;
		int64_t whole;
		as_span text;
	} columns[AS_TUPLE_COLUMNS];
} as_tuple;

as_tuple as_tuple_of(sqlite3 *db, const char *table);
/* Columns: a number; one rounded to two significant digits; a whole one; text, NULL where it is empty. Numbers that
 * are not finite stay NULL. Texts are borrowed until as_tuple_end. */
void as_tuple_number(as_tuple *r, const char *name, double v);
void as_tuple_money(as_tuple *r, const char *name, double v);
void as_tuple_whole(as_tuple *r, const char *name, int64_t v);
void as_tuple_span(as_tuple *r, const char *name, as_span v);
void as_tuple_text(as_tuple *r, const char *name, const char *v);
/* Inserts it; a row with that key stays as it is. AS_IO: sqlite3_errmsg says why. */
as_status as_tuple_end(as_tuple *r) AS_MUST_USE;

#endif
