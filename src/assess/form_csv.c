/* SPDX-License-Identifier: Apache-2.0 */
/* Inventories: CSV as RFC 4180 has it, and as spreadsheets write it (; or tab between fields, a byte order mark).
 * A cell becomes the value that TOML would have, and is then read as one. */
#include <math.h>
#include <stdlib.h>

#include "assess/form.h"
#include "assess/near.h"
#include "base/text.h"

enum { COLUMNS = 256, CELL_NUMBER = 64, ROWS_MOST = 1000000, NEAR_LEAST = 5 };

typedef struct column {
	const as_blank *field; /* NULL: not known */
	const char *part;      /* of a quantity: "low", ...; NULL: the whole */
	unsigned rank;         /* which of the field's names this is: the first counts */
	as_span name;          /* as the file writes it */
} column;

typedef struct sheet {
	const as_form *form;
	as_span s, file;
	size_t at;
	unsigned line;
	char between;
	as_faults *f;
	as_arena *nodes; /* of the row that is being read */
	column columns[COLUMNS];
	size_t n_columns;
} sheet;

static bool at_end(const sheet *h) { return h->at >= h->s.n; }

/* A cell in quotes, from the first of these on; "" inside is ". */
static as_span quoted(sheet *h)
{
	size_t from = h->at + 1, to = from;
	unsigned line = h->line;
	for (; to < h->s.n; to++) {
		if (h->s.p[to] == '"' && as_at(h->s, to + 1) != '"')
			break;
		to += h->s.p[to] == '"';
	}
	if (to >= h->s.n)
		as_fault_add(
			h->f, h->file, line, "a quotation mark opens here and is never closed");
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
	as_span rest = as_cut(h->s, from, h->at - from), out = in_quotes ? inside : rest;
	if (in_quotes && as_trim(rest).n)
		as_fault_add(h->f, h->file, h->line,
			"'%s' stands behind a closing quotation mark (one within a text is written "
			"twice)",
			as_shown_text(h->f->arena, as_trim(rest)));
	*last = at_end(h) || h->s.p[h->at] == '\n';
	h->line += !at_end(h) && *last;
	h->at += !at_end(h);
	return as_trim(out);
}

/* The next byte of a name from *at on, in lower case; blanks, _ - and . between words say nothing. 0 at the end. */
static uint8_t letter(as_span s, size_t *at)
{
	while (*at < s.n && strchr(" _-.", s.p[*at]) && s.p[*at])
		++*at;
	uint8_t b = as_at(s, (*at)++);
	return b >= 'A' && b <= 'Z' ? (uint8_t)(b + 'a' - 'A') : b;
}

static bool is_named(as_span a, as_span b)
{
	uint8_t x = 1, y = 1;
	for (size_t i = 0, k = 0; x && x == y;) {
		x = letter(a, &i);
		y = letter(b, &k);
	}
	return x == y;
}

/* Whether s names the field: 1 for its own name, more for its other names in their order; 0: it does not. */
static unsigned rank_of(const as_blank *d, as_span s)
{
	if (is_named(s, as_lit(d->name)))
		return 1;
	for (unsigned i = 0; d->also && as_field(as_lit(d->also), '|', i).p; i++)
		if (is_named(s, as_field(as_lit(d->also), '|', i)))
			return i + 2;
	return 0;
}

static column column_of(const as_form *form, as_span s)
{
	static const char *const ends[] = { "low", "likely", "high" };
	for (size_t i = 0; i < form->n; i++) {
		const as_blank *d = &form->fields[i];
		unsigned rank = rank_of(d, s);
		if (rank)
			return (column){ .field = d, .rank = rank };
		for (size_t e = 0;
			d->kind == AS_BLANK_QUANTITY && e < sizeof(ends) / sizeof(ends[0]); e++) {
			size_t n = strlen(ends[e]);
			if (s.n > n && is_named(as_from(s, s.n - n), as_lit(ends[e])) &&
				is_named(as_cut(s, 0, s.n - n), as_lit(d->name)))
				return (column){ .field = d, .part = ends[e], .rank = 1 };
		}
	}
	return (column){ 0 };
}

