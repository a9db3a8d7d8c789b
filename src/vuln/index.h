/* SPDX-License-Identifier: Apache-2.0 */
/* The index of vulnerabilities: where it is, opening it, making it. index.sql says what is in it. */
#ifndef AS_VULN_INDEX_H
#define AS_VULN_INDEX_H

#include <sqlite3.h>
#include <stdbool.h>

#include "base/status.h"

enum {
	AS_INDEX_APPLICATION = 0x41535655, /* PRAGMA application_id: "ASVU" */
	AS_INDEX_SCHEMA = 2,               /* PRAGMA user_version */
	AS_INDEX_PATH = 4096,              /* bytes of a path */
	AS_INDEX_WHY = 400,                /* bytes of words for what went wrong */
};

/* Where the index is: given, if it is not NULL; else what the environment says (ASSAY_KNOWLEDGE), else
 * assay/vulnerabilities.db in the user's folder for data. False if that cannot be told, or is too long. */
bool as_index_path(const char *given, char path[AS_INDEX_PATH]);

/* Opens an index for reading; it is guarded against whoever made it: nothing in its schema runs. AS_NOT_THIS:
 * it is no index, or of another schema; AS_IO: it cannot be opened (errno ENOENT: there is none). why: words
 * for the user. Close with sqlite3_close. */
as_status as_index_open(const char *path, sqlite3 **db, char why[AS_INDEX_WHY]) AS_MUST_USE;

/* Opens an index for writing, made new if there is none, with the folder it stands in. lock: a descriptor
 * that keeps others from importing as long as it is open; to be closed after db. wait: told that another
 * import is at work, before it is waited for. */
as_status as_index_open_to_write(const char *path, sqlite3 **db, int *lock,
	void (*wait)(void *ctx, const char *path), void *ctx, char why[AS_INDEX_WHY]) AS_MUST_USE;

/* Makes an index in memory, open for writing, with all that from holds (NULL: nothing). from is only read. AS_IO: from
 * cannot be read, or memory ran out; why: words for the user. Close with sqlite3_close. */
as_status as_index_in_memory(sqlite3 *from, sqlite3 **db, char why[AS_INDEX_WHY]) AS_MUST_USE;

#endif
