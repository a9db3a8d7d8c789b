/* SPDX-License-Identifier: Apache-2.0 */
#include "report/write_json.h"

#include <string.h>

#include "report/encode.h"
#include "report/rows.h"
#include "report/sql.h"

/* A new line and the indentation of what follows. */
static void new_line(as_json *j)
{
	static const char spaces[] = "\n                                ";
	as_out_add(j->out, spaces, 1 + as_min(j->depth, sizeof(spaces) - 2));
}

/* What stands before a member: a comma, a new line, the key. */
static void begin(as_json *j, const char *key)
{
	if (j->filled)
		as_out_text(j->out, ",");
	if (!j->compact && j->depth > 0)
		new_line(j);
	if (key) {
		as_out_json(j->out, as_lit(key));
		as_out_text(j->out, j->compact ? ":" : ": ");
	}
	j->filled = true;
}

void as_json_open(as_json *j, const char *key, char bracket)
{
	begin(j, key);
	as_out_add(j->out, &bracket, 1);
	j->depth++;
	j->filled = false;
}

void as_json_close(as_json *j, char bracket)
{
	j->depth--;
	if (!j->compact && j->filled)
		new_line(j);
	as_out_add(j->out, &bracket, 1);
	if (!j->compact && j->depth == 0)
		as_out_text(j->out, "\n");
	j->filled = true;
}

void as_json_text(as_json *j, const char *key, as_span text)
{
	begin(j, key);
	as_out_json(j->out, text);
}

void as_json_str(as_json *j, const char *key, const char *text)
{
	as_json_text(j, key, as_lit(text));
}

void as_json_int(as_json *j, const char *key, int64_t v)
{
	begin(j, key);
	as_out_print(j->out, "%lld", (long long)v);
}

void as_json_bool(as_json *j, const char *key, bool v)
{
	begin(j, key);
	as_out_text(j->out, v ? "true" : "false");
}

/* The next sign outside texts, from at on, where a line may end: a bracket, a comma or a colon; an empty pair of
 * brackets is none. json.n: there is none. */
static size_t next_sign(as_span json, size_t at)
{
	bool within = false;
	for (; at < json.n; at++) {
		uint8_t c = json.p[at], next = as_at(json, at + 1);
		if (within && c == '\\')
			at++;
		else if (c == '"')
			within = !within;
		else if (!within && ((c == '{' && next == '}') || (c == '[' && next == ']')))
			at++;
		else if (!within && as_find_byte(as_lit("{}[],:"), c, 0) != SIZE_MAX)
			return at;
	}
	return json.n;
}

void as_json_raw(as_json *j, const char *key, as_span json)
{
	unsigned depth = j->depth;
	size_t from = 0;
	begin(j, key);
	while (!j->compact && from < json.n) {
		size_t at = next_sign(json, from);
		uint8_t c = as_at(json, at);
		bool opens = c == '{' || c == '[', closes = c == '}' || c == ']';
		as_out_json_raw(j->out, as_cut(json, from, at + (at < json.n && !closes) - from));
		from = at + 1;
		j->depth += opens;
		j->depth -= closes && j->depth > 0;
		if (opens || closes || c == ',')
			new_line(j);
		if (closes)
			as_out_add(j->out, &c, 1);
		else if (c == ':')
			as_out_text(j->out, " ");
	}
	if (j->compact)
		as_out_json_raw(j->out, json);
	j->depth = depth;
}

void as_json_column(as_json *j, const char *key, sqlite3_stmt *st, int i)
{
	int type = sqlite3_column_type(st, i);
	if (type == SQLITE_NULL)
		return;
	if (type == SQLITE_INTEGER)
		as_json_int(j, key, sqlite3_column_int64(st, i));
	else if (type != SQLITE_FLOAT)
		as_json_text(j, key, as_sql_span(st, i));
	else {
		double v = sqlite3_column_double(st, i);
		begin(j, key);
		as_out_print(j->out, v - v == 0 ? "%.15g" : "null", v);
	}
}

as_status as_json_rows(as_json *j, const char *key, sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st = NULL;
	as_status s = AS_IO;
	begin(j, key);
	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK)
		s = as_rows_write(j->out, st, (as_rows_style){ ASSAY_JSON, 0, true });
	sqlite3_finalize(st);
	return s;
}

static bool is_kind(sqlite3_stmt *st, int i, const char *kind)
{
	const char *name = sqlite3_column_name(st, i);
	return name && as_ends(as_lit(name), kind);
}

static void table_columns(as_json *j, sqlite3_stmt *st)
{
	as_json_open(j, "columns", '[');
	for (int i = 0; i < sqlite3_column_count(st); i++) {
		const char *name = sqlite3_column_name(st, i);
		as_json_text(j, NULL, as_field(as_lit(name ? name : ""), ':', 0));
	}
	as_json_close(j, ']');
	as_json_open(j, "rows", '[');
}

static bool table_row(void *ctx, sqlite3_stmt *st)
{
	as_json *j = ctx;
	as_json_open(j, NULL, '[');
	for (int i = 0; i < sqlite3_column_count(st); i++)
		if (sqlite3_column_type(st, i) == SQLITE_NULL)
			as_json_raw(j, NULL, as_lit("null"));
		else if (is_kind(st, i, ":json"))
			as_json_raw(j, NULL, as_sql_span(st, i));
		else
			as_json_column(j, NULL, st, i);
	as_json_close(j, ']');
	as_out_text(j->out, "\n");
	return !j->out->failed;
}

as_status as_json_table(as_json *j, const char *key, sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st = NULL;
	as_status s = AS_OK;
	as_json_open(j, key, '{');
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
	table_columns(j, st);
	while (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW)
		rc = table_row(j, st) ? SQLITE_OK : SQLITE_ABORT;
	if (rc != SQLITE_DONE)
		s = AS_IO;
	sqlite3_finalize(st);
	as_json_close(j, ']');
	as_json_close(j, '}');
	return s;
}
