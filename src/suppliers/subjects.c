/* SPDX-License-Identifier: Apache-2.0 */
#include "suppliers/subjects.h"

#include <errno.h>
#include <stdio.h>

#include "assess/toml.h"
#include "base/cur.h"
#include "base/text.h"
#include "suppliers/csv.h"
#include "suppliers/file.h"
#include "suppliers/name.h"
#include "vuln/json.h"

enum { WHERE = 4096 };
#define TREE ((size_t)1 << 30) /* bytes of a file in memory, as a tree */

typedef struct reading {
	as_told *told;
	as_subject take;
	void *ctx;
	as_arena *arena;
	as_status status;
} reading;

static const char *const keys[] = { "supplier", "vendor", "manufacturer", "maker", "suppliers" };
static const char *const own_keys[] = { "name", "aliases", "parent" }; /* of a table of suppliers */

/* Whether a key's value names a supplier. */
static bool is_key(as_span key, bool of_supplier)
{
	bool is = false;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		is = is || as_is_nocase(key, keys[i]);
	for (size_t i = 0; i < sizeof(own_keys) / sizeof(own_keys[0]) && of_supplier; i++)
		is = is || as_is_nocase(key, own_keys[i]);
	return is;
}

static void tell(reading *r, as_span name, uint64_t line)
{
	char where[WHERE];
	name = as_trim(name);
	if (name.n == 0 || r->status != AS_OK)
		return;
	if (name.n > AS_NAME_BYTES || !as_is_text(name) ||
		as_find_byte(name, '\n', 0) != SIZE_MAX) {
		r->told->line = line;
		as_problem(r->told,
			name.n > AS_NAME_BYTES ? "a name that is too long (1,024 bytes at most)"
					       : "no name: bytes that are no text",
			name);
		return;
	}
	if (line > 0)
		(void)snprintf(
			where, sizeof(where), "%s:%llu", r->told->file, (unsigned long long)line);
	else
		(void)snprintf(where, sizeof(where), "%s", r->told->file);
	r->status = r->take(r->ctx, name, where);
}

/* Depth is bounded by the reader of TOML. */
static void walk_toml(reading *r, const as_toml *t, bool named, bool of_supplier)
{
	for (const as_toml *c = t->first; c && r->status == AS_OK; c = c->next) {
		bool key = t->kind == AS_TOML_ARRAY ? named : is_key(c->key, of_supplier);
		if (c->kind == AS_TOML_TEXT && key)
			tell(r, c->text, c->line);
		else if (c->kind == AS_TOML_TABLE || c->kind == AS_TOML_ARRAY)
			walk_toml(r, c, key,
				t->kind == AS_TOML_ARRAY
					? of_supplier
					: as_is(c->key, "supplier") || as_is(c->key, "suppliers"));
	}
}

static void fault(void *ctx, unsigned line, const char *message, as_span about)
{
	reading *r = ctx;
	r->told->line = line;
	as_problem(r->told, message, about);
}

static void read_toml(reading *r, as_span text)
{
	const as_toml *t = as_toml_read(text, r->arena, fault, r);
	r->told->line = 0;
	if (!t)
		r->status = AS_NOMEM;
	else
		walk_toml(r, t, false, false);
}

static void walk_json(reading *r, const as_value *v, bool named, bool of_supplier)
{
	for (const as_value *c = v->first; c && r->status == AS_OK; c = c->next) {
		bool key = v->type == AS_JSON_ARRAY ? named : is_key(c->key, of_supplier);
		if (c->type == AS_JSON_TEXT && key)
			tell(r, c->text, 0);
		else if (c->type == AS_JSON_ARRAY || c->type == AS_JSON_OBJECT)
			walk_json(r, c, key,
				v->type == AS_JSON_ARRAY
					? of_supplier
					: as_is(c->key, "supplier") || as_is(c->key, "suppliers"));
	}
}

static void read_json(reading *r, as_span text)
{
	as_fault wrong = { 0 };
	const as_value *v = as_json_parse(r->arena, text, &wrong);
	uint64_t line = 1;
	for (uint64_t i = 0; !v && i < wrong.at && i < text.n; i++)
		line += text.p[i] == '\n';
	r->told->line = v ? 0 : line;
	if (!v)
		as_problem(r->told,
			wrong.spent    ? "more than fits into memory"
			: wrong.reason ? wrong.reason
				       : "no JSON",
			wrong.name);
	else
		walk_json(r, v, v->type == AS_JSON_ARRAY, v->type == AS_JSON_ARRAY);
}

static size_t column_of(const as_csv_record *head)
{
	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
		for (size_t i = 0; i < head->n; i++)
			if (as_is_nocase(head->field[i], keys[k]))
				return i;
	for (size_t i = 0; i < head->n; i++)
		if (as_is_nocase(head->field[i], "name"))
			return i;
	return SIZE_MAX;
}

static void read_lines(reading *r, as_span text)
{
	as_cur c = as_cur_le(text, 0);
	as_span line;
	for (uint64_t n = 1; r->status == AS_OK && as_line(&c, &line); n++)
		if (as_at(as_trim(line), 0) != '#')
			tell(r, line, n);
}

/* CSV if its first line names a column of suppliers, else a name on each line. */
static void read_csv(reading *r, as_span text)
{
	as_csv csv = as_csv_new(text, r->arena);
	as_csv_record rec;
	size_t at = as_csv_next(&csv, &rec) && !rec.fault ? column_of(&rec) : SIZE_MAX;
	if (at == SIZE_MAX) {
		read_lines(r, csv.text);
		return;
	}
	while (r->status == AS_OK && as_csv_next(&csv, &rec)) {
		r->told->line = rec.line;
		if (rec.fault)
			as_problem(r->told, rec.fault, (as_span){ 0 });
		else if (at < rec.n)
			tell(r, rec.field[at], rec.line);
	}
}

as_status as_subjects_of(const char *path, as_span text, as_told *told, as_subject take, void *ctx)
{
	reading r = { .told = told, .take = take, .ctx = ctx, .arena = as_arena_new(TREE) };
	if (!r.arena)
		return AS_NOMEM;
	told->file = path;
	told->line = 0;
	if (as_starts(text, "\xef\xbb\xbf"))
		text = as_from(text, 3);
	uint8_t first = as_at(as_trim(as_cut(text, 0, as_min(text.n, WHERE))), 0);
	if (as_ends(as_lit(path), ".toml"))
		read_toml(&r, text);
	else if (first == '{' || first == '[')
		read_json(&r, text);
	else
		read_csv(&r, text);
	told->line = 0;
	as_arena_free(r.arena);
	return r.status;
}

as_status as_subjects_read(const char *path, as_told *told, as_subject take, void *ctx)
{
	as_buf text = { 0 };
	told->file = path;
	as_status s = as_file_read(path, &text, NULL);
	if (s == AS_IO) {
		as_problem(told,
			errno == EFBIG    ? "larger than 512 MiB"
			: errno == EINVAL ? "no regular file"
					  : strerror(errno),
			(as_span){ 0 });
		s = AS_OK;
	} else if (s == AS_OK) {
		s = as_subjects_of(path, as_buf_span_of(&text), told, take, ctx);
	}
	as_buf_free(&text);
	return s;
}
