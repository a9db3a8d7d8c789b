/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/names.h"

enum { TRIES = 64, FIRST_ROOM = 64, PIECE = 128 };

/* A name of a number, as the map's values point to it. */
typedef struct known {
	as_span name;
	size_t number;
} known;

static uint8_t lower(uint8_t b) { return b >= 'A' && b <= 'Z' ? (uint8_t)(b + 'a' - 'A') : b; }

static uint64_t hash_of(as_span s, uint64_t seed)
{
	uint8_t piece[PIECE];
	uint64_t h = seed + s.n;
	for (size_t at = 0; at < s.n; at += PIECE) {
		size_t n = (size_t)as_min(PIECE, s.n - at);
		for (size_t i = 0; i < n; i++)
			piece[i] = lower(s.p[at + i]);
		h = as_hash64(h, as_bytes(piece, n));
	}
	return h;
}

bool as_names_same(as_span a, as_span b)
{
	bool equal = a.n == b.n;
	for (size_t i = 0; equal && i < a.n; i++)
		equal = lower(a.p[i]) == lower(b.p[i]);
	return equal;
}

void as_names_free(as_names *names) { as_map_free(&names->map); }

/* What is known of name, or NULL; then *key is where it would stand. */
static const known *look(const as_names *names, as_span name, uint64_t *key)
{
	for (uint64_t i = 0; i < TRIES; i++) {
		uint64_t v = 0;
		*key = hash_of(name, i);
		if (!as_map_get(&names->map, *key, &v))
			return NULL;
		const known *k = (const known *)(uintptr_t)v;
		if (as_names_same(k->name, name))
			return k;
	}
	return NULL;
}

size_t as_names_find(const as_names *names, as_span name)
{
	uint64_t key = 0;
	const known *k = look(names, name, &key);
	return k ? k->number : SIZE_MAX;
}

bool as_names_also(as_names *names, as_span name, size_t number)
{
	uint64_t key = 0;
	const known *k = look(names, name, &key);
	if (k)
		return k->number == number;
	known *new = as_alloc(names->arena, sizeof(*new));
	if (!new)
		return false;
	*new = (known){ .name = name, .number = number };
	if (names->map.n == 0)
		names->map.seed =
			(uintptr_t)names->arena; /* nobody can choose names that collide */
	return as_map_set(&names->map, key, (uintptr_t) new) == AS_OK;
}

size_t as_names_add(as_names *names, as_span name)
{
	size_t at = as_names_find(names, name);
	if (at != SIZE_MAX)
		return at;
	if (names->n == names->cap) {
		size_t cap = names->cap ? names->cap * 2 : FIRST_ROOM;
		as_span *p = as_alloc_array(names->arena, cap, sizeof(*p));
		if (!p)
			return SIZE_MAX;
		if (names->n)
			memcpy(p, names->p, names->n * sizeof(*p));
		names->p = p;
		names->cap = cap;
	}
	if (!as_names_also(names, name, names->n))
		return SIZE_MAX;
	names->p[names->n] = name;
	return names->n++;
}
