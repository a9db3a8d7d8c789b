/* SPDX-License-Identifier: Apache-2.0 */
/* The journal of a review: one record per finished examination, appended and checksummed, so that a
 * review that is killed at any moment is taken up where it stopped. */
#ifndef AS_JOURNAL_H
#define AS_JOURNAL_H

#include "base/buf.h"
#include "base/hash.h"

typedef struct as_journal as_journal;

/* A record: what was said about an object (at a path, for path inspectors; else empty). */
typedef struct as_record {
	as_sha256 sha256;
	as_span path;
	uint64_t at; /* of the payload in the journal file */
	uint32_t n;  /* bytes of the payload */
} as_record;

/* Opens the journal at path for the review that stamp describes. One of another stamp, or a damaged one, is
 * begun anew; *resumed says whether there is something to take up. each is called for every whole record found
 * (borrowing). NULL: it
 * cannot be written, or (errno EWOULDBLOCK) another review holds it. Close with as_journal_close (NULL-safe). */
as_journal *as_journal_open(const char *path, as_span stamp, bool *resumed,
	as_status (*each)(void *ctx, const as_record *r), void *ctx);
void as_journal_close(as_journal *j);
/* Appends a record; r->at and r->n are set. AS_IO: the disk is full. */
as_status as_journal_add(as_journal *j, as_record *r, as_span payload) AS_MUST_USE;
/* Reads a record's payload into b (emptied first). AS_IO if it is not what was written. */
as_status as_journal_read(const as_journal *j, const as_record *r, as_buf *b) AS_MUST_USE;

#endif
