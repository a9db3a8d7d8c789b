/* SPDX-License-Identifier: Apache-2.0 */
/* Names of organizations as they are compared: without regard to letters' case, accents, punctuation and alphabet, with
 * legal forms (Ltd, GmbH, OOO, ...) told from the name, and each word weighed by how rare it is among organizations. */
#ifndef AS_SUPPLIERS_NAME_H
#define AS_SUPPLIERS_NAME_H

#include "base/arena.h"

enum {
	AS_NAME_BYTES = 1024, /* of a name that are read */
	AS_NAME_WORDS = 32,   /* of a name that are compared */
};

/* What reading names needs: legal forms, how rare words are, transliteration. */
typedef struct as_naming as_naming;
/* NULL without memory; free with as_naming_free (NULL-safe). Used by one thread at a time. */
as_naming *as_naming_new(void);
void as_naming_free(as_naming *names);

typedef struct as_name_word {
	as_span text; /* lower-case ASCII letters and digits */
	float weight; /* how much it tells: 0 (in every name) to about 11 (in none that is known) */
} as_name_word;

/* A name as it is compared. */
typedef struct as_name {
	as_name_word
		*word; /* without legal forms; none only if there is no letter or digit at all */
	size_t n;
	as_span core; /* the words without anything between them */
	as_span forms; /* kinds of legal forms, each once, in alphabetical order, a space behind each; empty: none */
	float weight; /* of all words */
} as_name;

/* Reads a name (its first AS_NAME_BYTES, AS_NAME_WORDS words). What is not Latin is transliterated. Owned by the arena.
 * AS_NOMEM. */
as_status as_name_read(as_naming *names, as_arena *arena, as_span text, as_name *out) AS_MUST_USE;

#endif
