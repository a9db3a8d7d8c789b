/* SPDX-License-Identifier: Apache-2.0 */
#include "vuln/same.h"

#include <stdlib.h>

#include "base/text.h"
#include "dossier/db.h"
#include "vuln/image.h"
#include "vuln/order.h"

/* A name that a part goes by, and its version. Parts with equal names are of one family, with equal versions, too, one
 * software. */
typedef struct entry {
	as_span name;
	as_span version; /* p NULL: not known, and then it is one with nothing */
	uint32_t part;
} entry;

typedef struct same {
	as_arena *arena;
	const as_image *image;
	entry *entries;
	size_t n, cap;
	uint32_t *one,
		*family; /* of each part: another of its group, or itself; the least is its root */
} same;

static uint32_t root_of(uint32_t *up, uint32_t i)
{
	while (up[i] != i) {
		up[i] = up[up[i]];
		i = up[i];
	}
	return i;
}

static void join(uint32_t *up, uint32_t a, uint32_t b)
{
	a = root_of(up, a);
	b = root_of(up, b);
	if (a < b)
		up[b] = a;
	else
		up[a] = b;
}

static int by_name_and_version(const void *a, const void *b)
{
	const entry *x = a, *y = b;
	size_t n = as_min(x->name.n, y->name.n);
	int by = n ? memcmp(x->name.p, y->name.p, n) : 0;
	if (by == 0)
		by = (x->name.n > y->name.n) - (x->name.n < y->name.n);
	if (by == 0)
		by = (x->version.p != NULL) - (y->version.p != NULL);
	if (by == 0 && x->version.p)
		by = as_order_upstream(x->version, y->version);
	return by ? by : (x->part > y->part) - (x->part < y->part);
}

static void add(same *s, uint32_t part, as_span name, as_span version)
{
	if (s->n < s->cap && name.n > 0)
		s->entries[s->n++] = (entry){ name, version, part };
}

/* "n" and the letters and digits of a name, without the number at its end: "sqlite3" is sqlite. */
static as_span plain_name(same *s, as_span name)
{
	enum { SHORTEST = 3 };
	uint8_t *to = as_alloc(s->arena, name.n + 1);
	size_t n = 1;
	if (!to)
		return (as_span){ 0 };
	to[0] = 'n';
	for (size_t i = 0; i < name.n; i++)
		if (as_is_letter(name.p[i]) || as_is_digit(name.p[i]))
			to[n++] = as_lower(name.p[i]);
	while (n > 1 && as_is_digit(to[n - 1]))
		n--;
	return as_bytes(to, n > SHORTEST ? n : 0);
}

/* The version as the maker counts it; p NULL: it is not known, or only as a range. */
static as_span version_of(const as_part *p)
{
	as_span v = p->witness.lo;
	if (v.n == 0 || !as_same(v, p->witness.hi))
		return (as_span){ 0 };
	if (p->packet && as_is(p->method, "package"))
		return v; /* it is the maker's already */
	if (as_is(p->type, "deb"))
		return as_version_upstream(as_lit("dpkg"), v);
	return as_version_upstream(p->type, v); /* rpm, apk */
}

/* What goes by a name of its own: a module of the kernel, a font, a copy inside another program. */
static bool stands_alone(const as_part *p)
{
	return as_is(p->method, "copy") || as_is(p->method, "module") || as_is(p->method, "font");
}

/* Whether its name is one among all software. Registries of languages have worlds of their own: npm's "request" is not
 * PyPI's. */
static bool is_of_no_registry(const as_part *p)
{
	static const char *const types[] = { "generic", "github", "deb", "rpm", "apk" };
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (as_is(p->type, types[i]))
			return true;
	return p->type.n == 0 || as_is(p->method, "package");
}

static void add_part(same *s, uint32_t i)
{
	const as_part *p = &s->image->parts[i];
	const as_packet *k = as_is(p->method, "package") ? p->packet : NULL;
	as_span version = version_of(p);
	if (stands_alone(p))
		return;
	if (is_of_no_registry(p)) {
		add(s, i, plain_name(s, p->title.n ? p->title : p->what), version);
		if (as_find_byte(p->what, ':', 0) == SIZE_MAX)
			add(s, i, plain_name(s, p->what), version);
	}
	if (k) {
		add(s, i, plain_name(s, k->source), version);
		add(s, i,
			as_print(s->arena, "s%.*s %.*s %.*s", (int)k->manager.n,
				(const char *)k->manager.p, (int)k->source.n,
				(const char *)k->source.p, (int)k->source_version.n,
				(const char *)k->source_version.p),
			as_lit("1"));
	}
	for (size_t c = 0; c < p->n_names; c++)
		add(s, i,
			as_print(s->arena, "c%.*s:%.*s", (int)p->names[c].vendor.n,
				(const char *)p->names[c].vendor.p, (int)p->names[c].product.n,
				(const char *)p->names[c].product.p),
			version);
}

