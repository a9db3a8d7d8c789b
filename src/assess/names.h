/* SPDX-License-Identifier: Apache-2.0 */
/* Names and their numbers, without regard to the case of ASCII letters. */
#ifndef AS_NAMES_H
#define AS_NAMES_H

#include "base/arena.h"
#include "base/map.h"

/* Zero it, and set arena; free with as_names_free. */
typedef struct as_names {
	as_arena *arena;
	as_map map;
	as_span *p; /* by number */
	size_t n, cap;
} as_names;

/* Whether two names are the same but for the case of ASCII letters. Pure. */
bool as_names_same(as_span a, as_span b);

void as_names_free(as_names *names);
/* The number of a name, or SIZE_MAX. */
size_t as_names_find(const as_names *names, as_span name);
/* The same; a name that is not there yet gets the next number. SIZE_MAX without memory. Names are borrowed. */
size_t as_names_add(as_names *names, as_span name);
/* Lets a further name stand for a number. False without memory, or if it stands for another one. */
bool as_names_also(as_names *names, as_span name, size_t number);

#endif
