/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/form.h"

#include <math.h>
#include <stdlib.h>

#include "assess/near.h"
#include "base/text.h"

typedef struct filling {
	const as_form *form;
	const as_blank *field;
	as_span file;
	uint8_t *row;
	as_faults *f;
} filling;

static void *slot(const filling *x) { return x->row + x->field->at; }

static void wrong(const filling *x, unsigned line, const char *what)
{
	as_fault_add(x->f, x->file, line, "%s: %s %s", x->form->title, x->field->name, what);
}

/* What was written in place of what is to stand there. */
static const char *found(const filling *x, const as_toml *v)
{
	static const char *const kinds[] = { [AS_TOML_TABLE] = "a table",
		[AS_TOML_ARRAY] = "a list",
		[AS_TOML_NUMBER] = "a number",
		[AS_TOML_TRUTH] = "true or false" };
	if (v->kind != AS_TOML_TEXT && v->kind != AS_TOML_TIME)
		return kinds[v->kind];
	as_span s = as_print(x->f->arena, "'%s'", as_shown_text(x->f->arena, v->text));
	return s.p ? (const char *)s.p : "?";
}

static void wrong_kind(const filling *x, const as_toml *v, const char *wanted)
{
	as_fault_add(x->f, x->file, v->line, "%s: %s is %s; it is to be %s", x->form->title,
		x->field->name, found(x, v), wanted);
}

static const char *amount(as_arena *arena, double v)
{
	as_span s = as_print(arena, "%.15g", v);
	return s.p ? (const char *)s.p : "?";
}

static bool in_bounds(const filling *x, unsigned line, double v)
{
	as_arena *a = x->f->arena;
	if (v >= x->field->low && v <= x->field->high && isfinite(v))
		return true;
	if (x->field->high == INFINITY && !isfinite(v))
		wrong(x, line, "is to be a number that ends");
	else if (x->field->high == INFINITY)
		as_fault_add(x->f, x->file, line, "%s: %s is %s; it cannot be less than %s",
			x->form->title, x->field->name, amount(a, v), amount(a, x->field->low));
	else
		as_fault_add(x->f, x->file, line, "%s: %s is %s; it lies between %s and %s",
			x->form->title, x->field->name, amount(a, v), amount(a, x->field->low),
			amount(a, x->field->high));
	return false;
}

static void take_number(const filling *x, const as_toml *v)
{
	if (v->kind != AS_TOML_NUMBER) {
		wrong_kind(x, v, "a number");
		return;
	}
	if (x->field->kind == AS_BLANK_WHOLE && v->number != floor(v->number)) {
		as_fault_add(x->f, x->file, v->line, "%s: %s is %s; it is to be a whole number",
			x->form->title, x->field->name, amount(x->f->arena, v->number));
		return;
	}
	if (in_bounds(x, v->line, v->number))
		*(double *)slot(x) = v->number;
}

/* The numbers that a quantity may be written with, and what they make of it. */
static const char *const parts[] = { "low", "likely", "high", "min", "max", "events", "years",
	"cap", "value", "successes", "trials" };
enum { LOW, LIKELY, HIGH, MIN, MAX, EVENTS, YEARS, CAP, VALUE, SUCCESSES, TRIALS, PARTS };
enum { PERT_WEIGHT = 4, VALUES_MOST = 100000 };

static unsigned bit(unsigned i) { return 1u << i; }

static const struct {
	unsigned set;
	as_distribution_kind kind;
	unsigned a, m, b;
} forms[] = {
	{ 1u << VALUE, AS_FIXED, VALUE, VALUE, VALUE },
	{ 1u << LOW | 1u << HIGH, AS_LOGNORMAL, LOW, LOW, HIGH },
	{ 1u << LOW | 1u << HIGH | 1u << CAP, AS_LOGNORMAL, LOW, LOW, HIGH },
	{ 1u << LOW | 1u << LIKELY | 1u << HIGH, AS_PERT, LOW, LIKELY, HIGH },
	{ 1u << MIN | 1u << MAX, AS_UNIFORM, MIN, MIN, MAX },
	{ 1u << EVENTS | 1u << YEARS, AS_RATE, EVENTS, EVENTS, YEARS },
	{ 1u << SUCCESSES | 1u << TRIALS, AS_TRIALS, SUCCESSES, SUCCESSES, TRIALS },
};

/* What was counted is a fact; what anybody thinks an estimate. */
static as_origin origin_of(as_distribution_kind kind)
{
	bool counted = kind == AS_RATE || kind == AS_TRIALS || kind == AS_EMPIRICAL;
	return counted ? AS_FACT : AS_ESTIMATE;
}

