/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/match.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "dossier/db.h"
#include "vuln/changelog.h"
#include "vuln/hit.h"
#include "vuln/statement.h"

enum { HITS_MAX = 2000000 };

static const char *const tellers[] = { "vex", "distribution", "osv", "nvd", "cve" };
static const char *const verdicts[] = { "not", "possibly", "affected" };

/* The first failure of the index is the one to tell. */
static void keep_words(as_matcher *m, const char *words)
{
	if (!m->why[0])
		(void)snprintf(m->why, sizeof(m->why), "%s", words);
}

void as_damaged(as_matcher *m)
{
	keep_words(m, "what is packed for look-ups (cpe_pack) is damaged");
}

sqlite3_stmt *as_ask(as_matcher *m, const char *sql)
{
	sqlite3_stmt *q = as_db_prepare(m->index, sql);
	if (!q)
		keep_words(m, sqlite3_errmsg(m->index));
	return q;
}

bool as_answer(as_matcher *m, sqlite3_stmt *q)
{
	as_status s = AS_OK;
	bool row = as_db_row(q, &s);
	if (s != AS_OK)
		keep_words(m, sqlite3_errmsg(m->index));
	return row;
}

as_status as_hit_add(as_matcher *m, const as_hit *hit)
{
	if (m->n_hits == m->cap) {
		size_t cap = m->cap ? m->cap * 2 : 1024;
		if (cap > HITS_MAX) {
			m->cut = true;
			return AS_OK;
		}
		as_hit *more = realloc(m->hits, cap * sizeof(*more));
		if (!more)
			return AS_NOMEM;
		m->hits = more;
		m->cap = cap;
	}
	m->hits[m->n_hits++] = *hit;
	return AS_OK;
}

as_span as_range_text(as_arena *a, as_span exactly, const as_version_range *r)
{
	int from = (int)r->from.n, to = (int)r->to.n;
	const char *f = (const char *)r->from.p, *t = (const char *)r->to.p;
	if (exactly.n > 0)
		return as_print(a, "exactly %.*s", (int)exactly.n, (const char *)exactly.p);
	if (!f && !t)
		return as_lit("every version");
	if (!t)
		return as_print(a, "%s %.*s on", r->after_from ? "after" : "from", from, f);
	if (!f)
		return as_print(a, "%s %.*s", r->before_to ? "before" : "up to", to, t);
	return as_print(a, "%s %.*s %s %.*s", r->after_from ? "after" : "from", from, f,
		r->before_to ? "to before" : "up to", to, t);
}

static int compare_spans(as_span a, as_span b)
{
	int by = memcmp(a.p, b.p, as_min(a.n, b.n));
	return by != 0 ? by : (a.n > b.n) - (a.n < b.n);
}

/* By part and vulnerability; then who counts first; of one teller, what says most. */
static int by_weight(const void *a, const void *b)
{
	const as_hit *x = a, *y = b;
	int by = (x->part > y->part) - (x->part < y->part);
	by = by ? by : compare_spans(x->cve, y->cve);
	by = by ? by : (x->by > y->by) - (x->by < y->by);
	by = by ? by : (x->verdict < y->verdict) - (x->verdict > y->verdict);
	by = by ? by : (x->why.n > y->why.n) - (x->why.n < y->why.n);
	return by ? by : compare_spans(x->range, y->range);
}

/* The columns of the dossier's table that feeds may state; of each the first that one states, in the order
 * of their rank. A
 * score comes with its version and vector. A record of OSV may have no CVE: it is known by its own id. */
enum {
	SUMMARY,
	CVSS,
	CVSS_VERSION,
	VECTOR,
	SEVERITY,
	CWE,
	PUBLISHED,
	STATUS,
	N_TOLD,
	MODIFIED = N_TOLD,
	DISPUTED,
	KIND,
	WITHDRAWN
};
#define TOLD                                                                                       \
	"SELECT v.summary, v.cvss_score, iif(v.cvss_score IS NULL, NULL, v.cvss_version),"         \
	" iif(v.cvss_score IS NULL, NULL, v.cvss_vector), v.severity, v.cwe, v.published,"         \
	" v.status, v.modified, v.disputed, v.kind, v.rejected AND v.cve = ?1 AND v.kind IN"       \
	" ('nvd', 'cve') FROM (SELECT record FROM vulnerability WHERE cve = ?1 UNION ALL SELECT"   \
	" id FROM record WHERE kind = 'osv' AND key = ?1 UNION ALL SELECT record FROM alias WHERE" \
	" alias = ?1) AS x JOIN vulnerability AS v USING (record)"
