/* SPDX-License-Identifier: Apache-2.0 */
/* The directory of suppliers as the library offers it: what its parts share. */
#ifndef AS_SUPPLIERS_H
#define AS_SUPPLIERS_H

#include "assay/assay.h"
#include "suppliers/directory.h"

struct assay_suppliers {
	assay_suppliers_options o;
	char path[AS_DIRECTORY_PATH];
	sqlite3 *db;      /* owned */
	as_naming *names; /* owned */
};

/* The supplier that is meant; ASSAY_INPUT, in words, if that cannot be told. */
assay_status as_suppliers_meant(
	assay_suppliers *s, const char *who, int64_t *id, assay_error *error);
/* Tells the caller something. */
void as_suppliers_say(void *s, const char *text);
/* Opens a dossier's table of suppliers and tells take of each row: name, role, part, belongs_to, confidence, how often.
 * ASSAY_INPUT: it is no dossier. */
typedef struct as_named_maker {
	as_span name, role, part, belongs_to, image, product;
	int64_t confidence, n;
} as_named_maker;
assay_status as_suppliers_of_dossier(const char *path,
	as_status (*take)(void *ctx, const as_named_maker *m), void *ctx, assay_error *error);

#endif