static as_toml *value(sheet *h, unsigned line, as_toml_kind kind, as_span key)
{
	as_toml *v = as_alloc(h->nodes, sizeof(*v));
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
	if (end != text + s.n || !isfinite(v))
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
	for (size_t from = 0; from < s.n;) {
		size_t to = (size_t)as_min(as_find_byte(s, ';', from), s.n);
		as_span one = as_trim(as_cut(s, from, to - from));
		if (one.n > 0)
			add(v, as_value(h, line, AS_BLANK_TEXT, (as_span){ 0 }, one));
		from = to + 1;
	}
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

/* What stands between the fields: of , ; and tab the one that is met most often in the first line, outside quotes;
 * or what spreadsheets say before it, as sep=; */
static char between_of(sheet *h)
{
	size_t n[3] = { 0 };
	bool in_quotes = false;
	static const char marks[] = ",;\t";
	if (as_starts(as_from(h->s, h->at), "sep=") && as_at(h->s, h->at + 4) >= '\t' &&
		as_at(h->s, h->at + 4) != '\n') {
		char mark = (char)as_at(h->s, h->at + 4);
		h->at = (size_t)as_min(as_find_byte(h->s, '\n', h->at), h->s.n - 1) + 1;
		h->line++;
		return mark;
	}
	for (size_t i = h->at; i < h->s.n && h->s.p[i] != '\n'; i++) {
		in_quotes ^= h->s.p[i] == '"';
		for (size_t k = 0; k < sizeof(n) / sizeof(n[0]) && !in_quotes; k++)
			n[k] += h->s.p[i] == (uint8_t)marks[k];
	}
	return n[2] > n[0] && n[2] > n[1] ? '\t' : n[1] > n[0] ? ';' : ',';
}

/* One column more. Of several names of a field the one that stands first among them counts. */
static void name_column(sheet *h, as_span s, unsigned line)
{
	column c = column_of(h->form, s);
	c.name = s;
	for (size_t i = 0; c.field && i < h->n_columns; i++) {
		column *other = &h->columns[i];
		if (other->field != c.field || (c.part && other->part && c.part != other->part))
			continue;
		if (c.rank == other->rank)
			as_fault_add(h->f, h->file, line,
				"two columns are %s: '%s' is the second; leave one out",
				c.field->name, as_shown_text(h->f->arena, s));
		if (c.rank < other->rank)
			other->field = NULL;
		else
			c.field = NULL;
	}
	h->columns[h->n_columns++] = c;
}

static bool has_column(const sheet *h, const as_blank *field)
{
	for (size_t i = 0; i < h->n_columns; i++)
		if (h->columns[i].field == field)
			return true;
	return false;
}

/* A column that is not known may be one that nobody else is, with a slip. */
static void find_slips(const sheet *h, unsigned line)
{
	for (size_t i = 0; i < h->n_columns; i++) {
		as_near near = { .given = h->columns[i].name };
		for (size_t k = 0; near.given.n >= NEAR_LEAST && k < h->form->n; k++)
			if (!has_column(h, &h->form->fields[k]))
				as_near_try(&near, as_lit(h->form->fields[k].name));
		if (!h->columns[i].field && near.slips == 1)
			as_fault_add(h->f, h->file, line,
				"there is no column '%s'%s Call it otherwise if not",
				as_shown_text(h->f->arena, near.given),
				as_near_text(&near, h->f->arena));
	}
}

/* The first line names the columns. False if no row can be read. */
static bool read_header(sheet *h)
{
	bool last = false, known = false, whole = true, all = true;
	h->between = between_of(h);
	unsigned line = h->line;
	while (!last && !at_end(h)) {
		as_span s = cell(h, &last);
		if (h->n_columns < COLUMNS)
			name_column(h, s, line);
		else
			whole = false;
	}
	for (size_t i = 0; i < h->n_columns; i++)
		known |= h->columns[i].field != NULL;
	if (!whole)
		as_fault_add(h->f, h->file, line, "more than %d columns", COLUMNS);
	if (!known)
		as_fault_add(h->f, h->file, line,
			"this line names no column that is known, such as %s, %s, %s",
			h->form->fields[0].name, h->form->fields[1].name, h->form->fields[2].name);
	for (size_t i = 0; known && i < h->form->n; i++) {
		const as_blank *d = &h->form->fields[i];
		bool there = !d->needed || has_column(h, d);
		all &= there;
		if (!there)
			as_fault_add(h->f, h->file, line, "there is no column %s (%s)%s%s", d->name,
				d->what, d->also ? "; also called: " : "", d->also ? d->also : "");
	}
	find_slips(h, line);
	return known && all;
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
		size_t before = h->f->n;
		as_arena_reset(h->nodes);
		as_toml *row = value(h, line, AS_TOML_TABLE, (as_span){ 0 });
		bool last = false;
		size_t i = 0, beyond = 0;
		for (; row && !last && !at_end(h); i++) {
			as_span s = cell(h, &last);
			put(h, row, i, s, line);
			beyond += i >= h->n_columns && s.n;
		}
		if (beyond)
			as_fault_add(h->f, h->file, line,
				"this line has %zu fields, the first line names %zu", i,
				h->n_columns);
		if (!row || row->n == 0 || h->f->n > before)
			continue;
		uint8_t *to = (uint8_t *)rows->p + rows->n++ * h->form->size;
		as_form_read(h->form, row, h->file, to, h->f);
		((as_written *)(void *)to)->table = NULL;
	}
}

