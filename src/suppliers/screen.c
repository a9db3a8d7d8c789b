/* SPDX-License-Identifier: Apache-2.0 */
#include "suppliers/screen.h"

#include <stdlib.h>

#include "base/embed.h"
#include "base/map.h"
#include "knowledge/tsv.h"

enum {
	CORE_LETTERS = 5, /* of a name's beginning by which it is found, whatever its words */
	WORD_LETTERS = 3, /* of both ends of its rarest word, in which letters may be wrong */
	HITS = 4096,      /* listings told of one name */
	SEED = 0x115ed,
};

typedef struct list {
	as_span id, title, jurisdiction, authority, source;
} list;

typedef struct listing {
	size_t list;
	int64_t id; /* in the directory; 0: it ships */
	bool category;
	as_span entity, date, until, words, source, confidence;
} listing;

typedef struct listed_name {
	size_t listing;
	as_span text;
	as_name name;
	size_t asked; /* the number of the question that looked at it last */
} listed_name;

/* A key of a name, for looking up. */
typedef struct key {
	uint64_t hash;
	size_t name;
} key;

typedef struct array {
	void *p;
	size_t n, cap;
} array;

struct as_screen {
	as_arena *arena;
	as_naming *names;
	sqlite3 *db;
	array lists, listings, listed, keys;
	size_t asked;
};

/* Room for one more element; NULL without memory. */
static void *more(array *a, size_t size)
{
	if (a->n == a->cap) {
		size_t cap = a->cap ? 2 * a->cap : 64;
		void *p = realloc(a->p, cap * size);
		if (!p)
			return NULL;
		a->p = p;
		a->cap = cap;
	}
	memset((uint8_t *)a->p + a->n * size, 0, size);
	return (uint8_t *)a->p + a->n++ * size;
}

static listing *listing_at(const as_screen *s, size_t i) { return (listing *)s->listings.p + i; }
static listed_name *listed_at(const as_screen *s, size_t i)
{
	return (listed_name *)s->listed.p + i;
}

static uint64_t hash_of(char kind, as_span text) { return as_hash64(SEED + (uint64_t)kind, text); }

/* The keys by which a name is found and looks for others. */
static size_t keys_of(const as_name *n, uint64_t out[AS_NAME_WORDS + 3])
{
	size_t k = 0, heaviest = 0;
	for (size_t i = 0; i < n->n; i++)
		heaviest = n->word[i].weight > n->word[heaviest].weight ? i : heaviest;
	for (size_t i = 0; i < n->n; i++)
		if (i == heaviest || n->word[i].weight * 2 > n->word[heaviest].weight)
			out[k++] = hash_of('w', n->word[i].text);
	as_span rarest = n->n > 0 ? n->word[heaviest].text : (as_span){ 0 };
	if (n->core.n >= CORE_LETTERS)
		out[k++] = hash_of('c', as_cut(n->core, 0, CORE_LETTERS));
	if (rarest.n > WORD_LETTERS) {
		out[k++] = hash_of('b', as_cut(rarest, 0, WORD_LETTERS));
		out[k++] = hash_of('e', as_from(rarest, rarest.n - WORD_LETTERS));
	}
	return k;
}

static as_status add_name(as_screen *s, size_t of, as_span text)
{
	uint64_t hash[AS_NAME_WORDS + 3];
	listed_name *l = more(&s->listed, sizeof(*l));
	if (!l || as_name_read(s->names, s->arena, text, &l->name) != AS_OK)
		return AS_NOMEM;
	l->text = text;
	l->listing = of;
	size_t at = s->listed.n - 1, n = keys_of(&l->name, hash);
	for (size_t i = 0; i < n; i++) {
		key *k = more(&s->keys, sizeof(*k));
		if (!k)
			return AS_NOMEM;
		*k = (key){ hash[i], at };
	}
	return AS_OK;
}

static as_span or_none(as_span s) { return s.n > 0 ? s : (as_span){ 0 }; }

