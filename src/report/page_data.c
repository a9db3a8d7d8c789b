/* SPDX-License-Identifier: Apache-2.0 */
#include "report/page_data.h"

#include "base/text.h"
#include "report/common.h"
#include "report/see.h"
#include "report/sql.h"
#include "report/story.h"
#include "report/views.h"
#include "report/write_json.h"

enum { SHOWN = 40 /* places of a finding with their bytes and commands */ };

#define INPUTS "SELECT object FROM place WHERE parent IS NULL AND object IS NOT NULL"
/* What is worth parting on the map of an input: what holds something else, or something unknown. */
#define COARSE "count(*) <= 64 AND sum(e.class IN ('unknown', 'object')) > 0"
#define PARTED                                                                                     \
	"SELECT e.object FROM extent AS e JOIN object AS b ON b.id = e.object GROUP BY e.object"   \
	" HAVING count(*) BETWEEN 3 AND 5000 ORDER BY b.size DESC, b.id LIMIT 40"

static const struct {
	const char *key, *sql;
} tables[] = {
	{ "meta", "SELECT name, value FROM meta ORDER BY name" },
	{ "inputs",
		"SELECT p.id, p.name, p.object, " AS_SQL_INPUT_SIZE
		" AS size, o.sha256, o.type, " AS_SQL_INPUT_FILES " AS files FROM place AS p"
		" LEFT JOIN object AS o ON o.id = p.object WHERE p.parent IS NULL ORDER BY p.id" },
	{ "states", "SELECT state, count(*) AS n FROM object GROUP BY state" },
	{ "findings", "SELECT f.id, f.rule, f.kind, f.severity, f.confidence, r.confidence_why, "
		      "f.title, f.verdict,"
		      " f.why, f.fix, f.cwe, f.n, f.explained, r.sql FROM finding AS f LEFT JOIN "
		      "rule AS r ON "
		      "r.id = f.rule"
		      " ORDER BY f.verdict, " AS_SQL_RANK(
			      "f.severity") " DESC, f.confidence DESC, f.id" },
	{ "clauses", as_sql_clauses },
	{ "rules", "SELECT id, title, kind, severity, outcome FROM rule ORDER BY id" },
	/* Maps of the inputs, parted coarsely, and of the largest objects that are parted. */
	{ "maps", "SELECT o.id, o.size, (SELECT min(p.id) FROM place AS p WHERE p.object = o.id) "
		  "AS place"
		  " FROM object AS o WHERE o.id IN (" INPUTS ") OR o.id IN (" PARTED
		  ") ORDER BY place" },
	{ "extents",
		"WITH RECURSIVE" AS_SQL_LEAF(
			COARSE) " SELECT e.input, e.at, e.len, e.class, e.label, e.entropy, c.type"
				" FROM leaf AS e LEFT JOIN object AS c ON c.id = e.child UNION ALL"
				" SELECT e.object, e.at, e.len, e.class, e.label, e.entropy, "
				"c.type "
				"FROM extent AS e"
				" LEFT JOIN object AS c ON c.id = e.child WHERE e.object IN "
				"(" PARTED ")"
				" AND e.object NOT IN (" INPUTS ") ORDER BY 1, 2" },
	{ "shares", "WITH RECURSIVE" AS_SQL_SHARE " SELECT class, n FROM share" },
	{ "places",
		"SELECT p.id, p.parent, p.kind, p.name, o.type, o.size, p.mode, p.target, o.sha256,"
		" nullif(o.state, 'examined') AS state FROM place AS p LEFT JOIN object AS o"
		" ON o.id = p.object ORDER BY p.id" },
	{ "elf",
		"SELECT p.path, e.role, e.machine, e.pie, e.nx, e.relro, e.canary, e.fortified, "
		"e.fortifiable,"
		" coalesce(e.runpath, e.rpath) AS rpath, e.textrel, e.wx, e.cfi, e.stripped FROM "
		"elf AS e" AS_SQL_AT("e") " WHERE e.role IN ('program', 'library') ORDER BY p.id" },
	{ "quality", "SELECT name, numerator, denominator, share, programs, worse_than, packages "
		     "FROM measure_image ORDER BY worse_than IS NULL, worse_than DESC, name" },
	{ "built",
		"SELECT p.path, m.class, m.name, m.numerator, m.denominator, m.share, "
		"m.worse_than, m.packages FROM measure_rank AS m JOIN place AS p ON p.id ="
		" (SELECT min(q.id) FROM place AS q WHERE q.object = m.object)"
		" WHERE m.worse_than >= 75 ORDER BY m.worse_than DESC, p.id, m.name LIMIT 2000" },
	{ "components", AS_SQL_WITNESSES AS_SQL_DECLARED
		" SELECT r.what AS id, r.release, r.name, " AS_SQL_RELEASE
		" AS version, d.expression AS licence, (SELECT min(text) FROM said WHERE component "
		"= r.what) AS written, coalesce(nullif(r.vendor, ''), r.any_vendor) AS supplier, "
		"r.own_purl AS purl, coalesce(r.cpe, r.any_cpe) AS cpe, r.method,"
		" r.confidence / 1000.0 AS confidence, h.reach, p.path, r.place, r.object,"
		" r.evidence, (SELECT json_group_array(json_object('id', "
		"component, 'version', nullif(version, ''), 'method', method)) FROM (SELECT * FROM "
		"software WHERE head = r.what AND head_version = r.release ORDER BY method <> "
		"'package', component, version) HAVING count(*) > 1) AS \"same:json\", "
		"nullif(" AS_SQL_OTHERS ", '[]') AS \"others:json\" FROM ranked AS r LEFT JOIN "
		"place AS p ON p.id = r.place LEFT JOIN"
		" declared AS d ON d.component = r.what LEFT JOIN component_reach AS h ON"
		" h.component = r.what AND h.version = r.release WHERE r.nth = 1 AND r.what IS"
		" NOT NULL ORDER BY r.what, r.release" },
	{ "licences", "SELECT DISTINCT coalesce(s.head, l.component) AS component, l.spdx, l.text, "
		      "l.method, p.path, p.id AS place FROM "
		      "component_licence AS l LEFT JOIN (SELECT DISTINCT component, head FROM "
		      "software) AS s ON "
		      "s.component = l.component LEFT JOIN place AS p ON p.id = (SELECT min(q.id) "
		      "FROM place "
		      "AS q WHERE q.object = l.object) ORDER BY l.component, p.id, l.at, l.spdx, "
		      "l.text" },
	{ "suppliers",
		"SELECT s.name, s.role, s.part, s.belongs_to, s.confidence / 1000.0 AS confidence,"
		" s.evidence, s.object, p.path FROM supplier AS s" AS_SQL_AT(
			"s") " ORDER BY s.name, s.role, p.id, s.at LIMIT 5000" },
	{ "steps", "SELECT s.component, s.version, s.kind, s.text, s.note, s.object, s.at, s.len,"
		   " s.place, p.path FROM reach_step AS s LEFT JOIN place AS p ON p.id = s.place"
		   " ORDER BY s.component, s.version, s.step" },
	{ "vulnerabilities",
		"SELECT m.component, nullif(m.version, '') AS version, m.cve, m.verdict, "
		"m.priority, m.because, m.why, m.range, m.source, coalesce(m.reach, (SELECT "
		"h.reach FROM component_reach AS h WHERE h.component = m.component AND h.version = "
		"m.version)) AS reach, v.cvss, v.vector, v.cwe,"
		" v.kev, v.epss, v.summary, v.published, v.disputed, v.sources, p.path, p.id AS"
		" place FROM fault AS m "
		"JOIN vulnerability AS v ON v.cve = m.cve LEFT JOIN place AS p ON p.id ="
		" (SELECT min(q.id) FROM place AS q WHERE q.object = m.object)"
		" ORDER BY CASE m.priority WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' "
		"THEN 2 WHEN 'low' THEN 3 ELSE 4 END,"
		" v.cvss DESC, m.component, m.version, m.cve LIMIT 10000" },
	{ "vulnerable", "SELECT count(*) AS n, count(DISTINCT cve) AS cves FROM fault" },
	{ "known", AS_SQL_KNOWN },
	{ "looked", AS_SQL_LOOKED },
	{ "feeds", "SELECT kind, name, substr(newest, 1, 10) AS newest, CAST(julianday((SELECT "
		   "value FROM meta WHERE name = 'reviewed')) - julianday(newest) AS INTEGER) AS "
		   "age, substr(imported, 1, 10) AS imported, read, stored + unchanged AS kept, "
		   "refused FROM knowledge_source ORDER BY kind, name" },
	{ "listeners", AS_SQL_LISTENING
		" SELECT l.service, l.daemon, l.port, l.protocol, l.address, l.cleartext, "
		"l.runs, l.source,"
		" p.path FROM heard AS l" AS_SQL_AT("l") " ORDER BY p.id, l.at, l.port" },
	{ "starts", "SELECT name, command, user, trigger, runs, init, path FROM started ORDER BY "
		    "place, at" },
	{ "accounts",
		"SELECT a.user, a.scheme, a.guessed, a.secret, a.uid, a.shell, a.source, p.path"
		" FROM account AS a" AS_SQL_AT("a") " ORDER BY p.id, a.at" },
	{ "secrets",
		"SELECT s.kind, s.name, s.user, s.value, s.guessed, s.placeholder, s.format, p.path"
		" FROM secret AS s" AS_SQL_AT("s") " ORDER BY p.id, s.at" },
	{ "keys", "SELECT k.part, k.algorithm, k.bits, k.format, k.parse, k.known, k.comment, "
		  "k.fingerprint,"
		  " (SELECT count(DISTINCT c.sha256) FROM certificate AS c WHERE c.fingerprint = "
		  "k.fingerprint)"
		  " AS certificates, p.path FROM \"key\" AS k" AS_SQL_AT(
			  "k") " UNION ALL SELECT 'authorized', a.type, a.bits,"
			       " 'openssh', 'ok', NULL, coalesce(a.comment, a.user), "
			       "a.fingerprint, 0, p.path"
			       " FROM authorized_key AS a" AS_SQL_AT("a") },
	{ "certificates",
		"SELECT c.subject, c.issuer, c.not_before, c.not_after, c.algorithm, c.bits, "
		"c.signature, c.ca,"
		" c.self_signed, (SELECT count(*) FROM \"key\" AS k WHERE k.part = 'private' AND"
		" k.fingerprint = c.fingerprint) > 0 AS private_key, c.bundle, p.path"
		" FROM certificate AS c" AS_SQL_AT("c") " ORDER BY p.id, c.at" },
	{ "addresses",
		"SELECT a.kind, a.value, a.files, a.noise, p.path FROM (SELECT kind, value, "
		"min(noise) AS noise,"
		" count(DISTINCT object) AS files, min(object) AS object FROM address GROUP BY "
		"kind, value)"
		" AS a LEFT JOIN place AS p ON p.id = (SELECT min(q.id) FROM place AS q WHERE"
		" q.object = a.object) ORDER BY a.noise IS NOT NULL, a.kind, a.value" },
	{ "unexamined", "SELECT p.path, p.container, u.stage, u.reason, u.text, u.at, u.len, "
			"o.size FROM unexamined AS u"
			" LEFT JOIN place AS p ON p.id = coalesce(u.place, (SELECT min(q.id) FROM "
			"place AS q"
			" WHERE q.object = u.object)) LEFT JOIN object AS o ON o.id = "
			"coalesce(u.object, p.object)"
			" ORDER BY p.id, u.at, u.stage, u.reason" },
	{ "kernels", "SELECT DISTINCT version, banner, compiler, built FROM kernel" },
	{ "formats", "SELECT format, title FROM format_see" },
};

