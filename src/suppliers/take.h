/* SPDX-License-Identifier: Apache-2.0 */
/* Files of the user's into the directory: suppliers in CSV or JSON, lists of restrictions. */
#ifndef AS_SUPPLIERS_TAKE_H
#define AS_SUPPLIERS_TAKE_H

#include "suppliers/lists.h"
#include "suppliers/record.h"

typedef struct as_taking {
	sqlite3 *db;
	as_naming *names;
	as_told told;
	uint64_t suppliers; /* that were stated */
	as_lists_counts listed;
	as_putting *put;
	as_lists *lists; /* made when a list is met */
	as_arena *arena; /* for one record */
} as_taking;

/* Reads one file, or its bytes under a name, within the caller's transaction. What is wrong is told (as_told),
 * also that it cannot be opened; then told.problems is not 0, and the caller takes everything back. AS_IO,
 * AS_NOMEM: the directory cannot be written. */
as_status as_take_bytes(as_taking *t, const char *name, as_span text) AS_MUST_USE;
as_status as_take_file(as_taking *t, const char *path) AS_MUST_USE;

/* Begins and ends; as_take_end makes what was taken findable. */
as_status as_take_begin(as_taking *t, sqlite3 *db, as_naming *names) AS_MUST_USE;
as_status as_take_end(as_taking *t) AS_MUST_USE;
void as_take_free(as_taking *t);

#endif
