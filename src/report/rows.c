/* SPDX-License-Identifier: Apache-2.0 */
#include "report/rows.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "report/encode.h"

enum {
	COLUMNS = 256,
	NARROW = 8, /* a column is not made narrower to fit */
	WIDE = 160, /* nor ever wider: JSON and CSV have all of it */
	GAP = 2,
	DIGITS = 12,
	CELL = 4096, /* bytes looked at */
	INDENT = 4,
};

typedef enum kind {
	PLAIN,
	JSON,
	BOOL,
	SIZE,
	DIGEST,
	WHOLE, /* in a table too: people type it */
	BELOW  /* on lines of its own below the row, where lines have an end; the last column */
} kind;

typedef struct column {
	as_span name; /* borrowed from the statement */
	kind kind;
	bool number;  /* every value so far is one: aligned to the right */
	size_t width; /* in a table */
} column;

static const struct {
	const char *suffix;
	kind kind;
} kinds[] = { { ":json", JSON }, { ":bool", BOOL }, { ":size", SIZE }, { ":digest", DIGEST },
	{ ":whole", WHOLE }, { ":below", BELOW } };

static void read_columns(sqlite3_stmt *st, bool with_kinds, column *columns, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *name = sqlite3_column_name(st, (int)i);
		columns[i] = (column){ .name = as_lit(name ? name : ""), .number = true };
		for (size_t k = 0; with_kinds && k < sizeof(kinds) / sizeof(kinds[0]); k++)
			if (as_ends(columns[i].name, kinds[k].suffix)) {
				columns[i].kind = kinds[k].kind;
				columns[i].name.n -= strlen(kinds[k].suffix);
			}
	}
}

static as_span value(sqlite3_stmt *st, size_t i)
{
	const void *p = sqlite3_column_blob(st, (int)i);
	return as_bytes(p, p ? (size_t)sqlite3_column_bytes(st, (int)i) : 0);
}

static as_status ended(int rc, const as_out *out)
{
	return rc == SQLITE_DONE && !out->failed ? AS_OK : AS_IO;
}

/* JSON */

static void json_value(as_out *out, sqlite3_stmt *st, size_t i, kind k)
{
	int type = sqlite3_column_type(st, (int)i);
	if (type == SQLITE_NULL)
		as_out_text(out, "null");
	else if (k == BOOL)
		as_out_text(out, sqlite3_column_int(st, (int)i) ? "true" : "false");
	else if (type == SQLITE_INTEGER)
		as_out_print(out, "%lld", (long long)sqlite3_column_int64(st, (int)i));
	else if (type == SQLITE_FLOAT) {
		double v = sqlite3_column_double(st, (int)i);
		as_out_print(out, v - v == 0 ? "%.15g" : "null", v); /* JSON has no infinity */
	} else if (k == JSON)
		as_out_json_raw(out, value(st, i));
	else if (type == SQLITE_TEXT)
		as_out_json(out, value(st, i));
	else {
		as_buf hex = { 0 };
		as_hex_add(&hex, value(st, i));
		as_out_json(out, as_buf_span_of(&hex));
		as_buf_free(&hex);
	}
}

static as_status write_json(as_out *out, sqlite3_stmt *st, const column *columns, size_t n)
{
	int rc;
	const char *before = "[";
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && !out->failed) {
		as_out_text(out, before);
		as_out_text(out, "\n{");
		for (size_t i = 0; i < n; i++) {
			as_out_text(out, i ? ", " : "");
			as_out_json(out, columns[i].name);
			as_out_text(out, ": ");
			json_value(out, st, i, columns[i].kind);
		}
		as_out_text(out, "}");
		before = ",";
	}
	as_out_text(out, before[0] == '[' ? "[]\n" : "\n]\n");
	return ended(rc, out);
}

/* Cells of tables and CSV */

/* An integer with its thousands parted by commas. */
static void add_grouped(as_buf *b, int64_t v)
{
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%lld", (long long)v);
	for (int i = 0; i < n; i++) {
		if (i > (v < 0) && (n - i) % 3 == 0)
			as_buf_text(b, ",");
		as_buf_add(b, digits + i, 1);
	}
}

/* The cell as text in b (cleared before); a table shortens where CSV keeps everything. */
static void cell(as_buf *b, sqlite3_stmt *st, size_t i, kind k, bool table)
{
	int type = sqlite3_column_type(st, (int)i);
	as_buf_clear(b);
	if (type == SQLITE_NULL)
		return;
	if (k == BOOL)
		as_buf_text(b, sqlite3_column_int(st, (int)i) ? "yes" : "no");
	else if (k == SIZE && type == SQLITE_INTEGER && table)
		add_grouped(b, sqlite3_column_int64(st, (int)i));
	else if (type == SQLITE_FLOAT)
		as_buf_print(b, "%.15g", sqlite3_column_double(st, (int)i));
	else if (type == SQLITE_BLOB)
		as_hex_add(b,
			as_cut(value(st, i), 0, as_min(value(st, i).n, table ? DIGITS : SIZE_MAX)));
	else if (k == DIGEST && table)
		as_buf_add(b, value(st, i).p, as_min(value(st, i).n, DIGITS));
	else
		as_buf_add(b, value(st, i).p, as_min(value(st, i).n, table ? CELL : SIZE_MAX));
}

