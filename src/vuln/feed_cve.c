/* SPDX-License-Identifier: Apache-2.0 */
/* The CVE List, record format 5 (https://github.com/CVEProject/cve-schema): metadata, what the numbering
 * authority says ("cna") and what others add to it ("adp"). */
#include "base/cur.h"
#include "vuln/feed.h"
#include "vuln/order.h"
#include "vuln/spoken.h"

/* What is true while the packages of a record are told. */
typedef struct telling {
	as_feed *f;
	int64_t affected; /* packages so far */
	int64_t ranges;   /* of the package in hand */
	int64_t list;
	as_span product; /* its name */
} telling;

static void metrics(as_feed *f, const as_value *container, as_told *t, bool primary, unsigned *best)
{
	static const char *const names[] = { "cvssV4_0", "cvssV3_1", "cvssV3_0", "cvssV2_0" };
	enum { N = sizeof(names) / sizeof(names[0]) };
	for (const as_value *m = as_take_list(f, container, "metrics"); m; m = m->next)
		for (unsigned i = 0; i < N; i++)
			as_told_cvss(f, t,
				as_take_object(f, as_element_object(f, m, "metrics"), names[i]),
				(as_span){ 0 }, primary ? i : N + i, best);
}

static void weaknesses(as_feed *f, const as_value *container, as_told *t)
{
	for (const as_value *p = as_take_list(f, container, "problemTypes"); p; p = p->next) {
		const as_value *d =
			as_take_list(f, as_element_object(f, p, "problemTypes"), "descriptions");
		for (; d; d = d->next)
			as_told_cwe(f, t,
				as_take_text(f, as_element_object(f, d, "descriptions"), "cweId"));
	}
}

static void words(as_feed *f, const as_value *cna, as_told *t, const char *key)
{
	for (const as_value *d = as_take_list(f, cna, key); d && !t->summary.p; d = d->next)
		if (as_starts(as_take_text(f, as_element_object(f, d, key), "lang"), "en"))
			t->summary = as_take_text(f, d, "value");
}

static void tags(as_feed *f, const as_value *container, as_told *t)
{
	for (const as_value *tag = as_take_list(f, container, "tags"); tag; tag = tag->next)
		t->disputed = t->disputed || as_is(as_element_text(f, tag, "tags"), "disputed");
}

/* A status of the format, or NULL. */
static const char *status_word(as_feed *f, as_span s)
{
	static const char *const statuses[] = { "affected", "unaffected", "unknown" };
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (as_is(s, statuses[i]))
			return statuses[i];
	if (s.n > 0)
		as_feed_wrong(f, "a status that the format does not have", "status");
	return NULL;
}

typedef struct range {
	as_span type, from, fixed, last;
	const char *status;
	bool words; /* from has words that were not understood */
} range;

static void range_row(telling *t, const range *r)
{
	as_feed *f = t->f;
	as_row_of(f, AS_INDEX_affected_range);
	as_cell_int(f, t->affected);
	as_cell_int(f, t->ranges++);
	as_cell_int(f, t->list);
	as_cell_text(f, r->type);
	as_cell_word(f, NULL);
	as_cell_word(f, r->status);
	as_cell_text(f, r->from);
	as_cell_text(f, r->fixed);
	as_cell_text(f, r->last);
	as_cell_word(f, NULL);
	as_cell_int(f, r->words ? AS_RANGE_WORDS : 0);
}

static void words_row(telling *t, range r, as_span text)
{
	r.from = text;
	r.fixed = r.last = (as_span){ 0 };
	r.words = true;
	range_row(t, &r);
}

/* A text that tells ranges by itself: "< 1.61.0", "1.0 through 1.4", "all versions"; or a single version. */
static void spoken_rows(telling *t, range r, as_span text)
{
	as_spoken said[AS_SPOKEN_MAX];
	size_t n = as_spoken_read(text, said);
	if (n == 0)
		words_row(t, r, text);
	for (size_t i = 0; i < n; i++) {
		const as_version_range *x = &said[i].range;
		range one = r;
		one.from = x->from.p ? x->from : as_lit("0");
		*(x->before_to ? &one.fixed : &one.last) = x->to;
		if (said[i].branch)
			one.last = as_feed_join(t->f, x->from, ".", as_lit("*"));
		if (x->after_from) { /* the first row that holds decides */
			range self = { .type = r.type,
				.from = x->from,
				.last = x->from,
				.status = "unaffected" };
			range_row(t, &self);
		}
		range_row(t, &one);
	}
}

static bool is_every(as_span text)
{
	return as_is(text, "*") || as_is_nocase(text, "all") || as_spoken_nothing(text);
}

/* Where a range that has an end of its own begins, which may be written as a range, too. False: not understood. */
static bool read_from(as_span *from)
{
	as_spoken said[AS_SPOKEN_MAX];
	if (is_every(*from)) {
		*from = as_lit("0");
		return true;
	}
	size_t n = as_spoken_read(*from, said);
	if (n == 1)
		*from = said[0].range.from.p ? said[0].range.from : as_lit("0");
	return n == 1;
}

/* An end: "2.3", "5.*", "< 2.3", "<= 2.3", or none. False: not understood. */
static bool read_end(as_span *end, bool *included)
{
	as_spoken said[AS_SPOKEN_MAX];
	bool open = is_every(*end);
	size_t n = open ? 0 : as_spoken_read(*end, said);
	if (n == 1 && !said[0].branch) {
		*included = said[0].range.from.p ? *included : !said[0].range.before_to;
		*end = said[0].range.to;
	}
	if (open)
		*end = (as_span){ 0 };
	return open || (n == 1 && (end->p || said[0].branch));
}

