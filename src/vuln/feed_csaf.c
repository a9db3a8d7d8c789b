/* SPDX-License-Identifier: Apache-2.0 */
/* CSAF 2.0 (https://docs.oasis-open.org/csaf/csaf/v2.0/): advisories and VEX. A tree tells the products, and
 * each vulnerability which of them it is in, by id. Every vulnerability of a document becomes a record. */
#include "base/map.h"
#include "base/own.h"
#include "vuln/feed.h"

typedef struct product {
	as_span id, name, vendor, version, range, cpe, purl;
	/* Of the vulnerability in hand, which has this number. */
	uint64_t turn;
	as_span label, statement, mark;
} product;

typedef struct tree {
	as_feed *f;
	product *products;
	size_t n, cap;
	as_map by_id;
	const as_value *groups;
	uint64_t turn;
	bool own; /* Assay wrote it, whoever changed it */
	uint64_t left_out;
} tree;

static product *find(const tree *t, as_span id)
{
	uint64_t i = 0;
	if (!as_map_get(&t->by_id, as_hash64(t->by_id.seed, id), &i) || i >= t->n)
		return NULL;
	return as_same(t->products[i].id, id) ? &t->products[i] : NULL;
}

/* Adds a product; the first of an id stays. */
static void add(tree *t, product p)
{
	as_feed *f = t->f;
	if (f->wrong || p.id.n == 0 || find(t, p.id))
		return;
	if (t->n == t->cap) {
		size_t cap = t->cap ? t->cap * 2 : 64;
		product *more = as_alloc_array(f->arena, cap, sizeof(*more));
		if (!more) {
			as_feed_wrong(
				f, "it takes more memory than one record may", "product_tree");
			return;
		}
		for (size_t i = 0; i < t->n; i++)
			more[i] = t->products[i];
		t->products = more;
		t->cap = cap;
	}
	if (as_map_set(&t->by_id, as_hash64(t->by_id.seed, p.id), t->n) != AS_OK)
		as_feed_wrong(f, "it takes more memory than one record may", "product_tree");
	t->products[t->n++] = p;
}

/* A "full product name": p has what the branches above tell. */
static product full_name(as_feed *f, const as_value *v, product p)
{
	const as_value *helper = as_take_object(f, v, "product_identification_helper");
	as_span cpe = as_take_text(f, helper, "cpe"), purl = as_take_text(f, helper, "purl");
	p.id = as_need_text(f, v, "product_id");
	p.name = as_take_text(f, v, "name");
	p.cpe = cpe.n ? cpe : p.cpe;
	p.purl = purl.n ? purl : p.purl;
	return p;
}

static void branches(tree *t, const as_value *holder, product p)
{
	as_feed *f = t->f;
	for (const as_value *v = as_take_list(f, holder, "branches"); v && !f->wrong; v = v->next) {
		as_span category = as_take_text(f, as_element_object(f, v, "branches"), "category");
		as_span name = as_take_text(f, v, "name");
		product here = p;
		if (as_is(category, "vendor"))
			here.vendor = name;
		else if (as_is(category, "product_version"))
			here.version = name;
		else if (as_is(category, "product_version_range"))
			here.range = name;
		const as_value *leaf = as_take_object(f, v, "product");
		if (leaf)
			add(t, full_name(f, leaf, here));
		branches(t, v, here);
	}
}

static void products(tree *t, const as_value *holder)
{
	as_feed *f = t->f;
	branches(t, holder, (product){ 0 });
	for (const as_value *v = as_take_list(f, holder, "full_product_names"); v && !f->wrong;
		v = v->next)
		add(t, full_name(f, as_element_object(f, v, "full_product_names"), (product){ 0 }));
	for (const as_value *v = as_take_list(f, holder, "relationships"); v && !f->wrong;
		v = v->next) {
		as_span of = as_take_text(
			f, as_element_object(f, v, "relationships"), "product_reference");
		const product *part = find(t, of);
		const as_value *name = as_take_object(f, v, "full_product_name");
		if (name) /* a part as it stands in a product: what names the part names it here */
			add(t, full_name(f, name, part ? *part : (product){ 0 }));
	}
	t->groups = as_take_list(f, holder, "product_groups");
}

