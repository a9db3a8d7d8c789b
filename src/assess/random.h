/* SPDX-License-Identifier: Apache-2.0 */
/* Chance that can be repeated: a generator whose numbers depend on a seed and a counter alone, so that path 71,003 of a
 * simulation is the same whatever thread computes it and in which order. */
#ifndef AS_RANDOM_H
#define AS_RANDOM_H

#include <stdint.h>

/* Where in the stream of a seed: which path, which purpose in it, which draw. */
typedef struct as_random {
	uint32_t key[2];     /* the seed */
	uint32_t counter[4]; /* the path (64 bits), the purpose, the block of draws */
	uint32_t block[4];
	unsigned left; /* numbers of the block that were not taken yet */
} as_random;

/* The stream of a path (from 0) for one purpose. Different seeds, paths or purposes give streams that have nothing to
 * do with each other; 2^34 numbers in each. Pure. */
as_random as_random_of(uint64_t seed, uint64_t path, uint32_t purpose);

/* Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3. SC 2011): out from a counter
 * and a key. Pure. */
void as_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* The next 32 bits. */
uint32_t as_random_bits(as_random *r);
/* The next number of the open interval (0, 1), of 2^52 equally likely ones, symmetric about 1/2. */
double as_random_uniform(as_random *r);

#endif
