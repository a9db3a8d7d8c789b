/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of small numbers: a bit for each, eight in a byte. */
#ifndef AS_BITS_H
#define AS_BITS_H

#include <stdbool.h>
#include <stdint.h>

/* Whether number i is in the set. */
static inline bool as_bit(const uint8_t *set, uint64_t i) { return set[i / 8] >> (i % 8) & 1; }

/* Adds it. True: it was not in. */
static inline bool as_bit_add(uint8_t *set, uint64_t i)
{
	bool fresh = !as_bit(set, i);
	set[i / 8] |= (uint8_t)(1u << (i % 8));
	return fresh;
}

/* Adds the numbers from from up to and without to. */
static inline void as_bit_add_all(uint8_t *set, uint64_t from, uint64_t to)
{
	for (; from < to && from % 8 != 0; from++)
		set[from / 8] |= (uint8_t)(1u << (from % 8));
	for (; to - from >= 8 && from < to; from += 8)
		set[from / 8] = 0xff;
	for (; from < to; from++)
		set[from / 8] |= (uint8_t)(1u << (from % 8));
}

#endif
