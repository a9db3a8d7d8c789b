/* SPDX-License-Identifier: Apache-2.0 */
/* sbom.cdx.json: CycloneDX 1.6. Components with the evidence each rests on: how it was recognised,
 * how sure that is, and where. Serial number and time come from the dossier, so the same review
 * gives the same bytes. */
#include <stdio.h>
#include <string.h>

#include "report/common.h"
#include "report/sql.h"
#include "report/views.h"
#include "report/write_json.h"

static void hashes(as_json *j, as_span sha256)
{
	as_json_open(j, "hashes", '[');
	as_json_open(j, NULL, '{');
	as_json_str(j, "alg", "SHA-256");
	as_json_text(j, "content", sha256);
	as_json_close(j, '}');
	as_json_close(j, ']');
}

static void property(as_json *j, const char *name, as_span value)
{
	as_json_open(j, NULL, '{');
	as_json_str(j, "name", name);
	as_json_text(j, "value", value);
	as_json_close(j, '}');
}

/* The hash is that of the file itself, so not for a witness that only speaks of other files (a
 * package database). json_patch drops members that are NULL. */
static const char components_sql[] = AS_SQL_WITNESSES AS_SQL_DECLARED
	" SELECT r.what || '@' || r.release, CASE WHEN r.method = 'kernel' THEN 'operating-system'"
	"  WHEN r.method = 'module' THEN 'device-driver' WHEN r.method = 'font' THEN 'file' WHEN "
	"EXISTS (SELECT 1 FROM elf AS e"
	"  WHERE e.object = r.object AND e.role = 'library') THEN 'library' ELSE 'application' END,"
	" coalesce(r.own_name, r.id, ''), nullif(r.release, ''), coalesce(nullif(r.vendor, ''), "
	"r.any_vendor), coalesce(r.cpe, r.any_cpe), r.own_purl,"
	" CASE WHEN r.method NOT IN ('package', 'metadata') THEN o.sha256 END,"
	" CASE WHEN r.release = '' THEN 'name' ELSE 'version' END, r.confidence / 1000.0,"
	" coalesce(nullif(r.release, ''), r.name, r.id),"
	" (SELECT json_group_array(json(m)) FROM (SELECT DISTINCT json_patch('{}', "
	"json_object('technique',"
	"   CASE WHEN w.method IN ('package', 'metadata') THEN 'manifest-analysis'"
	"   WHEN w.method = 'web' THEN 'source-code-analysis' ELSE 'binary-analysis' END,"
	"   'confidence', w.confidence / 1000.0, 'value', w.evidence)) AS m FROM ranked AS w"
	"   WHERE w.what = r.what AND w.release = r.release ORDER BY w.nth)),"
	" (SELECT json_group_array(json(m)) FROM (SELECT json_patch('{}', json_object('location',"
	"   q.container || q.path, 'offset', w.at, 'additionalContext', 'sha256=' || b.sha256)) AS "
	"m"
	"   FROM ranked AS w JOIN place AS q ON q.object = w.object AND q.hardlink IS NULL"
	"   JOIN object AS b ON b.id = w.object WHERE w.what = r.what AND w.release = r.release"
	"   ORDER BY w.nth, q.id))"
	", d.expression, r.newer_than, r.older_than, " AS_SQL_MEMBERS ", " AS_SQL_OTHERS
	" FROM ranked AS r LEFT JOIN object AS o ON o.id = r.object"
	" LEFT JOIN declared AS d ON d.component = r.what WHERE r.nth = 1"
	" ORDER BY r.what, r.release";

enum {
	REF,
	TYPE,
	NAME,
	VERSION,
	VENDOR,
	CPE,
	PURL,
	SHA256,
	FIELD,
	CONFIDENCE,
	VALUE,
	METHODS,
	PLACES,
	LICENCE,
	NEWER,
	OLDER,
	MEMBERS,
	OTHERS
};

