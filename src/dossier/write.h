/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a dossier: from what was said about each object to tables, in the order of the tree, so that
 * the same bytes give the same dossier whatever the order in which they were examined. */
#ifndef AS_DOSSIER_WRITE_H
#define AS_DOSSIER_WRITE_H

#include <sqlite3.h>

#include "base/hash.h"
#include "model/wire.h"

/* Where the writer finds what was said. Payloads are sequences of frames. */
typedef struct as_source {
	/* Reads the messages about an object by content (path empty) or as the file at path, into b (emptied
	 * first). AS_NOT_THIS: nothing was said. */
	as_status (*read)(void *ctx, const as_sha256 *sha256, as_span path, as_buf *b);
	void *ctx;
	uint64_t max_places;
} as_source;

typedef struct as_dossier_input {
	as_span name;
	as_sha256 sha256;
	const as_sha1 *sha1; /* NULL: it has no bytes of its own */
	uint64_t size;       /* bytes */
} as_dossier_input;

typedef struct as_dossier_meta {
	const char *name;
	const char *value;
} as_dossier_meta;

typedef struct as_dossier_writer as_dossier_writer;

/* Makes an empty dossier at path (an existing file is replaced). NULL and AS_IO in *why otherwise. The
 * caller ends it with _close, which answers AS_IO if anything did not reach the disk. */
as_dossier_writer *as_dossier_create(const char *path, const as_source *source);
as_status as_dossier_close(as_dossier_writer *w) AS_MUST_USE;
/* The database, for the judge. Owned by the writer. */
sqlite3 *as_dossier_db(as_dossier_writer *w);

/* Adds meta rows and knowledge tables; then inputs with everything in them, in order. */
as_status as_dossier_add_meta(
	as_dossier_writer *w, const as_dossier_meta *meta, size_t n) AS_MUST_USE;
as_status as_dossier_add_knowledge(as_dossier_writer *w) AS_MUST_USE;
/* Rows (format, title, how to see an entry) of the formats in use, for explanations. */
as_status as_dossier_add_format(as_dossier_writer *w, const char *id, const char *title,
	const char *see, const char *gaps) AS_MUST_USE;
as_status as_dossier_add_input(as_dossier_writer *w, const as_dossier_input *input) AS_MUST_USE;

#endif
