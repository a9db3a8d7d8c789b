/* SPDX-License-Identifier: Apache-2.0 */
/* Screening as the library offers it: who is named in files and dossiers, against lists of restrictions. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/map.h"
#include "base/text.h"
#include "dossier/read.h"
#include "report/rows.h"
#include "report/write_json.h"
#include "suppliers.h"
#include "suppliers/screen.h"
#include "suppliers/subjects.h"

enum { WIDTH = 96 /* columns of text for people */ };

/* Whether it is a dossier or another database, or the folder of one. */
static bool is_database(const char *path)
{
	struct stat st;
	char head[16] = { 0 };
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return true;
	FILE *f = fopen(path, "rbe");
	bool is = f && fread(head, 1, sizeof(head), f) == sizeof(head) &&
		  memcmp(head, "SQLite format 3", 16) == 0;
	if (f)
		fclose(f);
	return is;
}

static as_span column(sqlite3_stmt *q, int i)
{
	const void *p = sqlite3_column_text(q, i);
	return (as_span){ p, p ? (size_t)sqlite3_column_bytes(q, i) : 0 };
}

assay_status as_suppliers_of_dossier(const char *path,
	as_status (*take)(void *ctx, const as_named_maker *m), void *ctx, assay_error *error)
{
	static const char sql[] = "SELECT name, role, part, belongs_to, max(confidence), count(*), "
				  "coalesce((SELECT group_concat(o.sha256, ' ') FROM "
				  "place AS p JOIN object AS o ON o.id = p.object WHERE p.parent "
				  "IS NULL), 'folder'), coalesce((SELECT "
				  "group_concat(name, ', ') FROM place WHERE parent IS NULL), '') "
				  "FROM supplier WHERE name IS NOT NULL GROUP BY name, "
				  "role, part, belongs_to ORDER BY name, role, part";
	assay_dossier *d = NULL;
	assay_status result = assay_dossier_open(path, &d, error);
	if (result != ASSAY_OK)
		return result;
	sqlite3_stmt *q = NULL;
	as_status st = AS_OK;
	as_dossier_hurry(d, AS_QUERY_SECONDS);
	bool ok = sqlite3_prepare_v2(d->db, sql, -1, &q, NULL) == SQLITE_OK;
	int rc = SQLITE_DONE;
	while (ok && st == AS_OK && (rc = sqlite3_step(q)) == SQLITE_ROW) {
		as_named_maker m = { column(q, 0), column(q, 1), column(q, 2), column(q, 3),
			column(q, 6), column(q, 7), sqlite3_column_int64(q, 4),
			sqlite3_column_int64(q, 5) };
		if (m.name.n > 0 && m.name.n <= AS_NAME_BYTES)
			st = take(ctx, &m);
	}
	if (!ok || (st == AS_OK && rc != SQLITE_DONE))
		result = as_say(
			error, ASSAY_INPUT, "its makers cannot be read: %s", sqlite3_errmsg(d->db));
	else if (st != AS_OK)
		result = as_say(error, ASSAY_INTERNAL, "out of memory");
	as_dossier_rest(d);
	sqlite3_finalize(q);
	assay_dossier_close(d);
	return result;
}

/* One name that is to be screened, and where it stands. */
typedef struct subject {
	as_span name, where;
	uint64_t n; /* places */
	as_listed *hit;
	size_t hits;
} subject;

typedef struct screening {
	assay_suppliers *s;
	as_arena *arena; /* all of it */
	as_told told;
	subject *subject;
	size_t n, cap;
	as_map at; /* by the hash of a name */
	double least;
	unsigned long hits;
	size_t with_hits;
} screening;

static as_status add(void *ctx, as_span name, const char *where)
{
	screening *x = ctx;
	uint64_t at, key = as_hash64(x->at.seed, name);
	if (as_map_get(&x->at, key, &at)) {
		x->subject[at].n++;
		return AS_OK;
	}
	if (x->n == x->cap) {
		size_t cap = x->cap ? 2 * x->cap : 64;
		subject *more = realloc(x->subject, cap * sizeof(*more));
		if (!more)
			return AS_NOMEM;
		x->subject = more;
		x->cap = cap;
	}
	subject *s = &x->subject[x->n];
	*s = (subject){
		.name = as_copy(x->arena, name), .where = as_copy(x->arena, as_lit(where)), .n = 1
	};
	return s->name.p && s->where.p ? as_map_set(&x->at, key, x->n++) : AS_NOMEM;
}

typedef struct in_dossier {
	screening *x;
	const char *path;
} in_dossier;

