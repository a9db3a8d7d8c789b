/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing one password with one stored hash, for every scheme and at a known price. */
#ifndef AS_VERIFY_H
#define AS_VERIFY_H

#include "base/arena.h"

typedef struct as_verifier {
	bool (*check)(const struct as_verifier *v, const char *phrase);
	uint64_t price; /* of one comparison, about one microsecond a unit */
	as_arena *arena;
	as_span user, realm, secret;
	const char *text; /* secret, NUL-terminated */
	void *work;       /* scratch of the scheme */
} as_verifier;

/* Prepares v for one stored secret in the given scheme (a name of as_hash_scheme). False if the
 * scheme cannot be computed here, if its parameters ask for more work or memory than any sane
 * system's (they come from the image), or without memory. Everything is owned by the arena. */
bool as_verifier_of(as_verifier *v, as_arena *arena, const char *scheme, as_span user,
	as_span realm, as_span secret);

/* Whether phrase (NUL-terminated) gives the stored secret. Not for several threads at once. */
bool as_verify(const as_verifier *v, const char *phrase);

#endif
