/* SPDX-License-Identifier: Apache-2.0 */
/* A rule answers rows (object, at, len, subject, verdict; optionally place, note, grp, severity, title,
 * weight). Rows of one grp become one finding, of the highest severity that they give, else the rule's; an
 * object's row stands for every place of it. A rule's query may only read. */
#include "judge/judge.h"

#include <string.h>
#include <time.h>

#include "judge/rule.h"

enum { RULE_SECONDS = 60, STEPS = 100000, ROWS_MAX = 200000 /* of a rule; and places */ };

typedef enum column {
	OBJECT,
	AT,
	LEN,
	SUBJECT,
	VERDICT,
	PLACE,
	NOTE,
	GRP,
	SEVERITY,
	TITLE,
	WEIGHT,
	N_COLUMNS
} column;

static const char *const names[N_COLUMNS] = { "object", "at", "len", "subject", "verdict", "place",
	"note", "grp", "severity", "title", "weight" };

static int only_reads(
	void *ctx, int action, const char *a, const char *b, const char *c, const char *d)
{
	(void)ctx, (void)a, (void)c, (void)d;
	bool loads = action == SQLITE_FUNCTION && b && strcmp(b, "load_extension") == 0;
	bool reads = action == SQLITE_READ || action == SQLITE_SELECT ||
		     action == SQLITE_FUNCTION || action == SQLITE_RECURSIVE;
	return reads && !loads ? SQLITE_OK : SQLITE_DENY;
}

static int too_long(void *deadline) { return time(NULL) > *(const time_t *)deadline; }

