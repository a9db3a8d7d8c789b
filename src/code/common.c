/* SPDX-License-Identifier: Apache-2.0 */
/* How ordinary a constant is: the factors by which the feasibility study weighed what other programs compare
 * with too. */
#include "code/signal.h"
#include "code/terms.h"

#include <math.h>

bool as_is_capacity(uint64_t k, unsigned width)
{
	enum { LARGEST = 4096 /* bytes of an element */, SMALLEST = 0x10000, HEAD = 64 };
	width = width ? width : 8;
	uint64_t all = as_extend(~UINT64_C(0), width, false), limits[] = { all, all >> 1 };
	k = as_extend(k, width, false);
	if (k == INT32_MAX || k == UINT32_MAX)
		return true;
	for (size_t i = 0; i < 2; i++)
		if (k == limits[i] ||
			(limits[i] > SMALLEST && k < limits[i] && limits[i] - k < HEAD))
			return true;
	for (size_t i = 0; k >= SMALLEST && i < 2; i++)
		if (limits[i] / k > 1 && limits[i] / k <= LARGEST &&
			limits[i] / (limits[i] / k) == k)
			return true;
	return false;
}

double as_test_rareness(const as_signals *s, const as_test *t)
{
	bool number = t->kind == AS_TEST_NUMBER;
	if (number && as_is_capacity(t->number, t->width))
		return 0;
	uint64_t key = number ? as_reference_number_key(t->number) : as_reference_key(t->text);
	unsigned n = as_reference_compared(&s->reference, key);
	if (n == 1)
		return 0.3;
	if (n > 1)
		return 0.25 / (1 + 0.3 * log2((double)n));
	return !number && as_reference_occurs(&s->reference, key) ? 0.4 : 1;
}
