/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include <stdlib.h>

void as_map_free(as_map *m)
{
	free(m->slots);
	m->slots = NULL;
	m->n = m->cap = 0;
}

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 33) * 0xff51afd7ed558ccdu;
	x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53u;
	return x ^ x >> 33;
}

uint64_t as_hash64(uint64_t seed, as_span s)
{
	uint64_t h = seed ^ s.n;
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * 0x100000001b3u;
	return mix(h ^ seed);
}

static as_slot *place(as_slot *slots, size_t cap, uint64_t seed, uint64_t key)
{
	size_t i = mix(key ^ seed) & (cap - 1);
	while (slots[i].held && slots[i].key != key)
		i = (i + 1) & (cap - 1);
	return &slots[i];
}

bool as_map_get(const as_map *m, uint64_t key, uint64_t *value)
{
	if (m->cap == 0)
		return false;
	const as_slot *s = place(m->slots, m->cap, m->seed, key);
	if (s->held)
		*value = s->held - 1;
	return s->held != 0;
}

static as_status grow(as_map *m)
{
	size_t cap = m->cap ? m->cap * 2 : 64;
	as_slot *slots = calloc(cap, sizeof(*slots));
	if (!slots)
		return AS_NOMEM;
	for (size_t i = 0; i < m->cap; i++)
		if (m->slots[i].held)
			*place(slots, cap, m->seed, m->slots[i].key) = m->slots[i];
	free(m->slots);
	m->slots = slots;
	m->cap = cap;
	return AS_OK;
}

as_status as_map_set(as_map *m, uint64_t key, uint64_t value)
{
	if (m->n * 4 >= m->cap * 3 && grow(m) != AS_OK)
		return AS_NOMEM;
	as_slot *s = place(m->slots, m->cap, m->seed, key);
	m->n += s->held == 0;
	*s = (as_slot){ .key = key, .held = value + 1 };
	return AS_OK;
}
