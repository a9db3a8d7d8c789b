/* SPDX-License-Identifier: Apache-2.0 */
/* Packages and products that records of OSV and of the CVE List name, with their ranges. Ranges between
 * commits say nothing of a
 * version and are not used; versions that a record lists one by one are. */
#include "vuln/hit.h"

#include "base/buf.h"
#include "dossier/db.h"
#include "vuln/feed.h"
#include "vuln/order.h"

static const struct {
	const char *type, *space, *ecosystem; /* of a purl; space NULL: any */
	char joint;                           /* between space and name; 0: the name alone */
} ecosystems[] = { { "npm", NULL, "npm", '/' }, { "pypi", NULL, "PyPI", 0 },
	{ "cargo", NULL, "crates.io", 0 }, { "golang", NULL, "Go", '/' },
	{ "gem", NULL, "RubyGems", 0 }, { "maven", NULL, "Maven", ':' },
	{ "composer", NULL, "Packagist", '/' }, { "nuget", NULL, "NuGet", 0 },
	{ "hex", NULL, "Hex", 0 }, { "pub", NULL, "Pub", 0 }, { "deb", "debian", "Debian", 0 },
	{ "deb", "ubuntu", "Ubuntu", 0 }, { "apk", "alpine", "Alpine", 0 },
	{ "generic", NULL, "OSS-Fuzz", 0 } };

typedef struct search {
	as_matcher *m;
	sqlite3_stmt *named, *ranges, *versions, *told;
	uint32_t part;
	const as_part *p;
	as_span ecosystem, package; /* of OSV; package p NULL: none */
	as_witness witness;         /* as that ecosystem counts */
	bool words; /* ranges of the entry in hand are told in words that are not understood */
} search;

/* One row of the table affected. */
typedef struct entry {
	int64_t record, i;
	as_span ecosystem, vendor, normal, kind, cve;
} entry;

static void find_ecosystem(search *s)
{
	const as_part *p = s->p;
	s->package = s->ecosystem = (as_span){ 0 };
	s->witness = p->witness;
	for (size_t i = 0; i < sizeof(ecosystems) / sizeof(ecosystems[0]); i++) {
		if (!as_is(p->type, ecosystems[i].type) ||
			(ecosystems[i].space && !as_is(p->space, ecosystems[i].space)))
			continue;
		s->ecosystem = as_lit(ecosystems[i].ecosystem);
		bool whole = ecosystems[i].joint && p->space.n > 0;
		s->package = whole ? as_print(s->m->arena, "%.*s%c%.*s", (int)p->space.n,
					     (const char *)p->space.p, ecosystems[i].joint,
					     (int)p->title.n, (const char *)p->title.p)
				   : p->title;
		break;
	}
	if (s->package.p && as_is(p->type, "deb") && p->packet && as_is(p->method, "package") &&
		as_is(p->packet->manager, "dpkg")) {
		s->package = p->packet->source;
		s->witness.lo = s->witness.hi = p->packet->source_version;
	}
}

/* "Debian:12" and "Alpine:v3.20" name a release; "Debian" all of them. */
static bool is_ecosystem(const search *s, as_span theirs)
{
	if (!s->ecosystem.p ||
		!as_is_nocase(as_field(theirs, ':', 0), (const char *)s->ecosystem.p))
		return false;
	as_span release = as_field(theirs, ':', 1), number = s->m->image.number;
	release = as_from(release, as_at(release, 0) == 'v');
	return release.n == 0 || as_same(release, number) ||
	       (number.n > release.n && as_at(number, release.n) == '.' &&
		       as_same(release, as_cut(number, 0, release.n)));
}

/* The CVE List writes names of makers freely: "OpenSSL", "The GNU C Library". */
static bool is_vendor(const search *s, as_span vendor)
{
	for (size_t i = 0; i < s->p->n_names; i++)
		if (as_same_nocase(s->p->names[i].vendor, vendor))
			return true;
	return false;
}

/* A tag as a version: "curl-7_83_1", "OpenSSL_1_1_1a", "v2.86rc1". */
static as_span version_of_tag(search *s, as_span tag)
{
	size_t at = 0;
	while (at < tag.n && !as_is_digit(tag.p[at]))
		at++;
	uint8_t *to = as_alloc(s->m->arena, tag.n + 1);
	for (size_t i = at; to && i < tag.n; i++)
		to[i - at] = tag.p[i] == '_' ? '.' : tag.p[i];
	return as_bytes(to, to ? tag.n - at : 0);
}

