/* SPDX-License-Identifier: Apache-2.0 */
/* Components that say themselves what they are, in metadata of their own: rows of `component` and `licence` in one
 * form. */
#ifndef AS_PART_H
#define AS_PART_H

#include "inspect/inspector.h"

typedef struct as_part {
	as_span where;    /* the bytes it rests on */
	const char *type; /* of the package URL: "pypi", "npm", "golang", "cargo", "generic", ... */
	const char *
		world; /* where names mean something, if no such type is: "pkgconfig"; NULL: as type */
	as_span space; /* its namespace, which may have several parts between slashes; empty: none */
	as_span name, version; /* as written; an empty version: not known */
	as_span vendor, cpe;   /* empty: not known */
	as_span license;       /* as written, empty: not said */
	as_span evidence;
	const char *method; /* component.method */
	bool distributed; /* the space is whose package it is (a distribution's), no part of its name */
	int64_t confidence; /* thousandths */
} as_part;

/* States the component under the id TYPE:SPACE/NAME (of world, where it is set; "generic": the name alone), with its
 * package URL, and its licence. Nothing for a name that cannot be one: empty, very long, with control characters; a
 * version like that is left out. AS_NOMEM, or what stating answered. */
as_status as_add_part(as_facts *out, as_arena *arena, const as_part *p) AS_MUST_USE;

/* States the licence of a component (its id; empty: the object itself) as written, with its SPDX expression where it
 * is one or is known to mean one (knowledge/licences.tsv). Nothing for an empty text. */
as_status as_add_licence_of(as_facts *out, as_arena *arena, as_span where, as_span component,
	as_span text, const char *method) AS_MUST_USE;

#endif
