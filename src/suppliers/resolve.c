/* SPDX-License-Identifier: Apache-2.0 */
/* Who in the directory a name means. */
#include "suppliers/directory.h"

#include <stdio.h>

enum {
	LOOKED_AT = 300,    /* names that share a word, at most */
	SAME_CORE = 100,    /* names that are the same but for their forms */
	PROPOSED_FROM = 50, /* hundredths of the score of a proposal */
	QUESTION = 2048,
};

typedef struct search {
	sqlite3 *db;
	as_naming *names;
	as_arena *arena;
	as_name asked;
	as_makers *out;
	as_maker best[AS_PROPOSALS];
	size_t n;
	size_t same; /* suppliers that have the same name but for legal forms; the last of them first */
	as_status status;
} search;

static as_span column(as_arena *arena, sqlite3_stmt *q, int i)
{
	const void *p = sqlite3_column_text(q, i);
	as_span s = { p, p ? (size_t)sqlite3_column_bytes(q, i) : 0 };
	return p ? as_copy(arena, s) : s;
}

static as_maker maker_of(as_arena *arena, sqlite3_stmt *q)
{
	return (as_maker){ .id = sqlite3_column_int64(q, 0),
		.name = column(arena, q, 1),
		.country = column(arena, q, 2),
		.role = column(arena, q, 3),
		.met = column(arena, q, 4) };
}

/* Keeps the likeliest, each supplier once. */
static void offer(search *s, const as_maker *m)
{
	size_t i = 0;
	while (i < s->n && s->best[i].id != m->id)
		i++;
	if (i < s->n && s->best[i].like.score >= m->like.score)
		return;
	if (i == s->n && s->n == AS_PROPOSALS) {
		if (s->best[--i].like.score >= m->like.score)
			return;
	} else if (i == s->n) {
		s->n++;
	}
	for (; i > 0 && s->best[i - 1].like.score < m->like.score; i--)
		s->best[i] = s->best[i - 1];
	s->best[i] = *m;
}

static bool bind(sqlite3_stmt *q, int i, as_span s)
{
	return sqlite3_bind_text(q, i, s.n ? (const char *)s.p : "", (int)s.n, SQLITE_TRANSIENT) ==
	       SQLITE_OK;
}

#define MAKER                                                                                      \
	"SELECT s.id, s.name, s.country, s.role, n.name FROM supplier_name AS n JOIN supplier AS " \
	"s ON s.id = n.supplier "

/* Reads the rows of a question; those that are like the name are offered. */
static void compare_rows(search *s, sqlite3_stmt *q)
{
	while (as_db_row(q, &s->status)) {
		as_maker m = maker_of(s->arena, q);
		as_name name;
		if (!m.met.p || as_name_read(s->names, s->arena, m.met, &name) != AS_OK) {
			s->status = AS_NOMEM;
			(void)sqlite3_reset(q);
			return;
		}
		m.like = as_name_compare(&s->asked, &name);
		if (m.like.score * 100 >= PROPOSED_FROM)
			offer(s, &m);
	}
}

static void ask(search *s, const char *sql, as_span value, int64_t limit)
{
	sqlite3_stmt *q = as_db_prepare(s->db, sql);
	if (!q || !bind(q, 1, value) || (limit && sqlite3_bind_int64(q, 2, limit) != SQLITE_OK))
		s->status = AS_IO;
	else
		compare_rows(s, q);
	sqlite3_finalize(q);
}

/* The name as it stands, in one supplier alone or as its main name. */
static bool find_exact(search *s, as_span name)
{
	static const char sql[] = MAKER "WHERE n.name = ?1 ORDER BY n.kind <> 'name', s.id LIMIT 1";
	sqlite3_stmt *q = as_db_prepare(s->db, sql);
	bool found = q && bind(q, 1, name) && as_db_row(q, &s->status);
	if (found) {
		s->best[0] = maker_of(s->arena, q);
		s->best[0].like = (as_likeness){ 1, "its name in the directory", true };
		s->n = 1;
	}
	s->status = q ? s->status : AS_IO;
	sqlite3_finalize(q);
	return found;
}