static void evidence(as_json *j, sqlite3_stmt *st)
{
	as_json_open(j, "evidence", '{');
	as_json_open(j, "identity", '[');
	as_json_open(j, NULL, '{');
	as_json_column(j, "field", st, FIELD);
	as_json_column(j, "confidence", st, CONFIDENCE);
	as_json_column(j, "concludedValue", st, VALUE);
	as_json_raw(j, "methods", as_sql_span(st, METHODS));
	as_json_open(j, "tools", '[');
	as_json_str(j, NULL, "tool:assay");
	as_json_close(j, ']');
	as_json_close(j, '}');
	as_json_close(j, ']');
	as_json_raw(j, "occurrences", as_sql_span(st, PLACES));
	as_json_close(j, '}');
}

/* What the component says of itself; an expression stands alone. */
static void licences(as_json *j, sqlite3_stmt *st)
{
	if (sqlite3_column_type(st, LICENCE) == SQLITE_NULL)
		return;
	as_json_open(j, "licenses", '[');
	as_json_open(j, NULL, '{');
	as_json_column(j, "expression", st, LICENCE);
	as_json_str(j, "acknowledgement", "declared");
	as_json_close(j, '}');
	as_json_close(j, ']');
}

typedef struct each_of {
	as_json *j;
	const char *name;
} each_of;

static bool each_row(void *ctx, sqlite3_stmt *st)
{
	const each_of *e = ctx;
	property(e->j, e->name, as_sql_span(st, 0));
	return true;
}

/* What the format has no place for: known releases between which the version lies, what the component goes by as well,
 * and other versions of it that are stated. */
static as_status properties(as_json *j, sqlite3_stmt *st)
{
	static const char each[] =
		"SELECT coalesce(json_extract(value, '$.purl'), json_extract(value, '$.id') || "
		"coalesce('@' || json_extract(value, '$.version'), '')) FROM json_each(?1)";
	as_span newer = as_sql_span(st, NEWER), older = as_sql_span(st, OLDER),
		members = as_sql_span(st, MEMBERS), others = as_sql_span(st, OTHERS);
	bool range = sqlite3_column_type(st, VERSION) == SQLITE_NULL;
	if ((!range || newer.n + older.n == 0) && members.n + others.n <= strlen("[][]"))
		return AS_OK;
	sqlite3 *db = sqlite3_db_handle(st);
	as_json_open(j, "properties", '[');
	if (range && newer.n > 0)
		property(j, "assay:newer-than", newer);
	if (range && older.n > 0)
		property(j, "assay:older-than", older);
	as_status s = as_sql_each_of(db, each, members, each_row, &(each_of){ j, "assay:also" });
	s = as_worse(s,
		as_sql_each_of(db, each, others, each_row, &(each_of){ j, "assay:other-version" }));
	as_json_close(j, ']');
	return s;
}

static bool component_row(void *ctx, sqlite3_stmt *st)
{
	as_json *j = ctx;
	as_json_open(j, NULL, '{');
	as_json_column(j, "type", st, TYPE);
	as_json_column(j, "bom-ref", st, REF);
	if (sqlite3_column_type(st, VENDOR) != SQLITE_NULL) {
		as_json_open(j, "supplier", '{');
		as_json_column(j, "name", st, VENDOR);
		as_json_close(j, '}');
	}
	as_json_column(j, "name", st, NAME);
	as_json_column(j, "version", st, VERSION);
	if (as_sql_span(st, SHA256).n > 0)
		hashes(j, as_sql_span(st, SHA256));
	licences(j, st);
	if (as_is_cpe(as_sql_span(st, CPE)))
		as_json_column(j, "cpe", st, CPE);
	as_json_column(j, "purl", st, PURL);
	evidence(j, st);
	bool ok = properties(j, st) == AS_OK;
	as_json_close(j, '}');
	j->out->failed = j->out->failed || !ok;
	return !j->out->failed;
}

static bool ref_row(void *ctx, sqlite3_stmt *st)
{
	as_json_column(ctx, NULL, st, 0);
	return true;
}

