/* SPDX-License-Identifier: Apache-2.0 */
/* VEX: what somebody who looked has stated on a vulnerability of a component, known by its package URL, or, where the
 * statement gives none, by its CPE name. */
#include "vuln/statement.h"

#include "base/purl.h"
#include "base/text.h"
#include "dossier/db.h"

static const char sql[] =
	"SELECT v.status, v.justification, v.statement, v.purl, r.key, v.cpe, v.version,"
	" v.version_range, v.version IS '' FROM vex AS v JOIN record AS r ON r.id = v.record WHERE "
	"v.cve = ?1 AND"
	" (v.purl IS NOT NULL OR v.cpe IS NOT NULL) AND v.status <> 'under_investigation'"
	" ORDER BY r.modified DESC, r.key, v.i DESC";

enum { STATUS, JUSTIFICATION, STATEMENT, PURL, DOCUMENT, CPE, VERSION, RANGE, UNKNOWN };

/* How well a statement means a component: what names its version goes before what leaves it open. */
typedef enum aim { OTHER, ANY_VERSION, THIS_VERSION } aim;

sqlite3_stmt *as_statements(as_matcher *m) { return as_ask(m, sql); }

/* By package URL: the same, or one without a version, which means all, unless Assay wrote it of a component whose
 * version it did not know (unknown). */
static aim aim_of_purl(as_span stated, as_span own, bool unknown)
{
	as_purl x = as_purl_split(stated), y = as_purl_split(own);
	if (!as_same_nocase(x.type, y.type) || !as_purl_same(x.name, y.name))
		return OTHER;
	if (as_purl_same(x.version, y.version))
		return THIS_VERSION;
	return x.version.n == 0 && !unknown ? ANY_VERSION : OTHER;
}

/* Whether a component is known under the vendor and product of a CPE name. */
static bool is_named(const as_part *p, const as_cpe *c)
{
	enum { LONGEST = 256 };
	uint8_t x[LONGEST], y[LONGEST];
	as_span vendor = as_cpe_plain(c->at[AS_CPE_VENDOR], x, LONGEST),
		product = as_cpe_plain(c->at[AS_CPE_PRODUCT], y, LONGEST);
	for (size_t i = 0; i < p->n_names; i++)
		if (as_same(p->names[i].vendor, vendor) && as_same(p->names[i].product, product))
			return true;
	return false;
}

/* By a CPE name that means a component for certain: its product, in its version, or in any. A range in
 * words beside it cannot be compared. What a distribution packs is known by its package alone: its version counts
 * fixes that the maker's does not. */
static aim aim_of_name(as_arena *a, sqlite3_stmt *q, const as_part *p)
{
	as_criterion c = { 0 };
	const char *why;
	if ((p->packet && !as_is(p->packet->manager, "opkg")) ||
		!as_cpe_parse(as_column(a, q, CPE), &c.cpe) || !is_named(p, &c.cpe))
		return OTHER;
	as_span version = as_column(a, q, VERSION);
	if (as_is(c.cpe.at[AS_CPE_VERSION], "*")) {
		if (as_column(a, q, RANGE).n > 0)
			return OTHER;
		c.cpe.at[AS_CPE_VERSION] = version.n > 0 ? version : as_lit("*");
	}
	const as_version_order *order = as_version_order_of_product(
		p->names[0].part, p->names[0].vendor, p->names[0].product);
	if (as_cpe_fits(&c, order, &p->witness, &why) != AS_FIT_YES)
		return OTHER;
	return as_is(c.cpe.at[AS_CPE_VERSION], "*") ? ANY_VERSION : THIS_VERSION;
}

static aim aim_of(as_arena *a, sqlite3_stmt *q, const as_part *p, as_span own)
{
	as_span purl = as_column(a, q, PURL);
	return purl.n > 0 ? aim_of_purl(purl, own, sqlite3_column_int(q, UNKNOWN) != 0)
			  : aim_of_name(a, q, p);
}

static as_span told(as_arena *a, sqlite3_stmt *q)
{
	as_span status = as_column(a, q, STATUS), by = as_column(a, q, DOCUMENT);
	as_span why = as_column(a, q, JUSTIFICATION), more = as_column(a, q, STATEMENT);
	return as_print(a, "%.*s states: %.*s%s%.*s%s%.*s", (int)by.n, (const char *)by.p,
		(int)status.n, (const char *)status.p, why.n ? ", " : "", (int)why.n,
		(const char *)why.p, more.n ? ": " : "", (int)more.n, (const char *)more.p);
}

bool as_stated(sqlite3_stmt *q, as_matcher *m, const as_part *part, as_hit *hit)
{
	as_arena *a = m->arena;
	aim best = OTHER;
	as_buf own = { 0 };
	as_purl_known(&own, part->purl, part->what, part->release);
	as_db_text(q, 1, hit->cve);
	while (best < THIS_VERSION && as_answer(m, q)) {
		aim one = aim_of(a, q, part, as_buf_span_of(&own));
		if (one <= best)
			continue;
		best = one;
		hit->by = AS_BY_VEX;
		hit->verdict = as_is(as_column(a, q, STATUS), "affected") ? AS_FIT_YES : AS_FIT_NO;
		hit->why = told(a, q);
	}
	(void)sqlite3_reset(q);
	as_buf_free(&own);
	return best > OTHER;
}
