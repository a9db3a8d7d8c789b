/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/tuple.h"

#include <math.h>

#include "assess/answer.h"
#include "dossier/db.h"

as_tuple as_tuple_of(sqlite3 *db, const char *table)
{
	return (as_tuple){ .db = db, .table = table };
}

static void add(as_tuple *r, struct as_column c)
{
	if (r->n < AS_TUPLE_COLUMNS)
		r->columns[r->n++] = c;
	else
		r->status = AS_IO;
}

void as_tuple_number(as_tuple *r, const char *name, double v)
{
	if (isfinite(v))
		add(r, (struct as_column){ .name = name, .kind = AS_COLUMN_NUMBER, .number = v });
}

void as_tuple_money(as_tuple *r, const char *name, double v)
{
	as_tuple_number(r, name, as_rounded(v, 2));
}

void as_tuple_whole(as_tuple *r, const char *name, int64_t v)
{
	add(r, (struct as_column){ .name = name, .kind = AS_COLUMN_WHOLE, .whole = v });
}

void as_tuple_span(as_tuple *r, const char *name, as_span v)
{
	if (v.n)
		add(r, (struct as_column){ .name = name, .kind = AS_COLUMN_TEXT, .text = v });
}

void as_tuple_text(as_tuple *r, const char *name, const char *v)
{
	if (v)
		as_tuple_span(r, name, as_lit(v));
}

static void bind(sqlite3_stmt *q, int i, const struct as_column *c)
{
	switch (c->kind) {
	case AS_COLUMN_NUMBER:
		(void)sqlite3_bind_double(q, i, c->number);
		break;
	case AS_COLUMN_WHOLE:
		as_db_int(q, i, c->whole);
		break;
	case AS_COLUMN_TEXT:
		as_db_text(q, i, c->text);
		break;
	}
}

as_status as_tuple_end(as_tuple *r)
{
	as_buf sql = { 0 };
	as_buf_print(&sql, "INSERT OR IGNORE INTO %s (", r->table);
	for (size_t i = 0; i < r->n; i++)
		as_buf_print(&sql, "%s%s", i ? ", " : "", r->columns[i].name);
	as_buf_text(&sql, ") VALUES (");
	for (size_t i = 0; i < r->n; i++)
		as_buf_text(&sql, i ? ", ?" : "?");
	as_buf_add(&sql, ")", 2);
	sqlite3_stmt *q = sql.bad ? NULL : as_db_prepare(r->db, (const char *)sql.p);
	as_buf_free(&sql);
	for (size_t i = 0; q && i < r->n; i++)
		bind(q, (int)i + 1, &r->columns[i]);
	as_status s = q ? as_worse(r->status, as_db_step(q)) : AS_IO;
	sqlite3_finalize(q);
	return s;
}
