/* SPDX-License-Identifier: Apache-2.0 */
/* Many byte strings searched at once: the cost is that of reading the bytes, not of the list. */
#ifndef AS_LITERALS_H
#define AS_LITERALS_H

#include "base/span.h"

typedef struct as_literals as_literals;

enum { AS_LITERAL_MAX = 128 /* bytes of one literal */ };

/* Takes literal number i at offset at of the searched bytes. Anything but AS_OK ends the search. */
typedef as_status (*as_literal_found)(void *ctx, size_t i, uint64_t at);

/* Compiles n literals of 1 to AS_LITERAL_MAX bytes each, all different, none with NUL as its first
 * byte (the library takes that for an empty one); they are not needed afterwards. NULL without
 * memory or for another literal. Free with as_literals_free (NULL-safe). */
as_literals *as_literals_new(const as_span *texts, size_t n);
/* The same for n C strings, at most 256. */
as_literals *as_literals_of(const char *const *texts, size_t n);
void as_literals_free(as_literals *l);

/* Reports every occurrence, in the order of their ends. AS_NOMEM, or what found answered last. Any
 * number of threads may search with the same l. */
as_status as_literals_search(
	const as_literals *l, as_span data, as_literal_found found, void *ctx) AS_MUST_USE;

#endif
