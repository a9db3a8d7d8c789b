/* SPDX-License-Identifier: Apache-2.0 */
/* One value of JSON (RFC 8259) as a tree in an arena: strict, bounded in depth and memory, and with the place
 * of what is wrong. Feeds in YAML become the same tree (vuln/yaml.h). */
#ifndef AS_VULN_JSON_H
#define AS_VULN_JSON_H

#include "base/arena.h"

enum { AS_JSON_DEPTH = 64 /* values within values */ };

typedef enum as_json_type {
	AS_JSON_NULL,
	AS_JSON_BOOL,
	AS_JSON_NUMBER,
	AS_JSON_TEXT,
	AS_JSON_ARRAY,
	AS_JSON_OBJECT,
} as_json_type;

typedef struct as_value {
	as_json_type type;
	bool truth;   /* of AS_JSON_BOOL */
	as_span key;  /* of a member of an object, decoded */
	as_span text; /* AS_JSON_TEXT: decoded UTF-8 without NUL; AS_JSON_NUMBER: as it stands */
	struct as_value *first, *next; /* elements or members, in order */
} as_value;

/* What is wrong with a text. */
typedef struct as_fault {
	const char *reason; /* constant words; NULL: nothing */
	uint64_t at;        /* bytes from the beginning of the text */
	as_span name;       /* a key that it is about, or empty; borrows from text or arena */
	bool spent;         /* nothing is: the arena's limit is */
} as_fault;

/* Reads text, which is one value and white space. NULL, and the fault, if it is none: also where an object has a key
 * twice, values nest deeper than AS_JSON_DEPTH or the arena's limit is spent. Strings without escapes borrow from
 * text, everything else is owned by the arena. */
as_value *as_json_parse(as_arena *a, as_span text, as_fault *fault);

/* The member of an object of that key; NULL if there is none, or it is no object. Pure. */
const as_value *as_json_get(const as_value *object, const char *key);

/* The first member of an object whose key another one before it has, in *twice; readers of other syntaxes use
 * it, too. NULL: no key stands twice. AS_NOMEM: the arena is spent. */
as_status as_json_twice(as_arena *a, const as_value *object, const as_value **twice) AS_MUST_USE;

#endif
