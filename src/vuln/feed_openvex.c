/* SPDX-License-Identifier: Apache-2.0 */
/* OpenVEX (https://github.com/openvex/spec): statements on products by their purl. A document is one record;
 * of two statements on the same, the later one counts. */
#include "vuln/feed.h"

typedef struct saying {
	as_feed *f;
	int64_t i;
	bool own; /* Assay wrote it, whoever changed it */
	uint64_t left_out;
	as_span cve, status, justification, statement;
} saying;

/* The name of what a statement is about: a text in the first version of the format, an object since. A CVE
 * among the other names goes before a name that is none. */
static as_span name_of(as_feed *f, const as_value *statement)
{
	const as_value *v = as_json_get(statement, "vulnerability");
	if (v && v->type == AS_JSON_TEXT)
		return v->text;
	const as_value *object = as_take_object(f, statement, "vulnerability");
	as_span name = as_take_text(f, object, "name");
	for (const as_value *a = as_take_list(f, object, "aliases"); a && !as_is_cve(name);
		a = a->next)
		if (as_is_cve(as_element_text(f, a, "aliases")) || name.n == 0)
			name = a->text;
	return name.n ? name : as_need_text(f, object, "@id");
}

static void row(saying *s, as_span product, const as_value *part)
{
	as_feed *f = s->f;
	const as_value *names = as_take_object(f, part, "identifiers");
	as_span id = part && part->type == AS_JSON_TEXT ? part->text : as_take_text(f, part, "@id");
	as_span purl = as_take_text(f, names, "purl"), cpe = as_take_text(f, names, "cpe23");
	if (purl.n == 0 && as_starts(id, "pkg:"))
		purl = id;
	as_row_of(f, AS_INDEX_vex);
	as_cell_int(f, s->i++);
	as_cell_text(f, s->cve);
	as_cell_text(f, s->status);
	as_cell_text(f, s->justification);
	as_cell_text(f, as_feed_summary(f, s->statement));
	as_cell_text(f, product);
	as_cell_text(f, id);
	as_cell_word(f, NULL);
	as_cell_text(f, as_feed_version((as_span){ 0 }, purl, s->own));
	as_cell_word(f, NULL);
	as_cell_text(f, cpe);
	as_cell_text(f, purl);
}

/* A product, or each of the parts of it that the statement is about. */
static void product(saying *s, const as_value *v)
{
	as_feed *f = s->f;
	bool plain = v->type == AS_JSON_TEXT;
	const as_value *object = plain ? v : as_element_object(f, v, "products");
	as_span id = plain ? v->text : as_take_text(f, object, "@id");
	const as_value *parts = plain ? NULL : as_take_list(f, object, "subcomponents");
	id = id.p ? id : as_lit("");
	if (!parts && object)
		row(s, id, object);
	for (; parts && !f->wrong; parts = parts->next)
		row(s, id,
			parts->type == AS_JSON_TEXT ? parts
						    : as_element_object(f, parts, "subcomponents"));
}

static void statement(saying *s, const as_value *v)
{
	static const char *const statuses[] = { "affected", "not_affected", "fixed",
		"under_investigation" };
	as_feed *f = s->f;
	const as_value *one = as_element_object(f, v, "statements");
	bool known = false;
	s->cve = name_of(f, one);
	s->status = as_need_text(f, one, "status");
	s->justification = as_take_text(f, one, "justification");
	s->statement = as_take_text(f, one, "impact_statement");
	if (s->statement.n == 0)
		s->statement = as_take_text(f, one, "action_statement");
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		known = known || as_is(s->status, statuses[i]);
	if (!known)
		as_feed_wrong(f, "a status that the format does not have", "status");
	if (as_is_own(as_take_text(f, one, "status_notes"), s->status, s->justification)) {
		s->left_out++;
		return;
	}
	for (const as_value *p = as_take_list(f, one, "products"); p && !f->wrong; p = p->next)
		product(s, p);
}

void as_feed_openvex(as_feed *f, const as_value *v)
{
	as_span id = as_need_text(f, v, "@id"), date = as_take_text(f, v, "last_updated");
	if (date.n == 0)
		date = as_take_text(f, v, "timestamp");
	saying s = { .f = f, .own = as_starts(as_take_text(f, v, "tooling"), "assay ") };
	as_record_begin(f, AS_KIND_openvex, id, date);
	for (const as_value *one = as_take_list(f, v, "statements"); one && !f->wrong;
		one = one->next)
		statement(&s, one);
	as_record_end(f);
	as_feed_left_out(f, f->wrong ? 0 : s.left_out);
}
