/* SPDX-License-Identifier: Apache-2.0 */
/* An assessment in words and a table, for a terminal. */
#include <stdio.h>

#include "decide.h"
#include "dossier/db.h"
#include "report/rows.h"

static const char sentences[] = "SELECT value FROM meta WHERE name IN ('question', 'answer_1', "
				"'answer_2', 'answer_3') ORDER BY name = 'question' DESC, name";
static const char none[] = "SELECT 'No figure of money: ' || value || '.' FROM meta WHERE name = "
			   "'figures' AND value <> 'yes'";
static const char caveats[] = "SELECT text FROM caveat ORDER BY id";
static const char table[] =
	"SELECT name AS scenario,"
	" printf('%,d', round(cost)) AS cost, printf('%,d', round(changes)) AS 'of it changes', "
	"printf('%,d', round(loss)) AS 'expected loss', "
	"printf('%,d', "
	"total) AS total,"
	" printf('%,d to %,d', round(total_low), round(total_high)) AS '90 % between', printf('%d "
	"%%', round(100 "
	"* best)) AS 'is best',"
	" CASE WHEN finished IS NULL THEN '' ELSE printf('%.1f', finished) END AS 'done by',"
	" CASE WHEN in_time IS NULL THEN '' ELSE printf('%d %%', round(100 * in_time)) END AS 'in "
	"time'"
	" FROM scenario WHERE total IS NOT NULL ORDER BY id";
static const char demands[] =
	"SELECT demand AS 'most worth demanding', printf('%,d', round(value)) AS "
	"'worth up to' FROM information"
	" WHERE demand IS NOT NULL ORDER BY value DESC LIMIT 5";
static const char ways[] = "SELECT p.supplier || ' ' || p.product AS product, w.severity, w.text "
			   "AS finding FROM way_in AS w JOIN product AS p ON p.id = w.product"
			   " ORDER BY w.severity = 'critical' DESC, w.severity = 'high' DESC, "
			   "p.id, w.finding LIMIT 20";

static const char proposals[] = "SELECT measure AS 'proposed', printf('%,d', round(cost)) AS "
				"'costs', printf('%,d', round(gain)) AS "
				"'takes off the loss' FROM proposal ORDER BY rank";
static const char closeness[] = "SELECT value FROM meta WHERE name = 'proposal'";

static as_status lines(sqlite3 *db, const char *sql, const char *before, as_out *out)
{
	as_status s = AS_OK;
	sqlite3_stmt *q = as_db_prepare(db, sql);
	while (q && as_db_row(q, &s))
		as_out_print(out, "%s%s\n", before, (const char *)sqlite3_column_text(q, 0));
	sqlite3_finalize(q);
	return q ? s : AS_IO;
}

static as_status rows(sqlite3 *db, const char *sql, unsigned width, as_out *out)
{
	sqlite3_stmt *q = as_db_prepare(db, sql);
	as_status s =
		q ? as_rows_write(out, q, (as_rows_style){ .format = ASSAY_TABLE, .width = width })
		  : AS_IO;
	sqlite3_finalize(q);
	return s;
}

static bool any(sqlite3 *db, const char *table_of)
{
	char sql[120];
	(void)snprintf(sql, sizeof(sql), "SELECT 1 FROM %s LIMIT 1", table_of);
	as_status s = AS_OK;
	sqlite3_stmt *q = as_db_prepare(db, sql);
	bool there = q && as_db_row(q, &s);
	sqlite3_finalize(q);
	return there;
}

assay_status assay_assess_show(
	const char *assessment, unsigned width, assay_write write, void *ctx, assay_error *error)
{
	sqlite3 *db = NULL;
	as_out out = { .write = write, .ctx = ctx };
	if (sqlite3_open_v2(assessment, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
		assay_status failed = as_say(error, ASSAY_INPUT, "'%s': %s", assessment,
			db ? sqlite3_errmsg(db) : "no memory");
		(void)sqlite3_close(db);
		return failed;
	}
	as_status s = lines(db, sentences, "", &out);
	s = as_worse(s, lines(db, none, "", &out));
	as_out_text(&out, "\n");
	s = as_worse(s,
		rows(db, any(db, "scenario WHERE total IS NOT NULL") ? table : ways, width, &out));
	if (any(db, "proposal")) {
		as_out_text(&out, "\n");
		s = as_worse(s, rows(db, proposals, width, &out));
	}
	s = as_worse(s, lines(db, closeness, "", &out));
	if (any(db, "information WHERE demand IS NOT NULL")) {
		as_out_text(&out, "\n");
		s = as_worse(s, rows(db, demands, width, &out));
	}
	as_out_text(&out, "\n");
	s = as_worse(s, lines(db, caveats, "- ", &out));
	s = as_worse(s, as_out_end(&out));
	assay_status result = ASSAY_OK;
	if (s != AS_OK)
		result = out.failed ? as_say(error, ASSAY_OUTPUT, "the summary cannot be written")
				    : as_say(error, ASSAY_INPUT, "'%s' is no assessment: %s",
					      assessment, sqlite3_errmsg(db));
	(void)sqlite3_close(db);
	return result;
}