static as_status add_maker(void *ctx, const as_named_maker *m)
{
	in_dossier *d = ctx;
	char where[512];
	as_span groups = m->belongs_to, one;
	(void)snprintf(where, sizeof(where), "%s: %.*s%s%.*s", d->path, (int)m->role.n,
		(const char *)m->role.p, m->part.n ? ", " : "", (int)m->part.n,
		(const char *)m->part.p);
	as_status st = add(d->x, m->name, where);
	for (size_t i = 0; st == AS_OK && (one = as_trim(as_field(groups, ',', i))).n > 0; i++)
		st = add(d->x, one, where);
	return st;
}

static as_status add_everybody(screening *x)
{
	sqlite3_stmt *q = as_db_prepare(x->s->db, "SELECT name FROM supplier ORDER BY id");
	as_status st = q ? AS_OK : AS_IO;
	while (st == AS_OK && as_db_row(q, &st))
		st = add(x, column(q, 0), "directory");
	sqlite3_finalize(q);
	return st;
}

/* Gathers who is named. Problems are told. */
static as_status gather(screening *x, const assay_screen_options *o)
{
	as_status st = AS_OK;
	assay_error error;
	for (size_t i = 0; o->names && o->names[i] && st == AS_OK; i++)
		st = add(x, as_trim(as_lit(o->names[i])), "command line");
	for (size_t i = 0; o->files && o->files[i] && st == AS_OK; i++) {
		in_dossier d = { x, o->files[i] };
		if (!is_database(o->files[i])) {
			st = as_subjects_read(o->files[i], &x->told, add, x);
			continue;
		}
		assay_status result = as_suppliers_of_dossier(o->files[i], add_maker, &d, &error);
		x->told.file = o->files[i];
		if (result == ASSAY_INPUT)
			as_problem(&x->told, error.message, (as_span){ 0 });
		st = result == ASSAY_OK || result == ASSAY_INPUT ? AS_OK : AS_NOMEM;
	}
	return st == AS_OK && o->directory ? add_everybody(x) : st;
}

static as_status screen_all(screening *x, as_screen *screen)
{
	as_status st = AS_OK;
	as_arena *each = as_arena_new(0);
	for (size_t i = 0; i < x->n && st == AS_OK && each; i++) {
		subject *s = &x->subject[i];
		as_listed *hit;
		st = as_screen_name(screen, each, s->name, x->least, &hit, &s->hits);
		bool ok = true;
		s->hit = s->hits > 0 && st == AS_OK
				 ? as_alloc_copy(x->arena, hit, s->hits, sizeof(*hit), &ok)
				 : NULL;
		for (size_t k = 0; k < s->hits && ok && st == AS_OK; k++) {
			/* what borrows from the arena of one name */
			s->hit[k].asked = as_copy(x->arena, hit[k].asked);
			s->hit[k].met = as_copy(x->arena, hit[k].met);
		}
		st = ok ? st : AS_NOMEM;
		x->hits += s->hits;
		x->with_hits += s->hits > 0;
		as_arena_reset(each);
	}
	as_arena_free(each);
	return each ? st : AS_NOMEM;
}

static void shown(as_out *out, as_span s)
{
	as_buf b = { 0 };
	as_text_add(&b, s);
	as_out_add(out, b.p, b.n);
	as_buf_free(&b);
}

/* Words in lines of some width, each behind an indent. */
static void wrap(as_out *out, as_span text)
{
	static const char indent[] = "             ";
	size_t used = WIDTH;
	as_span word;
	for (size_t at = 0; at < text.n; at += word.n + 1) {
		size_t end = as_find_byte(text, ' ', at);
		word = as_cut(text, at, (end == SIZE_MAX ? text.n : end) - at);
		if (used + word.n + 1 > WIDTH) {
			as_out_text(out, at > 0 ? "\n" : "");
			as_out_text(out, indent);
			used = sizeof(indent) - 1;
		} else {
			as_out_text(out, " ");
		}
		shown(out, word);
		used += word.n + 1;
	}
	as_out_text(out, "\n");
}

