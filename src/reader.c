/* SPDX-License-Identifier: Apache-2.0 */
/* The half of the library that reads dossiers: a view, a query, an explanation, a report. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "dossier/read.h"
#include "report/explain.h"
#include "report/mark.h"
#include "report/report.h"
#include "report/rows.h"
#include "report/sql.h"
#include "report/summary.h"
#include "report/views.h"

const char *const *assay_views(void) { return as_view_names(); }

/* SQLite's words for what went wrong, unless a later statement went well. */
static const char *reason(sqlite3 *db)
{
	int rc = sqlite3_errcode(db);
	bool well = rc == SQLITE_OK || rc == SQLITE_ROW || rc == SQLITE_DONE;
	return well ? "a table or view of it is missing or damaged" : sqlite3_errmsg(db);
}

/* What a status of the report room means to the caller, in words. */
static assay_status conclude(assay_dossier *d, as_out *out, as_status s, assay_error *error)
{
	as_status end = as_out_end(out);
	bool stopped = sqlite3_errcode(d->db) == SQLITE_INTERRUPT;
	as_dossier_rest(d);
	if (out->failed || end != AS_OK)
		return as_say(error, ASSAY_OUTPUT, "the output cannot be written");
	if (s != AS_OK && stopped)
		return as_say(error, ASSAY_INPUT,
			"reading the dossier was stopped after %u seconds", d->allowed);
	if (s != AS_OK)
		return as_say(error, ASSAY_INPUT, "the dossier cannot be read: %s", reason(d->db));
	return ASSAY_OK;
}

static const char *statement_of(const as_view *v, assay_format format)
{
	const char *csv = v->csv ? v->csv : v->json;
	return format == ASSAY_JSON ? v->json : format == ASSAY_CSV || !v->table ? csv : v->table;
}

assay_status assay_show(assay_dossier *d, const char *view, assay_format format, assay_write write,
	void *ctx, assay_error *error)
{
	as_out out = { .write = write, .ctx = ctx };
	as_say(error, ASSAY_OK, "%s", "");
	const as_view *v = as_view_by_name(view);
	if (!v)
		return as_say(error, ASSAY_USAGE, "there is no view '%s'", view);
	as_dossier_hurry(d, AS_REPORT_SECONDS);
	if (format == ASSAY_TABLE && strcmp(view, "summary") == 0)
		return conclude(d, &out, as_summary_write(d->db, &out, d->width), error);
	sqlite3_stmt *st = NULL;
	as_status s = AS_IO;
	if (sqlite3_prepare_v2(d->db, statement_of(v, format), -1, &st, NULL) == SQLITE_OK)
		s = as_rows_write(&out, st, (as_rows_style){ format, d->width, true });
	assay_status result = conclude(d, &out, s, error);
	sqlite3_finalize(st);
	return result;
}

/* Whether only white space, semicolons and comments follow a statement. */
static bool nothing_more(sqlite3 *db, const char *tail)
{
	sqlite3_stmt *st = NULL;
	while (*tail) {
		const char *next = tail;
		int rc = sqlite3_prepare_v2(db, tail, -1, &st, &next);
		bool more = rc != SQLITE_OK || st != NULL;
		sqlite3_finalize(st);
		if (more)
			return false;
		if (next == tail)
			break;
		tail = next;
	}
	return true;
}

static assay_status say_sql(assay_dossier *d, int rc, assay_error *error)
{
	if (rc == SQLITE_INTERRUPT)
		return as_say(
			error, ASSAY_USAGE, "the query was stopped after %u seconds", d->allowed);
	if (rc == SQLITE_AUTH)
		return as_say(error, ASSAY_USAGE, "a query may only read");
	return as_say(error, ASSAY_USAGE, "%s", sqlite3_errmsg(d->db));
}

static assay_status run(
	assay_dossier *d, sqlite3_stmt *st, assay_format format, as_out *out, assay_error *error)
{
	as_status s = as_rows_write(out, st, (as_rows_style){ format, d->width, false });
	int rc = sqlite3_errcode(d->db);
	as_status end = as_out_end(out);
	if (out->failed || end != AS_OK)
		return as_say(error, ASSAY_OUTPUT, "the output cannot be written");
	return s == AS_OK ? ASSAY_OK : say_sql(d, rc, error);
}

