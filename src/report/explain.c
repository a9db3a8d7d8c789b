/* SPDX-License-Identifier: Apache-2.0 */
#include "report/explain.h"

#include <stdio.h>

#include "base/ascii.h"
#include "base/text.h"
#include "report/encode.h"
#include "report/see.h"
#include "report/sql.h"
#include "report/story.h"
#include "report/views.h"

enum { WIDTH = 96, INDENT = 2, LINE = 16 /* bytes in a line of a dump */, PLACES = 10 };

typedef struct telling {
	sqlite3 *db;
	as_out *out;
	as_span finding;
	int64_t n, places; /* rows of this part so far; how many places are shown */
	as_status status;
} telling;

/* A paragraph, wrapped at blanks and indented. */
static void paragraph(as_out *out, as_span text)
{
	size_t column = 0;
	for (size_t i = 0; text.n > 0; i++) {
		as_span word = as_word(text, i);
		if (!word.p)
			break;
		size_t wide = as_plain_width(word);
		if (column + wide + 1 > WIDTH) {
			as_out_text(out, "\n");
			column = 0;
		}
		as_out_print(out, "%*s", column == 0 ? INDENT : 1, "");
		as_out_plain(out, word, 0);
		column += wide + (column == 0 ? INDENT : 1);
	}
	as_out_text(out, "\n");
}

static void section(as_out *out, const char *title, as_span text)
{
	if (text.n == 0)
		return;
	as_out_print(out, "\n%s\n", title);
	paragraph(out, text);
}

static const char head_sql[] =
	"SELECT f.title, f.severity, f.confidence, f.verdict, f.kind, f.cwe, f.why, f.fix, f.id, "
	"r.confidence_why, f.explained, f.n"
	" FROM finding AS f LEFT JOIN rule AS r ON r.id = f.rule WHERE f.id = ?1";

static bool head_row(void *ctx, sqlite3_stmt *st)
{
	telling *t = ctx;
	as_span cwe = as_sql_span(st, 5);
	t->n++;
	as_out_plain(t->out, as_sql_span(st, 0), 0);
	as_out_text(t->out, "\n");
	as_out_plain(t->out, as_sql_span(st, 8), 0);
	as_out_print(t->out, ": %s%s",
		as_is(as_sql_span(st, 3), "holds") ? "" : "could not be decided; ",
		(const char *)as_sql_span(st, 1).p);
	as_out_print(t->out, ", confidence %.2f, ", sqlite3_column_double(st, 2));
	as_out_plain(t->out, as_sql_span(st, 4), 0);
	as_out_text(t->out, cwe.n ? ", " : "");
	as_out_plain(t->out, cwe, 0);
	as_out_text(t->out, "\n");
	if (sqlite3_column_int64(st, 10) > 0)
		as_out_print(t->out, "explained before, in %lld of %lld places: see there\n",
			(long long)sqlite3_column_int64(st, 10),
			(long long)sqlite3_column_int64(st, 11));
	section(t->out, "Why it matters", as_sql_span(st, 6));
	section(t->out, "What to do", as_sql_span(st, 7));
	section(t->out, "How sure", as_sql_span(st, 9));
	return false;
}

static const char clauses_sql[] =
	"SELECT c.framework || ' ' || c.clause || coalesce(': ' || c.title, '') FROM finding AS f"
	" JOIN clause_rule AS k ON k.rule = f.rule JOIN clause AS c ON c.framework = k.framework "
	"AND"
	" c.clause = k.clause WHERE f.id = ?1 ORDER BY c.framework, c.clause";

static bool clause_row(void *ctx, sqlite3_stmt *st)
{
	telling *t = ctx;
	if (t->n++ == 0)
		as_out_text(t->out, "\nClauses it speaks to\n");
	paragraph(t->out, as_sql_span(st, 0));
	return !t->out->failed;
}

/* Bytes as hexadecimal and text, one line for every 16 of them. */
static void dump(as_out *out, as_span bytes, uint64_t at)
{
	for (size_t i = 0; i < bytes.n; i += LINE) {
		as_span line = as_cut(bytes, i, as_min(LINE, bytes.n - i));
		as_out_print(out, "    %08llx ", (unsigned long long)(at + i));
		for (size_t k = 0; k < LINE; k++)
			as_out_print(out, k < line.n ? "%s%02x" : "%s  ", k % 2 ? "" : " ",
				as_at(line, k));
		as_out_text(out, "  ");
		for (size_t k = 0; k < line.n; k++)
			as_out_print(out, "%c", as_printable(line.p[k]) ? line.p[k] : '.');
		as_out_text(out, "\n");
	}
}

static void commands(telling *t, sqlite3_stmt *st)
{
	as_buf b = { 0 };
	as_story_key key =
		as_story_find(t->db, sqlite3_column_int64(st, 10), sqlite3_column_int64(st, 4));
	as_see what = { .place = sqlite3_column_int64(st, 0),
		.has_range = sqlite3_column_type(st, 4) == SQLITE_INTEGER &&
			     sqlite3_column_type(st, 5) == SQLITE_INTEGER,
		.at = sqlite3_column_int64(st, 4),
		.len = sqlite3_column_int64(st, 5) };
	if (key.found)
		t->status = as_worse(t->status, as_story_ranges(t->db, key, &what));
	t->status = as_worse(t->status, as_see_add(t->db, what, &b));
	as_span text = as_buf_span_of(&b);
	for (size_t i = 0; i < text.n;) {
		size_t end = as_find_byte(text, '\n', i);
		as_span line = as_cut(text, i, (end == SIZE_MAX ? text.n : end) - i);
		as_out_text(t->out, "    ");
		as_out_plain(t->out, line, 0);
		as_out_text(t->out, "\n");
		i += line.n + 1;
	}
	as_buf_free(&b);
}