static bool run(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static void find_columns(sqlite3_stmt *q, int at[N_COLUMNS])
{
	for (int c = 0; c < N_COLUMNS; c++) {
		at[c] = -1;
		for (int i = 0; i < sqlite3_column_count(q); i++)
			if (strcmp(sqlite3_column_name(q, i), names[c]) == 0)
				at[c] = i;
	}
}

/* Copies the rule's rows into temp.hit; answers why it could not, or NULL. *cut: there are more than are
 * kept. An image must not silence a rule by giving it too many occasions. */
static const char *gather(sqlite3 *db, sqlite3_stmt *q, bool *cut)
{
	int at[N_COLUMNS];
	find_columns(q, at);
	if (at[OBJECT] < 0 && at[PLACE] < 0)
		return "its query has no column object or place";
	sqlite3_stmt *in = NULL;
	if (sqlite3_prepare_v2(db, "INSERT INTO temp.hit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		    -1, &in, NULL) != SQLITE_OK)
		return "temporary rows cannot be kept";
	const char *why = NULL;
	int rc = SQLITE_ROW;
	for (size_t n = 0; !why && (rc = sqlite3_step(q)) == SQLITE_ROW; n++) {
		*cut = n == ROWS_MAX;
		if (*cut)
			break;
		for (int c = 0; c < N_COLUMNS; c++)
			(void)(at[c] < 0 ? sqlite3_bind_null(in, c + 1)
					 : sqlite3_bind_value(
						   in, c + 1, sqlite3_column_value(q, at[c])));
		if (sqlite3_step(in) != SQLITE_DONE)
			why = "temporary rows cannot be kept";
		(void)sqlite3_reset(in);
	}
	(void)sqlite3_finalize(in);
	return why || *cut || rc == SQLITE_DONE ? why : sqlite3_errmsg(db);
}

static const char *collect(sqlite3 *db, as_arena *a, const as_rule *rule, bool *cut)
{
	sqlite3_stmt *q = NULL;
	const char *tail = "", *why = NULL;
	if (!run(db, "DELETE FROM temp.hit"))
		return "temporary rows cannot be kept";
	(void)sqlite3_set_authorizer(db, only_reads, NULL);
	int rc = sqlite3_prepare_v2(db, rule->sql, -1, &q, &tail);
	(void)sqlite3_set_authorizer(db, NULL, NULL);
	while (*tail == ';' || *tail == '\n' || *tail == ' ')
		tail++;
	if (rc != SQLITE_OK || !q)
		why = rc == SQLITE_OK ? "it has no query" : sqlite3_errmsg(db);
	else
		why = *tail ? "it has more than one statement" : gather(db, q, cut);
	why = why ? (const char *)as_print(a, "%s", why).p : NULL;
	(void)sqlite3_finalize(q);
	return why;
}

/* An object stands for each of its places; hard links are one place. The order is the tree's, but of
 * places with a weight the heaviest come first. A subject that is a path of the object is at each place the
 * path there. */
static const char expand[] =
	"INSERT INTO temp.full "
	"SELECT DISTINCT ?1 || CASE WHEN h.grp IS NULL THEN '' ELSE ':' || h.grp END, "
	"COALESCE(h.object, p.object), p.id, h.at, "
	"       h.len, CASE WHEN h.place IS NULL AND h.subject LIKE '/%' AND EXISTS (SELECT 1 "
	"FROM temp.own AS x WHERE x.object = p.object AND x.path = h.subject) THEN p.path "
	"ELSE h.subject END, h.note, CASE WHEN h.verdict = 'unknown' "
	"THEN 'unknown' ELSE 'holds' END, "
	"       h.severity, h.title, h.weight "
	"  FROM temp.hit AS h LEFT JOIN place AS p "
	"    ON p.id = h.place OR (h.place IS NULL AND p.object = h.object " /* each by an index */
	"AND p.hardlink IS NULL) LIMIT ?2";
/* The paths of objects that have subjects that look like one: collected once, so that a row costs one look. */
static const char collect_paths[] =
	"DELETE FROM temp.own; INSERT OR IGNORE INTO temp.own SELECT p.object, p.path FROM place "
	"AS p WHERE p.object IN (SELECT h.object FROM temp.hit AS h WHERE h.place IS NULL AND "
	"h.subject LIKE '/%')";
static const char add_findings[] =
	"INSERT INTO finding (id, rule, kind, severity, confidence, title, why, fix, cwe, verdict, "
	"n) "
	"SELECT f.id, ?1, ?2, "
	"COALESCE(CASE MAX(CASE f.severity WHEN 'info' THEN 1 WHEN 'low' THEN 2 WHEN 'medium' THEN "
	"3 "
	"WHEN 'high' THEN 4 WHEN 'critical' THEN 5 END) WHEN 1 THEN 'info' WHEN 2 THEN 'low' WHEN "
	"3 THEN 'medium' "
	"WHEN 4 THEN 'high' WHEN 5 THEN 'critical' END, ?3), "
	"?4, COALESCE(MIN(f.title), ?5), ?6, ?7, ?8, MIN(f.verdict), COUNT(*) "
	"  FROM temp.full AS f GROUP BY f.id";
static const char add_places[] =
	"INSERT INTO finding_place (finding, i, object, place, at, len, subject, note, verdict) "
	"SELECT id, ROW_NUMBER() OVER (PARTITION BY id ORDER BY verdict, "
	"weight DESC, place, at, subject, "
	"note) - 1, object, place, at, len, subject, note, verdict FROM temp.full";

static bool bound_run(sqlite3 *db, const char *sql, const as_rule *rule)
{
	sqlite3_stmt *q = NULL;
	bool ok = sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK;
	const char *const words[] = { rule->id, rule->kind, rule->severity, NULL, rule->title,
		rule->why, rule->fix, rule->cwe };
	for (int i = 0; ok && i < sqlite3_bind_parameter_count(q); i++)
		(void)(i == 3 ? sqlite3_bind_double(q, 4, rule->confidence)
			      : sqlite3_bind_text(q, i + 1, words[i], -1, SQLITE_STATIC));
	ok = ok && sqlite3_step(q) == SQLITE_DONE;
	(void)sqlite3_finalize(q);
	return ok;
}

static as_status record(sqlite3 *db, const as_rule *rule, const char *outcome)
{
	sqlite3_stmt *q = NULL;
	bool ok = sqlite3_prepare_v2(db,
			  "INSERT OR REPLACE INTO rule VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			  -1, &q, NULL) == SQLITE_OK;
	const char *const words[] = { rule->id, rule->title, rule->kind, rule->severity, NULL,
		rule->confidence_why, rule->cwe, rule->why, rule->fix, rule->sql, outcome };
	for (int i = 0; ok && i < 11; i++)
		(void)(i == 4 ? sqlite3_bind_double(q, 5, rule->confidence)
			      : sqlite3_bind_text(
					q, i + 1, words[i] ? words[i] : "", -1, SQLITE_STATIC));
	ok = ok && sqlite3_step(q) == SQLITE_DONE;
	(void)sqlite3_finalize(q);
	return ok ? AS_OK : AS_IO;
}

static const char *outcome_of(sqlite3 *db)
{
	sqlite3_stmt *q = NULL;
	const char *outcome = "silent";
	if (sqlite3_prepare_v2(db, "SELECT MIN(verdict) FROM temp.full", -1, &q, NULL) ==
			SQLITE_OK &&
		sqlite3_step(q) == SQLITE_ROW && sqlite3_column_type(q, 0) != SQLITE_NULL)
		outcome = strcmp((const char *)sqlite3_column_text(q, 0), "holds") == 0
				  ? "holds"
				  : "undecided";
	(void)sqlite3_finalize(q);
	return outcome;
}

/* Fills temp.full from temp.hit. One object with many rows may stand at very many places. */
static bool spread(sqlite3 *db, const as_rule *rule, bool *cut)
{
	sqlite3_stmt *q = NULL;
	bool ok = run(db, "DELETE FROM temp.full") && run(db, collect_paths) &&
		  sqlite3_prepare_v2(db, expand, -1, &q, NULL) == SQLITE_OK;
	(void)sqlite3_bind_text(q, 1, rule->id, -1, SQLITE_STATIC);
	(void)sqlite3_bind_int(q, 2, ROWS_MAX + 1); /* one more, to know that there are more */
	ok = ok && sqlite3_step(q) == SQLITE_DONE;
	(void)sqlite3_finalize(q);
	sqlite3_stmt *last = NULL;
	ok = ok && sqlite3_prepare_v2(db, "DELETE FROM temp.full WHERE rowid > ?", -1, &last,
			   NULL) == SQLITE_OK;
	(void)sqlite3_bind_int(last, 1, ROWS_MAX);
	ok = ok && sqlite3_step(last) == SQLITE_DONE;
	*cut = *cut || (ok && sqlite3_changes(db) > 0);
	(void)sqlite3_finalize(last);
	return ok;
}

static bool note_cut(sqlite3 *db, const as_rule *rule)
{
	static const char add[] =
		"INSERT INTO unexamined VALUES (NULL, NULL, NULL, NULL, ?1, 'limit', "
		"'the rule holds at more places than are listed')";
	return bound_run(db, add, rule);
}

static const char *judge_one(sqlite3 *db, as_arena *a, const as_rule *rule)
{
	bool cut = false;
	time_t deadline = time(NULL) + RULE_SECONDS;
	sqlite3_progress_handler(db, STEPS, too_long, &deadline);
	const char *why = collect(db, a, rule, &cut);
	sqlite3_progress_handler(db, 0, NULL, NULL);
	if (!why && (!spread(db, rule, &cut) || !bound_run(db, add_findings, rule) ||
			    !run(db, add_places) || (cut && !note_cut(db, rule))))
		why = (const char *)as_print(a, "%s", sqlite3_errmsg(db)).p;
	return why;
}

as_status as_judge(sqlite3 *db, as_arena *a, as_span text, const char *name,
	void (*say)(void *ctx, const char *text), void *ctx)
{
	as_rule rule;
	const char *problem = NULL;
	if (!run(db, "CREATE TEMP TABLE IF NOT EXISTS hit (object, at, len, subject, verdict, "
		     "place, note, grp, severity, title, weight); "
		     "CREATE TEMP TABLE IF NOT EXISTS full (id, object, place, at, len, subject, "
		     "note, verdict, "
		     "severity, title, weight); CREATE TEMP TABLE IF NOT EXISTS own (object, path, "
		     "PRIMARY KEY (object, path)) WITHOUT ROWID"))
		return AS_IO;
	as_status s = as_rule_parse(a, text, &rule, &problem);
	if (s == AS_OK)
		problem = judge_one(db, a, &rule);
	if (problem && say)
		say(ctx, (const char *)as_print(a, "rule %s was not run: %s", name, problem).p);
	if (s != AS_OK)
		rule = (as_rule){ .id = name,
			.title = name,
			.kind = "unexamined",
			.severity = "info",
			.sql = (const char *)as_copy(a, text).p };
	const char *outcome =
		problem ? (const char *)as_print(a, "failed: %s", problem).p : outcome_of(db);
	return record(db, &rule, outcome);
}