assay_status assay_query(assay_dossier *d, const char *sql, assay_format format, assay_write write,
	void *ctx, assay_error *error)
{
	as_out out = { .write = write, .ctx = ctx };
	sqlite3_stmt *st = NULL;
	const char *tail = "";
	as_say(error, ASSAY_OK, "%s", "");
	as_dossier_hurry(d, AS_QUERY_SECONDS);
	int rc = sqlite3_prepare_v2(d->db, sql, -1, &st, &tail);
	assay_status s = ASSAY_OK;
	if (rc != SQLITE_OK)
		s = say_sql(d, rc, error);
	else if (!st)
		s = as_say(error, ASSAY_USAGE, "the query is empty");
	else if (!sqlite3_stmt_readonly(st))
		s = as_say(error, ASSAY_USAGE, "a query may only read");
	else if (!nothing_more(d->db, tail))
		s = as_say(error, ASSAY_USAGE, "one statement at a time");
	else
		s = run(d, st, format, &out, error);
	sqlite3_finalize(st);
	as_dossier_rest(d);
	return s;
}

assay_status assay_explain(
	assay_dossier *d, const char *finding, assay_write write, void *ctx, assay_error *error)
{
	as_out out = { .write = write, .ctx = ctx };
	as_say(error, ASSAY_OK, "%s", "");
	as_dossier_hurry(d, AS_REPORT_SECONDS);
	as_status s = as_explain_write(d->db, as_lit(finding), d->places, &out);
	if (s == AS_NOT_THIS)
		return as_say(
			error, ASSAY_USAGE, "there is no finding '%s' in this dossier", finding);
	return conclude(d, &out, s, error);
}

static bool is_line(const char *text)
{
	bool blank = true;
	for (const char *c = text; *c; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return false;
		blank = blank && *c == ' ';
	}
	return !blank && as_is_text(as_lit(text));
}

assay_status assay_mark(assay_dossier *d, const assay_mark_options *options, assay_write write,
	void *ctx, unsigned *n, assay_error *error)
{
	as_out out = { .write = write, .ctx = ctx };
	unsigned made = 0;
	const char *author = options->author ? options->author : "";
	const char *date = options->date ? options->date : "";
	as_say(error, ASSAY_OK, "%s", "");
	if (!options->reason || !is_line(options->reason) || (*author && !is_line(author)) ||
		(*date && !as_is_date(as_lit(date))))
		return as_say(error, ASSAY_USAGE,
			"a mark needs a reason, and its words are one line of text each");
	as_mark_request request = { .finding = as_lit(options->finding),
		.place = options->place,
		.author = as_lit(author),
		.date = as_lit(date),
		.reason = as_lit(options->reason) };
	as_dossier_hurry(d, AS_REPORT_SECONDS);
	if (options->head)
		as_out_text(&out, as_mark_head);
	as_status s = as_mark_write(d->db, &request, &made, &out);
	if (n)
		*n = made;
	if (s == AS_NOT_THIS) {
		as_buf_free(&out.held);
		as_dossier_rest(d);
		return as_say(error, ASSAY_USAGE,
			options->place
				? "'%s' has no place of that number that can be marked"
				: "there is no finding and no suspicious function '%s' in this "
				  "dossier that can be marked",
			options->finding);
	}
	return conclude(d, &out, s, error);
}

assay_status assay_report(
	assay_dossier *d, const char *format, assay_write write, void *ctx, assay_error *error)
{
	as_out out = { .write = write, .ctx = ctx };
	as_say(error, ASSAY_OK, "%s", "");
	as_dossier_hurry(d, AS_REPORT_SECONDS);
	for (const as_report *const *r = as_report_list; *r; r++)
		if (strcmp((*r)->id, format) == 0)
			return conclude(d, &out, (*r)->write(d->db, &out), error);
	return as_say(error, ASSAY_USAGE, "there is no report format '%s'", format);
}

long assay_count_findings(assay_dossier *d, const char *severity)
{
	static const char *const severities[] = { "info", "low", "medium", "high", "critical" };
	sqlite3_stmt *st = NULL;
	long n = -1;
	int rank = -1;
	for (int i = 0; i < 5; i++)
		if (strcmp(severities[i], severity) == 0)
			rank = i;
	if (rank < 0)
		return -1;
	if (sqlite3_prepare_v2(d->db,
		    "SELECT count(*) FROM finding WHERE verdict = 'holds' AND explained < n "
		    "AND " AS_SQL_RANK("severity") " >= ?1",
		    -1, &st, NULL) == SQLITE_OK &&
		sqlite3_bind_int(st, 1, rank) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
		n = (long)sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}
