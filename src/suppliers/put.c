/* SPDX-License-Identifier: Apache-2.0 */
#include "suppliers/put.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef enum statement {
	FIND,
	MAKE,
	NAME,
	IDENTIFIER,
	SUPPLIES,
	OWNER,
	OWNERS_OF,
	NAME_OF,
	APART,
	TEXT_CLEAR,
	TEXT_ADD,
	TEXT_NEW,
	N_STATEMENTS
} statement;

enum { SETTERS = 16 /* statements that set a column */ };

/* All that full text finds a supplier by. */
#define TEXT_OF                                                                                    \
	"INSERT INTO supplier_text (rowid, names, about) SELECT s.id, (SELECT "                    \
	"group_concat(n.name || coalesce(' ' || n.words, "                                         \
	"''), ' ') FROM supplier_name AS n WHERE n.supplier = s.id), coalesce(s.place, '') || ' "  \
	"' || coalesce(s.country, '') "                                                            \
	"|| ' ' || coalesce(s.role, '') || ' ' || coalesce(s.field, '') || ' ' || "                \
	"coalesce(s.note, '') || ' ' || "                                                          \
	"coalesce((SELECT group_concat(p.value, ' ') FROM supplies AS p WHERE p.supplier = "       \
	"s.id), '') || ' ' || "                                                                    \
	"coalesce((SELECT group_concat(e.part || ' ' || e.product, ' ') FROM seen AS e WHERE "     \
	"e.supplier = s.id), '') FROM "                                                            \
	"supplier AS s WHERE s.id"

static const char *const sql_of[N_STATEMENTS] = {
	[FIND] = "SELECT supplier FROM supplier_name WHERE name = ?1 ORDER BY kind <> 'name' LIMIT "
		 "1",
	[MAKE] = "INSERT INTO supplier (name, origin) VALUES (?1, ?2)",
	[NAME] = "INSERT OR IGNORE INTO supplier_name VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[IDENTIFIER] = "INSERT OR IGNORE INTO identifier VALUES (?1, ?2, ?3, ?4)",
	[SUPPLIES] = "INSERT OR IGNORE INTO supplies VALUES (?1, ?2, ?3, ?4)",
	[OWNER] = "INSERT OR IGNORE INTO owner VALUES (?1, ?2, ?3)",
	[OWNERS_OF] = "SELECT owner FROM owner WHERE owned = ?1 ORDER BY owner",
	[NAME_OF] = "SELECT name FROM supplier WHERE id = ?1",
	[APART] = "INSERT OR IGNORE INTO apart VALUES (?1, ?2)",
	[TEXT_CLEAR] = "DELETE FROM supplier_text WHERE rowid = ?1",
	[TEXT_ADD] = TEXT_OF " = ?1",
	[TEXT_NEW] = TEXT_OF " > ?1",
};

struct as_putting {
	sqlite3 *db;
	as_naming *names;
	as_arena *arena; /* for one name at a time */
	const char *source;
	sqlite3_stmt *st[N_STATEMENTS];
	struct {
		const char *column; /* as it was given: the same constant again and again */
		bool only;
		sqlite3_stmt *q;
	} set[SETTERS];
	size_t n_set;
	int64_t *changed; /* suppliers whose full text is behind */
	size_t n_changed, cap;
	int64_t newest; /* the last supplier that there was at first */
};

as_putting *as_put_new(sqlite3 *db, as_naming *names)
{
	as_putting *p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	*p = (as_putting){
		.db = db, .names = names, .source = "user", .arena = as_arena_new(1 << 20)
	};
	bool ok = p->arena != NULL;
	for (size_t i = 0; i < N_STATEMENTS && ok; i++)
		ok = sqlite3_prepare_v3(db, sql_of[i], -1, SQLITE_PREPARE_PERSISTENT, &p->st[i],
			     NULL) == SQLITE_OK;
	sqlite3_stmt *q =
		ok ? as_db_prepare(db, "SELECT coalesce(max(id), 0) FROM supplier") : NULL;
	ok = q && sqlite3_step(q) == SQLITE_ROW;
	p->newest = ok ? sqlite3_column_int64(q, 0) : 0;
	sqlite3_finalize(q);
	if (ok)
		return p;
	as_put_free(p);
	return NULL;
}

void as_put_free(as_putting *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < N_STATEMENTS; i++)
		sqlite3_finalize(p->st[i]);
	for (size_t i = 0; i < p->n_set; i++)
		sqlite3_finalize(p->set[i].q);
	as_arena_free(p->arena);
	free(p->changed);
	free(p);
}

