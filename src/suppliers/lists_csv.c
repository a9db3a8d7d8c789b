/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of restrictions in CSV. */
#include <ctype.h>
#include <stdio.h>

#include "suppliers/lists_state.h"

const as_list_layout as_list_opensanctions = { .name = "opensanctions",
	.title = "OpenSanctions",
	.must = { "id", "schema", "name", "aliases" },
	.column = { [AS_LIST_LIST] = "dataset",
		[AS_LIST_REF] = "id",
		[AS_LIST_TYPE] = "schema",
		[AS_LIST_ENTITY] = "name",
		[AS_LIST_NAMES_OF] = "aliases",
		[AS_LIST_WORDS_OF] = "sanctions",
		[AS_LIST_WORDS_MORE] = "program_ids",
		[AS_LIST_IDENTIFIERS] = "identifiers" } };
const as_list_layout as_list_csl = { .name = "csl",
	.title = "US Consolidated Screening List",
	.jurisdiction = "US",
	.must = { "source", "programs", "name", "alt_names" },
	.column = { [AS_LIST_LIST] = "source",
		[AS_LIST_REF] = "_id",
		[AS_LIST_TYPE] = "type",
		[AS_LIST_ENTITY] = "name",
		[AS_LIST_NAMES_OF] = "alt_names",
		[AS_LIST_DATE] = "start_date",
		[AS_LIST_UNTIL] = "end_date",
		[AS_LIST_WORDS_OF] = "license_requirement",
		[AS_LIST_WORDS_MORE] = "license_policy",
		[AS_LIST_WORDS_THIRD] = "programs",
		[AS_LIST_IDENTIFIERS] = "ids",
		[AS_LIST_SOURCE] = "federal_register_notice" } };
static const as_list_layout others[] = {
	{ .name = "us-fcc-covered",
		.title = "FCC Covered List",
		.jurisdiction = "US",
		.must = { "covered_equipment_or_services", "date_of_inclusion_on_covered_list" },
		.column = { [AS_LIST_ENTITY] = "covered_equipment_or_services",
			[AS_LIST_DATE] = "date_of_inclusion_on_covered_list",
			[AS_LIST_WORDS_OF] = "covered_equipment_or_services" },
		.sentence = true },
	{ .name = "us-fcc-covered",
		.title = "FCC Covered List",
		.jurisdiction = "US",
		.must = { "entity name", "covered equipment or services" },
		.column = { [AS_LIST_ENTITY] = "entity name",
			[AS_LIST_NAMES_OF] = "subsidiary names",
			[AS_LIST_DATE] = "date of inclusion on covered list",
			[AS_LIST_WORDS_OF] = "covered equipment or services",
			[AS_LIST_WORDS_MORE] = "notes 1" } },
	{ .name = "sheet",
		.title = "restrictions",
		.must = { "list", "entity" },
		.column = { [AS_LIST_LIST] = "list",
			[AS_LIST_TITLE] = "title",
			[AS_LIST_JURISDICTION] = "jurisdiction",
			[AS_LIST_AUTHORITY] = "authority",
			[AS_LIST_TYPE] = "kind",
			[AS_LIST_ENTITY] = "entity",
			[AS_LIST_NAMES_OF] = "names",
			[AS_LIST_DATE] = "date",
			[AS_LIST_UNTIL] = "until",
			[AS_LIST_WORDS_OF] = "words",
			[AS_LIST_IDENTIFIERS] = "identifiers",
			[AS_LIST_SOURCE] = "source" } },
};

/* The names in a sentence of the FCC: "... produced by X, including", "provided by X subject to". */
static as_span named_in(as_span sentence)
{
	static const char *const before[] = { "directly or indirectly, by ",
		"produced or provided by ", "produced by ", "provided by " };
	static const char *const after[] = { ", including ", ", to the extent ", " subject to ",
		", subject to ", " or any of ", " and its " };
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		size_t at = as_find(sentence, as_lit(before[i]), 0);
		if (at == SIZE_MAX)
			continue;
		as_span rest = as_from(sentence, at + as_lit(before[i]).n);
		size_t end = rest.n;
		for (size_t k = 0; k < sizeof(after) / sizeof(after[0]); k++) {
			size_t cut = as_find(rest, as_lit(after[k]), 0);
			end = cut < end ? cut : end;
		}
		return as_trim(as_cut(rest, 0, end));
	}
	return (as_span){ 0 };
}

