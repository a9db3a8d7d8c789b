/* SPDX-License-Identifier: Apache-2.0 */
/* A fix that was carried back shows in the changelog of a package, if the image has kept it: its entry names the
 * vulnerability, while the maker's version is still that of the fault. */
#include "vuln/changelog.h"

#include "dossier/db.h"

/* Which packages are installed, by the file that says so. */
static const char tables[] =
	"DROP TABLE IF EXISTS temp.installed; DROP TABLE IF EXISTS temp.doc;"
	" DROP TABLE IF EXISTS temp.db; DROP TABLE IF EXISTS temp.change;"
	" CREATE TEMP TABLE installed (source TEXT, version TEXT, object INTEGER,"
	" PRIMARY KEY (source, version, object)) WITHOUT ROWID";
/* Where files of a kind stand: container, and the folder that is / there. What was compressed stands in its file. */
#define ROOTS(below, objects)                                                                      \
	"SELECT DISTINCT p.object, coalesce(o.container, p.container) AS container,"               \
	" substr(coalesce(o.path, p.path), 1, instr(coalesce(o.path, p.path), '" below "')) AS"    \
	" root FROM place AS p LEFT JOIN place AS o ON o.id = p.owner AND"                         \
	" instr(o.path, '" below "') > 0 WHERE p.object IN (" objects ")"                          \
	" AND instr(coalesce(o.path, p.path), '" below "') > 0"
/* The changelogs of what is installed, and of each vulnerability what the newest entry that says anything of it
 * says: entries stand in the order of their age. Of several files, and of one entry that says both, no fix wins. */
static const char load[] = "CREATE TEMP TABLE doc AS " ROOTS("/usr/share/doc/",
	"SELECT object FROM changelog") ";"
					" CREATE INDEX temp.doc_by_object ON doc (object);"
					" CREATE TEMP TABLE db AS " ROOTS("/var/lib/dpkg/",
						"SELECT object FROM "
						"temp.installed") ";"
								  " CREATE INDEX "
								  "temp.db_by_"
								  "object ON db "
								  "(object, "
								  "container, "
								  "root);"
								  " CREATE TEMP "
								  "TABLE change "
								  "AS WITH"
								  " log AS "
								  "(SELECT "
								  "DISTINCT "
								  "object, "
								  "source, "
								  "newest FROM "
								  "changelog "
								  "WHERE newest "
								  "IS NOT NULL),"
								  " own AS "
								  "MATERIALIZED "
								  "(SELECT "
								  "object FROM "
								  "log AS l "
								  "WHERE EXISTS "
								  "(SELECT 1 FROM"
								  " temp."
								  "installed AS "
								  "i JOIN "
								  "temp.doc AS d "
								  "ON d.object = "
								  "l.object JOIN "
								  "temp.db AS b "
								  "ON"
								  " b.object = "
								  "i.object AND "
								  "b.container = "
								  "d.container "
								  "AND b.root = "
								  "d.root"
								  " WHERE "
								  "i.source = "
								  "l.source AND "
								  "i.version = "
								  "l.newest)),"
								  " said AS "
								  "(SELECT "
								  "object, cve, "
								  "source, "
								  "newest, "
								  "version, "
								  "min(at) AS at,"
								  " max(says = "
								  "'open') AS "
								  "open FROM "
								  "changelog "
								  "WHERE object "
								  "IN own AND "
								  "newest IS NOT "
								  "NULL"
								  " AND says <> "
								  "'mentioned' "
								  "GROUP BY "
								  "object, cve, "
								  "version),"
								  " last AS "
								  "(SELECT cve, "
								  "source, "
								  "newest, "
								  "version, "
								  "open, min(at) "
								  "FROM said "
								  "GROUP BY "
								  "object,"
								  " cve) SELECT "
								  "source, "
								  "newest, cve, "
								  "min(version) "
								  "AS version "
								  "FROM last "
								  "GROUP BY "
								  "source,"
								  " newest, cve "
								  "HAVING "
								  "max(open) = 0;"
								  " CREATE INDEX "
								  "temp.change_"
								  "by_name ON "
								  "change "
								  "(source, "
								  "newest, cve)";
static const char sql[] = "SELECT version FROM temp.change WHERE source = ?1 AND newest = ?2 AND"
			  " cve = ?3";

static as_status add_installed(as_matcher *m)
{
	as_status s = as_db_run(m->dossier, tables);
	sqlite3_stmt *q =
		s != AS_OK ? NULL
			   : as_db_prepare(m->dossier,
				     "INSERT OR IGNORE INTO temp.installed VALUES (?, ?, ?)");
	s = q ? AS_OK : AS_IO;
	for (size_t i = 0; s == AS_OK && i < m->image.n_packets; i++) {
		const as_packet *k = &m->image.packets[i];
		if (!as_is(k->manager, "dpkg"))
			continue;
		as_db_text(q, 1, k->source);
		as_db_text(q, 2, k->source_version);
		as_db_int(q, 3, k->object);
		s = as_db_step(q);
	}
	(void)sqlite3_finalize(q);
	return s;
}

sqlite3_stmt *as_changes(as_matcher *m)
{
	as_status s = add_installed(m);
	if (s == AS_OK)
		s = as_db_run(m->dossier, load);
	return s == AS_OK ? as_db_prepare(m->dossier, sql) : NULL;
}

#define TEXT(s) (int)(s).n, (const char *)(s).p

as_span as_fixed(sqlite3_stmt *q, as_arena *a, const as_packet *k, as_span cve)
{
	if (!as_is(k->manager, "dpkg"))
		return (as_span){ 0 };
	as_db_text(q, 1, k->source);
	as_db_text(q, 2, k->source_version);
	as_db_text(q, 3, cve);
	as_span version = sqlite3_step(q) == SQLITE_ROW ? as_column(a, q, 0) : (as_span){ 0 };
	(void)sqlite3_reset(q);
	if (!version.p)
		return (as_span){ 0 };
	return as_print(a, "the package's changelog says that %.*s %.*s fixed it; here is %.*s",
		TEXT(k->source), TEXT(version), TEXT(k->source_version));
}