static void write_listing(as_out *out, const as_listed *h)
{
	bool itself = strcmp(h->how, "name") == 0 || strcmp(h->how, "alias") == 0;
	as_out_print(out, "  %-8s %.2f  ",
		h->certain ? "certain"
		: itself   ? "possible"
			   : "related",
		h->like.score);
	shown(out, h->entity);
	as_out_text(out, "\n             ");
	shown(out, h->title);
	as_out_text(out, " (");
	shown(out, h->jurisdiction.n > 0 ? h->jurisdiction : as_lit("jurisdiction not stated"));
	as_out_text(out, ")");
	if (h->date.n > 0) {
		as_out_text(out, ", ");
		shown(out, h->date);
	}
	if (h->until.n > 0) {
		as_out_text(out, " until ");
		shown(out, h->until);
	}
	as_out_text(out, "\n");
	if (h->words.n > 0)
		wrap(out, h->words);
	as_out_print(out, "             %s", h->like.reason);
	if (strcmp(h->how, "name") != 0) {
		as_out_print(out, ", of its %s ", h->how);
		shown(out, h->asked);
	}
	as_out_text(out, "; source: ");
	shown(out, h->source);
	as_out_text(out, "\n");
}

static void write_text(const screening *x, const as_listed *category, size_t n, as_out *out)
{
	for (size_t i = 0; i < x->n; i++) {
		const subject *s = &x->subject[i];
		if (s->hits == 0)
			continue;
		shown(out, s->name);
		as_out_text(out, "  (");
		shown(out, s->where);
		if (s->n > 1)
			as_out_print(out, " and %llu more places", (unsigned long long)(s->n - 1));
		as_out_text(out, ")\n");
		for (size_t k = 0; k < s->hits; k++)
			write_listing(out, &s->hit[k]);
		as_out_text(out, "\n");
	}
	as_out_print(out,
		"%zu names, %zu of them on lists or possibly so, %lu listings from a score of %.2f "
		"on.\n",
		x->n, x->with_hits, x->hits, x->least);
	if (x->hits > 0)
		as_out_text(out, "A listing is a fact of one jurisdiction's law about a company; "
				 "it says nothing about a product. What is "
				 "\"possible\" a person has to confirm; \"related\" is the listing "
				 "of an owner, or of what it owns.\n");
	if (n > 0)
		as_out_text(out, "\nNot matched by name, for these entries name no company:\n");
	for (size_t i = 0; i < n; i++) {
		as_out_text(out, "  ");
		shown(out, category[i].entity);
		as_out_text(out, " (");
		shown(out, category[i].title);
		as_out_text(out, ", ");
		shown(out, category[i].date);
		as_out_text(out, ")\n");
	}
}

static void text_or_null(as_json *j, const char *key, as_span s)
{
	if (s.p)
		as_json_text(j, key, s);
	else
		as_json_raw(j, key, as_lit("null"));
}

static void write_hit(as_json *j, const as_listed *h)
{
	char score[16];
	as_json_open(j, NULL, '{');
	as_json_bool(j, "certain", h->certain);
	(void)snprintf(score, sizeof(score), "%.2f", h->like.score);
	as_json_raw(j, "score", as_lit(score));
	as_json_str(j, "reason", h->like.reason);
	as_json_str(j, "relation", h->how);
	as_json_text(j, "compared", h->asked);
	as_json_text(j, "listed_as", h->met);
	as_json_text(j, "list", h->list);
	as_json_text(j, "title", h->title);
	text_or_null(j, "jurisdiction", h->jurisdiction);
	text_or_null(j, "authority", h->authority);
	as_json_text(j, "entity", h->entity);
	text_or_null(j, "date", h->date);
	text_or_null(j, "until", h->until);
	text_or_null(j, "words", h->words);
	text_or_null(j, "source", h->source);
	text_or_null(j, "confidence", h->confidence);
	as_json_close(j, '}');
}

static void write_json(const screening *x, const as_listed *category, size_t n, as_out *out)
{
	char least[16];
	as_json j = { .out = out };
	as_json_open(&j, NULL, '{');
	(void)snprintf(least, sizeof(least), "%.2f", x->least);
	as_json_raw(&j, "least", as_lit(least));
	as_json_int(&j, "names", (int64_t)x->n);
	as_json_int(&j, "listings", (int64_t)x->hits);
	as_json_open(&j, "suppliers", '[');
	for (size_t i = 0; i < x->n; i++) {
		const subject *s = &x->subject[i];
		as_json_open(&j, NULL, '{');
		as_json_text(&j, "name", s->name);
		as_json_text(&j, "where", s->where);
		as_json_int(&j, "places", (int64_t)s->n);
		as_json_open(&j, "listings", '[');
		for (size_t k = 0; k < s->hits; k++)
			write_hit(&j, &s->hit[k]);
		as_json_close(&j, ']');
		as_json_close(&j, '}');
	}
	as_json_close(&j, ']');
	as_json_open(&j, "categories", '[');
	for (size_t i = 0; i < n; i++) {
		as_json_open(&j, NULL, '{');
		as_json_text(&j, "list", category[i].list);
		as_json_text(&j, "entity", category[i].entity);
		text_or_null(&j, "date", category[i].date);
		text_or_null(&j, "words", category[i].words);
		as_json_close(&j, '}');
	}
	as_json_close(&j, ']');
	as_json_close(&j, '}');
	as_out_text(out, "\n");
}

