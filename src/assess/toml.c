/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/toml.h"

#include <math.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/text.h"

enum { NUMBER_MOST = 80, KEY_PARTS = AS_TOML_DEPTH, UNICODE_SHORT = 4, UNICODE_LONG = 8 };

typedef struct reader {
	as_span s;
	size_t at;
	unsigned line;
	as_arena *arena;
	as_map names; /* of tables, so that long ones are not searched; values are nodes */
	as_toml_fault fault;
	void *ctx;
	bool bad; /* this line is spoiled */
	bool no_memory;
	unsigned depth;
} reader;

static uint8_t peek(const reader *r) { return as_at(r->s, r->at); }
static bool at_end(const reader *r) { return r->at >= r->s.n; }

/* The first fault of a line is told, what follows from it is not. */
static void wrong(reader *r, const char *message, as_span about)
{
	if (!r->bad)
		r->fault(r->ctx, r->line, message, about);
	r->bad = true;
}

static void advance(reader *r)
{
	r->line += peek(r) == '\n';
	r->at++;
}

static bool take(reader *r, uint8_t b)
{
	if (at_end(r) || peek(r) != b)
		return false;
	advance(r);
	return true;
}

static void skip_blanks(reader *r)
{
	while (!at_end(r) && (peek(r) == ' ' || peek(r) == '\t'))
		r->at++;
}

static void skip_comment(reader *r)
{
	while (peek(r) == '#' && !at_end(r) && peek(r) != '\n')
		for (; !at_end(r) && peek(r) != '\n'; r->at++)
			;
}

/* Blanks, comments and ends of lines. */
static void skip_lines(reader *r)
{
	for (size_t before = SIZE_MAX; before != r->at;) {
		before = r->at;
		skip_blanks(r);
		skip_comment(r);
		if (as_at(r->s, r->at) == '\r' && as_at(r->s, r->at + 1) == '\n')
			r->at++;
		while (take(r, '\n'))
			;
	}
}

static void skip_rest(reader *r)
{
	while (!at_end(r) && peek(r) != '\n')
		r->at++;
}

static as_toml *new_node(reader *r, as_toml_kind kind, unsigned line)
{
	as_toml *t = as_alloc(r->arena, sizeof(*t));
	r->no_memory = r->no_memory || !t;
	if (t)
		*t = (as_toml){ .kind = kind, .line = line };
	return t;
}

static void append(as_toml *to, as_toml *child)
{
	child->in = to;
	if (to->last)
		to->last->next = child;
	else
		to->first = child;
	to->last = child;
	to->n++;
}

const as_toml *as_toml_get(const as_toml *table, const char *key)
{
	for (const as_toml *t = table ? table->first : NULL; t; t = t->next)
		if (as_is(t->key, key))
			return t;
	return NULL;
}

static uint64_t name_key(const reader *r, const as_toml *table, as_span key)
{
	return as_hash64(r->names.seed ^ (uintptr_t)table, key);
}

static as_toml *child_of(const reader *r, const as_toml *table, as_span key)
{
	uint64_t held;
	for (uint64_t k = name_key(r, table, key); as_map_get(&r->names, k, &held); k++) {
		as_toml *t = (as_toml *)(uintptr_t)held;
		if (t->in == table && as_same(t->key, key))
			return t;
	}
	return NULL;
}

/* A child under a name that the table does not have yet. */
static void append_named(reader *r, as_toml *table, as_span key, as_toml *child)
{
	uint64_t held, k = name_key(r, table, key);
	while (as_map_get(&r->names, k, &held))
		k++;
	r->no_memory = as_map_set(&r->names, k, (uintptr_t)child) != AS_OK || r->no_memory;
	child->key = key;
	append(table, child);
}

static as_span keep(reader *r, as_buf *b)
{
	as_span s = as_copy(r->arena, as_buf_span_of(b));
	r->no_memory = r->no_memory || !s.p;
	as_buf_free(b);
	return s;
}

