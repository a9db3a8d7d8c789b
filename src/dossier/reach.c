/* SPDX-License-Identifier: Apache-2.0 */
/* The programs of each level, and from these breadth first through the libraries that they ask for by name: each
 * library is looked at once, so that the work grows with the files and not with the components. */
#include "dossier/reach.h"

#include "base/embed.h"
#include "dossier/db.h"

enum {
	LEVELS = 4,    /* listens, starts, has its owner's rights, any other program (reach.sql) */
	DEPTH_MAX = 24 /* libraries between a program and what is reached */
};

static const char programs[] = "INSERT OR IGNORE INTO way SELECT object, level, 0, NULL, NULL FROM "
			       "runner WHERE level = ?1 AND 0 = ?2";
static const char ask[] =
	"INSERT OR IGNORE INTO called SELECT n.lib, ?1, ?2, MIN(w.object) FROM way "
	"AS w JOIN need AS n ON n.object = w.object WHERE w.level = ?1 AND "
	"w.depth = ?2 GROUP BY n.lib";
static const char answer[] = "INSERT OR IGNORE INTO way SELECT o.object, ?1, ?2 + 1, MIN(c.lib), "
			     "c.user FROM called AS c JOIN offer AS o ON o.lib = c.lib WHERE "
			     "c.level = ?1 AND c.depth = ?2 GROUP BY o.object";
static const char left[] = "INSERT INTO unexamined SELECT w.object, NULL, NULL, NULL, 'limits', "
			   "'limit', 'how it is reached was not "
			   "followed further: there are too many libraries in a row' FROM way AS w "
			   "WHERE w.depth = ?2 AND "
			   "w.level = ?1 AND EXISTS (SELECT 1 FROM need AS n WHERE n.object = "
			   "w.object AND n.lib NOT IN (SELECT lib "
			   "FROM called)) ORDER BY w.object";

static as_status run_file(sqlite3 *db, const char *name)
{
	as_span text = as_embedded_file(as_embedded_schema, name);
	return as_db_run(db, (const char *)text.p); /* a NUL follows */
}

static as_status run(sqlite3_stmt *q, int level, int depth)
{
	as_db_int(q, 1, level);
	as_db_int(q, 2, depth);
	return as_db_step(q);
}

static as_status follow(sqlite3 *db)
{
	sqlite3_stmt *seed = as_db_prepare(db, programs), *out = as_db_prepare(db, ask);
	sqlite3_stmt *in = as_db_prepare(db, answer), *over = as_db_prepare(db, left);
	as_status s = seed && out && in && over ? AS_OK : AS_IO;
	for (int level = LEVELS; level > 0 && s == AS_OK; level--) {
		bool more = true;
		s = run(seed, level, 0);
		for (int depth = 0; depth < DEPTH_MAX && more && s == AS_OK; depth++) {
			s = run(out, level, depth);
			if (s == AS_OK)
				s = run(in, level, depth);
			more = sqlite3_changes(db) > 0;
		}
		if (s == AS_OK && more)
			s = run(over, level, DEPTH_MAX);
	}
	(void)sqlite3_finalize(seed);
	(void)sqlite3_finalize(out);
	(void)sqlite3_finalize(in);
	(void)sqlite3_finalize(over);
	return s;
}

as_status as_dossier_reach(sqlite3 *db)
{
	as_status s = run_file(db, "reach.sql");
	if (s == AS_OK)
		s = follow(db);
	return s == AS_OK ? run_file(db, "reach_steps.sql") : s;
}
