/* SPDX-License-Identifier: Apache-2.0 */
/* vex.csaf.json: CSAF 2.0, profile VEX (https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html, 4.5). The same
 * statements as vex.openvex.json: the components are the products, and each vulnerability names those that have it,
 * have it not, or are not decided. Its status is "interim", since nobody has to have looked; whoever changes it and
 * imports it (assay knowledge import) is believed at the next review; what still is as its mark (base/own.h) says
 * states nothing. Scores are not repeated here. */
#include <stdio.h>

#include "report/sql.h"
#include "report/vex.h"
#include "report/write_json.h"

static const char title_sql[] =
	"SELECT 'Known vulnerabilities in ' || CASE count(*) WHEN 1 THEN max(name) ELSE 'the "
	"inputs of one review' END FROM place WHERE parent IS NULL";

/* What was looked in, and how old it is. */
static const char notes_sql[] =
	"SELECT 'summary', 'What a review matched by the versions of components, and what was "
	"stated of "
	"them before. Whoever looks at it changes it.'"
	" UNION ALL SELECT 'details', 'Looked up in: ' || coalesce(group_concat(kind || ' ' || "
	"name || ' (newest ' || coalesce(newest, 'not said') || ', imported ' || "
	"coalesce(imported, 'not said') || ')', '; '), 'nothing that is recorded') FROM "
	"(SELECT * FROM knowledge_source ORDER BY kind, name)";

static const char products_sql[] =
	AS_SQL_STATED " SELECT DISTINCT purl, component, version, name, cpe FROM stated ORDER BY "
		      "component, version";

enum { NAME = 3, CPE };

/* A row for each vulnerability; lists as JSON, NULL where they are empty. */
static const char vulnerabilities_sql[] = AS_SQL_STATED
	", numbered AS MATERIALIZED (SELECT *, printf('CSAFPID-%04d', dense_rank() OVER (ORDER BY"
	" component, version)) AS product FROM stated ORDER BY cve, component, version)"
	" SELECT CASE WHEN cve GLOB 'CVE-[0-9][0-9][0-9][0-9]-[0-9][0-9][0-9][0-9]*'"
	"  AND substr(cve, 10) NOT GLOB '*[^0-9]*' THEN cve END AS cve,"
	" coalesce(nullif(substr(cve, 1, instr(cve, '-') - 1), ''), 'unknown') AS system_name, cve,"
	" coalesce(nullif(max(summary), ''), 'No feed describes it.'),"
#define PRODUCTS(condition) " nullif(json_group_array(product) FILTER (WHERE " condition "), '[]'),"
	PRODUCTS("status = 'affected'") PRODUCTS("status = 'not_affected'") PRODUCTS(
		"status = 'under_investigation'") PRODUCTS("justification IS NOT NULL")
#undef PRODUCTS
#define OBJECTS(members, condition)                                                                \
	" nullif(json_group_array(json_object(" members ")) FILTER (WHERE " condition "), '[]')"
		OBJECTS("'category', 'details', 'title', trim(name || ' ' || version), 'text', why",
			"status <> 'not_affected'") "," OBJECTS("'category', 'other', 'title', "
								"mark, 'text', product",
			"1") "," OBJECTS("'category', iif(fixed, "
					 "'vendor_fix', 'none_available'), "
					 "'details', action,"
					 " 'product_ids', "
					 "json_array(product)",
			"action IS NOT NULL") "," OBJECTS("'category', 'impact', 'details', why, "
							  "'product_ids', json_array(product)",
			"status = 'not_affected'")
#undef OBJECTS
			" FROM numbered GROUP BY numbered.cve ORDER BY numbered.cve";

enum {
	CVE,
	SYSTEM,
	ID,
	SUMMARY,
	AFFECTED,
	NOT_AFFECTED,
	INVESTIGATED,
	JUSTIFIED,
	NOTES,
	MARKS,
	REMEDIES,
	IMPACTS
};

/* JSON that SQLite made, where there is any. */
static void list(as_json *j, const char *key, sqlite3_stmt *st, int i)
{
	if (sqlite3_column_type(st, i) != SQLITE_NULL)
		as_json_raw(j, key, as_sql_span(st, i));
}

static void note(as_json *j, as_span category, as_span text)
{
	as_json_open(j, NULL, '{');
	as_json_text(j, "category", category);
	as_json_text(j, "text", text);
	as_json_close(j, '}');
}

static bool title_row(void *ctx, sqlite3_stmt *st)
{
	as_json_column(ctx, "title", st, 0);
	return true;
}

static bool note_row(void *ctx, sqlite3_stmt *st)
{
	note(ctx, as_sql_span(st, 0), as_sql_span(st, 1));
	return true;
}

/* The address of an issuer there is none of: whoever publishes the document puts a name and address here. */
static void publisher(as_json *j)
{
	as_json_open(j, "publisher", '{');
	as_json_str(j, "category", "other");
	as_json_str(j, "name", "Assay");
	as_json_str(j, "namespace", "https://assay.invalid");
	as_json_close(j, '}');
}

static void generator(as_json *j, sqlite3 *db, const char *date)
{
	char version[AS_META_LEN];
	as_meta(db, "version", version);
	as_json_open(j, "generator", '{');
	as_json_str(j, "date", date);
	as_json_open(j, "engine", '{');
	as_json_str(j, "name", "assay");
	as_json_str(j, "version", version[0] ? version : "unknown");
	as_json_close(j, '}');
	as_json_close(j, '}');
}

