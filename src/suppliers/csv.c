/* SPDX-License-Identifier: Apache-2.0 */
#include "suppliers/csv.h"

#include "base/text.h"

static uint8_t separator_of(as_span text)
{
	static const uint8_t marks[] = { ',', ';', '\t' };
	size_t n[sizeof(marks)] = { 0 }, best = 0;
	bool quoted = false;
	for (size_t i = 0; i < text.n && (quoted || (text.p[i] != '\n' && text.p[i] != '\r'));
		i++) {
		quoted = quoted != (text.p[i] == '"');
		for (size_t k = 0; k < sizeof(marks) && !quoted; k++)
			n[k] += text.p[i] == marks[k];
	}
	for (size_t k = 1; k < sizeof(marks); k++)
		best = n[k] > n[best] ? k : best;
	return marks[best];
}

as_csv as_csv_new(as_span text, as_arena *arena)
{
	if (as_starts(text, "\xef\xbb\xbf"))
		text = as_from(text, 3);
	return (as_csv){ .text = text, .line = 1, .separator = separator_of(text), .arena = arena };
}

/* A field in quotes, of which one has been read; what is behind the last is left. NULL, or what is wrong. */
static const char *quoted_field(as_csv *c, as_span *out)
{
	size_t begin = c->at, n = 0;
	bool closed = false;
	while (c->at < c->text.n && !closed) {
		uint8_t b = c->text.p[c->at++];
		c->line += b == '\n';
		closed = b == '"' && as_at(c->text, c->at) != '"';
		if (b == '"' && !closed) {
			c->at++;
			n++;
		}
	}
	if (!closed)
		return "a quotation mark that is not closed";
	as_span raw = as_cut(c->text, begin, c->at - 1 - begin);
	*out = raw;
	if (n == 0)
		return NULL;
	uint8_t *to = as_alloc(c->arena, raw.n);
	if (!to)
		return "a record that is too long";
	size_t len = 0;
	for (size_t i = 0; i < raw.n; i++) {
		to[len++] = raw.p[i];
		i += raw.p[i] == '"'; /* the second of two */
	}
	*out = as_bytes(to, len);
	return NULL;
}

static void skip_line(as_csv *c)
{
	while (c->at < c->text.n && c->text.p[c->at] != '\n')
		c->at++;
}

/* One field; what stands behind it is a separator or the end of the line. */
static const char *field(as_csv *c, as_span *out)
{
	size_t begin = c->at;
	if (as_at(c->text, c->at) == '"' && c->at < c->text.n) {
		c->at++;
		const char *fault = quoted_field(c, out);
		uint8_t next = as_at(c->text, c->at);
		bool ends =
			c->at >= c->text.n || next == c->separator || next == '\n' || next == '\r';
		return fault ? fault : ends ? NULL : "text behind a closing quotation mark";
	}
	while (c->at < c->text.n && c->text.p[c->at] != c->separator && c->text.p[c->at] != '\n')
		c->at++;
	*out = as_cut(c->text, begin, c->at - begin);
	if (out->n > 0 && out->p[out->n - 1] == '\r')
		out->n--;
	return NULL;
}

static const char *read_fields(as_csv *c, as_csv_record *r)
{
	size_t begin = c->at;
	for (;;) {
		as_span f = { 0 };
		const char *fault = field(c, &f);
		if (fault)
			return fault;
		if (r->n == AS_CSV_FIELDS)
			return "more fields than a record may have";
		r->field[r->n++] = as_trim(f);
		if (!as_is_text(f))
			return "bytes that are no text (UTF-8 without control characters)";
		if (c->at - begin > AS_CSV_RECORD)
			return "a record that is too long";
		if (c->at >= c->text.n || c->text.p[c->at] != c->separator)
			return NULL;
		c->at++;
	}
}

bool as_csv_next(as_csv *c, as_csv_record *r)
{
	while (c->at < c->text.n) {
		as_arena_reset(c->arena);
		*r = (as_csv_record){ .line = c->line };
		r->fault = read_fields(c, r);
		skip_line(c);
		c->at += c->at < c->text.n;
		c->line++;
		if (r->fault || r->n > 1 || r->field[0].n > 0)
			return true;
	}
	return false;
}