static size_t list_of(const as_screen *s, as_span id)
{
	const list *l = s->lists.p;
	for (size_t i = s->lists.n; i > 0; i--)
		if (as_same(l[i - 1].id, id))
			return i - 1;
	return SIZE_MAX;
}

/* What ships. */
static as_status read_shipped(as_screen *s)
{
	enum { LIST, ENTITY, KIND, DATE, UNTIL, NAMES, WORDS, SOURCE, CONFIDENCE, COLUMNS };
	as_cur c = as_cur_le(as_embedded_file(as_embedded_knowledge, "restriction_lists.tsv"), 0);
	as_span x[COLUMNS], one;
	while (as_tsv_row(&c, x, 7) == 7) {
		list *l = more(&s->lists, sizeof(*l));
		if (!l)
			return AS_NOMEM;
		*l = (list){ x[0], x[1], x[2], x[3], x[6] };
	}
	c = as_cur_le(as_embedded_file(as_embedded_knowledge, "restrictions.tsv"), 0);
	while (as_tsv_row(&c, x, COLUMNS) == COLUMNS) {
		listing *l = more(&s->listings, sizeof(*l));
		size_t at = list_of(s, x[LIST]);
		if (!l || at == SIZE_MAX)
			return AS_NOMEM;
		*l = (listing){
			.list = at, .category = as_is(x[KIND], "category"), .entity = x[ENTITY]
		};
		l->date = or_none(x[DATE]);
		l->until = or_none(x[UNTIL]);
		l->words = or_none(x[WORDS]);
		l->source = x[SOURCE];
		l->confidence = x[CONFIDENCE];
		as_status st = l->category ? AS_OK : add_name(s, s->listings.n - 1, x[ENTITY]);
		for (size_t i = 0; st == AS_OK && (one = as_trim(as_field(x[NAMES], ';', i))).n > 0;
			i++)
			st = add_name(s, s->listings.n - 1, one);
		if (st != AS_OK)
			return st;
	}
	return AS_OK;
}

static as_span column(const as_screen *s, sqlite3_stmt *q, int i)
{
	const void *p = sqlite3_column_text(q, i);
	as_span v = { p, p ? (size_t)sqlite3_column_bytes(q, i) : 0 };
	return p && v.n > 0 ? as_copy(s->arena, v) : (as_span){ 0 };
}

static as_status add_list(as_screen *s, sqlite3_stmt *q)
{
	list *l = more(&s->lists, sizeof(*l));
	if (!l)
		return AS_NOMEM;
	*l = (list){ column(s, q, 0), column(s, q, 1), column(s, q, 2), column(s, q, 3),
		column(s, q, 4) };
	return AS_OK;
}

static as_status add_listing(as_screen *s, sqlite3_stmt *q)
{
	listing *l = more(&s->listings, sizeof(*l));
	if (!l)
		return AS_NOMEM;
	*l = (listing){ .id = sqlite3_column_int64(q, 0), .list = list_of(s, column(s, q, 1)) };
	l->entity = column(s, q, 2);
	l->category = as_is(column(s, q, 3), "category");
	l->date = column(s, q, 4);
	l->until = column(s, q, 5);
	l->words = column(s, q, 6);
	l->source = column(s, q, 7);
	return l->list == SIZE_MAX ? AS_IO : AS_OK;
}

/* The listing of that id in the directory: they were read in the order of ids. */
static size_t find_listing(const as_screen *s, int64_t id)
{
	size_t low = 0, high = s->listings.n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (listing_at(s, mid)->id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low < s->listings.n && listing_at(s, low)->id == id ? low : SIZE_MAX;
}

static as_status add_listed_name(as_screen *s, sqlite3_stmt *q)
{
	size_t at = find_listing(s, sqlite3_column_int64(q, 0));
	as_span name = column(s, q, 1);
	return at != SIZE_MAX && name.n > 0 && !listing_at(s, at)->category ? add_name(s, at, name)
									    : AS_OK;
}

static as_status read_rows(
	as_screen *s, const char *sql, as_status (*take)(as_screen *, sqlite3_stmt *))
{
	sqlite3_stmt *q = as_db_prepare(s->db, sql);
	as_status st = q ? AS_OK : AS_IO;
	while (st == AS_OK && as_db_row(q, &st))
		st = take(s, q);
	sqlite3_finalize(q);
	return st;
}

static int by_hash(const void *a, const void *b)
{
	const key *x = a, *y = b;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->name > y->name) - (x->name < y->name);
}

