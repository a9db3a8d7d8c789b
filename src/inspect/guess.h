/* SPDX-License-Identifier: Apache-2.0 */
/* Stored password hashes: which scheme they are, and whether a published factory default gives
 * them.  Guessing is bounded by work, not by time, so that it tries the same passwords on every
 * machine. Against one hash, in this order and each distinct password once: the empty password,
 * the account's own name, the defaults published for that name, then every other published
 * default. Each trial has a price by scheme and parameters (about one microsecond a unit); one
 * hash may spend AS_GUESS_HASH_WORK, one object AS_GUESS_OBJECT_WORK. What is left over when the
 * work is spent is not tried: account.tried says how many were. */
#ifndef AS_GUESS_H
#define AS_GUESS_H

#include "base/arena.h"

enum { AS_GUESS_HASH_WORK = 1000000, AS_GUESS_OBJECT_WORK = 2500000 };

/* One published default: knowledge/credentials.tsv, a line. */
typedef struct as_default {
	as_span user, password, from; /* from: device and source, for people */
	const char *phrase;           /* password, NUL-terminated; NULL if it holds a NUL */
	size_t distinct;              /* number of this password among the distinct ones */
} as_default;

/* The published defaults and the work left for one object. */
typedef struct as_guesser {
	as_arena *arena;
	const as_default *defaults;
	size_t n, n_distinct;
	uint64_t left; /* units of work */
} as_guesser;

typedef struct as_guess {
	bool found;
	as_span password, from; /* set when found */
	int64_t tried; /* passwords hashed and compared; 0: the scheme or its price forbids it */
} as_guess;

/* The scheme of a stored secret, as account.scheme names it ("empty", "locked", "shadow", "des",
 * "md5", "apr1", "sha1", "sha256", "sha512", "bcrypt", "yescrypt", "scrypt", "nt", "unknown").
 * Judges by shape alone. Never NULL; pure. */
const char *as_hash_scheme(as_span secret);

/* Whether a scheme is a hash that somebody can log in with (not empty, locked, elsewhere or
 * unknown). */
bool as_scheme_is_hash(const char *scheme);

/* Loads the published defaults into the arena, with the work one object may cost. Empty without
 * memory or without the list: then only the empty password and the user name are tried. */
as_guesser as_guesser_of(as_arena *arena);

/* Tries the defaults against one stored hash (any scheme that as_hash_scheme knows). realm: of a
 * digest file ("user:realm:secret"), else empty. Not found is an ordinary answer. */
as_guess as_guess_hash(as_guesser *g, as_span user, as_span realm, as_span secret);

/* The published default whose password is exactly value, or NULL; one with the same user first. */
const as_default *as_default_password(const as_guesser *g, as_span user, as_span value);

#endif