static void keep_quantity(const filling *x, unsigned line, const as_distribution *d, as_span source)
{
	*(as_quantity *)slot(x) = (as_quantity){
		.d = *d, .source = source, .line = line, .origin = origin_of(d->kind)
	};
}

/* A quantity of the numbers that are set. */
static void make_quantity(
	const filling *x, unsigned line, unsigned set, const double *v, as_span source)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (forms[i].set != set)
			continue;
		as_distribution d = { .kind = forms[i].kind,
			.a = v[forms[i].a],
			.m = v[forms[i].m],
			.b = v[forms[i].b],
			.g = PERT_WEIGHT,
			.cap = set & bit(CAP) ? v[CAP] : 0 };
		if ((d.kind == AS_PERT || d.kind == AS_UNIFORM) && d.a == d.b && d.m >= d.a &&
			d.m <= d.b)
			d.kind = AS_FIXED;
		const char *bad = as_distribution_wrong(&d);
		if (bad) {
			wrong(x, line, bad);
			return;
		}
		keep_quantity(x, line, &d, source);
		return;
	}
	wrong(x, line,
		"is to be a number, or { low, high } (5 % lie below, 5 % above), { low, likely, "
		"high }, { min, max }, "
		"{ events, years }, { successes, trials } or { values = [...] }");
}

/* What stands in a quantity and does not belong there, or is no number. */
static void wrong_part(const filling *x, const as_toml *c, bool known)
{
	const char *name = as_shown_text(x->f->arena, c->key);
	bool source = as_is(c->key, "source");
	if (known || source) {
		as_fault_add(x->f, x->file, c->line, "%s: %s: %s is %s; it is to be a %s",
			x->form->title, x->field->name, name, found(x, c),
			source ? "text" : "number");
		return;
	}
	as_near near = { .given = c->key };
	for (unsigned i = 0; i < PARTS; i++)
		as_near_try(&near, as_lit(parts[i]));
	as_near_try(&near, as_lit("values"));
	as_near_try(&near, as_lit("source"));
	as_fault_add(x->f, x->file, c->line,
		"%s: %s: a quantity has no '%s'%s (it has low, likely, high, cap, min, max, "
		"events, years, successes, trials, value, values, source)",
		x->form->title, x->field->name, name, as_near_text(&near, x->f->arena));
}

static int rising(const void *a, const void *b)
{
	double u = *(const double *)a, v = *(const double *)b;
	return (u > v) - (u < v);
}

/* Values that were met: each is as likely as the others. */
static bool take_values(const filling *x, const as_toml *list, as_distribution *d)
{
	bool fine = list->kind == AS_TOML_ARRAY && list->n >= 2 && list->n <= VALUES_MOST;
	double *v = fine ? as_alloc_array(x->f->arena, list->n, sizeof(*v)) : NULL;
	x->f->no_memory |= fine && !v;
	for (const as_toml *c = list->first; v && c; c = c->next) {
		fine &= c->kind == AS_TOML_NUMBER && in_bounds(x, c->line, c->number);
		v[d->n++] = c->number;
	}
	if (!fine || !v) {
		wrong(x, list->line, "wants from two to 100,000 values within its bounds");
		return false;
	}
	qsort(v, d->n, sizeof(*v), rising);
	d->kind = AS_EMPIRICAL;
	d->values = v;
	return true;
}

static bool is_count(unsigned part)
{
	return part == EVENTS || part == YEARS || part == SUCCESSES || part == TRIALS;
}

static void take_quantity(const filling *x, const as_toml *v)
{
	double numbers[PARTS] = { 0 };
	unsigned set = 0;
	as_span source = { 0 };
	as_distribution met = { 0 };
	bool fine = true;
	if (v->kind == AS_TOML_NUMBER) {
		numbers[VALUE] = v->number;
		if (in_bounds(x, v->line, v->number))
			make_quantity(x, v->line, bit(VALUE), numbers, source);
		return;
	}
	if (v->kind != AS_TOML_TABLE) {
		make_quantity(x, v->line, 0, numbers, source);
		return;
	}
	for (const as_toml *c = v->first; c; c = c->next) {
		unsigned i = 0;
		while (i < PARTS && !as_is(c->key, parts[i]))
			i++;
		if (as_is(c->key, "source") && c->kind == AS_TOML_TEXT) {
			source = c->text;
		} else if (as_is(c->key, "values")) {
			fine &= take_values(x, c, &met);
		} else if (i == PARTS || c->kind != AS_TOML_NUMBER) {
			wrong_part(x, c, i < PARTS);
			fine = false;
		} else {
			fine &= is_count(i) || in_bounds(x, c->line, c->number);
			numbers[i] = c->number;
			set |= bit(i);
		}
	}
	if (fine && met.n && set == 0)
		keep_quantity(x, v->line, &met, source);
	else if (fine)
		make_quantity(x, v->line, met.n ? 0 : set, numbers, source);
}

