/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/evidence.h"

#include <stdlib.h>

#include "assess/network.h"
#include "dossier/read.h"

enum {
	NETWORK = AS_INTERNET | AS_CUSTOMERS | AS_SIGNALLING | AS_MANAGEMENT,
	ANYWHERE = NETWORK | AS_SITE | AS_SUPPLIER,
	SUPPLY = AS_SUPPLIER | AS_INTERNET,
	ON_SITE = AS_SITE
};
enum { LOW, MEDIUM, HIGH, CRITICAL };
enum { WAYS_MOST = 20000, CLAUSES_MOST = 1000, PERT_WEIGHT = 4 };

const as_class_of_findings as_classes_of_findings[AS_CLASSES] = {
#define FINDING_CLASS(id, title, kind, least, doors, low, likely, high)                            \
	[AS_CLASS_##id] = { #id, title, kind, least, doors,                                        \
		{ AS_PERT, low, likely, high, PERT_WEIGHT, 0, NULL, 0 } },
#include "assess/finding_class.def"
#undef FINDING_CLASS
};

typedef struct reader {
	assay_dossier *d;
	as_arena *arena;
	as_evidence *e;
	bool no_memory;
} reader;

static as_span column(reader *r, sqlite3_stmt *st, int i)
{
	const uint8_t *p = sqlite3_column_text(st, i);
	if (!p)
		return (as_span){ 0 };
	as_span s = as_copy(r->arena, as_bytes(p, (size_t)sqlite3_column_bytes(st, i)));
	r->no_memory |= !s.p;
	return s;
}

static unsigned severity_of(as_span s)
{
	return as_is(s, "critical") ? CRITICAL
	       : as_is(s, "high")   ? HIGH
	       : as_is(s, "medium") ? MEDIUM
				    : LOW;
}

/* Columns: id, text, sha256, path, at, len, severity, confidence. */
static void add(reader *r, sqlite3_stmt *st, as_finding_class class)
{
	as_evidence *e = r->e;
	if (e->n_ways == WAYS_MOST)
		return;
	as_way_in *w = &e->ways[e->n_ways++];
	*w = (as_way_in){ .class = class,
		.id = column(r, st, 0),
		.text = column(r, st, 1),
		.sha256 = column(r, st, 2),
		.path = column(r, st, 3),
		.at = -1,
		.len = -1,
		.severity = severity_of(column(r, st, 6)),
		.confidence = sqlite3_column_double(st, 7),
		.component = as_classes_of_findings[class].kind[0] == 0 };
	if (sqlite3_column_type(st, 4) == SQLITE_INTEGER)
		w->at = sqlite3_column_int64(st, 4);
	if (sqlite3_column_type(st, 5) == SQLITE_INTEGER)
		w->len = sqlite3_column_int64(st, 5);
	w->confidence = w->confidence < 0 ? 0 : w->confidence > 1 ? 1 : w->confidence;
}

static void take_finding(reader *r, sqlite3_stmt *st)
{
	as_span kind = column(r, st, 8);
	unsigned severity = severity_of(column(r, st, 6));
	for (size_t i = 0; i < AS_CLASSES; i++) {
		const as_class_of_findings *c = &as_classes_of_findings[i];
		if (c->kind[0] && as_is(kind, c->kind) && severity >= c->least)
			add(r, st, (as_finding_class)i);
	}
}

/* A component counts as exploited beside what else it counts as, so that news of it never lower the sum. */
static void take_component(reader *r, sqlite3_stmt *st)
{
	bool network = sqlite3_column_int(st, 8), press = sqlite3_column_int(st, 9),
	     exploited = sqlite3_column_int(st, 10);
	add(r, st, AS_CLASS_inside);
	if (network && press)
		add(r, st, AS_CLASS_reachable);
	if (network && exploited)
		add(r, st, AS_CLASS_exploited);
}

static void take_clause(reader *r, sqlite3_stmt *st)
{
	if (r->e->n_clauses == CLAUSES_MOST)
		return;
	r->e->clauses[r->e->n_clauses++] = (as_clause_against){ .framework = column(r, st, 0),
		.clause = column(r, st, 1),
		.title = column(r, st, 2),
		.findings = sqlite3_column_int64(st, 3),
		.example = column(r, st, 4) };
}

