/* SPDX-License-Identifier: Apache-2.0 */
/* Reads CSV (RFC 4180) record by record; the separator (comma, semicolon, tab) is told from the first line. */
#ifndef AS_SUPPLIERS_CSV_H
#define AS_SUPPLIERS_CSV_H

#include "base/arena.h"

enum {
	AS_CSV_FIELDS = 128,     /* of a record */
	AS_CSV_RECORD = 1 << 20, /* bytes of a record */
};

typedef struct as_csv {
	as_span text;
	size_t at;     /* bytes; the next record */
	uint64_t line; /* of the next record, from 1 */
	uint8_t separator;
	as_arena *arena; /* holds what quotes hid; reset for each record */
} as_csv;

typedef struct as_csv_record {
	as_span field[AS_CSV_FIELDS]; /* valid until the next record */
	size_t n;
	uint64_t line; /* where it begins */
	const char *
		fault; /* what is wrong with it, or NULL; then the fields mean nothing, and the next record follows */
} as_csv_record;

/* A reader of text (a mark of byte order is skipped); the arena is its own. */
as_csv as_csv_new(as_span text, as_arena *arena);
/* The next record that is not empty; false at the end. */
bool as_csv_next(as_csv *c, as_csv_record *r);

#endif
