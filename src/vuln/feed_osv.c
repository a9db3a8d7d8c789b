/* SPDX-License-Identifier: Apache-2.0 */
/* OSV (https://ossf.github.io/osv-schema/), JSON or YAML: packages with ranges of versions, told by events. */
#include "vuln/feed.h"

typedef struct telling {
	as_feed *f;
	int64_t affected, ranges; /* packages so far; ranges of the package in hand */
	int64_t list;
	as_span type, repo;
} telling;

typedef enum event { NOTHING, INTRODUCED, FIXED, LAST, LIMIT } event;

/* A place in a list of events. */
typedef struct place {
	const as_value *v; /* NULL: its end */
	event looked;      /* at which of what v may be */
} place;

/* The next event, and of which version; NOTHING: there is none. An object should be one event only, but some are
 * several. */
static event next_event(as_feed *f, place *p, as_span *version)
{
	static const char *const names[] = { [INTRODUCED] = "introduced",
		[FIXED] = "fixed",
		[LAST] = "last_affected",
		[LIMIT] = "limit" };
	while (p->v && !f->wrong) {
		const as_value *e = as_element_object(f, p->v, "events");
		while (p->looked < LIMIT) {
			*version = as_take_text(f, e, names[++p->looked]);
			bool none = p->looked == LIMIT && as_is(*version, "*");
			if (version->n > 0 && !none)
				return p->looked;
		}
		*p = (place){ .v = p->v->next };
	}
	return NOTHING;
}

static void range_row(telling *t, const as_span *at, bool loose)
{
	as_feed *f = t->f;
	as_row_of(f, AS_INDEX_affected_range);
	as_cell_int(f, t->affected);
	as_cell_int(f, t->ranges++);
	as_cell_int(f, t->list);
	as_cell_text(f, t->type);
	as_cell_text(f, t->repo);
	as_cell_word(f, "affected");
	for (event i = INTRODUCED; i <= LIMIT; i++)
		as_cell_text(f, at[i]);
	as_cell_int(f, loose ? AS_RANGE_EVENT : 0);
}

/* Whether beginnings and ends take turns, so that each beginning's end is the next one after it, with at most one
 * limit, which holds for all of them. */
static bool take_turns(as_feed *f, const as_value *events, as_span *limit)
{
	bool open = false;
	place p = { .v = events };
	as_span version = { 0 };
	*limit = version;
	for (event e; (e = next_event(f, &p, &version)) != NOTHING;) {
		if (e == LIMIT ? limit->p != NULL : open == (e == INTRODUCED))
			return false;
		open = e == LIMIT ? open : e == INTRODUCED;
		*limit = e == LIMIT ? version : *limit;
	}
	return true;
}

static void ranges(telling *t, const as_value *v)
{
	as_feed *f = t->f;
	const as_value *r = as_element_object(f, v, "ranges"),
		       *events = as_take_list(f, r, "events");
	as_span limit, version = { 0 };
	bool turns = take_turns(f, events, &limit);
	place p = { .v = events };
	as_span at[LIMIT + 1] = { 0 };
	t->type = as_take_text(f, r, "type");
	t->repo = as_take_text(f, r, "repo");
	for (event what; (what = next_event(f, &p, &version)) != NOTHING;) {
		if (turns && what == LIMIT)
			continue;
		at[what] = version;
		if (turns && what == INTRODUCED)
			continue;
		at[LIMIT] = turns ? limit : at[LIMIT];
		range_row(t, at, !turns);
		memset(at, 0, sizeof(at));
	}
	at[LIMIT] = limit;
	if (at[INTRODUCED].p)
		range_row(t, at, false);
	t->list++;
}

static void affected(telling *t, const as_value *v)
{
	as_feed *f = t->f;
	const as_value *e = as_element_object(f, v, "affected"),
		       *package = as_take_object(f, e, "package");
	as_row_of(f, AS_INDEX_affected);
	as_cell_int(f, t->affected);
	as_cell_text(f, as_take_text(f, package, "ecosystem"));
	as_cell_word(f, NULL);
	as_span name = as_take_text(f, package, "name");
	as_cell_text(f, name.p ? name : as_lit(""));
	as_cell_word(f, NULL);
	as_cell_text(f, as_take_text(f, package, "purl"));
	as_cell_word(f, NULL);
	as_cell_word(f, NULL);
	t->ranges = t->list = 0;
	for (const as_value *r = as_take_list(f, e, "ranges"); r && !f->wrong; r = r->next)
		ranges(t, r);
	for (const as_value *one = as_take_list(f, e, "versions"); one && !f->wrong;
		one = one->next) {
		as_row_of(f, AS_INDEX_affected_version);
		as_cell_int(f, t->affected);
		as_cell_text(f, as_element_text(f, one, "versions"));
	}
	t->affected++;
}

static void aliases(as_feed *f, const as_value *v, const char *key, as_told *t)
{
	for (const as_value *a = as_take_list(f, v, key); a; a = a->next) {
		as_span alias = as_element_text(f, a, key);
		if (!t->cve.p && as_is_cve(alias))
			t->cve = alias;
	}
}

static void alias_rows(as_feed *f, const as_value *v, const char *key)
{
	for (const as_value *a = as_take_list(f, v, key); a && !f->wrong; a = a->next) {
		as_row_of(f, AS_INDEX_alias);
		as_cell_text(f, as_element_text(f, a, key));
	}
}

/* OSV gives vectors without scores; the newest version counts. The word is the maker's, where there is one. */
static void severity(as_feed *f, const as_value *v, as_told *t)
{
	static const char *const types[] = { "CVSS_V2", "CVSS_V3", "CVSS_V4" },
				 *const versions[] = { "2.0", "3", "4.0" };
	size_t best = 0;
	for (const as_value *s = as_take_list(f, v, "severity"); s; s = s->next) {
		as_span type = as_take_text(f, as_element_object(f, s, "severity"), "type");
		for (size_t i = best; i < sizeof(types) / sizeof(types[0]); i++)
			if (as_is(type, types[i])) {
				best = i;
				t->cvss_version = as_lit(versions[i]);
				t->cvss_vector = as_take_text(f, s, "score");
			}
	}
	as_span minor = as_cut(t->cvss_vector, strlen("CVSS:"), strlen("3.1"));
	if (as_is(minor, "3.0") || as_is(minor, "3.1"))
		t->cvss_version = minor;
}

void as_feed_osv(as_feed *f, const as_value *v)
{
	as_span id = as_need_text(f, v, "id"), withdrawn = as_take_text(f, v, "withdrawn");
	as_told t = { .cve = as_is_cve(id) ? id : (as_span){ 0 } };
	aliases(f, v, "aliases", &t);
	aliases(f, v, "upstream", &t);
	t.published = as_take_text(f, v, "published");
	t.modified = as_need_text(f, v, "modified");
	t.summary = as_take_text(f, v, "summary");
	t.rejected = withdrawn.n > 0;
	t.status = withdrawn.n > 0 ? as_lit("withdrawn") : (as_span){ 0 };
	if (t.summary.n == 0)
		t.summary = as_take_text(f, v, "details");
	severity(f, v, &t);
	as_record_begin(f, AS_KIND_osv, id, t.modified);
	as_told_row(f, &t);
	alias_rows(f, v, "aliases");
	alias_rows(f, v, "upstream");
	telling packages = { .f = f };
	for (const as_value *a = as_take_list(f, v, "affected"); a && !f->wrong; a = a->next)
		affected(&packages, a);
	as_record_end(f);
}