static bool word_of(const filling *x, as_span s, unsigned line, unsigned *out)
{
	as_buf all = { 0 };
	as_near near = { .given = s };
	for (unsigned i = 0; x->field->words[i]; i++) {
		if (as_is_nocase(s, x->field->words[i])) {
			*out = i;
			as_buf_free(&all);
			return true;
		}
		as_near_try(&near, as_lit(x->field->words[i]));
		as_buf_print(&all, "%s%s", i ? ", " : "", x->field->words[i]);
	}
	as_fault_add(x->f, x->file, line, "%s: %s: '%s' is none of %.*s%s", x->form->title,
		x->field->name, as_shown_text(x->f->arena, s), (int)all.n, (const char *)all.p,
		as_near_text(&near, x->f->arena));
	as_buf_free(&all);
	return false;
}

static void take_text(const filling *x, as_span s, unsigned line)
{
	unsigned i = 0;
	if (x->field->kind == AS_BLANK_WORD) {
		if (word_of(x, s, line, &i))
			*(unsigned *)slot(x) = i;
	} else if (x->field->kind == AS_BLANK_DATE && !as_is_date(s)) {
		as_fault_add(x->f, x->file, line, "%s: %s is '%s'; it is to be a day, YYYY-MM-DD",
			x->form->title, x->field->name, as_shown_text(x->f->arena, s));
	} else if (x->field->needed && as_trim(s).n == 0) {
		wrong(x, line, "is empty");
	} else {
		*(as_span *)slot(x) = s;
	}
}

static void add_text(const filling *x, as_span s, unsigned line)
{
	unsigned i = 0;
	if (x->field->kind == AS_BLANK_WORDS) {
		if (word_of(x, s, line, &i))
			*(unsigned *)slot(x) |= bit(i);
		return;
	}
	as_texts *t = slot(x);
	t->p[t->n++] = s;
}

static bool room_for(const filling *x, size_t n)
{
	if (x->field->kind != AS_BLANK_TEXTS)
		return true;
	as_texts *t = slot(x);
	*t = (as_texts){ .p = as_alloc_array(x->f->arena, n ? n : 1, sizeof(*t->p)) };
	x->f->no_memory |= !t->p;
	return t->p;
}

static void take_texts(const filling *x, const as_toml *v)
{
	if (v->kind == AS_TOML_TEXT) {
		if (room_for(x, 1))
			add_text(x, v->text, v->line);
		return;
	}
	if (v->kind != AS_TOML_ARRAY || !room_for(x, v->n)) {
		wrong_kind(x, v, "a list of texts");
		return;
	}
	for (const as_toml *c = v->first; c; c = c->next) {
		if (c->kind == AS_TOML_TEXT)
			add_text(x, c->text, c->line);
		else
			as_fault_add(x->f, x->file, c->line, "%s: %s: %s is no text",
				x->form->title, x->field->name, found(x, c));
	}
}

static void take(const filling *x, const as_toml *table, const as_toml *v)
{
	switch (x->field->kind) {
	case AS_BLANK_NUMBER:
	case AS_BLANK_WHOLE:
		take_number(x, v);
		return;
	case AS_BLANK_QUANTITY:
		take_quantity(x, v);
		return;
	case AS_BLANK_TEXTS:
	case AS_BLANK_WORDS:
		take_texts(x, v);
		return;
	case AS_BLANK_TRUTH:
		if (v->kind == AS_TOML_TRUTH)
			*(bool *)slot(x) = v->truth;
		else
			wrong_kind(x, v, "true or false");
		return;
	case AS_BLANK_ROWS:
		*(as_rows *)slot(x) =
			as_form_rows(x->field->rows, table, x->field->name, x->file, x->f);
		return;
	case AS_BLANK_TEXT:
	case AS_BLANK_DATE:
	case AS_BLANK_WORD:
		break;
	}
	if (v->kind == AS_TOML_TEXT || (v->kind == AS_TOML_TIME && x->field->kind == AS_BLANK_DATE))
		take_text(x, v->text, v->line);
	else
		wrong_kind(x, v, x->field->kind == AS_BLANK_DATE ? "a day, YYYY-MM-DD" : "a text");
}