static void add_code(as_buf *b, uint32_t c)
{
	uint8_t u[4];
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n; i > 1; i--, c >>= 6)
		u[i - 1] = (uint8_t)(0x80 | (c & 0x3f));
	u[0] = (uint8_t)(n == 1 ? c : (0xf00 >> n & 0xff) | c);
	as_buf_add(b, u, n);
}

/* \uXXXX or \UXXXXXXXX, the letter taken. */
static void read_unicode(reader *r, as_buf *b, size_t digits)
{
	uint64_t c = 0;
	as_span hex = as_cut(r->s, r->at, digits);
	bool ok = as_number(hex, 16, &c) && c <= 0x10ffff && !(c >= 0xd800 && c < 0xe000);
	if (!ok) {
		wrong(r, "names a character that there is not", hex);
		return;
	}
	add_code(b, (uint32_t)c);
	r->at += digits;
}

static void read_escape(reader *r, as_buf *b, bool lines)
{
	static const char from[] = "btnfr\"\\", to[] = "\b\t\n\f\r\"\\";
	uint8_t c = peek(r);
	const char *known = c ? strchr(from, c) : NULL;
	if (known) {
		as_buf_u8(b, (uint8_t)to[known - from]);
		r->at++;
		return;
	}
	if (c == 'u' || c == 'U') {
		r->at++;
		read_unicode(r, b, c == 'u' ? UNICODE_SHORT : UNICODE_LONG);
		return;
	}
	size_t before = r->at;
	skip_blanks(r);
	if (lines && (peek(r) == '\n' || (peek(r) == '\r' && as_at(r->s, r->at + 1) == '\n'))) {
		while (!at_end(r) && strchr(" \t\r\n", peek(r)) && peek(r))
			advance(r);
		return;
	}
	wrong(r, "has a backslash before what is not to be escaped", as_cut(r->s, before, 1));
	r->at = before + (before < r->s.n);
}

/* A text after its opening quotes: three of them, or one. */
static as_span read_quoted(reader *r, uint8_t quote, bool lines)
{
	as_buf b = { 0 };
	as_span end = as_bytes(quote == '"' ? "\"\"\"" : "'''", lines ? 3 : 1);
	if (lines && peek(r) == '\r' && as_at(r->s, r->at + 1) == '\n')
		r->at++;
	if (lines)
		(void)take(r, '\n');
	while (!r->bad && !as_same(as_cut(r->s, r->at, end.n), end)) {
		uint8_t c = peek(r);
		size_t n = c < 0x80 ? 1 : as_utf8(r->s, r->at);
		bool control =
			(c < ' ' && c != '\t' && !(lines && (c == '\n' || c == '\r'))) || c == 0x7f;
		if (at_end(r) || (c == '\n' && !lines))
			wrong(r, "has a text without an end", (as_span){ 0 });
		else if (n == 0 || control)
			wrong(r, "has bytes that are no characters in a text",
				as_cut(r->s, r->at, 1));
		else if (c == '\\' && quote == '"') {
			r->at++;
			read_escape(r, &b, lines);
		} else {
			as_buf_add(&b, r->s.p + r->at, n);
			r->line += c == '\n';
			r->at += n;
		}
	}
	r->at += r->bad ? 0 : end.n;
	/* Quotes right before the closing three belong to the text, two at most. */
	for (int i = 0; lines && i < 2 && !r->bad && peek(r) == quote && !at_end(r); i++, r->at++)
		as_buf_u8(&b, quote);
	return keep(r, &b);
}

static as_span read_text(reader *r)
{
	uint8_t quote = peek(r);
	bool three = as_at(r->s, r->at + 1) == quote && as_at(r->s, r->at + 2) == quote;
	r->at += three ? 3 : 1;
	return read_quoted(r, quote, three);
}

static bool is_bare(uint8_t b) { return as_is_word(b) || b == '-'; }

