/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/yaml.h"

#include <yaml.h>

#include "base/text.h"

typedef struct reader {
	as_arena *arena;
	as_span text;
	as_fault *fault;
	yaml_parser_t parser;
} reader;

static as_value *read_node(reader *r, const yaml_event_t *e, unsigned depth);

/* at: in characters, as the library counts. */
static as_value *wrong(reader *r, const char *reason, size_t at)
{
	size_t bytes = 0;
	for (size_t i = 0; i < at && bytes < r->text.n && !r->fault->reason; i++)
		bytes += as_max(as_utf8(r->text, bytes), 1);
	if (!r->fault->reason)
		*r->fault = (as_fault){ .reason = reason, .at = bytes };
	return NULL;
}

static bool next(reader *r, yaml_event_t *e)
{
	if (yaml_parser_parse(&r->parser, e))
		return true;
	(void)wrong(r, "it is no YAML", r->parser.mark.index);
	if (r->parser.problem_offset)
		r->fault->at = r->parser.problem_offset;
	return false;
}

static as_span scalar_text(reader *r, const yaml_event_t *e)
{
	as_span s = as_bytes(e->data.scalar.value, e->data.scalar.length);
	if (s.n == 0)
		return as_lit("");
	return as_find_byte(s, 0, 0) != SIZE_MAX ? (as_span){ 0 } : as_copy(r->arena, s);
}

static as_value *read_scalar(reader *r, const yaml_event_t *e, as_value *v)
{
	static const struct {
		const char *word;
		as_json_type type;
		bool truth;
	} words[] = { { "null", AS_JSON_NULL, false }, { "~", AS_JSON_NULL, false },
		{ "", AS_JSON_NULL, false }, { "true", AS_JSON_BOOL, true },
		{ "false", AS_JSON_BOOL, false } };
	v->type = AS_JSON_TEXT;
	v->text = scalar_text(r, e);
	if (!v->text.p)
		return wrong(r, "a text with a NUL, or more memory than one record may take",
			e->start_mark.index);
	bool plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	for (size_t i = 0; plain && i < sizeof(words) / sizeof(words[0]); i++)
		if (as_is(v->text, words[i].word)) {
			v->type = words[i].type;
			v->truth = words[i].truth;
		}
	return v;
}

/* One member or element that begins with e: NULL at a fault. */
static as_value *read_member(reader *r, const yaml_event_t *e, bool mapping, unsigned depth)
{
	if (!mapping)
		return read_node(r, e, depth);
	if (e->type != YAML_SCALAR_EVENT)
		return wrong(r, "a key that is no text", e->start_mark.index);
	as_span key = scalar_text(r, e);
	yaml_event_t value;
	if (!key.p)
		return wrong(r, "a key with a NUL, or more memory than one record may take",
			e->start_mark.index);
	if (!next(r, &value))
		return NULL;
	as_value *v = read_node(r, &value, depth);
	yaml_event_delete(&value);
	if (v)
		v->key = key;
	return v;
}

static as_value *read_members(reader *r, as_value *v, unsigned depth)
{
	bool mapping = v->type == AS_JSON_OBJECT;
	as_value **tail = &v->first;
	for (;;) {
		yaml_event_t e;
		if (!next(r, &e))
			return NULL;
		bool end = e.type == (mapping ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT);
		*tail = end ? NULL : read_member(r, &e, mapping, depth + 1);
		yaml_event_delete(&e);
		if (end)
			break;
		if (!*tail)
			return NULL;
		tail = &(*tail)->next;
	}
	const as_value *twice = NULL;
	if (mapping && as_json_twice(r->arena, v, &twice) != AS_OK)
		return wrong(r, "it takes more memory than one record may", r->parser.mark.index);
	if (!twice)
		return v;
	(void)wrong(r, "a key stands twice", r->parser.mark.index);
	r->fault->name = twice->key;
	return NULL;
}

static as_value *read_node(reader *r, const yaml_event_t *e, unsigned depth)
{
	if (depth > AS_JSON_DEPTH)
		return wrong(r, "values nest too deep", e->start_mark.index);
	if (e->type == YAML_ALIAS_EVENT)
		return wrong(r, "it refers to another part of itself", e->start_mark.index);
	as_value *v = as_alloc(r->arena, sizeof(*v));
	if (!v)
		return wrong(r, "it takes more memory than one record may", e->start_mark.index);
	if (e->type == YAML_SCALAR_EVENT)
		return read_scalar(r, e, v);
	if (e->type != YAML_MAPPING_START_EVENT && e->type != YAML_SEQUENCE_START_EVENT)
		return wrong(r, "no value where one must stand", e->start_mark.index);
	v->type = e->type == YAML_MAPPING_START_EVENT ? AS_JSON_OBJECT : AS_JSON_ARRAY;
	return read_members(r, v, depth);
}

/* Through the beginnings of stream and document to the value. */
static as_value *read_document(reader *r)
{
	for (;;) {
		yaml_event_t e;
		if (!next(r, &e))
			return NULL;
		bool before =
			e.type == YAML_STREAM_START_EVENT || e.type == YAML_DOCUMENT_START_EVENT;
		as_value *v = before ? NULL : read_node(r, &e, 0);
		yaml_event_delete(&e);
		if (!before)
			return v;
	}
}

as_value *as_yaml_parse(as_arena *a, as_span text, as_fault *fault)
{
	reader r = { .arena = a, .text = text, .fault = fault };
	*fault = (as_fault){ 0 };
	if (!yaml_parser_initialize(&r.parser))
		return wrong(&r, "memory ran out", 0);
	yaml_parser_set_input_string(&r.parser, text.p, text.n);
	as_value *v = read_document(&r);
	yaml_parser_delete(&r.parser);
	return v;
}
