/* SPDX-License-Identifier: Apache-2.0 */
#include "weigh.h"

#include <string.h>

#include "dossier/db.h"
#include "vuln/version.h"

/* Every witness without a version, with every version that is stated of its component; of one witness one after
 * the other, those that its own file states first. A copy inside another program whose version may be any has
 * nothing to do with what the rest of the image has. */
static const char pairs_sql[] =
	"WITH stated AS MATERIALIZED (SELECT coalesce(id, lower(name)) AS what, version, object,"
	"  min(method = 'package') AS package FROM component WHERE version IS NOT NULL GROUP BY "
	"what, version, object),"
	" few AS MATERIALIZED (SELECT what FROM stated WHERE what IS NOT NULL GROUP BY what HAVING "
	"COUNT(DISTINCT version)"
	"  <= 16),"
	" version_of AS MATERIALIZED (SELECT what, version, min(package) AS package FROM stated "
	"WHERE what IN"
	"  (SELECT what FROM few) GROUP BY what, version)"
	" SELECT c.rowid, c.newer_than, c.older_than, v.version, h.what IS NOT NULL AS here, "
	"v.package FROM component AS c"
	" JOIN version_of AS v ON v.what = coalesce(c.id, lower(c.name))"
	" LEFT JOIN stated AS h ON h.what = v.what AND h.version = v.version AND h.object = "
	"c.object"
	" WHERE c.version IS NULL AND (h.what IS NOT NULL OR c.method <> 'copy' OR c.newer_than IS "
	"NOT NULL OR c.older_than"
	" IS NOT NULL) ORDER BY c.rowid, here DESC, v.package, v.version";

enum { WITNESS, NEWER, OLDER, VERSION, HERE, PACKAGE };

static as_span text(sqlite3_stmt *st, int column)
{
	const void *p = sqlite3_column_text(st, column);
	return p ? as_bytes(p, (size_t)sqlite3_column_bytes(st, column)) : (as_span){ 0 };
}

/* The version as its makers count: a database of packages adds what the distribution did. */
static as_span makers(sqlite3_stmt *st)
{
	as_span version = text(st, VERSION);
	return sqlite3_column_int(st, PACKAGE) ? as_version_upstream(as_lit("dpkg"), version)
					       : version;
}

static bool fits(sqlite3_stmt *st)
{
	const as_version_order *order = as_version_order_of(as_lit("upstream"));
	as_span version = makers(st), newer = text(st, NEWER), older = text(st, OLDER);
	return (!newer.p || order->compare(version, newer) > 0) &&
	       (!older.p || order->compare(version, older) < 0);
}

enum { KEPT_MAX = 64 };

/* The witness in hand: how many versions fit it, and the last of them. */
typedef struct hand {
	sqlite3_int64 witness;
	sqlite3_stmt *version; /* its bound parameter holds the version */
	int n;
	bool here; /* its own file states one that fits: what others state does not count */
	size_t n_kept;
	uint8_t kept[KEPT_MAX]; /* that version, as its makers count */
} hand;

/* Whether a package is of the version that a file states already: then it is no second one. */
static bool is_same(const hand *h, sqlite3_stmt *pair)
{
	return h->n > 0 && sqlite3_column_int(pair, PACKAGE) &&
	       as_same(makers(pair), as_bytes(h->kept, h->n_kept));
}

static void keep(hand *h, as_span version)
{
	h->n_kept = version.n <= KEPT_MAX ? version.n : 0;
	if (h->n_kept > 0)
		memcpy(h->kept, version.p, h->n_kept);
}

static as_status put_down(hand *h)
{
	if (h->n != 1)
		return AS_OK;
	(void)sqlite3_bind_int64(h->version, 1, h->witness);
	return as_db_step(h->version);
}

static as_status take_up(hand *h, sqlite3_stmt *pair)
{
	as_status s = AS_OK;
	if (sqlite3_column_int64(pair, WITNESS) != h->witness) {
		s = put_down(h);
		h->witness = sqlite3_column_int64(pair, WITNESS);
		h->n = 0;
		h->here = false;
	}
	if (!fits(pair) || (h->here && !sqlite3_column_int(pair, HERE)) || is_same(h, pair))
		return s;
	keep(h, makers(pair));
	h->here = sqlite3_column_int(pair, HERE) != 0;
	h->n++;
	(void)sqlite3_bind_value(h->version, 2, sqlite3_column_value(pair, VERSION));
	return s;
}

as_status as_weigh(sqlite3 *db)
{
	as_status s = AS_IO;
	int rc = SQLITE_ERROR;
	sqlite3_stmt *pair = as_db_prepare(db, pairs_sql);
	hand h = { .version = as_db_prepare(
			   db, "INSERT INTO weighed (witness, version) VALUES (?, ?)") };
	if (pair && h.version)
		for (s = AS_OK; s == AS_OK && (rc = sqlite3_step(pair)) == SQLITE_ROW;)
			s = take_up(&h, pair);
	if (s == AS_OK)
		s = rc == SQLITE_DONE ? put_down(&h) : AS_IO;
	(void)sqlite3_finalize(pair);
	(void)sqlite3_finalize(h.version);
	return s;
}