static const as_version_order *order_of(const search *s, const entry *e)
{
	if (as_is(e->kind, "osv") && !as_is(s->ecosystem, "OSS-Fuzz"))
		return as_version_order_of_ecosystem(e->ecosystem);
	return s->p->n_names > 0 ? as_version_order_of_product(s->p->names[0].part,
					   s->p->names[0].vendor, s->p->names[0].product)
				 : as_version_order_of_ecosystem((as_span){ 0 });
}

static as_fit listed(search *s, const entry *e, const as_version_order *order, as_span *range)
{
	as_fit fit = AS_FIT_NO;
	bool tags = as_is(s->ecosystem, "OSS-Fuzz");
	as_db_int(s->versions, 1, e->record);
	as_db_int(s->versions, 2, e->i);
	while (fit != AS_FIT_YES && s->witness.lo.p && as_answer(s->m, s->versions)) {
		as_span v = as_column(s->m->arena, s->versions, 0);
		v = tags ? version_of_tag(s, v) : v;
		as_version_range one = { .from = v, .to = v };
		as_fit now = v.n ? as_version_within(order, s->witness.lo, s->witness.hi, &one)
				 : AS_FIT_NO;
		fit = now > fit ? now : fit;
		*range = now == fit && now != AS_FIT_NO ? as_range_text(s->m->arena, v, &one)
							: *range;
	}
	(void)sqlite3_reset(s->versions);
	return fit;
}

/* One row of the table affected_range. */
typedef struct span_row {
	as_span type, status, introduced, fixed, last, until;
	int loose;
	int64_t list;
} span_row;

static span_row read_range(search *s)
{
	as_arena *a = s->m->arena;
	return (span_row){ .type = as_column(a, s->ranges, 0),
		.status = as_column(a, s->ranges, 1),
		.introduced = as_column(a, s->ranges, 2),
		.fixed = as_column(a, s->ranges, 3),
		.last = as_column(a, s->ranges, 4),
		.loose = sqlite3_column_int(s->ranges, 5),
		.until = as_column(a, s->ranges, 6),
		.list = sqlite3_column_int64(s->ranges, 7) };
}

/* Events of one list that do not take turns, as far as they were met, and what they say of both ends of what the
 * version may be. */
typedef struct timeline {
	int64_t list;
	as_span latest[2]; /* of the events that are not after it, the latest, which decides */
	bool hit[2], limited, before[2];
	bool between,
		introduced; /* an event, a beginning, lies after one end and not after the other */
} timeline;

/* How a version stands to an event: below 0, it is before it. */
static int compare_event(const as_version_order *order, as_span v, as_span at)
{
	return as_is(at, "0") ? 1 : order->compare(v, at);
}

static void weigh_event(
	timeline *t, const search *s, const as_version_order *order, const span_row *r)
{
	as_span ends[2] = { s->witness.lo, s->witness.hi.p ? s->witness.hi : s->witness.lo };
	as_span at = r->introduced.p ? r->introduced : r->fixed.p ? r->fixed : r->last;
	bool counts[2] = { false };
	t->limited = t->limited || r->until.p;
	for (size_t i = 0; i < 2; i++) {
		int by = at.p ? compare_event(order, ends[i], at) : -1;
		counts[i] = r->last.p ? by > 0 : by >= 0;
		t->before[i] =
			t->before[i] || (r->until.p && order->compare(ends[i], r->until) < 0);
		if (!counts[i] || (t->latest[i].p && compare_event(order, t->latest[i], at) > 0 &&
					  !as_is(t->latest[i], "0")))
			continue;
		t->latest[i] = at;
		t->hit[i] = r->introduced.p != NULL;
	}
	t->between = t->between || counts[0] != counts[1];
	t->introduced = t->introduced || (counts[0] != counts[1] && r->introduced.p);
}

/* What the events met come to. */
static as_fit conclude(const timeline *t)
{
	bool lo = t->hit[0] && (!t->limited || t->before[0]);
	bool hi = t->hit[1] && (!t->limited || t->before[1]);
	if (lo && hi && !t->between)
		return AS_FIT_YES;
	return lo || hi || t->introduced ? AS_FIT_POSSIBLY : AS_FIT_NO;
}

