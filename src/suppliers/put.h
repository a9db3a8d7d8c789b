/* SPDX-License-Identifier: Apache-2.0 */
/* Writing into the directory: all within one transaction of the caller's. */
#ifndef AS_SUPPLIERS_PUT_H
#define AS_SUPPLIERS_PUT_H

#include "suppliers/directory.h"

typedef struct as_putting as_putting;

/* A writer; NULL if the statements cannot be prepared. Free with as_put_free (NULL-safe). source: where what follows
 * comes from, as it is shown; borrowed. */
as_putting *as_put_new(sqlite3 *db, as_naming *names);
void as_put_free(as_putting *p);
void as_put_source(as_putting *p, const char *source);

/* The supplier that has exactly this name (or alias), made if there is none. origin: as in directory.sql. */
as_status as_put_supplier(as_putting *p, as_span name, const char *origin, int64_t *id) AS_MUST_USE;
/* Another name of it: kind 'alias', 'former', 'brand'. */
as_status as_put_name(as_putting *p, int64_t id, as_span name, const char *kind) AS_MUST_USE;
as_status as_put_identifier(as_putting *p, int64_t id, as_span kind, as_span value) AS_MUST_USE;
as_status as_put_supplies(as_putting *p, int64_t id, const char *kind, as_span value) AS_MUST_USE;
/* Sets a column of supplier ("country", "place", "role", "field", "url", "note"); only: where it is not known yet. */
as_status as_put_field(
	as_putting *p, int64_t id, const char *column, as_span value, bool only) AS_MUST_USE;
/* States who owns whom. AS_NOT_THIS: that would close a circle, whose names are put into circle (n bytes). */
as_status as_put_owner(
	as_putting *p, int64_t owner, int64_t owned, char *circle, size_t n) AS_MUST_USE;
/* Notes a source that was read: file, its date (or NULL), how many entries it gave. */
as_status as_put_read(sqlite3 *db, const char *id, const char *title, const char *file,
	const char *date, uint64_t n) AS_MUST_USE;
/* Makes all that was put findable by full text: once, at the end. */
as_status as_put_findable(as_putting *p) AS_MUST_USE;

/* Makes `other` one with `id`: what was known of it is known of `id`, its name becomes an alias. AS_NOT_THIS: one owns
 * the other, however far (circle: the names). */
as_status as_put_merge(
	as_putting *p, int64_t id, int64_t other, char *circle, size_t n) AS_MUST_USE;
/* Notes that two suppliers (a < b) are two, whatever their names. */
as_status as_put_apart(as_putting *p, int64_t a, int64_t b) AS_MUST_USE;

#endif