static const char evidence_sql[] =
	"SELECT f.id, p.id, p.path, p.container, o.sha256, fp.at, fp.len, fp.subject, fp.note, "
	"fp.verdict,"
	" row_number() OVER (PARTITION BY f.id ORDER BY fp.i, p.id) AS nth,"
	" (SELECT x.bytes FROM exhibit AS x WHERE x.object = fp.object AND x.at = fp.at AND x.len "
	"= fp.len), fp.object, m.reason, m.author, m.date"
	" FROM finding AS f," AS_SQL_PLACES
	"LEFT JOIN mark AS m ON m.id = fp.mark WHERE fp.finding = f.id"
	" ORDER BY f.id, fp.i, p.id";

enum {
	FINDING,
	PLACE,
	PATH,
	CONTAINER,
	SHA256,
	OFFSET,
	LENGTH,
	SUBJECT,
	NOTE,
	VERDICT,
	NTH,
	BYTES,
	OBJECT,
	REASON,
	AUTHOR,
	DATE
};

typedef struct telling {
	sqlite3 *db;
	as_json j;
	as_status status;
} telling;

/* The bytes and the commands that show them. */
static void exhibit(telling *t, sqlite3_stmt *st)
{
	as_buf b = { 0 };
	bool range = sqlite3_column_type(st, OFFSET) == SQLITE_INTEGER &&
		     sqlite3_column_type(st, LENGTH) == SQLITE_INTEGER;
	as_hex_add(&b, as_sql_span(st, BYTES));
	as_json_text(&t->j, "hex", as_buf_span_of(&b));
	as_buf_clear(&b);
	as_see what = { .place = sqlite3_column_int64(st, PLACE),
		.has_range = range,
		.at = sqlite3_column_int64(st, OFFSET),
		.len = sqlite3_column_int64(st, LENGTH) };
	as_story_key key = { 0 };
	if (range)
		key = as_story_find(t->db, sqlite3_column_int64(st, OBJECT), what.at);
	if (key.found)
		t->status = as_worse(t->status, as_story_ranges(t->db, key, &what));
	if (sqlite3_column_type(st, PLACE) == SQLITE_INTEGER)
		t->status = as_worse(t->status, as_see_add(t->db, what, &b));
	as_json_text(&t->j, "see", as_buf_span_of(&b));
	if (key.found)
		t->status = as_worse(t->status, as_story_json(t->db, key, &t->j));
	as_buf_free(&b);
}

