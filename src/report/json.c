/* SPDX-License-Identifier: Apache-2.0 */
/* report.json: everything a program may want to know of a review, as the views show it. Keys are
 * those of assay show --json. "format" and "version" name this layout. */
#include "report/common.h"
#include "report/sql.h"
#include "report/views.h"
#include "report/write_json.h"

enum { LAYOUT = 1 };

static bool meta_row(void *ctx, sqlite3_stmt *st)
{
	as_json *j = ctx;
	as_json_column(j, (const char *)sqlite3_column_text(st, 0), st, 1);
	return true;
}

static as_status write(sqlite3 *db, as_out *out)
{
	static const char *const views[] = { "summary", "findings", "components", "vulnerabilities",
		"credentials", "keys", "certificates", "services", "elf", "unexamined" };
	as_json j = { .out = out };
	as_json_open(&j, NULL, '{');
	as_json_str(&j, "format", "assay-report");
	as_json_int(&j, "version", LAYOUT);
	as_json_open(&j, "meta", '{');
	as_status s = as_sql_each(db, "SELECT name, value FROM meta ORDER BY name", meta_row, &j);
	as_json_close(&j, '}');
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		s = as_worse(s, as_json_rows(&j, views[i], db, as_view_by_name(views[i])->json));
	s = as_worse(
		s, as_json_rows(&j, "knowledge_sources", db,
			   "SELECT kind, name, newest, imported, read, stored, unchanged, refused"
			   " FROM knowledge_source ORDER BY kind, name"));
	s = as_worse(s, as_json_rows(&j, "clauses", db, as_sql_clauses));
	s = as_worse(s, as_json_rows(&j, "rules", db,
				"SELECT id, title, kind, severity, confidence, confidence_why, "
				"cwe, why, fix, sql, outcome"
				" FROM rule ORDER BY id"));
	s = as_worse(s, as_json_rows(&j, "extents", db,
				"SELECT o.sha256, e.at AS offset, e.len AS length, e.class, "
				"e.label, e.entropy FROM extent AS e"
				" JOIN object AS o ON o.id = e.object WHERE e.object IN"
				" (SELECT object FROM place WHERE parent IS NULL) ORDER BY "
				"e.object, e.at"));
	as_json_close(&j, '}');
	return s;
}

const as_report as_report_json = { .id = "json", .title = "report for programs", .write = write };
