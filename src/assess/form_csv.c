/* SPDX-License-Identifier: Apache-2.0 */
/* Inventories: CSV as RFC 4180 has it, and as spreadsheets write it (; or tab between fields, a byte order mark).
 * A cell becomes the value that TOML would have, and is then read as one. */
#include <math.h>
#include <stdlib.h>

#include "assess/form.h"
#include "base/text.h"

enum { COLUMNS = 256, CELL_NUMBER = 64, ROWS_MOST = 1000000 };

typedef struct column {
	const as_blank *field; /* NULL: not known */
	const char *part;      /* of a quantity: "low", ...; NULL: the whole */
} column;

typedef struct sheet {
	const as_form *form;
	as_span s, file;
	size_t at;
	unsigned line;
	char between;
	as_faults *f;
	column columns[COLUMNS];
	size_t n_columns;
} sheet;

static bool at_end(const sheet *h) { return h->at >= h->s.n; }

/* A cell in quotes, from the first of these on; "" inside is ". */
static as_span quoted(sheet *h)
{
	size_t from = h->at + 1, to = from;
	for (; to < h->s.n; to++) {
		if (h->s.p[to] == '"' && as_at(h->s, to + 1) != '"')
			break;
		to += h->s.p[to] == '"';
	}
	to = as_min(to, h->s.n);
	uint8_t *p = as_alloc(h->f->arena, to - from + 1);
	size_t n = 0;
	for (size_t i = from; p && i < to; i++) {
		h->line += h->s.p[i] == '\n';
		p[n++] = h->s.p[i];
		i += h->s.p[i] == '"';
	}
	h->f->no_memory |= !p;
	h->at = as_min(to + 1, h->s.n);
	return (as_span){ p, n };
}

/* The next cell without its quotes; *last: the line ends after it. */
static as_span cell(sheet *h, bool *last)
{
	bool in_quotes = as_at(h->s, h->at) == '"';
	as_span inside = in_quotes ? quoted(h) : (as_span){ 0 };
	size_t from = h->at;
	while (!at_end(h) && h->s.p[h->at] != (uint8_t)h->between && h->s.p[h->at] != '\n')
		h->at++;
	as_span out = in_quotes ? inside : as_cut(h->s, from, h->at - from);
	*last = at_end(h) || h->s.p[h->at] == '\n';
	h->line += !at_end(h) && *last;
	h->at += !at_end(h);
	return as_trim(out);
}

static bool named(const char *names, as_span s)
{
	for (size_t i = 0; names; i++) {
		as_span one = as_field(as_lit(names), '|', i);
		if (!one.p)
			return false;
		char word[CELL_NUMBER] = { 0 };
		memcpy(word, one.p, as_min(one.n, sizeof(word) - 1));
		if (as_is_nocase(s, word))
			return true;
	}
	return false;
}

static column column_of(const as_form *form, as_span s)
{
	static const char *const ends[] = { "_low", "_likely", "_high" };
	for (size_t i = 0; i < form->n; i++) {
		const as_blank *d = &form->fields[i];
		if (as_is_nocase(s, d->name) || named(d->also, s))
			return (column){ .field = d };
		for (size_t e = 0;
			d->kind == AS_BLANK_QUANTITY && e < sizeof(ends) / sizeof(ends[0]); e++)
			if (as_starts(s, d->name) && as_is(as_from(s, strlen(d->name)), ends[e]))
				return (column){ .field = d, .part = ends[e] + 1 };
	}
	return (column){ 0 };
}

static as_toml *value(sheet *h, unsigned line, as_toml_kind kind, as_span key)
{
	as_toml *v = as_alloc(h->f->arena, sizeof(*v));
	h->f->no_memory |= !v;
	if (v)
		*v = (as_toml){ .kind = kind, .line = line, .key = key };
	return v;
}

static void add(as_toml *to, as_toml *v)
{
	if (!to || !v)
		return;
	if (to->last)
		to->last->next = v;
	else
		to->first = v;
	to->last = v;
	to->n++;
}