/* A product with what the vulnerability in hand says of it so far; NULL: there is none. */
static product *in_hand(tree *t, as_span id)
{
	product *p = find(t, id);
	if (p && p->turn != t->turn) {
		p->turn = t->turn;
		p->label = p->statement = p->mark = (as_span){ 0 };
	}
	return p;
}

/* Puts a label or a statement on the products that a list names; the first stays. */
static void put(tree *t, const as_value *ids, as_span label, as_span statement)
{
	for (; ids; ids = ids->next) {
		product *p = in_hand(t, as_element_text(t->f, ids, "product_ids"));
		if (!p)
			continue;
		p->label = p->label.n ? p->label : label;
		p->statement = p->statement.n ? p->statement : statement;
	}
}

static void put_on(tree *t, const as_value *holder, as_span label, as_span statement)
{
	enum { GROUPS_MAX = 64 };
	as_feed *f = t->f;
	unsigned n = 0;
	put(t, as_take_list(f, holder, "product_ids"), label, statement);
	for (const as_value *g = as_take_list(f, holder, "group_ids"); g && n < GROUPS_MAX;
		g = g->next, n++)
		for (const as_value *one = t->groups; one; one = one->next)
			if (as_same(as_take_text(f, as_element_object(f, one, "product_groups"),
					    "group_id"),
				    as_element_text(f, g, "group_ids")))
				put(t, as_take_list(f, one, "product_ids"), label, statement);
}

static void labels(tree *t, const as_value *v)
{
	as_feed *f = t->f;
	t->turn++;
	for (const as_value *x = as_take_list(f, v, "flags"); x && !f->wrong; x = x->next)
		put_on(t, x, as_take_text(f, as_element_object(f, x, "flags"), "label"),
			(as_span){ 0 });
	for (const as_value *x = as_take_list(f, v, "threats"); x && !f->wrong; x = x->next)
		if (as_is(as_take_text(f, as_element_object(f, x, "threats"), "category"),
			    "impact"))
			put_on(t, x, (as_span){ 0 }, as_take_text(f, x, "details"));
	for (const as_value *x = as_take_list(f, v, "remediations"); x && !f->wrong; x = x->next)
		put_on(t, as_element_object(f, x, "remediations"), (as_span){ 0 },
			as_take_text(f, x, "details"));
	for (const as_value *x = as_take_list(f, v, "notes"); x && !f->wrong; x = x->next) {
		as_span title = as_take_text(f, as_element_object(f, x, "notes"), "title");
		product *p = as_starts(title, AS_OWN_MARK)
				     ? in_hand(t, as_trim(as_take_text(f, x, "text")))
				     : NULL;
		if (p)
			p->mark = title;
	}
}

static void statement_row(tree *t, as_span cve, const char *status, as_span id, int64_t i)
{
	as_feed *f = t->f;
	const product *p = find(t, id);
	product none = { .id = id };
	p = p ? p : &none;
	bool told = p->turn == t->turn && t->turn > 0;
	if (told && as_is_own(p->mark, as_lit(status), p->label)) {
		t->left_out++;
		return;
	}
	as_row_of(f, AS_INDEX_vex);
	as_cell_int(f, i);
	as_cell_text(f, cve);
	as_cell_word(f, status);
	as_cell_text(f, told ? p->label : (as_span){ 0 });
	as_cell_text(f, told ? as_feed_summary(f, p->statement) : (as_span){ 0 });
	as_cell_text(f, id);
	as_cell_text(f, p->name);
	as_cell_text(f, p->vendor);
	as_cell_text(f, as_feed_version(p->version, p->purl, t->own));
	as_cell_text(f, p->range);
	as_cell_text(f, p->cpe);
	as_cell_text(f, p->purl);
}