static as_span read_key(reader *r)
{
	size_t from = r->at;
	uint8_t c = peek(r);
	if (!at_end(r) && (c == '"' || c == '\'')) {
		bool three = as_at(r->s, from + 1) == c && as_at(r->s, from + 2) == c;
		if (three)
			wrong(r, "has a name of several lines", (as_span){ 0 });
		return three ? (as_span){ 0 } : read_text(r);
	}
	while (!at_end(r) && is_bare(peek(r)))
		r->at++;
	if (r->at == from)
		wrong(r, "needs a name here", as_cut(r->s, from, 1));
	return as_cut(r->s, from, r->at - from);
}

/* Keys with dots between; how many, 0 after a fault. */
static size_t read_keys(reader *r, as_span keys[KEY_PARTS])
{
	size_t n = 0;
	do {
		skip_blanks(r);
		if (n == KEY_PARTS)
			wrong(r, "has a name of too many parts", (as_span){ 0 });
		else
			keys[n++] = read_key(r);
		skip_blanks(r);
	} while (!r->bad && take(r, '.'));
	return r->bad ? 0 : n;
}

static bool is_value_end(const reader *r)
{
	return at_end(r) || strchr(" \t\r\n,]}#=", peek(r)) != NULL;
}

/* Digits of a base with single underscores between them; what is left without them. False if it is none. */
static bool plain_digits(as_span word, bool (*is)(uint8_t), as_buf *out)
{
	for (size_t i = 0; i < word.n; i++) {
		bool inner = i > 0 && i + 1 < word.n && is(word.p[i - 1]) && is(word.p[i + 1]);
		if (word.p[i] == '_' ? !inner : !is(word.p[i]))
			return false;
		if (word.p[i] != '_')
			as_buf_u8(out, word.p[i]);
	}
	return word.n > 0;
}

/* 0x, 0o, 0b. */
static bool read_based(as_span word, as_toml *to)
{
	static const struct {
		const char *start;
		int base, bits;
	} bases[] = { { "0x", 16, 4 }, { "0o", 8, 3 }, { "0b", 2, 1 } };
	as_buf digits = { 0 };
	bool ok = false;
	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
		if (as_starts(word, bases[i].start) &&
			plain_digits(as_from(word, 2), as_is_hex, &digits)) {
			ok = digits.n <= 52 && !digits.bad;
			for (size_t k = 0; k < digits.n && ok; k++) {
				uint8_t d = digits.p[k];
				int v = as_is_digit(d) ? d - '0' : (d | 0x20) - 'a' + 10;
				ok = v < bases[i].base;
				to->number = to->number * bases[i].base + v;
			}
		}
	as_buf_free(&digits);
	to->whole = true;
	return ok;
}

/* A sign and digits; at least min of them, and without a 0 before others if it leads. */
static size_t digits_at(as_span w, size_t at, bool lead)
{
	size_t n = 0;
	while (as_is_digit(as_at(w, at + n)) ||
		(n > 0 && as_at(w, at + n) == '_' && as_is_digit(as_at(w, at + n + 1)) &&
			as_at(w, at + n - 1) != '_'))
		n++;
	return lead && n > 1 && as_at(w, at) == '0' ? 0 : n;
}

static bool is_sign(uint8_t b) { return b == '+' || b == '-'; }

static bool read_decimal(as_span w, as_toml *to)
{
	char plain[NUMBER_MOST + 1];
	size_t at = is_sign(as_at(w, 0)), n = digits_at(w, at, true), used = 0;
	bool named = as_is(as_from(w, at), "inf") || as_is(as_from(w, at), "nan");
	if (w.n > NUMBER_MOST || (n == 0 && !named))
		return false;
	at += named ? w.n - at : n;
	to->whole = !named && at == w.n;
	if (as_at(w, at) == '.' && at < w.n) {
		n = digits_at(w, at + 1, false);
		at += n + 1;
		if (n == 0)
			return false;
	}
	if (at < w.n && (w.p[at] | 0x20) == 'e') {
		at += 1 + is_sign(as_at(w, at + 1));
		n = digits_at(w, at, false);
		at += n;
		if (n == 0)
			return false;
	}
	for (size_t i = 0; i < w.n; i++)
		if (w.p[i] != '_')
			plain[used++] = (char)w.p[i];
	plain[used] = 0;
	to->number = strtod(plain, NULL);
	return at == w.n;
}