static as_status group(same *s)
{
	enum { NAMES = 4 + AS_NAMES_MAX };
	size_t n = s->image->n_parts;
	s->cap = n * NAMES;
	s->entries = as_alloc_array(s->arena, s->cap + 1, sizeof(*s->entries));
	s->one = as_alloc_array(s->arena, n + 1, sizeof(*s->one));
	s->family = as_alloc_array(s->arena, n + 1, sizeof(*s->family));
	if (!s->entries || !s->one || !s->family)
		return AS_NOMEM;
	for (uint32_t i = 0; i < n; i++) {
		s->one[i] = s->family[i] = i;
		add_part(s, i);
	}
	if (s->n > 0)
		qsort(s->entries, s->n, sizeof(*s->entries), by_name_and_version);
	for (size_t i = 1; i < s->n; i++) {
		const entry *a = &s->entries[i - 1], *b = &s->entries[i];
		if (!as_same(a->name, b->name))
			continue;
		join(s->family, a->part, b->part);
		if (a->version.p && b->version.p && as_order_upstream(a->version, b->version) == 0)
			join(s->one, a->part, b->part);
	}
	return AS_OK;
}

/* Which of two parts stands for both: a package before a file, since its version has what the distribution did; the one
 * that its source is called like; what the CPE dictionary knows; then the first. */
static bool stands_before(const as_image *image, uint32_t a, uint32_t b)
{
	unsigned rank[2];
	for (size_t i = 0; i < 2; i++) {
		const as_part *p = &image->parts[i ? b : a];
		bool package = p->packet && as_is(p->method, "package");
		rank[i] = package && as_same(p->packet->source, p->packet->name) ? 3
			  : package                                              ? 2
										 : p->n_names > 0;
	}
	return rank[0] != rank[1] ? rank[0] > rank[1] : a < b;
}

static as_status write_rows(same *s, sqlite3 *db)
{
	size_t n = s->image->n_parts;
	uint32_t *head = as_alloc_array(s->arena, n + 1, sizeof(*head));
	uint32_t *members = as_alloc_array(s->arena, n + 1, sizeof(*members));
	sqlite3_stmt *q = as_db_prepare(db, "INSERT INTO software VALUES (?, ?, ?, ?, ?, ?, ?)");
	as_status st = !q ? AS_IO : head && members ? AS_OK : AS_NOMEM;
	for (uint32_t i = 0; st == AS_OK && i < n; i++)
		head[i] = i, members[i] = 0;
	for (uint32_t i = 0; st == AS_OK && i < n; i++) {
		uint32_t one = root_of(s->one, i);
		members[root_of(s->family, i)]++;
		if (stands_before(s->image, i, head[one]))
			head[one] = i;
	}
	for (uint32_t i = 0; st == AS_OK && i < n; i++) {
		const as_part *p = &s->image->parts[i], *h = NULL;
		if (members[root_of(s->family, i)] < 2)
			continue;
		h = &s->image->parts[head[root_of(s->one, i)]];
		as_db_text(q, 1, p->what);
		as_db_text(q, 2, p->release);
		as_db_text(q, 3, h->what);
		as_db_text(q, 4, h->release);
		as_db_text(q, 5, s->image->parts[root_of(s->family, i)].what);
		as_db_text(q, 6, p->purl);
		as_db_text(q, 7, p->method);
		st = as_db_step(q);
	}
	(void)sqlite3_finalize(q);
	return st;
}

#define RANK                                                                                       \
	"CASE r.reach WHEN 'network' THEN 4 WHEN 'started' THEN 3 WHEN 'setuid' THEN 2 WHEN "      \
	"'used' THEN 1 ELSE 0 END"
/* The best way to any of them is the way to each. */
static const char *const spread_ways[] = {
	"CREATE TEMP TABLE spread AS WITH known AS (SELECT s.component, s.version, s.head, "
	"s.head_version, iif(r.reach IS NULL, -1, " RANK ") AS rank FROM software AS s "
	"LEFT JOIN component_reach AS r ON r.component = s.component AND r.version = s.version), "
	"best AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY head, head_version ORDER BY rank DESC, "
	"component, version) AS n FROM known WHERE rank >= 0) SELECT k.component, k.version, "
	"b.component AS source, b.version AS source_version FROM known AS k JOIN best AS b ON "
	"b.head = k.head AND b.head_version = k.head_version AND b.n = 1 AND b.rank > k.rank",
	"DELETE FROM reach_step WHERE (component, version) IN (SELECT component, version FROM "
	"spread)",
	"INSERT INTO reach_step SELECT s.component, s.version, r.step, r.kind, r.text, r.note, "
	"r.object, r.place, r.at, r.len FROM spread AS s JOIN reach_step AS r ON r.component = "
	"s.source AND r.version = s.source_version",
	"INSERT OR REPLACE INTO component_reach SELECT s.component, s.version, r.reach, r.chain "
	"FROM spread AS s JOIN component_reach AS r ON r.component = s.source AND r.version = "
	"s.source_version",
	"DROP TABLE spread",
};
#undef RANK

as_status as_vuln_same(sqlite3 *dossier)
{
	as_image image = { 0 };
	same s = { .arena = as_arena_new(0), .image = &image };
	as_status st = s.arena ? as_image_load(dossier, s.arena, &image) : AS_NOMEM;
	if (st == AS_OK)
		st = group(&s);
	if (st == AS_OK)
		st = write_rows(&s, dossier);
	for (size_t i = 0; st == AS_OK && i < sizeof(spread_ways) / sizeof(spread_ways[0]); i++)
		st = as_db_run(dossier, spread_ways[i]);
	as_image_free(&image);
	as_arena_free(s.arena);
	return st;
}
