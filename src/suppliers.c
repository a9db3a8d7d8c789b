/* SPDX-License-Identifier: Apache-2.0 */
/* The part of the library that keeps the directory of suppliers. */
#include "suppliers.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "dossier/read.h"
#include "suppliers/fill.h"
#include "suppliers/take.h"

enum { FIELDS = 64, ROWS = 50 };

void as_suppliers_say(void *ctx, const char *text)
{
	const assay_suppliers *s = ctx;
	if (s->o.on_message)
		s->o.on_message(s->o.ctx, text);
}

assay_status assay_suppliers_path(const char *directory, char *path, size_t n, assay_error *error)
{
	char own[AS_DIRECTORY_PATH];
	as_say(error, ASSAY_OK, "%s", "");
	if (!as_directory_path(directory, own) || strlen(own) >= n)
		return as_say(error, ASSAY_USAGE,
			"where the directory of suppliers is cannot be told: name it with "
			"--directory FILE");
	memcpy(path, own, strlen(own) + 1);
	return ASSAY_OK;
}

static assay_status broken(const assay_suppliers *s, as_status st, assay_error *error)
{
	if (st == AS_NOMEM)
		return as_say(error, ASSAY_INTERNAL, "out of memory");
	return as_say(error, ASSAY_OUTPUT, "'%s': %s", s->path, sqlite3_errmsg(s->db));
}