/* A country's code at the beginning of a list's name: "us_fcc_covered_list", "EU ...". */
static as_span jurisdiction_of(as_span list, char out[3])
{
	uint8_t a = as_at(list, 0), b = as_at(list, 1), next = as_at(list, 2);
	if (!isalpha(a) || !isalpha(b) || (next != '_' && (next != ' ' || a >= 'a' || b >= 'a')))
		return (as_span){ 0 };
	out[0] = (char)toupper(a);
	out[1] = (char)toupper(b);
	out[2] = 0;
	return strcmp(out, "UK") == 0 ? as_lit("GB") : as_lit(out);
}

static size_t column_of(const as_csv_record *head, const char *name)
{
	for (size_t i = 0; name && i < head->n; i++)
		if (as_is_nocase(head->field[i], name))
			return i;
	return SIZE_MAX;
}

static bool fits(const as_list_layout *y, const as_csv_record *head)
{
	bool all = true;
	for (size_t k = 0; k < 4 && y->must[k]; k++)
		all = all && column_of(head, y->must[k]) != SIZE_MAX;
	return all;
}

static const as_list_layout *layout_of(const as_csv_record *head)
{
	if (fits(&as_list_opensanctions, head))
		return &as_list_opensanctions;
	if (fits(&as_list_csl, head))
		return &as_list_csl;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (fits(&others[i], head))
			return &others[i];
	return NULL;
}

/* OFAC's files have no head: 12 columns, or 5 of other names, the first a number. */
static bool is_sdn(const as_csv_record *r)
{
	uint64_t number;
	return r->n == 12 && as_number(r->field[0], 10, &number) &&
	       !as_number(r->field[1], 10, &number);
}

static bool is_alt(const as_csv_record *r)
{
	uint64_t number;
	return r->n == 5 && as_number(r->field[0], 10, &number) &&
	       as_number(r->field[1], 10, &number);
}

bool as_lists_knows(const as_csv_record *head)
{
	return is_sdn(head) || is_alt(head) || layout_of(head);
}

/* The columns of a record by what they mean. */
static void sort_columns(
	const size_t at[AS_LIST_COLUMNS], const as_csv_record *r, as_span out[AS_LIST_COLUMNS])
{
	for (size_t i = 0; i < AS_LIST_COLUMNS; i++)
		out[i] = at[i] < r->n ? r->field[at[i]] : (as_span){ 0 };
}

/* Several texts as one, with full stops between. */
static as_span join(as_buf *to, as_span a, as_span b, as_span c)
{
	as_span parts[] = { a, b, c };
	as_buf_clear(to);
	for (size_t i = 0; i < 3; i++) {
		if (to->n > 0 && parts[i].n > 0)
			as_buf_text(to, "; ");
		as_buf_add(to, parts[i].p, parts[i].n);
	}
	return as_buf_span_of(to);
}

/* The list that a record is of. name: what its column says. */
as_list_about as_lists_of(const as_list_layout *y, const as_span x[AS_LIST_COLUMNS],
	char id[AS_LIST_ID], char code[3])
{
	as_span name = as_trim(as_field(x[AS_LIST_LIST], ';', 0));
	as_list_about a = { .title = x[AS_LIST_TITLE].n > 0 ? x[AS_LIST_TITLE] : name };
	bool own = strcmp(y->name, "sheet") == 0;
	if (name.n == 0)
		(void)snprintf(id, AS_LIST_ID, "%s", y->name);
	else if (own)
		(void)snprintf(id, AS_LIST_ID, "%.*s", (int)as_min(name.n, AS_LIST_ID / 2), name.p);
	else
		(void)snprintf(id, AS_LIST_ID, "%s: %.*s", y->name,
			(int)as_min(name.n, AS_LIST_ID / 2), name.p);
	a.id = as_lit(id);
	size_t dash = as_find(name, as_lit(" - "), 0);
	a.authority = x[AS_LIST_AUTHORITY].n > 0 ? x[AS_LIST_AUTHORITY]
		      : dash != SIZE_MAX         ? as_from(name, dash + 3)
						 : (as_span){ 0 };
	a.jurisdiction = x[AS_LIST_JURISDICTION].n > 0 ? x[AS_LIST_JURISDICTION]
			 : y->jurisdiction             ? as_lit(y->jurisdiction)
						       : jurisdiction_of(name, code);
	a.title = a.title.n > 0 ? a.title : as_lit(y->title);
	return a;
}

