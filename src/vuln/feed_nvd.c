/* SPDX-License-Identifier: Apache-2.0 */
/* NVD, API 2.0 (https://nvd.nist.gov/developers/vulnerabilities): { "vulnerabilities": [ { "cve": {...} } ]
 * }, or a "cve" object alone. */
#include "vuln/cpe.h"
#include "vuln/feed.h"

typedef struct tree {
	as_feed *f;
	int64_t nodes, matches; /* so far */
} tree;

static void descriptions(as_feed *f, const as_value *cve, as_told *t)
{
	const as_value *list = as_take_list(f, cve, "descriptions"),
		       *tags = as_take_list(f, cve, "cveTags");
	for (const as_value *d = list; d; d = d->next)
		if (as_is(as_take_text(f, as_element_object(f, d, "descriptions"), "lang"), "en") &&
			!t->summary.p)
			t->summary = as_take_text(f, d, "value");
	t->disputed = as_has(as_cut(t->summary, 0, as_min(t->summary.n, 64)), "DISPUTED");
	for (const as_value *tag = tags; tag; tag = tag->next) {
		const as_value *words =
			as_take_list(f, as_element_object(f, tag, "cveTags"), "tags");
		for (; words; words = words->next)
			t->disputed =
				t->disputed || as_is(as_element_text(f, words, "tags"), "disputed");
	}
}

static void metrics(as_feed *f, const as_value *cve, as_told *t)
{
	static const char *const names[] = { "cvssMetricV40", "cvssMetricV31", "cvssMetricV30",
		"cvssMetricV2" };
	enum { N = sizeof(names) / sizeof(names[0]) };
	const as_value *all = as_take_object(f, cve, "metrics");
	unsigned best = 2 * N;
	for (unsigned i = 0; i < N; i++)
		for (const as_value *m = as_take_list(f, all, names[i]); m; m = m->next) {
			const as_value *one = as_element_object(f, m, names[i]);
			bool primary = as_is(as_take_text(f, one, "type"), "Primary");
			as_told_cvss(f, t, as_take_object(f, one, "cvssData"),
				as_take_text(f, one, "baseSeverity"), primary ? i : N + i, &best);
		}
}

static void weaknesses(as_feed *f, const as_value *cve, as_told *t)
{
	for (const as_value *w = as_take_list(f, cve, "weaknesses"); w; w = w->next) {
		const as_value *d =
			as_take_list(f, as_element_object(f, w, "weaknesses"), "description");
		for (; d; d = d->next)
			as_told_cwe(f, t,
				as_take_text(f, as_element_object(f, d, "description"), "value"));
	}
}

static as_span plain(as_feed *f, as_span field)
{
	if (as_find_byte(field, '\\', 0) == SIZE_MAX)
		return field;
	uint8_t *to = as_alloc(f->arena, field.n);
	if (!to)
		as_feed_wrong(f, "it takes more memory than one record may", "criteria");
	return to ? as_cpe_plain(field, to, field.n) : field;
}

static void match(tree *t, const as_value *v, int64_t node)
{
	static const char *const ends[] = { "versionStartIncluding", "versionStartExcluding",
		"versionEndIncluding", "versionEndExcluding" };
	as_feed *f = t->f;
	const as_value *m = as_element_object(f, v, "cpeMatch");
	as_cpe cpe;
	as_span criteria = as_need_text(f, m, "criteria");
	if (f->wrong)
		return;
	if (!as_cpe_parse(criteria, &cpe)) {
		f->wrong = "it is no CPE name";
		f->detail = criteria;
		return;
	}
	as_row_of(f, AS_INDEX_cpe_match);
	as_cell_int(f, t->matches++);
	as_cell_int(f, node);
	as_cell_int(f, as_take_bool(f, m, "vulnerable", true));
	for (size_t i = AS_CPE_PART; i <= AS_CPE_PRODUCT;
		i++) /* as they are looked up: without backslashes */
		as_cell_text(f, plain(f, cpe.at[i]));
	for (size_t i = AS_CPE_VERSION; i < AS_CPE_FIELDS; i++)
		as_cell_text(f, as_is(cpe.at[i], "*") ? (as_span){ 0 } : cpe.at[i]);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		as_cell_text(f, as_take_text(f, m, ends[i]));
}

static int64_t node_row(tree *t, const as_value *v, int64_t parent, const char *name)
{
	as_feed *f = t->f;
	as_span op = as_take_text(f, as_element_object(f, v, name), "operator");
	if (op.n > 0 && !as_is(op, "AND") && !as_is(op, "OR")) {
		f->wrong = "an operator that is neither AND nor OR";
		f->detail = op;
	}
	as_row_of(f, AS_INDEX_cpe_node);
	as_cell_int(f, t->nodes);
	if (parent < 0)
		as_cell_word(f, NULL);
	else
		as_cell_int(f, parent);
	as_cell_word(f, as_is(op, "AND") ? "AND" : "OR");
	as_cell_int(f, as_take_bool(f, v, "negate", false));
	return t->nodes++;
}

/* A node, its matches, and the nodes in it; JSON bounds the depth. */
static void node(tree *t, const as_value *v, int64_t parent)
{
	int64_t me = node_row(t, v, parent, "nodes");
	for (const as_value *m = as_take_list(t->f, v, "cpeMatch"); m && !t->f->wrong; m = m->next)
		match(t, m, me);
	for (const as_value *c = as_take_list(t->f, v, "nodes"); c && !t->f->wrong; c = c->next)
		node(t, c, me);
	for (const as_value *c = as_take_list(t->f, v, "children"); c && !t->f->wrong; c = c->next)
		node(t, c, me);
}

void as_feed_configurations(as_feed *f, const as_value *holder, const char *key)
{
	tree t = { .f = f };
	for (const as_value *c = as_take_list(f, holder, key); c && !f->wrong; c = c->next) {
		const as_value *nodes = as_take_list(f, as_element_object(f, c, key), "nodes");
		bool negated = as_take_bool(f, c, "negate", false);
		if (nodes && !nodes->next && !negated) { /* one node: it is the configuration */
			node(&t, nodes, -1);
			continue;
		}
		int64_t me = node_row(&t, c, -1, key);
		for (const as_value *n = nodes; n && !f->wrong; n = n->next)
			node(&t, n, me);
	}
}

void as_feed_nvd(as_feed *f, const as_value *v)
{
	const as_value *inner = as_take_object(f, v, "cve"), *cve = inner ? inner : v;
	as_told t = { .cve = as_need_text(f, cve, "id") };
	if (!f->wrong && !as_is_cve(t.cve))
		as_feed_wrong(f, "it is no name of a CVE", "id");
	t.status = as_take_text(f, cve, "vulnStatus");
	t.published = as_take_text(f, cve, "published");
	t.modified = as_take_text(f, cve, "lastModified");
	descriptions(f, cve, &t);
	metrics(f, cve, &t);
	weaknesses(f, cve, &t);
	t.rejected = as_is_nocase(t.status, "Rejected");
	as_record_begin(f, AS_KIND_nvd, t.cve, t.modified);
	as_told_row(f, &t);
	as_feed_configurations(f, cve, "configurations");
	as_record_end(f);
}