/* Ends a transaction: keeps what was done, or takes it back. */
static as_status end(assay_suppliers *s, as_status st)
{
	as_status done = st == AS_OK ? as_db_run(s->db, "COMMIT") : AS_OK;
	if (st != AS_OK || done != AS_OK)
		(void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return as_worse(st, done);
}

static int64_t ask(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *q = as_db_prepare(db, sql);
	int64_t v = q && sqlite3_step(q) == SQLITE_ROW ? sqlite3_column_int64(q, 0) : -1;
	sqlite3_finalize(q);
	return v;
}

/* Reads the registries. first: only if nothing was read yet, once it is this process' turn. */
static assay_status fill(assay_suppliers *s, bool first, assay_error *error)
{
	char text[160];
	as_filled told = { as_suppliers_say, s };
	as_status st = as_db_run(s->db, "BEGIN IMMEDIATE");
	if (st != AS_OK)
		return broken(s, st, error);
	bool filled = ask(s->db, "SELECT count(*) FROM source") > 0;
	int64_t before = ask(s->db, "SELECT count(*) FROM supplier");
	if (!first || !filled)
		st = as_fill(s->db, s->names, s->o.data ? s->o.data : "/usr/share", &told);
	int64_t after = ask(s->db, "SELECT count(*) FROM supplier"),
		countries = ask(s->db, "SELECT count(DISTINCT country) FROM supplier");
	st = end(s, st);
	if (st != AS_OK)
		return broken(s, st, error);
	(void)snprintf(text, sizeof(text),
		"the directory holds %lld suppliers in %lld countries (%lld new)", (long long)after,
		(long long)countries, (long long)(after - before));
	if (!first || !filled)
		as_suppliers_say(s, text);
	return ASSAY_OK;
}

static assay_status open_it(assay_suppliers *s, assay_error *error)
{
	char why[AS_DIRECTORY_WHY];
	assay_status result = assay_suppliers_path(s->o.directory, s->path, sizeof(s->path), error);
	if (result != ASSAY_OK)
		return result;
	as_status st = as_directory_open(s->path, &s->db, why);
	if (st != AS_OK)
		return as_say(error, st == AS_NOT_THIS ? ASSAY_INPUT : ASSAY_OUTPUT, "%s", why);
	s->names = as_naming_new();
	if (!s->names)
		return as_say(error, ASSAY_INTERNAL, "out of memory");
	if (s->o.empty || ask(s->db, "SELECT count(*) FROM source") != 0)
		return ASSAY_OK;
	as_suppliers_say(s, "the directory of suppliers is new: filling it from what is installed "
			    "(a few seconds, once)");
	return fill(s, true, error);
}

assay_status assay_suppliers_open(
	const assay_suppliers_options *options, assay_suppliers **out, assay_error *error)
{
	assay_suppliers *s = calloc(1, sizeof(*s));
	*out = NULL;
	if (!s)
		return as_say(error, ASSAY_INTERNAL, "out of memory");
	memcpy(&s->o, options, options->size < sizeof(s->o) ? options->size : sizeof(s->o));
	assay_status result = open_it(s, error);
	if (result == ASSAY_OK)
		*out = s;
	else
		assay_suppliers_close(s);
	return result;
}

void assay_suppliers_close(assay_suppliers *s)
{
	if (!s)
		return;
	as_naming_free(s->names);
	sqlite3_close(s->db);
	free(s);
}

assay_status assay_suppliers_fill(assay_suppliers *s, assay_error *error)
{
	return fill(s, false, error);
}

/* Says whom a name may mean. */
static assay_status propose(const as_makers *m, const char *who, assay_error *error)
{
	as_buf b = { 0 };
	for (size_t i = 0; i < m->n; i++)
		as_buf_print(&b, "%s#%lld %.*s", i ? "; " : "", (long long)m->maker[i].id,
			(int)m->maker[i].name.n, (const char *)m->maker[i].name.p);
	as_buf_u8(&b, 0);
	assay_status result = m->n == 0
				      ? as_say(error, ASSAY_INPUT,
						"nobody in the directory is called '%s'; assay "
						"suppliers search finds words",
						who)
				      : as_say(error, ASSAY_INPUT,
						"'%s' may be: %s (take one by its number, as #12)",
						who, b.bad ? "" : (const char *)b.p);
	as_buf_free(&b);
	return result;
}

assay_status as_suppliers_meant(
	assay_suppliers *s, const char *who, int64_t *id, assay_error *error)
{
	as_makers m;
	as_arena *arena = as_arena_new(0);
	as_status st =
		arena ? as_directory_resolve(s->db, s->names, arena, as_lit(who), &m) : AS_NOMEM;
	assay_status result = st != AS_OK ? broken(s, st, error)
			      : m.known   ? ASSAY_OK
					  : propose(&m, who, error);
	if (result == ASSAY_OK)
		*id = m.maker[0].id;
	as_arena_free(arena);
	return result;
}

/* A change by fields under way. */
typedef struct change {
	assay_suppliers *s;
	as_told told;
} change;

static void tell(void *ctx, const char *what, as_span about)
{
	change *c = ctx;
	as_problem(&c->told, what ? what : "no such field", about);
}

/* Reads "name=value"; whether the field is to be added to. */
static bool read_field(
	change *c, as_arena *arena, const char *text, as_record *add, as_record *replace)
{
	as_span t = as_lit(text);
	size_t equal = as_find_byte(t, '=', 0);
	as_span name = as_cut(t, 0, equal == SIZE_MAX ? 0 : equal);
	bool more = name.n > 0 && name.p[name.n - 1] == '+';
	name.n -= more;
	as_field_of f = as_field_named(name);
	if (equal == SIZE_MAX || f == AS_FIELDS || (more && f < AS_FIELD_ALIASES)) {
		as_problem(&c->told,
			f == AS_FIELDS || equal == SIZE_MAX ? "no field=value of a supplier"
							    : "this field is no list",
			t);
		return false;
	}
	return as_record_set(more ? add : replace, arena, f, as_from(t, equal + 1), tell, c);
}

static as_status put_fields(change *c, as_arena *arena, const char *const *fields, int64_t id)
{
	as_record add = { 0 }, replace = { 0 };
	bool ok = true;
	for (size_t i = 0; fields[i]; i++)
		ok = read_field(c, arena, fields[i], &add, &replace) && ok;
	if (id == 0 && replace.field[AS_FIELD_NAME].n == 0)
		as_problem(&c->told, "a supplier without a name", (as_span){ 0 });
	if (!ok || c->told.problems > 0)
		return AS_NOT_THIS;
	as_putting *put = as_put_new(c->s->db, c->s->names);
	if (!put)
		return AS_IO;
	as_status st = as_record_put(put, &replace, &id, true, c->s->db, tell, c);
	replace.field[AS_FIELD_NAME] = (as_span){ 0 };
	if (st == AS_OK)
		st = as_record_put(put, &add, &id, false, c->s->db, tell, c);
	if (st == AS_OK)
		st = as_put_findable(put);
	as_put_free(put);
	return st;
}

/* Whether somebody is called so already: adding is no way to change. */
static bool is_there(assay_suppliers *s, const char *const *fields)
{
	bool there = false;
	for (size_t i = 0; fields[i] && !there; i++) {
		sqlite3_stmt *q =
			strncmp(fields[i], "name=", 5) == 0
				? as_db_prepare(s->db,
					  "SELECT 1 FROM supplier_name WHERE name = trim(?1)")
				: NULL;
		if (q) {
			as_db_word(q, 1, fields[i] + 5);
			there = sqlite3_step(q) == SQLITE_ROW;
		}
		sqlite3_finalize(q);
	}
	return there;
}

assay_status assay_suppliers_set(
	assay_suppliers *s, const char *who, const char *const *fields, assay_error *error)
{
	int64_t id = 0;
	change c = { .s = s,
		.told = { .say = as_suppliers_say, .ctx = s, .file = who ? who : "add" } };
	as_say(error, ASSAY_OK, "%s", "");
	if (who) {
		assay_status result = as_suppliers_meant(s, who, &id, error);
		if (result != ASSAY_OK)
			return result;
	} else if (is_there(s, fields)) {
		return as_say(error, ASSAY_USAGE,
			"there is a supplier of this name: assay suppliers edit changes it");
	}
	as_arena *arena = as_arena_new(0);
	as_status st = arena ? as_db_run(s->db, "BEGIN IMMEDIATE") : AS_NOMEM;
	if (st == AS_OK)
		st = end(s, put_fields(&c, arena, fields, id));
	as_arena_free(arena);
	if (st == AS_NOT_THIS)
		return as_say(error, ASSAY_USAGE, "nothing was changed");
	return st == AS_OK ? ASSAY_OK : broken(s, st, error);
}

typedef struct dossier_in {
	as_taking *take;
	uint64_t n;
} dossier_in;

/* Who a dossier names: seen in it, and made known if need be. */
static as_status take_maker(void *ctx, const as_named_maker *m)
{
	dossier_in *d = ctx;
	int64_t id;
	as_putting *put = d->take->put;
	as_status st = as_put_supplier(put, m->name, "dossier", &id);
	sqlite3_stmt *q = as_db_prepare(
		d->take->db, "INSERT OR REPLACE INTO seen VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
	if (st == AS_OK && q) {
		as_db_int(q, 1, id);
		as_db_text(q, 2, m->image);
		as_db_text(q, 3, m->product);
		as_db_text(q, 4, m->role);
		as_db_text(q, 5, m->part.p ? m->part : as_lit(""));
		as_db_int(q, 6, m->confidence);
		as_db_int(q, 7, m->n);
		st = as_db_step(q);
	}
	sqlite3_finalize(q);
	d->n++;
	return q ? st : AS_IO;
}

static bool is_database(const char *path)
{
	char head[16] = { 0 };
	struct stat st;
	/* a pipe is not waited for */
	FILE *f = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? fopen(path, "rbe") : NULL;
	bool is = f && fread(head, 1, sizeof(head), f) == sizeof(head) &&
		  memcmp(head, "SQLite format 3", 16) == 0;
	if (f)
		fclose(f);
	return is;
}

static as_status take_dossier(as_taking *t, const char *path, uint64_t *n)
{
	assay_error error;
	dossier_in d = { .take = t };
	t->told.file = path;
	as_put_source(t->put, path);
	assay_status result = as_suppliers_of_dossier(path, take_maker, &d, &error);
	*n += d.n;
	if (result == ASSAY_INPUT)
		as_problem(&t->told, error.message, (as_span){ 0 });
	return result == ASSAY_OK || result == ASSAY_INPUT ? AS_OK : AS_IO;
}

static void say_counts(assay_suppliers *s, const as_taking *t, uint64_t seen)
{
	char text[256];
	int n = snprintf(text, sizeof(text), "%llu suppliers", (unsigned long long)t->suppliers);
	if (t->lists)
		n += snprintf(text + n, sizeof(text) - (size_t)n,
			", %llu listings of restrictions (%llu persons, ships and others left out)",
			(unsigned long long)t->listed.listings,
			(unsigned long long)t->listed.left_out);
	if (seen > 0)
		(void)snprintf(text + n, sizeof(text) - (size_t)n,
			", %llu makers named in dossiers", (unsigned long long)seen);
	as_suppliers_say(s, text);
}

assay_status assay_suppliers_import(
	assay_suppliers *s, const char *const *files, assay_error *error)
{
	as_taking t = { .told = { .say = as_suppliers_say, .ctx = s, .file = "" } };
	uint64_t seen = 0;
	as_say(error, ASSAY_OK, "%s", "");
	as_status st = as_db_run(s->db, "BEGIN IMMEDIATE");
	if (st != AS_OK)
		return broken(s, st, error);
	st = as_take_begin(&t, s->db, s->names);
	for (size_t i = 0; st == AS_OK && files[i]; i++)
		st = is_database(files[i]) ? take_dossier(&t, files[i], &seen)
					   : as_take_file(&t, files[i]);
	if (st == AS_OK && t.told.problems == 0)
		st = as_take_end(&t);
	bool refused = st == AS_OK && t.told.problems > 0;
	as_take_free(&t);
	as_status done = end(s, refused ? AS_NOT_THIS : st);
	if (refused)
		return as_say(error, ASSAY_INPUT, "nothing was imported: %llu problems%s",
			(unsigned long long)t.told.problems,
			t.told.problems > AS_PROBLEMS ? ", of which the first 100 are shown" : "");
	if (done != AS_OK)
		return broken(s, done, error);
	say_counts(s, &t, seen);
	return ASSAY_OK;
}

assay_status assay_suppliers_merge(
	assay_suppliers *s, const char *const *who, int apart, assay_error *error)
{
	int64_t id[FIELDS];
	char circle[512] = "";
	size_t n = 0;
	assay_status result = ASSAY_OK;
	for (; who[n] && n < FIELDS && result == ASSAY_OK; n++)
		result = as_suppliers_meant(s, who[n], &id[n], error);
	if (result != ASSAY_OK)
		return result;
	if (n < 2 || n == FIELDS)
		return as_say(
			error, ASSAY_USAGE, "two suppliers or more are to be named, at most 63");
	as_status st = as_db_run(s->db, "BEGIN IMMEDIATE");
	as_putting *put = st == AS_OK ? as_put_new(s->db, s->names) : NULL;
	st = put ? st : AS_IO;
	for (size_t i = 1; i < n && st == AS_OK && !apart; i++)
		st = id[i] == id[0] ? AS_OK
				    : as_put_merge(put, id[0], id[i], circle, sizeof(circle));
	for (size_t i = 0; i < n * n && st == AS_OK && apart; i++)
		if (id[i / n] < id[i % n])
			st = as_put_apart(put, id[i / n], id[i % n]);
	if (st == AS_OK)
		st = as_put_findable(put);
	as_put_free(put);
	st = end(s, st);
	if (st == AS_NOT_THIS)
		return as_say(error, ASSAY_INPUT, "they cannot be one: %s", circle);
	return st == AS_OK ? ASSAY_OK : broken(s, st, error);
}
