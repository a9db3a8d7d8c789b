/* SPDX-License-Identifier: Apache-2.0 */
/* findings.sarif: SARIF 2.1.0 (OASIS). One result per finding with all its places; artifacts are
 * the files and parts they stand in, as URIs relative to the input. Undecided findings are of kind
 * "review". */
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/hash.h"
#include "base/text.h"
#include "report/common.h"
#include "report/sql.h"
#include "report/views.h"
#include "report/write_json.h"

enum { FINGERPRINT = 16 /* bytes */ };

/* What a severity is to SARIF, and to those who sort by security-severity. */
static const struct {
	const char *severity, *level, *score;
} levels[] = { { "critical", "error", "9.5" }, { "high", "error", "8.0" },
	{ "medium", "warning", "5.5" }, { "low", "note", "3.0" }, { "info", "none", "0.0" } };

static size_t level_of(as_span severity)
{
	size_t last = sizeof(levels) / sizeof(levels[0]) - 1;
	for (size_t i = 0; i < last; i++)
		if (as_is(severity, levels[i].severity))
			return i;
	return last;
}

static void message(as_json *j, const char *key, as_span text)
{
	as_json_open(j, key, '{');
	as_json_text(j, "text", text);
	as_json_close(j, '}');
}

/* "CWE-258, CWE-1393" as tags external/cwe/cwe-258, ... */
static void cwe_tags(as_json *j, as_span cwe)
{
	for (size_t i = 0; i < cwe.n;) {
		char tag[48];
		size_t n = 0;
		while (i + n < cwe.n && !strchr(", ", cwe.p[i + n]))
			n++;
		int wide = snprintf(tag, sizeof(tag), "external/cwe/%.*s", (int)as_min(n, 24),
			(const char *)cwe.p + i);
		for (int c = 0; c < wide; c++)
			tag[c] = (char)as_lower((uint8_t)tag[c]);
		if (n > 0)
			as_json_str(j, NULL, tag);
		i += n + 1;
	}
}

static const char rules_sql[] = "SELECT id, title, coalesce(nullif(why, ''), title), "
				"coalesce(nullif(fix, ''), title), kind, severity,"
				" confidence, cwe, sql FROM rule ORDER BY id";

static bool rule_row(void *ctx, sqlite3_stmt *st)
{
	as_json *j = ctx;
	size_t level = level_of(as_sql_span(st, 5));
	as_json_open(j, NULL, '{');
	as_json_column(j, "id", st, 0);
	message(j, "shortDescription", as_sql_span(st, 1));
	message(j, "fullDescription", as_sql_span(st, 2));
	message(j, "help", as_sql_span(st, 3));
	as_json_open(j, "defaultConfiguration", '{');
	as_json_str(j, "level", levels[level].level);
	as_json_close(j, '}');
	as_json_open(j, "properties", '{');
	as_json_open(j, "tags", '[');
	as_json_str(j, NULL, "security");
	as_json_column(j, NULL, st, 4);
	cwe_tags(j, as_sql_span(st, 7));
	as_json_close(j, ']');
	as_json_str(j, "security-severity", levels[level].score);
	as_json_column(j, "confidence", st, 6);
	as_json_column(j, "sql", st, 8);
	as_json_close(j, '}');
	as_json_close(j, '}');
	return !j->out->failed;
}

static void uri(as_json *j, as_span container, as_span path)
{
	as_buf b = { 0 };
	as_place_uri(&b, container, path);
	as_json_text(j, "uri", as_buf_span_of(&b));
	as_buf_free(&b);
}

/* Artifacts stand in the order of their places' ids: results_sql ranks them alike. */
static const char artifacts_sql[] =
	"SELECT DISTINCT p.id, p.container, p.path, b.sha256, b.size FROM finding AS "
	"f," AS_SQL_PLACES " LEFT JOIN object AS b ON b.id = p.object WHERE fp.finding = f.id AND "
	"p.id IS NOT NULL ORDER BY p.id";

static bool artifact_row(void *ctx, sqlite3_stmt *st)
{
	as_json *j = ctx;
	as_json_open(j, NULL, '{');
	as_json_open(j, "location", '{');
	uri(j, as_sql_span(st, 1), as_sql_span(st, 2));
	as_json_close(j, '}');
	as_json_column(j, "length", st, 4);
	if (sqlite3_column_type(st, 3) != SQLITE_NULL) {
		as_json_open(j, "hashes", '{');
		as_json_column(j, "sha-256", st, 3);
		as_json_close(j, '}');
	}
	as_json_close(j, '}');
	return !j->out->failed;
}

static const char results_sql[] =
	"SELECT f.id, f.rule, f.severity, f.verdict, f.title, f.confidence,"
	" (SELECT count(*) FROM rule AS r WHERE r.id < f.rule), p.container, p.path,"
	" dense_rank() OVER (ORDER BY p.id IS NULL, p.id) - 1, fp.at, fp.len, fp.subject, fp.note,"
	" iif(f.explained = f.n, (SELECT group_concat(reason, '; ') FROM (SELECT m.reason FROM "
	"mark AS m JOIN finding_place AS q ON q.mark = m.id WHERE q.finding = f.id GROUP BY "
	"m.reason ORDER BY min(m.id))), NULL)"
	" FROM finding AS f," AS_SQL_PLACES "WHERE fp.finding = f.id ORDER BY f.id, fp.i, p.id";

