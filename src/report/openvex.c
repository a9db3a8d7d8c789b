/* SPDX-License-Identifier: Apache-2.0 */
/* vex.openvex.json: OpenVEX 0.2.0 (https://github.com/openvex/spec). One statement for each vulnerability of a
 * component, about the component. What was matched is "affected" with what to do, what cannot be decided
 * "under_investigation". Whoever changes a status and imports the file (assay knowledge import) is believed at
 * the next review. */
#include <stdio.h>

#include "report/common.h"
#include "report/sql.h"
#include "report/write_json.h"

static const char statements_sql[] =
	"WITH named AS MATERIALIZED (SELECT what, release, purl, cpe FROM witness WHERE nth = 1)"
	" SELECT m.cve, v.summary, coalesce(n.purl, 'pkg:generic/' || m.component || coalesce('@' "
	"|| "
	"nullif(m.version, ''), '')), n.cpe, CASE m.verdict WHEN 'affected' THEN 'affected' WHEN "
	"'not' "
	"THEN 'not_affected' ELSE 'under_investigation' END, m.why,"
	" CASE m.verdict WHEN 'affected' THEN 'Update the component, or take over the fix; until "
	"then: ' || "
	"coalesce(m.because, 'see the report') END"
	" FROM vulnerability_match AS m JOIN vulnerability AS v ON v.cve = m.cve"
	" LEFT JOIN named AS n ON n.what = m.component AND n.release = m.version ORDER BY m.cve, "
	"m.component, m.version";

enum { CVE, SUMMARY, PURL, CPE, STATUS, WHY, ACTION };

static bool statement_row(void *ctx, sqlite3_stmt *st)
{
	as_json *j = ctx;
	as_json_open(j, NULL, '{');
	as_json_open(j, "vulnerability", '{');
	as_json_column(j, "name", st, CVE);
	as_json_column(j, "description", st, SUMMARY);
	as_json_close(j, '}');
	as_json_open(j, "products", '[');
	as_json_open(j, NULL, '{');
	as_json_column(j, "@id", st, PURL);
	as_json_open(j, "identifiers", '{');
	as_json_column(j, "purl", st, PURL);
	as_json_column(j, "cpe23", st, CPE);
	as_json_close(j, '}');
	as_json_close(j, '}');
	as_json_close(j, ']');
	as_json_column(j, "status", st, STATUS);
	if (as_is(as_sql_span(st, STATUS), "not_affected")) {
		as_json_str(j, "justification", "vulnerable_code_not_present");
		as_json_column(j, "impact_statement", st, WHY);
	} else {
		as_json_column(j, "status_notes", st, WHY);
	}
	as_json_column(j, "action_statement", st, ACTION);
	as_json_close(j, '}');
	return !j->out->failed;
}

static bool head_row(void *ctx, sqlite3_stmt *st)
{
	as_json_column(ctx, "timestamp", st, 0);
	as_json_column(ctx, "tooling", st, 1);
	return true;
}

static as_status write(sqlite3 *db, as_out *out)
{
	char uuid[AS_UUID_LEN + 1] = "", id[AS_UUID_LEN + 10];
	as_json j = { .out = out };
	as_status s = as_uuid(db, "openvex", uuid);
	snprintf(id, sizeof(id), "urn:uuid:%s", uuid);
	as_json_open(&j, NULL, '{');
	as_json_str(&j, "@context", "https://openvex.dev/ns/v0.2.0");
	as_json_str(&j, "@id", id);
	as_json_str(&j, "author", "Assay");
	s = as_worse(s, as_sql_each(db,
				"SELECT (SELECT value FROM meta WHERE name = 'reviewed'), 'assay ' "
				"|| (SELECT value FROM "
				"meta WHERE name = 'version')",
				head_row, &j));
	as_json_int(&j, "version", 1);
	as_json_open(&j, "statements", '[');
	s = as_worse(s, as_sql_each(db, statements_sql, statement_row, &j));
	as_json_close(&j, ']');
	as_json_close(&j, '}');
	return s;
}

const as_report as_report_openvex = {
	.id = "openvex",
	.title = "OpenVEX 0.2.0",
	.write = write,
};
