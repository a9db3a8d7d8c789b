/* SPDX-License-Identifier: Apache-2.0 */
/* Users' own YARA rules: compiled once, before examiners are made, and then only matched. */
#ifndef AS_YARA_H
#define AS_YARA_H

#include "base/span.h"

enum {
	AS_YARA_PLACES = 64,  /* places told of one string of one rule in one object */
	AS_YARA_HITS = 4096,  /* told of one object */
	AS_YARA_SECONDS = 60, /* for one object */
};

typedef struct as_yara as_yara;

typedef struct as_yara_hit {
	as_span rule, space, tags; /* space: its namespace; tags: separated by spaces */
	as_span string;            /* "$name"; empty: the rule's condition holds without a string */
	as_span description, severity; /* from its meta, as written; empty: none */
	as_span where;                 /* cut from the bytes; p NULL: all of them */
} as_yara_hit;

typedef as_status (*as_yara_found)(void *ctx, const as_yara_hit *hit);

/* Compiles the rules in the files named, and in every *.yar and *.yara below the folders named; paths ends
 * with NULL. A file's namespace is its path below the folder named, or its own name, without the ending.
 * Include statements are refused. NULL: that failed, and problem, of n bytes, holds why: file, line and
 * words. Free with as_yara_free (NULL-safe). Not for several threads at once. */
as_yara *as_yara_new(const char *const *paths, char *problem, size_t n);
void as_yara_free(as_yara *y);

/* How many rules and files, and the SHA-256 of the files' contents with their namespaces, as text for
 * people and for telling two sets apart. Borrows from y. */
as_span as_yara_stamp(const as_yara *y);

/* Tells every match in data, in the order of rules, strings and offsets. *unread becomes a constant text if
 * there is more than is told, or NULL. Answers AS_NOMEM, what found answered if not AS_OK, or AS_OK. Opens
 * nothing. One thread at a time for one y. */
as_status as_yara_scan(
	as_yara *y, as_span data, as_yara_found found, void *ctx, const char **unread) AS_MUST_USE;

#endif
