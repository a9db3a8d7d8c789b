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

/* What an event is, and of which version. */
static event event_of(as_feed *f, const as_value *v, as_span *version)
{
	static const char *const names[] = { [INTRODUCED] = "introduced",
		[FIXED] = "fixed",
		[LAST] = "last_affected",
		[LIMIT] = "limit" };
	const as_value *e = as_element_object(f, v, "events");
	for (event i = INTRODUCED; i <= LIMIT; i++) {
		*version = as_take_text(f, e, names[i]);
		if (version->n > 0)
			return i;
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
	as_cell_int(f, loose);
}

/* Whether beginnings and ends take turns, so that each beginning's end is the next one after it. */
static bool take_turns(as_feed *f, const as_value *events)
{
	bool open = false;
	for (const as_value *v = events; v; v = v->next) {
		as_span version = { 0 };
		event e = event_of(f, v, &version);
		if (e == LIMIT || e == NOTHING)
			continue;
		if (open == (e == INTRODUCED))
			return false;
		open = e == INTRODUCED;
	}
	return true;
}

static void ranges(telling *t, const as_value *v)
{
	as_feed *f = t->f;
	const as_value *r = as_element_object(f, v, "ranges"),
		       *events = as_take_list(f, r, "events");
	bool turns = take_turns(f, events);
	as_span at[LIMIT + 1] = { 0 };
	t->type = as_take_text(f, r, "type");
	t->repo = as_take_text(f, r, "repo");
	for (const as_value *e = events; turns && e;
		e = e->next) { /* a limit holds for the whole list */
		as_span version = { 0 };
		if (event_of(f, e, &version) == LIMIT)
			at[LIMIT] = version;
	}
	for (const as_value *e = events; e && !f->wrong; e = e->next) {
		as_span version = { 0 };
		event what = event_of(f, e, &version);
		if (what == NOTHING || (turns && what == LIMIT))
			continue;
		at[what] = version;
		if (turns && what == INTRODUCED)
			continue;
		range_row(t, at, !turns);
		at[INTRODUCED] = at[FIXED] = at[LAST] = (as_span){ 0 };
		at[LIMIT] = turns ? at[LIMIT] : (as_span){ 0 };
	}
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
