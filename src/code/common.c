/* SPDX-License-Identifier: Apache-2.0 */
/* How ordinary a constant is: the factors by which the feasibility study weighed what other programs compare
 * with too. */
#include "code/signal.h"

#include <math.h>

double as_test_rareness(const as_signals *s, const as_test *t)
{
	bool number = t->kind == AS_TEST_NUMBER;
	uint64_t key = number ? as_reference_number_key(t->number) : as_reference_key(t->text);
	unsigned n = as_reference_compared(&s->reference, key);
	if (n == 1)
		return 0.3;
	if (n > 1)
		return 0.25 / (1 + 0.3 * log2((double)n));
	return !number && as_reference_occurs(&s->reference, key) ? 0.4 : 1;
}