static bool find_by(search *s, const char *sql, as_span kind, as_span value, const char *reason)
{
	sqlite3_stmt *q = as_db_prepare(s->db, sql);
	bool ok = q && bind(q, 1, value) && (!kind.p || bind(q, 2, kind));
	s->status = ok ? s->status : AS_IO;
	while (ok && s->n < AS_PROPOSALS && as_db_row(q, &s->status)) {
		as_maker m = maker_of(s->arena, q);
		m.like = (as_likeness){ 1, reason, true };
		s->best[s->n++] = m;
	}
	sqlite3_finalize(q);
	return s->n > 0;
}

/* "#12", or "kind:value". */
static bool find_identifier(search *s, as_span name)
{
	static const char by_id[] =
		"SELECT id, name, country, role, name FROM supplier WHERE id = CAST(?1 AS INTEGER)";
	static const char by_value[] = "SELECT s.id, s.name, s.country, s.role, s.name FROM "
				       "identifier AS i JOIN supplier AS s ON s.id = "
				       "i.supplier WHERE i.kind = ?2 AND i.value = ?1";
	uint64_t id;
	if (as_at(name, 0) == '#' && as_number(as_from(name, 1), 10, &id))
		return find_by(
			s, by_id, (as_span){ 0 }, as_from(name, 1), "its id in the directory");
	size_t colon = as_find_byte(name, ':', 0);
	if (colon == SIZE_MAX || colon == 0)
		return false;
	as_span kind = as_cut(name, 0, colon), value = as_trim(as_from(name, colon + 1));
	uint8_t digits[12];
	size_t n = 0;
	if (!as_is(kind, "mac"))
		return find_by(s, by_value, kind, value, "the same identifier");
	for (size_t i = 0; i < value.n && n < sizeof(digits); i++)
		if (value.p[i] != ':' && value.p[i] != '-' && value.p[i] != '.')
			digits[n++] = value.p[i] >= 'A' && value.p[i] <= 'F' ? value.p[i] | 0x20
									     : value.p[i];
	for (size_t len = n < 9 ? n : 9; len >= 6 && s->status == AS_OK;
		len--) /* the smallest block first */
		if (find_by(s, by_value, kind, as_bytes(digits, len),
			    "the block that a MAC address is of"))
			return true;
	return false;
}

/* A question for the full-text index: any of the words that tell something. */
static as_span words_of(as_arena *arena, const as_name *name)
{
	char text[QUESTION];
	size_t used = 0;
	float heaviest = 0;
	for (size_t i = 0; i < name->n; i++)
		heaviest = name->word[i].weight > heaviest ? name->word[i].weight : heaviest;
	for (size_t i = 0; i < name->n; i++) {
		as_span w = name->word[i].text;
		if (name->word[i].weight * 2 < heaviest || used + w.n + 16 > sizeof(text))
			continue;
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%snames : \"%.*s\"",
			used ? " OR " : "", (int)w.n, w.p);
		if (w.n > 4) /* one letter may be wrong behind its beginning */
			used += (size_t)snprintf(
				text + used, sizeof(text) - used, " OR names : \"%.*s\" *", 3, w.p);
		if (used + 64 > sizeof(text))
			break;
	}
	return as_copy(arena, as_bytes(text, used));
}

static as_status conclude(search *s, bool known)
{
	as_maker *copy = as_alloc_array(s->arena, s->n + 1, sizeof(*copy));
	if (!copy)
		return AS_NOMEM;
	memcpy(copy, s->best, s->n * sizeof(*copy));
	*s->out = (as_makers){ .maker = copy, .n = s->n, .known = known && s->n > 0 };
	return s->status;
}

/* Whether the likeliest is alone in having that name, legal forms aside, or in having it whole. */
static bool is_told(const search *s)
{
	enum {
		ONE_NAME =
			90 /* hundredths: the score from which it is the name, with another form at most */
	};
	if (s->n == 0 || s->best[0].like.score * 100 < ONE_NAME)
		return false;
	if (s->n == 1 || s->best[1].like.score * 100 < ONE_NAME)
		return true;
	return s->best[0].like.same && !s->best[1].like.same;
}

