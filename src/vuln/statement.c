/* SPDX-License-Identifier: Apache-2.0 */
/* VEX: what somebody who looked has stated on a vulnerability of a component, known by its package URL, or, where the
 * statement gives none, by its CPE name. */
#include "vuln/statement.h"

#include "base/purl.h"
#include "base/text.h"
#include "dossier/db.h"

static const char sql[] =
	"SELECT v.status, v.justification, v.statement, v.purl, r.key, v.cpe, v.version,"
	" v.version_range FROM vex AS v JOIN record AS r ON r.id = v.record WHERE v.cve = ?1 AND"
	" (v.purl IS NOT NULL OR v.cpe IS NOT NULL) AND v.status <> 'under_investigation'"
	" ORDER BY r.modified DESC, r.key, v.i DESC";

enum { STATUS, JUSTIFICATION, STATEMENT, PURL, DOCUMENT, CPE, VERSION, RANGE };

sqlite3_stmt *as_statements(as_matcher *m) { return as_ask(m, sql); }

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

/* Whether a statement's CPE name means a component for certain: its product, in its version, or in any. A range in
 * words beside it cannot be compared. What a distribution packs is known by its package alone: its version counts
 * fixes that the maker's does not. */
static bool means_by_name(as_arena *a, sqlite3_stmt *q, const as_part *p)
{
	as_criterion c = { 0 };
	const char *why;
	if ((p->packet && !as_is(p->packet->manager, "opkg")) ||
		!as_cpe_parse(as_column(a, q, CPE), &c.cpe) || !is_named(p, &c.cpe))
		return false;
	as_span version = as_column(a, q, VERSION);
	if (as_is(c.cpe.at[AS_CPE_VERSION], "*")) {
		if (as_column(a, q, RANGE).n > 0)
			return false;
		c.cpe.at[AS_CPE_VERSION] = version.n > 0 ? version : as_lit("*");
	}
	const as_version_order *order = as_version_order_of_product(
		p->names[0].part, p->names[0].vendor, p->names[0].product);
	return as_cpe_fits(&c, order, &p->witness, &why) == AS_FIT_YES;
}

static bool is_about(as_arena *a, sqlite3_stmt *q, const as_part *p, as_span own)
{
	as_span purl = as_column(a, q, PURL);
	return purl.n > 0 ? means(purl, own) : means_by_name(a, q, p);
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
	bool found = false;
	as_buf own = { 0 };
	as_purl_known(&own, part->purl, part->what, part->release);
	as_db_text(q, 1, hit->cve);
	while (!found && as_answer(m, q)) {
		found = is_about(a, q, part, as_buf_span_of(&own));
		if (!found)
			continue;
		hit->by = AS_BY_VEX;
		hit->verdict = as_is(as_column(a, q, STATUS), "affected") ? AS_FIT_YES : AS_FIT_NO;
		hit->why = told(a, q);
	}
	(void)sqlite3_reset(q);
	as_buf_free(&own);
	return found;
}