void as_put_source(as_putting *p, const char *source) { p->source = source; }

/* Texts are UTF-8 without control characters: readers have seen to that, or they are escaped here. */
static void bind(sqlite3_stmt *q, int i, as_span s)
{
	if (s.p)
		(void)sqlite3_bind_text(
			q, i, s.n ? (const char *)s.p : "", (int)s.n, SQLITE_STATIC);
	else
		(void)sqlite3_bind_null(q, i);
}

/* Notes that the full text is behind; that of new suppliers is made at the end, at one go. */
static as_status change(as_putting *p, int64_t id)
{
	if (id > p->newest || (p->n_changed > 0 && p->changed[p->n_changed - 1] == id))
		return AS_OK;
	if (p->n_changed == p->cap) {
		size_t cap = p->cap ? 2 * p->cap : 1024;
		int64_t *more = realloc(p->changed, cap * sizeof(*more));
		if (!more)
			return AS_NOMEM;
		p->changed = more;
		p->cap = cap;
	}
	p->changed[p->n_changed++] = id;
	return AS_OK;
}

static bool is_ascii(as_span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 0x80)
			return false;
	return true;
}

as_status as_put_name(as_putting *p, int64_t id, as_span name, const char *kind)
{
	as_name n;
	as_buf words = { 0 };
	as_arena_reset(p->arena);
	if (as_name_read(p->names, p->arena, name, &n) != AS_OK)
		return AS_NOMEM;
	for (size_t i = 0; i < n.n && !is_ascii(name); i++) {
		as_buf_add(&words, n.word[i].text.p, n.word[i].text.n);
		as_buf_u8(&words, ' ');
	}
	sqlite3_stmt *q = p->st[NAME];
	sqlite3_bind_int64(q, 1, id);
	bind(q, 2, name);
	as_db_word(q, 3, kind);
	bind(q, 4, n.core);
	bind(q, 5, n.forms);
	bind(q, 6, as_buf_span_of(&words));
	as_db_word(q, 7, p->source);
	as_status s = words.bad ? AS_NOMEM : as_db_step(q);
	as_buf_free(&words);
	return s == AS_OK ? change(p, id) : s;
}

as_status as_put_supplier(as_putting *p, as_span name, const char *origin, int64_t *id)
{
	as_status s = AS_OK;
	bind(p->st[FIND], 1, name);
	if (as_db_row(p->st[FIND], &s)) {
		*id = sqlite3_column_int64(p->st[FIND], 0);
		return sqlite3_reset(p->st[FIND]) == SQLITE_OK ? AS_OK : AS_IO;
	}
	if (s != AS_OK)
		return s;
	bind(p->st[MAKE], 1, name);
	as_db_word(p->st[MAKE], 2, origin);
	s = as_db_step(p->st[MAKE]);
	*id = sqlite3_last_insert_rowid(p->db);
	return s == AS_OK ? as_put_name(p, *id, name, "name") : s;
}

as_status as_put_identifier(as_putting *p, int64_t id, as_span kind, as_span value)
{
	sqlite3_stmt *q = p->st[IDENTIFIER];
	bind(q, 1, kind);
	bind(q, 2, value);
	sqlite3_bind_int64(q, 3, id);
	as_db_word(q, 4, p->source);
	return as_db_step(q);
}

as_status as_put_supplies(as_putting *p, int64_t id, const char *kind, as_span value)
{
	sqlite3_stmt *q = p->st[SUPPLIES];
	sqlite3_bind_int64(q, 1, id);
	as_db_word(q, 2, kind);
	bind(q, 3, value);
	as_db_word(q, 4, p->source);
	as_status s = as_db_step(q);
	return s == AS_OK ? change(p, id) : s;
}

/* The statement that sets a column; NULL: there is none. */
static sqlite3_stmt *setter(as_putting *p, const char *column, bool only)
{
	for (size_t i = 0; i < p->n_set; i++)
		if (p->set[i].column == column && p->set[i].only == only)
			return p->set[i].q;
	char *sql = sqlite3_mprintf(
		"UPDATE supplier SET \"%w\" = ?1 WHERE id = ?2 AND (\"%w\" IS NULL OR %d)", column,
		column, !only);
	sqlite3_stmt *q = sql && p->n_set < SETTERS ? as_db_prepare(p->db, sql) : NULL;
	sqlite3_free(sql);
	if (q) {
		p->set[p->n_set].column = column;
		p->set[p->n_set].only = only;
		p->set[p->n_set++].q = q;
	}
	return q;
}