/* The id is also what a published file is to be named by: its letters are of those that such names may have. */
static as_status tracking(as_json *j, sqlite3 *db)
{
	char uuid[AS_UUID_LEN + 1] = "", id[AS_UUID_LEN + 8], date[AS_META_LEN];
	as_status s = as_uuid(db, "csaf", uuid);
	as_reviewed(db, date);
	snprintf(id, sizeof(id), "assay-%s", uuid);
	as_json_open(j, "tracking", '{');
	as_json_str(j, "id", id);
	as_json_str(j, "initial_release_date", date);
	as_json_str(j, "current_release_date", date);
	as_json_str(j, "status", "interim");
	as_json_str(j, "version", "1");
	as_json_open(j, "revision_history", '[');
	as_json_open(j, NULL, '{');
	as_json_str(j, "date", date);
	as_json_str(j, "number", "1");
	as_json_str(j, "summary", "What a review matched");
	as_json_close(j, '}');
	as_json_close(j, ']');
	generator(j, db, date);
	as_json_close(j, '}');
	return s;
}

static as_status document(as_json *j, sqlite3 *db)
{
	as_json_open(j, "document", '{');
	as_json_str(j, "category", "csaf_vex");
	as_json_str(j, "csaf_version", "2.0");
	as_json_str(j, "lang", "en");
	as_status s = as_sql_each(db, title_sql, title_row, j);
	publisher(j);
	s = as_worse(s, tracking(j, db));
	as_json_open(j, "notes", '[');
	s = as_worse(s, as_sql_each(db, notes_sql, note_row, j));
	as_json_close(j, ']');
	as_json_close(j, '}');
	return s;
}

typedef struct products {
	as_json *j;
	unsigned n;
} products;

/* The numbers are those of the column product: both count in the same order. */
static bool product_row(void *ctx, sqlite3_stmt *st)
{
	products *p = ctx;
	as_json *j = p->j;
	as_buf text = { 0 };
	as_span version = as_sql_span(st, 2), name = as_sql_span(st, NAME);
	as_json_open(j, NULL, '{');
	as_buf_print(&text, "CSAFPID-%04u", ++p->n);
	as_json_text(j, "product_id", as_buf_span_of(&text));
	as_buf_clear(&text);
	as_buf_print(&text, "%.*s%s%.*s", (int)name.n, (const char *)name.p, version.n ? " " : "",
		(int)version.n, (const char *)version.p);
	as_json_text(j, "name", as_buf_span_of(&text));
	as_json_open(j, "product_identification_helper", '{');
	if (as_is_cpe(as_sql_span(st, CPE)))
		as_json_column(j, "cpe", st, CPE);
	as_buf_clear(&text);
	as_vex_purl(&text, st, 0);
	as_json_text(j, "purl", as_buf_span_of(&text));
	as_json_close(j, '}');
	as_json_close(j, '}');
	j->out->failed = j->out->failed || text.bad;
	as_buf_free(&text);
	return !j->out->failed;
}

static as_status product_tree(as_json *j, sqlite3 *db)
{
	products p = { .j = j };
	as_json_open(j, "product_tree", '{');
	as_json_open(j, "full_product_names", '[');
	as_status s = as_sql_each(db, products_sql, product_row, &p);
	as_json_close(j, ']');
	as_json_close(j, '}');
	return s;
}

/* What has a name only elsewhere (GHSA-..., TEMP-...) has no place under cve. */
static void names(as_json *j, sqlite3_stmt *st)
{
	as_json_column(j, "cve", st, CVE);
	if (sqlite3_column_type(st, CVE) != SQLITE_NULL)
		return;
	as_json_open(j, "ids", '[');
	as_json_open(j, NULL, '{');
	as_json_column(j, "system_name", st, SYSTEM);
	as_json_column(j, "text", st, ID);
	as_json_close(j, '}');
	as_json_close(j, ']');
}

static void statuses(as_json *j, sqlite3_stmt *st)
{
	as_json_open(j, "product_status", '{');
	list(j, "known_affected", st, AFFECTED);
	list(j, "known_not_affected", st, NOT_AFFECTED);
	list(j, "under_investigation", st, INVESTIGATED);
	as_json_close(j, '}');
	if (sqlite3_column_type(st, JUSTIFIED) == SQLITE_NULL)
		return;
	as_json_open(j, "flags", '[');
	as_json_open(j, NULL, '{');
	as_json_str(j, "label", "vulnerable_code_not_present");
	list(j, "product_ids", st, JUSTIFIED);
	as_json_close(j, '}');
	as_json_close(j, ']');
}

static bool vulnerability_row(void *ctx, sqlite3_stmt *st)
{
	as_json *j = ctx;
	as_json_open(j, NULL, '{');
	names(j, st);
	as_json_open(j, "notes", '[');
	note(j, as_lit("description"), as_sql_span(st, SUMMARY));
	for (int i = NOTES; i <= MARKS; i++) {
		as_span more = as_sql_span(st, i);
		if (more.n > 2) /* without its brackets */
			as_json_raw(j, NULL, as_cut(more, 1, more.n - 2));
	}
	as_json_close(j, ']');
	statuses(j, st);
	list(j, "remediations", st, REMEDIES);
	list(j, "threats", st, IMPACTS);
	as_json_close(j, '}');
	return !j->out->failed;
}

static as_status write(sqlite3 *db, as_out *out)
{
	as_json j = { .out = out };
	bool any = false;
	as_status s = as_vex_any(db, &any);
	if (s != AS_OK || !any)
		return s;
	as_json_open(&j, NULL, '{');
	s = document(&j, db);
	s = as_worse(s, product_tree(&j, db));
	as_json_open(&j, "vulnerabilities", '[');
	s = as_worse(s, as_sql_each(db, vulnerabilities_sql, vulnerability_row, &j));
	as_json_close(&j, ']');
	as_json_close(&j, '}');
	return s;
}

const as_report as_report_csaf = {
	.id = "csaf",
	.title = "CSAF 2.0, VEX",
	.write = write,
};
