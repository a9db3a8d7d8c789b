/* SPDX-License-Identifier: Apache-2.0 */
#include "suppliers/take.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cur.h"
#include "base/text.h"
#include "suppliers/file.h"

#define TREE ((size_t)2 << 30) /* bytes of one value of JSON in memory */

as_status as_take_begin(as_taking *t, sqlite3 *db, as_naming *names)
{
	t->db = db;
	t->names = names;
	t->put = as_put_new(db, names);
	t->arena = as_arena_new(TREE);
	return t->put && t->arena ? AS_OK : AS_NOMEM;
}

as_status as_take_end(as_taking *t)
{
	if (t->lists)
		t->listed = as_lists_counted(t->lists);
	return as_put_findable(t->put);
}

void as_take_free(as_taking *t)
{
	as_put_free(t->put);
	as_lists_free(t->lists);
	as_arena_free(t->arena);
}

static void tell(void *ctx, const char *what, as_span about)
{
	as_taking *t = ctx;
	if (what)
		as_problem(&t->told, what, about);
	else
		as_remark(&t->told, "this member is not known, and is left out", about);
}

/* A supplier that was read: what it lacks, and putting it. */
static as_status put(as_taking *t, as_record *r, bool ok)
{
	int64_t id = 0;
	if (ok && r->field[AS_FIELD_NAME].n == 0) {
		as_problem(&t->told, "a supplier without a name", (as_span){ 0 });
		ok = false;
	}
	if (!ok)
		return AS_OK;
	as_status s = as_record_put(t->put, r, &id, false, t->db, tell, t);
	t->suppliers += s == AS_OK;
	return s == AS_NOT_THIS ? AS_OK : s;
}

static bool want_lists(as_taking *t)
{
	if (!t->lists)
		t->lists = as_lists_new(t->db, &t->told);
	return t->lists != NULL;
}

/* Which field each column is; AS_FIELDS: none, which is said. */
static bool sort_columns(as_taking *t, const as_csv_record *head, as_field_of field[AS_CSV_FIELDS])
{
	bool named = false;
	for (size_t i = 0; i < head->n; i++) {
		field[i] = as_field_named(head->field[i]);
		named = named || field[i] == AS_FIELD_NAME;
	}
	if (!named) {
		as_problem(&t->told,
			"neither suppliers (a column \"name\") nor a list of restrictions that is "
			"known here; the first line "
			"names the columns",
			head->field[0]);
		return false;
	}
	for (size_t i = 0; i < head->n; i++)
		if (field[i] == AS_FIELDS)
			as_remark(&t->told, "this column is not known, and is left out",
				head->field[i]);
	return true;
}

static as_status take_suppliers(as_taking *t, const as_csv_record *head, as_csv *csv)
{
	as_field_of field[AS_CSV_FIELDS];
	as_arena *arena = as_arena_new(AS_CSV_RECORD * 4);
	as_csv_record r;
	as_status s = arena ? AS_OK : AS_NOMEM;
	size_t columns = head->n;
	if (s == AS_OK && !sort_columns(t, head, field)) {
		as_arena_free(arena);
		return AS_OK;
	}
	while (s == AS_OK && as_csv_next(csv, &r)) {
		as_record x = { 0 };
		bool ok = !r.fault && r.n <= columns;
		t->told.line = r.line;
		if (!ok)
			as_problem(&t->told,
				r.fault ? r.fault : "more fields than columns are named",
				(as_span){ 0 });
		for (size_t i = 0; i < r.n && !r.fault && i < columns; i++)
			if (field[i] != AS_FIELDS && r.field[i].n > 0)
				ok = as_record_set(&x, arena, field[i], r.field[i], tell, t) && ok;
		s = put(t, &x, ok);
		as_arena_reset(arena);
	}
	t->told.line = 0;
	as_arena_free(arena);
	return s;
}

static as_status take_csv(as_taking *t, as_span text)
{
	as_arena *arena = as_arena_new(AS_CSV_RECORD * 2);
	if (!arena)
		return AS_NOMEM;
	as_csv csv = as_csv_new(text, arena);
	as_csv_record head;
	as_status s = AS_OK;
	if (!as_csv_next(&csv, &head)) {
		as_problem(&t->told, "an empty file", (as_span){ 0 });
	} else if (head.fault) {
		t->told.line = head.line;
		as_problem(&t->told, head.fault, (as_span){ 0 });
		t->told.line = 0;
	} else if (as_lists_knows(&head)) {
		s = want_lists(t) ? as_lists_csv(t->lists, &head, &csv) : AS_IO;
	} else {
		s = take_suppliers(t, &head, &csv);
	}
	as_arena_free(arena);
	return s;
}

