/* SPDX-License-Identifier: Apache-2.0 */
#include "assess/random.h"

enum { ROUNDS = 10, WORDS = 4 };

static const uint32_t multiplier[2] = { 0xd2511f53, 0xcd9e8d57 };
static const uint32_t weyl[2] = { 0x9e3779b9, 0xbb67ae85 };

void as_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
	uint32_t c[WORDS] = { counter[0], counter[1], counter[2], counter[3] };
	uint32_t k[2] = { key[0], key[1] };
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t a = (uint64_t)multiplier[0] * c[0], b = (uint64_t)multiplier[1] * c[2];
		uint32_t next[WORDS] = { (uint32_t)(b >> 32) ^ c[1] ^ k[0], (uint32_t)b,
			(uint32_t)(a >> 32) ^ c[3] ^ k[1], (uint32_t)a };
		for (int w = 0; w < WORDS; w++)
			c[w] = next[w];
		k[0] += weyl[0];
		k[1] += weyl[1];
	}
	for (int w = 0; w < WORDS; w++)
		out[w] = c[w];
}

as_random as_random_of(uint64_t seed, uint64_t path, uint32_t purpose)
{
	return (as_random){ .key = { (uint32_t)seed, (uint32_t)(seed >> 32) },
		.counter = { (uint32_t)path, (uint32_t)(path >> 32), purpose, 0 } };
}

uint32_t as_random_bits(as_random *r)
{
	if (r->left == 0) {
		as_philox(r->counter, r->key, r->block);
		r->counter[3]++;
		r->left = WORDS;
	}
	return r->block[WORDS - r->left--];
}

double as_random_uniform(as_random *r)
{
	uint64_t high = as_random_bits(r), low = as_random_bits(r);
	uint64_t bits = high << 20 | low >> 12; /* 52 */
	return ((double)bits + 0.5) * 0x1p-52;
}