/* Whether it is a text at all: spreadsheets also write UTF-16, and code pages of one byte. */
static bool is_readable(as_span text, as_span file, as_faults *f)
{
	unsigned line = 1;
	if (as_starts(text, "\xff\xfe") || as_starts(text, "\xfe\xff")) {
		as_fault_add(f, file, 1, "this is UTF-16: save it as CSV in UTF-8");
		return false;
	}
	for (size_t i = 0; i < text.n; i++) {
		size_t n = text.p[i] < 0x80 ? 1 : as_utf8(text, i);
		if (text.p[i] == 0 || n == 0) {
			as_fault_add(f, file, line,
				text.p[i] ? "a byte that is no UTF-8: save it as CSV in UTF-8"
					  : "a byte 0: this is no CSV file");
			return false;
		}
		line += text.p[i] == '\n';
		i += n - 1;
	}
	return true;
}

void as_form_csv(const as_form *form, as_span text, as_span file, as_rows *rows, as_faults *f)
{
	size_t most = lines_in(text);
	if (!is_readable(text, file, f))
		return;
	if (most > ROWS_MOST + 2) { /* the first names columns, the last may be empty */
		as_fault_add(
			f, file, 0, "it has %zu lines: at most %d can be read", most, ROWS_MOST);
		return;
	}
	sheet *h = as_alloc(f->arena, sizeof(*h));
	as_rows all = { .p = as_alloc_array(f->arena, rows->n + most, form->size), .n = rows->n };
	as_arena *nodes = as_arena_new(0);
	f->no_memory |= !h || !all.p || !nodes;
	if (f->no_memory) {
		as_arena_free(nodes);
		return;
	}
	if (rows->n)
		memcpy(all.p, rows->p, rows->n * form->size);
	*h = (sheet){ .form = form,
		.s = text,
		.at = as_starts(text, "\xef\xbb\xbf") ? 3 : 0,
		.file = file,
		.line = 1,
		.f = f,
		.nodes = nodes };
	if (read_header(h))
		read_rows(h, &all);
	as_arena_free(nodes);
	*rows = all;
}