static const char told_sql[] =
	TOLD " JOIN record AS r ON r.id = v.record JOIN kind AS k ON k.id = v.kind"
	     " ORDER BY k.rank, r.key";

typedef struct teller_rows {
	sqlite3_stmt *told, *likely, *to;
	sqlite3_stmt *alone; /* told without its order, which costs as much as the rest */
} teller_rows;

static void bind(sqlite3_stmt *to, int i, sqlite3_stmt *from, int column)
{
	(void)sqlite3_bind_value(to, i, sqlite3_column_value(from, column));
}

/* What several feeds tell of one vulnerability. */
typedef struct told {
	bool has[N_TOLD];
	as_buf kinds;
	as_span modified, last;
	int disputed;
	bool withdrawn; /* by NVD or the CVE List */
} told;

static void take_row(as_matcher *m, teller_rows *t, sqlite3_stmt *q, told *out)
{
	static const int to[N_TOLD] = { 2, 3, 4, 5, 6, 7, 11, 13 };
	for (int i = 0; i < N_TOLD; i++) {
		if (out->has[i] || sqlite3_column_type(q, i) == SQLITE_NULL)
			continue;
		bind(t->to, to[i], q, i);
		out->has[i] = true;
	}
	as_span when = as_column(m->arena, q, MODIFIED), kind = as_column(m->arena, q, KIND);
	if (!out->modified.p || (when.p && compare_spans(when, out->modified) > 0))
		out->modified = when;
	out->disputed |= sqlite3_column_int(q, DISPUTED) != 0;
	out->withdrawn |= sqlite3_column_int(q, WITHDRAWN) != 0;
	if (!as_same(kind, out->last))
		as_buf_print(&out->kinds, "%s%.*s", out->kinds.n ? " " : "", (int)kind.n,
			(const char *)kind.p);
	out->last = kind;
}

/* Most are told by one feed; where there are more, all are read again in the order in which they count. */
static void take_told(as_matcher *m, teller_rows *t, told *out)
{
	if (as_answer(m, t->alone))
		take_row(m, t, t->alone, out);
	if (as_answer(m, t->alone)) {
		as_buf kinds = out->kinds;
		as_buf_clear(&kinds);
		*out = (told){ .kinds = kinds };
		while (as_answer(m, t->told))
			take_row(m, t, t->told, out);
		(void)sqlite3_reset(t->told);
	}
	(void)sqlite3_reset(t->alone);
}

/* Writes what is told of a vulnerability. *withdrawn: nothing is written, for it is rejected. */
static as_status write_known(as_matcher *m, teller_rows *t, as_span cve, bool *withdrawn)
{
	sqlite3_stmt *const asked[] = { t->alone, t->told, t->likely, t->to };
	told all = { 0 };
	(void)sqlite3_clear_bindings(t->to);
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		as_db_text(asked[i], 1, cve);
	take_told(m, t, &all);
	*withdrawn = all.withdrawn;
	as_db_text(t->to, 12, all.modified);
	as_db_int(t->to, 14, all.disputed);
	as_db_text(t->to, 15, as_buf_span_of(&all.kinds));
	if (!*withdrawn && as_answer(m, t->likely))
		for (int i = 0; i < 3; i++)
			bind(t->to, 8 + i, t->likely, i);
	(void)sqlite3_reset(t->likely);
	as_status s = all.kinds.bad ? AS_NOMEM : *withdrawn ? AS_OK : as_db_step(t->to);
	as_buf_free(&all.kinds);
	return s;
}

static bool prepare_known(as_matcher *m, teller_rows *t)
{
	t->alone = as_ask(m, TOLD);
	t->told = as_ask(m, told_sql);
	t->likely = as_ask(m,
		"SELECT (SELECT added FROM kev WHERE cve = ?1 ORDER BY record LIMIT 1), e.score,"
		" e.percentile FROM (SELECT 1) LEFT JOIN epss AS e ON e.cve = ?1");
	t->to = as_db_prepare(m->dossier, "INSERT INTO vulnerability VALUES (?, ?, ?, ?, ?, ?, ?,"
					  " ?, ?, ?, ?, ?, ?, ?, ?)");
	return t->alone && t->told && t->likely && t->to;
}