/* One input is the product; several are its parts. */
static const char inputs_sql[] =
	"SELECT p.name, o.sha256, o.size FROM place AS p LEFT JOIN object AS o ON o.id = p.object"
	" WHERE p.parent IS NULL ORDER BY p.id";

typedef struct inputs {
	as_json *j;
	int64_t n, i;
} inputs;

static bool input_row(void *ctx, sqlite3_stmt *st)
{
	inputs *in = ctx;
	as_json *j = in->j;
	char ref[40];
	snprintf(ref, sizeof(ref), in->n == 1 ? "product" : "product/%lld", (long long)in->i++);
	if (in->n > 1)
		as_json_open(j, NULL, '{');
	as_json_str(j, "type", "firmware");
	as_json_str(j, "bom-ref", ref);
	as_json_column(j, "name", st, 0);
	if (as_sql_span(st, 1).n > 0)
		hashes(j, as_sql_span(st, 1));
	if (in->n > 1)
		as_json_close(j, '}');
	return true;
}

static as_status product(as_json *j, sqlite3 *db)
{
	inputs in = { .j = j,
		.n = as_sql_int(db, "SELECT count(*) FROM place WHERE parent IS NULL") };
	as_json_open(j, "component", '{');
	if (in.n != 1) {
		as_json_str(j, "type", "firmware");
		as_json_str(j, "bom-ref", "product");
		as_json_str(j, "name", "inputs of one review");
		as_json_open(j, "components", '[');
	}
	as_status s = as_sql_each(db, inputs_sql, input_row, &in);
	if (in.n != 1)
		as_json_close(j, ']');
	as_json_close(j, '}');
	return s;
}

static as_status metadata(as_json *j, sqlite3 *db)
{
	char text[AS_META_LEN];
	as_json_open(j, "metadata", '{');
	as_reviewed(db, text);
	as_json_str(j, "timestamp", text);
	as_json_open(j, "tools", '{');
	as_json_open(j, "components", '[');
	as_json_open(j, NULL, '{');
	as_json_str(j, "type", "application");
	as_json_str(j, "bom-ref", "tool:assay");
	as_json_str(j, "name", "assay");
	as_meta(db, "version", text);
	as_json_str(j, "version", text);
	as_json_close(j, '}');
	as_json_close(j, ']');
	as_json_close(j, '}');
	as_status s = product(j, db);
	as_json_open(j, "properties", '[');
	as_meta(db, "knowledge", text);
	property(j, "assay:knowledge", as_lit(text));
	as_json_close(j, ']');
	as_json_close(j, '}');
	return s;
}

static as_status dependencies(as_json *j, sqlite3 *db)
{
	as_json_open(j, "dependencies", '[');
	as_json_open(j, NULL, '{');
	as_json_str(j, "ref", "product");
	as_json_open(j, "dependsOn", '[');
	as_status s = as_sql_each(db, components_sql, ref_row, j);
	as_json_close(j, ']');
	as_json_close(j, '}');
	as_json_close(j, ']');
	return s;
}

/* One entry for each vulnerability; the components it concerns, each with what is known of its version. What
 * was matched is still to
 * be looked at; only what something speaks against everywhere is said not to affect. json_patch drops
 * members that are NULL. */
