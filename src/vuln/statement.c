/* SPDX-License-Identifier: Apache-2.0 */
/* VEX: what somebody who looked has stated on a vulnerability of a component, known by its package URL. */
#include "vuln/statement.h"

#include "base/text.h"
#include "dossier/db.h"

static const char sql[] = "SELECT v.status, v.justification, v.statement, v.purl, r.key FROM vex "
			  "AS v JOIN record AS r"
			  " ON r.id = v.record WHERE v.cve = ?1 AND v.purl IS NOT NULL AND "
			  "v.status <> 'under_investigation'"
			  " ORDER BY r.modified DESC, r.key, v.i DESC";

enum { STATUS, JUSTIFICATION, STATEMENT, PURL, DOCUMENT };

sqlite3_stmt *as_statements(sqlite3 *index) { return as_db_prepare(index, sql); }

/* Without qualifiers and subpath, which say in which form it came. */
static as_span plain(as_span purl)
{
	purl = as_cut(purl, 0, as_min(as_find_byte(purl, '?', 0), purl.n));
	return as_cut(purl, 0, as_min(as_find_byte(purl, '#', 0), purl.n));
}

/* Whether a statement's package URL means a component's: the same, or one without a version, which means all. */
static bool means(as_span stated, as_span own)
{
	stated = plain(stated);
	own = plain(own);
	if (stated.n == 0 || as_same(stated, own))
		return stated.n > 0;
	return as_find_byte(stated, '@', 1) == SIZE_MAX && own.n > stated.n &&
	       own.p[stated.n] == '@' && as_same(as_cut(own, 0, stated.n), stated);
}

static as_span told(as_arena *a, sqlite3_stmt *q)
{
	as_span status = as_column(a, q, STATUS), by = as_column(a, q, DOCUMENT);
	as_span why = as_column(a, q, JUSTIFICATION), more = as_column(a, q, STATEMENT);
	return as_print(a, "%.*s states: %.*s%s%.*s%s%.*s", (int)by.n, (const char *)by.p,
		(int)status.n, (const char *)status.p, why.n ? ", " : "", (int)why.n,
		(const char *)why.p, more.n ? ": " : "", (int)more.n, (const char *)more.p);
}

bool as_stated(sqlite3_stmt *q, as_arena *a, const as_part *part, as_hit *hit)
{
	bool found = false;
	as_db_text(q, 1, hit->cve);
	while (!found && sqlite3_step(q) == SQLITE_ROW) {
		found = means(as_column(a, q, PURL), part->purl);
		if (!found)
			continue;
		hit->by = AS_BY_VEX;
		hit->verdict = as_is(as_column(a, q, STATUS), "affected") ? AS_FIT_YES : AS_FIT_NO;
		hit->why = told(a, q);
	}
	(void)sqlite3_reset(q);
	return found;
}
