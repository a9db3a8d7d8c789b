/* SPDX-License-Identifier: Apache-2.0 */
/* A growing hash map from 64-bit keys to 64-bit values. */
#ifndef AS_MAP_H
#define AS_MAP_H

#include "base/span.h"

typedef struct as_slot {
	uint64_t key;
	uint64_t held; /* the value plus one; 0: nothing */
} as_slot;

/* Zero it to begin; free with as_map_free. seed: anything an attacker cannot know, so that colliding
 * keys cannot be prepared. */
typedef struct as_map {
	as_slot *slots;
	size_t n, cap;
	uint64_t seed;
} as_map;

void as_map_free(as_map *m);
/* The value of key in *value; false if it is not there. */
bool as_map_get(const as_map *m, uint64_t key, uint64_t *value);
/* Sets key to value, which is less than UINT64_MAX. AS_NOMEM: the map is as it was. */
as_status as_map_set(as_map *m, uint64_t key, uint64_t value) AS_MUST_USE;
/* A 64-bit hash of s under a seed. Not for security. Pure. */
uint64_t as_hash64(uint64_t seed, as_span s);

#endif