/* A table of our own in memory, so that CSV is written as everywhere. */
static as_status write_csv(const screening *x, as_out *out)
{
	as_status st = as_db_run(x->s->db, "DELETE FROM temp.hit");
	sqlite3_stmt *q =
		st == AS_OK ? as_db_prepare(x->s->db, "INSERT INTO temp.hit VALUES (?1, ?2, ?3, "
						      "round(?4, 2), ?5, ?6, ?7, ?8, "
						      "?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)")
			    : NULL;
	st = q ? st : AS_IO;
	for (size_t i = 0; i < x->n; i++)
		for (size_t k = 0; k < x->subject[i].hits && st == AS_OK; k++) {
			const as_listed *h = &x->subject[i].hit[k];
			as_span cells[] = { x->subject[i].name, x->subject[i].where,
				as_lit(h->certain ? "yes" : "no"), { 0 }, as_lit(h->like.reason),
				as_lit(h->how), h->asked, h->met, h->list, h->title,
				h->jurisdiction, h->entity, h->date, h->until, h->words,
				h->source };
			for (size_t c = 0; c < sizeof(cells) / sizeof(cells[0]); c++)
				as_db_text(q, (int)c + 1, cells[c]);
			(void)sqlite3_bind_double(q, 4, h->like.score);
			st = as_db_step(q);
		}
	sqlite3_finalize(q);
	q = st == AS_OK ? as_db_prepare(x->s->db, "SELECT * FROM temp.hit ORDER BY rowid") : NULL;
	st = q ? as_rows_write(out, q, (as_rows_style){ ASSAY_CSV, 0, false }) : AS_IO;
	sqlite3_finalize(q);
	return st;
}

static as_status write_all(const screening *x, as_screen *screen, assay_format format, as_out *out)
{
	as_listed *category = NULL;
	size_t n = 0;
	as_status st = as_screen_categories(screen, x->arena, &category, &n);
	if (st != AS_OK)
		return st;
	if (format == ASSAY_CSV)
		return write_csv(x, out);
	if (format == ASSAY_JSON)
		write_json(x, category, n, out);
	else
		write_text(x, category, n, out);
	return AS_OK;
}

static assay_status said(assay_suppliers *s, as_status st, assay_error *error)
{
	if (st == AS_NOMEM)
		return as_say(error, ASSAY_INTERNAL, "out of memory");
	return as_say(
		error, ASSAY_INPUT, "'%s' cannot be read: %s", s->path, sqlite3_errmsg(s->db));
}

assay_status assay_suppliers_screen(assay_suppliers *s, const assay_screen_options *options,
	assay_format format, assay_write write, void *ctx, unsigned long *hits, assay_error *error)
{
	assay_screen_options o = { 0 };
	memcpy(&o, options, options->size < sizeof(o) ? options->size : sizeof(o));
	screening x = { .s = s,
		.arena = as_arena_new(0),
		.told = { .say = as_suppliers_say, .ctx = s, .file = "" } };
	as_out out = { .write = write, .ctx = ctx };
	x.least = o.least > 0 ? o.least : AS_SCREEN_LEAST;
	as_say(error, ASSAY_OK, "%s", "");
	as_status st = x.arena ? gather(&x, &o) : AS_NOMEM;
	assay_status result = st == AS_OK ? ASSAY_OK : said(s, st, error);
	if (result == ASSAY_OK && x.told.problems > 0)
		result = as_say(error, ASSAY_INPUT, "nothing was screened: %llu problems",
			(unsigned long long)x.told.problems);
	as_screen *screen = result == ASSAY_OK ? as_screen_new(s->db, s->names, &st) : NULL;
	if (screen && st == AS_OK)
		st = screen_all(&x, screen);
	if (screen && st == AS_OK)
		st = write_all(&x, screen, format, &out);
	bool failed = as_out_end(&out) != AS_OK || out.failed;
	if (result == ASSAY_OK && failed)
		result = as_say(error, ASSAY_OUTPUT, "the output cannot be written");
	else if (result == ASSAY_OK && st != AS_OK)
		result = said(s, st, error);
	if (hits)
		*hits = x.hits;
	as_screen_free(screen);
	as_map_free(&x.at);
	free(x.subject);
	as_arena_free(x.arena);
	return result;
}
