/* SPDX-License-Identifier: Apache-2.0 */
/* Looking things up in lists that are ordered by a number of 64 bits, which each element begins with, an address
 * mostly, or by one of 32 bits. */
#ifndef AS_SEARCH_H
#define AS_SEARCH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* How many of the n elements, of size bytes each, have a number below key: the place of the first that has not.
 * Logarithmic. Pure. */
static inline size_t as_before(const void *list, size_t n, size_t size, uint64_t key)
{
	size_t low = 0, high = n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		uint64_t number = 0;
		memcpy(&number, (const uint8_t *)list + mid * size, sizeof(number));
		if (number < key)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The same of elements that begin with a number of 32 bits. */
static inline size_t as_before32(const void *list, size_t n, size_t size, uint32_t key)
{
	size_t low = 0, high = n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		uint32_t number = 0;
		memcpy(&number, (const uint8_t *)list + mid * size, sizeof(number));
		if (number < key)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* How many have a number of at most key: behind the last of them. */
static inline size_t as_up_to(const void *list, size_t n, size_t size, uint64_t key)
{
	return key == UINT64_MAX ? n : as_before(list, n, size, key + 1);
}

/* The first whose number is key, or NULL. */
static inline const void *as_with(const void *list, size_t n, size_t size, uint64_t key)
{
	size_t i = as_before(list, n, size, key);
	const uint8_t *one = i < n ? (const uint8_t *)list + i * size : NULL;
	return one && memcmp(one, &key, sizeof(key)) == 0 ? one : NULL;
}

/* Where the search for a key in a hash table begins that has a place for each of n, a power of two. Pure. */
static inline size_t as_hash_place(uint64_t key, size_t n)
{
	return (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (n - 1);
}

#endif
