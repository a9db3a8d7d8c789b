/* SPDX-License-Identifier: Apache-2.0 */
/* Cuts a stream of JSON, which comes piece by piece and may have any length, into records of bounded size;
 * what is broken costs the record it stands in, not the rest of the stream. */
#ifndef AS_VULN_SPLIT_H
#define AS_VULN_SPLIT_H

#include "base/buf.h"

enum {
	AS_RECORD_MAX = 64 << 20, /* bytes of one record */
	AS_HEAD_MAX = 64 << 10,   /* bytes at the beginning from which the layout is told */
};

typedef struct as_split as_split;

/* A record: text is one JSON value; name: the key it stands under where records are the members of an object.
 * at: bytes from the beginning of the stream. Borrowed for the call. */
typedef struct as_piece_of {
	as_span text, name;
	uint64_t at;
} as_piece_of;

typedef struct as_split_calls {
	/* Any status but AS_OK ends the splitting and is what as_split_add answers. */
	as_status (*record)(void *ctx, const as_piece_of *piece);
	/* A text beside the list of records, such as the date of the feed. */
	as_status (*beside)(void *ctx, as_span key, as_span text);
	/* What cannot be a record; text: what there is of it. offset: where in the stream the fault is. */
	as_status (*refused)(
		void *ctx, const as_piece_of *piece, const char *reason, uint64_t offset);
	void *ctx;
} as_split_calls;

/* A splitter. Layouts: an object with a list "vulnerabilities" (its elements are the records), an object of
 * objects whose keys name vulnerabilities (its members are), a list (its elements), or documents one after
 * another. NULL without memory; freed with as_split_free (NULL-safe). */
as_split *as_split_new(const as_split_calls *calls);
void as_split_free(as_split *s);
/* Takes the next bytes; the end. *cut: the stream ends before a value in it does. AS_NOMEM: the window could not
 * grow. */
as_status as_split_add(as_split *s, as_span bytes) AS_MUST_USE;
as_status as_split_end(as_split *s, bool *cut) AS_MUST_USE;

#endif