static as_status write_csv(as_out *out, sqlite3_stmt *st, const column *columns, size_t n)
{
	int rc;
	as_buf b = { 0 };
	for (size_t i = 0; i < n; i++) {
		as_out_text(out, i ? "," : "");
		as_out_csv(out, columns[i].name, true);
	}
	as_out_text(out, "\r\n");
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && !out->failed) {
		for (size_t i = 0; i < n; i++) {
			int type = sqlite3_column_type(st, (int)i);
			as_out_text(out, i ? "," : "");
			cell(&b, st, i, columns[i].kind, false);
			as_out_csv(out, as_buf_span_of(&b),
				type != SQLITE_INTEGER && type != SQLITE_FLOAT);
		}
		as_out_text(out, "\r\n");
	}
	out->failed = out->failed || b.bad;
	as_buf_free(&b);
	return ended(rc, out);
}

/* Tables: the statement runs twice, to measure and to write: rows are never all in memory */

static int measure(sqlite3_stmt *st, column *columns, size_t n, as_buf *b)
{
	int rc;
	for (size_t i = 0; i < n; i++)
		columns[i].width = as_plain_width(columns[i].name);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		for (size_t i = 0; i < n; i++) {
			int type = sqlite3_column_type(st, (int)i);
			bool number = type == SQLITE_INTEGER || type == SQLITE_FLOAT;
			columns[i].number =
				columns[i].number &&
				(type == SQLITE_NULL || (number && columns[i].kind != BOOL));
			cell(b, st, i, columns[i].kind, true);
			columns[i].width = as_max(
				columns[i].width, as_min(as_plain_width(as_buf_span_of(b)), WIDE));
		}
	return rc;
}

static bool shrinks(const column *c) { return !c->number && c->kind != WHOLE && c->width > NARROW; }

/* Takes columns from the widest until the table fits, or nothing wide is left. */
static void fit(column *columns, size_t n, size_t width)
{
	size_t total = n ? GAP * (n - 1) : 0;
	for (size_t i = 0; i < n; i++)
		total += columns[i].width;
	while (width != 0 && total > width) {
		column *widest = NULL;
		for (size_t i = 0; i < n; i++)
			if (shrinks(&columns[i]) && (!widest || columns[i].width >= widest->width))
				widest = &columns[i];
		if (!widest)
			return;
		widest->width--;
		total--;
	}
}

static void pad(as_out *out, size_t n)
{
	while (n-- > 0)
		as_out_text(out, " ");
}

static void table_cell(as_out *out, const column *c, as_span text, bool last)
{
	size_t wide = as_min(as_plain_width(text), c->width);
	if (c->number)
		pad(out, c->width - wide);
	as_out_plain(out, text, c->width);
	if (!last)
		pad(out, GAP + (c->number ? 0 : c->width - wide));
}

/* Whether the last column has lines of its own. */
static bool has_below(const column *columns, size_t n, const as_rows_style *style)
{
	return n > 1 && style->width != 0 && columns[n - 1].kind == BELOW;
}

static void write_below(as_out *out, as_span text, size_t width)
{
	if (text.n == 0)
		return;
	as_out_print(out, "%*s", INDENT, "");
	as_out_wrapped(out, text, INDENT, width);
	as_out_text(out, "\n");
}

static as_status write_table(
	as_out *out, sqlite3_stmt *st, column *columns, size_t all, const as_rows_style *style)
{
	as_buf b = { 0 };
	bool below = has_below(columns, all, style);
	size_t n = all - below;
	int rc = measure(st, columns, n, &b);
	if (rc == SQLITE_DONE)
		rc = sqlite3_reset(st);
	if (rc == SQLITE_OK) {
		fit(columns, n, style->width);
		for (size_t i = 0; i < n; i++)
			table_cell(out, &columns[i], columns[i].name, i + 1 == n);
		as_out_text(out, "\n");
		while ((rc = sqlite3_step(st)) == SQLITE_ROW && !out->failed) {
			for (size_t i = 0; i < n; i++) {
				cell(&b, st, i, columns[i].kind, true);
				table_cell(out, &columns[i], as_buf_span_of(&b), i + 1 == n);
			}
			as_out_text(out, "\n");
			if (below) {
				cell(&b, st, n, PLAIN, true);
				write_below(out, as_buf_span_of(&b), style->width);
			}
		}
	}
	out->failed = out->failed || b.bad;
	as_buf_free(&b);
	return ended(rc, out);
}

as_status as_rows_write(as_out *out, sqlite3_stmt *st, as_rows_style style)
{
	column columns[COLUMNS];
	size_t n = (size_t)sqlite3_column_count(st);
	if (n > COLUMNS)
		return AS_IO;
	read_columns(st, style.kinds, columns, n);
	if (style.format == ASSAY_JSON)
		return write_json(out, st, columns, n);
	if (style.format == ASSAY_CSV)
		return write_csv(out, st, columns, n);
	return write_table(out, st, columns, n, &style);
}
