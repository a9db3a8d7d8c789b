/* SPDX-License-Identifier: Apache-2.0 */
/* vex.openvex.json: OpenVEX 0.2.0 (https://github.com/openvex/spec). One statement for each vulnerability of a
 * component, about the component. Whoever changes a status and imports the file (assay knowledge import) is
 * believed at the next review; what still is as its mark (base/own.h) says states nothing. */
#include <stdio.h>

#include "report/sql.h"
#include "report/vex.h"
#include "report/write_json.h"

static const char statements_sql[] = AS_SQL_STATED
	" SELECT cve, summary, purl, component, version, cpe, status, justification, "
	"iif(status = 'not_affected', why, NULL), mark || '.' || iif(status = "
	"'not_affected', '', ' ' || why), action FROM stated ORDER BY cve, component, version";

enum { CVE, SUMMARY, PURL, CPE = PURL + 3, STATUS, JUSTIFICATION, IMPACT, NOTES, ACTION };

static void product(as_json *j, sqlite3_stmt *st)
{
	as_buf purl = { 0 };
	as_vex_purl(&purl, st, PURL);
	as_json_open(j, NULL, '{');
	as_json_text(j, "@id", as_buf_span_of(&purl));
	as_json_open(j, "identifiers", '{');
	as_json_text(j, "purl", as_buf_span_of(&purl));
	if (as_is_cpe(as_sql_span(st, CPE)))
		as_json_column(j, "cpe23", st, CPE);
	as_json_close(j, '}');
	as_json_close(j, '}');
	j->out->failed = j->out->failed || purl.bad;
	as_buf_free(&purl);
}

static bool statement_row(void *ctx, sqlite3_stmt *st)
{
	as_json *j = ctx;
	as_json_open(j, NULL, '{');
	as_json_open(j, "vulnerability", '{');
	as_json_column(j, "name", st, CVE);
	as_json_column(j, "description", st, SUMMARY);
	as_json_close(j, '}');
	as_json_open(j, "products", '[');
	product(j, st);
	as_json_close(j, ']');
	as_json_column(j, "status", st, STATUS);
	as_json_column(j, "justification", st, JUSTIFICATION);
	as_json_column(j, "impact_statement", st, IMPACT);
	as_json_column(j, "status_notes", st, NOTES);
	as_json_column(j, "action_statement", st, ACTION);
	as_json_close(j, '}');
	return !j->out->failed;
}

static as_status write(sqlite3 *db, as_out *out)
{
	char uuid[AS_UUID_LEN + 1] = "", text[AS_META_LEN], tool[AS_META_LEN + 8];
	as_json j = { .out = out };
	bool any = false;
	as_status s = as_vex_any(db, &any);
	if (s != AS_OK || !any)
		return s;
	s = as_uuid(db, "openvex", uuid);
	as_json_open(&j, NULL, '{');
	as_json_str(&j, "@context", "https://openvex.dev/ns/v0.2.0");
	snprintf(text, sizeof(text), "urn:uuid:%s", uuid);
	as_json_str(&j, "@id", text);
	as_json_str(&j, "author", "Assay");
	as_reviewed(db, text);
	as_json_str(&j, "timestamp", text);
	as_meta(db, "version", text);
	snprintf(tool, sizeof(tool), "assay %s", text);
	as_json_str(&j, "tooling", tool);
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