static const as_blank *field_of(const as_form *form, as_span key)
{
	for (size_t i = 0; i < form->n; i++)
		if (as_is(key, form->fields[i].name))
			return &form->fields[i];
	return NULL;
}

static void unknown(const as_form *form, as_span file, unsigned line, as_span key, as_faults *f)
{
	as_buf all = { 0 };
	as_near near = { .given = key };
	for (size_t i = 0; i < form->n; i++) {
		as_near_try(&near, as_lit(form->fields[i].name));
		as_buf_print(&all, "%s%s", i ? ", " : "", form->fields[i].name);
	}
	const char *meant = as_near_text(&near, f->arena);
	if (*meant)
		as_fault_add(f, file, line, "%s has no field '%s'%s", form->title,
			as_shown_text(f->arena, key), meant);
	else
		as_fault_add(f, file, line, "%s has no field '%s'; it has %.*s", form->title,
			as_shown_text(f->arena, key), (int)all.n, (const char *)all.p);
	as_buf_free(&all);
}

bool as_form_told(const as_written *w, const char *field)
{
	return w->table && as_toml_get(w->table, field);
}

unsigned as_form_line(const as_written *w, const char *field)
{
	const as_toml *v = w->table ? as_toml_get(w->table, field) : NULL;
	return v ? v->line : w->line;
}

unsigned as_form_line_of(const as_written *w, const char *field, as_span text)
{
	const as_toml *v = w->table ? as_toml_get(w->table, field) : NULL;
	for (const as_toml *c = v ? v->first : NULL; c; c = c->next)
		if (c->text.p == text.p)
			return c->line;
	return v ? v->line : w->line;
}

void as_form_read(const as_form *form, const as_toml *table, as_span file, void *row, as_faults *f)
{
	if (form->begin)
		form->begin(row);
	*(as_written *)row = (as_written){ .file = file, .line = table->line, .table = table };
	for (const as_toml *c = table->first; c; c = c->next) {
		filling x = { .form = form,
			.field = field_of(form, c->key),
			.file = file,
			.row = row,
			.f = f };
		if (x.field)
			take(&x, table, c);
		else
			unknown(form, file, c->line, c->key, f);
	}
	for (size_t i = 0; i < form->n && !table->spoiled; i++)
		if (form->fields[i].needed && !as_toml_get(table, form->fields[i].name))
			as_fault_add(f, file, table->line, "%s: %s is missing (%s)", form->title,
				form->fields[i].name, form->fields[i].what);
}

as_rows as_form_rows(
	const as_form *form, const as_toml *top, const char *key, as_span file, as_faults *f)
{
	const as_toml *v = as_toml_get(top, key);
	as_rows rows = { 0 };
	if (!v)
		return rows;
	bool one = v->kind == AS_TOML_TABLE;
	if (!one && v->kind != AS_TOML_ARRAY) {
		as_fault_add(f, file, v->line, "%s is to be a table, or several: [[%s]]", key, key);
		return rows;
	}
	rows.p = as_alloc_array(f->arena, one ? 1 : v->n, form->size);
	f->no_memory |= !rows.p && (one || v->n);
	for (const as_toml *c = one ? v : v->first; rows.p && c; c = one ? NULL : c->next) {
		if (c->kind == AS_TOML_TABLE)
			as_form_read(form, c, file, (uint8_t *)rows.p + rows.n++ * form->size, f);
		else
			as_fault_add(f, file, c->line, "%s is to hold tables only", key);
	}
	return rows;
}

static void schema_of_bounds(const as_blank *d, as_buf *out)
{
	if (d->low != -INFINITY)
		as_buf_print(out, ",\"minimum\":%.15g", d->low);
	if (d->high != INFINITY)
		as_buf_print(out, ",\"maximum\":%.15g", d->high);
}

static void schema_of_words(const as_blank *d, as_buf *out)
{
	as_buf_text(out, "\"enum\":[");
	for (size_t i = 0; d->words[i]; i++)
		as_buf_print(out, "%s\"%s\"", i ? "," : "", d->words[i]);
	as_buf_text(out, "]");
}

