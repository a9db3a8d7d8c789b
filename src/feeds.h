/* SPDX-License-Identifier: Apache-2.0 */
/* What importing and updating have in common: an index that is open for writing, and a caller who is told things. */
#ifndef AS_FEEDS_H
#define AS_FEEDS_H

#include "assay/assay.h"
#include "vuln/import.h"
#include "vuln/index.h"

typedef struct as_keeper {
	assay_knowledge_options o; /* the caller's, as far as they knew of these */
	char path[AS_INDEX_PATH];
	sqlite3 *db; /* owned */
	int lock;
	as_import im;
} as_keeper;

/* Opens the index of the options for writing, and begins an import. Whatever it answers, as_keeper_close ends it. */
assay_status as_keeper_open(
	as_keeper *k, const assay_knowledge_options *options, assay_error *error);
/* Ends it; counts: what was counted, may be NULL. */
void as_keeper_close(as_keeper *k, assay_knowledge_counts *counts);
/* Tells the caller something, printf-style; at most some thousand bytes. */
void as_keeper_say(as_keeper *k, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Puts a failed import of file into words. */
assay_status as_keeper_failed(
	const as_keeper *k, as_status s, const char *file, assay_error *error);

#endif