as_status as_lists_record(as_lists *l, const as_list_layout *y, const as_span x[AS_LIST_COLUMNS])
{
	char id[AS_LIST_ID], code[3];
	as_list_entry e = { .list = as_lists_of(y, x, id, code),
		.ref = x[AS_LIST_REF],
		.date = x[AS_LIST_DATE],
		.until = x[AS_LIST_UNTIL],
		.source = x[AS_LIST_SOURCE] };
	e.entity = y->sentence ? named_in(x[AS_LIST_ENTITY]) : x[AS_LIST_ENTITY];
	e.category = (y->sentence && e.entity.n == 0) || as_is_nocase(x[AS_LIST_TYPE], "category");
	e.entity = e.category && y->sentence ? as_cut(x[AS_LIST_ENTITY], 0,
						       as_min(x[AS_LIST_ENTITY].n, AS_LIST_ID / 2))
					     : e.entity;
	e.words =
		join(&l->text, x[AS_LIST_WORDS_OF], x[AS_LIST_WORDS_MORE], x[AS_LIST_WORDS_THIRD]);
	if (as_lists_is_other(x[AS_LIST_TYPE])) {
		l->n.left_out++;
		return AS_OK;
	}
	if (e.entity.n == 0)
		as_problem(l->told, "nobody is named", (as_span){ 0 });
	if (e.entity.n == 0)
		return AS_OK;
	as_status s = as_lists_entry(l, &e);
	if (s == AS_OK && !e.category)
		s = as_lists_names(l, e.entity);
	if (s == AS_OK)
		s = as_lists_all(l, x[AS_LIST_NAMES_OF]);
	return s == AS_OK ? as_lists_identifiers(l, x[AS_LIST_IDENTIFIERS]) : s;
}

/* A record of OFAC's, where "-0-" is nothing. */
static as_status take_sdn(as_lists *l, const as_csv_record *r)
{
	static const as_list_about sdn = { { (const uint8_t *)"us-ofac-sdn", 11 },
		{ (const uint8_t *)"OFAC SDN list", 13 }, { (const uint8_t *)"US", 2 },
		{ (const uint8_t *)"Office of Foreign Assets Control", 32 } };
	as_span x[12] = { { 0 } };
	for (size_t i = 0; i < r->n && i < 12; i++)
		x[i] = as_is(r->field[i], "-0-") ? (as_span){ 0 } : r->field[i];
	if (is_sdn(r)) {
		as_list_entry e = { .list = sdn,
			.ref = x[0],
			.entity = x[1],
			.words = join(&l->text, x[3], x[11], (as_span){ 0 }) };
		l->n.left_out += as_lists_is_other(x[2]);
		as_status s = as_lists_is_other(x[2]) ? AS_OK : as_lists_entry(l, &e);
		return s == AS_OK && !as_lists_is_other(x[2]) ? as_lists_name(l, x[1]) : s;
	}
	if (!is_alt(r)) {
		as_problem(l->told, "this is no record of sdn.csv or alt.csv", (as_span){ 0 });
		return AS_OK;
	}
	as_status s = AS_OK;
	as_lists_bind(l->find, 1, sdn.id);
	as_lists_bind(l->find, 2, x[0]);
	if (!as_db_row(l->find, &s))
		return s; /* of a person or a ship; or sdn.csv was not imported */
	l->at = sqlite3_column_int64(l->find, 0);
	(void)sqlite3_reset(l->find);
	return as_lists_name(l, x[3]);
}

static as_status take_each(
	as_lists *l, const as_list_layout *y, const size_t at[AS_LIST_COLUMNS], as_csv *csv)
{
	as_csv_record r;
	as_span x[AS_LIST_COLUMNS];
	as_status s = AS_OK;
	while (s <= AS_NOT_THIS && as_csv_next(csv, &r)) {
		l->told->line = r.line;
		if (r.fault) {
			as_problem(l->told, r.fault, (as_span){ 0 });
			continue;
		}
		if (!y && as_is(r.field[0], "\x1a"))
			continue;
		if (y)
			sort_columns(at, &r, x);
		s = y ? as_lists_record(l, y, x) : take_sdn(l, &r);
	}
	l->told->line = 0;
	return s == AS_NOT_THIS ? AS_OK : s;
}

as_status as_lists_csv(as_lists *l, const as_csv_record *head, as_csv *csv)
{
	size_t at[AS_LIST_COLUMNS] = { 0 };
	const as_list_layout *y = is_sdn(head) || is_alt(head) ? NULL : layout_of(head);
	for (size_t i = 0; y && i < AS_LIST_COLUMNS; i++)
		at[i] = column_of(head, y->column[i]);
	l->told->line = head->line;
	as_status s = y ? AS_OK : take_sdn(l, head);
	return s == AS_OK ? take_each(l, y, at, csv) : s;
}