static void statements(tree *t, const as_value *v, as_span cve)
{
	static const struct {
		const char *list, *status;
	} lists[] = { { "known_affected", "affected" }, { "first_affected", "affected" },
		{ "last_affected", "affected" }, { "known_not_affected", "not_affected" },
		{ "fixed", "fixed" }, { "first_fixed", "fixed" },
		{ "under_investigation", "under_investigation" } };
	as_feed *f = t->f;
	const as_value *all = as_take_object(f, v, "product_status");
	int64_t i = 0;
	for (size_t n = 0; n < sizeof(lists) / sizeof(lists[0]); n++)
		for (const as_value *id = as_take_list(f, all, lists[n].list); id && !f->wrong;
			id = id->next)
			statement_row(t, cve, lists[n].status,
				as_element_text(f, id, lists[n].list), i++);
}

static void words(as_feed *f, const as_value *v, as_told *told)
{
	told->summary = as_take_text(f, v, "title");
	for (const as_value *n = as_take_list(f, v, "notes"); n; n = n->next)
		if (as_is(as_take_text(f, as_element_object(f, n, "notes"), "category"),
			    "description"))
			told->summary = as_take_text(f, n, "text");
	unsigned best = ~0u;
	for (const as_value *s = as_take_list(f, v, "scores"); s; s = s->next) {
		as_told_cvss(f, told,
			as_take_object(f, as_element_object(f, s, "scores"), "cvss_v3"),
			(as_span){ 0 }, 0, &best);
		as_told_cvss(f, told, as_take_object(f, s, "cvss_v2"), (as_span){ 0 }, 1, &best);
	}
	as_told_cwe(f, told, as_take_text(f, as_take_object(f, v, "cwe"), "id"));
}

/* The name of a vulnerability: its CVE, or the first id that it has elsewhere. */
static as_span name_of(as_feed *f, const as_value *v)
{
	as_span cve = as_take_text(f, v, "cve");
	const as_value *ids = as_take_list(f, v, "ids");
	return cve.n || !ids ? cve : as_need_text(f, as_element_object(f, ids, "ids"), "text");
}

static void vulnerability(tree *t, const as_value *v, as_span document, as_span date)
{
	as_feed *f = t->f;
	as_span name = name_of(f, as_element_object(f, v, "vulnerabilities"));
	as_told told = { .cve = as_is_cve(name) ? name : (as_span){ 0 }, .modified = date };
	if (name.n == 0)
		as_feed_wrong(f, "something is missing", "cve");
	told.published = as_take_text(f, v, "release_date");
	words(f, v, &told);
	labels(t, v);
	as_record_begin(f, AS_KIND_csaf, as_feed_join(f, document, "#", name), date);
	uint64_t left_out = t->left_out, from = f->row.n;
	statements(t, v, name);
	if (left_out == t->left_out || from < f->row.n) /* more than Assay's own words */
		as_told_row(f, &told);
	as_record_end(f);
	if (f->wrong)
		as_feed_refuse(f, as_feed_join(f, document, "#", name), 0, f->wrong, f->detail);
	f->wrong = NULL;
}

void as_feed_csaf(as_feed *f, const as_value *v)
{
	const as_value *document = as_take_object(f, v, "document"),
		       *tracking = as_take_object(f, document, "tracking");
	as_span id = as_need_text(f, tracking, "id"),
		date = as_need_text(f, tracking, "current_release_date");
	as_span publisher = as_take_text(f, as_take_object(f, document, "publisher"), "namespace");
	as_span engine = as_take_text(
		f, as_take_object(f, as_take_object(f, tracking, "generator"), "engine"), "name");
	tree t = { .f = f, .own = as_is(engine, "assay"), .by_id = { .seed = (uintptr_t)v } };
	products(&t, as_take_object(f, v, "product_tree"));
	const as_value *list = as_take_list(f, v, "vulnerabilities");
	id = as_feed_join(f, publisher, "/", id);
	for (; list && !f->wrong && f->status == AS_OK; list = list->next)
		vulnerability(&t, list, id, date);
	as_map_free(&t.by_id);
	as_feed_left_out(f, t.left_out);
}