as_status as_put_field(as_putting *p, int64_t id, const char *column, as_span value, bool only)
{
	sqlite3_stmt *q = setter(p, column, only);
	if (!q)
		return AS_IO;
	bind(q, 1, value.n > 0 ? value : (as_span){ 0 });
	sqlite3_bind_int64(q, 2, id);
	as_status s = as_db_step(q);
	return s == AS_OK ? change(p, id) : s;
}

static void add_to_circle(as_putting *p, int64_t id, char *circle, size_t n)
{
	size_t used = strlen(circle);
	as_status s = AS_OK;
	sqlite3_bind_int64(p->st[NAME_OF], 1, id);
	if (used < n && as_db_row(p->st[NAME_OF], &s))
		(void)snprintf(circle + used, n - used, "%s'%s'", used ? " belongs to " : "",
			(const char *)sqlite3_column_text(p->st[NAME_OF], 0));
	(void)sqlite3_reset(p->st[NAME_OF]);
}

/* The way up from `from` to `to` through owners, breadth first; the length of it in steps, 0: there is none. */
static size_t climb(as_putting *p, int64_t from, int64_t to, int64_t **way, as_status *s)
{
	size_t n = 1, cap = 64, steps = 0;
	struct {
		int64_t id;
		size_t by;
	} *met = malloc(cap * sizeof(*met));
	*way = NULL;
	if (!met) {
		*s = AS_NOMEM;
		return 0;
	}
	met[0].id = from;
	met[0].by = SIZE_MAX;
	for (size_t at = 0; at < n && *s == AS_OK && !*way; at++) {
		if (met[at].id == to) {
			for (size_t i = at; i != SIZE_MAX; i = met[i].by)
				steps++;
			*way = malloc(steps * sizeof(**way));
			for (size_t i = at, k = steps; *way && i != SIZE_MAX; i = met[i].by)
				(*way)[--k] = met[i].id;
			*s = *way ? AS_OK : AS_NOMEM;
			break;
		}
		sqlite3_bind_int64(p->st[OWNERS_OF], 1, met[at].id);
		while (as_db_row(p->st[OWNERS_OF], s)) {
			int64_t next = sqlite3_column_int64(p->st[OWNERS_OF], 0);
			bool was = false;
			for (size_t i = 0; i < n && !was; i++)
				was = met[i].id == next;
			void *more = was || n < cap ? met : realloc(met, (cap *= 2) * sizeof(*met));
			if (!more) {
				*s = AS_NOMEM;
				break;
			}
			met = more;
			if (!was) {
				met[n].id = next;
				met[n++].by = at;
			}
		}
		(void)sqlite3_reset(p->st[OWNERS_OF]);
	}
	free(met);
	return steps;
}

/* Whether `to` is above `from` (or the same): then circle tells the way. */
static bool is_above(as_putting *p, int64_t from, int64_t to, char *circle, size_t n, as_status *s)
{
	int64_t *way = NULL;
	size_t steps = climb(p, from, to, &way, s);
	circle[0] = 0;
	for (size_t i = 0; way && i < steps; i++)
		add_to_circle(p, way[i], circle, n);
	free(way);
	return *s == AS_OK && steps > 0;
}

as_status as_put_owner(as_putting *p, int64_t owner, int64_t owned, char *circle, size_t n)
{
	as_status s = AS_OK;
	if (is_above(p, owner, owned, circle, n, &s)) {
		add_to_circle(p, owner, circle, n);
		return AS_NOT_THIS;
	}
	if (s != AS_OK)
		return s;
	sqlite3_stmt *q = p->st[OWNER];
	sqlite3_bind_int64(q, 1, owner);
	sqlite3_bind_int64(q, 2, owned);
	as_db_word(q, 3, p->source);
	return as_db_step(q);
}

static as_status make_findable(as_putting *p, int64_t id)
{
	sqlite3_bind_int64(p->st[TEXT_CLEAR], 1, id);
	as_status s = as_db_step(p->st[TEXT_CLEAR]);
	sqlite3_bind_int64(p->st[TEXT_ADD], 1, id);
	return s == AS_OK ? as_db_step(p->st[TEXT_ADD]) : s;
}

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

