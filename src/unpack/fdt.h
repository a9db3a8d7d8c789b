/* SPDX-License-Identifier: Apache-2.0 */
/* Reads flattened device trees in place, at any alignment. FIT images are such trees, too. */
#ifndef AS_UNPACK_FDT_H
#define AS_UNPACK_FDT_H

#include "base/cur.h"

enum { AS_FDT_MAGIC = 0xd00dfeed, AS_FDT_DEPTH = 32 /* nodes in nodes that are followed */ };

typedef struct as_fdt {
	as_span all;       /* totalsize bytes; fewer if the data is cut off */
	as_span structure; /* tokens */
	as_span strings;   /* names of properties */
	uint32_t version;
	uint32_t size; /* totalsize, bytes */
} as_fdt;

/* Reads the header at the start of s (version 16 or newer). False if it is none, or its blocks do
 * not lie in totalsize. The data itself may be cut off. Borrows from s; pure. */
bool as_fdt_open(as_span s, as_fdt *out);

typedef enum as_fdt_token {
	AS_FDT_NODE, /* a node begins: name */
	AS_FDT_UP,   /* it ends */
	AS_FDT_PROP, /* a property of it: name, value */
	AS_FDT_END,  /* the tree is over */
	AS_FDT_BAD,  /* damage, or too deep */
} as_fdt_token;

/* A walk through the tree; a copy continues on its own. */
typedef struct as_fdt_walk {
	as_cur c;
	as_span strings;
	unsigned depth; /* nodes open: 1 in the root */
	as_span name, value;
} as_fdt_walk;

/* Before the first token. Borrows from fdt's span; pure. */
as_fdt_walk as_fdt_begin(const as_fdt *fdt);
/* The next token; AS_FDT_END and AS_FDT_BAD come again for ever. Consumes bytes. */
as_fdt_token as_fdt_next(as_fdt_walk *w);

/* Whether the whole tree is well formed: to its end mark, with every node closed. Pure. */
bool as_fdt_whole(const as_fdt *fdt);

/* Value of a property of the node that w has just entered (empty with p NULL: there is none).
 * Pure. */
as_span as_fdt_prop(as_fdt_walk w, const char *name);
/* The same as text: without its NUL; as a number of one or two cells (false if it is neither).
 * Pure. */
as_span as_fdt_text(as_fdt_walk w, const char *name);
bool as_fdt_number(as_fdt_walk w, const char *name, uint64_t *out);
/* Enters the child of that name of the node that w has just entered; false if there is none. */
bool as_fdt_enter(as_fdt_walk *w, const char *name);
/* Goes to the next child of the node that w has entered, whose depth is given (w->depth right
 * after entering); false after the last. Start with w just in the node, then hand the same w
 * again. */
bool as_fdt_child(as_fdt_walk *w, unsigned depth);

#endif