as_status as_directory_resolve(
	sqlite3 *db, as_naming *names, as_arena *arena, as_span name, as_makers *out)
{
	search s = { .db = db, .names = names, .arena = arena, .out = out };
	*out = (as_makers){ 0 };
	name = as_trim(as_cut(name, 0, as_min(name.n, AS_NAME_BYTES)));
	if (find_exact(&s, name) || find_identifier(&s, name))
		return conclude(&s, s.n == 1);
	if (s.status != AS_OK)
		return s.status;
	if (as_name_read(names, arena, name, &s.asked) != AS_OK)
		return AS_NOMEM;
	if (s.asked.n == 0)
		return conclude(&s, false);
	ask(&s, MAKER "WHERE n.core = ?1 LIMIT ?2", s.asked.core, SAME_CORE);
	if (s.n > 0 || s.status != AS_OK)
		return conclude(&s, is_told(&s));
	ask(&s,
		"SELECT s.id, s.name, s.country, s.role, n.name FROM (SELECT rowid AS id FROM "
		"supplier_text WHERE supplier_text "
		"MATCH ?1 ORDER BY bm25(supplier_text, 10.0, 0.0) LIMIT ?2) AS f JOIN supplier AS "
		"s ON s.id = f.id JOIN "
		"supplier_name AS n ON n.supplier = s.id",
		words_of(arena, &s.asked), LOOKED_AT);
	return conclude(&s, false);
}

typedef struct family {
	as_arena *arena;
	as_relative *of;
	size_t n, cap;
	bool more;
	as_status status;
} family;

static void add_relative(family *f, int64_t id, as_span name, const char *how)
{
	for (size_t i = 0; i < f->n; i++)
		if (as_same(f->of[i].name, name))
			return;
	if (f->n == f->cap) {
		f->more = true;
		return;
	}
	f->of[f->n++] = (as_relative){ .id = id, .name = name, .how = how };
}

static void add_names(family *f, sqlite3 *db, int64_t id, const char *how)
{
	static const char sql[] = "SELECT name, kind FROM supplier_name WHERE supplier = ?1 ORDER "
				  "BY kind <> 'name', name";
	sqlite3_stmt *q = as_db_prepare(db, sql);
	if (!q)
		f->status = AS_IO;
	else
		sqlite3_bind_int64(q, 1, id);
	while (q && as_db_row(q, &f->status)) {
		as_span kind = column(f->arena, q, 1), name = column(f->arena, q, 0);
		if (name.p)
			add_relative(f, id, name,
				how                   ? how
				: as_is(kind, "name") ? "name"
						      : "alias");
	}
	sqlite3_finalize(q);
}

/* All owners, or all that is owned, generation by generation; a circle, which nobody should have written, ends it. */
static void add_side(family *f, sqlite3 *db, int64_t id, const char *sql, const char *how)
{
	int64_t met[AS_OWNERS + 1] = { id };
	size_t n = 1;
	sqlite3_stmt *q = as_db_prepare(db, sql);
	f->status = q ? f->status : AS_IO;
	for (size_t at = 0; q && at < n && f->status == AS_OK; at++) {
		sqlite3_bind_int64(q, 1, met[at]);
		while (as_db_row(q, &f->status)) {
			int64_t next = sqlite3_column_int64(q, 0);
			bool was = false;
			for (size_t i = 0; i < n; i++)
				was = was || met[i] == next;
			f->more = f->more || (!was && n > AS_OWNERS);
			if (!was && n <= AS_OWNERS)
				met[n++] = next;
		}
	}
	sqlite3_finalize(q);
	for (size_t i = 1; i < n && f->status == AS_OK; i++)
		add_names(f, db, met[i], how);
}

as_status as_directory_relatives(
	sqlite3 *db, as_arena *arena, int64_t id, as_relative **out, size_t *n, bool *more)
{
	enum { NAMES = 1024 };
	family f = { .arena = arena, .cap = NAMES };
	f.of = as_alloc_array(arena, NAMES, sizeof(*f.of));
	if (!f.of)
		return AS_NOMEM;
	add_names(&f, db, id, NULL);
	if (f.status == AS_OK)
		add_side(&f, db, id, "SELECT owner FROM owner WHERE owned = ?1 ORDER BY owner",
			"parent");
	if (f.status == AS_OK)
		add_side(&f, db, id, "SELECT owned FROM owner WHERE owner = ?1 ORDER BY owned",
			"subsidiary");
	*out = f.of;
	*n = f.n;
	*more = f.more;
	return f.status;
}