static void take_meta(reader *r, sqlite3_stmt *st)
{
	r->e->sha256 = column(r, st, 0);
	r->e->reviewed = column(r, st, 1);
	r->e->unexamined = sqlite3_column_double(st, 2);
	r->e->possible = sqlite3_column_double(st, 3);
	r->e->suppliers = column(r, st, 4);
}

static const struct {
	const char *sql;
	void (*take)(reader *r, sqlite3_stmt *st);
} queries[] = {
	{ "SELECT (SELECT sha256 FROM object WHERE id = (SELECT object FROM place WHERE parent IS "
	  "NULL ORDER BY id LIMIT 1)),"
	  " (SELECT value FROM meta WHERE name = 'reviewed'),"
	  " MIN(1.0, (SELECT 1.0 * (u.n + x.n) / MAX(1, u.n + x.n + k.n + w.n)" /* of bytes that stand for themselves */
	  "   FROM (SELECT COALESCE(SUM(len), 0) AS n FROM extent WHERE class = 'unknown') AS u,"
	  "        (SELECT COALESCE(SUM(len), 0) AS n FROM extent WHERE class IN ('structure', "
	  "'padding')) AS k,"
	  "        (SELECT COALESCE(SUM(size), 0) AS n FROM object WHERE state = 'unexamined') AS "
	  "x,"
	  "        (SELECT COALESCE(SUM(size), 0) AS n FROM object AS o WHERE state <> "
	  "'unexamined' AND sha1 IS NOT NULL"
	  "            AND NOT EXISTS (SELECT 1 FROM extent AS e WHERE e.object = o.id)) AS w)),"
	  " (SELECT COUNT(DISTINCT component) FROM vulnerability_match WHERE verdict = 'possibly' "
	  "AND reach IS NOT 'present'),"
	  " (SELECT group_concat(belongs_to, '; ') FROM (SELECT DISTINCT belongs_to FROM supplier"
	  "   WHERE belongs_to IS NOT NULL AND confidence >= 500 ORDER BY belongs_to LIMIT 50))",
		take_meta },
	/* what a mark of the user's explains counts no more */
	{ "SELECT f.id, f.title, o.sha256, p.container || p.path, x.at, x.len, f.severity, "
	  "f.confidence, f.kind"
	  "  FROM finding AS f"
	  "  LEFT JOIN finding_place AS x ON x.finding = f.id"
	  "   AND x.i = (SELECT MIN(y.i) FROM finding_place AS y WHERE y.finding = f.id AND "
	  "y.verdict = 'holds' AND y.mark IS NULL)"
	  "  LEFT JOIN object AS o ON o.id = x.object LEFT JOIN place AS p ON p.id = x.place"
	  " WHERE f.verdict = 'holds' AND f.n > f.explained ORDER BY f.id",
		take_finding },
	{ "SELECT c.framework, c.clause, c.title, COUNT(DISTINCT f.id), MIN(f.id) FROM clause_rule "
	  "AS r"
	  "  JOIN finding AS f ON f.rule = r.rule AND f.verdict = 'holds' AND f.n > f.explained "
	  "AND f.severity <> 'info'"
	  "  JOIN clause AS c ON c.framework = r.framework AND c.clause = r.clause"
	  " GROUP BY c.framework, c.clause ORDER BY c.framework, c.clause",
		take_clause },
	/* two names of one piece of software have the same vulnerabilities: they are one way in */
	{ "WITH known AS (SELECT m.component, m.version, MIN(m.id) AS first, COUNT(DISTINCT m.cve) "
	  "AS n,"
	  "                      MIN(m.cve) AS least, MAX(m.cve) AS most, MAX(m.reach IN "
	  "('network')) AS network,"
	  "                      MAX(m.priority IN ('urgent', 'high')) AS press, MAX(v.kev IS NOT "
	  "NULL) AS exploited,"
	  "                      MAX(CASE m.priority WHEN 'urgent' THEN 3 WHEN 'high' THEN 2 WHEN "
	  "'medium' THEN 1 ELSE 0 END) AS top"
	  "                 FROM vulnerability_match AS m JOIN vulnerability AS v ON v.cve = m.cve"
	  "                WHERE m.verdict = 'affected' AND m.reach IS NOT 'present' GROUP BY "
	  "m.component, m.version),"
	  "     single AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY n, least, most ORDER BY "
	  "network DESC, component, version) AS nth"
	  "                  FROM known)"
	  " SELECT s.component || CASE s.version WHEN '' THEN '' ELSE ' ' || s.version END,"
	  "        s.component || CASE s.version WHEN '' THEN '' ELSE ' ' || s.version END || ': ' "
	  "|| s.n || ' known, as ' || m.cve,"
	  "        o.sha256, (SELECT p.container || p.path FROM place AS p WHERE p.object = "
	  "m.object ORDER BY p.id LIMIT 1), m.at, m.len,"
	  "        CASE s.top WHEN 3 THEN 'critical' WHEN 2 THEN 'high' WHEN 1 THEN 'medium' ELSE "
	  "'low' END, 1.0,"
	  "        s.network, s.press, s.exploited"
	  "   FROM single AS s JOIN vulnerability_match AS m ON m.id = s.first LEFT JOIN object AS "
	  "o ON o.id = m.object"
	  "  WHERE s.nth = 1 ORDER BY 1",
		take_component },
};

