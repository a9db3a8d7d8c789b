/* SPDX-License-Identifier: Apache-2.0 */
/* Packages that a JSON file lists: package.json, composer's installed.json, the list in a Rust program. Read by a
 * scanner of our own, because evidence needs offsets, and a damaged file still names what stands before the damage. */
#ifndef AS_MANIFEST_H
#define AS_MANIFEST_H

#include "base/arena.h"

enum { AS_MANIFEST_LICENCES = 8, AS_MANIFEST_DEPTH = 16 };

typedef struct as_manifest_entry {
	as_span where; /* from the first to the last of the members below */
	as_span name, version, author, source,
		kind; /* strings with the usual escapes undone; p NULL: not there */
	as_span licences[AS_MANIFEST_LICENCES];
	size_t n_licences;
} as_manifest_entry;

/* Takes an entry. Anything but AS_OK ends the reading. */
typedef as_status as_manifest_fn(void *ctx, const as_manifest_entry *entry);

/* Calls each for every object that lies depth levels deep (1: the outermost) and has a member "name". AS_NOMEM, or
 * what each answered. */
as_status as_manifest_each(
	as_span data, size_t depth, as_arena *arena, as_manifest_fn *each, void *ctx) AS_MUST_USE;

#endif