/* The paths of a finding's places in code, step by step. */
static const char flows_sql[] =
	"SELECT p.container, p.path, x.addr, coalesce(x.name, printf('sub_%x', x.inside)), x.kind, "
	"x.text, x.step FROM" AS_SQL_PLACES "JOIN (SELECT DISTINCT object, at, function, addr FROM "
	"signal) AS s ON s.object = fp.object "
	"AND s.at = fp.at JOIN path_step AS x ON x.object = s.object AND x.function = s.function "
	"AND x.site = s.addr WHERE fp.finding = ?1 ORDER BY fp.i, p.id, s.function, x.step LIMIT "
	"4000";

typedef struct results {
	sqlite3 *db;
	as_status status;
	unsigned n_flows;
	as_json *j;
	as_buf open; /* the id of the finding whose result is open */
} results;

static void fingerprint(as_json *j, as_span id)
{
	as_sha256 h = as_sha256_of(id);
	as_buf hex = { 0 };
	as_hex_add(&hex, as_bytes(h.b, FINGERPRINT));
	as_json_open(j, "partialFingerprints", '{');
	as_json_text(j, "assayFinding/v1", as_buf_span_of(&hex));
	as_json_close(j, '}');
	as_buf_free(&hex);
}

static void open_result(as_json *j, sqlite3_stmt *st)
{
	const char *level = levels[level_of(as_sql_span(st, 2))].level;
	bool holds = as_is(as_sql_span(st, 3), "holds"), fail = holds && strcmp(level, "none") != 0;
	as_json_open(j, NULL, '{');
	as_json_column(j, "ruleId", st, 1);
	as_json_column(j, "ruleIndex", st, 6);
	as_json_str(j, "kind", fail ? "fail" : holds ? "informational" : "review");
	as_json_str(j, "level", fail ? level : "none");
	message(j, "message", as_sql_span(st, 4));
	fingerprint(j, as_sql_span(st, 0));
	if (sqlite3_column_type(st, 14) != SQLITE_NULL) { /* shown, and known to be explained */
		as_json_open(j, "suppressions", '[');
		as_json_open(j, NULL, '{');
		as_json_str(j, "kind", "external");
		as_json_str(j, "status", "accepted");
		as_json_column(j, "justification", st, 14);
		as_json_close(j, '}');
		as_json_close(j, ']');
	}
	as_json_open(j, "properties", '{');
	as_json_column(j, "finding", st, 0);
	as_json_column(j, "confidence", st, 5);
	as_json_close(j, '}');
	as_json_open(j, "locations", '[');
}

static void close_flow(as_json *j)
{
	as_json_close(j, ']');
	as_json_close(j, '}');
	as_json_close(j, ']');
	as_json_close(j, '}');
}

static bool flow_row(void *ctx, sqlite3_stmt *st)
{
	results *r = ctx;
	as_json *j = r->j;
	as_buf words = { 0 };
	if (sqlite3_column_int64(st, 6) == 1) {
		if (r->n_flows > 0)
			close_flow(j);
		else
			as_json_open(j, "codeFlows", '[');
		r->n_flows++;
		as_json_open(j, NULL, '{');
		as_json_open(j, "threadFlows", '[');
		as_json_open(j, NULL, '{');
		as_json_open(j, "locations", '[');
	}
	if (r->n_flows == 0)
		return true; /* no beginning: it is no path */
	as_json_open(j, NULL, '{');
	as_json_open(j, "location", '{');
	as_json_open(j, "physicalLocation", '{');
	as_json_open(j, "artifactLocation", '{');
	uri(j, as_sql_span(st, 0), as_sql_span(st, 1));
	as_json_close(j, '}');
	as_json_open(j, "address", '{');
	as_json_column(j, "absoluteAddress", st, 2);
	as_json_column(j, "name", st, 3);
	as_json_close(j, '}');
	as_json_close(j, '}');
	as_buf_add(&words, as_sql_span(st, 4).p, as_sql_span(st, 4).n);
	as_buf_text(&words, ": ");
	as_buf_add(&words, as_sql_span(st, 5).p, as_sql_span(st, 5).n);
	message(j, "message", as_buf_span_of(&words));
	as_buf_free(&words);
	as_json_close(j, '}');
	as_json_close(j, '}');
	return !j->out->failed;
}

static void flows(results *r)
{
	r->n_flows = 0;
	r->status = as_worse(
		r->status, as_sql_each_of(r->db, flows_sql, as_buf_span_of(&r->open), flow_row, r));
	if (r->n_flows == 0)
		return;
	close_flow(r->j);
	as_json_close(r->j, ']');
}

