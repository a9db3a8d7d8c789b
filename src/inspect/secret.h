/* SPDX-License-Identifier: Apache-2.0 */
/* What counts as a secret in a configuration: by its name, and by whether its value is one. The
 * scanners of the formats find (name, value) pairs with their place; this file judges them, alike
 * for all. */
#ifndef AS_SECRET_H
#define AS_SECRET_H

#include "inspect/guess.h"
#include "inspect/inspector.h"

/* A pair as a scanner found it. */
typedef struct as_pair {
	as_span where;       /* cut from the file: what to show */
	as_span name, value; /* value without quotes */
	as_span context; /* what it stands in (section, elements above it, file); may be empty */
	as_span user;    /* user name that belongs to it; may be empty */
	bool code;     /* the file is a program: a variable, a call or a path is no secret at all */
	bool quoted;   /* the value stood in quotes */
	bool sentence; /* the value may hold blanks (a passphrase) */
	bool certain;  /* its place in the file makes it a secret, whatever word it is */
	bool sample;   /* the file documents by example: every value is a placeholder */
} as_pair;

/* The kind of secret that a setting of this name holds (secret.kind), or NULL if its name tells of
 * none. Words are found across CamelCase, under_scores and dashes; numbers at the end are left
 * out. context: what it stands in, which tells a Wi-Fi password from a mail password. Pure. */
const char *as_secret_kind(as_span name, as_span context);

typedef enum as_value { AS_VALUE_NONE, AS_VALUE_TEMPLATE, AS_VALUE_LITERAL } as_value;

/* Whether the value of a pair is a secret (literal), stands for one (a variable, "changeme",
 * "<password>"), or is none (empty, a switch, a path, code). Pure. */
as_value as_value_of(const as_pair *p);

/* Adds a secret for the pair if its name and its value make one; a placeholder is added as such,
 * unless the file is a program. kind: NULL to judge by name. format as in secret.format. */
as_status as_add_pair(as_facts *out, const as_guesser *g, const as_pair *p, const char *kind,
	const char *format) AS_MUST_USE;

/* Whether a path belongs to documentation, examples or tests. Pure. */
bool as_path_is_sample(as_span path);

#endif
