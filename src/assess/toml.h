/* SPDX-License-Identifier: Apache-2.0 */
/* Reads TOML 1.0 (toml.io/en/v1.0.0) into a tree. Debian 12 has no library of C for it. What is wrong is said with its
 * line, and the reader goes on with the next line, so that a user sees all of it at once. */
#ifndef AS_TOML_H
#define AS_TOML_H

#include "base/arena.h"

enum { AS_TOML_DEPTH = 32, AS_TOML_BYTES = 256 << 20 };

typedef enum as_toml_kind {
	AS_TOML_TABLE,
	AS_TOML_ARRAY,
	AS_TOML_TEXT,
	AS_TOML_NUMBER, /* whole or not */
	AS_TOML_TRUTH,
	AS_TOML_TIME, /* as it is written */
} as_toml_kind;

typedef struct as_toml as_toml;
struct as_toml {
	as_toml_kind kind;
	unsigned line; /* from 1: where it begins */
	as_span key;   /* its name in a table; empty in an array */
	as_span text;  /* of a text or time: its bytes */
	double number; /* of a number */
	bool whole;    /* of a number: it has no fraction, and was written so */
	bool truth;
	bool closed;  /* a table or array that nothing may be added to any more */
	bool stated;  /* a table that has had its own header */
	bool spoiled; /* a table in which a line was left out, for a fault */
	as_toml *first, *last, *next;
	const as_toml *in; /* the table or array whose child it is */
	size_t n;          /* children */
};

/* Told of each fault; message is a sentence without its subject. */
typedef void (*as_toml_fault)(void *ctx, unsigned line, const char *message, as_span about);

/* Reads text (at most AS_TOML_BYTES) into a table in the arena, which also holds its texts. Faults are told, and what
 * they spoil is left out. NULL without memory. */
as_toml *as_toml_read(as_span text, as_arena *arena, as_toml_fault fault, void *ctx);

/* The child of that name, or NULL. Linear in the children. Pure. */
const as_toml *as_toml_get(const as_toml *table, const char *key);

#endif