static bool evidence_row(void *ctx, sqlite3_stmt *st)
{
	telling *t = ctx;
	as_json_open(&t->j, NULL, '{');
	as_json_column(&t->j, "finding", st, FINDING);
	as_json_column(&t->j, "path", st, PATH);
	as_json_column(&t->j, "container", st, CONTAINER);
	as_json_column(&t->j, "sha256", st, SHA256);
	as_json_column(&t->j, "at", st, OFFSET);
	as_json_column(&t->j, "len", st, LENGTH);
	as_json_column(&t->j, "subject", st, SUBJECT);
	as_json_column(&t->j, "note", st, NOTE);
	as_json_column(&t->j, "verdict", st, VERDICT);
	as_json_column(&t->j, "reason", st, REASON);
	as_json_column(&t->j, "author", st, AUTHOR);
	as_json_column(&t->j, "date", st, DATE);
	if (sqlite3_column_int64(st, NTH) <= SHOWN)
		exhibit(t, st);
	as_json_close(&t->j, '}');
	as_out_text(t->j.out, "\n");
	return !t->j.out->failed;
}

/* What the steps to components rest on, once each: "see" and "hex" as of the places of findings. */
static const char spots_sql[] = "SELECT s.object, s.at, s.len, min(s.place) AS place, x.bytes FROM "
				"reach_step AS s LEFT JOIN "
				"exhibit AS x ON x.object = s.object AND x.at = s.at AND x.len = "
				"s.len WHERE s.at IS NOT NULL "
				"GROUP BY s.object, s.at, s.len ORDER BY min(s.component), "
				"s.object, s.at, s.len LIMIT 4000";