typedef struct writer {
	as_matcher *m;
	sqlite3_stmt *add, *files, *summary, *statements, *nvd, *changes;
	sqlite3_stmt *way;   /* how the part in hand is reached: stands at its row */
	const as_part *last; /* the part in hand */
	bool has_way;
	bool stated; /* there are statements at all */
	teller_rows known;
	as_map met; /* hash of a vulnerability that was asked for: whether it is withdrawn */
} writer;

static bool is_distribution(const as_packet *k)
{
	return k &&
	       (as_is(k->manager, "dpkg") || as_is(k->manager, "rpm") || as_is(k->manager, "apk"));
}

/* Whether what has the fault is in a kernel, or in a BusyBox, at all. */
static as_span look_inside(writer *w, const as_part *p, as_span cve)
{
	as_arena *a = w->m->arena;
	as_db_text(w->files, 1, cve);
	as_db_text(w->summary, 1, cve);
	as_span files = as_answer(w->m, w->files) ? as_column(a, w->files, 0) : (as_span){ 0 };
	as_span summary =
		as_answer(w->m, w->summary) ? as_column(a, w->summary, 0) : (as_span){ 0 };
	(void)sqlite3_reset(w->files);
	(void)sqlite3_reset(w->summary);
	return as_absent(w->m, p, files, summary);
}

/* What the distribution does not say about its package leaves it open, unless the package itself says more. */
static void look_at_package(writer *w, const as_part *p, as_hit *hit)
{
	as_arena *a = w->m->arena;
	as_span fixed = as_fixed(w->changes, a, p->packet, hit->cve);
	if (fixed.p) {
		hit->verdict = AS_FIT_NO;
		hit->why = fixed;
	} else if (hit->verdict == AS_FIT_YES) {
		hit->verdict = AS_FIT_POSSIBLY;
		hit->why = p->packet->tracked
				   ? as_print(a, "%.*s does not list it for its package %.*s",
					     (int)p->packet->distribution.n,
					     (const char *)p->packet->distribution.p,
					     (int)p->packet->source.n,
					     (const char *)p->packet->source.p)
				   : as_lit("a distribution may have fixed it: its tracker is not "
					    "among "
					    "what was imported");
	}
}

/* What of the image, or of those who maintain it, changes a hit. */
static void reconsider(writer *w, const as_part *p, as_hit *hit)
{
	as_span absent = { 0 };
	bool own = hit->by == AS_BY_OSV &&
		   as_is(p->method, "package"); /* a record about the package */
	if (as_may_be_absent(w->m, p))
		absent = look_inside(w, p, hit->cve);
	if (absent.p) {
		hit->verdict = AS_FIT_NO;
		hit->why = absent;
	} else if (hit->by > AS_BY_DISTRIBUTION && is_distribution(p->packet) && !own) {
		look_at_package(w, p, hit);
	}
}

/* In words: which version, seen how, lies in which range, and what else decides. */
static as_span reason(as_arena *a, const as_part *p, const as_hit *hit)
{
	as_span v = p->witness.lo;
	bool spread = p->witness.hi.n > 0 && !as_same(p->witness.lo, p->witness.hi);
	as_span known = !v.p     ? as_lit("of unknown version")
			: spread ? as_print(a, "%.*s to %.*s", (int)v.n, (const char *)v.p,
					   (int)p->witness.hi.n, (const char *)p->witness.hi.p)
				 : v;
	as_span text = as_print(a, "%.*s %.*s (by its %.*s); affected: %.*s", (int)p->name.n,
		(const char *)p->name.p, (int)known.n, (const char *)known.p, (int)p->known_by.n,
		(const char *)p->known_by.p, (int)hit->range.n, (const char *)hit->range.p);
	if (hit->why.n == 0)
		return text;
	return as_print(a, "%.*s; %.*s", (int)text.n, (const char *)text.p, (int)hit->why.n,
		(const char *)hit->why.p);
}

/* Hits come part by part: each is asked for once. */
static as_status find_way(writer *w, const as_part *p)
{
	as_status s = AS_OK;
	if (w->last == p)
		return s;
	w->last = p;
	(void)sqlite3_reset(w->way);
	as_db_text(w->way, 1, p->what);
	as_db_text(w->way, 2, p->release);
	w->has_way = as_db_row(w->way, &s);
	return s;
}