/* 1979-05-27, 07:32:00, or both: only its outline is looked at. */
static bool is_time(as_span w)
{
	bool day = w.n >= 10 && as_at(w, 4) == '-' && as_at(w, 7) == '-',
	     clock = w.n >= 8 && as_at(w, 2) == ':';
	if (day)
		return as_is_date(as_cut(w, 0, 10)) || !as_is_digit(as_at(w, 0))
			       ? w.n == 10 || strchr("Tt ", as_at(w, 10))
			       : false;
	return clock && as_is_digit(as_at(w, 0)) && as_is_digit(as_at(w, 1)) &&
	       as_is_digit(as_at(w, 3));
}

static void read_word(reader *r, as_toml *to)
{
	size_t from = r->at;
	while (!is_value_end(r))
		r->at++;
	/* A day and a time with a blank between. */
	if (r->at - from == 10 && as_at(r->s, from + 4) == '-' && peek(r) == ' ' &&
		as_is_digit(as_at(r->s, r->at + 1)))
		for (r->at++; !is_value_end(r);)
			r->at++;
	as_span w = as_cut(r->s, from, r->at - from);
	to->kind = AS_TOML_TRUTH;
	to->truth = as_is(w, "true");
	if (to->truth || as_is(w, "false"))
		return;
	to->kind = AS_TOML_NUMBER;
	if (read_based(w, to) || read_decimal(w, to))
		return;
	to->kind = AS_TOML_TIME;
	to->text = w;
	if (!is_time(w))
		wrong(r, w.n ? "has what is no value (texts need quotes)" : "needs a value", w);
}

static as_toml *read_value(reader *r);

static void read_array(reader *r, as_toml *to)
{
	skip_lines(r);
	while (!r->bad && !take(r, ']')) {
		as_toml *item = read_value(r);
		if (item)
			append(to, item);
		skip_lines(r);
		if (!r->bad && !take(r, ',') && peek(r) != ']')
			wrong(r, "needs a comma or ] here", as_cut(r->s, r->at, 1));
		skip_lines(r);
	}
	to->closed = true;
}

static void read_pair(reader *r, as_toml *table);

static void read_inline(reader *r, as_toml *to)
{
	skip_blanks(r);
	if (take(r, '}')) {
		to->closed = true;
		return;
	}
	do
		read_pair(r, to);
	while (!r->bad && take(r, ','));
	if (!r->bad && !take(r, '}'))
		wrong(r, "needs a comma or } here", as_cut(r->s, r->at, 1));
	to->closed = true;
}

static void read_nested(reader *r, as_toml *to)
{
	bool array = take(r, '[');
	to->kind = array ? AS_TOML_ARRAY : AS_TOML_TABLE;
	if (!array)
		(void)take(r, '{');
	if (++r->depth > AS_TOML_DEPTH)
		wrong(r, "nests too deep", (as_span){ 0 });
	else if (array)
		read_array(r, to);
	else
		read_inline(r, to);
	r->depth--;
}

static as_toml *read_value(reader *r)
{
	as_toml *to = new_node(r, AS_TOML_TEXT, r->line);
	if (!to || r->bad)
		return NULL;
	uint8_t c = peek(r);
	if (!at_end(r) && (c == '"' || c == '\''))
		to->text = read_text(r);
	else if (!at_end(r) && (c == '[' || c == '{'))
		read_nested(r, to);
	else
		read_word(r, to);
	return r->bad ? NULL : to;
}

/* The table that a name leads to; made, if it is not there. NULL after a fault. */
static as_toml *enter(reader *r, as_toml *table, as_span key, bool header)
{
	as_toml *t = child_of(r, table, key);
	if (!t && (t = new_node(r, AS_TOML_TABLE, r->line)))
		append_named(r, table, key, t);
	if (!t)
		return NULL;
	if (header && t->kind == AS_TOML_ARRAY && !t->closed)
		t = t->last;
	bool may = t && t->kind == AS_TOML_TABLE && !t->closed && (header || !t->stated);
	if (!may)
		wrong(r, "states a name twice", key);
	return may ? t : NULL;
}