/* A quantity, each number of which lies within the bounds of the field. */
static void schema_of_quantity(const as_blank *d, as_buf *out)
{
	as_buf_text(out, "\"$ref\":\"#/$defs/quantity\"");
	schema_of_bounds(d, out);
	as_buf_text(out, ",\"properties\":{");
	for (unsigned i = 0, n = 0; i < PARTS; i++) {
		if (is_count(i))
			continue;
		as_buf_print(out, "%s\"%s\":{\"type\":\"number\"", n++ ? "," : "", parts[i]);
		schema_of_bounds(d, out);
		as_buf_text(out, "}");
	}
	as_buf_text(out, ",\"values\":{\"items\":{\"type\":\"number\"");
	schema_of_bounds(d, out);
	as_buf_text(out, "}}}");
}

void as_quantity_schema(as_buf *out)
{
	as_buf_text(out, "{\"anyOf\":[{\"type\":\"number\"},{\"type\":\"object\","
			 "\"additionalProperties\":false,"
			 "\"properties\":{\"source\":{\"type\":\"string\"},\"values\":{\"type\":"
			 "\"array\",\"minItems\":2,"
			 "\"items\":{\"type\":\"number\"}}},\"required\":[\"values\"]}");
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		as_buf_text(out, ",{\"type\":\"object\",\"additionalProperties\":false,"
				 "\"properties\":{\"source\":{\"type\":\"string\"}");
		for (unsigned k = 0; k < PARTS; k++)
			if (forms[i].set & bit(k))
				as_buf_print(out, ",\"%s\":{\"type\":\"number\"%s}", parts[k],
					k == YEARS || k == TRIALS ? ",\"exclusiveMinimum\":0"
					: is_count(k)             ? ",\"minimum\":0"
								  : "");
		as_buf_text(out, "},\"required\":[");
		for (unsigned k = 0, n = 0; k < PARTS; k++)
			if (forms[i].set & bit(k))
				as_buf_print(out, "%s\"%s\"", n++ ? "," : "", parts[k]);
		as_buf_text(out, "]}");
	}
	as_buf_text(out, "]}");
}

static void schema_of_list(const as_blank *d, as_buf *out)
{
	as_buf_text(out, "\"anyOf\":[");
	for (int array = 0; array < 2; array++) {
		as_buf_text(out, array ? ",{\"type\":\"array\",\"items\":{" : "{");
		if (d->kind == AS_BLANK_ROWS)
			as_buf_print(out, "\"$ref\":\"#/$defs/%s\"", d->rows->title);
		else if (d->kind == AS_BLANK_WORDS)
			schema_of_words(d, out);
		else
			as_buf_text(out, "\"type\":\"string\"");
		as_buf_text(out, array ? "}}" : "}");
	}
	as_buf_text(out, "]");
}

static void schema_of(const as_blank *d, as_buf *out)
{
	switch (d->kind) {
	case AS_BLANK_TEXT:
		as_buf_print(out, "\"type\":\"string\"%s", d->needed ? ",\"minLength\":1" : "");
		break;
	case AS_BLANK_DATE:
		as_buf_text(out, "\"type\":\"string\",\"format\":\"date\"");
		break;
	case AS_BLANK_TRUTH:
		as_buf_text(out, "\"type\":\"boolean\"");
		break;
	case AS_BLANK_NUMBER:
	case AS_BLANK_WHOLE:
		as_buf_print(
			out, "\"type\":\"%s\"", d->kind == AS_BLANK_WHOLE ? "integer" : "number");
		schema_of_bounds(d, out);
		break;
	case AS_BLANK_QUANTITY:
		schema_of_quantity(d, out);
		break;
	case AS_BLANK_WORD:
		schema_of_words(d, out);
		break;
	case AS_BLANK_TEXTS:
	case AS_BLANK_WORDS:
	case AS_BLANK_ROWS:
		schema_of_list(d, out);
		break;
	}
}

void as_form_schema(const as_form *form, as_buf *out)
{
	as_buf_print(out,
		"{\"type\":\"object\",\"title\":\"%s\",\"additionalProperties\":false,"
		"\"properties\":{",
		form->title);
	for (size_t i = 0; i < form->n; i++) {
		as_buf_print(out, "%s\"%s\":{\"description\":\"%s\",", i ? "," : "",
			form->fields[i].name, form->fields[i].what);
		schema_of(&form->fields[i], out);
		as_buf_text(out, "}");
	}
	as_buf_text(out, "},\"required\":[");
	for (size_t i = 0, n = 0; i < form->n; i++)
		if (form->fields[i].needed)
			as_buf_print(out, "%s\"%s\"", n++ ? "," : "", form->fields[i].name);
	as_buf_text(out, "]}");
}