static bool spot_row(void *ctx, sqlite3_stmt *st)
{
	enum { SPOT_OBJECT, SPOT_AT, SPOT_LEN, SPOT_PLACE, SPOT_BYTES };
	telling *t = ctx;
	as_buf b = { 0 };
	as_see what = { .place = sqlite3_column_int64(st, SPOT_PLACE),
		.has_range = true,
		.at = sqlite3_column_int64(st, SPOT_AT),
		.len = sqlite3_column_int64(st, SPOT_LEN) };
	as_json_open(&t->j, NULL, '{');
	as_json_column(&t->j, "object", st, SPOT_OBJECT);
	as_json_column(&t->j, "at", st, SPOT_AT);
	as_json_column(&t->j, "len", st, SPOT_LEN);
	as_hex_add(&b, as_sql_span(st, SPOT_BYTES));
	as_json_text(&t->j, "hex", as_buf_span_of(&b));
	as_buf_clear(&b);
	if (sqlite3_column_type(st, SPOT_PLACE) == SQLITE_INTEGER)
		t->status = as_worse(t->status, as_see_add(t->db, what, &b));
	as_json_text(&t->j, "see", as_buf_span_of(&b));
	as_json_close(&t->j, '}');
	as_out_text(t->j.out, "\n");
	as_buf_free(&b);
	return !t->j.out->failed;
}

as_status as_page_data(sqlite3 *db, as_out *out)
{
	telling t = { .db = db, .j = { .out = out, .compact = true } };
	as_status s = AS_OK;
	as_json_open(&t.j, NULL, '{');
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		s = as_worse(s, as_json_table(&t.j, tables[i].key, db, tables[i].sql));
	as_json_open(&t.j, "evidence", '[');
	s = as_worse(s, as_sql_each(db, evidence_sql, evidence_row, &t));
	as_json_close(&t.j, ']');
	as_json_open(&t.j, "spots", '[');
	s = as_worse(s, as_sql_each(db, spots_sql, spot_row, &t));
	as_json_close(&t.j, ']');
	as_json_close(&t.j, '}');
	return as_worse(s, t.status);
}
