/* SPDX-License-Identifier: Apache-2.0 */
/* Back doors that are publicly known, by exact bytes (knowledge/known.tsv). Kept apart from the signals of machine
 * code, which know none of them. */
#ifndef AS_KNOWN_H
#define AS_KNOWN_H

#include "base/span.h"

typedef struct as_known {
	as_span id, name, means, source; /* from the pack */
	as_span where;                   /* the bytes; cut from the searched ones */
} as_known;

/* Takes a hit. Anything but AS_OK ends the search with that status. */
typedef as_status (*as_known_found)(void *ctx, const as_known *hit);

/* Reads the pack and makes it one search, once; call it before examiners are forked, so that they share it. AS_NOMEM
 * if that failed. From any thread. */
as_status as_known_prepare(void) AS_MUST_USE;
/* How many rows of the pack are in use. */
size_t as_known_rows(void);
/* Reports every occurrence in data, in the order of the bytes. AS_NOMEM; else what found answered. Prepares if that was
 * not done. From any thread. */
as_status as_known_scan(as_span data, as_known_found found, void *ctx) AS_MUST_USE;

#endif