/* The name of the product before a version says nothing. */
static as_span without_name(as_span text, as_span name)
{
	bool same = name.n > 0 && text.n > name.n && text.p[name.n] == ' ' &&
		    as_same_nocase(as_cut(text, 0, name.n), name);
	return as_trim(same ? as_from(text, name.n) : text);
}

/* One entry of "versions": a version, or a range whose status may change within it. */
static void version_rows(telling *t, const as_value *v)
{
	as_feed *f = t->f;
	const as_value *e = as_element_object(f, v, "versions");
	as_span text = as_need_text(f, e, "version");
	range r = { .status = status_word(f, as_need_text(f, e, "status")) };
	as_span less = as_take_text(f, e, "lessThan"), last = as_take_text(f, e, "lessThanOrEqual");
	const as_value *changes = as_take_list(f, e, "changes");
	r.type = as_take_text(f, e, "versionType");
	if (f->wrong || !r.status)
		return;
	text = r.from = without_name(text, t->product);
	as_span end = less.n ? less : last;
	bool included = less.n == 0, git = as_is_nocase(r.type, "git");
	if (end.n == 0 && !changes) {
		spoken_rows(t, r, text);
		return;
	}
	if (end.n == 0)
		end = text;
	else if (!git && (!read_from(&r.from) || !read_end(&end, &included))) {
		words_row(t, r, as_feed_join(f, text, " to ", less.n ? less : last));
		return;
	}
	for (const as_value *c = changes; c && !f->wrong; c = c->next) {
		as_span at = as_need_text(f, as_element_object(f, c, "changes"), "at");
		const char *status = status_word(f, as_need_text(f, c, "status"));
		r.fixed = at;
		if (f->wrong)
			return;
		range_row(t, &r);
		r.from = at;
		r.status = status;
	}
	r.fixed = included || as_is(end, "*") ? (as_span){ 0 } : end;
	r.last = included && !as_is(end, "*") ? end : (as_span){ 0 };
	range_row(t, &r);
}

static void affected_row(telling *t, const as_value *e)
{
	as_feed *f = t->f;
	as_span product = as_take_text(f, e, "product"),
		package = as_take_text(f, e, "packageName"), files = { 0 };
	as_span purl = as_take_text(f, e, "packageURL");
	t->product = product;
	for (const as_value *p = as_take_list(f, e, "programFiles"); p; p = p->next)
		files = as_feed_join(f, files, "\n", as_element_text(f, p, "programFiles"));
	as_row_of(f, AS_INDEX_affected);
	as_cell_int(f, t->affected);
	as_cell_text(f, as_take_text(f, e, "collectionURL"));
	as_cell_text(f, as_take_text(f, e, "vendor"));
	as_cell_text(f, package.n ? package : product.n ? product : as_lit(""));
	as_cell_text(f, product);
	as_cell_text(f, purl);
	as_cell_word(f, status_word(f, as_take_text(f, e, "defaultStatus")));
	as_cell_text(f, files);
}

static void affected(telling *t, const as_value *container)
{
	as_feed *f = t->f;
	for (const as_value *v = as_take_list(f, container, "affected"); v && !f->wrong;
		v = v->next) {
		const as_value *e = as_element_object(f, v, "affected");
		t->ranges = t->list = 0;
		affected_row(t, e);
		for (const as_value *one = as_take_list(f, e, "versions"); one && !f->wrong;
			one = one->next) {
			version_rows(t, one);
			t->list++;
		}
		for (const as_value *c = as_take_list(f, e, "cpes"); c && !f->wrong; c = c->next) {
			as_row_of(f, AS_INDEX_affected_cpe);
			as_cell_int(f, t->affected);
			as_cell_text(f, as_element_text(f, c, "cpes"));
		}
		t->affected++;
	}
}

void as_feed_cve(as_feed *f, const as_value *v)
{
	const as_value *meta = as_take_object(f, v, "cveMetadata"),
		       *all = as_take_object(f, v, "containers");
	const as_value *cna = as_take_object(f, all, "cna"), *adp = as_take_list(f, all, "adp");
	as_told t = { .cve = as_need_text(f, meta, "cveId"),
		.status = as_take_text(f, meta, "state") };
	unsigned best = ~0u;
	if (!f->wrong && !as_is_cve(t.cve))
		as_feed_wrong(f, "it is no name of a CVE", "cveId");
	t.published = as_take_text(f, meta, "datePublished");
	t.modified = as_take_text(f, meta, "dateUpdated");
	t.rejected = as_is(t.status, "REJECTED");
	words(f, cna, &t, "descriptions");
	words(f, cna, &t, "rejectedReasons");
	tags(f, cna, &t);
	metrics(f, cna, &t, true, &best);
	weaknesses(f, cna, &t);
	for (const as_value *a = adp; a; a = a->next) {
		metrics(f, as_element_object(f, a, "adp"), &t, false, &best);
		weaknesses(f, a, &t);
		tags(f, a, &t);
	}
	as_record_begin(f, AS_KIND_cve, t.cve, t.modified);
	as_told_row(f, &t);
	telling packages = { .f = f };
	affected(&packages, cna);
	for (const as_value *a = adp; a; a = a->next)
		affected(&packages, a);
	as_feed_configurations(f, cna, "cpeApplicability");
	as_record_end(f);
}