static as_status read_all(as_screen *s)
{
	as_status st = s->arena ? read_shipped(s) : AS_NOMEM;
	if (st == AS_OK && s->db)
		st = read_rows(s,
			"SELECT id, title, jurisdiction, authority, source FROM list ORDER BY id",
			add_list);
	if (st == AS_OK && s->db)
		st = read_rows(s,
			"SELECT id, list, entity, kind, date, until, words, source FROM listing "
			"ORDER BY id",
			add_listing);
	if (st == AS_OK && s->db)
		st = read_rows(s, "SELECT listing, name FROM listing_name ORDER BY listing, name",
			add_listed_name);
	if (s->keys.n > 0)
		qsort(s->keys.p, s->keys.n, sizeof(key), by_hash);
	return st;
}

as_screen *as_screen_new(sqlite3 *directory, as_naming *names, as_status *status)
{
	as_screen *s = calloc(1, sizeof(*s));
	*status = AS_NOMEM;
	if (!s)
		return NULL;
	*s = (as_screen){ .arena = as_arena_new(0), .names = names, .db = directory };
	*status = read_all(s);
	if (*status == AS_OK)
		return s;
	as_screen_free(s);
	return NULL;
}

void as_screen_free(as_screen *s)
{
	if (!s)
		return;
	as_arena_free(s->arena);
	free(s->lists.p);
	free(s->listings.p);
	free(s->listed.p);
	free(s->keys.p);
	free(s);
}

/* What is found of one name that was asked for. */
typedef struct found {
	as_screen *s;
	as_arena *arena;
	as_listed *hit; /* HITS */
	size_t *of;     /* the listing of each */
	size_t n;
	double least;
} found;

static as_listed say(const as_screen *s, const listing *l)
{
	const list *of = (const list *)s->lists.p + l->list;
	return (as_listed){ .list = of->id,
		.title = of->title,
		.jurisdiction = of->jurisdiction,
		.authority = of->authority,
		.entity = l->entity,
		.date = l->date,
		.until = l->until,
		.words = l->words,
		.source = l->source.n > 0 ? l->source : of->source,
		.confidence = l->confidence };
}

/* Keeps the best of each listing; of two that are as good the first, which is the name itself. */
static void offer(
	found *f, size_t at, as_span asked, const char *how, as_span met, as_likeness like)
{
	size_t i = 0;
	while (i < f->n && f->of[i] != at)
		i++;
	if (like.score < f->least || i == HITS || (i < f->n && f->hit[i].like.score >= like.score))
		return;
	bool itself = strcmp(how, "name") == 0 || strcmp(how, "alias") == 0;
	f->of[i] = at;
	f->hit[i] = say(f->s, listing_at(f->s, at));
	f->hit[i].asked = asked;
	f->hit[i].how = how;
	f->hit[i].met = met;
	f->hit[i].like = like;
	f->hit[i].certain = like.same && itself;
	f->n += i == f->n;
}

static as_status look_up(found *f, as_span text, const char *how)
{
	as_screen *s = f->s;
	uint64_t hash[AS_NAME_WORDS + 3];
	as_name asked;
	if (as_name_read(s->names, f->arena, text, &asked) != AS_OK)
		return AS_NOMEM;
	size_t n = asked.n > 0 ? keys_of(&asked, hash) : 0;
	const key *keys = s->keys.p;
	s->asked++;
	for (size_t i = 0; i < n; i++) {
		size_t low = 0, high = s->keys.n;
		while (low < high) {
			size_t mid = low + (high - low) / 2;
			if (keys[mid].hash < hash[i])
				low = mid + 1;
			else
				high = mid;
		}
		for (; low < s->keys.n && keys[low].hash == hash[i]; low++) {
			listed_name *l = listed_at(s, keys[low].name);
			if (l->asked == s->asked)
				continue;
			l->asked = s->asked;
			offer(f, l->listing, text, how, l->text, as_name_compare(&asked, &l->name));
		}
	}
	return AS_OK;
}

