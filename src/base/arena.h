/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is freed all at once. Handlers never call malloc or free. */
#ifndef AS_ARENA_H
#define AS_ARENA_H

#include "base/span.h"

typedef struct as_arena as_arena;

/* A new empty arena that hands out at most limit bytes in all (0: no limit). NULL without memory.
 * The caller frees it with as_arena_free, which accepts NULL. */
as_arena *as_arena_new(size_t limit);
void as_arena_free(as_arena *a);
/* Forgets everything allocated; keeps one block for the next round. */
void as_arena_reset(as_arena *a);

/* n zeroed bytes aligned for any type; NULL if the limit or the memory is spent. Owned by a. */
void *as_alloc(as_arena *a, size_t n);
/* An array of n elements of size bytes each, checked; NULL as above. Owned by a. */
void *as_alloc_array(as_arena *a, size_t n, size_t size);
/* A copy of such an array; NULL for none, or as above, and then *ok becomes false. Owned by a. */
void *as_alloc_copy(as_arena *a, const void *from, size_t n, size_t size, bool *ok);
/* A copy of s in the arena; p NULL if there is no memory. */
as_span as_copy(as_arena *a, as_span s);
/* printf into the arena; empty without memory. The bytes are NUL-terminated (the NUL not counted). */
as_span as_print(as_arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