static bool is_a_number(as_span s, double *out)
{
	char text[CELL_NUMBER];
	if (s.n == 0 || s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = 0;
	char *end = NULL;
	double v = strtod(text, &end);
	if (*end || !isfinite(v))
		return false;
	*out = v;
	return true;
}

/* A cell as TOML would have it, by the kind of its field. */
static as_toml *as_value(sheet *h, unsigned line, as_blank_kind kind, as_span key, as_span s)
{
	as_toml *v = value(h, line, AS_TOML_TEXT, key);
	if (!v)
		return NULL;
	v->text = s;
	bool number =
		kind == AS_BLANK_NUMBER || kind == AS_BLANK_WHOLE || kind == AS_BLANK_QUANTITY;
	if (number && is_a_number(s, &v->number))
		v->kind = AS_TOML_NUMBER;
	if (kind == AS_BLANK_TRUTH && (as_is_nocase(s, "true") || as_is_nocase(s, "false"))) {
		v->kind = AS_TOML_TRUTH;
		v->truth = as_is_nocase(s, "true");
	}
	if (kind != AS_BLANK_TEXTS && kind != AS_BLANK_WORDS)
		return v;
	v->kind = AS_TOML_ARRAY;
	for (size_t i = 0; as_field(s, ';', i).p; i++)
		if (as_trim(as_field(s, ';', i)).n > 0)
			add(v, as_value(h, line, AS_BLANK_TEXT, (as_span){ 0 },
				       as_trim(as_field(s, ';', i))));
	return v;
}

static void put(sheet *h, as_toml *row, size_t i, as_span s, unsigned line)
{
	const column *c = i < h->n_columns ? &h->columns[i] : NULL;
	if (!c || !c->field || s.n == 0)
		return;
	if (!c->part) {
		add(row, as_value(h, line, c->field->kind, as_lit(c->field->name), s));
		return;
	}
	as_toml *whole = (as_toml *)(uintptr_t)as_toml_get(row, c->field->name);
	if (!whole) {
		whole = value(h, line, AS_TOML_TABLE, as_lit(c->field->name));
		add(row, whole);
	}
	add(whole, as_value(h, line, AS_BLANK_NUMBER, as_lit(c->part), s));
}

static void read_header(sheet *h)
{
	as_span first = as_cut(h->s, 0, as_min(as_find_byte(h->s, '\n', 0), h->s.n));
	h->between = as_find_byte(first, '\t', 0) != SIZE_MAX  ? '\t'
		     : as_find_byte(first, ',', 0) != SIZE_MAX ? ','
		     : as_find_byte(first, ';', 0) != SIZE_MAX ? ';'
							       : ',';
	bool last = false, known = false;
	while (!last && !at_end(h)) {
		as_span s = cell(h, &last);
		if (h->n_columns == COLUMNS)
			continue;
		column c = column_of(h->form, s);
		for (size_t i = 0; c.field && i < h->n_columns; i++)
			if (h->columns[i].field == c.field && h->columns[i].part == c.part)
				as_fault_add(h->f, h->file, 1, "two columns are %s", c.field->name);
		h->columns[h->n_columns++] = c;
		known |= c.field != NULL;
	}
	if (!known)
		as_fault_add(h->f, h->file, 1,
			"the first line names no column that is known: %s, ...",
			h->form->fields[0].name);
}

static size_t lines_in(as_span s)
{
	size_t n = 1;
	for (size_t at = 0; (at = as_find_byte(s, '\n', at)) != SIZE_MAX; at++)
		n++;
	return n;
}

static void read_rows(sheet *h, as_rows *rows)
{
	while (!at_end(h) && !h->f->no_memory) {
		unsigned line = h->line;
		as_toml *row = value(h, line, AS_TOML_TABLE, (as_span){ 0 });
		bool last = false;
		for (size_t i = 0; row && !last && !at_end(h); i++) {
			as_span s = cell(h, &last);
			put(h, row, i, s, line);
		}
		if (row && row->n > 0)
			as_form_read(h->form, row, h->file,
				(uint8_t *)rows->p + rows->n++ * h->form->size, h->f);
	}
}

void as_form_csv(const as_form *form, as_span text, as_span file, as_rows *rows, as_faults *f)
{
	sheet *h = as_alloc(f->arena, sizeof(*h));
	size_t most = lines_in(text);
	if (most > ROWS_MOST) {
		as_fault_add(f, file, 0, "more than %d lines", ROWS_MOST);
		return;
	}
	as_rows all = { .p = as_alloc_array(f->arena, rows->n + most, form->size), .n = rows->n };
	if (!h || !all.p) {
		f->no_memory = true;
		return;
	}
	if (rows->n)
		memcpy(all.p, rows->p, rows->n * form->size);
	*h = (sheet){ .form = form,
		.s = as_starts(text, "\xef\xbb\xbf") ? as_from(text, 3) : text,
		.file = file,
		.line = 1,
		.f = f };
	read_header(h);
	if (h->n_columns > 0)
		read_rows(h, &all);
	*rows = all;
}
