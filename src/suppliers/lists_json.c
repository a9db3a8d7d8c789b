/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of restrictions in JSON. */
#include "suppliers/lists_state.h"

bool as_lists_knows_json(const as_value *v)
{
	const as_value *results = as_json_get(v, "results");
	return (results && results->type == AS_JSON_ARRAY) ||
	       (as_json_get(v, "schema") && as_json_get(v, "properties"));
}

static as_span text_of(const as_value *object, const char *key)
{
	const as_value *v = as_json_get(object, key);
	return v && v->type == AS_JSON_TEXT ? as_trim(v->text) : (as_span){ 0 };
}

/* The texts of an array, or a text, with separators between. */
static as_span texts_of(as_buf *to, const as_value *object, const char *key, const char *separator)
{
	const as_value *v = as_json_get(object, key);
	as_buf_clear(to);
	for (const as_value *e = v && v->type == AS_JSON_ARRAY ? v->first : NULL; e; e = e->next) {
		if (e->type != AS_JSON_TEXT)
			continue;
		if (to->n > 0)
			as_buf_text(to, separator);
		as_buf_add(to, e->text.p, e->text.n);
	}
	return v && v->type == AS_JSON_TEXT ? as_trim(v->text) : as_buf_span_of(to);
}

static as_status each_name(as_lists *l, const as_value *object, const char *key)
{
	const as_value *v = as_json_get(object, key);
	as_status s = AS_OK;
	size_t n = 0;
	for (const as_value *e = v && v->type == AS_JSON_ARRAY ? v->first : NULL;
		e && s == AS_OK && n < AS_LIST_NAMES; e = e->next, n++)
		if (e->type == AS_JSON_TEXT)
			s = as_lists_names(l, e->text);
	return s;
}

/* One of the results of the Consolidated Screening List. */
static as_status take_result(as_lists *l, const as_value *v)
{
	const as_list_layout *y = &as_list_csl;
	as_buf programs = { 0 };
	as_span x[AS_LIST_COLUMNS] = {
		[AS_LIST_LIST] = text_of(v, "source"), [AS_LIST_TYPE] = text_of(v, "type")
	};
	x[AS_LIST_REF] = text_of(v, "id");
	x[AS_LIST_ENTITY] = text_of(v, "name");
	x[AS_LIST_DATE] = text_of(v, "start_date");
	x[AS_LIST_UNTIL] = text_of(v, "end_date");
	x[AS_LIST_WORDS_OF] = text_of(v, "license_requirement");
	x[AS_LIST_WORDS_MORE] = text_of(v, "license_policy");
	x[AS_LIST_WORDS_THIRD] = texts_of(&programs, v, "programs", ", ");
	x[AS_LIST_SOURCE] = text_of(v, "federal_register_notice");
	uint64_t before = l->n.listings;
	as_status s = as_lists_record(l, y, x);
	as_buf_free(&programs);
	return s == AS_OK && l->n.listings > before ? each_name(l, v, "alt_names") : s;
}

/* Keeps a sanction until its entity is known. */
static as_status take_sanction(as_lists *l, const as_value *p)
{
	as_buf words = { 0 }, of = { 0 };
	char date[16], until[16];
	as_span begin_of = texts_of(&of, p, "startDate", " ");
	as_lists_bind(l->aside, 3,
		as_lists_date(
			begin_of.n > 0 ? begin_of : texts_of(&of, p, "listingDate", " "), date));
	as_lists_bind(l->aside, 4, as_lists_date(texts_of(&of, p, "endDate", " "), until));
	static const char *const parts[] = { "program", "provisions", "reason", "authority" };
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		as_span text = texts_of(&of, p, parts[i], ", ");
		if (words.n > 0 && text.n > 0)
			as_buf_text(&words, "; ");
		as_buf_add(&words, text.p, text.n);
	}
	as_lists_bind(
		l->aside, 2, as_cut(as_buf_span_of(&words), 0, as_min(words.n, AS_LIST_WORDS)));
	as_lists_bind(l->aside, 1, texts_of(&of, p, "entity", " "));
	as_status s = words.bad || of.bad ? AS_NOMEM : as_db_step(l->aside);
	as_buf_free(&words);
	as_buf_free(&of);
	return s;
}

static as_status take_entity(as_lists *l, const as_value *v)
{
	char id[AS_LIST_ID], code[3];
	const as_value *p = as_json_get(v, "properties"), *datasets = as_json_get(v, "datasets");
	as_span schema = text_of(v, "schema");
	as_span x[AS_LIST_COLUMNS] = {
		[AS_LIST_REF] = text_of(v, "id"), [AS_LIST_ENTITY] = text_of(v, "caption")
	};
	if (as_is(schema, "Sanction"))
		return take_sanction(l, p);
	if (as_lists_is_other(schema)) {
		l->n.left_out++;
		return AS_OK;
	}
	if (datasets && datasets->first && datasets->first->type == AS_JSON_TEXT)
		x[AS_LIST_LIST] = datasets->first->text;
	as_list_entry e = { .list = as_lists_of(&as_list_opensanctions, x, id, code),
		.ref = x[AS_LIST_REF],
		.entity = x[AS_LIST_ENTITY] };
	e.words = texts_of(&l->text, p, "topics", ", ");
	if (e.entity.n == 0) {
		as_problem(l->told, "an entity without a caption", x[AS_LIST_REF]);
		return AS_OK;
	}
	as_status s = as_lists_entry(l, &e);
	static const char *const names[] = { "name", "alias", "weakAlias", "previousName",
		"abbreviation" };
	s = s == AS_OK ? as_lists_names(l, e.entity) : s;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && s == AS_OK; i++)
		s = each_name(l, p, names[i]);
	static const char *const ids[][2] = { { "leiCode", "lei" }, { "dunsCode", "duns" },
		{ "registrationNumber", "registration" }, { "cageCode", "cage" } };
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]) && s == AS_OK; i++) {
		as_span value = texts_of(&l->text, p, ids[i][0], " ");
		if (value.n == 0 || value.n > AS_LIST_ID)
			continue;
		s = as_lists_identifier(l, as_lit(ids[i][1]), value);
	}
	return s;
}

as_status as_lists_json(as_lists *l, const as_value *v)
{
	const as_value *results = as_json_get(v, "results");
	as_status s = AS_OK;
	if (!results || results->type != AS_JSON_ARRAY)
		return take_entity(l, v);
	uint64_t n = 0;
	for (const as_value *e = results->first; e && s == AS_OK; e = e->next) {
		l->told->record = ++n;
		if (e->type == AS_JSON_OBJECT)
			s = take_result(l, e);
		else
			as_problem(l->told, "a result that is no object", (as_span){ 0 });
	}
	l->told->record = 0;
	return s;
}
