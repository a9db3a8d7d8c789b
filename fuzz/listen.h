/* SPDX-License-Identifier: Apache-2.0 */
/* An ear that believes nothing: checks everything that is said about an object, and keeps the
 * objects found in it. */
#ifndef LISTEN_H
#define LISTEN_H

#include "base/buf.h"
#include "examine.h"
#include "insist.h"
#include "model/nodes.h"

enum { FOUND_MAX = 64, FOUND_BYTES = 1 << 20 };

/* An object found in another. */
typedef struct found {
	as_buf bytes, path, hint;
	uint64_t roles;
} found;

typedef struct listener {
	as_span data; /* the object in hand */
	as_nodes nodes;
	as_buf said;      /* node messages, for paths */
	uint64_t covered; /* bytes accounted for by extents so far */
	bool extents, streaming;
	const char *only; /* the one stage that is let work, or NULL */
	bool keep;        /* keep what is found */
	found found[FOUND_MAX];
	size_t n_found;
} listener;

/* Begins and ends listening to what is said about data. */
void listen_begin(listener *l, as_span data, bool keep);
void listen_end(listener *l);
/* The sender that talks to l. */
as_sender listen_sender(listener *l);

#endif