static void read_pair(reader *r, as_toml *table)
{
	as_span keys[KEY_PARTS];
	size_t n = read_keys(r, keys);
	if (n > 0 && !take(r, '='))
		wrong(r, "needs = here", as_cut(r->s, r->at, 1));
	skip_blanks(r);
	as_toml *value = r->bad ? NULL : read_value(r);
	for (size_t i = 0; i + 1 < n && table && value; i++)
		table = enter(r, table, keys[i], false);
	if (table && value && child_of(r, table, keys[n - 1]))
		wrong(r, "states a name twice", keys[n - 1]);
	skip_blanks(r);
	if (!value || !table || r->bad)
		return;
	append_named(r, table, keys[n - 1], value);
}

/* [a.b] or [[a.b]]; the table that the following lines belong to, a lost one after a fault. */
static as_toml *read_header(reader *r, as_toml *root)
{
	as_span keys[KEY_PARTS];
	bool many = false;
	(void)take(r, '[');
	many = take(r, '[');
	size_t n = read_keys(r, keys);
	if (!r->bad && (!take(r, ']') || (many && !take(r, ']'))))
		wrong(r, "needs ] here", as_cut(r->s, r->at, 1));
	as_toml *t = r->bad ? NULL : root;
	for (size_t i = 0; i + 1 < n && t; i++)
		t = enter(r, t, keys[i], true);
	if (t && many) {
		as_toml *list = child_of(r, t, keys[n - 1]);
		if (!list && (list = new_node(r, AS_TOML_ARRAY, r->line)))
			append_named(r, t, keys[n - 1], list);
		if (list && (list->kind != AS_TOML_ARRAY || list->closed))
			wrong(r, "states a name twice", keys[n - 1]);
		t = r->bad || !list ? NULL : new_node(r, AS_TOML_TABLE, r->line);
		if (t)
			append(list, t);
	} else if (t) {
		const as_toml *there = child_of(r, t, keys[n - 1]);
		bool array = there && there->kind == AS_TOML_ARRAY;
		t = array ? NULL : enter(r, t, keys[n - 1], true);
		if (array || (t && t->stated))
			wrong(r, "states a name twice", keys[n - 1]);
	}
	if (!t || r->bad)
		return new_node(r, AS_TOML_TABLE, r->line);
	t->stated = true;
	return t;
}

static void end_line(reader *r)
{
	skip_blanks(r);
	skip_comment(r);
	if (peek(r) == '\r' && as_at(r->s, r->at + 1) == '\n')
		r->at++;
	if (!at_end(r) && peek(r) != '\n' && !r->bad)
		wrong(r, "has more on the line than it should", as_cut(r->s, r->at, 1));
	skip_rest(r);
	(void)take(r, '\n');
	r->bad = false;
}

as_toml *as_toml_read(as_span text, as_arena *arena, as_toml_fault fault, void *ctx)
{
	reader r = { .s = text, .line = 1, .arena = arena, .fault = fault, .ctx = ctx };
	r.names.seed = (uintptr_t)arena;
	as_toml *root = new_node(&r, AS_TOML_TABLE, 1), *table = root;
	if (text.n > AS_TOML_BYTES)
		wrong(&r, "begins a text longer than 256 MiB", (as_span){ 0 });
	if (as_starts(text, "\xef\xbb\xbf"))
		r.at = 3;
	for (skip_lines(&r); !r.bad && !r.no_memory && !at_end(&r); skip_lines(&r)) {
		if (peek(&r) == '[')
			table = read_header(&r, root);
		else if (table)
			read_pair(&r, table);
		if (table)
			table->spoiled |= r.bad;
		end_line(&r);
	}
	as_map_free(&r.names);
	return r.no_memory ? NULL : root;
}