static const char places_sql[] =
	"SELECT p.id, p.path, p.container, o.sha256, fp.at, fp.len, "
	"fp.subject, fp.note, fp.verdict,"
	" (SELECT x.bytes FROM exhibit AS x WHERE x.object = fp.object "
	"AND x.at = fp.at AND x.len = fp.len), fp.object,"
	" (SELECT m.reason || coalesce(' (' || m.author || coalesce(', ' || m.date, '') || ')', ' "
	"(' || m.date || ')', '') FROM mark AS m WHERE m.id = fp.mark)"
	" FROM" AS_SQL_PLACES "WHERE fp.finding = ?1 ORDER BY fp.i, p.id";

static void remark(as_out *out, const char *name, as_span text)
{
	if (text.n == 0)
		return;
	as_out_print(out, "    %s: ", name);
	as_out_plain(out, text, 0);
	as_out_text(out, "\n");
}

static bool place_row(void *ctx, sqlite3_stmt *st)
{
	telling *t = ctx;
	if (t->n++ == 0)
		as_out_text(t->out, "\nWhere it was seen\n");
	if (t->n > t->places)
		return true; /* counted only */
	as_out_print(t->out, "%s  %lld. ", t->n > 1 ? "\n" : "", (long long)t->n);
	as_out_plain(t->out, as_sql_span(st, 1), 0);
	if (sqlite3_column_type(st, 4) == SQLITE_INTEGER)
		as_out_print(t->out, ", %lld bytes at offset %lld",
			(long long)sqlite3_column_int64(st, 5),
			(long long)sqlite3_column_int64(st, 4));
	as_out_text(t->out, "\n");
	remark(t->out, "in", as_sql_span(st, 2));
	remark(t->out, "SHA-256", as_sql_span(st, 3));
	remark(t->out, "subject", as_sql_span(st, 6));
	remark(t->out, "note", as_sql_span(st, 7));
	remark(t->out, "explained", as_sql_span(st, 11));
	if (!as_is(as_sql_span(st, 8), "holds"))
		as_out_text(t->out, "    could not be decided here\n");
	dump(t->out, as_sql_span(st, 9), (uint64_t)sqlite3_column_int64(st, 4));
	as_story_key key =
		as_story_find(t->db, sqlite3_column_int64(st, 10), sqlite3_column_int64(st, 4));
	if (key.found)
		t->status = as_worse(t->status, as_story_write(t->db, key, t->out));
	if (sqlite3_column_type(st, 0) == SQLITE_INTEGER) {
		as_out_text(t->out, "    to see it (in a new folder that holds the input):\n");
		commands(t, st);
	}
	return !t->out->failed && t->status == AS_OK;
}

/* Ids of findings may end with words of the image: such are put into no command. */
static bool is_harmless(as_span id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!as_is_letter(id.p[i]) && !(id.p[i] >= '-' && id.p[i] <= ':') && id.p[i] != '_')
			return false;
	return true;
}

/* How many places were left out, and how to have them. */
static void rest(telling *t)
{
	if (t->n <= t->places)
		return;
	as_out_print(t->out, "\n  ... and %lld more: assay explain --all shows each\n",
		(long long)(t->n - t->places));
	if (is_harmless(t->finding)) {
		as_out_text(t->out,
			"    as rows: assay query DOSSIER \"SELECT * FROM finding_place "
			"WHERE finding = '");
		as_out_plain(t->out, t->finding, 0);
		as_out_text(t->out, "'\"\n");
	}
}

static bool rule_row(void *ctx, sqlite3_stmt *st)
{
	telling *t = ctx;
	as_span sql = as_sql_span(st, 0);
	as_out_text(t->out, "\nThe query that accused\n");
	for (size_t i = 0; i < sql.n;) {
		size_t end = as_find_byte(sql, '\n', i);
		as_span line = as_cut(sql, i, (end == SIZE_MAX ? sql.n : end) - i);
		size_t tabs = 0;
		while (as_at(line, tabs) == '\t')
			tabs++;
		as_out_print(t->out, "%*s", INDENT + 4 * (int)tabs, "");
		as_out_plain(t->out, as_from(line, tabs), 0);
		as_out_text(t->out, "\n");
		i += line.n + 1;
	}
	return false;
}

as_status as_explain_write(sqlite3 *db, as_span finding, unsigned places, as_out *out)
{
	telling t = {
		.db = db, .out = out, .finding = finding, .places = places ? places : PLACES
	};
	as_status s = as_sql_each_of(db, head_sql, finding, head_row, &t);
	if (s == AS_OK && t.n == 0)
		return AS_NOT_THIS;
	t.n = 0;
	s = as_worse(s, as_sql_each_of(db, clauses_sql, finding, clause_row, &t));
	t.n = 0;
	s = as_worse(s, as_sql_each_of(db, places_sql, finding, place_row, &t));
	rest(&t);
	s = as_worse(s, as_sql_each_of(db,
				"SELECT r.sql FROM finding AS f JOIN rule AS r ON r.id = f.rule "
				"WHERE f.id = ?1",
				finding, rule_row, &t));
	return as_worse(s, t.status);
}
