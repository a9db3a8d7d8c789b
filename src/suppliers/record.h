/* SPDX-License-Identifier: Apache-2.0 */
/* A supplier as users state it: in CSV, in JSON, or on a command line. */
#ifndef AS_SUPPLIERS_RECORD_H
#define AS_SUPPLIERS_RECORD_H

#include "suppliers/put.h"
#include "vuln/json.h"

typedef enum as_field_of {
	AS_FIELD_NAME,
	AS_FIELD_COUNTRY,
	AS_FIELD_PLACE,
	AS_FIELD_ROLE,
	AS_FIELD_FIELD,
	AS_FIELD_URL,
	AS_FIELD_NOTE,
	AS_FIELD_ALIASES, /* from here on lists */
	AS_FIELD_FORMER,
	AS_FIELD_BRANDS,
	AS_FIELD_PARENTS,
	AS_FIELD_SUBSIDIARIES,
	AS_FIELD_SEGMENTS,
	AS_FIELD_PRODUCTS,
	AS_FIELD_IDENTIFIERS,
	AS_FIELDS
} as_field_of;

/* The name of a field as files and command lines have it; constant. */
const char *as_field_name(as_field_of f);
/* The field of that name (its singular, too); AS_FIELDS: there is none. Pure. */
as_field_of as_field_named(as_span name);

typedef struct as_record {
	as_span field
		[AS_FIELDS]; /* p NULL: not stated. Lists: their elements with newlines between them */
} as_record;

/* Told of what is wrong: what, and the text that it is about (or empty). */
typedef void (*as_record_fault)(void *ctx, const char *what, as_span about);

/* Sets a field from text; list: elements between semicolons become such a list. False: told what is wrong with it. */
bool as_record_set(as_record *r, as_arena *arena, as_field_of f, as_span text,
	as_record_fault fault, void *ctx);
/* Sets all fields from an object of JSON. False: told what is wrong. Unknown members are told, too, and left out. */
bool as_record_of_json(
	as_record *r, as_arena *arena, const as_value *object, as_record_fault fault, void *ctx);

/* Puts a record into the directory: a supplier of its name is made, or what is stated is added to the one there is.
 * id: 0, or the supplier that it is about, whatever its name. replace: what is stated takes the place of what was.
 * AS_NOT_THIS: told what is wrong (a circle of owners). */
as_status as_record_put(as_putting *p, as_record *r, int64_t *id, bool replace, sqlite3 *db,
	as_record_fault fault, void *ctx) AS_MUST_USE;

#endif