static const char vulnerabilities_sql[] =
	"SELECT json_patch('{}', json_object('bom-ref', 'vulnerability:' || v.cve, 'id', v.cve,"
	" 'source', json_object('name', CASE WHEN v.sources LIKE 'nvd%' THEN 'NVD' WHEN v.sources "
	"LIKE"
	"  'cve%' THEN 'CVE List' WHEN v.sources LIKE 'osv%' THEN 'OSV' ELSE coalesce(v.sources,"
	"  'distribution') END, 'url', CASE WHEN v.cve LIKE 'CVE-%' AND v.sources LIKE 'nvd%' THEN"
	"  'https://nvd.nist.gov/vuln/detail/' || v.cve END),"
	" 'ratings', iif(v.cvss IS NULL, NULL, json_array(json_patch('{}', json_object('score', "
	"v.cvss,"
	"  'severity', iif(v.severity IN ('critical', 'high', 'medium', 'low', 'info', 'none'), "
	"v.severity,"
	"  'unknown'), 'method', CASE v.cvss_version WHEN '2.0' THEN 'CVSSv2' WHEN '3.0' THEN "
	"'CVSSv3' WHEN"
	"  '3.1' THEN 'CVSSv31' WHEN '4.0' THEN 'CVSSv4' ELSE 'other' END, 'vector', v.vector)))),"
	" 'cwes', iif(v.cwe GLOB 'CWE-[0-9]*' AND json_valid('[' || replace(replace(v.cwe, 'CWE-', "
	"''),"
	"  ' ', ',') || ']'), json('[' || replace(replace(v.cwe, 'CWE-', ''), ' ', ',') || ']'), "
	"NULL),"
	" 'description', v.summary,"
	" 'published', iif(v.published LIKE '____-__-__T__:__:__%', rtrim(v.published, 'Z') || "
	"'Z', NULL),"
	" 'updated', iif(v.modified LIKE '____-__-__T__:__:__%', rtrim(v.modified, 'Z') || 'Z', "
	"NULL),"
	" 'analysis', json_object('state', iif(max(m.verdict <> 'not'), 'in_triage', "
	"'not_affected'),"
	"  'justification', iif(max(m.verdict <> 'not'), NULL, 'code_not_present'),"
	"  'detail', group_concat(m.why || coalesce(' (' || m.because || ')', ''), char(10))),"
	" 'affects', json_group_array(json_object('ref', m.component || '@' || m.version, "
	"'versions',"
	"  json_array(json_patch('{}', json_object('version', coalesce(nullif(m.version, ''), "
	"'unknown'), 'status',"
	"  CASE m.verdict WHEN 'affected' THEN 'affected' WHEN 'not' THEN 'unaffected' ELSE "
	"'unknown' END))))),"
	" 'properties', iif(v.kev IS NULL AND v.epss IS NULL, NULL, json('[' || iif(v.kev IS NULL, "
	"'',"
	"  json_object('name', 'assay:kev', 'value', v.kev)) || iif(v.kev IS NULL OR v.epss IS "
	"NULL, '', ',')"
	"  || iif(v.epss IS NULL, '', json_object('name', 'assay:epss', 'value', printf('%.5f', "
	"v.epss))) ||"
	"  ']'))))"
	" FROM vulnerability AS v JOIN (SELECT * FROM fault ORDER BY component, "
	"version) AS m"
	" ON m.cve = v.cve GROUP BY v.cve ORDER BY v.cve";

static bool vulnerability_row(void *ctx, sqlite3_stmt *st)
{
	as_json *j = ctx;
	as_json_raw(j, NULL, as_sql_span(st, 0));
	return !j->out->failed;
}

static as_status write(sqlite3 *db, as_out *out)
{
	char uuid[AS_UUID_LEN + 1] = "", serial[AS_UUID_LEN + 10];
	as_json j = { .out = out };
	as_status s = as_uuid(db, "cyclonedx", uuid);
	snprintf(serial, sizeof(serial), "urn:uuid:%s", uuid);
	as_json_open(&j, NULL, '{');
	as_json_str(&j, "$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
	as_json_str(&j, "bomFormat", "CycloneDX");
	as_json_str(&j, "specVersion", "1.6");
	as_json_str(&j, "serialNumber", serial);
	as_json_int(&j, "version", 1);
	s = as_worse(s, metadata(&j, db));
	as_json_open(&j, "components", '[');
	s = as_worse(s, as_sql_each(db, components_sql, component_row, &j));
	as_json_close(&j, ']');
	s = as_worse(s, dependencies(&j, db));
	as_json_open(&j, "vulnerabilities", '[');
	s = as_worse(s, as_sql_each(db, vulnerabilities_sql, vulnerability_row, &j));
	as_json_close(&j, ']');
	as_json_close(&j, '}');
	return s;
}

const as_report as_report_cyclonedx = {
	.id = "cyclonedx", .title = "components, CycloneDX 1.6", .write = write
};