/* Up to "6.1.*": as long as the version is of that branch. */
static as_fit within_branch(const search *s, const as_version_order *order, const span_row *r)
{
	as_span branch = as_cut(r->last, 0, r->last.n - (r->last.n > 1 ? 2 : 1));
	as_version_range from = { .from = r->introduced };
	if (as_is(r->introduced, "0"))
		from.from.p = NULL;
	as_fit fit = as_version_within(order, s->witness.lo, s->witness.hi, &from);
	as_span v = s->witness.lo;
	bool inside = branch.n == 0 ||
		      (as_same(as_cut(v, 0, branch.n), branch) && !as_is_digit(as_at(v, branch.n)));
	return inside ? fit : AS_FIT_NO;
}

static as_fit within(
	const search *s, const as_version_order *order, const span_row *r, as_version_range *out)
{
	*out = (as_version_range){ .from = r->introduced,
		.to = r->fixed.p ? r->fixed : r->last,
		.before_to = r->fixed.p != NULL };
	if (as_is(r->introduced, "0"))
		out->from = (as_span){ 0 };
	if (r->last.n > 0 && r->last.p[r->last.n - 1] == '*')
		return within_branch(s, order, r);
	as_fit fit = as_version_within(order, s->witness.lo, s->witness.hi, out);
	as_version_range limit = { .to = r->until, .before_to = true };
	as_fit below = as_version_within(order, s->witness.lo, s->witness.hi, &limit);
	return below < fit ? below : fit;
}

/* A range of the CVE List in words that are not understood: it may be any. */
static as_fit in_words(search *s, const span_row *r, as_span *range)
{
	s->words = true;
	*range = as_print(s->m->arena, "in the record's words: %.*s",
		(int)as_min(r->introduced.n, 200), (const char *)r->introduced.p);
	return AS_FIT_POSSIBLY;
}

/* A row whose events do not take turns; what an earlier list of them came to joins fit. */
static void take_event(
	search *s, const as_version_order *order, const span_row *r, timeline *t, as_fit *fit)
{
	if (r->list != t->list) {
		as_fit before = conclude(t);
		*fit = before > *fit ? before : *fit;
		*t = (timeline){ .list = r->list };
	}
	if (s->witness.lo.p)
		weigh_event(t, s, order, r);
	else if (r->introduced.p)
		*fit = *fit == AS_FIT_NO ? AS_FIT_POSSIBLY : *fit;
}

/* What the ranges of an entry say. The CVE List: the first that holds decides, else the entry's default. */
static as_fit ranged(search *s, const entry *e, const as_version_order *order, as_span *range)
{
	bool list = as_is(e->kind, "cve"), decided = false, usable = false;
	as_fit fit = AS_FIT_NO, loose = AS_FIT_NO, last = AS_FIT_NO;
	timeline t = { .list = -1 };
	s->words = false;
	as_db_int(s->ranges, 1, e->record);
	as_db_int(s->ranges, 2, e->i);
	while (!decided && as_answer(s->m, s->ranges)) {
		span_row r = read_range(s);
		as_version_range where;
		if (as_is_nocase(r.type, "git"))
			continue;
		usable = true;
		if (r.loose == AS_RANGE_EVENT) {
			take_event(s, order, &r, &t, &loose);
			continue;
		}
		if (r.loose == AS_RANGE_WORDS) {
			as_fit spoken = in_words(s, &r, range);
			fit = spoken > fit ? spoken : fit;
			continue;
		}
		as_fit now = within(s, order, &r, &where);
		if (now == AS_FIT_NO)
			continue;
		decided = now == AS_FIT_YES;
		now = as_is(r.status, "unaffected")
			      ? (now == AS_FIT_YES ? AS_FIT_NO : AS_FIT_POSSIBLY)
		      : as_is(r.status, "unknown") ? AS_FIT_POSSIBLY
						   : now;
		fit = decided || now > fit ? now : fit;
		if (now != AS_FIT_NO)
			*range = as_range_text(s->m->arena, (as_span){ 0 }, &where);
	}
	(void)sqlite3_reset(s->ranges);
	if (list && usable && !decided && fit == AS_FIT_NO && as_is(e->normal, "affected")) {
		*range = as_lit("every version but those that are named as fixed");
		fit = s->witness.lo.p ? AS_FIT_YES : AS_FIT_POSSIBLY;
	}
	last = conclude(&t);
	loose = last > loose ? last : loose;
	return fit > loose ? fit : loose;
}

static bool nvd_has_it(search *s, as_span cve)
{
	as_db_text(s->told, 1, cve);
	bool has = as_answer(s->m, s->told);
	(void)sqlite3_reset(s->told);
	return has;
}

