/* SPDX-License-Identifier: Apache-2.0 */
/* How much it says that some of what identifies a part of a component is in a file. */
#ifndef AS_SIGNATURE_WEIGHT_H
#define AS_SIGNATURE_WEIGHT_H

#include <stdbool.h>
#include <stdint.h>

/* What identifies a part: texts; names that a library offers; pieces of tables. Also bits. */
enum { AS_BY_TEXTS = 1, AS_BY_NAMES = 2, AS_BY_TABLES = 4 };

/* What a file holds of a part. */
typedef struct as_part_seen {
	unsigned kind;      /* one of these */
	bool library;       /* of which a program may have linked only what it needs */
	unsigned of, found; /* how many identify it; of them, how many are there */
	unsigned sentences; /* of these, texts with more than one word */
	unsigned beside;    /* bits: other kinds that speak of the component in this file as well */
} as_part_seen;

/* So many texts or names must be there to speak for what is told by another kind; of pieces of tables, which are
 * longer, fewer. */
enum { AS_SPEAKS = 8, AS_TABLES_SPEAK = 3 };

/* Whether that tells the component. Pure. */
bool as_part_tells(const as_part_seen *p);

/* How sure that is, in thousandths. Pure. */
int64_t as_part_confidence(const as_part_seen *p);

#endif
