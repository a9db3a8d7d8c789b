/* SPDX-License-Identifier: Apache-2.0 */
/* The results of an assessment: its SQLite file, and what is made of it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/embed.h"
#include "decide.h"
#include "dossier/db.h"
#include "report/page.h"
#include "report/rows.h"
#include "report/write_json.h"

enum { LAYOUT = 1 };

static const char *const tables[] = { "scenario", "scenario_year", "curve", "comparison", "loss_by",
	"parameter", "driver", "variance_share", "information", "product", "way_in",
	"finding_class", "shared_component", "product_clause", "concentration",
	"concentration_index", "threat", "scenario_control", "scenario_change", "toolbox",
	"restriction", "proposal", "caveat" };

static int write_file(void *file, const void *p, size_t n)
{
	return fwrite(p, 1, n, file) == n ? 0 : -1;
}

static as_status write_json(sqlite3 *db, as_out *out)
{
	as_json j = { .out = out };
	as_status s = AS_OK;
	as_json_open(&j, NULL, '{');
	as_json_str(&j, "format", "assay-assessment");
	as_json_int(&j, "layout", LAYOUT);
	sqlite3_stmt *q = as_db_prepare(db, "SELECT name, value FROM meta ORDER BY name");
	as_json_open(&j, "meta", '{');
	while (q && as_db_row(q, &s))
		as_json_column(&j, (const char *)sqlite3_column_text(q, 0), q, 1);
	as_json_close(&j, '}');
	sqlite3_finalize(q);
	for (size_t i = 0; q && i < sizeof(tables) / sizeof(tables[0]); i++) {
		char sql[80];
		(void)snprintf(sql, sizeof(sql), "SELECT * FROM %s", tables[i]);
		s = as_worse(s, as_json_rows(&j, tables[i], db, sql));
	}
	as_json_close(&j, '}');
	as_out_text(out, "\n");
	return q ? s : AS_IO;
}

static as_status write_csv(sqlite3 *db, as_out *out)
{
	sqlite3_stmt *q = as_db_prepare(db,
		"SELECT name, cost, cost_low, cost_high, changes, changes_low, changes_high, loss, "
		"loss_low, loss_high, total, "
		"total_low, total_high, best, regret, efficient,"
		" year_mean, year_var95, year_tvar95, year_var99, year_tvar99, finished, deadline, "
		"in_time FROM scenario ORDER BY id");
	as_status s = q ? as_rows_write(out, q, (as_rows_style){ .format = ASSAY_CSV }) : AS_IO;
	sqlite3_finalize(q);
	return s;
}

/* What the page shows, by table; its layout is known to web/assessment/data.js alone. */
static as_status page_data(sqlite3 *db, as_out *out)
{
	as_json j = { .out = out, .compact = true };
	as_json_open(&j, NULL, '{');
	as_status s = as_json_table(&j, "meta", db, "SELECT name, value FROM meta");
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		char sql[80];
		(void)snprintf(sql, sizeof(sql), "SELECT * FROM %s", tables[i]);
		s = as_worse(s, as_json_table(&j, tables[i], db, sql));
	}
	as_json_close(&j, '}');
	return s;
}

static as_status write_page(sqlite3 *db, as_out *out)
{
	static const char *const scripts[] = { "dom.js", "table.js", "frame.js",
		"assessment/data.js", "assessment/chart.js", "assessment/plots.js",
		"assessment/decision.js", "assessment/facts.js", "assessment/main.js", NULL };
	static const char *const styles[] = { "page.css", "assessment/paper.css", NULL };
	const as_page page = { .frame = "assessment/paper.html",
		.scripts = scripts,
		.styles = styles,
		.library = as_embedded_file(as_embedded_charts, "charts.js"),
		.data = page_data };
	return as_page_write(&page, db, out);
}

static const struct {
	const char *name;
	as_status (*write)(sqlite3 *db, as_out *out);
} results[] = {
	{ "assessment.assay", NULL },
	{ "assessment.html", write_page },
	{ "assessment.json", write_json },
	{ "decision.csv", write_csv },
};
enum { RESULTS = sizeof(results) / sizeof(results[0]) };

static const char *path_of(as_decision *d, size_t i, bool new)
{
	as_span s = as_print(d->arena, "%s/%s%s", d->o.output, results[i].name, new ? ".new" : "");
	return s.p ? (const char *)s.p : "";
}

static assay_status write_one(as_decision *d, sqlite3 *db, size_t i)
{
	const char *path = path_of(d, i, true);
	(void)unlink(path); /* what a run left that was killed, or somebody's link */
	FILE *f = fopen(path, "we");
	if (!f)
		return as_say(d->error, ASSAY_OUTPUT, "'%s': %s", path, strerror(errno));
	as_out out = { .write = write_file, .ctx = f };
	as_status s = results[i].write(db, &out);
	s = as_worse(s, as_out_end(&out));
	if (fclose(f) != 0 || s != AS_OK)
		return as_say(d->error, ASSAY_OUTPUT, "'%s': it cannot be written", path);
	return ASSAY_OK;
}

static assay_status write_all(as_decision *d, const as_assessed *x)
{
	sqlite3 *db = NULL;
	const char *path = path_of(d, 0, true);
	(void)unlink(path);
	assay_status s = ASSAY_OK;
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
			SQLITE_OK ||
		as_assessment_write(db, x) != AS_OK || as_decision_screen(db, x) != AS_OK)
		s = as_say(d->error, ASSAY_OUTPUT, "'%s': %s", path,
			db ? sqlite3_errmsg(db) : "no memory");
	for (size_t i = 1; s == ASSAY_OK && i < RESULTS; i++)
		s = write_one(d, db, i);
	(void)sqlite3_close(db);
	return s;
}

/* Nothing stands where a result goes that cannot be replaced: all are, or none. */
static assay_status check_places(as_decision *d)
{
	struct stat st;
	for (size_t i = 0; i < RESULTS; i++)
		if (lstat(path_of(d, i, false), &st) == 0 && S_ISDIR(st.st_mode))
			return as_say(d->error, ASSAY_OUTPUT, "'%s': it is a folder",
				path_of(d, i, false));
	return ASSAY_OK;
}

/* Writes all results under other names, then gives them theirs. */
static assay_status write_and_rename(as_decision *d, const as_assessed *x)
{
	assay_status s = write_all(d, x);
	for (size_t i = 0; i < RESULTS; i++) {
		if (s == ASSAY_OK && rename(path_of(d, i, true), path_of(d, i, false)) != 0)
			s = as_say(d->error, ASSAY_OUTPUT, "'%s': %s", path_of(d, i, false),
				strerror(errno));
		if (s != ASSAY_OK)
			(void)unlink(path_of(d, i, true));
	}
	return s;
}

assay_status as_decision_publish(as_decision *d, const as_assessed *x)
{
	assay_status s = check_places(d);
	if (s != ASSAY_OK)
		return s;
	int folder = open(d->o.output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return as_say(d->error, ASSAY_OUTPUT, "'%s': %s", d->o.output, strerror(errno));
	if (flock(folder, LOCK_EX | LOCK_NB) != 0)
		s = as_say(d->error, ASSAY_OUTPUT,
			"'%s': another assessment is being written there", d->o.output);
	else
		s = write_and_rename(d, x);
	(void)close(folder); /* and the lock goes */
	return s;
}