static void close_result(results *r)
{
	if (r->open.n == 0)
		return;
	as_json_close(r->j, ']');
	flows(r);
	as_json_close(r->j, '}');
	as_buf_clear(&r->open);
}

static void location(as_json *j, sqlite3_stmt *st)
{
	as_span subject = as_sql_span(st, 12), note = as_sql_span(st, 13);
	as_json_open(j, NULL, '{');
	as_json_open(j, "physicalLocation", '{');
	as_json_open(j, "artifactLocation", '{');
	uri(j, as_sql_span(st, 7), as_sql_span(st, 8));
	as_json_column(j, "index", st, 9);
	as_json_close(j, '}');
	if (sqlite3_column_type(st, 10) == SQLITE_INTEGER && sqlite3_column_int64(st, 10) >= 0) {
		as_json_open(j, "region", '{');
		as_json_column(j, "byteOffset", st, 10);
		as_json_column(j, "byteLength", st, 11);
		as_json_close(j, '}');
	}
	as_json_close(j, '}');
	if (subject.n > 0 || note.n > 0) {
		as_buf b = { 0 };
		as_buf_add(&b, subject.p, subject.n);
		as_buf_text(&b, subject.n && note.n ? ": " : "");
		as_buf_add(&b, note.p, note.n);
		message(j, "message", as_buf_span_of(&b));
		as_buf_free(&b);
	}
	as_json_close(j, '}');
}

static bool result_row(void *ctx, sqlite3_stmt *st)
{
	results *r = ctx;
	as_span id = as_sql_span(st, 0);
	if (!as_same(as_buf_span_of(&r->open), id)) {
		close_result(r);
		as_buf_add(&r->open, id.p, id.n);
		open_result(r->j, st);
	}
	if (sqlite3_column_type(st, 8) != SQLITE_NULL)
		location(r->j, st);
	return !r->j->out->failed;
}

static const char notices_sql[] =
	"SELECT u.stage || ': ' || u.reason || coalesce(': ' || u.text, '') || ' (' || p.container "
	"|| p.path ||"
	" coalesce(' at byte ' || u.at, '') || ')' FROM unexamined AS u JOIN place AS p ON p.id ="
	" coalesce(u.place, (SELECT min(q.id) FROM place AS q WHERE q.object = u.object))"
	" ORDER BY p.id, u.at, u.stage, u.reason LIMIT 1000";

static bool notice_row(void *ctx, sqlite3_stmt *st)
{
	as_json *j = ctx;
	as_json_open(j, NULL, '{');
	as_json_str(j, "level", "warning");
	message(j, "message", as_sql_span(st, 0));
	as_json_close(j, '}');
	return !j->out->failed;
}

static as_status tool(as_json *j, sqlite3 *db)
{
	char version[AS_META_LEN];
	as_meta(db, "version", version);
	as_json_open(j, "tool", '{');
	as_json_open(j, "driver", '{');
	as_json_str(j, "name", "assay");
	as_json_str(j, "version", version);
	as_json_open(j, "rules", '[');
	as_status s = as_sql_each(db, rules_sql, rule_row, j);
	as_json_close(j, ']');
	as_json_close(j, '}');
	as_json_close(j, '}');
	return s;
}

static as_status invocation(as_json *j, sqlite3 *db)
{
	char reviewed[AS_META_LEN];
	as_reviewed(db, reviewed);
	as_json_open(j, "invocations", '[');
	as_json_open(j, NULL, '{');
	as_json_bool(j, "executionSuccessful", true);
	as_json_str(j, "startTimeUtc", reviewed);
	as_json_open(j, "toolExecutionNotifications", '[');
	as_status s = as_sql_each(db, notices_sql, notice_row, j);
	as_json_close(j, ']');
	as_json_close(j, '}');
	as_json_close(j, ']');
	return s;
}

static as_status write(sqlite3 *db, as_out *out)
{
	as_json j = { .out = out };
	results r = { .db = db, .j = &j };
	as_json_open(&j, NULL, '{');
	as_json_str(&j, "$schema",
		"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"
		"sarif-schema-2.1.0.json");
	as_json_str(&j, "version", "2.1.0");
	as_json_open(&j, "runs", '[');
	as_json_open(&j, NULL, '{');
	as_status s = tool(&j, db);
	s = as_worse(s, invocation(&j, db));
	as_json_open(&j, "artifacts", '[');
	s = as_worse(s, as_sql_each(db, artifacts_sql, artifact_row, &j));
	as_json_close(&j, ']');
	as_json_open(&j, "results", '[');
	s = as_worse(s, as_sql_each(db, results_sql, result_row, &r));
	close_result(&r);
	s = as_worse(s, r.status);
	as_buf_free(&r.open);
	as_json_close(&j, ']');
	as_json_close(&j, '}');
	as_json_close(&j, ']');
	as_json_close(&j, '}');
	return s;
}

const as_report as_report_sarif = {
	.id = "sarif", .title = "findings, SARIF 2.1.0", .write = write
};