static int by_id(const as_way_in *x, const as_way_in *y)
{
	size_t n = x->id.n < y->id.n ? x->id.n : y->id.n;
	int order = n ? memcmp(x->id.p, y->id.p, n) : 0;
	return order ? order : (x->id.n > y->id.n) - (x->id.n < y->id.n);
}

/* The same ones beside each other, the surest of them first. */
static int same_beside(const void *a, const void *b)
{
	const as_way_in *x = a, *y = b;
	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	int order = by_id(x, y);
	return order ? order : (x->confidence < y->confidence) - (x->confidence > y->confidence);
}

/* One way in that is told twice is one. */
static void leave_out_doubles(as_evidence *e)
{
	size_t kept = 0;
	if (e->n_ways)
		qsort(e->ways, e->n_ways, sizeof(*e->ways), same_beside);
	for (size_t i = 0; i < e->n_ways; i++)
		if (kept == 0 || e->ways[kept - 1].class != e->ways[i].class ||
			by_id(&e->ways[kept - 1], &e->ways[i]) != 0)
			e->ways[kept++] = e->ways[i];
	e->n_ways = kept;
}

static int surer_first(const void *a, const void *b)
{
	const as_way_in *x = a, *y = b;
	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	if (x->confidence != y->confidence)
		return x->confidence > y->confidence ? -1 : 1;
	return by_id(x, y);
}

void as_evidence_count(as_evidence *e)
{
	double weight[AS_CLASSES];
	leave_out_doubles(e);
	if (e->n_ways)
		qsort(e->ways, e->n_ways, sizeof(*e->ways), surer_first);
	for (size_t i = 0; i < AS_CLASSES; i++) {
		weight[i] = 1;
		e->times[i] = 0;
	}
	for (size_t i = 0; i < e->n_ways; i++) {
		e->times[e->ways[i].class] += e->ways[i].confidence * weight[e->ways[i].class];
		weight[e->ways[i].class] /= 2;
	}
}

static as_status run(reader *r, size_t i, assay_error *error)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(r->d->db, queries[i].sql, -1, &st, NULL);
	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		rc = sqlite3_step(st);
		if (rc == SQLITE_ROW)
			queries[i].take(r, st);
	}
	if (rc != SQLITE_DONE)
		(void)as_say(error, ASSAY_INPUT, "%s", sqlite3_errmsg(r->d->db));
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? AS_OK : AS_IO;
}

as_status as_evidence_read(
	assay_dossier *d, as_span name, as_arena *arena, as_evidence *out, assay_error *error)
{
	reader r = { .d = d, .arena = arena, .e = out };
	as_arena *scratch = as_arena_new(0);
	*out = (as_evidence){ .dossier = name,
		.ways = scratch ? as_alloc_array(scratch, WAYS_MOST, sizeof(*out->ways)) : NULL };
	out->clauses = as_alloc_array(arena, CLAUSES_MOST, sizeof(*out->clauses));
	if (!out->ways || !out->clauses) {
		as_arena_free(scratch);
		return AS_NOMEM;
	}
	as_status s = AS_OK;
	bool kept = true;
	as_dossier_hurry(d, AS_QUERY_SECONDS); /* in ordinary dossiers it takes less than one */
	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]) && s == AS_OK; i++)
		s = run(&r, i, error);
	as_dossier_rest(d);
	as_evidence_count(out);
	out->ways = as_alloc_copy(arena, out->ways, out->n_ways, sizeof(*out->ways), &kept);
	as_arena_free(scratch);
	return r.no_memory || !kept ? AS_NOMEM : s;
}
