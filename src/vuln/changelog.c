/* SPDX-License-Identifier: Apache-2.0 */
/* A fix that was carried back shows in the changelog of a package, if the image has kept it: its entry names the
 * vulnerability, while the maker's version is still that of the fault. */
#include "vuln/changelog.h"

#include "dossier/db.h"

/* The dossier's table is not ordered by anything that is asked for here. */
static const char load[] =
	"DROP TABLE IF EXISTS temp.changes;"
	" CREATE TEMP TABLE changes AS SELECT DISTINCT source, cve, version, says FROM changelog;"
	" CREATE INDEX temp.changes_by_name ON changes (source, cve)";
static const char sql[] = "SELECT version, says FROM temp.changes WHERE source = ?1 AND cve = ?2 "
			  "ORDER BY version, says";

sqlite3_stmt *as_changes(sqlite3 *dossier)
{
	return as_db_run(dossier, load) == AS_OK ? as_db_prepare(dossier, sql) : NULL;
}

#define TEXT(s) (int)(s).n, (const char *)(s).p

as_span as_fixed(sqlite3_stmt *q, as_arena *a, const as_packet *k, as_span cve)
{
	const as_version_order *order = as_version_order_of_ecosystem(k->manager);
	as_span newest = { 0 };
	bool fixed = false;
	if (!as_is(k->manager, "dpkg"))
		return newest;
	as_db_text(q, 1, k->source);
	as_db_text(q, 2, cve);
	while (sqlite3_step(q) == SQLITE_ROW) {
		as_span version = as_column(a, q, 0), says = as_column(a, q, 1);
		int by = newest.p ? order->compare(version, newest) : 1;
		if (by < 0 || order->compare(version, k->source_version) > 0)
			continue;
		/* An entry that says both has not made up its mind. */
		fixed = as_is(says, "fixed") && (by > 0 || fixed);
		newest = version;
	}
	(void)sqlite3_reset(q);
	if (!fixed)
		return (as_span){ 0 };
	return as_print(a, "the package's changelog says that %.*s %.*s fixed it; here is %.*s",
		TEXT(k->source), TEXT(newest), TEXT(k->source_version));
}