/* own: the record is found by the package's own name, not by one of the CPE dictionary. */
static as_status weigh(search *s, const entry *e, bool own)
{
	bool osv = as_is(e->kind, "osv");
	if (osv ? !own || !s->package.p || !is_ecosystem(s, e->ecosystem)
		: !is_vendor(s, e->vendor))
		return AS_OK;
	if (!osv && nvd_has_it(s, e->cve))
		return AS_OK;
	as_span range = { 0 };
	const as_version_order *order = order_of(s, e);
	as_fit fit = ranged(s, e, order, &range);
	as_fit one = osv && fit != AS_FIT_YES ? listed(s, e, order, &range) : AS_FIT_NO;
	fit = one > fit ? one : fit;
	if (fit == AS_FIT_NO)
		return AS_OK;
	as_hit hit = { .part = s->part,
		.by = osv ? AS_BY_OSV : AS_BY_CVE,
		.verdict = fit,
		.cve = e->cve,
		.range = range.p ? range : as_lit("a range of the record"),
		.order = order->name,
		.record = e->record };
	if (fit == AS_FIT_POSSIBLY)
		hit.why = as_lit(
			s->words ? "the record tells the versions in words that are not understood"
			: s->witness.lo.p ? "only a part of what the version may be is affected"
					  : "the component's version is not known");
	return as_hit_add(s->m, &hit);
}

static as_status by_name(search *s, as_span name, bool own)
{
	as_status st = AS_OK;
	as_arena *a = s->m->arena;
	as_db_text(s->named, 1, name);
	while (st == AS_OK && name.n > 0 && as_answer(s->m, s->named)) {
		entry e = { .record = sqlite3_column_int64(s->named, 0),
			.i = sqlite3_column_int64(s->named, 1),
			.ecosystem = as_column(a, s->named, 2),
			.vendor = as_column(a, s->named, 3),
			.normal = as_column(a, s->named, 4),
			.kind = as_column(a, s->named, 5),
			.cve = as_column(a, s->named, 6) };
		st = weigh(s, &e, own);
	}
	(void)sqlite3_reset(s->named);
	return st;
}

/* Each name that records may use, once: the package's, the id, the products of the CPE dictionary. */
static as_status match_part(search *s)
{
	as_span names[AS_NAMES_MAX + 2];
	size_t n = 0;
	find_ecosystem(s);
	names[n++] = s->package;
	names[n++] = s->p->n_names > 0 ? s->p->what : (as_span){ 0 };
	for (size_t i = 0; i < s->p->n_names; i++)
		names[n++] = s->p->names[i].product;
	as_status st = AS_OK;
	for (size_t i = 0; st == AS_OK && i < n; i++) {
		bool again = false;
		for (size_t k = 0; k < i && !again; k++)
			again = as_same_nocase(names[i], names[k]);
		st = again ? AS_OK : by_name(s, names[i], i == 0);
	}
	return st;
}

as_status as_match_packages(as_matcher *m)
{
	search s = { .m = m };
	s.named = as_ask(m, "SELECT a.record, a.i, a.ecosystem, a.vendor, "
			    "a.default_status, r.kind, coalesce(v.cve,"
			    " (SELECT min(x.alias) FROM alias AS x WHERE x.record = "
			    "a.record AND x.alias LIKE 'CVE-%'),"
			    " r.key) FROM affected AS a JOIN record AS r ON r.id = "
			    "a.record JOIN vulnerability AS v ON"
			    " v.record = a.record WHERE a.name = ?1 COLLATE NOCASE "
			    "AND v.rejected = 0 ORDER BY a.record,"
			    " a.i");
	s.ranges = as_ask(m,
		"SELECT type, status, introduced, fixed, last_affected, loose, until, list FROM "
		"affected_range"
		" WHERE record = ?1 AND affected = ?2 ORDER BY i");
	s.versions = as_ask(m, "SELECT version FROM affected_version WHERE record = "
			       "?1 AND affected = ?2 ORDER BY version");
	s.told = as_ask(m, "SELECT 1 FROM record AS r WHERE r.kind = 'nvd' AND r.key "
			   "= ?1 AND EXISTS (SELECT 1 FROM"
			   " cpe_match AS c WHERE c.record = r.id)");
	as_status st = s.named && s.ranges && s.versions && s.told ? AS_OK : AS_IO;
	for (uint32_t i = 0; st == AS_OK && i < m->image.n_parts; i++) {
		s.part = i;
		s.p = &m->image.parts[i];
		st = match_part(&s);
	}
	(void)sqlite3_finalize(s.named);
	(void)sqlite3_finalize(s.ranges);
	(void)sqlite3_finalize(s.versions);
	(void)sqlite3_finalize(s.told);
	return st;
}
