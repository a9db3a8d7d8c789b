/* SPDX-License-Identifier: Apache-2.0 */
/* Writes what the reading process says into the index. Everything it says is checked: it may have been taken over. */
#ifndef AS_VULN_STORE_H
#define AS_VULN_STORE_H

#include <sqlite3.h>

#include "vuln/feed.h"

typedef struct as_store as_store;

typedef struct as_counts {
	uint64_t read, stored, unchanged, refused;
} as_counts;

/* A store over an index that is open for writing. NULL without memory or if the index does not take its
 * statements; as_store_free, which is NULL-safe, undoes what is not committed. */
as_store *as_store_new(sqlite3 *db);
void as_store_free(as_store *s);

enum { AS_SOURCE_NAME = 256 /* bytes of a source's name, with its end */ };
/* Whether a source of that name was imported from elsewhere than url, which is an address or a path. */
as_status as_store_taken(as_store *s, const char *name, const char *url, bool *taken) AS_MUST_USE;
/* Begins what comes from one file or folder named by the user. url: its path, or where it was loaded from; NULL: not
 * known. */
as_status as_store_begin(as_store *s, const char *name, const char *url) AS_MUST_USE;
/* Takes a message; commits now and then. AS_NOT_THIS: it is none. AS_IO: the index cannot be written. */
as_status as_store_take(as_store *s, as_span message) AS_MUST_USE;
/* Counts a record refused of the last kind that was met in this source; AS_NOT_THIS if none was. */
as_status as_store_refuse(as_store *s, as_span file, const char *reason) AS_MUST_USE;
/* Ends the source and commits. sha256: of its bytes, as text; NULL: it was not read to its end. */
as_status as_store_end(as_store *s, const char *sha256) AS_MUST_USE;
/* Remembers with a source what a server said of its file (NULL: nothing). */
as_status as_store_server(as_store *s, const char *etag, const char *last_modified) AS_MUST_USE;

/* What was counted since as_store_begin: of one kind, or of all (AS_KINDS). */
as_counts as_store_counts(const as_store *s, as_kind_of kind);

#endif