/* Listings that have an identifier of the supplier. */
static as_status look_up_identifiers(found *f, int64_t id)
{
	sqlite3_stmt *q =
		as_db_prepare(f->s->db, "SELECT l.listing, i.kind || ' ' || i.value FROM "
					"identifier AS i JOIN listing_identifier AS l ON l.kind = "
					"i.kind AND l.value = i.value WHERE i.supplier = ?1");
	as_status st = q ? AS_OK : AS_IO;
	if (q)
		sqlite3_bind_int64(q, 1, id);
	while (st == AS_OK && as_db_row(q, &st)) {
		size_t at = find_listing(f->s, sqlite3_column_int64(q, 0));
		const void *p = sqlite3_column_text(q, 1);
		as_span value = as_copy(f->arena, as_bytes(p, (size_t)sqlite3_column_bytes(q, 1)));
		if (at != SIZE_MAX)
			offer(f, at, value, "name", value,
				(as_likeness){ 1, "the same identifier", true });
	}
	sqlite3_finalize(q);
	return st;
}

static as_status look_up_family(found *f, as_span name)
{
	as_makers makers;
	as_relative *relative = NULL;
	size_t n = 0;
	bool more_of_them;
	as_status st = as_directory_resolve(f->s->db, f->s->names, f->arena, name, &makers);
	if (st != AS_OK || !makers.known)
		return st;
	int64_t id = makers.maker[0].id;
	st = look_up_identifiers(f, id);
	if (st == AS_OK)
		st = as_directory_relatives(f->s->db, f->arena, id, &relative, &n, &more_of_them);
	for (size_t i = 0; i < n && st == AS_OK; i++)
		st = look_up(f, relative[i].name, relative[i].how);
	return st;
}

static int by_score(const void *a, const void *b)
{
	const as_listed *x = a, *y = b;
	if (x->certain != y->certain)
		return x->certain ? -1 : 1;
	if (x->like.score < y->like.score || x->like.score > y->like.score)
		return x->like.score > y->like.score ? -1 : 1;
	int c = memcmp(x->list.p, y->list.p, (size_t)as_min(x->list.n, y->list.n));
	if (c == 0 && x->date.p && y->date.p)
		c = memcmp(x->date.p, y->date.p, (size_t)as_min(x->date.n, y->date.n));
	return c != 0 ? c : (x->entity.p > y->entity.p) - (x->entity.p < y->entity.p);
}

as_status as_screen_name(
	as_screen *s, as_arena *arena, as_span name, double least, as_listed **out, size_t *n)
{
	found f = { .s = s, .arena = arena, .least = least > 0 ? least : AS_SCREEN_LEAST };
	size_t most = (size_t)as_min(s->listings.n, HITS);
	f.hit = as_alloc_array(arena, most + 1, sizeof(*f.hit));
	f.of = as_alloc_array(arena, most + 1, sizeof(*f.of));
	if (!f.hit || !f.of)
		return AS_NOMEM;
	as_status st = look_up(&f, name, "name");
	if (st == AS_OK && s->db)
		st = look_up_family(&f, name);
	if (f.n > 0)
		qsort(f.hit, f.n, sizeof(*f.hit), by_score);
	*out = f.hit;
	*n = f.n;
	return st;
}

as_status as_screen_categories(as_screen *s, as_arena *arena, as_listed **out, size_t *n)
{
	*n = 0;
	*out = as_alloc_array(arena, s->listings.n + 1, sizeof(**out));
	if (!*out)
		return AS_NOMEM;
	for (size_t i = 0; i < s->listings.n; i++)
		if (listing_at(s, i)->category)
			(*out)[(*n)++] = say(s, listing_at(s, i));
	return AS_OK;
}
