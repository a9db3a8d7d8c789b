/* SPDX-License-Identifier: Apache-2.0 */
/* Rules and reports list a fact at each place where its object stands. An object with thousands of facts at tens of
 * thousands of places would make hundreds of millions of rows: where that would be, only so many of the first places
 * of an object count, and that is recorded. */
#include "dossier/crowd.h"

#include "dossier/db.h"

enum { ROWS_MAX = 200000 /* facts at places, in all */ };

/* The facts that are listed by place. */
static const char press[] =
	"CREATE TEMP TABLE press AS SELECT f.object, f.facts, (SELECT COUNT(*) FROM place AS p "
	"WHERE p.object = f.object AND p.hardlink IS NULL) AS places FROM (SELECT object, COUNT(*) "
	"AS facts FROM (SELECT object FROM account UNION ALL SELECT object FROM secret UNION ALL "
	"SELECT object FROM key UNION ALL SELECT object FROM authorized_key UNION ALL "
	"SELECT object FROM certificate UNION ALL SELECT object FROM listener UNION ALL "
	"SELECT object FROM autostart UNION ALL SELECT object FROM elf) GROUP BY object) AS f";
static const char highest[] = "SELECT COALESCE(MAX(places), 0) FROM temp.press WHERE ?1 > 0";
static const char total[] = "SELECT COALESCE(SUM(facts * MIN(places, ?1)), 0) FROM temp.press";
static const char cut[] =
	"INSERT INTO crowd SELECT object, (SELECT p.id FROM place AS p WHERE p.object = "
	"press.object AND p.hardlink IS NULL ORDER BY p.id LIMIT 1 OFFSET ?1 - 1) "
	"FROM temp.press WHERE places > ?1 ORDER BY object";
static const char note[] =
	"INSERT INTO unexamined SELECT object, last, NULL, NULL, 'limits', 'limit', "
	"'from here on, facts about it are not listed by place: there are too many' FROM crowd "
	"ORDER BY object";

/* Runs a statement with one parameter; *out, unless NULL: its answer. */
static as_status ask(sqlite3 *db, const char *sql, int64_t value, int64_t *out)
{
	sqlite3_stmt *q = as_db_prepare(db, sql);
	if (!q)
		return AS_IO;
	as_db_int(q, 1, value);
	int rc = sqlite3_step(q);
	if (rc == SQLITE_ROW && out)
		*out = sqlite3_column_int64(q, 0);
	(void)sqlite3_finalize(q);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? AS_OK : AS_IO;
}

as_status as_dossier_bound_places(sqlite3 *db)
{
	int64_t cap = 0, rows = 0;
	as_status s = as_db_run(db, press);
	if (s == AS_OK)
		s = ask(db, highest, 1, &cap);
	if (s == AS_OK)
		s = ask(db, total, cap, &rows);
	bool crowded = rows > ROWS_MAX && cap > 1;
	while (s == AS_OK && rows > ROWS_MAX && cap > 1) {
		cap /= 2;
		s = ask(db, total, cap, &rows);
	}
	if (s == AS_OK && crowded)
		s = ask(db, cut, cap, NULL);
	if (s == AS_OK && crowded)
		s = as_db_run(db, note);
	return as_worse(s, as_db_run(db, "DROP TABLE IF EXISTS temp.press"));
}
