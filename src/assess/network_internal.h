/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that read a network share. */
#ifndef AS_NETWORK_INTERNAL_H
#define AS_NETWORK_INTERNAL_H

#include "assess/names.h"
#include "assess/network.h"

typedef struct as_network_reading {
	as_network n;
	as_faults *f;
	as_span file;
	as_names suppliers, segments, controls, threats, regions, products;
	bool suppliers_told, segments_told; /* all are to be among those that have tables */
	bool classes_spoiled; /* some are wrong or could not be read: that is told, not what follows from it */
} as_network_reading;

/* s for messages. */
const char *as_network_shown(const as_network_reading *r, as_span s);
/* Adds a note: nothing is wrong, but somebody should know. */
void as_network_note(as_network_reading *r, const as_written *w, const char *field,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The number of a supplier that a row names in field; one without a table is taken as it is only where none has a
 * table, and told otherwise, once. SIZE_MAX where no name is written. */
size_t as_network_supplier(as_network_reading *r, const as_written *w, const char *title,
	const char *field, as_span name);
/* Tells which of t, written in field, are not among names; each once. what: one of them, for people. */
void as_network_among(as_network_reading *r, as_names *names, const as_written *w,
	const char *title, const char *field, const char *what, const as_texts *t);

/* Everything that can be said of the tables one by one, and of names. */
void as_network_check(as_network_reading *r);
/* The scenarios; needs the names of all others. */
void as_network_check_scenarios(as_network_reading *r);

#endif