static as_status write_hit(writer *w, const as_part *p, const as_hit *hit)
{
	sqlite3_stmt *q = w->add;
	as_status s = find_way(w, p);
	if (s != AS_OK)
		return s;
	as_db_text(q, 1, hit->cve);
	as_db_text(q, 2, p->what);
	as_db_text(q, 3, p->release);
	as_db_int(q, 4, p->object);
	(void)sqlite3_bind_null(q, 5);
	(void)sqlite3_bind_null(q, 6);
	if (p->at >= 0) {
		as_db_int(q, 5, p->at);
		as_db_int(q, 6, p->len);
	}
	as_db_word(q, 7, verdicts[hit->verdict]);
	as_db_text(q, 8, reason(w->m->arena, p, hit));
	as_db_text(q, 9, hit->range);
	as_db_text(q, 10, p->witness.lo);
	as_db_word(q, 11, hit->order);
	as_db_word(q, 12, tellers[hit->by]);
	for (int i = 0; i < 2; i++)
		if (w->has_way && hit->verdict != AS_FIT_NO)
			bind(q, 13 + i, w->way, i);
		else
			(void)sqlite3_bind_null(q, 13 + i);
	return as_db_step(q);
}

static bool says(as_matcher *m, sqlite3_stmt *q, as_span cve)
{
	as_db_text(q, 1, cve);
	bool has = as_answer(m, q);
	(void)sqlite3_reset(q);
	return has;
}

/* Each vulnerability is asked for once, and written then. */
static as_status ask_once(writer *w, as_span cve, bool *withdrawn)
{
	uint64_t key = as_hash64(w->met.seed, cve), known = 0;
	if (as_map_get(&w->met, key, &known)) {
		*withdrawn = known != 0;
		return AS_OK;
	}
	as_status s = write_known(w->m, &w->known, cve, withdrawn);
	return s == AS_OK ? as_map_set(&w->met, key, *withdrawn) : s;
}

/* Hits on one vulnerability of one part: the first counts. What only says "not" says nothing unless another
 * would say more. */
static as_status write_group(writer *w, as_hit *group, size_t n)
{
	const as_part *p = &w->m->image.parts[group->part];
	as_hit hit = group[0], *other = NULL;
	for (size_t i = 0; i < n && !other; i++)
		if (group[i].verdict != AS_FIT_NO && group[i].by > AS_BY_DISTRIBUTION)
			other = &group[i];
	if (hit.verdict == AS_FIT_NO && !other)
		return AS_OK;
	if (hit.by == AS_BY_CVE && says(w->m, w->nvd, hit.cve))
		return AS_OK; /* whose configurations do not have it */
	bool withdrawn = false;
	as_status s = ask_once(w, hit.cve, &withdrawn);
	if (s != AS_OK || withdrawn)
		return s;
	if (hit.by <= AS_BY_DISTRIBUTION && other)
		hit.range = other->range;
	if (!w->stated || !as_stated(w->statements, w->m, p, &hit))
		reconsider(w, p, &hit);
	return write_hit(w, p, &hit);
}

static bool has_rows(as_matcher *m, const char *sql)
{
	sqlite3_stmt *q = as_ask(m, sql);
	bool has = q && as_answer(m, q);
	(void)sqlite3_finalize(q);
	return has;
}

static as_status write_hits(as_matcher *m)
{
	writer w = { .m = m, .met.seed = (uintptr_t)m };
	w.add = as_db_prepare(m->dossier, "INSERT INTO vulnerability_match (cve, component, "
					  "version, object, at, len, verdict, why,"
					  " range, witness, version_order, source, reach, chain)"
					  " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	w.way = as_db_prepare(m->dossier, "SELECT reach, chain FROM component_reach WHERE"
					  " component = ?1 AND version = ?2");
	w.files = as_ask(m,
		"SELECT group_concat(a.files, char(10)) FROM record AS r JOIN affected AS a ON "
		"a.record = r.id"
		" WHERE r.kind = 'cve' AND r.key = ?1 AND a.files IS NOT NULL");
	w.summary = as_ask(m, "SELECT summary FROM vulnerability WHERE cve = ?1 AND summary"
			      " IS NOT NULL ORDER BY record LIMIT 1");
	w.statements = as_statements(m);
	w.changes = as_changes(m);
	w.stated = has_rows(m, "SELECT 1 FROM vex LIMIT 1");
	w.nvd = as_ask(m, "SELECT 1 FROM record AS r WHERE r.kind = 'nvd' AND r.key = ?1 AND EXISTS"
			  " (SELECT 1 FROM cpe_match AS c WHERE c.record = r.id)");
	bool ready = w.add && w.way && w.files && w.summary && w.statements && w.nvd && w.changes;
	as_status s = ready && prepare_known(m, &w.known) ? AS_OK : AS_IO;
	if (m->n_hits > 0)
		qsort(m->hits, m->n_hits, sizeof(*m->hits), by_weight);
	for (size_t i = 0, n; s == AS_OK && i < m->n_hits; i += n) {
		for (n = 1; i + n < m->n_hits && m->hits[i].part == m->hits[i + n].part &&
			    as_same(m->hits[i].cve, m->hits[i + n].cve);)
			n++;
		s = write_group(&w, &m->hits[i], n);
	}
	sqlite3_stmt *const all[] = { w.add, w.way, w.files, w.summary, w.statements, w.nvd,
		w.changes, w.known.alone, w.known.told, w.known.likely, w.known.to };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		(void)sqlite3_finalize(all[i]);
	as_map_free(&w.met);
	return s;
}

