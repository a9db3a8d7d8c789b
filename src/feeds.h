/* SPDX-License-Identifier: Apache-2.0 */
/* What importing and updating have in common: an index that is open for writing, and a caller who is told things; and
 * what ships with the program. */
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

/* An index in memory of the records that ship with the program, with all that own holds, too (NULL: nothing; it is only
 * read). say: told what went wrong with records. They are read by a process that is locked in. AS_IO, AS_NOMEM: there
 * is none; why: words for the user. Close with sqlite3_close. */
as_status as_feeds_shipped(sqlite3 *own, void (*say)(void *ctx, const char *text), void *ctx,
	sqlite3 **db, char why[AS_INDEX_WHY]) AS_MUST_USE;
/* Whether anything in an index tells what is vulnerable; scores and statements alone do not. */
bool as_feeds_tell(sqlite3 *index);
/* A sentence: how few records ship, by an index that holds them, how old they are, and what to do about that. */
void as_feeds_few(sqlite3 *index, char words[AS_INDEX_WHY]);

#endif