as_status as_put_findable(as_putting *p)
{
	as_status s = AS_OK;
	if (p->n_changed > 0)
		qsort(p->changed, p->n_changed, sizeof(*p->changed), ascending);
	for (size_t i = 0; i < p->n_changed && s == AS_OK; i++)
		if (i == 0 || p->changed[i] != p->changed[i - 1])
			s = make_findable(p, p->changed[i]);
	p->n_changed = 0;
	sqlite3_bind_int64(p->st[TEXT_NEW], 1, p->newest);
	p->newest = INT64_MAX; /* what comes now is made one by one */
	return s == AS_OK ? as_db_step(p->st[TEXT_NEW]) : s;
}

as_status as_put_merge(as_putting *p, int64_t id, int64_t other, char *circle, size_t n)
{
	static const char *const moves[] = {
		"UPDATE supplier SET country = coalesce(country, (SELECT country FROM supplier "
		"WHERE id = ?2)), place = "
		"coalesce(place, (SELECT place FROM supplier WHERE id = ?2)), role = "
		"coalesce(role, (SELECT role FROM supplier "
		"WHERE id = ?2)), field = coalesce(field, (SELECT field FROM supplier WHERE id = "
		"?2)), url = coalesce(url, "
		"(SELECT url FROM supplier WHERE id = ?2)), note = coalesce(note, (SELECT note "
		"FROM supplier WHERE id = ?2)), "
		"edited = 1 WHERE id = ?1",
		"INSERT OR IGNORE INTO supplier_name SELECT ?1, name, CASE kind WHEN 'name' THEN "
		"'alias' ELSE kind END, core, "
		"forms, words, source FROM supplier_name WHERE supplier = ?2",
		"INSERT OR IGNORE INTO supplies SELECT ?1, kind, value, source FROM supplies WHERE "
		"supplier = ?2",
		"INSERT OR IGNORE INTO identifier SELECT kind, value, ?1, source FROM identifier "
		"WHERE supplier = ?2",
		"INSERT OR IGNORE INTO owner SELECT ?1, owned, source FROM owner WHERE owner = ?2 "
		"AND owned <> ?1",
		"INSERT OR IGNORE INTO owner SELECT owner, ?1, source FROM owner WHERE owned = ?2 "
		"AND owner <> ?1",
		"INSERT OR IGNORE INTO seen SELECT ?1, image, product, role, part, confidence, n "
		"FROM seen WHERE supplier = ?2",
		"DELETE FROM supplier_name WHERE supplier = ?2 AND ?1",
		"DELETE FROM supplies WHERE supplier = ?2 AND ?1",
		"DELETE FROM identifier WHERE supplier = ?2 AND ?1",
		"DELETE FROM owner WHERE (owner = ?2 OR owned = ?2) AND ?1",
		"DELETE FROM seen WHERE supplier = ?2 AND ?1",
		"DELETE FROM apart WHERE (a = ?2 OR b = ?2) AND ?1",
		"DELETE FROM supplier_text WHERE rowid = ?2 AND ?1",
		"DELETE FROM supplier WHERE id = ?2 AND ?1",
	};
	as_status s = AS_OK;
	if (is_above(p, id, other, circle, n, &s) || is_above(p, other, id, circle, n, &s))
		return AS_NOT_THIS;
	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]) && s == AS_OK; i++) {
		sqlite3_stmt *q = as_db_prepare(p->db, moves[i]);
		s = q ? AS_OK : AS_IO;
		if (q) {
			sqlite3_bind_int64(q, 1, id);
			sqlite3_bind_int64(q, 2, other);
			s = as_db_step(q);
		}
		sqlite3_finalize(q);
	}
	return s == AS_OK ? change(p, id) : s;
}

as_status as_put_read(sqlite3 *db, const char *id, const char *title, const char *file,
	const char *date, uint64_t n)
{
	char now[32];
	const char *fixed = getenv("SOURCE_DATE_EPOCH");
	time_t t = fixed ? (time_t)strtoll(fixed, NULL, 10) : time(NULL);
	struct tm tm;
	sqlite3_stmt *q =
		as_db_prepare(db, "INSERT OR REPLACE INTO source VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
	if (!q)
		return AS_IO;
	(void)strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &tm));
	as_db_word(q, 1, id);
	as_db_word(q, 2, title);
	as_db_word(q, 3, file);
	as_db_word(q, 4, date);
	as_db_word(q, 5, now);
	as_db_int(q, 6, (int64_t)n);
	as_status s = as_db_step(q);
	sqlite3_finalize(q);
	return s;
}

as_status as_put_apart(as_putting *p, int64_t a, int64_t b)
{
	sqlite3_bind_int64(p->st[APART], 1, a);
	sqlite3_bind_int64(p->st[APART], 2, b);
	return as_db_step(p->st[APART]);
}