/* Copies the rows of a query of the index into a table of the dossier, column by column. */
static as_status copy(as_matcher *m, sqlite3_stmt *from, sqlite3_stmt *to)
{
	as_status s = from && to ? AS_OK : AS_IO;
	while (s == AS_OK && as_answer(m, from)) {
		for (int i = 0; i < sqlite3_column_count(from); i++)
			(void)sqlite3_bind_value(to, i + 1, sqlite3_column_value(from, i));
		s = as_db_step(to);
	}
	return s;
}

static as_status write_sources(as_matcher *m)
{
	sqlite3_stmt *from =
		as_ask(m, "SELECT kind, name, newest, nullif(imported, ''), read, stored, "
			  "unchanged, refused FROM source ORDER BY kind, name");
	sqlite3_stmt *to = as_db_prepare(
		m->dossier, "INSERT INTO knowledge_source VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
	as_status s = copy(m, from, to);
	(void)sqlite3_finalize(from);
	(void)sqlite3_finalize(to);
	return s;
}

/* Components whose package was not looked for: what their distribution mended is not known of them. */
static as_status say_unpaired(const as_matcher *m)
{
	if (m->image.unpaired == 0)
		return AS_OK;
	sqlite3_stmt *q = as_db_prepare(m->dossier,
		"INSERT INTO unexamined SELECT NULL, NULL, NULL, NULL, 'limits', 'limit', ?1 || "
		"' components were not compared with the packages that they may come from: there "
		"are too many of both'");
	as_status s = q ? AS_OK : AS_IO;
	if (q)
		as_db_int(q, 1, (int64_t)m->image.unpaired);
	if (q)
		s = as_db_step(q);
	(void)sqlite3_finalize(q);
	return s;
}

as_status as_vuln_match(sqlite3 *dossier, sqlite3 *index, char why[AS_INDEX_WHY])
{
	as_matcher m = { .dossier = dossier, .index = index, .arena = as_arena_new(0) };
	/* One transaction: what is imported meanwhile does not count, and no statement has to lock for itself. A small
	 * cache: most pages are met once, and memory that is used again is faster than memory that is new. */
	as_status s = as_db_run(index, "PRAGMA cache_size = -512; BEGIN");
	if (s != AS_OK)
		keep_words(&m, sqlite3_errmsg(index));
	if (s == AS_OK)
		s = m.arena ? as_image_load(dossier, m.arena, &m.image) : AS_NOMEM;
	if (s == AS_OK)
		s = say_unpaired(&m);
	if (s == AS_OK)
		s = as_match_distribution(&m);
	if (s == AS_OK)
		s = as_match_cpe(&m);
	if (s == AS_OK)
		s = as_match_packages(&m);
	if (s == AS_OK)
		s = write_hits(&m);
	if (s == AS_OK)
		s = write_sources(&m);
	if (s == AS_OK)
		s = as_match_priority(dossier);
	if (sqlite3_get_autocommit(index) == 0)
		s = as_worse(s, as_db_run(index, "COMMIT"));
	if (m.why[0])
		s = AS_IO;
	memcpy(why, m.why, sizeof(m.why));
	as_image_free(&m.image);
	as_built_free(m.built);
	free(m.hits);
	as_arena_free(m.arena);
	return s == AS_OK && m.cut ? AS_LIMIT : s;
}
