/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/manifest.h"

#include "base/buf.h"

typedef enum event { END, OPENED, CLOSED, STRING } event;

typedef struct reader {
	as_span data;
	size_t at, from;                  /* from: where the last string begins, with its quote */
	size_t depth;                     /* levels that are open */
	as_span names[AS_MANIFEST_DEPTH]; /* by level: the member that is read; empty in an array */
	as_span value;                    /* of the last string, escapes as they are */
	as_arena *arena;
} reader;

static bool take_string(reader *r)
{
	r->from = r->at;
	for (size_t i = r->at + 1; i < r->data.n; i++) {
		if (r->data.p[i] == '\\') {
			i++;
		} else if (r->data.p[i] == '"') {
			r->value = as_cut(r->data, r->at + 1, i - r->at - 1);
			r->at = i + 1;
			return true;
		}
	}
	r->at = r->data.n;
	return false;
}

static bool is_name(const reader *r)
{
	size_t at = r->at;
	while (at < r->data.n && as_trim(as_cut(r->data, at, 1)).n == 0)
		at++;
	return as_at(r->data, at) == ':';
}

static size_t level(const reader *r) { return (size_t)as_min(r->depth, AS_MANIFEST_DEPTH - 1); }

static event next(reader *r)
{
	while (r->at < r->data.n) {
		uint8_t b = as_at(r->data, r->at);
		if (b == '"') {
			if (!take_string(r))
				return END;
			if (!is_name(r))
				return STRING;
			r->names[level(r)] = r->value;
			continue;
		}
		r->at++;
		if (b == '{' || b == '[') {
			r->depth++;
			r->names[level(r)] = (as_span){ 0 };
			return OPENED;
		}
		if (b == '}' || b == ']') {
			r->depth -= r->depth > 0;
			return CLOSED;
		}
	}
	return END;
}

/* What the string is without the escapes that names and licences are written with; others stay. */
static as_span plain(reader *r, as_span s)
{
	if (as_find_byte(s, '\\', 0) == SIZE_MAX)
		return s;
	as_buf b = { 0 };
	for (size_t i = 0; i < s.n; i++) {
		uint8_t after = as_at(s, i + 1);
		if (s.p[i] == '\\' && (after == '/' || after == '"' || after == '\\'))
			i++;
		as_buf_u8(&b, s.p[i]);
	}
	as_span out = b.bad ? (as_span){ 0 } : as_copy(r->arena, as_buf_span_of(&b));
	as_buf_free(&b);
	return out;
}

/* The member of the entry that a string in the object itself is. */
static as_span *member(as_manifest_entry *e, as_span name)
{
	return as_is(name, "name")      ? &e->name
	       : as_is(name, "version") ? &e->version
	       : as_is(name, "author")  ? &e->author
	       : as_is(name, "source")  ? &e->source
	       : as_is(name, "kind")    ? &e->kind
					: NULL;
}

static void span_to(reader *r, as_manifest_entry *e)
{
	uint64_t begin = r->from;
	if (e->where.p)
		(void)as_within(r->data, e->where, &begin);
	e->where = as_cut(r->data, begin, r->at - begin);
}

/* A licence is a string, one of several in an array, or the member "type" of an object. */
static void take_value(reader *r, size_t depth, as_manifest_entry *e)
{
	as_span top = r->names[depth], inner = r->names[level(r)];
	bool direct = r->depth == depth;
	bool licence = as_is(top, "license") || as_is(top, "licenses");
	as_span *goal = direct ? member(e, top) : NULL;
	if (!direct && as_is(top, "author") && as_is(inner, "name"))
		goal = &e->author;
	if (licence && (direct || inner.n == 0 || as_is(inner, "type")) &&
		e->n_licences < AS_MANIFEST_LICENCES) {
		e->licences[e->n_licences++] = plain(r, r->value);
		span_to(r, e);
	} else if (goal && !goal->p) {
		*goal = plain(r, r->value);
		span_to(r, e);
	}
}

as_status as_manifest_each(
	as_span data, size_t depth, as_arena *arena, as_manifest_fn *each, void *ctx)
{
	reader r = { .data = data, .arena = arena };
	as_manifest_entry entry = { 0 };
	as_status s = AS_OK;
	for (event e = next(&r); s == AS_OK; e = next(&r)) {
		if (e == OPENED && r.depth == depth)
			entry = (as_manifest_entry){ 0 };
		else if (e == STRING && r.depth >= depth)
			take_value(&r, depth, &entry);
		bool done = e == END || (e == CLOSED && r.depth + 1 == depth);
		if (done && entry.name.p)
			s = each(ctx, &entry);
		if (done)
			entry = (as_manifest_entry){ 0 };
		if (e == END)
			break;
	}
	return s;
}