static uint64_t line_of(as_span text, uint64_t at)
{
	uint64_t n = 1;
	for (uint64_t i = 0; i < at && i < text.n; i++)
		n += text.p[i] == '\n';
	return n;
}

/* A value of JSON; NULL: told what is wrong with it. line: of its beginning in the file. */
static as_value *parse(as_taking *t, as_span text, uint64_t line)
{
	as_fault fault = { 0 };
	as_value *v = as_json_parse(t->arena, text, &fault);
	if (v)
		return v;
	t->told.line = line - 1 + line_of(text, fault.at);
	as_problem(&t->told,
		fault.spent    ? "more than fits into memory"
		: fault.reason ? fault.reason
			       : "no JSON",
		fault.name);
	t->told.line = 0;
	return NULL;
}

static as_status take_array(as_taking *t, const as_value *list)
{
	as_status s = AS_OK;
	uint64_t n = 0;
	for (const as_value *e = list->first; e && s == AS_OK; e = e->next) {
		as_record x;
		t->told.record = ++n;
		bool ok = as_record_of_json(&x, t->arena, e, tell, t);
		s = put(t, &x, ok);
	}
	t->told.record = 0;
	return s;
}

static as_status take_value(as_taking *t, const as_value *v)
{
	const as_value *list = v->type == AS_JSON_ARRAY ? v : as_json_get(v, "suppliers");
	if (list && list->type == AS_JSON_ARRAY)
		return take_array(t, list);
	if (as_lists_knows_json(v))
		return want_lists(t) ? as_lists_json(t->lists, v) : AS_IO;
	as_problem(&t->told,
		"neither suppliers (a list of objects, or an object with a list \"suppliers\") nor "
		"a list of restrictions that "
		"is known here",
		(as_span){ 0 });
	return AS_OK;
}

/* Whether the first line is a value of its own, with others behind it. */
static bool is_lines(as_taking *t, as_span text)
{
	as_fault fault;
	size_t end = as_find_byte(text, '\n', 0);
	as_span rest = end == SIZE_MAX ? (as_span){ 0 } : as_trim(as_from(text, end));
	bool lines = rest.n > 0 && rest.p[0] == '{' && as_at(text, 0) == '{' &&
		     as_json_parse(t->arena, as_cut(text, 0, end), &fault);
	as_arena_reset(t->arena);
	return lines;
}

static as_status take_json(as_taking *t, as_span text)
{
	as_status s = AS_OK;
	uint64_t line = 0;
	as_cur c = as_cur_le(text, 0);
	as_span one;
	if (!is_lines(t, text)) {
		const as_value *v = parse(t, text, 1);
		s = v ? take_value(t, v) : AS_OK;
		as_arena_reset(t->arena);
		return s;
	}
	while (s == AS_OK && as_line(&c, &one)) {
		line++;
		if (as_trim(one).n == 0)
			continue;
		const as_value *v = parse(t, one, line);
		t->told.line = line;
		if (v && !as_lists_knows_json(v))
			as_problem(&t->told, "a line that is no entity of a list", (as_span){ 0 });
		else if (v)
			s = want_lists(t) ? as_lists_json(t->lists, v) : AS_IO;
		as_arena_reset(t->arena);
	}
	t->told.line = 0;
	return s;
}

as_status as_take_bytes(as_taking *t, const char *name, as_span text)
{
	t->told.file = name;
	as_put_source(t->put, name);
	if (as_starts(text, "\xef\xbb\xbf"))
		text = as_from(text, 3);
	as_span begin = as_trim(as_cut(text, 0, as_min(text.n, 4096)));
	bool json = as_at(begin, 0) == '{' || as_at(begin, 0) == '[';
	as_status s = json ? take_json(t, text) : take_csv(t, text);
	return s == AS_OK && t->lists ? as_lists_end(t->lists) : s;
}

as_status as_take_file(as_taking *t, const char *path)
{
	as_buf text = { 0 };
	t->told.file = path;
	as_status s = as_file_read(path, &text, NULL);
	if (s == AS_IO) {
		as_problem(&t->told,
			errno == EFBIG    ? "larger than 512 MiB"
			: errno == EINVAL ? "no regular file"
					  : strerror(errno),
			(as_span){ 0 });
		s = AS_OK;
	} else if (s == AS_OK) {
		s = as_take_bytes(t, path, as_buf_span_of(&text));
	}
	as_buf_free(&text);
	return s;
}
